"""The summary of findings on small reviews: assumed risks, absolute effects, ratings, plain words."""

from __future__ import annotations

import csv
import shutil
from statistics import median

import pytest

from metaan.report.analysis import analyse
from metaan.report.contents import report_tables
from metaan.report.evidence import node_names
from metaan.report.methods import write_methods
from metaan.report.summary import chosen_analyses, summary_of_findings
from metaan.review.read import read_review
from metaan.tables.findings import findings_tables
from metaan.tables.table import to_html

CERTAIN = ("likely", "may result", "uncertain", "results in", "high certainty")
RELATIVE = 1e-9  # one multiplication, done again


@pytest.fixture
def copied(bundled, tmp_path):
    """Copy a review to be changed; texts of its files are replaced on the way."""

    def copy(name, **changes):
        folder = tmp_path / "review"
        shutil.copytree(bundled.parent / name, folder, dirs_exist_ok=True)
        for file, pairs in changes.items():
            path = folder / file.replace("_", ".")
            text = path.read_text(encoding="utf-8")
            for old, new in pairs:
                assert old in text
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")
        return folder

    return copy


def found_in(folder):
    review = read_review(folder)
    analyses = analyse(review)
    return review, analyses, summary_of_findings(review, analyses)


def test_the_assumed_risk_is_the_median_of_the_comparators_groups(bundled):
    folder = bundled.parent / "examples" / "bcg"
    _, analyses, (finding,) = found_in(folder)
    with (folder / "results.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["arm_id"] == "control"]
    expected = median(int(row["events"]) / int(row["n"]) for row in rows)
    assert finding.assumed.value == pytest.approx(expected, rel=RELATIVE)
    assert finding.assumed.groups == len(rows) == 13
    fit = analyses[0].main.comparisons[0].main
    from math import exp

    assert finding.absolute.risk == pytest.approx(expected * exp(fit.estimate), rel=RELATIVE)
    assert finding.absolute.difference_ci == pytest.approx(
        tuple(expected * (exp(limit) - 1) for limit in fit.ci), rel=RELATIVE
    )


def test_ranks_stand_beside_the_estimates_of_a_network_and_nowhere_else(bundled):
    review, analyses, findings = found_in(bundled.parent / "examples" / "smoking")
    ranks = {each.treatment: each for each in analyses[0].findings.ranked}
    assert {each.rank for each in findings} == {ranks[each.answer.treat1] for each in findings}
    [table] = findings_tables(findings, node_names(review), "Chosen.")
    at = [each.name for each in table.columns].index("rank")
    own = ranks[findings[0].answer.treat1]
    assert table.rows[0][at].text == f"{own.mean_rank:.1f} ({own.rank_low:g} to {own.rank_high:g}) of 4"
    assert f"; rank {table.rows[0][at].text}" in to_html(table)
    assert any(note.startswith("Rank: ") for note in table.notes)
    review, _, (alone,) = found_in(bundled.parent / "examples" / "bcg")
    [table] = findings_tables((alone,), node_names(review), "Chosen.")
    assert table.rows[0][at].text == ""
    assert "rank" not in to_html(table).lower()


def test_the_plans_risk_comes_first_and_says_where_it_is_from(copied):
    risk = 'outcomes = ["tuberculosis"]\nbaseline_risk = 0.02\nbaseline_source = "a register of 1950"'
    folder = copied("examples/bcg", review_toml=[('outcomes = ["tuberculosis"]', risk)])
    review, analyses, (finding,) = found_in(folder)
    assert (finding.assumed.value, finding.assumed.groups) == (0.02, 0)
    assert finding.assumed.source == "the plan: a register of 1950"
    assert finding.absolute.assumed == 0.02
    assert "or the risk that the plan names" in write_methods(review, analyses)


def test_a_rating_is_taken_whichever_way_round_it_names_the_pair(copied):
    turned = ("tuberculosis,BCG vaccine,no vaccine", "tuberculosis,no vaccine,BCG vaccine")
    _, _, (finding,) = found_in(copied("examples/bcg", grade_csv=[turned]))
    assert finding.rating.certainty == "low"
    assert finding.statement == (
        "BCG vaccine may result in a reduction in tuberculosis compared with no vaccine."
        " This favours BCG vaccine."
    )


def test_without_a_rating_no_word_of_certainty_is_said(copied):
    folder = copied("examples/bcg")
    (folder / "grade.csv").unlink()
    review, analyses, (finding,) = found_in(folder)
    assert finding.rating is None
    assert not any(word in finding.statement for word in CERTAIN)
    assert finding.statement.startswith("Of 1000 people, 8.1 fewer (11 fewer to 4.4 fewer)")
    [table] = findings_tables((finding,), node_names(review), "Chosen.")
    html = to_html(table)
    assert "<td>not rated</td>" in html
    assert "The certainty was not rated" in html
    assert "Certainty of the evidence was not rated." in write_methods(review, analyses)


def test_the_bundled_review_is_rated_by_nobody_and_shows_what_is_lacking(bundled):
    review, _, findings = found_in(bundled)
    assert {each.rating for each in findings} == {None}
    assert not any(word in each.statement for each in findings for word in CERTAIN)
    pairs = list(dict.fromkeys((each.answer.treat1, each.answer.treat2) for each in findings))
    asked = [(each.treat1, each.treat2) for each in review.plan.review.questions]
    assert pairs[: len(asked)] == asked
    assert len(findings) == 7 * len(pairs)
    silent = [each for each in findings if each.answer.evidence == "none"]
    assert silent
    assert {each.statement for each in silent} == {"No study compares them, directly or through others."}


def test_every_other_treatment_of_a_network_stands_against_the_reference(bundled):
    review, _, findings = found_in(bundled.parent / "examples" / "smoking")
    reference = review.plan.review.reference
    against = {each.answer.treat1 for each in findings if each.answer.treat2 == reference}
    assert against == set(review.plan.review.treatments) - {reference}
    assert {each.answer.evidence for each in findings} <= {"direct", "indirect", "mixed"}
    assert {each.answer.basis for each in findings} == {"network"}


def test_outcomes_are_those_of_the_plan_in_its_order(copied):
    folder = copied(
        "studies", review_toml=[('findings = ["relief", "function", ', 'findings = ["dizziness", ')]
    )
    text = (folder / "review.toml").read_text(encoding="utf-8")
    chosen = text.replace('"drowsiness", "dizziness", "withdrawal', '"drowsiness", "withdrawal')
    (folder / "review.toml").write_text(chosen, encoding="utf-8")
    review = read_review(folder)
    names = [each.id for each in chosen_analyses(review, analyse(review))]
    assert names == ["dizziness", "responders", "any-adverse-event", "drowsiness", "withdrawal-adverse-event"]


def test_hostile_names_and_reasons_are_text_in_every_form(copied):
    evil = "<script>alert(1)</script> \"q\" 'r' שלום 👩‍🔬 " + "x" * 200
    folder = copied(
        "examples/bcg",
        grade_csv=[("Made up: in several trials allocation was not random.", evil.replace('"', '""'))],
        review_toml=[('title = "Tuberculosis"', "title = '''=cmd|<b>T</b>'''")],
    )
    review, analyses, _ = found_in(folder)
    [table] = [t for t in report_tables(review, analyses) if t.id == "summary-of-findings"]
    html = to_html(table)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<b>" not in html
    from metaan.tables.table import to_csv

    assert "'=cmd" in to_csv(table)
    assert "&lt;b&gt;" in html


def test_means_are_told_in_units_and_standardised_ones_with_caution(bundled):
    review, _, findings = found_in(bundled)
    tables = findings_tables(findings, node_names(review), "Chosen.")
    [placebo] = [t for t in tables if t.id == "summary-of-findings-cyclobenzaprine-placebo"]
    shown = {row[0].text: [cell.text for cell in row] for row in placebo.rows}
    function = shown["Function (RMDQ)"]
    # Friedman 2015: 10.1 points with cyclobenzaprine, 9.8 with placebo
    assert any(text.startswith("0.30 higher (2.06 lower to 2.66 higher) [") for text in function)
    assert any(text.startswith("9.80 [") for text in function)
    assert any("Roland-Morris" in note for note in placebo.notes)
    [carisoprodol] = [t for t in tables if t.id == "summary-of-findings-carisoprodol-placebo"]
    assert any("standard deviations, which differ" in note for note in carisoprodol.notes)
    marks = [note.partition("]")[0] for note in carisoprodol.notes if note.startswith("[")]
    assert marks == [f"[{letter}" for letter in "abcdefghij"[: len(marks)]]

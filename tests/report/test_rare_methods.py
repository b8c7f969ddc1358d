"""Methods for rare events in a report: netmeta's figures through the whole of it, and nothing without a 0."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from metaan.report.analysis import analyse
from metaan.report.methods import methods_text
from metaan.report.pairs import Order
from metaan.report.rare_methods import rare_methods
from metaan.report.rare_record import rare_record
from metaan.results.synthesis import ArmData
from metaan.review.read import read_review
from metaan.tables.rare import rare_table
from metaan.tables.table import to_csv, to_html

REFERENCE = Path(__file__).parents[1] / "reference"
ORDER = Order(reference="Placebo", drugs={}, questions=(), ranks={})
PRINTED = 1e-8
"""netmeta 3.6-2 prints ten decimals of Woods' network."""


def read(name, case):
    with (REFERENCE / name).open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["case"] == case]


@pytest.fixture
def of_arms(build):
    """Make a scenario of arms: every study in every comparison that it makes."""

    def scenario(rows, **changes):
        studies = []
        for study in dict.fromkeys(row[0] for row in rows):
            arms = [
                ArmData(study=study, treatment=treatment, arms=(treatment,), n=n, events=events)
                for name, treatment, events, n in rows
                if name == study
            ]
            studies += [
                replace(
                    build.study(study=study),
                    treat1=one.treatment,
                    treat2=other.treatment,
                    arm1=one,
                    arm2=other,
                )
                for i, one in enumerate(arms)
                for other in arms[i + 1 :]
            ]
        return replace(build.scenario([build.comparison(studies=studies)]), **changes)

    return scenario


@pytest.fixture
def woods(of_arms):
    rows = [
        (row["study"], row["treatment"], int(row["events"]), int(row["n"]))
        for row in read("nma_arms.csv", "woods2010_OR")
    ]
    return lambda **changes: of_arms([*rows, ("none", "Placebo", 0, 9), ("none", "SFC", 0, 9)], **changes)


@pytest.mark.parametrize("method", ["MH", "NCH"])
def test_the_methods_are_those_of_netmeta_and_of_the_exact_law(woods, method):
    # a study without any event changes neither
    found = rare_methods(woods(measure="OR"), ORDER, level=0.95)
    told = {row.treatment: row.estimate for row in found if row.method == method}
    wanted = {
        row["treatment"]: float(row["value"])
        for row in read("rare_network_expected.csv", "woods2010")
        if row["method"] == method
    }
    assert told == {name: pytest.approx(value, rel=PRINTED) for name, value in wanted.items()}
    assert all(row.left_out == 1 for row in found)


def test_only_ratios_of_arms_without_an_event_call_for_them(woods, of_arms):
    some = [("s", "A", 1, 20), ("s", "Placebo", 3, 20)]
    assert rare_methods(of_arms(some, measure="OR"), ORDER, level=0.95) == ()
    assert rare_methods(woods(measure="RD"), ORDER, level=0.95) == ()
    none = [("s", "A", 0, 20), ("s", "Placebo", 0, 20)]
    assert rare_methods(of_arms(none, measure="OR"), ORDER, level=0.95) == ()
    assert rare_methods(woods(measure="RR"), ORDER, level=0.95)


def test_without_the_reference_the_most_studied_stands_in(of_arms):
    rows = [("s", "A", 0, 20), ("s", "B", 3, 20), ("t", "B", 2, 20), ("t", "C", 3, 20)]
    found = rare_methods(of_arms(rows, measure="OR"), ORDER, level=0.95)
    assert {row.reference for row in found} == {"B"}


def test_the_table_and_the_record_say_why_there_is_no_estimate(build, of_arms):
    rows = [("s", "<A>", 0, 20), ("s", "Placebo", 3, 20), ("t", "B", 2, 20), ("t", "Placebo", 3, 20)]
    scenario = of_arms(rows, measure="RR")
    analysis = replace(build.analysis(scenario), rare=rare_methods(scenario, ORDER, level=0.95))
    table = rare_table(analysis, {"B": "Beta"})
    assert table.id == f"{analysis.id}-rare"
    held = {(row["treatment"], row["method"]): row for row in csv.DictReader(to_csv(table).splitlines())}
    assert len(held) == 8
    assert held["<A>", "Mantel-Haenszel"]["reason"]
    # one table of 2/20 and 3/20: the odds ratio by hand
    assert float(held["Beta", "Mantel-Haenszel"]["versus_effect"]) == pytest.approx(2 * 17 / (18 * 3))
    assert "&lt;A&gt;" in to_html(table)
    assert any(note.startswith("No estimate of <A> by Mantel-Haenszel") for note in table.notes)
    assert "risk ratios" in " ".join(table.notes)
    for row in map(rare_record, analysis.rare):
        assert (row["estimate"] is None) is bool(row["reason"])
    assert rare_table(replace(analysis, rare=()), {}).rows == ()


def test_the_methods_are_named_where_they_were_used(bundled):
    review = read_review(bundled.parent / "examples" / "smoking")
    analyses = analyse(review)
    used = [each for each in analyses if each.rare]
    assert used
    for analyses_, said in ((analyses, True), ([replace(each, rare=()) for each in analyses], False)):
        text = " ".join(clause.text for part in methods_text(review, analyses_) for clause in part.clauses)
        assert ("exact conditional likelihood" in text) is said

"""What stands beside a pooled mean of many studies: in the values, the document, the text and the page."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from metaan import pool
from metaan.report.analysis import analyse
from metaan.report.canonical import write_canonical
from metaan.report.contents import report_tables
from metaan.report.drawings import wanted_figures
from metaan.report.evidence import node_names
from metaan.report.forest_looks import forest_looks
from metaan.report.further import FURTHER, further_figures, not_drawn, nothing_to_draw
from metaan.report.html import render_html
from metaan.report.methods import methods_text
from metaan.report.methods_small_study import small_study_clauses
from metaan.report.numbers import results_document
from metaan.report.pooled_rows import comparison_cells, pooled_rows
from metaan.report.rendered import RenderedFigure
from metaan.report.small_study import looked_into
from metaan.review.read import read_review

BCG = Path(__file__).parents[2] / "examples" / "bcg"


@pytest.fixture(scope="module")
def bcg():
    review = read_review(BCG)
    return review, analyse(review)


def compared(build, k, measure="RR", **changes):
    rng = np.random.default_rng(k)
    yi, vi = rng.normal(0, 0.4, k), rng.uniform(0.02, 0.4, k)
    studies = [
        build.study(study=f"S{i}", yi=float(yi[i]), sei=float(vi[i]) ** 0.5, **changes) for i in range(k)
    ]
    fit = pool(yi, vi) if k else None
    return build.comparison(
        studies, k=k, common=fit, wald=fit, hksj=fit, adhoc=fit, headline="hksj", heterogeneity=None
    )


def test_tests_begin_at_ten_studies_and_influence_at_three(build):
    for k, tested, left_out in ((2, False, False), (3, False, True), (9, False, True), (10, True, True)):
        scenario = looked_into(build.scenario([compared(build, k)], measure="RR"))
        (found,) = scenario.comparisons
        assert (found.asymmetry is not None, found.influence is not None) == (tested, left_out)
        assert (found.trim_fill is not None) == tested


def test_trim_and_fill_is_by_the_model_that_is_shown_first(build):
    for headline, test in (("hksj", "hksj"), ("wald", "z")):
        comparison = compared(build, 12)
        fit = pool(*pooled_rows(comparison)[1:], method="DL", test=test, level=0.9)
        comparison = replace(comparison, headline=headline, **{headline: fit})
        (found,) = looked_into(build.scenario([comparison], measure="RR")).comparisons
        with_them = found.trim_fill.pooled
        assert (with_them.method, with_them.test, with_them.level) == ("DL", test, 0.9)
        assert with_them.k == 12 + found.trim_fill.k0


def test_the_funnel_shows_the_studies_filled_in_and_subsets_are_drawn_from_the_seed(bcg):
    analysis = bcg[1][0]
    (comparison,) = analysis.main.comparisons
    figures = {kind.room: own for kind, own in further_figures(analysis, comparison, {}, seed=7)}
    assert figures["funnel"]["filled"] is comparison.trim_fill
    assert figures["gosh"]["seed"] == 7
    wanted = wanted_figures(bcg[1], {}, "no vaccine", looks=forest_looks(bcg[0]))
    (drawn,) = (figure for figure in wanted if figure.room == "gosh")
    assert drawn.arguments["seed"] == bcg[0].plan.review.seed


def test_cells_are_those_of_every_study_or_none(build):
    comparison = compared(build, 3)
    cells = comparison_cells(comparison)
    assert [cells["ai"][0], cells["n1i"][0]] == [
        comparison.studies[0].arm1.events,
        comparison.studies[0].arm1.n,
    ]
    bare = replace(comparison.studies[1], arm1=None, arm2=None, n1=20, n2=30)
    sizes = comparison_cells(replace(comparison, studies=(comparison.studies[0], bare)))
    assert sorted(sizes) == ["n1i", "n2i"]
    unknown = replace(bare, n1=None)
    assert comparison_cells(replace(comparison, studies=(comparison.studies[0], unknown))) == {}


def drawn(build, k, measure="RR", **changes):
    comparison = compared(build, k, **changes)
    analysis = build.analysis(build.scenario([comparison], measure=measure))
    kinds = [kind.room for kind, _ in further_figures(analysis, comparison, {})]
    return kinds, not_drawn(comparison, measure)


SENTENCES = {
    1: "",
    2: "Not drawn with two studies: funnel plot (asymmetry cannot be judged below 10), L'Abbé plot (it takes"
    " 3), radial plot (it takes 5), Baujat plot (it takes 4), influence panel (it takes 5) and GOSH plot (it"
    " takes 5).",
    9: "Not drawn with nine studies: funnel plot (asymmetry cannot be judged below 10).",
    10: "",
}


@pytest.mark.parametrize("k", SENTENCES)
def test_one_sentence_names_what_is_not_drawn(build, k):
    kinds, said = drawn(build, k)
    assert said == SENTENCES[k]
    names = {kind.room: kind.name for kind in FURTHER}
    if k > 1:
        assert {room for room, name in names.items() if f"{name} (" not in said} == set(kinds)


def test_comparisons_of_one_study_share_one_sentence(build):
    comparisons = [compared(build, k) for k in (1, 2, 1)]
    (said,) = nothing_to_draw(comparisons)
    assert said == (
        "A comparison of one study has no figure beyond the forest plot: funnel plot, L'Abbé plot,"
        " radial plot, drapery plot, Baujat plot, influence panel and GOSH plot take two studies or more."
    )
    assert nothing_to_draw(comparisons[1:2]) == ()


def test_labbe_is_not_asked_for_where_no_risks_are_compared(build):
    kinds, said = drawn(build, 10, "MD")
    assert "labbe" not in kinds
    assert said == ""


def test_labbe_takes_the_counts_of_every_study(build):
    kinds, said = drawn(build, 10, arm1=None, arm2=None)
    assert "labbe" not in kinds
    assert "L'Abbé plot (it takes the counts of both arms of every study)" in said


def test_the_example_shows_all_of_them(bcg):
    review, analyses = bcg
    figures = wanted_figures(analyses, node_names(review), "no vaccine")
    rooms = [figure.room for figure in figures]
    assert {kind.room for kind in FURTHER} <= set(rooms)
    assert all(each.asymmetry is None for each in analyses[0].sensitivity[0].comparisons)


def test_the_document_holds_the_numbers_that_are_drawn(bcg):
    document = json.loads(write_canonical(results_document(*bcg)))
    schema = json.loads(files("metaan.report").joinpath("results.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    (record,) = document["analyses"][0]["main"]["comparisons"]
    tests = {test["name"]: test for test in record["asymmetry"]["tests"]}
    assert record["asymmetry"]["chosen"] == "egger"
    # regtest(model = "lm") and ranktest() of metafor 3.8-1
    assert tests["egger"]["statistic"] == pytest.approx(-1.40128200229, rel=1e-8)
    assert (tests["egger"]["distribution"], tests["egger"]["dof"]) == ("t", 11)
    assert tests["begg"]["pvalue"] == pytest.approx(0.952361907961, rel=1e-8)
    assert tests["begg"]["distribution"] == "exact"
    filled = record["trim_fill"]
    # trimfill() of metafor 3.8-1
    assert (filled["side"], filled["k0"], len(filled["filled"])) == ("right", 1, 1)
    assert filled["fit"]["estimate"] == pytest.approx(-0.657082783488, rel=2e-6)
    assert sum(filled["fit"]["weights"].values()) == pytest.approx(1)
    assert filled["fit"]["weights"].keys() - {each["study"] for each in record["studies"]} == {"filled in 1"}
    influence = {each["study"]: each for each in record["influence"]["studies"]}
    assert len(influence) == 13
    assert sum(each["hat"] for each in influence.values()) == pytest.approx(1)
    for scenario in document["analyses"][0]["sensitivity"]:
        assert all("asymmetry" not in each for each in scenario["comparisons"])


def test_the_methods_tell_what_ran_and_cite_it(bcg):
    paragraphs = {each.title: each for each in methods_text(*bcg)}
    clauses = paragraphs["Small-study effects and influence"].clauses
    text = " ".join(clause.text for clause in clauses)
    cited = {key for clause in clauses for key in clause.references}
    assert "tested by Egger's regression, chosen by the effect measure" in text
    assert {"egger1997", "begg1994", "rucker2008", "macaskill2001", "peters2008", "baujat2002"} <= cited
    assert {"duval2000", "olkin2012"} <= cited
    assert "As a sensitivity analysis, trim and fill counted by the estimator L0" in text
    assert "drawn at random" not in text
    assert "harbord2006" not in cited
    assert "publication bias" not in text


def test_the_methods_tell_of_a_sample_of_subsets_with_its_seed(build):
    analysis = build.analysis(build.scenario([compared(build, 16)], measure="RR"))
    text = " ".join(clause.text for clause in small_study_clauses((analysis,), 11))
    assert "more than 15 studies, of 32,767 subsets drawn at random without replacement (seed 11)." in text


def test_without_ten_studies_the_methods_say_that_nothing_was_tested(build, bcg):
    review, analyses = bcg
    few = replace(analyses[0], main=build.scenario([compared(build, 4)], measure="RR"))
    paragraphs = {each.title: each for each in methods_text(review, (few,))}
    text = " ".join(clause.text for clause in paragraphs["Small-study effects and influence"].clauses)
    assert text.startswith("Small-study effects were not tested: no comparison had 10 studies")
    assert "L'Abbé plots, drapery plots and Baujat plots show them" in text


def test_the_page_holds_figures_tables_and_one_sentence(bcg):
    review, analyses = bcg
    figures = {
        each.id: RenderedFigure(
            id=each.id, title=each.title, alt="", description="", svg=b"<svg><title>x</title></svg>"
        )
        for each in wanted_figures(analyses, node_names(review), "no vaccine")
    }
    page = render_html(review, analyses, figures, report_tables(review, analyses))
    assert "has no figure beyond the forest plot" not in page
    assert "Further figures (7)" in page
    assert "Trim and fill: a sensitivity analysis of small-study effects" in page
    assert 'id="table-tuberculosis-trim-fill"' in page
    assert "Tests of small-study effects" in page
    assert 'href="tables/tuberculosis-asymmetry.csv"' in page
    assert 'href="figures/radial-tuberculosis-bcg-vaccine-no-vaccine.pdf"' in page
    assert "Not drawn with" not in page

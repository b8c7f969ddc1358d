"""What the plan says of forest plots, from review.toml to the figures that are asked for."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from math import nan
from pathlib import Path

import jsonschema
import pytest

from metaan.models.pairwise import pool
from metaan.report.analysis import analyse
from metaan.report.appraised import appraisal_figures
from metaan.report.canonical import write_canonical
from metaan.report.drawings import draw, dressed, scale_names, wanted_figures
from metaan.report.evidence import node_names
from metaan.report.forest_looks import forest_looks
from metaan.report.methods import write_methods
from metaan.report.numbers import results_document
from metaan.results.appraisal import RobTable
from metaan.review.check import check_review
from metaan.review.read import read_review
from metaan.starting.example import example_files

EXAMPLE = Path(__file__).parents[2] / "examples" / "bcg"
ANCHOR = "tuberculosis-bcg-vaccine-no-vaccine"


def planned(folder, *, defaults="", analysis=""):
    shutil.copytree(EXAMPLE, folder)
    path = folder / "review.toml"
    text = path.read_text()
    text = text.replace("[defaults]\n", f"[defaults]\n{defaults}\n")
    path.write_text(text.replace('id = "tuberculosis"\n', f'id = "tuberculosis"\n{analysis}\n'))
    return folder


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    folder = planned(
        tmp_path_factory.mktemp("bcg") / "review",
        defaults='journal = "plos"\nformats = ["svg", "tiff", "eps"]\nsort = "year"\naxis = "symmetric"',
        analysis='subgroup = "design"\nmargin = 0.8\nsort = "weight"',
    )
    return read_review(folder)


@pytest.fixture(scope="module")
def analyses(review):
    return analyse(review)


@pytest.fixture(scope="module")
def wanted(review, analyses):
    looks = forest_looks(review)
    figures = wanted_figures(analyses, node_names(review), "no vaccine", scale_names(review), looks)
    return {figure.id: figure for figure in figures}


def test_figures_are_asked_for_as_the_plan_says(wanted):
    forest = wanted[f"forest-{ANCHOR}"]
    assert forest.formats == ("svg", "tiff", "eps")
    assert forest.arguments["preset"].name == "plos"
    assert forest.arguments["sort"] == "weight"
    assert forest.arguments["margin"] == 0.8
    forests = ("forest", "loo", "cumulative")
    assert {wanted[f"{kind}-{ANCHOR}"].arguments["axis"] for kind in forests} == {"symmetric"}
    assert forest.arguments["years"]["Aronson1948"] == 1948
    assert forest.arguments["rob"].tool.id == "rob2"
    assert {f"loo-{ANCHOR}", f"cumulative-{ANCHOR}"} <= set(wanted)


def test_an_analysis_has_its_own_axis(tmp_path):
    folder = planned(tmp_path / "review", defaults='axis = "symmetric"', analysis='axis = "fitted"')
    assert forest_looks(read_review(folder)).axis("tuberculosis") == "fitted"


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [("mid", "5", 5.0), ("mid_low,mid_high", "-5,10", (-5.0, 10.0)), ("mid", "", nan)],
)
def test_thresholds_of_a_scale_hold_for_its_mean_difference(tmp_path, column, cells, expected):
    for name, data in example_files().items():
        (tmp_path / name).write_bytes(data)
    path = tmp_path / "outcomes.csv"
    head, *rows = [line.split(",") for line in path.read_text().splitlines()]
    place = head.index("mid")
    text = [[*head[:place], column, *head[place + 1 :]]]
    for row in rows:
        own = cells if row[0] == "relief" else "," * column.count(",")
        text.append([*row[:place], own, *row[place + 1 :]])
    path.write_text("".join(",".join(row) + "\n" for row in text))
    looks = forest_looks(read_review(tmp_path))
    assert looks.margins["relief"] == pytest.approx(expected, nan_ok=True)
    assert looks.margins["response"] == 1.25


def test_figures_of_made_up_judgements_and_counts_say_so(review, analyses, wanted):
    looks = forest_looks(review)
    shown = [*wanted.values(), *(dressed(each, looks) for each in appraisal_figures(review, analyses))]
    said = {figure.id: figure.caution for figure in shown if figure.caution}
    judged = {f"forest-{ANCHOR}", "traffic-rob2", "bias-rob2"}
    assert said.keys() == judged | {"flow"}
    assert {said[name] for name in judged} == {"The risk-of-bias judgements are made up."}
    assert "counts are made up" in said["flow"]
    drawn = draw(next(figure for figure in shown if figure.id == "traffic-rob2"))
    assert drawn.alt.endswith(said["traffic-rob2"])
    assert said["traffic-rob2"].encode() in drawn.svg


def test_a_forest_plot_without_judgements_has_no_caution_on_them(review, analyses):
    (comparison,) = analyses[0].main.comparisons
    looks = forest_looks(review)
    blank = RobTable(tool=looks.judged["tuberculosis"].tool, studies=(), judgements=(), overall=())
    assert looks.caution("forest", {"comparison": comparison, "rob": blank}) == ""
    assert looks.caution("funnel", {}) == ""


def test_they_are_written_in_the_formats_asked_for(wanted):
    drawn = draw(wanted[f"loo-{ANCHOR}"])
    assert drawn.files == ("svg", "tiff", "eps")
    assert drawn.svg.startswith(b"<?xml")
    assert drawn.tiff[:4] == b"II*\x00"
    assert drawn.eps.startswith(b"%!PS")
    assert (drawn.pdf, drawn.png) == (b"", b"")
    assert drawn.description.count("Without") == 13


def test_repeated_fits_are_those_of_their_studies(analyses):
    (comparison,) = analyses[0].main.comparisons
    yi = [study.yi for study in comparison.studies]
    vi = [study.sei**2 for study in comparison.studies]
    assert comparison.leave_one_out.without[2].estimate == pytest.approx(
        pool(yi[:2] + yi[3:], vi[:2] + vi[3:]).estimate, rel=1e-9
    )
    assert comparison.cumulative.fits[-1].estimate == pytest.approx(comparison.main.estimate, rel=1e-9)
    assert [fit.k for fit in comparison.panels.found.groups] == [2, 7, 4]
    assert all(each.leave_one_out is None for each in analyses[0].sensitivity[0].comparisons)


def test_what_is_drawn_is_in_the_results(review, analyses):
    document = json.loads(write_canonical(results_document(review, analyses)))
    schema = json.loads(files("metaan.report").joinpath("results.schema.json").read_text())
    jsonschema.validate(document, schema)
    record = document["analyses"][0]["main"]["comparisons"][0]
    (comparison,) = analyses[0].main.comparisons
    assert record["panels"]["column"] == "design"
    for group, fit in zip(record["panels"]["groups"], comparison.panels.found.groups, strict=True):
        assert group["fit"]["estimate"] == pytest.approx(fit.estimate, rel=1e-9)
    assert record["panels"]["between"]["pvalue"] == pytest.approx(
        comparison.panels.found.Q_between_pvalue, rel=1e-9
    )
    assert [each["without"] for each in record["leave_one_out"]] == [s.study for s in comparison.studies]
    for each, fit in zip(record["cumulative"], comparison.cumulative.fits, strict=True):
        assert each["fit"]["estimate"] == pytest.approx(fit.estimate, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "code", "cure"),
    [
        ({"defaults": 'journal = "bjm"'}, "C004", "bmj"),
        ({"defaults": 'formats = ["tif"]'}, "C004", "tiff"),
        ({"analysis": 'sort = "yaer"'}, "C004", "year"),
        ({"analysis": 'axis = "symetric"'}, "C004", "symmetric"),
        ({"analysis": 'subgroup = "desgin"'}, "C004", "design"),
    ],
)
def test_what_does_not_exist_is_refused_with_names_near_it(tmp_path, change, code, cure):
    problems = check_review(planned(tmp_path / "review", **change))
    found = [each for each in problems if each.code == code]
    assert len(found) == 1
    assert f"“{cure}”" in found[0].help


def test_the_methods_say_which_fits_were_repeated(review, analyses):
    said = write_methods(review, analyses)
    assert "Studies were grouped by design of studies.csv" in said
    assert "Welch's test" in said
    assert "With three studies or more, each was left out in turn." in said
    assert "studies were added up in the order of years" in said
    assert "Lau J, Antman EM" in said

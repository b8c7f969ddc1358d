"""What the plan says of forest plots, from review.toml to the figures that are asked for."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from metaan.models.pairwise import pool
from metaan.report.analysis import analyse
from metaan.report.canonical import write_canonical
from metaan.report.drawings import draw, scale_names, wanted_figures
from metaan.report.evidence import node_names
from metaan.report.forest_looks import forest_looks
from metaan.report.methods import write_methods
from metaan.report.numbers import results_document
from metaan.review.check import check_review
from metaan.review.read import read_review

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
        defaults='journal = "plos"\nformats = ["svg", "tiff", "eps"]\nsort = "year"',
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
    assert forest.arguments["years"]["Aronson1948"] == 1948
    assert forest.arguments["rob"].tool.id == "rob2"
    assert {f"loo-{ANCHOR}", f"cumulative-{ANCHOR}"} <= set(wanted)


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

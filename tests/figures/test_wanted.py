"""What the figures of the bundled review are drawn from."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaan.report.analysis import analyse
from metaan.report.drawings import scale_names, wanted_figures
from metaan.review.read import read_review


@pytest.fixture(scope="module")
def wanted():
    review = read_review(Path(__file__).parents[2] / "studies")
    figures = wanted_figures(analyse(review), {}, "placebo", scale_names(review))
    return {figure.id: figure.arguments for figure in figures}


def test_a_contrast_keeps_the_participants_printed_beside_it(wanted):
    comparison = wanted["forest-relief-carisoprodol-placebo"]["comparison"]
    (serfer,) = comparison.studies
    assert (serfer.arm1, serfer.arm2) == (None, None)
    assert serfer.sizes == (264, 269)
    assert sum(serfer.sizes) == comparison.n


def test_a_study_with_cells_has_their_sizes(wanted):
    (study,) = wanted["forest-function-methocarbamol-placebo"]["comparison"].studies
    assert (study.n1, study.n2) == (None, None)
    assert study.sizes == (study.arm1.n, study.arm2.n)


def test_a_figure_knows_the_scale_of_its_outcome_unless_there_are_several(wanted):
    function = wanted["forest-function-methocarbamol-placebo"]["scale"]
    assert function.startswith("Roland-Morris Disability Questionnaire")
    assert wanted["network-forest-function"]["scale"] == function
    assert wanted["forest-relief-carisoprodol-placebo"]["scale"] == ""

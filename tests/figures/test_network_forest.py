"""The network forest plot."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from statistics import NormalDist

import numpy as np
import pytest

from metaan.errors import CannotDraw
from metaan.figures.network_forest import contrasts_with, layout_network_forest, network_forest
from metaan.figures.presets import PRESETS
from metaan.results.frozen import frozen

OPTIONS = {
    "reference": "pla",
    "measure": "RR",
    "direction": "lower_better",
    "names": {"pla": "Placebo", "car": "Carisoprodol", "ibu": "Ibuprofen <b>"},
    "outcome": "Drowsiness",
}
DIRECT = [[0, 3, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


@pytest.fixture
def network(make_network):
    return make_network(
        ["pla", "car", "met", "ibu"], [0, -0.4, 0.3, 0.1], [["pla", "car", "met"], ["ibu"]], direct=DIRECT
    )


def texts(layout):
    return [words.text for words in layout.sheet.words]


def test_each_treatment_is_its_column_of_the_network_against_the_reference(network):
    car, met, ibu = contrasts_with(network, "pla", "lower_better", {})
    assert (car.treatment, met.treatment, ibu.treatment) == ("car", "met", "ibu")
    assert (car.estimate, car.direct) == (pytest.approx(-0.4), 3)
    half = NormalDist().inv_cdf(0.975) * 0.25
    assert (car.low, car.high) == pytest.approx((-0.4 - half, -0.4 + half))
    assert ibu.estimate != ibu.estimate


def test_the_most_favourable_stands_first(network):
    order = [c.treatment for c in contrasts_with(network, "pla", "higher_better", {})]
    assert order == ["met", "car", "ibu"]


def test_out_of_reach_is_said_and_not_plotted(network, assert_tidy):
    layout = layout_network_forest(network, **OPTIONS)
    said = texts(layout)
    assert [mark.row for mark in layout.marks] == [0, 1]
    assert "no connected evidence" in said
    assert "Out of reach, with no connected evidence to Placebo: Ibuprofen <b>." in said
    assert "Where there is no direct study the estimate is indirect." in said
    assert_tidy(layout.sheet)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bmj", "Test for heterogeneity and inconsistency: τ²=0.04; χ²="),
        ("jama", "Heterogeneity and inconsistency: χ²"),
        ("revman", "Heterogeneity and inconsistency: Tau² = 0.040; Chi² = "),
        ("lancet", "Heterogeneity and inconsistency: τ²=0·04; χ²="),
    ],
)
def test_statistics_and_intervals_are_in_the_journals_words(name, expected, network):
    preset = PRESETS[name]
    said = texts(layout_network_forest(network, **OPTIONS, preset=preset))
    assert any(line.startswith(expected) for line in said)
    limits = [line for line in said if line.startswith(preset.numerals.opening)]
    assert limits
    assert all(line.endswith(preset.numerals.closing) for line in limits)
    assert any(preset.numerals.between in line for line in limits)


def test_without_a_degree_of_freedom_for_inconsistency_it_is_not_named(network):
    said = " ".join(texts(layout_network_forest(network, **OPTIONS)))
    assert "Heterogeneity and inconsistency: τ² = 0.040" in said
    component = replace(network.components[0], Q_inconsistency_dof=0.0)
    tree = replace(network, components=(component, *network.components[1:]))
    said = " ".join(texts(layout_network_forest(tree, **OPTIONS)))
    assert "Heterogeneity: τ² = 0.040" in said
    assert "Inconsistency cannot be examined: no degree of freedom is left for it." in said


def test_a_prediction_interval_that_goes_on_has_arrows(network):
    endless = frozen(np.where(np.isfinite(network.prediction_high), 90.0, nan))
    layout = layout_network_forest(replace(network, prediction_high=endless), **OPTIONS)
    arrows = [shape for shape in layout.sheet.shapes if len(shape.points) == 3]
    assert [shape.points[0] for shape in arrows] == [(layout.scale.right, mark.y) for mark in layout.marks]


def test_a_mean_difference_names_its_scale(network):
    options = {**OPTIONS, "measure": "MD", "scale": "HbA1c (percentage points)"}
    assert "HbA1c (percentage points)" in texts(layout_network_forest(network, **options))
    assert "Scale: HbA1c (percentage points)." in network_forest(network, id="n", **options).description


def test_the_prediction_interval_is_a_second_thinner_line(network):
    layout = layout_network_forest(network, **OPTIONS)
    thin, thick = sorted(
        (line for line in layout.sheet.lines if line.start[1] == layout.marks[0].y and line.layer == 2),
        key=lambda line: line.width,
    )
    assert thin.start[0] < thick.start[0] < thick.end[0] < thin.end[0]


def test_without_degrees_of_freedom_it_says_so(make_network):
    network = make_network(["pla", "car", "met"], [0, -0.4, 0.3], [["pla", "car", "met"]], tau2=nan)
    said = " ".join(texts(layout_network_forest(network, **OPTIONS)))
    assert "τ² cannot be estimated from these studies" in said
    assert "No prediction interval" in said


SCORES = {"pla": 0.4, "car": 0.2, "met": 0.9, "ibu": 0.7}


def test_a_ranking_orders_the_rows_and_has_a_column(network):
    order = [c.treatment for c in contrasts_with(network, "pla", "lower_better", {}, SCORES)]
    assert order == ["met", "car", "ibu"]  # ibu is out of reach
    said = texts(layout_network_forest(network, **OPTIONS, scores=SCORES, score_name="SUCRA"))
    assert "SUCRA" in said
    assert [text for text in said if text in ("0.90", "0.20", "0.70")] == ["0.90", "0.20"]
    note = "Ordered by SUCRA (1 the best; Placebo: 0.40)"
    assert any(text.startswith(note) for text in said)


def test_a_treatment_without_a_score_comes_after_those_with_one(network):
    order = [c.treatment for c in contrasts_with(network, "pla", "lower_better", {}, {"met": 0.1})]
    assert order == ["met", "car", "ibu"]


def test_the_share_of_direct_evidence_has_a_column(network, assert_tidy):
    layout = layout_network_forest(network, **OPTIONS, proportion_direct={"car": 0.64, "met": 0.0})
    assert [text for text in texts(layout) if text.endswith("%")] == ["64%", "0%"]
    assert_tidy(layout.sheet)
    drawing = network_forest(network, id="n", **OPTIONS, proportion_direct={"car": 0.64}, scores=SCORES)
    assert "3 direct studies, 64% direct evidence, score 0.20." in drawing.description


def test_words(network):
    drawing = network_forest(network, id="n", **OPTIONS)
    assert len(drawing.alt) <= 150
    assert "2 of 3 treatments versus Placebo" in drawing.alt
    assert "Carisoprodol: risk ratio 0.67, 95% CI 0.41 to 1.09" in drawing.description


def test_a_question_that_cannot_be_drawn_is_answered_with_the_reason(network):
    with pytest.raises(CannotDraw, match="dia is not among the treatments"):
        network_forest(network, id="n", **{**OPTIONS, "reference": "dia"})
    with pytest.raises(CannotDraw, match="no treatment is connected to Ibuprofen <b>"):
        network_forest(network, id="n", **{**OPTIONS, "reference": "ibu"})

"""The comparison-adjusted funnel plot."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from metaan import network
from metaan.errors import CannotDraw
from metaan.figures.adjusted_funnel import comparison_adjusted_funnel, layout_adjusted_funnel
from metaan.figures.drawing import render

OPTIONS = {
    "order": ["old", "mid", "new"],
    "order_is": "from older to newer",
    "measure": "MD",
    "names": {"old": "Placebo", "new": "New <b>"},
    "outcome": "Pain",
}
MULTI = [
    ("three", "old", "mid", -0.2, 0.3),
    ("three", "old", "new", -0.5, 0.3),
    ("three", "mid", "new", -0.3, 0.3),
]


def rows_of(count=6, *, multi=True, single=False):
    """Two comparisons of `count` studies, written in both directions, and a three-arm study."""
    rows = []
    for i in range(count):
        rows.append((f"a{i}", "old", "mid", 0.1 * i - 0.4, 0.2 + 0.03 * i))
        rows.append((f"b{i}", "new", "old", 0.3 - 0.1 * i, 0.15 + 0.05 * i))
    rows += MULTI if multi else []
    return [*rows, ("c", "mid", "new", 0.1, 0.3)] if single else rows


def fitted(rows):
    return network(*map(list, zip(*rows, strict=True)))


def texts(layout):
    return [words.text for words in layout.sheet.words]


def test_a_point_is_the_effect_of_the_later_treatment_less_the_mean_of_its_comparison():
    fit = fitted(rows_of(multi=False))
    layout = layout_adjusted_funnel(fit, **OPTIONS)
    means = {}
    for later, sign in (("mid", -1), ("new", 1)):
        chosen = [row for row in rows_of(multi=False) if later in row]
        yi = sign * np.array([row[3] for row in chosen])
        w = 1 / (np.array([row[4] for row in chosen]) ** 2 + fit.tau2)
        means[later] = float((w * yi).sum() / w.sum())
    assert len(layout.points) == 12
    for point in layout.points:
        (row,) = (row for row in rows_of() if row[0] == point.study)
        effect = row[3] if row[1] == point.later else -row[3]
        assert point.deviation == pytest.approx(effect - means[point.later], abs=1e-12)
        assert point.earlier == "old"


def test_points_stand_where_their_numbers_are_and_precise_ones_on_top():
    layout = layout_adjusted_funnel(fitted(rows_of()), **OPTIONS)
    for point, (x, y) in zip(layout.points, layout.places, strict=True):
        assert x == pytest.approx(layout.across.place(point.deviation))
        share = (y - layout.down.left) / (layout.down.right - layout.down.left)
        assert share == pytest.approx(point.se / layout.down.high)


def test_the_limits_are_those_of_chance():
    layout = layout_adjusted_funnel(fitted(rows_of()), **OPTIONS)
    left, right = (line for line in layout.sheet.lines if line.dashed)
    assert left.start == right.start == (layout.across.place(0), layout.down.left)
    reach = 1.959963984540054 * layout.down.high
    assert (left.end[0], right.end[0]) == pytest.approx(
        (layout.across.place(-reach), layout.across.place(reach))
    )
    assert layout.across.low <= -reach


def test_a_study_of_several_arms_has_a_point_for_each_later_treatment_versus_its_earliest():
    layout = layout_adjusted_funnel(fitted(rows_of()), **OPTIONS)
    three = [(p.later, p.earlier) for p in layout.points if p.study == "three"]
    assert three == [("mid", "old"), ("new", "old")]
    other = layout_adjusted_funnel(fitted(rows_of()), **{**OPTIONS, "order": ["mid", "new", "old"]})
    assert ("old", "mid") in [(p.later, p.earlier) for p in other.points if p.study == "three"]
    assert "A study of several arms has a point for each" in " ".join(texts(layout))


def test_a_comparison_of_one_study_is_left_out_and_that_is_said():
    layout = layout_adjusted_funnel(fitted(rows_of(multi=False, single=True)), **OPTIONS)
    assert "c" not in {point.study for point in layout.points}
    assert "Left out: 1 comparison of a single study" in " ".join(texts(layout))


def test_each_comparison_has_its_own_symbol_in_the_legend():
    layout = layout_adjusted_funnel(fitted(rows_of()), **OPTIONS)
    said = texts(layout)
    assert "mid versus Placebo (7)" in said
    assert "New <b> versus Placebo (7)" in said
    assert len(layout.sheet.shapes) == len(layout.points) + 2
    assert len({len(shape.points) for shape in layout.sheet.shapes[-2:]}) == 2


def test_words():
    drawing = comparison_adjusted_funnel(fitted(rows_of()), id="f", **OPTIONS)
    assert drawing.alt == (
        "Comparison-adjusted funnel plot: Pain. 14 points of 2 comparisons, treatments from older to newer."
    )
    assert "a0, mid versus Placebo: mean difference 0.40," in drawing.description
    assert "Order, from older to newer: Placebo, mid, New <b>." in drawing.description
    again = comparison_adjusted_funnel(fitted(rows_of()), id="f", **OPTIONS)
    assert render(drawing, "svg") == render(again, "svg")


def test_a_ratio_is_divided(assert_tidy):
    layout = layout_adjusted_funnel(fitted(rows_of()), **{**OPTIONS, "measure": "OR"})
    assert "Odds ratio divided by the mean of its comparison (log scale)" in texts(layout)
    assert_tidy(layout.sheet)


REFUSED = [
    ({"order": ()}, 6, "it takes an order of the treatments"),
    ({"order": ["old", "new"]}, 6, "the order lacks: mid"),
    ({"order": ["old", "new", "mid", "old"]}, 6, "the order holds more than once: old"),
    ({}, 3, "8 contrasts of comparisons with two or more studies; asymmetry cannot be judged below 10"),
]


@pytest.mark.parametrize(("changed", "count", "reason"), REFUSED)
def test_what_cannot_be_drawn_says_why(changed, count, reason):
    with pytest.raises(CannotDraw, match=reason):
        comparison_adjusted_funnel(fitted(rows_of(count)), id="f", **{**OPTIONS, **changed})


@pytest.mark.parametrize("seed", range(10))
def test_any_network_makes_a_tidy_sheet(seed, assert_tidy):
    rng = np.random.default_rng(seed)
    scale = 10.0 ** rng.integers(-3, 4)
    nodes = [f"Treatment with a rather long name {i}" for i in range(int(rng.integers(3, 14)))]
    rows = []
    for i in range(60):
        one, other = rng.choice(len(nodes), 2, replace=False)
        se = scale * sqrt(rng.uniform(0.01, 1))
        rows.append((f"s{i}", nodes[one], nodes[other], float(rng.normal(0, se)), se))
    fit = fitted([row for row in rows if row])
    options = {"order": fit.treatments, "order_is": "as they come", "names": {}, "outcome": "Pain " * 30}
    assert_tidy(layout_adjusted_funnel(fit, measure="MD", **options).sheet)

"""The bubble plot."""

from __future__ import annotations

from itertools import pairwise
from math import exp

import numpy as np
import pytest

from metaan import regress
from metaan.errors import CannotDraw
from metaan.figures.bubble import bubble_plot, layout_bubble
from metaan.figures.drawing import render
from metaan.figures.plane import crosses

LABELS = [f"Placeholder {letter} 2001" for letter in "ABCDEFGH"]
X = [10.0, 12.0, 20.0, 25.0, 31.0, 40.0, 44.0, 60.0]
YI = [0.1, -0.3, -0.2, -0.7, -0.4, -1.1, -0.6, -1.3]
VI = [0.02, 0.3, 0.05, 0.1, 0.04, 0.2, 0.03, 0.5]
OPTIONS = {"measure": "RR", "labels": LABELS, "outcome": "Infection", "moderator": "Latitude (degrees)"}


def fit(x=X, **options):
    return regress(YI[: len(x)], VI[: len(x)], x, names=["latitude"], **options)


def texts(layout):
    return [words.text for words in layout.sheet.words]


def test_area_is_proportional_to_weight():
    regression = fit()
    bubbles = layout_bubble(regression, **OPTIONS).bubbles
    areas = np.array([bubble.radius**2 for bubble in bubbles])
    np.testing.assert_allclose(areas / areas.max(), regression.weights / regression.weights.max())


def test_bubbles_stand_where_their_studies_are():
    layout = layout_bubble(fit(), **OPTIONS)
    assert [bubble.x for bubble in layout.bubbles] == sorted(bubble.x for bubble in layout.bubbles)
    by_effect = sorted(zip(YI, layout.bubbles, strict=True), key=lambda pair: pair[0])
    assert all(a[1].y > b[1].y for a, b in pairwise(by_effect))


def test_a_ratio_has_a_log_axis():
    layout = layout_bubble(fit(), **OPTIONS)
    for tick in layout.up.ticks:
        assert exp(tick.value) == pytest.approx(float(tick.label))
    assert "Risk ratio (log scale)" in texts(layout)


def test_the_band_is_the_interval_of_the_mean_and_hides_no_line():
    layout = layout_bubble(fit(method="SJ"), **OPTIONS)
    predicted, mean = layout.sheet.shapes[:2]
    tall = [max(y for _, y in band.points) - min(y for _, y in band.points) for band in (predicted, mean)]
    assert tall[0] > tall[1]
    assert max(shape.layer for shape in layout.sheet.shapes[:2]) < layout.sheet.lines[-1].layer


def test_labels_name_the_ends_and_the_farthest_and_never_touch(assert_tidy):
    layout = layout_bubble(fit(), **OPTIONS)
    assert_tidy(layout.sheet)
    named = {words.text for words in layout.labels}
    assert {LABELS[0], LABELS[-1]} <= named
    for words in layout.labels:
        left, top, right, bottom = words.box
        for bubble in layout.bubbles:
            across = max(left - bubble.x, 0, bubble.x - right)
            down = max(top - bubble.y, 0, bubble.y - bottom)
            assert across**2 + down**2 >= bubble.radius**2


def test_no_label_stands_on_an_end_of_the_prediction_interval():
    yi = [-5.0, -3.5, -13.6, -7.0, -9.8, -13.8, -10.3, -9.6, -8.3, -13.5, -7.8, -19.0]
    vi = [2.0, 6.0, 3.0, 2.0, 4.0, 9.0, 2.5, 9.0, 3.0, 2.0, 5.0, 6.0]
    x = np.arange(10.0, 70.0, 5.0)
    labels = [f"Placeholder {i}" for i in range(12)]
    layout = layout_bubble(regress(yi, vi, x), measure="MD", labels=labels, outcome="Pain")
    band = layout.sheet.shapes[0].points
    assert len(layout.labels) > 2
    for words in layout.labels:
        assert not crosses(band[: len(band) // 2], words.box)
        assert not crosses(band[len(band) // 2 :], words.box)


@pytest.mark.parametrize("seed", range(25))
def test_any_studies_make_a_tidy_sheet(seed, assert_tidy):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(3, 40))
    x = rng.normal(size=k) * 10.0 ** rng.integers(-6, 7) + rng.integers(-3000, 3000)
    yi, vi = rng.normal(size=k) * 10.0 ** rng.integers(-3, 3), 10 ** rng.uniform(-4, 1, k)
    labels = [f"Placeholder with a rather long name {i}" for i in range(k)]
    measure = str(rng.choice(["MD", "SMD", "OR"]))
    layout = layout_bubble(
        regress(np.clip(yi, -8, 8), vi, x), measure=measure, labels=labels, outcome="Pain " * 30
    )
    assert_tidy(layout.sheet)
    assert len(layout.up.ticks) > 1
    assert len(layout.across.ticks) > 1


def test_through_the_origin():
    layout = layout_bubble(fit(intercept=False), **OPTIONS)
    assert len(layout.bubbles) == 8


def test_words(read_boxes):
    drawing = bubble_plot(fit(), id="bubble", **OPTIONS)
    assert drawing.title == "Bubble plot: Infection by Latitude (degrees)"
    assert len(drawing.alt) <= 150
    assert "8 studies" in drawing.alt
    for label in LABELS:
        assert f"{label}: Latitude (degrees)" in drawing.description
    assert "multiplies the risk ratio by 0." in drawing.description
    svg = render(drawing, "svg").decode()
    assert 'role="img"' in svg
    assert "Latitude (degrees)" in [box[4] for box in read_boxes(svg)]


def test_a_difference_changes_by():
    options = {**OPTIONS, "measure": "MD"}
    assert "changes the mean difference by −0." in bubble_plot(fit(), id="b", **options).description


def test_rendering_is_deterministic():
    first, second = (render(bubble_plot(fit(), id="b", **OPTIONS), "svg") for _ in range(2))
    assert first == second


def test_hostile_text_is_shown_as_text(read_boxes):
    options = {**OPTIONS, "labels": ["<b>&\x07 $x$"] * 8, "outcome": "<script>", "moderator": "a\nb"}
    drawing = bubble_plot(fit(), id="b", **options)
    assert "<script>" not in render(drawing, "svg").decode()
    assert "a b" in drawing.title


REFUSED = [
    (lambda: fit([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0]), "2 different values; compare subgroups"),
    (lambda: regress(YI, VI, np.empty((8, 0))), "no moderator"),
    (lambda: regress(YI, VI, np.column_stack([X, np.square(X)]), names=["a", "b"]), "2 moderators (a, b)"),
    (lambda: fit([1.0, 2.0], intercept=False), "needs 3 studies"),
]


@pytest.mark.parametrize(("make", "reason"), REFUSED)
def test_what_cannot_be_drawn_says_why(make, reason):
    regression = make()
    options = {**OPTIONS, "labels": LABELS[: regression.k]}
    with pytest.raises(CannotDraw) as refused:
        bubble_plot(regression, id="b", **options)
    assert reason in str(refused.value)


def test_a_wrong_number_of_labels():
    with pytest.raises(CannotDraw, match="1 labels for 8 studies"):
        bubble_plot(fit(), id="b", **{**OPTIONS, "labels": ["one"]})

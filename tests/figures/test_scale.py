"""The axis: limits and ticks."""

from __future__ import annotations

from itertools import pairwise
from math import exp, floor, log, log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaan.errors import CannotDraw
from metaan.figures.measure import width
from metaan.figures.scale import Scale, choose_limits, choose_ticks, mirrored_limits

LOGS = st.floats(-11.5, 11.5)  # ratios from 1e-5 to 1e5
WIDTHS = st.floats(1e-3, 30)


@given(st.lists(st.tuples(LOGS, WIDTHS), min_size=1, max_size=60), st.booleans())
def test_every_point_and_the_null_are_visible_and_most_intervals_whole(studies, ratio):
    intervals = [(y - w, y + w) for y, w in studies]
    low, high = choose_limits([y for y, _ in studies], intervals, ratio=ratio)
    slack = 1e-9 * (high - low)
    assert low < 0 < high
    assert all(low - slack <= y <= high + slack for y, _ in studies)
    reach = 6.9 if ratio else float("inf")
    usual = [i for i in intervals if i[0] > -reach and i[1] < reach]
    whole = [a for a, b in intervals if a >= low - slack and b <= high + slack]
    assert len(whole) >= len(usual) // 2


@given(LOGS, WIDTHS, LOGS, st.booleans())
def test_ticks_include_the_null_and_their_labels_stay_apart(y, half, other, ratio):
    low, high = choose_limits([y, other], [(y - half, y + half)], ratio=ratio)
    ticks = choose_ticks(low, high, ratio=ratio, size=9, room=216)
    assert any(abs(tick.value) < 1e-9 for tick in ticks)
    places = [(tick.value - low) / (high - low) * 216 for tick in ticks]
    for (a, x1), (b, x2) in pairwise(zip(ticks, places, strict=True)):
        assert x2 - x1 >= (width(a.label, 9) + width(b.label, 9)) / 2 + 3
    assert all(low - 1e-6 <= tick.value <= high + 1e-6 for tick in ticks)


@given(st.lists(st.tuples(LOGS, WIDTHS), min_size=1, max_size=20), st.booleans())
def test_a_mirrored_axis_has_the_null_in_its_middle_and_hides_nothing(studies, ratio):
    limits = choose_limits([y for y, _ in studies], [(y - w, y + w) for y, w in studies], ratio=ratio)
    low, high = mirrored_limits(limits, ratio=ratio)
    assert low == -high
    assert low <= limits[0] < limits[1] <= high
    ticks = choose_ticks(low, high, ratio=ratio, size=9, room=216)
    assert any(abs(tick.value) < 1e-9 for tick in ticks)
    assert ticks[0].value < 0 < ticks[-1].value


def test_a_mirrored_log_axis_is_labelled_with_reciprocals():
    low, high = mirrored_limits((log(0.05), log(2)), ratio=True)
    labels = [tick.label for tick in choose_ticks(low, high, ratio=True, size=9, room=216)]
    assert labels == ["0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "20"]


@given(LOGS, WIDTHS)
def test_ticks_of_a_wide_log_axis_are_one_two_five_or_one_three(y, half):
    low, high = choose_limits([y], [(y - half, y + half)], ratio=True)
    if high - low > log(5) + 1e-9:
        ticks = choose_ticks(low, high, ratio=True, size=9, room=216)
        places = [log10(exp(tick.value)) for tick in ticks]
        mantissas = {round(10 ** (place - floor(place + 1e-9)), 6) for place in places}
        assert mantissas <= {1, 2, 5} or mantissas <= {1, 3}


@given(st.lists(st.tuples(LOGS, st.floats(0.3, 9)), min_size=1, max_size=9))
def test_an_axis_has_at_least_four_ticks_and_labels_at_its_ends(studies):
    low, high = choose_limits([y for y, _ in studies], [(y - w, y + w) for y, w in studies], ratio=True)
    ticks = choose_ticks(low, high, ratio=True, size=9, room=216)
    assert len(ticks) >= 4
    if high - low < log(1e7):
        assert (ticks[0].value, ticks[-1].value) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.55, 1.6, ["0.5", "1", "1.5", "2"]),
        (0.4, 150, ["0.3", "1", "3", "10", "30", "100", "300"]),
        (0.002, 40, ["0.001", "0.01", "0.1", "1", "10", "100"]),
    ],
)
def test_the_limits_are_values_that_can_be_labelled(low, high, labels):
    limits = choose_limits([0.0], [(log(low), log(high))], ratio=True)
    ticks = choose_ticks(*limits, ratio=True, size=9, room=216)
    assert [tick.label for tick in ticks] == labels


@given(st.floats(-900, 900), st.floats(0.5, 300))
def test_a_straight_axis_has_labels_at_its_ends_too(y, half):
    low, high = choose_limits([y], [(y - half, y + half)], ratio=False)
    ticks = choose_ticks(low, high, ratio=False, size=9, room=216)
    assert len(ticks) >= 3
    assert (ticks[0].value, ticks[-1].value) == pytest.approx((low, high))


def test_an_interval_that_goes_on_only_slightly_beyond_the_axis_is_shown_whole():
    usual = [(log(0.1), log(1.4))] * 12
    for limit, whole in ((6.53, True), (600.0, False)):
        low, high = choose_limits([log(0.5), log(1.5)], [*usual, (log(0.4), log(limit))], ratio=True)
        assert (log(limit) <= high) is whole
        assert exp(low) <= 0.1


@given(st.floats(-30, 30), st.booleans())
def test_no_arrow_stands_for_a_slight_overshoot(end, ratio):
    wide = (min(end, -0.1), max(end, 0.1))
    low, high = choose_limits([-0.5, 0.5], [(-1.0, 1.0)] * 12 + [wide], ratio=ratio)
    over = max(low - wide[0], wide[1] - high)
    assert over <= 1e-9 * (high - low) or over >= 0.15 * (high - low)


def test_limits_of_the_usual_case():
    low, high = choose_limits([log(0.44), log(0.76), log(0.68)], [(log(0.27), log(0.74))], ratio=True)
    assert (exp(low), exp(high)) == pytest.approx((0.2, 2.0))


def test_infinite_limits_neither_crash_nor_stretch_the_axis_for_ever():
    infinite = float("inf")
    low, high = choose_limits([0.2], [(-infinite, infinite), (-0.1, 0.5)], ratio=True)
    assert (exp(low), exp(high)) == pytest.approx((1e-4, 1e4))


def test_a_scale_knows_what_it_clips():
    scale = Scale(low=-1, high=1, left=0, right=100, ticks=())
    assert (scale.clips_low(-1), scale.clips_low(-1.01), scale.clips_high(float("nan"))) == (
        False,
        True,
        True,
    )
    assert (scale.place(-5), scale.place(0), scale.place(5)) == (0, 50, 100)


@pytest.mark.parametrize(
    ("points", "said"),
    [([1000.0, 2.0], "logarithm 1"), ([-1e20], "logarithm 1"), ([1e-60], "too near")],
)
def test_ratios_that_no_number_can_label_are_refused_in_a_sentence(points: list[float], said: str) -> None:
    near = [(point - abs(point) / 10, point + abs(point) / 10) for point in points]
    with pytest.raises(CannotDraw, match=said):
        choose_limits(points, near, ratio=True)

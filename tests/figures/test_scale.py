"""The axis: limits and ticks."""

from __future__ import annotations

from itertools import pairwise
from math import exp, log, log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaan.figures.measure import width
from metaan.figures.scale import Scale, choose_limits, choose_ticks

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


@given(LOGS, WIDTHS)
def test_ticks_of_a_wide_log_axis_are_one_two_five(y, half):
    low, high = choose_limits([y], [(y - half, y + half)], ratio=True)
    if high - low > log(5):
        for tick in choose_ticks(low, high, ratio=True, size=9, room=216):
            mantissa = exp(tick.value) / 10 ** round(log10(exp(tick.value)) - 0.35)
            assert min(abs(mantissa - m) for m in (0.5, 1, 2, 5, 10)) < 1e-6


def test_limits_of_the_usual_case():
    low, high = choose_limits([log(0.44), log(0.76), log(0.68)], [(log(0.27), log(0.74))], ratio=True)
    assert (exp(low), exp(high)) == pytest.approx((0.2, 2.0))


def test_infinite_limits_neither_crash_nor_stretch_the_axis_for_ever():
    infinite = float("inf")
    low, high = choose_limits([0.2], [(-infinite, infinite), (-0.1, 0.5)], ratio=True)
    assert log(1e-4) < low < 0 < high < log(1e4)


def test_a_scale_knows_what_it_clips():
    scale = Scale(low=-1, high=1, left=0, right=100, ticks=())
    assert (scale.clips_low(-1), scale.clips_low(-1.01), scale.clips_high(float("nan"))) == (
        False,
        True,
        True,
    )
    assert (scale.place(-5), scale.place(0), scale.place(5)) == (0, 50, 100)

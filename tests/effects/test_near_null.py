"""Effects near no effect and near perfect agreement, where differences lose digits: against 50 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from metaan import effect_sizes

DIGITS = 50
LAST = 2e-15
"""A few roundings of a double."""

SERIES = 1e-13
"""SciPy's hypergeometric function, and arctangents of a subtracted mean."""


@pytest.fixture(autouse=True)
def _fifty_digits():
    with mp.workdps(DIGITS):
        yield


def _plainly(measure, a, b, c, d):
    """Every measure as its paper has it, without a thought for cancellation."""
    n1, n2 = a + b, c + d
    n, m1, m2 = n1 + n2, a + c, b + d
    return {
        "OR": lambda: mp.log((a / b) / (c / d)),
        "RR": lambda: mp.log((a / n1) / (c / n2)),
        "RD": lambda: a / n1 - c / n2,
        "AS": lambda: mp.asin(mp.sqrt(a / n1)) - mp.asin(mp.sqrt(c / n2)),
        "PETO": lambda: (a - n1 * m1 / n) / (n1 * n2 * m1 * m2 / (n**2 * (n - 1))),
        "PHI": lambda: (a * d - b * c) / mp.sqrt(n1 * n2 * m1 * m2),
    }[measure]()


NEAR = [
    (3_333_333, 6_666_667, 3_333_334, 6_666_668),
    (9_999_998, 2, 9_999_993, 3),
    (1, 9_999_999, 2, 19_999_999),
    (499_999, 500_001, 500_000, 500_000),
    (7, 93, 8, 92),
    (900, 1, 1, 900),
]


@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "AS", "PETO", "PHI"])
@pytest.mark.parametrize("cells", NEAR)
def test_large_tables_near_no_effect(measure, cells):
    given = dict(zip(("ai", "bi", "ci", "di"), cells, strict=True))
    expected = _plainly(measure, *map(mpf, cells))
    assert float(effect_sizes(measure, **given).yi[0]) == pytest.approx(float(expected), rel=LAST)


@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "AS", "PETO", "PHI", "YUQ", "YUY"])
@pytest.mark.parametrize("times", [3, 7, 49, 1001])
def test_equal_risks_are_no_effect_at_all(measure, times):
    """One third, one in 49, and the like have no exact double; the difference is 0 all the same."""
    found = effect_sizes(measure, ai=[1], n1i=[49], ci=[times], n2i=[49 * times])
    assert found.yi[0] == 0


def test_no_event_in_either_arm_is_no_arcsine_difference():
    assert effect_sizes("AS", ai=[0, 5], n1i=[9, 5], ci=[0, 8], n2i=[4, 8]).yi.tolist() == [0, 0]


@pytest.mark.parametrize(("events", "n"), [(9_999_999, 10_000_000), (49, 50), (1, 10_000_000)])
def test_logs_of_proportions_near_one(events, n):
    found = float(effect_sizes("PLN", xi=[events], ni=[n]).yi[0])
    assert found == pytest.approx(float(mp.log(mpf(events) / n)), rel=LAST)


@pytest.mark.parametrize("r", [1 - 1e-13, -1 + 1e-9, 0.999, 0.87, 0.86, -0.5, 1e-9])
@pytest.mark.parametrize("n", [5, 14, 99, 100, 5000])
def test_correlations_near_one(r, n):
    raw, unbiased = (effect_sizes(name, ri=[r], ni=[n]) for name in ("COR", "UCOR"))
    exact = mpf(r)
    u = exact * mpmath.hyp2f1(0.5, 0.5, mpf(n - 2) / 2, 1 - exact**2)
    assert float(raw.vi[0]) == pytest.approx(float((1 - exact**2) ** 2 / (n - 1)), rel=LAST)
    assert float(unbiased.yi[0]) == pytest.approx(float(u), rel=SERIES)
    assert float(unbiased.vi[0]) == pytest.approx(float((1 - u**2) ** 2 / (n - 1)), rel=SERIES)


def test_a_ratio_of_paired_means_that_move_together():
    r, sd1, sd2, n = 1 - 1e-10, 2.0, 2.0 * (1 + 1e-6), 40
    found = effect_sizes("ROMC", m1i=[5.0], m2i=[5.0], sd1i=[sd1], sd2i=[sd2], ni=[n], ri=[r])
    cv1, cv2 = mpf(sd1) / 5, mpf(sd2) / 5
    expected = (cv1**2 + cv2**2 - 2 * mpf(r) * cv1 * cv2) / n
    assert float(found.vi[0]) == pytest.approx(float(expected), rel=1e-9)  # sd2 - sd1 has ten digits
    same = effect_sizes("ROMC", m1i=[5.0], m2i=[4.0], sd1i=[3.0], sd2i=[2.4], ni=[n], ri=[1.0])
    assert np.isnan(same.vi[0]) or same.vi[0] < 1e-30

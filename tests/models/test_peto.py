from __future__ import annotations

from math import exp, isnan

import numpy as np
import pytest
from scipy import stats

from metaan import InputError, peto

CLOSED = 1e-12

SPARSE = {
    "ai": [0, 1, 2, 0, 5],
    "n1i": [50, 60, 70, 40, 30],
    "ci": [2, 0, 3, 0, 3],
    "n2i": [50, 60, 70, 40, 31],
}
PRINTED_SPARSE = (0.01760289, 0.5181159, 3.868059)
"""Estimate, SE and Q of rma.peto(), metafor 3.8-1."""


def test_sparse_tables_against_metafor():
    fit = peto(**SPARSE)
    assert (fit.estimate, fit.se, fit.Q) == pytest.approx(PRINTED_SPARSE, rel=1e-6)
    assert (fit.k, fit.Q_dof) == (4, 3.0)
    assert fit.notes == ("study 4: left out, no events in either arm",)
    assert fit.weights[3] == 0
    assert fit.weights.sum() == pytest.approx(1)


def test_a_hypergeometric_sum():
    """The estimate is the score at 0 over its information: mean and variance of the first arm's events."""
    score = information = 0.0
    for a, n1, c, n2 in zip(*SPARSE.values(), strict=True):
        events = np.arange(a + c + 1)
        p = stats.hypergeom.pmf(events, n1 + n2, a + c, n1)
        mean = p @ events
        score += a - mean
        information += p @ (events - mean) ** 2
    fit = peto(**SPARSE)
    assert fit.estimate == pytest.approx(score / information, rel=1e-10)
    assert fit.se == pytest.approx(information**-0.5, rel=CLOSED)
    assert fit.pvalue == pytest.approx(2 * stats.norm.sf(abs(fit.estimate / fit.se)), rel=CLOSED)


def test_interval_and_level():
    fit = peto(**SPARSE, level=0.9)
    reach = stats.norm.ppf(0.95) * fit.se
    assert fit.ci == pytest.approx((fit.estimate - reach, fit.estimate + reach), rel=1e-10)


def test_no_information():
    fit = peto(ai=[0, 4], n1i=[3, 4], ci=[0, 5], n2i=[3, 5])
    assert all(isnan(x) for x in (fit.estimate, fit.se, fit.pvalue, *fit.ci, fit.Q, fit.Q_pvalue))
    assert fit.notes == (
        "not estimable: no study has both events and non-events",
        "study 1: left out, no events in either arm",
        "study 2: left out, only events in both arms",
    )


def test_events_in_one_arm_only_are_estimable():
    fit = peto(ai=[0, 0], n1i=[50, 60], ci=[2, 1], n2i=[50, 60])
    assert 0 < exp(fit.estimate) < 1
    assert np.isfinite(fit.se)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ai": [0, 1, 2, 0, -5]}, r"ai\[4\] = -5 is negative"),
        ({"ai": [0, 1]}, "differ in length"),
        ({"ai": [0, 1, 2, 0, 31]}, r"ai\[4\] = 31 is more than n1i"),
        ({"ai": ["a"] * 5}, "is not a number"),
        ({"level": 2}, "level = 2"),
    ],
)
def test_what_cannot_be_asked(changed, said):
    with pytest.raises(InputError, match=said):
        peto(**{**SPARSE, **changed})

"""Pooling in any unit: the squares of small standard errors do not underflow into an interval of no width."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import pool
from metaan.models.inference import infer_mean
from metaan.models.tau2 import ESTIMATORS

YI = np.array([0.31, -0.42, 0.93, 0.11])
VI = np.array([0.02, 0.05, 0.04, 0.03])
# Powers of 2, so that nothing but the range of a double can change a digit; the first leaves vi near 1e-307.
UNITS = [2.0**-507, 2.0**-100, 2.0**100, 2.0**400]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("method", ESTIMATORS)
@pytest.mark.parametrize("test", ["z", "t", "hksj", "adhoc"])
def test_results_scale_with_the_unit(unit, method, test):
    here, there = (
        pool(YI, VI, method=method, test=test),
        pool(YI * unit, VI * unit**2, method=method, test=test),
    )
    assert there.se == pytest.approx(here.se * unit, rel=1e-12, abs=0)
    assert there.estimate == pytest.approx(here.estimate * unit, rel=1e-12, abs=0)
    assert there.statistic == pytest.approx(here.statistic, rel=1e-12)
    assert there.pvalue == pytest.approx(here.pvalue, rel=1e-10)
    for limits in ("ci", "prediction"):
        expected = [limit * unit for limit in getattr(here, limits)]
        assert getattr(there, limits) == pytest.approx(expected, rel=1e-11, abs=0), limits


@pytest.mark.parametrize("test", ["z", "hksj"])
def test_variances_below_the_normal_range_keep_a_width(test):
    found = pool(YI * 1e-155, VI * 1e-309, method="DL", test=test)
    expected = pool(YI, VI * 10, method="DL", test=test)
    assert found.se == pytest.approx(expected.se * 1e-155, rel=1e-9, abs=0)
    assert found.pvalue == pytest.approx(expected.pvalue, rel=1e-9)
    alone = pool([1e-155], [1e-310])
    assert alone.se == pytest.approx(1e-155, rel=1e-9, abs=0)
    assert alone.ci[0] < alone.estimate < alone.ci[1]


@pytest.mark.parametrize("method", ["PM", "EB", "DLIT"])
def test_a_scale_that_is_1_by_construction_needs_no_note(method):
    rng = np.random.default_rng(20)
    for _ in range(60):
        k = int(rng.integers(3, 12))
        yi, vi = rng.normal(0, 1, k), rng.uniform(0.01, 0.2, k)
        for test in ("hksj", "adhoc"):
            fit = pool(yi, vi, method=method, test=test)
            if fit.tau2 > 0:
                assert not any("scale" in note for note in fit.notes)


@pytest.mark.parametrize("test", ["hksj", "adhoc"])
def test_a_scale_below_1_keeps_its_note(test):
    assert infer_mean(1.0, information=1.0, scale=1 - 1e-4, k=4, test=test, level=0.95).notes
    assert not infer_mean(1.0, information=1.0, scale=1 - 1e-9, k=4, test=test, level=0.95).notes

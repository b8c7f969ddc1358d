from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from scipy import stats

from metaan import InputError, heterogeneity_interval, pool
from metaan.models.tau2 import generalised_q

YI = [-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232]
VI = [0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040]


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
def test_q_at_the_limits_is_the_quantile(level):
    found = heterogeneity_interval(YI, VI, level=level)
    for limit, tail in zip(found.tau2, ((1 + level) / 2, (1 - level) / 2), strict=True):
        q = generalised_q(np.array(YI), np.array(VI), limit)
        assert q == pytest.approx(stats.chi2.ppf(tail, 9), rel=1e-9)
    assert found.level == level


def test_i2_and_h2_follow_from_tau2():
    found = heterogeneity_interval(YI, VI)
    fit = pool(YI, VI)
    typical = fit.tau2 * (1 / fit.I2 - 1)
    for tau2, I2, H2 in zip(found.tau2, found.I2, found.H2, strict=True):
        assert pytest.approx(tau2 / (tau2 + typical), rel=1e-12) == I2
        assert pytest.approx(1 / (1 - I2), rel=1e-12) == H2
    assert found.tau2[0] < fit.tau2 < found.tau2[1]


def test_wider_at_a_higher_level():
    narrow, wide = (heterogeneity_interval(YI, VI, level=level).tau2 for level in (0.8, 0.99))
    assert wide[0] <= narrow[0] < narrow[1] < wide[1]


def test_agreement_beyond_chance_empties_the_interval():
    found = heterogeneity_interval([0.1] * 5, [0.1, 0.2, 0.3, 0.4, 0.5])
    assert (found.tau2, found.I2, found.H2) == ((0.0, 0.0), (0.0, 0.0), (1.0, 1.0))
    assert "empty" in found.notes[0]


def test_one_study_has_no_interval():
    found = heterogeneity_interval([0.1], [0.1])
    assert all(isnan(x) for x in (*found.tau2, *found.I2, *found.H2))
    assert found.notes


def test_errors():
    with pytest.raises(InputError, match=r"vi\[0\] = -1"):
        heterogeneity_interval([1], [-1])
    with pytest.raises(InputError, match="level = 1"):
        heterogeneity_interval(YI, VI, level=1)

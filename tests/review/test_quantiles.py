from __future__ import annotations

from math import inf

import pytest
from scipy import stats

from metaan.review.quantiles import quantile_of_p, t_quantile, two_sided_p

CONTINUED_FRACTION = 1e-10  # relative; the fraction stops at 1e-15, the rest is lgamma at large dof


@pytest.mark.parametrize("dof", [1, 2, 3.5, 10, 75, 531, 1e5])
@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.983, 0.999, 0.9999])
def test_t_quantile_is_scipys(dof: float, level: float) -> None:
    assert t_quantile(level, dof) == pytest.approx(stats.t.isf((1 - level) / 2, dof), rel=CONTINUED_FRACTION)


@pytest.mark.parametrize("dof", [1, 4, 30, 531])
@pytest.mark.parametrize("t", [0.01, 0.7, 1.96, 3.92, 12.0])
def test_two_sided_p_is_scipys(dof: float, t: float) -> None:
    assert two_sided_p(-t, dof) == pytest.approx(2 * stats.t.sf(t, dof), rel=CONTINUED_FRACTION)


def test_the_normal_is_the_limit() -> None:
    assert t_quantile(0.95) == pytest.approx(stats.norm.isf(0.025), rel=1e-12)
    assert two_sided_p(1.5, inf) == pytest.approx(2 * stats.norm.sf(1.5), rel=1e-12)
    assert quantile_of_p(0.0001, 1e8) == pytest.approx(stats.norm.isf(0.00005), rel=1e-12)

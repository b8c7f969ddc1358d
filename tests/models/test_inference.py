from __future__ import annotations

from math import inf, isnan, sqrt

import pytest
from scipy import stats

from metaan.models.inference import TESTS, critical_value, infer_mean, two_sided_pvalue

OTHER_LIBRARY = 1e-9


@pytest.mark.parametrize("dof", [1.0, 2.0, 3.0, 12.0, 300.0, inf])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_quantiles(dof, level):
    expected = stats.norm.ppf((1 + level) / 2) if dof == inf else stats.t.ppf((1 + level) / 2, dof)
    assert critical_value(dof, level) == pytest.approx(expected, rel=OTHER_LIBRARY)


@pytest.mark.parametrize("dof", [1.0, 5.0, 80.0, inf])
@pytest.mark.parametrize("statistic", [0.0, 0.3, -2.0, 8.0, -30.0])
def test_p_values_far_out_too(dof, statistic):
    reference = stats.norm() if dof == inf else stats.t(dof)
    expected = 2 * reference.sf(abs(statistic))
    assert two_sided_pvalue(statistic, dof) == pytest.approx(expected, rel=1e-8, abs=0)


@pytest.mark.parametrize("scale", [0.25, 4.0])
@pytest.mark.parametrize("test", TESTS)
def test_what_the_scale_does(test, scale):
    found = infer_mean(1.0, information=25.0, scale=scale, k=4, test=test, level=0.95)
    factor = {"z": 1, "t": 1, "hksj": scale, "adhoc": max(scale, 1)}[test]
    assert found.se == pytest.approx(sqrt(factor) / 5)
    assert found.dof == (inf if test == "z" else 3)
    assert bool(found.notes) == (test in {"hksj", "adhoc"} and scale < 1)


def test_no_scale_no_test():
    found = infer_mean(1.0, information=25.0, scale=0.0, k=4, test="hksj", level=0.95)
    assert (found.se, found.ci) == (0.0, (1.0, 1.0))
    assert isnan(found.statistic)
    assert isnan(found.pvalue)
    assert infer_mean(1.0, information=25.0, scale=0.0, k=4, test="adhoc", level=0.95).se == 0.2

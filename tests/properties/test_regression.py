"""What must hold for any meta-regression and any subgroups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.oneway import anova_oneway

from metaan import pool, predict, regress, subgroups
from metaan.models.residual_tau2 import RESIDUAL_ESTIMATORS
from metaan.models.tau2 import ESTIMATORS

SAME = 1e-10
"""Two ways to the same number; measured against a typical variance where the number may be near 0."""

METHODS = tuple(ESTIMATORS)
TESTS = st.sampled_from(["z", "t", "hksj", "adhoc"])
UNTIMED = settings(deadline=None, max_examples=40)


@st.composite
def problems(draw, q: int = 2):
    """Effects on moderators of any strength, errors over four decades."""
    k = draw(st.integers(q + 3, 14))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    vi = 10 ** rng.uniform(-4, 0, k)
    X = rng.normal(size=(k, q))
    spread, slope = draw(st.sampled_from([0.0, 0.1, 1.0])), draw(st.sampled_from([0.0, 1.0]))
    return slope * X.sum(axis=1) + rng.normal(size=k) * np.sqrt(vi + spread**2), vi, X


def close(found, expected, scale, rel=SAME):
    return np.all(np.abs(np.subtract(found, expected)) <= rel * (np.abs(expected) + scale))


def test_the_same_estimators():
    assert tuple(RESIDUAL_ESTIMATORS) == METHODS


@UNTIMED
@given(data=problems(), method=st.sampled_from(METHODS), test=TESTS)
def test_an_intercept_alone_is_pooling(data, method, test):
    yi, vi, _ = data
    fit = regress(yi, vi, np.empty((len(yi), 0)), method=method, test=test)
    mean = pool(yi, vi, method=method, test=test)
    v = float(np.median(vi))
    assert close(fit.tau2, mean.tau2, v)
    assert close(fit.estimate[0], mean.estimate, v**0.5)
    assert close(fit.se[0], mean.se, 0, rel=1e-9)
    assert close(fit.ci[0], mean.ci, v**0.5, rel=1e-9)
    assert close([fit.I2, fit.H2, fit.QE], [mean.I2, mean.H2, mean.Q], 1, rel=1e-9)
    assert close(fit.weights, mean.weights, 1e-3)
    assert np.isnan(fit.se_tau2) == np.isnan(mean.se_tau2)
    assert close(np.nan_to_num(fit.se_tau2), np.nan_to_num(mean.se_tau2), v, rel=1e-9)


@UNTIMED
@given(data=problems(), method=st.sampled_from(METHODS), exponent=st.floats(-6, 6))
def test_the_unit_of_the_effects_does_not_matter(data, method, exponent):
    (yi, vi, X), c = data, 10**exponent
    one, other = regress(yi, vi, X, method=method), regress(c * yi, c * c * vi, X, method=method)
    v = float(np.median(vi))
    assert close(other.tau2 / c**2, one.tau2, v)
    assert close(other.estimate / c, one.estimate, v**0.5, rel=1e-9)
    assert close(other.I2, one.I2, 1)


@UNTIMED
@given(
    data=problems(), method=st.sampled_from(METHODS), exponent=st.integers(-8, 8), shift=st.floats(-1e3, 1e3)
)
def test_unit_and_origin_of_the_moderators_do_not_matter(data, method, exponent, shift):
    yi, vi, X = data
    c = 10.0**exponent
    one, other = regress(yi, vi, X, method=method), regress(yi, vi, (X + shift) * c, method=method)
    v = float(np.median(vi))
    assert close(other.tau2, one.tau2, v, rel=1e-8)
    assert close(other.estimate[1:] * c, one.estimate[1:], v**0.5, rel=1e-7)
    assert close(other.fitted, one.fitted, v**0.5, rel=1e-8)
    assert close(other.vif[1:], one.vif[1:], 0, rel=1e-7)
    assert close([other.QM, other.QE], [one.QM, one.QE], 1, rel=1e-7)


@UNTIMED
@given(data=problems(), method=st.sampled_from(METHODS), seed=st.integers(0, 99))
def test_the_order_of_studies_does_not_matter(data, method, seed):
    yi, vi, X = data
    order = np.random.default_rng(seed).permutation(len(yi))
    one, other = regress(yi, vi, X, method=method), regress(yi[order], vi[order], X[order], method=method)
    assert close(other.tau2, one.tau2, float(np.median(vi)))
    assert close(other.residuals, one.residuals[order], float(np.median(vi)) ** 0.5, rel=1e-9)
    np.testing.assert_allclose(other.weights, one.weights[order], rtol=1e-7)


@UNTIMED
@given(data=problems())
def test_knapp_hartung_is_the_test_of_weighted_least_squares(data):
    yi, vi, X = data
    found = regress(yi, vi, X, test="hksj")
    design = np.column_stack([np.ones(len(yi)), X])
    expected = WLS(yi, design, weights=1 / (vi + found.tau2)).fit()
    np.testing.assert_allclose(found.estimate, expected.params, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.se, expected.bse, rtol=1e-7)
    np.testing.assert_allclose(found.pvalue, expected.pvalues, rtol=1e-6, atol=1e-300)
    np.testing.assert_allclose(found.ci, expected.conf_int(), rtol=1e-6, atol=1e-8)
    joint = expected.f_test(np.eye(3)[1:])
    np.testing.assert_allclose([found.QM, found.QM_pvalue], [joint.fvalue, joint.pvalue], rtol=1e-6)
    ahead = expected.get_prediction(design).summary_frame(alpha=0.05)
    np.testing.assert_allclose(predict(found, X).ci[:, 0], ahead["mean_ci_lower"], rtol=1e-6, atol=1e-8)


@UNTIMED
@given(data=problems(), method=st.sampled_from(METHODS))
def test_paule_mandel_has_many_names_and_a_group_mean_is_a_regression(data, method):
    yi, vi, X = data
    eb, pm = regress(yi, vi, X, method="EB"), regress(yi, vi, X, method="PM")
    assert eb.tau2 == pm.tau2
    groups = [["a", "b"][i % 2] for i in range(len(yi))]
    shared = subgroups(yi, vi, groups, method=method, common_tau2=True)
    fit = regress(yi, vi, [group == "b" for group in groups], method=method)
    assert (shared.Q_between, shared.Q_between_pvalue, shared.tau2) == (fit.QM, fit.QM_pvalue, fit.tau2)
    means = [group.estimate for group in shared.groups]
    assert close(means, [fit.estimate[0], fit.estimate.sum()], 1, rel=1e-9)


@UNTIMED
@given(data=problems())
def test_the_reml_score_is_zero_or_tau2_is(data):
    yi, vi, X = data
    tau2 = regress(yi, vi, X).tau2
    design = np.column_stack([np.ones(len(yi)), X])

    def heights(t):
        W = np.diag(1 / (vi + t))
        M = design.T @ W @ design
        P = W - W @ design @ np.linalg.solve(M, design.T @ W)
        return -(np.log(vi + t).sum() + np.linalg.slogdet(M)[1] + yi @ P @ yi) / 2

    best = heights(tau2)
    for t in np.geomspace(1e-6, 1e2, 60):
        assert heights(t) <= best + 1e-8 * (1 + abs(best))


@UNTIMED
@given(data=problems(), method=st.sampled_from(["EE", "ML", "REML"]))
def test_a_study_that_says_nothing_changes_nothing(data, method):
    yi, vi, X = data
    more = np.append(yi, 0.7), np.append(vi, 1e20 * vi.max()), np.vstack([X, X.mean(axis=0)])
    one, other = regress(yi, vi, X, method=method, test="z"), regress(*more, method=method, test="z")
    assert close(other.tau2, one.tau2, float(np.median(vi)), rel=1e-7)
    assert close(other.estimate, one.estimate, float(np.median(vi)) ** 0.5, rel=1e-6)


@UNTIMED
@given(data=problems())
def test_common_effects_between_and_within_groups_add_up(data):
    yi, vi, _ = data
    groups = [i % 3 for i in range(len(yi))]
    found = subgroups(yi, vi, groups, method="EE", test="z")
    within = sum(group.Q for group in found.groups)
    assert close(found.Q_between + within, found.overall.Q, 1, rel=1e-9)
    assert found.Q_between == found.Q_between_common


@pytest.mark.parametrize("method", ["REML", "DL", "PM", "ML", "EE"])
def test_equal_variances_give_welch_s_analysis_of_variance(method):
    """Each Hartung-Knapp interval is then the t interval of its group, whatever tau2 is."""
    rng = np.random.default_rng(5)
    sizes = (4, 6, 9)
    yi = np.concatenate(
        [rng.normal(m, s, n) for m, s, n in zip((0, 1, 0.5), (1, 2, 0.5), sizes, strict=True)]
    )
    groups = np.repeat(["a", "b", "c"], sizes)
    found = subgroups(yi, np.full(len(yi), 0.1), groups, method=method)
    expected = anova_oneway([yi[groups == g] for g in "abc"], use_var="unequal", welch_correction=True)
    assert found.Q_between == pytest.approx(expected.statistic, rel=1e-9)
    assert found.Q_between_dof == pytest.approx(expected.df, rel=1e-9)
    assert found.Q_between_pvalue == pytest.approx(expected.pvalue, rel=1e-8)


def test_two_groups_are_welch_s_t_test():
    rng = np.random.default_rng(6)
    yi, groups = rng.normal(size=11), ["a"] * 4 + ["b"] * 7
    found = subgroups(yi, np.full(11, 0.2), groups)
    expected = stats.ttest_ind(yi[:4], yi[4:], equal_var=False)
    assert found.Q_between == pytest.approx(expected.statistic**2, rel=1e-9)
    assert found.Q_between_pvalue == pytest.approx(expected.pvalue, rel=1e-9)

"""Network meta-regression once more: contrasts against each study's last arm, and statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.linalg import block_diag

from metaan import network_regression

GIVEN_TAU2 = 1e-8
"""Both sides compute the same closed formula at the same tau2."""

MOMENTS = 1e-8
"""The twin's tau2 is a closed formula too."""


def made_up(seed, studies=24):
    rng = np.random.default_rng(seed)
    effects = dict(zip("ABCDE", rng.normal(0, 1, 5), strict=True))
    slopes = dict(zip("ABCDE", rng.normal(0, 0.5, 5), strict=True))
    columns, values = [[], [], [], [], []], {}
    for number in range(studies):
        name = f"s{number}"
        arms = rng.permutation(list("ABCDE"))[: int(rng.integers(2, 5))]
        values[name] = x = float(rng.uniform(-2, 3))
        spread = rng.uniform(0.1, 0.4, len(arms))
        means = rng.normal([effects[a] + slopes[a] * x for a in arms], np.hypot(spread, 0.2))
        for i in range(len(arms)):
            for j in range(i + 1, len(arms)):
                row = (name, arms[i], arms[j], means[i] - means[j], np.hypot(spread[i], spread[j]))
                for column, value in zip(columns, row, strict=True):
                    column.append(value)
    return columns, values


def explicit(columns, values, reference, interaction):
    """Give y, V, the shape of tau2, and the design, with the treatments that have columns."""
    study, treat1, treat2, yi, sei = columns
    active = sorted({*treat1, *treat2} - {reference})
    y, X, V, B = [], [], [], []
    for name in dict.fromkeys(study):
        found = {}
        for s, one, two, effect, error in zip(study, treat1, treat2, yi, sei, strict=True):
            if s == name:
                found[one, two], found[two, one] = (effect, error**2), (-effect, error**2)
        *rest, base = sorted({arm for pair in found for arm in pair})
        block = np.zeros((len(rest), len(rest)))
        for i, one in enumerate(rest):
            for j, two in enumerate(rest):
                apart = 0.0 if i == j else found[one, two][1]
                block[i, j] = (found[one, base][1] + found[two, base][1] - apart) / 2
            row = [float((t == one) - int(t == base)) for t in active]
            slopes = [sum(row)] if interaction == "common" else row
            X.append(row + [values[name] * slope for slope in slopes])
            y.append(found[one, base][0])
        V.append(block)
        B.append((np.eye(len(rest)) + 1) / 2)
    return np.array(y), block_diag(*V), block_diag(*B), np.array(X), active


def moments(y, V, B, X):
    W = np.linalg.inv(V)
    P = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
    return max(0.0, (y @ P @ y - (len(y) - X.shape[1])) / np.trace(P @ B))


@pytest.mark.parametrize("interaction", ["common", "independent"])
@pytest.mark.parametrize("reference", ["A", "C"])
@pytest.mark.parametrize("method", ["EE", "DL", "ML", "REML"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_statsmodels_gives_the_same_coefficients_at_the_same_tau2(seed, method, reference, interaction):
    columns, values = made_up(seed)
    ours = network_regression(
        *columns, values, interaction=interaction, reference=reference, center=False, method=method
    )
    y, V, B, X, active = explicit(columns, values, reference, interaction)
    if method == "DL":
        assert ours.tau2 == pytest.approx(moments(y, V, B, X), rel=MOMENTS)
        assert ours.tau2_without == pytest.approx(moments(y, V, B, X[:, : len(active)]), rel=MOMENTS)
    twin = sm.GLS(y, X, sigma=V + ours.tau2 * B).fit()
    spread = np.sqrt(np.diag(twin.normalized_cov_params))
    places = [ours.treatments.index(t) for t in active]
    np.testing.assert_allclose(ours.effect_estimate[places], twin.params[: len(active)], rtol=GIVEN_TAU2)
    np.testing.assert_allclose(ours.effect_se[places], spread[: len(active)], rtol=GIVEN_TAU2)
    np.testing.assert_allclose(ours.slope_estimate, twin.params[len(active) :], rtol=GIVEN_TAU2)
    np.testing.assert_allclose(ours.slope_se, spread[len(active) :], rtol=GIVEN_TAU2)
    W = np.linalg.inv(V)
    common = sm.GLS(y, X, sigma=V).fit()
    residuals = y - X @ common.params
    assert pytest.approx(residuals @ W @ residuals, rel=GIVEN_TAU2) == ours.Q
    slopes = np.eye(X.shape[1])[len(active) :]
    covariance = slopes @ twin.normalized_cov_params @ slopes.T
    b = slopes @ twin.params
    assert pytest.approx(b @ np.linalg.solve(covariance, b), rel=GIVEN_TAU2) == ours.QM


@pytest.mark.parametrize("interaction", ["common", "independent"])
@pytest.mark.parametrize("method", ["ML", "REML"])
def test_no_other_tau2_is_more_likely(interaction, method):
    columns, values = made_up(5)
    ours = network_regression(*columns, values, interaction=interaction, reference="A", method=method)
    y, V, B, X, _ = explicit(columns, values, "A", interaction)

    def deviance(tau2):
        S = V + tau2 * B
        W = np.linalg.inv(S)
        beta = np.linalg.solve(X.T @ W @ X, X.T @ W @ y)
        penalty = np.linalg.slogdet(X.T @ W @ X)[1] if method == "REML" else 0.0
        return np.linalg.slogdet(S)[1] + penalty + (y - X @ beta) @ W @ (y - X @ beta)

    best = deviance(ours.tau2)
    assert ours.tau2 > 0
    assert all(deviance(tau2) >= best - 1e-9 for tau2 in np.geomspace(1e-4, 10, 60))
    assert min(deviance(0.999 * ours.tau2), deviance(1.001 * ours.tau2)) > best

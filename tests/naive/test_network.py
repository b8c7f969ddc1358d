"""The network model once more, the slow way: one big covariance matrix, its inverse, a general optimiser."""

import numpy as np
import pytest
from scipy.linalg import block_diag
from scipy.optimize import minimize_scalar

from metaan import network

LIKELIHOOD = 1e-6
"""An optimiser of a function's values finds its place to about the square root of the machine's precision."""

CLOSED = 1e-9
"""Both sides compute the same closed formula."""


def naive_network(study, treat1, treat2, yi, sei, *, method):
    """Fit with contrasts against each study's last arm; give tau2, effects against the first treatment, Q."""
    treatments = sorted({*treat1, *treat2})
    blocks, shared, rows, effects = [], [], [], []
    for name in dict.fromkeys(study):
        mine = [i for i, label in enumerate(study) if label == name]
        arms = sorted({treat1[i] for i in mine} | {treat2[i] for i in mine})
        found = {}
        for i in mine:
            found[treat1[i], treat2[i]] = (yi[i], sei[i] ** 2)
            found[treat2[i], treat1[i]] = (-yi[i], sei[i] ** 2)
        base, rest = arms[-1], arms[:-1]
        block = np.empty((len(rest), len(rest)))
        for i, one in enumerate(rest):
            for j, two in enumerate(rest):
                between = found[one, two][1] if i != j else 0.0
                block[i, j] = (found[one, base][1] + found[two, base][1] - between) / 2
            row = np.zeros(len(treatments))
            row[treatments.index(one)], row[treatments.index(base)] = 1, -1
            rows.append(row[1:])
            effects.append(found[one, base][0])
        blocks.append(block)
        shared.append((np.eye(len(rest)) + 1) / 2)
    V, B, X, y = block_diag(*blocks), block_diag(*shared), np.array(rows), np.array(effects)
    tau2 = _naive_tau2(V, B, X, y, method)
    common, _, Q = _gls(V, X, y)
    beta, covariance, _ = _gls(V + tau2 * B, X, y)
    return {"tau2": tau2, "beta": beta, "se": np.sqrt(np.diag(covariance)), "common": common, "Q": Q}


def _gls(V, X, y):
    W = np.linalg.inv(V)
    covariance = np.linalg.inv(X.T @ W @ X)
    beta = covariance @ X.T @ W @ y
    return beta, covariance, (y - X @ beta) @ W @ (y - X @ beta)


def _naive_tau2(V, B, X, y, method):
    if method == "EE":
        return 0.0
    if method == "DL":
        W = np.linalg.inv(V)
        P = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
        return max(0.0, (y @ P @ y - (len(y) - X.shape[1])) / np.trace(P @ B))

    def deviance(tau2):
        S = V + tau2 * B
        _, _, Q = _gls(S, X, y)
        penalty = np.linalg.slogdet(X.T @ np.linalg.inv(S) @ X)[1] if method == "REML" else 0.0
        return np.linalg.slogdet(S)[1] + penalty + Q

    grid = np.concatenate([[0.0], np.geomspace(1e-4, 1e3, 60) * np.median(np.diag(V))])
    best = int(np.argmin([deviance(tau2) for tau2 in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    found = minimize_scalar(deviance, bounds=(low, high), method="bounded", options={"xatol": 1e-12})
    return float(found.x) if found.fun < deviance(0.0) else 0.0


def made_up_arms(seed, *, studies=14, treatments=6, heterogeneity=0.3):
    """Draw a connected network with studies of two, three and four arms."""
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, 1, treatments)
    data = [[], [], [], [], []]
    for study in range(studies):
        size = 2 if study < treatments else int(rng.integers(2, 5))
        others = rng.choice(np.arange(1, treatments), size - 1, replace=False)
        arms = [0, *others] if study % 2 else [study % treatments or 1, *others]
        arms = [0, study] if 0 < study < treatments else list(dict.fromkeys(int(arm) for arm in arms))
        arms = arms if len(arms) > 1 else [0, 1]
        spread = rng.uniform(0.1, 0.5, len(arms))
        values = effects[arms] + rng.normal(0, np.sqrt(spread**2 + heterogeneity**2 / 2))
        for i in range(len(arms)):
            for j in range(i + 1, len(arms)):
                row = (f"s{study}", f"t{arms[i]}", f"t{arms[j]}", values[i] - values[j])
                for column, value in zip(data, (*row, np.hypot(spread[i], spread[j])), strict=True):
                    column.append(value)
    return data


@pytest.mark.parametrize("heterogeneity", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("method", ["EE", "DL", "ML", "REML"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_big_matrices_give_the_same_network(seed, method, heterogeneity):
    data = made_up_arms(seed, heterogeneity=heterogeneity)
    ours, twin = network(*data, method=method), naive_network(*data, method=method)
    rtol = LIKELIHOOD if method in ("ML", "REML") else CLOSED
    assert len(ours.components) == 1
    np.testing.assert_allclose(ours.Q, twin["Q"], rtol=CLOSED)
    np.testing.assert_allclose(ours.tau2, twin["tau2"], rtol=rtol, atol=1e-7)
    np.testing.assert_allclose(ours.common_estimate[1:, 0], twin["common"], rtol=CLOSED)
    np.testing.assert_allclose(ours.estimate[1:, 0], twin["beta"], rtol=10 * rtol, atol=1e-6)
    np.testing.assert_allclose(ours.se[1:, 0], twin["se"], rtol=10 * rtol, atol=1e-7)

"""The additive model once more, the slow way: big matrices, generalised inverses, nothing rotated."""

import numpy as np
import pytest
from scipy.linalg import block_diag
from scipy.optimize import minimize_scalar
from scipy.stats import chi2

from metaan import component_network

CLOSED = 1e-8
"""Both sides compute the same closed formula; the generalised inverse squares the condition."""

LIKELIHOOD = 1e-5
"""An optimiser of a function's values finds its place to about the square root of the machine's precision."""

CUTOFF = 1e-10
"""Eigenvalues relative to the largest that the generalised inverse takes for 0."""

SINGLES = ["A", "B", "C", "D", "P"]
COMBINED = ["A", "B", "P", "A+B", "A+C", "B+C", "A+B+C", "D", "C+D"]
SPLIT = [["A", "B", "A+B", "P"], ["A+C", "C", "B+C", "A+B+C"]]
OBSCURE = [["A", "P"], ["B+C", "P+A"], ["D", "E+D", "A+D"], ["F", "G"]]


def made_up(seed, groups, studies=16, heterogeneity=0.2):
    """Draw studies of two to four arms within each group of treatments, the first of them a chain."""
    rng = np.random.default_rng(seed)
    columns = [[], [], [], [], []]
    for number in range(studies):
        group = groups[number % len(groups)]
        step = number // len(groups) % len(group)
        size = min(int(rng.integers(2, 5)), len(group))
        arms = [group[step], *rng.permutation([t for t in group if t != group[step]])[: size - 1]]
        if step:
            arms = list(dict.fromkeys([group[step - 1], *arms]))
        spread = rng.uniform(0.1, 0.5, len(arms))
        means = rng.normal(0, np.sqrt(spread**2 + heterogeneity**2 / 2)) + [len(arm) / 5 for arm in arms]
        for i in range(len(arms)):
            for j in range(i + 1, len(arms)):
                row = (f"s{number}", arms[i], arms[j], means[i] - means[j], np.hypot(spread[i], spread[j]))
                for column, value in zip(columns, row, strict=True):
                    column.append(value)
    return columns


def contrasts_against_the_last_arm(study, treat1, treat2, yi, sei):
    treatments = sorted({*treat1, *treat2})
    V, B, X, y = [], [], [], []
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
            X.append([(t == one) - (t == base) for t in treatments])
            y.append(found[one, base][0])
        V.append(block)
        B.append((np.eye(len(rest)) + 1) / 2)
    return treatments, np.array(X, dtype=float), np.array(y), block_diag(*V), block_diag(*B)


def naive_components(data, inactive, method):
    treatments, X, y, V, B = contrasts_against_the_last_arm(*data)
    parts = [set(t.split("+")) - {inactive} for t in treatments]
    components = sorted(set().union(*parts))
    C = np.array([[float(name in part) for name in components] for part in parts])
    answer = {"components": components, "treatments": treatments}
    for name, D in (("", X @ C), ("_standard", X)):
        tau2 = naive_tau2(D, y, V, B, method)
        answer[f"tau2{name}"] = tau2
        answer[f"Q{name}"] = gls(D, y, V)[2]
        answer[f"Q{name}_dof"] = len(y) - np.linalg.matrix_rank(D)
        if not name:
            beta, covariance, _ = gls(D, y, V + tau2 * B)
            told = np.linalg.pinv(D) @ D
            L = np.concatenate([np.eye(len(components)), (C[:, None] - C[None]).reshape(-1, len(components))])
            seen = np.abs(L - L @ told).max(axis=1) < 1e-9
            answer["estimate"] = np.where(seen, L @ beta, np.nan)
            answer["se"] = np.where(seen, np.sqrt(np.abs(np.diag(L @ covariance @ L.T))), np.nan)
    return answer


def gls(D, y, V):
    W = np.linalg.inv(V)
    covariance = np.linalg.pinv(D.T @ W @ D, rcond=CUTOFF, hermitian=True)
    beta = covariance @ D.T @ W @ y
    return beta, covariance, (y - D @ beta) @ W @ (y - D @ beta)


def naive_tau2(D, y, V, B, method):
    rank = np.linalg.matrix_rank(D)
    if method == "EE":
        return 0.0
    if method == "DL":
        W = np.linalg.inv(V)
        P = W - W @ D @ np.linalg.pinv(D.T @ W @ D, rcond=CUTOFF, hermitian=True) @ D.T @ W
        return max(0.0, (y @ P @ y - (len(y) - rank)) / np.trace(P @ B))

    def deviance(tau2):
        S = V + tau2 * B
        values = np.linalg.eigvalsh(D.T @ np.linalg.inv(S) @ D)
        penalty = np.log(np.sort(values)[len(values) - rank :]).sum() if method == "REML" else 0.0
        return np.linalg.slogdet(S)[1] + penalty + gls(D, y, S)[2]

    grid = np.concatenate([[0.0], np.geomspace(1e-4, 1e3, 60) * np.median(np.diag(V))])
    best = int(np.argmin([deviance(tau2) for tau2 in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    found = minimize_scalar(deviance, bounds=(low, high), method="bounded", options={"xatol": 1e-12})
    return float(found.x) if found.fun < deviance(0.0) else 0.0


@pytest.mark.parametrize("groups", [[SINGLES], [COMBINED], SPLIT, OBSCURE])
@pytest.mark.parametrize("inactive", ["P", None])
@pytest.mark.parametrize("method", ["EE", "DL", "ML", "REML"])
@pytest.mark.parametrize("seed", [1, 2])
def test_generalised_inverses_give_the_same_components(groups, inactive, method, seed):
    # The pseudo-determinant of the cross-product differs from that on an orthonormal basis by a constant
    # only where the row space is the same for every tau2, which it is.
    data = made_up(seed, groups)
    ours = component_network(*data, inactive=inactive, method=method)
    twin = naive_components(data, inactive, method)
    rtol = LIKELIHOOD if method in ("ML", "REML") else CLOSED
    assert list(ours.components) == twin["components"]
    c = len(ours.components)
    for name in ("Q", "Q_dof", "Q_standard", "Q_standard_dof"):
        assert getattr(ours, name) == pytest.approx(twin[name], rel=CLOSED, abs=1e-9), name
    for name in ("tau2", "tau2_standard"):
        assert getattr(ours, name) == pytest.approx(twin[name], rel=rtol, abs=1e-7), name
    found = np.concatenate([ours.component_estimate, ours.estimate.ravel()])
    np.testing.assert_allclose(found, twin["estimate"], rtol=10 * rtol, atol=1e-6)
    errors = np.concatenate([ours.component_se, ours.se.ravel()])
    np.testing.assert_allclose(errors, twin["se"], rtol=10 * rtol, atol=1e-6)
    assert ours.unidentified == tuple(np.array(ours.components)[np.isnan(twin["estimate"][:c])])
    if ours.Q_difference_dof:
        difference, dof = twin["Q"] - twin["Q_standard"], twin["Q_dof"] - twin["Q_standard_dof"]
        assert ours.Q_difference_pvalue == pytest.approx(chi2.sf(difference, dof), rel=1e-6)

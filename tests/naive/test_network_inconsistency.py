"""Heterogeneity and inconsistency of networks once more, with explicit matrices and pseudo-inverses."""

from itertools import combinations

import numpy as np
import pytest
from scipy.linalg import block_diag
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from metaan import (
    assumed_tau2,
    bucher,
    decompose_designs,
    net_heat,
    network,
    network_heterogeneity_interval,
    split_nodes,
)

CLOSED = 1e-8
"""Both sides compute the same closed formula; the twin by way of inverses of ill-conditioned matrices."""

SEEDS = range(6)


def made_up(seed, *, treatments=5, studies=14, widest=4, heterogeneity=0.4):
    """Draw studies as (arms, means, arm variances); the first ones make a path, so that all connect."""
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, 1, treatments)
    found = []
    for number in range(studies):
        if number < treatments - 1:
            arms = [number, number + 1]
        else:
            size = int(rng.integers(2, widest + 1))
            arms = sorted(rng.choice(treatments, size, replace=False).tolist())
        spread = rng.uniform(0.1, 0.6, len(arms))
        means = effects[arms] + rng.normal(0, np.sqrt(spread**2 + heterogeneity**2 / 2))
        found.append((tuple(arms), means, spread**2))
    return found


def as_columns(studies):
    rows = [
        (f"s{number}", f"t{arms[i]}", f"t{arms[j]}", means[i] - means[j], np.sqrt(spread[i] + spread[j]))
        for number, (arms, means, spread) in enumerate(studies)
        for i, j in combinations(range(len(arms)), 2)
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def big(studies, treatments):
    """Give y, V, B, X of contrasts against each study's last arm, and the design of every row."""
    y, V, B, X, designs = [], [], [], [], []
    for arms, means, spread in studies:
        p = len(arms) - 1
        V.append(np.diag(spread[:-1]) + spread[-1])
        B.append((np.eye(p) + 1) / 2)
        for i in range(p):
            row = np.zeros(treatments)
            row[arms[i]], row[arms[-1]] = 1, -1
            X.append(row)
            y.append(means[i] - means[-1])
            designs.append(arms)
    return np.array(y), block_diag(*V), block_diag(*B), np.array(X), designs


def residual_q(y, V, X):
    W = np.linalg.inv(V)
    beta = np.linalg.pinv(X.T @ W @ X) @ X.T @ W @ y
    return float((y - X @ beta) @ W @ (y - X @ beta))


def contrast(y, V, X, i, j):
    """Give the estimate of i minus j and its standard error, by a pseudo-inverse."""
    W = np.linalg.inv(V)
    inverse = np.linalg.pinv(X.T @ W @ X)
    c = np.zeros(X.shape[1])
    c[i], c[j] = 1, -1
    return float(c @ inverse @ X.T @ W @ y), float(np.sqrt(c @ inverse @ c))


def within_columns(X, designs):
    """Give every design effects of its own."""
    kinds = list(dict.fromkeys(designs))
    return np.hstack([X * np.array([[arms == kind] for arms in designs]) for kind in kinds])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_q_profile(seed, level):
    studies = made_up(seed)
    y, V, B, X, _ = big(studies, 5)
    found = network_heterogeneity_interval(network(*as_columns(studies)), level=level)
    dof = len(y) - 4
    for limit, tail in zip(found.tau2, ((1 + level) / 2, (1 - level) / 2), strict=True):
        target = chi2.ppf(tail, dof)
        excess = residual_q(y, V, X) - target
        expected = 0.0
        if excess > 0:
            expected = brentq(
                lambda t, target=target: residual_q(y, V + t * B, X) - target, 0, 1e3, xtol=1e-14
            )
        assert limit == pytest.approx(expected, rel=1e-9, abs=1e-12)
    W = np.linalg.inv(V)
    P = W - W @ X @ np.linalg.pinv(X.T @ W @ X) @ X.T @ W
    typical = dof / np.trace(P @ B)
    assert pytest.approx([t / (t + typical) for t in found.tau2], rel=CLOSED) == found.I2
    assert pytest.approx([1 + t / typical for t in found.tau2], rel=CLOSED) == found.H2


@pytest.mark.parametrize("seed", SEEDS)
def test_typical_variance_is_the_one_of_the_networks_i2(seed):
    fit = network(*as_columns(made_up(seed)), method="DL")
    high, I2 = (network_heterogeneity_interval(fit).tau2[1], network_heterogeneity_interval(fit).I2[1])
    typical = high * (1 / I2 - 1)
    assert fit.tau2 / (fit.tau2 + typical) == pytest.approx(fit.I2, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_assumed_heterogeneity(seed):
    studies = made_up(seed)
    y, V, B, X, _ = big(studies, 5)
    for row, tau2 in zip(
        assumed_tau2(network(*as_columns(studies)), [0.0, 0.3, 7.0]), (0, 0.3, 7), strict=True
    ):
        for i, j in combinations(range(5), 2):
            expected = contrast(y, V + tau2 * B, X, i, j)
            assert (row.estimate[i, j], row.se[i, j]) == pytest.approx(expected, rel=CLOSED, abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_design_is_detached_by_columns_of_its_own(seed):
    studies = made_up(seed)
    y, V, _, X, designs = big(studies, 5)
    split = decompose_designs(network(*as_columns(studies)))
    own = within_columns(X, designs)
    within, whole = residual_q(y, V, own), residual_q(y, V, X)
    found = {row.treatments: row for row in split.detached}
    for kind in dict.fromkeys(designs):
        more = np.hstack([X, X * np.array([[arms == kind] for arms in designs])])
        rank = np.linalg.matrix_rank(own) - np.linalg.matrix_rank(more)
        if np.linalg.matrix_rank(more) == np.linalg.matrix_rank(X):
            assert tuple(f"t{arm}" for arm in kind) not in found
            continue
        row = found[tuple(f"t{arm}" for arm in kind)]
        assert pytest.approx(residual_q(y, V, more) - within, rel=1e-6, abs=1e-8) == row.Q
        assert row.dof == rank
        assert row.pvalue == pytest.approx(chi2.sf(row.Q, rank) if rank else np.nan, nan_ok=True)
    assert sum(row.Q_contribution for row in split.detached) == pytest.approx(whole - within, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("method", ["EE", "REML"])
def test_sidde_fits_the_other_studies(seed, method):
    studies = made_up(seed)
    fit = network(*as_columns(studies), method=method)
    for row in split_nodes(fit, method="SIDDE"):
        i, j = int(row.treat1[1:]), int(row.treat2[1:])
        rest = [study for study in studies if not {i, j} <= set(study[0])]
        y, V, B, X, _ = big(rest, 5)
        W = np.linalg.inv(V + fit.tau2 * B)
        c = np.zeros(5)
        c[i], c[j] = 1, -1
        L = X.T @ W @ X
        if np.abs(L @ np.linalg.pinv(L) @ c - c).max() > 1e-8:
            assert np.isnan([row.indirect, row.indirect_se, row.difference, row.pvalue]).all()
            assert "no path of studies" in row.notes[0]
            continue
        expected = contrast(y, V + fit.tau2 * B, X, i, j)
        assert (row.indirect, row.indirect_se) == pytest.approx(expected, rel=CLOSED, abs=1e-10)
        assert row.difference == pytest.approx(row.direct - row.indirect)
        assert row.difference_se == pytest.approx(np.hypot(row.direct_se, row.indirect_se))
        assert row.pvalue == pytest.approx(2 * norm.sf(abs(row.difference) / row.difference_se))


def naive_heat(studies, treatments, tau2):
    """Net heat with the arms' Laplacians, a design being detached by leaving out its studies."""
    kinds = list(dict.fromkeys(arms for arms, _, _ in studies))
    edges, weights, direct, owner = [], [], [], []
    for kind in kinds:
        mine = [study for study in studies if study[0] == kind]
        y, V, B, X, _ = big(mine, treatments)
        W = np.linalg.inv(V + tau2 * B)
        effects = np.linalg.pinv(X.T @ W @ X) @ X.T @ W @ y
        inverse = np.linalg.pinv(X.T @ W @ X)
        variances = np.add.outer(np.diag(inverse), np.diag(inverse)) - 2 * inverse
        variances = variances[np.ix_(kind, kind)]
        J = np.eye(len(kind)) - 1 / len(kind)
        laplacian = np.linalg.pinv(-J @ variances @ J / 2)
        for i, j in combinations(range(len(kind)), 2):
            edges.append((kind[i], kind[j]))
            weights.append(-laplacian[i, j])
            direct.append(effects[kind[i]] - effects[kind[j]])
            owner.append(kind)
    Z = np.zeros((len(edges), treatments))
    for row, (i, j) in enumerate(edges):
        Z[row, i], Z[row, j] = 1, -1
    w, theta = np.array(weights), np.array(direct)

    def hat(kept):
        return Z @ np.linalg.pinv((Z.T * (w * kept)) @ Z) @ (Z.T * (w * kept))

    everything = np.ones(len(edges))
    before = w * (theta - hat(everything) @ theta) ** 2
    change = np.empty((len(edges), len(edges)))
    for column, kind in enumerate(owner):
        kept = np.array([float(arms != kind) for arms in owner])
        residuals = (theta - hat(kept) @ theta) * kept
        change[:, column] = before - w * residuals**2
    labels = [f"t{i}:t{j}" for i, j in edges]
    names = [
        label if len(kind) == 2 else f"{label} in {':'.join(f't{arm}' for arm in kind)}"
        for label, kind in zip(labels, owner, strict=True)
    ]
    return names, hat(everything), theta, change


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("model", ["random", "common"])
@pytest.mark.parametrize("widest", [2, 4])
def test_net_heat(seed, model, widest):
    studies = made_up(seed, widest=widest)
    fit = network(*as_columns(studies))
    split = decompose_designs(fit)
    tau2 = split.tau2_within if model == "random" else 0.0
    tau2 = 0.0 if np.isnan(tau2) else tau2
    heat = net_heat(fit, model=model)
    names, hat, theta, change = naive_heat(studies, 5, tau2)
    places = [names.index(row) for row in heat.rows]
    block = np.ix_(places, places)
    np.testing.assert_allclose(heat.contribution, np.abs(hat[block]), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(heat.change, change[block], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(heat.Q, np.diag(change)[places], rtol=1e-6, atol=1e-7)
    expected = split.Q_between_random if model == "random" else split.Q_between
    assert heat.Q.sum() == pytest.approx(expected, rel=1e-6)
    if model == "common":
        network_estimates = [fit.common_estimate[int(e[1]), int(e[4])] for e in names]
        np.testing.assert_allclose(hat @ theta, network_estimates, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_hat_rows_of_two_arm_designs_are_krahns(seed):
    """H = X (X'V^-1 X)^-1 X'V^-1 of the direct estimates, one for each design."""
    studies = made_up(seed, widest=2)
    heat = net_heat(network(*as_columns(studies)), model="common")
    kinds = list(dict.fromkeys(arms for arms, _, _ in studies))
    V = np.diag([1 / sum(1 / spread.sum() for arms, _, spread in studies if arms == kind) for kind in kinds])
    X = np.zeros((len(kinds), 5))
    for row, (i, j) in enumerate(kinds):
        X[row, i], X[row, j] = 1, -1
    X, W = X[:, 1:], np.linalg.inv(V)
    hat = X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
    places = [[f"t{i}:t{j}" for i, j in kinds].index(row) for row in heat.rows]
    np.testing.assert_allclose(heat.contribution, np.abs(hat[np.ix_(places, places)]), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_loops_by_hand(seed):
    studies = made_up(seed, widest=3)
    fit = network(*as_columns(studies))
    found = {loop.treatments: loop for loop in bucher(fit)}
    for corners in combinations(range(5), 3):
        sides = []
        for i, j in ((0, 1), (0, 2), (1, 2)):
            one, two = corners[i], corners[j]
            effects = [
                (m[a.index(one)] - m[a.index(two)], v[a.index(one)] + v[a.index(two)] + fit.tau2)
                for a, m, v in studies
                if {one, two} <= set(a)
            ]
            total = sum(1 / v for _, v in effects)
            sides.append((sum(y / v for y, v in effects) / total, 1 / total) if effects else None)
        names = tuple(f"t{corner}" for corner in corners)
        if None in sides:
            assert names not in found
            continue
        loop = found[names]
        (ab, v_ab), (ac, v_ac), (bc, v_bc) = sides
        assert (loop.direct, loop.indirect) == pytest.approx((ab, ac - bc), rel=1e-9)
        assert loop.independent == (not any(set(corners) <= set(arms) for arms, _, _ in studies))
        if not np.isnan(loop.difference):
            difference, se = ab - ac + bc, np.sqrt(v_ab + v_ac + v_bc)
            assert (loop.difference, loop.difference_se) == pytest.approx((difference, se), rel=1e-8)
            assert loop.pvalue == pytest.approx(2 * norm.sf(abs(difference / se)), rel=1e-7)
            assert (loop.low, loop.high) == pytest.approx(norm.interval(0.95, difference, se), rel=1e-7)

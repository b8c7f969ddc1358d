"""Networks of rare events, the slow way: sums in loops, likelihoods by listing what could happen."""

from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest
from scipy.linalg import block_diag

from metaan import network_mantel_haenszel

CLOSED = 1e-9
"""Both sides compute the same closed formula."""


def made_up_counts(seed, *, studies=16, treatments="ABCDE", low=0.2, high=0.5, most=80):
    """Draw a connected network of studies with two to four arms."""
    rng = np.random.default_rng(seed)
    effects = dict(zip(treatments, rng.normal(0, 0.6, len(treatments)), strict=True))
    rows = []
    for study in range(studies):
        size = 2 + study % 3
        start = study % len(treatments)
        arms = [treatments[(start + step) % len(treatments)] for step in range(size)]
        base = rng.uniform(low, high)
        for arm in arms:
            odds = base / (1 - base) * np.exp(effects[arm])
            n = int(rng.integers(most // 2, most))
            rows.append((f"s{study}", arm, int(rng.binomial(n, odds / (1 + odds))), n))
    return [list(column) for column in zip(*rows, strict=True)]


def studies_of(study, treatment, events, n):
    found = defaultdict(dict)
    for name, arm, x, size in zip(study, treatment, events, n, strict=True):
        found[name][arm] = (x, size)
    return [arms for arms in found.values() if any(x for x, _ in arms.values())]


def greenland(studies, j, h, i):
    """Give cov(L_jh, L_ji) of one design, study by study."""

    def total(product):
        parts = []
        for arms in studies:
            x = {arm: cell[0] for arm, cell in arms.items()}
            y = {arm: cell[1] - cell[0] for arm, cell in arms.items()}
            parts.append(product(x, y, sum(cell[1] for cell in arms.values())))
        return sum(parts)

    def c(one, two):
        return total(lambda x, y, N: x[one] * y[two] / N)

    if h == i:
        P = total(lambda x, y, N: (x[j] + y[h]) * x[j] * y[h] / N**2) / (2 * c(j, h) ** 2)
        S = total(lambda x, y, N: (x[h] + y[j]) * x[h] * y[j] / N**2) / (2 * c(h, j) ** 2)
        mixed = total(lambda x, y, N: ((x[j] + y[h]) * x[h] * y[j] + (x[h] + y[j]) * x[j] * y[h]) / N**2)
        return P + S + mixed / (2 * c(j, h) * c(h, j))
    return (
        total(lambda x, y, N: x[j] * y[h] * y[i] / N**2) / (c(j, h) * c(j, i))
        + total(lambda x, y, N: y[j] * x[h] * x[i] / N**2) / (c(h, j) * c(i, j))
        + total(lambda x, y, N: (x[j] + y[j]) * y[h] * x[i] / N**2) / (c(j, h) * c(i, j))
        + total(lambda x, y, N: (x[j] + y[j]) * x[h] * y[i] / N**2) / (c(h, j) * c(j, i))
    ) / 3


def naive_mantel_haenszel(*columns):
    """Fit all designs; give effects against the first treatment, their standard errors, and Q."""
    designs = defaultdict(list)
    for arms in studies_of(*columns):
        designs[tuple(sorted(arms))].append(arms)
    treatments = sorted({arm for design in designs for arm in design})
    effects, blocks, rows = [], [], []
    for design, studies in designs.items():
        pairs = list(combinations(design, 2))
        logs = []
        for one, two in pairs:
            sums = [
                sum(s[a][0] * (s[b][1] - s[b][0]) / sum(cell[1] for cell in s.values()) for s in studies)
                for a, b in ((one, two), (two, one))
            ]
            logs.append(np.log(sums[0] / sums[1]))
        U = np.array([[pair_covariance(studies, *p, *q) for q in pairs] for p in pairs])
        signs = np.array([[(p[0] == arm) - (p[1] == arm) for p in pairs] for arm in design], dtype=float)
        mean = (signs[0] - signs[1:]) / len(design)
        effects.append(mean @ logs)
        blocks.append(mean @ U @ mean.T)
        for arm in design[1:]:
            row = np.zeros(len(treatments))
            row[treatments.index(design[0])], row[treatments.index(arm)] = 1, -1
            rows.append(row[1:])
    W, X, y = np.linalg.inv(block_diag(*blocks)), np.array(rows), np.concatenate(effects)
    covariance = np.linalg.inv(X.T @ W @ X)
    beta = covariance @ X.T @ W @ y
    residual = y - X @ beta
    return beta, np.sqrt(np.diag(covariance)), residual @ W @ residual


def pair_covariance(studies, a, b, c, d):
    """Give cov(L_ab, L_cd), with a before b and c before d."""
    if (a, b) == (c, d):
        return greenland(studies, a, b, b)
    if a == c:
        return greenland(studies, a, b, d)
    if b == d:
        return greenland(studies, b, a, c)
    if a == d:
        return -greenland(studies, a, b, c)
    if b == c:
        return -greenland(studies, b, a, d)
    return 0.0


@pytest.mark.parametrize("seed", range(6))
def test_mantel_haenszel_in_loops(seed):
    data = made_up_counts(seed)
    fit, (beta, se, Q) = network_mantel_haenszel(*data), naive_mantel_haenszel(*data)
    assert fit.left_out == ()
    np.testing.assert_allclose(fit.estimate[1:, 0], beta, rtol=CLOSED, atol=1e-12)
    np.testing.assert_allclose(fit.se[1:, 0], se, rtol=CLOSED)
    assert pytest.approx(Q, rel=1e-8) == fit.Q

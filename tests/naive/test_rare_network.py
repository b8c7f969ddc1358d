"""Networks of rare events, the slow way: sums in loops, likelihoods by listing what could happen."""

from collections import defaultdict
from functools import cache
from itertools import combinations, product
from math import comb, log

import numpy as np
import pytest
from mpmath import exp, mp, mpf
from mpmath import log as mplog
from scipy.linalg import block_diag
from scipy.optimize import root
from scipy.stats import nchypergeom_fisher

from metaan import (
    glmm,
    network_mantel_haenszel,
    network_noncentral_hypergeometric,
    network_penalised,
)
from metaan.models.counts import read_tables
from metaan.models.hypergeometric import condition
from metaan.models.network.arms import ArmStudy
from metaan.models.network.fisher import allocation

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


choose = cache(comb)


def listed(x, n):
    """List the ways in which the events of a study could fall on its arms, with the log of their number."""
    total = sum(x)
    ways = []
    for head in product(*(range(min(size, total) + 1) for size in n[:-1])):
        last = total - sum(head)
        if 0 <= last <= n[-1]:
            ways.append((*head, last))
    counts = [sum(log(choose(size, z)) for size, z in zip(n, way, strict=True)) for way in ways]
    return np.array(ways, dtype=float), np.array(counts)


def naive_conditional(*columns):
    """Solve the score equations of the listed law; give effects against the first treatment and errors."""
    studies = studies_of(*columns)
    treatments = sorted({arm for arms in studies for arm in arms})
    tables = []
    for arms in studies:
        x, n = zip(*arms.values(), strict=True)
        tables.append(([treatments.index(arm) for arm in arms], np.array(x), *listed(x, n)))

    def moments(beta):
        theta = np.insert(beta, 0, 0.0)
        score, information = np.zeros(len(theta)), np.zeros((len(theta), len(theta)))
        for places, x, ways, counts in tables:
            logs = counts + ways @ theta[places]
            share = np.exp(logs - np.logaddexp.reduce(logs))
            mean = share @ ways
            score[places] += x - mean
            information[np.ix_(places, places)] += (ways - mean).T * share @ (ways - mean)
        return score[1:], information[1:, 1:]

    found = root(lambda beta: moments(beta)[0], np.zeros(len(treatments) - 1), tol=1e-13)
    covariance = np.linalg.inv(moments(found.x)[1])
    return found.x, np.sqrt(np.diag(covariance))


@pytest.mark.parametrize("seed", range(4))
def test_conditional_likelihood_by_listing(seed):
    data = made_up_counts(seed, studies=11, low=0.05, high=0.3, most=24)
    fit = network_noncentral_hypergeometric(*data)
    beta, se = naive_conditional(*data)
    assert len(fit.components[0].treatments) == 5
    np.testing.assert_allclose(fit.estimate[1:, 0], beta, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(fit.se[1:, 0], se, rtol=1e-8)


def exact_allocation(x, n, theta):
    """Give the log-likelihood and the means of a study in forty digits."""
    with mp.workdps(40):
        ways = listed(x, n)[0].astype(int).tolist()
        odds = [exp(mpf(t)) for t in theta]

        def weight(way):
            product = mpf(1)
            for size, z, o in zip(n, way, odds, strict=True):
                product *= choose(size, z) * o**z
            return product

        weights = [weight(way) for way in ways]
        total = sum(weights)
        means = [
            float(sum(w * way[arm] for w, way in zip(weights, ways, strict=True)) / total)
            for arm in range(len(n))
        ]
        return float(mplog(weight(x) / total)), means


@pytest.mark.parametrize(
    ("x", "n", "theta"),
    [
        ((0, 5, 2), (20, 30, 10), (0.3, -2.0, 1.0)),
        ((9, 0, 0, 3), (9, 4, 7, 12), (3.0, -2.0, -5.0, 1.0)),
        ((30, 0), (40, 50), (50.0, -50.0)),
        ((1, 2), (1_000_000, 1_200_000), (2.0, 0.0)),
        ((50, 170), (800, 1900), (0.2, 0.0)),
        ((14, 20, 15), (30, 40, 35), (0.2, 0.0, -0.3)),
    ],
)
def test_law_of_a_study_in_forty_digits(x, n, theta):
    study = ArmStudy(name="s", arms=tuple(range(len(x))), events=np.array(x, float), sizes=np.array(n, float))
    loglik, gradient, information = allocation(study, np.array(theta))
    exact, means = exact_allocation(x, n, theta)
    assert loglik == pytest.approx(exact, rel=1e-12, abs=1e-14)
    np.testing.assert_allclose(gradient, np.array(x) - means, rtol=0, atol=1e-11 * max(sum(x), 1))
    np.testing.assert_allclose(information.sum(axis=0), 0, atol=1e-9 * max(information.max(), 1))


def test_law_of_two_arms_is_scipys():
    study = ArmStudy(name="s", arms=(0, 1), events=np.array([7.0, 12.0]), sizes=np.array([80.0, 70.0]))
    loglik, gradient, information = allocation(study, np.array([0.4, 1.1]))
    law = nchypergeom_fisher(150, 80, 19, np.exp(0.4 - 1.1))
    assert loglik == pytest.approx(law.logpmf(7), rel=1e-10)
    assert gradient[0] == pytest.approx(7 - law.mean(), rel=1e-10)
    assert information[0, 0] == pytest.approx(law.var(), rel=1e-9)


def test_law_of_large_arms_is_the_pairwise_one():
    study = ArmStudy(
        name="s", arms=(0, 1), events=np.array([5000.0, 7000.0]), sizes=np.array([20_000.0, 30_000.0])
    )
    loglik, gradient, information = allocation(study, np.array([0.3, 0.1]))
    held = condition(read_tables({"ai": 5000, "n1i": 20_000, "ci": 7000, "n2i": 30_000}))
    height, slope, bend, *_ = (float(part.item()) for part in held.derivatives(np.array([[0.2]])))
    assert loglik == pytest.approx(height, rel=1e-12)
    assert (gradient[0], information[0, 0]) == pytest.approx((slope, -bend), rel=1e-11)


def test_two_treatments_are_the_pairwise_conditional_model():
    ai, n1i, ci, n2i = [1, 0, 2, 7], [50, 40, 90, 300], [3, 2, 0, 12], [52, 41, 92, 310]
    pair = glmm(ai=ai, n1i=n1i, ci=ci, n2i=n2i, model="CM.EL", method="EE")
    study = [f"s{i}" for i in range(4)]
    fit = network_noncentral_hypergeometric(study * 2, ["A"] * 4 + ["P"] * 4, ai + ci, n1i + n2i)
    assert fit.estimate[0, 1] == pytest.approx(pair.estimate, rel=1e-9)
    assert fit.se[0, 1] == pytest.approx(pair.se, rel=1e-9)


STEP = 1e-30
"""A step into the imaginary: it differentiates to the last digit, for nothing is subtracted."""


def naive_penalised(*columns):
    """Maximise likelihood times Jeffreys' prior; give effects against the first treatment and errors."""
    studies = studies_of(*columns)
    treatments = sorted({arm for arms in studies for arm in arms})
    rows, x, n = [], [], []
    for number, arms in enumerate(studies):
        for arm, (events, size) in arms.items():
            row = np.zeros(len(studies) + len(treatments))
            row[number] = row[len(studies) + treatments.index(arm)] = 1
            rows.append(row)
            x.append(events)
            n.append(size)
    X, x, n = np.delete(np.array(rows), len(studies), axis=1), np.array(x), np.array(n)

    def information(beta):
        odds = np.exp(X @ beta)
        return X.T @ ((n * odds / (1 + odds) ** 2)[:, None] * X)

    def height(beta):
        sign, log_size = np.linalg.slogdet(information(beta))
        return x @ X @ beta - n @ np.log(1 + np.exp(X @ beta)) + (np.log(sign) + log_size) / 2

    def slope(beta):
        steps = np.eye(len(beta)) * STEP * 1j
        return np.array([height(beta + step).imag / STEP for step in steps])

    found = root(slope, np.zeros(X.shape[1]), tol=1e-13).x
    return found[len(studies) :], np.sqrt(np.diag(np.linalg.inv(information(found))))[len(studies) :]


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.5), (0.01, 0.1)])
@pytest.mark.parametrize("seed", range(3))
def test_penalised_likelihood_by_its_height_alone(seed, low, high):
    data = made_up_counts(seed, low=low, high=high, most=40)
    fit, (beta, se) = network_penalised(*data), naive_penalised(*data)
    np.testing.assert_allclose(fit.estimate[1:, 0], beta, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(fit.se[1:, 0], se, rtol=1e-7)


@pytest.mark.parametrize("arms", [{"A": (0, 20), "P": (4, 25)}, {"A": (0, 9), "B": (9, 9), "P": (3, 30)}])
def test_penalty_of_one_study_adds_half_to_every_cell(arms):
    """Jeffreys' prior of a saturated model is that of as many independent risks."""
    labels, cells = list(arms), list(arms.values())
    fit = network_penalised(["s"] * len(arms), labels, *zip(*cells, strict=True))
    for i, (x, n) in enumerate(cells):
        for j, (y, m) in enumerate(cells):
            expected = np.log((x + 0.5) / (n - x + 0.5)) - np.log((y + 0.5) / (m - y + 0.5))
            assert fit.estimate[i, j] == pytest.approx(expected, abs=1e-9)

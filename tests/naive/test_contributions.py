"""Hat matrix and contributions once more, the slow way: pseudoinverses, and every path listed one by one."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from metaan import contributions, hat_matrix, network

CLOSED = 1e-9
"""Both sides compute the same closed formulas; pseudoinverses lose some digits."""

MEANS = (0.0, 0.4, 1.1, 0.2, 0.7, 1.6)


def naive_flow(study, treat1, treat2, sei, tau2):
    """Give treatments, edges, weights of the studies on the edges, and the flow of each pair on each edge."""
    treatments = sorted({*treat1, *treat2})
    n = len(treatments)
    edges = sorted({tuple(sorted(pair)) for pair in zip(treat1, treat2, strict=True)})
    studies = list(dict.fromkeys(study))
    weights = {edge: dict.fromkeys(studies, 0.0) for edge in edges}
    for name in studies:
        mine = [i for i, label in enumerate(study) if label == name]
        arms = sorted({treat1[i] for i in mine} | {treat2[i] for i in mine})
        D = np.zeros((len(arms), len(arms)))
        for i in mine:
            one, two = arms.index(treat1[i]), arms.index(treat2[i])
            D[one, two] = D[two, one] = sei[i] ** 2 + tau2
        centred = np.eye(len(arms)) - 1 / len(arms)
        laplacian = np.linalg.pinv(-0.5 * centred @ D @ centred)
        for one, two in combinations(range(len(arms)), 2):
            weights[arms[one], arms[two]][name] = -laplacian[one, two]
    W = np.diag([sum(weights[edge].values()) for edge in edges])
    B = np.zeros((len(edges), n))
    for row, (one, two) in enumerate(edges):
        B[row, treatments.index(one)], B[row, treatments.index(two)] = 1, -1
    pairs = list(combinations(treatments, 2))
    all_pairs = np.zeros((len(pairs), n))
    for row, (one, two) in enumerate(pairs):
        all_pairs[row, treatments.index(one)], all_pairs[row, treatments.index(two)] = 1, -1
    H = all_pairs @ np.linalg.pinv(B.T @ W @ B) @ B.T @ W
    flows = {pair: dict(zip(edges, row, strict=True)) for pair, row in zip(pairs, H, strict=True)}
    return edges, weights, flows


def directed(flow):
    """Turn signed flow on edges into positive flow on arrows."""
    arrows = {}
    for (one, two), value in flow.items():
        if abs(value) > 1e-10:
            arrows[(one, two) if value > 0 else (two, one)] = abs(value)
    return arrows


def all_paths(arrows, source, sink):
    """List every way from source to sink as a tuple of nodes."""
    if source == sink:
        return [(sink,)]
    ahead = sorted(head for tail, head in arrows if tail == source)
    return [(source, *rest) for head in ahead for rest in all_paths(arrows, head, sink)]


def steps(path):
    return list(pairwise(path))


def naive_walk(arrows, source, sink):
    shares = dict.fromkeys(arrows, 0.0)
    leaving = {tail: sum(v for (one, _), v in arrows.items() if one == tail) for tail, _ in arrows}
    for path in all_paths(arrows, source, sink):
        chance = np.prod([arrows[arrow] / leaving[arrow[0]] for arrow in steps(path)])
        for arrow in steps(path):
            shares[arrow] += chance / len(steps(path))
    return shares


def naive_shortest(arrows, source, sink):
    left, shares = dict(arrows), dict.fromkeys(arrows, 0.0)
    for path in sorted(all_paths(arrows, source, sink), key=lambda path: (len(path), path)):
        width = min(left[arrow] for arrow in steps(path))
        for arrow in steps(path):
            left[arrow] -= width
            shares[arrow] += width / len(steps(path))
    return shares


NAIVE = {"randomwalk": naive_walk, "shortestpath": naive_shortest}


def naive_contributions(study, treat1, treat2, sei, tau2, method):
    """Give, for each pair, shares by edge and by study."""
    edges, weights, flows = naive_flow(study, treat1, treat2, sei, tau2)
    found = {}
    for (source, sink), flow in flows.items():
        shares = NAIVE[method](directed(flow), source, sink)
        by_edge = {edge: shares.get(edge, 0.0) + shares.get(edge[::-1], 0.0) for edge in edges}
        by_study = dict.fromkeys(study, 0.0)
        for edge, share in by_edge.items():
            for name, weight in weights[edge].items():
                by_study[name] += share * weight / sum(weights[edge].values())
        found[source, sink] = (by_edge, by_study)
    return found


def made_up(seed, *, studies=12, treatments=6, arms=(2, 2, 3, 4)):
    """Draw a connected network with studies of several arms, one row for each contrast."""
    rng = np.random.default_rng(seed)
    columns = [[], [], [], [], []]
    for number in range(studies):
        chosen = rng.choice(treatments, arms[number % len(arms)], replace=False)
        if number < treatments - 1:
            chosen = np.array([number, number + 1])
        spread = rng.uniform(0.1, 0.5, len(chosen))
        values = np.array(MEANS)[chosen] + rng.normal(0, np.sqrt(spread**2 + 0.04))
        for i, j in combinations(range(len(chosen)), 2):
            row = (f"s{number}", f"t{chosen[i]}", f"t{chosen[j]}", values[i] - values[j])
            for column, value in zip(columns, (*row, np.hypot(spread[i], spread[j])), strict=True):
                column.append(value)
    return columns


@pytest.mark.parametrize("model", ["random", "common"])
@pytest.mark.parametrize("seed", range(4))
def test_pseudoinverses_give_the_same_hat_matrix(seed, model):
    data = made_up(seed)
    fit = network(*data)
    hat = hat_matrix(fit, model=model)
    edges, _, flows = naive_flow(*data[:3], data[4], fit.tau2 if model == "random" else 0.0)
    assert list(hat.comparisons) == edges
    assert list(hat.pairs) == list(flows)
    expected = [list(flow.values()) for flow in flows.values()]
    np.testing.assert_allclose(hat.values, expected, rtol=CLOSED, atol=CLOSED)


@pytest.mark.parametrize("method", ["shortestpath", "randomwalk"])
@pytest.mark.parametrize("seed", range(6))
def test_listing_every_path_gives_the_same_contributions(seed, method):
    data = made_up(seed)
    fit = network(*data)
    expected = naive_contributions(*data[:3], data[4], fit.tau2, method)
    by_edge = contributions(fit, method=method)
    by_study = contributions(fit, method=method, of="studies")
    assert list(by_edge.pairs) == list(expected) == list(by_study.pairs)
    assert by_edge.sources == tuple(f"{one}:{two}" for one, two in next(iter(expected.values()))[0])
    for row, (edges, studies) in enumerate(expected.values()):
        np.testing.assert_allclose(by_edge.shares[row], list(edges.values()), rtol=CLOSED, atol=CLOSED)
        np.testing.assert_allclose(by_study.shares[row], list(studies.values()), rtol=CLOSED, atol=CLOSED)

"""Orders on a circle, against a naive search that draws real chords."""

from __future__ import annotations

from itertools import combinations, permutations
from math import cos, pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan.figures.circle import circular_order, count_crossings


def drawn_crossings(order, edges):
    """Count crossings by intersecting straight lines between points on a circle."""
    turn = 2 * pi / len(order)
    at = {node: (cos(i * turn + 0.1), sin(i * turn + 0.1)) for i, node in enumerate(order)}

    def side(p, q, r):
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    total = 0
    for (a, b), (c, d) in combinations(edges, 2):
        if len({a, b, c, d}) == 4:
            p, q, r, s = at[a], at[b], at[c], at[d]
            total += side(p, q, r) * side(p, q, s) < 0 and side(r, s, p) * side(r, s, q) < 0
    return total


def graphs(low, high):
    def edges(n):
        pairs = list(combinations(range(n), 2))
        return st.tuples(st.just(n), st.lists(st.sampled_from(pairs), unique=True, max_size=12))

    return st.integers(low, high).flatmap(edges)


@settings(max_examples=25)
@given(graphs(4, 6))
def test_up_to_eight_nodes_no_order_has_fewer_crossings(graph):
    nodes, edges = graph
    found = drawn_crossings(circular_order(nodes, edges), edges)
    assert found == min(drawn_crossings((0, *rest), edges) for rest in permutations(range(1, nodes)))


@settings(max_examples=25)
@given(graphs(3, 12))
def test_an_order_holds_every_node_once_and_crosses_no_more_than_the_given_one(graph):
    nodes, edges = graph
    order = circular_order(nodes, edges)
    assert sorted(order) == list(range(nodes))
    assert count_crossings(order, edges) == drawn_crossings(order, edges)
    assert count_crossings(order, edges) <= count_crossings(range(nodes), edges)


@pytest.mark.parametrize("nodes", [9, 16])
def test_a_ring_in_any_order_is_unrolled(nodes):
    ring = [(i * 5 % nodes, (i + 1) * 5 % nodes) for i in range(nodes)]
    assert count_crossings(circular_order(nodes, ring), ring) == 0


@settings(max_examples=25)
@given(st.lists(st.integers(0, 10**6), min_size=9, max_size=24), st.randoms(use_true_random=False))
def test_a_tree_has_no_crossings(draws, shuffle):
    names = list(range(len(draws) + 1))
    shuffle.shuffle(names)
    tree = [(names[i + 1], names[draw % (i + 1)]) for i, draw in enumerate(draws)]
    assert count_crossings(circular_order(len(names), tree), tree) == 0

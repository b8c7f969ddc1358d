"""In which order nodes stand on a circle so that few lines cross."""

from __future__ import annotations

from functools import cache
from itertools import combinations, permutations
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Positions: TypeAlias = NDArray[np.int64]

__all__ = ["circular_order", "count_crossings"]

Edge: TypeAlias = tuple[int, int]
EXACT_NODES = 8
MOST_ROUNDS = 20
MOST_AT_ONCE = 500_000


def circular_order(nodes: int, edges: Sequence[Edge]) -> tuple[int, ...]:
    """Order nodes on a circle: fewest crossings, then the shortest chords, then the first of equals.

    Up to eight nodes every order is tried. Above that nodes are moved one by one to where they cross least,
    until nothing improves, so more crossings than necessary may remain; there are none where the edges make a
    tree.

    Parameters
    ----------
    nodes : int
        Number of nodes.
    edges : sequence of (int, int)
        Pairs of nodes.

    Returns
    -------
    tuple of int
        Every node once, in order around the circle; the first is node 0.

    Examples
    --------
    >>> circular_order(4, [(0, 2), (2, 1), (1, 3), (3, 0)])
    (0, 2, 1, 3)
    """
    if nodes <= 3 or not edges:
        return tuple(range(nodes))
    if nodes <= EXACT_NODES:
        orders = _all_orders(nodes)
        best = int(np.argmin(_costs(orders, edges, nodes)))
        return tuple(int(node) for node in orders[best])
    return _improved(nodes, edges)


def count_crossings(order: Sequence[int], edges: Sequence[Edge]) -> int:
    """Count the pairs of chords that cross when nodes stand on a circle in this order.

    Examples
    --------
    >>> count_crossings((0, 1, 2, 3), [(0, 2), (1, 3)])
    1
    """
    return int(_crossings(_positions(np.array([order])), edges)[0])


@cache
def _all_orders(nodes: int) -> Positions:
    rest = [order for order in permutations(range(1, nodes)) if order[0] < order[-1]]
    return np.array([(0, *order) for order in rest], dtype=np.int64)


def _positions(orders: Positions) -> Positions:
    return np.argsort(orders, axis=1)


def _costs(orders: Positions, edges: Sequence[Edge], nodes: int) -> Positions:
    positions = _positions(orders)
    return _weighed(_crossings(positions, edges), positions, edges, nodes)


def _weighed(crossings: Positions, positions: Positions, edges: Sequence[Edge], nodes: int) -> Positions:
    """Let one crossing outweigh all lengths."""
    first, second = np.array(edges, dtype=np.int64).T
    apart = np.abs(positions[:, first] - positions[:, second])
    lengths = np.minimum(apart, nodes - apart).sum(axis=1)
    cost: Positions = crossings * (nodes * len(edges) + 1) + lengths
    return cost


def _crossings(positions: Positions, edges: Sequence[Edge]) -> Positions:
    return _count(positions, _pairs_of(edges))


def _pairs_of(edges: Sequence[Edge]) -> Positions:
    """List the pairs of edges that can cross, those without a common end, as rows of four nodes."""
    pairs = [(*one, *other) for one, other in combinations(edges, 2) if len({*one, *other}) == 4]
    return np.array(pairs, dtype=np.int64).reshape(-1, 4)


def _count(positions: Positions, pairs: Positions) -> Positions:
    total = np.zeros(len(positions), dtype=np.int64)
    at_once = max(MOST_AT_ONCE // len(positions), 1)
    for start in range(0, len(pairs), at_once):
        a, b, c, d = (positions[:, column] for column in pairs[start : start + at_once].T)
        low, high = np.minimum(a, b), np.maximum(a, b)
        total += (((low < c) & (c < high)) ^ ((low < d) & (d < high))).sum(axis=1)
    return total


def _improved(nodes: int, edges: Sequence[Edge]) -> tuple[int, ...]:
    """Improve both the given order and the one in which a walk through the edges meets the nodes."""
    pairs = _pairs_of(edges)
    starts = (list(range(nodes)), _walk(nodes, edges))
    found = [_improved_from(start, edges, pairs) for start in starts]
    costs = _costs(np.array(found), edges, nodes)
    return tuple(found[int(np.argmin(costs))])


def _walk(nodes: int, edges: Sequence[Edge]) -> list[int]:
    """Order nodes depth first: where the edges make a tree, none of them cross."""
    neighbours: dict[int, set[int]] = {node: set() for node in range(nodes)}
    for a, b in edges:
        neighbours[a].add(b)
        neighbours[b].add(a)
    order: list[int] = []
    waiting = list(reversed(range(nodes)))
    while waiting:
        node = waiting.pop()
        if node not in order:
            order.append(node)
            waiting += sorted(neighbours[node], key=lambda other: (-len(neighbours[other]), -other))
    return order


def _improved_from(order: list[int], edges: Sequence[Edge], pairs: Positions) -> list[int]:
    """Move nodes one by one to where they cross least.

    Moving a node leaves the order of the others, so that only pairs with one of its edges are counted.
    """
    nodes = len(order)
    own = [pairs[(pairs == node).any(axis=1)] for node in range(nodes)]
    for _ in range(MOST_ROUNDS):
        before = list(order)
        for node in range(1, nodes):
            rest = [other for other in order if other != node]
            moved = np.array([[*rest[:i], node, *rest[i:]] for i in range(1, nodes)])
            positions = _positions(moved)
            costs = _weighed(_count(positions, own[node]), positions, edges, nodes)
            best = int(np.argmin(costs))
            if costs[best] < costs[order.index(node) - 1]:
                order = [int(n) for n in moved[best]]
        if order == before:
            break
    return order

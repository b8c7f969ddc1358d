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


def circular_order(nodes: int, edges: Sequence[Edge]) -> tuple[int, ...]:
    """Order nodes on a circle: fewest crossings, then the shortest chords, then the first of equals.

    Up to eight nodes every order is tried. Above that nodes are moved one by one to where they cross least,
    until nothing improves, so more crossings than necessary may remain.

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
    first, second = np.array(edges, dtype=np.int64).T
    apart = np.abs(positions[:, first] - positions[:, second])
    lengths = np.minimum(apart, nodes - apart).sum(axis=1)
    cost: Positions = _crossings(positions, edges) * (nodes * len(edges) + 1) + lengths
    return cost


def _crossings(positions: Positions, edges: Sequence[Edge]) -> Positions:
    total = np.zeros(len(positions), dtype=np.int64)
    for (a, b), (c, d) in combinations(edges, 2):
        if len({a, b, c, d}) == 4:
            low = np.minimum(positions[:, a], positions[:, b])
            high = np.maximum(positions[:, a], positions[:, b])
            inside_c = (low < positions[:, c]) & (positions[:, c] < high)
            inside_d = (low < positions[:, d]) & (positions[:, d] < high)
            total += inside_c ^ inside_d
    return total


def _improved(nodes: int, edges: Sequence[Edge]) -> tuple[int, ...]:
    order = list(range(nodes))
    cost = int(_costs(np.array([order]), edges, nodes)[0])
    for _ in range(MOST_ROUNDS):
        before = cost
        for node in range(1, nodes):
            rest = [other for other in order if other != node]
            moved = np.array([[*rest[:i], node, *rest[i:]] for i in range(1, nodes)])
            costs = _costs(moved, edges, nodes)
            best = int(np.argmin(costs))
            if costs[best] < cost:
                order, cost = [int(n) for n in moved[best]], int(costs[best])
        if cost == before:
            break
    return tuple(order)

"""Dividing a flow of evidence into paths, and each path among its edges."""

from __future__ import annotations

from collections import deque
from math import copysign
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from metaan.types import FloatArray

    Places: TypeAlias = NDArray[np.intp]
    Divide: TypeAlias = Callable[[FloatArray, Places, Places], FloatArray]

__all__ = ["DIVISIONS", "random_walk", "shortest_paths"]

NEGLIGIBLE = 1e-10
"""A flow below this share of the whole is rounding: standard errors may differ a millionfold."""

CHUNK = 4_000_000
"""Numbers that an array of the random walk may hold at once."""


def shortest_paths(flows: FloatArray, pairs: Places, edges: Places) -> FloatArray:
    """Take the flow apart along its shortest paths, each as wide as it gets.

    As long as there is flow, a path with the fewest edges is taken out with the largest flow that it can
    carry; the flow is divided equally among its edges. Among paths of equal length the one that passes the
    earlier treatments (in the network's order) comes first.

    Parameters
    ----------
    flows : ndarray, shape (r, s)
        Flow on each edge, positive from its first node to its second; each row brings 1 from source to sink.
    pairs : ndarray of int, shape (r, 2)
        Source and sink of each row.
    edges : ndarray of int, shape (s, 2)
        Nodes of each edge.

    Returns
    -------
    ndarray, shape (r, s)
        What each edge contributes; rows sum to 1.

    References
    ----------
    Papakonstantinou T, Nikolakopoulou A, Rücker G, et al. Estimating the contribution of studies in network
    meta-analysis: paths, flows and streams. F1000Research 2018; 7: 610.

    Examples
    --------
    >>> pairs, edges = np.array([[0, 1]]), np.array([[0, 1], [0, 2], [1, 2]])
    >>> shortest_paths(np.array([[0.6, 0.4, -0.4]]), pairs, edges).round(12).tolist()
    [[0.6, 0.2, 0.2]]
    """
    neighbours = _neighbours(edges)
    kept = np.where(np.abs(flows) > NEGLIGIBLE, flows, 0.0)
    shares = [
        _Streams(neighbours, row, *ends).shares()
        for row, ends in zip(kept.tolist(), pairs.tolist(), strict=True)
    ]
    return _summing_to_one(np.array(shares))


def random_walk(flows: FloatArray, pairs: Places, edges: Places) -> FloatArray:
    """Let a walker follow the flow, and share each walk equally among its edges.

    At each node the walker takes an edge with probability proportional to the flow that leaves through it. An
    edge contributes the sum of p(path) / length(path) over all paths through it. With a the probability of
    reaching its tail in k steps and b that of reaching the sink from its head in m steps, this is the sum
    over k and m of a p b / (k + 1 + m), so that no path has to be listed.

    Parameters
    ----------
    flows, pairs, edges : ndarray
        As for `shortest_paths`.

    Returns
    -------
    ndarray, shape (r, s)
        What each edge contributes; rows sum to 1.

    References
    ----------
    Davies AL, Papakonstantinou T, Nikolakopoulou A, Rücker G, Galla T. Network meta-analysis and random
    walks. Statistics in Medicine 2022; 41: 2091-2114.

    Examples
    --------
    >>> pairs, edges = np.array([[0, 1]]), np.array([[0, 1], [0, 2], [1, 2]])
    >>> random_walk(np.array([[0.6, 0.4, -0.4]]), pairs, edges).round(12).tolist()
    [[0.6, 0.2, 0.2]]
    """
    nodes = int(edges.max()) + 1
    size = max(1, CHUNK // max(nodes * nodes, len(edges)))
    parts = [
        _walk(flows[start : start + size], pairs[start : start + size], edges, nodes)
        for start in range(0, len(pairs), size)
    ]
    return _summing_to_one(np.concatenate(parts))


DIVISIONS: dict[str, Divide] = {"shortestpath": shortest_paths, "randomwalk": random_walk}


Neighbours: TypeAlias = list[list[tuple[int, int, int]]]
"""For each node its neighbours in order: the node, the edge, and 1 where the edge leads there, else -1."""


def _neighbours(edges: Places) -> Neighbours:
    found: Neighbours = [[] for _ in range(int(edges.max()) + 1)]
    for edge, (one, two) in enumerate(edges.tolist()):
        found[one].append((two, edge, 1))
        found[two].append((one, edge, -1))
    return [sorted(ends) for ends in found]


class _Streams:
    """Flow of one estimate, taken apart path by path.

    Paths of one length are found in one depth-first search through the graph of levels, which gives up every
    edge once and meets the paths in the order of their nodes.
    """

    def __init__(self, neighbours: Neighbours, flow: list[float], source: int, sink: int) -> None:
        self.neighbours, self.flow = neighbours, flow
        self.source, self.sink = source, sink

    def shares(self) -> list[float]:
        """Give what each edge contributes."""
        shares = [0.0] * len(self.flow)
        while self.source in (distance := self._distances()):
            self._take_out(distance, shares)
        return shares

    def _distances(self) -> dict[int, int]:
        """Count the edges from each node to the sink, up to those of the source."""
        distance, waiting = {self.sink: 0}, deque([self.sink])
        while waiting and self.source not in distance:
            head = waiting.popleft()
            for tail, edge, sign in self.neighbours[head]:
                if tail not in distance and self.flow[edge] * sign < 0:
                    distance[tail] = distance[head] + 1
                    waiting.append(tail)
        return distance

    def _take_out(self, distance: dict[int, int], shares: list[float]) -> None:
        """Take out all paths of the present shortest length."""
        length = distance[self.source]
        tried = dict.fromkeys(distance, 0)
        nodes, path = [self.source], list[int]()
        while nodes:
            if nodes[-1] == self.sink:
                kept = self._narrow(path, length, shares)
                del nodes[kept + 1 :], path[kept:]
            elif (step := self._next(nodes[-1], distance, tried)) is not None:
                nodes.append(step[0])
                path.append(step[1])
            else:
                nodes.pop()
                del path[-1:]
                if nodes:
                    tried[nodes[-1]] += 1

    def _next(self, node: int, distance: dict[int, int], tried: dict[int, int]) -> tuple[int, int] | None:
        """Find the first edge towards the sink that still carries flow and is not known as a dead end."""
        around, level = self.neighbours[node], distance[node] - 1
        for place in range(tried[node], len(around)):
            head, edge, sign = around[place]
            if distance.get(head) == level and self.flow[edge] * sign > 0:
                tried[node] = place
                return head, edge
        tried[node] = len(around)
        return None

    def _narrow(self, path: list[int], length: int, shares: list[float]) -> int:
        """Take the widest flow out of a path; tell how many edges before the first that is used up."""
        flow = self.flow
        width = min(abs(flow[edge]) for edge in path)
        for edge in path:
            left = abs(flow[edge]) - width
            flow[edge] = copysign(left, flow[edge]) if left > NEGLIGIBLE else 0.0
            shares[edge] += width / length
        return next(place for place, edge in enumerate(path) if not flow[edge])


def _walk(flows: FloatArray, pairs: Places, edges: Places, nodes: int) -> FloatArray:
    """Follow the walkers of some rows; nodes and edges are rows here, estimates are columns."""
    one, two = edges.T
    rows, places = len(pairs), np.arange(len(pairs))
    to_one, to_two = _collector(one, nodes), _collector(two, nodes)
    kept = np.where(np.abs(flows) > NEGLIGIBLE, flows, 0.0)
    kept = _without_circles(kept, edges, to_one, to_two).T
    along, against = np.maximum(kept, 0.0), np.maximum(-kept, 0.0)
    leaving = to_one @ along + to_two @ against
    leaving[leaving == 0] = 1.0
    along, against = along / leaving[one], against / leaving[two]
    start, end = np.zeros((nodes, rows)), np.zeros((nodes, rows))
    start[pairs[:, 0], places] = end[pairs[:, 1], places] = 1.0
    reached, reaching = [start], [end]
    while (ahead := to_two @ (reached[-1][one] * along) + to_one @ (reached[-1][two] * against)).any():
        reached.append(ahead)
    while (back := to_one @ (reaching[-1][two] * along) + to_two @ (reaching[-1][one] * against)).any():
        reaching.append(back)
    shares = np.zeros(kept.shape)
    lengths = np.arange(len(reaching))[:, None] + np.arange(len(reached)) + 1
    shared = np.tensordot(1 / lengths, np.array(reached), axes=1)
    for coming, arriving in zip(shared, reaching, strict=True):
        shares += coming[one] * along * arriving[two] + coming[two] * against * arriving[one]
    return np.asarray(shares.T)


def _collector(ends: Places, nodes: int) -> csr_array:
    """Give the matrix that sums what the edges carry over the nodes at one of their ends."""
    return csr_array((np.ones(len(ends)), (ends, np.arange(len(ends)))), shape=(nodes, len(ends)))


def _without_circles(flows: FloatArray, edges: Places, to_one: csr_array, to_two: csr_array) -> FloatArray:
    """Take circular flow out of the rows that have any: only negative weights can bring it about."""
    alive = np.ones((to_one.shape[0], len(flows)))
    one, two = edges.T
    along, against = (flows > 0).T, (flows < 0).T
    for _ in range(to_one.shape[0]):
        fed = to_two @ (alive[one] * along) + to_one @ (alive[two] * against)
        alive = (fed > 0).astype(float)
        if not alive.any():
            return flows
    cleared, ends = flows.copy(), edges.tolist()
    for row in np.flatnonzero(alive.any(axis=0)).tolist():
        cleared[row] = _unwound(flows[row].tolist(), ends)
    return cleared


def _unwound(flow: list[float], ends: list[list[int]]) -> list[float]:
    """Subtract circles until none is left, the first that is found from the earliest node first."""
    while circle := _circle(flow, ends):
        width = min(abs(flow[edge]) for edge in circle)
        for edge in circle:
            left = abs(flow[edge]) - width
            flow[edge] = copysign(left, flow[edge]) if left > NEGLIGIBLE else 0.0
    return flow


def _circle(flow: list[float], ends: list[list[int]]) -> list[int]:
    """Find the edges of a circle; none where the flow has no circle."""
    leaving: dict[int, list[tuple[int, int]]] = {}
    for edge, (one, two) in enumerate(ends):
        if flow[edge]:
            tail, head = (one, two) if flow[edge] > 0 else (two, one)
            leaving.setdefault(tail, []).append((head, edge))
    done: set[int] = set()
    for start in sorted(leaving):
        nodes, path = [start], list[int]()
        while nodes:
            step = next(((head, edge) for head, edge in leaving.get(nodes[-1], []) if head not in done), None)
            if step is None:
                done.add(nodes.pop())
                del path[-1:]
                continue
            if step[0] in nodes:
                return [*path[nodes.index(step[0]) :], step[1]]
            nodes.append(step[0])
            path.append(step[1])
    return []


def _summing_to_one(shares: FloatArray) -> FloatArray:
    """Make up for what was left out as rounding."""
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))

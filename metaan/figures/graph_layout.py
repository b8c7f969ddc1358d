"""Nodes on circles, lines between them, names beside them: the geometry of a network graph."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, pi, sin, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from metaan.figures.circle import circular_order
from metaan.figures.measure import wrap
from metaan.figures.sheet import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from metaan.figures.sheet import Align, Box
    from metaan.figures.style import Style
    from metaan.types import FloatArray

    _Chord: TypeAlias = tuple[tuple[float, float], tuple[float, float]]

__all__ = ["Graph", "PlacedEdge", "PlacedGraph", "PlacedNode", "edge_width", "place_graph"]

LEAST_RADIUS = 62.0
GROWTH = 1.12
MOST_GROWTH = 16
NODE_LARGEST, NODE_SMALLEST, NODE_EQUAL = 15.0, 4.0, 9.0
NAME_GAP = 4.0
NAME_LIMIT = 110.0
NAME_LINES = 5
NEARLY_UPRIGHT = 0.3
COUNT_SPOTS = (0.5, 1 / 3, 2 / 3, 0.42, 0.58, 0.28, 0.72, 0.22, 0.78)
CROSSING_GAP = 20.0
COUNT_PAD = 1.5
CLEARANCE = 1.0
ENDS = 1e-6
EDGE_LEAST, EDGE_STEP, EDGE_MOST = 1.0, 0.8, 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """One connected part: names, participants, edges with study counts, sets of nodes in one multi-arm study.

    `sizes` are shares of the largest node's participants in the whole network; None for equal nodes.
    """

    names: tuple[str, ...]
    sizes: tuple[float, ...] | None
    edges: tuple[tuple[int, int, int], ...]
    multiarm: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedNode:
    """A node's middle and radius, and the lines of its name, in points."""

    index: int
    x: float
    y: float
    radius: float
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedEdge:
    """An edge between two nodes, with its count unless that would overlap something."""

    ends: tuple[int, int]
    studies: int
    start: tuple[float, float]
    end: tuple[float, float]
    words: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedGraph:
    """A part laid out around the origin, with its bounding box."""

    nodes: tuple[PlacedNode, ...]
    edges: tuple[PlacedEdge, ...]
    multiarm: tuple[tuple[tuple[float, float], ...], ...]
    box: Box


def place_graph(graph: Graph, style: Style) -> PlacedGraph:
    """Place a connected part on a circle that grows until nothing overlaps.

    A count that finds no free place even then is left out.

    Parameters
    ----------
    graph : Graph
        One connected part.
    style : Style
        Font sizes and colours.
    """
    order = circular_order(len(graph.names), [(a, b) for a, b, _ in graph.edges])
    radius = LEAST_RADIUS * style.zoom if len(graph.names) > 1 else 0.0
    for _ in range(MOST_GROWTH - 1):
        nodes = _nodes(graph, order, radius, style)
        if _is_clear(nodes, graph) and all(edge.words for edge in _edges(graph, nodes, style)):
            break
        radius *= GROWTH
    nodes = _nodes(graph, order, radius, style)
    edges = tuple(_edges(graph, nodes, style))
    polygons = tuple(
        tuple((nodes[i].x, nodes[i].y) for i in sorted(members, key=order.index))
        for members in graph.multiarm
    )
    by_index = tuple(nodes[i] for i in range(len(graph.names)))
    return PlacedGraph(nodes=by_index, edges=edges, multiarm=polygons, box=_bounds(by_index))


def edge_width(studies: int) -> float:
    """Give the width of a line in points: it grows with the studies, up to a limit.

    Examples
    --------
    >>> edge_width(1), edge_width(100)
    (1.0, 7.0)
    """
    return min(EDGE_LEAST + EDGE_STEP * (studies - 1), EDGE_MOST)


class _Spot(NamedTuple):
    x: float
    y: float


def _nodes(graph: Graph, order: Sequence[int], radius: float, style: Style) -> dict[int, PlacedNode]:
    turn = 2 * pi / len(order)
    first = pi if len(order) == 2 else -pi / 2
    placed = {}
    for step, index in enumerate(order):
        angle = first + step * turn
        spot = _Spot(radius * cos(angle), radius * sin(angle))
        size = _radius(graph, index, style.zoom)
        pull = pi / 2 if len(order) < 3 else angle
        words = tuple(_name(graph.names[index], spot, pull, size, style))
        placed[index] = PlacedNode(index=index, x=spot.x, y=spot.y, radius=size, words=words)
    return placed


def _radius(graph: Graph, index: int, zoom: float) -> float:
    if graph.sizes is None:
        return NODE_EQUAL * zoom
    return max(NODE_LARGEST * zoom * sqrt(graph.sizes[index]), NODE_SMALLEST)


def _name(text: str, spot: _Spot, angle: float, radius: float, style: Style) -> Iterator[Words]:
    limit = NAME_LIMIT * style.zoom
    lines = wrap(text, style.text, limit, lines=NAME_LINES, family=style.family)
    step = style.text * style.leading
    tall = step * len(lines)
    away = radius + NAME_GAP
    x, y = spot.x + away * cos(angle), spot.y + away * sin(angle)
    align: Align = "left" if cos(angle) > 0 else "right"
    middle = y + sin(angle) * tall / 2
    if abs(cos(angle)) < NEARLY_UPRIGHT:
        align = "center"
        middle = y + (tall / 2 if sin(angle) > 0 else -tall / 2)
    for i, line in enumerate(lines):
        base = middle - tall / 2 + i * step + 0.8 * style.text
        yield Words(x=x, y=base, text=line, size=style.text, align=align, family=style.family)


def _edges(graph: Graph, nodes: dict[int, PlacedNode], style: Style) -> Iterator[PlacedEdge]:
    taken = [words.box for node in nodes.values() for words in node.words]
    chords = _chords(graph, nodes)
    ends = np.array(chords).reshape(-1, 4)
    for i, ((a, b, studies), chord) in enumerate(zip(graph.edges, chords, strict=True)):
        words = _count(studies, chord, taken, list(nodes.values()), np.delete(ends, i, axis=0), style)
        if words is not None:
            taken.append(_padded(words.box))
        yield PlacedEdge(ends=(a, b), studies=studies, start=chord[0], end=chord[1], words=words)


def _chords(graph: Graph, nodes: dict[int, PlacedNode]) -> list[_Chord]:
    return [((nodes[a].x, nodes[a].y), (nodes[b].x, nodes[b].y)) for a, b, _ in graph.edges]


def _count(
    studies: int,
    chord: _Chord,
    taken: list[Box],
    nodes: list[PlacedNode],
    others: FloatArray,
    style: Style,
) -> Words | None:
    """Write an edge's count where nothing is in its way, and away from where two edges cross.

    `others` are the ends of the other edges, a row of four for each.
    """
    (x1, y1), (x2, y2) = chord
    crossings = [
        spot for x, y, u, v in others.tolist() if (spot := _crossing(chord, ((x, y), (u, v)))) is not None
    ]
    best: tuple[tuple[int, float], Words] | None = None
    for share in COUNT_SPOTS:
        x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
        words = Words(
            x=x,
            y=y + 0.365 * style.note,
            text=str(studies),
            size=style.note,
            align="center",
            family=style.family,
        )
        box = _padded(words.box)
        if any(_overlap(box, other) for other in taken) or any(_touches(box, node) for node in nodes):
            continue
        near = min([hypot(x - u, y - v) for u, v in crossings], default=CROSSING_GAP)
        fault = (_crossed(box, others), -min(near, CROSSING_GAP))
        if best is None or fault < best[0]:
            best = (fault, words)
        if fault == (0, -CROSSING_GAP):
            break
    return best[1] if best is not None else None


def _crossing(chord: _Chord, other: _Chord) -> tuple[float, float] | None:
    """Find where two edges cross between their ends."""
    (x1, y1), (x2, y2) = chord
    (x3, y3), (x4, y4) = other
    across = (x2 - x1) * (y4 - y3) - (y2 - y1) * (x4 - x3)
    if across == 0:
        return None
    share = ((x3 - x1) * (y4 - y3) - (y3 - y1) * (x4 - x3)) / across
    other_share = ((x3 - x1) * (y2 - y1) - (y3 - y1) * (x2 - x1)) / across
    inside = ENDS < share < 1 - ENDS and ENDS < other_share < 1 - ENDS
    return (x1 + share * (x2 - x1), y1 + share * (y2 - y1)) if inside else None


def _is_clear(nodes: dict[int, PlacedNode], graph: Graph) -> bool:
    names = [(node.index, words.box) for node in nodes.values() for words in node.words]
    chords = np.array(_chords(graph, nodes)).reshape(-1, 4)
    for i, (owner, box) in enumerate(names):
        if any(owner != other and _overlap(box, rest) for other, rest in names[i + 1 :]):
            return False
        if any(_touches(box, node) for node in nodes.values()):
            return False
        if _crossed(box, chords):
            return False
    placed = list(nodes.values())
    if _runs_through(placed, graph, chords):
        return False
    return not any(
        hypot(a.x - b.x, a.y - b.y) < a.radius + b.radius + NAME_GAP
        for i, a in enumerate(placed)
        for b in placed[i + 1 :]
    )


def _runs_through(placed: list[PlacedNode], graph: Graph, chords: FloatArray) -> bool:
    """Whether an edge touches the circle of a node that it does not end at."""
    x1, y1, x2, y2 = chords.T
    squared = np.maximum((x2 - x1) ** 2 + (y2 - y1) ** 2, ENDS)
    first, second = (np.array([edge[end] for edge in graph.edges], dtype=int) for end in (0, 1))
    halves = np.array([edge_width(studies) / 2 for _, _, studies in graph.edges])
    for node in placed:
        along = np.clip(((node.x - x1) * (x2 - x1) + (node.y - y1) * (y2 - y1)) / squared, 0.0, 1.0)
        gap = np.hypot(x1 + along * (x2 - x1) - node.x, y1 + along * (y2 - y1) - node.y)
        foreign = (first != node.index) & (second != node.index)
        if (gap < node.radius + halves + CLEARANCE)[foreign].any():
            return True
    return False


def _padded(box: Box) -> Box:
    return box[0] - COUNT_PAD, box[1], box[2] + COUNT_PAD, box[3]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] + CLEARANCE and b[0] < a[2] + CLEARANCE and a[1] < b[3] and b[1] < a[3]


def _touches(box: Box, node: PlacedNode) -> bool:
    x = min(max(node.x, box[0]), box[2])
    y = min(max(node.y, box[1]), box[3])
    return hypot(x - node.x, y - node.y) < node.radius


def _crossed(box: Box, chords: FloatArray) -> int:
    """Count the lines that run through a box: they overlap it both ways, and have corners on both sides."""
    left, top, right, bottom = box
    x1, y1, x2, y2 = chords.T
    near = (np.maximum(x1, x2) >= left) & (np.minimum(x1, x2) <= right)
    near &= (np.maximum(y1, y2) >= top) & (np.minimum(y1, y2) <= bottom)
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    sides = np.multiply.outer(corners[:, 1], x2 - x1) - np.multiply.outer(corners[:, 0], y2 - y1)
    sides += x1 * (y2 - y1) - y1 * (x2 - x1)
    return int((near & (sides.min(axis=0) <= 0) & (sides.max(axis=0) >= 0)).sum())


def _bounds(nodes: tuple[PlacedNode, ...]) -> Box:
    boxes = [(n.x - n.radius, n.y - n.radius, n.x + n.radius, n.y + n.radius) for n in nodes]
    boxes += [words.box for node in nodes for words in node.words]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )

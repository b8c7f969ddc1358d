"""Small marks that can be told apart without colour."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, NamedTuple

from metaan.figures.sheet import Shape

if TYPE_CHECKING:
    from metaan.figures.sheet import Point

__all__ = ["DISTINCT", "Symbol", "symbol", "symbol_shape"]


class Symbol(NamedTuple):
    """A form and its colours."""

    form: str
    fill: str
    edge: str


CIRCLE_POINTS = 32
FORMS = ("circle", "square", "triangle", "diamond", "wedge", "star", "cross")
PAINTS = (("#2166ac", "#ffffff"), ("#ffffff", "#000000"), ("#e08214", "#000000"), ("#d9d9d9", "#000000"))
DISTINCT = len(FORMS) * len(PAINTS)
ARM = 0.36


def symbol(number: int) -> Symbol:
    """Give the symbol of a group; after `DISTINCT` of them they begin again.

    Examples
    --------
    >>> symbol(0).form, symbol(8).form, symbol(8).fill
    ('circle', 'square', '#ffffff')
    """
    fill, edge = PAINTS[number // len(FORMS) % len(PAINTS)]
    return Symbol(FORMS[number % len(FORMS)], fill, edge)


def symbol_shape(kind: Symbol, x: float, y: float, radius: float, layer: int = 4) -> Shape:
    """Draw a symbol around a place; all forms look equally large.

    Examples
    --------
    >>> len(symbol_shape(symbol(1), 0, 0, 3).points)
    4
    """
    points = tuple((x + radius * dx, y + radius * dy) for dx, dy in _outline(kind.form))
    return Shape(points=points, fill=kind.fill, edge=kind.edge, edge_width=0.7, layer=layer)


def _outline(form: str) -> tuple[Point, ...]:
    match form:
        case "square":
            return (-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)
        case "triangle":
            return (0.0, -1.15), (1.1, 0.8), (-1.1, 0.8)
        case "wedge":
            return (0.0, 1.15), (1.1, -0.8), (-1.1, -0.8)
        case "diamond":
            return (0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)
        case "star":
            return _ring(10, (1.35, 0.58))
        case "cross":
            quarter = ((ARM, -1.1), (ARM, -ARM), (1.1, -ARM))
            return tuple(_quarter_turns(x, y, turns) for turns in range(4) for x, y in quarter)
        case _:
            return _ring(CIRCLE_POINTS, (1.0, 1.0))


def _ring(count: int, radii: tuple[float, float]) -> tuple[Point, ...]:
    turns = [2 * pi * i / count - pi / 2 for i in range(count)]
    return tuple((radii[i % 2] * cos(t), radii[i % 2] * sin(t)) for i, t in enumerate(turns))


def _quarter_turns(x: float, y: float, turns: int) -> Point:
    for _ in range(turns):
        x, y = -y, x
    return x, y

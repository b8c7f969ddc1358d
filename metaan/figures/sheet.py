"""A sheet of marks in points: what every figure is laid out to.

The origin is the upper left corner and y runs downwards. Coordinates are rounded to a hundredth of a point,
so that last digits that differ between processors never reach a file.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, TypeAlias

from metaan.figures.measure import width
from metaan.figures.typefaces import DEJAVU

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "BEFORE",
    "Align",
    "Box",
    "Curve",
    "Line",
    "Mark",
    "Point",
    "Shape",
    "Sheet",
    "Words",
    "baseline",
    "in_family",
    "left_to_right",
    "level",
    "point",
    "points_of",
    "stacked",
]

Align: TypeAlias = Literal["left", "center", "right"]
Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]

DECIMALS = 2
ASCENT = 0.76
DESCENT = 0.24
MIDDLE = 0.365
DASHES = (4.0, 3.0)
LEFT_TO_RIGHT_MARK = "\u200e"
BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}
"""Which share of a line stands before its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text; x is its left, middle or right, y its baseline.

    Turned text reads upwards: x is then its baseline, y its lower end, middle or upper end.
    """

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    align: Align = "left"
    colour: str = "#000000"
    turned: bool = False
    family: str = DEJAVU

    @property
    def box(self) -> Box:
        """Left, top, right and bottom in points."""
        wide = width(self.text, self.size, bold=self.bold, family=self.family)
        before = BEFORE[self.align] * wide
        if self.turned:
            low = self.y + before
            return self.x - ASCENT * self.size, low - wide, self.x + DESCENT * self.size, low
        left = self.x - before
        return left, self.y - ASCENT * self.size, left + wide, self.y + DESCENT * self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A straight line; a higher layer hides a lower one."""

    start: Point
    end: Point
    width: float
    colour: str = "#000000"
    dashed: bool = False
    layer: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A line through several points; a higher layer hides a lower one."""

    points: tuple[Point, ...]
    width: float
    colour: str = "#000000"
    dashed: bool = False
    layer: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A filled polygon; a higher layer hides a lower one."""

    points: tuple[Point, ...]
    fill: str
    edge: str = "none"
    edge_width: float = 0.0
    alpha: float = 1.0
    layer: int = 3


Mark: TypeAlias = Line | Curve | Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page of marks, `width` by `height` points."""

    width: float
    height: float
    words: tuple[Words, ...]
    lines: tuple[Line, ...]
    shapes: tuple[Shape, ...]
    curves: tuple[Curve, ...] = ()

    @property
    def family(self) -> str:
        """The typeface of its first words, which is that of the figure."""
        return self.words[0].family if self.words else DEJAVU


def point(x: float, y: float) -> Point:
    """Round a place to a hundredth of a point.

    Examples
    --------
    >>> point(1.0000001, -0.0001)
    (1.0, 0.0)
    """
    return round(x, DECIMALS) + 0.0, round(y, DECIMALS) + 0.0


def baseline(middle: float, size: float) -> float:
    """Give the baseline that sets capitals and digits around a middle line.

    Examples
    --------
    >>> baseline(10.0, 10.0)
    13.65
    """
    return round(middle + MIDDLE * size, DECIMALS)


def in_family(words: Iterable[Words], family: str) -> tuple[Words, ...]:
    """Set texts in a typeface."""
    return tuple(replace(each, family=family) for each in words)


def level(left: float, right: float, y: float, width: float, colour: str, layer: int = 2) -> Line:
    """Make a horizontal line."""
    return Line(start=(left, y), end=(right, y), width=width, colour=colour, layer=layer)


def points_of(mark: Mark) -> tuple[Point, ...]:
    """Give the corners of a shape, the ends of a line, or what a curve runs through.

    Examples
    --------
    >>> points_of(Line(start=(1.0, 2.0), end=(3.0, 2.0), width=0.5))
    ((1.0, 2.0), (3.0, 2.0))
    """
    return (mark.start, mark.end) if isinstance(mark, Line) else mark.points


def stacked(sheet: Sheet) -> list[Mark]:
    """List marks as they are drawn, words above them: lower layers first, of one layer shapes before lines.

    Examples
    --------
    >>> marks = {name: level(0.0, 9.0, 5.0, 1.0, name, layer) for layer, name in ((2, "black"), (1, "red"))}
    >>> sheet = Sheet(width=9.0, height=9.0, words=(), lines=tuple(marks.values()), shapes=())
    >>> [line.colour for line in stacked(sheet)]
    ['red', 'black']
    """
    return sorted((*sheet.shapes, *sheet.lines, *sheet.curves), key=attrgetter("layer"))


def left_to_right(text: str) -> str:
    """Keep the base direction of a row, whatever script its first letter has, as browsers do."""
    mixed = any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
    return LEFT_TO_RIGHT_MARK + text if mixed else text

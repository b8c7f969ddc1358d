"""A sheet of marks in points: what every figure is laid out to, and the one place that draws.

The origin is the upper left corner and y runs downwards. Coordinates are rounded to a hundredth of a point,
so that last digits that differ between processors never reach a file.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, TransformedPatchPath

from metaan.figures.fonts import drawing_font
from metaan.figures.lettering import OneLine
from metaan.figures.measure import face_of, width
from metaan.figures.typefaces import DEJAVU

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

__all__ = [
    "Align",
    "Box",
    "Curve",
    "Line",
    "Point",
    "Shape",
    "Sheet",
    "Words",
    "baseline",
    "draw_sheet",
    "left_to_right",
    "level",
    "point",
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
        before = {"left": 0.0, "center": wide / 2, "right": wide}[self.align]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page of marks, `width` by `height` points."""

    width: float
    height: float
    words: tuple[Words, ...]
    lines: tuple[Line, ...]
    shapes: tuple[Shape, ...]
    curves: tuple[Curve, ...] = ()


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


def level(left: float, right: float, y: float, width: float, colour: str, layer: int = 2) -> Line:
    """Make a horizontal line."""
    return Line(start=(left, y), end=(right, y), width=width, colour=colour, layer=layer)


def draw_sheet(sheet: Sheet, ax: Axes, *, outlined: bool = False) -> None:
    """Draw a sheet on an axes that covers its figure; one data unit becomes one point.

    Parameters
    ----------
    sheet : Sheet
        What to draw.
    ax : Axes
        An empty axes; its limits are set.
    outlined : bool
        Whether letters are drawn as outlines, and colours that shine through are mixed with white, for a
        format that knows neither fonts nor transparency.
    """
    ax.set_axis_off()
    ax.set_xlim(0, sheet.width)
    ax.set_ylim(sheet.height, 0)
    for layer, shapes in groupby(sorted(sheet.shapes, key=attrgetter("layer")), attrgetter("layer")):
        _draw_shapes(list(shapes), layer, ax, opaque=outlined)
    strokes: list[Line | Curve] = sorted((*sheet.lines, *sheet.curves), key=attrgetter("layer"))
    for layer, lines in groupby(strokes, attrgetter("layer")):
        _draw_lines(list(lines), layer, ax)
    page = TransformedPatchPath(ax.patch)  # nothing is clipped, but matplotlib would make one for each text
    if outlined:
        _draw_outlines(sheet.words, ax)
        return
    for words in sheet.words:
        _draw_words(words, page, ax)


def _draw_outlines(texts: Sequence[Words], ax: Axes) -> None:
    """Draw letters as filled shapes."""
    for words in texts:
        left, _, _, low = words.box
        # Outlines stand upright, and this axes has its origin at the top.
        placed = Affine2D().scale(1, -1)
        if words.turned:
            placed = placed.rotate_deg(-90).translate(words.x, low)
        else:
            placed = placed.translate(left, words.y)
        letters = TextPath((0, 0), left_to_right(words.text), size=words.size, prop=_font(words))
        ax.add_patch(PathPatch(placed.transform_path(letters), facecolor=words.colour, linewidth=0, zorder=9))


def _draw_shapes(shapes: Sequence[Shape], layer: int, ax: Axes, *, opaque: bool) -> None:
    ax.add_collection(
        PolyCollection(
            [[point(*p) for p in shape.points] for shape in shapes],
            facecolors=[_colour(shape.fill, shape.alpha, opaque=opaque) for shape in shapes],
            edgecolors=[shape.edge for shape in shapes],
            linewidths=[shape.edge_width for shape in shapes],
            zorder=layer,
            clip_on=False,
        ),
        autolim=False,
    )


def _draw_lines(lines: Sequence[Line | Curve], layer: int, ax: Axes) -> None:
    ax.add_collection(
        LineCollection(
            [[point(*p) for p in _points(line)] for line in lines],
            linewidths=[line.width for line in lines],
            colors=[line.colour for line in lines],
            linestyles=[(0, DASHES) if line.dashed else "solid" for line in lines],
            capstyle="butt",
            zorder=layer,
            clip_on=False,
        ),
        autolim=False,
    )


def _points(line: Line | Curve) -> tuple[Point, ...]:
    return line.points if isinstance(line, Curve) else (line.start, line.end)


def _draw_words(words: Words, page: TransformedPatchPath, ax: Axes) -> None:
    x, y = point(words.x, words.y)
    line = OneLine(
        x,
        y,
        left_to_right(words.text),
        fontproperties=_font(words),
        color=words.colour,
        rotation=90 if words.turned else 0,
        rotation_mode="anchor",
        horizontalalignment=words.align,
        verticalalignment="baseline",
        parse_math=False,
        zorder=9,
    )
    line.set_clip_on(False)
    line.set_clip_path(page)
    ax.add_artist(line)


def left_to_right(text: str) -> str:
    """Keep the base direction of a row, whatever script its first letter has, as browsers do."""
    mixed = any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
    return LEFT_TO_RIGHT_MARK + text if mixed else text


def _colour(name: str, alpha: float, *, opaque: bool) -> Any:
    if alpha == 1 or name == "none":
        return name
    if not opaque:
        return name, alpha
    return tuple(alpha * part + 1 - alpha for part in to_rgb(name))


def _font(words: Words) -> FontProperties:
    file = drawing_font(words.text, bold=words.bold, family=words.family)
    return _properties(words.size, words.bold, face_of(words.text, words.family), file)


@cache
def _properties(size: float, bold: bool, family: str, file: Path) -> FontProperties:
    weight = "bold" if bold else "normal"
    return FontProperties(family=[family], weight=weight, size=size, fname=str(file))

"""A sheet as the artists of a matplotlib figure: for what matplotlib writes, and for axes of one's own."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, TransformedPatchPath

from metaan.figures.fonts import drawing_font
from metaan.figures.lettering import OneLine
from metaan.figures.measure import face_of
from metaan.figures.sheet import DASHES, left_to_right, point, points_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from metaan.figures.sheet import Curve, Line, Shape, Sheet, Words

__all__ = ["draw_sheet", "sheet_figure"]

POINTS_PER_INCH = 72


def sheet_figure(sheet: Sheet, *, outlined: bool = False) -> Figure:
    """Draw a sheet on a figure of its size, which is not bound to a backend.

    Parameters
    ----------
    sheet : Sheet
        What to draw.
    outlined : bool
        See `draw_sheet`.

    Examples
    --------
    >>> from metaan.figures.sheet import Sheet
    >>> sheet = Sheet(width=144, height=72, words=(), lines=(), shapes=())
    >>> [float(inches) for inches in sheet_figure(sheet).get_size_inches()]
    [2.0, 1.0]
    """
    figure = Figure(figsize=(sheet.width / POINTS_PER_INCH, sheet.height / POINTS_PER_INCH))
    draw_sheet(sheet, figure.add_axes((0, 0, 1, 1)), outlined=outlined)
    return figure


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
            [[point(*p) for p in points_of(line)] for line in lines],
            linewidths=[line.width for line in lines],
            colors=[line.colour for line in lines],
            linestyles=[(0, DASHES) if line.dashed else "solid" for line in lines],
            capstyle="butt",
            zorder=layer,
            clip_on=False,
        ),
        autolim=False,
    )


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

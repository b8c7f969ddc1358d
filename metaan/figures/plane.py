"""A plot with two axes, a key beside it, and names beside its points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, cos, hypot, pi, sin
from typing import TYPE_CHECKING, Literal, NamedTuple

from metaan.figures.measure import fit, width, wrap
from metaan.figures.sheet import Curve, Line, Shape, Words, baseline, level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.figures.scale import Scale
    from metaan.figures.sheet import Align, Box, Point
    from metaan.figures.style import Style

__all__ = [
    "Dot",
    "KeyEntry",
    "Marks",
    "circle",
    "crosses",
    "dot_shape",
    "frame_of",
    "key_beside",
    "left_room",
    "name_dots",
    "plane_axes",
    "rectangle",
]

LEAST_CORNERS, CORNERS_PER_POINT, MOST_CORNERS = 16, 6.0, 48
TICK = 3.5
LABEL_LIMIT = 120.0
LABEL_GAP, APART = 2.5, 1.5
ASLANT = 0.71
"""How far across, and how far up, a name at half past one stands, in parts of its distance."""
KEY_LIMIT, KEY_LEAST = 150.0, 90.0
KEY_SAMPLE = 18.0
KEY_LINES = 5
KEY_GAP = 5.0
TITLE_LINES = 3


class Marks(NamedTuple):
    """Parts of a sheet that belong together, and where they end below."""

    words: tuple[Words, ...] = ()
    lines: tuple[Line, ...] = ()
    shapes: tuple[Shape, ...] = ()
    curves: tuple[Curve, ...] = ()
    right: float = 0.0
    bottom: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A study in points."""

    label: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """One line of a key: a sample, and what it stands for."""

    kind: Literal["band", "line", "dashed", "dot"]
    colour: str
    text: str
    edge: str = "none"
    width: float = 0.9


def left_room(up: Sequence[str], style: Style) -> float:
    """Give where a plot begins whose upright axis has these labels and a turned title."""
    return (
        style.margin
        + style.text * style.leading
        + 12.0
        + max((width(label, style.text, family=style.family) for label in up), default=0.0)
    )


def frame_of(across: Scale, up: Scale) -> Box:
    """Give left, top, right and bottom of a plot."""
    return across.left, min(up.left, up.right), across.right, max(up.left, up.right)


def plane_axes(across: Scale, up: Scale, titles: tuple[str, str], style: Style) -> Marks:
    """Draw both axes with their ticks and titles.

    Parameters
    ----------
    across, up : Scale
        Axes in points; `up` may run either way.
    titles : (str, str)
        Below the level axis, and beside the upright one, which reads upwards.
    style : Style
        Sizes and colours.
    """
    left, top, right, bottom = frame_of(across, up)
    size = style.text
    lines = [
        level(left, right, bottom, style.line, style.ink),
        Line(start=(left, top), end=(left, bottom), width=style.line, colour=style.ink),
    ]
    words: list[Words] = []
    for tick in across.ticks:
        x = across.place(tick.value)
        lines.append(Line(start=(x, bottom), end=(x, bottom + TICK), width=style.line, colour=style.ink))
        label = style.numerals.dress(tick.label)
        words.append(Words(x=x, y=bottom + 4.5 + size, text=label, size=size, align="center"))
    for tick in up.ticks:
        y = up.place(tick.value)
        lines.append(level(left - TICK, left, y, style.line, style.ink))
        label = style.numerals.dress(tick.label)
        words.append(Words(x=left - 6.0, y=baseline(y, size), text=label, size=size, align="right"))
    turned = Words(
        x=style.margin + size,
        y=(top + bottom) / 2,
        text=fit(titles[1], size, bottom - top, bold=True, family=style.family),
        size=size,
        bold=True,
        align="center",
        turned=True,
    )
    y = bottom + 7.0 + size
    for line in wrap(titles[0], size, right - left, bold=True, lines=TITLE_LINES, family=style.family):
        y += size * style.leading
        words.append(Words(x=(left + right) / 2, y=y, text=line, size=size, bold=True, align="center"))
    return Marks(words=(*words, turned), lines=tuple(lines), right=right, bottom=y + 8.0)


def key_beside(entries: Sequence[KeyEntry], left: float, top: float, style: Style) -> Marks:
    """Explain the marks of a plot in a column beside it.

    Parameters
    ----------
    entries : sequence of KeyEntry
        From top to bottom.
    left, top : float
        Upper left corner in points.
    style : Style
        Sizes and colours.
    """
    words: list[Words] = []
    lines: list[Line] = []
    shapes: list[Shape] = []
    size, step = style.note, style.note * style.leading
    y, right = top, left
    for entry in entries:
        middle = y + step / 2
        if entry.kind == "band":
            box = (left, middle - 4.5, left + KEY_SAMPLE, middle + 4.5)
            shapes.append(rectangle(box, entry.colour, edge=entry.edge, edge_width=style.hair))
        elif entry.kind == "dot":
            dot = Dot(label="", x=left + KEY_SAMPLE / 2, y=middle, radius=3.4)
            shapes.append(dot_shape(dot, entry.colour, style, edge=entry.edge))
        else:
            lines.append(
                Line(
                    start=(left, middle),
                    end=(left + KEY_SAMPLE, middle),
                    width=entry.width,
                    colour=entry.colour,
                    dashed=entry.kind == "dashed",
                )
            )
        for line in _key_lines(entry.text, style):
            words.append(
                Words(
                    x=left + KEY_SAMPLE + 6.0,
                    y=baseline(y + step / 2, size),
                    text=line,
                    size=size,
                    family=style.family,
                )
            )
            right = max(right, words[-1].box[2])
            y += step
        y += KEY_GAP
    return Marks(
        words=tuple(words), lines=tuple(lines), shapes=tuple(shapes), right=right, bottom=y - KEY_GAP
    )


def _key_lines(text: str, style: Style) -> tuple[str, ...]:
    limit = max(KEY_LIMIT * style.zoom, KEY_LEAST)
    return wrap(style.numerals.prose(text), style.note, limit, lines=KEY_LINES, family=style.family)


def rectangle(box: Box, fill: str, *, edge: str = "none", edge_width: float = 0.0, layer: int = 0) -> Shape:
    """Fill a box."""
    left, top, right, bottom = box
    return Shape(
        points=((left, top), (right, top), (right, bottom), (left, bottom)),
        fill=fill,
        edge=edge,
        edge_width=edge_width,
        layer=layer,
    )


def circle(x: float, y: float, radius: float) -> tuple[Point, ...]:
    """Give the corners of a circle; a small one needs few."""
    count = min(max(LEAST_CORNERS, ceil(CORNERS_PER_POINT * radius)), MOST_CORNERS)
    turns = (2 * pi * i / count for i in range(count))
    return tuple((x + radius * cos(t), y + radius * sin(t)) for t in turns)


def dot_shape(dot: Dot, fill: str, style: Style, *, edge: str = "", alpha: float = 1.0) -> Shape:
    """Draw a study."""
    return Shape(
        points=circle(dot.x, dot.y, dot.radius),
        fill=fill,
        edge=edge or style.paper,
        edge_width=0.6,
        alpha=alpha,
        layer=4,
    )


def name_dots(
    dots: Sequence[Dot],
    order: Sequence[int],
    frame: Box,
    style: Style,
    *,
    most: int = 8,
    lines: Sequence[Sequence[Point]] = (),
    faint: Sequence[Sequence[Point]] = (),
) -> tuple[Words, ...]:
    """Name some dots where there is room: right, left, above, below or aslant, touching nothing.

    Parameters
    ----------
    dots : sequence of Dot
        All that are drawn.
    order : sequence of int
        Positions of those to name, the most important first.
    frame : Box
        The plot; names stay inside.
    style : Style
        Sizes and colours.
    most : int
        Largest number of names.
    lines : sequence of sequence of Point
        Lines through their points, which no name may cross.
    faint : sequence of sequence of Point
        Lines that a name crosses rather than not to be there; of its places it takes one on the fewest.
    """
    placed: list[Words] = []
    for i in order:
        if len(placed) == most:
            break
        text = fit(dots[i].label, style.note, LABEL_LIMIT, family=style.family)
        free = [
            words
            for words in _places(text, dots[i], style)
            if text
            and _inside(words.box, frame)
            and not _touches(words.box, placed, dots)
            and not any(crosses(line, words.box) for line in lines)
        ]
        free.sort(key=lambda words: sum(crosses(line, words.box) for line in faint))
        placed.extend(free[:1])
    return tuple(placed)


def crosses(line: Sequence[Point], box: Box) -> bool:
    """Say whether a line through several points runs through a box.

    Examples
    --------
    >>> crosses([(0.0, 0.0), (10.0, 10.0)], (4.0, 3.0, 6.0, 5.0))
    True
    >>> crosses([(0.0, 0.0), (10.0, 10.0)], (6.0, 1.0, 9.0, 4.0))
    False
    """
    return any(_enters(start, end, box) for start, end in pairwise(line))


def _enters(start: Point, end: Point, box: Box) -> bool:
    """Cut a segment at the four sides of a box, and say whether something is left."""
    first, last = 0.0, 1.0
    for axis in (0, 1):
        step = end[axis] - start[axis]
        if step == 0.0:
            if not box[axis] <= start[axis] <= box[axis + 2]:
                return False
            continue
        cuts = sorted((side - start[axis]) / step for side in (box[axis], box[axis + 2]))
        first, last = max(first, cuts[0]), min(last, cuts[1])
    return first <= last


def _places(text: str, dot: Dot, style: Style) -> Iterator[Words]:
    reach, size = dot.radius + LABEL_GAP, style.note
    middle, aslant = baseline(dot.y, size), reach * ASLANT
    high, low = 0.24 * size, 0.76 * size
    places: tuple[tuple[float, float, Align], ...] = (
        (dot.x + reach, middle, "left"),
        (dot.x - reach, middle, "right"),
        (dot.x, dot.y - reach - high, "center"),
        (dot.x, dot.y + reach + low, "center"),
        (dot.x + aslant, dot.y + aslant + low, "left"),
        (dot.x - aslant, dot.y - aslant - high, "right"),
        (dot.x + aslant, dot.y - aslant - high, "left"),
        (dot.x - aslant, dot.y + aslant + low, "right"),
    )
    for x, y, align in places:
        yield Words(x=x, y=y, text=text, size=size, align=align, family=style.family)


def _inside(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] + 2 and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3] - 1


def _touches(box: Box, placed: Sequence[Words], dots: Sequence[Dot]) -> bool:
    others = (words.box for words in placed)
    near = box[0], box[1] - APART, box[2], box[3] + APART
    if any(near[0] < b[2] and b[0] < near[2] and near[1] < b[3] and b[1] < near[3] for b in others):
        return True
    return any(
        hypot(max(box[0] - dot.x, 0.0, dot.x - box[2]), max(box[1] - dot.y, 0.0, dot.y - box[3])) < dot.radius
        for dot in dots
    )

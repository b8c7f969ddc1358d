"""Many points as cells of a plane and as steps along its sides, so that a million make a small file."""

from __future__ import annotations

from itertools import groupby
from math import ceil, log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from metaan.figures.colours import sequential
from metaan.figures.plane import rectangle
from metaan.figures.sheet import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.figures.scale import Scale
    from metaan.figures.sheet import Point
    from metaan.types import BoolArray, FloatArray

__all__ = ["WITH", "WITHOUT", "Cells", "cell_shapes", "count_cells", "mixed", "shades", "side_shapes"]

WIDE, UP = 4.5, 40
"""Points that a cell is wide, or a little less; cells from the bottom to the top."""

SHADES, MIXED_SHADES = 6, 4
PALEST = 0.4
"""Place of a single point on the scale of colours: paler, and it would be lost on paper."""

WITH, WITHOUT = "#b35806", "#2166ac"
OVERLAP = 0.3
"""Width of a cell's rim in its own colour: without it paper would shine through between two cells."""


class Cells(NamedTuple):
    """How many points lie in each cell, from the lower left; `second` are those of another kind.

    `first` and `second` have a row for each step of I2, `across` and `up` are the edges of the cells.
    """

    first: FloatArray
    second: FloatArray
    across: FloatArray
    up: FloatArray

    @property
    def most(self) -> int:
        """The largest number of points of one kind in a cell."""
        return int(max(self.first.max(), self.second.max()))


def count_cells(x: FloatArray, y: FloatArray, first: BoolArray, across: Scale, up: Scale) -> Cells:
    """Count points in cells from the lowest x to the highest, and over the whole of the upright axis.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        The points, inside the axes.
    first : ndarray of bool, shape (n,)
        Which of them are of the first kind.
    across, up : Scale
        The axes.

    Examples
    --------
    >>> from metaan.figures.scale import Scale
    >>> axis = Scale(low=0.0, high=1.0, left=0.0, right=100.0, ticks=())
    >>> first = np.array([True, True, False])
    >>> found = count_cells(np.array([0.2, 0.2, 0.9]), np.zeros(3), first, axis, axis)
    >>> int(found.first[0, 0]), int(found.second[0, -1]), found.most
    (2, 1, 2)
    """
    low, high = float(x.min()), float(x.max())
    least = (across.high - across.low) / (across.right - across.left) * WIDE
    if high - low < least:
        low, high = (low + high - least) / 2, (low + high + least) / 2
    columns = ceil((high - low) / least - 1e-9)
    edges = (np.linspace(low, high, columns + 1), np.linspace(up.low, up.high, UP + 1))
    counts = [np.histogram2d(y[kind], x[kind], bins=edges[::-1])[0] for kind in (first, ~first)]
    return Cells(counts[0], counts[1], *edges)


def shades(most: int) -> tuple[str, ...]:
    """Give the colours of a cell from one point to so many, the palest first.

    Examples
    --------
    >>> shades(1), len(shades(1000))
    (('#08519c',), 6)
    """
    steps = min(SHADES, most)
    return tuple(sequential(1 - (1 - PALEST) * i / max(steps - 1, 1)) for i in reversed(range(steps)))


def mixed(one: float, other: float) -> str:
    """Lay two inks over each other, each from 0, none, to 1.

    Examples
    --------
    >>> mixed(1, 0), mixed(0, 1), mixed(0, 0)
    ('#b35806', '#2166ac', '#ffffff')
    """
    parts = [
        (1 - one * (1 - int(WITH[i : i + 2], 16) / 255))
        * (1 - other * (1 - int(WITHOUT[i : i + 2], 16) / 255))
        for i in (1, 3, 5)
    ]
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def cell_shapes(cells: Cells, across: Scale, up: Scale) -> Iterator[Shape]:
    """Draw the cells that hold a point; neighbours of one colour in a row are one shape."""
    for j, row in enumerate(_colours(cells)):
        place = 0
        for colour, run in groupby(row):
            start, place = place, place + len(list(run))
            if colour:
                left, right = (across.place(float(cells.across[i])) for i in (start, place))
                bottom, top = (up.place(float(edge)) for edge in cells.up[j : j + 2])
                box = (left, top, right, bottom)
                yield rectangle(box, colour, edge=colour, edge_width=OVERLAP, layer=1)


def side_shapes(cells: Cells, across: Scale, up: Scale, height: float, gap: float) -> Iterator[Shape]:
    """Draw how many points lie in each column, above the plane, and in each row, right of it.

    Points of the first kind lie on the axis, those of the second on top of them.
    """
    low, left = min(up.left, up.right) - gap, across.right + gap
    columns = [across.place(float(edge)) for edge in cells.across]
    rows = [up.place(float(edge)) for edge in cells.up]
    for base, top, colour in _stacks(cells, 0):
        yield Shape(points=_steps(columns, low - height * base, low - height * top), fill=colour, layer=1)
    for base, top, colour in _stacks(cells, 1):
        turned = _steps(rows, left + height * base, left + height * top)
        yield Shape(points=tuple((x, y) for y, x in turned), fill=colour, layer=1)


def _stacks(cells: Cells, axis: int) -> Iterator[tuple[FloatArray, FloatArray, str]]:
    """Give where the bars of each kind begin and end, as shares of the highest, and their colour."""
    first, second = (counts.sum(axis) for counts in (cells.first, cells.second))
    highest = (first + second).max()
    if first.any():
        yield np.zeros(len(first)), first / highest, WITH
    if second.any():
        yield first / highest, (first + second) / highest, WITHOUT


def _steps(edges: Sequence[float], base: FloatArray, top: FloatArray) -> tuple[Point, ...]:
    """Go along the upper sides of bars, and back along the lower ones."""
    there = [(edge, float(top[i])) for i in range(len(top)) for edge in edges[i : i + 2]]
    back = [(edge, float(base[i])) for i in range(len(base)) for edge in edges[i : i + 2]]
    return (*there, *reversed(back))


def _colours(cells: Cells) -> Iterator[list[str]]:
    """Give the colour of every cell, row by row; empty where it holds nothing."""
    if not cells.first.any():
        palette = ("", *shades(cells.most))
        for row in _levels(cells.second, cells.most, len(palette) - 1):
            yield [palette[level] for level in row]
        return
    steps = min(MIXED_SHADES, cells.most)
    pairs = (_levels(counts, cells.most, steps) for counts in (cells.first, cells.second))
    for ones, others in zip(*pairs, strict=True):
        yield [mixed(a / steps, b / steps) if a or b else "" for a, b in zip(ones, others, strict=True)]


def _levels(counts: FloatArray, most: int, steps: int) -> Iterator[list[int]]:
    """Turn counts into even steps of the logarithm, one step a count where that is enough; 0 for nothing."""
    if most <= steps:
        yield from counts.astype(int).tolist()
        return
    with np.errstate(divide="ignore"):
        share = np.log(counts) / log(most)
    levels = np.minimum(np.floor(steps * share + 1e-9) + 1, steps)
    yield from np.where(counts > 0, levels, 0).astype(int).tolist()

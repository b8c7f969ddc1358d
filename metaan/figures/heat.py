"""A map of coloured cells with names beside and above it, laid out in points.

A caller says what stands in each cell (`HeatMap`); `layout_heat` measures every text, makes all cells one
size that holds the longest, and turns the names above upwards where they are wider than the cells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from metaan.figures.colours import ink_on
from metaan.figures.heat_key import SQUARE, place_key, rectangle
from metaan.figures.measure import width, wrap
from metaan.figures.paragraphs import heading_words, paragraphs
from metaan.figures.sheet import Line, Shape, Sheet, Words, baseline, in_family, level
from metaan.figures.style import DEFAULT, Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.figures.heat_key import HeatKey
    from metaan.figures.sheet import Box

__all__ = ["BLANK", "HeatCell", "HeatLayout", "HeatMap", "PlacedCell", "layout_heat", "text_size"]

LEAST_PAGE = 47.5
"""Width of a page in letters of its notes."""

BESIDE_LIMIT, BESIDE_LINES = 280.0, 3
TURNED_LIMIT, TURNED_LEAST, TURNED_LINES = 190.0, 130.0, 4
ABOVE_LINES = 3
PAD = 3.0
NAME_GAP = 5.0
GROUP_GAP = 18.0
SIZES = ((8, 9.0), (12, 8.0), (18, 7.0))
SMALLEST = 6.0
TIGHT, JOINING = 0.7, " to"
"""Zoom below which the lines of cells are broken, and the word that no line begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """What stands in a cell.

    Attributes
    ----------
    lines : tuple of str
        In its middle, one below the other.
    fill : str
        Background; empty for paper.
    share : float
        Area of the grey square as a share of the cell's, in [0, 1].
    corner : str
        A sign in the upper left corner.
    faint : bool
        Whether the text is of lesser weight.
    """

    lines: tuple[str, ...] = ()
    fill: str = ""
    share: float = 0.0
    corner: str = ""
    faint: bool = False


BLANK = HeatCell()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """All that a heat map says, before it has a size.

    Attributes
    ----------
    heading : str
        Above everything.
    intro : tuple of str
        Sentences between the heading and the map: how to read it.
    rows, columns : tuple of str
        Names beside and above.
    across : str
        What the columns are, above their names; may be empty.
    cells : tuple of tuple of HeatCell
        By row.
    groups : tuple of (str, int)
        Titles of runs of rows with their lengths; empty for none.
    key : HeatKey
        Below the map.
    notes : tuple of str
        Paragraphs below the key.
    size : float
        Font size in the cells, and of the names beside and above; a style may make it smaller, or larger
        where its journal has a least size.
    least : float
        Smallest width and height of a cell in points.
    """

    heading: str
    intro: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[HeatCell, ...], ...]
    key: HeatKey
    across: str = ""
    groups: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    size: float = 9.0
    least: float = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedCell:
    """A cell's place: its row and column, its box in points, the side of its square."""

    row: int
    column: int
    box: Box
    side: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatLayout:
    """A heat map in points."""

    sheet: Sheet
    cells: tuple[PlacedCell, ...]


def text_size(count: int) -> float:
    """Choose a font size for so many columns: 9 points, or fewer where there are many.

    Examples
    --------
    >>> text_size(3), text_size(15), text_size(40)
    (9.0, 7.0, 6.0)
    """
    return next((size for most, size in SIZES if count <= most), SMALLEST)


def layout_heat(content: HeatMap, style: Style = DEFAULT) -> HeatLayout:
    """Measure every text of a heat map and give every cell its place.

    Parameters
    ----------
    content : HeatMap
        Clean text.
    style : Style
        Sizes and colours.

    Returns
    -------
    HeatLayout
        Numbers and strings in points.
    """
    content = _settled(content, style)
    grid = _grid(content, style)
    heading, y = heading_words(content.heading, page=grid.page, style=style)
    room = grid.page - 2 * style.margin
    intro, y = paragraphs(
        content.intro, left=style.margin, top=y + 4.0, room=room, size=style.note, style=style
    )
    above, top = _above(content, grid, y + 4.0, style)
    tops, titles, bottom = _rows(content, grid, top, style)
    placed = tuple(_placed(content, grid, tops))
    cell_words, cell_shapes = _cells(content, placed, style)
    key, end = place_key(content.key, bottom + 12.0, grid.page, style)
    notes, end = paragraphs(
        content.notes, left=style.margin, top=end, room=room, size=style.note, style=style
    )
    sheet = Sheet(
        width=round(grid.page, 2),
        height=round(end + style.margin, 2),
        words=in_family(
            (
                *heading,
                *intro,
                *above,
                *titles,
                *_beside(content, grid, tops, style),
                *cell_words,
                *key.words,
                *notes,
            ),
            style.family,
        ),
        lines=(*_rules(placed, style), *key.lines),
        shapes=(*cell_shapes, *key.shapes),
    )
    return HeatLayout(sheet=sheet, cells=placed)


def _settled(content: HeatMap, style: Style) -> HeatMap:
    """Choose the size of the letters; on a tight page, break the lines of the cells between words."""
    size = max(min(content.size, style.text), style.text_least)
    if style.zoom >= TIGHT:
        return replace(content, size=size)
    lines = [line for row in content.cells for cell in row for line in cell.lines]
    words = (width(word, size, family=style.family) for line in lines for word in line.split())
    limit = max(words, default=0.0) + width(JOINING, size, family=style.family)

    def broken(cell: HeatCell) -> HeatCell:
        wrapped = (wrap(line, size, limit, family=style.family) for line in cell.lines)
        return replace(cell, lines=tuple(part for parts in wrapped for part in parts))

    cells = tuple(tuple(broken(cell) for cell in row) for row in content.cells)
    return replace(content, size=size, cells=cells)


class _Grid(NamedTuple):
    left: float
    across: float
    down: float
    page: float
    names: tuple[tuple[str, ...], ...]
    heads: tuple[tuple[str, ...], ...]
    turned: bool


def _grid(content: HeatMap, style: Style) -> _Grid:
    size, step, family = content.size, content.size * style.leading, style.family
    texts = [cell for row in content.cells for cell in row]
    widest = max((width(line, size, family=family) for cell in texts for line in cell.lines), default=0.0)
    tallest = max((len(cell.lines) for cell in texts), default=0)
    across = max(widest + 2 * PAD, content.least * style.zoom)
    beside = BESIDE_LIMIT * style.zoom
    names = tuple(wrap(name, size, beside, lines=BESIDE_LINES, family=family) for name in content.rows)
    lines = max((tallest, *(len(name) for name in names)))
    down = max(lines * step + 2.0, content.least * style.zoom)
    level_heads = tuple(
        wrap(name, size, across - PAD, lines=ABOVE_LINES + 1, family=family) for name in content.columns
    )
    turned = any(
        len(head) > ABOVE_LINES or _broken(head, name)
        for head, name in zip(level_heads, content.columns, strict=True)
    )
    heads = level_heads
    if turned:
        limit = max(TURNED_LIMIT * style.zoom, TURNED_LEAST)
        heads = tuple(wrap(name, size, limit, lines=TURNED_LINES, family=family) for name in content.columns)
        across = max(across, max(len(head) for head in heads) * step + 2.0)
    left = style.margin + max(width(line, size, family=family) for name in names for line in name) + NAME_GAP
    titles = max((width(title, size, bold=True, family=family) for title, _ in content.groups), default=0.0)
    right = max(left + across * len(content.columns), style.margin + titles)
    page = max(right + style.margin + 2.0, LEAST_PAGE * style.zoom * style.note)
    return _Grid(left, across, down, page, names, heads, turned)


def _broken(lines: tuple[str, ...], name: str) -> bool:
    """Whether a word of a name was cut or something left out."""
    return " ".join(lines) != " ".join(name.split())


def _above(content: HeatMap, grid: _Grid, top: float, style: Style) -> tuple[tuple[Words, ...], float]:
    size, step = content.size, content.size * style.leading
    words: list[Words] = []
    if content.across:
        wide = width(content.across, size, bold=True, family=style.family)
        x = min(grid.left, grid.page - style.margin - wide)
        words.append(Words(x=x, y=top + 0.85 * step, text=content.across, size=size, bold=True))
        top += step + 4.0
    if grid.turned:
        wide = max(width(line, size, family=style.family) for head in grid.heads for line in head)
        bottom = top + wide + NAME_GAP
    else:
        bottom = top + max(len(head) for head in grid.heads) * step + NAME_GAP
    for j, head in enumerate(grid.heads):
        middle = grid.left + (j + 0.5) * grid.across
        for i, line in enumerate(head):
            shift = (i - (len(head) - 1) / 2) * step
            if grid.turned:
                x = baseline(middle + shift, size)
                words.append(Words(x=x, y=bottom - NAME_GAP, text=line, size=size, turned=True))
            else:
                y = bottom - NAME_GAP - (len(head) - 1 - i) * step - 0.24 * size
                words.append(Words(x=middle, y=y, text=line, size=size, align="center"))
    return tuple(words), bottom


def _rows(
    content: HeatMap, grid: _Grid, top: float, style: Style
) -> tuple[tuple[float, ...], tuple[Words, ...], float]:
    """Give the upper edge of every row, the titles of the groups, and where the last row ends."""
    tops: list[float] = []
    titles: list[Words] = []
    y = top
    for title, count in content.groups or (("", len(content.rows)),):
        if title and count:
            y += GROUP_GAP if tops else GROUP_GAP - 4.0
            titles.append(Words(x=style.margin, y=y - 5.0, text=title, size=content.size, bold=True))
        tops += [y + i * grid.down for i in range(count)]
        y += count * grid.down
    return tuple(tops), tuple(titles), y


def _placed(content: HeatMap, grid: _Grid, tops: Sequence[float]) -> Iterator[PlacedCell]:
    for i, row in enumerate(content.cells):
        for j, cell in enumerate(row):
            left = grid.left + j * grid.across
            box = (left, tops[i], left + grid.across, tops[i] + grid.down)
            side = sqrt(min(max(cell.share, 0.0), 1.0)) * (min(grid.across, grid.down) - 1.0)
            yield PlacedCell(row=i, column=j, box=box, side=side)


def _cells(
    content: HeatMap, placed: Sequence[PlacedCell], style: Style
) -> tuple[tuple[Words, ...], tuple[Shape, ...]]:
    words: list[Words] = []
    shapes: list[Shape] = []
    size, step = content.size, content.size * style.leading
    for place in placed:
        cell = content.cells[place.row][place.column]
        left, top, right, bottom = place.box
        if cell.fill:
            shapes.append(rectangle(place.box, cell.fill, layer=1))
        x, y = (left + right) / 2, (top + bottom) / 2
        if place.side > 0:
            half = place.side / 2
            box = (x - half, y - half, x + half, y + half)
            shapes.append(rectangle(box, SQUARE, layer=3, rim=style.paper))
        ink = style.faint if cell.faint and not cell.fill else ink_on(cell.fill or style.paper)
        for i, line in enumerate(cell.lines):
            middle = y + (i - (len(cell.lines) - 1) / 2) * step
            base = baseline(middle, size)
            words.append(Words(x=x, y=base, text=line, size=size, align="center", colour=ink))
        if cell.corner:
            words.append(
                Words(x=left + 1.0, y=top + 0.8 * size, text=cell.corner, size=size, bold=True, colour=ink)
            )
    return tuple(words), tuple(shapes)


def _rules(placed: Sequence[PlacedCell], style: Style) -> Iterator[Line]:
    """Rule the map; each line once, across the whole of a run of rows."""
    rows = sorted({(cell.box[1], cell.box[3]) for cell in placed})
    left, right = min(cell.box[0] for cell in placed), max(cell.box[2] for cell in placed)
    for y in sorted({edge for row in rows for edge in row}):
        yield level(left, right, y, style.hair, style.rule)
    edges = sorted({edge for cell in placed for edge in (cell.box[0], cell.box[2])})
    for top, bottom in _runs(rows):
        for x in edges:
            yield Line(start=(x, top), end=(x, bottom), width=style.hair, colour=style.rule)


def _runs(rows: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    start, end = rows[0]
    for top, bottom in rows[1:]:
        if top - end > 1.0:
            yield start, end
            start = top
        end = bottom
    yield start, end


def _beside(content: HeatMap, grid: _Grid, tops: Sequence[float], style: Style) -> Iterator[Words]:
    size, step = content.size, content.size * style.leading
    for top, name in zip(tops, grid.names, strict=True):
        for i, line in enumerate(name):
            middle = top + grid.down / 2 + (i - (len(name) - 1) / 2) * step
            yield Words(x=grid.left - NAME_GAP, y=baseline(middle, size), text=line, size=size, align="right")

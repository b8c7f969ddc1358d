"""Rows, columns and a plot, laid out in points: the engine behind every forest plot.

A caller describes content (`Content`): columns, rows of cells, what each row shows in the plot, and the lines
below. `layout_rows` measures every text and answers with numbers and strings in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from metaan.figures.content import Column
from metaan.figures.marks import draw_marks, place_marks
from metaan.figures.measure import fit, width, wrap
from metaan.figures.scale import Scale, choose_limits, choose_ticks
from metaan.figures.sheet import Line, Shape, Sheet, Words, baseline, draw_sheet, level
from metaan.figures.style import DEFAULT, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matplotlib.axes import Axes

    from metaan.figures.content import Content, Row
    from metaan.figures.marks import PlacedMark
    from metaan.figures.sheet import Align

__all__ = ["ForestLayout", "PlacedColumn", "draw_forest", "layout_rows"]

HEADER_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedColumn:
    """A column with its left and right edge in points."""

    column: Column
    left: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestLayout:
    """A forest plot in points; `scale` is None where there is nothing to plot."""

    sheet: Sheet
    columns: tuple[PlacedColumn, ...]
    marks: tuple[PlacedMark, ...]
    scale: Scale | None

    @property
    def width(self) -> float:
        """Page width in points."""
        return self.sheet.width

    @property
    def height(self) -> float:
        """Page height in points."""
        return self.sheet.height


def layout_rows(content: Content, style: Style = DEFAULT) -> ForestLayout:
    """Measure every text of a forest plot and give every mark its place.

    Parameters
    ----------
    content : Content
        Clean text: no line breaks but those meant in headers.
    style : Style
        Sizes and colours.

    Returns
    -------
    ForestLayout
        Numbers and strings in points, fit for `draw_forest` and for tests.
    """
    frame = _frame(content, style)
    scale = _scale(content, frame, style)
    heads = _heading(content, frame, style)
    header = _header(content, frame, heads.bottom, style)
    middles, below = _middles(content, header.bottom, style)
    marks = tuple(place_marks(content, middles, scale, style)) if scale else ()
    axis = _axis(content, scale, frame, header.bottom, below, style) if scale else _Part((), (), (), below)
    notes = _notes(content, frame, axis.bottom, style)
    shown = _Part(_cells(content, frame, middles, style), *draw_marks(content, marks, scale, style), 0.0)
    parts = (heads, header, axis, notes, shown)
    sheet = Sheet(
        width=round(frame.width, 2),
        height=round(notes.bottom + style.margin, 2),
        words=tuple(words for part in parts for words in part.words),
        lines=tuple(line for part in parts for line in part.lines),
        shapes=tuple(shape for part in parts for shape in part.shapes),
    )
    return ForestLayout(sheet=sheet, columns=frame.columns, marks=marks, scale=scale)


def draw_forest(layout: ForestLayout, ax: Axes) -> None:
    """Draw a layout on an axes that covers its figure.

    Parameters
    ----------
    layout : ForestLayout
        From `layout_rows`.
    ax : Axes
        Empty.
    """
    draw_sheet(layout.sheet, ax)


class _Frame(NamedTuple):
    columns: tuple[PlacedColumn, ...]
    plot_left: float
    plot_right: float
    width: float


class _Part(NamedTuple):
    words: tuple[Words, ...]
    lines: tuple[Line, ...]
    shapes: tuple[Shape, ...]
    bottom: float


def _frame(content: Content, style: Style) -> _Frame:
    widths = _column_widths(content, style)
    before = [i for i, c in enumerate(content.columns) if not c.after_plot]
    after = [i for i, c in enumerate(content.columns) if c.after_plot]
    placed, edge = _run(content.columns, before, widths, style.margin, style)
    plot_left = max(edge, style.margin + _longest_run_on(content, style)) + style.plot_gap
    plot_header = max(width(line, style.text, bold=True) for line in _plot_header(content, style))
    plotted = any(row.mark is not None for row in content.rows)
    plot_right = plot_left + (max(style.plot, plot_header) if plotted else 0.0)
    placed_after, edge = _run(content.columns, after, widths, plot_right + style.plot_gap, style)
    return _Frame((*placed, *placed_after), plot_left, plot_right, edge + style.margin)


def _column_widths(content: Content, style: Style) -> list[float]:
    widths = []
    for i, column in enumerate(content.columns):
        cells = [row for row in content.rows if i or not _runs_on(row)]
        texts = [_reach(row, i, style) for row in cells]
        heads = [width(line, style.text, bold=True) for line in column.header.split("\n")]
        widths.append(max([*texts, *heads]))
    for indices in _groups(content.columns):
        spanner = _spanner_lines(content.columns[indices[0]].spanner, style)
        needed = max(width(line, style.text, bold=True) for line in spanner)
        have = sum(widths[i] for i in indices) + style.inner_gap * (len(indices) - 1)
        widths[indices[0]] += max(needed - have, 0.0)
    return widths


def _run(
    columns: Sequence[Column], indices: list[int], widths: list[float], start: float, style: Style
) -> tuple[list[PlacedColumn], float]:
    placed: list[PlacedColumn] = []
    edge = start
    for i in indices:
        if placed:
            same = columns[i].group and columns[i].group == placed[-1].column.group
            edge += style.inner_gap if same else style.gap
        placed.append(PlacedColumn(column=columns[i], left=edge, right=edge + widths[i]))
        edge += widths[i]
    return placed, edge


def _runs_on(row: Row) -> bool:
    return len(row.cells) > 1 and not row.cells[1]


def _longest_run_on(content: Content, style: Style) -> float:
    rows = [row for row in content.rows if _runs_on(row)]
    return max((_reach(row, 0, style) for row in rows), default=0.0)


def _reach(row: Row, index: int, style: Style) -> float:
    """Width of a cell, with the row's indent before the first."""
    return _indent(row, index) + width(_shown(row, index, style), style.text, bold=row.bold)


def _indent(row: Row, index: int) -> float:
    return 0.0 if index else row.indent


def _shown(row: Row, index: int, style: Style) -> str:
    text = row.cells[index]
    return text if index else fit(text, style.text, style.study_limit - row.indent, bold=row.bold)


def _groups(columns: Sequence[Column]) -> list[list[int]]:
    keys = dict.fromkeys(column.group for column in columns if column.group)
    return [[i for i, column in enumerate(columns) if column.group == key] for key in keys]


def _spanner_lines(text: str, style: Style) -> tuple[str, ...]:
    return wrap(text, style.text, style.header_limit, bold=True, lines=HEADER_LINES)


def _plot_header(content: Content, style: Style) -> list[str]:
    header = content.plot_header.split("\n")
    if not content.plot_header or not content.unit:
        return header
    return [*header, *wrap(content.unit, style.text, style.plot, bold=True, lines=HEADER_LINES)]


def _scale(content: Content, frame: _Frame, style: Style) -> Scale | None:
    marks = [row.mark for row in content.rows if row.mark is not None]
    if not marks:
        return None
    intervals = [(m.low, m.high) for m in marks if m.kind != "pale diamond"]
    outer = [m.outer for m in marks if isfinite(m.outer[0])]
    room = frame.plot_right - frame.plot_left
    estimates = [m.estimate for m in marks]
    low, high = choose_limits(
        estimates, [*intervals, *outer], ratio=content.ratio, size=style.text, room=room, null=content.null
    )
    low, high = max(low, content.bounds[0]), min(high, content.bounds[1])
    ticks = choose_ticks(low, high, ratio=content.ratio, size=style.text, room=room)
    return Scale(low=low, high=high, left=frame.plot_left, right=frame.plot_right, ticks=ticks)


def _heading(content: Content, frame: _Frame, style: Style) -> _Part:
    room = frame.width - 2 * style.margin
    lines = wrap(content.heading, style.heading, room, bold=True)
    step = style.heading * style.leading
    words = tuple(
        Words(x=style.margin, y=style.margin + (i + 0.8) * step, text=line, size=style.heading, bold=True)
        for i, line in enumerate(lines)
    )
    return _Part(words, (), (), style.margin + step * len(lines) + 6.0)


def _header(content: Content, frame: _Frame, top: float, style: Style) -> _Part:
    step = style.text * style.leading
    plot = Column(header="\n".join(_plot_header(content, style)), align="center")
    columns = (*frame.columns, PlacedColumn(column=plot, left=frame.plot_left, right=frame.plot_right))
    spanners = {
        g[0]: _spanner_lines(frame.columns[g[0]].column.spanner, style) for g in _placed_groups(frame)
    }
    depth = max(len(c.column.header.split("\n")) for c in columns)
    tall = max((len(lines) for lines in spanners.values()), default=0)
    grouped = max((len(c.column.header.split("\n")) for c in columns if c.column.group), default=0)
    total = max(depth, tall + grouped)
    bottom = top + total * step + 4.0
    words: list[Words] = []
    lines: list[Line] = []
    for placed in columns:
        words.extend(_stack(placed.column.header.split("\n"), placed, bottom, 0, style))
    for group in _placed_groups(frame):
        span = _spanning([frame.columns[i] for i in group])
        words.extend(_stack(spanners[group[0]], span, bottom, grouped, style))
        if len(group) > 1:
            y = bottom - 4.0 - grouped * step
            lines.append(level(span.left, span.right, y, style.hair, style.rule))
    lines.append(level(style.margin, frame.width - style.margin, bottom, style.line, style.rule))
    return _Part(tuple(words), tuple(lines), (), bottom)


def _placed_groups(frame: _Frame) -> list[list[int]]:
    return _groups([placed.column for placed in frame.columns])


def _spanning(placed: list[PlacedColumn]) -> PlacedColumn:
    align: Align = "center" if len(placed) > 1 else placed[0].column.align
    return PlacedColumn(column=Column(header="", align=align), left=placed[0].left, right=placed[-1].right)


def _stack(
    lines: Sequence[str], placed: PlacedColumn, bottom: float, skip: int, style: Style
) -> Iterator[Words]:
    step = style.text * style.leading
    for i, line in enumerate(reversed(lines)):
        if line:
            y = bottom - 4.0 - (i + skip) * step - 0.28 * style.text
            yield Words(
                x=_anchor(placed), y=y, text=line, size=style.text, bold=True, align=placed.column.align
            )


def _anchor(placed: PlacedColumn) -> float:
    middle = (placed.left + placed.right) / 2
    return {"left": placed.left, "center": middle, "right": placed.right}[placed.column.align]


def _middles(content: Content, top: float, style: Style) -> tuple[tuple[float, ...], float]:
    y = top + 4.0
    middles = []
    for row in content.rows:
        y += row.space
        middles.append(y + style.row / 2)
        y += style.row
    return tuple(middles), y


def _cells(content: Content, frame: _Frame, middles: Sequence[float], style: Style) -> tuple[Words, ...]:
    words: list[Words] = []
    for row, middle in zip(content.rows, middles, strict=True):
        for i, placed in enumerate(frame.columns):
            text = _shown(row, i, style)
            if text:
                words.append(
                    Words(
                        x=_anchor(placed) + _indent(row, i),
                        y=baseline(middle, style.text),
                        text=text,
                        size=style.text,
                        bold=row.bold,
                        align=placed.column.align,
                        colour=style.faint if row.faint else style.ink,
                    )
                )
    return tuple(words)


def _axis(content: Content, scale: Scale, frame: _Frame, top: float, below: float, style: Style) -> _Part:
    y = below + 3.0
    null = scale.place(content.null if isfinite(content.null) else scale.low)
    lines = [level(scale.left, scale.right, y, style.line, style.ink)]
    if isfinite(content.null):
        lines.append(Line(start=(null, top), end=(null, y), width=style.line, colour=style.ink, layer=1))
    if isfinite(content.pooled):
        x = scale.place(content.pooled)
        lines.append(
            Line(start=(x, top), end=(x, y), width=style.hair, colour=style.accent, dashed=True, layer=1)
        )
    words: list[Words] = []
    for tick in scale.ticks:
        x = scale.place(tick.value)
        lines.append(Line(start=(x, y), end=(x, y + 3.5), width=style.line, colour=style.ink))
        words.append(Words(x=x, y=y + 4.5 + style.text, text=tick.label, size=style.text, align="center"))
    favours, bottom = _favours(content, null, frame, y + 5.0 + style.text * 1.4, style)
    return _Part((*words, *favours), tuple(lines), (), bottom)


def _favours(
    content: Content, null: float, frame: _Frame, top: float, style: Style
) -> tuple[tuple[Words, ...], float]:
    step = style.text * style.leading
    sides: Iterable[tuple[str, float, Align]] = (
        (content.favours[0], null - 6.0 - style.margin, "right"),
        (content.favours[1], frame.width - style.margin - null - 6.0, "left"),
    )
    words: list[Words] = []
    deepest = 0
    for text, room, align in sides:
        if not text:
            continue
        limit = min(room, style.favours_limit)
        lines = wrap(text, style.text, limit, bold=True, lines=4)
        deepest = max(deepest, len(lines))
        x = null - 6.0 if align == "right" else null + 6.0
        words.extend(
            Words(x=x, y=top + (i + 0.85) * step, text=line, size=style.text, bold=True, align=align)
            for i, line in enumerate(lines)
        )
    return tuple(words), top + step * deepest


def _notes(content: Content, frame: _Frame, top: float, style: Style) -> _Part:
    step = style.note * style.leading
    room = frame.width - 2 * style.margin
    y = top + (8.0 if content.notes else 0.0)
    words: list[Words] = []
    for note in content.notes:
        for line in wrap(note, style.note, room):
            words.append(Words(x=style.margin, y=y + 0.85 * step, text=line, size=style.note))
            y += step
        y += 2.0
    return _Part(tuple(words), (), (), y)

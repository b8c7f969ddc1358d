"""Rows, columns and a plot, laid out in points: the engine behind every forest plot.

A caller describes content (`Content`): columns, rows of cells, what each row shows in the plot, and the lines
below. `layout_rows` measures every text and answers with numbers and strings in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, isfinite, pi, sin
from typing import TYPE_CHECKING, Any, NamedTuple

from metaan.figures.columns import (
    Frame,
    PlacedColumn,
    groups_of,
    header_lines,
    place_columns,
    plot_header,
    span_lines,
)
from metaan.figures.content import Column
from metaan.figures.marks import draw_marks, place_marks
from metaan.figures.measure import width, wrap
from metaan.figures.scale import Scale, choose_limits, choose_ticks, mirrored_limits
from metaan.figures.sheet import Line, Shape, Sheet, Words, baseline, in_family, level
from metaan.figures.style import DEFAULT, Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from metaan.figures.content import Badge, Content, Row
    from metaan.figures.marks import PlacedMark
    from metaan.figures.sheet import Align, Point

__all__ = ["ForestLayout", "PlacedColumn", "draw_forest", "layout_rows"]

CORNERS = 32
FAVOURS_LINES = 4
LEAST_SIDE = 60.0
BESIDE_NULL = 6.0
BADGE_LETTERS = 0.78
LEGEND_GAP = 14.0
ROW_STEPS = (1.0, 0.75, 0.5, 0.25, 0.0)


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

    Where a page has a height, rows come closer together for it, and letters become smaller; what it cannot
    hold even so keeps the usual pitch.

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
    badges = any(column.badges for column in content.columns)
    first, *lower = _lower(style, badges=badges)
    laid = _laid(content, place_columns(content, first))
    if laid.height <= style.tallest:
        return laid
    shorter = (_laid(content, place_columns(content, each)) for each in lower)
    return next((each for each in shorter if each.height <= style.tallest), laid)


def _lower(style: Style, *, badges: bool) -> Iterator[Style]:
    """Give way to a page's height: rows closer together, then smaller letters."""
    yield from (style.with_rows(share, badges=badges) for share in ROW_STEPS)
    for size in style.smaller_letters():
        yield style.with_letters(size).with_rows(0.0, badges=badges)


def _laid(content: Content, frame: Frame) -> ForestLayout:
    style = frame.style
    scale = _scale(content, frame, style)
    heads = _heading(content, frame, style)
    header = _header(content, frame, heads.bottom, style)
    above = _favours_above(content, scale, frame, header.bottom, style)
    middles, below = _middles(content, frame, above.bottom, style)
    marks = tuple(place_marks(content, middles, scale, style)) if scale else ()
    axis = _axis(content, scale, frame, above.bottom, below, style) if scale else _Part((), (), (), below)
    legend = _legend(content, frame, axis.bottom, style)
    notes = _notes(_noted(content, marks), frame, legend.bottom, style)
    badges = _badges(content, frame, middles, style)
    shown = _Part(_cells(content, frame, middles, style), *draw_marks(content, marks, scale, style), 0.0)
    parts = (heads, header, above, axis, legend, notes, badges, shown)
    sheet = Sheet(
        width=round(frame.width, 2),
        height=round(notes.bottom + style.margin, 2),
        words=in_family((words for part in parts for words in part.words), style.family),
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
    from metaan.figures.artists import draw_sheet

    draw_sheet(layout.sheet, ax)


class _Part(NamedTuple):
    words: tuple[Words, ...]
    lines: tuple[Line, ...]
    shapes: tuple[Shape, ...]
    bottom: float


def _scale(content: Content, frame: Frame, style: Style) -> Scale | None:
    marks = [row.mark for row in content.rows if row.mark is not None]
    if not marks:
        return None
    intervals = [(m.low, m.high) for m in marks if m.kind != "pale diamond"]
    outer = [m.outer for m in marks if isfinite(m.outer[0])]
    band = [content.band] if isfinite(content.band[0]) else []
    room, size, family = frame.plot_right - frame.plot_left, style.text, style.family
    fitted: dict[str, Any] = {"size": size, "room": room, "family": family, "null": content.null}
    low, high = choose_limits(
        [m.estimate for m in marks], [*intervals, *outer, *band], ratio=content.ratio, **fitted
    )
    if content.axis == "symmetric" and isfinite(content.null):
        low, high = mirrored_limits((low, high), ratio=content.ratio, **fitted)
    low, high = max(low, content.bounds[0]), min(high, content.bounds[1])
    ticks = choose_ticks(low, high, ratio=content.ratio, size=size, room=room, family=family)
    return Scale(low=low, high=high, left=frame.plot_left, right=frame.plot_right, ticks=ticks)


def _heading(content: Content, frame: Frame, style: Style) -> _Part:
    if not content.heading:
        return _Part((), (), (), style.margin)
    room = frame.width - 2 * style.margin
    lines = wrap(content.heading, style.heading, room, bold=True, family=style.family)
    step = style.heading * style.leading
    words = tuple(
        Words(x=style.margin, y=style.margin + (i + 0.8) * step, text=line, size=style.heading, bold=True)
        for i, line in enumerate(lines)
    )
    return _Part(words, (), (), style.margin + step * len(lines) + 6.0)


def _header(content: Content, frame: Frame, top: float, style: Style) -> _Part:
    step = style.text * style.leading
    plot = PlacedColumn(
        column=Column(header="", align="center"), left=frame.plot_left, right=frame.plot_right
    )
    heads = [(placed, header_lines(placed.column, style)) for placed in frame.columns]
    heads.append((plot, plot_header(content, style)))
    groups = groups_of([placed.column for placed in frame.columns])
    spanners = {g[0]: span_lines(frame.columns[g[0]].column.spanner, style) for g in groups}
    grouped = max((len(lines) for placed, lines in heads if placed.column.group), default=0)
    tall = max((len(lines) for lines in spanners.values()), default=0)
    total = max(*(len(lines) for _, lines in heads), tall + grouped)
    bottom = top + total * step + 4.0
    words: list[Words] = []
    lines: list[Line] = []
    for placed, said in heads:
        words.extend(_stack(said, placed, bottom, 0, style))
    for group in groups:
        span = _spanning([frame.columns[i] for i in group])
        words.extend(_stack(spanners[group[0]], span, bottom, grouped, style))
        if len(group) > 1 and not frame.columns[group[0]].column.badges:
            y = bottom - 4.0 - grouped * step
            lines.append(level(span.left, span.right, y, style.hair, style.rule))
    lines.append(level(style.margin, frame.width - style.margin, bottom, style.line, style.rule))
    return _Part(tuple(words), tuple(lines), (), bottom)


def _spanning(placed: list[PlacedColumn]) -> PlacedColumn:
    align: Align = "center" if len(placed) > 1 else placed[0].column.align
    return PlacedColumn(column=Column(header="", align=align), left=placed[0].left, right=placed[-1].right)


def _stack(
    lines: Sequence[str], placed: PlacedColumn, bottom: float, skip: int, style: Style
) -> Iterator[Words]:
    step = style.text * style.leading
    x = _badge_middle(placed, style) if placed.column.badges else _anchor(placed)
    for i, line in enumerate(reversed(lines)):
        if line:
            y = bottom - 4.0 - (i + skip) * step - 0.28 * style.text
            yield Words(
                x=x, y=y, text=line, size=style.text, bold=style.bold_header, align=placed.column.align
            )


def _anchor(placed: PlacedColumn) -> float:
    middle = (placed.left + placed.right) / 2
    return {"left": placed.left, "center": middle, "right": placed.right}[placed.column.align]


def _badge_middle(placed: PlacedColumn, style: Style) -> float:
    """Set a badge at the right end of its column, which a wide common header may have widened."""
    return placed.right - style.badge / 2


def _middles(content: Content, frame: Frame, top: float, style: Style) -> tuple[tuple[float, ...], float]:
    y = top + 4.0
    step = style.text * style.leading
    middles = []
    for row, lines in zip(content.rows, frame.names, strict=True):
        y += row.space
        middles.append(y + style.row / 2)
        y += style.row + step * (len(lines) - 1)
    return tuple(middles), y


def _cells(content: Content, frame: Frame, middles: Sequence[float], style: Style) -> tuple[Words, ...]:
    words: list[Words] = []
    for row, lines, middle in zip(content.rows, frame.names, middles, strict=True):
        words.extend(_name(row, lines, frame.columns[0].left, middle, style))
        for text, placed in zip(row.cells[1:], frame.columns[1:], strict=True):
            if text and not (placed.column.badges and text in content.badges):
                words.append(_cell(row, text, placed, middle, style))
    return tuple(words)


def _cell(row: Row, text: str, placed: PlacedColumn, middle: float, style: Style) -> Words:
    return Words(
        x=_badge_middle(placed, style) if placed.column.badges else _anchor(placed),
        y=baseline(middle, style.text),
        text=text,
        size=style.text,
        bold=row.bold,
        align=placed.column.align,
        colour=style.faint if row.faint else style.ink,
    )


def _name(row: Row, lines: Sequence[str], left: float, middle: float, style: Style) -> Iterator[Words]:
    step = style.text * style.leading
    for i, line in enumerate(lines):
        if line:
            yield Words(
                x=left + row.indent,
                y=baseline(middle + i * step, style.text),
                text=line,
                size=style.text,
                bold=row.bold,
                colour=style.faint if row.faint else style.ink,
            )


def _badges(content: Content, frame: Frame, middles: Sequence[float], style: Style) -> _Part:
    words: list[Words] = []
    shapes: list[Shape] = []
    for row, middle in zip(content.rows, middles, strict=True):
        for text, placed in zip(row.cells, frame.columns, strict=True):
            if placed.column.badges and text in content.badges:
                x = _badge_middle(placed, style)
                shape, sign = _badge(content.badges[text], x, middle, style)
                shapes.append(shape)
                words.append(sign)
    return _Part(tuple(words), (), tuple(shapes), 0.0)


def _badge(badge: Badge, x: float, y: float, style: Style) -> tuple[Shape, Words]:
    radius, size = style.badge / 2 - style.hair, max(BADGE_LETTERS * style.badge, style.text_least)
    corners: list[Point] = [
        (x + radius * cos(2 * pi * i / CORNERS), y + radius * sin(2 * pi * i / CORNERS))
        for i in range(CORNERS)
    ]
    shape = Shape(points=tuple(corners), fill=badge.fill, edge=style.ink, edge_width=style.hair)
    sign = Words(
        x=x,
        y=baseline(y, size),
        text=badge.sign,
        size=size,
        bold=True,
        align="center",
        colour=badge.ink,
    )
    return shape, sign


def _axis(content: Content, scale: Scale, frame: Frame, top: float, below: float, style: Style) -> _Part:
    y = below + 3.0
    lines = [level(scale.left, scale.right, y, style.line, style.ink)]
    if isfinite(content.null):
        null = scale.place(content.null)
        lines.append(Line(start=(null, top), end=(null, y), width=style.line, colour=style.ink, layer=1))
    if isfinite(content.pooled):
        x = scale.place(content.pooled)
        colour = style.diamond_edge or style.accent
        lines.append(Line(start=(x, top), end=(x, y), width=style.hair, colour=colour, dashed=True, layer=1))
    words: list[Words] = []
    for tick in scale.ticks:
        x = scale.place(tick.value)
        lines.append(Line(start=(x, y), end=(x, y + 3.5), width=style.line, colour=style.ink))
        label = tick.label.replace(".", content.decimal)
        words.append(Words(x=x, y=y + 4.5 + style.text, text=label, size=style.text, align="center"))
    bottom = y + 5.0 + style.text * 1.4
    if not content.favours_on_top:
        favours, bottom = _favours(content, scale, frame, bottom, style)
        words.extend(favours)
    return _Part(tuple(words), tuple(lines), tuple(_band(content, scale, top, y, style)), bottom)


def _band(content: Content, scale: Scale, top: float, bottom: float, style: Style) -> Iterator[Shape]:
    """Shade the differences that do not matter, as far as the plot reaches."""
    low, high = content.band
    if isfinite(low) and isfinite(high):
        left, right = scale.place(low), scale.place(high)
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        yield Shape(points=corners, fill=style.band, layer=0)


def _favours_above(content: Content, scale: Scale | None, frame: Frame, top: float, style: Style) -> _Part:
    if scale is None or not content.favours_on_top or not any(content.favours):
        return _Part((), (), (), top)
    words, bottom = _favours(content, scale, frame, top + 2.0, style)
    return _Part(words, (), (), bottom)


def _favours(
    content: Content, scale: Scale, frame: Frame, top: float, style: Style
) -> tuple[tuple[Words, ...], float]:
    """Set a label on each side of the null; one without room stands below the other, at the page's edge."""
    null = scale.place(content.null if isfinite(content.null) else scale.low)
    step = style.text * style.leading
    left_edge, right_edge = style.margin, frame.width - style.margin
    sides: tuple[tuple[str, Align, float, float], ...] = (
        (content.favours[0], "right", null - BESIDE_NULL, null - BESIDE_NULL - left_edge),
        (content.favours[1], "left", null + BESIDE_NULL, right_edge - null - BESIDE_NULL),
    )
    words: list[Words] = []
    used = 0
    for text, align, x, room in sides:
        if not text:
            continue
        start = 0
        if room < min(_bold_width(text, style), LEAST_SIDE):
            room, start = right_edge - left_edge, used
            x, align = (left_edge, "left") if align == "right" else (right_edge, "right")
        lines = wrap(
            text,
            style.text,
            min(room, style.favours_limit),
            bold=True,
            lines=FAVOURS_LINES,
            family=style.family,
        )
        words.extend(
            Words(x=x, y=top + (start + i + 0.85) * step, text=line, size=style.text, bold=True, align=align)
            for i, line in enumerate(lines)
        )
        used = max(used, start + len(lines))
    return tuple(words), top + step * used


def _bold_width(text: str, style: Style) -> float:
    return width(text, style.text, bold=True, family=style.family)


def _legend(content: Content, frame: Frame, top: float, style: Style) -> _Part:
    """Set the badges with their meanings on lines of their own, as many on each as fit."""
    if not content.legend:
        return _Part((), (), (), top)
    step = max(style.badge, style.note) * style.leading
    x, y = style.margin, top + 8.0 + step / 2
    words: list[Words] = []
    shapes: list[Shape] = []
    for key, meaning in content.legend:
        room = frame.width - 2 * style.margin - style.badge - 4.0
        (text, *_) = wrap(meaning, style.note, room, lines=1, family=style.family)
        wide = style.badge + 4.0 + width(text, style.note, family=style.family)
        if x > style.margin and x + wide > frame.width - style.margin:
            x, y = style.margin, y + step
        shape, sign = _badge(content.badges[key], x + style.badge / 2, y, style)
        shapes.append(shape)
        place = x + style.badge + 4.0
        words += [sign, Words(x=place, y=baseline(y, style.note), text=text, size=style.note)]
        x += wide + LEGEND_GAP
    return _Part(tuple(words), (), tuple(shapes), y + step / 2)


def _noted(content: Content, marks: Sequence[PlacedMark]) -> tuple[str, ...]:
    """Explain arrows where there are some."""
    arrows = any(mark.arrow_low or mark.arrow_high for mark in marks)
    return (*content.notes, content.clipped) if arrows and content.clipped else content.notes


def _notes(texts: Sequence[str], frame: Frame, top: float, style: Style) -> _Part:
    step = style.note * style.leading
    room = frame.width - 2 * style.margin
    y = top + (8.0 if texts else 0.0)
    words: list[Words] = []
    for note in texts:
        for line in wrap(style.numerals.prose(note), style.note, room, family=style.family):
            words.append(Words(x=style.margin, y=y + 0.85 * step, text=line, size=style.note))
            y += step
        y += 2.0
    return _Part(tuple(words), (), (), y)

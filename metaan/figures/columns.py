"""Where the columns of a forest plot stand, and how they give way until they fit a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from metaan.figures.content import Column
from metaan.figures.measure import width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.figures.content import Content, Row
    from metaan.figures.style import Style

__all__ = ["Frame", "PlacedColumn", "groups_of", "header_lines", "place_columns", "plot_header", "span_lines"]

HEADER_LINES = 4
NAME_LINES, NAME_LENGTH = 3, 600.0
LONGEST_WORD = 90.0
PLOT_STEPS = (0.85, 0.7)
NAME_STEPS = (220.0, 180.0, 150.0)
SHORT_NAME_STEPS = (120.0, 90.0, 70.0)
TIGHT_HEADER, TIGHT_GAP, TIGHT_INNER, TIGHT_PLOT_GAP = 58.0, 8.0, 6.0, 8.0
WORTH_NARROWING = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedColumn:
    """A column with its left and right edge in points."""

    column: Column
    left: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The page from left to right, in points.

    Attributes
    ----------
    columns : tuple of PlacedColumn
        In the order of the content.
    names : tuple of tuple of str
        The first cell of each row, broken into lines.
    plot_left, plot_right, width : float
        The plot; the page.
    style : Style
        The style that it was set in: a narrow page has smaller letters.
    """

    columns: tuple[PlacedColumn, ...]
    names: tuple[tuple[str, ...], ...]
    plot_left: float
    plot_right: float
    width: float
    style: Style


def place_columns(content: Content, style: Style) -> Frame:
    """Measure every column and set them side by side on a page of the style.

    Where a page has fixed widths, or one to keep to, first the plot gives way, then the study names are
    broken into lines, then the spaces and at last the letters shrink; what is left over of a fixed width
    widens the plot. What does not fit even so gets a page of its own width.

    Parameters
    ----------
    content : Content
        Columns and rows.
    style : Style
        Sizes; its `pages` are the widths to choose from, `widest` the one to keep to.
    """
    natural = _frame(content, style)
    if not style.pages:
        narrower = (_frame(content, each) for each in _narrower(style, letters=True))
        return next((frame for frame in narrower if frame.width <= style.widest), natural)
    for page in style.pages:
        if natural.width > page * WORTH_NARROWING and page != style.pages[-1]:
            continue
        for candidate in _narrower(style, letters=page == style.pages[-1]):
            frame = _frame(content, candidate)
            if frame.width <= page:
                return _stretched(frame, page)
    return frame


def _narrower(style: Style, *, letters: bool) -> Iterator[Style]:
    """Give way step by step: plot, long names, letters, plot, spaces, names, letters."""
    yield style
    now = style
    for share in PLOT_STEPS:
        now = replace(now, plot=max(style.plot * share, style.plot_least))
        yield now
    names = _with_names(now, NAME_STEPS)
    yield from names
    now = names[-1]
    sizes = style.smaller_letters() if letters else []
    if sizes:
        now = now.with_letters(sizes[0])
        yield now
    now = replace(now, plot=style.plot_least)
    yield now
    now = replace(
        now,
        header_limit=min(style.header_limit, TIGHT_HEADER),
        gap=min(style.gap, TIGHT_GAP),
        inner_gap=min(style.inner_gap, TIGHT_INNER),
        plot_gap=min(style.plot_gap, TIGHT_PLOT_GAP),
    )
    yield now
    names = _with_names(now, SHORT_NAME_STEPS)
    yield from names
    now = names[-1]
    for size in sizes[1:]:
        now = now.with_letters(size)
        yield now


def _with_names(style: Style, limits: Sequence[float]) -> list[Style]:
    """Break names at shorter and shorter limits; at least one step, which may be none."""
    shorter = [limit for limit in limits if style.study_least <= limit < style.study_limit]
    return [replace(style, study_limit=limit) for limit in shorter] or [style]


def _stretched(frame: Frame, page: float) -> Frame:
    """Widen the plot until the page is full; without a plot the page is merely wider."""
    spare = page - frame.width
    shift = spare if frame.plot_right > frame.plot_left else 0.0
    columns = tuple(
        replace(each, left=each.left + shift, right=each.right + shift) if each.column.after_plot else each
        for each in frame.columns
    )
    return replace(frame, columns=columns, plot_right=frame.plot_right + shift, width=page)


def _frame(content: Content, style: Style) -> Frame:
    widths = _column_widths(content, style)
    before = [i for i, c in enumerate(content.columns) if not c.after_plot]
    after = [i for i, c in enumerate(content.columns) if c.after_plot]
    names, lacking = _names(content, before, widths, style)
    widths[0] += lacking
    placed, edge = _run(content.columns, before, widths, style.margin, style)
    plotted = any(row.mark is not None for row in content.rows)
    plot_left = edge + style.plot_gap
    plot_right = plot_left + (_plot_width(content, style) if plotted else 0.0)
    start = plot_right + style.plot_gap  # where the plot is last, room for half a label of its axis
    placed_after, edge = _run(content.columns, after, widths, start, style)
    right = edge + style.margin
    return Frame(
        columns=(*placed, *placed_after),
        names=names,
        plot_left=plot_left,
        plot_right=plot_right,
        width=right,
        style=style,
    )


def _plot_width(content: Content, style: Style) -> float:
    lines = plot_header(content, style)
    return max(style.plot, *(_wide(line, style, bold=style.bold_header) for line in lines))


def _wide(text: str, style: Style, *, bold: bool = False) -> float:
    return width(text, style.text, bold=bold, family=style.family)


def _column_widths(content: Content, style: Style) -> list[float]:
    widths = []
    for i, column in enumerate(content.columns):
        heads = [_wide(line, style, bold=style.bold_header) for line in header_lines(column, style)]
        if column.badges:
            texts = [style.badge]
        elif i:
            texts = [_wide(row.cells[i], style, bold=row.bold) for row in content.rows]
        else:
            texts = [_name_width(row, style) for row in content.rows if not _runs_on(row)]
        widths.append(max([*texts, *heads]))
    for indices in groups_of(content.columns):
        spanner = span_lines(content.columns[indices[0]].spanner, style)
        needed = max(_wide(line, style, bold=style.bold_header) for line in spanner)
        gaps = style.badge_gap if content.columns[indices[0]].badges else style.inner_gap
        have = sum(widths[i] for i in indices) + gaps * (len(indices) - 1)
        widths[indices[0]] += max(needed - have, 0.0)
    return widths


def _name_width(row: Row, style: Style) -> float:
    lines = _broken(row, style.study_limit, style)
    return row.indent + max(_wide(line, style, bold=row.bold) for line in lines)


def _broken(row: Row, limit: float, style: Style) -> tuple[str, ...]:
    return wrap(
        row.cells[0],
        style.text,
        limit - row.indent,
        bold=row.bold,
        lines=max(NAME_LINES, ceil(NAME_LENGTH / limit)),
        family=style.family,
    )


def _names(
    content: Content, before: Sequence[int], widths: Sequence[float], style: Style
) -> tuple[tuple[tuple[str, ...], ...], float]:
    """Break the first cells into lines, and say by how much the first column is too narrow for them.

    Where the cells beside it are empty, a name runs on to the next one that is not, or to the plot.
    """
    placed, edge = _run(content.columns, before, widths, style.margin, style)
    names, lacking = [], 0.0
    for row in content.rows:
        limit = style.study_limit
        if _runs_on(row):
            room = _room(row, placed, edge, style) - style.margin
            limit = max(limit, room)
            reach = max(_wide(line, style, bold=row.bold) for line in _broken(row, limit, style))
            lacking = max(lacking, reach + row.indent - room)
        names.append(_broken(row, limit, style))
    return tuple(names), lacking


def _room(row: Row, placed: Sequence[PlacedColumn], edge: float, style: Style) -> float:
    """Find where the first cell that is not empty begins, right of the name."""
    for text, column in zip(row.cells[1:], placed[1:], strict=False):
        if text:
            return column.right - _wide(text, style, bold=row.bold) - style.inner_gap
    return edge


def _runs_on(row: Row) -> bool:
    return len(row.cells) > 1 and not row.cells[1]


def _run(
    columns: Sequence[Column], indices: Sequence[int], widths: Sequence[float], start: float, style: Style
) -> tuple[list[PlacedColumn], float]:
    placed: list[PlacedColumn] = []
    edge = start
    for i in indices:
        if placed:
            same = columns[i].group and columns[i].group == placed[-1].column.group
            inner = style.badge_gap if columns[i].badges else style.inner_gap
            edge += inner if same else style.gap
        placed.append(PlacedColumn(column=columns[i], left=edge, right=edge + widths[i]))
        edge += widths[i]
    return placed, edge


def groups_of(columns: Sequence[Column]) -> list[list[int]]:
    """Give the indices of the columns that stand under a common header, group by group."""
    keys = dict.fromkeys(column.group for column in columns if column.group)
    return [[i for i, column in enumerate(columns) if column.group == key] for key in keys]


def header_lines(column: Column, style: Style) -> list[str]:
    """Break a column's header into lines."""
    return _header(column.header, style.header_limit, style)


def span_lines(text: str, style: Style) -> list[str]:
    """Break the header over several columns into lines."""
    return _header(text, style.header_limit, style)


def plot_header(content: Content, style: Style) -> list[str]:
    """Break the header of the plot, with its unit, into lines."""
    if not content.plot_header:
        return [""]
    lines = _header(content.plot_header, style.plot, style)
    return [*lines, *_header(content.unit, style.plot, style)] if content.unit else lines


def _header(text: str, limit: float, style: Style) -> list[str]:
    """Break a header into lines, inside a word only where it is very long."""
    words = (_wide(word, style, bold=style.bold_header) for word in text.split())
    limit = max(limit, min(max(words, default=0.0), LONGEST_WORD))
    return [
        line
        for part in text.split("\n")
        for line in wrap(
            part, style.text, limit, bold=style.bold_header, lines=HEADER_LINES, family=style.family
        )
    ]

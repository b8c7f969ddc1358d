"""Summary of the risk of bias: how large a share of the studies stands at each level, domain by domain."""

from __future__ import annotations

from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from metaan.errors import CannotDraw
from metaan.figures.colours import ink_on
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.fitting import fitted
from metaan.figures.heat_key import rectangle
from metaan.figures.measure import clean, width, wrap
from metaan.figures.paragraphs import heading_words, paragraphs, sentence
from metaan.figures.presets import METAAN, Preset
from metaan.figures.rob_marks import NOT_JUDGED, colour_of, legend, level_of, shown_levels, tool_name
from metaan.figures.sheet import Line, Shape, Sheet, Words, baseline, in_family
from metaan.format import percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.figures.style import Style
    from metaan.results.appraisal import RobTable

__all__ = ["Share", "SummaryLayout", "layout_summary", "rob_shares", "rob_summary"]

BAR, GAP = 17.0, 7.0
PLOT = 250.0
TITLE_ROOM, TITLE_LINES = 190.0, 4
NAME_GAP = 10.0
TICK = 3.0
RIM = 0.8
PAD = 4.0


class Share(NamedTuple):
    """The share of the studies, or of their weight, at one level of one domain, [0, 1]."""

    word: str
    share: float


class SummaryLayout(NamedTuple):
    """A summary in points: the sheet, and the left and right end of every share by bar."""

    sheet: Sheet
    bars: tuple[tuple[tuple[float, float], ...], ...]


def rob_summary(
    table: RobTable,
    *,
    id: str,  # noqa: A002 - the name of an id in every figure
    outcome: str = "",
    palette: str = "",
    weights: Mapping[str, float] | None = None,
    weights_of: str = "",
    preset: Preset = METAAN,
) -> Drawing:
    """Draw the share of the studies at each level, domain by domain.

    Parameters
    ----------
    table : RobTable
        The judgements.
    id : str
        See `Drawing`.
    outcome : str
        Name of the outcome judged; empty where studies were judged as a whole.
    palette : str
        "metaan" or "cochrane"; that of the journal where it is empty.
    weights : mapping of str to float, optional
        Study id to its weight in an analysis, in any unit; a study without one counts nothing. Every study
        counts the same where none are given.
    weights_of : str
        The analysis that the weights are of, to be stated.
    preset : Preset
        Sizes and colours of a journal, and its page.

    Raises
    ------
    CannotDraw
        Where nobody judged risk of bias, or no study judged has a weight.
    """
    shares = rob_shares(table, weights)
    title = f"Summary of risk of bias by {tool_name(table)}{f': {clean(outcome)}' if outcome else ''}"
    counted = _counted(table, weights, weights_of)
    layout = layout_summary(table, shares, title=title, note=counted, palette=palette, preset=preset)
    overall = _said(shares[-1])
    return sheet_drawing(
        layout.sheet,
        id=id,
        title=title,
        alt=f"{title}. {len(table.studies)} studies; overall: {overall}.",
        description=" ".join(
            [
                sentence(title),
                counted,
                *(sentence(f"{name}: {_said(row)}") for name, row in zip(_names(table), shares, strict=True)),
            ]
        ),
        preset=preset,
    )


def rob_shares(table: RobTable, weights: Mapping[str, float] | None = None) -> tuple[tuple[Share, ...], ...]:
    """Give the shares of the studies at each level: a row a domain, the overall judgement last.

    Parameters
    ----------
    table, weights
        As in `rob_summary`.

    Returns
    -------
    tuple of tuple of Share
        Levels from the best to the worst, then "" for what was not judged; those with a share only. A row
        sums to 1.

    Raises
    ------
    CannotDraw
        As `rob_summary`.

    Examples
    --------
    >>> from metaan.results.appraisal import RobLevel, RobTable, RobTool
    >>> levels = tuple(RobLevel(word=w, severity=w, glyph="") for w in ("low", "high"))
    >>> tool = RobTool(id="t", name="T", domains=(), levels=levels)
    >>> table = RobTable(tool=tool, studies=("a", "b"), judgements=((), ()), overall=("high", "low"))
    >>> rob_shares(table, {"a": 3.0, "b": 1.0})
    ((Share(word='low', share=0.25), Share(word='high', share=0.75)),)
    """
    if not any(table.overall) and not any(any(row) for row in table.judgements):
        raise CannotDraw("Nobody judged risk of bias.")
    weight = [_weight(weights, study) for study in table.studies]
    total = sum(weight)
    if total <= 0:
        raise CannotDraw("No study whose risk of bias was judged has a weight in the analysis.")
    words = [*(each.word for each in table.tool.levels), ""]
    columns = [tuple(row[i] for row in table.judgements) for i in range(len(table.tool.domains))]
    return tuple(
        tuple(
            Share(word, held / total)
            for word in words
            if (held := sum(w for w, found in zip(weight, column, strict=True) if found == word)) > 0
        )
        for column in (*columns, table.overall)
    )


def layout_summary(
    table: RobTable,
    shares: Sequence[Sequence[Share]],
    *,
    title: str,
    note: str,
    palette: str = "",
    preset: Preset = METAAN,
) -> SummaryLayout:
    """Measure every text of a summary and give every bar its place.

    Parameters
    ----------
    table : RobTable
        For the names of the domains and levels.
    shares : sequence of sequence of Share
        As `rob_shares` gives them.
    title, note : str
        Heading; what counts.
    palette : str
        "metaan" or "cochrane"; that of the journal where it is empty.
    preset : Preset
        Sizes and colours of a journal, and its page.
    """
    lay = partial(_layout, table, shares, title, note, palette or preset.rob_palette)
    return fitted(lay, preset)


def _layout(
    table: RobTable,
    shares: Sequence[Sequence[Share]],
    title: str,
    note: str,
    palette: str,
    style: Style,
) -> SummaryLayout:
    names = _names(table)
    title_room, plot = TITLE_ROOM * style.zoom, PLOT * style.zoom
    titles = [
        wrap(name, style.text, title_room, bold=i == len(names) - 1, lines=TITLE_LINES, family=style.family)
        for i, name in enumerate(names)
    ]
    widest = max(
        width(line, style.text, bold=i == len(names) - 1, family=style.family)
        for i, lines in enumerate(titles)
        for line in lines
    )
    left = style.margin + widest + NAME_GAP
    page = left + plot + style.margin + width("100%", style.note, family=style.family) / 2
    words, y = heading_words(title, page=page, style=style)
    rows = _rows(titles, y + 8.0, style)
    marks = [
        _bar(table, row, (left, plot), middle, palette, style)
        for row, (middle, _) in zip(shares, rows, strict=True)
    ]
    bottom = rows[-1][1]
    axis = _axis(left, plot, bottom, style)
    room = page - 2 * style.margin
    discs, legend_words, y = legend(
        shown_levels(table), left=style.margin, top=axis.bottom + 7.0, room=room, palette=palette, style=style
    )
    notes, y = paragraphs([note], left=style.margin, top=y + 1.0, room=room, size=style.note, style=style)
    labels = _labels(titles, rows, style)
    return SummaryLayout(
        Sheet(
            width=round(page, 2),
            height=round(y + style.margin, 2),
            words=in_family(
                (
                    *words,
                    *labels,
                    *(word for mark in marks for word in mark.words),
                    *axis.words,
                    *legend_words,
                    *notes,
                ),
                style.family,
            ),
            lines=axis.lines,
            shapes=(*(shape for mark in marks for shape in mark.shapes), *discs),
        ),
        tuple(mark.ends for mark in marks),
    )


class _Bar(NamedTuple):
    words: tuple[Words, ...]
    shapes: tuple[Shape, ...]
    ends: tuple[tuple[float, float], ...]


class _Axis(NamedTuple):
    words: tuple[Words, ...]
    lines: tuple[Line, ...]
    bottom: float


def _names(table: RobTable) -> list[str]:
    return [*(clean(title) for _, title in table.tool.domains), "Overall"]


def _weight(weights: Mapping[str, float] | None, study: str) -> float:
    if weights is None:
        return 1.0
    found = weights.get(study, 0.0)
    return found if isfinite(found) and found > 0 else 0.0


def _counted(table: RobTable, weights: Mapping[str, float] | None, weights_of: str) -> str:
    if weights is None:
        return f"Every study counts the same ({len(table.studies)} studies)."
    without = sum(_weight(weights, study) == 0 for study in table.studies)
    said = f"Studies count by their weight in {clean(weights_of) or 'the analysis'}."
    if not without:
        return said
    return f"{said} {without} of {len(table.studies)} studies have no weight there and count nothing."


def _said(row: Sequence[Share]) -> str:
    return ", ".join(f"{clean(each.word) or NOT_JUDGED} {percent(each.share)}" for each in row)


def _rows(titles: Sequence[Sequence[str]], top: float, style: Style) -> list[tuple[float, float]]:
    """Give the middle and the lower edge of every row; the overall one stands a little apart."""
    rows = []
    y = top
    for number, lines in enumerate(titles):
        if number == len(titles) - 1 and number:
            y += GAP
        tall = max(BAR, len(lines) * style.text * style.leading)
        rows.append((y + tall / 2, y + tall))
        y += tall + GAP
    return rows


def _labels(
    titles: Sequence[Sequence[str]], rows: Sequence[tuple[float, float]], style: Style
) -> tuple[Words, ...]:
    step = style.text * style.leading
    return tuple(
        Words(
            x=style.margin,
            y=baseline(middle + (i - (len(lines) - 1) / 2) * step, style.text),
            text=line,
            size=style.text,
            bold=number == len(titles) - 1,
        )
        for number, (lines, (middle, _)) in enumerate(zip(titles, rows, strict=True))
        for i, line in enumerate(lines)
    )


def _bar(
    table: RobTable,
    row: Sequence[Share],
    place: tuple[float, float],
    middle: float,
    palette: str,
    style: Style,
) -> _Bar:
    words: list[Words] = []
    shapes: list[Shape] = []
    ends: list[tuple[float, float]] = []
    left, plot = place
    start = left
    held = 0.0
    for each in row:
        held += each.share
        end = left + plot * min(held, 1.0)
        found = level_of(table, each.word)
        fill = colour_of(found, palette)
        box = (start, middle - BAR / 2, end, middle + BAR / 2)
        shapes.append(rectangle(box, fill, layer=3, rim="#000000"))
        text = _inside(clean(found.glyph) if found else "", each.share, end - start, style)
        if text:
            x, y = (start + end) / 2, baseline(middle, style.note)
            words.append(
                Words(x=x, y=y, text=text, size=style.note, bold=True, align="center", colour=ink_on(fill))
            )
        ends.append((start, end))
        start = end
    return _Bar(tuple(words), tuple(shapes), tuple(ends))


def _inside(glyph: str, share: float, room: float, style: Style) -> str:
    """Choose what a share has room for: sign and percentage, the sign, or nothing."""
    for text in (f"{glyph} {percent(share)}".strip(), glyph):
        if text and width(text, style.note, bold=True, family=style.family) + PAD <= room:
            return text
    return ""


def _axis(left: float, plot: float, top: float, style: Style) -> _Axis:
    y = top + 4.0
    lines = [Line(start=(left, y), end=(left + plot, y), width=style.hair, colour=style.ink)]
    words = []
    for quarter in range(5):
        x = left + plot * quarter / 4
        lines.append(Line(start=(x, y), end=(x, y + TICK), width=style.hair, colour=style.ink))
        text = percent(quarter / 4)
        at = y + TICK + style.note
        words.append(Words(x=x, y=at, text=text, size=style.note, align="center"))
    return _Axis(tuple(words), tuple(lines), y + TICK + 1.3 * style.note)

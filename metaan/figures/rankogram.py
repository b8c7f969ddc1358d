"""The rankogram: how probable each rank is for each treatment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from metaan.errors import CannotDraw
from metaan.figures.drawing import ALT_LENGTH, Drawing, sheet_drawing, shorten
from metaan.figures.fitting import fitted
from metaan.figures.measure import clean, width, wrap
from metaan.figures.paragraphs import heading_words, paragraphs, sentence
from metaan.figures.presets import METAAN, Preset
from metaan.figures.sheet import Line, Shape, Sheet, Words, baseline, in_family, level
from metaan.format import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.figures.sheet import Box
    from metaan.figures.style import Style
    from metaan.results.ranking import Rankogram

__all__ = ["Panel", "RankogramLayout", "layout_rankogram", "rankogram_figure"]

LEAST_TREATMENTS = 2
PANEL_WIDTH, PANEL_HEIGHT = 128.0, 74.0
BETWEEN = 20.0
BELOW = 26.0
MOST_ACROSS = 5
NAME_LINES = 5
LEVELS = (0.0, 0.5, 1.0)
BAR_SHARE = 0.8
RANK_GAP = 5.0
SAMPLE = 16.0
LEAST_PAGE = 41.25
"""Width of a page in letters of its notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One treatment's panel in points.

    Attributes
    ----------
    treatment : int
        Index in `Rankogram.treatments`.
    frame : (float, float, float, float)
        Left, top, right and bottom of the plot.
    bars : tuple of (float, float, float, float)
        The box of each rank's bar, rank 1 first.
    steps : tuple of (float, float)
        Corners of the cumulative line.
    """

    treatment: int
    frame: Box
    bars: tuple[Box, ...]
    steps: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankogramLayout:
    """A rankogram in points; the panels from the best treatment to the worst."""

    sheet: Sheet
    panels: tuple[Panel, ...]


def rankogram_figure(
    rankogram: Rankogram,
    *,
    id: str,  # noqa: A002
    names: Mapping[str, str],
    outcome: str,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw the probability of each rank, a panel for each treatment, the best by SUCRA first.

    Bars are the probabilities, the step line adds them up; SUCRA, the median rank and its interval stand
    above.

    Parameters
    ----------
    rankogram : Rankogram
        The numbers; none is computed again here.
    id : str
        Id of the drawing.
    names : mapping of str to str
        Node to printed name.
    outcome : str
        For the heading.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Raises
    ------
    CannotDraw
        For fewer than two treatments; the message is the reason.

    References
    ----------
    Salanti G, Ades AE, Ioannidis JPA. Graphical methods and numerical summaries for presenting results from
    multiple-treatment meta-analysis: an overview and tutorial. Journal of Clinical Epidemiology 2011; 64:
    163-171.

    Examples
    --------
    >>> from metaan.results.frozen import frozen
    >>> from metaan.results.ranking import Rankogram
    >>> ranks = Rankogram(
    ...     treatments=("A", "B"), probabilities=frozen([[0.8, 0.2], [0.2, 0.8]]),
    ...     cumulative=frozen([[0.8, 1], [0.2, 1]]), sucra=frozen([0.8, 0.2]), mean_rank=frozen([1.2, 1.8]),
    ...     median_rank=frozen([1, 2]), rank_low=frozen([1, 1]), rank_high=frozen([2, 2]),
    ...     small_values="desirable", model="random", samples=1000, level=0.95,
    ... )
    >>> rankogram_figure(ranks, id="r", names={"A": "Aspirin"}, outcome="Pain").alt
    'Rankogram: Pain. 2 treatments; highest SUCRA 80%: Aspirin, 95% rank interval 1 to 2.'
    """
    layout = layout_rankogram(rankogram, names=names, outcome=outcome, preset=preset)
    return sheet_drawing(
        layout.sheet,
        id=id,
        title=f"Rankogram: {clean(outcome)}",
        alt=_alt(rankogram, names, clean(outcome)),
        description=_description(rankogram, names, clean(outcome)),
        preset=preset,
    )


def layout_rankogram(
    rankogram: Rankogram, *, names: Mapping[str, str], outcome: str, preset: Preset = METAAN
) -> RankogramLayout:
    """Lay out a rankogram in points; the arguments are those of `rankogram_figure`."""
    if len(rankogram.treatments) < LEAST_TREATMENTS:
        raise CannotDraw(
            f"No rankogram: it takes two treatments to rank, and there are {len(rankogram.treatments)}."
        )
    return fitted(partial(_layout, rankogram, names, clean(outcome)), preset)


def _layout(rankogram: Rankogram, names: Mapping[str, str], outcome: str, style: Style) -> RankogramLayout:
    grid = _grid(rankogram, names, style)
    heading, y = heading_words(_heading(outcome), page=grid.page, style=style)
    room = grid.page - 2 * style.margin
    intro, y = paragraphs(
        [_intro(rankogram)], left=style.margin, top=y + 4.0, room=room, size=style.note, style=style
    )
    panels, words, lines, bottom = _panels(rankogram, grid, y + 4.0, style)
    key_words, key_lines, key_shapes, bottom = _key(bottom + 4.0, style)
    notes, end = paragraphs(
        tuple(_notes(rankogram)), left=style.margin, top=bottom, room=room, size=style.note, style=style
    )
    sheet = Sheet(
        width=round(grid.page, 2),
        height=round(end + style.margin, 2),
        words=in_family((*heading, *intro, *words, *key_words, *notes), style.family),
        lines=(*lines, *(line for panel in panels for line in _step_lines(panel, style)), *key_lines),
        shapes=(*(_bar(box, style) for panel in panels for box in panel.bars), *key_shapes),
    )
    return RankogramLayout(sheet=sheet, panels=panels)


class _Grid(NamedTuple):
    order: tuple[int, ...]
    titles: tuple[tuple[str, ...], ...]
    across: int
    left: float
    panel: float
    tall: float
    page: float


def _grid(rankogram: Rankogram, names: Mapping[str, str], style: Style) -> _Grid:
    count = len(rankogram.treatments)
    order = tuple(sorted(range(count), key=lambda i: -float(rankogram.sucra[i])))
    rows = ceil(count / ceil(MOST_ACROSS * style.zoom - 1e-9))
    across = ceil(count / rows)
    note, family = style.note, style.family
    said = max(width(line, note, family=family) for i in order for line in _said(rankogram, i))
    panel = max(PANEL_WIDTH * style.zoom, said + 2.0)
    titles = tuple(
        wrap(clean(names.get(node, node)), style.text, panel, bold=True, lines=NAME_LINES, family=family)
        for node in (rankogram.treatments[i] for i in order)
    )
    left = style.margin + max(width(_level(value), note, family=family) for value in LEVELS) + 7.0
    page = left + across * panel + (across - 1) * BETWEEN + style.margin + 2.0
    tall = PANEL_HEIGHT * style.zoom
    return _Grid(order, titles, across, left, panel, tall, max(page, LEAST_PAGE * style.zoom * note))


def _said(rankogram: Rankogram, i: int) -> tuple[str, str]:
    low, high = _rank(float(rankogram.rank_low[i])), _rank(float(rankogram.rank_high[i]))
    median = _rank(float(rankogram.median_rank[i]))
    return (
        f"SUCRA {percent(float(rankogram.sucra[i]))}",
        f"Rank {median} ({100 * rankogram.level:g}%: {low} to {high})",
    )


def _rank(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _level(value: float) -> str:
    return percent(value)


def _panels(
    rankogram: Rankogram, grid: _Grid, top: float, style: Style
) -> tuple[tuple[Panel, ...], tuple[Words, ...], tuple[Line, ...], float]:
    panels: list[Panel] = []
    words: list[Words] = []
    lines: list[Line] = []
    step = style.text * style.leading
    small = style.note * style.leading
    for first in range(0, len(grid.order), grid.across):
        row = range(first, min(first + grid.across, len(grid.order)))
        tall = max(len(grid.titles[i]) for i in row)
        frame_top = top + tall * step + 2 * small + 5.0
        for place, i in enumerate(row):
            left = grid.left + place * (grid.panel + BETWEEN)
            frame = (left, frame_top, left + grid.panel, frame_top + grid.tall)
            panels.append(_panel(rankogram, grid.order[i], frame))
            above = [(line, style.text, True, step) for line in grid.titles[i]]
            above += [
                (style.numerals.prose(line), style.note, False, small)
                for line in _said(rankogram, grid.order[i])
            ]
            words += _stack_up(above, left, frame_top - 5.0)
        axis_words, axis_lines = _axes(panels[-len(row) :], style)
        words += axis_words
        lines += axis_lines
        top = frame_top + grid.tall + BELOW
    return tuple(panels), tuple(words), tuple(lines), top


def _stack_up(lines: Sequence[tuple[str, float, bool, float]], left: float, bottom: float) -> Iterator[Words]:
    """Set lines above each other, the last one ending at the bottom."""
    for text, size, bold, step in reversed(lines):
        yield Words(x=left, y=bottom - 0.28 * size, text=text, size=size, bold=bold)
        bottom -= step


def _panel(rankogram: Rankogram, treatment: int, frame: Box) -> Panel:
    left, top, right, bottom = frame
    each = (right - left) / len(rankogram.treatments)
    pad = (1 - BAR_SHARE) / 2 * each
    tall = bottom - top
    bars = tuple(
        (left + j * each + pad, bottom - tall * float(p), left + (j + 1) * each - pad, bottom)
        for j, p in enumerate(rankogram.probabilities[treatment])
    )
    steps = [(left, bottom)]
    for j, p in enumerate(rankogram.cumulative[treatment]):
        y = bottom - tall * min(float(p), 1.0)
        steps += [(left + j * each, y), (left + (j + 1) * each, y)]
    return Panel(treatment=treatment, frame=frame, bars=bars, steps=tuple(steps))


def _axes(panels: Sequence[Panel], style: Style) -> tuple[list[Words], list[Line]]:
    words: list[Words] = []
    lines: list[Line] = []
    for number, panel in enumerate(panels):
        left, top, right, bottom = panel.frame
        for value in LEVELS:
            y = bottom - value * (bottom - top)
            ink, wide = (style.ink, style.line) if value == 0 else (style.rule, style.hair)
            lines.append(level(left, right, y, wide, ink, layer=2 if value == 0 else 1))
            if number == 0:
                words.append(
                    Words(
                        x=left - 5.0,
                        y=baseline(y, style.note),
                        text=_level(value),
                        size=style.note,
                        align="right",
                    )
                )
        words += _rank_labels(panel, style)
    return words, lines


def _rank_labels(panel: Panel, style: Style) -> Iterator[Words]:
    """Write the ranks below the bars, all where they fit, else the odd ones, every fifth or tenth."""
    count = len(panel.bars)
    each = (panel.frame[2] - panel.frame[0]) / count
    room = width(str(count), style.note, family=style.family) + RANK_GAP
    every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 1000) if n * each >= room)
    first = 1 if every == 2 else 0
    for j, bar in enumerate(panel.bars, start=1):
        if j == 1 or (j % every == first and (j - 1) * each >= room):
            x = (bar[0] + bar[2]) / 2
            y = panel.frame[3] + 3.0 + 0.8 * style.note
            yield Words(x=x, y=y, text=str(j), size=style.note, align="center")


def _step_lines(panel: Panel, style: Style) -> Iterator[Line]:
    for start, end in zip(panel.steps, panel.steps[1:], strict=False):
        if start != end:
            yield Line(start=start, end=end, width=style.line, colour=style.ink, layer=4)


def _bar(box: Box, style: Style) -> Shape:
    left, top, right, bottom = box
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Shape(points=corners, fill=style.accent, layer=3)


def _key(top: float, style: Style) -> tuple[tuple[Words, ...], tuple[Line, ...], tuple[Shape, ...], float]:
    size = style.note
    left, middle = style.margin, top + 5.0
    bar = _bar((left, middle - 4.0, left + SAMPLE, middle + 4.0), style)
    first = Words(
        x=left + SAMPLE + 4.0,
        y=baseline(middle, size),
        text="probability of the rank",
        size=size,
        family=style.family,
    )
    start = first.box[2] + 14.0
    line = level(start, start + SAMPLE, middle, style.line, style.ink)
    second = Words(x=start + SAMPLE + 4.0, y=first.y, text="of this rank or a better one", size=size)
    return (first, second), (line,), (bar,), top + 16.0


def _heading(outcome: str) -> str:
    return f"{outcome}: how probable each rank is"


def _intro(rankogram: Rankogram) -> str:
    return (
        f"Small values are {rankogram.small_values}; rank 1 is the best. Ordered by SUCRA (100% always the"
        " best, 0% always the worst), each with its median rank and the ranks it lies between with"
        f" {100 * rankogram.level:g}% probability."
    )


def _notes(rankogram: Rankogram) -> Iterator[str]:
    yield (
        "A rank says neither how large the differences between treatments are nor how trustworthy the"
        " evidence is: read it beside the estimates and their intervals."
    )
    draws = f"{rankogram.samples:,} draws" if rankogram.samples else "no draws"
    yield f"From {draws} of the {rankogram.model}-effects estimates."
    yield from (sentence(clean(note)) for note in rankogram.notes)


def _alt(rankogram: Rankogram, names: Mapping[str, str], outcome: str) -> str:
    best = int(rankogram.sucra.argmax())
    name = clean(names.get(rankogram.treatments[best], rankogram.treatments[best]))
    low, high = _rank(float(rankogram.rank_low[best])), _rank(float(rankogram.rank_high[best]))
    said = f", {100 * rankogram.level:g}% rank interval {low} to {high}."
    facts = f"{len(rankogram.treatments)} treatments; highest SUCRA {percent(float(rankogram.sucra[best]))}: "
    name = shorten(name, max(ALT_LENGTH - len(facts) - len(said) - 40, 12))
    room = ALT_LENGTH - len(facts) - len(name) - len(said) - len("Rankogram: . ")
    return f"Rankogram: {shorten(outcome, max(room, 12))}. {facts}{name}{said}"


def _description(rankogram: Rankogram, names: Mapping[str, str], outcome: str) -> str:
    told = [f"{_heading(outcome)}.", _intro(rankogram)]
    for i in sorted(range(len(rankogram.treatments)), key=lambda i: -float(rankogram.sucra[i])):
        name = clean(names.get(rankogram.treatments[i], rankogram.treatments[i]))
        sucra, rank = _said(rankogram, i)
        ranks = ", ".join(
            f"{j} {percent(float(p))}" for j, p in enumerate(rankogram.probabilities[i], start=1)
        )
        told.append(f"{name}: {sucra}, {rank[0].lower()}{rank[1:]}; probability of rank {ranks}.")
    return " ".join([*told, *_notes(rankogram)])

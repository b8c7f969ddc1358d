"""The PRISMA 2020 flow diagram: boxes as tall as their text, arrows between them, stages at the side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from metaan.errors import CannotDraw
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.fitting import fitted
from metaan.figures.heat_key import rectangle
from metaan.figures.measure import clean, fit, width, wrap
from metaan.figures.paragraphs import heading_words, sentence
from metaan.figures.presets import METAAN, Preset
from metaan.figures.prisma_text import FlowBox, columns_of, flow_boxes, stages, title_boxes
from metaan.figures.sheet import Line, Shape, Sheet, Words, baseline, in_family

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.figures.sheet import Box, Point
    from metaan.figures.style import Style
    from metaan.results.flow import Flow

__all__ = ["FlowLayout", "layout_flow", "prisma_flow"]

NEEDED = ("records_screened", "dbr_assessed", "new_studies", "total_studies")
WIDTHS = {2: 192.0, 3: 178.0, 4: 152.0, 5: 140.0}
COLUMN_GAP, ROW_GAP, TITLE_GAP = 22.0, 18.0, 10.0
SIDE, SIDE_GAP = 17.0, 8.0
PAD = 6.0
INDENT = 8.0
LEAST = 28.0
LONGEST_STAGE = 120.0
MOST_LINES = 12
HEAD = 5.0
FILLS = {"newstud": "#fbe7b2", "prevstud": "#e3e3e3", "othstud": "#e3e3e3"}
LOSSES = (("identified", "removed"), ("screened", "screened out"), ("sought", "sought out"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLayout:
    """A flow diagram in points: the sheet, the box of each text, and the path of each arrow."""

    sheet: Sheet
    boxes: Mapping[str, Box]
    arrows: tuple[tuple[Point, ...], ...]


def prisma_flow(
    flow: Flow | None,
    *,
    id: str,  # noqa: A002
    title: str = "Flow of studies",
    preset: Preset = METAAN,
) -> Drawing:
    """Draw the PRISMA 2020 flow diagram of a review, in whichever of its four forms the counts ask for.

    Parameters
    ----------
    flow : Flow or None
        The counts; None where none were recorded.
    id : str
        See `Drawing`.
    title : str
        Heading.
    preset : Preset
        Sizes and colours of a journal, and its page.

    Raises
    ------
    CannotDraw
        Where no count was recorded, or none of those that make a flow.

    References
    ----------
    Page MJ, McKenzie JE, Bossuyt PM, et al. The PRISMA 2020 statement: an updated guideline for reporting
    systematic reviews. BMJ 2021; 372: n71.
    """
    if flow is None:
        raise CannotDraw("The flow of studies was not recorded.")
    if not any(name in flow.counts for name in NEEDED):
        raise CannotDraw(f"The counts recorded make no flow: none of {', '.join(NEEDED)} is there.")
    return sheet_drawing(
        layout_flow(flow, title=title, preset=preset).sheet,
        id=id,
        title=title,
        alt=_alt(flow),
        description=_description(flow),
        preset=preset,
    )


def layout_flow(flow: Flow, *, title: str, preset: Preset = METAAN) -> FlowLayout:
    """Measure every text of a flow diagram and give every box and arrow its place.

    Parameters
    ----------
    flow : Flow
        The counts.
    title : str
        Heading.
    preset : Preset
        Sizes and colours of a journal, and its page.
    """
    return fitted(partial(_layout, flow, title), preset)


def _layout(flow: Flow, title: str, style: Style) -> FlowLayout:
    columns = columns_of(flow).count
    start = style.margin + SIDE + SIDE_GAP
    grid = _Grid(start, WIDTHS[columns] * style.zoom, COLUMN_GAP * style.zoom)
    page = grid.right(columns - 1) + style.margin
    heading, top = heading_words(clean(title), page=page, style=style)
    titles = _titles(flow, grid, top + 8.0, style)
    texts = [_Text.of(box, grid.width, style) for box in flow_boxes(flow)]
    rows = _rows(texts, stages(flow), titles.bottom + TITLE_GAP, style)
    boxes = {
        each.box.name: (
            grid.left(each.box.column),
            rows[each.box.row][0],
            grid.right(each.box.column),
            rows[each.box.row][1],
        )
        for each in texts
    }
    arrows = tuple(_arrows(flow, boxes))
    sides = _sides(flow, rows, style)
    return FlowLayout(
        sheet=Sheet(
            width=round(page, 2),
            height=round(rows[-1][1] + style.margin, 2),
            words=in_family(
                (
                    *heading,
                    *titles.words,
                    *(word for each in texts for word in each.words(boxes[each.box.name], style)),
                    *sides.words,
                ),
                style.family,
            ),
            lines=tuple(line for arrow in arrows for line in _path(arrow, style)),
            shapes=(
                *titles.shapes,
                *sides.shapes,
                *(rectangle(box, style.paper, layer=3, rim=style.ink) for box in boxes.values()),
                *(_head(arrow, style) for arrow in arrows),
            ),
        ),
        boxes=boxes,
        arrows=arrows,
    )


class _Grid(NamedTuple):
    start: float
    width: float
    gap: float

    def left(self, column: int) -> float:
        return self.start + column * (self.width + self.gap)

    def right(self, column: int) -> float:
        return self.left(column) + self.width


class _Part(NamedTuple):
    words: tuple[Words, ...]
    shapes: tuple[Shape, ...]
    bottom: float


class _Text(NamedTuple):
    """The text of a box, broken into lines: each with how far it stands in."""

    box: FlowBox
    lines: tuple[tuple[str, float], ...]
    height: float

    @classmethod
    def of(cls, box: FlowBox, room: float, style: Style) -> _Text:
        lines = tuple(
            (line, INDENT * indent + (INDENT * hang if number else 0.0))
            for text, indent in box.paragraphs
            for hang in (1 if indent else 0,)
            for number, line in enumerate(_broken(text, room - 2 * PAD - INDENT * (indent + hang), style))
        )
        height = max(len(lines) * style.note * style.leading + 2 * PAD, LEAST)
        return cls(box, lines, height)

    def words(self, place: Box, style: Style) -> Iterator[Words]:
        step = style.note * style.leading
        first = (place[1] + place[3]) / 2 - (len(self.lines) - 1) / 2 * step
        for number, (line, indent) in enumerate(self.lines):
            y = baseline(first + number * step, style.note)
            yield Words(x=place[0] + PAD + indent, y=y, text=line, size=style.note)


def _broken(text: str, room: float, style: Style) -> tuple[str, ...]:
    """Break a paragraph into lines, but never within the count at its end."""
    size, family = style.note, style.family
    words, before, count = style.numerals.prose(text).rpartition(" (n = ")
    if not before:
        return wrap(style.numerals.prose(text), size, room, lines=MOST_LINES, family=family)
    spaces = 2 * width(" ", size, family=family)
    lines = wrap(f"{words} (n={count}", size, room - spaces, lines=MOST_LINES, family=family)
    start, found, end = lines[-1].rpartition("(n=")
    if not found or not end.startswith(count):
        return (*wrap(words, size, room, lines=MOST_LINES - 1, family=family), f"(n = {count}")
    return (*lines[:-1], f"{start}(n = {end}")


def _titles(flow: Flow, grid: _Grid, top: float, style: Style) -> _Part:
    step = style.note * style.leading
    given = [
        (name, (grid.left(first), grid.right(first + span - 1)), text)
        for name, first, span, text in title_boxes(flow)
    ]
    broken = [
        wrap(text, style.note, right - left - 2 * PAD, bold=True, lines=MOST_LINES, family=style.family)
        for _, (left, right), text in given
    ]
    tall = max(len(lines) for lines in broken) * step + PAD
    words = tuple(
        Words(
            x=(left + right) / 2,
            y=baseline(top + tall / 2 + (number - (len(lines) - 1) / 2) * step, style.note),
            text=line,
            size=style.note,
            bold=True,
            align="center",
        )
        for (_, (left, right), _), lines in zip(given, broken, strict=True)
        for number, line in enumerate(lines)
    )
    shapes = tuple(
        rectangle((left, top, right, top + tall), FILLS[name], layer=3, rim=style.ink)
        for name, (left, right), _ in given
    )
    return _Part(words, shapes, top + tall)


def _rows(
    texts: Sequence[_Text], labels: Sequence[tuple[str, int, int]], top: float, style: Style
) -> list[tuple[float, float]]:
    """Give the upper and lower edge of each row: as tall as its tallest box, and as its stage's label."""
    count = max(each.box.row for each in texts) + 1
    tall = [max(each.height for each in texts if each.box.row == row) for row in range(count)]
    for text, first, last in labels:
        needed = min(width(text, style.note, bold=True, family=style.family) + PAD, LONGEST_STAGE)
        have = sum(tall[first : last + 1]) + ROW_GAP * (last - first)
        tall[last] += max(needed - have, 0.0)
    rows = []
    for height in tall:
        rows.append((top, top + height))
        top += height + ROW_GAP
    return rows


def _sides(flow: Flow, rows: Sequence[tuple[float, float]], style: Style) -> _Part:
    words, shapes = [], []
    for text, first, last in stages(flow):
        box = (style.margin, rows[first][0], style.margin + SIDE, rows[last][1])
        shapes.append(rectangle(box, style.pale, layer=3, rim=style.ink))
        words.append(
            Words(
                x=baseline(style.margin + SIDE / 2, style.note),
                y=(box[1] + box[3]) / 2,
                text=fit(text, style.note, box[3] - box[1] - 2.0, bold=True, family=style.family),
                size=style.note,
                bold=True,
                align="center",
                turned=True,
            )
        )
    return _Part(tuple(words), tuple(shapes), rows[-1][1])


def _arrows(flow: Flow, boxes: Mapping[str, Box]) -> Iterator[tuple[Point, ...]]:
    """Lead the paths: down the kept records, sideways to what is lost, and into what is included."""
    kept = ["identified", "screened", "sought", "assessed", "new"]
    down = list(pairwise(kept))
    across = [*LOSSES, ("assessed", "assessed out")]
    if flow.other:
        down += [("other identified", "other sought"), ("other sought", "other assessed")]
        across += [("other sought", "other sought out"), ("other assessed", "other assessed out")]
    if flow.previous:
        down.append(("new", "total"))
    for one, two in down:
        yield (_middle(boxes[one]), boxes[one][3]), (_middle(boxes[two]), boxes[two][1])
    for one, two in across:
        y = (boxes[one][1] + boxes[one][3]) / 2
        yield (boxes[one][2], y), (boxes[two][0], y)
    if flow.other:
        yield _bent(boxes["other assessed"], boxes["new"], edge=2)
    if flow.previous:
        yield _bent(boxes["previous"], boxes["total"], edge=0)


def _middle(box: Box) -> float:
    return (box[0] + box[2]) / 2


def _bent(start: Box, end: Box, *, edge: int) -> tuple[Point, ...]:
    """Lead from below a box down and then sideways into the edge of another."""
    y = (end[1] + end[3]) / 2
    return (_middle(start), start[3]), (_middle(start), y), (end[edge], y)


def _path(arrow: Sequence[Point], style: Style) -> Iterator[Line]:
    for start, end in pairwise(arrow):
        yield Line(start=start, end=end, width=style.line, colour=style.ink)


def _head(arrow: Sequence[Point], style: Style) -> Shape:
    (before, _), (x, y) = arrow[-2:]
    if before == x:
        return Shape(points=((x, y), (x - HEAD / 2, y - HEAD), (x + HEAD / 2, y - HEAD)), fill=style.ink)
    back = x - HEAD if x > before else x + HEAD
    return Shape(points=((x, y), (back, y - HEAD / 2), (back, y + HEAD / 2)), fill=style.ink)


def _alt(flow: Flow) -> str:
    said = (
        ("records screened", "records_screened"),
        ("reports assessed", "dbr_assessed"),
        ("new studies included" if flow.previous else "studies included", "new_studies"),
        ("studies in total", "total_studies" if flow.previous else ""),
    )
    counted = [f"{flow.counts[name]} {words}" for words, name in said if name in flow.counts]
    return f"PRISMA 2020 flow diagram: {', '.join(counted)}."


def _description(flow: Flow) -> str:
    """Say what every box holds, reasons that it has no room for included."""
    return " ".join(
        [
            "PRISMA 2020 flow diagram.",
            *(sentence(_box_words(box)) for box in flow_boxes(flow, most_reasons=None)),
        ]
    )


def _box_words(box: FlowBox) -> str:
    """Give the text of a box on one line."""
    return "; ".join(text for text, _ in box.paragraphs).replace(":;", ":")

"""Traffic light of the risk of bias: studies by domains, the overall judgement last."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from metaan.errors import CannotDraw
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.fitting import fitted
from metaan.figures.measure import clean, fit, width, wrap
from metaan.figures.paragraphs import heading_words, sentence
from metaan.figures.presets import METAAN, Preset
from metaan.figures.rob_marks import (
    NOT_JUDGED,
    counted_words,
    legend,
    level_of,
    rob_mark,
    shown_levels,
    tool_name,
)
from metaan.figures.sheet import Line, Shape, Sheet, Words, baseline, in_family, level
from metaan.figures.style import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.figures.style import Style
    from metaan.results.appraisal import RobTable

__all__ = [
    "MOST_DOMAINS",
    "MOST_STUDIES",
    "TrafficLayout",
    "layout_traffic",
    "rob_traffic_light",
    "short_names",
]

MOST_STUDIES = 40
"""Studies on one page; a longer table is cut into several."""
MOST_DOMAINS = 20
RADIUS = 6.0
ROW = 17.0
COLUMN = 26.0
APART = 14.0
NAME_GAP = 12.0
LEAST_PAGE = 41.25
"""Width of a page in letters of its notes."""

SHORT = 4
TITLE_LINES = 4
GUIDE = "#e0e0e0"


class TrafficLayout(NamedTuple):
    """A traffic light in points: the sheet, and where the middle of each mark is by row and column."""

    sheet: Sheet
    places: tuple[tuple[tuple[float, float], ...], ...]


def rob_traffic_light(
    table: RobTable,
    *,
    id: str,  # noqa: A002 - the name of an id in every figure
    labels: Mapping[str, str],
    outcome: str = "",
    palette: str = "",
    part: tuple[int, int] = (1, 1),
    preset: Preset = METAAN,
) -> Drawing:
    """Draw a traffic light of the risk of bias.

    Parameters
    ----------
    table : RobTable
        At most `MOST_STUDIES` studies; longer tables are drawn in parts.
    id : str
        See `Drawing`.
    labels : mapping of str to str
        Study id to the name to print.
    outcome : str
        Name of the outcome judged; empty where studies were judged as a whole.
    palette : str
        "metaan" (apart for every kind of colour blindness, and in grey) or "cochrane"; that of the journal
        where it is empty.
    part : (int, int)
        Which part of how many this is.
    preset : Preset
        Sizes and colours of a journal, and its page.

    Raises
    ------
    CannotDraw
        Where nobody judged risk of bias, or the table has too many rows or columns for a page.
    """
    _guard(table)
    title = _title(table, outcome, part)
    layout = layout_traffic(table, labels=labels, title=title, palette=palette, preset=preset)
    counted = counted_words(table.overall, table)
    return sheet_drawing(
        layout.sheet,
        id=id,
        title=title,
        alt=f"{title}. {len(table.studies)} studies; overall: {counted}.",
        description=_description(table, labels, title),
        preset=preset,
    )


def layout_traffic(
    table: RobTable,
    *,
    labels: Mapping[str, str],
    title: str,
    palette: str = "",
    preset: Preset = METAAN,
) -> TrafficLayout:
    """Measure every text of a traffic light and give every mark its place.

    Parameters
    ----------
    table, labels, palette
        As in `rob_traffic_light`.
    title : str
        Its heading.
    preset : Preset
        Sizes and colours of a journal, and its page.
    """
    lay = partial(_layout, table, labels, title, palette or preset.rob_palette)
    return fitted(lay, preset)


def _layout(
    table: RobTable, labels: Mapping[str, str], title: str, palette: str, style: Style
) -> TrafficLayout:
    heads = short_names(table)
    names = [_name(labels, study, style) for study in table.studies]
    widest = max(width(name, style.text, family=style.family) for name in [*names, "Study"])
    left = style.margin + widest + NAME_GAP
    middles, right = _columns(heads, left, style)
    page = max(right + style.margin, LEAST_PAGE * style.zoom * style.note)
    pitch, radius = ROW * style.zoom, min(RADIUS, ROW * style.zoom / 2 - 1.0) * style.badge / DEFAULT.badge
    heading, y = heading_words(title, page=page, style=style)
    header, top = _header(heads, middles, y + 8.0, right, style)
    words: list[Words] = [*heading, *header.words]
    shapes: list[Shape] = []
    places = []
    for row, name in enumerate(names):
        middle = top + (row + 0.5) * pitch
        words.append(Words(x=style.margin, y=baseline(middle, style.text), text=name, size=style.text))
        places.append(tuple((x, middle) for x in middles))
        judged = (*table.judgements[row], table.overall[row])
        for number, (x, word) in enumerate(zip(middles, judged, strict=True)):
            last = number == len(judged) - 1
            disc, sign = rob_mark(
                level_of(table, word), x, middle, radius, palette=palette, style=style, strong=last
            )
            shapes.append(disc)
            words += sign
    bottom = top + len(names) * pitch + 3.0
    below = _below(table, heads, bottom, page, palette, style)
    return TrafficLayout(
        Sheet(
            width=round(page, 2),
            height=round(below.bottom + style.margin, 2),
            words=in_family((*words, *below.words), style.family),
            lines=(*header.lines, *_guides(len(names), top, right, pitch, style)),
            shapes=(*shapes, *below.shapes),
        ),
        tuple(places),
    )


def short_names(table: RobTable) -> tuple[str, ...]:
    """Give the heads of the domains: their ids where all are short, else D1, D2, and so on.

    Examples
    --------
    >>> from metaan.results.appraisal import RobTable, RobTool
    >>> tool = RobTool(id="t", name="T", domains=(("blinding", "Blinding"), ("loss", "Loss")), levels=())
    >>> short_names(RobTable(tool=tool, studies=(), judgements=(), overall=()))
    ('D1', 'D2')
    """
    ids = tuple(clean(id_) for id_, _ in table.tool.domains)
    if all(0 < len(id_) <= SHORT and width(id_, DEFAULT.text, bold=True) < COLUMN for id_ in ids):
        return ids
    return tuple(f"D{number}" for number in range(1, len(ids) + 1))


def _guides(rows: int, top: float, right: float, pitch: float, style: Style) -> Iterator[Line]:
    """Rule below each row, faintly, so that the eye finds from a name to its marks."""
    for row in range(1, rows):
        yield level(style.margin, right, top + row * pitch, style.hair, GUIDE, layer=1)
    yield level(style.margin, right, top + rows * pitch + 3.0, style.hair, style.rule)


class _Part(NamedTuple):
    words: tuple[Words, ...]
    lines: tuple[Line, ...]
    shapes: tuple[Shape, ...]
    bottom: float


def _guard(table: RobTable) -> None:
    if not any(table.overall) and not any(any(row) for row in table.judgements):
        raise CannotDraw("Nobody judged risk of bias.")
    if len(table.studies) > MOST_STUDIES:
        raise CannotDraw(
            f"{len(table.studies)} studies do not fit on a page; at most {MOST_STUDIES} are drawn together."
        )
    if len(table.tool.domains) > MOST_DOMAINS:
        raise CannotDraw(
            f"{len(table.tool.domains)} domains do not fit on a page; at most {MOST_DOMAINS} are drawn."
        )


def _title(table: RobTable, outcome: str, part: tuple[int, int]) -> str:
    about = f": {clean(outcome)}" if outcome else ""
    which = f" (part {part[0]} of {part[1]})" if part[1] > 1 else ""
    return f"Risk of bias by {tool_name(table)}{about}{which}"


def _label(labels: Mapping[str, str], study: str) -> str:
    return clean(labels.get(study, study))


def _name(labels: Mapping[str, str], study: str, style: Style) -> str:
    return fit(_label(labels, study), style.text, style.study_limit * style.zoom, family=style.family)


def _columns(heads: Sequence[str], left: float, style: Style) -> tuple[list[float], float]:
    """Give the middle of every column, the overall one last and a little apart, and where they end."""
    column, apart = COLUMN * style.zoom, APART * style.zoom if heads else 0.0
    middles = [left + (i + 0.5) * column for i in range(len(heads))]
    half = width("Overall", style.text, bold=True, family=style.family) / 2
    middles.append(left + len(heads) * column + apart + half)
    return middles, middles[-1] + half


def _header(
    heads: Sequence[str], middles: Sequence[float], top: float, right: float, style: Style
) -> tuple[_Part, float]:
    y = top + 0.85 * style.text * style.leading
    words = [Words(x=style.margin, y=y, text="Study", size=style.text, bold=True)]
    words += [
        Words(x=x, y=y, text=head, size=style.text, bold=True, align="center")
        for x, head in zip(middles, (*heads, "Overall"), strict=True)
    ]
    rule = top + style.text * style.leading + 3.0
    lines = (level(style.margin, right, rule, style.line, style.ink),)
    return _Part(tuple(words), lines, (), rule), rule + 3.0


def _below(
    table: RobTable, heads: Sequence[str], top: float, page: float, palette: str, style: Style
) -> _Part:
    """Say what the marks and the heads mean."""
    room = page - 2 * style.margin
    shapes, words, y = legend(
        shown_levels(table), left=style.margin, top=top + 7.0, room=room, palette=palette, style=style
    )
    more: list[Words] = list(words)
    size, step = style.note, style.note * style.leading
    stand = max((width(head, size, bold=True, family=style.family) for head in heads), default=0.0) + 8.0
    y += 2.0
    for head, (_, title) in zip(heads, table.tool.domains, strict=True):
        more.append(Words(x=style.margin, y=y + 0.85 * step, text=head, size=size, bold=True))
        for line in wrap(clean(title), size, room - stand, lines=TITLE_LINES, family=style.family):
            more.append(Words(x=style.margin + stand, y=y + 0.85 * step, text=line, size=size))
            y += step
    return _Part(tuple(more), (), shapes, y)


def _description(table: RobTable, labels: Mapping[str, str], title: str) -> str:
    said = [sentence(title)]
    for number, study in enumerate(table.studies):
        judged = [
            f"{clean(name)}: {clean(word) or NOT_JUDGED}"
            for (_, name), word in zip(table.tool.domains, table.judgements[number], strict=True)
        ]
        overall = f"overall: {clean(table.overall[number]) or NOT_JUDGED}"
        said.append(sentence(f"{_label(labels, study)}: {'; '.join([overall, *judged])}"))
    return " ".join(said)

"""The mark of a judgement: a coloured disc with a black rim and a sign, so that colour is never the only cue.

In the palette of metaan any two levels stay apart under every kind of colour blindness and in grey.
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

from metaan.figures.colours import ink_on
from metaan.figures.measure import clean, width, wrap
from metaan.figures.sheet import Shape, Words, baseline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from metaan.figures.style import Style
    from metaan.results.appraisal import RobLevel, RobTable, Severity

__all__ = [
    "NOT_JUDGED",
    "PALETTES",
    "colour_of",
    "legend",
    "level_of",
    "rob_mark",
    "shown_levels",
    "tool_name",
]

PALETTES: dict[str, dict[Severity, str]] = {
    "metaan": {
        "low": "#2166ac",
        "some": "#f4c95d",
        "high": "#a50f15",
        "critical": "#40004b",
        "unclear": "#d9d9d9",
        "none": "#ffffff",
    },
    "cochrane": {
        "low": "#02c100",
        "some": "#e2df07",
        "high": "#bf0000",
        "critical": "#820000",
        "unclear": "#4ea1f7",
        "none": "#ffffff",
    },
}
"""Colour of each severity by palette."""

NOT_JUDGED = "not judged"
CORNERS = 40
RIM = 0.8
GLYPH, GLYPH_ROOM = 1.6, 1.2
MARK = 11 / 21
"""Radius of a mark in the legend, in diameters of a badge."""

BETWEEN = 16.0
MARK_GAP = 4.0
WORD_LINES = 3


def colour_of(level: RobLevel | None, palette: str) -> str:
    """Give the colour of a level; that of nothing where nobody judged.

    Examples
    --------
    >>> colour_of(None, "metaan")
    '#ffffff'
    """
    return PALETTES[palette]["none" if level is None else level.severity]


def level_of(table: RobTable, word: str) -> RobLevel | None:
    """Look up the level of a word of a table; None for the empty word."""
    return next((level for level in table.tool.levels if level.word == word), None)


def rob_mark(
    level: RobLevel | None,
    x: float,
    y: float,
    radius: float,
    *,
    palette: str,
    style: Style,
    strong: bool = False,
) -> tuple[Shape, tuple[Words, ...]]:
    """Draw the mark of a judgement around a place: a disc and its sign.

    Parameters
    ----------
    level : RobLevel or None
        None where nobody judged: an empty ring.
    x, y, radius : float
        Middle and size in points.
    palette : str
        One of `PALETTES`.
    style : Style
        Its typeface.
    strong : bool
        Whether the rim is thick, as that of an overall judgement.
    """
    fill = colour_of(level, palette)
    disc = Shape(
        points=tuple(
            (x + radius * cos(2 * pi * i / CORNERS), y + radius * sin(2 * pi * i / CORNERS))
            for i in range(CORNERS)
        ),
        fill=fill,
        edge="#000000" if level is not None else "#8c8c8c",
        edge_width=RIM * (2 if strong else 1),
    )
    glyph = clean(level.glyph) if level is not None else ""
    if not glyph:
        return disc, ()
    size = max(GLYPH * radius, style.text_least)
    wide = width(glyph, size, bold=True, family=style.family)
    size = min(size, size * GLYPH_ROOM * radius / max(wide, 0.1))
    sign = Words(
        x=x,
        y=baseline(y, size),
        text=glyph,
        size=round(size, 2),
        bold=True,
        align="center",
        colour=ink_on(fill),
    )
    return disc, (sign,)


def shown_levels(table: RobTable) -> tuple[RobLevel | None, ...]:
    """List the levels of the tool, with None at the end where something was not judged."""
    words = {word for row in table.judgements for word in row} | set(table.overall)
    return (*table.tool.levels, *((None,) if "" in words else ()))


def legend(
    levels: Sequence[RobLevel | None],
    *,
    left: float,
    top: float,
    room: float,
    palette: str,
    style: Style,
) -> tuple[tuple[Shape, ...], tuple[Words, ...], float]:
    """Set the levels side by side, each mark with its word, in as many lines as it takes.

    Returns
    -------
    shapes, words, bottom
        The marks, and where the last line ends.
    """
    shapes: list[Shape] = []
    words: list[Words] = []
    size, step = style.note, style.note * style.leading
    radius = MARK * style.badge
    x, y = left, top
    for level in levels:
        word, limit = clean(level.word) if level else NOT_JUDGED, room - 2 * radius - MARK_GAP
        said = wrap(word, size, limit, lines=WORD_LINES, family=style.family)
        wide = 2 * radius + MARK_GAP + max(width(line, size, family=style.family) for line in said)
        if x > left and x + wide > left + room:
            x, y = left, y + 2 * radius + MARK_GAP
        disc, sign = rob_mark(level, x + radius, y + radius, radius, palette=palette, style=style)
        shapes.append(disc)
        words += sign
        for i, line in enumerate(said):
            middle = y + radius + i * step
            words.append(Words(x=x + 2 * radius + MARK_GAP, y=baseline(middle, size), text=line, size=size))
        if len(said) > 1:
            x, y = left, y + (len(said) - 1) * step + 2 * radius + MARK_GAP
        else:
            x += wide + BETWEEN
    return tuple(shapes), tuple(words), y + 2 * radius + MARK_GAP


def tool_name(table: RobTable) -> str:
    """Give the name of the tool, fit for a line of a figure."""
    return clean(table.tool.name) or "no named tool"


def counted_words(words: Iterable[str], table: RobTable) -> str:
    """Count judgements level by level, as a clause.

    Examples
    --------
    >>> from metaan.results.appraisal import RobLevel, RobTable, RobTool
    >>> low = RobLevel(word="low", severity="low", glyph="+")
    >>> tool = RobTool(id="t", name="T", domains=(), levels=(low,))
    >>> counted_words(["low", "", "low"], RobTable(tool=tool, studies=(), judgements=(), overall=()))
    'low 2, not judged 1'
    """
    found = list(words)
    order = [*(level.word for level in table.tool.levels), ""]
    return ", ".join(
        f"{clean(word) or NOT_JUDGED} {found.count(word)}" for word in order if found.count(word)
    )

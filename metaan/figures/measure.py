"""How wide a text is, without a display, and how to make it fit.

Widths are sums of the advance widths of a typeface, by default the DejaVu Sans that ships with matplotlib, so
that a layout is the same on every machine. Text that comes from data is cleaned here before it is measured or
drawn: control characters and direction overrides become harmless, line breaks become spaces. A character that
DejaVu lacks (CJK) is kept: SVG shows it in whatever font the viewer has, PDF and PNG show a box, the long
description spells it.
"""

from __future__ import annotations

import io
import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from fontTools.ttLib import TTFont

from metaan.figures.typefaces import DEJAVU, font_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["NO_GLYPH", "clean", "face_of", "fit", "font_file", "lacking", "opened", "width", "wrap"]

NO_GLYPH = ".notdef"

ELLIPSIS = "…"
REPLACEMENT = "\ufffd"
WIDE_ADVANCE = 1.0
PICTOGRAM_ADVANCE = 1.4
UNKNOWN_ADVANCE = 0.8
FIRST_PICTOGRAM = 0x1F000
DIRECTION_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
FORBIDDEN_IN_XML = frozenset("\ufffe\uffff")
BOUND = re.compile(r"(?:F\([^()]*\)|\S)+(?: [=<>≤≥] \S+)*")
"""A word; a statistic, its sign and its number are one, as in "P = 0.03" and "F(2, 3.9) = 1.2"."""


def clean(text: str) -> str:
    r"""Make a text harmless in one line of a figure.

    Line breaks and tabs become single spaces; control characters, lone surrogates and characters that XML
    forbids become U+FFFD; direction overrides, which could reorder the neighbouring text, are taken out.

    Parameters
    ----------
    text : str
        Anything.

    Examples
    --------
    >>> clean("Smith\n 2019\x07")
    'Smith 2019�'
    """
    return " ".join("".join(_harmless(c) for c in text).split())


def face_of(text: str, family: str) -> str:
    """Choose the family that a text is set in: the wanted one where it has every character, else DejaVu Sans.

    Examples
    --------
    >>> face_of("a", "DejaVu Sans")
    'DejaVu Sans'
    """
    if family == DEJAVU:
        return DEJAVU
    glyphs = _metrics(False, family).glyph
    return family if all(ord(character) in glyphs for character in text) else DEJAVU


def lacking(text: str) -> frozenset[str]:
    """Name the characters that DejaVu Sans lacks, so that a PDF or a PNG shows a box for them.

    Examples
    --------
    >>> sorted(lacking("τ² of 試験"))
    ['試', '験']
    """
    glyphs = _metrics(False, DEJAVU).glyph
    return frozenset(character for character in text if ord(character) not in glyphs)


def width(text: str, size: float, *, bold: bool = False, family: str = DEJAVU) -> float:
    """Measure a text in points.

    Parameters
    ----------
    text : str
        One line.
    size : float
        Font size in points.
    bold : bool
        Whether it is set in bold.
    family : str
        The typeface; a text with a character that it lacks is set in DejaVu Sans.

    Examples
    --------
    >>> round(width("0.44 (0.27 to 0.74)", 9), 1)
    84.8
    """
    return size * _width_of(text, bold, family)


@lru_cache(maxsize=8192)
def _width_of(text: str, bold: bool, family: str) -> float:
    """Measure at a size of one point."""
    face = face_of(text, family)
    return sum(_advance(c, bold, face) for c in text)


def fit(text: str, size: float, limit: float, *, bold: bool = False, family: str = DEJAVU) -> str:
    """Shorten a text with an ellipsis until it is at most `limit` points wide.

    Examples
    --------
    >>> fit("A very long name", 9, 50)
    'A very lo…'
    """
    if width(text, size, bold=bold, family=family) <= limit:
        return text
    face = face_of(text, family)
    room = limit - width(ELLIPSIS, size, bold=bold, family=face)
    kept = _longest_prefix(text, size, room, bold, face)
    return kept.rstrip() + ELLIPSIS


def wrap(
    text: str, size: float, limit: float, *, bold: bool = False, lines: int = 0, family: str = DEJAVU
) -> tuple[str, ...]:
    """Break a text into lines at most `limit` points wide, between words where it can be.

    "P = 0.03" and the like stay on one line where they fit on one.

    Parameters
    ----------
    text : str
        One paragraph.
    size, limit : float
        Font size and line width in points.
    bold : bool
        Whether it is set in bold.
    lines : int
        Largest number of lines, the last one ending in an ellipsis where it must; 0 for any number.

    Returns
    -------
    tuple of str
        At least one line.

    Examples
    --------
    >>> wrap("no participants in either arm", 9, 80)
    ('no participants in', 'either arm')
    >>> wrap("χ² = 4.52, df = 3, P = 0.21", 9, 90)
    ('χ² = 4.52, df = 3,', 'P = 0.21')
    """
    if width(text, size, bold=bold, family=family) <= limit:
        return (" ".join(text.split()),)
    face = face_of(text, family)
    broken: list[str] = []
    line = ""
    for word in _pieces(text, size, limit, bold, face):
        longer = f"{line} {word}" if line else word
        if line and width(longer, size, bold=bold, family=face) > limit:
            broken.append(line)
            line = word
        else:
            line = longer
    broken.append(line)
    if lines and len(broken) > lines:
        rest = " ".join(broken[lines - 1 :])
        return (*broken[: lines - 1], fit(rest, size, limit, bold=bold, family=face))
    return tuple(broken)


def opened(file: Path) -> TTFont:
    """Open a font without reading the names of its thousands of glyphs: numbers do as well.

    Parameters
    ----------
    file : Path
        A TrueType font.
    """
    font = TTFont(io.BytesIO(file.read_bytes()), lazy=True)
    font.setGlyphOrder([NO_GLYPH, *map("glyph{}".format, range(1, font["maxp"].numGlyphs))])
    return font


class _Metrics(NamedTuple):
    glyph: dict[int, str]
    advance: dict[str, tuple[int, int]]
    units: int


@cache
def _metrics(bold: bool, family: str) -> _Metrics:
    with opened(font_file(bold=bold, family=family)) as font:
        return _Metrics(font.getBestCmap(), dict(font["hmtx"].metrics), font["head"].unitsPerEm)


@cache
def _advance(character: str, bold: bool, family: str) -> float:
    metrics = _metrics(bold, family)
    glyph = metrics.glyph.get(ord(character))
    if glyph is not None:
        return metrics.advance[glyph][0] / metrics.units
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    if ord(character) >= FIRST_PICTOGRAM:
        return PICTOGRAM_ADVANCE
    return WIDE_ADVANCE if unicodedata.east_asian_width(character) in "WF" else UNKNOWN_ADVANCE


def _harmless(character: str) -> str:
    if character.isspace():
        return " "
    if character in DIRECTION_CONTROLS:
        return ""
    if unicodedata.category(character) in ("Cc", "Cs") or character in FORBIDDEN_IN_XML:
        return REPLACEMENT
    return character


def _pieces(text: str, size: float, limit: float, bold: bool, family: str) -> list[str]:
    pieces = []
    for word in _words(text, size, limit, bold, family):
        rest = word
        while width(rest, size, bold=bold, family=family) > limit:
            head = _breakable(_longest_prefix(rest, size, limit, bold, family)) or rest[0]
            pieces.append(head)
            rest = rest[len(head) :]
        if rest:
            pieces.append(rest)
    return pieces


def _words(text: str, size: float, limit: float, bold: bool, family: str) -> Iterator[str]:
    """Split a text where it may be broken."""
    for word in BOUND.findall(" ".join(text.split())):
        if width(word, size, bold=bold, family=family) <= limit:
            yield word
        else:
            yield from word.split()


def _breakable(text: str) -> str:
    """Cut after the last slash or hyphen, where there is one beyond the first third."""
    stop = max(text.rfind(mark) for mark in "/-") + 1
    return text[:stop] if 3 * stop > len(text) else text


def _longest_prefix(text: str, size: float, limit: float, bold: bool, family: str) -> str:
    used = 0.0
    for index, character in enumerate(text):
        used += size * _advance(character, bold, family)
        if used > limit:
            return text[:index]
    return text

"""How wide a text is, without a display, and how to make it fit.

Widths are sums of the advance widths of the DejaVu fonts that ship with matplotlib, so a layout is the same
on every machine. Text that comes from data is cleaned here before it is measured or drawn: control characters
and direction overrides become harmless, line breaks become spaces. A character that DejaVu lacks (CJK) is
kept: SVG shows it in whatever font the viewer has, PDF and PNG show a box, the long description spells it.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
from fontTools.ttLib import TTFont

__all__ = ["clean", "fit", "font_file", "width", "wrap"]

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


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Measure a text in points.

    Parameters
    ----------
    text : str
        One line.
    size : float
        Font size in points.
    bold : bool
        Whether it is set in bold.

    Examples
    --------
    >>> round(width("0.44 (0.27 to 0.74)", 9), 1)
    84.8
    """
    return size * sum(_advance(c, bold) for c in text)


def fit(text: str, size: float, limit: float, *, bold: bool = False) -> str:
    """Shorten a text with an ellipsis until it is at most `limit` points wide.

    Examples
    --------
    >>> fit("A very long name", 9, 50)
    'A very lo…'
    """
    if width(text, size, bold=bold) <= limit:
        return text
    room = limit - width(ELLIPSIS, size, bold=bold)
    kept = _longest_prefix(text, size, room, bold)
    return kept.rstrip() + ELLIPSIS


def wrap(text: str, size: float, limit: float, *, bold: bool = False, lines: int = 0) -> tuple[str, ...]:
    """Break a text into lines at most `limit` points wide, between words where it can be.

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
    """
    broken: list[str] = []
    line = ""
    for word in _pieces(text, size, limit, bold):
        longer = f"{line} {word}" if line else word
        if line and width(longer, size, bold=bold) > limit:
            broken.append(line)
            line = word
        else:
            line = longer
    broken.append(line)
    if lines and len(broken) > lines:
        rest = " ".join(broken[lines - 1 :])
        return (*broken[: lines - 1], fit(rest, size, limit, bold=bold))
    return tuple(broken)


def font_file(*, bold: bool = False) -> Path:
    """Find the font file that ships with matplotlib."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / name


class _Metrics(NamedTuple):
    glyph: dict[int, str]
    advance: dict[str, tuple[int, int]]
    units: int


@cache
def _metrics(bold: bool) -> _Metrics:
    with TTFont(font_file(bold=bold), lazy=True) as font:
        return _Metrics(font.getBestCmap(), dict(font["hmtx"].metrics), font["head"].unitsPerEm)


@cache
def _advance(character: str, bold: bool) -> float:
    metrics = _metrics(bold)
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


def _pieces(text: str, size: float, limit: float, bold: bool) -> list[str]:
    pieces = []
    for word in text.split():
        rest = word
        while width(rest, size, bold=bold) > limit:
            head = _breakable(_longest_prefix(rest, size, limit, bold)) or rest[0]
            pieces.append(head)
            rest = rest[len(head) :]
        if rest:
            pieces.append(rest)
    return pieces


def _breakable(text: str) -> str:
    """Cut after the last slash or hyphen, where there is one beyond the first third."""
    stop = max(text.rfind(mark) for mark in "/-") + 1
    return text[:stop] if 3 * stop > len(text) else text


def _longest_prefix(text: str, size: float, limit: float, bold: bool) -> str:
    used = 0.0
    for index, character in enumerate(text):
        used += size * _advance(character, bold)
        if used > limit:
            return text[:index]
    return text

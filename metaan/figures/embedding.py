"""The part of a font that a PDF embeds: the glyphs of the characters that are shown.

A PDF names characters by their numbers in Unicode and the glyphs keep their places in the font, so that
cutting means leaving out: no table has to be understood but the one that says where each glyph begins.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from fontTools.ttLib.sfnt import SFNTWriter

from metaan.figures.measure import NO_GLYPH, opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from fontTools.ttLib import TTFont

__all__ = ["FontPart", "cut_font", "set_width"]

TABLES = ("head", "hhea", "maxp")
LONG_OFFSETS = b"\0\1"
OFFSETS_AT = 50
"""Where the table "head" says how the starts of glyphs are written."""

THOUSAND = 1000
LETTERS = 26
TAG_LENGTH = 6
NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9-]")


class FontPart(NamedTuple):
    """What a PDF says of a font, and holds of it; lengths are thousandths of the font's size.

    Attributes
    ----------
    name : str
        Six capitals that stand for the characters, a plus sign, the font's own name.
    box : tuple of int
        Left, bottom, right and top of the largest glyph.
    ascent, descent : int
        Height and, negative, depth of a line.
    widths : dict of int to float
        Each character's number in Unicode to its advance width.
    places : bytes
        The number of the glyph of every character up to the last one, in two bytes each.
    file : bytes
        TrueType, without names and characters.
    """

    name: str
    box: tuple[int, ...]
    ascent: int
    descent: int
    widths: dict[int, float]
    places: bytes
    file: bytes


class _Font(NamedTuple):
    font: TTFont
    glyph: dict[int, str]
    advance: dict[str, tuple[int, int]]
    units: int


def set_width(text: str, file: Path) -> float:
    """Measure a text as it is set.

    Parameters
    ----------
    text : str
        One line, all of which the font has.
    file : Path
        A TrueType font.

    Returns
    -------
    float
        The width at a size of one point.

    Examples
    --------
    >>> from metaan.figures.fonts import drawing_font
    >>> round(set_width("0.44 (0.27 to 0.74)", drawing_font("a")), 2)
    9.42
    """
    read = _read(file)
    return sum(read.advance[read.glyph[ord(c)]][0] for c in text) / read.units


@lru_cache(maxsize=256)
def cut_font(file: Path, characters: frozenset[str]) -> FontPart:
    """Keep of a font what some characters need.

    Parameters
    ----------
    file : Path
        A TrueType font without hints.
    characters : frozenset of str
        All of them in the font, none beyond U+FFFF.

    Examples
    --------
    >>> from metaan.figures.fonts import drawing_font
    >>> part = cut_font(drawing_font("a"), frozenset("10."))
    >>> part.name[6:], round(part.widths[ord("1")])
    ('+DejaVuSans', 636)
    """
    read = _read(file)
    glyphs = {ord(c): read.glyph[ord(c)] for c in sorted(characters)}
    head, lines = read.font["head"], read.font["hhea"]
    return FontPart(
        name=f"{_tag(characters)}+{_own_name(read.font)}",
        box=tuple(_thousandths(side, read) for side in (head.xMin, head.yMin, head.xMax, head.yMax)),
        ascent=_thousandths(lines.ascent, read),
        descent=_thousandths(lines.descent, read),
        widths={code: read.advance[glyph][0] * THOUSAND / read.units for code, glyph in glyphs.items()},
        places=_places({code: read.font.getGlyphID(glyph) for code, glyph in glyphs.items()}),
        file=_file(read.font, {NO_GLYPH, *glyphs.values()}),
    )


@cache
def _read(file: Path) -> _Font:
    font = opened(file)
    return _Font(font, font.getBestCmap(), font["hmtx"].metrics, font["head"].unitsPerEm)


def _thousandths(length: float, read: _Font) -> int:
    return round(length * THOUSAND / read.units)


def _own_name(font: TTFont) -> str:
    return NOT_IN_A_NAME.sub("", font["name"].getDebugName(6) or "") or "Font"


def _tag(characters: Iterable[str]) -> str:
    digest = hashlib.sha256("".join(sorted(characters)).encode()).digest()
    return "".join(chr(ord("A") + byte % LETTERS) for byte in digest[:TAG_LENGTH])


def _places(glyphs: dict[int, int]) -> bytes:
    last = max(glyphs, default=0)
    return struct.pack(f">{last + 1}H", *(glyphs.get(code, 0) for code in range(last + 1)))


def _file(font: TTFont, glyphs: set[str]) -> bytes:
    kept = {font.getGlyphID(glyph) for glyph in _with_parts(font, glyphs)}
    tables = {tag: font.reader[tag] for tag in TABLES}
    head = tables["head"]
    tables["head"] = head[:OFFSETS_AT] + LONG_OFFSETS + head[OFFSETS_AT + len(LONG_OFFSETS) :]
    tables["hmtx"] = _metrics(font, kept)
    tables["glyf"], tables["loca"] = _outlines(font, kept)
    buffer = io.BytesIO()
    writer = SFNTWriter(buffer, len(tables))
    for tag in sorted(tables):
        writer[tag] = tables[tag]
    writer.close()
    return buffer.getvalue()


def _with_parts(font: TTFont, glyphs: Iterable[str]) -> Iterator[str]:
    """Add the glyphs that others are composed of, such as a letter and its accent."""
    outlines = font["glyf"]
    for glyph in glyphs:
        yield glyph
        if outlines[glyph].isComposite():
            yield from _with_parts(font, outlines[glyph].getComponentNames(outlines))


def _metrics(font: TTFont, kept: set[int]) -> bytes:
    """Leave out the metrics of glyphs that are not kept; where all widths are told, bearings follow."""
    told: int = font["hhea"].numberOfHMetrics
    whole: bytes = font.reader["hmtx"]
    pairs = (whole[4 * i : 4 * i + 4] if i in kept else bytes(4) for i in range(told))
    return b"".join(pairs) + whole[4 * told :]


def _outlines(font: TTFont, kept: set[int]) -> tuple[bytes, bytes]:
    """Give the outlines that are kept, and where each of all glyphs begins and the last one ends."""
    starts, whole = font["loca"].locations, font.reader["glyf"]
    pieces = [whole[start:end] if i in kept else b"" for i, (start, end) in enumerate(pairwise(starts))]
    offsets = tuple(accumulate(map(len, pieces), initial=0))
    return b"".join(pieces), struct.pack(f">{len(offsets)}I", *offsets)

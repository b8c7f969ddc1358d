"""The fonts that figures are drawn with: slim copies of the whole ones.

A PDF embeds the glyphs it uses. Where matplotlib writes it, cutting them out of the whole font takes three
quarters of the time of a figure; the time follows the number of glyphs. One copy holds plain Latin letters
and the signs of statistics, which is all that most texts need, another the letters of European languages too;
both are without kerning and ligatures, so that what is drawn is as wide as what was measured, and without
hints, which nothing here uses. A copy is made once and kept in matplotlib's cache under a name that holds its
digest, so that a damaged copy is noticed; text that needs more than they hold is drawn with the whole
font.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
import warnings
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import fontTools
import matplotlib as mpl
from matplotlib.font_manager import get_font

from metaan.figures.measure import face_of
from metaan.figures.typefaces import DEJAVU, font_file

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["characters", "drawing_font", "is_plain", "slim_copy", "warn_of_boxes"]

Blocks: TypeAlias = tuple[tuple[int, int], ...]

# Letters without accents, small Greek letters, punctuation, arrows, the signs of numbers and statistics.
COMMON: Blocks = (
    (0x20, 0x7F),
    (0xB0, 0xB8),
    (0xD7, 0xD8),
    (0x3B1, 0x3CA),
    (0x2010, 0x2027),
    (0x2190, 0x2195),
    (0x2212, 0x2213),
    (0x221E, 0x221F),
    (0x2248, 0x2249),
    (0x2264, 0x2266),
)

# Latin, Greek, Cyrillic; punctuation to mathematical operators; geometric shapes.
BLOCKS: Blocks = ((0x20, 0x250), (0x370, 0x530), (0x2000, 0x2300), (0x25A0, 0x2600))
WINDOWS_UNICODE = (3, 1)
LAYOUT_TABLES = ["FFTM", "GDEF", "GPOS", "GSUB", "kern"]
SPACES = "Zs"
MARKED = ("L", "N", "P", "S")
"""Letters, numbers, punctuation and symbols: each has a glyph of its own behind the one before."""


def drawing_font(text: str, *, bold: bool = False, family: str = DEJAVU) -> Path:
    """Choose the font file that a text is drawn with.

    Parameters
    ----------
    text : str
        One line.
    bold : bool
        The bold face.
    family : str
        The typeface; DejaVu Sans takes its place where it lacks a character.

    Returns
    -------
    Path
        The slimmest copy that holds every character, else the whole font.
    """
    face = face_of(text, family)
    for blocks in (COMMON, BLOCKS):
        if all(_covered(ord(c), blocks) for c in text):
            return _slim_file(bold=bold, family=face, blocks=blocks)
    return font_file(bold=bold, family=face)


def is_plain(text: str) -> bool:
    """Say whether a text is set in slim copies, one glyph after the other from left to right.

    Examples
    --------
    >>> is_plain("Müller ≤ 2001"), is_plain("שלום"), is_plain("e\u0301")
    (True, False, False)
    """
    return all(_is_plain(character) for character in text)


@cache
def _is_plain(character: str) -> bool:
    category = unicodedata.category(character)
    return _covered(ord(character), BLOCKS) and (category == SPACES or category.startswith(MARKED))


def warn_of_boxes(text: str, file: str) -> None:
    """Warn of what a font lacks, as a layout does."""
    for character in sorted(set(text) - characters(file)):
        if character.isprintable():
            warnings.warn(f"Glyph {ord(character)} missing from font {file}.", UserWarning, stacklevel=2)


@cache
def characters(file: str) -> frozenset[str]:
    """Name the characters of a font."""
    return frozenset(map(chr, get_font(file).get_charmap()))


def slim_copy(font: Path, blocks: Blocks = BLOCKS) -> bytes:
    """Cut a font down to some blocks of characters, without tables that shift or replace glyphs.

    Parameters
    ----------
    font : Path
        A TrueType font.
    blocks : tuple of (int, int), default BLOCKS
        First character of each block, and the one behind its last.

    Returns
    -------
    bytes
        The same for the same font and version of fontTools.
    """
    from fontTools import subset  # slow to load, and done once for a font

    options = subset.Options(glyph_names=True, recommended_glyphs=True, notdef_outline=True, hinting=False)
    options.drop_tables += LAYOUT_TABLES
    with subset.load_font(str(font), options) as whole:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[code for code in whole.getBestCmap() if _covered(code, blocks)])
        cutter.subset(whole)
        # Every PDF unpacks each of the tables that say the same of which glyph is which character.
        whole["cmap"].tables = [whole["cmap"].getcmap(*WINDOWS_UNICODE)]
        buffer = BytesIO()
        subset.save_font(whole, buffer, options)
        return buffer.getvalue()


@cache
def _covered(code: int, blocks: Blocks) -> bool:
    return any(low <= code < high for low, high in blocks)


@cache
def _slim_file(*, bold: bool, family: str = DEJAVU, blocks: Blocks = BLOCKS) -> Path:
    whole = font_file(bold=bold, family=family)
    folder, start = Path(mpl.get_cachedir()), f"metaan-{_recipe(whole, blocks)}-"
    for kept in sorted(folder.glob(f"{start}*-{whole.name}")):
        if kept.name == f"{start}{_digest_of(kept)}-{whole.name}":
            return kept
    content = slim_copy(whole, blocks)
    path = folder / f"{start}{_digest(content)}-{whole.name}"
    _write_whole(path, content)
    return path


def _digest_of(file: Path) -> str:
    """Give the digest of a file, or "" for what cannot be read as one."""
    try:
        return _digest(file.read_bytes())
    except OSError:
        return ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _recipe(font: Path, blocks: Blocks) -> str:
    parts: Iterable[bytes] = (
        font.read_bytes(),
        fontTools.version.encode(),
        repr((blocks, LAYOUT_TABLES, WINDOWS_UNICODE, "no hints")).encode(),
    )
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def _write_whole(path: Path, content: bytes) -> None:
    """Let a file appear complete or not at all: other processes may want it at the same moment."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()

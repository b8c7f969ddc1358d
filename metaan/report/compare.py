"""Comparing two versions of one output: equal in every number, though not in every byte."""

from __future__ import annotations

import csv
import io
import json
import re
import zlib
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from math import isclose
from typing import TYPE_CHECKING, Any

from metaan.format import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Difference", "compare_file"]

# Last digits differ between processors; a statistic that differs by more has another cause.
RELATIVE = 1e-8
# Points of a page: less than a tenth of a dot at 300 dpi.
POINTS = 0.02
# Grey levels of 255, root mean square over all pixels.
PIXELS = 1.0

# What a manifest says of the programs and of the outputs' bytes follows from the other files.
FOLLOWING_KEYS = frozenset({"metaan", "sha256", "bytes"})
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
INLINE_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
EMBEDDED = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+")
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
ID = re.compile(r'\bid="([^"]+)"')
ID_USE = re.compile(r'(\bid="|#)([^"()\s]+)')
XML_TEXT = re.compile(r">([^<]+)<")
PDF_TEXT = re.compile(r"\((?:[^()\\]|\\.)*\)", re.DOTALL)
# A TrueType font, and a table of glyph numbers, which begins with those of control characters.
FONT_STARTS = (b"\0\1\0\0", b"\0\0", b"true")
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
PAGE_BOX = re.compile(rb"/MediaBox \[[^\]]*\]")
SHOWN = 100
SHOWN_BEFORE = 30

Versions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where two reports do not agree.

    Attributes
    ----------
    file, place : str
        Path within the report; JSON path, row and column, or what of a figure; empty for a whole file.
    old, new : str
        As found in the folder, and as made again.
    """

    file: str
    place: str
    old: str
    new: str


def compare_file(name: str, old: bytes, new: bytes, versions: Versions = ()) -> Iterator[Difference]:
    """List where two versions of a file differ in more than the last digits.

    Parameters
    ----------
    name : str
        Path within the report; its ending says how it is read. Copies of data must be equal byte by byte.
    old, new : bytes
        As found, and as made again.
    versions : tuple of (str, str)
        Programs and versions that may stand in either text and do not count.
    """
    if name.startswith("data/"):
        yield Difference(file=name, place="", old="not the copy of the input", new="copy of the input")
        return
    ending = name.rpartition(".")[2]
    try:
        found = list(COMPARISONS.get(ending, _lines)(old, new, versions))
    except (ValueError, OSError, SyntaxError) as error:
        found = [("", "cannot be read", str(error))]
    for place, before, after in found:
        start = _first_unlike_character(before, after)
        yield Difference(file=name, place=place, old=_excerpt(before, start), new=_excerpt(after, start))


Found = tuple[str, str, str]


def _first_unlike_character(old: str, new: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)


def _excerpt(text: str, place: int) -> str:
    """Show a text from a little before a place."""
    start = max(place - SHOWN_BEFORE, 0) if len(text) > SHOWN else 0
    cut = text[start : start + SHOWN]
    return ("…" if start else "") + cut + ("…" if start + SHOWN < len(text) else "")


def _json(old: bytes, new: bytes, _: Versions) -> Iterator[Found]:
    return _values("", json.loads(old), json.loads(new))


def _values(path: str, old: Any, new: Any) -> Iterator[Found]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            if key not in FOLLOWING_KEYS or path.startswith("inputs"):
                place = f"{path}.{key}" if path else key
                yield from _values(place, old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        for number, (a, b) in enumerate(zip_longest(old, new, fillvalue=_ABSENT)):
            yield from _values(f"{path}[{number}]", a, b)
    elif not _same_value(old, new):
        yield path, _shown(old), _shown(new)


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, _Absent) else json.dumps(value, ensure_ascii=False)


def _same_value(old: object, new: object) -> bool:
    numbers = [v for v in (old, new) if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) == 2:
        return _same_number(float(numbers[0]), float(numbers[1]))
    return type(old) is type(new) and old == new


def _same_number(old: float, new: float) -> bool:
    return canonical(old) == canonical(new) or isclose(old, new, rel_tol=RELATIVE)


def _csv(old: bytes, new: bytes, _: Versions) -> Iterator[Found]:
    before, after = (list(csv.reader(io.StringIO(b.decode(), newline=""))) for b in (old, new))
    header = before[0] if before else []
    if header != (after[0] if after else []):
        yield "header", ", ".join(header), ", ".join(after[0] if after else [])
        return
    for number, (a, b) in enumerate(zip_longest(before[1:], after[1:], fillvalue=()), 2):
        for column, x, y in zip_longest(header, a, b, fillvalue=""):
            if not _same_text(x, y):
                yield f"row {number}, column {column}", x, y


def _same_text(old: str, new: str) -> bool:
    if old == new:
        return True
    try:
        return _same_number(float(old), float(new))
    except ValueError:
        return False


def _lines(old: bytes, new: bytes, versions: Versions) -> Iterator[Found]:
    return _texts(old.decode(), new.decode(), versions)


def _texts(old: str, new: str, versions: Versions) -> Iterator[Found]:
    before, after = (_without_versions(text, versions).splitlines() for text in (old, new))
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for kind, low, high, start, end in matcher.get_opcodes():
        if kind != "equal":
            pairs = zip_longest(before[low:high], after[start:end], fillvalue="")
            yield from ((f"line {n}", a.strip(), b.strip()) for n, (a, b) in enumerate(pairs, low + 1))


def _without_versions(text: str, versions: Versions) -> str:
    for program, number in versions:
        text = re.sub(rf"(?i)(\b{re.escape(program)}\s+){re.escape(number)}", r"\1*", text)
    return text


def _html(old: bytes, new: bytes, versions: Versions) -> Iterator[Found]:
    # The pictures inside are compared as files of their own.
    before, after = (DIGEST.sub("*", EMBEDDED.sub("*", INLINE_SVG.sub("*", b.decode()))) for b in (old, new))
    return _texts(before, after, versions)


def _svg(old: bytes, new: bytes, _: Versions) -> Iterator[Found]:
    return _tokens("drawing", _renumbered(old.decode()), _renumbered(new.decode()), XML_TEXT)


def _renumbered(svg: str) -> str:
    """Name ids by their order: matplotlib's are hashes of coordinates, to the last digit."""
    order = {name: f"id{n}" for n, name in enumerate(dict.fromkeys(ID.findall(svg)))}
    return ID_USE.sub(lambda found: found[1] + order.get(found[2], found[2]), svg)


def _tokens(place: str, old: str, new: str, words: re.Pattern[str]) -> Iterator[Found]:
    """Compare words and what stands between the numbers exactly, the other numbers within a tolerance."""
    if words.findall(old) != words.findall(new):
        yield f"{place}: texts", *_first_unlike(words.findall(old), words.findall(new))
        return
    old, new = words.sub("", old), words.sub("", new)
    if NUMBER.split(old) != NUMBER.split(new):
        yield f"{place}: marks", *_first_unlike(NUMBER.split(old), NUMBER.split(new))
        return
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    for a, b in pairs:
        if not isclose(float(a), float(b), rel_tol=RELATIVE, abs_tol=POINTS):
            yield f"{place}: position or size", a, b
            return


def _first_unlike(old: Sequence[str], new: Sequence[str]) -> tuple[str, str]:
    pairs = zip_longest(old, new, fillvalue="")
    return next(((a.strip(), b.strip()) for a, b in pairs if a != b), ("", ""))


def _png(old: bytes, new: bytes, _: Versions) -> Iterator[Found]:
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(old)) as a, Image.open(io.BytesIO(new)) as b:
        if a.size != b.size:
            yield "size in pixels", str(a.size), str(b.size)
            return
        before, after = (np.asarray(image.convert("RGBA"), dtype=np.float64) for image in (a, b))
    distance = float(np.sqrt(np.mean((before - after) ** 2)))
    if distance > PIXELS:
        yield "pixels", "as found", f"root mean square difference {distance:.2f} of 255"


def _pdf(old: bytes, new: bytes, _: Versions) -> Iterator[Found]:
    """Compare page size and what is drawn on the page; embedded fonts are not compared."""
    if PAGE_BOX.findall(old) != PAGE_BOX.findall(new):
        yield "page size", str(PAGE_BOX.findall(old)), str(PAGE_BOX.findall(new))
        return
    yield from _tokens("page", _page_content(old), _page_content(new), PDF_TEXT)


def _page_content(content: bytes) -> str:
    """Give the drawing commands of a PDF and the characters of its glyphs: its streams but the fonts."""
    texts = []
    for stream in STREAM.findall(content):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        if not text.startswith(FONT_STARTS):
            texts.append(text.decode("latin-1"))
    return "\n".join(texts)


COMPARISONS: dict[str, Callable[[bytes, bytes, Versions], Iterator[Found]]] = {
    "json": _json,
    "csv": _csv,
    "html": _html,
    "svg": _svg,
    "png": _png,
    "pdf": _pdf,
}

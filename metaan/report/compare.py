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
from math import isclose, isfinite
from typing import TYPE_CHECKING, Any

from metaan.format import canonical
from metaan.report.folder import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ABSENT", "Difference", "compare_file", "read_json", "unequal"]

# Last digits differ between processors; a statistic that differs by more has another cause.
RELATIVE = 1e-8
# Points of a page: less than a tenth of a dot at 300 dpi.
POINTS = 0.02
# Grey levels of 255, root mean square: over all pixels, and over the worst small square of them.
PIXELS = 1.0
TILE_PIXELS = 30.0
TILE = 8

# What a manifest says of the programs and of the outputs' bytes follows from the other files.
FOLLOWING_PLACE = re.compile(r"metaan|outputs\[\d+\]\.(?:sha256|bytes)")
# Of a crate also its dates, which it has only where the run was given one.
FOLLOWING_CRATE = re.compile(
    r"@graph\[\d+\]\.(?:sha256|contentSize|version|softwareVersion|datePublished|endTime)"
)
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
INLINE_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
XML_TEXT = re.compile(r">([^<]+)<")
PDF_TEXT = re.compile(r"\((?:[^()\\]|\\.)*\)", re.DOTALL)
STREAM = re.compile(rb"\bstream\r?\n(.*?)\r?\nendstream", re.DOTALL)
# Where the objects of a PDF begin, and how long its streams are, follows from what they hold.
PDF_PLACES = re.compile(
    rb"xref\n0 \d+\n(?:\d{10} \d{5} [fn] ?\n)+|startxref\n\d+|/Length\d? \d+\b|(?<=obj\n)\d+\n(?=endobj)"
)
FONT_STARTS = (b"\0\1\0\0", b"true")
WORD_TEXTS = ("docProps/core.xml", "word/document.xml")
PNG_START = b"\x89PNG\r\n\x1a\n"
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
    compare = DESCRIPTIONS.get(name) or COMPARISONS.get(name.rpartition(".")[2], _lines)
    try:
        found = list(compare(old, new, versions))
    except Exception as error:  # what was found may be anything, and each reader fails in its own way
        found = [("", "cannot be read", str(error) or type(error).__name__)]
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
    return _values("", read_json(old), read_json(new))


def _manifest(old: bytes, new: bytes, _: Versions) -> Iterator[Found]:
    for place, before, after in _values("", read_json(old), read_json(new)):
        if not (FOLLOWING_PLACE.fullmatch(place) and "absent" not in {before, after}):
            yield place, before, after


def _crate(old: bytes, new: bytes, _: Versions) -> Iterator[Found]:
    for place, before, after in _values("", read_json(old), read_json(new)):
        if not FOLLOWING_CRATE.fullmatch(place):
            yield place, before, after


def read_json(content: bytes) -> Any:
    """Read JSON strictly: each key once in its object, and nothing that is not JSON.

    Raises
    ------
    ValueError
        With the fault.
    """
    return json.loads(content, object_pairs_hook=_each_key_once, parse_constant=_no_number)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        keys = [key for key, _ in pairs]
        doubled = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {doubled} stands twice in one object")
    return read


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _values(path: str, old: Any, new: Any) -> Iterator[Found]:
    return ((place, _shown(before), _shown(after)) for place, before, after in unequal(old, new, path))


def unequal(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Walk two JSON values side by side and give what differs by more than the last digits.

    Parameters
    ----------
    old, new : object
        As `json.loads` gives them.
    path : str
        Where they stand.

    Yields
    ------
    tuple of (str, object, object)
        Place and both values; `ABSENT` for what one side lacks. A key in brackets is put straight behind
        its list, others behind a point.

    Examples
    --------
    >>> list(unequal({"a": [1, 2.0], "b": "x"}, {"a": [1, 2.5]}))
    [('a[1]', 2.0, 2.5), ('b', 'x', absent)]
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            place = f"{path}.{key}" if path and not key.startswith("[") else f"{path}{key}"
            yield from unequal(old.get(key, ABSENT), new.get(key, ABSENT), place)
    elif isinstance(old, list) and isinstance(new, list):
        for number, (a, b) in enumerate(zip_longest(old, new, fillvalue=ABSENT)):
            yield from unequal(a, b, f"{path}[{number}]")
    elif not _same_value(old, new):
        yield path, old, new


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()
"""What one of two versions lacks."""


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, _Absent) else json.dumps(value, ensure_ascii=False)


def _same_value(old: object, new: object) -> bool:
    numbers = [v for v in (old, new) if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) == 2:
        return _same_number(float(numbers[0]), float(numbers[1]))
    return type(old) is type(new) and old == new


def _same_number(old: float, new: float) -> bool:
    if not (isfinite(old) and isfinite(new)):
        return False
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
    """Compare the text around the pictures line by line, and each picture as a file of its own."""
    before, after = old.decode(), new.decode()
    yield from _texts(INLINE_SVG.sub("*", before), INLINE_SVG.sub("*", after), versions)
    pictures = zip(INLINE_SVG.findall(before), INLINE_SVG.findall(after), strict=False)
    for number, (a, b) in enumerate(pictures, 1):
        for place, x, y in _drawings(a, b):
            yield f"picture {number}, {place}", x, y


def _svg(old: bytes, new: bytes, _: Versions) -> Iterator[Found]:
    return _drawings(old.decode(), new.decode())


def _drawings(old: str, new: str) -> Iterator[Found]:
    return _tokens("drawing", old, new, XML_TEXT)


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
    before, after = _png_notes(old), _png_notes(new)
    if before != after:
        yield "texts", *_first_unlike(before, after)
        return
    a, b = _pixels(old), _pixels(new)
    if a.shape != b.shape:
        yield "size in pixels", _size(a), _size(b)
        return
    distance, worst = _distances(a, b)
    if distance > PIXELS or worst > TILE_PIXELS:
        yield (
            "pixels",
            "as found",
            f"root mean square difference {distance:.2f} of 255, {worst:.2f} in one square",
        )


def _png_notes(content: bytes) -> list[str]:
    """List what a PNG holds beside its pixels: resolution, texts, and whatever stands behind its end."""
    if not content.startswith(PNG_START):
        raise ValueError("it is not a PNG file")
    notes, place, kind = [], len(PNG_START), b""
    while kind != b"IEND":
        length, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        if len(kind) < 4:
            raise ValueError("it ends too early")
        if kind[:1].islower() and kind != b"tRNS":  # the others, and transparency, are seen in the pixels
            notes.append(f"{kind!r}: {content[place + 8 : place + 8 + length]!r}")
        place += length + 12
    return [*notes, f"behind its end: {content[place:]!r}"]


def _pixels(content: bytes) -> NDArray[np.uint8]:
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGBA"))


def _size(pixels: NDArray[np.uint8]) -> str:
    return f"{pixels.shape[1]} x {pixels.shape[0]}"


def _distances(old: NDArray[np.uint8], new: NDArray[np.uint8]) -> tuple[float, float]:
    """Give the root mean square difference of two pictures, and that of their worst square."""
    import numpy as np

    squares = (np.subtract(old, new, dtype=np.float32) ** 2).mean(axis=2)
    height, width = squares.shape
    padded = np.pad(squares, ((0, -height % TILE), (0, -width % TILE)))
    tiles = padded.reshape(padded.shape[0] // TILE, TILE, -1, TILE).mean(axis=(1, 3))
    return float(np.sqrt(squares.mean(dtype=np.float64))), float(np.sqrt(tiles.max()))


def _pdf(old: bytes, new: bytes, _: Versions) -> Iterator[Found]:
    """Compare what is drawn, the shapes of the embedded fonts' glyphs, and all that stands around them."""
    yield from _tokens("document", _pdf_frame(old), _pdf_frame(new), PDF_TEXT)
    streams = zip(STREAM.findall(old), STREAM.findall(new), strict=False)
    for a, b in streams:
        before, after = _unpacked(a), _unpacked(b)
        if before == after:
            continue
        if before.startswith(FONT_STARTS) and after.startswith(FONT_STARTS):
            if _glyphs(before) != _glyphs(after):
                yield "fonts", "as found", "other shapes or widths of glyphs"
        else:
            yield from _tokens("page", before.decode("latin-1"), after.decode("latin-1"), PDF_TEXT)


def _pdf_frame(content: bytes) -> str:
    """Give a PDF without what its streams hold and without the places of its parts."""
    return PDF_PLACES.sub(b"*", STREAM.sub(b"stream", content)).decode("latin-1")


def _unpacked(stream: bytes) -> bytes:
    reader = zlib.decompressobj()
    content = reader.decompress(stream)
    if not reader.eof or reader.unused_data.strip():
        raise ValueError("a stream of it is not whole")
    return content


def _glyphs(font: bytes) -> list[object]:
    from fontTools.pens.recordingPen import DecomposingRecordingPen
    from fontTools.ttLib import TTFont

    read = TTFont(io.BytesIO(font))
    glyphs = read.getGlyphSet()
    shapes: list[object] = []
    for name in read.getGlyphOrder():
        pen = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(pen)
        shapes.append((glyphs[name].width, pen.value))
    return shapes


def _docx(old: bytes, new: bytes, versions: Versions) -> Iterator[Found]:
    """Compare the words of a Word document paragraph by paragraph; its looks follow from the template."""
    before, after = _word_parts(old), _word_parts(new)
    if list(before) != list(after):
        yield "parts", *_first_unlike(list(before), list(after))
        return
    for name in WORD_TEXTS:
        for place, a, b in _texts(before[name], after[name], versions):
            yield f"{name}, {place}", a, b


def _word_parts(content: bytes) -> dict[str, str]:
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(content)) as parts:
        return {
            name: parts.read(name).decode().replace("</w:p>", "</w:p>\n") if name in WORD_TEXTS else ""
            for name in parts.namelist()
        }


COMPARISONS: dict[str, Callable[[bytes, bytes, Versions], Iterator[Found]]] = {
    "json": _json,
    "csv": _csv,
    "html": _html,
    "svg": _svg,
    "png": _png,
    "pdf": _pdf,
    "docx": _docx,
}

# Files that describe the others.
DESCRIPTIONS: dict[str, Callable[[bytes, bytes, Versions], Iterator[Found]]] = {
    MANIFEST: _manifest,
    "ro-crate-metadata.json": _crate,
}

r"""A PDF straight from a sheet of marks.

matplotlib lays every text out again and cuts fonts with a tool made for any font, which takes five times as
long as all else in a figure. A sheet needs four kinds of marks only, and its texts are set already. A text is
written in UTF-16, so that what is shown is what is found, copied and compared.

References
----------
ISO 32000-1:2008, sections 7.3.4 (strings), 8.4 and 8.5 (paths), 9.7 (composite fonts), 9.10 (Unicode).
"""

from __future__ import annotations

import zlib
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from matplotlib.colors import to_rgb

from metaan.figures.embedding import cut_font, set_width
from metaan.figures.fonts import drawing_font, is_plain
from metaan.figures.lettering import BEFORE, characters
from metaan.figures.sheet import DASHES, Curve, Line, Point, Shape, Sheet, Words, point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from metaan.figures.embedding import FontPart

__all__ = ["sets_every_text", "sheet_pdf"]

Mark: TypeAlias = Shape | Line | Curve | Words

LANGUAGE = "en-GB"
DECIMALS = 3
WORDS_LAYER = 9
START = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
ESCAPED = {b"\\": rb"\\", b"(": rb"\(", b")": rb"\)", b"\r": rb"\r"}
CATALOGUE, PAGES, PAGE, CONTENT, INFO, FIRST_FONT = range(1, 7)
FONT_OBJECTS = 6
PAINTED = {(True, True): "b", (True, False): "h f", (False, True): "s", (False, False): "n"}
"""Operators that paint a closed path, by whether it is filled and whether it has an edge."""

TO_UNICODE = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{count} beginbfrange
{rows}
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


class _Page(NamedTuple):
    """What marks are written with: the height of the page, names of fonts and of transparencies."""

    top: float
    fonts: Mapping[Path, str]
    alphas: Mapping[float, str]


def sets_every_text(sheet: Sheet) -> bool:
    """Say whether every text is set one character after the other, from left to right, and none is a box.

    Examples
    --------
    >>> words = Words(x=1, y=9, text="שלום", size=9)
    >>> sets_every_text(Sheet(width=40, height=20, words=(words,), lines=(), shapes=()))
    False
    """
    return all(
        is_plain(words.text) and characters(str(_file(words))).issuperset(words.text) for words in sheet.words
    )


def sheet_pdf(sheet: Sheet, *, title: str, subject: str = "", keywords: str = "") -> bytes:
    """Write a sheet as PDF.

    Parameters
    ----------
    sheet : Sheet
        What to draw; `sets_every_text` holds for it.
    title, subject, keywords : str
        What the document says of itself; empty ones are left out.

    Returns
    -------
    bytes
        One page, with the glyphs that it shows embedded as TrueType.

    Examples
    --------
    >>> words = Words(x=1, y=9, text="0.44", size=9)
    >>> sheet = Sheet(width=40, height=20, words=(words,), lines=(), shapes=())
    >>> sheet_pdf(sheet, title="Risk ratio")[:8]
    b'%PDF-1.4'
    """
    shown = _shown(sheet)
    page = _Page(
        top=round(sheet.height, DECIMALS),
        fonts={file: f"F{i}" for i, file in enumerate(shown, 1)},
        alphas={alpha: f"A{i}" for i, alpha in enumerate(sorted({s.alpha for s in sheet.shapes} - {1.0}), 1)},
    )
    objects = [
        f"<< /Type /Catalog /Pages {PAGES} 0 R /Lang ({LANGUAGE}) >>".encode(),
        f"<< /Type /Pages /Kids [{PAGE} 0 R] /Count 1 >>".encode(),
        _page(sheet, page),
        _stream(_content(sheet, page)),
        _info({"Title": title, "Subject": subject, "Keywords": keywords, "Creator": "metaan"}),
    ]
    for file, letters in shown.items():
        objects += _font(cut_font(file, letters), len(objects) + 1)
    return _document(objects)


def _shown(sheet: Sheet) -> dict[Path, frozenset[str]]:
    """List the font files of a sheet in the order of their use, each with the characters it shows."""
    found: dict[Path, set[str]] = {}
    for words in sheet.words:
        if words.text:
            found.setdefault(_file(words), set()).update(words.text)
    return {file: frozenset(letters) for file, letters in found.items()}


def _file(words: Words) -> Path:
    return drawing_font(words.text, bold=words.bold, family=words.family)


def _content(sheet: Sheet, page: _Page) -> bytes:
    """Write the marks, lower layers first; of one layer shapes before lines."""
    paper = f"1 g 0 0 {_number(sheet.width)} {_number(page.top)} re f 0 J 1 j\n"
    marks: list[Mark] = sorted((*sheet.shapes, *sheet.lines, *sheet.curves, *sheet.words), key=_layer)
    return paper.encode() + b"".join(_mark(mark, page) for mark in marks)


def _layer(mark: Mark) -> int:
    return WORDS_LAYER if isinstance(mark, Words) else mark.layer


def _mark(mark: Mark, page: _Page) -> bytes:
    if isinstance(mark, Words):
        return _words(mark, page) if mark.text else b""
    if isinstance(mark, Shape):
        return _shape(mark, page).encode()
    return _stroke(mark, page).encode()


def _shape(shape: Shape, page: _Page) -> str:
    filled, edged = shape.fill != "none", shape.edge != "none" and shape.edge_width > 0
    colours = f"{_colour(shape.fill)} " if filled else ""
    if edged:
        colours += f"{_number(shape.edge_width)} w {_colour(shape.edge).upper()} "
    drawn = f"{colours}{_path(shape.points, page)} {PAINTED[filled, edged]}"
    return f"{drawn}\n" if shape.alpha == 1 else f"q /{page.alphas[shape.alpha]} gs {drawn} Q\n"


def _stroke(line: Line | Curve, page: _Page) -> str:
    points = line.points if isinstance(line, Curve) else (line.start, line.end)
    pen = f"{_number(line.width)} w {_colour(line.colour).upper()}"
    drawn = f"{_path(points, page)} S"
    if not line.dashed:
        return f"{pen} {drawn}\n"
    dashes = " ".join(_number(length * line.width) for length in DASHES)
    return f"q {pen} [{dashes}] 0 d {drawn} Q\n"


def _path(points: Sequence[Point], page: _Page) -> str:
    first, *rest = (_place(*point(*each), page) for each in points)
    return " ".join((f"{first} m", *(f"{each} l" for each in rest)))


def _place(x: float, y: float, page: _Page) -> str:
    return f"{_number(x)} {_number(page.top - y)}"


def _words(words: Words, page: _Page) -> bytes:
    file = _file(words)
    before = BEFORE[words.align] * words.size * set_width(words.text, file)
    x, y = point(words.x, words.y)
    if words.turned:
        placed = f"0 1 -1 0 {_place(x, y + before, page)} Tm"
    else:
        placed = f"{_place(x - before, y, page)} Td"
    style = f"{_colour(words.colour)} BT\n/{page.fonts[file]} {_number(words.size)} Tf {placed} "
    return style.encode() + _literal(words.text.encode("utf-16-be")) + b" Tj ET\n"


@cache
def _colour(name: str) -> str:
    """Give the operator that fills with a colour; in capitals it draws with it."""
    red, green, blue = (_number(part) for part in to_rgb(name))
    return f"{red} g" if red == green == blue else f"{red} {green} {blue} rg"


def _number(value: float) -> str:
    return str(round(value, DECIMALS) + 0.0).removesuffix(".0")


def _literal(text: bytes) -> bytes:
    for sign, escaped in ESCAPED.items():
        text = text.replace(sign, escaped)
    return b"(" + text + b")"


def _page(sheet: Sheet, page: _Page) -> bytes:
    numbers = count(FIRST_FONT, FONT_OBJECTS)
    fonts = _entries(
        {name: f"{number} 0 R" for name, number in zip(page.fonts.values(), numbers, strict=False)}
    )
    alphas = _entries({name: f"<< /ca {_number(alpha)} >>" for alpha, name in page.alphas.items()})
    box = f"[0 0 {_number(sheet.width)} {_number(page.top)}]"
    return (
        f"<< /Type /Page /Parent {PAGES} 0 R /MediaBox {box} /Contents {CONTENT} 0 R"
        f" /Resources << /Font << {fonts} >> /ExtGState << {alphas} >> >> >>"
    ).encode()


def _entries(values: Mapping[str, str]) -> str:
    return " ".join(f"/{key} {value}" for key, value in values.items())


def _info(words: Mapping[str, str]) -> bytes:
    said = (f"/{key} ".encode() + _literal(_encoded(text)) for key, text in words.items() if text)
    return b"<< " + b" ".join(said) + b" >>"


def _encoded(text: str) -> bytes:
    return text.encode() if text.isascii() else b"\xfe\xff" + text.encode("utf-16-be")


def _font(part: FontPart, first: int) -> Iterator[bytes]:
    """Write the objects of a font, the first of which has the number by which it is referred to."""
    described, descriptor, file, places, unicode = range(first + 1, first + FONT_OBJECTS)
    widths = " ".join(f"{code} [{_number(width)}]" for code, width in part.widths.items())
    yield (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{part.name} /Encoding /Identity-H"
        f" /DescendantFonts [{described} 0 R] /ToUnicode {unicode} 0 R >>"
    ).encode()
    yield (
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{part.name}"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
        f" /FontDescriptor {descriptor} 0 R /CIDToGIDMap {places} 0 R /W [{widths}] >>"
    ).encode()
    yield (
        f"<< /Type /FontDescriptor /FontName /{part.name} /Flags 32 /FontFile2 {file} 0 R"
        f" /FontBBox [{' '.join(map(str, part.box))}] /Ascent {part.ascent} /Descent {part.descent}"
        f" /CapHeight 0 /ItalicAngle 0 /StemV 0 >>"
    ).encode()
    yield _stream(part.file, f"/Length1 {len(part.file)} ")
    yield _stream(part.places)
    yield _stream(_to_unicode(part.widths))


def _to_unicode(codes: Iterable[int]) -> bytes:
    """Say that every number is that of its character; a row holds numbers with the same first byte."""
    firsts = sorted({code >> 8 for code in codes})
    rows = "\n".join(f"<{i:02X}00> <{i:02X}FF> <{i:02X}00>" for i in firsts)
    return TO_UNICODE.format(count=len(firsts), rows=rows).encode()


def _stream(content: bytes, more: str = "") -> bytes:
    packed = zlib.compress(content)
    head = f"<< /Length {len(packed)} {more}/Filter /FlateDecode >>\nstream\n"
    return head.encode() + packed + b"\nendstream"


def _document(objects: Sequence[bytes]) -> bytes:
    """Put objects one behind the other, and behind them the list of where each begins."""
    source = bytearray(START)
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(source))
        source += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    end, size = len(source), len(objects) + 1
    source += b"xref\n0 %d\n0000000000 65535 f \n" % size
    source += b"".join(b"%010d 00000 n \n" % place for place in places)
    source += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\n" % (size, CATALOGUE, INFO)
    return bytes(source + b"startxref\n%d\n%%%%EOF\n" % end)

"""An SVG straight from a sheet of marks: text stays text, and a page may hold many of them.

A browser that lacks the typeface sets a text in another one, of other widths: every text is written with the
end by which it is aligned, so that columns of numbers stay columns.

References
----------
W3C (2011). Scalable Vector Graphics (SVG) 1.1, second edition, chapters 8 (paths), 10 (text), 11 (painting).
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from matplotlib.colors import to_hex

from metaan.figures.fonts import drawing_font, warn_of_boxes
from metaan.figures.measure import face_of
from metaan.figures.sheet import DASHES, Shape, left_to_right, point, points_of, stacked
from metaan.figures.typefaces import ALIKE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from metaan.figures.sheet import Curve, Line, Mark, Point, Sheet, Words

__all__ = ["sheet_svg"]

T = TypeVar("T")
Look: TypeAlias = tuple[tuple[str, str], ...]

NAMESPACE = "http://www.w3.org/2000/svg"
DECIMALS = 3
ANCHORS = {"left": "", "center": "middle", "right": "end"}
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML has no way to write."""


def sheet_svg(sheet: Sheet, *, id: str, title: str, description: str) -> bytes:  # noqa: A002
    """Write a sheet as SVG.

    Parameters
    ----------
    sheet : Sheet
        What to draw; its texts may be hostile.
    id : str
        Unique in a page; every id begins with it.
    title, description : str
        Short name and long text alternative.

    Returns
    -------
    bytes
        UTF-8 with an XML declaration on its own first line, no document type and no style sheet.

    Warns
    -----
    UserWarning
        Where a typeface lacks a character, which stays text.

    Examples
    --------
    >>> from metaan.figures.sheet import Sheet, Words
    >>> words = Words(x=1, y=9, text="p < 0.05", size=9)
    >>> sheet = Sheet(width=40, height=20, words=(words,), lines=(), shapes=())
    >>> print(sheet_svg(sheet, id="a", title="T", description="D").decode())
    <?xml version='1.0' encoding='utf-8'?>
    <svg id="a" ... role="img" aria-labelledby="a-title a-desc" ...>
    <title id="a-title">T</title>
    <desc id="a-desc">D</desc>
    <path fill="#ffffff" d="M0 0 40 0 40 20 0 20z"/>
    <g font-size="9">
    <text x="1" y="9">p &lt; 0.05</text>
    </g>
    </svg>
    """
    family = sheet.family
    lines = (
        "<?xml version='1.0' encoding='utf-8'?>",
        f"<svg{_written(_root(sheet, id, family))}>",
        f'<title id="{escape(id)}-title">{escape(title or id)}</title>',
        f'<desc id="{escape(id)}-desc">{escape(description or title or id)}</desc>',
        _paper(sheet),
        *_groups(stacked(sheet), _mark_look, _mark),
        *_groups(sheet.words, lambda words: _words_look(words, family), _words),
        "</svg>\n",
    )
    return FORBIDDEN.sub("\ufffd", "\n".join(lines)).encode()


def _root(sheet: Sheet, id: str, family: str) -> Look:  # noqa: A002
    wide, high = _number(sheet.width), _number(sheet.height)
    return (
        ("id", id),
        ("xmlns", NAMESPACE),
        ("width", f"{wide}pt"),
        ("height", f"{high}pt"),
        ("viewBox", f"0 0 {wide} {high}"),
        ("role", "img"),
        ("aria-labelledby", f"{id}-title {id}-desc"),
        ("stroke-linejoin", "round"),
        ("stroke-linecap", "butt"),
        ("font-family", ALIKE[family]),
    )


def _paper(sheet: Sheet) -> str:
    corners = ((0, 0), (sheet.width, 0), (sheet.width, sheet.height), (0, sheet.height))
    return f'<path fill="#ffffff" d="{_path(corners)}z"/>'


def _groups(marks: Iterable[T], look: Callable[[T], Look], write: Callable[[T], str]) -> Iterator[str]:
    """Write marks in their order; neighbours that look alike say how they look once."""
    for shared, alike in groupby(marks, look):
        yield f"<g{_written(shared)}>"
        yield from map(write, alike)
        yield "</g>"


def _mark_look(mark: Mark) -> Look:
    return _shape_look(mark) if isinstance(mark, Shape) else _line_look(mark)


def _shape_look(shape: Shape) -> Look:
    look = {"fill": _colour(shape.fill)}
    if shape.alpha != 1 and shape.fill != "none":
        look["fill-opacity"] = _number(shape.alpha)
    if shape.edge != "none" and shape.edge_width > 0:
        look |= {"stroke": _colour(shape.edge), "stroke-width": _number(shape.edge_width)}
    return tuple(look.items())


def _line_look(line: Line | Curve) -> Look:
    look = {"fill": "none", "stroke": _colour(line.colour), "stroke-width": _number(line.width)}
    if line.dashed:
        look["stroke-dasharray"] = " ".join(_number(length * line.width) for length in DASHES)
    return tuple(look.items())


def _mark(mark: Mark) -> str:
    end = "z" if isinstance(mark, Shape) else ""
    return f'<path d="{_path(points_of(mark))}{end}"/>'


def _path(points: Sequence[Point]) -> str:
    places = (point(*each) for each in points)
    return "M" + " ".join(f"{_number(x)} {_number(y)}" for x, y in places)


def _words_look(words: Words, family: str) -> Look:
    look = {"font-size": _number(words.size)}
    if words.bold:
        look["font-weight"] = "700"
    if _colour(words.colour) != "#000000":
        look["fill"] = _colour(words.colour)
    face = face_of(words.text, words.family)
    if face != family:
        look["font-family"] = ALIKE[face]
    return tuple(look.items())


def _words(words: Words) -> str:
    warn_of_boxes(words.text, str(drawing_font(words.text, bold=words.bold, family=words.family)))
    x, y = map(_number, point(words.x, words.y))
    place = {"x": x, "y": y}
    if ANCHORS[words.align]:
        place["text-anchor"] = ANCHORS[words.align]
    if words.turned:
        place["transform"] = f"rotate(-90 {x} {y})"
    return f"<text{_written(tuple(place.items()))}>{escape(left_to_right(words.text), quote=False)}</text>"


@cache
def _colour(name: str) -> str:
    return name if name == "none" else to_hex(name)


def _written(attributes: Look) -> str:
    return "".join(f' {name}="{_attribute(value)}"' for name, value in attributes)


def _attribute(value: str) -> str:
    return escape(value, quote=False).replace('"', "&quot;")


def _number(value: float) -> str:
    return str(round(value, DECIMALS) + 0.0).removesuffix(".0")

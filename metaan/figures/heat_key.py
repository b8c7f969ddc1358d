"""The key of a heat map: what its colours mean, and how large its squares are."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from metaan.figures.measure import width
from metaan.figures.paragraphs import paragraphs
from metaan.figures.sheet import Line, Shape, Words, baseline, level

if TYPE_CHECKING:
    from metaan.figures.scale import Tick
    from metaan.figures.sheet import Box
    from metaan.figures.style import Style

__all__ = ["KEY_WIDTH", "SQUARE", "HeatKey", "KeyMarks", "place_key", "rectangle"]

KEY_WIDTH, KEY_HEIGHT = 260.0, 9.0
SAMPLE_GAP = 14.0
SQUARE = "#8c8c8c"
RIM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatKey:
    """What the colours mean: their title, the colours from left to right, where ticks stand.

    `ticks` have values in [0, 1] along the bar; `ends` are said below its left and right end; `samples` are
    shares that squares are shown of, each with its word, and `samples_title` says of what.
    """

    title: str
    colours: tuple[str, ...]
    ticks: tuple[Tick, ...]
    ends: tuple[str, str] = ("", "")
    samples: tuple[tuple[float, str], ...] = ()
    samples_title: str = ""


class KeyMarks(NamedTuple):
    """The marks of a key."""

    words: tuple[Words, ...]
    lines: tuple[Line, ...]
    shapes: tuple[Shape, ...]


def place_key(key: HeatKey, top: float, page: float, style: Style) -> tuple[KeyMarks, float]:
    """Lay out a key below `top` on a page of this width; give its marks and where it ends."""
    size, _step = style.note, style.note * style.leading
    room = page - 2 * style.margin
    words, y = paragraphs([key.title], left=style.margin, top=top, room=room, size=size, style=style)
    halves = max((width(tick.label, size, family=style.family) / 2 for tick in key.ticks), default=0.0)
    left, wide = style.margin + max(halves, 8.0), min(KEY_WIDTH, room - 2 * max(halves, 8.0))
    each = wide / len(key.colours)
    shapes = [
        rectangle((left + i * each, y, left + (i + 1) * each, y + KEY_HEIGHT), colour, layer=1)
        for i, colour in enumerate(key.colours)
    ]
    lines = [level(left, left + wide, edge, style.hair, style.rule) for edge in (y, y + KEY_HEIGHT)]
    y += KEY_HEIGHT
    more: list[Words] = []
    for tick in key.ticks:
        x = left + tick.value * wide
        lines.append(Line(start=(x, y), end=(x, y + 3.0), width=style.hair, colour=style.ink))
        more.append(
            Words(
                x=x, y=y + 4.0 + 0.8 * size, text=style.numerals.dress(tick.label), size=size, align="center"
            )
        )
    y += 6.0 + size
    ends, y = _ends(key, left, wide, y, page, style)
    samples, y = _samples(key, y, style)
    part = KeyMarks((*words, *more, *ends, *samples.words), tuple(lines), (*shapes, *samples.shapes))
    return part, y + 6.0


def _ends(
    key: HeatKey, left: float, wide: float, top: float, page: float, style: Style
) -> tuple[tuple[Words, ...], float]:
    """Say what both ends of the bar mean, on one line where that is wide enough, else on two."""
    if not any(key.ends):
        return (), top
    size, step = style.note, style.note * style.leading
    first, second = key.ends
    first_wide, second_wide = (width(end, size, family=style.family) for end in key.ends)
    right = max(left + wide, left + first_wide + SAMPLE_GAP + second_wide)
    low = Words(x=left, y=top + 0.85 * step, text=first, size=size)
    if right <= page - style.margin:
        return (low, Words(x=right, y=low.y, text=second, size=size, align="right")), top + step
    return (low, Words(x=left, y=low.y + step, text=second, size=size)), top + 2 * step


def _samples(key: HeatKey, top: float, style: Style) -> tuple[KeyMarks, float]:
    """Show how large the squares of some shares are."""
    if not key.samples:
        return KeyMarks((), (), ()), top
    size = style.note
    words = [
        Words(
            x=style.margin,
            y=baseline(top + 10.0, size),
            text=key.samples_title,
            size=size,
            family=style.family,
        )
    ]
    shapes: list[Shape] = []
    x = words[0].box[2] + SAMPLE_GAP / 2
    for share, said in key.samples:
        half = sqrt(share) * 14.0 / 2
        shapes.append(rectangle((x, top + 10.0 - half, x + 2 * half, top + 10.0 + half), SQUARE, layer=3))
        words.append(Words(x=x + 2 * half + 3.0, y=words[0].y, text=said, size=size, family=style.family))
        x = words[-1].box[2] + SAMPLE_GAP
    return KeyMarks(tuple(words), (), tuple(shapes)), top + 20.0


def rectangle(box: Box, fill: str, layer: int, rim: str = "none") -> Shape:
    """Make a filled box, with a thin rim where a colour for it is given."""
    left, top, right, bottom = box
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Shape(points=corners, fill=fill, edge=rim, edge_width=RIM, layer=layer)

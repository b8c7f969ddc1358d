"""Words as outlines: the letters of texts as one shape, in the points of the sheet.

A letter is taken from its font once and kept; a text is its letters side by side, each as wide as it was
measured. A text that needs more than that, because its script joins or turns its letters, its accents stand
on other letters, or its typeface lacks a character, is laid out by matplotlib.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path as Outline
from matplotlib.textpath import text_to_path

from metaan.figures.fonts import drawing_font, is_plain
from metaan.figures.lettering import BEFORE, characters, warn_of_boxes
from metaan.figures.measure import face_of, width
from metaan.figures.sheet import left_to_right, point

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from metaan.figures.sheet import Words

__all__ = ["outlined"]

EM = 100.0
POINTS_PER_INCH = 72
KEPT_LETTERS, KEPT_TEXTS = 2048, 512


def outlined(texts: Sequence[Words]) -> Outline:
    """Give the letters of texts as one path, in points, y downwards.

    Parameters
    ----------
    texts : sequence of Words
        Where they stand, how large they are, and what they say; at least one.

    Returns
    -------
    matplotlib.path.Path
        What lies inside of it is ink; a curve is a curve.

    Warns
    -----
    UserWarning
        Where a typeface lacks a character, which becomes a box.

    Examples
    --------
    >>> from metaan.figures.sheet import Words
    >>> letter = outlined([Words(x=10.0, y=20.0, text="L", size=10.0)]).get_extents()
    >>> bool(10.0 < letter.x0 and abs(letter.y1 - 20.0) < 0.01)
    True
    """
    vertices, codes = zip(*map(_placed, texts), strict=True)
    return Outline(np.concatenate(vertices), np.concatenate(codes))


class _Letters(NamedTuple):
    """Outlines at a size of one point, y upwards, on a baseline that begins at the origin."""

    vertices: npt.NDArray[np.float64]
    codes: npt.NDArray[np.uint8]
    wide: float


def _placed(words: Words) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    file = str(drawing_font(words.text, bold=words.bold, family=words.family))
    warn_of_boxes(words.text, file)
    letters = _letters(words.text, words.bold, face_of(words.text, words.family), file)
    x, y = point(words.x, words.y)
    along = words.size * (letters.vertices[:, 0] - BEFORE[words.align] * letters.wide)
    up = words.size * letters.vertices[:, 1]
    places = (x - up, y - along) if words.turned else (x + along, y - up)
    return np.column_stack(places), letters.codes


@lru_cache(maxsize=KEPT_TEXTS)
def _letters(text: str, bold: bool, face: str, file: str) -> _Letters:
    if is_plain(text) and characters(file).issuperset(text):
        return _side_by_side([_letter(character, bold, face, file) for character in text])
    return _laid_out(left_to_right(text), file)


def _side_by_side(letters: Sequence[_Letters]) -> _Letters:
    vertices, codes, x = [np.empty((0, 2))], [np.empty(0, dtype=np.uint8)], 0.0
    for letter in letters:
        vertices.append(letter.vertices + np.array((x, 0.0)))
        codes.append(letter.codes)
        x += letter.wide
    return _Letters(np.concatenate(vertices), np.concatenate(codes), x)


@lru_cache(maxsize=KEPT_LETTERS)
def _letter(character: str, bold: bool, face: str, file: str) -> _Letters:
    font = get_font(file)
    font.set_size(EM, POINTS_PER_INCH)
    font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    vertices, codes = font.get_path()
    return _Letters(vertices / EM, codes.astype(np.uint8), width(character, 1.0, bold=bold, family=face))


def _laid_out(text: str, file: str) -> _Letters:
    """Let matplotlib shape a text and put it in the order of its script."""
    font = FontProperties(fname=file, size=EM)
    vertices, codes = text_to_path.get_text_path(font, text)
    wide, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return _Letters(np.reshape(vertices, (-1, 2)) / EM, np.array(codes, dtype=np.uint8), wide / EM)

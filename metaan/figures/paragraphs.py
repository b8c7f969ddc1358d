"""Lines of prose above and below a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.figures.measure import wrap
from metaan.figures.sheet import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.figures.style import Style

__all__ = ["heading_words", "paragraphs", "sentence"]

BETWEEN = 2.0


def paragraphs(
    texts: Sequence[str], *, left: float, top: float, room: float, size: float, style: Style
) -> tuple[tuple[Words, ...], float]:
    """Set paragraphs below each other, each wrapped into the room.

    Parameters
    ----------
    texts : sequence of str
        One a paragraph.
    left, top, room : float
        Left edge, upper edge and line width in points.
    size : float
        Font size.
    style : Style
        For the leading, the typeface and how numbers are written.

    Returns
    -------
    words : tuple of Words
        The lines.
    bottom : float
        Where the last one ends; `top` where there is none.

    Examples
    --------
    >>> from metaan.figures.style import DEFAULT
    >>> words, _ = paragraphs(["One.", "Two."], left=8, top=0, room=100, size=8, style=DEFAULT)
    >>> [line.text for line in words]
    ['One.', 'Two.']
    """
    step = size * style.leading
    words: list[Words] = []
    y = top
    for text in texts:
        for line in wrap(style.numerals.prose(text), size, room, family=style.family):
            words.append(Words(x=left, y=y + 0.85 * step, text=line, size=size))
            y += step
        y += BETWEEN
    return tuple(words), y


def heading_words(text: str, *, page: float, style: Style) -> tuple[tuple[Words, ...], float]:
    """Set a figure's heading at the top of a page of this width; give the lines and where they end.

    There is none where the journal sets it in the legend.
    """
    if not style.titled:
        return (), style.margin
    step = style.heading * style.leading
    lines = wrap(text, style.heading, page - 2 * style.margin, bold=True, family=style.family)
    words = tuple(
        Words(x=style.margin, y=style.margin + (i + 0.8) * step, text=line, size=style.heading, bold=True)
        for i, line in enumerate(lines)
    )
    return words, style.margin + step * len(lines)


def sentence(text: str) -> str:
    """Begin with a capital and end with a full stop.

    Examples
    --------
    >>> sentence("left out: a, b")
    'Left out: a, b.'
    """
    end = "" if text.endswith((".", "!", "?")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}"

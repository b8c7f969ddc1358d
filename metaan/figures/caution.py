"""A line inside a figure on what it shows, such as that its judgements are made up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from metaan.figures.drawing import ALT_LENGTH, Drawing, sheet_drawing, shorten
from metaan.figures.measure import clean, wrap
from metaan.figures.paragraphs import sentence
from metaan.figures.presets import METAAN
from metaan.figures.sheet import Sheet, Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.figures.presets import Preset

__all__ = ["cautioned", "drawn_with_caution"]

GAP = 6.0
LONGEST_IN_ALT = 60


def drawn_with_caution(draw: Callable[[Preset], Drawing], text: str, *, preset: Preset = METAAN) -> Drawing:
    """Draw a figure with a caution below it, smaller where only the caution makes it too high for its page.

    Parameters
    ----------
    draw : callable
        Draws the figure for a journal.
    text : str
        The caution; it may be hostile.
    preset : Preset
        The journal.
    """
    plain = draw(preset)
    marked = cautioned(plain, text, preset=preset)
    tallest = preset.style.tallest
    if not plain.sheet.height <= tallest < marked.sheet.height:
        return marked
    room = tallest - (marked.sheet.height - plain.sheet.height)
    lower = draw(replace(preset, style=replace(preset.style, tallest=room)))
    return cautioned(lower, text, preset=preset)


def cautioned(drawing: Drawing, text: str, *, preset: Preset = METAAN) -> Drawing:
    """Write a caution below a figure, and into its alternative text and its description.

    Parameters
    ----------
    drawing : Drawing
        The figure.
    text : str
        The caution; it may be hostile.
    preset : Preset
        That of the figure.

    Returns
    -------
    Drawing
        As the figure, and as much taller as the caution needs; the same figure where there is no caution.
    """
    cleaned = clean(text)
    if not cleaned:
        return drawing
    said = sentence(cleaned)
    return sheet_drawing(
        _below(drawing.sheet, said, preset),
        id=drawing.id,
        title=drawing.title,
        alt=_alt(drawing.alt, shorten(said, LONGEST_IN_ALT)),
        description=f"{drawing.description} {said}",
        preset=preset,
    )


def _below(sheet: Sheet, said: str, preset: Preset) -> Sheet:
    style = preset.style_for()
    step = style.note * style.leading
    top = sheet.height - style.margin + GAP
    lines = wrap(said, style.note, sheet.width - 2 * style.margin, bold=True, family=style.family)
    words = tuple(
        Words(
            x=style.margin,
            y=top + (i + 0.85) * step,
            text=line,
            size=style.note,
            bold=True,
            family=style.family,
        )
        for i, line in enumerate(lines)
    )
    height = top + len(lines) * step + style.margin
    return replace(sheet, height=round(height, 2), words=(*sheet.words, *words))


def _alt(alt: str, said: str) -> str:
    """Add the caution; where that is too long the name of the figure gives way, and no result does."""
    name, stop, result = alt.partition(". ")
    room = ALT_LENGTH - len(stop) - len(result) - len(said) - 1
    return f"{shorten(name, max(room, 20))}{stop}{result} {said}"

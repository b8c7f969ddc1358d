"""How a figure gives way until it fits a journal's page: first its plots and boxes, then its letters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from metaan.figures.style import LEAST_LEADING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from metaan.figures.presets import Preset
    from metaan.figures.sheet import Sheet
    from metaan.figures.style import Style

__all__ = ["fitted"]

ZOOMS = tuple(1 - 0.05 * step for step in range(13))
"""What plots are multiplied by on the widest page: smaller ones could not be read."""

COLUMN_ZOOMS = tuple(zoom for zoom in ZOOMS if zoom > 0.55)
"""The same on a narrower page: below this the widest shows more."""

LETTER_ZOOMS = (0.7, 0.6, 0.5, 0.4)
"""With smaller letters, on the widest page."""


class _Laid(Protocol):
    @property
    def sheet(self) -> Sheet: ...


Laid = TypeVar("Laid", bound=_Laid)


def fitted(lay: Callable[[Style], Laid], preset: Preset) -> Laid:
    """Lay out a figure at its best size, or the largest that a page of the journal holds.

    What fits no page even at its smallest is laid out as near to one as it gets.

    Parameters
    ----------
    lay : callable
        Lays out the figure in a style; the larger the style's `zoom`, the larger the figure.
    preset : Preset
        The journal.

    Returns
    -------
    layout
        What `lay` gave.
    """
    best: tuple[tuple[float, float], Laid] | None = None
    style = preset.style_for()
    for page, candidate in _smaller(style):
        laid = lay(candidate)
        over = max(laid.sheet.width - page, 0.0), max(laid.sheet.height - style.tallest, 0.0)
        if over == (0.0, 0.0):
            return laid
        if page == _pages(style)[-1] and (best is None or over < best[0]):
            best = over, laid
    return lay(style) if best is None else best[1]


def _pages(style: Style) -> tuple[float, ...]:
    return style.pages or (style.widest,)


def _smaller(style: Style) -> Iterator[tuple[float, Style]]:
    """Give the pages from the narrowest, each with styles for it from the largest."""
    *narrow, widest = _pages(style)
    for page in narrow:
        for zoom in COLUMN_ZOOMS:
            yield page, replace(style, zoom=zoom)
    for zoom in ZOOMS:
        yield widest, replace(style, zoom=zoom)
    for size in (style.text, *style.smaller_letters()):
        for zoom in LETTER_ZOOMS:
            yield widest, replace(style.with_letters(size), zoom=zoom, leading=LEAST_LEADING)

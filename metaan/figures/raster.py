"""A sheet as pixels: what the PNG and the TIFF of a figure are made of.

Shapes, lines and letters are filled by Agg, which comes with matplotlib, straight from the marks of the
sheet, without the artists of a figure. All letters of a colour are one shape.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D
from PIL import Image

from metaan.figures.outlines import outlined
from metaan.figures.sheet import DASHES, Curve, Line, Shape, point

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.backend_bases import RendererBase
    from matplotlib.transforms import Transform

    from metaan.figures.sheet import Sheet, Words

__all__ = ["few_colours", "pixels"]

POINTS_PER_INCH = 72
WHOLE = 6
PNG_COLOURS = 256
WHITE = 0xFFFFFFFF


def pixels(sheet: Sheet, dpi: int) -> npt.NDArray[np.uint8]:
    """Draw a sheet on white.

    Parameters
    ----------
    sheet : Sheet
        What to draw.
    dpi : int
        Dots per inch.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        Red, green, blue and 255; a last row or column that the sheet does not fill is left out.

    Examples
    --------
    >>> from metaan.figures.sheet import Sheet
    >>> pixels(Sheet(width=72, height=36, words=(), lines=(), shapes=()), 100).shape
    (50, 100, 4)
    """
    page, drawn = _white_page(sheet, dpi)
    # Agg counts rows from below.
    place = Affine2D().scale(dpi / POINTS_PER_INCH, -dpi / POINTS_PER_INCH).translate(0, len(drawn))
    marks: tuple[Shape | Line | Curve, ...] = (*sheet.shapes, *sheet.lines, *sheet.curves)
    for mark in sorted(marks, key=attrgetter("layer")):
        if isinstance(mark, Shape):
            _draw_shape(mark, page, place)
        else:
            _draw_line(mark, page, place)
    for colour in dict.fromkeys(words.colour for words in sheet.words):
        _draw_letters([words for words in sheet.words if words.colour == colour], page, place)
    return drawn


def few_colours(drawn: npt.NDArray[np.uint8]) -> Image.Image:
    """Keep white as the first colour, and choose the others from the few pixels that are not white.

    Parameters
    ----------
    drawn : ndarray of uint8, shape (height, width, 4)
        What `pixels` gives.

    Returns
    -------
    PIL.Image.Image
        At most 256 colours.

    Examples
    --------
    >>> few_colours(np.full((2, 3, 4), 255, dtype=np.uint8)).getpalette()
    [255, 255, 255]
    """
    colours = drawn.view(np.uint32).ravel()
    inked = np.flatnonzero(colours != WHITE)
    chosen = np.zeros(colours.size, dtype=np.uint8)
    palette = [255, 255, 255]
    if inked.size:
        row = Image.fromarray(colours[inked].view(np.uint8).reshape(1, -1, 4)).convert("RGB")
        ink = row.quantize(PNG_COLOURS - 1, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        chosen[inked] = np.asarray(ink)[0] + np.uint8(1)
        palette += ink.getpalette() or []
    few = Image.fromarray(chosen.reshape(drawn.shape[:2]))
    few.putpalette(palette[: 3 * PNG_COLOURS])
    return few


def _white_page(sheet: Sheet, dpi: int) -> tuple[RendererBase, npt.NDArray[np.uint8]]:
    """Give what draws, and the pixels that it draws into."""
    across, down = (int(round(side * dpi / POINTS_PER_INCH, WHOLE)) for side in (sheet.width, sheet.height))
    agg: Any = RendererAgg  # it comes without types
    page = agg(across, down, dpi)
    drawn = np.asarray(page.buffer_rgba())
    drawn.fill(255)
    return page, drawn


def _draw_shape(shape: Shape, page: RendererBase, place: Transform) -> None:
    pen = page.new_gc()
    pen.set_foreground(to_rgba(shape.edge), isRGBA=True)
    pen.set_linewidth(shape.edge_width)
    fill = None if shape.fill == "none" else to_rgba(shape.fill, shape.alpha)
    corners = [point(*p) for p in (*shape.points, shape.points[0])]
    page.draw_path(pen, Outline(corners, closed=True), place, fill)


def _draw_line(line: Line | Curve, page: RendererBase, place: Transform) -> None:
    pen = page.new_gc()
    pen.set_foreground(to_rgba(line.colour), isRGBA=True)
    pen.set_linewidth(line.width)
    if line.dashed:
        pen.set_dashes(0, [dash * line.width for dash in DASHES])
    points = line.points if isinstance(line, Curve) else (line.start, line.end)
    path = Outline([point(*p) for p in points])
    path.should_simplify = False
    page.draw_path(pen, path, place)


def _draw_letters(texts: list[Words], page: RendererBase, place: Transform) -> None:
    pen = page.new_gc()
    pen.set_linewidth(0)
    pen.set_snap(False)
    page.draw_path(pen, outlined(texts), place, to_rgba(texts[0].colour))

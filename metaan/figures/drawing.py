"""A drawing with its words, and its bytes in three formats.

Rendering is deterministic: the same drawing gives the same bytes in every process, time zone and locale.
The matplotlib settings of the user have no say, pyplot is never imported, and nothing carries a date or a
version. Settings are matplotlib's global ones for the length of a call, so threads must take turns.
PDF files embed TrueType text but carry no tags: the SVG, and the HTML around it, is the accessible edition.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from metaan.figures.measure import clean
from metaan.figures.sheet import draw_sheet
from metaan.figures.svg import finish_svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from metaan.figures.sheet import Sheet
    from metaan.types import Format

__all__ = ["ALT_LENGTH", "Drawing", "render", "sheet_drawing", "shorten"]

ALT_LENGTH = 150
POINTS_PER_INCH = 72
PNG_DPI = 300
PNG_COLOURS = 256
WHITE, NEARLY_WHITE = [255, 255, 255], 250
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "metaan",
    "pdf.fonttype": 42,
    "text.usetex": False,
    "text.hinting": "no_hinting",
    "font.family": ["DejaVu Sans"],
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """A figure ready to be written.

    Attributes
    ----------
    id : str
        Lower-case letters, digits and hyphens: file name, and prefix of every id inside the SVG.
    title : str
        One line.
    alt : str
        At most 150 characters: type, outcome, number of studies, effect, interval, I2.
    description : str
        Everything the figure shows, in sentences.
    figure : Figure
        Not bound to a backend.
    """

    id: str
    title: str
    alt: str
    description: str
    figure: Figure


def sheet_drawing(sheet: Sheet, *, id: str, title: str, alt: str, description: str) -> Drawing:  # noqa: A002
    """Put a sheet on a figure of its size and give it its words.

    Parameters
    ----------
    sheet : Sheet
        The marks, in points.
    id, title, alt, description : str
        See `Drawing`; the texts may be hostile and are cleaned, the alt text is shortened.
    """
    with mpl.rc_context(_settings()):
        figure = Figure(figsize=(sheet.width / POINTS_PER_INCH, sheet.height / POINTS_PER_INCH))
        draw_sheet(sheet, figure.add_axes((0, 0, 1, 1)))
    return Drawing(
        id=id, title=clean(title), alt=shorten(clean(alt)), description=clean(description), figure=figure
    )


def render(drawing: Drawing, format: Format) -> bytes:  # noqa: A002
    """Write a drawing as SVG, PDF or PNG.

    A character that the font lacks becomes a box in PDF and PNG and stays text in SVG.

    Parameters
    ----------
    drawing : Drawing
        What to write.
    format : str
        "svg" (text stays text), "pdf" (TrueType embedded) or "png" (300 dpi, no alpha).

    Returns
    -------
    bytes
        The same for the same drawing, always.
    """
    match format:
        case "svg":
            source = _save(drawing.figure, format="svg", metadata={"Date": None, "Creator": None})
            return finish_svg(source, id=drawing.id, title=drawing.title, description=drawing.description)
        case "pdf":
            return _save(drawing.figure, format="pdf", metadata=_pdf_metadata(drawing))
        case "png":
            return _png(drawing)
        case _:
            assert_never(format)


def shorten(text: str, limit: int = ALT_LENGTH) -> str:
    """Cut a text at `limit` characters, with an ellipsis.

    Examples
    --------
    >>> shorten("a long text", 7)
    'a long…'
    """
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _save(figure: Figure, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with mpl.rc_context(_settings()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(buffer, **options)
    return buffer.getvalue()


def _png(drawing: Drawing) -> bytes:
    """Write 300 dpi on white, without an alpha channel, in at most 256 colours: a quarter of the size."""
    pixels = _save(drawing.figure, format="rgba", dpi=PNG_DPI)
    size = _pixels(drawing.figure, len(pixels) // 4)
    image = Image.frombytes("RGBA", size, pixels).convert("RGB")
    few = image.quantize(PNG_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.putpalette(_white_stays_white(few.getpalette() or []))
    words = PngInfo()
    words.add_itxt("Title", drawing.title)
    words.add_itxt("Description", drawing.alt)
    buffer = io.BytesIO()
    few.save(buffer, format="PNG", dpi=(PNG_DPI, PNG_DPI), pnginfo=words)
    return buffer.getvalue()


def _pixels(figure: Figure, count: int) -> tuple[int, int]:
    """Tell width from height; matplotlib cuts or rounds inches times dots per inch by their last digit."""
    across, down = (sorted({int(side), round(side)}) for side in figure.get_size_inches() * PNG_DPI)
    return next((width, height) for width in across for height in down if width * height == count)


def _white_stays_white(palette: list[int]) -> list[int]:
    """Undo the averaging with lighter shades that turns paper grey."""
    colours = [palette[i : i + 3] for i in range(0, len(palette), 3)]
    return [value for colour in colours for value in (WHITE if min(colour) >= NEARLY_WHITE else colour)]


def _pdf_metadata(drawing: Drawing) -> Mapping[str, str | None]:
    nothing = dict.fromkeys(("CreationDate", "ModDate", "Producer"))
    return {**nothing, "Creator": "metaan", "Title": drawing.title, "Subject": drawing.alt}


def _settings() -> Any:
    return {**dict(_defaults()), **SETTINGS}


def _defaults() -> Iterator[tuple[str, Any]]:
    for key in mpl.rcParamsDefault:
        if not key.startswith(("backend", "toolbar", "interactive", "webagg", "date.", "figure.max_open")):
            yield key, mpl.rcParamsDefault[key]

"""A drawing with its words, and its bytes in five formats.

Rendering is deterministic: the same drawing gives the same bytes in every process, time zone and locale.
The matplotlib settings of the user have no say, pyplot is never imported, and nothing carries a date or a
version. Settings are matplotlib's global ones for the length of a call, so threads must take turns.
PDF files embed TrueType text but carry no tags: the SVG, and the HTML around it, is the accessible edition.
"""

from __future__ import annotations

import io
import warnings
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, assert_never

import matplotlib as mpl
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from metaan.figures.files import FileSettings
from metaan.figures.measure import clean, lacking
from metaan.figures.pdf import sets_every_text, sheet_pdf
from metaan.figures.raster import few_colours, pixels
from metaan.figures.svg import sheet_svg
from metaan.figures.typefaces import LIBERATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    import numpy.typing as npt
    from matplotlib.figure import Figure

    from metaan.figures.presets import Preset
    from metaan.figures.sheet import Sheet
    from metaan.types import Format

__all__ = ["ALT_LENGTH", "Drawing", "render", "settled", "sheet_drawing", "shorten"]

ALT_LENGTH = 150
POINTS_PER_INCH, MM_PER_INCH = 72, 25.4
SLACK = 0.5
EPS_TITLE = 80
MOST_TOLD = 12
DATED = (b"%%CreationDate", b"%%Title")
# A figure is runs of one colour: a quarter larger than at zlib's usual level, in a third of its time.
PNG_COMPRESSION = {"compress_level": 1, "compress_type": zlib.Z_RLE}
SETTINGS = {
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
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
    files : FileSettings
        What is asked of its files.
    lacking : frozenset of str
        Characters of the data that no typeface of the figure has.
    remarks : tuple of str
        What whoever sends the figure to a journal must know, such as the typeface or a page too wide.
    sheet : Sheet
        What is drawn.
    """

    id: str
    title: str
    alt: str
    description: str
    sheet: Sheet
    files: FileSettings = FileSettings()  # noqa: RUF009 - a frozen value
    lacking: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()

    @property
    def figure(self) -> Figure:
        """A figure of matplotlib, made each time it is asked for and not bound to a backend."""
        return _figure(self.sheet)


def sheet_drawing(
    sheet: Sheet,
    *,
    id: str,  # noqa: A002
    title: str,
    alt: str,
    description: str,
    preset: Preset | None = None,
) -> Drawing:
    """Give a sheet its words.

    Parameters
    ----------
    sheet : Sheet
        The marks, in points.
    id, title, alt, description : str
        See `Drawing`; the texts may be hostile and are cleaned, the alt text is shortened.
    preset : Preset, optional
        The journal that the figure is for: what is asked of its files, and on what it must be remarked.
    """
    lacked = frozenset().union(*(lacking(words.text) for words in sheet.words))
    return Drawing(
        id=id,
        title=clean(title),
        alt=shorten(clean(alt)),
        description=clean(description),
        files=FileSettings() if preset is None else preset.files,
        lacking=lacked,
        remarks=() if preset is None else tuple(_remarks(sheet, preset, lacked)),
        sheet=sheet,
    )


def render(drawing: Drawing, format: Format) -> bytes:  # noqa: A002
    """Write a drawing as SVG, PDF, PNG, TIFF or EPS.

    A character that the font lacks becomes a box in PDF and PNG and stays text in SVG.

    Parameters
    ----------
    drawing : Drawing
        What to write.
    format : str
        "svg" (text stays text), "pdf" (TrueType embedded), "png" or "tiff" (RGB without alpha, the latter
        compressed by LZW), or "eps" (without transparency; TrueType embedded or letters as outlines).

    Returns
    -------
    bytes
        The same for the same drawing, always.
    """
    match format:
        case "svg":
            return _svg(drawing)
        case "pdf":
            return _pdf(drawing)
        case "png":
            return _png(drawing)
        case "tiff":
            return _tiff(drawing)
        case "eps":
            return _eps(drawing)
        case _:
            assert_never(format)


@contextmanager
def settled() -> Iterator[None]:
    """Set matplotlib to what figures are drawn with; whoever draws several at once sets it once around them.

    Examples
    --------
    >>> with settled():
    ...     mpl.rcParams["pdf.fonttype"]
    42
    """
    if _is_settled():
        yield
        return
    with mpl.rc_context(_settings()):
        yield


def _is_settled() -> bool:
    now: Mapping[Any, Any] = mpl.rcParams
    return all(now[key] == value for key, value in _settings().items())


def shorten(text: str, limit: int = ALT_LENGTH) -> str:
    """Cut a text at `limit` characters, with an ellipsis.

    Examples
    --------
    >>> shorten("a long text", 7)
    'a long…'
    """
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _remarks(sheet: Sheet, preset: Preset, lacked: frozenset[str]) -> Iterator[str]:
    """Say in which typeface the figure is set, what it lacks, and where the page is not the journal's."""
    if preset.family == LIBERATION:
        yield f"set in {LIBERATION}, which has Arial's widths"
    unknown = sorted(lacked)
    if unknown:
        more = " …" if unknown[MOST_TOLD:] else ""
        yield f"no typeface at hand has {' '.join(unknown[:MOST_TOLD])}{more}: boxes in all files but the SVG"
    pages, tallest = preset.style.pages, preset.style.tallest
    if pages and sheet.width > pages[-1] + SLACK:
        yield f"{_mm(sheet.width)} mm wide, and {preset.journal} takes {_mm(pages[-1])}: shorten names"
    if sheet.height > tallest + SLACK:
        yield f"{_mm(sheet.height)} mm high, and {preset.journal} takes {_mm(tallest)}: split it into parts"


def _mm(points: float) -> str:
    return f"{points / POINTS_PER_INCH * MM_PER_INCH:.0f}"


def _saved(figure: Figure, lacking: frozenset[str], **options: Any) -> bytes:
    buffer = io.BytesIO()
    with settled(), _boxes_where_expected(lacking):
        figure.savefig(buffer, **options)
    return buffer.getvalue()


@contextmanager
def _boxes_where_expected(lacking: frozenset[str]) -> Iterator[None]:
    """Let boxes stand for glyphs; one that is missing where none was expected to be is a fault of ours."""
    with warnings.catch_warnings():
        action: Literal["ignore", "error"] = "ignore" if lacking else "error"
        warnings.filterwarnings(action, message="Glyph .* missing from", category=UserWarning)
        yield


def _png(drawing: Drawing) -> bytes:
    """Write on white, without an alpha channel, in at most 256 colours: a quarter of the size."""
    dpi = drawing.files.dpi
    few = few_colours(_pixels(drawing, dpi))
    words = PngInfo()
    words.add_itxt("Title", drawing.title)
    words.add_itxt("Description", drawing.alt)
    if drawing.remarks:
        words.add_itxt("Comment", "; ".join(drawing.remarks))
    buffer = io.BytesIO()
    few.save(buffer, format="PNG", dpi=(dpi, dpi), pnginfo=words, **PNG_COMPRESSION)
    return buffer.getvalue()


def _tiff(drawing: Drawing) -> bytes:
    """Write RGB on white, without an alpha channel, which journals refuse, compressed without loss."""
    dpi = drawing.files.tiff_dpi
    buffer = io.BytesIO()
    Image.fromarray(_pixels(drawing, dpi)).convert("RGB").save(
        buffer,
        format="TIFF",
        compression="tiff_lzw",
        dpi=(dpi, dpi),
        description=_ascii("; ".join((drawing.alt, *drawing.remarks))),
    )
    return buffer.getvalue()


def _ascii(text: str) -> str:
    """Write a text in the letters that a TIFF or an EPS header may have."""
    return text.encode("ascii", "replace").decode()


def _eps(drawing: Drawing) -> bytes:
    """Write PostScript, which knows no transparency, without its date."""
    figure = _figure(drawing.sheet, outlined=drawing.files.outlined)
    title = _ascii(drawing.title).replace("(", "[").replace(")", "]")[:EPS_TITLE]
    source = _saved(figure, drawing.lacking, format="eps", metadata={"Creator": "metaan"})
    kept = b"\n".join(line for line in source.split(b"\n") if not line.startswith(DATED))
    return kept.replace(b"%%Creator", f"%%Title: {title}\n%%Creator".encode(), 1)


def _figure(sheet: Sheet, *, outlined: bool = False) -> Figure:
    from metaan.figures.artists import sheet_figure  # few formats need it, and it takes long to load

    with settled():
        return sheet_figure(sheet, outlined=outlined)


def _svg(drawing: Drawing) -> bytes:
    words = {"title": drawing.title, "description": drawing.description}
    with _boxes_where_expected(drawing.lacking):
        return sheet_svg(drawing.sheet, id=drawing.id, **words)


def _pixels(drawing: Drawing, dpi: int) -> npt.NDArray[np.uint8]:
    with settled(), _boxes_where_expected(drawing.lacking):
        return pixels(drawing.sheet, dpi)


def _pdf(drawing: Drawing) -> bytes:
    """Write PDF from the sheet; matplotlib sets what is shaped, reads from the right or lacks glyphs."""
    if not sets_every_text(drawing.sheet):
        return _saved(drawing.figure, drawing.lacking, format="pdf", metadata=_pdf_metadata(drawing))
    remarks = "; ".join(drawing.remarks)
    return sheet_pdf(drawing.sheet, title=drawing.title, subject=drawing.alt, keywords=remarks)


def _pdf_metadata(drawing: Drawing) -> Mapping[str, str | None]:
    nothing = dict.fromkeys(("CreationDate", "ModDate", "Producer"))
    remarks = {"Keywords": "; ".join(drawing.remarks)} if drawing.remarks else {}
    return {**nothing, "Creator": "metaan", "Title": drawing.title, "Subject": drawing.alt, **remarks}


@cache
def _settings() -> Any:
    return {**dict(_defaults()), **SETTINGS}


def _defaults() -> Iterator[tuple[str, Any]]:
    for key in mpl.rcParamsDefault:
        if not key.startswith(("backend", "toolbar", "interactive", "webagg", "date.", "figure.max_open")):
            yield key, mpl.rcParamsDefault[key]

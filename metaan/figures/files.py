"""What is asked of the files of a figure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FileSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """Resolutions and letters.

    Attributes
    ----------
    dpi, tiff_dpi : int
        Dots per inch of a PNG and of a TIFF.
    outlined : bool
        Whether the letters of an EPS are outlines, as some journals want, or an embedded font, as others do.
    """

    dpi: int = 300
    tiff_dpi: int = 600
    outlined: bool = False

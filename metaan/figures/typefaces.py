"""The two typefaces that figures are set in, both at hand on every machine.

DejaVu Sans ships with matplotlib, Liberation Sans with metaan. A journal that wants Arial gets Liberation
Sans, which has Arial's widths: nothing depends on what else is installed, and a figure has the same bytes
everywhere.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["ALIKE", "DEJAVU", "LIBERATION", "font_file"]

DEJAVU = "DejaVu Sans"
LIBERATION = "Liberation Sans"
FACES = Path(__file__).with_name("faces")
ALIKE = {
    DEJAVU: "'DejaVu Sans', 'Bitstream Vera Sans', 'Liberation Sans', Arial, Helvetica, sans-serif",
    LIBERATION: "'Liberation Sans', Arial, Helvetica, sans-serif",
}
"""For each, the families that a viewer of an SVG may show, the best first."""


def font_file(*, bold: bool = False, family: str = DEJAVU) -> Path:
    """Find the file of a typeface.

    Parameters
    ----------
    bold : bool
        The bold face.
    family : str
        `DEJAVU` or `LIBERATION`.

    Examples
    --------
    >>> font_file(bold=True, family="Liberation Sans").name
    'LiberationSans-Bold.ttf'
    """
    if family == LIBERATION:
        return FACES / f"LiberationSans-{'Bold' if bold else 'Regular'}.ttf"
    import matplotlib as mpl  # only where something is drawn

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / f"DejaVuSans{'-Bold' if bold else ''}.ttf"

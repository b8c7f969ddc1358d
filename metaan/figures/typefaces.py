"""Which typefaces there are: DejaVu Sans always, those of Arial's widths where they are installed.

DejaVu Sans ships with matplotlib, so what is set in it has the same bytes on every machine. A journal that
wants Arial gets it, or a typeface of the same widths, on machines that have one; elsewhere DejaVu Sans, and
the figure says which it was.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

__all__ = ["ALIKE", "DEJAVU", "chosen_family", "font_file"]

DEJAVU = "DejaVu Sans"
FILES = {
    "Arial": ("Arial.ttf", "Arial Bold.ttf"),
    "Liberation Sans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    "Arimo": ("Arimo-Regular.ttf", "Arimo-Bold.ttf"),
}
OTHER_NAMES = {"Arial Bold.ttf": ("arialbd.ttf", "Arial_Bold.ttf")}
FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts/Supplemental",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
)
ALIKE = "'Liberation Sans', Arial, Arimo, Helvetica, sans-serif"
"""Families of Arial's widths, for a viewer that lacks the one a figure was set in."""


def chosen_family(wanted: tuple[str, ...]) -> str:
    """Give the first family that is installed in both weights; DejaVu Sans where none is.

    Parameters
    ----------
    wanted : tuple of str
        Names of families, the best first.

    Examples
    --------
    >>> chosen_family(("No such family",))
    'DejaVu Sans'
    """
    return next((family for family in wanted if _installed(family)), DEJAVU)


def font_file(*, bold: bool = False, family: str = DEJAVU) -> Path:
    """Find the file of a family; that of DejaVu Sans where it is not installed."""
    found = _installed(family)
    if found:
        return found[bold]
    import matplotlib as mpl  # only where something is drawn

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / name


@cache
def _installed(family: str) -> tuple[Path, Path] | None:
    """Find the regular and the bold file of a family."""
    if family not in FILES:
        return None
    found = _font_files()
    regular, bold = (_first(found, name) for name in FILES[family])
    return (regular, bold) if regular and bold else None


def _first(found: dict[str, Path], name: str) -> Path | None:
    names = (name, *OTHER_NAMES.get(name, ()))
    return next((found[each.casefold()] for each in names if each.casefold() in found), None)


@cache
def _font_files() -> dict[str, Path]:
    """List the TrueType files of the usual folders by their names in small letters."""
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        for place, folders, files in os.walk(Path(folder).expanduser()):
            folders.sort()
            for name in sorted(files):
                if name.casefold().endswith(".ttf"):
                    found.setdefault(name.casefold(), Path(place) / name)
    return found

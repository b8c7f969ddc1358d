"""A CSV file of a spreadsheet in any country: semicolons or tabs between cells, decimal commas."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from metaan.review.sheet import Sheet, read_sheet

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_text_sheet"]

DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?\Z")
THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+\Z")
SEPARATOR = "D005"


def read_text_sheet(path: Path) -> tuple[Sheet, tuple[str, ...]]:
    """Read a CSV file, forgiving what the check of a review's own tables does not.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Sheet
        Cells with decimal points; the separator is no fault.
    tuple of str
        What was forgiven, as sentences.

    Notes
    -----
    Where cells are not separated by commas, a comma in a number may be a decimal one. Numbers such as 1,234
    could be read both ways: they are decimals where another number of the file leaves no doubt, such as 0,5;
    otherwise they stay as they are, and the row that has one is told as not taken.
    """
    sheet = read_sheet(path)
    odd = [found for found in sheet.problems if found.code == SEPARATOR]
    if not odd:
        return sheet, ()
    kept = tuple(found for found in sheet.problems if found.code != SEPARATOR)
    notes = [f"{odd[0].message} It was read so."]
    cells = [cell.strip() for _, row in sheet.records for cell in row]
    commas = [cell for cell in cells if DECIMAL_COMMA.match(cell)]
    if any(not THOUSANDS.match(cell) for cell in commas):
        notes.append(
            f"Decimal commas were read as decimal points in {len(commas)} cells, such as {commas[0]}."
        )
        records = tuple((number, tuple(map(_pointed, row))) for number, row in sheet.records)
        return replace(sheet, records=records, problems=kept), tuple(notes)
    return replace(sheet, problems=kept), tuple(notes)


def _pointed(cell: str) -> str:
    return cell.replace(",", ".") if DECIMAL_COMMA.match(cell.strip()) else cell

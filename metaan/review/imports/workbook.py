"""The worksheets of an .xlsx workbook as sheets of text, as a spreadsheet shows them."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from metaan.errors import InputError
from metaan.review.imports.archive import Archive
from metaan.review.imports.words import number_text
from metaan.review.problems import visible
from metaan.review.sheet import Sheet, column_letter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["BookSheet", "read_workbook"]

MOST_CELLS = 2_000_000
MOST_BYTES = 30_000_000
DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSheet:
    """One worksheet.

    Attributes
    ----------
    title : str
        Its name.
    sheet : Sheet
        Its rows as texts; dates as YYYY-MM-DD, percentages with their sign, formulas by the value that the
        spreadsheet stored.
    notes : tuple of str
        Merged cells, formulas and hidden rows and columns, as sentences.
    lost : tuple of (str, str)
        Cells that show nothing here and do in a spreadsheet: address and reason.
    """

    title: str
    sheet: Sheet
    notes: tuple[str, ...]
    lost: tuple[tuple[str, str], ...]


def read_workbook(name: str, data: bytes) -> tuple[BookSheet, ...]:
    """Read every worksheet of a workbook.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    data : bytes
        The file.

    Raises
    ------
    InputError
        For a file that is no workbook, is damaged, too large, or declares entities in its XML.
    """
    archive = Archive(name, data)
    size = 0
    for path in archive.names:
        if not path.endswith((".xml", ".rels", ".vml")):
            continue
        part = archive.read(path)
        size += len(part)
        if size > MOST_BYTES:
            raise InputError(
                f"{name} unpacks to more than {MOST_BYTES:,} bytes of XML; delete the sheets, rows and"
                " columns that do not belong to the review and save it again."
            )
        if DECLARATION.search(_plain(part)):
            raise InputError(
                f"{name}: {visible(path)} declares a document type or entities, which no spreadsheet program"
                " writes; it is not read. Open the workbook and save it again."
            )
    shown, written = (_open(name, data, values=values) for values in (True, False))
    sheets = [sheet for sheet in shown.worksheets if sheet.max_row * sheet.max_column]
    size = sum(sheet.max_row * sheet.max_column for sheet in sheets)
    if size > MOST_CELLS:
        raise InputError(
            f"{name} spans {size:,} cells, more than {MOST_CELLS:,}; delete the empty rows and columns around"
            " the data and save it again."
        )
    return tuple(_sheet(name, sheet, written[sheet.title]) for sheet in sheets)


def _plain(data: bytes) -> bytes:
    """Drop the zeros of UTF-16, so that a declaration is seen in it too."""
    return data.replace(b"\0", b"")


def _open(name: str, data: bytes, *, values: bool) -> Any:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(data), data_only=values, keep_links=False)
    except Exception as error:  # openpyxl raises whatever a damaged part makes of it
        raise InputError(
            f"{name} cannot be read as a workbook ({type(error).__name__}: {visible(str(error)[:120])}). Open"
            " it in a spreadsheet program and save it again as .xlsx, or save the sheet as CSV UTF-8."
        ) from error


def _sheet(file: str, shown: Worksheet, written: Worksheet) -> BookSheet:
    filled = dict(_filled_down(shown))
    rows = [
        (number, tuple(_text(cell) or filled.get(cell.coordinate, "") for cell in row))
        for number, row in enumerate(shown.iter_rows(), 1)
        if any(cell.value is not None or cell.coordinate in filled for cell in row)
    ]
    header = tuple(text.strip() for text in rows[0][1]) if rows else ()
    while header and not header[-1] and all(not cells[len(header) - 1].strip() for _, cells in rows):
        header = header[:-1]
    records = tuple((n, cells[: len(header)]) for n, cells in rows[1:] if any(c.strip() for c in cells))
    return BookSheet(
        title=shown.title,
        sheet=Sheet(file=file, data=b"", header=header, records=records, ragged=frozenset(), problems=()),
        notes=tuple(_notes(shown, written)),
        lost=tuple(_lost(shown, written)),
    )


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time | timedelta):
        return str(value)
    if isinstance(value, int | float):
        if "%" in str(cell.number_format):
            return f"{number_text(round(value * 100, 10))}%"
        return number_text(value)
    return str(value)


def _notes(shown: Worksheet, written: Worksheet) -> Iterator[str]:
    where = f"Sheet “{visible(shown.title)}”"
    merged = sorted(str(each) for each in shown.merged_cells.ranges)
    if merged:
        yield (
            f"{where}: cells are merged ({_some(merged)}). A text that is merged down a column holds for"
            " each of its rows; every other merged cell but the first counts as empty."
        )
    formulas = [cell.coordinate for row in written.iter_rows() for cell in row if cell.data_type == "f"]
    if formulas:
        yield f"{where}: formulas were read by the value that was stored ({_some(formulas)})."
    hidden = [str(n) for n, row in shown.row_dimensions.items() if row.hidden]
    hidden += [str(letter) for letter, column in shown.column_dimensions.items() if column.hidden]
    if hidden:
        yield f"{where}: hidden rows and columns were read too ({_some(hidden)})."
    if shown.sheet_state != "visible":
        yield f"{where} is hidden and was read."


def _filled_down(shown: Worksheet) -> Iterator[tuple[str, str]]:
    """Give the cells below a text that is merged down one column."""
    for merged in shown.merged_cells.ranges:
        if merged.min_col == merged.max_col:
            letter = column_letter(merged.min_col - 1)
            value = shown[f"{letter}{merged.min_row}"].value
            if isinstance(value, str):
                for row in range(merged.min_row + 1, merged.max_row + 1):
                    yield f"{letter}{row}", value


def _lost(shown: Worksheet, written: Worksheet) -> Iterator[tuple[str, str]]:
    for row in written.iter_rows():
        for cell in row:
            if cell.data_type == "f" and shown[cell.coordinate].value is None:
                yield (
                    f"sheet {visible(shown.title)}, cell {cell.coordinate}",
                    "the formula has no stored value; open the workbook in a spreadsheet program and save it"
                    " again, or write the number.",
                )


def _some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if names[8:] else "")

"""A plain CSV of one row per study, under metafor's headings: numbers by name, and the rows without them.

What is wrong with the file as a whole refuses it; what is wrong with one row sets that row aside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.review.cells import MISSING, Fault, parse_number
from metaan.review.problems import FaultyReviewError, problem, render_text, visible
from metaan.review.raw_columns import METAFOR
from metaan.review.sheet import column_letter, read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from metaan.review.problems import Problem
    from metaan.review.sheet import Sheet

__all__ = [
    "CELL_NAMES",
    "PlainFile",
    "PlainRow",
    "SetAsideRow",
    "missing_text",
    "numbers_of",
    "plain_of",
    "read_plain",
    "study_labels",
]

METADAT = {"tpos": "ai", "tneg": "bi", "cpos": "ci", "cneg": "di"}
CELL_NAMES = frozenset(METAFOR)
"""Headings that hold a study's cells, or its effect."""

LABELS = ("slab", "study", "studlab", "study_id", "trial", "label")
WHOLE_FILE = frozenset({"D001", "D005", "D006"})
COUNTED_MI = "count"
LABEL_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideRow:
    """A row that cannot be used.

    Attributes
    ----------
    row : int
        As a spreadsheet shows it (header is row 1).
    label : str
        The study's name.
    column, letter, text : str
        Heading, its letter and what stands there; empty where the whole row is meant.
    reason : str
        What is wrong, and what to do.
    """

    row: int
    label: str
    column: str
    letter: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRow:
    """One row of the file: its number, the study's name and its cells as found, stripped."""

    number: int
    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainFile:
    """One CSV file.

    Attributes
    ----------
    name : str
        Its name.
    header : tuple of str
        Headings.
    rows : tuple of PlainRow
        Rows that have as many cells as the header.
    set_aside : tuple of SetAsideRow
        Those that have not.
    total : int
        Rows with anything in them.
    notes : tuple of str
        What else a reader should know of the file.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[PlainRow, ...]
    set_aside: tuple[SetAsideRow, ...]
    total: int
    notes: tuple[str, ...] = ()

    def cell_columns(self) -> dict[str, int]:
        """Find the columns of cells: metafor's name to position, whatever the case of the heading."""
        found: dict[str, int] = {}
        for index, heading in enumerate(self.header):
            plain = heading.casefold()
            found.setdefault(plain, index)
        for other, name in METADAT.items():
            if other in found:
                found.setdefault(name, found[other])
        return {name: index for name, index in found.items() if name in CELL_NAMES}

    def position(self, heading: str) -> int | None:
        """Find a column by its heading; exactly, else whatever its case."""
        return _position(self.header, heading)

    def aside(self, row: PlainRow, index: int | None, reason: str) -> SetAsideRow:
        """Set a row aside for what stands in one of its cells."""
        return SetAsideRow(
            row=row.number,
            label=row.label,
            column=visible(self.header[index]) if index is not None else "",
            letter=column_letter(index) if index is not None else "",
            text=visible(row.cells[index][:LABEL_LENGTH]) if index is not None else "",
            reason=visible(reason),
        )


def read_plain(path: Path, *, slab: str = "") -> PlainFile:
    """Read a CSV file with one row per study.

    Parameters
    ----------
    path : Path
        The file.
    slab : str
        Heading of the column that names the studies; slab, study or author and year where not given. One
        that the file lacks is left to the caller.

    Returns
    -------
    PlainFile

    Raises
    ------
    FaultyReviewError
        Where the file is missing, empty, not UTF-8, not separated by commas, has a quotation mark that is
        never closed, or a heading twice; the message says where and what to do.
    """
    return plain_of(read_sheet(path), path.parent, slab=slab)


def plain_of(sheet: Sheet, folder: Path, *, slab: str = "") -> PlainFile:
    """Take a sheet that was read elsewhere as a file of one row per study.

    Parameters
    ----------
    sheet : Sheet
        As `read_sheet` gives it.
    folder : Path
        That holds it, for the excerpts of messages.
    slab : str
        As for `read_plain`.

    Raises
    ------
    FaultyReviewError
        As `read_plain` does.
    """
    faults = [fault for fault in sheet.problems if _of_the_file(fault, sheet)]
    faults += _twice(sheet) if sheet.header else []
    if sheet.header and not sheet.records and not faults:
        said = "The file has a header and no rows."
        faults.append(problem("D001", said, "put the data below it.", file=sheet.file, row=1))
    if faults:
        raise FaultyReviewError(render_text(faults, folder).rstrip("\n"), tuple(faults))
    labels = study_labels(sheet.header, sheet.records, _position(sheet.header, slab))
    width = len(sheet.header)
    rows = [
        PlainRow(number=number, label=label, cells=tuple(cell.strip() for cell in cells[:width]))
        for (number, cells), label in zip(sheet.records, labels, strict=True)
    ]
    ragged = {fault.row: fault for fault in sheet.problems if fault.code == "D009"}
    aside = tuple(
        SetAsideRow(
            row=row.number,
            label=row.label,
            column="",
            letter=ragged[row.number].letter,
            text=visible(ragged[row.number].text[:LABEL_LENGTH]),
            reason=f"{ragged[row.number].message} {_capital(ragged[row.number].help)}",
        )
        for row in rows
        if row.number in sheet.ragged
    )
    return PlainFile(
        name=visible(sheet.file),
        header=sheet.header,
        rows=tuple(row for row in rows if row.number not in sheet.ragged),
        set_aside=aside,
        total=len(rows),
        notes=tuple(_hidden_characters(sheet)),
    )


def study_labels(
    header: tuple[str, ...], records: Iterable[tuple[int, tuple[str, ...]]], slab: int | None
) -> tuple[str, ...]:
    """Name the studies by a column, by author and year, or by the number of their row.

    Examples
    --------
    >>> study_labels(("author", "year"), [(2, ("Ames", "1999")), (3, ("", ""))], None)
    ('Ames 1999', 'row 3')
    """
    plain = [name.casefold() for name in header]
    if slab is not None:
        spots = [slab]
    elif any(name in plain for name in LABELS) and "author" not in plain:
        spots = [plain.index(next(name for name in LABELS if name in plain))]
    elif "slab" in plain:
        spots = [plain.index("slab")]
    else:
        spots = [plain.index(name) for name in ("author", "year") if name in plain and "author" in plain]
    made = []
    for number, cells in records:
        words = " ".join(cells[i].strip() for i in spots if i < len(cells) and cells[i].strip())
        made.append(visible(words[:LABEL_LENGTH]) or f"row {number}")
    return tuple(made)


def numbers_of(
    file: PlainFile, rows: Iterable[PlainRow], columns: Mapping[str, int]
) -> tuple[list[tuple[PlainRow, dict[str, float | None]]], list[SetAsideRow]]:
    """Read the numbers of some columns; a row with a cell that is not one is set aside.

    Parameters
    ----------
    file : PlainFile
        The file.
    rows : iterable of PlainRow
        Rows to read.
    columns : mapping of str to int
        Name of the number, as metafor has it, to its column.

    Returns
    -------
    list of (PlainRow, dict), list of SetAsideRow
        The numbers, None where a cell is empty, "NR" or "NA"; the rows set aside with the first fault.
    """
    read, aside = [], []
    for row in rows:
        value: dict[str, float | None] = {}
        for name, index in columns.items():
            parsed = parse_number(file.header[index], _kind(name, columns), row.cells[index])
            if isinstance(parsed, Fault):
                aside.append(file.aside(row, index, f"{parsed.message} {_capital(parsed.help)}"))
                break
            value[name] = parsed
        else:
            read.append((row, value))
    return read, aside


def missing_text(text: str) -> bool:
    """Say whether a cell stands for nothing.

    Examples
    --------
    >>> missing_text("NA"), missing_text("0")
    (True, False)
    """
    return text in MISSING


def _position(header: tuple[str, ...], heading: str) -> int | None:
    if not heading:
        return None
    if heading in header:
        return header.index(heading)
    plain = [name.casefold() for name in header]
    return plain.index(heading.casefold()) if heading.casefold() in plain else None


def _kind(name: str, columns: Mapping[str, int]) -> str:
    """Give the kind of a column; `mi` is a mean, or with `xi` the participants without an event."""
    return COUNTED_MI if name == "mi" and "xi" in columns else METAFOR[name]


def _of_the_file(fault: Problem, sheet: Sheet) -> bool:
    return fault.code in WHOLE_FILE or (fault.code == "D009" and sheet.broken)


def _twice(sheet: Sheet) -> list[Problem]:
    plain = [name.casefold() if name.casefold() in CELL_NAMES else name for name in sheet.header]
    return [
        problem(
            "D003",
            f"The column “{name[:80]}” stands twice.",
            "keep one of them.",
            file=sheet.file,
            row=1,
            column=name,
            letter=column_letter(index),
            text=name,
        )
        for index, name in enumerate(sheet.header)
        if name and plain.index(plain[index]) != index
    ]


def _hidden_characters(sheet: Sheet) -> Iterable[str]:
    for fault in sheet.problems:
        if fault.code == "D008":
            yield f"row {fault.row}, column {fault.letter}: {fault.message}"


def _capital(text: str) -> str:
    # Not str.capitalize, which would lower the rest.
    return re.sub(r"\A\w", lambda first: first.group().upper(), text)

"""The folder of a review read as far as it can be, with the faults found on the way.

Everything that can be said of one cell or one row without knowing the others is said here; rules that look
across rows are in the `rules_*` rooms.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metaan.review.cells import Fault, Value, near, parse_cell
from metaan.review.plan_file import PLAN_FILE, line_of, read_plan
from metaan.review.problems import Problem, problem
from metaan.review.rows import InputFile, Row
from metaan.review.schema import TABLES, Column, Table
from metaan.review.sheet import Sheet, column_letter, read_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from metaan.review.plan import Plan

__all__ = ["Loaded", "load_review", "load_row", "load_table"]

PROSE = frozenset({"label", "source", "locator", "quote", "notes"})
"""Columns that are only shown; what other tables or the plan name is taken as it is written."""

QUOTED_FORMULA = ("'=", "'+", "'-", "'@")


@dataclass(slots=True, kw_only=True)
class Loaded:
    """A review as far as it could be read.

    Attributes
    ----------
    plan : Plan or None
        None where review.toml has faults.
    plan_text : str
        review.toml as text, to find lines in.
    tables : dict of str to tuple of Row
        Every table of the schema.
    sheets : dict of str to Sheet
        The files that are there.
    files : list of InputFile
        What was read.
    problems : list of Problem
        Faults found while reading.
    """

    plan: Plan | None = None
    plan_text: str = ""
    tables: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    files: list[InputFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def fault(
        self,
        code: str,
        row: Row,
        column: str,
        message: str,
        help: str,  # noqa: A002 - the field's name in every output
        *,
        severity: str = "",
    ) -> Problem:
        """Make a problem at a cell of a row."""
        sheet = self.sheets.get(row.table)
        return problem(
            code,
            message,
            help,
            file=TABLES[row.table].file if sheet is None else sheet.file,
            row=row.number,
            column=column,
            letter=sheet.letter(column) if sheet else "",
            text=row.text.get(column, ""),
            severity=severity,
        )

    def torn(self, table: str) -> bool:
        """Tell whether cells of a table have slipped, so that what it lacks may only not have been found."""
        return self._has(table, {"D009"})

    def misnamed(self, table: str) -> bool:
        """Tell whether a table's columns are not those of the schema (D002 to D004)."""
        return self._has(table, {"D002", "D003", "D004"})

    def _has(self, table: str, codes: set[str]) -> bool:
        sheet = self.sheets.get(table)
        return sheet is not None and any(p.code in codes and p.file == sheet.file for p in self.problems)

    def plan_fault(
        self,
        code: str,
        path: tuple[int | str, ...],
        text: str,
        message: str,
        help: str,  # noqa: A002 - the field's name in every output
        *,
        severity: str = "",
    ) -> Problem:
        """Make a problem at a key of review.toml."""
        key = next((str(p) for p in reversed(path) if isinstance(p, str)), "")
        return problem(
            code,
            message,
            help,
            file=PLAN_FILE,
            row=line_of(self.plan_text, path),
            column=key,
            text=text,
            severity=severity,
        )


def load_review(folder: Path) -> Loaded:
    """Read review.toml and every table of a folder; never fails."""
    loaded = Loaded()
    loaded.plan, data, faults = read_plan(folder / PLAN_FILE)
    loaded.plan_text = data.decode("utf-8", errors="replace")
    loaded.problems += faults
    loaded.files.append(_input_file(PLAN_FILE, data, 0))
    for table in TABLES.values():
        path = folder / table.file
        if path.exists() or path.is_symlink() or table.required:
            _load(loaded, table, read_sheet(path))
        else:
            loaded.tables[table.name] = ()
    loaded.problems += _no_numbers(loaded)
    return loaded


def _no_numbers(loaded: Loaded) -> list[Problem]:
    """Say that no table holds a result, unless a table that cannot be read is told already."""
    files = {TABLES[name].file for name in ("results", "contrasts")}
    if loaded.tables["results"] or loaded.tables["contrasts"]:
        return []
    if any(p.severity == "error" and p.file in files for p in loaded.problems):
        return []
    there = [loaded.sheets[name].file for name in ("results", "contrasts") if name in loaded.sheets]
    return [
        problem(
            "D001",
            "Neither results.csv nor contrasts.csv holds a row.",
            "put each arm's numbers into results.csv, or differences into contrasts.csv.",
            file=there[0] if there else "results.csv",
            row=1 if there else None,
        )
    ]


def load_table(table: Table, sheet: Sheet) -> Loaded:
    """Read one table by itself."""
    loaded = Loaded(tables=dict.fromkeys(TABLES, ()))
    _load(loaded, table, sheet)
    return loaded


def _load(loaded: Loaded, table: Table, sheet: Sheet) -> None:
    loaded.sheets[table.name] = sheet
    loaded.tables[table.name] = ()
    loaded.problems += sheet.problems
    if not sheet.header:
        return
    loaded.files.append(_input_file(sheet.file, sheet.data, len(sheet.records)))
    loaded.problems += _header_faults(table, sheet)
    if not sheet.records and table.required:
        loaded.problems.append(
            problem(
                "D001", "The file has a header and no rows.", "put the data below it.", file=sheet.file, row=1
            )
        )
    position = {name: i for i, name in reversed(list(enumerate(sheet.header)))}
    rows = []
    for number, cells in sheet.records:
        row, faults = load_row(table, number, cells, position)
        rows.append(row)
        if number not in sheet.ragged:
            loaded.problems += [
                loaded.fault(fault.code, row, name, fault.message, fault.help) for name, fault in faults
            ]
    loaded.tables[table.name] = tuple(rows)


def _input_file(name: str, data: bytes, rows: int) -> InputFile:
    return InputFile(name=name, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), rows=rows)


def _header_faults(table: Table, sheet: Sheet) -> list[Problem]:
    known = {c.name: c for c in table.columns}
    missing = [c.name for c in table.columns if c.required and c.name not in sheet.header]
    found = [_missing_column(table, known[name], sheet) for name in missing]
    count = Counter(sheet.header)
    for index, name in enumerate(sheet.header):
        if name not in known:
            found.append(_unknown_column(table, sheet, index))
        elif count[name] > 1 and sheet.header.index(name) != index:
            found.append(
                _at_header(
                    sheet,
                    index,
                    "D003",
                    f"The column “{name}” stands {count[name]} times in the header.",
                    "keep one of them, or give the other another name.",
                )
            )
    return found


def _missing_column(table: Table, column: Column, sheet: Sheet) -> Problem:
    return problem(
        "D002",
        f"The column “{column.name}” is missing.",
        f"add it to the header: {column.meaning[:1].lower()}{column.meaning[1:]}"
        + (f" ({near(column.name, sheet.header)})" if near(column.name, sheet.header) else ""),
        file=table.file if sheet.file == table.file else sheet.file,
        row=1,
        column=column.name,
    )


def _unknown_column(table: Table, sheet: Sheet, index: int) -> Problem:
    name = sheet.header[index]
    if not name:
        return _at_header(sheet, index, "D004", "A column has no heading.", "name it, or remove its cells.")
    unused = [c.name for c in table.columns if c.name not in sheet.header]
    suggestion = near(name, unused) or "rename it to a known column, or move its text into notes."
    return _at_header(sheet, index, "D004", f"{table.file} has no column “{name[:80]}”.", suggestion)


def _at_header(
    sheet: Sheet,
    index: int,
    code: str,
    message: str,
    help: str,  # noqa: A002 - the field's name in every output
) -> Problem:
    name = sheet.header[index]
    return problem(
        code, message, help, file=sheet.file, row=1, column=name, letter=column_letter(index), text=name
    )


def load_row(
    table: Table, number: int, cells: tuple[str, ...], position: dict[str, int]
) -> tuple[Row, list[tuple[str, Fault]]]:
    """Parse one line of a table; the second value names its faulty cells by column.

    Examples
    --------
    >>> row, faults = load_row(TABLES["studies"], 2, ("'=Alpha 2001",), {"label": 0})
    >>> row.text["label"]
    '=Alpha 2001'
    """
    text: dict[str, str] = {}
    value: dict[str, Value] = {}
    faults: list[tuple[str, Fault]] = []
    for column in table.columns:
        at = position.get(column.name)
        found = cells[at].strip() if at is not None and at < len(cells) else ""
        if not found.isascii():
            found = unicodedata.normalize("NFC", found)
        parsed = parse_cell(column, found)
        if isinstance(parsed, Fault):
            faults.append((column.name, parsed))
            parsed = None
        elif column.filled and not found and at is not None:
            faults.append((column.name, _empty(column)))
        text[column.name] = _as_shown(column, found)
        value[column.name] = parsed
    return Row(table=table.name, number=number, text=text, value=value), faults


def _as_shown(column: Column, text: str) -> str:
    """Leave out the apostrophe that keeps a spreadsheet from running a text, as the spreadsheet does."""
    return text[1:] if column.name in PROSE and text.startswith(QUOTED_FORMULA) else text


def _empty(column: Column) -> Fault:
    return Fault(
        code="D032",
        message=f"The cell {column.name} is empty.",
        help=f"fill it: {column.meaning[:1].lower()}{column.meaning[1:]}",
    )

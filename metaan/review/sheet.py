"""A CSV file as a spreadsheet would show it: header, rows by number, and what is wrong with the file itself.

The file is decoded and split as far as it can be even when it is faulty, so that every later fault is named
in the same run.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.review.files import bytes_of
from metaan.review.problems import Problem, problem

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORBIDDEN", "Sheet", "column_letter", "read_sheet"]

SEPARATORS = ",;\t|"
NAMES = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
"""Characters that cannot be seen, save joiners (U+200C, U+200D), which Persian and emoji need."""
FOREIGN = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as Python keeps them."""
SAVE_AGAIN = "save the file again as “CSV UTF-8 (comma separated)”."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One CSV file.

    Attributes
    ----------
    file : str
        Its name.
    data : bytes
        Its bytes as found.
    header : tuple of str
        Headings, stripped.
    records : tuple of (int, tuple of str)
        Row number as a spreadsheet shows it (header is row 1) and cells as found, without blank rows.
    ragged : frozenset of int
        Rows with more or fewer cells than the header.
    problems : tuple of Problem
        Faults of the file itself, D001 and D005 to D009.
    """

    file: str
    data: bytes
    header: tuple[str, ...]
    records: tuple[tuple[int, tuple[str, ...]], ...]
    ragged: frozenset[int]
    problems: tuple[Problem, ...]

    def letter(self, column: str) -> str:
        """Give the spreadsheet letter of a heading; empty where the file lacks it."""
        return column_letter(self.header.index(column)) if column in self.header else ""


def column_letter(index: int) -> str:
    """Name a column as a spreadsheet does, counted from 0.

    Examples
    --------
    >>> column_letter(0), column_letter(25), column_letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file without ever failing; what is wrong with it is in `problems`.

    Parameters
    ----------
    path : Path
        The file; a folder or an unreadable file gives an empty sheet with the reason.
    """
    try:
        data = bytes_of(path)
    except (OSError, ValueError) as reason:
        return _unreadable(path, reason)
    if not data.strip():
        return _sheet(path.name, data, problems=(_empty(path.name, "The file is empty."),))
    text, faults = _decode(path.name, data)
    separator = _separator(text)
    if separator != ",":
        faults.append(
            problem(
                "D005",
                f"Cells are separated by {NAMES[separator]}, not by commas.",
                SAVE_AGAIN,
                file=path.name,
                row=1,
                text=_as_windows(_first_line(text)),
            )
        )
    rows, split_faults = _split(path.name, text, separator)
    rows, foreign = _foreign(path.name, rows) if rows else (rows, [])
    faults += foreign
    if not rows:
        faults = split_faults or [
            _empty(path.name, "The file holds nothing but separators or blank lines."),
            *faults,
        ]
        return _sheet(path.name, data, problems=tuple(faults))
    header = tuple(name.strip() for name in rows[0][1])
    while (
        len(header) > 1 and not header[-1] and all(not _cell(cells, len(header) - 1) for _, cells in rows[1:])
    ):
        header = header[:-1]
    records = tuple((number, cells) for number, cells in rows[1:] if any(c.strip() for c in cells))
    torn = {p.row for p in split_faults}
    ragged = _ragged(path.name, header, records)
    faults += [
        *split_faults,
        *_control(path.name, header, ((rows[0][0], rows[0][1]), *records)),
        *(found for number, found in ragged.items() if number not in torn),
    ]
    return _sheet(path.name, data, header, records, frozenset(ragged), tuple(faults))


def _sheet(
    file: str,
    data: bytes,
    header: tuple[str, ...] = (),
    records: tuple[tuple[int, tuple[str, ...]], ...] = (),
    ragged: frozenset[int] = frozenset(),
    problems: tuple[Problem, ...] = (),
) -> Sheet:
    return Sheet(file=file, data=data, header=header, records=records, ragged=ragged, problems=problems)


def _empty(file: str, said: str) -> Problem:
    return problem("D001", said, "put the header in row 1 and the data below it.", file=file)


def _unreadable(path: Path, reason: Exception) -> Sheet:
    if path.is_dir():
        message, cure = (
            "There is a folder where the file should be.",
            "move it away and put the CSV file there.",
        )
    elif isinstance(reason, FileNotFoundError):
        message, cure = "The file is not there.", "put it into the folder, or correct its name."
    else:
        said = getattr(reason, "strerror", None) or str(reason)
        message, cure = f"The file cannot be read: {said}.", "make it readable to you."
    return _sheet(path.name, b"", problems=(problem("D001", message, cure, file=path.name),))


def _decode(file: str, data: bytes) -> tuple[str, list[Problem]]:
    encoding = _wide_encoding(data)
    if encoding:
        found = problem("D006", f"The file is {encoding.upper()} text, not UTF-8.", SAVE_AGAIN, file=file)
        return data.decode(encoding, errors="replace").removeprefix("\ufeff"), [found]
    return data.decode("utf-8-sig", errors="surrogateescape"), []


def _foreign(
    file: str, rows: list[tuple[int, tuple[str, ...]]]
) -> tuple[list[tuple[int, tuple[str, ...]]], list[Problem]]:
    """Read bytes that are not UTF-8 as Windows-1252, and name every cell that has some."""
    if not any(FOREIGN.search(cell) for _, cells in rows for cell in cells):
        return rows, []
    header = [_as_windows(name).strip() for name in rows[0][1]]
    found = [
        problem(
            "D006",
            f"The cell is not UTF-8; read as Windows-1252 it is “{_as_windows(cell)[:60]}”.",
            SAVE_AGAIN,
            file=file,
            row=number,
            column=header[index] if index < len(header) else "",
            letter=column_letter(index),
            text=_as_windows(cell)[:200],
        )
        for number, cells in rows
        for index, cell in enumerate(cells)
        if FOREIGN.search(cell)
    ]
    return [(number, tuple(map(_as_windows, cells))) for number, cells in rows], found


def _as_windows(text: str) -> str:
    return FOREIGN.sub(lambda byte: bytes([ord(byte.group()) - 0xDC00]).decode("cp1252", "replace"), text)


def _wide_encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = data[:400]
    if len(head) >= 8 and head[1::2].count(0) > 0.8 * len(head[1::2]) and not head[::2].count(0):
        return "utf-16-le"
    if len(head) >= 8 and head[::2].count(0) > 0.8 * len(head[::2]) and not head[1::2].count(0):
        return "utf-16-be"
    return ""


def _first_line(text: str) -> str:
    return re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0][:200]


def _separator(text: str) -> str:
    line = _first_line(text)
    counts = {
        s: len(next(csv.reader([line], delimiter=s), [])) if len(line) < 200 else line.count(s)
        for s in SEPARATORS
    }
    best = max(SEPARATORS, key=lambda s: counts[s])
    return best if counts[best] > counts[","] else ","


def _split(file: str, text: str, separator: str) -> tuple[list[tuple[int, tuple[str, ...]]], list[Problem]]:
    rows: list[tuple[int, tuple[str, ...]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows.extend((number, tuple(cells)) for number, cells in enumerate(reader, 1))
    except csv.Error:
        return rows, [_quote_fault(file, rows, len(rows) + 1, "A cell is too long to be one")]
    rows = _from_first_filled(rows)
    if '"' not in text:
        return rows, []
    return rows, _quotes(file, text, separator, rows)


def _from_first_filled(rows: list[tuple[int, tuple[str, ...]]]) -> list[tuple[int, tuple[str, ...]]]:
    first = next((i for i, (_, cells) in enumerate(rows) if any(c.strip() for c in cells)), len(rows))
    return rows[first:]


def _quotes(file: str, text: str, separator: str, rows: list[tuple[int, tuple[str, ...]]]) -> list[Problem]:
    strict = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for _ in strict:
            number += 1
    except csv.Error as reason:
        open_end = "unexpected end" in str(reason)
        said = (
            "A quotation mark is opened and never closed"
            if open_end
            else "There is text after a closing quotation mark"
        )
        return [_quote_fault(file, rows, number + 1, said)]
    return []


def _quote_fault(file: str, rows: list[tuple[int, tuple[str, ...]]], row: int, said: str) -> Problem:
    cells = dict(rows).get(row, ())
    return problem(
        "D009",
        f"{said} in this row.",
        'write a quotation mark inside a quoted cell twice (""), and close every quoted cell.',
        file=file,
        row=row,
        letter=column_letter(len(cells) - 1) if cells else "",
        text=_as_windows(cells[-1])[:200] if cells else "",
    )


def _cell(cells: tuple[str, ...], index: int) -> str:
    return cells[index].strip() if index < len(cells) else ""


def _ragged(
    file: str, header: tuple[str, ...], records: tuple[tuple[int, tuple[str, ...]], ...]
) -> dict[int, Problem]:
    found = {}
    for number, cells in records:
        extra = [c for c in cells[len(header) :] if c.strip()]
        if len(cells) >= len(header) and not extra:
            continue
        found[number] = problem(
            "D009",
            f"The row has {len(cells)} cells; the header has {len(header)}.",
            "look for a comma inside a cell that is not in quotation marks, or for a missing comma.",
            file=file,
            row=number,
            letter=column_letter(len(header) if extra else max(len(cells) - 1, 0)),
            text=extra[0] if extra else cells[-1],
        )
    return found


def _control(
    file: str, header: tuple[str, ...], records: tuple[tuple[int, tuple[str, ...]], ...]
) -> list[Problem]:
    return [
        problem(
            "D008",
            f"The cell holds U+{ord(spot.group()):04X}, a character that cannot be seen.",
            "retype the cell; copying from a PDF or a web page often brings such characters along.",
            file=file,
            row=number,
            column=header[index] if index < len(header) else "",
            letter=column_letter(index),
            text=cell,
        )
        for number, cells in records
        for index, cell in enumerate(cells)
        if (spot := FORBIDDEN.search(cell))
    ]

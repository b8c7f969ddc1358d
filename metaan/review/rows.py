"""What a review is in memory: its plan, the rows of its tables, and the files they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.review.plan import Plan
    from metaan.review.problems import Problem

__all__ = ["InputFile", "Review", "Row", "parts_of"]


def parts_of(text: str) -> tuple[str, ...]:
    """Split a cell that lists ids, separated by semicolons.

    Examples
    --------
    >>> parts_of("Ralph2008; Serfer2010;")
    ('Ralph2008', 'Serfer2010')
    """
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table.

    Attributes
    ----------
    table : str
        Name of the table, such as "results".
    number : int
        As a spreadsheet shows it; the header is row 1.
    text : mapping of str to str
        Cells as found, stripped; "" where empty. Every column of the schema is present.
    value : mapping of str to (str, int, float or None)
        Cells parsed by their kind; None where empty.
    """

    table: str
    number: int
    text: Mapping[str, str]
    value: Mapping[str, str | int | float | None]

    def number_of(self, column: str) -> float | None:
        """Give a number cell as a float; None where it is empty or holds text."""
        value = self.value[column]
        return None if value is None or isinstance(value, str) else float(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One file that was read: name within the folder, SHA-256 (hexadecimal), size in bytes, rows of data."""

    name: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review as read from its folder.

    Attributes
    ----------
    name : str
        The folder's name.
    plan : Plan
        review.toml.
    tables : mapping of str to tuple of Row
        Every table of the schema; () where the file is absent.
    files : tuple of InputFile
        review.toml and the tables that were read.
    warnings : tuple of Problem
        What the data check says of them; errors there are none.
    """

    name: str
    plan: Plan
    tables: Mapping[str, tuple[Row, ...]]
    files: tuple[InputFile, ...]
    warnings: tuple[Problem, ...] = ()

"""A table as a person reads it: columns that say something, and how wide each one must be."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.tables.table import Table

__all__ = ["column_shares", "flat", "for_reading", "is_wide"]

WIDE = 9
"""A table with more columns is turned to landscape, or scrolls."""
NOT_HELD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold: control characters and halves of pairs."""
LONGEST = 45
"""Letters of a cell from which on it is broken over lines instead of widening its column."""


def for_reading(table: Table) -> Table:
    """Leave out the columns meant for machines, and those that are empty in every row.

    Parameters
    ----------
    table : Table
        Any table.

    Returns
    -------
    Table
        The first column stays whatever it holds.

    Examples
    --------
    >>> from metaan.tables.table import Cell, Column, Table
    >>> columns = (Column(name="a", title="A"), Column(name="b", title="B", where="csv"))
    >>> for_reading(Table(id="t", title="T", columns=columns, rows=((Cell("x"), Cell("y")),))).rows
    ((Cell(text='x', number=None, href='', anchor='', links=()),),)
    """
    filled = [any(row[i].text for row in table.rows) for i in range(len(table.columns))]
    keep = [
        column.where != "csv" and (i == 0 or filled[i] or not table.rows)
        for i, column in enumerate(table.columns)
    ]
    return replace(
        table,
        columns=tuple(compress(table.columns, keep)),
        rows=tuple(tuple(compress(row, keep)) for row in table.rows),
    )


def is_wide(table: Table) -> bool:
    """Tell whether a table has more columns for a person than an upright page holds."""
    return sum(column.where != "csv" for column in table.columns) > WIDE


def column_shares(table: Table) -> tuple[float, ...]:
    """Share a line out among the columns by what stands in them.

    Parameters
    ----------
    table : Table
        As `for_reading` gives it.

    Returns
    -------
    tuple of float
        One for each column; they sum to 1. No column is narrower than its longest word asks for, as far as
        the line holds.

    Examples
    --------
    >>> from metaan.tables.table import Cell, Column, Table
    >>> columns = (Column(name="a", title="Study"), Column(name="b", title="k", numeric=True))
    >>> column_shares(Table(id="t", title="T", columns=columns, rows=((Cell("Smith 2001"), Cell("3")),)))
    (0.8, 0.2)
    """
    needs = [_need(table, i) for i in range(len(table.columns))]
    return tuple(need / sum(needs) for need in needs)


def flat(text: str) -> str:
    r"""Write a text in one line, without characters that no document can hold.

    Examples
    --------
    >>> flat("two\nlines\tand \x00 nothing")
    'two lines and nothing'
    """
    return " ".join(NOT_HELD.sub(" ", text).split())


def _need(table: Table, place: int) -> float:
    """Estimate the width of a column in letters, padding of two included."""
    texts = [table.columns[place].title, *(row[place].text for row in table.rows)]
    word = max((len(word) for text in texts for word in text.split()), default=0)
    body = max((len(row[place].text) for row in table.rows), default=0)
    return 2.0 + max(1, min(max(word, min(body, LONGEST)), LONGEST))

"""The table as Markdown: a pipe table whose texts are shown and never run as markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from metaan.tables.reading import flat, for_reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metaan.tables.table import Table

__all__ = ["markdown_text", "to_markdown"]

ESCAPES = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|!&$~"})
BLOCK_START = re.compile(r"([-+=]|\d+[.)])")
"""What begins a list or an underlined heading at the start of a line."""
NUMBERED = re.compile(r"(\d+)([.)])")


def to_markdown(table: Table) -> str:
    r"""Write a table as a pipe table with its title above and its notes below.

    Parameters
    ----------
    table : Table
        Columns meant for "csv" only, and empty ones, are left out.

    Returns
    -------
    str
        Ends with a line end. Numbers stand at the right of their columns.

    Examples
    --------
    >>> from metaan.tables.table import Cell, Column, Table
    >>> columns = (Column(name="study", title="Study"), Column(name="k", title="k", numeric=True))
    >>> print(to_markdown(Table(id="t", title="T", columns=columns, rows=((Cell("a|b"), Cell("3")),))))
    **T**
    <BLANKLINE>
    | Study | k |
    |:---|---:|
    | a\|b | 3 |
    <BLANKLINE>
    """
    shown = for_reading(table)
    lines = [
        f"**{markdown_text(shown.title)}**",
        "",
        _line(column.title for column in shown.columns),
        f"|{'|'.join('---:' if column.numeric else ':---' for column in shown.columns)}|",
        *(_line(cell.text for cell in row) for row in shown.rows),
    ]
    for note in shown.notes:
        lines += ["", _paragraph(note)]
    return "\n".join(lines) + "\n"


def markdown_text(text: str) -> str:
    r"""Keep Markdown and HTML from reading anything into a text.

    Examples
    --------
    >>> print(markdown_text("a <b> & *c*"))
    a \<b\> \& \*c\*
    """
    return flat(text).translate(ESCAPES)


def _line(texts: Iterable[str]) -> str:
    return f"| {' | '.join(map(markdown_text, texts))} |"


def _paragraph(text: str) -> str:
    """Write a text that stands at the start of a line."""
    said = markdown_text(text)
    if NUMBERED.match(said):
        return NUMBERED.sub(r"\1\\\2", said, count=1)
    return f"\\{said}" if BLOCK_START.match(said) else said

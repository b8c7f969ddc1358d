"""The table as a value, and the two forms it is written in.

A table is made once; `to_csv` gives the plain numbers for a machine, `to_html` the text for a person.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING, Literal, TypeAlias

from markupsafe import Markup, escape

from metaan.format import canonical, without_residue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

__all__ = [
    "Cell",
    "Column",
    "Table",
    "number_cell",
    "plain_number",
    "sentence",
    "to_csv",
    "to_frame",
    "to_html",
    "told_apart",
]

Where: TypeAlias = Literal["both", "html", "csv"]

# A cell that starts like this is run as a formula by a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t")
_N = r"−?[\d∞][^ ()]*"
ESTIMATE = re.compile(rf"(?:[A-Z]{{2,4}} )?{_N}(?: to {_N})?(?: \({_N} to {_N}\))?")
"""A number, an interval, or an estimate with its interval; the letters of its measure may stand before it."""
SAFE_LINKS = ("#", "https://", "http://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its CSV heading, its printed heading, and what its cells are.

    Attributes
    ----------
    name : str
        Heading in the CSV file: lower case and stable, or the name of a treatment.
    title : str
        Heading that a person reads, with the unit.
    numeric : bool
        The CSV holds the cell's number (empty where there is none) instead of its text.
    where : str
        "both", or only "html" or "csv".
    """

    name: str
    title: str
    numeric: bool = False
    where: Where = "both"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table.

    Attributes
    ----------
    text : str
        As printed for a person.
    number : float or None
        The value behind it; None where the cell is words.
    href : str
        Where the cell leads: "#anchor" or a web address; other links are not followed.
    anchor : str
        Identifier that other places lead to; on a row's first cell it names the row.
    links : tuple of (str, str)
        Several places that the cell leads to, each with its text; on the page they stand for the text.
    """

    text: str
    number: float | None = None
    href: str = ""
    anchor: str = ""
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the report; every row has one cell per column, and the first column names the row."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


def to_csv(table: Table) -> str:
    r"""Write a table as CSV: LF line ends, plain numbers, no cell that a spreadsheet would run.

    Parameters
    ----------
    table : Table
        Columns shown "html" only are left out.

    Returns
    -------
    str
        To be encoded as UTF-8.

    Examples
    --------
    >>> columns = (Column(name="study", title="Study"), Column(name="rr", title="RR", numeric=True))
    >>> to_csv(Table(id="t", title="T", columns=columns, rows=((Cell("=cmd"), Cell("−0.50", -0.5)),)))
    "study,rr\n'=cmd,-0.5\n"
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    kept = [i for i, column in enumerate(table.columns) if column.where != "html"]
    writer.writerow(_csv_text(Cell(table.columns[i].name), numeric=False) for i in kept)
    for row in table.rows:
        writer.writerow(_csv_text(row[i], numeric=table.columns[i].numeric) for i in kept)
    return out.getvalue()


def to_frame(table: Table) -> DataFrame:
    """Turn a table into a pandas data frame, for notebooks.

    Parameters
    ----------
    table : Table
        Columns meant for "html" only are left out.

    Returns
    -------
    DataFrame
        Numbers as numbers (`nan` where there is none), words as text; headings as in the CSV.

    Examples
    --------
    >>> table = Table(id="t", title="T", columns=(Column(name="k", title="k", numeric=True),),
    ...               rows=((Cell("3", 3.0),),))
    >>> to_frame(table)["k"].tolist()
    [3.0]
    """
    from pandas import DataFrame

    return DataFrame(
        {
            column.name: [
                (nan if row[i].number is None else row[i].number) if column.numeric else row[i].text
                for row in table.rows
            ]
            for i, column in enumerate(table.columns)
            if column.where != "html"
        }
    )


def to_html(table: Table) -> Markup:
    """Write a table as HTML with a caption, headings with their scope, and escaped text.

    Parameters
    ----------
    table : Table
        Columns meant for "csv" only are left out.

    Returns
    -------
    Markup
        One `<table>`; its notes stand in `<tfoot>`.

    Examples
    --------
    >>> columns = (Column(name="study", title="Study"),)
    >>> print(to_html(Table(id="t", title="T", columns=columns, rows=((Cell("<b>"),),))))
    <table id="table-t"><caption>T</caption>
    <thead><tr><th scope="col">Study</th></tr></thead>
    <tbody>
    <tr><th scope="row">&lt;b&gt;</th></tr>
    </tbody></table>
    """
    kept = [i for i, column in enumerate(table.columns) if column.where != "csv"]
    columns = [table.columns[i] for i in kept]
    lines = [
        f'<table id="table-{escape(table.id)}"><caption>{escape(table.title)}</caption>',
        f"<thead><tr>{''.join(map(_heading, columns))}</tr></thead>",
        "<tbody>",
        *(_html_row([row[i] for i in kept], columns) for row in table.rows),
        f"</tbody>{_foot(table.notes, len(kept))}</table>",
    ]
    return Markup("\n".join(lines))  # noqa: S704 - each text was escaped where it was put in


def plain_number(value: float | None) -> str:
    """Write a number for a machine: 10 significant digits, empty where there is none.

    Examples
    --------
    >>> plain_number(1 / 3), plain_number(12.0), plain_number(float("nan")), plain_number(None)
    ('0.3333333333', '12', '', '')
    """
    rounded = None if value is None else canonical(value)
    return "" if rounded is None else f"{rounded:.10g}"


def number_cell(value: float, text: str, scale: float = 0.0) -> Cell:
    """Make a cell of a number; `nan` becomes a cell without a number.

    Parameters
    ----------
    value : float
        The number.
    text : str
        As printed for a person.
    scale : float, default 0.0
        Below 1e-12 of it the number is what rounding left of 0; without it no number is.

    Examples
    --------
    >>> number_cell(1e-17, "0.00", 0.1).number, number_cell(6.2e-13, "<0.001").number
    (0.0, 6.2e-13)
    """
    return Cell(text, None if isnan(value) else without_residue(value, scale))


def sentence(text: str) -> str:
    """Begin with a capital and end with a stop, where there is none.

    Examples
    --------
    >>> sentence("no study is left"), sentence("Is it?")
    ('No study is left.', 'Is it?')
    """
    said = f"{text[:1].upper()}{text[1:]}"
    return said if not said or said.endswith((".", "?", "!")) else f"{said}."


def told_apart(titles: Sequence[str], keys: Sequence[str]) -> list[str]:
    """Put the key behind a title that another one has too: titles head columns of a CSV.

    Examples
    --------
    >>> told_apart(["Drug", "Drug", "Placebo"], ["a", "b", "p"])
    ['Drug (a)', 'Drug (b)', 'Placebo']
    """
    return [
        title if titles.count(title) == 1 else f"{title} ({key})"
        for title, key in zip(titles, keys, strict=True)
    ]


def _csv_text(cell: Cell, *, numeric: bool) -> str:
    if numeric:
        return plain_number(cell.number)
    text = cell.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA_STARTS) else text


def _heading(column: Column) -> str:
    return f'<th scope="col"{_number_class(column)}>{escape(column.title)}</th>'


def _html_row(cells: list[Cell], columns: list[Column]) -> str:
    anchor = _attribute("id", cells[0].anchor)
    first = f'<th scope="row"{_number_class(columns[0])}>{_content(cells[0])}</th>'
    rest = (
        f"<td{_attribute('id', cell.anchor)}{_cell_class(column, cell)}>{_content(cell)}</td>"
        for cell, column in zip(cells[1:], columns[1:], strict=True)
    )
    return f"<tr{anchor}>{first}{''.join(rest)}</tr>"


def _content(cell: Cell) -> str:
    if cell.links:
        return ", ".join(_link(text, href) for text, href in cell.links)
    return _link(cell.text, cell.href)


def _link(text: str, href: str) -> str:
    if not href.startswith(SAFE_LINKS):
        return str(escape(text))
    return f'<a href="{escape(href)}">{escape(text)}</a>'


def _foot(notes: tuple[str, ...], width: int) -> str:
    if not notes:
        return ""
    rows = (f'<tr><td colspan="{width}"><div class="foot">{escape(note)}</div></td></tr>' for note in notes)
    return f"\n<tfoot>{''.join(rows)}</tfoot>"


def _number_class(column: Column) -> str:
    return _attribute("class", "number" if column.numeric else "")


def _cell_class(column: Column, cell: Cell) -> str:
    """Mark numbers, and estimates with their interval, which must not be broken over lines."""
    if not column.numeric and ESTIMATE.fullmatch(cell.text):
        return _attribute("class", "estimate")
    return _number_class(column)


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""

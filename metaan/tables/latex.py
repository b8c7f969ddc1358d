"""The table as LaTeX: booktabs rules, longtable over pages, every text escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from metaan.format import slug
from metaan.tables.latex_text import latex_text
from metaan.tables.reading import column_shares, flat, for_reading, is_wide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metaan.tables.table import Table

__all__ = ["to_latex"]

LONG = 30
"""Rows from which on a table may go over several pages."""
NARROW = 75
"""Letters of its widest line up to which a table needs no broken cells."""

NAME = re.compile(r"[a-z0-9_-]+")

HEAD = (
    "% Needs \\usepackage{array,booktabs,longtable,pdflscape}. Compile with LuaLaTeX or XeLaTeX and a font"
    "\n% that has the letters where names go beyond Latin, Greek and the signs below."
)


def to_latex(table: Table) -> str:
    r"""Write a table as LaTeX to be put into a manuscript with `\input`.

    Parameters
    ----------
    table : Table
        Columns meant for "csv" only, and empty ones, are left out.

    Returns
    -------
    str
        A `table`, or a `longtable` whose head stands on every page; landscape where it has many columns.
        Ends with a line end.

    Examples
    --------
    >>> from metaan.tables.table import Cell, Column, Table
    >>> columns = (Column(name="study", title="Study"), Column(name="k", title="k", numeric=True))
    >>> made = to_latex(Table(id="t", title="50%", columns=columns, rows=((Cell("a & b"), Cell("3")),)))
    >>> print("\n".join(made.splitlines()[2:]))
    \begin{table}
    \centering
    \caption{50\%}\label{tab:t}
    \begin{tabular}{lr}
    \toprule
    Study & k \\
    \midrule
    a \& b & 3 \\
    \bottomrule
    \end{tabular}
    \end{table}
    """
    shown = for_reading(table)
    lines = _long(shown) if len(shown.rows) > LONG or not _fits(shown) else _short(shown)
    if is_wide(shown):
        lines = ["\\begin{landscape}", *lines, "\\end{landscape}"]
    return "\n".join((HEAD, *lines)) + "\n"


def _short(table: Table) -> list[str]:
    return [
        "\\begin{table}",
        "\\centering",
        f"\\caption{{{latex_text(table.title)}}}{_label(table)}",
        f"\\begin{{tabular}}{{{''.join('r' if c.numeric else 'l' for c in table.columns)}}}",
        "\\toprule",
        _row(c.title for c in table.columns),
        "\\midrule",
        *(_row(cell.text for cell in row) for row in table.rows),
        "\\bottomrule",
        "\\end{tabular}",
        *(f"\\par\\smallskip\\parbox{{\\linewidth}}{{\\footnotesize {latex_text(n)}}}" for n in table.notes),
        "\\end{table}",
    ]


def _long(table: Table) -> list[str]:
    """Write the table over pages, its cells broken over lines; the size of letters follows the columns."""
    count = len(table.columns)
    head = ["\\toprule", _row(c.title for c in table.columns), "\\midrule"]
    size = "\\footnotesize" if count < 6 else "\\scriptsize" if count < 15 else "\\tiny"
    return [
        "\\begingroup",
        f"{size}\\setlength{{\\tabcolsep}}{{2pt}}",
        f"\\begin{{longtable}}{{{_broken(table)}}}",
        f"\\caption{{{latex_text(table.title)}}}{_label(table)}\\\\",
        *head,
        "\\endfirsthead",
        f"\\multicolumn{{{count}}}{{@{{}}l}}{{\\emph{{continued}}}}\\\\",
        *head,
        "\\endhead",
        "\\bottomrule",
        "\\endfoot",
        *(_row(cell.text for cell in row) for row in table.rows),
        "\\end{longtable}",
        *(f"\\noindent {latex_text(note)}\\par" for note in table.notes),
        "\\endgroup",
    ]


def _fits(table: Table) -> bool:
    widths = [
        max(len(flat(text)) for text in (column.title, *(row[i].text for row in table.rows)))
        for i, column in enumerate(table.columns)
    ]
    return sum(widths) + 2 * len(widths) <= NARROW


def _broken(table: Table) -> str:
    """Describe columns that share the line; the spaces between them are taken off each one."""
    side = {True: "\\raggedleft", False: "\\raggedright"}
    return "".join(
        f">{{{side[column.numeric]}\\arraybackslash}}"
        f"p{{\\dimexpr {share:.4f}\\linewidth-2\\tabcolsep\\relax}}"
        for column, share in zip(table.columns, column_shares(table), strict=True)
    )


def _label(table: Table) -> str:
    """Name the table for references; a label holds letters, digits, hyphens and underscores only."""
    name = table.id if NAME.fullmatch(table.id) else slug(table.id)
    return f"\\label{{tab:{name}}}"


def _row(texts: Iterable[str]) -> str:
    return f"{' & '.join(map(latex_text, texts))} \\\\"

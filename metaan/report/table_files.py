"""The files of the tables: each as CSV, HTML, Markdown and LaTeX, and all as one Word document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from metaan.tables.latex import to_latex
from metaan.tables.markdown import to_markdown
from metaan.tables.reading import for_reading
from metaan.tables.table import to_csv, to_html
from metaan.tables.word import WordPart, word_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from metaan.results.synthesis import AnalysisResult
    from metaan.tables.table import Table

__all__ = ["TableForms", "table_files", "table_forms", "table_page", "word_groups"]

PAGE = Markup(
    """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ --ink: #1b1d20; --paper: #ffffff; --link: #0b4f8a; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e8e9eb; --paper: #15171a; --link: #93c0f2; }} }}
body {{ font: 1rem/1.4 system-ui, sans-serif; margin: 1rem; color: var(--ink); background: var(--paper); }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; border-block: 0.1rem solid; }}
caption {{ text-align: start; font-weight: 600; padding-block: 0.5rem; }}
th, td {{ padding: 0.25rem 0.5rem; text-align: start; vertical-align: top; border-top: 1px solid #8888; }}
thead th {{ border-bottom: 0.1rem solid; }}
tbody th {{ font-weight: inherit; }}
.number {{ text-align: end; font-variant-numeric: tabular-nums; }}
.estimate {{ white-space: nowrap; }}
tfoot td {{ font-size: 0.9rem; border: 0; }}
a {{ color: var(--link); }}
td a, th a {{ display: inline-block; min-height: 24px; min-width: 24px; overflow-wrap: anywhere; }}
tbody th {{ min-width: 8rem; }}
tfoot tr + tr td {{ padding-top: 0; }}
</style>
</head>
<body>
<main>
<div class="scroll" tabindex="0" role="group" aria-label="Table: {title}">
{table}
</div>
</main>
</body>
</html>
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForms:
    """A table in each of its forms: the content of its files, and its part of the Word document."""

    id: str
    csv: str
    html: str
    md: str
    tex: str
    word: WordPart


def table_forms(table: Table) -> TableForms:
    """Write a table in every form.

    Parameters
    ----------
    table : Table
        The table.
    """
    return TableForms(
        id=table.id,
        csv=to_csv(table),
        html=table_page(table),
        md=to_markdown(table),
        tex=to_latex(table),
        word=word_part(table),
    )


def table_files(tables: Iterable[TableForms]) -> Iterator[tuple[str, str]]:
    """Name the files of the tables.

    Parameters
    ----------
    tables : iterable of TableForms
        The tables of the report.

    Yields
    ------
    path, content : str
        `tables/<id>.csv` and so on for each table.
    """
    for table in tables:
        yield f"tables/{table.id}.csv", table.csv
        yield f"tables/{table.id}.html", table.html
        yield f"tables/{table.id}.md", table.md
        yield f"tables/{table.id}.tex", table.tex


def table_page(table: Table) -> str:
    """Write a table as a page of its own, whose links to places lead into the report above it.

    Parameters
    ----------
    table : Table
        Columns meant for "csv" only, and empty ones, are left out.

    Returns
    -------
    str
        A whole HTML document.
    """
    return PAGE.format(title=table.title, table=_from_beside(to_html(for_reading(table))))


def _from_beside(html: Markup) -> Markup:
    """Lead from the folder of the tables to the report; no text of the data holds an unescaped tag."""
    led = str(html).replace('<a href="#', '<a href="../report.html#')
    return Markup(led)  # noqa: S704 - only tags of our own were changed


def word_groups(
    analyses: Sequence[AnalysisResult], tables: Iterable[TableForms]
) -> list[tuple[str, list[WordPart]]]:
    """Group tables for a Word document: those of the review, then those of each analysis under its title.

    Parameters
    ----------
    analyses : sequence of AnalysisResult
        Their titles.
    tables : iterable of TableForms
        The tables of the report.
    """
    groups: dict[str, list[WordPart]] = {"": [], **{each.id: [] for each in analyses}}
    for table in tables:
        owners = [each.id for each in analyses if table.id.startswith(f"{each.id}-")]
        groups[max(owners, key=len, default="")].append(table.word)
    titles = {"": "The review", **{each.id: each.title for each in analyses}}
    return [(titles[name], found) for name, found in groups.items() if found]

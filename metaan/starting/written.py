"""A draft as the files of a review's folder."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from metaan.review.imports.words import runs
from metaan.review.schema import TABLES
from metaan.starting.compared import comparison_lines
from metaan.starting.toml import plan_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.review.imports.facts import Draft
    from metaan.starting.compared import ComparedPool
    from metaan.types import Journal

__all__ = ["draft_files", "table_bytes"]

TEXT_KINDS = frozenset({"text", "id", "url", "choice"})
IMPORT_FILE = "import.txt"


def draft_files(
    draft: Draft, compared: Sequence[ComparedPool], journal: Journal = "metaan"
) -> dict[str, bytes]:
    """Write a draft.

    Parameters
    ----------
    draft : Draft
        What was made of a file.
    compared : sequence of ComparedPool
        What its package printed, and what metaan computes; empty where it printed nothing.
    journal : str, default "metaan"
        Whose figures the review is to have.

    Returns
    -------
    dict of str to bytes
        review.toml, the tables, README.md and import.txt.
    """
    files = {"review.toml": plan_text(draft, journal).encode()}
    for name, rows in draft.tables.items():
        files[TABLES[name].file] = table_bytes(name, rows)
    files["README.md"] = _readme(draft).encode()
    files[IMPORT_FILE] = _protocol(draft, compared).encode()
    return files


def table_bytes(name: str, rows: Sequence[Mapping[str, str]]) -> bytes:
    r"""Write one table: the columns that it needs and those that have anything in them.

    Parameters
    ----------
    name : str
        Of the table.
    rows : sequence of mapping of str to str
        Its cells; a column that a row lacks is empty.

    Returns
    -------
    bytes
        UTF-8, LF line ends; no text cell that a spreadsheet would run.

    Examples
    --------
    >>> table_bytes("treatments", [{"raw_label": "placebo", "node": "placebo"}])
    b'raw_label,node\nplacebo,placebo\n'
    """
    table = TABLES[name]
    kept = [c for c in table.columns if c.required or any(row.get(c.name) for row in rows)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in kept)
    for row in rows:
        cells = ((row.get(column.name, ""), column.kind) for column in kept)
        writer.writerow(f"'{text}" if kind in TEXT_KINDS and runs(text) else text for text, kind in cells)
    return out.getvalue().encode()


def _readme(draft: Draft) -> str:
    tables = "".join(
        f"- `{TABLES[name].file}`: {TABLES[name].meaning} {len(rows)} row{'' if len(rows) == 1 else 's'}.\n"
        for name, rows in draft.tables.items()
    )
    wanted = "".join(f"- {sentence}\n" for sentence in draft.wanted)
    left = len(draft.untaken)
    return (
        "# A review started from a file\n\n"
        f"The tables were made by `metaan init --from` from the file `{draft.file.replace('`', '')}`. Every"
        " row names that file as its source and its place there as the locator; compare it with the report"
        " of the trial, and put the report, the page and the words read there in their stead.\n\n"
        f"- `review.toml`: what is asked and how it is analysed; its comments explain the keys.\n{tables}"
        f"- `{IMPORT_FILE}`: what was assumed, and what was not taken"
        f" ({left} place{'' if left == 1 else 's'}), each with its reason.\n\n"
        + (f"Still to be filled in:\n\n{wanted}\n" if wanted else "")
        + "Then, from the folder that holds this one:\n\n"
        "```\nmetaan check FOLDER\nmetaan report FOLDER --out REPORT\n```\n"
    )


def _protocol(draft: Draft, compared: Sequence[ComparedPool]) -> str:
    counts = ", ".join(f"{len(rows)} in {TABLES[name].file}" for name, rows in draft.tables.items())
    sections = [
        f"Import of {draft.file}\n\nRows written: {counts}.",
        _section("Assumed and converted", draft.notes, "Nothing."),
        _section(
            "Not taken", [f"{each.place}: {each.reason}" for each in draft.untaken], "Everything was taken."
        ),
        _section("Still to be filled in", draft.wanted, "Nothing that a report needs."),
    ]
    if compared:
        sections.append(_compared(compared))
    return "\n\n".join(sections) + "\n"


def _section(title: str, lines: Sequence[str], nothing: str) -> str:
    return "\n".join([title, "-" * len(title), *(f"- {line}" for line in lines or (nothing,))])


def _compared(compared: Sequence[ComparedPool]) -> str:
    title = "Pooled again and compared with RevMan"
    lines = [title, "-" * len(title)]
    for each in compared:
        lines += ["", *comparison_lines([each])]
        lines += [f"  {'':12} {'metaan':>14} {'RevMan':>14}"]
        lines += [
            f"  {label:12} {ours:>14} {theirs:>14}  {'same' if same else 'different'}"
            for label, ours, theirs, same in each.rows
        ]
    return "\n".join(lines)

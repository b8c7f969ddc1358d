"""Sheets with the names and headings of a review's own tables; what they lack follows from what they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.errors import InputError, RequestError
from metaan.review.cells import near
from metaan.review.imports.assemble import USUAL_MEASURE, directions_wanted, reference_of
from metaan.review.imports.facts import Draft, DraftAnalysis, Untaken
from metaan.review.imports.words import Ids, harmless
from metaan.review.plain import missing_text
from metaan.review.problems import visible
from metaan.review.schema import TABLES
from metaan.review.settle import MEASURES
from metaan.review.sheet import column_letter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.review.imports.facts import Wishes
    from metaan.review.schema import Table
    from metaan.review.sheet import Sheet

    Row = dict[str, str]

__all__ = ["draft_of_tables", "own_table"]

NUMBERS = ("results", "contrasts")
SHOWN = 12


def own_table(title: str, sheet: Sheet) -> Table | None:
    """Tell which table of a review a sheet is, by its name and its key columns; None where it is none."""
    table = TABLES.get(title.strip().casefold())
    headings = {name.casefold() for name in sheet.header}
    if table is None or not set(table.key) - {"reported_as", "timepoint"} <= headings:
        return None
    return table


def draft_of_tables(
    file: str, sheets: Mapping[str, Sheet], wishes: Wishes, notes: Sequence[str], lost: Sequence[Untaken]
) -> Draft:
    """Make a draft of sheets that are a review's own tables.

    Parameters
    ----------
    file : str
        Name of the workbook.
    sheets : mapping of str to Sheet
        Table to its sheet.
    wishes : Wishes
        What the user said.
    notes, lost : sequence of str, of Untaken
        What reading the workbook told.

    Returns
    -------
    Draft
        Studies, arms, treatments and outcomes that only results name get rows of their own.

    Raises
    ------
    InputError
        Where neither results nor contrasts hold a row.
    RequestError
        Where the reference is not known, or the kind of an outcome.
    """
    untaken = list(lost)
    tables: dict[str, list[Row]] = {}
    for name, sheet in sheets.items():
        tables[name] = [_row(file, TABLES[name], sheet, cells, n) for n, cells in sheet.records]
        untaken += _unknown_columns(name, sheet)
    if not any(tables.get(name) for name in NUMBERS):
        raise InputError(f"{file}: neither the sheet results nor contrasts holds a row. Fill in one of them.")
    made = [*_complete(tables), *_outcomes(tables, wishes)]
    outcomes = {row["outcome_id"]: row for row in tables["outcomes"]}
    treatments = tuple(dict.fromkeys(row["node"] for row in tables["treatments"] if row["node"]))
    reference = reference_of(wishes, treatments)
    used = dict.fromkeys(row["outcome_id"] for name in NUMBERS for row in tables.get(name, ()))
    ids = Ids()
    analyses = tuple(
        DraftAnalysis(
            id=ids.analysis(outcomes[name]["label"] or name),
            title=outcomes[name]["label"] or name,
            outcome=name,
            measure=_measure(outcomes[name]["kind"], wishes),
            network=True,
        )
        for name in used
        if name in outcomes
    )
    return Draft(
        file=file,
        title=harmless(wishes.title or f"Review started from {file}"),
        reference=reference,
        treatments=(reference, *(name for name in treatments if name != reference)),
        questions=tuple((name, reference) for name in treatments if name != reference),
        analyses=analyses,
        tables={name: tuple(rows) for name, rows in tables.items() if rows},
        untaken=tuple(untaken),
        notes=(*notes, *made),
        wanted=directions_wanted(
            [name for name in used if name in outcomes and not outcomes[name]["direction"]]
        ),
        printed=(),
    )


def _row(file: str, table: Table, sheet: Sheet, cells: Sequence[str], number: int) -> Row:
    position = {name.casefold(): i for i, name in reversed(list(enumerate(sheet.header)))}
    row = {}
    for column in table.columns:
        at = position.get(column.name)
        text = cells[at].strip() if at is not None and at < len(cells) else ""
        row[column.name] = harmless(text) if column.kind in ("text", "id", "url", "choice") else text
    named = {column.name for column in table.columns}
    if "source" in named and not row["source"]:
        row |= {"source": file, "locator": row["locator"] or f"sheet {table.name}, row {number}"}
    if table.name in NUMBERS:
        row["status"] = row["status"] or "extracted"
        row["use"] = row["use"] or "pool"
    return row


def _unknown_columns(name: str, sheet: Sheet) -> Iterator[Untaken]:
    known = {column.name for column in TABLES[name].columns}
    for index, heading in enumerate(sheet.header):
        filled = sum(1 for _, cells in sheet.records if index < len(cells) and not missing_text(cells[index]))
        if heading.casefold() not in known and filled:
            place = f"sheet {name}, column {column_letter(index)} ({visible(heading[:40])})"
            cure = near(heading, known) or "rename it to a known column, or move its texts into notes."
            yield Untaken(
                place=place, reason=f"{name} has no such column ({filled} filled cells); {visible(cure)}"
            )


def _complete(tables: dict[str, list[Row]]) -> Iterator[str]:
    """Add the studies, arms and treatments that other tables name."""
    arms: dict[tuple[str, str], None] = {}
    for row in tables.get("results", ()):
        arms[row["study_id"], row["arm_id"]] = None
    for row in tables.get("contrasts", ()):
        arms |= {(row["study_id"], row[name]): None for name in ("arm_id_1", "arm_id_2")}
    for name, wanted in (
        ("arms", [{"study_id": s, "arm_id": a, "treatment": a} for s, a in arms]),
        ("studies", [{"study_id": s, "label": s} for s in dict.fromkeys(s for s, _ in arms)]),
    ):
        yield from _added(tables, name, wanted)
    labels = dict.fromkeys(row["treatment"] for row in tables["arms"])
    yield from _added(
        tables, "treatments", [{"raw_label": t, "node": t, "treatment": t} for t in labels if t]
    )


def _added(tables: dict[str, list[Row]], name: str, wanted: Sequence[Row]) -> Iterator[str]:
    key = [column for column in TABLES[name].key if wanted and column in wanted[0]]
    rows = tables.setdefault(name, [])
    known = {tuple(row[column] for column in key) for row in rows}
    new = [row for row in wanted if tuple(row[column] for column in key) not in known]
    empty = {column.name: "" for column in TABLES[name].columns}
    rows += [empty | row for row in new]
    if new:
        named = [" / ".join(row[column] for column in key) for row in new[:SHOWN]]
        listed = ", ".join(named) + (", …" if new[SHOWN:] else "")
        yield f"Rows were added to {name}, because other tables name them: {listed}."


def _outcomes(tables: dict[str, list[Row]], wishes: Wishes) -> Iterator[str]:
    kinds: dict[str, str] = {}
    for row in tables.get("results", ()):
        counts = row["events"] or row["percent"]
        kinds.setdefault(row["outcome_id"], "binary" if counts else "continuous" if row["mean"] else "")
    for row in tables.get("contrasts", ()):
        kinds.setdefault(row["outcome_id"], next((k for k, m in MEASURES.items() if row["measure"] in m), ""))
    known = {row["outcome_id"] for row in tables.get("outcomes", ())}
    new = [name for name in kinds if name not in known]
    unknown = [name for name in new if not (kinds[name] or wishes.kind)]
    if unknown:
        raise RequestError(
            f"Whether {visible(', '.join(unknown[:SHOWN]))} is counted or measured is not known: say with"
            " --kind binary or --kind continuous, or add a sheet outcomes."
        )
    yield from _added(
        tables,
        "outcomes",
        [{"outcome_id": name, "label": name, "kind": kinds[name] or wishes.kind} for name in new],
    )
    for row in tables["outcomes"]:
        stated = wishes.directions.get(row["label"], wishes.directions.get(row["outcome_id"], ""))
        row["direction"] = stated or row["direction"] or wishes.directions.get("", "")


def _measure(kind: str, wishes: Wishes) -> str:
    known = MEASURES.get(kind, ())
    return wishes.measure if wishes.measure in known else USUAL_MEASURE.get(kind, "RR")

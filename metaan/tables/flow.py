"""Table of the flow of studies: every count that was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.results.flow import Flow
    from metaan.review.rows import Row

__all__ = ["flow_table"]

_COLUMNS = (
    Column(name="what", title="What was counted"),
    Column(name="data", title="Identifier", where="csv"),
    Column(name="n", title="Number", numeric=True),
    Column(name="reasons", title="Of these"),
)


def flow_table(rows: Sequence[Row], flow: Flow | None) -> Table:
    """List the counts of the flow diagram.

    Parameters
    ----------
    rows : sequence of Row
        flow.csv.
    flow : Flow or None
        What was read from it.

    Returns
    -------
    Table
        One row per recorded count; none where no flow was recorded.
    """
    counted = [row for row in rows if flow is not None and row.text["data"] in flow.counts]
    return Table(
        id="flow",
        title="Flow of studies: counts",
        columns=_COLUMNS,
        rows=tuple(_cells(row, flow) for row in counted if flow is not None),
    )


def _cells(row: Row, flow: Flow) -> tuple[Cell, ...]:
    name = row.text["data"]
    said = next((t for t in (row.text["description"], row.text["boxtext"]) if t not in ("", "NA")), name)
    count = flow.counts[name]
    reasons = "; ".join(f"{reason}: {number}" for reason, number in flow.reasons.get(name, ()))
    return Cell(said.partition(": [")[0]), Cell(name), number_cell(float(count), str(count)), Cell(reasons)

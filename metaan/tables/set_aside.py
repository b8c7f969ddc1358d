"""Table of the rows that an analysis does not use, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.tables.effects import evidence_cell
from metaan.tables.table import Cell, Column, Table

if TYPE_CHECKING:
    from metaan.results.synthesis import AnalysisResult

__all__ = ["set_aside_table"]

_COLUMNS = (
    Column(name="study", title="Study"),
    Column(name="study_id", title="Id", where="csv"),
    Column(name="arm", title="Arm"),
    Column(name="outcome", title="Outcome"),
    Column(name="reason", title="Why it is not used"),
    Column(name="row", title="Evidence"),
)


def set_aside_table(analysis: AnalysisResult) -> Table:
    """List the rows of an analysis' outcomes that its main scenario leaves out.

    Parameters
    ----------
    analysis : AnalysisResult
        Its main scenario is shown.

    Returns
    -------
    Table
        One row per row of the data that was set aside.
    """
    rows = tuple(
        (
            Cell(row.label),
            Cell(row.study),
            Cell(row.arm),
            Cell(row.outcome),
            Cell(row.reason),
            evidence_cell((row.provenance,)),
        )
        for row in analysis.main.set_aside
    )
    title = f"{analysis.title}: extracted, not used in the main analysis"
    return Table(id=f"{analysis.id}-set-aside", title=title, columns=_COLUMNS, rows=rows)

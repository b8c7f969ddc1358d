"""Table of the rows that an analysis does not use, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.tables.effects import evidence_cell
from metaan.tables.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.synthesis import AnalysisResult

__all__ = ["set_aside_table"]

_COLUMNS = (
    Column(name="study", title="Study"),
    Column(name="study_id", title="Id", where="csv"),
    Column(name="arm_text", title="Arm", where="html"),
    Column(name="arm", title="Arm", where="csv"),
    Column(name="outcome_text", title="Outcome", where="html"),
    Column(name="outcome", title="Outcome", where="csv"),
    Column(name="reason", title="Why it is not used"),
    Column(name="row", title="Evidence"),
)


def set_aside_table(
    analysis: AnalysisResult,
    outcomes: Mapping[str, str] | None = None,
    arms: Mapping[str, str] | None = None,
) -> Table:
    """List the rows of an analysis' outcomes that its main scenario leaves out.

    Parameters
    ----------
    analysis : AnalysisResult
        Its main scenario is shown.
    outcomes : mapping of str to str, optional
        Outcome id to the name to print.
    arms : mapping of str to str, optional
        Anchor of a row (`results-14`) to the name of its arm or arms.

    Returns
    -------
    Table
        One row per row of the data that was set aside.
    """
    outcomes, arms = outcomes or {}, arms or {}
    rows = tuple(
        (
            Cell(row.label),
            Cell(row.study),
            Cell(arms.get(row.provenance.anchor, row.arm)),
            Cell(row.arm),
            Cell(outcomes.get(row.outcome, row.outcome)),
            Cell(row.outcome),
            Cell(f"{row.reason[:1].upper()}{row.reason[1:]}"),
            evidence_cell((row.provenance,)),
        )
        for row in analysis.main.set_aside
    )
    title = f"{analysis.title}: extracted, not used in the main analysis"
    return Table(id=f"{analysis.id}-set-aside", title=title, columns=_COLUMNS, rows=rows)

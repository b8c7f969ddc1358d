"""Table of what was done to the cells of each study: what was added where, what carries nothing, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.tables.effects import evidence_cell
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.network import ArmNote
    from metaan.results.synthesis import AnalysisResult, StudyEffect

__all__ = ["zero_cells_table"]

_COLUMNS = (
    Column(name="study", title="Study"),
    Column(name="study_id", title="Id", where="csv"),
    Column(name="arms", title="Arms"),
    Column(name="counts", title="Events / participants"),
    Column(name="action", title="What was done"),
    Column(name="cells", title="To which cells"),
    Column(name="amount", title="Added to each", numeric=True),
    Column(name="reason", title="Why"),
    Column(name="row", title="Evidence"),
)
_ACTIONS = {"added": "added", "left_out": "carries nothing"}


def zero_cells_table(analysis: AnalysisResult, names: Mapping[str, str]) -> Table:
    """List what the main analysis added to cells, and which studies and arms carry nothing.

    Parameters
    ----------
    analysis : AnalysisResult
        Its main scenario is shown.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per study and entry of its ledger; no row where every cell was used as it is.
    """
    noted: dict[ArmNote, StudyEffect] = {}
    arms: dict[tuple[str, str], StudyEffect] = {}
    for comparison in analysis.main.comparisons:
        for study in comparison.studies:
            arms[study.study, study.treat1] = arms[study.study, study.treat2] = study
            for note in study.ledger:
                noted.setdefault(note, study)
    return Table(
        id=f"{analysis.id}-zero-cells",
        title=f"{analysis.title}: what was done to cells of 0",
        columns=_COLUMNS,
        rows=tuple(_row(note, study, arms, names) for note, study in noted.items()),
        notes=("A study of several arms has one rule for all its comparisons.",),
    )


def _row(
    note: ArmNote,
    study: StudyEffect,
    arms: Mapping[tuple[str, str], StudyEffect],
    names: Mapping[str, str],
) -> tuple[Cell, ...]:
    rows = [row for arm in note.arms if (each := arms.get((note.study, arm))) for row in each.provenance]
    amount = number_cell(note.amount, f"{note.amount:g}") if note.action == "added" else Cell("")
    return (
        Cell(study.label),
        Cell(note.study),
        Cell(", ".join(names.get(arm, arm) for arm in note.arms)),
        Cell(", ".join(_counts(arm, arms.get((note.study, arm))) for arm in note.arms)),
        Cell(_ACTIONS[note.action]),
        Cell(", ".join(note.cells)),
        amount,
        Cell(note.reason),
        evidence_cell(rows or study.provenance),
    )


def _counts(arm: str, study: StudyEffect | None) -> str:
    cells = None if study is None else study.arm1 if study.treat1 == arm else study.arm2
    if cells is None or cells.events is None:
        return "–"
    return f"{cells.events}/{cells.n}"

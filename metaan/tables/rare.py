"""Table of rare events: one set of arms by the methods that differ in what they do about a 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.tables.estimates import estimate_cells, estimate_columns
from metaan.tables.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.results.rare_network import RareRow
    from metaan.results.synthesis import AnalysisResult

__all__ = ["rare_table"]

MEASURE = "OR"
METHODS = {
    "IV": "inverse variance, 0.5 added",
    "MH": "Mantel-Haenszel",
    "NCH": "exact conditional likelihood",
    "penalised": "penalised likelihood (Firth)",
}
NOTES = (
    "Odds ratios with a common effect; 0.5 is added to the cells of a study with a cell of 0. Where the"
    " methods differ, the answer hangs on how zeros are dealt with more than on the data.",
    "Only studies that state events and participants of their arms enter; the numbers of studies are those of"
    " all treatments together.",
)
OTHER_MEASURE = "The analysis itself is of risk ratios: odds ratios lie further from 1 than those."


def rare_table(analysis: AnalysisResult, names: Mapping[str, str]) -> Table:
    """Set every treatment against the reference by each method.

    Parameters
    ----------
    analysis : AnalysisResult
        Its comparison of methods is shown.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        A row for each treatment and method; no row where no method for rare events was called for.
    """
    reference = analysis.rare[0].reference if analysis.rare else ""
    against = names.get(reference, reference)
    return Table(
        id=f"{analysis.id}-rare",
        title=f"{analysis.title}: methods for rare events side by side",
        columns=(
            Column(name="treatment", title="Treatment"),
            Column(name="method", title="Method"),
            *estimate_columns("versus", f"{MEASURE} against {against}"),
            Column(name="studies", title="Studies used", numeric=True),
            Column(name="left_out", title="Studies left out", numeric=True),
            Column(name="reason", title="Why there is no estimate", where="csv"),
        ),
        rows=tuple(
            (
                Cell(names.get(row.treatment, row.treatment)),
                Cell(METHODS[row.method]),
                *estimate_cells(row.estimate, row.se, MEASURE, analysis.level),
                Cell(str(row.studies), float(row.studies)),
                Cell(str(row.left_out), float(row.left_out)),
                Cell(row.reason),
            )
            for row in analysis.rare
        ),
        notes=(
            *NOTES,
            *(() if analysis.main.measure == MEASURE else (OTHER_MEASURE,)),
            *_why(analysis.rare, names),
        ),
    )


def _why(rows: Sequence[RareRow], names: Mapping[str, str]) -> tuple[str, ...]:
    """Say once why there is no estimate, for all the treatments and methods that it holds for."""
    treatments: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    methods: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.reason:
            methods.setdefault((row.treatment, row.reason), []).append(METHODS[row.method])
    for (treatment, reason), by in methods.items():
        treatments.setdefault((reason, tuple(by)), []).append(names.get(treatment, treatment))
    return tuple(
        f"No estimate of {', '.join(held)} by {'any method' if len(by) == len(METHODS) else ', '.join(by)}:"
        f" {reason}."
        for (reason, by), held in treatments.items()
    )

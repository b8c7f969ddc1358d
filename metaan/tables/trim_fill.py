"""Table of trim and fill: the mean as it is, and with the mirror images of studies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from metaan.format import back_transform, effect_with_interval, fixed, percent, shown_scale, variance
from metaan.tables.estimates import estimate_columns
from metaan.tables.table import Cell, Column, Table, number_cell, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from metaan.results.pairwise import Pooled
    from metaan.results.synthesis import AnalysisResult, Comparison
    from metaan.results.trimfill import TrimFill

__all__ = ["trim_fill_table"]

_ESTIMATOR = (
    "How many studies are filled in is counted by the estimator L0; both means are by the same model, with"
    " the same kind of interval."
)


def trim_fill_table(analysis: AnalysisResult, names: Mapping[str, str]) -> Table:
    """Set the mean beside that with the studies filled in, for comparisons of ten studies or more.

    Parameters
    ----------
    analysis : AnalysisResult
        Its main scenario is shown.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per comparison; no row where no comparison has ten studies.
    """
    compared = analysis.main.comparisons
    shown = [(each, each.trim_fill) for each in compared if each.trim_fill is not None]
    notes = dict.fromkeys(sentence(note) for _, found in shown for note in found.notes)
    columns = _columns(f"{analysis.main.measure} ({100 * analysis.level:g}% CI)", alone=len(shown) < 2)
    return Table(
        id=f"{analysis.id}-trim-fill",
        title=f"{analysis.title}: trim and fill, a sensitivity analysis",
        columns=columns,
        rows=tuple(tuple(_row(each, found, analysis.main.measure, names)) for each, found in shown),
        notes=(*notes, _ESTIMATOR),
    )


def _columns(title: str, *, alone: bool) -> tuple[Column, ...]:
    comparison = Column(name="comparison", title="Comparison")
    return (
        replace(comparison, where="csv") if alone else comparison,
        Column(name="treatment_1", title="First treatment", where="csv"),
        Column(name="treatment_2", title="Second treatment", where="csv"),
        Column(name="studies", title="Studies", numeric=True),
        Column(name="filled", title="Filled in", numeric=True),
        Column(name="side", title="Side"),
        *estimate_columns("found", f"As found: {title}"),
        *estimate_columns("with", f"With those filled in: {title}"),
        Column(name="tau2_found", title="τ² as found", numeric=True),
        Column(name="tau2_with", title="τ² with", numeric=True),
        Column(name="I2_found", title="I² as found", numeric=True),
        Column(name="I2_with", title="I² with", numeric=True),
    )


def _row(comparison: Comparison, found: TrimFill, measure: str, names: Mapping[str, str]) -> Iterator[Cell]:
    pair = (comparison.treat1, comparison.treat2)
    fits = [fit for fit in (comparison.main, found.pooled) if fit is not None]
    yield Cell(" versus ".join(names.get(node, node) for node in pair))
    yield from (Cell(node) for node in pair)
    yield Cell(str(comparison.k), float(comparison.k))
    yield Cell(str(found.k0), float(found.k0))
    yield Cell(found.side if found.k0 else "")
    for fit in fits:
        yield from _fit_cells(fit, measure)
    yield from (number_cell(fit.tau2, variance(fit.tau2)) for fit in fits)
    yield from (number_cell(fit.I2, percent(fit.I2, 1), 1.0) for fit in fits)


def _fit_cells(fit: Pooled, measure: str) -> Iterator[Cell]:
    """Write a mean with its own interval, as a person reads it and on the analysis scale."""
    scale = (fit.estimate, *fit.ci)
    residue = shown_scale(fit.se, measure)
    yield Cell(effect_with_interval(*scale, measure))
    yield from (number_cell(back_transform(value, measure), fixed(value), residue) for value in scale)
    yield from (number_cell(value, fixed(value, 4), fit.se) for value in (scale[0], fit.se, *scale[1:]))

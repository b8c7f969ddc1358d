"""Table of the studies in each comparison of an analysis: cells, effect, weight, and the rows behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import (
    DASH,
    RATIO_MEASURES,
    back_transform,
    effect_with_interval,
    fixed,
    shares,
    shown_scale,
    significant,
)
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from metaan.results.synthesis import AnalysisResult, ArmData, Comparison, Provenance, StudyEffect

__all__ = ["effects_table", "evidence_cell"]


def effects_table(analysis: AnalysisResult, names: Mapping[str, str]) -> Table:
    """List every study of every comparison in the main analysis.

    Parameters
    ----------
    analysis : AnalysisResult
        Its main scenario is shown.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per study and comparison; `effect` columns are as a person reads them, `yi`, `sei`
        and `ci` columns on the analysis scale (log for ratio measures); weights are percent of the main fit.
    """
    measure = analysis.main.measure
    rows = tuple(
        _study_row(study, weight, measure, names)
        for comparison in analysis.main.comparisons
        for study, weight in _weighted(comparison)
    )
    return Table(
        id=f"{analysis.id}-studies",
        title=f"{analysis.title}: studies in each comparison",
        columns=_columns(measure, analysis.level),
        rows=rows,
        notes=_notes(analysis),
    )


def evidence_cell(provenance: Iterable[Provenance]) -> Cell:
    """Lead from a cell to every row of the evidence ledger behind it, once each."""
    anchors = tuple(dict.fromkeys(p.anchor for p in provenance))
    return Cell("; ".join(anchors), links=tuple((anchor, f"#{anchor}") for anchor in anchors))


def _columns(measure: str, level: float) -> tuple[Column, ...]:
    scale = "log scale" if measure in RATIO_MEASURES else "analysis scale"
    arms = (
        Column(name=f"{cell}_{side}", title=f"{cell} {side}", numeric=True, where="csv")
        for side in (1, 2)
        for cell in ("n", "events", "mean", "sd")
    )
    return (
        Column(name="study", title="Study"),
        Column(name="study_id", title="Id", where="csv"),
        Column(name="treat1", title="First"),
        Column(name="treat2", title="Second"),
        Column(name="arm_1", title="First arm", where="html"),
        Column(name="arm_2", title="Second arm", where="html"),
        *arms,
        Column(name="effect_text", title=f"{measure} ({100 * level:g}% CI)", where="html"),
        Column(name="effect", title=measure, numeric=True, where="csv"),
        Column(name="effect_low", title="low", numeric=True, where="csv"),
        Column(name="effect_high", title="high", numeric=True, where="csv"),
        Column(name="yi", title=f"yi ({scale})", numeric=True, where="csv"),
        Column(name="sei", title=f"sei ({scale})", numeric=True, where="csv"),
        Column(name="ci_low", title=f"low ({scale})", numeric=True, where="csv"),
        Column(name="ci_high", title=f"high ({scale})", numeric=True, where="csv"),
        Column(name="weight_percent", title="Weight (%)", numeric=True),
        Column(name="status", title="Status"),
        Column(name="note", title="Note"),
        Column(name="rows", title="Evidence"),
    )


def _weighted(comparison: Comparison) -> Iterable[tuple[StudyEffect, Cell]]:
    fit = comparison.main
    weights = [] if fit is None else fit.weights.tolist()
    cells = iter([Cell(text, 100 * w) for text, w in zip(shares(weights), weights, strict=True)])
    for study in comparison.studies:
        yield study, next(cells, Cell(DASH)) if study.estimable else Cell(DASH)


def _study_row(study: StudyEffect, weight: Cell, measure: str, names: Mapping[str, str]) -> tuple[Cell, ...]:
    shown = tuple(back_transform(value, measure) for value in (study.yi, study.ci_low, study.ci_high))
    printed = effect_with_interval(study.yi, study.ci_low, study.ci_high, measure)
    return (
        Cell(study.label),
        Cell(study.study),
        Cell(names.get(study.treat1, study.treat1)),
        Cell(names.get(study.treat2, study.treat2)),
        Cell(_arm_text(study.arm1)),
        Cell(_arm_text(study.arm2)),
        *_arm_cells(study.arm1),
        *_arm_cells(study.arm2),
        Cell(printed),
        *(number_cell(value, fixed(value), shown_scale(study.sei, measure)) for value in shown),
        *(number_cell(v, fixed(v, 4), study.sei) for v in (study.yi, study.sei, study.ci_low, study.ci_high)),
        weight,
        Cell(study.status),
        Cell(_note(study)),
        evidence_cell(study.provenance),
    )


def _arm_text(arm: ArmData | None) -> str:
    if arm is None:
        return DASH
    if arm.events is not None:
        return f"{arm.events}/{arm.n}"
    if arm.mean is None:
        return f"n = {arm.n}"
    spread = "SD not reported" if arm.sd is None else f"SD {significant(arm.sd)}"
    return f"{fixed(arm.mean)} ({spread}), n = {arm.n}"


def _arm_cells(arm: ArmData | None) -> tuple[Cell, ...]:
    values = (None,) * 4 if arm is None else (arm.n, arm.events, arm.mean, arm.sd)
    return tuple(Cell(DASH if v is None else str(v), None if v is None else float(v)) for v in values)


def _note(study: StudyEffect) -> str:
    marks = (
        "multi-arm study" if study.multiarm else "",
        "report that sums several trials" if study.pooled_report else "",
        study.note,
    )
    return "; ".join(mark for mark in marks if mark)


def _notes(analysis: AnalysisResult) -> tuple[str, ...]:
    return (
        f"Effects are first versus second. {100 * analysis.level:g}% intervals of single studies are normal.",
    )

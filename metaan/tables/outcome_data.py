"""The numbers as they entered the analyses, arm by arm, each with its source, quotation and derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import effect_with_interval, fixed, significant
from metaan.tables.effects import evidence_cell
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from metaan.results.synthesis import AnalysisResult, ArmData, Provenance, StudyEffect

__all__ = ["outcome_data_table"]

_COLUMNS = (
    Column(name="study", title="Study"),
    Column(name="study_id", title="Id", where="csv"),
    Column(name="analysis_title", title="Outcome", where="html"),
    Column(name="analysis", title="Analysis", where="csv"),
    Column(name="treatment", title="Treatment"),
    Column(name="arms", title="Arms", where="csv"),
    Column(name="numbers", title="Numbers", where="html"),
    *(Column(name=name, title=name, numeric=True, where="csv") for name in ("n", "events", "mean", "sd")),
    *(Column(name=name, title=name, numeric=True, where="csv") for name in ("yi", "sei")),
    Column(name="status", title="Status"),
    Column(name="source", title="Source and place"),
    Column(name="quote", title="Quote"),
    Column(name="derivation", title="Derivation or caution"),
    Column(name="rows", title="Evidence"),
)


def outcome_data_table(analyses: Sequence[AnalysisResult], names: Mapping[str, str]) -> Table:
    """List every number of an arm, or of a difference, that stands in a main analysis.

    Parameters
    ----------
    analyses : sequence of AnalysisResult
        Their main scenarios are shown.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per analysis, study and treatment after arms were merged; one per difference where a study
        reported only that (`yi`, `sei` on the analysis scale, log for ratios).
    """
    return Table(
        id="outcome-data",
        title="Outcome data: the numbers as they entered the main analyses",
        columns=_COLUMNS,
        rows=tuple(row for analysis in analyses for row in _rows(analysis, names)),
    )


def _rows(analysis: AnalysisResult, names: Mapping[str, str]) -> Iterator[tuple[Cell, ...]]:
    seen: set[tuple[str, str]] = set()
    for comparison in analysis.main.comparisons:
        for study in comparison.studies:
            if study.arm1 is None or study.arm2 is None:
                yield _difference(analysis, study, names)
                continue
            for treatment, arm in ((study.treat1, study.arm1), (study.treat2, study.arm2)):
                if (study.study, treatment) not in seen:
                    seen.add((study.study, treatment))
                    yield _arm(analysis, study, arm, names.get(treatment, treatment))


def _arm(analysis: AnalysisResult, study: StudyEffect, arm: ArmData, treatment: str) -> tuple[Cell, ...]:
    values = (arm.n, arm.events, arm.mean, arm.sd)
    return (
        *_head(analysis, study, treatment),
        Cell(", ".join(arm.arms)),
        Cell(_numbers(arm)),
        *(Cell("", None if value is None else float(value)) for value in values),
        Cell(""),
        Cell(""),
        *_told(arm.status, arm.provenance),
    )


def _difference(analysis: AnalysisResult, study: StudyEffect, names: Mapping[str, str]) -> tuple[Cell, ...]:
    pair = f"{names.get(study.treat1, study.treat1)} minus {names.get(study.treat2, study.treat2)}"
    measure = analysis.main.measure
    shown = effect_with_interval(study.yi, study.ci_low, study.ci_high, measure)
    return (
        *_head(analysis, study, pair),
        Cell(""),
        Cell(f"{measure} {shown}" if study.estimable else "not estimable"),
        *(Cell("") for _ in range(4)),
        number_cell(study.yi, "", study.sei),
        number_cell(study.sei, ""),
        *_told(study.status, study.provenance),
    )


def _head(analysis: AnalysisResult, study: StudyEffect, treatment: str) -> tuple[Cell, ...]:
    return (
        Cell(study.label),
        Cell(study.study),
        Cell(analysis.title, href=f"#{analysis.id}"),
        Cell(analysis.id),
        Cell(treatment),
    )


def _numbers(arm: ArmData) -> str:
    if arm.events is not None:
        return f"{arm.events}/{arm.n}"
    mean = "mean not reported" if arm.mean is None else f"mean {fixed(arm.mean)}"
    spread = "SD not reported" if arm.sd is None else f"SD {significant(arm.sd)}"
    return f"{mean}, {spread}, n {arm.n}"


def _told(status: str, rows: Sequence[Provenance]) -> tuple[Cell, ...]:
    return (
        Cell(status),
        Cell(_each(", ".join(part for part in (row.source, row.locator) if part) for row in rows)),
        Cell(_each(row.quote for row in rows)),
        Cell(_each(row.derivation for row in rows)),
        evidence_cell(rows),
    )


def _each(texts: Iterable[str]) -> str:
    """Join what several rows say, the same only once."""
    return " | ".join(dict.fromkeys(text for text in texts if text))

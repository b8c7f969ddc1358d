"""One analysis with its sensitivities, from its rows to its results: the part that needs the models."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from metaan.errors import InputError
from metaan.report.changes import changed_words, same_numbers, signature
from metaan.report.findings import findings_of
from metaan.report.pairs import node_order
from metaan.report.rare_methods import rare_methods
from metaan.report.refits import with_refits
from metaan.report.scenario import run_scenario
from metaan.report.small_study import looked_into
from metaan.results.synthesis import UNCHANGED, AnalysisResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.results.synthesis import Scenario
    from metaan.review.plan import AnalysisPlan, SensitivityPlan
    from metaan.review.rows import Review
    from metaan.review.select import Selection
    from metaan.types import Direction, Kind

__all__ = ["compute"]


def compute(
    review: Review,
    analysis: AnalysisPlan,
    selection: Selection,
    varied: Sequence[tuple[SensitivityPlan, Selection]],
) -> AnalysisResult:
    """Compute an analysis.

    Parameters
    ----------
    review : Review
        What the analysis may look at; see `metaan.report.extract.extract`.
    analysis : AnalysisPlan
        The analysis.
    selection : Selection
        The rows of its main scenario.
    varied : sequence of (SensitivityPlan, Selection)
        The sensitivities that fit it, each with its rows.

    Returns
    -------
    AnalysisResult
        A sensitivity that would change neither rows nor choices is named in its notes.

    Raises
    ------
    InputError
        Where it has no direction, which `metaan check` finds too.
    """
    choices = selection.choices
    main = looked_into(with_refits(review, run_scenario(review, analysis, selection), analysis.subgroup))
    order, level = node_order(review, nodes=choices.nodes), review.plan.defaults.level
    idle = [each.label for each, other in varied if signature(other) == signature(selection)]
    return AnalysisResult(
        id=analysis.id,
        title=analysis.title,
        question=analysis.question,
        kind=_kind(choices.kind),
        outcomes=choices.outcomes,
        direction=_direction(analysis, choices.direction),
        level=level,
        prespecified=analysis.prespecified,
        main=main,
        sensitivity=tuple(
            _varied(review, analysis, each, (selection, other), main)
            for each, other in varied
            if signature(other) != signature(selection)
        ),
        notes=(*analysis.notes, *_idle_note(idle)),
        findings=findings_of(review, analysis, choices, main, order),
        funnel_order=tuple(analysis.funnel_order),
        funnel_order_is=analysis.funnel_order_is,
        rare=rare_methods(main, order, level=level),
    )


def _varied(
    review: Review,
    analysis: AnalysisPlan,
    plan: SensitivityPlan,
    selections: tuple[Selection, Selection],
    main: Scenario,
) -> Scenario:
    before, after = selections
    scenario = run_scenario(
        review,
        analysis,
        after,
        id=plan.id,
        label=plan.label,
        changed=changed_words(review, before, after),
        notes=plan.notes,
    )
    if not same_numbers(main, scenario):
        return scenario
    return replace(scenario, notes=(*scenario.notes, UNCHANGED))


def _idle_note(labels: list[str]) -> tuple[str, ...]:
    if not labels:
        return ()
    return (
        "Not repeated, because they would change neither the rows nor the choices of this analysis:"
        f" {'; '.join(labels)}.",
    )


def _kind(text: str) -> Kind:
    return "continuous" if text == "continuous" else "binary"


def _direction(analysis: AnalysisPlan, text: str) -> Direction:
    if text == "higher_better":
        return "higher_better"
    if text == "lower_better":
        return "lower_better"
    raise InputError(
        f'analysis "{analysis.id}" has no direction: fill direction of its outcomes in outcomes.csv,'
        " or give the analysis one in review.toml."
    )

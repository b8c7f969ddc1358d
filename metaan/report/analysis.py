"""The whole pipeline on one page: a review in, every analysis with its sensitivities out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from metaan.errors import InputError
from metaan.report.changes import changed_words, same_numbers, signature
from metaan.report.findings import findings_of
from metaan.report.memory import Memory
from metaan.report.pairs import node_order
from metaan.report.rare_methods import rare_methods
from metaan.report.refits import with_refits
from metaan.report.scenario import run_scenario
from metaan.report.small_study import looked_into
from metaan.results.synthesis import UNCHANGED, AnalysisResult
from metaan.review.select import select
from metaan.review.settle import misfit, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from metaan.results.synthesis import Scenario
    from metaan.review.plan import AnalysisPlan, SensitivityPlan
    from metaan.review.rows import Review
    from metaan.review.select import Selection
    from metaan.types import Direction, Kind

__all__ = ["analyse"]


def _silent(message: str) -> None:
    del message


def analyse(
    review: Review, *, progress: Callable[[str], None] = _silent, memory: Memory | None = None
) -> tuple[AnalysisResult, ...]:
    """Run every analysis of a review, each with the sensitivities that fit it.

    Parameters
    ----------
    review : Review
        A review without errors; see `metaan.review.read.read_review`.
    progress : callable
        Called with one line for each analysis.
    memory : Memory, optional
        Analyses of an earlier call; those that follow from the same are taken as they were.

    Returns
    -------
    tuple of AnalysisResult
        In the order of the plan. A sensitivity that would change neither rows nor choices of an analysis is
        left out there, and the analysis's notes name it.

    Raises
    ------
    InputError
        Where an analysis has no direction, which `metaan check` finds too.
    """
    memory = memory or Memory()
    results = []
    for analysis in review.plan.analysis:
        progress(f"{analysis.title}")
        selection = select(review, analysis, settle(review, analysis))
        fitting = [each for each in review.plan.sensitivity if not misfit(review, analysis, each)]
        varied = [(each, select(review, analysis, settle(review, analysis, each))) for each in fitting]
        rows = [selection, *(other for _, other in varied)]
        compute = partial(_analysis, review, analysis, selection, varied)
        results.append(memory.recall(review, analysis, rows, compute))
    memory.turn()
    return tuple(results)


def _analysis(
    review: Review,
    analysis: AnalysisPlan,
    selection: Selection,
    varied: Sequence[tuple[SensitivityPlan, Selection]],
) -> AnalysisResult:
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

"""The whole pipeline on one page: a review in, every analysis with its sensitivities out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from metaan.report.ahead import begin
from metaan.report.extract import extract, extract_words
from metaan.report.memory import Memory
from metaan.review.select import select
from metaan.review.settle import misfit, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from metaan.results.synthesis import AnalysisResult
    from metaan.review.plan import AnalysisPlan, SensitivityPlan
    from metaan.review.rows import Review
    from metaan.review.select import Selection

__all__ = ["analyse", "begin_analyses"]


def _silent(message: str) -> None:
    del message


def analyse(
    review: Review,
    *,
    progress: Callable[[str], None] = _silent,
    memory: Memory | None = None,
    begun: Sequence[Callable[[], AnalysisResult]] | None = None,
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
    begun : sequence of callable, optional
        The analyses where `begin_analyses` has begun them.

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
    if begun is None:
        begun = begin_analyses(review, Memory() if memory is None else memory)
    results = []
    for analysis, result in zip(review.plan.analysis, begun, strict=True):
        progress(f"{analysis.title}")
        results.append(result())
    return tuple(results)


def begin_analyses(
    review: Review, memory: Memory, computing: Executor | None = None
) -> tuple[Callable[[], AnalysisResult], ...]:
    """Begin every analysis that memory does not hold; calling an answer waits for its result.

    Parameters
    ----------
    review, memory
        As in `analyse`.
    computing : Executor or None
        Another process that computes; without it, this one does, when it is asked for the result.
    """
    return tuple(_begun(review, analysis, memory, computing) for analysis in review.plan.analysis)


def _begun(
    review: Review, analysis: AnalysisPlan, memory: Memory, computing: Executor | None
) -> Callable[[], AnalysisResult]:
    """Begin an analysis that memory does not hold; calling the answer waits for it."""
    selection = select(review, analysis, settle(review, analysis))
    fitting = [each for each in review.plan.sensitivity if not misfit(review, analysis, each)]
    varied = [(each, select(review, analysis, settle(review, analysis, each))) for each in fitting]
    rows = (selection, *(other for _, other in varied))
    own = extract(review, analysis, rows)
    key = memory.key("analysis", extract_words(own, rows))
    return begin(key, partial(_computed, own, analysis, selection, varied), memory, computing)


def _computed(
    review: Review,
    analysis: AnalysisPlan,
    selection: Selection,
    varied: Sequence[tuple[SensitivityPlan, Selection]],
) -> AnalysisResult:
    from metaan.report.compute import compute  # the models are slow to load, and often need not be

    return compute(review, analysis, selection, varied)

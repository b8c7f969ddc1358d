"""The matrix of answers: one row for each outcome, one cell for each question of the review."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from metaan.format import effect, interval, measure_name
from metaan.report.limits import other_interval, shows_other_interval
from metaan.report.views import MatrixCell, MatrixRow
from metaan.report.wording import capital, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from metaan.results.synthesis import AnalysisResult, Answer, Comparison

__all__ = ["matrix_row", "network_anchor", "pair_words"]

DIRECTION_WORDS = {"higher_better": "higher is better", "lower_better": "lower is better"}


def matrix_row(
    analysis: AnalysisResult,
    asked: Iterable[tuple[str, str]],
    names: Mapping[str, str],
    anchors: Mapping[tuple[str, str, str], str],
) -> MatrixRow:
    """Say what one outcome answers.

    Parameters
    ----------
    analysis : AnalysisResult
        Its main scenario is shown.
    asked : iterable of (str, str)
        The questions, in the order of the columns.
    names : mapping of str to str
        Node to the name to print.
    anchors : mapping of (str, str, str) to str
        Where each comparison stands in the page.
    """
    found = {(answer.treat1, answer.treat2): answer for answer in analysis.main.answers}
    scale = f"{measure_name(analysis.main.measure)}, {DIRECTION_WORDS.get(analysis.direction, '')}".rstrip(
        ", "
    )
    cells = tuple(_matrix_cell(analysis, pair, found.get(pair), names, anchors) for pair in asked)
    return MatrixRow(
        title=analysis.title,
        href=f"#{analysis.id}",
        scale=scale,
        cells=cells,
        others=() if any(cell.href for cell in cells) else _other_places(analysis, names, anchors),
    )


def network_anchor(analysis: AnalysisResult) -> str:
    """Name the place of an analysis' network; no analysis or comparison can have a dot in its own."""
    return f"{analysis.id}.network"


def pair_words(pair: tuple[str, str], names: Mapping[str, str]) -> str:
    """Name two treatments, first versus second.

    Examples
    --------
    >>> pair_words(("a", "b"), {"a": "Drug A"})
    'Drug A versus b'
    """
    return f"{names.get(pair[0], pair[0])} versus {names.get(pair[1], pair[1])}"


def _other_places(
    analysis: AnalysisResult,
    names: Mapping[str, str],
    anchors: Mapping[tuple[str, str, str], str],
) -> tuple[tuple[str, str], ...]:
    asked = {(answer.treat1, answer.treat2) for answer in analysis.main.answers}
    pairs = [(each.treat1, each.treat2) for each in analysis.main.comparisons if each.k]
    return tuple(
        (capital(pair_words(pair, names)), f"#{anchors[analysis.id, *pair]}")
        for pair in pairs
        if pair not in asked
    )


def _matrix_cell(
    analysis: AnalysisResult,
    pair: tuple[str, str],
    answer: Answer | None,
    names: Mapping[str, str],
    anchors: Mapping[tuple[str, str, str], str],
) -> MatrixCell:
    label = f"{analysis.title}: {pair_words(pair, names)}"
    if answer is None or isnan(answer.estimate):
        compared = answer is not None and answer.evidence == "not estimable"
        basis = "compared, but not estimable" if compared else "no connected evidence"
        return MatrixCell(estimate="", interval="", basis=basis, caution="", href="", label=label)
    measure = analysis.main.measure
    comparison = _compared(analysis, pair)
    href = anchors.get((analysis.id, *pair)) if answer.evidence == "direct" else None
    return MatrixCell(
        estimate=effect(answer.estimate, measure),
        interval=interval(answer.ci_low, answer.ci_high, measure),
        basis=_basis(answer, comparison),
        caution=_caution(answer, comparison, measure),
        href=f"#{href or network_anchor(analysis)}",
        label=label,
    )


def _compared(analysis: AnalysisResult, pair: tuple[str, str]) -> Comparison | None:
    return next((each for each in analysis.main.comparisons if (each.treat1, each.treat2) == pair), None)


def _basis(answer: Answer, comparison: Comparison | None) -> str:
    if not answer.k:
        return answer.evidence
    studies = counted(answer.k, "study", "studies")
    if (
        answer.k == 1
        and comparison is not None
        and any(study.pooled_report for study in comparison.studies if study.estimable)
    ):
        studies = "one report of several trials"
    direct = f"{studies}, n\u00a0=\u00a0{answer.n:,}"
    return f"direct ({direct}) and indirect" if answer.evidence == "mixed" else f"{answer.evidence}, {direct}"


def _caution(answer: Answer, comparison: Comparison | None, measure: str) -> str:
    if answer.evidence != "direct" or comparison is None or not shows_other_interval(comparison):
        return ""
    name, fit = other_interval(comparison)
    return f"{name}: {interval(*fit.ci, measure)}"

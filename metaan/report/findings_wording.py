"""The plain words of a finding: those of GRADE where somebody rated it, the bare numbers where nobody did."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from metaan.appraisal.grade import statement
from metaan.format import effect, null_value
from metaan.tables.absolute import more_or_fewer, with_limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.grading import AbsoluteEffect, Rating
    from metaan.results.synthesis import AnalysisResult, Answer

__all__ = ["plain_finding"]

SILENT = {
    "none": "No study compares them, directly or through others.",
    "not estimable": "Studies compare them, but nothing can be estimated.",
}


def plain_finding(
    analysis: AnalysisResult,
    answer: Answer,
    absolute: AbsoluteEffect | None,
    rating: Rating | None,
    names: Mapping[str, str],
) -> str:
    """Say what was found in one or two sentences.

    Parameters
    ----------
    analysis : AnalysisResult
        The outcome.
    answer : Answer
        What was found.
    absolute : AbsoluteEffect or None
        Of a binary outcome.
    rating : Rating or None
        None where nobody rated the certainty; then no word of certainty is said.
    names : mapping of str to str
        Node to the name to print.
    """
    if isnan(answer.estimate):
        return SILENT.get(answer.evidence, "There is no estimate.")
    first = names.get(answer.treat1, answer.treat1)
    second = names.get(answer.treat2, answer.treat2)
    if rating is None:
        return _numbers(analysis, answer, absolute, first, second)
    higher = None if answer.estimate == 0 else answer.estimate > 0
    said = statement(
        rating.certainty,
        size=rating.size,
        higher=higher,
        outcome=_inside(analysis.title),
        first=first,
        second=second,
    )
    if rating.certainty == "very low" or rating.size == "little or none" or higher is None:
        return said
    better = (analysis.direction == "higher_better") == higher
    return f"{said} This favours {first if better else second}."


def _numbers(
    analysis: AnalysisResult, answer: Answer, absolute: AbsoluteEffect | None, first: str, second: str
) -> str:
    if absolute is not None and not isnan(absolute.difference):
        limits = with_limits(absolute.difference, absolute.difference_ci, more_or_fewer)
        return f"Of 1000 people, {limits} with {first} than with {second}."
    measure = analysis.main.measure
    shown = effect(answer.estimate, measure)
    if measure in ("MD", "SMD"):
        units = " standard deviations" if measure == "SMD" else ""
        turned = "higher" if answer.estimate > 0 else "lower" if answer.estimate < 0 else "different"
        return f"On average {shown.lstrip('−')}{units} {turned} with {first} than with {second}."
    return f"{measure} {shown} for {first} against {second}; {null_value(measure):g} is no difference."


def _inside(title: str) -> str:
    """Write a title within a sentence: lower case, unless it begins with an abbreviation.

    Examples
    --------
    >>> _inside("Any adverse event"), _inside("ODI at 1 week")
    ('any adverse event', 'ODI at 1 week')
    """
    return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title

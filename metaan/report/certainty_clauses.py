"""What the methods text says of the summary of findings: who rated the certainty, where risks come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.report.clauses import Clause
from metaan.report.summary import summary_of_findings
from metaan.report.wording import counted, joined, spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.results.summary import Finding
    from metaan.results.synthesis import AnalysisResult
    from metaan.review.rows import Review

__all__ = ["certainty_clauses"]

NOT_RATED = "Certainty of the evidence was not rated."


def certainty_clauses(review: Review, analyses: Sequence[AnalysisResult]) -> list[Clause]:
    """Say how the certainty was rated, or that it was not, and how absolute effects came about.

    Parameters
    ----------
    review : Review
        Its grade.csv holds the ratings.
    analyses : sequence of AnalysisResult
        What ran.

    Returns
    -------
    list of Clause
        Nothing is said of absolute effects where there are none.
    """
    findings = summary_of_findings(review, analyses)
    return [*_rated(findings), *_absolute(findings)]


def _rated(findings: Sequence[Finding]) -> list[Clause]:
    known = [each for each in findings if each.answer.estimate == each.answer.estimate]
    ratings = [each.rating for each in known if each.rating is not None]
    if not ratings:
        return [Clause(NOT_RATED)]
    who = list(dict.fromkeys(each.assessor or each.source or "assessor not recorded" for each in ratings))
    text = (
        f"The certainty of {spelled(len(ratings))} of {counted(len(known), 'estimate')} of the summary of"
        f" findings was rated by GRADE ({joined(who, 'and')}); the others stand as not rated."
        if len(ratings) < len(known)
        else f"The certainty of every estimate of the summary of findings was rated by GRADE"
        f" ({joined(who, 'and')})."
    )
    wording = "Statements are worded by the certainty as GRADE advises."
    return [Clause(text, ("guyatt2008",)), Clause(wording, ("santesso2020",))]


def _absolute(findings: Sequence[Finding]) -> list[Clause]:
    shown = [each for each in findings if each.absolute is not None]
    if not shown:
        return []
    planned = any(each.assumed.groups == 0 and each.assumed.value == each.assumed.value for each in shown)
    source = "the median of the comparator's groups in the studies used"
    source += ", or the risk that the plan names" if planned else ""
    text = (
        f"Absolute effects follow from the relative effect and an assumed risk with the comparator: {source}."
    )
    return [Clause(text, ("higgins2024",))]

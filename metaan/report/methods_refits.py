"""What the methods text says of fits that were repeated."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from metaan.report.clauses import Clause
from metaan.report.wording import joined, spelled
from metaan.results.least import LEAST_TO_LEAVE_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metaan.results.synthesis import AnalysisResult

__all__ = ["refit_clauses"]


def refit_clauses(analyses: Iterable[AnalysisResult]) -> list[Clause]:
    """Say which fits were repeated, for the methods text; nothing where none was.

    Parameters
    ----------
    analyses : iterable of AnalysisResult
        The analyses of the review.
    """
    compared = [each for analysis in analyses for each in analysis.main.comparisons]
    grouped = [each.panels for each in compared if each.panels is not None and each.panels.found is not None]
    said = []
    if grouped:
        columns = joined(sorted({panels.column for panels in grouped}), "and")
        tested = [panels.found for panels in grouped if panels.found is not None]
        welch = any(isfinite(found.Q_between_dof[1]) for found in tested)
        test = "Welch's test" if welch else "a χ² test"
        text = f"Studies were grouped by {columns} of studies.csv, each group with a τ² of its own, and"
        text += f" differences between the groups were tested by {test}."
        said.append(Clause(text, ("welch1951",) if welch else ()))
    if any(each.leave_one_out is not None for each in compared):
        text = f"With {spelled(LEAST_TO_LEAVE_OUT)} studies or more, each was left out in turn."
        said.append(Clause(text))
    if any(each.cumulative is not None for each in compared):
        text = "Where every study of a comparison has a year, studies were added up in the order of years."
        said.append(Clause(text, ("lau1992",)))
    return said

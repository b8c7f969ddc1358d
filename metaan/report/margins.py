"""Which differences matter in an analysis: what the plan says, else what the outcomes' scales say."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.results.margin import Margin
    from metaan.review.plan import AnalysisPlan
    from metaan.review.rows import Review, Row

__all__ = ["margin_of"]


def margin_of(review: Review, analysis: AnalysisPlan, measure: str) -> Margin:
    """Give the smallest difference that matters, or both thresholds, as a person reads them.

    Parameters
    ----------
    review : Review
        Its outcomes.csv is asked where the plan names no margin, for a mean difference only: the units of a
        scale are those of no other measure.
    analysis : AnalysisPlan
        The analysis.
    measure : str
        What it is measured by.

    Returns
    -------
    float or (float, float)
        `nan` where nobody said, or the outcomes of the analysis differ.
    """
    if analysis.margin:
        return analysis.smallest
    if measure != "MD":
        return nan
    rows = [row for row in review.tables["outcomes"] if row.text["outcome_id"] in analysis.outcomes]
    stated = {_of_outcome(row) for row in rows}
    found = stated.pop() if len(stated) == 1 else None
    return nan if found is None else found


def _of_outcome(row: Row) -> Margin | None:
    mid, low, high = (row.number_of(name) for name in ("mid", "mid_low", "mid_high"))
    if low is not None and high is not None:
        return float(low), float(high)
    return None if mid is None else float(mid)

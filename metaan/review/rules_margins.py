"""Rules on the smallest differences that matter: they lie on both sides of no effect, the lower first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.errors import InputError
from metaan.format import RATIO_MEASURES
from metaan.results.margin import margin_band
from metaan.review.rows import Review
from metaan.review.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.review.load import Loaded
    from metaan.review.plan import AnalysisPlan
    from metaan.review.problems import Problem
    from metaan.review.rows import Row

__all__ = ["margin_faults"]


def margin_faults(loaded: Loaded) -> Iterator[Problem]:
    """Find thresholds of outcomes.csv and of the plan that are no differences, or on the wrong side."""
    for row in loaded.tables["outcomes"]:
        yield from _of_outcome(loaded, row)
    for place, analysis in enumerate(loaded.plan.analysis if loaded.plan is not None else ()):
        if analysis.margin:
            yield from _of_analysis(loaded, place, analysis)


def _of_outcome(loaded: Loaded, row: Row) -> Iterator[Problem]:
    mid, low, high = (row.number_of(name) for name in ("mid", "mid_low", "mid_high"))
    where = row.text["outcome_id"]
    if mid is not None and not mid > 0:
        cure = "write the size of the difference, without a sign."
        yield loaded.fault("D043", row, "mid", f"The mid of {where} is not above 0.", cure)
    if low is None and high is None:
        return
    if mid is not None:
        message = f"{where} has a mid for both sides, and thresholds of its own for each."
        yield loaded.fault("D043", row, "mid", message, "keep mid, or mid_low with mid_high.")
    for name, value, wrong, cure in (
        ("mid_low", low, low is not None and low >= 0, "write a number below 0."),
        ("mid_high", high, high is not None and high <= 0, "write a number above 0."),
    ):
        if value is None:
            message = f"{where} has a threshold on the other side only."
            yield loaded.fault("D043", row, name, message, f"{cure[:-1]} here too.")
        elif wrong:
            message = f"The {name} of {where} is on the wrong side of no difference."
            yield loaded.fault("D043", row, name, message, cure)


def _of_analysis(loaded: Loaded, place: int, analysis: AnalysisPlan) -> Iterator[Problem]:
    assert loaded.plan is not None
    review = Review(name="", plan=loaded.plan, tables=loaded.tables, files=())
    ratio = settle(review, analysis).measure in RATIO_MEASURES
    try:
        margin_band(analysis.smallest, ratio=ratio)
    except InputError as reason:
        example = "[0.8, 1.5], or 1.25 for both sides" if ratio else "[-5, 10], or 5 for both sides"
        where, text = ("analysis", place, "margin"), ", ".join(f"{each:g}" for each in analysis.margin)
        message = f"In “{analysis.id}”: {str(reason)[:1].lower()}{str(reason)[1:]}"
        yield loaded.plan_fault("C014", where, text, message, f"write it as {example}.")

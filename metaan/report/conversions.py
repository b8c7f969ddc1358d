"""The conversions that took place, read off the rows that main analyses use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.report.clauses import Clause
from metaan.report.evidence import main_effects, provenances, row_anchor
from metaan.report.wording import capital, counted
from metaan.review.usable import contrast_route, converted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.results.synthesis import AnalysisResult
    from metaan.review.read import Review, Row

__all__ = ["conversion_clauses"]

SAID = {
    "percent": ("a count was back-calculated from a percentage and the number analysed", ("higgins2024",)),
    "se": ("a standard deviation was computed from a standard error", ("higgins2024",)),
    "interval": (
        "a standard deviation was computed from the interval of a mean (t on n − 1 degrees of freedom)",
        ("higgins2024",),
    ),
    "p": (
        "a standardised mean difference was computed from an exact p-value and the sizes of two groups (t on"
        " n₁ + n₂ − 2 degrees of freedom, Hedges' correction), the trial's test being taken as an unadjusted"
        " t-test",
        ("hedges1981", "higgins2024"),
    ),
    "contrast_interval": (
        "a standard error was computed from the interval of a printed difference",
        ("higgins2024",),
    ),
}


def conversion_clauses(review: Review, analyses: Sequence[AnalysisResult]) -> list[Clause]:
    """Name each kind of conversion that main analyses needed, with the number of rows.

    Parameters
    ----------
    review : Review
        Holds the rows as extracted.
    analyses : sequence of AnalysisResult
        What ran.

    Returns
    -------
    list of Clause
        Empty where every number was used as printed.
    """
    used = _used(review, analyses)
    clauses = []
    for key, (words, works) in SAID.items():
        number = sum(each == key for each in used.values())
        if number:
            clauses.append(Clause(f"For {counted(number, 'row')} {words}.", works))
    own = sum(each == "reviewer" for each in used.values())
    if own:
        verb = "was" if own == 1 else "were"
        text = f"{capital(counted(own, 'row'))} {verb} recorded as derived by the reviewers"
        clauses.append(Clause(f"{text}; the derivation stands beside each."))
    return clauses + _merged(analyses)


def _used(review: Review, analyses: Sequence[AnalysisResult]) -> dict[str, str]:
    rows = {row_anchor(row): row for table in ("results", "contrasts") for row in review.tables[table]}
    ways: dict[str, str] = {}
    for analysis, effect in main_effects(analyses):
        for each in provenances(effect):
            if each.anchor in rows:
                ways[each.anchor] = _way(rows[each.anchor], analysis)
    return ways


def _way(row: Row, analysis: AnalysisResult) -> str:
    if row.table == "contrasts":
        route = contrast_route(row, analysis.main.measure)
        way = {"interval": "contrast_interval", "p": "p"}.get(route, "")
    elif not converted(row, analysis.kind):
        way = ""
    elif analysis.kind == "binary":
        way = "percent"
    else:
        way = "se" if row.value["se"] else "interval"
    return way or ("reviewer" if row.text["status"] == "derived" else "")


def _merged(analyses: Sequence[AnalysisResult]) -> list[Clause]:
    kinds = {
        analysis.kind
        for analysis, effect in main_effects(analyses)
        for arm in (effect.arm1, effect.arm2)
        if arm is not None and len(arm.arms) > 1
    }
    clauses = []
    if "binary" in kinds:
        clauses.append(Clause("Counts of combined arms were added.", ("higgins2024",)))
    if "continuous" in kinds:
        text = "Means and standard deviations of combined arms were merged by the formula of the Handbook."
        clauses.append(Clause(text, ("higgins2024",)))
    return clauses

"""What a sensitivity changes against the main analysis, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import measure_name
from metaan.report.wording import capital, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from metaan.results.synthesis import Scenario
    from metaan.review.rows import Review
    from metaan.review.select import Selection

__all__ = ["changed_words", "same_numbers", "signature"]

RULES = {
    "z": "Wald intervals",
    "t": "t intervals",
    "hksj": "Hartung-Knapp intervals",
    "adhoc": "ad hoc Hartung-Knapp intervals",
    "cochrane": "the rule of the Cochrane Handbook for intervals",
}


def signature(selection: Selection) -> tuple[object, ...]:
    """Gather all that numbers follow from: measure, method, rule, and the rows with their nodes.

    Two selections with one signature give the same numbers.

    Parameters
    ----------
    selection : Selection
        The rows used and the choices made.

    Returns
    -------
    tuple
        Hashable.
    """
    choices = selection.choices
    return choices.measure, choices.method, choices.test, frozenset(_rows(selection).items())


def changed_words(review: Review, main: Selection, other: Selection) -> str:
    """Say what differs from the main analysis.

    Parameters
    ----------
    review : Review
        Names of the studies.
    main, other : Selection
        The main analysis and a sensitivity of it.

    Returns
    -------
    str
        A sentence; empty where their signatures are the same.
    """
    parts = [*_choice_words(main, other), *_row_words(review, main, other)]
    return f"{capital('; '.join(parts))}." if parts else ""


def same_numbers(main: Scenario, other: Scenario) -> bool:
    """Tell whether two scenarios give the same estimates and intervals.

    Parameters
    ----------
    main, other : Scenario
        Two scenarios of one analysis.

    Returns
    -------
    bool
        True where the chosen fit of every comparison and every answer are the same.
    """
    return main.measure == other.measure and _numbers(main) == _numbers(other)


def _rows(selection: Selection) -> dict[tuple[str, int], tuple[object, ...]]:
    arms = {(one.row.table, one.row.number): (one.study, one.node) for one in selection.arms}
    contrasts = {
        (one.row.table, one.row.number): (one.study, one.node1, one.node2, one.bound)
        for one in selection.contrasts
    }
    return {**arms, **contrasts}


def _choice_words(main: Selection, other: Selection) -> Iterable[str]:
    before, after = main.choices, other.choices
    if after.measure != before.measure:
        yield f"{measure_name(after.measure)} in place of {measure_name(before.measure)}"
    if after.method != before.method:
        yield _model_words(before.method, after.method)
    if after.test != before.test:
        yield f"{RULES[after.test]} in place of {RULES[before.test]}"
    if after.nodes != before.nodes:
        yield "every dose and formulation its own node" if after.nodes == "dose" else "doses lumped"


def _model_words(before: str, after: str) -> str:
    if after == "EE":
        return "a common effect in place of random effects"
    if before == "EE":
        return f"random effects (τ² by {after}) in place of a common effect"
    return f"{after} in place of {before} as estimator of τ²"


def _row_words(review: Review, main: Selection, other: Selection) -> Iterable[str]:
    names = {row.text["study_id"]: row.text["label"] for row in review.tables["studies"]}
    before, after = _by_study(_rows(main)), _by_study(_rows(other))
    gone = [names[study] for study in names if study in before and study not in after]
    new = [names[study] for study in names if study in after and study not in before]
    other_rows = [
        names[study]
        for study in names
        if study in before and study in after and before[study] != after[study]
    ]
    if before and not after:
        yield "no row is left"
    elif gone:
        yield f"without {joined(gone, 'and')}"
    if new:
        yield f"with {joined(new, 'and')}"
    if other_rows:
        yield f"other rows of {joined(other_rows, 'and')}"


def _by_study(rows: Mapping[tuple[str, int], tuple[object, ...]]) -> dict[str, frozenset[tuple[str, int]]]:
    found: dict[str, set[tuple[str, int]]] = {}
    for key, (study, *_) in rows.items():
        found.setdefault(str(study), set()).add(key)
    return {study: frozenset(keys) for study, keys in found.items()}


def _numbers(scenario: Scenario) -> list[object]:
    """List what a reader sees, to 10 digits, with `nan` as text so that it equals itself."""
    shown = [
        (each.treat1, each.treat2, each.k, *(_digits(fit.estimate, *fit.ci) if (fit := each.main) else ()))
        for each in scenario.comparisons
    ]
    answers = [
        (each.treat1, each.treat2, *_digits(each.estimate, each.ci_low, each.ci_high))
        for each in scenario.answers
    ]
    return [*shown, *answers]


def _digits(*values: float) -> tuple[str, ...]:
    return tuple(f"{value:.10g}" for value in values)

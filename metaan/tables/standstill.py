"""Which numbers of a sensitivity cannot differ from those of the main analysis."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.results.synthesis import Answer, Comparison, Scenario

__all__ = ["could_change", "direct_stands", "network_stands"]


def could_change(main: Scenario, other: Scenario) -> bool:
    """Tell whether a scenario changes a number of the main analysis, or could.

    Parameters
    ----------
    main, other : Scenario
        The main analysis and a sensitivity of it.

    Returns
    -------
    bool
        False where every pair rests on the same single study, or on none, and no network can move.
    """
    pairs = {(each.treat1, each.treat2) for each in (*main.comparisons, *other.comparisons)}
    if not all(direct_stands(main, other, pair) for pair in pairs):
        return True
    answered = [
        {(a.treat1, a.treat2) for a in each.answers if a.basis == "network"} for each in (main, other)
    ]
    return answered[0] != answered[1] or not all(
        network_stands(main, other, answer) for answer in other.answers if answer.basis == "network"
    )


def direct_stands(main: Scenario, other: Scenario, pair: tuple[str, str]) -> bool:
    """Tell whether a pair rests on at most one study, the same in both, on the same measure.

    Neither an estimator of the variance between studies nor a rule for intervals touches one study.
    """
    before, after = _comparison(main, pair), _comparison(other, pair)
    if before is None or after is None or main.measure != other.measure:
        return False
    return before.k == after.k <= 1 and _studies(before) == _studies(after)


def network_stands(main: Scenario, other: Scenario, answer: Answer) -> bool:
    """Tell whether a network estimate has the same contrasts, and no variance to estimate otherwise."""
    if main.measure != other.measure or main.network is None or other.network is None:
        return False
    if [_studies(each) for each in main.comparisons] != [_studies(each) for each in other.comparisons]:
        return False
    if main.network.method == other.network.method:
        return True
    part = next(each for each in other.network.components if answer.treat1 in each.treatments)
    return part.Q_dof == 0


def _comparison(scenario: Scenario, pair: tuple[str, str]) -> Comparison | None:
    return next((each for each in scenario.comparisons if (each.treat1, each.treat2) == pair), None)


def _studies(comparison: Comparison) -> list[tuple[str, ...]]:
    return [
        (one.study, one.treat1, one.treat2, *(_digits(value) for value in (one.yi, one.sei)))
        for one in comparison.studies
    ]


def _digits(value: float) -> str:
    return "" if isnan(value) else f"{value:.10g}"

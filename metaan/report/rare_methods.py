"""The arms of an analysis with events of 0 by the methods that add nothing to a cell, side by side."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from metaan.models.network.rare_comparison import compare_rare

if TYPE_CHECKING:
    from metaan.report.pairs import Order
    from metaan.results.rare_network import RareRow
    from metaan.results.synthesis import Scenario

__all__ = ["rare_methods"]

RATIOS = ("OR", "RR")


def rare_methods(scenario: Scenario, order: Order, *, level: float) -> tuple[RareRow, ...]:
    """Compare the methods for rare events on the arms of a scenario.

    Parameters
    ----------
    scenario : Scenario
        The main scenario of an analysis.
    order : Order
        Tells the reference; where no arm holds it, the treatment of most studies is taken.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    tuple of RareRow
        Log odds ratios, whichever ratio the analysis is of; studies that reported a contrast without its
        cells cannot enter. Empty for other measures, where every arm has an event, and where no method can
        use any study.
    """
    arms = _arms(scenario) if scenario.measure in RATIOS else {}
    if all(events for events, _ in arms.values()):
        return ()
    held = Counter(treatment for _, treatment in arms)
    reference = order.reference
    if reference not in held:
        reference = min(held, key=lambda treatment: (-held[treatment], order.key(treatment)))
    found = compare_rare(
        [study for study, _ in arms],
        [treatment for _, treatment in arms],
        [events for events, _ in arms.values()],
        [n for _, n in arms.values()],
        reference=reference,
        level=level,
    )
    return found if any(row.studies for row in found) else ()


def _arms(scenario: Scenario) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (study.study, treatment): (arm.events, arm.n)
        for comparison in scenario.comparisons
        for study in comparison.studies
        for treatment, arm in ((study.treat1, study.arm1), (study.treat2, study.arm2))
        if arm is not None and arm.events is not None
    }

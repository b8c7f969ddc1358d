"""What stands beside a pooled mean of many studies: asymmetry of the funnel, influence of each study."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING

from metaan.report.pooled_rows import comparison_cells, pooled_rows
from metaan.results.least import LEAST_FOR_ASYMMETRY
from metaan.sensitivity.asymmetry import asymmetry
from metaan.sensitivity.diagnostics import LEAST_STUDIES as LEAST_LEFT_OUT
from metaan.sensitivity.diagnostics import influence_diagnostics
from metaan.sensitivity.trimfill import trim_and_fill

if TYPE_CHECKING:
    from metaan.results.asymmetry import Asymmetry
    from metaan.results.diagnostics import InfluenceDiagnostics
    from metaan.results.synthesis import Comparison, Scenario
    from metaan.results.trimfill import TrimFill

__all__ = ["looked_into"]


def looked_into(scenario: Scenario) -> Scenario:
    """Add to every comparison its tests of small-study effects, trim and fill, and influences.

    Parameters
    ----------
    scenario : Scenario
        A main scenario.

    Returns
    -------
    Scenario
        The tests, and trim and fill, from ten studies; the influence from three; below they stay None.
    """
    comparisons = tuple(
        replace(
            each,
            asymmetry=_asymmetry(each, scenario),
            influence=_influence(each),
            trim_fill=_trim_fill(each),
        )
        for each in scenario.comparisons
    )
    return replace(scenario, comparisons=comparisons)


def _asymmetry(comparison: Comparison, scenario: Scenario) -> Asymmetry | None:
    if comparison.k < LEAST_FOR_ASYMMETRY:
        return None
    _, yi, vi = pooled_rows(comparison)
    method = "REML" if scenario.method == "EE" else scenario.method
    cells = comparison_cells(comparison)
    return asymmetry(yi, vi, measure=scenario.measure, cells=cells, method=method)


def _trim_fill(comparison: Comparison) -> TrimFill | None:
    """Mirror studies, under the guard of the tests and by the model of the mean that is shown first."""
    fit = comparison.main
    if comparison.k < LEAST_FOR_ASYMMETRY or fit is None or isnan(fit.estimate):
        return None
    _, yi, vi = pooled_rows(comparison)
    return trim_and_fill(yi, vi, method=fit.method, test=fit.test, level=fit.level)


def _influence(comparison: Comparison) -> InfluenceDiagnostics | None:
    fit = comparison.main
    if comparison.k < LEAST_LEFT_OUT or fit is None or isnan(fit.estimate):
        return None
    _, yi, vi = pooled_rows(comparison)
    return influence_diagnostics(yi, vi, method=fit.method)

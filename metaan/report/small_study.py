"""What stands beside a pooled mean of many studies: asymmetry of the funnel, influence of each study."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from metaan.sensitivity.asymmetry import LEAST_STUDIES, asymmetry
from metaan.sensitivity.diagnostics import LEAST_STUDIES as LEAST_LEFT_OUT
from metaan.sensitivity.diagnostics import influence_diagnostics
from metaan.sensitivity.trimfill import trim_and_fill

if TYPE_CHECKING:
    from metaan.results.asymmetry import Asymmetry
    from metaan.results.diagnostics import InfluenceDiagnostics
    from metaan.results.synthesis import Comparison, Scenario, StudyEffect
    from metaan.results.trimfill import TrimFill
    from metaan.types import FloatArray

__all__ = ["comparison_cells", "looked_into", "pooled_rows"]


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


def pooled_rows(comparison: Comparison) -> tuple[list[StudyEffect], FloatArray, FloatArray]:
    """Give the studies that are pooled, with their effects and sampling variances."""
    kept = [one for one in comparison.studies if one.estimable]
    return kept, np.array([one.yi for one in kept]), np.array([one.sei for one in kept]) ** 2


def comparison_cells(comparison: Comparison) -> dict[str, list[float]]:
    """Give sizes of both arms of every pooled study, and their events; nothing where a study lacks them.

    Returns
    -------
    dict of str to list of float
        `n1i` and `n2i`, with `ai` and `ci` where all were counted.
    """
    kept = [one for one in comparison.studies if one.estimable]
    sizes = [(n1, n2) for one in kept if (n1 := one.sizes[0]) and (n2 := one.sizes[1])]
    if not kept or len(sizes) < len(kept):
        return {}
    cells = {"n1i": [float(n1) for n1, _ in sizes], "n2i": [float(n2) for _, n2 in sizes]}
    events = [_events(one) for one in kept]
    counted = [pair for pair in events if pair is not None]
    if len(counted) < len(kept):
        return cells
    return {"ai": [a for a, _ in counted], "ci": [c for _, c in counted], **cells}


def _events(study: StudyEffect) -> tuple[float, float] | None:
    first, second = study.arm1, study.arm2
    if first is None or second is None or first.events is None or second.events is None:
        return None
    return float(first.events), float(second.events)


def _asymmetry(comparison: Comparison, scenario: Scenario) -> Asymmetry | None:
    if comparison.k < LEAST_STUDIES:
        return None
    _, yi, vi = pooled_rows(comparison)
    method = "REML" if scenario.method == "EE" else scenario.method
    cells = comparison_cells(comparison)
    return asymmetry(yi, vi, measure=scenario.measure, cells=cells, method=method)


def _trim_fill(comparison: Comparison) -> TrimFill | None:
    """Mirror studies, under the guard of the tests and by the model of the mean that is shown first."""
    fit = comparison.main
    if comparison.k < LEAST_STUDIES or fit is None or isnan(fit.estimate):
        return None
    _, yi, vi = pooled_rows(comparison)
    return trim_and_fill(yi, vi, method=fit.method, test=fit.test, level=fit.level)


def _influence(comparison: Comparison) -> InfluenceDiagnostics | None:
    fit = comparison.main
    if comparison.k < LEAST_LEFT_OUT or fit is None or isnan(fit.estimate):
        return None
    _, yi, vi = pooled_rows(comparison)
    return influence_diagnostics(yi, vi, method=fit.method)

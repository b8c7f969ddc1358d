"""Pools that a package printed, computed again from the numbers it printed them for."""

from __future__ import annotations

from math import exp, inf, isfinite, nan, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from metaan.format import RATIO_MEASURES, fixed
from metaan.models.pairwise import pool
from metaan.models.peto import peto
from metaan.models.profile_effects import profile_effects, profile_mantel_haenszel
from metaan.models.profiles import PACKAGES
from metaan.starting.compared import ComparedPool

if TYPE_CHECKING:
    from metaan.review.imports.facts import PrintedPool
    from metaan.types import FloatArray

__all__ = ["compare_pool"]

FIGURES = {
    "estimate": "estimate",
    "ci_low": "lower limit",
    "ci_high": "upper limit",
    "chi2": "Chi²",
    "df": "df",
    "I2": "I² (%)",
    "tau2": "Tau²",
    "z": "Z",
}
MOST_DECIMALS = 6
"""Digits that are compared of a figure that is stored unrounded."""
HALF = 0.5000001
"""Half a unit of the last digit, and a residue of floating point."""


def compare_pool(printed: PrintedPool) -> ComparedPool:
    """Pool the studies of an analysis by RevMan's rules and compare with what it printed.

    Parameters
    ----------
    printed : PrintedPool
        As an import read it.

    Returns
    -------
    ComparedPool
        Without figures where the method is not known here.

    References
    ----------
    Deeks JJ, Higgins JPT. Statistical algorithms in Review Manager 5. Cochrane Collaboration 2010.

    Examples
    --------
    >>> from metaan.review.imports.facts import PrintedPool
    >>> cells = ({"yi": 0.0, "sei": 0.5}, {"yi": 1.0, "sei": 0.5})
    >>> figures = {"estimate": "0.5", "chi2": "2.0", "df": "1"}
    >>> found = compare_pool(PrintedPool(outcome="1", title="T", measure="MD", method="IV", random=False,
    ...     level=0.95, figures=figures, cells=cells))
    >>> found.same, found.ours
    (True, 'MD 0.50 [−0.19, 1.19], Chi² = 2.00 (df = 1), I² = 50%')
    """
    found = _pooled(printed) or {}
    rows = tuple(
        _row(label, found[name], printed.figures[name])
        for name, label in FIGURES.items()
        if name in found and name in printed.figures and (name != "tau2" or printed.random)
    )
    theirs = {name: float(text) for name, text in printed.figures.items()}
    return ComparedPool(
        title=printed.title,
        k=len(printed.cells),
        ours=_line(printed.measure, found) if found else f"not computed: {printed.method} is not known here",
        theirs=_line(printed.measure, theirs),
        rows=rows,
    )


def _pooled(printed: PrintedPool) -> dict[str, float] | None:
    if not printed.cells:
        return None
    columns = {name: np.array([row[name] for row in printed.cells]) for name in printed.cells[0]}
    if printed.method == "PETO":
        return _peto(printed, columns)
    if printed.method not in ("MH", "IV"):
        return None
    yi, vi = _effects(printed.measure, columns)
    usable = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    if not usable.any():
        return None
    mh = printed.method == "MH" and "ai" in columns
    if mh:
        rules = PACKAGES["revman"]
        centre, se = profile_mantel_haenszel(
            printed.measure, rules.mantel_haenszel.value, rules.mantel_haenszel_variance.value, columns
        )
    else:
        fit = pool(yi[usable], vi[usable], method="EE", test="z")
        centre, se = fit.estimate, fit.se
    spread = _spread(yi[usable], vi[usable], centre)
    if not printed.random:
        return _figures(printed, centre, se, spread)
    weights = 1 / (vi[usable] + spread["tau2"])
    estimate = float((weights * yi[usable]).sum() / weights.sum())
    return _figures(printed, estimate, 1 / sqrt(float(weights.sum())), spread)


def _effects(measure: str, columns: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    if "yi" in columns:
        return columns["yi"], columns["sei"] ** 2
    effects = profile_effects("revman", measure, **columns)
    return effects.yi, effects.vi


def _spread(yi: FloatArray, vi: FloatArray, centre: float) -> dict[str, float]:
    """Give Q about an estimate, and DerSimonian and Laird's tau2 from it."""
    w = 1 / vi
    Q, dof = float((w * (yi - centre) ** 2).sum()), len(yi) - 1
    scale = float(w.sum() - (w**2).sum() / w.sum())
    tau2 = max(0.0, (Q - dof) / scale) if dof and scale > 0 else 0.0
    return {"chi2": Q, "df": float(dof), "tau2": tau2, "I2": _inconsistency(Q, dof)}


def _inconsistency(Q: float, dof: float) -> float:
    return max(0.0, (Q - dof) / Q) * 100 if Q > 0 else 0.0


def _peto(printed: PrintedPool, columns: dict[str, FloatArray]) -> dict[str, float] | None:
    if "ai" not in columns or printed.random:
        return None
    fit = peto(ai=columns["ai"], n1i=columns["n1i"], ci=columns["ci"], n2i=columns["n2i"])
    spread = {"chi2": fit.Q, "df": fit.Q_dof, "tau2": nan, "I2": _inconsistency(fit.Q, fit.Q_dof)}
    return _figures(printed, fit.estimate, fit.se, spread)


def _figures(printed: PrintedPool, estimate: float, se: float, spread: dict[str, float]) -> dict[str, float]:
    half = NormalDist().inv_cdf((1 + printed.level) / 2) * se
    shown = (estimate, estimate - half, estimate + half)
    if printed.measure in RATIO_MEASURES:
        shown = (exp(estimate), exp(estimate - half), exp(estimate + half))
    found = dict(zip(("estimate", "ci_low", "ci_high"), shown, strict=True))
    return found | spread | {"z": abs(estimate / se) if 0 < se < inf else nan}


def _row(label: str, ours: float, text: str) -> tuple[str, str, str, bool]:
    decimals = min(len(text.partition(".")[2].partition("e")[0].partition("E")[0]), MOST_DECIMALS)
    theirs = float(text)
    same = isfinite(ours) and abs(ours - theirs) <= HALF * 10**-decimals
    return label, fixed(ours, decimals), fixed(theirs, decimals), same


def _line(measure: str, found: dict[str, float]) -> str:
    """Write a pool as a forest plot does."""
    parts = [f"{measure} {fixed(found.get('estimate'))}"]
    if "ci_low" in found and "ci_high" in found:
        parts[0] += f" [{fixed(found['ci_low'])}, {fixed(found['ci_high'])}]"
    if "chi2" in found:
        parts.append(f"Chi² = {fixed(found['chi2'])} (df = {fixed(found.get('df'), 0)})")
    if "I2" in found:
        parts.append(f"I² = {fixed(found['I2'], 0)}%")
    return ", ".join(parts)

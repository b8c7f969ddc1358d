"""A second opinion: the pooled numbers computed again by statsmodels' weighted least squares."""

from __future__ import annotations

from math import isclose, isnan, nan
from typing import TYPE_CHECKING

import numpy as np

from metaan.results.synthesis import CrossCheck

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.pairwise import Pooled
    from metaan.results.synthesis import AnalysisResult, Comparison
    from metaan.types import FloatArray

__all__ = ["cross_check"]

# Two ways of summing the same few terms differ by rounding only.
AGREEMENT = 1e-9


def cross_check(analyses: Sequence[AnalysisResult]) -> tuple[CrossCheck, ...]:
    """Compute every main pooled estimate again with statsmodels.

    Weighted least squares on a constant with weights 1 / (vi + tau2) gives the mean; its standard error with
    the scale held at 1 is the Wald one, with the scale estimated it is Hartung and Knapp's. tau2 itself is
    metaan's: statsmodels has no REML for it.

    Parameters
    ----------
    analyses : sequence of AnalysisResult
        Their main scenarios are used, comparisons of two studies or more.

    Returns
    -------
    tuple of CrossCheck
        In the order of the analyses.

    References
    ----------
    Knapp G, Hartung J (2003). Improved tests for a random effects meta-regression with a single covariate.
    Statistics in Medicine 22:2693-2710.

    Examples
    --------
    >>> cross_check(())
    ()
    """
    return tuple(
        check
        for analysis in analyses
        for comparison in analysis.main.comparisons
        for check in _comparison(analysis.id, comparison)
    )


def _comparison(analysis: str, comparison: Comparison) -> Iterator[CrossCheck]:
    usable = [study for study in comparison.studies if study.estimable]
    if len(usable) < 2:
        return
    yi = np.array([study.yi for study in usable])
    vi = np.array([study.sei for study in usable]) ** 2
    pairs: list[tuple[str, float, float]] = []
    if comparison.common is not None:
        pairs += _pairs("common effect", comparison.common, yi, vi)
    if comparison.wald is not None:
        pairs += _pairs("random effects", comparison.wald, yi, vi)
    if comparison.hksj is not None:
        again = _wls(yi, vi + comparison.hksj.tau2)
        pairs.append(("standard error, random effects, Hartung-Knapp", comparison.hksj.se, again[2]))
    for quantity, ours, theirs in pairs:
        yield CrossCheck(
            analysis=analysis,
            treat1=comparison.treat1,
            treat2=comparison.treat2,
            quantity=quantity,
            metaan=ours,
            statsmodels=theirs,
            agrees=isclose(ours, theirs, rel_tol=AGREEMENT, abs_tol=AGREEMENT * float(np.sqrt(vi.min()))),
        )


def _pairs(name: str, fit: Pooled, yi: FloatArray, vi: FloatArray) -> list[tuple[str, float, float]]:
    tau2 = 0.0 if isnan(fit.tau2) else fit.tau2
    mean, wald, _ = _wls(yi, vi + tau2)
    return [(f"estimate, {name}", fit.estimate, mean), (f"standard error, {name}", fit.se, wald)]


def _wls(yi: FloatArray, variance: FloatArray) -> tuple[float, float, float]:
    """Mean, its standard error with the scale held at 1, and with the scale estimated."""
    from statsmodels.regression.linear_model import WLS

    fit = WLS(yi, np.ones_like(yi), weights=1 / variance).fit()
    scaled = float(fit.bse[0])
    scale = float(fit.scale)
    wald = float(np.sqrt(fit.normalized_cov_params[0, 0])) if scale >= 0 else nan
    return float(fit.params[0]), wald, scaled

"""How much each study moves a pooled estimate: residuals, influence and leverage."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtri

from metaan.errors import InputError
from metaan.models.intake import read_studies
from metaan.models.pairwise import pool
from metaan.results.diagnostics import InfluenceDiagnostics
from metaan.results.frozen import frozen

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

__all__ = ["LEAST_STUDIES", "influence_diagnostics"]

LEAST_STUDIES = 3
DFBETAS_LIMIT = 1.0


def influence_diagnostics(yi: ArrayLike, vi: ArrayLike, *, method: str = "REML") -> InfluenceDiagnostics:
    """Leave each study out in turn and compare the pooled mean with and without it.

    Everything is computed with normal (Wald) standard errors.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi).
    method : str, default "REML"
        EE for a common effect, or the estimator of tau2, as in `pool`; estimated anew each time.

    Returns
    -------
    InfluenceDiagnostics

    Raises
    ------
    InputError
        For fewer than three studies, and for what `pool` refuses.

    References
    ----------
    Viechtbauer W, Cheung MW-L. Outlier and influence diagnostics for meta-analysis. Research Synthesis
    Methods 2010; 1: 112-125.
    Baujat B, Mahé C, Pignon J-P, Hill C. A graphical method for exploring heterogeneity in meta-analyses:
    application to a meta-analysis of 65 trials. Statistics in Medicine 2002; 21: 2641-2652.

    Examples
    --------
    >>> found = influence_diagnostics([0.1, 0.2, 0.15, 1.9], [0.04, 0.05, 0.06, 0.05], method="EE")
    >>> found.rstudent.round(2).tolist(), found.cook.round(2).tolist()
    ([-2.85, -1.93, -1.95, 6.82], [3.59, 1.21, 0.97, 15.07])
    """
    studies = read_studies(yi, vi)
    if studies.k < LEAST_STUDIES:
        raise InputError(
            f"k = {studies.k}: leaving one study out takes at least {LEAST_STUDIES}; give more studies."
        )
    y, v = studies.y[studies.rank], studies.v[studies.rank]
    whole = pool(y, v, method=method, test="z")
    left = [pool(np.delete(y, i), np.delete(v, i), method=method, test="z") for i in range(studies.k)]
    mean, se, tau2, QE = (
        np.array([getattr(fit, name) for fit in left]) for name in ("estimate", "se", "tau2", "Q")
    )
    change = whole.estimate - mean
    dffits = change / np.sqrt(whole.weights * (v + tau2))
    dfbetas = change / _refitted_se(v, tau2)
    cook = (change / whole.se) ** 2
    k = studies.k
    limits = 3 * sqrt(1 / (k - 1)), float(chdtri(1, 0.5)), 3 / k
    return InfluenceDiagnostics(
        rstudent=frozen((y - mean) / np.sqrt(v + tau2 + se**2)),
        dffits=frozen(dffits),
        dfbetas=frozen(dfbetas),
        cook=frozen(cook),
        cov_ratio=frozen((se / whole.se) ** 2),
        tau2_deleted=frozen(tau2 * studies.unit2),
        QE_deleted=frozen(QE),
        hat=whole.weights,
        baujat_x=frozen((y - whole.estimate) ** 2 / (v + whole.tau2)),
        baujat_y=frozen((change / se) ** 2),
        influential=(np.abs(dffits) > limits[0])
        | (np.abs(dfbetas) > DFBETAS_LIMIT)
        | (cook > limits[1])
        | (whole.weights > limits[2]),
        dffits_limit=limits[0],
        cook_limit=limits[1],
        hat_limit=limits[2],
        k=k,
        method=method,
    )


def _refitted_se(v: FloatArray, tau2: FloatArray) -> FloatArray:
    """Give the standard error of the mean of all studies at each tau2, shape (k,)."""
    return np.asarray(1 / np.sqrt((1 / (v + tau2[:, None])).sum(axis=1)))

"""Between-study variance of independent rows that regress on a design."""

from __future__ import annotations

from functools import partial
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from metaan.linalg import project
from metaan.roots import geometric_grid, highest_mode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from metaan.types import FloatArray

__all__ = ["ESTIMATORS", "between_study_variance"]

POINTS_PER_DECADE = 6
"""Density of the scan for modes: the score is smooth on the scale of vi + tau2."""


def between_study_variance(X: FloatArray, yi: FloatArray, vi: FloatArray, method: str) -> float:
    """Estimate tau2 where row i has variance vi + tau2.

    Parameters
    ----------
    X : ndarray, shape (m, p)
        Design of full column rank.
    yi, vi : ndarray, shape (m,)
        Effects and sampling variances of independent rows, in any unit.
    method : {"EE", "DL", "ML", "REML"}
        A common effect (0); the method of moments; maximum likelihood; restricted maximum likelihood.

    Returns
    -------
    float
        In squared units of yi; exactly 0 at the boundary; `nan` where m equals p, except for "EE".

    References
    ----------
    Jackson D, White IR, Riley RD. Quantifying the impact of between-study heterogeneity in multivariate
    meta-analyses. Statistics in Medicine 2012; 31: 3805-3820.
    Harville DA. Maximum likelihood approaches to variance component estimation and to related problems.
    Journal of the American Statistical Association 1977; 72: 320-338.

    Examples
    --------
    >>> import numpy as np
    >>> yi, vi = np.array([0.0, 2.0, 4.0]), np.ones(3)
    >>> round(between_study_variance(np.ones((3, 1)), yi, vi, "REML"), 12)
    3.0
    """
    if method != "EE" and len(yi) == X.shape[1]:
        return float("nan")
    return ESTIMATORS[method](X, yi, vi)


def _none(X: FloatArray, yi: FloatArray, vi: FloatArray) -> float:  # noqa: ARG001 - one shape for all
    return 0.0


def _moments(X: FloatArray, yi: FloatArray, vi: FloatArray) -> float:
    fit = project(X, yi, vi)
    excess = fit.Q - (len(yi) - X.shape[1])
    return max(0.0, float(excess / np.sum((1 - fit.leverages) / vi)))


def _likelihood(X: FloatArray, yi: FloatArray, vi: FloatArray, *, restricted: bool) -> float:
    top = _upper_bound(X, yi, vi)
    if top <= 0:
        return 0.0
    smallest = float(vi.min())
    points = 8 + round(POINTS_PER_DECADE * float(np.log10(1 + top / smallest)))
    grid = geometric_grid(0.0, top, offset=smallest, points=points)
    score = partial(_score, X, yi, vi, restricted)
    scores = np.array([score(tau2) for tau2 in grid])
    return highest_mode(score, partial(_log_likelihood, X, yi, vi, restricted), grid, scores)


def _score(X: FloatArray, yi: FloatArray, vi: FloatArray, restricted: bool, tau2: float) -> float:
    """Give twice the derivative of the log-likelihood."""
    fit = project(X, yi, vi + tau2)
    spent = 1 - fit.leverages if restricted else 1.0
    return float(np.sum((fit.residuals**2 - spent) / (vi + tau2)))


def _log_likelihood(X: FloatArray, yi: FloatArray, vi: FloatArray, restricted: bool, tau2: float) -> float:
    """Give twice the log-likelihood up to a constant."""
    fit = project(X, yi, vi + tau2)
    return -float(np.log(vi + tau2).sum()) - fit.Q - (fit.log_det if restricted else 0.0)


def _upper_bound(X: FloatArray, yi: FloatArray, vi: FloatArray) -> float:
    """Give a value above which the score is negative.

    With s = min(vi) + tau2, d = max(vi) - min(vi) and S the unweighted residual sum of squares, the residual
    part of the score is at most S / s^2 and the other part at least (m - p) / (s + d).
    """
    dof = len(yi) - X.shape[1]
    total = float(project(X, yi, np.ones(len(yi))).Q)
    spread = float(vi.max() - vi.min())
    shifted: float = (total + sqrt(total * (total + 4 * dof * spread))) / (2 * dof)
    return 1.01 * shifted - float(vi.min())


ESTIMATORS: Mapping[str, Callable[[FloatArray, FloatArray, FloatArray], float]] = {
    "EE": _none,
    "DL": _moments,
    "ML": partial(_likelihood, restricted=False),
    "REML": partial(_likelihood, restricted=True),
}

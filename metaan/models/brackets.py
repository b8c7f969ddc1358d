"""Brackets of tau2 that are derived from the data, with or without moderators.

Residual variation is a set of squares with variances d + tau2, d between the smallest and the largest
sampling variance. That alone bounds where the generalised Q meets a target and where a likelihood can have
a mode.
"""

from __future__ import annotations

from math import log10, sqrt
from typing import TYPE_CHECKING

from metaan.roots import bracketed_root, geometric_grid, highest_mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.types import FloatArray

__all__ = ["likelihood_mode", "q_root"]

POINTS_PER_DECADE = 16
"""Density of the scan for modes: neighbours differ by 15 %, far less than the width of any mode."""


def q_root(
    Q: Callable[[float], float], target: float, *, squares: float, smallest: float, largest: float
) -> float:
    """Find the tau2 at which a generalised Q equals a target; 0 where Q is below it already at 0.

    Q falls steadily in tau2 and lies between S/(tau2 + max v) and S/(tau2 + min v), S the unweighted sum of
    squares, which brackets the root.

    Parameters
    ----------
    Q : callable
        From tau2 to the weighted sum of squares.
    target : float
        Positive.
    squares : float
        S, the sum of squares at equal weights of 1 (squared units of the effects).
    smallest, largest : float
        Bounds of the sampling variances, positive.

    Returns
    -------
    float
        In squared units of the effects.

    Examples
    --------
    >>> q_root(lambda tau2: 8 / (1 + tau2), 1.0, squares=8.0, smallest=1.0, largest=1.0)
    7.0
    """
    if Q(0.0) <= target * (1 + 1e-15):
        return 0.0
    reach = squares / target
    return bracketed_root(lambda t: Q(t) / target - 1, max(reach - largest, 0.0), reach - smallest)


def likelihood_mode(
    score: Callable[[float], float],
    scores: Callable[[FloatArray], FloatArray],
    log_likelihood: Callable[[float], float],
    *,
    squares: float,
    smallest: float,
    largest: float,
    dof: int,
) -> float:
    """Scan a score up to where it must be negative, and take the highest mode.

    With u = tau2 + min v and S the unweighted sum of squares, the score is at most S/u² - dof/(tau2 + max v),
    which is negative from the positive root of u² - (S/dof)(u + max v - min v) on.

    Parameters
    ----------
    score, log_likelihood : callable
        From tau2 to a positive multiple of the derivative, and to the log-likelihood.
    scores : callable
        From a grid (m,) to the scores at its points (m,).
    squares, smallest, largest : float
        As in `q_root`.
    dof : int
        Number of terms in the trace of the score, positive.

    Returns
    -------
    float
        In squared units of the effects; exactly 0 at the boundary.

    Examples
    --------
    >>> score = lambda t: 9 / (1 + t) - 2
    >>> found = likelihood_mode(score, score, abs, squares=9.0, smallest=1.0, largest=1.0, dof=2)
    >>> round(found, 12)
    3.5
    """
    reach = squares / dof
    stop = (reach + sqrt(reach * reach + 4 * reach * (largest - smallest))) / 2 - smallest
    if stop <= 0:
        return 0.0
    points = 8 + int(POINTS_PER_DECADE * log10(1 + stop / smallest))
    grid = geometric_grid(0.0, stop, offset=smallest, points=points)
    return highest_mode(score, log_likelihood, grid, scores(grid))

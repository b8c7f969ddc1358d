"""Roots that cannot fail: bracketed, relative in their tolerance, aware of several modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.types import FloatArray

__all__ = ["bracketed_root", "falls_through_zero", "geometric_grid", "highest_mode"]

RTOL = 1e-14
"""Relative width of the last bracket: a few units in the last place of a double."""

MAX_STEPS = 200
"""Bisection alone needs about 60 steps from a bracket of any size that occurs here."""


def bracketed_root(
    function: Callable[[float], float],
    low: float,
    high: float,
    *,
    ends: tuple[float, float] | None = None,
    rtol: float = RTOL,
) -> float:
    """Find a root between two points of opposite sign.

    A secant first; then inverse quadratic interpolation where the three last points allow it and bisection
    where they do not, so the bracket always shrinks and the search always ends.

    Parameters
    ----------
    function : callable
        Continuous on [low, high]; float to float.
    low, high : float
        Ends of the bracket, in any order.
    ends : (float, float), optional
        The function at `low` and at `high`, where they are known already.
    rtol : float, default 1e-14
        Width of the final bracket, relative to the root.

    Returns
    -------
    float
        The root. Where both ends have the same sign, the end whose value is nearer to zero.

    References
    ----------
    Chandrupatla TR. A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function
    without using derivatives. Advances in Engineering Software 1997; 28: 145-149.

    Examples
    --------
    >>> round(bracketed_root(lambda x: x * x - 2, 0.0, 2.0), 12)
    1.414213562373
    """
    b, a = low, high
    fb, fa = (function(b), function(a)) if ends is None else ends
    if fa == 0 or fb == 0 or (fa > 0) == (fb > 0):
        return b if abs(fb) <= abs(fa) else a
    c, fc, step = a, fa, fa / (fa - fb)
    for _ in range(MAX_STEPS):
        x = a + step * (b - a)
        fx = function(x)
        if (fx > 0) == (fa > 0):
            c, fc = a, fa
        else:
            c, b, fc, fb = b, a, fb, fa
        a, fa = x, fx
        best, f_best = (a, fa) if abs(fa) < abs(fb) else (b, fb)
        narrowest = rtol * abs(best) / abs(b - a) if b != a else 1.0
        if f_best == 0 or narrowest >= 0.5:
            return best
        step = min(max(_next_step(a, b, c, fa, fb, fc), narrowest), 1 - narrowest)
    return best


def geometric_grid(start: float, stop: float, *, offset: float, points: int) -> FloatArray:
    """Space points from start to stop evenly in log(x + offset).

    Parameters
    ----------
    start, stop : float
        Ends, both included exactly.
    offset : float
        Positive with `start + offset > 0`: the scale below which nothing is expected to happen.
    points : int
        Number of points, at least 2.

    Returns
    -------
    ndarray, shape (points,)

    Examples
    --------
    >>> geometric_grid(0.0, 3.0, offset=1.0, points=3).tolist()
    [0.0, 1.0, 3.0]
    """
    low, high = float(np.log(start + offset)), float(np.log(stop + offset))
    grid: FloatArray = np.exp(low + (high - low) / (points - 1) * np.arange(points)) - offset
    grid[0], grid[-1] = start, stop
    return grid


def falls_through_zero(values: FloatArray) -> list[int]:
    """List the positions i where a function falls from above zero at i to zero or below at i + 1.

    Examples
    --------
    >>> import numpy as np
    >>> falls_through_zero(np.array([1.0, -1.0, 2.0, 0.0]))
    [0, 2]
    """
    positive = values > 0
    return [int(i) for i in np.flatnonzero(positive[:-1] & ~positive[1:])]


def highest_mode(
    score: Callable[[float], float],
    log_likelihood: Callable[[float], float],
    grid: FloatArray,
    scores: FloatArray,
) -> float:
    """Find the highest mode of a likelihood whose score was scanned over a grid.

    The lower end of the grid is the boundary of the parameter: it is a mode where the score there is not
    positive. Likelihoods are compared only where there is more than one mode.

    Parameters
    ----------
    score, log_likelihood : callable
        Float to float; the score may be any positive multiple of the derivative.
    grid : ndarray, shape (m,)
        Increasing; no mode lies above its last point.
    scores : ndarray, shape (m,)
        `score` at the grid's points.

    Returns
    -------
    float
        The mode; exactly `grid[0]` where it is at the boundary.

    Examples
    --------
    >>> import numpy as np
    >>> grid = np.linspace(0.0, 4.0, 9)
    >>> round(highest_mode(lambda x: 3 - x, lambda x: -((3 - x) ** 2), grid, 3 - grid), 12)
    3.0
    """
    modes = [] if scores[0] > 0 else [float(grid[0])]
    for i in falls_through_zero(scores):
        ends = float(scores[i]), float(scores[i + 1])
        modes.append(bracketed_root(score, float(grid[i]), float(grid[i + 1]), ends=ends))
    if not modes:
        return float(grid[-1])
    return modes[0] if len(modes) == 1 else max(modes, key=log_likelihood)


def _next_step(a: float, b: float, c: float, fa: float, fb: float, fc: float) -> float:
    """Place the next point as a share of the way from a to b."""
    xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
    if not (phi * phi < xi and (1 - phi) ** 2 < 1 - xi):
        return 0.5
    return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)

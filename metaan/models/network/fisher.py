"""How the events of a study fall on its arms once their total is held: Fisher's multivariate law."""

from __future__ import annotations

from math import ceil, floor, log
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from metaan.models.hypergeometric import FEW, PER_SPREAD, REACH, log_factorial_ratios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.models.network.arms import ArmStudy
    from metaan.types import FloatArray

__all__ = ["allocation"]

MOST_TILTS = 40

TILTED = 1e-3
"""Events by which the tilted arms may miss the total: the law does not depend on it, only the window."""


def allocation(study: ArmStudy, theta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Give the log-likelihood of the events of a study given their total, and its derivatives.

    The arms are binomial with log odds `theta` plus any constant. The law is that of independent arms whose
    constant makes the total the expected one, held to that total: a convolution of positive numbers near
    its mode, which loses no digits. Values more than 12 standard deviations (and 60 events) from an arm's
    mean, a share below exp(-60), are left out; where all arms are smooth bells, so are values between.

    Parameters
    ----------
    study : ArmStudy
        Whole numbers, with events and non-events.
    theta : ndarray, shape (p,)
        Log odds of the arms.

    Returns
    -------
    loglik : float
        Log probability of the events observed.
    gradient : ndarray, shape (p,)
        Events observed minus expected; sums to 0.
    information : ndarray, shape (p, p)
        Covariance of the events; rows sum to 0.

    References
    ----------
    Fisher RA. The logic of inductive inference. Journal of the Royal Statistical Society 1935; 98: 39-82.
    Stijnen T, Hamza TH, Özdemir P. Random effects meta-analysis of event outcome in the framework of the
    generalized linear mixed model with applications in sparse data. Statistics in Medicine 2010; 29:
    3046-3067.

    Examples
    --------
    >>> from metaan.models.network.arms import ArmStudy
    >>> study = ArmStudy(name="s", arms=(0, 1), events=np.array([3.0, 1.0]), sizes=np.array([4.0, 4.0]))
    >>> loglik, gradient, information = allocation(study, np.zeros(2))
    >>> round(float(np.exp(loglik)), 6), gradient.round(12).tolist()  # 4 * 4 / C(8, 4)
    (0.228571, [1.0, -1.0])
    """
    order = np.argsort(study.sizes, kind="stable")
    events, sizes = study.events[order], study.sizes[order]
    tilted = theta[order] + _tilt(theta, study.sizes, float(events.sum()))
    means, spreads = sizes * expit(tilted), np.sqrt(sizes * expit(tilted) * expit(-tilted))
    stride = max(floor(float(spreads.min()) / PER_SPREAD), 1)
    arms, height = [], 0.0
    for x, n, mean, spread, odds in zip(events, sizes, means, spreads, tilted, strict=True):
        first, steps = _window(x, n, float(events.sum()), mean, spread, stride)
        logs = _log_weights(x, n - x, steps * stride, odds)
        height += float(logs.max())
        arms.append((first, np.exp(logs - logs.max()), x + steps * stride - mean))
    total, drift, spread = _moments(arms)
    loglik = -height - log(total) - (len(arms) - 1) * log(stride)
    free = events[:-1] - means[:-1] - drift
    covariance = spread - np.outer(drift, drift)
    back = np.argsort(order)
    # the last arm takes what the others leave
    closing = np.vstack([np.eye(len(free)), -np.ones(len(free))])[back]
    return loglik, closing @ free, closing @ covariance @ closing.T


def _tilt(theta: FloatArray, sizes: FloatArray, total: float) -> float:
    """Find the constant with which the arms expect the total, to a thousandth of an event."""
    level = log(total / (float(sizes.sum()) - total))
    low, high = level - float(theta.max()), level - float(theta.min())
    found = (low + high) / 2
    for _ in range(MOST_TILTS):
        risks = expit(theta + found)
        gap = float(sizes @ risks) - total
        if abs(gap) < TILTED:
            break
        low, high = (low, found) if gap > 0 else (found, high)
        slope = float(sizes @ (risks * (1 - risks)))
        newton = found - gap / slope if slope > 0 else low
        found = newton if low < newton < high else (low + high) / 2
    return found


def _window(
    x: float, n: float, total: float, mean: float, spread: float, stride: int
) -> tuple[int, FloatArray]:
    """Give the first step, and all steps, from the observed events over the values that are likely."""
    reach = REACH * spread + FEW
    low, high = max(floor(mean - reach), 0), min(ceil(mean + reach), n, total)
    first = ceil((low - x) / stride)
    return first, np.arange(first, floor((high - x) / stride) + 1, dtype=np.float64)


def _log_weights(x: float, y: float, excess: FloatArray, odds: float) -> FloatArray:
    """Give log probabilities of x + excess events among x + y, minus that of x."""
    if excess[0] <= 0 <= excess[-1] and len(excess) == excess[-1] - excess[0] + 1:
        return odds * excess + _log_choices(x, y, int(excess[0]), int(excess[-1]))
    slope = odds - log(max(x, 1.0)) + log(max(y, 1.0))
    cells = np.array([[x], [y]])
    falls = log_factorial_ratios(cells, cells + np.stack([excess, -excess]))
    return np.asarray(slope * excess - falls.sum(axis=0))


def _log_choices(x: float, y: float, first: int, last: int) -> FloatArray:
    """Build up log choose(x + y, x + e) - log choose(x + y, x) from ratios, for e from first to last."""
    up, down = np.arange(last), np.arange(-first)
    rising = np.cumsum(np.log((y - up) / (x + up + 1)))
    falling = np.cumsum(np.log((x - down) / (y + down + 1)))
    return np.concatenate([falling[::-1], [0.0], rising])


def _moments(arms: Sequence[tuple[int, FloatArray, FloatArray]]) -> tuple[float, FloatArray, FloatArray]:
    """Sum over all ways in which the steps of the arms add to 0.

    Parameters
    ----------
    arms : sequence of (int, ndarray, ndarray)
        First step of each arm, weights, and deviations of its events from their mean.

    Returns
    -------
    total : float
        Sum of the weights' products.
    drift, spread : ndarray, shape (p - 1,) and (p - 1, p - 1)
        Mean deviations of all arms but the last, and means of their products.
    """
    *free, (last_first, last, _) = arms
    first, weights, deviations = free[0]
    plain, single, double = weights, [weights * deviations], [[weights * deviations**2]]
    for step, weights, deviations in free[1:]:
        first += step
        moved = weights * deviations
        double = [
            *([np.convolve(entry, weights) for entry in row] for row in double),
            [*(np.convolve(entry, moved) for entry in single), np.convolve(plain, moved * deviations)],
        ]
        single = [*(np.convolve(entry, weights) for entry in single), np.convolve(plain, moved)]
        plain = np.convolve(plain, weights)
    places = -last_first - first - np.arange(len(plain))
    inside = (places >= 0) & (places < len(last))
    rest = np.where(inside, last[np.clip(places, 0, len(last) - 1)], 0.0)
    total = float(plain @ rest)
    spread = np.zeros((len(free), len(free)))
    for i, row in enumerate(double):
        spread[i, : i + 1] = spread[: i + 1, i] = [entry @ rest / total for entry in row]
    return total, np.array([entry @ rest / total for entry in single]), spread

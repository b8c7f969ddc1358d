"""The twelve estimators of the between-study variance, lane by lane.

Each is the arithmetic of its row in `metaan.models.tau2`, on lanes. The generalised Q is solved by Newton's
method on its inverse: that is concave and increasing in tau2, so that from 0 every step stays on the near
side of the root, and where all variances are equal the first step is exact.
"""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtri

from metaan.batch.lanes import dot, means_at, plain_squares, total, weights_at
from metaan.batch.modes import highest_modes

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.batch.lanes import Lanes, Workspace
    from metaan.types import BoolArray, FloatArray

    Estimated = tuple[FloatArray, BoolArray]

__all__ = ["LANE_ESTIMATORS"]

LAST_STEP = 1e-8
"""Newton's error after a step is about the square of it, relative to tau2 and the smallest variance."""

MOST_STEPS = 60
"""Steps are quadratic in the end; a lane that needs more is handed on."""

SLACK = 1e-15
"""Q at its target to the last digit is at the boundary, as in `metaan.models.tau2.solve_q`."""


def _common_effect(lanes: Lanes) -> Estimated:
    return np.zeros_like(lanes.k), _none(lanes)


def _dersimonian_laird(lanes: Lanes) -> Estimated:
    return np.maximum(0.0, (lanes.Q - (lanes.k - 1)) / lanes.trace), _none(lanes)


def _hedges(lanes: Lanes) -> Estimated:
    v = lanes.v if lanes.absent is None else np.where(lanes.absent, 0.0, lanes.v)
    return np.maximum(0.0, plain_squares(lanes) / (lanes.k - 1) - total(v) / lanes.k), _none(lanes)


def _hunter_schmidt(lanes: Lanes) -> Estimated:
    return np.maximum(0.0, (lanes.Q - lanes.k) / lanes.weight), _none(lanes)


def _hunter_schmidt_k(lanes: Lanes) -> Estimated:
    k = lanes.k
    return np.maximum(0.0, (lanes.Q * k / (k - 1) - k) / lanes.weight), _none(lanes)


def _sidik_jonkman(lanes: Lanes) -> Estimated:
    start = plain_squares(lanes) / lanes.k
    Q, _ = _generalised_q(lanes.y, lanes.v, start, lanes.work)
    return start * Q / (lanes.k - 1), _none(lanes)


def _paule_mandel(lanes: Lanes) -> Estimated:
    return _solve_q(lanes, lanes.k - 1)


def _paule_mandel_median(lanes: Lanes) -> Estimated:
    counts, where = np.unique(lanes.k, return_inverse=True)
    medians = np.asarray(chdtri(np.maximum(counts - 1, 1), 0.5), dtype=np.float64)
    return _solve_q(lanes, medians[where])


def _maximum_likelihood(lanes: Lanes) -> Estimated:
    return highest_modes(lanes, restricted=False)


def _restricted_maximum_likelihood(lanes: Lanes) -> Estimated:
    return highest_modes(lanes, restricted=True)


LANE_ESTIMATORS: dict[str, Callable[[Lanes], Estimated]] = {
    "EE": _common_effect,
    "DL": _dersimonian_laird,
    "HE": _hedges,
    "HS": _hunter_schmidt,
    "HSk": _hunter_schmidt_k,
    "SJ": _sidik_jonkman,
    "ML": _maximum_likelihood,
    "REML": _restricted_maximum_likelihood,
    "EB": _paule_mandel,
    "PM": _paule_mandel,
    "PMM": _paule_mandel_median,
    "DLIT": _paule_mandel,
}
"""From lanes to tau2 (D,) and to which lanes are in doubt (D,), those that need a closer look."""


def _none(lanes: Lanes) -> BoolArray:
    return np.zeros(len(lanes.k), dtype=np.bool_)


def _solve_q(lanes: Lanes, target: FloatArray) -> Estimated:
    """Find where the generalised Q falls to its target, 0 where it is below from the start."""
    tau2 = np.zeros_like(target)
    live = np.flatnonzero(lanes.ordinary & (target * (1 + SLACK) < lanes.Q))
    names = cycle((("live y", "live v"), ("left y", "left v")))
    y, v = (lanes.work.take(name, x, live) for name, x in zip(next(names), (lanes.y, lanes.v), strict=True))
    t, goal, floor = tau2[live], target[live], 1 / lanes.weight[live]
    for _ in range(MOST_STEPS):
        if len(live) == 0:
            break
        Q, slope = _generalised_q(y, v, t, lanes.work)
        step = Q * (Q - goal) / (goal * slope)
        t = np.maximum(t + step, 0.0)
        done = np.abs(step) <= LAST_STEP * (t + floor)
        if 4 * np.count_nonzero(done) >= len(live):
            tau2[live[done]] = t[done]
            left = np.flatnonzero(~done)
            y, v = (lanes.work.take(name, x, left) for name, x in zip(next(names), (y, v), strict=True))
            t, goal, floor, live = t[left], goal[left], floor[left], live[left]
    doubt = _none(lanes)
    doubt[live] = True
    return tau2, doubt


def _generalised_q(
    y: FloatArray, v: FloatArray, tau2: FloatArray, work: Workspace
) -> tuple[FloatArray, FloatArray]:
    """Compute the generalised Q and how steeply it falls."""
    w = weights_at(v, tau2, work)
    r = np.subtract(y, means_at(y, w)[1], out=work.table("residual", y.shape))
    w *= r
    return dot(w, r), dot(w, w)

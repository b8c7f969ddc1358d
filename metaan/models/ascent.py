"""Climbing a log-likelihood with parameters of single studies, of all, and variances that end at 0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from metaan.models.marginal import BASE, BASE_VARIANCE, EFFECT, TAU2

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.models.marginal import Marginal
    from metaan.types import FloatArray

__all__ = ["Point", "Problem", "climb", "information", "newton_decrement", "own_information", "rises"]

MOST_STEPS = 200
FURTHEST = 4.0
"""Longest step of a mean, on the log odds scale, and largest factor of a variance, in one go."""

ROUNDING = 1e-13
"""Relative rounding of a log-likelihood; smaller gains cannot be seen."""

MOST_HALVINGS, FEW_HALVINGS = 40, 10
NEAR = 1.0
"""Decrement below which a surface is as good as quadratic: a step that needs more than a few halvings follows
rounding, or an error of the quadrature."""

ARRIVED = 1e-18
"""Newton decrement (twice the gain still to be had) at which a climb ends."""

SILENT = 1e-13
"""Share of the largest information at which a study's own parameter is held, for nothing tells it."""

LEVEL = 1e-9
"""Slope in a variance, per information of its mean, that is no more than rounding."""

VARIANCES = (BASE_VARIANCE, TAU2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Parameters: a mean per study or one for all (shape (k,) or ()), and two variances."""

    base: FloatArray
    effect: FloatArray
    base_variance: float
    tau2: float

    def common(self) -> FloatArray:
        """Give the four parameters, those of single studies by their first."""
        return np.array([self.base.flat[0], self.effect.flat[0], self.base_variance, self.tau2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A likelihood and which of its parameters are estimated.

    Attributes
    ----------
    evaluate : callable
        From a point and a number of nodes to the studies' log-likelihoods and derivatives.
    shared : tuple of int
        Slots that all studies share.
    own : int or None
        Slot of which each study has its own.
    """

    evaluate: Callable[[Point, int], Marginal]
    shared: tuple[int, ...]
    own: int | None = None

    def without(self, slot: int) -> Problem:
        """Hold a shared slot."""
        return replace(self, shared=tuple(s for s in self.shared if s != slot))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slope:
    """Gradient and information of the shared parameters, the studies' own profiled out."""

    slots: tuple[int, ...]
    gradient: FloatArray
    information: FloatArray
    own_gradient: FloatArray
    own_information: FloatArray
    cross: FloatArray


def climb(problem: Problem, start: Point, nodes: int) -> Point:
    """Climb from a point to a mode by Newton steps that never lose height.

    Parameters
    ----------
    problem : Problem
    start : Point
    nodes : int
        Quadrature nodes.

    Returns
    -------
    Point
        Where the Newton decrement is 0 to rounding, or no step gains any more.
    """
    point, marginal = start, problem.evaluate(start, nodes)
    for _ in range(MOST_STEPS):
        slope = _slope(problem, point, marginal)
        step, own_step, decrement = _step(slope)
        if decrement < ARRIVED:
            break
        ahead = _line(problem, point, marginal, (slope.slots, step, own_step), decrement, nodes)
        if ahead is None:
            break
        point, marginal = ahead
    return point


def newton_decrement(problem: Problem, point: Point, marginal: Marginal) -> float:
    """Give twice the gain that a Newton step promises: 0 at a mode, squared standard errors in its units."""
    return _step(_slope(problem, point, marginal))[2]


def information(problem: Problem, point: Point, marginal: Marginal) -> tuple[tuple[int, ...], FloatArray]:
    """Give the observed information of the shared parameters that are not at their boundary.

    The studies' own parameters are eliminated, so its inverse is the block of the full inverse.

    Returns
    -------
    slots : tuple of int
    information : ndarray, shape (len(slots), len(slots))
    """
    slope = _slope(problem, point, marginal)
    return slope.slots, slope.information


def own_information(problem: Problem, point: Point, marginal: Marginal) -> FloatArray:
    """Give the observed information of the studies' own parameters, the shared ones eliminated.

    Returns
    -------
    ndarray, shape (k, k)
    """
    slope = _slope(problem, point, marginal)
    own = np.diag(slope.own_information)
    if not slope.slots:
        return own
    shared = slope.information + slope.cross.T @ (slope.cross / slope.own_information[:, None])
    return np.asarray(own - slope.cross @ np.linalg.solve(shared, slope.cross.T))


def rises(marginal: Marginal, slot: int) -> bool:
    """Tell whether the log-likelihood rises with a variance, by more than rounding of its information."""
    slope = float(marginal.gradient[:, slot].sum())
    return slope > LEVEL * abs(float(marginal.hessian[:, slot - 2, slot - 2].sum()))


def _slope(problem: Problem, point: Point, marginal: Marginal) -> _Slope:
    g, h = marginal.gradient, marginal.hessian
    slots = tuple(
        slot
        for slot in problem.shared
        if not (slot in VARIANCES and point.common()[slot] == 0 and not rises(marginal, slot))
    )
    index = list(slots)
    gradient, total = g[:, index].sum(axis=0), -h[:, index][:, :, index].sum(axis=0)
    if problem.own is None:
        empty = np.zeros(0)
        return _Slope(
            slots=slots, gradient=gradient, information=total, own_gradient=empty, own_information=empty,
            cross=np.zeros((0, len(slots))),
        )  # fmt: skip
    own_information = -h[:, problem.own, problem.own]
    told = own_information > SILENT * own_information.max(initial=0.0)
    own_information = np.where(told, own_information, 1.0)
    own_gradient = np.where(told, g[:, problem.own], 0.0)
    cross = np.where(told[:, None], -h[:, problem.own][:, index], 0.0)
    scaled = cross / own_information[:, None]
    return _Slope(
        slots=slots,
        gradient=gradient - scaled.T @ own_gradient,
        information=total - scaled.T @ cross,
        own_gradient=own_gradient,
        own_information=own_information,
        cross=cross,
    )


def _step(slope: _Slope) -> tuple[FloatArray, FloatArray, float]:
    """Newton step of the shared and of the studies' own parameters, and the decrement.

    Where the surface bends upwards, the step goes uphill by the size of the bend.
    """
    decrement = (
        float((slope.own_gradient**2 / slope.own_information).sum()) if len(slope.own_gradient) else 0.0
    )
    step = np.zeros(len(slope.slots))
    if len(slope.slots):
        size = np.sqrt(np.maximum(np.abs(np.diag(slope.information)), 1e-300))
        values, vectors = np.linalg.eigh(slope.information / np.outer(size, size))
        along = vectors.T @ (slope.gradient / size)
        bent = np.maximum(np.abs(values), 1e-10)
        step = vectors @ (along / bent) / size
        decrement += float((along**2 / bent).sum())
    own = slope.own_gradient - slope.cross @ step if len(slope.own_gradient) else slope.own_gradient
    return step, own / slope.own_information if len(own) else own, decrement


def _line(
    problem: Problem,
    point: Point,
    marginal: Marginal,
    direction: tuple[tuple[int, ...], FloatArray, FloatArray],
    decrement: float,
    nodes: int,
) -> tuple[Point, Marginal] | None:
    """Go along a direction, halving, until height is gained; None where none is to be had.

    A share of the step promises at most that share of the decrement: below rounding it could not be seen.
    """
    now = float(marginal.loglik.sum())
    share = _longest_share(point, *direction)
    for _ in range(MOST_HALVINGS if decrement > NEAR else FEW_HALVINGS):
        ahead = _moved(problem, point, direction, share)
        found = problem.evaluate(ahead, nodes)
        height = float(found.loglik.sum())
        if height > now or (height >= now - ROUNDING * (1 + abs(now)) and share == 1):
            return ahead, found
        share /= 2
        if share * decrement < ROUNDING * (1 + abs(now)):
            break
    return None


def _longest_share(point: Point, slots: tuple[int, ...], step: FloatArray, own: FloatArray) -> float:
    common = point.common()
    reach = [float(np.abs(own).max(initial=0.0)) / FURTHEST]
    for slot, move in zip(slots, step, strict=True):
        far = FURTHEST * (common[slot] + 0.05) if slot in VARIANCES else FURTHEST
        reach.append(abs(float(move)) / far)
    return 1.0 if max(reach) <= 1 else 1 / max(reach)


def _moved(
    problem: Problem, point: Point, direction: tuple[tuple[int, ...], FloatArray, FloatArray], share: float
) -> Point:
    slots, step, own = direction
    move: dict[int, FloatArray | float] = {BASE: 0.0, EFFECT: 0.0, BASE_VARIANCE: 0.0, TAU2: 0.0}
    move.update({slot: share * float(size) for slot, size in zip(slots, step, strict=True)})
    if problem.own is not None:
        move[problem.own] = share * own
    return Point(
        base=np.asarray(point.base + move[BASE]),
        effect=np.asarray(point.effect + move[EFFECT]),
        base_variance=max(float(point.base_variance + move[BASE_VARIANCE]), 0.0),
        tau2=max(float(point.tau2 + move[TAU2]), 0.0),
    )

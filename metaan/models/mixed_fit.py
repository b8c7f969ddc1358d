"""From starting points to a mode, with nodes enough that twice as many change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metaan.models.ascent import climb, information, newton_decrement
from metaan.models.quadrature import MOST_NODES

if TYPE_CHECKING:
    from metaan.models.ascent import Point, Problem
    from metaan.models.marginal import Marginal

__all__ = ["FIRST_NODES", "NOTED_ERROR", "Fit", "fit", "standard_errors"]

FIRST_NODES = {1: 16, 2: 12}
LAST_NODES = {1: MOST_NODES, 2: 96}
"""Nodes to begin with and at most, by the number of dimensions integrated over."""

LOGLIK_ERROR = 1e-8
DECREMENT = 1e-10
"""Twice the nodes may change the log-likelihood and the squared standard errors to the mode by so much."""

NOTED_ERROR = 1e-6
"""A larger change of the log-likelihood with the nodes is noted."""

FLAT = 1e-8
"""Smallest eigenvalue of a correlation-scaled information that still tells its parameters apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A mode, the likelihood there, and how exact the quadrature is."""

    point: Point
    marginal: Marginal
    nodes: int
    error: float
    decrement: float

    @property
    def loglik(self) -> float:
        """Log-likelihood of all studies."""
        return float(self.marginal.loglik.sum())


def fit(problem: Problem, starts: list[Point], *, dimensions: int) -> Fit:
    """Climb from every start, keep the highest, and double the nodes until they change nothing.

    Parameters
    ----------
    problem : Problem
    starts : list of Point
    dimensions : {1, 2}
        Number of random effects integrated over.

    Returns
    -------
    Fit
    """
    nodes = FIRST_NODES[dimensions]
    ends = [climb(problem, start, nodes) for start in starts]
    heights = [float(problem.evaluate(end, nodes).loglik.sum()) for end in ends]
    # on a ridge the first end counts, the one with the smallest tau2
    point = next(end for end, h in zip(ends, heights, strict=True) if h >= max(heights) - LOGLIK_ERROR)
    while True:
        height = float(problem.evaluate(point, nodes).loglik.sum())
        nodes *= 2
        finer = problem.evaluate(point, nodes)
        error = abs(float(finer.loglik.sum()) - height)
        done = error <= LOGLIK_ERROR and newton_decrement(problem, point, finer) <= DECREMENT
        point = climb(problem, point, nodes)
        if done or 2 * nodes > LAST_NODES[dimensions]:
            break
    marginal = problem.evaluate(point, nodes)
    return Fit(
        point=point,
        marginal=marginal,
        nodes=nodes,
        error=error,
        decrement=newton_decrement(problem, point, marginal),
    )


def standard_errors(problem: Problem, found: Fit) -> dict[int, float]:
    """Give standard errors by slot; none where the information is not positive definite."""
    slots, matrix = information(problem, found.point, found.marginal)
    size = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = matrix / np.outer(size, size)
    if not (np.isfinite(scaled).all() and np.linalg.eigvalsh(scaled)[0] > FLAT):
        return {}
    errors = np.sqrt(np.diag(np.linalg.inv(scaled))) / size
    return {slot: float(error) for slot, error in zip(slots, errors, strict=True)}

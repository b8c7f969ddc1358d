"""Networks of events by penalised likelihood: logistic regression with Jeffreys' prior, finite always."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, log_expit

from metaan.models.intake import read_level
from metaan.models.network.arms import RarePart, assemble, read_arms
from metaan.models.network.conditional import comparable_groups
from metaan.models.network.design import connected_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from metaan.models.network.arms import ArmEvidence, ArmStudy
    from metaan.results.rare_network import RareNetwork
    from metaan.types import FloatArray

__all__ = ["network_penalised"]

MOST_STEPS = 500

FURTHEST = 4.0
"""Longest step of a parameter in one go, on the log odds scale."""

ARRIVED = 1e-20
"""Score in squared standard errors at which a climb ends; rounding leaves up to a tenth of it."""

ROUNDING = 1e-13
"""Relative rounding of a log-likelihood; smaller losses cannot be seen."""

NOT_REACHED = "the penalised likelihood was not climbed to its end: the estimates are not exact"
NO_Q = "the penalised likelihood has no statistic of inconsistency"


def network_penalised(
    study: ArrayLike,
    treatment: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    reference: str | None = None,
    level: float = 0.95,
) -> RareNetwork:
    """Combine the arms of rare events into a network by penalised logistic regression.

    Common effects. The arms are binomial, with a log odds for every study and effects of the treatments; the
    likelihood is multiplied by Jeffreys' prior (Firth's penalty), half the log determinant of the
    information. It takes away the first-order bias and keeps every effect of a connected network finite.

    Parameters
    ----------
    study, treatment : array_like of labels, shape (a,)
        One row for each arm, in any order.
    events, n : array_like, shape (a,)
        Participants with the event and all participants.
    reference : str, optional
        Treatment whose component gives the top-level scalars; without it, the largest component.
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    RareNetwork
        Effects are `nan` where treatments are not connected; `not_estimable`, `left_out` and `notes` say why.
        `Q` is `nan`: there is no such statistic.

    Raises
    ------
    InputError
        Arms that cannot be used (see `contrasts`), an unknown reference, a level outside (0, 1).

    Notes
    -----
    A study without events in any arm, or with events only, is left out: all it would add is a pull of its
    effects towards 0 by the penalty. Where the likelihood itself has no finite maximum, an effect is finite
    by the penalty alone, its normal interval is rough, and a note says between which treatments.

    In a single study the estimates are the log odds ratios with 0.5 added to every cell; over several studies
    the penalty adds less than that. The standard errors are from the information of the likelihood at the
    estimates.

    References
    ----------
    Evrenoglou T, White IR, Afach S, Mavridis D, Chaimani A. Network meta-analysis of rare events using
    penalized likelihood regression. Statistics in Medicine 2022; 41: 5203-5219.
    Firth D. Bias reduction of maximum likelihood estimates. Biometrika 1993; 80: 27-38.
    Heinze G, Schemper M. A solution to the problem of separation in logistic regression. Statistics in
    Medicine 2002; 21: 2409-2419.

    Examples
    --------
    >>> fit = network_penalised(["s", "s"], ["A", "P"], [0, 3], [50, 50])
    >>> round(float(fit.estimate[0, 1]), 6), round(float(np.log(0.5 / 50.5) - np.log(3.5 / 47.5)), 6)
    (-2.007154, -2.007154)
    """
    level = read_level(level)
    evidence = read_arms(study, treatment, events, n, reference=reference)
    groups = connected_parts(evidence.studies, len(evidence.treatments))
    return assemble(
        evidence,
        [_part(evidence, group) for group in groups if len(group) > 1],
        method="penalised",
        level=level,
        reasons={},
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Arms:
    """Rows of a logistic regression: design, events and participants."""

    X: FloatArray
    events: FloatArray
    sizes: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Point:
    """Coefficients, the penalised log-likelihood there, and what a step needs.

    Attributes
    ----------
    beta : ndarray, shape (q,)
    height : float
    score : ndarray, shape (q,)
        Firth's.
    triangle : ndarray, shape (q, q)
        R, where R'R is the information of the likelihood.
    weights : ndarray, shape (m,)
        Those of a step: the arms with the penalty's participants.
    """

    beta: FloatArray
    height: float
    score: FloatArray
    triangle: FloatArray
    weights: FloatArray

    @property
    def distance(self) -> float:
        """Score in squared standard errors."""
        scaled = np.linalg.solve(self.triangle.T, self.score)
        return float(scaled @ scaled)


def _part(evidence: ArmEvidence, group: Sequence[int]) -> RarePart:
    studies = [study for study in evidence.studies if study.arms[0] in group]
    participants = np.zeros(len(evidence.treatments))
    for study in studies:
        participants[list(study.arms)] += study.sizes
    base = int(np.argmax(participants[list(group)]))
    rest = [place for place in range(len(group)) if place != base]
    point, arrived = _climb(_arms_of(studies, [group[place] for place in rest]))
    means, roots = np.zeros(len(group)), np.zeros((len(group), len(point.beta)))
    means[rest], roots[rest] = point.beta[len(studies) :], np.linalg.inv(point.triangle)[len(studies) :]
    return RarePart(
        columns=tuple(group),
        studies=frozenset(study.name for study in studies),
        means=means,
        roots=roots,
        Q=float("nan"),
        dof=0,
        notes=(*_by_penalty_alone(evidence, studies, group), *(() if arrived else (NOT_REACHED,)), NO_Q),
    )


def _by_penalty_alone(
    evidence: ArmEvidence, studies: Sequence[ArmStudy], group: Sequence[int]
) -> tuple[str, ...]:
    finite = comparable_groups(studies, len(evidence.treatments))
    inside = [found for found in finite if found[0] in group]
    if len(inside) == 1:
        return ()
    told = "; ".join(", ".join(evidence.labels(found)) for found in inside)
    return (
        f"the effects between these groups of treatments ({told}) are finite by the penalty alone, for the "
        "likelihood itself rises without end; their normal intervals are rough",
    )


def _arms_of(studies: Sequence[ArmStudy], compared: Sequence[int]) -> _Arms:
    """Give every study an intercept, and every treatment but the base an effect."""
    column = {arm: len(studies) + place for place, arm in enumerate(compared)}
    X = np.zeros((sum(len(study.arms) for study in studies), len(studies) + len(compared)))
    row = 0
    for place, study in enumerate(studies):
        for arm in study.arms:
            X[row, place] = 1.0
            if arm in column:
                X[row, column[arm]] = 1.0
            row += 1
    return _Arms(
        X=X,
        events=np.concatenate([study.events for study in studies]),
        sizes=np.concatenate([study.sizes for study in studies]),
    )


def _climb(arms: _Arms) -> tuple[_Point, bool]:
    """Climb by the steps of a regression in which every arm has the penalty's events added."""
    point = _evaluate(arms, _start(arms))
    for _ in range(MOST_STEPS):
        if point.distance < ARRIVED:
            return point, True
        step = np.linalg.solve((arms.X.T * point.weights) @ arms.X, point.score)
        step = step * min(1.0, FURTHEST / float(np.abs(step).max()))
        ahead = _evaluate(arms, point.beta + step)
        while ahead.height < point.height - ROUNDING * (1 + abs(point.height)):
            step = step / 2
            ahead = _evaluate(arms, point.beta + step)
            if np.abs(step).max() < ROUNDING:
                return point, False
        point = ahead
    return point, False


def _start(arms: _Arms) -> FloatArray:
    """Begin where all arms of a study have its risk."""
    k = int(arms.X.shape[1])
    beta = np.zeros(k)
    first = np.argmax(arms.X, axis=1)
    events, sizes = np.bincount(first, arms.events, k), np.bincount(first, arms.sizes, k)
    held = sizes > 0
    beta[held] = np.log(events[held] + 0.5) - np.log(sizes[held] - events[held] + 0.5)
    return beta


def _evaluate(arms: _Arms, beta: FloatArray) -> _Point:
    """Give the penalised log-likelihood and Firth's score: leverage h adds h participants, half events."""
    logits = arms.X @ beta
    risks = expit(logits)
    spread = risks * expit(-logits)
    basis, triangle = np.linalg.qr(arms.X * np.sqrt(arms.sizes * spread)[:, None])
    leverages = (basis**2).sum(axis=1)
    others = arms.sizes - arms.events
    return _Point(
        beta=beta,
        height=float(arms.events @ log_expit(logits) + others @ log_expit(-logits))
        + float(np.log(np.abs(np.diag(triangle))).sum()),
        score=arms.X.T @ (arms.events - arms.sizes * risks + leverages * (0.5 - risks)),
        triangle=triangle,
        weights=(arms.sizes + leverages) * spread,
    )

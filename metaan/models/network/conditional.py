"""Networks of events by conditional likelihood: the totals of studies held, nothing added to a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metaan.models.intake import read_level
from metaan.models.network.arms import (
    LOOSE,
    MIN_TREATMENTS,
    RarePart,
    assemble,
    by_arms,
    errors_between,
    read_arms,
)
from metaan.models.network.fisher import allocation
from metaan.models.network.inconsistency import NOT_ASSESSABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from metaan.models.network.arms import ArmStudy
    from metaan.results.rare_network import RareNetwork
    from metaan.types import BoolArray, FloatArray

__all__ = ["comparable_groups", "network_noncentral_hypergeometric"]

MOST_STEPS = 200

FURTHEST = 4.0
"""Longest step of an effect in one go, on the log odds scale."""

ARRIVED = 1e-18
"""Newton decrement, in squared standard errors, at which a climb ends."""

ROUNDING = 1e-13
"""Relative rounding of a log-likelihood; smaller losses cannot be seen."""

NO_END = (
    "the likelihood rises without end, or is next to flat, as its odds ratios against the others go to 0 or "
    "to infinity"
)
ONE_SIDED = "all events that could fall on one side of its comparisons did, so no odds ratio is finite"
ROUGH = (
    "some designs have no finite estimate of their own, where the chi-squared law of Q is a rough guide only"
)

UNDETERMINED = (
    "the likelihood is next to flat between some treatments (standard errors above 10): they are not compared"
)


def network_noncentral_hypergeometric(
    study: ArrayLike,
    treatment: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    reference: str | None = None,
    level: float = 0.95,
) -> RareNetwork:
    """Combine the arms of rare events into a network by their exact conditional likelihood.

    Common effects. Given its total, the events of a study fall on its arms by Fisher's noncentral
    hypergeometric law, the multivariate one in studies of more than two arms: the study's own level of risk
    drops out, and nothing is added to any cell.

    Parameters
    ----------
    study, treatment : array_like of labels, shape (a,)
        One row for each arm, in any order.
    events, n : array_like, shape (a,)
        Participants with the event and all participants, whole numbers.
    reference : str, optional
        Treatment whose component gives the top-level scalars; without it, the largest component.
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    RareNetwork
        Effects are `nan` where no estimate is finite; `not_estimable`, `left_out` and `notes` say why.

    Raises
    ------
    InputError
        Arms that cannot be used (see `contrasts`), counts that are not whole, an unknown reference, a level
        outside (0, 1).

    Notes
    -----
    The law is summed exactly, not by Breslow's approximation (a multinomial law, which ignores that a
    participant has one event at most).

    A study lets an event move from one arm to another where the one has an event and the other a participant
    without. The effects of treatments are finite exactly where such moves lead from each to each other and
    back. Groups of treatments that this does not connect are analysed each on its own, as the limit of the
    likelihood has it; effects between them are 0 or infinite. So are groups between which the likelihood is
    next to flat, with standard errors above 10.

    `Q` is twice the gain in log-likelihood where every design has effects of its own.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P. Random effects meta-analysis of event outcome in the framework of the
    generalized linear mixed model with applications in sparse data. Statistics in Medicine 2010; 29:
    3046-3067.
    Efthimiou O, Rücker G, Schwarzer G, Higgins JPT, Egger M, Salanti G. Network meta-analysis of rare events
    using the Mantel-Haenszel method. Statistics in Medicine 2019; 38: 2992-3012.
    Ford LR. Solution of a ranking problem from binary comparisons. The American Mathematical Monthly 1957;
    64 (8, part 2): 28-33.

    Examples
    --------
    >>> fit = network_noncentral_hypergeometric(
    ...     ["s", "s", "t", "t", "t"], ["A", "P", "A", "B", "P"], [1, 3, 2, 0, 6], [50, 50, 90, 90, 90]
    ... )
    >>> fit.treatments, round(float(fit.estimate[0, 2]), 4), round(float(fit.se[0, 2]), 4)
    (('A', 'B', 'P'), -1.1361, 0.6759)
    >>> [treatment for treatment, reason in fit.not_estimable]
    ['B']
    """
    level = read_level(level)
    evidence = read_arms(study, treatment, events, n, reference=reference, whole=True)
    fits, flat = _fit_groups(evidence.studies, comparable_groups(evidence.studies, len(evidence.treatments)))
    pieces = [(group, pieces_of(evidence.studies, group)) for group, _ in fits]
    used = {(piece.name, arm) for _, inside in pieces for piece in inside for arm in piece.arms}
    named = {name for name, _ in used}
    return assemble(
        evidence.without(
            [(found, ONE_SIDED) for found in evidence.studies if found.name not in named],
            [
                (found, arm, NO_END)
                for found in evidence.studies
                if found.name in named
                for arm in found.arms
                if (found.name, arm) not in used
            ],
        ),
        [_part(group, pieces_of(evidence.studies, group), mode) for group, mode in fits],
        method="NCH",
        level=level,
        reasons={arm: NO_END for found in evidence.studies for arm in found.arms},
        notes=(UNDETERMINED,) if flat else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Mode:
    """A maximum of the likelihood.

    Attributes
    ----------
    loglik : float
    theta : ndarray, shape (p,)
        Log odds, up to a common constant.
    roots : ndarray, shape (p, p - 1)
        Rows whose differences have the squared length of the effects' variances.
    """

    loglik: float
    theta: FloatArray
    roots: FloatArray


def comparable_groups(studies: Sequence[ArmStudy], treatments: int) -> list[list[int]]:
    """Group treatments between which events could move both ways: those with finite effects.

    Parameters
    ----------
    studies : sequence of ArmStudy
    treatments : int
        Number of treatments of the network.

    Returns
    -------
    list of list of int
        Positions of treatments, increasing, each group in the order of its first treatment.

    Examples
    --------
    >>> from metaan.models.network.arms import read_arms
    >>> found = read_arms(["s", "s", "t", "t"], list("ABBC"), [1, 2, 0, 3], [9, 9, 8, 8])
    >>> comparable_groups(found.studies, 3)
    [[0, 1], [2]]
    """
    reach = np.eye(treatments, dtype=bool)
    for study in studies:
        arms = np.array(study.arms)
        givers, takers = arms[study.events > 0], arms[study.events < study.sizes]
        reach[np.ix_(givers, takers)] = True
    return _reached(reach)


def _reached(reach: BoolArray) -> list[list[int]]:
    """Group places that lead to one another and back, over others too."""
    for _ in range(len(reach).bit_length()):
        reach = reach @ reach
    both = reach & reach.T
    firsts = dict.fromkeys(int(np.argmax(row)) for row in both)
    return [np.flatnonzero(both[first]).tolist() for first in firsts]


def pieces_of(studies: Sequence[ArmStudy], group: Sequence[int]) -> list[ArmStudy]:
    """Give what studies tell of some treatments among themselves."""
    pieces = [study.kept(group) for study in studies]
    return [piece for piece in pieces if piece.informative]


def _fit_groups(
    studies: Sequence[ArmStudy], groups: list[list[int]]
) -> tuple[list[tuple[list[int], _Mode]], bool]:
    """Fit every group of two or more; one with next to undetermined effects is taken apart first."""
    found: list[tuple[list[int], _Mode]] = []
    flat, waiting = False, list(groups)
    while waiting:
        group = waiting.pop(0)
        if len(group) < MIN_TREATMENTS:
            continue
        mode = _climb(group, pieces_of(studies, group))
        close = errors_between(mode.roots) <= LOOSE
        if close.all():
            found.append((group, mode))
            continue
        flat = True
        for cluster in _reached(close):
            part = [group[place] for place in cluster]
            apart = comparable_groups(pieces_of(studies, part), max(part) + 1)
            waiting += [some for some in apart if set(some) <= set(part)]
    return found, flat


def _part(group: Sequence[int], studies: Sequence[ArmStudy], mode: _Mode) -> RarePart:
    Q, dof, rough = _inconsistency(studies, mode.loglik, len(group))
    said = [(dof == 0, NOT_ASSESSABLE), (rough, ROUGH)]
    return RarePart(
        columns=tuple(group),
        studies=frozenset(study.name for study in studies),
        means=mode.theta,
        roots=mode.roots,
        Q=Q,
        dof=dof,
        notes=tuple(note for applies, note in said if applies),
    )


def _inconsistency(studies: Sequence[ArmStudy], common: float, treatments: int) -> tuple[float, int, bool]:
    """Give the likelihood-ratio statistic between designs, its degrees of freedom, and if it is rough."""
    designs = by_arms(studies)
    dof = sum(len(arms) - 1 for arms in designs) - (treatments - 1)
    if dof == 0:
        return float("nan"), 0, False
    own, rough = 0.0, False
    for arms, inside in designs.items():
        groups = comparable_groups(inside, max(arms) + 1)
        groups = [group for group in groups if set(group) & set(arms)]
        rough |= len(groups) > 1
        own += sum(
            _climb(group, pieces_of(inside, group)).loglik for group in groups if len(group) >= MIN_TREATMENTS
        )
    return max(2 * (own - common), 0.0), dof, rough


def _climb(group: Sequence[int], studies: Sequence[ArmStudy]) -> _Mode:
    """Find the maximum by Newton steps that never lose height; the likelihood is concave."""
    place = {arm: position for position, arm in enumerate(group)}
    arms = [np.array([place[arm] for arm in study.arms]) for study in studies]
    theta = np.zeros(len(group))
    loglik, gradient, information = _evaluate(studies, arms, theta)
    base = int(np.argmax(np.diag(information)))
    rest = [position for position in range(len(group)) if position != base]
    for _ in range(MOST_STEPS):
        step = np.zeros(len(group))
        step[rest] = np.linalg.solve(information[np.ix_(rest, rest)], gradient[rest])
        if gradient @ step < ARRIVED:
            break
        step *= min(1.0, FURTHEST / float(np.abs(step).max()))
        ahead = _evaluate(studies, arms, theta + step)
        while ahead[0] < loglik - ROUNDING * (1 + abs(loglik)) and np.abs(step).max() > ROUNDING:
            step /= 2
            ahead = _evaluate(studies, arms, theta + step)
        theta = theta + step
        loglik, gradient, information = ahead
    roots = np.zeros((len(group), len(rest)))
    roots[rest] = np.linalg.inv(np.linalg.cholesky(information[np.ix_(rest, rest)])).T
    return _Mode(loglik=loglik, theta=theta, roots=roots)


def _evaluate(
    studies: Sequence[ArmStudy], arms: Sequence[np.ndarray], theta: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    loglik, gradient = 0.0, np.zeros(len(theta))
    information = np.zeros((len(theta), len(theta)))
    for study, places in zip(studies, arms, strict=True):
        height, slope, bend = allocation(study, theta[places])
        loglik += height
        gradient[places] += slope
        information[np.ix_(places, places)] += bend
    return loglik, gradient, information

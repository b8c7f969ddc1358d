"""Twelve estimators of the between-study variance that moderators leave.

They are those of `metaan.models.tau2`, with the residual contrasts of a design in the place of deviations
from a mean. All sums run over the independent contrasts, so nothing cancels.

References
----------
Thompson SG, Sharp SJ. Explaining heterogeneity in meta-analysis: a comparison of methods. Statistics in
Medicine 1999; 18: 2693-2708.
Sidik K, Jonkman JN. A note on variance estimation in random effects meta-regression. Journal of
Biopharmaceutical Statistics 2005; 15: 823-838.
Panityakul T, Bumrungsup C, Knapp G. On estimating residual heterogeneity in random-effects meta-regression:
a comparative study. Journal of Statistical Theory and Applications 2013; 12: 253-265.
"""

from __future__ import annotations

from math import nan, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import chdtri

from metaan.models.brackets import likelihood_mode, q_root

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.models.residual_space import ResidualSpace
    from metaan.types import FloatArray

__all__ = ["RESIDUAL_ESTIMATORS", "ResidualEstimator"]


class ResidualEstimator(NamedTuple):
    """One estimator: tau2 of a residual space, and its standard error at that estimate."""

    tau2: Callable[[ResidualSpace], float]
    se: Callable[[ResidualSpace, float], float]


def _none(space: ResidualSpace) -> float:
    del space
    return 0.0


def _dersimonian_laird(space: ResidualSpace) -> float:
    return max(0.0, (space.Q(0.0) - space.dof) / float((1 / space.d).sum()))


def _hedges(space: ResidualSpace) -> float:
    return max(0.0, float(space.u2.sum() - space.d.sum()) / space.dof)


def _hunter_schmidt(space: ResidualSpace) -> float:
    return max(0.0, (space.Q(0.0) - space.k) / float((1 / space.v).sum()))


def _hunter_schmidt_k(space: ResidualSpace) -> float:
    excess = space.Q(0.0) * space.k / space.dof - space.k
    return max(0.0, excess / float((1 / space.v).sum()))


def _sidik_jonkman(space: ResidualSpace) -> float:
    return space.total * space.Q(space.total) / space.dof


def _paule_mandel(space: ResidualSpace) -> float:
    return _q_root(space, space.dof)


def _paule_mandel_median(space: ResidualSpace) -> float:
    return _q_root(space, float(chdtri(space.dof, 0.5)))


def _q_root(space: ResidualSpace, target: float) -> float:
    smallest, largest = float(space.d.min()), float(space.d.max())
    squares = float(space.u2.sum())
    return q_root(space.Q, target, squares=squares, smallest=smallest, largest=largest)


def _maximum_likelihood(space: ResidualSpace) -> float:
    return _likelihood_mode(space, space.v)


def _restricted_maximum_likelihood(space: ResidualSpace) -> float:
    return _likelihood_mode(space, space.d)


def _likelihood_mode(space: ResidualSpace, traced: FloatArray) -> float:
    """Find the mode of -(sum log(traced + tau2) + Q(tau2))/2: ML traces all effects, REML the contrasts."""

    def scores(tau2: FloatArray | float) -> FloatArray:
        s = space.d + tau2
        score: FloatArray = (space.u2 / (s * s)).sum(-1) / (1 / (traced + tau2)).sum(-1) - 1
        return score

    def log_likelihood(tau2: float) -> float:
        return -(float(np.log(traced + tau2).sum()) + space.Q(tau2)) / 2

    return likelihood_mode(
        lambda tau2: float(scores(tau2)),
        lambda grid: scores(grid[:, None]),
        log_likelihood,
        squares=float(space.u2.sum()),
        smallest=float(min(space.d.min(), traced.min())),
        largest=float(max(space.d.max(), traced.max())),
        dof=len(traced),
    )


def _no_se(space: ResidualSpace, tau2: float) -> float:
    del space, tau2
    return nan


def _se_dersimonian_laird(space: ResidualSpace, tau2: float) -> float:
    return _se_of_q(space, tau2) / float((1 / space.d).sum())


def _se_hedges(space: ResidualSpace, tau2: float) -> float:
    s = space.d + tau2
    return sqrt(2 * float(s @ s)) / space.dof


def _se_hunter_schmidt(space: ResidualSpace, tau2: float) -> float:
    return _se_of_q(space, tau2) / float((1 / space.v).sum())


def _se_hunter_schmidt_k(space: ResidualSpace, tau2: float) -> float:
    return _se_hunter_schmidt(space, tau2) * space.k / space.dof


def _se_sidik_jonkman(space: ResidualSpace, tau2: float) -> float:
    """Take the starting value as fixed."""
    if space.total == 0:
        return nan
    ratio = (space.d + tau2) / (space.d + space.total)
    return space.total * sqrt(2 * float(ratio @ ratio)) / space.dof


def _se_information(space: ResidualSpace, tau2: float) -> float:
    w = 1 / (space.v + tau2)
    return sqrt(2 / float(w @ w))


def _se_restricted(space: ResidualSpace, tau2: float) -> float:
    w = 1 / (space.d + tau2)
    return sqrt(2 / float(w @ w))


def _se_paule_mandel(space: ResidualSpace, tau2: float) -> float:
    return sqrt(2 * space.k**2 / space.dof) / float((1 / (space.v + tau2)).sum())


def _se_of_q(space: ResidualSpace, tau2: float) -> float:
    """Give the standard error of Q(0) when the contrasts vary by d + tau2."""
    ratio = (space.d + tau2) / space.d
    return sqrt(2 * float(ratio @ ratio))


RESIDUAL_ESTIMATORS = {
    "EE": ResidualEstimator(_none, _no_se),
    "DL": ResidualEstimator(_dersimonian_laird, _se_dersimonian_laird),
    "HE": ResidualEstimator(_hedges, _se_hedges),
    "HS": ResidualEstimator(_hunter_schmidt, _se_hunter_schmidt),
    "HSk": ResidualEstimator(_hunter_schmidt_k, _se_hunter_schmidt_k),
    "SJ": ResidualEstimator(_sidik_jonkman, _se_sidik_jonkman),
    "ML": ResidualEstimator(_maximum_likelihood, _se_information),
    "REML": ResidualEstimator(_restricted_maximum_likelihood, _se_restricted),
    "EB": ResidualEstimator(_paule_mandel, _se_paule_mandel),
    "PM": ResidualEstimator(_paule_mandel, _se_paule_mandel),
    "PMM": ResidualEstimator(_paule_mandel_median, _se_paule_mandel),
    "DLIT": ResidualEstimator(_paule_mandel, _se_paule_mandel),
}

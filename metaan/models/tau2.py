"""Twelve estimators of the between-study variance, each a row of one table.

Every estimator works on effects and variances that the caller has shifted and rescaled (all of them are
equivariant) and put in order, the smallest variance first: where one study outweighs all others, traces are
summed around it, so that nothing cancels. The likelihood scores and the generalised Q are solved in brackets
that are derived from the data, so there is no starting value, no step limit and no absolute tolerance.

References
----------
Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects model.
Journal of Educational and Behavioral Statistics 2005; 30: 261-293.
Veroniki AA et al. Methods to estimate the between-study variance and its uncertainty in meta-analysis.
Research Synthesis Methods 2016; 7: 55-79.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtri

from metaan.models.brackets import likelihood_mode, q_root

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.types import FloatArray

__all__ = ["ESTIMATORS", "Estimator", "generalised_q", "solve_q", "trace_p", "weighted_mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimator:
    """One estimator, as data.

    Attributes
    ----------
    name, words : str
        Its letters and its name in words.
    tau2 : callable
        From effects (k,) and increasing variances (k,), k of 2 or more, to the estimate, 0 or more.
    se : callable
        From effects, variances and the estimate to its standard error.
    """

    name: str
    words: str
    tau2: Callable[[FloatArray, FloatArray], float]
    se: Callable[[FloatArray, FloatArray, float], float]


def weighted_mean(y: FloatArray, w: FloatArray) -> tuple[float, float, float]:
    """Compute the weighted mean, the sum of weights and the weighted sum of squares about the mean.

    Examples
    --------
    >>> import numpy as np
    >>> weighted_mean(np.array([0.0, 3.0]), np.array([2.0, 1.0]))
    (1.0, 3.0, 6.0)
    """
    total = float(w.sum())
    mean = float(w @ y) / total
    r = y - mean
    return mean, total, float(w @ (r * r))


def trace_p(w: FloatArray) -> FloatArray:
    """Compute the trace of P = W - ww'/sum(w) from decreasing weights.

    Parameters
    ----------
    w : ndarray, shape (..., k)
        Weights, the largest first.

    Returns
    -------
    ndarray, shape (...)

    Examples
    --------
    >>> import numpy as np
    >>> float(trace_p(np.array([1e20, 1.0])))
    2.0
    """
    first, others = w[..., 0], w[..., 1:]
    rest = np.add.reduce(others, -1)
    total = first + rest
    trace: FloatArray = (rest * (first + total) - np.vecdot(others, others)) / total
    return trace


def generalised_q(y: FloatArray, v: FloatArray, tau2: float) -> float:
    """Compute the weighted sum of squares about the mean, with weights 1/(v + tau2).

    Examples
    --------
    >>> import numpy as np
    >>> generalised_q(np.array([0.0, 2.0]), np.array([1.0, 1.0]), 1.0)
    1.0
    """
    return weighted_mean(y, 1 / (v + tau2))[2]


def solve_q(y: FloatArray, v: FloatArray, target: float) -> float:
    """Find the tau2 at which the generalised Q equals a target; 0 where Q is below it already at 0.

    Parameters
    ----------
    y, v : ndarray, shape (k,)
        Effects and variances.
    target : float
        Positive.

    Returns
    -------
    float
        In squared units of y.

    References
    ----------
    Paule RC, Mandel J. Consensus values and weighting factors. Journal of Research of the National Bureau of
    Standards 1982; 87: 377-385.

    Examples
    --------
    >>> import numpy as np
    >>> solve_q(np.array([0.0, 4.0]), np.array([1.0, 1.0]), 1.0)
    7.0
    """
    return q_root(
        lambda t: generalised_q(y, v, t),
        target,
        squares=_sum_of_squares(y),
        smallest=float(v.min()),
        largest=float(v.max()),
    )


def _common_effect(y: FloatArray, v: FloatArray) -> float:
    del y, v
    return 0.0


def _dersimonian_laird(y: FloatArray, v: FloatArray) -> float:
    w = 1 / v
    return max(0.0, (weighted_mean(y, w)[2] - (len(y) - 1)) / float(trace_p(w)))


def _hedges(y: FloatArray, v: FloatArray) -> float:
    return max(0.0, _sum_of_squares(y) / (len(y) - 1) - float(v.mean()))


def _hunter_schmidt(y: FloatArray, v: FloatArray) -> float:
    _, total, Q = weighted_mean(y, 1 / v)
    return max(0.0, (Q - len(y)) / total)


def _hunter_schmidt_k(y: FloatArray, v: FloatArray) -> float:
    k = len(y)
    _, total, Q = weighted_mean(y, 1 / v)
    return max(0.0, (Q * k / (k - 1) - k) / total)


def _sidik_jonkman(y: FloatArray, v: FloatArray) -> float:
    start = _sum_of_squares(y) / len(y)
    return start * generalised_q(y, v, start) / (len(y) - 1)


def _paule_mandel(y: FloatArray, v: FloatArray) -> float:
    return solve_q(y, v, len(y) - 1)


def _paule_mandel_median(y: FloatArray, v: FloatArray) -> float:
    return solve_q(y, v, float(chdtri(len(y) - 1, 0.5)))


def _maximum_likelihood(y: FloatArray, v: FloatArray) -> float:
    return _likelihood_mode(y, v, _ml_score, _ml_log_likelihood, dof=len(y))


def _restricted_maximum_likelihood(y: FloatArray, v: FloatArray) -> float:
    return _likelihood_mode(y, v, _reml_score, _reml_log_likelihood, dof=len(y) - 1)


def _no_se(y: FloatArray, v: FloatArray, tau2: float) -> float:
    del y, v, tau2
    return float("nan")


def _se_dersimonian_laird(y: FloatArray, v: FloatArray, tau2: float) -> float:
    return _se_of_q(v, tau2, divisor=float(trace_p(1 / v)), k=len(y))


def _se_hedges(y: FloatArray, v: FloatArray, tau2: float) -> float:
    """Var(y'My) for the centring matrix M."""
    k, s = len(y), v + tau2
    return sqrt(2 * ((1 - 2 / k) * float(s @ s) + float(s.sum()) ** 2 / k**2)) / (k - 1)


def _se_hunter_schmidt(y: FloatArray, v: FloatArray, tau2: float) -> float:
    return _se_of_q(v, tau2, divisor=float((1 / v).sum()), k=len(y))


def _se_hunter_schmidt_k(y: FloatArray, v: FloatArray, tau2: float) -> float:
    k = len(y)
    return _se_hunter_schmidt(y, v, tau2) * k / (k - 1)


def _se_sidik_jonkman(y: FloatArray, v: FloatArray, tau2: float) -> float:
    """Var(y'Py) with P at the starting value, which is taken as fixed."""
    start = _sum_of_squares(y) / len(y)
    if start == 0:
        return float("nan")
    w = 1 / (v + start)
    p, s = w / w.sum(), v + tau2
    ws = w * s
    trace = float(ws @ ws) - 2 * float(p @ (ws * ws)) + float(p @ ws) ** 2
    return start * sqrt(2 * trace) / (len(y) - 1)


def _se_information(y: FloatArray, v: FloatArray, tau2: float) -> float:
    del y
    w = 1 / (v + tau2)
    return sqrt(2 / float(w @ w))


def _se_restricted(y: FloatArray, v: FloatArray, tau2: float) -> float:
    del y
    return sqrt(2 / _trace_pp(1 / (v + tau2)))


def _se_paule_mandel(y: FloatArray, v: FloatArray, tau2: float) -> float:
    del y
    k = len(v)
    return sqrt(2 * k**2 / (k - 1)) / float((1 / (v + tau2)).sum())


ESTIMATORS = {
    row.name: row
    for row in (
        Estimator(name="EE", words="common effect", tau2=_common_effect, se=_no_se),
        Estimator(name="DL", words="DerSimonian-Laird", tau2=_dersimonian_laird, se=_se_dersimonian_laird),
        Estimator(name="HE", words="Hedges", tau2=_hedges, se=_se_hedges),
        Estimator(name="HS", words="Hunter-Schmidt", tau2=_hunter_schmidt, se=_se_hunter_schmidt),
        Estimator(
            name="HSk",
            words="Hunter-Schmidt with small-sample correction",
            tau2=_hunter_schmidt_k,
            se=_se_hunter_schmidt_k,
        ),
        Estimator(name="SJ", words="Sidik-Jonkman", tau2=_sidik_jonkman, se=_se_sidik_jonkman),
        Estimator(name="ML", words="maximum likelihood", tau2=_maximum_likelihood, se=_se_information),
        Estimator(
            name="REML",
            words="restricted maximum likelihood",
            tau2=_restricted_maximum_likelihood,
            se=_se_restricted,
        ),
        Estimator(name="EB", words="empirical Bayes", tau2=_paule_mandel, se=_se_paule_mandel),
        Estimator(name="PM", words="Paule-Mandel", tau2=_paule_mandel, se=_se_paule_mandel),
        Estimator(
            name="PMM", words="median-unbiased Paule-Mandel", tau2=_paule_mandel_median, se=_se_paule_mandel
        ),
        Estimator(name="DLIT", words="iterated DerSimonian-Laird", tau2=_paule_mandel, se=_se_paule_mandel),
    )
}


def _likelihood_mode(
    y: FloatArray,
    v: FloatArray,
    score: Callable[[FloatArray, FloatArray, FloatArray | float], FloatArray],
    log_likelihood: Callable[[FloatArray, FloatArray, float], float],
    *,
    dof: int,
) -> float:
    return likelihood_mode(
        lambda t: float(score(y, v, t)),
        lambda grid: score(y, v, grid[:, None]),
        lambda t: log_likelihood(y, v, t),
        squares=_sum_of_squares(y),
        smallest=float(v.min()),
        largest=float(v.max()),
        dof=dof,
    )


def _ml_score(y: FloatArray, v: FloatArray, tau2: FloatArray | float) -> FloatArray:
    """Twice the derivative of the profile log-likelihood, relative to the trace in it."""
    w, wr = _weighted_residuals(y, v, tau2)
    score: FloatArray = np.vecdot(wr, wr) / np.add.reduce(w, -1) - 1
    return score


def _reml_score(y: FloatArray, v: FloatArray, tau2: FloatArray | float) -> FloatArray:
    """Twice the derivative of the restricted log-likelihood, relative to the trace in it."""
    w, wr = _weighted_residuals(y, v, tau2)
    score: FloatArray = np.vecdot(wr, wr) / trace_p(w) - 1
    return score


def _weighted_residuals(
    y: FloatArray, v: FloatArray, tau2: FloatArray | float
) -> tuple[FloatArray, FloatArray]:
    w = 1 / (v + tau2)
    mean = np.vecdot(w, y) / np.add.reduce(w, -1)
    return w, w * (y - mean[..., None])


def _ml_log_likelihood(y: FloatArray, v: FloatArray, tau2: float) -> float:
    """Without its constant."""
    s = v + tau2
    return -(float(np.log(s).sum()) + weighted_mean(y, 1 / s)[2]) / 2


def _reml_log_likelihood(y: FloatArray, v: FloatArray, tau2: float) -> float:
    """Without its constant."""
    s = v + tau2
    _, total, Q = weighted_mean(y, 1 / s)
    return -(float(np.log(s).sum()) + log(total) + Q) / 2


def _sum_of_squares(y: FloatArray) -> float:
    r = y - y.sum() / len(y)
    return float(r @ r)


def _trace_pp(w: FloatArray) -> float:
    """Compute the trace of PP: squares of the diagonal, then of all other elements."""
    first, others = float(w[0]), w[1:]
    rest = float(others.sum())
    total = first + rest
    squares = others * others
    second, fourth = float(squares.sum()), float(squares @ squares)
    diagonal = (first * rest) ** 2 + float(squares @ (total - others) ** 2)
    return (diagonal + 2 * first**2 * second + second**2 - fourth) / total**2


def _se_of_q(v: FloatArray, tau2: float, *, divisor: float, k: int) -> float:
    """Give the standard error of Q/divisor when the effects vary by v + tau2."""
    w = 1 / v
    variance = 2 * (k - 1) + 4 * tau2 * float(trace_p(w)) + 2 * tau2**2 * _trace_pp(w)
    return sqrt(variance) / divisor

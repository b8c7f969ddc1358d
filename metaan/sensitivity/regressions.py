"""Regressions of effects on what small studies have more of than large ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from metaan.linalg import project
from metaan.models.inference import two_sided_pvalue
from metaan.models.regression import regress

if TYPE_CHECKING:
    from metaan.types import FloatArray

__all__ = ["LEAST_STUDIES", "SAME_SIZE", "Found", "additive_regression", "dispersed_regression"]

LEAST_STUDIES = 3
EQUAL = 1e-9

SAME_SIZE = "the studies do not differ in {}, so there is nothing to regress on"
NO_SCATTER = "the effects lie on a straight line, so there is no standard error and no test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a test found: estimate, standard error, statistic and its reference, number of studies."""

    estimate: float
    se: float
    statistic: float
    dof: float
    pvalue: float
    k: int
    notes: tuple[str, ...] = ()


def dispersed_regression(
    y: FloatArray, x: FloatArray, w: FloatArray, what: str, notes: tuple[str, ...] = (), unit: float = 1.0
) -> Found:
    """Regress y on x with weights w and a residual variance of its own; t on k - 2.

    Parameters
    ----------
    y, x, w : ndarray, shape (k,)
        Effects, what they are regressed on, and weights.
    what : str
        What x is, for the note where it does not vary.
    notes : tuple of str
        What is to be said in any case.
    unit : float
        Unit of y.

    Examples
    --------
    >>> import numpy as np
    >>> y, x = np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0])
    >>> found = dispersed_regression(y, x, np.ones(3), "size")
    >>> round(found.estimate, 6), round(found.se, 6)
    (1.5, 0.288675)
    """
    k = len(y)
    if k < LEAST_STUDIES or np.ptp(x) <= EQUAL * np.abs(x).max(initial=0.0):
        return _nothing(k, (SAME_SIZE.format(what), *notes))
    scale = float(np.abs(x).max())
    centred = (x - np.average(x, weights=w)) / scale
    fit = project(np.column_stack([np.ones(k), centred]), y - np.average(y, weights=w), 1 / w)
    dispersion = fit.Q / (k - 2)
    se = sqrt(dispersion) * float(np.hypot(*fit.inverse[1])) / scale
    slope = float(fit.beta[1]) / scale
    if EQUAL**2 * float(w @ y**2) >= fit.Q:
        return _nothing(k, (NO_SCATTER, *notes))
    return _found(slope * unit, se * unit, float(k - 2), k, notes)


def additive_regression(y: FloatArray, v: FloatArray, method: str, test: str) -> Found:
    """Regress y on its standard error, with tau2 beside v.

    Parameters
    ----------
    y, v : ndarray, shape (k,)
        Effects and variances.
    method, test : str
        As in `regress`.
    """
    se = np.sqrt(v)
    k = len(y)
    if np.ptp(se) <= EQUAL * se.max():
        return _nothing(k, (SAME_SIZE.format("standard error"),))
    fit = regress(y, v, se, method=method, test=test)
    return _found(float(fit.estimate[1]), float(fit.se[1]), float(fit.dof[1]), k, ())


def _found(estimate: float, se: float, dof: float, k: int, notes: tuple[str, ...]) -> Found:
    statistic = estimate / se if se > 0 else nan
    return Found(
        estimate=estimate,
        se=se,
        statistic=statistic,
        dof=dof,
        pvalue=two_sided_pvalue(statistic, dof),
        k=k,
        notes=notes,
    )


def _nothing(k: int, notes: tuple[str, ...]) -> Found:
    return Found(estimate=nan, se=nan, statistic=nan, dof=nan, pvalue=nan, k=k, notes=notes)

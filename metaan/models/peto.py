"""Peto's one-step odds ratio."""

from __future__ import annotations

from math import inf, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from metaan.models.counts import read_tables, study_notes
from metaan.models.homogeneity import observed_minus_expected
from metaan.models.inference import critical_value, two_sided_pvalue
from metaan.models.intake import read_level
from metaan.results.frozen import frozen
from metaan.results.rare import Peto

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from metaan.models.counts import Tables
    from metaan.types import BoolArray

__all__ = ["one_outcome_notes", "peto"]

NOTHING = "not estimable: no study has both events and non-events"


def peto(*, ai: ArrayLike, n1i: ArrayLike, ci: ArrayLike, n2i: ArrayLike, level: float = 0.95) -> Peto:
    """Pool log odds ratios by Peto's one-step method.

    Parameters
    ----------
    ai, n1i, ci, n2i : array_like, shape (n,)
        Events and participants in the first and the second arm. A study with a missing cell or an empty arm,
        or in which both arms had no event or events only, is left out and listed.
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    Peto
        `nan` with the reason in `notes` where no study carries information.

    Raises
    ------
    InputError
        For columns of different length, text, infinite or negative values, more events than participants, or
        a level outside (0, 1).

    Notes
    -----
    One step from an odds ratio of 1: fit for rare events, arms of similar size and effects that are not
    large. Q is the sum of (yi - estimate)² Vi with yi = (O - E)/V of each study.

    References
    ----------
    Yusuf S, Peto R, Lewis J, Collins R, Sleight P. Beta blockade during and after myocardial infarction: an
    overview of the randomized trials. Progress in Cardiovascular Diseases 1985; 27: 335-371.

    Examples
    --------
    >>> fit = peto(ai=[0, 3, 0], n1i=[50, 60, 40], ci=[2, 8, 0], n2i=[50, 62, 40])
    >>> round(fit.estimate, 4), round(fit.se, 4), fit.k
    (-1.1302, 0.5757, 2)
    >>> fit.notes
    ('study 3: left out, no events in either arm',)
    """
    level = read_level(level)
    tables = read_tables({"ai": ai, "n1i": n1i, "ci": ci, "n2i": n2i})
    difference, variance = observed_minus_expected(tables)
    informative = ~tables.one_outcome
    information = float(variance[informative].sum())
    notes = study_notes({**tables.notes, **one_outcome_notes(tables)})
    if information > 0:
        estimate, se = float(difference[informative].sum()) / information, 1 / sqrt(information)
    else:
        estimate, se, notes = nan, nan, (NOTHING, *notes)
    y = difference[informative] / variance[informative]
    Q, dof = float((variance[informative] * (y - estimate) ** 2).sum()), float(informative.sum() - 1)
    reach = critical_value(inf, level) * se
    return Peto(
        estimate=estimate,
        se=se,
        statistic=estimate / se,
        pvalue=two_sided_pvalue(estimate / se, inf),
        ci=(estimate - reach, estimate + reach),
        Q=Q if information > 0 else nan,
        Q_dof=dof if information > 0 else nan,
        Q_pvalue=float(chdtrc(dof, Q)) if dof > 0 else nan,
        weights=frozen(_weights(tables.used, np.where(informative, variance, 0.0))),
        k=int(informative.sum()),
        level=level,
        notes=notes,
    )


def one_outcome_notes(tables: Tables) -> Mapping[int, str]:
    """Say which studies carry no odds ratio because only one outcome occurred, by position from 0.

    Examples
    --------
    >>> from metaan.models.counts import read_tables
    >>> one_outcome_notes(read_tables({"ai": [0, 4], "n1i": [4, 4], "ci": [0, 5], "n2i": [5, 5]}))
    {0: 'left out, no events in either arm', 1: 'left out, only events in both arms'}
    """
    positions = np.flatnonzero(tables.used)
    return {
        int(
            positions[i]
        ): f"left out, {'no events in either arm' if tables.a[i] == 0 else 'only events in both arms'}"
        for i in np.flatnonzero(tables.one_outcome)
    }


def _weights(used: BoolArray, variance: np.ndarray) -> np.ndarray:
    weights = np.zeros(len(used))
    weights[used] = variance / variance.sum() if variance.any() else 0.0
    return weights

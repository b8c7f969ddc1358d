"""Means: differences, standardised differences and ratios of two groups, means of one."""

from __future__ import annotations

from math import nan, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from metaan.effects.cells import Columns, Family, Measure, demand, refuse, usable_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

    Cells = Mapping[str, FloatArray]
    Effect = tuple[FloatArray, FloatArray]

__all__ = [
    "LOG_ODDS_PER_D_LOGISTIC",
    "LOG_ODDS_PER_D_NORMAL",
    "MEASURES",
    "ONE_GROUP",
    "TWO_GROUPS",
    "hedges_j",
    "log_ratio_of_means",
    "one_group",
    "smd_variance",
    "two_groups",
]

LOG_ODDS_PER_D_LOGISTIC = pi / sqrt(3)
"""Log odds ratio per standardised mean difference of a logistic outcome (Hasselblad and Hedges 1995)."""

LOG_ODDS_PER_D_NORMAL = 1.65
"""The same where it is normal (Cox and Snell 1989)."""


MANY = 30.0
"""From here the series of log gamma(z + 1/2) - log gamma(z) is exact to the last digit; below, gammas are."""


def mean_difference(cells: Cells, vtype: str) -> Effect:
    """Compute mean differences with a variance for each arm."""
    del vtype
    variance = cells["sd1i"] ** 2 / cells["n1i"] + cells["sd2i"] ** 2 / cells["n2i"]
    return cells["m1i"] - cells["m2i"], variance


def standardised_mean_difference(cells: Cells, vtype: str) -> Effect:
    """Compute Hedges' g with the pooled standard deviation (Hedges 1981)."""
    n1, n2 = cells["n1i"], cells["n2i"]
    g = hedges_j(n1 + n2 - 2) * _cohens_d(cells)
    return g, smd_variance(g, n1, n2, vtype=vtype)


def heteroscedastic_difference(cells: Cells, vtype: str) -> Effect:
    """Compute mean differences in units of the root mean variance, which may differ (Bonett 2008, 2009)."""
    del vtype
    n1, n2, s1, s2 = (cells[name] for name in ("n1i", "n2i", "sd1i", "sd2i"))
    unit2 = (s1**2 + s2**2) / 2
    share1, share2 = s1**2 / unit2, s2**2 / unit2
    g = hedges_j(n1 + n2 - 2) * (cells["m1i"] - cells["m2i"]) / np.sqrt(unit2)
    spread = share1**2 / (n1 - 1) + share2**2 / (n2 - 1)
    return g, g**2 * spread / 8 + share1 / (n1 - 1) + share2 / (n2 - 1)


def difference_by_second_sd(cells: Cells, vtype: str) -> Effect:
    """Compute mean differences in standard deviations of the second group (Glass 1976)."""
    del vtype
    n1, n2 = cells["n1i"], cells["n2i"]
    g = hedges_j(n2 - 1) * (cells["m1i"] - cells["m2i"]) / cells["sd2i"]
    return g, 1 / n1 + 1 / n2 + g**2 / (2 * n2)


def ratio_of_means(cells: Cells, vtype: str) -> Effect:
    """Compute log ratios of means, corrected to second order (Hedges et al. 1999; Lajeunesse 2015)."""
    del vtype
    (w1, w2), m1, m2 = _squared_cvs(cells), cells["m1i"], cells["m2i"]
    return log_ratio_of_means(m1, m2) + (w1 - w2) / 2, w1 + w2


def variation_ratio(cells: Cells, vtype: str) -> Effect:
    """Compute log ratios of coefficients of variation (Nakagawa et al. 2015; Senior et al. 2020)."""
    w1, w2 = _squared_cvs(cells)
    y, v = variability_ratio(cells, vtype)
    y = y - np.log(cells["m1i"]) + np.log(cells["m2i"]) - (w1 - w2) / 2
    return y, v + w1 + w2


def variability_ratio(cells: Cells, vtype: str) -> Effect:
    """Compute log ratios of standard deviations (Nakagawa et al. 2015)."""
    del vtype
    h1, h2 = 1 / (2 * (cells["n1i"] - 1)), 1 / (2 * (cells["n2i"] - 1))
    return np.log(cells["sd1i"] / cells["sd2i"]) + h1 - h2, h1 + h2


def log_odds_if_normal(cells: Cells, vtype: str) -> Effect:
    """Compute log odds ratios behind standardised differences, outcome normal (Cox and Snell 1989)."""
    return _log_odds(cells, vtype, LOG_ODDS_PER_D_NORMAL)


def log_odds_if_logistic(cells: Cells, vtype: str) -> Effect:
    """Compute log odds ratios behind standardised differences, outcome logistic (Hasselblad, Hedges 1995)."""
    return _log_odds(cells, vtype, LOG_ODDS_PER_D_LOGISTIC)


def point_biserial(cells: Cells, vtype: str) -> Effect:
    """Compute point-biserial correlations of group and outcome (Tate 1954)."""
    del vtype
    n1, n2 = cells["n1i"], cells["n2i"]
    d, m = _cohens_d(cells), n1 + n2 - 2
    h = m / n1 + m / n2
    return d / np.sqrt(d**2 + h), h**2 / (d**2 + h) ** 3 * smd_variance(d, n1, n2)


def mean(cells: Cells, vtype: str) -> Effect:
    """Compute means."""
    del vtype
    return cells["mi"], cells["sdi"] ** 2 / cells["ni"]


def log_mean(cells: Cells, vtype: str) -> Effect:
    """Compute log means."""
    del vtype
    return np.log(cells["mi"]), cells["sdi"] ** 2 / (cells["ni"] * cells["mi"] ** 2)


def two_groups(given: Cells, add: float, to: str) -> Columns:
    """Check the means, standard deviations and sizes of two groups.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (k,)
        `m1i`, `sd1i`, `n1i`, `m2i`, `sd2i`, `n2i`.
    add, to
        Nothing is added to means.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        For a missing column, a negative standard deviation, or a negative size.
    """
    del add, to
    demand(given, TWO_GROUPS.cells, "Two groups")
    _refuse_negative(given, sds=("sd1i", "sd2i"), sizes=("n1i", "n2i"))
    empty = (given["n1i"] == 0) | (given["n2i"] == 0)
    part = (given["n1i"] < 1) | (given["n2i"] < 1)
    constant = (given["sd1i"] == 0) & (given["sd2i"] == 0)
    faults = [
        ("an arm has no participants, so there is no effect", empty),
        ("an arm has less than one participant, so there is no effect", part),
        ("both standard deviations are 0, so there is no effect", constant),
    ]
    cells, usable, ledger = usable_columns(given, faults, placeholder=2.0)
    return Columns(cells=cells, usable=usable, ledger=tuple(ledger))


def one_group(given: Cells, add: float, to: str) -> Columns:
    """Check the mean, standard deviation and size of one group.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (k,)
        `mi`, `sdi`, `ni`.
    add, to
        Nothing is added to means.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        For a missing column, a negative standard deviation, or a negative size.
    """
    del add, to
    demand(given, ONE_GROUP.cells, "Means")
    _refuse_negative(given, sds=("sdi",), sizes=("ni",))
    faults = [
        ("the group has no participants, so there is no effect", given["ni"] == 0),
        ("the group has less than one participant, so there is no effect", given["ni"] < 1),
        ("the standard deviation is 0, so there is no effect", given["sdi"] == 0),
    ]
    cells, usable, ledger = usable_columns(given, faults, placeholder=2.0)
    return Columns(cells=cells, usable=usable, ledger=tuple(ledger))


TWO_GROUPS = Family(
    name="two groups", cells=("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"), read=two_groups, exact=False
)
ONE_GROUP = Family(name="means", cells=("mi", "sdi", "ni"), read=one_group, exact=False)

POOLED_SD = "it needs at least 3 participants and a pooled standard deviation above 0"

MEASURES = (
    Measure(name="MD", words="mean difference", family=TWO_GROUPS, formula=mean_difference),
    Measure(
        name="SMD",
        words="standardised mean difference",
        family=TWO_GROUPS,
        formula=standardised_mean_difference,
        domain="it needs at least 4 participants and a pooled standard deviation above 0",
    ),
    Measure(
        name="SMDH",
        words="standardised mean difference (unequal variances)",
        family=TWO_GROUPS,
        formula=heteroscedastic_difference,
        domain="it needs at least 2 participants in each group",
    ),
    Measure(
        name="SMD1",
        words="standardised mean difference (SD of the second group)",
        family=TWO_GROUPS,
        formula=difference_by_second_sd,
        domain="it needs at least 3 participants and a standard deviation above 0 in the second group",
    ),
    Measure(
        name="ROM",
        words="ratio of means",
        family=TWO_GROUPS,
        ratio=True,
        formula=ratio_of_means,
        domain="it needs two means of the same sign",
    ),
    Measure(
        name="CVR",
        words="coefficient of variation ratio",
        family=TWO_GROUPS,
        ratio=True,
        formula=variation_ratio,
        domain="it needs means and standard deviations above 0 and at least 2 participants in each group",
    ),
    Measure(
        name="VR",
        words="variability ratio",
        family=TWO_GROUPS,
        ratio=True,
        formula=variability_ratio,
        domain="it needs standard deviations above 0 and at least 2 participants in each group",
    ),
    Measure(
        name="D2ORN",
        words="odds ratio from a standardised mean difference (normal outcome)",
        family=TWO_GROUPS,
        ratio=True,
        formula=log_odds_if_normal,
        domain=POOLED_SD,
    ),
    Measure(
        name="D2ORL",
        words="odds ratio from a standardised mean difference (logistic outcome)",
        family=TWO_GROUPS,
        ratio=True,
        formula=log_odds_if_logistic,
        domain=POOLED_SD,
    ),
    Measure(
        name="RPB",
        words="point-biserial correlation",
        family=TWO_GROUPS,
        formula=point_biserial,
        domain=POOLED_SD,
    ),
    Measure(name="MN", words="mean", family=ONE_GROUP, formula=mean, null=nan),
    Measure(
        name="MNLN",
        words="mean (log scale)",
        family=ONE_GROUP,
        formula=log_mean,
        domain="it needs a mean above 0",
        null=nan,
    ),
)


def log_ratio_of_means(m1: ArrayLike, m2: ArrayLike) -> FloatArray:
    """Compute the logarithm of m1/m2 without overflow; `nan` unless both have the same sign.

    Examples
    --------
    >>> log_ratio_of_means([8.0, -8.0, 8.0], [4.0, -4.0, -4.0]).round(4).tolist()
    [0.6931, 0.6931, nan]
    """
    m1, m2 = np.asarray(m1, dtype=np.float64), np.asarray(m2, dtype=np.float64)
    same = np.sign(m1) * np.sign(m2) > 0
    with np.errstate(divide="ignore"):
        return np.where(same, np.log(np.abs(m1)) - np.log(np.abs(m2)), np.nan)


def hedges_j(dof: ArrayLike) -> FloatArray:
    """Compute the exact small-sample factor of a standardised mean difference.

    Parameters
    ----------
    dof : array_like
        Degrees of freedom of the standard deviation.

    Returns
    -------
    ndarray
        J = gamma(m/2) / (sqrt(m/2) gamma((m-1)/2)); `nan` where `dof` is 1 or less.

    References
    ----------
    Hedges LV. Distribution theory for Glass's estimator of effect size and related estimators. Journal of
    Educational Statistics 1981; 6: 107-128.

    Examples
    --------
    >>> float(hedges_j(2.0).round(6))
    0.56419
    """
    m = np.asarray(dof, dtype=np.float64)
    defined = m > 1
    safe = np.where(defined, m, 2.0)
    z = (safe - 1) / 2
    few = np.minimum(z, MANY)
    by_gamma = np.exp(gammaln(few + 0.5) - gammaln(few)) / np.sqrt(few)
    many = np.maximum(z, MANY)
    by_series = np.exp((-1 / 8 + (1 / 192 + (-1 / 640 + 17 / 14336 / many**2) / many**2) / many**2) / many)
    factor = np.where(z < MANY, by_gamma, by_series) * np.sqrt((safe - 1) / safe)
    return np.where(defined, factor, np.nan)


def smd_variance(g: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, vtype: str = "LS") -> FloatArray:
    """Compute the sampling variance of Hedges' g.

    Parameters
    ----------
    g : array_like
        Bias-corrected standardised mean difference.
    n1, n2 : array_like
        Sizes of the groups.
    vtype : {"LS", "UB"}
        Large-sample, 1/n1 + 1/n2 + g²/(2(n1 + n2)), or unbiased.

    Returns
    -------
    ndarray
        Squared units of g.

    References
    ----------
    Hedges LV, Olkin I. Statistical methods for meta-analysis. Academic Press 1985, pages 86 and 104.

    Examples
    --------
    >>> float(smd_variance(0.5, 10, 10).round(5))
    0.20625
    """
    g, n1, n2 = (np.asarray(x, dtype=np.float64) for x in (g, n1, n2))
    if vtype == "LS":
        return np.asarray(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))
    m = n1 + n2 - 2
    return np.asarray(1 / n1 + 1 / n2 + (1 - (m - 2) / (m * hedges_j(m) ** 2)) * g**2)


def _cohens_d(cells: Cells) -> FloatArray:
    """Standardise by the pooled standard deviation, computed in units of the larger one."""
    n1, n2 = cells["n1i"], cells["n2i"]
    unit = np.maximum(cells["sd1i"], cells["sd2i"])
    squares = (n1 - 1) * (cells["sd1i"] / unit) ** 2 + (n2 - 1) * (cells["sd2i"] / unit) ** 2
    return np.asarray((cells["m1i"] - cells["m2i"]) / unit / np.sqrt(squares / (n1 + n2 - 2)))


def _log_odds(cells: Cells, vtype: str, factor: float) -> Effect:
    del vtype
    d = _cohens_d(cells)
    return d * factor, smd_variance(d, cells["n1i"], cells["n2i"]) * factor**2


def _squared_cvs(cells: Cells) -> tuple[FloatArray, FloatArray]:
    """Give the squared coefficient of variation of each group's mean."""
    first = (cells["sd1i"] / cells["m1i"]) ** 2 / cells["n1i"]
    return first, (cells["sd2i"] / cells["m2i"]) ** 2 / cells["n2i"]


def _refuse_negative(given: Cells, *, sds: tuple[str, ...], sizes: tuple[str, ...]) -> None:
    for name in sds:
        refuse(name, given[name], given[name] < 0, "is negative; give a standard deviation")
    for name in sizes:
        refuse(name, given[name], given[name] < 0, "is negative; give the number of participants")

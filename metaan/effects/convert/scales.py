"""Effects carried from one scale to another: d, log odds ratio, r, z, risk ratio."""

from __future__ import annotations

from math import atanh, exp, hypot, log, log1p, sqrt, tanh
from typing import Literal

from metaan.effects.cells import is_one_of
from metaan.effects.continuous import LOG_ODDS_PER_D_LOGISTIC, LOG_ODDS_PER_D_NORMAL
from metaan.effects.convert.printed import above_zero, at_least_zero, finite_number, plain, short
from metaan.effects.convert.values import ConvertedEffect
from metaan.errors import InputError

__all__ = [
    "log_odds_ratio_from_smd",
    "log_risk_ratio_from_log_odds_ratio",
    "r_from_smd",
    "r_from_z",
    "smd_from_log_odds_ratio",
    "smd_from_r",
    "z_from_r",
]

FACTORS = {"logistic": LOG_ODDS_PER_D_LOGISTIC, "normal": LOG_ODDS_PER_D_NORMAL}
LARGEST = 700.0
"""Logarithm whose exponential still is a double."""

WORDS = {"logistic": "pi/sqrt(3)", "normal": "1.65"}


def log_odds_ratio_from_smd(
    yi: float, vi: float, *, outcome: Literal["logistic", "normal"] = "logistic"
) -> ConvertedEffect:
    """Compute a log odds ratio from a standardised mean difference.

    Parameters
    ----------
    yi, vi : float
        Standardised mean difference and its variance, 0 or more.
    outcome : {"logistic", "normal"}, default "logistic"
        Distribution of the outcome behind both: times pi/sqrt(3), or times 1.65.

    Raises
    ------
    InputError
        For a negative variance or an unknown outcome.

    References
    ----------
    Hasselblad V, Hedges LV. Meta-analysis of screening and diagnostic tests. Psychological Bulletin 1995;
    117: 167-178.
    Cox DR, Snell EJ. Analysis of binary data, 2nd edition. Chapman and Hall 1989.

    Examples
    --------
    >>> found = log_odds_ratio_from_smd(0.5, 0.0205)
    >>> round(found.yi, 4), round(found.vi, 4), found.how
    (0.9069, 0.0674, 'log OR 0.907 from SMD 0.5 times pi/sqrt(3)')
    """
    factor, words = _factor(outcome)
    d, v = _effect(yi, vi)
    how = f"log OR {short(d * factor)} from SMD {short(d)} times {words}"
    return ConvertedEffect(yi=d * factor, vi=v * factor**2, how=how)


def smd_from_log_odds_ratio(
    yi: float, vi: float, *, outcome: Literal["logistic", "normal"] = "logistic"
) -> ConvertedEffect:
    """Compute a standardised mean difference from a log odds ratio.

    Parameters
    ----------
    yi, vi : float
        Log odds ratio and its variance, 0 or more.
    outcome : {"logistic", "normal"}, default "logistic"
        Distribution of the outcome behind both: divided by pi/sqrt(3), or by 1.65.

    Raises
    ------
    InputError
        For a negative variance or an unknown outcome.

    References
    ----------
    Chinn S. A simple method for converting an odds ratio to effect size for use in meta-analysis. Statistics
    in Medicine 2000; 19: 3127-3131.

    Examples
    --------
    >>> found = smd_from_log_odds_ratio(0.9069, 0.0676)
    >>> round(found.yi, 4), round(found.vi, 4)
    (0.5, 0.0205)
    """
    factor, words = _factor(outcome)
    y, v = _effect(yi, vi)
    how = f"SMD {short(y / factor)} from log OR {short(y)} divided by {words}"
    return ConvertedEffect(yi=y / factor, vi=v / factor**2, how=how)


def smd_from_r(yi: float, vi: float) -> ConvertedEffect:
    """Compute a standardised mean difference from a correlation, 2 r / sqrt(1 - r²).

    Parameters
    ----------
    yi, vi : float
        Correlation, between -1 and 1, and its variance, 0 or more.

    Raises
    ------
    InputError
        For a correlation that is not inside -1 to 1, or a negative variance.

    References
    ----------
    Borenstein M, Hedges LV, Higgins JPT, Rothstein HR. Introduction to meta-analysis. Wiley 2009, chapter 7.

    Examples
    --------
    >>> found = smd_from_r(0.5, 0.0058)
    >>> round(found.yi, 4), round(found.vi, 4)
    (1.1547, 0.055)
    """
    r, v = _correlation(yi, vi)
    d = 2 * r / sqrt((1 - r) * (1 + r))
    how = f"SMD {short(d)} from correlation {short(r)}"
    return ConvertedEffect(yi=d, vi=4 * v / ((1 - r) * (1 + r)) ** 3, how=how)


def r_from_smd(yi: float, vi: float, *, n1: float = 1, n2: float = 1) -> ConvertedEffect:
    """Compute a correlation from a standardised mean difference, d / sqrt(d² + a), a = (n1 + n2)²/(n1 n2).

    Parameters
    ----------
    yi, vi : float
        Standardised mean difference and its variance, 0 or more.
    n1, n2 : float, default 1
        Sizes of the groups, or their ratio.

    Raises
    ------
    InputError
        For a negative variance, or sizes that are not above 0.

    References
    ----------
    Borenstein M, Hedges LV, Higgins JPT, Rothstein HR. Introduction to meta-analysis. Wiley 2009, chapter 7.

    Examples
    --------
    >>> found = r_from_smd(1.1547, 0.055)
    >>> round(found.yi, 4), round(found.vi, 4)
    (0.5, 0.0058)
    """
    d, v = _effect(yi, vi)
    size1, size2 = above_zero("n1", n1), above_zero("n2", n2)
    a = (size1 + size2) / size1 * ((size1 + size2) / size2)
    r = d / hypot(d, sqrt(a))
    how = f"correlation {short(r)} from SMD {short(d)} (groups {plain(size1)} to {plain(size2)})"
    return ConvertedEffect(yi=r, vi=v / (d * d + a) * (a / (d * d + a)) * (a / (d * d + a)), how=how)


def z_from_r(yi: float, vi: float) -> ConvertedEffect:
    """Compute Fisher's z from a correlation, with the variance by the delta method.

    Parameters
    ----------
    yi, vi : float
        Correlation, between -1 and 1, and its variance, 0 or more.

    Raises
    ------
    InputError
        For a correlation that is not inside -1 to 1, or a negative variance.

    Examples
    --------
    >>> z_from_r(0.6, 0.01).how
    "Fisher's z 0.693 from correlation 0.6"
    """
    r, v = _correlation(yi, vi)
    how = f"Fisher's z {short(atanh(r))} from correlation {short(r)}"
    return ConvertedEffect(yi=atanh(r), vi=v / ((1 - r) * (1 + r)) ** 2, how=how)


def r_from_z(yi: float, vi: float) -> ConvertedEffect:
    """Compute a correlation from Fisher's z, with the variance by the delta method.

    Parameters
    ----------
    yi, vi : float
        Fisher's z and its variance, 0 or more.

    Raises
    ------
    InputError
        For a negative variance.

    Examples
    --------
    >>> round(r_from_z(0.6931471805599453, 0.0244140625).yi, 4)
    0.6
    """
    z, v = _effect(yi, vi)
    r = tanh(z)
    how = f"correlation {short(r)} from Fisher's z {short(z)}"
    return ConvertedEffect(yi=r, vi=v * ((1 - r) * (1 + r)) ** 2, how=how)


def log_risk_ratio_from_log_odds_ratio(yi: float, vi: float, *, baseline: float) -> ConvertedEffect:
    """Compute a log risk ratio from a log odds ratio and the risk in the second group.

    Parameters
    ----------
    yi, vi : float
        Log odds ratio and its variance, 0 or more.
    baseline : float
        Risk in the second group, taken as known, above 0 and below 1.

    Returns
    -------
    ConvertedEffect
        RR = OR / (1 - baseline + baseline OR); the variance by the delta method. It is too small where the
        baseline risk is itself uncertain.

    Raises
    ------
    InputError
        For a negative variance, or a baseline risk that is not inside 0 to 1.

    References
    ----------
    Zhang J, Yu KF. What's the relative risk? A method of correcting the odds ratio in cohort studies of
    common outcomes. JAMA 1998; 280: 1690-1691.

    Examples
    --------
    >>> found = log_risk_ratio_from_log_odds_ratio(log(3.0), 0.04, baseline=0.2)
    >>> round(exp(found.yi), 4), found.how
    (2.1429, 'RR 2.14 from OR 3 at a baseline risk of 0.2')
    """
    y, v = _effect(yi, vi)
    risk = finite_number("baseline", baseline)
    if not 0 < risk < 1:
        raise InputError(f"baseline = {baseline!r} is not a risk; give a share above 0 and below 1.")
    shift = _log_mix(y, risk)
    rr, odds_ratio = exp(y - shift), exp(min(y, LARGEST))
    how = f"RR {short(rr)} from OR {short(odds_ratio)} at a baseline risk of {plain(risk)}"
    return ConvertedEffect(yi=y - shift, vi=v * ((1 - risk) * exp(-shift)) ** 2, how=how)


def _log_mix(y: float, risk: float) -> float:
    """Compute log(1 - risk + risk exp(y)) without overflow."""
    if y > 0:
        return y + log(risk) + log1p((1 - risk) / risk * exp(-y))
    return log1p(-risk) + log1p(risk / (1 - risk) * exp(y))


def _factor(outcome: str) -> tuple[float, str]:
    if not is_one_of(outcome, FACTORS):
        raise InputError(f"outcome = {outcome!r} is not known; give one of {', '.join(FACTORS)}.")
    return FACTORS[outcome], WORDS[outcome]


def _effect(yi: float, vi: float) -> tuple[float, float]:
    return finite_number("yi", yi), at_least_zero("vi", vi)


def _correlation(yi: float, vi: float) -> tuple[float, float]:
    r, v = _effect(yi, vi)
    if not -1 < r < 1:
        raise InputError(f"yi = {yi!r} is not a correlation inside -1 to 1; give one that is.")
    return r, v

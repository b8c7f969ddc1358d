"""Mean and standard deviation of an arm that printed a median with quartiles, a range, or both."""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Literal

from scipy.special import ndtri

from metaan.effects.convert.printed import finite_number, plain, short, whole_number
from metaan.effects.convert.values import ConvertedArm
from metaan.errors import InputError

if TYPE_CHECKING:
    from metaan.types import Interval

__all__ = ["arm_from_quantiles"]

LEAST = 3

METHODS = {"mean": ("luo", "wan"), "sd": ("shi", "wan")}
CITED = {"luo": "Luo 2018", "wan": "Wan 2014", "shi": "Shi 2020"}


def arm_from_quantiles(
    n: int,
    *,
    median: float,
    q1: float | None = None,
    q3: float | None = None,
    low: float | None = None,
    high: float | None = None,
    mean_by: Literal["luo", "wan"] = "luo",
    sd_by: Literal["shi", "wan"] = "shi",
) -> ConvertedArm:
    """Estimate a mean and a standard deviation from a median with quartiles, a range, or both.

    The data are taken as normal; a test of skewness says where that is doubtful.

    Parameters
    ----------
    n : int
        Participants, 3 or more.
    median : float
        In units of the scale.
    q1, q3 : float, optional
        Quartiles.
    low, high : float, optional
        Minimum and maximum.
    mean_by : {"luo", "wan"}, default "luo"
        Weights that depend on n (Luo et al. 2018), or the fixed ones of Wan et al. (2014).
    sd_by : {"shi", "wan"}, default "shi"
        With quartiles and range, the optimal weights of Shi et al. (2020) or equal ones (Wan et al. 2014).
        With either alone the two are the same.

    Returns
    -------
    ConvertedArm
        `skewed` is True where the test of Shi et al. (2023) rejects symmetry at 5 %; `how` says so too.

    Raises
    ------
    InputError
        For a median without both quartiles or both limits, values out of order, no spread, n below 3, or an
        unknown method.

    References
    ----------
    Wan X, Wang W, Liu J, Tong T. Estimating the sample mean and standard deviation from the sample size,
    median, range and/or interquartile range. BMC Medical Research Methodology 2014; 14: 135.
    Luo D, Wan X, Liu J, Tong T. Optimally estimating the sample mean from the sample size, median, mid-range,
    and/or mid-quartile range. Statistical Methods in Medical Research 2018; 27: 1785-1805.
    Shi J, Luo D, Weng H, Zeng XT, Lin L, Chu H, Tong T. Optimally estimating the sample standard deviation
    from the five-number summary. Research Synthesis Methods 2020; 11: 641-654.
    Shi J, Luo D, Wan X, Liu Y, Liu J, Bian Z, Tong T. Detecting the skewness of data from the five-number
    summary and its application in meta-analysis. Statistical Methods in Medical Research 2023; 32: 1338-1360.

    Examples
    --------
    >>> found = arm_from_quantiles(30, median=4, low=1, high=10)
    >>> round(found.mean, 6), found.skewed
    (4.356748, False)
    >>> found.how
    'mean 4.36 (Luo 2018) and SD 2.21 (Wan 2014) from median 4, range 1 to 10 (n 30)'
    """
    size, middle = whole_number("n", n, least=LEAST), finite_number("median", median)
    quartiles, extremes = _pair("q1", q1, "q3", q3), _pair("low", low, "high", high)
    _refuse_disorder(middle, quartiles, extremes)
    _refuse_method("mean_by", mean_by, METHODS["mean"])
    _refuse_method("sd_by", sd_by, METHODS["sd"])
    mean = (_luo_mean if mean_by == "luo" else _fixed_mean)(size, middle, quartiles, extremes)
    sd = _sd(size, quartiles, extremes, optimal=sd_by == "shi")
    skew, critical = _skewness(size, middle, quartiles, extremes)
    cited = CITED[sd_by] if quartiles and extremes else CITED["wan"]
    how = (
        f"mean {short(mean)} ({CITED[mean_by]}) and SD {short(sd)} ({cited}) from median {plain(middle)}"
        + (f", quartiles {plain(quartiles[0])} and {plain(quartiles[1])}" if quartiles else "")
        + (f", range {plain(extremes[0])} to {plain(extremes[1])}" if extremes else "")
        + f" (n {size})"
    )
    if skew > critical:
        how += f"; the data are skewed ({short(skew)} is above {short(critical)}), so a mean is doubtful"
    return ConvertedArm(n=size, mean=mean, sd=sd, skewed=skew > critical, how=how)


def _luo_mean(n: int, median: float, quartiles: Interval | None, extremes: Interval | None) -> float:
    if quartiles is None:
        share: float = 4 / (4 + n**0.75)
        return share * _middle(extremes) + (1 - share) * median
    if extremes is None:
        share = 0.7 + 0.39 / n
        return share * _middle(quartiles) + (1 - share) * median
    outer: float = 2.2 / (2.2 + n**0.75)
    inner: float = 0.7 - 0.72 / n**0.55
    return outer * _middle(extremes) + inner * _middle(quartiles) + (1 - outer - inner) * median


def _fixed_mean(n: int, median: float, quartiles: Interval | None, extremes: Interval | None) -> float:
    del n
    if quartiles is None:
        return (_middle(extremes) + median) / 2
    if extremes is None:
        return (2 * _middle(quartiles) + median) / 3
    return (_middle(extremes) + 2 * _middle(quartiles) + median) / 4


def _sd(n: int, quartiles: Interval | None, extremes: Interval | None, *, optimal: bool) -> float:
    by_range = _width(extremes) / (2 * float(ndtri((n - 0.375) / (n + 0.25))))
    by_quartiles = _width(quartiles) / (2 * float(ndtri((0.75 * n - 0.125) / (n + 0.25))))
    if quartiles is None or extremes is None:
        return by_range + by_quartiles
    share: float = 1 / (1 + 0.07 * n**0.6) if optimal else 0.5
    return share * by_range + (1 - share) * by_quartiles


def _skewness(
    n: int, median: float, quartiles: Interval | None, extremes: Interval | None
) -> tuple[float, float]:
    """Give the statistic of skewness and its critical value at 5 %."""
    by_range, by_quartiles = _lean(median, extremes), _lean(median, quartiles)
    if quartiles is None:
        return by_range, 1.01 / log(n + 9) + 2.43 / (n + 1)
    if extremes is None:
        return by_quartiles, 2.65 / sqrt(n) - 6 / n**2
    scaled = 2.65 * log(0.6 * n) / sqrt(n) * by_range
    return max(scaled, by_quartiles), 2.97 / sqrt(n) - 39.1 / n**3


def _lean(median: float, pair: Interval | None) -> float:
    """Tell how far a median lies off the middle, as a share of half the width."""
    return abs(2 * (_middle(pair) - median)) / _width(pair) if pair else 0.0


def _middle(pair: Interval | None) -> float:
    return pair[0] / 2 + pair[1] / 2 if pair else 0.0


def _width(pair: Interval | None) -> float:
    return pair[1] - pair[0] if pair else 0.0


def _pair(name1: str, value1: float | None, name2: str, value2: float | None) -> Interval | None:
    if value1 is None and value2 is None:
        return None
    if value1 is None or value2 is None:
        given, absent = (name1, name2) if value2 is None else (name2, name1)
        raise InputError(f"{given} is given without {absent}; give both or neither.")
    return finite_number(name1, value1), finite_number(name2, value2)


def _refuse_disorder(median: float, quartiles: Interval | None, extremes: Interval | None) -> None:
    if quartiles is None and extremes is None:
        raise InputError("A median alone says nothing of the spread; give q1 and q3, or low and high.")
    named = [("low", extremes, 0), ("q1", quartiles, 0), ("", None, 0), ("q3", quartiles, 1)]
    named.append(("high", extremes, 1))
    order = [
        (name or "median", pair[side] if pair else median) for name, pair, side in named if pair or not name
    ]
    values = [value for _, value in order]
    if values != sorted(values):
        listed = ", ".join(f"{name} = {plain(value)}" for name, value in order)
        raise InputError(f"{listed} are not in ascending order; check them.")
    for name1, pair, name2 in (("q1", quartiles, "q3"), ("low", extremes, "high")):
        if pair and pair[0] == pair[1]:
            raise InputError(f"{name1} = {name2} = {plain(pair[0])} leaves no spread; check both.")


def _refuse_method(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"{name} = {value!r} is not known; give one of {', '.join(known)}.")

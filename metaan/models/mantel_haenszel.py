"""Mantel-Haenszel pooling of tables and rates: exact sums, nothing added to any cell."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from metaan.effects.cells import is_one_of
from metaan.errors import InputError
from metaan.models.counts import Rates, Tables, read_rates, read_tables, study_notes
from metaan.models.homogeneity import NO_HOMOGENEITY, NO_TEST, cmh_of_rates, cmh_of_tables, homogeneity
from metaan.models.inference import critical_value, two_sided_pvalue
from metaan.models.intake import read_level
from metaan.results.frozen import frozen
from metaan.results.rare import MantelHaenszel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

__all__ = ["mantel_haenszel", "silent_studies"]

HALF = 0.5
"""Added to the cells of a study with a zero for its own effect in Q; the pooled estimate never sees it."""

CANCELLED = 1e-13
"""Share of its parts below which Sato's variance is no more than their rounding: it is 0."""

NO_STUDY = "not estimable: no study has complete cells"
NO_VARIANCE = (
    "the estimate has no standard error: its variance formula gives 0, for the outcomes do not vary within "
    "the studies"
)
OVERSHOOT = (
    "observed and expected events differ by less than half an event, where the continuity correction "
    "overshoots: read the Cochran-Mantel-Haenszel test without correction"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """What a measure makes of its studies."""

    estimate: float
    variance: float
    weights: FloatArray
    reason: str = ""


def mantel_haenszel(measure: str, *, level: float = 0.95, **cells: ArrayLike) -> MantelHaenszel:
    """Pool studies by Mantel and Haenszel's method, without continuity correction.

    Parameters
    ----------
    measure : {"OR", "RR", "RD", "IRR", "IRD"}
        Odds ratio, risk ratio and rate ratio are on the log scale. The first arm against the second.
    level : float, default 0.95
        Confidence level in (0, 1).
    **cells : array_like, shape (n,)
        `ai` and `ci` with `n1i` and `n2i` (or `bi` and `di`) for OR, RR and RD; `x1i`, `t1i`, `x2i`, `t2i`
        for IRR and IRD. A study with a missing cell (`nan` or None) or an empty arm is left out and listed.

    Returns
    -------
    MantelHaenszel
        `nan` with the reason in `notes` where the studies do not carry the measure.

    Raises
    ------
    InputError
        For an unknown measure or column, a missing column, columns of different length, text, infinite or
        negative values, more events than participants, or a level outside (0, 1).

    Notes
    -----
    A study without events in either arm adds nothing to a ratio; to a difference it adds its zero with its
    weight. The variances are those of Robins, Breslow and Greenland (OR), Greenland and Robins (RR, IRR, IRD)
    and Sato (RD), all consistent in sparse data.

    Q sums (yi - estimate)² / vi over the studies' own effects; for these effects alone, 0.5 is added to the
    cells of a study that has a zero. A study where both arms had no event, or events only, has no effect of
    its own and does not enter Q.

    The tests of Cochran-Mantel-Haenszel, Breslow-Day and Tarone use the tables as they are. The continuity
    correction takes 0.5 from the difference between observed and expected events; where that difference is
    below 0.5 the correction overshoots, and a note says so.

    References
    ----------
    Mantel N, Haenszel W. Statistical aspects of the analysis of data from retrospective studies of disease.
    Journal of the National Cancer Institute 1959; 22: 719-748.
    Robins J, Breslow N, Greenland S. Estimators of the Mantel-Haenszel variance consistent in both sparse
    data and large-strata limiting models. Biometrics 1986; 42: 311-323.
    Greenland S, Robins JM. Estimation of a common effect parameter from sparse follow-up data. Biometrics
    1985; 41: 55-68.
    Sato T, Greenland S, Robins JM. On the variance estimator for the Mantel-Haenszel risk difference.
    Biometrics 1989; 45: 1323-1324.
    Rothman KJ, Greenland S, Lash TL. Modern epidemiology, 3rd edition. Lippincott Williams & Wilkins 2008.

    Examples
    --------
    >>> fit = mantel_haenszel("OR", ai=[8, 22], bi=[98, 76], ci=[5, 16], di=[115, 69])
    >>> round(fit.estimate, 4), round(fit.cmh_uncorrected, 4), round(fit.tarone, 4)
    (0.3387, 1.1914, 0.3489)
    """
    level = read_level(level)
    if is_one_of(measure, TABLE_SUMS):
        return _of_tables(measure, read_tables(cells), level)
    if is_one_of(measure, RATE_SUMS):
        return _of_rates(measure, read_rates(cells), level)
    known = ", ".join((*TABLE_SUMS, *RATE_SUMS))
    raise InputError(f"measure = {measure!r} is not known; Mantel-Haenszel pools {known}.")


def _of_tables(measure: str, tables: Tables, level: float) -> MantelHaenszel:
    sums = TABLE_SUMS[measure](tables)
    odds = measure == "OR"
    y, v = TABLE_EFFECTS[measure](*_cells_of_own(tables))
    return _result(
        measure,
        sums,
        Q=_heterogeneity(y, v, ~tables.one_outcome, sums.estimate),
        tests=cmh_of_tables(tables) if odds else NO_TEST,
        same=homogeneity(tables, sums.estimate) if odds else NO_HOMOGENEITY,
        studies=tables,
        level=level,
    )


def _of_rates(measure: str, rates: Rates, level: float) -> MantelHaenszel:
    sums = RATE_SUMS[measure](rates)
    add = HALF * ((rates.x1 == 0) | (rates.x2 == 0))
    y, v = RATE_EFFECTS[measure](rates.x1 + add, rates.t1, rates.x2 + add, rates.t2)
    return _result(
        measure,
        sums,
        Q=_heterogeneity(y, v, rates.x1 + rates.x2 > 0, sums.estimate),
        tests=cmh_of_rates(rates) if measure == "IRR" else NO_TEST,
        same=NO_HOMOGENEITY,
        studies=rates,
        level=level,
    )


def _result(
    measure: str,
    sums: _Sums,
    *,
    Q: tuple[float, float],
    tests: tuple[float, float],
    same: tuple[float, float, float],
    studies: Tables | Rates,
    level: float,
) -> MantelHaenszel:
    se = sqrt(sums.variance) if sums.variance > 0 else nan
    statistic = sums.estimate / se
    reach = critical_value(inf, level) * se
    weights = np.zeros(len(studies.used))
    weights[studies.used] = sums.weights
    return MantelHaenszel(
        measure=measure,
        estimate=sums.estimate,
        se=se,
        statistic=statistic,
        pvalue=two_sided_pvalue(statistic, inf),
        ci=(sums.estimate - reach, sums.estimate + reach),
        Q=Q[0],
        Q_dof=Q[1],
        Q_pvalue=_upper_tail(*Q),
        cmh=tests[0],
        cmh_pvalue=_upper_tail(tests[0], 1.0),
        cmh_uncorrected=tests[1],
        cmh_uncorrected_pvalue=_upper_tail(tests[1], 1.0),
        breslow_day=same[0],
        breslow_day_pvalue=_upper_tail(same[0], same[2]),
        tarone=same[1],
        tarone_pvalue=_upper_tail(same[1], same[2]),
        homogeneity_dof=same[2],
        weights=frozen(weights),
        k=int(studies.used.sum()),
        level=level,
        notes=(
            *_reasons(sums, se, tests),
            *study_notes({**studies.notes, **silent_studies(measure, studies)}),
        ),
    )


def _reasons(sums: _Sums, se: float, tests: tuple[float, float]) -> tuple[str, ...]:
    if sums.reason:
        return (sums.reason,)
    flat = (NO_VARIANCE,) if np.isnan(se) else ()
    return (*flat, OVERSHOOT) if tests[0] > tests[1] else flat


def silent_studies(measure: str, studies: Tables | Rates) -> dict[int, str]:
    """Say of each study without an effect of its own what it still does, by position from 0.

    Parameters
    ----------
    measure : {"OR", "RR", "RD", "IRR", "IRD"}
        As for `mantel_haenszel`.
    studies : Tables or Rates
        From `read_tables` or `read_rates`.

    Examples
    --------
    >>> from metaan.models.counts import read_tables
    >>> tables = read_tables({"ai": [0, 4], "n1i": [4, 4], "ci": [0, 5], "n2i": [5, 5]})
    >>> silent_studies("RR", tables)[1]
    'only events in both arms: it enters the estimate, not Q'
    """
    none = studies.x1 + studies.x2 == 0 if isinstance(studies, Rates) else studies.a + studies.c == 0
    own = none if isinstance(studies, Rates) else studies.one_outcome
    lost = {"OR": own, "RR": none, "IRR": none}.get(measure, np.zeros_like(none))
    positions = np.flatnonzero(studies.used)
    return {
        int(positions[i]): f"{'no events in either arm' if none[i] else 'only events in both arms'}: "
        f"{'it adds nothing' if lost[i] else 'it enters the estimate, not Q'}"
        for i in np.flatnonzero(own)
    }


def _upper_tail(statistic: float, dof: float) -> float:
    """Chi-squared p-value, `nan` where there is nothing to test."""
    return float(chdtrc(dof, statistic)) if dof > 0 else nan


def _heterogeneity(y: FloatArray, v: FloatArray, own: np.ndarray, estimate: float) -> tuple[float, float]:
    """Q about the estimate and its degrees of freedom, over the studies with an effect of their own."""
    count = int(own.sum())
    if count == 0 or np.isnan(estimate):
        return nan, nan
    if count == 1:
        return 0.0, 0.0
    return float(((y[own] - estimate) ** 2 / v[own]).sum()), float(count - 1)


def _cells_of_own(tables: Tables) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Cells from which the studies' own effects are computed for Q."""
    a, b, c, d = tables.a, tables.b, tables.c, tables.d
    add = HALF * ((a == 0) | (b == 0) | (c == 0) | (d == 0))
    return a + add, b + add, c + add, d + add


def _ratio(
    numerators: FloatArray, denominators: FloatArray, variance: Callable[[], float], why: str
) -> _Sums:
    """Log ratio of two sums; neither may be 0."""
    top, bottom = float(numerators.sum()), float(denominators.sum())
    if top > 0 and bottom > 0:
        return _Sums(
            estimate=float(np.log(top) - np.log(bottom)), variance=variance(), weights=denominators / bottom
        )
    weights = denominators / bottom if bottom > 0 else np.zeros_like(denominators)
    reason = NO_STUDY if len(numerators) == 0 else f"not estimable: {why}"
    return _Sums(estimate=nan, variance=nan, weights=weights, reason=reason)


def _difference(numerators: FloatArray, weights: FloatArray, variance: Callable[[float], float]) -> _Sums:
    """Weighted mean of differences."""
    if len(weights) == 0:
        return _Sums(estimate=nan, variance=nan, weights=weights, reason=NO_STUDY)
    estimate = float(numerators.sum() / weights.sum())
    return _Sums(
        estimate=estimate,
        variance=variance(estimate) / float(weights.sum()) ** 2,
        weights=weights / weights.sum(),
    )


def _odds_ratio(t: Tables) -> _Sums:
    n = t.a + t.b + t.c + t.d
    concordant, discordant = (t.a + t.d) / n, (t.b + t.c) / n
    R, S = t.a * (t.d / n), t.b * (t.c / n)

    def variance() -> float:
        r, s = R.sum(), S.sum()
        mixed = concordant * S + discordant * R
        return float(
            (concordant * R).sum() / (2 * r * r)
            + mixed.sum() / (2 * r * s)
            + (discordant * S).sum() / (2 * s * s)
        )

    return _ratio(
        R, S, variance, _missing_side(R, S, "events in the first arm with non-events in the second", SECOND)
    )


SECOND = "events in the second arm with non-events in the first"


def _risk_ratio(t: Tables) -> _Sums:
    n1, n2 = t.a + t.b, t.c + t.d
    n = n1 + n2
    R, S = t.a * (n2 / n), t.c * (n1 / n)

    def variance() -> float:
        # n1 n2 (a + c) - a c n, written without its difference
        spread = t.a * (n1 / n) * (t.d / n) + t.c * (n2 / n) * (t.b / n)
        return float(spread.sum() / R.sum() / S.sum())

    return _ratio(R, S, variance, _missing_side(R, S, "events in the first arm", "events in the second arm"))


def _risk_difference(t: Tables) -> _Sums:
    n1, n2 = t.a + t.b, t.c + t.d
    n = n1 + n2
    W = n1 * (n2 / n)

    def variance(delta: float) -> float:
        P = (n1 / n) ** 2 * t.c - (n2 / n) ** 2 * t.a + (n1 / n) * (n2 / n) * (n2 - n1) / 2
        spread = (t.a * t.d + t.c * t.b) / (2 * n)
        parts = float(delta * P.sum()), float(spread.sum())
        risks = float((t.a * (n2 / n) + t.c * (n1 / n)).sum() / W.sum())
        size = risks * abs(float(P.sum())) + parts[1]
        return sum(parts) if sum(parts) > CANCELLED * size else 0.0

    return _difference(t.a * (n2 / n) - t.c * (n1 / n), W, variance)


def _rate_ratio(r: Rates) -> _Sums:
    time = r.t1 + r.t2
    R, S = r.x1 * (r.t2 / time), r.x2 * (r.t1 / time)

    def variance() -> float:
        spread = (r.x1 + r.x2) * (r.t1 / time) * (r.t2 / time)
        return float(spread.sum() / R.sum() / S.sum())

    return _ratio(R, S, variance, _missing_side(R, S, "events in the first arm", "events in the second arm"))


def _rate_difference(r: Rates) -> _Sums:
    time = r.t1 + r.t2

    def variance(delta: float) -> float:
        del delta
        return float(((r.t2 / time) ** 2 * r.x1 + (r.t1 / time) ** 2 * r.x2).sum())

    return _difference(r.x1 * (r.t2 / time) - r.x2 * (r.t1 / time), r.t1 * (r.t2 / time), variance)


def _missing_side(R: FloatArray, S: FloatArray, first: str, second: str) -> str:
    """Say what no study has, where a sum is 0."""
    absent = [name for name, side in ((first, R), (second, S)) if not side.any()]
    return f"no study has {', nor '.join(absent)}, so there is no ratio"


def _own_odds_ratio(
    a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return np.log(a / b) - np.log(c / d), 1 / a + 1 / b + 1 / c + 1 / d


def _own_risk_ratio(
    a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return np.log(a / (a + b)) - np.log(c / (c + d)), b / a / (a + b) + d / c / (c + d)


def _own_risk_difference(
    a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray
) -> tuple[FloatArray, FloatArray]:
    n1, n2 = a + b, c + d
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def _own_rate_ratio(
    x1: FloatArray, t1: FloatArray, x2: FloatArray, t2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(x1 / t1) - np.log(x2 / t2), 1 / x1 + 1 / x2


def _own_rate_difference(
    x1: FloatArray, t1: FloatArray, x2: FloatArray, t2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2


TABLE_SUMS: dict[str, Callable[[Tables], _Sums]] = {
    "OR": _odds_ratio,
    "RR": _risk_ratio,
    "RD": _risk_difference,
}
TABLE_EFFECTS = {"OR": _own_odds_ratio, "RR": _own_risk_ratio, "RD": _own_risk_difference}
RATE_SUMS: dict[str, Callable[[Rates], _Sums]] = {"IRR": _rate_ratio, "IRD": _rate_difference}
RATE_EFFECTS = {"IRR": _own_rate_ratio, "IRD": _own_rate_difference}

"""Pool studies that compare the same two things."""

from __future__ import annotations

from math import hypot, inf, nan, sqrt
from typing import TYPE_CHECKING

from scipy.special import chdtrc

from metaan.effects.cells import is_one_of
from metaan.errors import InputError
from metaan.models.heterogeneity import I2_from_Q, I2_from_tau2, typical_variance
from metaan.models.inference import TESTS, critical_value, infer_mean
from metaan.models.intake import read_level, read_studies
from metaan.models.profiles import PACKAGES, PREDICTION_RULES, prediction_dof
from metaan.models.tau2 import ESTIMATORS, weighted_mean
from metaan.results.frozen import frozen
from metaan.results.pairwise import Pooled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from metaan.models.intake import Studies
    from metaan.types import FloatArray

__all__ = ["PROFILES", "pool"]


class _Default(str):
    """A default that can be told from the same text given by the caller."""

    __slots__ = ()


REML = _Default("REML")
HKSJ = _Default("hksj")

PROFILES = {name: (row.method.value, row.test.value) for name, row in PACKAGES.items()}
"""Estimator and test that each package uses unless told otherwise."""

ONE_STUDY = (
    "one study: its own estimate with its normal interval; heterogeneity and prediction are not defined"
)
TWO_STUDIES = "two studies: tau2 is hardly estimable and the prediction interval is not to be relied on"
BOUNDARY = "tau2 is estimated as 0, the boundary: the studies differ no more than chance explains"
NO_PREDICTION = (
    "two studies leave a t interval on k - 2 no degrees of freedom: there is no prediction interval"
)
COMMON = "a common-effect model takes tau2 as 0, so it has no standard error"


def pool(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = REML,
    test: str = HKSJ,
    level: float = 0.95,
    profile: str | None = None,
) -> Pooled:
    """Pool effects by inverse variance, with or without between-study variance.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi).
    method : str, default "REML"
        EE for a common effect, or the estimator of tau2: DL, HE, HS, HSk, SJ, ML, REML, EB, PM, PMM, DLIT.
    test : {"z", "t", "hksj", "adhoc"}, default "hksj"
        Normal; t on k - 1; Hartung-Knapp; Hartung-Knapp with the scale held at 1 or more. One study is
        always tested by "z".
    level : float, default 0.95
        Confidence level in (0, 1), of the prediction interval too.
    profile : {None, "metafor", "meta", "revman", "stata"}
        Take the defaults of `method` and `test` from this package; what is given explicitly wins. The
        quantile of the prediction interval follows the package's rule: the test's (metafor, RevMan), t on
        k - 1 (meta) or t on k - 2 (Stata).

    Returns
    -------
    Pooled
        `I2` and `H2` come from tau2 and the typical variance; with EE from Q. The prediction interval is
        mean ± q sqrt(tau2 + se²), with the standard error and, unless a profile has another rule, the
        quantile of the test.

    Raises
    ------
    InputError
        For no studies, columns of different length, effects that are not finite, variances that are not
        positive and finite, an unknown method, test or profile, or a level outside (0, 1).

    References
    ----------
    DerSimonian R, Laird N. Meta-analysis in clinical trials. Controlled Clinical Trials 1986; 7: 177-188.
    Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects model.
    Journal of Educational and Behavioral Statistics 2005; 30: 261-293.
    Higgins JPT, Thompson SG, Spiegelhalter DJ. A re-evaluation of random-effects meta-analysis. Journal of
    the Royal Statistical Society A 2009; 172: 137-159.

    Examples
    --------
    >>> found = pool([0.1, 0.9, 0.5], [0.04, 0.05, 0.06], method="DL", test="z")
    >>> round(found.estimate, 4), round(found.se, 4), round(found.tau2, 4)
    (0.492, 0.2424, 0.1267)
    """
    method, test = _choices(method, test, profile)
    level = read_level(level)
    studies = read_studies(yi, vi)
    if studies.k == 1:
        return _study_alone(studies, method, level)
    rule = "test" if profile is None else PACKAGES[profile].prediction.value
    return _pool(studies, method, test, level, rule)


def _choices(method: str, test: str, profile: str | None) -> tuple[str, str]:
    """Settle method and test; a default gives way to the profile's, an explicit one does not."""
    if profile is not None:
        if not is_one_of(profile, PROFILES):
            raise InputError(
                f"profile = {profile!r} is not known; give None or one of {', '.join(PROFILES)}."
            )
        usual_method, usual_test = PROFILES[profile]
        method = usual_method if method is REML else method
        test = usual_test if test is HKSJ else test
    if not is_one_of(method, ESTIMATORS):
        raise InputError(f"method = {method!r} is not known; the methods are {', '.join(ESTIMATORS)}.")
    if not is_one_of(test, TESTS):
        raise InputError(f"test = {test!r} is not known; the tests are {', '.join(TESTS)}.")
    return str(method), str(test)


def _pool(studies: Studies, method: str, test: str, level: float, rule: str) -> Pooled:
    y, v, k = studies.y, studies.v, studies.k
    estimator = ESTIMATORS[method]
    tau2 = estimator.tau2(y, v)
    w = 1 / (v + tau2)
    shift, information, squares = weighted_mean(y, w)
    estimate = studies.centre + studies.unit * shift
    mean = infer_mean(
        estimate,
        information=information,
        unit=studies.unit,
        scale=0.0 if studies.all_equal else squares / (k - 1),
        k=k,
        test=test,
        level=level,
    )
    Q, I2_Q, I2, H2 = _heterogeneity(y, v, tau2, method)
    quantile, named = (mean.quantile, ()) if rule == "test" else _prediction(rule, k, mean.dof, level)
    reach = quantile * hypot(studies.unit * sqrt(tau2), mean.se)
    return Pooled(
        estimate=estimate,
        se=mean.se,
        statistic=mean.statistic,
        dof=mean.dof,
        pvalue=mean.pvalue,
        ci=mean.ci,
        prediction=(estimate - reach, estimate + reach),
        tau2=tau2 * studies.unit2,
        se_tau2=estimator.se(y, v, tau2) * studies.unit2,
        I2=I2,
        I2_Q=I2_Q,
        H2=H2,
        Q=Q,
        Q_dof=float(k - 1),
        Q_pvalue=float(chdtrc(k - 1, Q)),
        weights=frozen((w / information)[studies.rank]),
        k=k,
        method=method,
        test=test,
        level=level,
        notes=(*_notes(k, tau2, method), *mean.notes, *named),
    )


def _prediction(rule: str, k: int, dof: float, level: float) -> tuple[float, tuple[str, ...]]:
    """Give the quantile of a prediction interval that is not the test's, and what to say of it."""
    dof = prediction_dof(rule, k=k, dof=dof)
    if dof != dof:
        return nan, (NO_PREDICTION,)
    return critical_value(dof, level), (f"the prediction interval is {PREDICTION_RULES[rule]}, here {dof:g}",)


def _heterogeneity(
    y: FloatArray, v: FloatArray, tau2: float, method: str
) -> tuple[float, float, float, float]:
    """Compute Q, I2 from Q, and I2 and H2 as the method has them."""
    dof = len(y) - 1
    Q = weighted_mean(y, 1 / v)[2]
    if method == "EE":
        return Q, I2_from_Q(Q, dof), I2_from_Q(Q, dof), Q / dof
    typical = typical_variance(v)
    return Q, I2_from_Q(Q, dof), I2_from_tau2(tau2, typical), 1 + tau2 / typical


def _notes(k: int, tau2: float, method: str) -> tuple[str, ...]:
    few = (TWO_STUDIES,) if k == 2 else ()
    if method == "EE":
        return (*few, COMMON)
    return (*few, BOUNDARY) if tau2 == 0 else few


def _study_alone(studies: Studies, method: str, level: float) -> Pooled:
    mean = infer_mean(
        studies.centre, information=1.0, unit=studies.unit, scale=nan, k=1, test="z", level=level
    )
    return Pooled(
        estimate=studies.centre,
        se=mean.se,
        statistic=mean.statistic,
        dof=inf,
        pvalue=mean.pvalue,
        ci=mean.ci,
        prediction=(nan, nan),
        tau2=0.0 if method == "EE" else nan,
        se_tau2=nan,
        I2=nan,
        I2_Q=nan,
        H2=nan,
        Q=0.0,
        Q_dof=0.0,
        Q_pvalue=nan,
        weights=frozen([1.0]),
        k=1,
        method=method,
        test="z",
        level=level,
        notes=(ONE_STUDY,),
    )

"""Pool studies by group and test whether the groups differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf, isnan, nan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import chdtrc, fdtrc

from metaan.effects.cells import unmasked
from metaan.errors import InputError
from metaan.models.heterogeneity import I2_from_tau2, typical_variance
from metaan.models.inference import two_sided_pvalue
from metaan.models.pairwise import pool
from metaan.models.regression import ABOUT_R2, predict, regress
from metaan.results.frozen import frozen
from metaan.results.regression import Subgroups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from metaan.results.pairwise import Pooled
    from metaan.results.regression import Regression
    from metaan.types import FloatArray, Interval

__all__ = ["subgroups"]

ONE_GROUP = "there is one group, so there is no test between groups"
NO_WIDTH = (
    "the effects of a group are all equal, so its Hartung-Knapp interval has no width and there is no test"
)
EVERY_GROUP_ALONE = (
    "every group is one study: there is nothing to estimate tau2 from, so the test is that of a common effect"
)

ONE_STUDY_SHARED = "one study: its tau2 is that of all groups together, so it has no I2 of its own"


class _Test(NamedTuple):
    """A test between groups."""

    statistic: float
    dof: Interval
    pvalue: float
    notes: tuple[str, ...] = ()


def subgroups(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[object],
    *,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
    common_tau2: bool = False,
) -> Subgroups:
    """Pool effects by group, with a tau2 for each or one for all, and test whether the groups differ.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi).
    groups : sequence of str, int or bool, length k
        The group of each study.
    method, test, level
        As for `pool`.
    common_tau2 : bool, default False
        Whether the groups share one tau2, and with "hksj" and "adhoc" one scale: the model of `regress` with
        a mean for each group.

    Returns
    -------
    Subgroups
        With a common tau2 the test is the omnibus test of `regress`: chi-squared for "z", F otherwise. With
        separate ones it is sum w (estimate - mean)² with w = 1/se², chi-squared for "z"; otherwise, as the
        standard errors are then estimated on k - 1 degrees of freedom each, Welch's F.

    Raises
    ------
    InputError
        For effects, variances or options that `pool` refuses; groups that are missing (their positions are
        named) or of another number than the effects.

    References
    ----------
    Borenstein M, Hedges LV, Higgins JPT, Rothstein HR. Introduction to meta-analysis. Wiley 2009, chapter 19.
    Welch BL. On the comparison of several mean values: an alternative approach. Biometrika 1951; 38: 330-336.
    Rubio-Aparicio M, López-López JA, Viechtbauer W, et al. Testing categorical moderators in mixed-effects
    meta-analysis in the presence of heteroscedasticity. Journal of Experimental Education 2020; 88: 288-310.

    Examples
    --------
    >>> found = subgroups([0.1, 0.2, 0.9, 0.8], [0.02, 0.03, 0.04, 0.02], list("aabb"), test="z")
    >>> found.names, round(found.Q_between, 4), found.Q_between_dof
    (('a', 'b'), 18.9754, (1.0, inf))
    """
    if not isinstance(common_tau2, (bool, np.bool_)):
        raise InputError(f"common_tau2 = {common_tau2!r} is neither True nor False.")
    overall = pool(yi, vi, method=method, test=test, level=level)
    y, v = np.atleast_1d(np.asarray(yi, dtype=float)), np.atleast_1d(np.asarray(vi, dtype=float))
    names, codes = _read_groups(groups, overall.k)
    parts = [(y[codes == g], v[codes == g]) for g in range(len(names))]
    common = _test_between([pool(*part, method="EE", test="z", level=level) for part in parts], "z")
    own = tuple(pool(*part, method=method, test=test, level=level) for part in parts)
    if common_tau2 and 1 < len(names) < overall.k:
        fit = _regress_on_groups(y, v, codes, method, test, level)
        own, tau2 = tuple(_under(fit, codes, v, g, pooled) for g, pooled in enumerate(own)), fit.tau2
        between = _Test(fit.QM, fit.QM_dof, fit.QM_pvalue, tuple(n for n in fit.notes if n not in ABOUT_R2))
    else:
        tau2 = overall.tau2 if common_tau2 and len(names) == 1 else nan
        between = _test_between(own, test)
        if common_tau2 and len(names) == overall.k > 1:
            between = common._replace(notes=(EVERY_GROUP_ALONE,))
    return Subgroups(
        names=names,
        groups=own,
        overall=overall,
        tau2=tau2,
        common_tau2=bool(common_tau2),
        Q_between=between.statistic,
        Q_between_dof=between.dof,
        Q_between_pvalue=between.pvalue,
        Q_between_common=common.statistic,
        Q_between_common_pvalue=common.pvalue,
        k=overall.k,
        method=overall.method,
        test=test,
        level=overall.level,
        notes=between.notes,
    )


def _read_groups(groups: object, k: int) -> tuple[tuple[object, ...], NDArray[np.intp]]:
    """Sort the groups and number the studies by them."""
    if isinstance(groups, (str, bytes)):
        raise InputError(f"groups = {groups!r} is a single text; give a group for each study.")
    if not isinstance(groups, Iterable) or getattr(groups, "ndim", 1) == 0:
        raise InputError(f"groups = {groups!r} is not a list; give a group for each study.")
    labels = [label.item() if isinstance(label, np.generic) else label for label in _unmasked(groups)]
    if len(labels) != k:
        raise InputError(f"There are {len(labels)} groups for {k} studies; give one for each study.")
    missing = [str(i) for i, label in enumerate(labels) if _is_missing(label)]
    if missing:
        raise InputError(
            f"groups is missing at position {', '.join(missing)} (counted from 0); name the group, or leave "
            "the study out of yi and vi too."
        )
    wrong = next((label for label in labels if not isinstance(label, (str, int, float))), None)
    if wrong is not None:
        raise InputError(f"groups holds {wrong!r}, which is no name; give texts or numbers.")
    names = tuple(sorted(set(labels), key=lambda label: (isinstance(label, str), label)))
    place = {name: i for i, name in enumerate(names)}
    return names, np.array([place[label] for label in labels], dtype=np.intp)


def _unmasked(groups: Iterable[object]) -> Iterable[object]:
    found = unmasked(groups) if np.ma.isMaskedArray(groups) else groups
    return found if isinstance(found, Iterable) else ()


def _is_missing(label: object) -> bool:
    if label is None or label is np.ma.masked:
        return True
    return not label.strip() if isinstance(label, str) else isinstance(label, float) and isnan(label)


def _test_between(groups: Sequence[Pooled], test: str) -> _Test:
    """Test means with their own standard errors: chi-squared, or Welch's F where these are estimated."""
    G = len(groups)
    estimate = np.array([group.estimate for group in groups])
    se = np.array([group.se for group in groups])
    if G == 1:
        return _Test(nan, (0.0, inf), nan, (ONE_GROUP,))
    if not (se > 0).all():
        return _Test(nan, (float(G - 1), nan), nan, (NO_WIDTH,))
    w = (se.min() / se) ** 2
    share = w / w.sum()
    mean = float(share @ estimate)
    chi2 = float((((estimate - mean) / se) ** 2).sum())
    spare = float(sum((1 - a) ** 2 / group.dof for a, group in zip(share, groups, strict=True)))
    if test == "z":
        return _Test(chi2, (float(G - 1), inf), float(chdtrc(G - 1, chi2)))
    F = chi2 / (G - 1) / (1 + 2 * (G - 2) / (G * G - 1) * spare)
    if spare == 0:
        return _Test(F, (float(G - 1), inf), float(chdtrc(G - 1, chi2)))
    dof = (G * G - 1) / (3 * spare)
    return _Test(F, (float(G - 1), dof), float(fdtrc(G - 1, dof, F)))


def _regress_on_groups(
    y: FloatArray, v: FloatArray, codes: NDArray[np.intp], method: str, test: str, level: float
) -> Regression:
    dummies = (codes[:, None] == np.arange(1, codes.max() + 1)).astype(float)
    return regress(y, v, dummies, method=method, test=test, level=level)


def _under(fit: Regression, codes: NDArray[np.intp], v: FloatArray, g: int, own: Pooled) -> Pooled:
    """Replace a group's own tau2 and everything that follows from it by those of the common model."""
    members = codes == g
    row = (np.arange(1, fit.p) == g).astype(float)
    found = predict(fit, row[None, :])
    estimate, se, dof = float(found.mean[0]), float(found.se[0]), float(fit.dof[0])
    statistic = estimate / se if se > 0 else nan
    weights = fit.weights[members]
    if fit.method == "EE" or own.k == 1:
        I2, H2 = own.I2, own.H2
    else:
        typical = typical_variance(np.sort(v[members]))
        I2, H2 = I2_from_tau2(fit.tau2, typical), 1 + fit.tau2 / typical
    return replace(
        own,
        estimate=estimate,
        se=se,
        statistic=statistic,
        dof=dof,
        pvalue=two_sided_pvalue(statistic, dof),
        ci=(float(found.ci[0, 0]), float(found.ci[0, 1])),
        prediction=(float(found.prediction[0, 0]), float(found.prediction[0, 1])),
        tau2=fit.tau2,
        se_tau2=fit.se_tau2,
        I2=I2,
        H2=H2,
        weights=frozen(weights / weights.sum()),
        test=fit.test,
        notes=(ONE_STUDY_SHARED,) if own.k == 1 else (),
    )

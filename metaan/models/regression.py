"""Regress effects on moderators of the studies."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, fdtrc, ndtr, stdtr

from metaan.effects.cells import is_one_of
from metaan.errors import InputError
from metaan.linalg import project
from metaan.models.heterogeneity import I2_from_Q, I2_from_tau2
from metaan.models.inference import TESTS, critical_value, scale_factor
from metaan.models.intake import read_level, read_studies
from metaan.models.moderators import INTERCEPT, column_names, orthogonal_design, read_moderators, read_table
from metaan.models.pairwise import BOUNDARY, COMMON
from metaan.models.residual_space import residual_space
from metaan.models.residual_tau2 import RESIDUAL_ESTIMATORS
from metaan.models.tau2 import ESTIMATORS
from metaan.results.frozen import frozen
from metaan.results.regression import Predicted, Regression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from metaan.linalg import Projection
    from metaan.models.intake import Studies
    from metaan.models.moderators import Design
    from metaan.models.residual_space import ResidualSpace
    from metaan.types import FloatArray, Interval

__all__ = ["generalised_vif", "predict", "regress"]

EPSILON = float(np.finfo(np.float64).eps)
LEAST_PER_MODERATOR = 10

PERFECT = "the moderators fit every effect exactly, so there are no standard errors and no tests"
NO_R2_ZERO = "R2 is not defined: without moderators tau2 is 0, so there is nothing to account for"
NO_R2_COMMON = "R2 is not defined for a common-effect model"
NO_R2_MODERATORS = "there are no moderators, so there is no R2 and no test of them"
NO_R2_INTERCEPT = (
    "R2 is not defined: without an intercept the model does not contain the one without moderators"
)

ABOUT_R2 = frozenset({NO_R2_ZERO, NO_R2_COMMON, NO_R2_MODERATORS, NO_R2_INTERCEPT})


def regress(
    yi: ArrayLike,
    vi: ArrayLike,
    X: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    intercept: bool = True,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
) -> Regression:
    """Regress effects on moderators, with weights 1/(vi + tau2).

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi).
    X : array_like, shape (k, q) or (k,)
        Moderators, a row for each study; k by 0 for none.
    names : sequence of str, optional
        Of the q columns; where not given those of a data frame, "x1", "x2", ... of anything else.
    intercept : bool, default True
        Whether to put a column of ones, "intercept", before the moderators.
    method : str, default "REML"
        EE for no residual heterogeneity, or the estimator of tau2: DL, HE, HS, HSk, SJ, ML, REML, EB, PM,
        PMM, DLIT.
    test : {"z", "t", "hksj", "adhoc"}, default "hksj"
        Normal; t on k - p; Knapp-Hartung; Knapp-Hartung with the scale held at 1 or more.
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    Regression
        `QM` tests all coefficients but that of a constant column: chi-squared for "z", F otherwise. `R2`
        compares tau2 with that of the model without moderators.

    Raises
    ------
    InputError
        For effects or variances that `pool` refuses; moderators that are missing (their rows are named),
        infinite or words; columns that depend on each other (they are named); fewer studies than one more
        than the coefficients; an unknown method or test; a level outside (0, 1).

    References
    ----------
    Thompson SG, Higgins JPT. How should meta-regression analyses be undertaken and interpreted? Statistics in
    Medicine 2002; 21: 1559-1573.
    Knapp G, Hartung J. Improved tests for a random effects meta-regression with a single covariate.
    Statistics in Medicine 2003; 22: 2693-2710.
    López-López JA, Marín-Martínez F, Sánchez-Meca J, et al. Estimation of the predictive power of the model
    in mixed-effects meta-regression: a simulation study. British Journal of Mathematical and Statistical
    Psychology 2014; 67: 30-48.

    Examples
    --------
    >>> fit = regress([0.1, 0.5, 0.4, 0.9], [0.02, 0.03, 0.04, 0.02], [1, 2, 3, 4], names=["dose"], test="z")
    >>> fit.names, fit.estimate.round(4).tolist()
    (('intercept', 'dose'), [-0.122, 0.2451])
    """
    _check(method, test, intercept)
    level = read_level(level)
    studies = read_studies(yi, vi)
    columns, called = read_moderators(X, studies.k, names)
    if intercept:
        columns, called = _with_intercept(columns, called)
    k, p = columns.shape
    if k <= p or p == 0:
        raise InputError(_too_few(k, p))
    design = orthogonal_design(columns[studies.rank.argsort()], called)
    return _Fit(studies, design, method).result(columns, called, bool(intercept), test, level)


def predict(regression: Regression, X_new: ArrayLike) -> Predicted:
    """Give the mean effect at settings of the moderators, and what a new study there may show.

    Parameters
    ----------
    regression : Regression
        From `regress`.
    X_new : array_like, shape (m, q), or (m,) for one moderator
        Rows of the columns that `regress` was given; an added intercept is added here too. The columns of a
        data frame are taken by their names.

    Returns
    -------
    Predicted
        The prediction interval is mean ± q sqrt(tau2 + se²), with the quantile of the test.

    Raises
    ------
    InputError
        For another number of columns, columns of other names, or values that are missing, infinite or words;
        for what is no regression.

    Examples
    --------
    >>> fit = regress([0.1, 0.5, 0.4, 0.9], [0.02, 0.03, 0.04, 0.02], [1, 2, 3, 4], test="z")
    >>> predict(fit, [2.5]).mean.round(4).tolist()
    [0.4907]
    """
    _check_regression(regression)
    moderators = regression.names[int(regression.intercept) :]
    q = len(moderators)
    rows = read_table("X_new", X_new)
    if rows.ndim == 1 and q != 1:
        rows = rows[None, :]
    named = column_names(X_new)
    if named is not None:
        rows = rows[:, _places(named, moderators)]
    columns, _ = read_moderators(rows, len(rows) if rows.ndim else 0, None)
    if columns.shape[1] != q:
        raise InputError(
            f"X_new has {columns.shape[1]} columns and the regression has {q} moderators "
            f"({', '.join(moderators)}); give one column for each."
        )
    if regression.intercept:
        columns = np.column_stack([np.ones(len(columns)), columns])
    with np.errstate(over="ignore", invalid="ignore"):
        mean = columns @ regression.estimate
        se = np.sqrt(((columns @ regression.root) ** 2).sum(axis=1))
    _refuse_boundless(mean, se)
    quantile = critical_value(float(regression.dof[0]), regression.level)
    return Predicted(
        mean=frozen(mean),
        se=frozen(se),
        ci=_around(mean, quantile * se),
        prediction=_around(mean, quantile * np.sqrt(regression.tau2 + se * se)),
        level=regression.level,
    )


def generalised_vif(regression: Regression, names: Sequence[str]) -> float:
    """Compute the generalised variance inflation of several coefficients together, such as those of a factor.

    Parameters
    ----------
    regression : Regression
        From `regress`.
    names : sequence of str
        Coefficients among `regression.names`, without the intercept.

    Returns
    -------
    float
        det(R11) det(R22) / det(R) for the correlations R of the coefficients without the intercept; 1 where
        the chosen ones are unrelated to the others. Its 1/(2 m)-th power, m the number of names, compares
        with the square root of an ordinary variance inflation factor.

    Raises
    ------
    InputError
        For a name that is not a moderator of this regression, or no names.

    References
    ----------
    Fox J, Monette G. Generalized collinearity diagnostics. Journal of the American Statistical Association
    1992; 87: 178-183.

    Examples
    --------
    >>> fit = regress([0.1, 0.5, 0.4, 0.9], [0.02, 0.03, 0.04, 0.02], [1, 2, 3, 4], names=["dose"])
    >>> generalised_vif(fit, ["dose"])
    1.0
    """
    _check_regression(regression)
    moderators = [j for j in range(regression.p) if not np.isnan(regression.vif[j])]
    known = [regression.names[j] for j in moderators]
    if not _is_list(names):
        raise InputError(f"names = {names!r} is not a list of names; give some of {', '.join(known)}.")
    asked = list(names)
    wrong = [name for name in asked if not is_one_of(name, known)]
    if wrong or not asked:
        first = repr(wrong[0]) if wrong else "no name"
        raise InputError(f"{first} is not a moderator of this regression; give some of {', '.join(known)}.")
    chosen = [name in asked for name in known]
    R = _correlations(regression.root[moderators])
    inside = np.flatnonzero(chosen)
    outside = np.flatnonzero(~np.array(chosen))
    if len(outside) == 0:
        return 1.0
    parts = [float(np.linalg.slogdet(R[np.ix_(part, part)])[1]) for part in (inside, outside)]
    return float(np.exp(sum(parts) - np.linalg.slogdet(R)[1]))


class _Fit:
    """One fitted regression, in the unit and order of its studies."""

    def __init__(self, studies: Studies, design: Design, method: str) -> None:
        self.studies, self.design, self.method = studies, design, method
        self.y = studies.y if design.constant >= 0 else studies.y + studies.centre / studies.unit
        start = project(design.basis, self.y, studies.v)
        self.start = start.beta
        rest = _residuals(self.y, design.basis, self.start, abs(studies.centre / studies.unit))
        deviation = studies.y - studies.y.mean()
        total = float(deviation @ deviation) / studies.k
        self.space: ResidualSpace = residual_space(design.complement, rest, studies.v, total)
        self.estimator = RESIDUAL_ESTIMATORS[method]
        self.tau2 = self.estimator.tau2(self.space)
        self.w = 1 / (studies.v + self.tau2)
        self.projection: Projection = project(design.basis, rest, studies.v + self.tau2)
        self.gamma = self.start + self.projection.beta

    def result(
        self, X: FloatArray, names: tuple[str, ...], intercept: bool, test: str, level: float
    ) -> Regression:
        studies, design, space = self.studies, self.design, self.space
        k, p = X.shape
        scale = space.Q(self.tau2) / space.dof
        factor, narrow = (0.0, (PERFECT,)) if _is_perfect(scale, test) else scale_factor(scale, test)
        root = design.back @ self.projection.inverse * (sqrt(factor) * studies.unit)
        estimate = design.back @ self.gamma * studies.unit
        if design.constant >= 0:
            estimate[design.constant] += studies.centre / design.height
        se = np.sqrt((root * root).sum(axis=1))
        dof = inf if test == "z" else float(space.dof)
        statistic = np.divide(estimate, se, out=np.full(p, nan), where=se > 0)
        QM, QM_dof, QM_pvalue = self._omnibus(factor, test)
        R2, no_R2 = self._R2()
        I2, H2 = self._I2_H2()
        residuals = (self.y - design.basis @ self.gamma)[studies.rank] * studies.unit
        fitted = (design.basis @ self.gamma)[studies.rank] * studies.unit
        if design.constant >= 0:
            fitted = fitted + studies.centre
        return Regression(
            names=names,
            estimate=frozen(estimate),
            se=frozen(se),
            statistic=frozen(statistic),
            dof=frozen(np.full(p, dof)),
            pvalue=frozen(_pvalues(statistic, dof)),
            ci=_around(estimate, critical_value(dof, level) * se),
            vif=frozen(self._vif(p)),
            covariance=frozen(root @ root.T),
            root=frozen(root),
            tau2=self.tau2 * studies.unit2,
            se_tau2=self.estimator.se(space, self.tau2) * studies.unit2,
            I2=I2,
            H2=H2,
            R2=R2,
            QE=space.Q(0.0),
            QE_dof=float(space.dof),
            QE_pvalue=float(chdtrc(space.dof, space.Q(0.0))),
            QM=QM,
            QM_dof=QM_dof,
            QM_pvalue=QM_pvalue,
            weights=frozen((self.w / self.w.sum())[studies.rank]),
            fitted=frozen(fitted),
            residuals=frozen(residuals),
            X=frozen(X),
            intercept=intercept,
            k=k,
            p=p,
            method=self.method,
            test=test,
            level=level,
            notes=(*self._notes(), *no_R2, *narrow),
        )

    @property
    def _moderators(self) -> int:
        """Number of coefficients that are not of a constant column."""
        return len(self.gamma) - int(self.design.constant >= 0)

    def _omnibus(self, factor: float, test: str) -> tuple[float, Interval, float]:
        """Test the moderators by what they add to the weighted sum of squares after the constant."""
        m, dof = self._moderators, self.space.dof
        if m == 0:
            return nan, (0.0, inf if test == "z" else float(dof)), nan
        explained = (self.projection.triangle @ self.gamma)[-m:]
        chi2 = float(explained @ explained)
        if test == "z":
            return chi2, (float(m), inf), float(chdtrc(m, chi2))
        if factor == 0:
            return nan, (float(m), float(dof)), nan
        F = chi2 / (m * factor)
        return F, (float(m), float(dof)), float(fdtrc(m, dof, F))

    def _R2(self) -> tuple[float, tuple[str, ...]]:
        if self._moderators == 0:
            return nan, (NO_R2_MODERATORS,)
        if self.method == "EE":
            return nan, (NO_R2_COMMON,)
        ones = np.ones(self.studies.k)
        beyond = self.design.complement.T @ ones
        if self.design.constant < 0 and float(beyond @ beyond) > (1e3 * EPSILON * self.studies.k) ** 2:
            return nan, (NO_R2_INTERCEPT,)
        without = ESTIMATORS[self.method].tau2(self.studies.y, self.studies.v)
        if without == 0:
            return nan, (NO_R2_ZERO,)
        return max(0.0, (without - self.tau2) / without), ()

    def _I2_H2(self) -> tuple[float, float]:
        Q, dof = self.space.Q(0.0), self.space.dof
        if self.method == "EE":
            return I2_from_Q(Q, dof), Q / dof
        typical = dof / float((1 / self.space.d).sum())
        return I2_from_tau2(self.tau2, typical), 1 + self.tau2 / typical

    def _vif(self, p: int) -> FloatArray:
        vif = np.full(p, nan)
        moderators = [j for j in range(p) if j != self.design.constant]
        if moderators:
            R = _correlations((self.design.back @ self.projection.inverse)[moderators])
            vif[moderators] = np.maximum(np.diag(np.linalg.inv(R)), 1.0)
        return vif

    def _notes(self) -> tuple[str, ...]:
        k, m = self.studies.k, self._moderators
        notes = []
        if self.method == "EE":
            notes.append(COMMON)
        elif self.tau2 == 0:
            notes.append(BOUNDARY)
        if m > 0 and k < LEAST_PER_MODERATOR * m:
            said = "1 moderator" if m == 1 else f"{m} moderators"
            notes.append(
                f"{k} studies for {said}: below {LEAST_PER_MODERATOR} for each moderator a regression "
                "is easily misled by chance"
            )
        return tuple(notes)


def _check(method: str, test: str, intercept: object) -> None:
    if not is_one_of(method, RESIDUAL_ESTIMATORS):
        raise InputError(
            f"method = {method!r} is not known; the methods are {', '.join(RESIDUAL_ESTIMATORS)}."
        )
    if not is_one_of(test, TESTS):
        raise InputError(f"test = {test!r} is not known; the tests are {', '.join(TESTS)}.")
    if not isinstance(intercept, (bool, np.bool_)):
        raise InputError(f"intercept = {intercept!r} is neither True nor False.")


def _is_list(names: object) -> bool:
    if isinstance(names, str) or getattr(names, "ndim", 1) == 0:
        return False
    return isinstance(names, Iterable)


def _check_regression(regression: object) -> None:
    if not isinstance(regression, Regression):
        raise InputError(f"A {type(regression).__name__} is not a regression; give what regress returned.")


def _refuse_boundless(mean: FloatArray, se: FloatArray) -> None:
    rows = np.flatnonzero(~np.isfinite(mean + se))
    if len(rows):
        raise InputError(
            f"Row {rows[0]} of X_new is so far from the studies that its mean is beyond the range of "
            "numbers; check its units."
        )


def _places(given: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Find the columns of a data frame by their names."""
    if sorted(given) != sorted(wanted):
        raise InputError(
            f"X_new has the columns {', '.join(given)} and the regression has the moderators "
            f"{', '.join(wanted)}; give the columns these names, or a plain array in this order."
        )
    return [list(given).index(name) for name in wanted]


def _with_intercept(X: FloatArray, names: tuple[str, ...]) -> tuple[FloatArray, tuple[str, ...]]:
    if INTERCEPT in names:
        raise InputError(
            f"A column of X is called {INTERCEPT!r} already; give intercept=False to use it, or rename it."
        )
    return np.column_stack([np.ones(len(X)), X]), (INTERCEPT, *names)


def _too_few(k: int, p: int) -> str:
    if p == 0:
        return "There is nothing to estimate: give a moderator, or intercept=True."
    return (
        f"{k} studies cannot carry {p} coefficients; there must be more studies than coefficients. "
        "Leave out moderators."
    )


def _residuals(y: FloatArray, basis: FloatArray, beta: FloatArray, origin: float) -> FloatArray:
    """Subtract a first fit; where nothing is left but rounding, of effects this far from 0, leave exact 0."""
    parts = basis * beta
    residuals: FloatArray = y - parts.sum(axis=1)
    rounding = 8 * len(y) * EPSILON * (np.abs(y) + np.abs(parts).sum(axis=1) + origin)
    return np.zeros_like(y) if (np.abs(residuals) <= rounding).all() else residuals


def _is_perfect(scale: float, test: str) -> bool:
    return scale == 0 and test == "hksj"


def _pvalues(statistic: FloatArray, dof: float) -> FloatArray:
    low = -np.abs(statistic)
    return np.asarray(2 * (ndtr(low) if dof == inf else stdtr(dof, low)))


def _around(mean: FloatArray, reach: FloatArray) -> FloatArray:
    return frozen(np.stack([mean - reach, mean + reach], axis=-1))


def _correlations(root: FloatArray) -> FloatArray:
    unit = root / np.sqrt((root * root).sum(axis=1))[:, None]
    return np.asarray(unit @ unit.T)

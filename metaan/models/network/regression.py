"""Network meta-regression: relative effects that change with one covariate of the studies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from metaan.effects.cells import is_one_of
from metaan.effects.labels import label_column
from metaan.errors import InputError
from metaan.models.intake import read_level
from metaan.models.network.design import read_contrasts
from metaan.models.network.estimable import combine, fit_estimable, normal_tests
from metaan.models.network.fit import NO_TAU2
from metaan.models.network.inconsistency import q_pvalue
from metaan.models.network.moderated import moderated_rows, select_studies
from metaan.models.network.study_values import is_number, numbers, study_values
from metaan.models.network.tau2 import ESTIMATORS
from metaan.results.frozen import frozen
from metaan.results.network_regression import NetworkRegression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from metaan.models.network.estimable import Estimable
    from metaan.models.network.moderated import ModeratedRows
    from metaan.types import FloatArray

__all__ = ["network_regression"]

LEAST_PER_SLOPE = 10

AGGREGATED = (
    "the covariate is one value for a whole study: what holds among studies need not hold among the people "
    "in them (aggregation bias), and nobody was randomised to it"
)


def network_regression(
    study: ArrayLike,
    treat1: ArrayLike,
    treat2: ArrayLike,
    yi: ArrayLike,
    sei: ArrayLike,
    covariate: Mapping[object, object] | ArrayLike,
    *,
    interaction: Literal["common", "independent"] = "common",
    reference: str | None = None,
    center: bool = True,
    at: float | None = None,
    method: str = "REML",
    level: float = 0.95,
) -> NetworkRegression:
    """Let the relative effects of a network change with one covariate of the studies.

    In a study with the value x the effect of A against B is d_A - d_B + (b_A - b_B) x, with d and b of the
    reference 0, so that effects and slopes are both consistent. With a common slope the b of all other
    treatments is the same: their comparisons with one another do not change with x. Studies without a value
    are left out, as are those that no chain of studies connects to the reference; all are listed.

    Parameters
    ----------
    study, treat1, treat2 : array_like of labels, shape (m,)
        As for `network`.
    yi, sei : array_like, shape (m,)
        Effect of treat1 minus treat2 (ratio measures on the log scale) and its standard error.
    covariate : mapping of study to number, or array_like of shape (m,)
        One value for each study, `nan` or None where it is not known.
    interaction : {"common", "independent"}, default "common"
        One slope of all other treatments against the reference, or one of each.
    reference : str, optional
        Without it, the treatment that most studies hold (of the largest connected part). With "independent"
        slopes the effects of all comparisons are the same for every reference; a common slope is a different
        model for each.
    center : bool, default True
        Whether `effect_estimate` is that at the mean of the covariate, or that at 0.
    at : float, optional
        Value of the covariate that `estimate` is for; without it, that of `effect_estimate`.
    method : {"REML", "ML", "DL", "EE"}, default "REML"
        Estimator of tau2; "EE" holds it at 0.
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    NetworkRegression

    Raises
    ------
    InputError
        Contrasts that `network` refuses; a covariate that is not a number or differs within a study; no study
        with a value; an unknown reference, interaction or method; `at` that is not finite; a level outside
        (0, 1).

    References
    ----------
    Cooper NJ, Sutton AJ, Morris D, Ades AE, Welton NJ. Addressing between-study heterogeneity and
    inconsistency in mixed treatment comparisons: application to stroke prevention treatments in individuals
    with non-rheumatic atrial fibrillation. Statistics in Medicine 2009; 28: 1861-1881.
    Dias S, Sutton AJ, Welton NJ, Ades AE. Evidence synthesis for decision making 3: heterogeneity -
    subgroups, meta-regression, bias, and bias-adjustment. Medical Decision Making 2013; 33: 618-640.

    Examples
    --------
    >>> fit = network_regression(
    ...     list("abcd"), list("AABB"), list("PPPP"), [0.1, 0.5, 0.4, 0.8], [0.1, 0.1, 0.1, 0.1],
    ...     {"a": 1990, "b": 2010, "c": 1990, "d": 2010}, reference="P", at=2020,
    ... )
    >>> fit.slopes, fit.slope_estimate.round(4).tolist()
    (('common',), [0.02])
    >>> fit.estimate[:, 2].round(4).tolist()
    [0.7, 1.0, 0.0]
    """
    _check(interaction, method, center, at)
    level = read_level(level)
    evidence = read_contrasts(study, treat1, treat2, yi, sei)
    told = study_values("covariate", label_column("study", study), covariate)
    values = numbers("covariate", told.of)
    used, reference, left_out = select_studies(evidence, values, reference)
    data = moderated_rows(evidence, used, values, reference, interaction)
    plain, fit = (fit_estimable(*designs, data.yi, data.vi, method) for designs in (data.plain, data.full))
    return _describe(data, plain, fit, center, at, method, level, left_out, (*evidence.notes, *told.notes))


def _check(interaction: object, method: object, center: object, at: object) -> None:
    if not is_one_of(interaction, ("common", "independent")):
        raise InputError(f"interaction = {interaction!r} is not known; give 'common' or 'independent'.")
    if not is_one_of(method, ESTIMATORS):
        raise InputError(
            f"method = {method!r} is not known for networks; give one of {', '.join(ESTIMATORS)}."
        )
    if not isinstance(center, (bool, np.bool_)):
        raise InputError(f"center = {center!r} is neither true nor false; give True or False.")
    if at is not None and not is_number(at):
        raise InputError(f"at = {at!r} is not a value of the covariate; give a finite number.")


def _effects_at(data: ModeratedRows, value: float) -> FloatArray:
    """Give the coefficients that make the effect of each treatment against the reference, shape (n, p)."""
    free = np.delete(np.eye(len(data.treatments)), data.reference, axis=1)
    return np.hstack([free, data.slopes_of * ((value - data.mean) / data.spread)])


def _slopes(data: ModeratedRows) -> tuple[tuple[str, ...], FloatArray]:
    """Name the slopes and give the coefficients that make them, for one unit of the covariate."""
    n, q = data.slopes_of.shape
    if data.interaction == "common":
        names: tuple[str, ...] = ("common",)
    else:
        names = tuple(t for place, t in enumerate(data.treatments) if place != data.reference)
    return names, np.hstack([np.zeros((q, n - 1)), np.eye(q) / data.spread])


def _describe(
    data: ModeratedRows,
    plain: Estimable,
    model: Estimable,
    center: bool,
    at: float | None,
    method: str,
    level: float,
    left_out: tuple[tuple[str, str], ...],
    notes: tuple[str, ...],
) -> NetworkRegression:
    centre = data.mean if center else 0.0
    shown = centre if at is None else float(at)
    names, slopes = _slopes(data)
    slope, slope_se = _in_units(data, slopes, model)
    unidentified = tuple(name for name, value in zip(names, slope, strict=True) if np.isnan(value))
    effect, effect_se = _in_units(data, _effects_at(data, centre), model)
    estimate, se = _in_units(data, _pairs(_effects_at(data, shown)), model)
    own = np.hstack(
        [np.zeros((len(data.treatments), len(data.treatments) - 1)), data.slopes_of / data.spread]
    )
    differences, differences_se = _in_units(data, _pairs(own), model)
    QM, QM_dof = _all_zero(slopes[~np.isnan(slope)], model)
    return NetworkRegression(
        treatments=data.treatments,
        reference=data.treatments[data.reference],
        interaction=data.interaction,
        slopes=names,
        **normal_tests("slope", slope, slope_se, level),
        unidentified=unidentified,
        interaction_estimate=frozen(differences),
        interaction_se=frozen(differences_se),
        effect_estimate=frozen(effect),
        effect_se=frozen(effect_se),
        centre=centre,
        estimate=frozen(estimate),
        se=frozen(se),
        at=shown,
        tau2=model.tau2 * data.scale**2,
        tau2_without=plain.tau2 * data.scale**2,
        Q=model.Q,
        Q_dof=float(model.dof),
        Q_pvalue=q_pvalue(model.Q, model.dof),
        Q_without=plain.Q,
        Q_without_dof=float(plain.dof),
        QM=QM,
        QM_dof=float(QM_dof),
        QM_pvalue=q_pvalue(QM, QM_dof),
        studies=data.studies,
        covariate=frozen(data.x),
        left_out=left_out,
        method=method,
        level=level,
        notes=(*notes, *_said(data, names, unidentified, shown, model)),
    )


def _pairs(of: FloatArray) -> FloatArray:
    return of[:, None, :] - of[None, :, :]


def _in_units(
    data: ModeratedRows, combinations: FloatArray, model: Estimable
) -> tuple[FloatArray, FloatArray]:
    estimate, se = combine(combinations, model)
    return estimate * data.scale, se * data.scale


def _all_zero(slopes: FloatArray, model: Estimable) -> tuple[float, int]:
    """Test that estimable slopes are all 0: their length in the metric of their covariance."""
    if len(slopes) == 0:
        return float("nan"), 0
    inside = slopes @ model.basis
    roots = inside @ model.fit.inverse
    found = np.linalg.lstsq(roots, inside @ model.fit.beta, rcond=None)[0]
    return float(found @ found), len(slopes)


def _said(
    data: ModeratedRows, names: Sequence[str], unidentified: Sequence[str], at: float, model: Estimable
) -> tuple[str, ...]:
    reference, k, q = data.treatments[data.reference], len(data.studies), len(names)
    low, high = float(data.x.min()), float(data.x.max())
    constant = not data.full[1][:, len(data.treatments) - 1 :].any()
    reasons = [
        (
            data.interaction == "common",
            f"the common slope is that of every other treatment against {reference}: comparisons among the "
            "others do not change with the covariate, and another reference is another model",
        ),
        (
            bool(unidentified),
            f"not identifiable from these studies: the slope of {', '.join(unidentified)}"
            + (" (the covariate does not vary where it could tell)" if constant else ""),
        ),
        (
            not low <= at <= high,
            f"effects at {at:g} lie outside the studies' values of the covariate ({low:g} to {high:g}): they "
            "rest on the straight line alone",
        ),
        (
            k < LEAST_PER_SLOPE * q,
            f"{k} studies for {q} slope{'' if q == 1 else 's'}: below {LEAST_PER_SLOPE} for each slope a "
            "regression is easily misled by chance",
        ),
        (True, AGGREGATED),
        (model.dof == 0, NO_TAU2),
    ]
    return tuple(note for applies, note in reasons if applies)

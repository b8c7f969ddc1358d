"""Generalised linear mixed models of two by two tables, by maximum likelihood."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from metaan.effects.cells import is_one_of
from metaan.errors import InputError
from metaan.models.ascent import climb, rises
from metaan.models.counts import read_tables, study_notes
from metaan.models.inference import critical_value, two_sided_pvalue
from metaan.models.intake import read_level
from metaan.models.marginal import BASE_VARIANCE, EFFECT, TAU2
from metaan.models.mixed_fit import FIRST_NODES, NOTED_ERROR, fit, standard_errors
from metaan.models.mixed_models import MODELS, separated
from metaan.models.peto import one_outcome_notes
from metaan.results.rare import MixedModel

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from metaan.models.ascent import Problem
    from metaan.models.counts import Tables
    from metaan.models.mixed_fit import Fit
    from metaan.models.mixed_models import MixedTables

__all__ = ["glmm"]

METHODS = ("ML", "EE")

SCAN = (0.0, 0.01, 0.05, 0.2, 0.6, 2.0, 6.0, 20.0, 60.0)
"""Values of tau2 at which the slope of the profile likelihood is read; 60 is a standard deviation of 7.7."""

CLIFF = 10
"""A fall of the log-likelihood behind which no higher mode of tau2 is looked for."""

ENDED = 1e-12
"""Squared standard errors that a finished fit may be away from its mode."""

BOUNDARY = "tau2 is estimated as 0, the boundary: the studies differ no more than chance explains"
SIGMA_BOUNDARY = "the variance of the study effects is estimated as 0, the boundary"
COMMON = "a common-effect model takes tau2 as 0, so it has no standard error"
ONE_STUDY = "one study: heterogeneity cannot be told from chance"
NO_TAU2 = (
    "not estimable: the likelihood keeps rising, or stays flat, until tau2 is above 60 (a standard deviation "
    "of 7.7 on the log odds scale), for the studies lie at opposite extremes"
)
NO_SE = "the likelihood is flat at its maximum, so there is no standard error"


def glmm(
    *,
    ai: ArrayLike,
    n1i: ArrayLike,
    ci: ArrayLike,
    n2i: ArrayLike,
    model: str = "UM.RS",
    method: str = "ML",
    level: float = 0.95,
) -> MixedModel:
    """Fit a generalised linear mixed model to two by two tables.

    Parameters
    ----------
    ai, n1i, ci, n2i : array_like, shape (n,)
        Events and participants in the first and the second arm, whole numbers. A study with a missing cell or
        an empty arm, or in which both arms had no event or events only, is left out and listed.
    model : {"UM.RS", "UM.FS", "CM.EL"}
        Binomial arms with log odds b ± e/2, where e is normal over studies with variance tau2 and b is normal
        too ("UM.RS", independent of e) or a parameter of its study ("UM.FS"); or the events of the first arm
        given both margins, Fisher's noncentral hypergeometric with the log odds ratio e ("CM.EL").
    method : {"ML", "EE"}
        Maximum likelihood, or the same model with tau2 held at 0.
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    MixedModel
        `nan` with the reason in `notes` where the likelihood has no finite maximum.

    Raises
    ------
    InputError
        For an unknown model or method, columns of different length, text, infinite or negative values,
        fractions, more events than participants, or a level outside (0, 1).

    Notes
    -----
    The random effects are integrated out by adaptive Gauss-Hermite quadrature, in logarithms; the nodes are
    doubled until twice as many change neither likelihood nor estimates. The slope of the profile likelihood
    is read on a grid of tau2; every mode between is climbed and the highest kept. tau2 is exactly 0 where the
    slope at 0 is not positive and no other mode is higher. Gradient and observed information are exact
    derivatives; the standard error is from the information of all parameters that are not at their boundary.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P. Random effects meta-analysis of event outcome in the framework of the
    generalized linear mixed model with applications in sparse data. Statistics in Medicine 2010; 29:
    3046-3067.
    Jackson D, Law M, Stijnen T, Viechtbauer W, White IR. A comparison of seven random-effects models for
    meta-analyses that estimate the summary odds ratio. Statistics in Medicine 2018; 37: 1059-1085.

    Examples
    --------
    >>> cells = {"ai": [1, 3, 0, 2], "n1i": [44, 68, 97, 99], "ci": [3, 6, 4, 3], "n2i": [35, 69, 99, 95]}
    >>> fit = glmm(**cells, model="CM.EL")
    >>> round(fit.estimate, 3), fit.tau2
    (-1.062, 0.0)
    """
    level = read_level(level)
    if not is_one_of(model, MODELS):
        raise InputError(f"model = {model!r} is not known; the models are {', '.join(MODELS)}.")
    if not is_one_of(method, METHODS):
        raise InputError(f"method = {method!r} is not known; the methods are {', '.join(METHODS)}.")
    given = read_tables({"ai": ai, "n1i": n1i, "ci": ci, "n2i": n2i}, whole=True)
    tables = given.kept(~given.one_outcome)
    dropped = study_notes({**given.notes, **one_outcome_notes(given)})
    reason = separated(model, tables)
    if reason:
        return _not_estimable(model, method, len(tables.a), level, (reason, *dropped))
    made = MODELS[model](tables)
    common = fit(made.problem.without(TAU2), [made.start], dimensions=made.dimensions)
    best = common if method == "EE" else _maximum(made, common)
    if best is None:
        return _not_estimable(model, method, len(tables.a), level, (NO_TAU2, *dropped))
    return _result(model, method, made, tables, (common, best), level, dropped)


def _maximum(made: MixedTables, common: Fit) -> Fit | None:
    """Highest mode of the likelihood in all parameters; None where it rises without end."""
    held = made.problem.without(TAU2)
    nodes = FIRST_NODES[made.dimensions]
    points, rising, heights = [], [], []
    point = common.point
    for tau2 in SCAN:
        point = climb(held, replace(point, tau2=tau2), nodes)
        marginal = made.problem.evaluate(point, nodes)
        points.append(point)
        rising.append(rises(marginal, TAU2))
        heights.append(float(marginal.loglik.sum()))
        if not rising[-1] and heights[-1] < max(heights) - CLIFF:
            break
    starts = [] if rising[0] else [points[0]]
    for i in range(len(points) - 1):
        if rising[i] and not rising[i + 1]:
            between = sqrt((SCAN[i] + 0.01) * (SCAN[i + 1] + 0.01)) - 0.01
            starts.append(replace(points[i], tau2=between))
    if not starts or (rising[-1] and heights[-1] > max(heights[:-1])):
        return None
    best = fit(made.problem, starts, dimensions=made.dimensions)
    return best if best.point.tau2 <= SCAN[-1] else None


def _result(
    model: str,
    method: str,
    made: MixedTables,
    tables: Tables,
    fits: tuple[Fit, Fit],
    level: float,
    dropped: tuple[str, ...],
) -> MixedModel:
    common, best = fits
    problem = made.problem.without(TAU2) if method == "EE" else made.problem
    errors = standard_errors(problem, best)
    estimate, se = float(best.point.effect), errors.get(EFFECT, nan)
    reach = critical_value(inf, level) * se
    saturated, wald, wald_dof = made.heterogeneity(tables, common.point)
    dof = float(len(tables.a) - 1)
    lrt = max(2 * (saturated - common.loglik), 0.0)
    return MixedModel(
        model=model,
        method=method,
        estimate=estimate,
        se=se,
        statistic=estimate / se,
        pvalue=two_sided_pvalue(estimate / se, inf),
        ci=(estimate - reach, estimate + reach),
        tau2=best.point.tau2,
        se_tau2=errors.get(TAU2, nan),
        sigma2=best.point.base_variance if BASE_VARIANCE in problem.shared else nan,
        loglik=best.loglik,
        Q_LRT=lrt,
        Q_LRT_pvalue=_upper_tail(lrt, dof),
        Q_Wald=wald,
        Q_Wald_pvalue=_upper_tail(wald, wald_dof),
        Q_Wald_dof=wald_dof,
        Q_dof=dof,
        nodes=best.nodes,
        quadrature_error=best.error,
        k=len(tables.a),
        level=level,
        notes=(*_notes(method, best, se, problem, len(tables.a)), *dropped),
    )


def _notes(method: str, best: Fit, se: float, problem: Problem, k: int) -> tuple[str, ...]:
    said = []
    if np.isnan(se):
        said.append(NO_SE)
    if k == 1:
        said.append(ONE_STUDY)
    if method == "EE":
        said.append(COMMON)
    elif best.point.tau2 == 0:
        said.append(BOUNDARY)
    if BASE_VARIANCE in problem.shared and best.point.base_variance == 0:
        said.append(SIGMA_BOUNDARY)
    if best.error > NOTED_ERROR:
        said.append(
            f"the quadrature has not converged: doubling the nodes to {best.nodes} changed the "
            f"log-likelihood by {best.error:.2g}"
        )
    if best.decrement > ENDED and not np.isnan(se):
        said.append(f"the fit ended {sqrt(best.decrement):.2g} standard errors from the maximum")
    return tuple(said)


def _upper_tail(statistic: float, dof: float) -> float:
    return float(chdtrc(dof, statistic)) if dof > 0 else nan


def _not_estimable(model: str, method: str, k: int, level: float, notes: tuple[str, ...]) -> MixedModel:
    return MixedModel(
        model=model,
        method=method,
        estimate=nan,
        se=nan,
        statistic=nan,
        pvalue=nan,
        ci=(nan, nan),
        tau2=nan,
        se_tau2=nan,
        sigma2=nan,
        loglik=nan,
        Q_LRT=nan,
        Q_LRT_pvalue=nan,
        Q_Wald=nan,
        Q_Wald_pvalue=nan,
        Q_Wald_dof=nan,
        Q_dof=nan,
        nodes=0,
        quadrature_error=nan,
        k=k,
        level=level,
        notes=notes,
    )

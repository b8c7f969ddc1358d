from __future__ import annotations

from dataclasses import fields
from math import isnan

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from metaan import InputError, glmm

MODELS = ("UM.RS", "UM.FS", "CM.EL")
OTHER_LIBRARY = 1e-7

SPREAD = {
    "ai": [1, 9, 0, 12, 3],
    "n1i": [44, 38, 57, 39, 20],
    "ci": [9, 2, 6, 3, 3],
    "n2i": [35, 41, 59, 45, 22],
}


def test_common_effect_with_fixed_studies_is_logistic_regression():
    """statsmodels: a binomial GLM with a column per study and the group coded ±1/2."""
    a, n1, c, n2 = (np.array(x) for x in SPREAD.values())
    k = len(a)
    design = np.column_stack([np.tile(np.eye(k), (2, 1)), np.repeat([0.5, -0.5], k)])
    events, size = np.concatenate([a, c]), np.concatenate([n1, n2])
    theirs = GLM(np.column_stack([events, size - events]), design, family=Binomial()).fit()
    fit = glmm(**SPREAD, model="UM.FS", method="EE")
    assert fit.estimate == pytest.approx(theirs.params[-1], rel=OTHER_LIBRARY)
    assert fit.se == pytest.approx(theirs.bse[-1], rel=OTHER_LIBRARY)
    assert fit.loglik == pytest.approx(theirs.llf, rel=OTHER_LIBRARY)
    assert pytest.approx(theirs.deviance, rel=OTHER_LIBRARY) == fit.Q_LRT


def test_one_table_held_has_the_conditional_estimate():
    """Fisher's exact odds ratio (SciPy); its common and its random-effects fit are the same."""
    fit = glmm(ai=[7], n1i=[20], ci=[12], n2i=[22], model="CM.EL")
    theirs = stats.contingency.odds_ratio([[7, 13], [12, 10]], kind="conditional").statistic
    assert np.exp(fit.estimate) == pytest.approx(theirs, rel=1e-6)
    assert fit.tau2 == 0.0
    assert "one study" in fit.notes[0]
    assert isnan(fit.Q_LRT_pvalue)


@pytest.mark.parametrize("model", MODELS)
def test_interval_statistic_and_p_agree(model):
    fit = glmm(**SPREAD, model=model, level=0.9)
    reach = stats.norm.ppf(0.95) * fit.se
    assert fit.ci == pytest.approx((fit.estimate - reach, fit.estimate + reach), rel=1e-10)
    assert fit.statistic == fit.estimate / fit.se
    assert fit.pvalue == pytest.approx(2 * stats.norm.sf(abs(fit.statistic)), rel=1e-10)
    assert fit.Q_LRT_pvalue == pytest.approx(stats.chi2.sf(fit.Q_LRT, fit.Q_dof), rel=1e-10)
    assert fit.Q_Wald_pvalue == pytest.approx(stats.chi2.sf(fit.Q_Wald, fit.Q_Wald_dof), rel=1e-10)
    assert fit.quadrature_error < 1e-8
    assert fit.notes == ()


def test_the_default_is_random_studies():
    fit = glmm(**SPREAD)
    assert (fit.model, fit.method, fit.level, fit.k) == ("UM.RS", "ML", 0.95, 5)
    assert fit.sigma2 >= 0
    assert isnan(glmm(**SPREAD, model="UM.FS").sigma2)


@pytest.mark.parametrize("model", MODELS)
def test_studies_with_one_outcome_are_left_out_and_listed(model):
    cells = {
        "ai": [*SPREAD["ai"], 0, 8, None, 1],
        "n1i": [*SPREAD["n1i"], 30, 8, 9, 0 + 3],
        "ci": [*SPREAD["ci"], 0, 9, 1, 0],
        "n2i": [*SPREAD["n2i"], 31, 9, 9, 0],
    }
    fit, without = glmm(**cells, model=model), glmm(**SPREAD, model=model)
    assert (fit.estimate, fit.se, fit.tau2, fit.loglik) == (
        without.estimate,
        without.se,
        without.tau2,
        without.loglik,
    )
    assert fit.k == 5
    assert fit.notes == (
        "study 6: left out, no events in either arm",
        "study 7: left out, only events in both arms",
        "study 8: left out, a cell is missing",
        "study 9: left out, an arm has no participants",
    )


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("a", "c", "said"),
    [
        ([0, 0, 0], [1, 2, 4], "no study has events in the first arm"),
        ([3, 1, 2], [0, 0, 0], "no study has events in the second arm"),
        ([20, 20, 20], [1, 2, 4], "no study has non-events in the first arm"),
        ([0, 0, 0], [0, 0, 0], "no study has both events and non-events"),
    ],
)
def test_what_is_not_estimable_says_why(model, a, c, said):
    fit = glmm(ai=a, n1i=[20] * 3, ci=c, n2i=[25] * 3, model=model)
    numbers = (fit.estimate, fit.se, fit.pvalue, *fit.ci, fit.tau2, fit.loglik, fit.Q_LRT, fit.Q_Wald)
    assert all(isnan(x) for x in numbers)
    assert fit.notes[0].startswith(f"not estimable: {said}")


def test_every_study_at_the_same_extreme():
    cells = {"ai": [0, 5], "n1i": [20, 20], "ci": [4, 30], "n2i": [25, 30]}
    for model in ("UM.FS", "CM.EL"):
        fit = glmm(**cells, model=model)
        assert isnan(fit.estimate)
        assert "at the same extreme" in fit.notes[0]


def test_opposite_extremes_have_no_tau2():
    """Events in one arm only, in turns: the likelihood only rises with tau2."""
    fit = glmm(ai=[0, 40, 0, 38], n1i=[40] * 4, ci=[30, 0, 33, 0], n2i=[40] * 4, model="CM.EL")
    assert isnan(fit.estimate)
    assert isnan(fit.se)
    assert "the likelihood keeps rising" in fit.notes[0]


def test_a_ridge_gives_the_smallest_tau2():
    """One event per table in arms of equal size: only a mixture of effect and tau2 can be told."""
    fit = glmm(ai=[0, 1, 1], n1i=[2, 2, 2], ci=[1, 0, 0], n2i=[4, 4, 4], model="CM.EL")
    assert fit.tau2 == 0.0
    assert np.isfinite(fit.se)


def test_huge_trials():
    """A million participants: nothing overflows, and the three models agree closely."""
    cells = {
        "ai": [8100, 30200, 50],
        "n1i": [100000, 402000, 900],
        "ci": [9000, 31100, 70],
        "n2i": [100100, 398000, 910],
    }
    fits = [glmm(**cells, model=model) for model in MODELS]
    for fit in fits:
        assert fit.estimate == pytest.approx(fits[1].estimate, abs=0.05 * fit.se)
        assert fit.quadrature_error < 1e-8


@pytest.mark.parametrize("model", MODELS)
def test_numbers_are_plain(model):
    fit = glmm(**{name: pd.Series(x) for name, x in SPREAD.items()}, model=model)
    for field in fields(fit):
        value = getattr(fit, field.name)
        if field.name not in {"model", "method", "nodes", "k", "notes"}:
            assert all(type(x) is float for x in (value if isinstance(value, tuple) else (value,))), (
                field.name
            )


@pytest.mark.parametrize("model", MODELS)
def test_a_common_effect_holds_tau2(model):
    fit = glmm(**SPREAD, model=model, method="EE")
    assert fit.tau2 == 0.0
    assert isnan(fit.se_tau2)
    assert fit.loglik < glmm(**SPREAD, model=model).loglik
    assert "common-effect" in fit.notes[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model": "CM.AL"}, "model = 'CM.AL' is not known; the models are UM.RS, UM.FS, CM.EL"),
        ({"method": "REML"}, "method = 'REML' is not known; the methods are ML, EE"),
        ({"ai": [1, 9, 0, 12, 3.5]}, r"ai\[4\] = 3.5 is not a whole number"),
        ({"ai": [1, 9, 0, 12, -3]}, r"ai\[4\] = -3 is negative"),
        ({"ai": [1, 9, 0, 12, 21]}, r"ai\[4\] = 21 is more than n1i"),
        ({"ci": [1, 9]}, "differ in length"),
        ({"ci": ["x"] * 5}, "is not a number"),
        ({"n2i": [np.inf] * 5}, "is infinite"),
        ({"level": 95}, "level = 95"),
    ],
)
def test_what_cannot_be_asked(changed, said):
    with pytest.raises(InputError, match=said):
        glmm(**{**SPREAD, **changed})

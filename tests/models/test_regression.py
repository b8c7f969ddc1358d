from __future__ import annotations

from math import inf, isnan

import numpy as np
import pandas as pd
import pytest

from metaan import InputError, generalised_vif, predict, regress
from metaan.models.moderators import orthogonal_design, read_names
from metaan.models.residual_space import residual_space

YI = [0.1, 0.5, 0.4, 0.9, 0.3, 1.2]
VI = [0.02, 0.03, 0.04, 0.02, 0.05, 0.06]
DOSE = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
AGE = [30.0, 41.0, 35.0, 52.0, 47.0, 33.0]
BOTH = list(zip(DOSE, AGE, strict=True))


def test_shapes_and_names():
    fit = regress(YI, VI, BOTH, names=["dose", "age"])
    assert fit.names == ("intercept", "dose", "age")
    for name in ("estimate", "se", "statistic", "dof", "pvalue", "vif"):
        assert getattr(fit, name).shape == (3,)
    assert fit.ci.shape == (3, 2)
    assert (fit.k, fit.p, fit.QE_dof, fit.QM_dof) == (6, 3, 3.0, (2.0, 3.0))
    assert isnan(fit.vif[0])
    np.testing.assert_allclose(fit.covariance, fit.root @ fit.root.T)
    np.testing.assert_allclose(fit.fitted + fit.residuals, YI, rtol=1e-14)
    assert fit.weights.sum() == pytest.approx(1)


def test_results_are_frozen():
    fit = regress(YI, VI, DOSE)
    with pytest.raises(AttributeError):
        fit.tau2 = 1.0
    with pytest.raises(ValueError, match="read-only"):
        fit.estimate[0] = 1.0


def test_the_normal_test_has_no_degrees_of_freedom():
    fit = regress(YI, VI, DOSE, test="z")
    assert fit.dof.tolist() == [inf, inf]
    assert fit.QM_dof == (1.0, inf)
    assert pytest.approx(fit.statistic[1] ** 2) == fit.QM


def test_t_and_knapp_hartung_differ_by_the_scale_only():
    t, hksj = regress(YI, VI, DOSE, test="t"), regress(YI, VI, DOSE, test="hksj")
    ratio = hksj.se / t.se
    np.testing.assert_allclose(ratio, ratio[0])
    assert pytest.approx(t.QM / ratio[0] ** 2) == hksj.QM
    adhoc = regress(YI, VI, DOSE, test="adhoc")
    np.testing.assert_allclose(adhoc.se, t.se * max(1, ratio[0]))


def test_a_constant_column_is_an_intercept_whoever_adds_it():
    added = regress(YI, VI, BOTH)
    given = regress(YI, VI, [[*row, 1.0] for row in BOTH], intercept=False)
    np.testing.assert_allclose(given.estimate, added.estimate[[1, 2, 0]], rtol=1e-10)
    assert pytest.approx(added.QM) == given.QM
    assert pytest.approx(added.R2) == given.R2


def test_truth_values_are_dummies():
    flags = [True, False, True, False, False, True]
    np.testing.assert_array_equal(
        regress(YI, VI, flags).estimate, regress(YI, VI, np.array(flags, float)).estimate
    )


def test_dummies_without_intercept_still_have_an_R2():
    groups = np.array([0, 0, 1, 1, 0, 1])
    dummies = np.column_stack([groups == 0, groups == 1])
    wide = [-1.0, 2.0, 3.0, -2.0, 4.0, 0.5]
    one, other = regress(wide, VI, groups), regress(wide, VI, dummies, intercept=False)
    assert pytest.approx(one.R2, abs=1e-9) == other.R2
    assert other.QM_dof == (2.0, 4.0)


def test_notes():
    assert "6 studies for 1 moderator" in regress(YI, VI, DOSE).notes[0] or any(
        "6 studies for 1 moderator" in note for note in regress(YI, VI, DOSE).notes
    )
    homogeneous = regress([0.1, 0.11, 0.12, 0.1, 0.11, 0.12], VI, DOSE)
    assert (homogeneous.tau2, homogeneous.I2) == (0.0, 0.0)
    assert isnan(homogeneous.R2)
    assert any("boundary" in note for note in homogeneous.notes)
    assert any("without moderators tau2 is 0" in note for note in homogeneous.notes)
    assert any("scale" in note and "below 1" in note for note in homogeneous.notes)
    common = regress(YI, VI, DOSE, method="EE")
    assert isnan(common.R2)
    assert any("common-effect" in note for note in common.notes)
    origin = regress(YI, VI, DOSE, intercept=False)
    assert any("without an intercept" in note for note in origin.notes)
    alone = regress(YI, VI, np.empty((6, 0)))
    assert isnan(alone.QM)
    assert any("no moderators" in note for note in alone.notes)


def test_enough_studies_are_not_remarked_on():
    rng = np.random.default_rng(0)
    found = regress(rng.normal(size=12), np.full(12, 0.1), rng.normal(size=12), test="z")
    assert not any("studies for" in note for note in found.notes)


@pytest.mark.parametrize("slope", [0.3, 1e-4])
def test_a_perfect_fit_has_no_test(slope):
    exact = 0.7 + slope * np.array(DOSE)
    found = regress(exact, VI, DOSE, test="hksj")
    assert found.tau2 == 0
    assert found.QE == 0
    assert found.se.tolist() == [0, 0]
    assert np.isnan(found.pvalue).all()
    assert isnan(found.QM)
    assert any("exactly" in note for note in found.notes)
    assert np.isfinite(regress(exact, VI, DOSE, test="adhoc").pvalue).all()


def test_variance_inflation():
    fit = regress(YI, VI, BOTH, method="EE", names=["dose", "age"])
    w = 1 / np.array(VI)
    dose, age = (np.array(x) - np.average(x, weights=w) for x in (DOSE, AGE))
    r2 = (w @ (dose * age)) ** 2 / (w @ dose**2) / (w @ age**2)
    np.testing.assert_allclose(fit.vif[1:], 1 / (1 - r2))
    assert generalised_vif(fit, ["dose"]) == pytest.approx(fit.vif[1])
    assert generalised_vif(fit, ["dose", "age"]) == 1.0
    with pytest.raises(InputError, match="'intercept' is not a moderator"):
        generalised_vif(fit, ["intercept"])
    with pytest.raises(InputError, match="no name"):
        generalised_vif(fit, [])


def test_the_coding_of_a_factor_does_not_change_its_generalised_inflation():
    groups = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2])
    x = np.array([1.0, 3, 2, 5, 4, 7, 6, 9, 9])
    yi, vi = np.linspace(0, 1, 9) ** 2, np.linspace(0.1, 0.3, 9)
    found = []
    for base in range(3):
        dummies = [groups == g for g in range(3) if g != base]
        fit = regress(yi, vi, np.column_stack([*dummies, x]), names=["a", "b", "x"], method="EE")
        found.append(generalised_vif(fit, ["a", "b"]))
    assert found == pytest.approx([found[0]] * 3)
    assert generalised_vif(fit, ["x"]) == pytest.approx(found[0])


def test_predictions():
    fit = regress(YI, VI, BOTH)
    found = predict(fit, BOTH)
    np.testing.assert_allclose(found.mean, fit.fitted, rtol=1e-12)
    half = (found.ci[:, 1] - found.ci[:, 0]) / 2
    wide = (found.prediction[:, 1] - found.prediction[:, 0]) / 2
    np.testing.assert_allclose(wide / half, np.sqrt(fit.tau2 + found.se**2) / found.se)
    assert predict(fit, BOTH[0]).mean[0] == found.mean[0]
    at_zero = predict(fit, [[0.0, 0.0]])
    assert at_zero.ci[0] == pytest.approx(fit.ci[0])


def test_predictions_far_from_the_origin_keep_their_digits():
    near, far = regress(YI, VI, DOSE), regress(YI, VI, np.array(DOSE) + 1e6)
    np.testing.assert_allclose(predict(far, [1e6 + 2.5]).se, predict(near, [2.5]).se, rtol=1e-8)


REFUSED = [
    ({"X": DOSE[:5]}, "5 rows and there are 6 studies"),
    ({"X": [1, 2, np.nan, 4, None, 6]}, "'x1' is missing in rows 2, 4"),
    ({"X": [1, 2, np.inf, 4, 5, 6], "names": ["dose"]}, "'dose' is infinite in row 2"),
    ({"X": ["a"] * 6}, "X[0, 0] = 'a' is not a number"),
    ({"X": np.ones((6, 2, 2))}, "3 dimensions"),
    ({"X": [[1], [2, 3], [4], [5], [6], [7]]}, "rows of different length"),
    ({"X": np.ones(6)}, "'x1' is determined by 'intercept'"),
    ({"X": np.zeros(6), "names": ["none"]}, "'none' is 0 in every study"),
    (
        {"X": [[d, a, 2 * d - a] for d, a in BOTH], "names": ["dose", "age", "mix"]},
        "'mix' is determined by 'dose' and 'age'",
    ),
    (
        {"X": [[d, 32 + 1.8 * d] for d in DOSE], "names": ["C", "F"]},
        "'F' is determined by 'intercept' and 'C'",
    ),
    ({"X": [[d, 1.8 * d] for d in DOSE], "names": ["m", "ft"]}, "'ft' is determined by 'm'"),
    ({"X": np.eye(6)[:, :5]}, "6 studies cannot carry 6 coefficients"),
    ({"X": np.empty((6, 0)), "intercept": False}, "nothing to estimate"),
    ({"X": DOSE, "names": ["a", "b"]}, "2 names for 1 columns"),
    ({"X": DOSE, "names": "dose"}, "single text"),
    ({"X": BOTH, "names": ["a", "a"]}, "'a' stands for more than one column"),
    ({"X": DOSE, "names": ["intercept"]}, "called 'intercept' already"),
    ({"X": DOSE, "intercept": "no"}, "neither True nor False"),
    ({"X": DOSE, "method": "XX"}, "method = 'XX' is not known"),
    ({"X": DOSE, "test": "F"}, "test = 'F' is not known"),
    ({"X": DOSE, "level": 95}, "level = 95"),
    ({"X": [1e200 * d for d in DOSE]}, "out of range"),
    ({"X": DOSE, "vi": [0.1, 0.1, -1, 0.1, 0.1, 0.1]}, "vi[2] = -1"),
    ({"X": DOSE, "yi": [0.1, 0.1, np.nan, 0.1, 0.1, 0.1]}, "yi[2] = nan"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_bad_input_is_named(given, message):
    options = {"yi": YI, "vi": VI, **given}
    with pytest.raises(InputError) as refused:
        regress(options.pop("yi"), options.pop("vi"), options.pop("X"), **options)
    assert message in str(refused.value)


def test_bad_predictions_are_named():
    fit = regress(YI, VI, BOTH, names=["dose", "age"])
    with pytest.raises(InputError, match="3 columns and the regression has 2 moderators"):
        predict(fit, [[1, 2, 3]])
    with pytest.raises(InputError, match="missing in row 0"):
        predict(fit, [[np.nan, 2]])


def test_a_design_is_spanned_by_its_basis():
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.normal(size=8), np.full(8, 2.0), 1970 + rng.integers(0, 30, 8)])
    design = orthogonal_design(X, ["a", "two", "year"])
    assert (design.constant, design.height) == (1, 2.0)
    np.testing.assert_allclose(X @ design.back, design.basis, atol=1e-10)
    np.testing.assert_allclose(design.complement.T @ X, 0, atol=1e-10)


def test_contrasts_carry_the_whole_quadratic_form():
    rng = np.random.default_rng(4)
    X, v, r = rng.normal(size=(9, 3)), np.sort(rng.uniform(0.1, 2, 9)), rng.normal(size=9)
    design = orthogonal_design(X, list("abc"))
    space = residual_space(design.complement, r, v, 1.0)
    for tau2 in (0.0, 0.7):
        W = np.diag(1 / (v + tau2))
        P = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
        assert space.Q(tau2) == pytest.approx(r @ P @ r)
        assert (1 / (space.d + tau2)).sum() == pytest.approx(np.trace(P))


def test_names_are_made_up_where_there_are_none():
    assert read_names(None, 3) == ("x1", "x2", "x3")


FRAME_X = {"dose": [1.0, 2, 3, 5, 4, 7], "age": [50.0, 61, 47, 66, 58, 52]}
FRAME_Y, FRAME_V = [0.1, 0.5, 0.4, 0.9, 0.3, 0.8], [0.02, 0.03, 0.04, 0.02, 0.05, 0.03]


def test_a_data_frame_brings_its_names():
    frame = pd.DataFrame(FRAME_X)
    fit = regress(FRAME_Y, FRAME_V, frame)
    assert fit.names == ("intercept", "dose", "age")
    assert regress(FRAME_Y, FRAME_V, frame, names=["a", "b"]).names == ("intercept", "a", "b")
    np.testing.assert_array_equal(fit.estimate, regress(FRAME_Y, FRAME_V, frame.to_numpy()).estimate)


def test_a_prediction_takes_the_columns_of_a_data_frame_by_name():
    frame = pd.DataFrame(FRAME_X)
    fit = regress(FRAME_Y, FRAME_V, frame)
    expected = predict(fit, frame.to_numpy()).mean
    np.testing.assert_array_equal(predict(fit, frame[["age", "dose"]]).mean, expected)
    for wrong in (frame.rename(columns={"age": "year"}), frame[["dose"]], frame.assign(year=1.0)):
        with pytest.raises(InputError, match="regression has the moderators dose, age"):
            predict(fit, wrong)


@pytest.mark.parametrize(
    "given", [np.array(3.0), [None, "dose"], [[1, 2], [3]], np.array([]), [np.array([1, 2])], [pd.NA]]
)
def test_moderators_of_a_generalised_vif_are_names(given):
    fit = regress(FRAME_Y, FRAME_V, pd.DataFrame(FRAME_X))
    with pytest.raises(InputError, match="give some of dose, age"):
        generalised_vif(fit, given)


def test_names_in_an_array_are_names():
    fit = regress(FRAME_Y, FRAME_V, pd.DataFrame(FRAME_X))
    assert generalised_vif(fit, np.array(["dose"])) == generalised_vif(fit, ["dose"])


@pytest.mark.parametrize("given", [[1e250, 1.0], [1e308, 1e308]])
def test_a_prediction_out_of_all_range_is_refused(given):
    fit = regress(FRAME_Y, FRAME_V, pd.DataFrame(FRAME_X))
    with pytest.raises(InputError, match="Row 0 of X_new is so far"):
        predict(fit, given)


def test_a_whole_number_beyond_all_doubles_is_infinite():
    with pytest.raises(InputError, match="infinite"):
        regress(FRAME_Y, FRAME_V, [1, 2, 3, 4, 5, 10**400])

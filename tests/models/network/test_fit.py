"""What `network` says of networks that are thin, broken, or fall apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, norm, t

from metaan import InputError, network

TRIANGLE = (list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])


def change(column, row, value):
    data = [list(values) for values in TRIANGLE]
    data[("study", "treat1", "treat2", "yi", "sei").index(column)][row] = value
    return data


def test_triangle_by_hand():
    fit = network(*TRIANGLE)
    assert fit.treatments == ("A", "B", "C")
    assert fit.estimate[0, 1] == pytest.approx(0.4480519481, abs=5e-11)
    assert fit.estimate[0, 2] == pytest.approx(0.5668831169, abs=5e-11)
    assert fit.estimate[1, 2] == pytest.approx(0.1188311688, abs=5e-11)
    assert fit.se[0, 1] == pytest.approx(0.1780121111, abs=5e-11)
    assert fit.se[1, 2] == pytest.approx(0.2054453509, abs=5e-11)
    assert (fit.Q, fit.Q_dof) == (pytest.approx(0.3246753247, abs=5e-11), 1)
    assert fit.Q_pvalue == pytest.approx(chi2.sf(fit.Q, 1))
    assert (fit.tau2, fit.I2, fit.Q_heterogeneity) == (0, 0, 0)
    assert fit.Q_inconsistency == pytest.approx(fit.Q)
    np.testing.assert_array_equal(fit.direct_studies, [[0, 1, 1], [1, 0, 1], [1, 1, 0]])
    assert np.isnan(fit.prediction_low[0, 1])
    assert any("prediction" in note for note in fit.notes)


def test_prediction_is_t_on_the_degrees_of_freedom_of_q():
    studies = ["a", "b", "c", "d", "e"]
    fit = network(studies, list("ABAAB"), list("BCCBC"), [0.5, 0.2, 1.9, 1.5, -0.9], [0.2] * 5, level=0.9)
    assert (fit.Q_dof, fit.level) == (3, 0.9)
    half = t.ppf(0.95, 3) * np.sqrt(fit.tau2 + fit.se[0, 1] ** 2)
    assert fit.tau2 > 0
    assert fit.prediction_low[0, 1] == pytest.approx(fit.estimate[0, 1] - half)
    assert fit.prediction_high[0, 1] == pytest.approx(fit.estimate[0, 1] + half)
    assert fit.prediction_low[0, 0] == fit.prediction_high[0, 0] == 0


def test_direct_estimates_carry_the_tau2_of_the_network():
    fit = network(list("abcd"), list("ABAA"), list("BCCB"), [0.5, 0.2, 1.9, 1.5], [0.2, 0.2, 0.2, 0.4])
    weights = 1 / (np.array([0.04, 0.16]) + fit.tau2)
    assert fit.tau2 > 0
    assert fit.direct_estimate[0, 1] == pytest.approx((weights @ [0.5, 1.5]) / weights.sum())
    assert fit.direct_estimate[1, 0] == -fit.direct_estimate[0, 1]
    assert fit.direct_se[0, 1] == pytest.approx(weights.sum() ** -0.5)
    assert fit.direct_studies[0, 1] == 2


def test_a_star_without_replication_has_no_tau2():
    fit = network(["a", "b"], ["A", "B"], ["P", "P"], [1.0, 3.0], [0.3, 0.4])
    assert np.isnan([fit.tau2, fit.I2, fit.Q_pvalue, fit.Q_inconsistency]).all()
    assert (fit.Q, fit.Q_dof, fit.Q_heterogeneity) == (0, 0, 0)
    assert fit.estimate[0, 1] == pytest.approx(-2)
    assert fit.se[0, 1] == pytest.approx(0.5)
    np.testing.assert_array_equal(fit.estimate, fit.common_estimate)
    np.testing.assert_array_equal(fit.se, fit.common_se)
    assert np.isnan(fit.direct_estimate[0, 1])
    assert any("tau2 cannot be estimated" in note for note in fit.notes)
    assert any("inconsistency cannot be assessed" in note for note in fit.notes)


def test_a_star_with_replication_has_tau2_but_no_inconsistency():
    fit = network(list("abc"), ["A", "A", "B"], ["P"] * 3, [1.0, 2.0, 3.0], [0.3, 0.3, 0.4])
    assert (fit.tau2, fit.Q_dof) == (pytest.approx(0.41), 1)
    assert fit.Q_heterogeneity == pytest.approx(fit.Q)
    assert np.isnan(fit.Q_inconsistency)
    assert [note for note in fit.notes if "inconsistency cannot be assessed" in note]


def test_one_study_is_itself():
    fit = network(["s"], ["B"], ["A"], [0.7], [0.2])
    assert (fit.estimate[1, 0], fit.se[1, 0]) == (pytest.approx(0.7), pytest.approx(0.2))
    assert np.isnan(fit.tau2)
    assert fit.studies == ("s",)


def test_one_multiarm_study_is_itself():
    fit = network(["s"] * 3, list("ABC"), list("BCA"), [1.0, -3.0, 2.0], [0.3, 0.4, 0.5])
    np.testing.assert_allclose(fit.estimate, [[0, 1, -2], [-1, 0, -3], [2, 3, 0]], atol=1e-12)
    np.testing.assert_allclose(fit.se, [[0, 0.3, 0.5], [0.3, 0, 0.4], [0.5, 0.4, 0]], atol=1e-12)
    assert fit.multiarm == ("s",)


def test_a_common_effect_holds_tau2_at_zero():
    fit = network(list("abcd"), list("ABAA"), list("BCCB"), [0.5, 0.2, 1.9, 1.5], [0.2] * 4, method="EE")
    assert (fit.tau2, fit.method) == (0, "EE")
    np.testing.assert_array_equal(fit.estimate, fit.common_estimate)


APART = (
    ["a", "b", "c", "d", "e"],
    ["A", "A", "A", "X", "X"],
    ["B", "B", "C", "Y", "Y"],
    [0.5, 1.5, 0.2, 3.0, 3.1],
    [0.2, 0.2, 0.3, 0.1, 0.1],
)


def test_parts_of_a_broken_network_are_analysed_apart():
    fit = network(*APART)
    assert [part.treatments for part in fit.components] == [("A", "B", "C"), ("X", "Y")]
    assert [part.studies for part in fit.components] == [("a", "b", "c"), ("d", "e")]
    assert np.isnan(fit.estimate[0, 3])
    assert np.isnan(fit.prediction_low[0, 3])
    assert np.isnan(fit.se[3, 0])
    alone = network(*(values[3:] for values in APART))
    assert fit.estimate[3, 4] == pytest.approx(alone.estimate[0, 1])
    assert fit.se[3, 4] == pytest.approx(alone.se[0, 1])
    assert (fit.tau2, fit.Q_dof) == (fit.components[0].tau2, 1)
    assert any("falls apart into 2 components (A, B, C; X, Y)" in note for note in fit.notes)


def test_the_reference_chooses_the_component_that_is_shown():
    fit = network(*APART, reference="Y")
    assert fit.reference == "Y"
    assert fit.tau2 == fit.components[1].tau2 == 0
    assert pytest.approx(0.5) == fit.Q


def test_components_of_equal_size_come_with_more_studies_first():
    fit = network(list("abc"), ["A", "X", "X"], ["B", "Y", "Y"], [1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    assert fit.components[0].treatments == ("X", "Y")


def test_several_modes_are_compared_by_their_likelihood():
    study, treat1, treat2 = [str(i) for i in range(5)], ["A"] * 5, ["B"] * 5
    yi, sei = np.array([-2.0, -2.1, 0.0, 0.1, 12.0]), np.array([0.04, 0.04, 1.0, 1.0, 3.0])
    fit = network(study, treat1, treat2, yi, sei, method="ML")
    grid = np.concatenate([[0], np.geomspace(1e-6, 1e3, 4000)])
    assert fit.tau2 == pytest.approx(grid[np.argmax([log_likelihood(yi, sei, x) for x in grid])], rel=0.01)


def log_likelihood(yi, sei, tau2):
    spread = np.sqrt(sei**2 + tau2)
    centre = np.average(yi, weights=spread**-2)
    return norm.logpdf(yi, centre, spread).sum()


def test_labels_may_be_numbers_and_blanks_around_them_do_not_count():
    fit = network([1, 2], [10, " 10"], ["2", "2 "], [1.0, 2.0], [1.0, 1.0])
    assert fit.treatments == ("10", "2")
    assert fit.direct_studies[0, 1] == 2


@pytest.mark.parametrize("options", [{"reference": "Z"}, {"method": "PM"}, {"level": 95}, {"level": 0}])
def test_wrong_options_are_refused(options):
    with pytest.raises(InputError, match=r"give (one of|a share)"):
        network(*TRIANGLE, **options)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (([], [], [], [], []), "empty"),
        ((["a"], ["A"], ["B"], [1.0, 2.0], [1.0]), "length"),
        (change("yi", 1, float("nan")), r"yi\[1\] = nan \(study 'b', B – C\)"),
        (change("yi", 1, float("inf")), "infinite"),
        (change("yi", 1, "text"), "not a number"),
        (change("sei", 2, 0.0), r"sei\[2\] = 0.0 \(study 'c', A – C\)"),
        (change("sei", 2, -1.0), "give a positive number"),
        (change("sei", 2, float("nan")), "give a positive number"),
        (change("treat2", 0, "A"), r"treat1\[0\] and treat2\[0\] .* are the same"),
        (change("treat2", 0, ""), r"treat2\[0\] has no label"),
        (change("study", 0, None), r"study\[0\] has no label"),
        ((["a", "a"], ["A", "B"], ["B", "A"], [1.0, -1.0], [1.0, 1.0]), "the same pair as row"),
        (change("sei", 2, 1e-9), "a factor of a million"),
        ((["a"], ["A"], ["B"], [1e90], [1.0]), "too large or too small"),
        ((["a"], ["A"], ["B"], [0.0], [1e-90]), "too large or too small"),
    ],
)
def test_unusable_contrasts_are_refused_with_the_place_and_the_cure(data, words):
    with pytest.raises(InputError, match=words):
        network(*data)


def test_all_faults_are_told_at_once():
    data = [list(values) for values in TRIANGLE]
    data[4][0], data[3][1], data[2][2] = -1.0, float("nan"), "A"
    with pytest.raises(InputError) as caught:
        network(*data)
    assert str(caught.value).count("study") == 3


def test_arrays_cannot_be_changed():
    fit = network(*TRIANGLE)
    for matrix in (fit.estimate, fit.se, fit.direct_studies, fit.contrasts.yi):
        assert not matrix.flags.writeable

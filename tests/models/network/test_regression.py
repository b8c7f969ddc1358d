"""Network meta-regression: what is left out, what cannot be told, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import InputError, network_regression

FOUR = (list("abcd"), list("AABB"), list("PPPP"), [0.1, 0.5, 0.4, 0.8], [0.1] * 4)
YEARS = {"a": 1990, "b": 2010, "c": 1990, "d": 2010}


def test_two_parallel_lines_by_hand():
    fit = network_regression(*FOUR, YEARS, reference="P", method="EE")
    assert fit.slope_estimate[0] == pytest.approx(0.02)
    assert fit.slope_se[0] == pytest.approx(0.1 / 20)
    np.testing.assert_allclose(fit.effect_estimate, [0.3, 0.6, 0.0], rtol=1e-12)
    np.testing.assert_allclose(fit.effect_se, [np.sqrt(0.005), np.sqrt(0.005), 0.0], rtol=1e-12)
    assert (fit.centre, fit.at, fit.Q_dof) == (2000, 2000, 1)
    assert pytest.approx(0, abs=1e-12) == fit.Q
    assert fit.interaction_estimate[0].tolist() == pytest.approx([0, 0, 0.02])
    assert (fit.interaction_estimate[0, 1], fit.interaction_se[0, 1]) == (0, 0)
    assert pytest.approx(16) == fit.QM


def test_a_study_without_a_value_is_left_out_with_its_reason():
    fit = network_regression(*FOUR, {"a": 1990, "b": 2010, "c": None, "d": float("nan"), "z": 1})
    assert fit.left_out == (
        ("c", "its value of the covariate is not known"),
        ("d", "its value of the covariate is not known"),
    )
    assert (fit.studies, fit.treatments) == (("a", "b"), ("A", "P"))
    assert any("no row belongs to study 'z'" in note for note in fit.notes)


def test_studies_out_of_reach_are_left_out_with_their_reason():
    fit = network_regression(
        list("abc"), ["A", "A", "X"], ["P", "P", "Y"], [1, 2, 3], [1, 1, 1], [1, 2, 3], reference="P"
    )
    assert fit.left_out == (("c", "no chain of studies with a value connects it to P"),)
    assert fit.covariate.tolist() == [1, 2]


def test_without_a_wish_the_treatment_of_most_studies_is_the_reference():
    assert network_regression(*FOUR, YEARS).reference == "P"
    pair = network_regression(["a"], ["B"], ["A"], [1.0], [1.0], [3])
    assert pair.reference == "A"


def test_a_common_slope_says_that_it_belongs_to_its_reference():
    notes = " ".join(network_regression(*FOUR, YEARS, reference="A").notes)
    assert "every other treatment against A" in notes
    assert "another reference is another model" in notes
    assert "aggregation bias" in notes
    assert "4 studies for 1 slope: below 10 for each slope" in notes
    own = network_regression(*FOUR, YEARS, interaction="independent", reference="A")
    assert not any("another model" in note for note in own.notes)


def test_the_common_slope_of_another_reference_is_another_model():
    data = (list("abcde"), list("AABBA"), list("PPPPB"), [0.1, 0.5, 0.4, 0.8, -0.1], [0.1] * 5)
    years = {**YEARS, "e": 2010}
    one = network_regression(*data, years, reference="P", at=2005)
    two = network_regression(*data, years, reference="A", at=2005)
    assert one.interaction_estimate[0, 1] == 0
    assert abs(two.interaction_estimate[0, 1]) > 1e-3
    assert two.interaction_estimate[1, 2] == 0


def test_a_slope_that_no_study_tells_is_named_and_the_rest_is_told():
    fit = network_regression(
        list("abc"),
        ["A", "A", "B"],
        ["P", "P", "P"],
        [0.1, 0.5, 0.7],
        [0.1, 0.1, 0.2],
        [1, 3, 2.5],
        interaction="independent",
        reference="P",
        at=2.5,
    )
    assert fit.unidentified == ("B",)
    assert np.isnan(fit.slope_pvalue[1])
    assert fit.QM_dof == 1
    assert fit.estimate[1, 2] == pytest.approx(0.7)
    assert any("not identifiable from these studies: the slope of B" in note for note in fit.notes)


def test_beyond_the_studies_it_says_that_the_line_carries_the_effect():
    fit = network_regression(*FOUR, YEARS, at=2030)
    assert any("effects at 2030 lie outside the studies' values" in note for note in fit.notes)
    assert any("(1990 to 2010)" in note for note in fit.notes)


def test_a_constant_covariate_has_no_slope():
    fit = network_regression(*FOUR, [0.1 + 0.2, 0.3, 0.3, 0.3])
    assert fit.unidentified == ("common",)
    assert np.isnan(fit.slope_estimate[0])
    assert (fit.QM_dof, np.isnan(fit.QM_pvalue)) == (0, True)
    assert any("does not vary where it could tell" in note for note in fit.notes)


def test_without_degrees_of_freedom_tau2_is_no_number():
    fit = network_regression(list("ab"), ["A", "A"], ["P", "P"], [1, 2], [1, 1], [1, 2])
    assert np.isnan(fit.tau2)
    assert fit.tau2_without == pytest.approx(0)
    assert any("tau2 cannot be estimated" in note for note in fit.notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"interaction": "exchangeable"}, "interaction = 'exchangeable' is not known; give 'common'"),
        ({"reference": "Q"}, "reference = 'Q' is not a treatment of this network; give one of 'A', 'B', 'P'"),
        ({"method": "PM"}, "method = 'PM' is not known for networks"),
        ({"level": 0}, "level = 0 is not a confidence level"),
        ({"center": "mean"}, "center = 'mean' is neither true nor false"),
        ({"at": float("inf")}, "at = inf is not a value of the covariate"),
        ({"at": "2000"}, "at = '2000' is not a value of the covariate"),
        ({"covariate": {}}, "covariate has no value for any of the studies"),
        ({"covariate": ["1990", 1, True, 2]}, "of study 'a' is '1990', of study 'c' is True, which is not a"),
        ({"covariate": [1, 2]}, "covariate has the shape (2,) and there are 4 rows"),
        ({"covariate": {"a": 1, "b": 2}, "reference": "B"}, "reference = 'B' is in no study whose covariate"),
    ],
)
def test_questions_that_cannot_be_asked(change, message):
    with pytest.raises(InputError) as caught:
        network_regression(*FOUR, **{"covariate": YEARS, **change})
    assert message in str(caught.value)


def test_a_study_has_one_value():
    data = (["s"] * 3, list("AAB"), list("BCC"), [1, 3, 2], [1, 1, 1])
    with pytest.raises(InputError, match="study 's' has the values 1999 and 2001"):
        network_regression(*data, [1999, 2001, None])
    assert network_regression(*data, [1999, None, 1999.0]).covariate.tolist() == [1999]

"""Additive networks: what can be told, what cannot, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import InputError, component_network

TRIAD = (list("abc"), ["A", "B", "A + B"], ["P", "P", "P"], [1.0, 0.5, 1.8], [0.2, 0.2, 0.2])


def test_the_sum_of_two_components_by_hand():
    """Equal weights: the excess of 0.3 is shared by three studies, each gives a tenth."""
    fit = component_network(*TRIAD, inactive="P", method="EE")
    np.testing.assert_allclose(fit.component_estimate, [1.1, 0.6], rtol=1e-12)
    np.testing.assert_allclose(fit.component_se, 0.2 * np.sqrt(2 / 3), rtol=1e-12)
    assert pytest.approx(3 * 0.1**2 / 0.2**2) == fit.Q
    assert (fit.Q_dof, fit.Q_standard_dof, fit.Q_difference_dof) == (1, 0, 1)
    assert fit.Q_difference == pytest.approx(fit.Q)
    assert np.isnan(fit.Q_standard_pvalue)
    assert fit.combination_estimate[fit.treatments.index("A + B")] == pytest.approx(1.7)


def test_without_an_inactive_component_placebo_has_an_effect_of_its_own():
    fit = component_network(*TRIAD, method="EE")
    assert fit.components == ("A", "B", "P")
    assert (fit.unidentified, fit.Q_difference_dof) == ((), 0)
    assert fit.component_estimate[2] == pytest.approx(1.8 - 1.0 - 0.5)
    assert any("additivity cannot be tested" in note for note in fit.notes)
    assert any("tau2 cannot be estimated" in note for note in component_network(*TRIAD).notes)


def test_parts_are_joined_by_the_components_they_share_and_it_says_so():
    fit = component_network(["s", "t"], ["A", "A+B"], ["P", "B"], [1.0, 1.4], [0.3, 0.4], inactive="P")
    assert fit.parts == (("A", "P"), ("A+B", "B"))
    assert fit.component_estimate[0] == pytest.approx((1.0 / 0.09 + 1.4 / 0.16) / (1 / 0.09 + 1 / 0.16))
    assert np.isnan(fit.component_estimate[1])
    assert fit.unidentified == ("B",)
    assert fit.bridged == ()
    assert ("A", "A+B") in fit.unreachable
    assert any("cannot be compared even under additivity: A – A+B" in note for note in fit.notes)
    assert fit.Q_difference_dof == 1


def test_a_bridge_rests_on_additivity_alone():
    fit = component_network(
        ["s", "u", "t"], ["A", "B", "A+B"], ["P", "P", "C"], [1.0, 0.5, 0.7], [1, 1, 1], inactive="P"
    )
    assert fit.parts == (("A", "B", "P"), ("A+B", "C"))
    assert ("A+B", "P") in fit.bridged
    assert fit.unreachable == ()
    assert fit.estimate[fit.treatments.index("C"), fit.treatments.index("P")] == pytest.approx(0.8)
    assert any(
        "rest on additivity alone: A – A+B, A – C, A+B – B, A+B – P, B – C, C – P" in note
        for note in fit.notes
    )


def test_components_that_always_come_together_are_named_and_their_sum_is_told():
    fit = component_network(["s", "t"], ["A+B", "C"], ["P", "P"], [1.0, 2.0], [0.5, 0.5], inactive="P")
    assert fit.unidentified == ("A", "B")
    assert np.isnan(fit.component_pvalue[:2]).all()
    assert fit.combination_estimate.tolist() == pytest.approx([1.0, 2.0, 0.0])
    assert any("not identifiable from these studies: the effect of A, B;" in note for note in fit.notes)


def test_an_inactive_component_adds_nothing_to_a_treatment():
    fit = component_network(["s", "t"], ["A", "A"], ["A + P", "P"], [0.3, 1.0], [1.0, 1.0], inactive="P")
    place = fit.treatments.index("A + P")
    assert (fit.estimate[0, place], fit.se[0, place]) == (0, 0)
    assert (fit.Q, fit.Q_dof) == (pytest.approx(0.09), 1)
    assert np.isnan(fit.combination_pvalue[fit.treatments.index("P")])


def test_nothing_at_all_can_be_told_where_no_study_varies_a_component():
    fit = component_network(["s", "t"], ["A", "A"], ["A+P", "A+P"], [1.0, 2.0], [1.0, 1.0], inactive="P")
    assert fit.unidentified == ("A",)
    assert (fit.Q, fit.Q_dof, fit.Q_difference_dof) == (pytest.approx(5.0), 2, 1)


def test_two_spellings_of_a_combination_are_one_treatment():
    fit = component_network(["s", "t"], ["A+B", "B + A"], ["P", "P"], [1.0, 2.0], [1.0, 1.0], inactive="P")
    assert fit.treatments == ("A+B", "P")
    assert "treatment: 'A+B' and 'B + A' hold the same components and are taken as one" in fit.notes
    chosen = component_network(*TRIAD, reference="B+A", inactive="P")
    assert chosen.reference == "A + B"


def test_another_separator():
    fit = component_network(["s"], ["A and C+"], ["C+"], [1.0], [1.0], sep=" and ")
    assert fit.components == ("A", "C+")
    assert fit.component_estimate[0] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inactive": "Q"}, "inactive = 'Q' is not a component of this network; give one of 'A', 'B', 'P'"),
        ({"reference": "Q"}, "reference = 'Q' is not a treatment of this network; give one of 'A'"),
        ({"method": "PM"}, "method = 'PM' is not known for networks; give one of EE, DL, ML, REML"),
        ({"level": 1.0}, "level = 1.0 is not a confidence level"),
        ({"sep": ""}, "sep = '' separates nothing"),
        ({"sep": None}, "sep = None separates nothing"),
    ],
)
def test_questions_that_cannot_be_asked(change, message):
    with pytest.raises(InputError) as caught:
        component_network(*TRIAD, **change)
    assert message in str(caught.value)


def test_all_faulty_labels_are_named_together():
    with pytest.raises(InputError) as caught:
        component_network(list("ab"), ["A+", "A+B+A"], ["P", "P"], [1, 1], [1, 1])
    assert "'A+' has an empty component beside '+'" in str(caught.value)
    assert "'A+B+A' names 'A' more than once" in str(caught.value)


def test_nobody_can_change_the_answer():
    fit = component_network(*TRIAD, inactive="P")
    with pytest.raises(ValueError, match="read-only"):
        fit.composition[0, 0] = 5.0

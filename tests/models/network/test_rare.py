"""What networks of rare events say of zeros, of designs that carry nothing, and of what cannot be asked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from metaan import (
    InputError,
    compare_rare,
    contrasts,
    effect_sizes,
    glmm,
    mantel_haenszel,
    network,
    network_mantel_haenszel,
    network_noncentral_hypergeometric,
    network_penalised,
    pool,
)


def rows(*studies):
    """Write studies as mappings of treatment to (events, n)."""
    found = [
        (f"s{number}", arm, events, n)
        for number, study in enumerate(studies, start=1)
        for arm, (events, n) in study.items()
    ]
    return [list(column) for column in zip(*found, strict=True)]


def effect(fit, one, two):
    i, j = fit.treatments.index(one), fit.treatments.index(two)
    return float(fit.estimate[i, j]), float(fit.se[i, j])


TWO = (
    {"A": (1, 50), "P": (3, 52)},
    {"A": (0, 40), "P": (2, 41)},
    {"A": (2, 90), "P": (0, 92)},
    {"A": (0, 30), "P": (0, 31)},
)


def test_two_treatments_are_the_pairwise_method():
    fit = network_mantel_haenszel(*rows(*TWO), level=0.9)
    pair = mantel_haenszel("OR", ai=[1, 0, 2], n1i=[50, 40, 90], ci=[3, 2, 0], n2i=[52, 41, 92], level=0.9)
    assert effect(fit, "A", "P") == pytest.approx((pair.estimate, pair.se), rel=1e-12)
    assert (fit.ci_low[0, 1], fit.ci_high[0, 1]) == pytest.approx(pair.ci, rel=1e-12)
    assert (fit.method, fit.measure, fit.level) == ("MH", "OR", 0.9)
    assert fit.left_out == (("s4", "no arm has an event, so it says nothing about a ratio"),)
    assert fit.Q_dof == 0
    assert np.isnan([fit.Q, fit.Q_pvalue]).all()
    assert any("inconsistency cannot be assessed" in note for note in fit.notes)


def test_one_study_has_the_odds_ratios_of_its_arms():
    arms = {"A": (4, 40), "B": (7, 50), "C": (2, 60)}
    fit = network_mantel_haenszel(*rows(arms))
    for one, two in (("A", "B"), ("A", "C"), ("B", "C")):
        (a, n), (c, m) = arms[one], arms[two]
        own = np.log(a / (n - a)) - np.log(c / (m - c))
        se = np.sqrt(1 / a + 1 / (n - a) + 1 / c + 1 / (m - c))
        assert effect(fit, one, two) == pytest.approx((own, se), rel=1e-12)


def test_an_arm_without_events_leaves_its_design_and_the_rest_stays():
    with_b = rows(*TWO[:3], {"A": (2, 30), "B": (0, 30), "P": (4, 30)})
    without = rows(*TWO[:3], {"A": (2, 30), "P": (4, 30)})
    fit, plain = network_mantel_haenszel(*with_b), network_mantel_haenszel(*without)
    assert effect(fit, "A", "P") == pytest.approx(effect(plain, "A", "P"), rel=1e-12)
    assert [treatment for treatment, _ in fit.not_estimable] == ["B"]
    assert fit.left_out == ()
    [entry] = fit.ledger
    assert (entry.study, entry.arms) == ("s4", ("B",))
    assert "events under B with non-events under A" in entry.reason
    assert any("s4" in note and "arm B" in note for note in fit.notes)


def test_a_study_whose_events_leave_with_an_arm_is_left_out():
    fit = network_mantel_haenszel(
        *rows({"A": (3, 30), "P": (2, 30)}, {"A": (0, 9), "B": (9, 9), "P": (0, 8)})
    )
    assert [study for study, _ in fit.left_out] == ["s2"]
    assert effect(fit, "A", "P")[0] == pytest.approx(np.log(3 * 28 / 27 / 2))


def test_events_only_count_as_none_at_all():
    fit = network_mantel_haenszel(*rows({"A": (9, 9), "P": (8, 8)}, {"A": (3, 9), "P": (4, 9)}))
    assert [study for study, _ in fit.left_out] == ["s1"]
    assert "every participant" in fit.left_out[0][1]
    assert fit.studies == ("s2",)


def test_nothing_left_is_an_answer_with_reasons():
    fit = network_mantel_haenszel(*rows({"A": (0, 9), "P": (0, 8)}, {"A": (0, 9), "P": (3, 9)}))
    assert np.isnan(fit.estimate).all()
    assert np.isnan([fit.Q, fit.Q_dof, fit.Q_pvalue]).all()
    assert (fit.components, fit.studies) == ((), ())
    assert [treatment for treatment, _ in fit.not_estimable] == ["A", "P"]
    assert [study for study, _ in fit.left_out] == ["s1", "s2"]


def test_parts_that_no_study_connects_are_analysed_apart():
    fit = network_mantel_haenszel(
        *rows({"A": (3, 30), "P": (5, 30)}, {"X": (2, 20), "Y": (5, 21)}, {"A": (1, 30), "P": (5, 31)}),
        reference="Y",
    )
    assert [part.treatments for part in fit.components] == [("A", "P"), ("X", "Y")]
    assert [part.studies for part in fit.components] == [("s1", "s3"), ("s2",)]
    assert np.isnan(effect(fit, "A", "X")).all()
    assert np.isfinite(effect(fit, "X", "Y")).all()
    assert any("falls apart into 2 components (A, P; X, Y)" in note for note in fit.notes)


def test_designs_that_disagree_show_in_q():
    fit = network_mantel_haenszel(
        *rows({"A": (9, 50), "P": (20, 50)}, {"B": (10, 50), "P": (19, 50)}, {"A": (25, 50), "B": (5, 50)})
    )
    logs = {}
    for pair, (a, c) in (("AP", (9, 20)), ("BP", (10, 19)), ("AB", (25, 5))):
        logs[pair] = (np.log(a / (50 - a) * (50 - c) / c), 1 / a + 1 / (50 - a) + 1 / c + 1 / (50 - c))
    gap = logs["AP"][0] - logs["BP"][0] - logs["AB"][0]
    assert pytest.approx(gap**2 / sum(v for _, v in logs.values())) == fit.Q
    assert (fit.Q_dof, fit.Q_pvalue) == (1, pytest.approx(2 * norm.sf(np.sqrt(fit.Q))))


def test_a_covariance_that_is_not_positive_costs_one_arm_only():
    """Found by drawing at random: Greenland's covariance of four treatments with a negative eigenvalue."""
    fit = network_mantel_haenszel(
        *rows(
            {"A": (1, 10), "B": (1, 27), "C": (0, 1), "D": (1, 5)},
            {"A": (6, 7), "B": (36, 37), "C": (2, 2), "D": (29, 33)},
        )
    )
    assert [treatment for treatment, _ in fit.not_estimable] == ["C"]
    assert [(entry.study, entry.arms) for entry in fit.ledger] == [("s1", ("C",)), ("s2", ("C",))]
    assert all("not positive definite" in entry.reason for entry in fit.ledger)
    assert not np.isnan(fit.se[np.isfinite(fit.estimate)]).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"measure": "RR"}, "measure = 'RR'"),
        ({"reference": "Z"}, "reference = 'Z' is not a treatment.*'A', 'P'"),
        ({"level": 95}, "level = 95"),
    ],
)
def test_questions_that_cannot_be_asked(change, message):
    with pytest.raises(InputError, match=message):
        network_mantel_haenszel(*rows(*TWO), **change)


def test_a_treatment_twice_in_a_study_is_refused_with_the_cure():
    data = [["s", "s", "s"], ["A", "A", "P"], [1, 2, 3], [9, 9, 9]]
    for ask in (
        lambda: network_mantel_haenszel(*data),
        lambda: contrasts("OR", *data[:2], events=data[2], n=data[3]),
    ):
        with pytest.raises(InputError, match="more than one arm of A; combine the arms"):
            ask()


def test_faults_of_cells_are_named():
    with pytest.raises(InputError, match=r"events\[1\] = 9 is more than n"):
        network_mantel_haenszel(["s", "s"], ["A", "B"], [1, 9], [8, 8])


@pytest.mark.parametrize("method", [network_mantel_haenszel, network_penalised])
def test_counts_beyond_computing_are_refused(method):
    with pytest.raises(InputError, match="too near to 0 or to n"):
        method(["s", "s"], ["A", "B"], [1e-200, 1], [8, 8])
    with pytest.raises(InputError, match="too large"):
        method(["s", "s"], ["A", "B"], [1, 1], [8, 1e200])


@pytest.mark.parametrize(
    "method", [network_mantel_haenszel, network_noncentral_hypergeometric, network_penalised]
)
def test_large_counts_are_those_of_the_inverse_variance(method):
    arms = {"A": (4_000_000, 9e7), "B": (5_000_000, 8e7), "C": (3_000_000, 9.5e7)}
    study, treatment, events, n = rows(arms, arms, {"A": (444_000, 1e7), "B": (625_000, 1e7)})
    fit = method(study, treatment, events, n)
    found = contrasts("OR", study, treatment, events=events, n=n)
    whole = network(found.study, found.treat1, found.treat2, found.yi, found.sei, method="EE")
    assert (np.abs(fit.estimate - whole.common_estimate) < 0.1 * whole.common_se + 1e-12).all()
    np.testing.assert_allclose(fit.se, whole.common_se, rtol=0.01, atol=1e-12)


def test_an_arm_without_participants_is_left_out():
    fit = network_mantel_haenszel(["s"] * 3, list("ABC"), [1, None, 3], [9, 9, 9])
    assert [(entry.study, entry.arms) for entry in fit.ledger] == [("s", ("B",))]
    assert dict(fit.not_estimable) == {"B": "all its studies are left out"}
    assert np.isfinite(effect(fit, "A", "C")).all()


CHAIN = ({"A": (3, 30), "B": (5, 31)}, {"B": (2, 40), "C": (0, 42)}, {"C": (3, 29), "D": (4, 33)})


def test_effects_without_a_finite_maximum_are_named_and_the_rest_stays():
    """No study has an event under C beside B: C and D lie below A and B without end."""
    fit = network_noncentral_hypergeometric(*rows(*CHAIN), reference="D")
    assert [part.treatments for part in fit.components] == [("A", "B"), ("C", "D")]
    pair = glmm(ai=[3], n1i=[30], ci=[5], n2i=[31], model="CM.EL", method="EE")
    assert effect(fit, "A", "B") == pytest.approx((pair.estimate, pair.se), rel=1e-9)
    assert np.isnan(effect(fit, "A", "C")).all()
    assert fit.not_estimable == ()
    assert [study for study, _ in fit.left_out] == ["s2"]
    assert any("falls apart into 2 components" in note for note in fit.notes)


def test_a_penalty_keeps_them_finite_and_says_so():
    fit = network_penalised(*rows(*CHAIN))
    assert np.isfinite(fit.estimate).all()
    assert (fit.se < 3).all()
    assert fit.left_out == fit.not_estimable == ()
    assert any("(A, B; C, D) are finite by the penalty alone" in note for note in fit.notes)
    whole = network_penalised(*rows(*CHAIN, {"B": (2, 40), "C": (1, 42)}))
    assert not any("penalty alone" in note for note in whole.notes)


def test_a_way_round_makes_an_effect_finite():
    """B has no event beside A and A none beside C, but events move from A over C to B and back."""
    fit = network_noncentral_hypergeometric(
        *rows({"A": (3, 30), "B": (0, 30)}, {"B": (2, 30), "C": (0, 30)}, {"C": (4, 30), "A": (0, 30)})
    )
    assert np.isfinite(fit.estimate).all()
    assert fit.left_out == ()
    found = network_mantel_haenszel(
        *rows({"A": (3, 30), "B": (0, 30)}, {"B": (2, 30), "C": (0, 30)}, {"C": (4, 30), "A": (0, 30)})
    )
    assert np.isnan(found.estimate).all()
    assert len(found.left_out) == 3
    assert "of their own" in " ".join(fit.notes)


def test_a_study_counts_with_the_arms_that_have_finite_effects():
    """Treatment C never has an event: given the events of A and B, the study is one of two arms."""
    fit = network_noncentral_hypergeometric(
        *rows({"A": (3, 30), "B": (5, 31), "C": (0, 40)}, {"A": (1, 20), "B": (2, 21)})
    )
    pair = glmm(ai=[3, 1], n1i=[30, 20], ci=[5, 2], n2i=[31, 21], model="CM.EL", method="EE")
    assert effect(fit, "A", "B") == pytest.approx((pair.estimate, pair.se), rel=1e-9)
    assert [(treatment, "without end" in why) for treatment, why in fit.not_estimable] == [("C", True)]
    assert [(entry.study, entry.arms) for entry in fit.ledger] == [("s1", ("C",))]
    assert fit.studies == ("s1", "s2")


def test_events_only_in_one_arm_and_none_in_the_other():
    data = rows({"A": (9, 9), "P": (0, 9)})
    for method in (network_mantel_haenszel, network_noncentral_hypergeometric):
        fit = method(*data)
        assert np.isnan(fit.estimate).all()
        assert [treatment for treatment, why in fit.not_estimable if why] == ["A", "P"]
    fit = network_penalised(*data)
    assert effect(fit, "A", "P")[0] == pytest.approx(2 * np.log(19))


def test_the_likelihood_ratio_of_a_loop_is_the_gain_of_effects_of_its_own():
    loop = ({"A": (9, 50), "P": (20, 50)}, {"B": (10, 50), "P": (19, 50)}, {"A": (25, 50), "B": (5, 50)})
    fit = network_noncentral_hypergeometric(*rows(*loop))
    wald = network_mantel_haenszel(*rows(*loop))
    assert fit.Q_dof == 1
    assert pytest.approx(wald.Q, rel=0.1) == fit.Q
    consistent = network_noncentral_hypergeometric(*rows(*loop[:2]))
    assert np.isnan([consistent.Q, consistent.Q_pvalue]).all()
    assert any("inconsistency cannot be assessed" in note for note in consistent.notes)


def test_a_likelihood_that_is_next_to_flat_is_no_answer():
    """Between -11 and 11 it changes by a factor of 2; the standard error would be 224."""
    flat = ({"A": (1, 1), "B": (0, 100_000)}, {"A": (0, 100_000), "B": (1, 1)})
    fit = network_noncentral_hypergeometric(*rows(*flat, {"B": (3, 30), "C": (2, 30)}))
    assert [part.treatments for part in fit.components] == [("B", "C")]
    assert [treatment for treatment, _ in fit.not_estimable] == ["A"]
    assert any("next to flat" in note for note in fit.notes)
    assert np.isnan(network_noncentral_hypergeometric(*rows(*flat)).estimate).all()


def test_a_mantel_haenszel_error_beyond_all_reason_is_no_answer():
    """The one event and the one non-event against the trend, in 100 000: a standard error of 112."""
    data = rows(
        {"A": (50_000, 100_000), "P": (0, 100_000)},
        {"A": (0, 1), "P": (1, 100_000)},
        {"B": (2, 9), "P": (3, 9)},
    )
    fit = network_mantel_haenszel(*data)
    assert np.isnan(effect(fit, "A", "P")).all()
    assert np.isfinite(effect(fit, "B", "P")).all()
    assert [study for study, why in fit.left_out if "above 10" in why] == ["s1", "s2"]


def test_fractions_are_for_methods_without_counting():
    data = rows({"A": (1.5, 30), "P": (3, 30)})
    assert np.isfinite(network_mantel_haenszel(*data).estimate).all()
    assert np.isfinite(network_penalised(*data).estimate).all()
    with pytest.raises(InputError, match=r"events\[0\] = 1.5 is not a whole number"):
        network_noncentral_hypergeometric(*data)


def test_methods_side_by_side():
    found = compare_rare(*rows(*TWO), reference="P", level=0.9)
    cells = {"ai": [1, 0, 2], "n1i": [50, 40, 90], "ci": [3, 2, 0], "n2i": [52, 41, 92]}
    sizes = effect_sizes("OR", **cells)
    inverse = pool(sizes.yi, sizes.vi, method="EE", test="z", level=0.9)
    sums = mantel_haenszel("OR", **cells, level=0.9)
    exact = glmm(**cells, model="CM.EL", method="EE", level=0.9)
    assert [row.method for row in found] == ["IV", "MH", "NCH", "penalised"]
    for row, pair in zip(found[:3], (inverse, sums, exact), strict=True):
        assert (row.estimate, row.se) == pytest.approx((pair.estimate, pair.se), rel=1e-8)
        assert row.ci == pytest.approx(pair.ci, rel=1e-8)
        assert (row.treatment, row.reference, row.studies, row.left_out, row.reason) == ("A", "P", 3, 1, "")
    assert network_penalised(*rows(*TWO)).estimate[0, 1] == found[3].estimate


def test_methods_side_by_side_say_why_one_has_no_answer():
    found = compare_rare(*rows(*CHAIN, {"E": (0, 9), "A": (0, 9)}, {"X": (1, 9), "Y": (2, 9)}), reference="A")
    told = {(row.treatment, row.method): row for row in found}
    assert all(np.isfinite(row.estimate) != bool(row.reason) for row in found)
    assert np.isfinite(told["C", "IV"].estimate)
    assert np.isfinite(told["C", "penalised"].estimate)
    assert "connects" in told["C", "MH"].reason
    assert "connects" in told["X", "IV"].reason
    assert {told["E", method].reason for method in ("IV", "MH", "NCH", "penalised")} == {
        "all its studies are left out"
    }
    nothing = compare_rare(*rows({"A": (0, 9), "P": (0, 8)}), reference="P")
    assert [bool(row.reason) for row in nothing] == [True] * 4
    with pytest.raises(InputError, match="reference = 'Z'"):
        compare_rare(*rows(*TWO), reference="Z")

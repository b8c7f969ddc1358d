"""Multi-arm studies: what is refused, what is repaired, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import InputError, network


def one_study(yi, sei, arms="ABC"):
    pairs = [(one, two) for i, one in enumerate(arms) for two in arms[i + 1 :]]
    return network(["s"] * len(pairs), *(list(side) for side in zip(*pairs, strict=True)), yi, sei)


def test_missing_contrasts_are_named():
    with pytest.raises(InputError, match=r"study 's' has 3 treatments .* missing: B – C\."):
        network(["s", "s"], ["A", "A"], ["B", "C"], [1.0, 2.0], [1.0, 1.0])
    with pytest.raises(InputError, match=r"4 treatments .* missing: A – C, A – D, B – C, B – D\."):
        network(["s", "s"], ["A", "C"], ["B", "D"], [1.0, 2.0], [1.0, 1.0])


def test_contrasts_that_do_not_add_up_are_refused():
    with pytest.raises(
        InputError, match=r"study 's': its contrasts do not add up: . – . is .*others make it"
    ):
        one_study([1.0, 3.0, -2.0], [0.5, 0.5, 0.5])


def test_the_wrong_one_of_six_contrasts_is_named():
    arms = np.array([0.0, 1.0, 3.0, 7.0])
    yi = [arms[i] - arms[j] for i in range(4) for j in range(i + 1, 4)]
    yi[4] = -yi[4]
    with pytest.raises(InputError, match=r"B – D is 6, but the others make it -6"):
        one_study(yi, [0.5] * 6, arms="ABCD")


def test_rounded_contrasts_are_made_to_add_up_with_a_note():
    fit = one_study([0.33, 0.67, 0.33], [0.2, 0.2, 0.2])
    note = next(note for note in fit.notes if "add up" in note)
    assert "study 's'" in note
    assert "by 0.00333" in note
    one, two, three = fit.contrasts.yi
    assert one + three == pytest.approx(two, rel=1e-12)
    assert fit.estimate[0, 2] == pytest.approx(two, rel=1e-12)


def test_exact_contrasts_raise_no_note():
    fit = one_study([0.1, 0.3, 0.3 - 0.1], [0.2, 0.2, 0.2])
    assert not any("add up" in note for note in fit.notes)
    assert fit.contrasts.yi.tolist() == [0.1, 0.3, 0.3 - 0.1]


def test_impossible_standard_errors_are_refused_by_name():
    with pytest.raises(InputError, match=r"study 's': its standard errors .* 3 for A – C is impossible"):
        one_study([1.0, 3.0, 2.0], [1.0, 3.0, 1.0])


def test_standard_errors_at_the_edge_of_the_possible_are_repaired_with_a_note():
    fit = one_study([1.0, 3.0, 2.0], [0.1, 0.2, 0.1])
    note = next(note for note in fit.notes if "standard errors" in note)
    assert "study 's'" in note
    assert "A – C" in note
    assert "by 1.5% at most" in note
    assert np.all(np.abs(fit.contrasts.sei / [0.1, 0.2, 0.1] - 1) < 0.02)
    assert fit.se[0, 1] == pytest.approx(fit.contrasts.sei[0], rel=1e-9)


def test_a_negative_covariance_is_possible():
    """An arm variance of (0.25 + 0.25 - 0.64) / 2 < 0 is odd, but the three standard errors do agree."""
    fit = one_study([1.0, 3.0, 2.0], [0.5, 0.8, 0.5])
    np.testing.assert_allclose(fit.se[[0, 0, 1], [1, 2, 2]], [0.5, 0.8, 0.5], rtol=1e-9)
    assert not any("standard errors" in note for note in fit.notes)


@pytest.mark.parametrize("p", [3, 4, 6])
def test_the_between_study_covariance_is_half_of_tau2(p):
    """Equal arms under tau2 are equal arms of a larger variance."""
    rng = np.random.default_rng(p)
    labels = [f"t{i}" for i in range(p)]
    rows = []
    for study in range(6):
        means = rng.normal(0, 1, p)
        rows += [
            (f"s{study}", labels[i], labels[j], means[i] - means[j], 0.3)
            for i in range(p)
            for j in range(i + 1, p)
        ]
    fit = network(*(list(column) for column in zip(*rows, strict=True)))
    larger = [(*row[:4], np.sqrt(0.09 + fit.tau2)) for row in rows]
    common = network(*(list(column) for column in zip(*larger, strict=True)), method="EE")
    np.testing.assert_allclose(fit.estimate, common.estimate, atol=1e-12)
    np.testing.assert_allclose(fit.se, common.se, atol=1e-12)
    assert pytest.approx(common.Q_dof, rel=1e-9) == common.Q

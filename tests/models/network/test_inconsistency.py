"""The split of Q, design by design."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from metaan import decompose_designs, network, pool


def test_designs_hold_the_q_of_their_own_studies():
    study, treat1, treat2 = list("abcdef"), list("AAABBA"), list("BBBCCC")
    yi, sei = [0.1, 0.5, 0.9, 0.2, 0.4, 1.0], [0.2, 0.1, 0.3, 0.2, 0.2, 0.1]
    split = decompose_designs(network(study, treat1, treat2, yi, sei))
    ab, bc, ac = split.designs
    assert [design.treatments for design in split.designs] == [("A", "B"), ("B", "C"), ("A", "C")]
    assert (ab.studies, ab.dof) == (("a", "b", "c"), 2)
    assert pytest.approx(pool(yi[:3], np.square(sei[:3])).Q) == ab.Q
    assert pytest.approx(pool(yi[3:5], np.square(sei[3:5])).Q) == bc.Q
    assert (ac.Q, ac.dof) == (0, 0)
    assert np.isnan(ac.pvalue)
    assert (split.dof, split.dof_within, split.dof_between) == (4, 3, 1)
    assert split.pvalue_between == pytest.approx(chi2.sf(split.Q_between, 1))
    assert split.pvalue_within == pytest.approx(chi2.sf(split.Q_within, 3))


def test_inconsistency_under_random_effects_uses_the_heterogeneity_within():
    """One loop: Q between is the squared difference of direct and indirect over its variance."""
    study, treat1, treat2 = list("abcdef"), list("AABBAA"), list("BBCCCC")
    yi, sei = np.array([0.0, 1.2, 0.2, 1.4, 3.0, 4.2]), np.full(6, 0.2)
    split = decompose_designs(network(study, treat1, treat2, yi, sei))
    tau2 = split.tau2_within
    means, variance = yi.reshape(3, 2).mean(axis=1), (0.04 + tau2) / 2
    expected = (means[0] + means[1] - means[2]) ** 2 / (3 * variance)
    assert tau2 == pytest.approx(1.2**2 / 2 - 0.04)
    assert split.Q_between_random == pytest.approx(expected)
    assert split.pvalue_between_random == pytest.approx(chi2.sf(expected, 1))


def test_a_star_cannot_be_inconsistent():
    split = decompose_designs(network(list("abc"), list("AAB"), ["P"] * 3, [1.0, 2.0, 3.0], [0.3] * 3))
    assert (split.dof_between, split.Q_within) == (0, pytest.approx(split.Q))
    assert np.isnan([split.Q_between, split.pvalue_between, split.Q_between_random]).all()
    assert split.notes[0].startswith("inconsistency cannot be assessed")


def test_without_replication_nothing_is_known_within():
    split = decompose_designs(network(list("abc"), list("ABA"), list("BCC"), [1.0, 2.0, 3.5], [0.3] * 3))
    assert (split.Q_within, split.dof_within) == (0, 0)
    assert np.isnan([split.pvalue_within, split.tau2_within]).all()
    assert split.Q_between_random == pytest.approx(split.Q_between)


def test_of_a_broken_network_the_component_of_the_reference_is_split():
    data = (list("abcd"), list("AAXX"), list("BBYY"), [1.0, 2.0, 5.0, 9.0], [1.0, 1.0, 0.5, 0.5])
    assert pytest.approx(0.5) == decompose_designs(network(*data)).Q
    assert pytest.approx(32) == decompose_designs(network(*data, reference="X")).Q


def test_the_unit_is_given_back():
    one = decompose_designs(network(list("ab"), list("AA"), list("BB"), [1.0, 3.0], [0.3, 0.3]))
    two = decompose_designs(network(list("ab"), list("AA"), list("BB"), [1e3, 3e3], [300.0, 300.0]))
    assert two.tau2_within == pytest.approx(1e6 * one.tau2_within)

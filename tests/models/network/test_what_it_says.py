"""What sparse and broken networks say about what cannot be known."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import bucher, decompose_designs, net_heat, network, network_heterogeneity_interval, split_nodes


def says(notes, words):
    return any(words in note for note in notes)


@pytest.mark.parametrize("repeated", [False, True])
def test_a_star_cannot_be_assessed(repeated):
    times = 2 if repeated else 1
    hub = [("A", 0.3), ("B", -0.2), ("C", 1.1), ("D", 0.4)] * times
    fit = network(
        [f"s{i}" for i in range(len(hub))],
        [arm for arm, _ in hub],
        ["P"] * len(hub),
        [y + 0.1 * i for i, (_, y) in enumerate(hub)],
        [0.3] * len(hub),
    )
    assert says(fit.notes, "inconsistency cannot be assessed")
    assert says(fit.notes, "tau2 cannot be estimated") is not repeated
    assert np.isfinite(network_heterogeneity_interval(fit).tau2).all() == repeated
    assert np.isnan(fit.Q_inconsistency)
    assert says(net_heat(fit).notes, "inconsistency cannot be assessed")
    assert says(decompose_designs(fit).notes, "inconsistency cannot be assessed")
    assert bucher(fit) == ()
    for method in ("back-calculation", "SIDDE"):
        assert all(says(row.notes, "no indirect evidence") for row in split_nodes(fit, method=method))


def test_a_chain_without_replication_knows_no_heterogeneity():
    fit = network(list("abc"), list("ABC"), list("BCD"), [1.0, 2.0, 3.0], [0.3, 0.4, 0.5])
    assert says(fit.notes, "tau2 cannot be estimated")
    assert np.isnan(fit.tau2)
    np.testing.assert_array_equal(fit.estimate, fit.common_estimate)


def test_a_loop_without_replication_has_heterogeneity_and_inconsistency_in_one():
    fit = network(list("abc"), list("ABA"), list("BCC"), [1.0, 2.0, 9.0], [0.3, 0.4, 0.5])
    assert not says(fit.notes, "cannot be")
    assert says(net_heat(fit).notes, "no design has a second study")
    assert fit.tau2 > 0


def test_parts_of_a_broken_network_are_named():
    fit = network(list("abcd"), list("AAXX"), list("BCYY"), [1.0, 2.0, 3.0, 4.0], [0.3] * 4)
    assert says(fit.notes, "falls apart into 2 components (A, B, C; X, Y)")
    assert says(fit.notes, "treatments of different components cannot be compared")
    assert says(fit.components[0].notes, "tau2 cannot be estimated")
    assert not says(fit.components[1].notes, "tau2 cannot be estimated")
    assert np.isnan(fit.estimate[0, 3])


def test_sidde_says_where_the_studies_left_out_were_the_only_link():
    """B is reached from A only in studies that compare both, or by C within the same study."""
    rows = [
        ("s", "A", "B", 1.0, 0.3),
        ("s", "B", "C", 1.0, 0.4),
        ("s", "A", "C", 2.0, 0.5),
        ("t", "A", "C", 1.5, 0.2),
    ]
    fit = network(*(list(column) for column in zip(*rows, strict=True)))
    by_pair = {(row.treat1, row.treat2): row for row in split_nodes(fit, method="SIDDE")}
    for pair in (("A", "B"), ("A", "C"), ("B", "C")):
        assert np.isnan(by_pair[pair].indirect)
        assert by_pair[pair].notes == (
            "there is no indirect evidence to compare with: no path of studies is left without those that "
            "compare both",
        )
        assert 0 < by_pair[pair].proportion_direct <= 1

"""The net heat matrix."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import InputError, decompose_designs, net_heat, network

TRIANGLE = [("a", "A", "B", 0.5, 0.2), ("b", "B", "C", 0.2, 0.25), ("c", "A", "C", 0.45, 0.3)]
THREE = [("s", "A", "B", 1.0, 0.3), ("s", "B", "C", 1.0, 0.4), ("s", "A", "C", 2.0, 0.5)]


def fit_rows(rows, **options):
    return network(*(list(column) for column in zip(*rows, strict=True)), **options)


def test_one_loop_by_hand():
    """Detaching any side dissolves all of it; each side's part is the share of its variance."""
    heat = net_heat(fit_rows(TRIANGLE), model="common")
    v = np.array([0.04, 0.0625, 0.09])
    parts = 0.25**2 * v / v.sum() ** 2
    assert heat.rows == ("A:B", "B:C", "A:C")
    np.testing.assert_allclose(heat.Q, parts)
    np.testing.assert_allclose(heat.change, np.tile(parts[:, None], 3))
    inside = v / v.sum()
    np.testing.assert_allclose(np.diag(heat.contribution), 1 - inside)
    np.testing.assert_allclose(heat.contribution[0, 1:], [inside[0]] * 2)


def test_bridges_are_left_out():
    heat = net_heat(fit_rows([*TRIANGLE, ("d", "C", "D", 1.0, 0.2)]))
    assert heat.rows == ("A:B", "B:C", "A:C")
    assert "left out, because no loop passes through: C:D" in heat.notes


def test_a_design_of_three_stands_with_all_its_contrasts():
    heat = net_heat(fit_rows([*THREE, ("b", "A", "B", 0.2, 0.2), ("c", "B", "C", 0.4, 0.3)]), model="common")
    assert heat.rows == ("A:B in A:B:C", "A:C in A:B:C", "B:C in A:B:C", "A:B", "B:C")
    np.testing.assert_array_equal(heat.change[:, 0], heat.change[:, 1])
    np.testing.assert_array_equal(heat.change[:, 0], heat.change[:, 2])


def test_common_and_random_are_the_two_statistics_between_designs():
    rows = [*TRIANGLE, ("d", "A", "B", 2.5, 0.3), ("e", "A", "C", -1.0, 0.3)]
    fit = fit_rows(rows)
    split = decompose_designs(fit)
    assert net_heat(fit, model="common").Q.sum() == pytest.approx(split.Q_between)
    assert net_heat(fit).Q.sum() == pytest.approx(split.Q_between_random)
    assert net_heat(fit).model == "random"
    assert net_heat(fit).notes == ()


def test_without_replication_the_weights_are_common():
    fit = fit_rows(TRIANGLE)
    random, common = net_heat(fit), net_heat(fit, model="common")
    np.testing.assert_array_equal(random.change, common.change)
    assert random.notes[0].startswith("no design has a second study")
    assert common.notes == ()


@pytest.mark.parametrize(
    "rows",
    [
        [("a", "A", "P", 1.0, 0.3), ("b", "B", "P", 2.0, 0.3)],
        THREE,
        [("a", "A", "B", 1.0, 0.3), ("b", "A", "B", 2.0, 0.3)],
        [*THREE, ("b", "C", "D", 1.0, 0.4)],
    ],
)
def test_where_nothing_can_disagree_there_are_no_rows(rows):
    heat = net_heat(fit_rows(rows))
    assert (heat.rows, heat.change.shape, heat.contribution.shape, heat.Q.shape) == ((), (0, 0), (0, 0), (0,))
    assert heat.notes[0].startswith("inconsistency cannot be assessed")
    assert decompose_designs(fit_rows(rows)).detached == ()


def test_the_component_of_the_reference_is_shown():
    other = [(s + "x", one + "x", two + "x", 2 * y, se) for s, one, two, y, se in TRIANGLE]
    heat = net_heat(fit_rows([*TRIANGLE, *other], reference="Bx"))
    assert heat.rows == ("Ax:Bx", "Bx:Cx", "Ax:Cx")


def test_negative_weights_are_told():
    """Standard errors that no arms can have: one of them would have a negative variance."""
    odd = [("s", "A", "B", 1.0, 1.0), ("s", "A", "C", 2.0, 1.0), ("s", "B", "C", 1.0, np.sqrt(3.5))]
    heat = net_heat(fit_rows([*odd, ("b", "B", "C", 3.0, 1.0)]), model="common")
    assert any("negative weight" in note and "B:C in A:B:C" in note for note in heat.notes)
    split = decompose_designs(fit_rows([*odd, ("b", "B", "C", 3.0, 1.0)]))
    assert heat.Q.sum() == pytest.approx(split.Q_between)


def test_arrays_cannot_be_changed():
    heat = net_heat(fit_rows(TRIANGLE))
    assert not any(array.flags.writeable for array in (heat.Q, heat.change, heat.contribution))


@pytest.mark.parametrize("model", ["fixed", None])
def test_unknown_models_are_refused(model):
    with pytest.raises(InputError, match=r"model = .* is not known; give 'random' or 'common'"):
        net_heat(fit_rows(TRIANGLE), model=model)

"""A masked entry of a masked array is a missing one, wherever it is given."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import (
    InputError,
    contrasts,
    effect_sizes,
    glmm,
    heterogeneity_interval,
    mantel_haenszel,
    network,
    peto,
    pool,
    pool_many,
    predict,
    regress,
    subgroups,
)
from metaan.effects.cells import column, unmasked

SECOND = [False, True, False]


def masked(*values):
    return np.ma.masked_array(values, mask=SECOND)


@pytest.mark.parametrize("values", [(1, 99, 3), (1.0, 99.0, 3.0), (1.0, np.inf, 3.0), (1.0, np.nan, 3.0)])
def test_a_masked_entry_is_missing(values):
    np.testing.assert_array_equal(column("ai", masked(*values)), [1.0, np.nan, 3.0])


def test_masks_of_every_form():
    assert column("ai", np.ma.masked_array([1.0, 2.0])).tolist() == [1.0, 2.0]
    assert np.isnan(column("ai", np.ma.masked)).all()
    assert np.isnan(column("ai", [1, None, np.ma.masked])).tolist() == [False, True, True]
    given = masked(1.0, 2.0, 3.0)
    column("ai", given)[0] = 9
    assert given.data.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("values", [["1", "2", "3"], [True, False, True], [1j, 2j, 3j]])
def test_a_mask_does_not_let_in_what_is_no_number(values):
    with pytest.raises(InputError, match="is not a number"):
        column("ai", masked(*values))


@pytest.mark.parametrize("pooling", [pool, heterogeneity_interval])
@pytest.mark.parametrize("name", ["yi", "vi"])
def test_pooling_refuses_it(pooling, name):
    given = {"yi": [0.1, 0.2, 0.3], "vi": [0.1, 0.1, 0.1]}
    given[name] = masked(*given[name])
    with pytest.raises(InputError, match=rf"{name}\[1\] = nan is missing"):
        pooling(**given)


def test_effect_sizes_leave_it_without_an_effect():
    found = effect_sizes("RR", ai=masked(3, 4, 5), n1i=[9, 9, 9], ci=[2, 2, 2], n2i=[9, 9, 9])
    assert np.isnan(found.yi).tolist() == SECOND
    assert found.notes == ("study 2: a cell is missing, so there is no effect",)


def test_contrasts_leave_the_arm_out():
    found = contrasts("RR", ["s"] * 3, ["A", "B", "C"], events=masked(3, 4, 5), n=[9, 9, 9])
    assert (found.treat1, found.treat2) == (("A",), ("C",))
    assert "the arm B is left out" in found.notes[0]


@pytest.mark.parametrize("name", ["yi", "sei"])
def test_a_network_refuses_it(name):
    given = {"yi": [0.5, 0.2, 0.45], "sei": [0.2, 0.25, 0.3]}
    given[name] = masked(*given[name])
    with pytest.raises(InputError, match=rf"{name}\[1\] = nan"):
        network(list("stu"), list("ABA"), list("BCC"), **given)


def test_a_list_of_masked_columns_is_read_by_its_masks():
    found = np.asarray(unmasked([masked(1.0, 9.0, 3.0), [4.0, 5.0, 6.0]]), dtype=float)
    np.testing.assert_array_equal(found, [[1, np.nan, 3], [4, 5, 6]])


Y, V = [0.1, 0.5, 0.3], [0.1, 0.2, 0.15]


@pytest.mark.parametrize(
    "X",
    [
        masked(1.0, 99.0, 3.0),
        [np.ma.masked_array([m], mask=[gone]) for m, gone in zip((1, 99, 3), SECOND, strict=True)],
    ],
)
def test_a_regression_names_the_row(X):
    with pytest.raises(InputError, match=r"'x1' is missing in row 1"):
        regress(Y, V, X)


def test_a_prediction_refuses_it():
    with pytest.raises(InputError, match=r"missing in row 1"):
        predict(regress(Y, V, [1, 2, 4]), masked(1.0, 99.0, 3.0))


def test_subgroups_refuse_it():
    with pytest.raises(InputError, match=r"groups is missing at position 1"):
        subgroups(Y, V, masked("a", "b", "c"))
    with pytest.raises(InputError, match=r"yi\[1\] = nan is missing"):
        subgroups(masked(*Y), V, ["a", "b", "b"])


def test_models_of_rare_events_leave_it_out():
    cells = {"ai": masked(3, 4, 5), "n1i": [9, 9, 9], "ci": [2, 2, 2], "n2i": [9, 9, 9]}
    for found in (mantel_haenszel("OR", **cells), peto(**cells), glmm(**cells, model="CM.EL")):
        assert found.k == 2
        assert "study 2: left out, a cell is missing" in found.notes


def test_many_at_once_take_rows_of_masked_values():
    rows = [masked(*Y), masked(*Y)]
    np.testing.assert_array_equal(pool_many(rows, [V, V]).k, [2, 2])

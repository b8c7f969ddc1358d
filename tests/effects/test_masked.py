"""A masked entry of a masked array is a missing one, wherever it is given."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import InputError, contrasts, effect_sizes, heterogeneity_interval, network, pool
from metaan.effects.cells import column

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

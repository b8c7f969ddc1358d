"""What is no option, no regression or no list is refused in a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import (
    InputError,
    effect_sizes,
    glmm,
    mantel_haenszel,
    pool,
    pool_many,
    predict,
    regress,
    subgroups,
)
from metaan.models.regression import generalised_vif

Y, V = [0.1, 0.5, 0.4, 0.9], [0.02, 0.03, 0.04, 0.02]
TABLE = {"ai": [1, 3], "n1i": [44, 68], "ci": [3, 6], "n2i": [35, 69]}

CALLS = {
    "method": lambda wrong: pool(Y, V, method=wrong),
    "test": lambda wrong: pool(Y, V, test=wrong),
    "profile": lambda wrong: pool(Y, V, profile=wrong),
    "method of many": lambda wrong: pool_many([Y], [V], method=wrong),
    "test of many": lambda wrong: pool_many([Y], [V], test=wrong),
    "method of a regression": lambda wrong: regress(Y, V, [1, 2, 3, 4], method=wrong),
    "test of a regression": lambda wrong: regress(Y, V, [1, 2, 3, 4], test=wrong),
    "measure": lambda wrong: effect_sizes(wrong, **TABLE),
    "to": lambda wrong: effect_sizes("OR", **TABLE, to=wrong),
    "measure of sums": lambda wrong: mantel_haenszel(wrong, **TABLE),
    "model": lambda wrong: glmm(**TABLE, model=wrong),
    "method of a model": lambda wrong: glmm(**TABLE, method=wrong),
}


@pytest.mark.parametrize("wrong", [["REML"], [], {}, 5, np.array(["OR", "z"])], ids=repr)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_option_that_is_no_text(call, wrong):
    with pytest.raises(InputError, match="is not known"):
        call(wrong)


@pytest.mark.parametrize("groups", [None, 5, np.array("a")], ids=repr)
def test_groups_that_are_no_list(groups):
    with pytest.raises(InputError, match=r"groups = .* is not a list"):
        subgroups(Y, V, groups)


@pytest.mark.parametrize("groups", [np.ones((4, 2)), [[1], [2], [1], [2]]], ids=["array", "lists"])
def test_groups_that_are_no_names(groups):
    with pytest.raises(InputError, match="which is no name"):
        subgroups(Y, V, groups)


@pytest.mark.parametrize("wrong", [5, None, pool(Y, V)], ids=["number", "None", "pooled"])
def test_what_is_no_regression(wrong):
    with pytest.raises(InputError, match="is not a regression"):
        predict(wrong, [1])
    with pytest.raises(InputError, match="is not a regression"):
        generalised_vif(wrong, ["x1"])


def test_names_that_are_no_list():
    with pytest.raises(InputError, match="names = 5 is not a list"):
        regress(Y, V, [1, 2, 3, 4], names=5)
    with pytest.raises(InputError, match="names = 'x1' is not a list"):
        generalised_vif(regress(Y, V, [1, 2, 3, 4]), "x1")


def test_rows_of_different_length():
    with pytest.raises(InputError, match="X_new has rows of different length"):
        predict(regress(Y, V, [1, 2, 3, 4]), [[1], [1, 2]])


@pytest.mark.parametrize("wrong", ["0.1", b"0.1", True, np.True_], ids=repr)
def test_many_at_once_refuse_what_pool_refuses(wrong):
    table = np.array([[0.1, 0.2], [0.3, None]], dtype=object)
    assert pool_many(table, [[1, 1], [1, 1]]).k.tolist() == [2, 1]
    table[1, 0] = wrong
    with pytest.raises(InputError, match=r"yi\[1, 0\] = .* is not a number"):
        pool_many(table, [[1, 1], [1, 1]])
    with pytest.raises(InputError, match="is not a number"):
        pool(table[1], [1, 1])

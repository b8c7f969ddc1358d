from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from metaan import InputError
from metaan.effects.cells import column, equal_lengths, refuse


def test_numbers_of_every_kind():
    assert column("ai", [1, 2]).dtype == np.float64
    assert column("ai", 3).tolist() == [3.0]
    assert column("ai", (1.5, Decimal("2.5"))).tolist() == [1.5, 2.5]
    assert column("ai", pd.Series([1, 2])).tolist() == [1.0, 2.0]
    assert np.isnan(column("ai", [1, None])[1])


def test_a_column_is_a_copy():
    given = np.array([1.0, 2.0])
    column("ai", given)[0] = 9
    assert given[0] == 1.0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["1", "2"], "ai[0] = '1' is not a number"),
        ([1, "<= 3"], "ai["),
        ("12", "is not a number"),
        ([1 + 2j], "is not a number"),
        ([True, False], "is not a number"),
        ([1, object()], "is not a number"),
        ([1.0, np.inf], "ai[1] = inf is infinite"),
        ([1.0, -np.inf], "ai[1] = -inf is infinite"),
        ([[1, 2], [3, 4]], "2 dimensions"),
        ([[1, 2], [3]], "different length"),
        ([], "is empty"),
        ([10**400], "cannot be read"),
        ([pd.NA, 1], "ai[0] = <NA>"),
    ],
)
def test_what_is_not_a_number_is_named(values, said):
    with pytest.raises(InputError, match=re.escape(said)):
        column("ai", values)


def test_every_wrong_value_is_listed():
    values = np.array([1.0, -1.0, -2.0])
    with pytest.raises(InputError, match=r"ai\[1\] = -1, ai\[2\] = -2 is negative\."):
        refuse("ai", values, values < 0, "is negative")


def test_lengths_are_listed():
    with pytest.raises(InputError, match="ai 2, ci 3"):
        equal_lengths({"ai": np.zeros(2), "ci": np.zeros(3)})

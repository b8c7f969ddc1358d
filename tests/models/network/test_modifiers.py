"""Effect modifiers by comparison: counted once, never filled in, and checked against pandas."""

from __future__ import annotations

from math import isnan

import numpy as np
import pandas as pd
import pytest

from metaan import InputError, modifier_table

TRIANGLE = (["s", "s", "s", "t", "u"], list("AABAP"), list("BPPPA"))


def row(table, treat1, treat2, modifier):
    (found,) = [
        row for row in table.rows if (row.treat1, row.treat2, row.modifier) == (treat1, treat2, modifier)
    ]
    return found


def test_a_study_of_three_arms_counts_in_each_of_its_comparisons():
    table = modifier_table(*TRIANGLE, {"age": {"s": 40, "t": 50, "u": 66}})
    assert table.comparisons == (("A", "B"), ("A", "P"), ("B", "P"))
    found = row(table, "A", "P", "age")
    assert found.studies == ("s", "t", "u")
    assert (found.mean, found.median, found.low, found.high) == (52, 50, 40, 66)
    assert (row(table, "A", "B", "age").mean, row(table, "A", "B", "age").missing) == (40, ())


def test_what_is_not_known_is_counted_and_never_filled_in():
    table = modifier_table(
        *TRIANGLE, {"age": [40, None, None, np.nan, 60], "setting": {"t": "ward", "u": " "}}
    )
    found = row(table, "A", "P", "age")
    assert (found.mean, found.missing) == (50, ("t",))
    setting = row(table, "A", "P", "setting")
    assert (setting.levels, setting.counts, setting.missing) == (("ward",), (1,), ("s", "u"))
    nothing = row(table, "B", "P", "setting")
    assert (nothing.counts, nothing.missing, isnan(nothing.mean)) == ((0,), ("s",), True)
    empty = modifier_table(*TRIANGLE, {"dose": {}})
    assert empty.notes == ("dose: no study has a value",)
    assert all(isnan(found.mean) and found.missing == found.studies for found in empty.rows)


def test_true_and_false_are_words_and_so_are_codes_given_as_text():
    table = modifier_table(*TRIANGLE, {"blind": {"s": True, "t": False, "u": True}, "code": list("11121")})
    assert row(table, "A", "P", "blind").levels == ("no", "yes")
    assert row(table, "A", "P", "blind").counts == (1, 2)
    assert row(table, "A", "P", "code").counts == (2, 1)


def test_order_of_rows_and_arms_changes_no_figure():
    one = modifier_table(*TRIANGLE, {"age": {"s": 0.1, "t": 0.2, "u": 0.3}})
    two = modifier_table(
        ["u", "t", "s", "s", "s"], list("PPPBP"), list("AABAA"), {"age": {"u": 0.3, "s": 0.1, "t": 0.2}}
    )
    assert one.comparisons == two.comparisons
    for left, right in zip(one.rows, two.rows, strict=True):
        assert (left.mean, left.median, sorted(left.studies)) == (
            right.mean,
            right.median,
            sorted(right.studies),
        )


def test_pandas_gives_the_same_figures():
    rng = np.random.default_rng(7)
    rows = pd.DataFrame(
        {
            "study": [f"s{i}" for i in range(60)],
            "one": rng.choice(list("ABC"), 60),
            "two": rng.choice(list("PQ"), 60),
            "age": np.where(rng.uniform(size=60) < 0.2, np.nan, rng.normal(50, 9, 60)),
            "risk": rng.choice(["low", "high", None], 60),
        }
    )
    table = modifier_table(rows.study, rows.one, rows.two, {"age": rows.age, "risk": rows.risk})
    for (one, two), group in rows.groupby(["one", "two"]):
        age, risk = row(table, one, two, "age"), row(table, one, two, "risk")
        expected = group.age.agg(["mean", "median", "min", "max"]).to_list()
        assert [age.mean, age.median, age.low, age.high] == pytest.approx(expected, rel=1e-12)
        assert (len(age.studies), len(age.missing)) == (len(group), int(group.age.isna().sum()))
        counts = group.risk.value_counts()
        assert list(risk.counts) == [counts.get(level, 0) for level in risk.levels]
        assert len(risk.missing) == int(group.risk.isna().sum())


@pytest.mark.parametrize(
    ("modifiers", "message"),
    [
        ({}, "modifiers names nothing; give a mapping from the name of each to its values"),
        (["age"], "modifiers names nothing; give a mapping"),
        ({"age": {"s": [40, 41]}}, "age of study 's' is [40, 41]; give one value for each study"),
        ({" ": [1] * 5}, "modifiers has one named ' '; give it a name"),
        ({"age": [1] * 5, "age ": [1] * 5}, "modifiers names 'age' more than once"),
        (
            {"age": {"s": 40, "t": "about 50"}},
            "age mixes numbers and words: 40 for study 's', 'about 50' for",
        ),
        ({"age": {"s": float("inf")}}, "age of study 's' is inf, which is not a number that can be used"),
        ({"age": [1, 2, 1, 1, 1]}, "age: study 's' has the values 1 and 2"),
        ({"age": [1, 2]}, "age has the shape (2,) and there are 5 rows"),
    ],
)
def test_modifiers_that_cannot_be_used(modifiers, message):
    with pytest.raises(InputError) as caught:
        modifier_table(*TRIANGLE, modifiers)
    assert message in str(caught.value)


def test_rows_that_cannot_be_used():
    with pytest.raises(InputError, match=r"treat1\[0\] and treat2\[0\] \(study 's'\) are both 'A'"):
        modifier_table(["s"], ["A"], ["A"], {"age": [1]})
    with pytest.raises(InputError, match="The columns differ in length"):
        modifier_table(["s"], ["A", "B"], ["C"], {"age": [1]})

"""Formulas: what they mean, and what they cannot do."""

from __future__ import annotations

import builtins

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan import InputError, design_matrix, formula_columns, regress

COLUMNS = {
    "year": [1948, 1949, 1960, 1977, 1973, 1953],
    "dose": ["1", "2.5", "4", "8", "16", "3"],
    "alloc": ["random", "alternate", "random", "other", "random", "alternate"],
    "mixed": ["1", "two", "3", "4", "5", "6"],
    "gaps": [1, None, 3, "", float("nan"), 6],
    "same": ["a"] * 6,
    "zero": [0, 1, 2, 3, 4, 5],
}
YEAR = np.array(COLUMNS["year"], float)
RANDOM = np.array([1.0, 0, 1, 0, 1, 0])
OTHER = np.array([0.0, 0, 0, 1, 0, 0])
ALTERNATE = 1 - RANDOM - OTHER

MEANINGS = [
    ("~ year", ("intercept", "year")),
    ("year", ("intercept", "year")),
    ("~ 1 + year", ("intercept", "year")),
    ("~ year - 1", ("year",)),
    ("~ 0 + year", ("year",)),
    ("~ 1", ("intercept",)),
    ("~ alloc", ("intercept", "alloc[other]", "alloc[random]")),
    ("~ alloc - 1", ("alloc[alternate]", "alloc[other]", "alloc[random]")),
    ("~ year:dose", ("intercept", "year:dose")),
    ("~ year * dose", ("intercept", "year", "dose", "year:dose")),
    (
        "~ alloc * year",
        ("intercept", "alloc[other]", "alloc[random]", "year", "alloc[other]:year", "alloc[random]:year"),
    ),
    ("~ (year + dose):zero", ("intercept", "year:zero", "dose:zero")),
    ("~ log(dose) + center(year)", ("intercept", "log(dose)", "center(year)")),
    (
        "~ factor(zero)",
        ("intercept", "zero[1]", "zero[2]", "zero[3]", "zero[4]", "zero[5]"),
    ),
    ("~ factor(mixed) - 1", tuple(f"mixed[{level}]" for level in ("1", "3", "4", "5", "6", "two"))),
]


@pytest.mark.parametrize(("formula", "names"), MEANINGS)
def test_columns_are_named(formula, names):
    X, found = design_matrix(formula, COLUMNS)
    assert found == names
    assert X.shape == (6, len(names))


def test_columns_hold_what_their_names_say():
    X, _ = design_matrix("~ alloc * year", COLUMNS)
    expected = [np.ones(6), OTHER, RANDOM, YEAR, OTHER * YEAR, RANDOM * YEAR]
    np.testing.assert_array_equal(X, np.column_stack(expected))
    X, _ = design_matrix("~ alloc - 1", COLUMNS)
    np.testing.assert_array_equal(X, np.column_stack([ALTERNATE, OTHER, RANDOM]))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("center", YEAR - YEAR.mean()),
        ("scale", (YEAR - YEAR.mean()) / YEAR.std(ddof=1)),
        ("log", np.log(YEAR)),
        ("log2", np.log2(YEAR)),
        ("log10", np.log10(YEAR)),
        ("sqrt", np.sqrt(YEAR)),
        ("square", YEAR**2),
    ],
)
def test_functions(call, expected):
    X, names = design_matrix(f"~ {call}(year) - 1", COLUMNS)
    assert names == (f"{call}(year)",)
    np.testing.assert_allclose(X[:, 0], expected)


def test_it_feeds_the_regression():
    yi, vi = [0.1, 0.5, 0.4, 0.9, 0.3, 1.2], [0.02, 0.03, 0.04, 0.02, 0.05, 0.06]
    X, names = design_matrix("~ year", COLUMNS)
    fit = regress(yi, vi, X, names=names, intercept=False)
    direct = regress(yi, vi, YEAR, names=["year"])
    assert fit.names == direct.names
    np.testing.assert_allclose(fit.estimate, direct.estimate, rtol=1e-10)
    assert pytest.approx(direct.R2) == fit.R2


def test_columns_of_a_formula():
    assert formula_columns("~ log(dose) * alloc + year - 1", COLUMNS) == ("dose", "alloc", "year")


def test_levels_keep_their_text_whatever_it_is():
    levels = ["c0", "[T.l1]", "<b>", "c0", "__import__('os')", "[T.l1]"]
    _, names = design_matrix("~ x", {"x": levels})
    assert names == ("intercept", "x[[T.l1]]", "x[__import__('os')]", "x[c0]")


HOSTILE = [
    "__import__('os').system('true')",
    "~ __import__(year)",
    "~ year.__class__",
    "~ year.real",
    "~ `year`",
    "~ lambda: year",
    "~ (lambda: 1)()",
    "~ {year}",
    "~ {__import__('os')}",
    "~ year[0]",
    "~ 'year'",
    '~ "year"',
    "~ year if year else dose",
    "~ I(year)",
    "~ C(alloc)",
    "~ Q('year')",
    "~ eval(year)",
    "~ exec(year)",
    "~ open(year)",
    "~ np.log(year)",
    "~ bs(year)",
    "~ poly(year)",
    "~ hashed(year)",
    "~ log(year, dose)",
    "~ log(log(dose))",
    "~ log(1)",
    "~ log(year + dose)",
    "~ log",
    "~ year; dose",
    "~ year\x00",
    "~ year := 1",
    "~ year | dose",
    "~ year @ dose",
    "~ year % dose",
    "~ year / dose",
    "~ year ^ 2",
    "~ year ** 2",
    "~ 2 * year",
    "~ 1.5",
    "~ 1e3",
    "~ year:1",
    "~ 1 * year",
    "~ (year - 1)",
    "~ year - dose",
    "~ - year",
    "~ year dose",
    "~ year +",
    "~ (year",
    "~ year)",
    "~ ()",
    "~ year ~ dose",
    "year ~ dose",
    "~",
    "",
    "   ",
    "~ 0",
    "~ .",
    "~ nothing",
    "~" + "(" * 200 + "year" + ")" * 200 + "+" * 900,
    "~" + "*".join(["year", "dose", "zero"] * 4),
    "~" + "+".join(["year"] * 60),
]


@pytest.mark.parametrize("formula", HOSTILE)
def test_hostile_formulas_are_refused_and_nothing_is_executed(formula, monkeypatch):
    def caught(*args, **kwargs):
        raise AssertionError("the formula was executed")

    with monkeypatch.context() as patched:
        patched.setattr(builtins, "eval", caught)
        patched.setattr(builtins, "exec", caught)
        with pytest.raises(InputError):
            design_matrix(formula, COLUMNS)


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="~+-:*()01 yeardosl._[]{}'`,", max_size=25))
def test_any_text_is_a_design_or_refused(text):
    columns = {"year": [1.0, 2.0, 4.0], "dose": ["a", "b", "a"]}
    try:
        X, names = design_matrix(text, columns)
    except InputError:
        return
    assert X.shape == (3, len(names))


REFUSED = [
    ("~ yaer", "did you mean 'year'?"),
    ("~ gaps", "'gaps' is missing in rows 1, 3, 4"),
    ("~ mixed", "'mixed' holds 'two' in row 1 (counted from 0) among numbers"),
    ("~ log(mixed)", "is no number, so log(mixed) cannot be computed"),
    ("~ same", "'same' is 'a' in every study"),
    ("~ log(zero)", "log(zero) cannot be computed: 'zero' is 0 in row 0"),
    ("~ sin(year)", "calls sin() at character 3; the functions it may call are center(), exp()"),
    ("~ year ? dose", "'?' at character 8"),
    ("~ 3 + year", "the number 3 at character 3"),
]


@pytest.mark.parametrize(("formula", "message"), REFUSED)
def test_messages_name_the_fault_and_the_cure(formula, message):
    with pytest.raises(InputError) as refused:
        design_matrix(formula, COLUMNS)
    assert message in str(refused.value)


def test_a_formula_that_is_no_text():
    with pytest.raises(InputError, match="empty"):
        design_matrix(None, COLUMNS)


def test_columns_of_different_length():
    with pytest.raises(InputError, match="differ in length"):
        design_matrix("~ a + b", {"a": [1, 2], "b": [1, 2, 3]})


def test_too_many_columns():
    many = {name: [f"{name}{i}" for i in range(40)] for name in "ab"}
    with pytest.raises(InputError, match="more than 1000"):
        design_matrix("~ a * b", many)


@pytest.mark.parametrize("given", [None, 1.5, [1, 2], ["a", "b"], "ab", np.zeros((2, 2))])
def test_columns_have_names(given):
    with pytest.raises(InputError, match="give a dictionary of columns, or a data frame"):
        design_matrix("~ a", given)


@pytest.mark.parametrize("given", [3, "abc", np.array(3.0)])
def test_a_column_is_a_list(given):
    with pytest.raises(InputError, match="is not a column"):
        design_matrix("~ a", {"a": given})


def test_pandas_own_missing_value_is_missing():
    with pytest.raises(InputError, match="'a' is missing in row"):
        design_matrix("~ a", {"a": [1, pd.NA, 3]})


def test_columns_without_names_are_listed_as_they_are():
    with pytest.raises(InputError, match="the columns are 0, 1"):
        design_matrix("~ a", pd.DataFrame([[1, 2], [3, 4]]))

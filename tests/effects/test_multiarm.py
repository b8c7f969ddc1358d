"""All pairwise contrasts of arms: figures, corrections, and what carries nothing."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from scipy.special import gamma

from metaan import InputError, contrasts, effect_sizes

TWO_ARMS = {
    "OR": ({"ai": 12, "n1i": 40, "ci": 5, "n2i": 38}, {"events": [12, 5], "n": [40, 38]}),
    "RR": ({"ai": 0, "n1i": 25, "ci": 3, "n2i": 27}, {"events": [0, 3], "n": [25, 27]}),
    "RD": ({"ai": 0, "n1i": 25, "ci": 3, "n2i": 27}, {"events": [0, 3], "n": [25, 27]}),
    "MD": (
        {"m1i": 21.4, "sd1i": 6.2, "n1i": 25, "m2i": 25.9, "sd2i": 7.9, "n2i": 27},
        {"mean": [21.4, 25.9], "sd": [6.2, 7.9], "n": [25, 27]},
    ),
    "SMD": (
        {"m1i": 3.1, "sd1i": 1.2, "n1i": 14, "m2i": 2.2, "sd2i": 0.9, "n2i": 12},
        {"mean": [3.1, 2.2], "sd": [1.2, 0.9], "n": [14, 12]},
    ),
}

ESCALC = {
    ("IRR", (7, 150.5), (12, 140)): (log(7 / 150.5) - log(12 / 140), 1 / 7 + 1 / 12),
    ("IRD", (7, 150.5), (12, 140)): (-0.039202657807309, 0.000921292259467335),
    ("IRD", (0, 90), (4, 95.5)): (-0.041564863292612, 0.000555135922267671),
    ("RD", (0, 25), (3, 27)): (-0.105769230769231, 0.00463167102867547),
    ("RD", (30, 90), (41, 88)): (-0.132575757575758, 0.00529683818789363),
    ("RR", (12, 40), (5, 38)): (0.824175442966349, 0.232017543859649),
    ("RR", (0, 25), (3, 27)): (-1.87180217690159, 2.21153846153846),
}
"""yi and vi of metafor 5.1-12's escalc."""


@pytest.mark.parametrize("measure", TWO_ARMS)
def test_two_arms_are_what_effect_sizes_gives(measure):
    cells, arms = TWO_ARMS[measure]
    expected = effect_sizes(measure, **{name: [value] for name, value in cells.items()})
    found = contrasts(measure, ["s", "s"], ["A", "B"], **arms)
    np.testing.assert_allclose(found.yi, expected.yi, rtol=1e-13)
    np.testing.assert_allclose(found.sei**2, expected.vi, rtol=1e-13)


@pytest.mark.parametrize(("case", "expected"), ESCALC.items())
def test_two_arms_against_escalc(case, expected):
    measure, one, two = case
    size = "time" if measure.startswith("IR") else "n"
    found = contrasts(measure, ["s"] * 2, list("AB"), events=[one[0], two[0]], **{size: [one[1], two[1]]})
    assert (found.yi[0], found.sei[0] ** 2) == pytest.approx(expected, rel=1e-12)


def test_three_arms_give_three_contrasts_in_the_order_of_the_arms():
    found = contrasts("MD", ["s"] * 3, ["B", "A", "C"], mean=[3, 1, 7], sd=[2, 2, 4], n=[4, 4, 16])
    assert (found.treat1, found.treat2) == (("B", "B", "A"), ("A", "C", "C"))
    assert found.yi.tolist() == [2, -4, -6]
    np.testing.assert_allclose(found.sei**2, [2, 2, 2])
    assert (found.measure, found.notes, found.left_out) == ("MD", (), ())


def test_smd_of_three_arms_has_one_sd_and_the_covariance_of_gleser_and_olkin():
    mean, sd, n = [2.0, 3.5, 1.0], [1.5, 2.0, 1.0], [12, 15, 20]
    found = contrasts("SMD", ["s"] * 3, list("ABC"), mean=mean, sd=sd, n=n)
    dof, total = sum(n) - 3, sum(n)
    pooled = sqrt(sum((k - 1) * s**2 for k, s in zip(n, sd, strict=True)) / dof)
    J = gamma(dof / 2) / (sqrt(dof / 2) * gamma((dof - 1) / 2))
    g_ab, g_ac, g_bc = J * -1.5 / pooled, J * 1.0 / pooled, J * 2.5 / pooled
    assert found.yi == pytest.approx([g_ab, g_ac, g_bc], rel=1e-12)
    v_ab, v_ac, v_bc = found.sei**2
    assert v_ab == pytest.approx(1 / 12 + 1 / 15 + g_ab**2 / (2 * total), rel=1e-12)
    assert (v_ab + v_ac - v_bc) / 2 == pytest.approx(1 / 12 + g_ab * g_ac / (2 * total), rel=1e-11)


@pytest.mark.parametrize(
    ("measure", "cells", "of_arm_a"),
    [
        ("OR", {"events": [5, 9, 12], "n": [50, 48, 60]}, 1 / 5 + 1 / 45),
        ("RR", {"events": [5, 9, 12], "n": [50, 48, 60]}, 1 / 5 - 1 / 50),
        ("RD", {"events": [5, 9, 12], "n": [50, 48, 60]}, 5 * 45 / 50**3),
        ("MD", {"mean": [1, 2, 4], "sd": [2, 3, 4], "n": [50, 48, 60]}, 4 / 50),
        ("IRR", {"events": [5, 9, 12], "time": [50, 48, 60]}, 1 / 5),
        ("IRD", {"events": [5, 9, 12], "time": [50, 48, 60]}, 5 / 50**2),
    ],
)
def test_covariance_is_the_variance_of_the_shared_arm(measure, cells, of_arm_a):
    v_ab, v_ac, v_bc = contrasts(measure, ["s"] * 3, list("ABC"), **cells).sei ** 2
    assert (v_ab + v_ac - v_bc) / 2 == pytest.approx(of_arm_a, rel=1e-12)


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
@pytest.mark.parametrize("events", [[0, 4, 6], [20, 4, 6], [0, 0, 6]])
def test_an_empty_cell_adds_one_half_to_every_arm(measure, events):
    found = contrasts(measure, ["s"] * 3, list("ABC"), events=events, n=[20, 30, 40])
    added = [x + 0.5 for x in events]
    expected = contrasts(measure, ["s"] * 3, list("ABC"), events=added, n=[21, 31, 41])
    np.testing.assert_array_equal(found.yi, expected.yi)
    np.testing.assert_array_equal(found.sei, expected.sei)
    assert found.notes == ("study 's': 0.5 added to the cells of every arm, because one of them is 0",)


@pytest.mark.parametrize(
    ("measure", "events", "size", "word"),
    [
        ("OR", [0, 0], "n", "no arm has an event"),
        ("RR", [0, 0], "n", "no arm has an event"),
        ("IRR", [0, 0], "time", "no arm has an event"),
        ("OR", [9, 8], "n", "every participant"),
    ],
)
def test_a_study_that_says_nothing_is_listed(measure, events, size, word):
    found = contrasts(measure, ["s", "s"], ["A", "B"], events=events, **{size: [9, 8]})
    assert (found.study, len(found.yi), len(found.sei)) == ((), 0, 0)
    ((study, reason),) = found.left_out
    assert study == "s"
    assert word in reason


@pytest.mark.parametrize(
    ("measure", "events"), [("RD", [0, 0]), ("IRD", [0, 0]), ("RR", [9, 8]), ("RD", [9, 8])]
)
def test_a_study_that_says_little_stays(measure, events):
    size = "time" if measure == "IRD" else "n"
    found = contrasts(measure, ["s", "s"], ["A", "B"], events=events, **{size: [9, 8]})
    assert found.left_out == ()
    assert np.isfinite(found.yi).all()
    assert (found.sei > 0).all()


def test_double_zero_arms_of_a_larger_study_stay_in():
    found = contrasts("OR", ["s"] * 3, list("ABC"), events=[0, 0, 3], n=[30, 30, 30])
    assert len(found.yi) == 3
    assert found.yi[0] == 0


def test_unusable_arms_and_studies_are_listed_with_their_reasons():
    found = contrasts(
        "RR",
        ["one", "gap", "gap", "gap", "none", "none"],
        ["A", "A", "B", "C", "A", "B"],
        events=[3, 4, None, 6, 0, None],
        n=[30, 40, 50, 60, 0, 8],
    )
    assert (found.study, found.treat1, found.treat2) == (("gap",), ("A",), ("C",))
    assert found.left_out == (("one", "it has only one arm (A)"), ("none", "no arm can be used"))
    assert found.notes[0] == "study 'gap': the arm B is left out: a cell is missing or it has no participants"


@pytest.mark.parametrize(
    ("measure", "sd", "n", "left"),
    [
        ("MD", [0, 0], [9, 9], 1),
        ("MD", [0, 1], [9, 9], 0),
        ("SMD", [0, 0], [9, 9], 1),
        ("SMD", [1, 1], [1, 2], 1),
    ],
)
def test_a_spread_of_nothing_is_no_standard_error(measure, sd, n, left):
    found = contrasts(measure, ["s", "s"], ["A", "B"], mean=[1, 2], sd=sd, n=n)
    assert len(found.left_out) == left
    assert len(found.yi) == 1 - left


def test_huge_numbers_are_left_out_not_infinite():
    found = contrasts("MD", ["s", "s"], ["A", "B"], mean=[1e308, -1e308], sd=[1, 1], n=[9, 9])
    assert found.left_out == (("s", "MD is not defined for its cells"),)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"measure": "XYZ"}, "give one of OR, RR, RD"),
        ({"events": None}, "needs events, n"),
        ({"extra": [1, 2]}, "needs events, n"),
        ({"n": [10]}, "length"),
        ({"study": ["s"]}, "length"),
        ({"events": [11, 1]}, "more than n"),
        ({"events": [-1, 1]}, "negative"),
        ({"events": ["many", 1]}, "not a number"),
        ({"treatment": ["A", "A"]}, "study 's' has more than one arm of A"),
        ({"treatment": ["A", " "]}, "no label"),
        ({"study": ["s", None]}, "no label"),
        ({"study": ["s", float("nan")]}, "no label"),
        ({"study": [], "treatment": [], "events": [], "n": []}, "empty"),
        ({"study": [["s", "s"]]}, "dimensions"),
    ],
)
def test_wrong_input_is_refused_with_the_cure(change, words):
    given = {"measure": "RR", "study": ["s", "s"], "treatment": ["A", "B"], "events": [1, 2], "n": [10, 10]}
    given = {name: value for name, value in (given | change).items() if value is not None}
    with pytest.raises(InputError, match=words):
        contrasts(**given)


def test_rows_of_a_study_need_not_stand_together():
    found = contrasts("RR", ["s", "t", "s", "t"], ["A", "A", "B", "B"], events=[1, 2, 3, 4], n=[9] * 4)
    assert found.study == ("s", "t")
    assert found.yi == pytest.approx([log(1 / 3), log(2 / 4)])


def test_arrays_cannot_be_changed():
    found = contrasts("RR", ["s", "s"], ["A", "B"], events=[1, 2], n=[10, 10])
    assert not found.yi.flags.writeable
    assert not found.sei.flags.writeable

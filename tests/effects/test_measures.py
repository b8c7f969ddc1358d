from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from metaan import InputError, effect_sizes
from metaan.effects.binary import all_events, double_zero
from metaan.effects.measures import MEASURES

TABLE = {"ai": [12, 0], "n1i": [40, 25], "ci": [5, 3], "n2i": [38, 27]}
GROUPS = {"m1i": [21.4], "sd1i": [6.2], "n1i": [25], "m2i": [25.9], "sd2i": [7.9], "n2i": [27]}


def changed(cells, **values):
    return cells | values


def test_the_registry_is_data():
    assert " ".join(MEASURES) == (
        "OR RR RD AS PETO PHI YUQ YUY OR2DN OR2DL MD SMD SMDH SMD1 ROM CVR VR D2ORN D2ORL RPB MN MNLN "
        "IRR IRD IRSD IR IRLN IRS PR PLN PLO PAS PFT COR UCOR ZCOR MC SMCC SMCR ROMC"
    )
    ratios = [row.name for row in MEASURES.values() if row.ratio]
    assert " ".join(ratios) == "OR RR PETO ROM CVR VR D2ORN D2ORL IRR ROMC"
    groups_of_one = [row.name for row in MEASURES.values() if np.isnan(row.null)]
    assert " ".join(groups_of_one) == "MN MNLN IR IRLN IRS PR PLN PLO PAS PFT"
    assert all(row.null == 0 for row in MEASURES.values() if row.name not in groups_of_one)


def test_values_are_frozen():
    found = effect_sizes("RR", **TABLE)
    with pytest.raises(ValueError, match="read-only"):
        found.yi[0] = 1
    assert found.measure == "RR"


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_non_events_and_totals_are_the_same_table(measure):
    by_total = effect_sizes(measure, **TABLE)
    by_others = effect_sizes(measure, ai=[12, 0], bi=[28, 25], ci=[5, 3], di=[33, 24])
    mixed = effect_sizes(measure, ai=[12, 0], bi=[28, 25], n1i=[40, 25], ci=[5, 3], n2i=[38, 27])
    for other in (by_others, mixed):
        np.testing.assert_array_equal(other.yi, by_total.yi)
        np.testing.assert_array_equal(other.vi, by_total.vi)


def test_corrections_are_noted_by_study():
    assert effect_sizes("OR", **TABLE).notes == ("study 2: 0.5 added to all four cells",)
    both = ("study 1: 0.1 added to all four cells", "study 2: 0.1 added to all four cells")
    assert effect_sizes("OR", **TABLE, add=0.1, to="all").notes == both
    assert effect_sizes("OR", **TABLE, add=0.1, to="if0all").notes == both
    without_zero = changed(TABLE, ai=[12, 1])
    assert effect_sizes("OR", **without_zero, to="if0all").notes == ()


def test_a_double_zero_study_follows_escalc():
    """escalc() keeps it under to = "only0": half an event in each arm.

    Equal arms give log OR 0 with variance 2/0.5 + 2/10.5.
    """
    found = effect_sizes("OR", ai=[0], n1i=[10], ci=[0], n2i=[10])
    assert found.yi[0] == 0
    assert found.vi[0] == pytest.approx(2 / 0.5 + 2 / 10.5)
    assert found.notes == ("study 1: 0.5 added to all four cells",)


def test_without_addition_a_zero_has_no_ratio():
    for options in ({"to": "none"}, {"add": 0}):
        found = effect_sizes("RR", **TABLE, **options)
        assert np.isnan([found.yi[1], found.vi[1]]).all()
        assert found.yi[0] == pytest.approx(log((12 / 40) / (5 / 38)))
        assert found.notes == ("study 2: RR is not defined for its cells: it needs an event in each arm",)


def test_who_has_no_events_or_only_events():
    assert double_zero([0, 0, 1], [0, 1, 0]).tolist() == [True, False, False]
    assert all_events([3, 3], [3, 4], [5, 5], [5, 5]).tolist() == [True, False]


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_a_missing_cell_leaves_the_others_alone(measure):
    whole = effect_sizes(measure, **TABLE)
    found = effect_sizes(measure, **changed(TABLE, n2i=[None, 27]))
    assert np.isnan([found.yi[0], found.vi[0]]).all()
    assert (found.yi[1], found.vi[1]) == (whole.yi[1], whole.vi[1])
    assert found.notes[0] == "study 1: a cell is missing, so there is no effect"


def test_an_empty_arm_has_no_effect():
    found = effect_sizes("RD", **changed(TABLE, ai=[0, 0], n1i=[0, 25]))
    assert np.isnan(found.yi[0])
    assert found.notes[0] == "study 1: an arm has no participants, so there is no effect"


def test_a_missing_study_adds_nothing_to_others():
    """A table that cannot be used does not count as one with a zero cell."""
    cells = {"ai": [None, 5], "n1i": [10, 10], "ci": [0, 3], "n2i": [10, 10]}
    assert effect_sizes("OR", **cells, to="if0all").notes == (
        "study 1: a cell is missing, so there is no effect",
    )


def test_smd_by_hand():
    """Hedges' g with J = 1 - 3/(4m - 1), an approximation good to 1e-4 at m = 50."""
    found = effect_sizes("SMD", **GROUPS)
    pooled = sqrt((24 * 6.2**2 + 26 * 7.9**2) / 50)
    assert found.yi[0] == pytest.approx((21.4 - 25.9) / pooled * (1 - 3 / 199), rel=1e-4)


def test_smd_needs_degrees_of_freedom():
    found = effect_sizes("SMD", **changed(GROUPS, n1i=[1], n2i=[1]))
    assert np.isnan([found.yi[0], found.vi[0]]).all()
    assert found.notes[0].startswith("study 1: SMD is not defined for its cells: it needs at least 4")


@pytest.mark.parametrize("measure", ["MD", "SMD"])
def test_two_constant_groups_have_no_variance(measure):
    found = effect_sizes(measure, **changed(GROUPS, sd1i=[0], sd2i=[0]))
    assert np.isnan([found.yi[0], found.vi[0]]).all()
    assert found.notes == ("study 1: both standard deviations are 0, so there is no effect",)


def test_one_constant_group_is_allowed():
    found = effect_sizes("MD", **changed(GROUPS, sd1i=[0]))
    assert found.vi[0] == pytest.approx(7.9**2 / 27)


@pytest.mark.parametrize(
    ("measure", "cells", "said"),
    [
        ("XX", TABLE, r"measure = 'XX' is not known; the measures are OR, RR, RD, AS, PETO"),
        ("or", TABLE, "measure = 'or' is not known"),
        ("RR", changed(TABLE, ai=[41, 0]), r"ai\[0\] = 41 is more than n1i"),
        ("RR", changed(TABLE, ci=[5, 28]), r"ci\[1\] = 28 is more than n2i"),
        ("RR", changed(TABLE, ai=[-1, 0]), r"ai\[0\] = -1 is negative"),
        ("RR", changed(TABLE, n1i=[-40, 25]), r"n1i\[0\] = -40 is negative"),
        ("RR", changed(TABLE, ai=["12", "0"]), r"ai\[0\] = '12' is not a number"),
        ("RR", changed(TABLE, ai=[np.inf, 0]), r"ai\[0\] = inf is infinite"),
        ("RR", changed(TABLE, ai=[1, 2, 3]), "ai 3, n1i 2"),
        ("RR", changed(TABLE, bi=[1, 25]), r"n1i\[0\] = 40 is not ai \+ bi"),
        ("RR", {"ai": [1], "n1i": [2]}, "give ci with n2i, or ci with di"),
        ("RR", {"ai": [1], "ci": [2]}, "give ai with n1i, or ai with bi"),
        ("RR", {}, "RR needs the cells"),
        ("RR", GROUPS, "RR does not use m1i"),
        ("MD", TABLE, "MD does not use ai"),
        ("MD", {"m1i": [1]}, "sd1i, n1i, m2i, sd2i, n2i not given"),
        ("MD", changed(GROUPS, sd1i=[-1]), r"sd1i\[0\] = -1 is negative"),
        ("MD", changed(GROUPS, n2i=[-1]), r"n2i\[0\] = -1 is negative"),
        ("SMD", changed(GROUPS, m1i=[1, 2]), "m1i 2"),
    ],
)
def test_what_cannot_be_asked(measure, cells, said):
    with pytest.raises(InputError, match=said):
        effect_sizes(measure, **cells)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"add": -1}, "add = -1"),
        ({"add": float("nan")}, "add = nan"),
        ({"to": "some"}, "give one of only0, all, if0all, none"),
        ({"vtype": "AV"}, "give one of LS, UB"),
    ],
)
def test_unknown_options(options, said):
    with pytest.raises(InputError, match=said):
        effect_sizes("OR", **TABLE, **options)


def test_huge_counts_overflow_into_nothing():
    found = effect_sizes("RR", ai=[1e300], n1i=[1e301], ci=[1e300], n2i=[1e301])
    assert found.yi[0] == 0
    assert np.isfinite(found.vi[0])

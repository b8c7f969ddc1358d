from __future__ import annotations

from math import inf, isnan

import numpy as np
import pytest

from metaan import InputError, pool, subgroups

YI = [0.1, 0.5, 0.4, 0.9, 0.3, 1.2]
VI = [0.02, 0.03, 0.04, 0.02, 0.05, 0.06]
GROUPS = ["b", "a", "b", "a", "b", "a"]


@pytest.mark.parametrize("method", ["EE", "DL", "REML", "SJ"])
@pytest.mark.parametrize("test", ["z", "t", "hksj", "adhoc"])
def test_each_group_is_its_own_pooling(method, test):
    found = subgroups(YI, VI, GROUPS, method=method, test=test)
    assert found.names == ("a", "b")
    for name, group in zip(found.names, found.groups, strict=True):
        members = [i for i, g in enumerate(GROUPS) if g == name]
        own = pool([YI[i] for i in members], [VI[i] for i in members], method=method, test=test)
        assert (group.estimate, group.ci, group.tau2) == (own.estimate, own.ci, own.tau2)
    assert found.overall.estimate == pool(YI, VI, method=method, test=test).estimate
    assert isnan(found.tau2)


def test_between_groups_from_their_estimates():
    found = subgroups(YI, VI, GROUPS, test="z")
    (a, b) = found.groups
    assert found.Q_between == pytest.approx((a.estimate - b.estimate) ** 2 / (a.se**2 + b.se**2))
    assert found.Q_between_dof == (1.0, inf)


def test_a_group_of_one_is_the_study():
    found = subgroups(YI, VI, [*"aabb", "c", "a"])
    alone = found.groups[2]
    assert (alone.k, alone.estimate, alone.se) == (1, pytest.approx(0.3), pytest.approx(0.05**0.5))
    assert 0 <= found.Q_between_pvalue <= 1
    shared = subgroups(YI, VI, [*"aabb", "c", "a"], common_tau2=True)
    assert shared.groups[2].estimate == pytest.approx(0.3)
    assert shared.groups[2].tau2 == shared.tau2
    assert "all groups together" in shared.groups[2].notes[0]


def test_a_common_tau2_is_everybody_s():
    found = subgroups(YI, VI, GROUPS, method="SJ", test="z", common_tau2=True)
    for name, group in zip(found.names, found.groups, strict=True):
        members = np.array(GROUPS) == name
        w = 1 / (np.array(VI)[members] + found.tau2)
        assert group.tau2 == found.tau2
        assert group.estimate == pytest.approx(np.average(np.array(YI)[members], weights=w))
        assert group.se == pytest.approx(w.sum() ** -0.5)
        np.testing.assert_allclose(group.weights, w / w.sum())
        reach = 1.959963984540054 * np.sqrt(found.tau2 + group.se**2)
        assert group.prediction[1] - group.estimate == pytest.approx(reach)


def test_one_group_has_no_test():
    for common in (False, True):
        found = subgroups(YI, VI, ["all"] * 6, common_tau2=common)
        assert isnan(found.Q_between)
        assert isnan(found.Q_between_pvalue)
        assert "one group" in found.notes[0]
        assert found.groups[0].estimate == found.overall.estimate


def test_every_group_alone():
    for common in (False, True):
        found = subgroups(YI, VI, list("abcdef"), common_tau2=common)
        assert all(group.k == 1 for group in found.groups)
        assert found.Q_between_pvalue == pytest.approx(found.Q_between_common_pvalue)
        assert isnan(found.tau2)


def test_equal_effects_in_a_group_leave_no_test():
    found = subgroups([0.2, 0.2, 0.5, 0.9], [0.1] * 4, list("aabb"))
    assert isnan(found.Q_between_pvalue)
    assert "no width" in found.notes[0]


def test_groups_are_sorted_and_kept_as_they_are():
    assert subgroups(YI, VI, [10, 2, 10, 2, 10, 2]).names == (2, 10)
    assert subgroups(YI, VI, np.array([True, False] * 3)).names == (False, True)
    assert subgroups(YI, VI, ["x", 2, "x", 2, "x", 2]).names == (2, "x")


REFUSED = [
    (["a", None, "a", "", "b", float("nan")], "missing at position 1, 3, 5"),
    (["a", "b"], "2 groups for 6 studies"),
    ("aabbab", "single text"),
    ([("a",)] * 6, "which is no name"),
]


@pytest.mark.parametrize(("groups", "message"), REFUSED)
def test_bad_groups_are_named(groups, message):
    with pytest.raises(InputError) as refused:
        subgroups(YI, VI, groups)
    assert message in str(refused.value)


def test_bad_effects_are_pooling_s_to_refuse():
    with pytest.raises(InputError, match=r"vi\[0\] = -1"):
        subgroups([1, 2], [-1, 1], ["a", "b"])
    with pytest.raises(InputError, match="method = 'XX'"):
        subgroups(YI, VI, GROUPS, method="XX", common_tau2=True)


def test_a_single_study_may_be_given_as_numbers():
    found = subgroups(0.3, 0.04, ["a"])
    assert found.names == ("a",)
    assert found.groups[0].estimate == 0.3
    assert found.groups[0].se == pytest.approx(0.2)


@pytest.mark.parametrize("given", ["no", 1, None, np.array([True, False])])
def test_a_common_tau2_is_asked_for_with_yes_or_no(given):
    with pytest.raises(InputError, match="common_tau2 = "):
        subgroups(YI, VI, GROUPS, common_tau2=given)

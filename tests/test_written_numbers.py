"""What is written of a number, and what is taken for rounding residue."""

from __future__ import annotations

from math import inf, nan

import pytest

from metaan.format import canonical, interval_digits, shown_scale, total_variance, without_residue


@pytest.mark.parametrize("value", [6.2e-13, -3e-40, 1e-300, 5e-324])
def test_a_small_number_is_written(value):
    assert canonical(value) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_residue_is_told_by_its_scale_whatever_the_unit(unit):
    assert canonical(1e-17 * unit, scale=0.1 * unit) == 0.0
    assert canonical(-1e-17 * unit, scale=0.1 * unit) == 0.0
    assert canonical(1e-9 * unit, scale=0.1 * unit) == pytest.approx(1e-9 * unit)


def test_an_unknown_scale_cuts_nothing():
    assert without_residue(1e-17, nan) == without_residue(1e-17, 0.0) == 1e-17
    assert canonical(nan, scale=1.0) is canonical(inf, scale=1.0) is None


def test_a_small_ratio_is_no_residue():
    assert shown_scale(0.2, "OR") == 0.0
    assert shown_scale(0.2, "RD") == 0.2


def test_any_between_study_variance_without_a_share_is_residue():
    assert without_residue(1e-40, total_variance(1e-40, 0.0)) == 0.0
    assert without_residue(1e-40, total_variance(1e-40, 0.75)) == 1e-40
    assert without_residue(nan, total_variance(nan, nan)) != 0.0


def test_digits_follow_the_narrowest_interval():
    assert interval_digits([0.0, nan, inf, 4e-4, 2.0], "MD") == 5
    assert interval_digits([1e-30], "MD") == 8
    assert interval_digits([], "MD") == interval_digits([123.0], "MD") == interval_digits([1e-4], "RR") == 2

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

from metaan.roots import bracketed_root, falls_through_zero, geometric_grid, highest_mode

LAST_PLACES = 1e-13


@pytest.mark.parametrize(
    ("function", "low", "high", "root"),
    [
        (lambda x: x**3 - 8, -10.0, 50.0, 2.0),
        (lambda x: exp(x) - 1e5, -100.0, 100.0, log(1e5)),
        (lambda x: 1 / x - 1e-9, 1e-12, 1e12, 1e9),
        (lambda x: x - 1e-30, 0.0, 1.0, 1e-30),
        (lambda x: 1.0 if x < 0.3 else -1.0, 0.0, 1.0, 0.3),
    ],
)
def test_root_to_the_last_places(function, low, high, root):
    assert bracketed_root(function, low, high) == pytest.approx(root, rel=LAST_PLACES, abs=0)
    assert bracketed_root(function, high, low) == pytest.approx(root, rel=LAST_PLACES, abs=0)


def test_root_at_an_end():
    assert bracketed_root(lambda x: x, 0.0, 1.0) == 0.0
    assert bracketed_root(lambda x: x - 1, 0.0, 1.0) == 1.0


def test_an_empty_bracket_is_its_own_root():
    assert bracketed_root(lambda x: x - 5, 2.0, 2.0) == 2.0


def test_without_a_change_of_sign_the_nearer_end_is_given():
    assert bracketed_root(lambda x: x + 1, 0.0, 1.0) == 0.0
    assert bracketed_root(lambda x: -x - 1, 1.0, 0.0) == 0.0


def test_few_evaluations():
    calls = []

    def function(x):
        calls.append(x)
        return x**2 - 2

    bracketed_root(function, 1.0, 2.0)
    assert len(calls) <= 12


def test_grid_holds_its_ends_exactly():
    grid = geometric_grid(0.0, 0.3, offset=1e-4, points=40)
    assert grid[0] == 0.0
    assert grid[-1] == 0.3
    ratios = (grid[1:] + 1e-4) / (grid[:-1] + 1e-4)
    np.testing.assert_allclose(ratios, ratios[0])


def test_falls_are_counted_once():
    assert falls_through_zero(np.array([2.0, 0.0, 1.0, -1.0, -2.0, 1.0])) == [0, 2]
    assert falls_through_zero(np.array([-1.0, -2.0])) == []


def test_the_boundary_is_a_mode_where_the_score_is_not_positive():
    grid = np.linspace(0.0, 1.0, 5)
    assert highest_mode(lambda x: -x, lambda x: -x * x, grid, -grid) == 0.0


def test_of_two_modes_the_higher_one():
    def height(x):
        return -((x - 1) ** 2) * ((x - 3) ** 2) + 0.1 * x

    def slope(x):
        return -2 * (x - 1) * (x - 3) * (2 * x - 4) + 0.1

    grid = np.linspace(0.0, 5.0, 51)
    found = highest_mode(slope, height, grid, slope(grid))
    dense = np.linspace(0.0, 5.0, 500_001)
    assert found == pytest.approx(dense[height(dense).argmax()], abs=1e-5)
    assert found > 2


def test_a_likelihood_that_rises_to_the_end_has_its_mode_there():
    grid = np.linspace(0.0, 1.0, 5)
    assert highest_mode(lambda x: 1.0 + x, lambda x: x + x * x / 2, grid, 1.0 + grid) == 1.0

"""Symbols that can be told apart without colour."""

from __future__ import annotations

from itertools import pairwise

import pytest

from metaan.figures.symbols import DISTINCT, symbol, symbol_shape


def test_symbols_differ_until_they_begin_again():
    assert len({symbol(i) for i in range(DISTINCT)}) == DISTINCT
    assert symbol(DISTINCT) == symbol(0)
    assert all(a.form != b.form for a, b in pairwise(symbol(i) for i in range(DISTINCT)))


@pytest.mark.parametrize("number", range(7))
def test_a_symbol_surrounds_its_place_and_all_look_equally_large(number):
    points = symbol_shape(symbol(number), 50.0, 20.0, 4.0).points
    doubled = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise((*points, points[0])))
    assert 4.0**2 * 1.5 < abs(doubled) / 2 < 4.0**2 * 3.4
    for axis, middle in ((0, 50.0), (1, 20.0)):
        low, high = min(p[axis] for p in points), max(p[axis] for p in points)
        assert low < middle < high
        assert high - low < 4.0 * 2.8

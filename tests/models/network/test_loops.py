"""Closed triangles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from metaan import InputError, bucher, bucher_indirect, network, split_nodes

TRIANGLE = [("a", "A", "B", 0.5, 0.2), ("b", "B", "C", 0.2, 0.25), ("c", "A", "C", 0.45, 0.3)]
INSIDE = [("s", "A", "B", 1.0, 0.3), ("s", "B", "C", 1.0, 0.4), ("s", "A", "C", 2.0, 0.5)]


def fit_rows(rows, **options):
    return network(*(list(column) for column in zip(*rows, strict=True)), **options)


def test_a_triangle_by_hand():
    (loop,) = bucher(fit_rows(TRIANGLE, method="EE"))
    assert loop.treatments == ("A", "B", "C")
    assert (loop.direct, loop.direct_se) == (0.5, pytest.approx(0.2))
    assert (loop.indirect, loop.indirect_se) == pytest.approx((0.25, np.sqrt(0.09 + 0.0625)))
    assert (loop.difference, loop.difference_se) == pytest.approx((0.25, 0.4387482194))
    assert (loop.low, loop.high) == pytest.approx(norm.interval(0.95, 0.25, 0.4387482194))
    assert loop.pvalue == pytest.approx(2 * norm.sf(0.25 / 0.4387482194))
    assert loop.independent
    assert loop.notes == ()


def test_in_a_lone_triangle_it_is_node_splitting():
    fit = fit_rows(TRIANGLE)
    (loop,), row = bucher(fit), split_nodes(fit)[0]
    assert (loop.indirect, loop.indirect_se) == pytest.approx((row.indirect, row.indirect_se))
    assert loop.pvalue == pytest.approx(row.pvalue)


def test_the_interval_has_the_networks_level():
    (loop,) = bucher(fit_rows(TRIANGLE, level=0.5))
    assert loop.high - loop.low == pytest.approx(2 * norm.ppf(0.75) * loop.difference_se)


def test_a_study_on_every_side_is_named():
    (loop,) = bucher(fit_rows([*TRIANGLE, *INSIDE]))
    assert not loop.independent
    assert loop.notes[0].startswith("study 's': evidence on every side comes from the same study")
    assert np.isfinite(loop.pvalue)


def test_the_loop_within_studies_says_nothing():
    twice = [("t", *rest) for _, *rest in INSIDE]
    for rows in (INSIDE, [*INSIDE, *twice]):
        (loop,) = bucher(fit_rows(rows))
        assert np.isnan([loop.difference, loop.difference_se, loop.low, loop.high, loop.pvalue]).all()
        assert loop.notes[0].startswith("nothing to compare: every study of this loop compares all three")
        assert not loop.independent


def test_a_square_has_no_triangle():
    assert bucher(fit_rows([*TRIANGLE[:2], ("c", "C", "D", 1, 1), ("d", "A", "D", 1, 1)])) == ()


def test_loops_of_every_component():
    other = [(s + "x", one + "x", two + "x", y, se) for s, one, two, y, se in TRIANGLE]
    found = bucher(fit_rows([*TRIANGLE, *other]))
    assert [loop.treatments for loop in found] == [("A", "B", "C"), ("Ax", "Bx", "Cx")]


def test_all_four_triangles_of_four_treatments():
    pairs = ["AB", "AC", "AD", "BC", "BD", "CD"]
    fit = fit_rows([(pair, *pair, 0.1 * i, 0.3) for i, pair in enumerate(pairs)])
    assert [loop.treatments for loop in bucher(fit)] == [
        tuple("ABC"),
        tuple("ABD"),
        tuple("ACD"),
        tuple("BCD"),
    ]


def test_indirect_by_hand():
    assert bucher_indirect(1.0, 3.0, 0.25, 4.0) == (0.75, 5.0)
    assert bucher_indirect(np.float64(1), 3, np.int64(1), 4) == (0.0, 5.0)


def test_all_faults_at_once():
    with pytest.raises(InputError) as raised:
        bucher_indirect(float("nan"), 0.0, "x", -1)
    for name in ("d_ab = nan", "se_ab = 0.0", "d_cb = 'x'", "se_cb = -1"):
        assert name in str(raised.value)

"""The contributions as a heat map."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from metaan.errors import CannotDraw
from metaan.figures.contribution_heat import contribution_heat, layout_contribution_heat
from metaan.results.contribution import Contributions
from metaan.results.frozen import frozen

OPTIONS = {"names": {"a": "Aspirin", "c": "Codeine <b>"}, "outcome": "Pain"}


def contributions_of(nodes="abc", sources=("a:b", "a:c"), shares=((1, 0), (0, 1), (0.004, 0.996)), **more):
    """Made-up shares; a pair that no source compares has no direct evidence."""
    pairs = tuple(combinations(nodes, 2))
    direct = [float(":".join(pair) in sources) for pair in pairs]
    options = {"of": "comparisons", "method": "shortestpath", "model": "random"} | more
    return Contributions(
        pairs=pairs,
        sources=tuple(sources),
        shares=frozen(shares),
        proportion_direct=frozen(direct),
        **options,
    )


def many(nodes, columns):
    sources = [f"{a}:{b}" for a, b in combinations(nodes, 2)][:columns]
    rows = len(nodes) * (len(nodes) - 1) // 2
    return contributions_of(nodes, sources, np.full((rows, columns), 1 / columns))


def texts(layout):
    return [words.text for words in layout.sheet.words]


def in_cells(layout):
    found = {}
    for cell in layout.cells:
        left, top, right, bottom = cell.box
        found[cell.row, cell.column] = [
            w.text for w in layout.sheet.words if left < w.x < right and top < w.y < bottom and not w.turned
        ]
    return found


def test_direct_estimates_stand_above_indirect_ones():
    said = texts(layout_contribution_heat(contributions_of("bac", ("b:a", "a:c")), **OPTIONS))
    places = [
        said.index(t) for t in ("b versus Aspirin", "Aspirin versus Codeine <b>", "b versus Codeine <b>")
    ]
    assert places == sorted(places)
    assert {"Estimates with direct evidence", "Indirect estimates"} <= set(said)


def test_cells_show_percent_blank_where_nothing_and_less_than_one():
    shown = in_cells(layout_contribution_heat(contributions_of(), **OPTIONS))
    assert shown == {
        (0, 0): ["100"], (0, 1): [], (1, 0): [], (1, 1): ["100"], (2, 0): ["<1"], (2, 1): ["100"],
    }  # fmt: skip


def test_more_is_darker():
    shares = [[0.1, 0.9], [0.4, 0.6], [0.2, 0.8]]
    layout = layout_contribution_heat(contributions_of(shares=shares), **OPTIONS)
    left, top = layout.cells[0].box[:2]
    shade = {s.points[0]: int(s.fill[1:3], 16) for s in layout.sheet.shapes}
    assert shade[left, top] > shade[layout.cells[1].box[:2]]


def test_columns_are_comparisons_or_studies():
    by_study = contributions_of(sources=("Smith: 2001", "Jones in 2002"), of="studies")
    said = texts(layout_contribution_heat(by_study, **OPTIONS))
    assert {"Smith: 2001", "Jones in 2002", "Study (%)"} <= set(said)
    assert "Aspirin:b" in texts(layout_contribution_heat(contributions_of(), **OPTIONS))


def test_where_all_are_too_many_those_versus_the_reference_are_shown():
    large = many("abcdefghijklmnopqrst", 40)
    layout = layout_contribution_heat(large, **OPTIONS, reference="c")
    assert len(layout.cells) == 19 * 40
    said = " ".join(texts(layout))
    assert "Only the estimates versus Codeine <b> are shown: all 190 are more than can be read" in said
    assert "Aspirin versus Codeine <b>" in texts(layout)
    assert "d versus Codeine <b>" in texts(layout)
    small = layout_contribution_heat(contributions_of(), **OPTIONS, reference="c")
    assert len(small.cells) == 6


def test_words():
    drawing = contribution_heat(contributions_of(), id="c", **OPTIONS)
    assert drawing.alt == (
        "Contributions: Pain. 3 network estimates, 1 of them only indirect, from 2 direct comparisons."
    )
    assert "b versus Codeine <b>: Aspirin:b 0.4%, Aspirin:Codeine <b> 99.6%; direct evidence 0%." in (
        drawing.description
    )


def test_what_cannot_be_drawn_says_why():
    with pytest.raises(
        CannotDraw, match="190 estimates from 40 direct comparisons are more than can be read"
    ):
        contribution_heat(many("abcdefghijklmnopqrst", 40), id="c", **OPTIONS)
    wide = contributions_of(
        sources=[f"s{i}" for i in range(71)], shares=np.full((3, 71), 1 / 71), of="studies"
    )
    with pytest.raises(CannotDraw, match="from 71 studies"):
        contribution_heat(wide, id="c", **OPTIONS)
    with pytest.raises(CannotDraw, match="no network estimate to show"):
        contribution_heat(contributions_of("a", (), np.empty((0, 0))), id="c", **OPTIONS)
    with pytest.raises(CannotDraw, match="no network estimate to show"):
        contribution_heat(many("abcdefghijklmnopqrst", 40), id="c", **OPTIONS, reference="nobody")

"""The league table as a heat map."""

from __future__ import annotations

from dataclasses import replace
from math import exp, nan

import numpy as np
import pytest

from metaan.errors import CannotDraw
from metaan.figures.colours import ink_on
from metaan.figures.drawing import render
from metaan.figures.league_heat import layout_league_heat, league_heat
from metaan.results.frozen import frozen

NODES = ["pla", "car", "met", "ibu"]
OPTIONS = {
    "measure": "RR",
    "direction": "lower_better",
    "names": {"pla": "Placebo", "car": "Carisoprodol", "ibu": "Ibuprofen <b>"},
    "outcome": "Drowsiness",
}


def with_direct(network, direct):
    """Keep the direct estimates of these pairs only; 0.1 above the network's, so that they differ."""
    matrix = np.full(network.estimate.shape, nan)
    for a, b in direct:
        i, j = network.treatments.index(a), network.treatments.index(b)
        matrix[i, j], matrix[j, i] = network.estimate[i, j] + 0.1, network.estimate[j, i] - 0.1
    return replace(network, direct_estimate=frozen(matrix))


@pytest.fixture
def network(make_network):
    fit = make_network(NODES, [0, -0.4, 0.3, 0.1], [["pla", "car", "met"], ["ibu"]])
    return with_direct(fit, [("pla", "car")])


def texts(layout):
    return [words.text for words in layout.sheet.words]


def inside(layout, row, column):
    """Texts and fill of a cell, found by where they stand."""
    (cell,) = (c for c in layout.cells if (c.row, c.column) == (row, column))
    left, top, right, bottom = cell.box
    words = [w for w in layout.sheet.words if left <= w.box[0] and w.box[2] <= right and top <= w.y <= bottom]
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    fills = [shape.fill for shape in layout.sheet.shapes if shape.points == corners]
    return [w.text for w in words], fills[0] if fills else None


def test_below_is_the_network_and_above_the_direct_estimate_row_versus_column(network):
    layout = layout_league_heat(network, **OPTIONS, order=["pla", "car", "met"])
    car_pla, direct = inside(layout, 1, 0)[0], inside(layout, 0, 1)[0]
    assert car_pla[0] == f"{exp(-0.4):.2f}"
    assert direct[0] == f"{exp(0.4 + 0.1):.2f}"
    assert inside(layout, 0, 2)[0] == []
    assert inside(layout, 2, 0)[0][0] == f"{exp(0.3):.2f}"
    assert inside(layout, 3, 0)[0] == ["not", "connected"]


def test_blue_is_where_the_row_does_better(network):
    lower = layout_league_heat(network, **OPTIONS)
    higher = layout_league_heat(network, **{**OPTIONS, "direction": "higher_better"})

    def blueness(layout, row, column):
        fill = inside(layout, row, column)[1]
        return int(fill[5:7], 16) - int(fill[1:3], 16)

    assert blueness(lower, 1, 0) > 0 > blueness(higher, 1, 0)
    assert blueness(lower, 2, 0) < 0 < blueness(higher, 2, 0)


def test_the_key_runs_from_low_to_high_and_says_whom_each_end_favours(network):
    for direction, ends in (("lower_better", ("row", "column")), ("higher_better", ("column", "row"))):
        layout = layout_league_heat(network, **{**OPTIONS, "direction": direction})
        first, second = (w for w in layout.sheet.words if w.text.startswith("Favours"))
        assert first.box[0] < second.box[0]
        assert (ends[0] in first.text, ends[1] in second.text) == (True, True)


def test_the_order_is_the_given_one_and_is_named(network):
    layout = layout_league_heat(network, **OPTIONS, order=["met", "gone", "met"], ordered_by="P-score")
    named = [t for t in texts(layout) if t in ("met", "car", "Carisoprodol", "Placebo", "Ibuprofen <b>")]
    assert list(dict.fromkeys(named)) == ["met", "Placebo", "Carisoprodol", "Ibuprofen <b>"]
    assert "Ordered by P-score." in texts(layout)


def test_the_orientation_stands_above(network):
    said = " ".join(texts(layout_league_heat(network, **OPTIONS)))
    assert "Every cell is the row's treatment versus the column's treatment: risk ratio (95% CI)." in said
    assert "Below the diagonal stands the network estimate, above it the direct estimate" in said


def test_text_contrasts_with_its_cell(network):
    layout = layout_league_heat(network, **OPTIONS)
    for cell in layout.cells:
        words, fill = inside(layout, cell.row, cell.column)
        if words and fill:
            shown = [w for w in layout.sheet.words if w.text == words[0] and w.size == 9.0]
            assert ink_on(fill) in {w.colour for w in shown}


@pytest.mark.parametrize("scale", [1e-4, 1.0, 30.0, 1e4])
def test_effects_of_any_size_make_a_tidy_sheet(scale, make_network, assert_tidy):
    effects = [0, -0.4 * scale, 0.3 * scale, 1.1 * scale]
    options = {**OPTIONS, "measure": "MD"}
    assert_tidy(layout_league_heat(make_network(NODES, effects, [NODES]), **options).sheet)


def test_words(network):
    drawing = league_heat(network, id="l", **OPTIONS)
    assert drawing.alt == (
        "League table heat map: Drowsiness. 4 treatments, 3 network estimates, 1 of them also direct."
    )
    assert "Carisoprodol: versus Placebo 0.67 (" in drawing.description
    assert "versus Ibuprofen <b> not connected" in drawing.description
    assert render(drawing, "svg") == render(league_heat(network, id="l", **OPTIONS), "svg")


def test_what_cannot_be_drawn_says_why(make_network):
    def fit(nodes, parts):
        return make_network(nodes, [0.1 * i for i in range(len(nodes))], parts)

    two = fit(["a", "b"], [["a", "b"]])
    with pytest.raises(CannotDraw, match="at least three treatments, and this network has 2"):
        league_heat(two, id="l", **OPTIONS)
    many = [f"t{i}" for i in range(31)]
    with pytest.raises(CannotDraw, match="31 treatments make more cells than can be read"):
        league_heat(fit(many, [many]), id="l", **OPTIONS)
    apart = fit(["a", "b", "c"], [["a"], ["b"], ["c"]])
    nothing = frozen(np.where(np.eye(3), 0, nan))
    with pytest.raises(CannotDraw, match="no two treatments are connected"):
        league_heat(replace(apart, estimate=nothing, direct_estimate=nothing), id="l", **OPTIONS)

"""The net heat plot."""

from __future__ import annotations

import numpy as np
import pytest

from metaan.errors import CannotDraw
from metaan.figures.net_heat_plot import layout_net_heat, net_heat_plot
from metaan.results.frozen import frozen
from metaan.results.inconsistency import NetHeat

ROWS = ("a:b", "a:c", "b:c in a:b:c")
WEIGHTS = [[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.0, 0.4, 0.6]]
CHANGE = [[2.0, 1.0, -0.5], [1.0, 3.0, -2.0], [0.0, -2.0, 0.1]]
NAMES = {"a": "Aspirin", "b": "Placebo <&>"}
OPTIONS = {"names": NAMES, "outcome": "Pain"}


def heat_of(rows=ROWS, weights=WEIGHTS, change=CHANGE, notes=()):
    return NetHeat(
        rows=tuple(rows),
        contribution=frozen(weights),
        change=frozen(change),
        Q=frozen(np.diag(np.reshape(change, (len(rows), -1))) if len(rows) else []),
        model="random",
        notes=notes,
    )


def fills(layout):
    boxes = {}
    for cell in layout.cells:
        left, top, right, bottom = cell.box
        boxes[(left, top), (right, top), (right, bottom), (left, bottom)] = cell.row, cell.column
    return {boxes[s.points]: s.fill for s in layout.sheet.shapes if s.points in boxes and s.layer == 1}


def test_the_area_of_a_square_is_the_weight():
    layout = layout_net_heat(heat_of(), **OPTIONS)
    sides = np.array([cell.side for cell in layout.cells]).reshape(3, 3)
    np.testing.assert_allclose(sides**2 / sides[0, 0] ** 2 * WEIGHTS[0][0], WEIGHTS)


def test_no_square_leaves_its_cell():
    full = layout_net_heat(heat_of(weights=np.full((3, 3), 1.4)), **OPTIONS)
    for cell in full.cells:
        assert 0 < cell.side <= min(cell.box[2] - cell.box[0], cell.box[3] - cell.box[1])
    note = "A weight above 100% is drawn as 100%."
    assert note in [words.text for words in full.sheet.words]
    assert note not in [words.text for words in layout_net_heat(heat_of(), **OPTIONS).sheet.words]


def test_orange_and_plus_is_where_inconsistency_falls_blue_and_minus_where_it_rises():
    layout = layout_net_heat(heat_of(), **OPTIONS)
    found = fills(layout)
    signs = {}
    for words in layout.sheet.words:
        for cell in layout.cells:
            left, top, right, bottom = cell.box
            if words.text in "+−" and left < words.x < right and top < words.y < bottom:
                signs[cell.row, cell.column] = words.text
    for i, row in enumerate(CHANGE):
        for j, change in enumerate(row):
            red, blue = int(found[i, j][1:3], 16), int(found[i, j][5:7], 16)
            if abs(change) >= 0.3:
                assert (red > blue) == (change > 0)
                assert signs[i, j] == ("+" if change > 0 else "−")
            else:
                assert (i, j) not in signs


def test_designs_have_printed_names_on_both_axes():
    said = [words.text for words in layout_net_heat(heat_of(), **OPTIONS).sheet.words]
    assert said.count("Aspirin:Placebo <&>") == 2
    assert "Design that is detached" in said


def test_words():
    drawing = net_heat_plot(heat_of(), id="h", **OPTIONS)
    assert "the largest change is 3.00, of Aspirin:c when Aspirin:c is detached." in drawing.alt
    assert "Aspirin:c, Q 3.00: Aspirin:Placebo <&> weighs 20% and changes Q by −1.00" in drawing.description


def test_without_loops_the_note_is_the_reason():
    note = "inconsistency cannot be assessed: the network is a star"
    nothing = heat_of((), np.empty((0, 0)), np.empty((0, 0)), (note,))
    with pytest.raises(
        CannotDraw, match="No net heat plot: inconsistency cannot be assessed: the network is"
    ):
        net_heat_plot(nothing, id="h", **OPTIONS)


def test_what_must_be_known_is_said_in_sentences():
    said = [w.text for w in layout_net_heat(heat_of(notes=("left out: c:d",)), **OPTIONS).sheet.words]
    assert "Left out: c:d." in said


def test_too_many_designs_are_refused():
    rows = [f"a:{i}" for i in range(51)]
    with pytest.raises(CannotDraw, match="51 designs are more than can be read"):
        net_heat_plot(heat_of(rows, np.eye(51), np.eye(51)), id="h", **OPTIONS)

"""What every measure does with cells that cannot be, are missing, or leave nothing to compute."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan import InputError, effect_sizes
from metaan.effects.measures import MEASURES

GOOD = {
    "two by two": {"ai": [12, 3], "n1i": [40, 25], "ci": [5, 4], "n2i": [38, 27]},
    "two groups": {
        "m1i": [5, 6], "sd1i": [1, 2], "n1i": [9, 8], "m2i": [4, 3], "sd2i": [2, 1], "n2i": [9, 7],
    },
    "rates of two groups": {"x1i": [7, 2], "t1i": [150, 90], "x2i": [12, 4], "t2i": [140, 95]},
    "rates of one group": {"xi": [7, 2], "ti": [150, 90]},
    "proportions": {"xi": [3, 4], "ni": [11, 17]},
    "means": {"mi": [12, 5], "sdi": [3, 1], "ni": [20, 7]},
    "correlations": {"ri": [0.3, -0.6], "ni": [40, 25]},
    "paired measurements": {
        "m1i": [30, 5], "m2i": [27, 4], "sd1i": [8, 1], "sd2i": [7, 2], "ni": [22, 9], "ri": [0.5, 0.2],
    },
}  # fmt: skip
MEANS = ("m1i", "m2i", "mi")
NOT_NEGATIVE = {
    family: [name for name in cells if name not in (*MEANS, "ri")] for family, cells in GOOD.items()
}
EVERY_CELL = [(name, cell) for name, row in MEASURES.items() for cell in GOOD[row.family.name]]
WITH_SIGN = [(name, cell) for name, row in MEASURES.items() for cell in NOT_NEGATIVE[row.family.name]]


def good(measure):
    return dict(GOOD[MEASURES[measure].family.name])


def with_cell(measure, cell, value):
    cells = good(measure)
    return cells | {cell: [cells[cell][0], value]}


def left_out(found, position):
    assert np.isnan([found.yi[position], found.vi[position]]).all()
    assert any(note.index == position and note.action == "left_out" for note in found.ledger)
    assert any(note.startswith(f"study {position + 1}: ") for note in found.notes)


@pytest.mark.parametrize("measure", MEASURES)
def test_good_cells_have_effects(measure):
    found = effect_sizes(measure, **good(measure))
    assert np.isfinite(found.yi).all()
    assert (found.vi > 0).all()
    assert (found.notes, found.ledger) == ((), ())


@pytest.mark.parametrize(("measure", "cell"), WITH_SIGN)
def test_negative_numbers_are_named(measure, cell):
    with pytest.raises(InputError, match=re.escape(f"{cell}[1] = -1 is negative")):
        effect_sizes(measure, **with_cell(measure, cell, -1))


@pytest.mark.parametrize(("measure", "cell"), EVERY_CELL)
def test_text_and_infinities_are_named(measure, cell):
    for value, said in (
        ("3", "= '3' is not a number"),
        (np.inf, "= inf is infinite"),
        (True, "= True is not"),
    ):
        cells = with_cell(measure, cell, value)
        if value is True:
            cells[cell] = np.array(cells[cell], dtype=object)
        with pytest.raises(InputError, match=re.escape(f"{cell}[1] {said}") + "|is not a number"):
            effect_sizes(measure, **cells)


@pytest.mark.parametrize(("measure", "cell"), EVERY_CELL)
def test_a_missing_number_leaves_the_other_studies_alone(measure, cell):
    whole = effect_sizes(measure, **good(measure))
    for value in (None, float("nan")):
        found = effect_sizes(measure, **with_cell(measure, cell, value))
        left_out(found, 1)
        assert (found.yi[0], found.vi[0]) == (whole.yi[0], whole.vi[0])
        assert found.notes == ("study 2: a cell is missing, so there is no effect",)


@pytest.mark.parametrize(("measure", "cell"), EVERY_CELL)
def test_a_missing_column_and_another_length_are_named(measure, cell):
    cells = good(measure)
    with pytest.raises(InputError, match=r"not given|incomplete"):
        effect_sizes(measure, **{name: values for name, values in cells.items() if name != cell})
    with pytest.raises(InputError, match=rf"differ in length.*{cell} 3"):
        effect_sizes(measure, **cells | {cell: [1, 1, 1]})
    with pytest.raises(InputError, match=f"{cell} is empty"):
        effect_sizes(measure, **cells | {cell: []})


@pytest.mark.parametrize("measure", MEASURES)
def test_unknown_columns_and_options_are_named(measure):
    with pytest.raises(InputError, match=f"{measure} does not use weight; its columns are"):
        effect_sizes(measure, **good(measure), weight=[1, 1])
    for options, said in (
        ({"to": "some"}, "to = 'some'"),
        ({"add": -0.5}, "add = -0.5"),
        ({"add": "half"}, "add = 'half'"),
        ({"add": True}, "add = True"),
        ({"vtype": "XX"}, "vtype = 'XX'"),
    ):
        with pytest.raises(InputError, match=said):
            effect_sizes(measure, **good(measure), **options)


@pytest.mark.parametrize("measure", MEASURES)
def test_an_unbiased_variance_is_for_smd_only_and_the_others_say_so(measure):
    found = effect_sizes(measure, **good(measure), vtype="UB")
    usual = effect_sizes(measure, **good(measure))
    if measure == "SMD":
        assert (found.vi != usual.vi).all()
        assert found.notes == ()
    else:
        np.testing.assert_array_equal(found.vi, usual.vi)
        assert found.notes == (f"vtype 'UB' is for SMD; {measure} has its large-sample variance",)


SIZES = {
    "two by two": {"n1i": 0, "ai": 0}, "two groups": {"n1i": 0}, "rates of two groups": {"t1i": 0},
    "rates of one group": {"ti": 0}, "proportions": {"xi": 0, "ni": 0}, "means": {"ni": 0},
    "correlations": {"ni": 0}, "paired measurements": {"ni": 0},
}  # fmt: skip


@pytest.mark.parametrize("measure", MEASURES)
def test_nobody_at_all_is_no_effect(measure):
    cells = good(measure)
    for cell, value in SIZES[MEASURES[measure].family.name].items():
        cells[cell] = [cells[cell][0], value]
    found = effect_sizes(measure, **cells)
    left_out(found, 1)
    assert "no participants" in found.notes[0] or "no person-time" in found.notes[0]


NEEDS_MORE = [
    ("SMD", {"n1i": 1, "n2i": 2}), ("SMDH", {"n1i": 1}), ("SMD1", {"n2i": 2}), ("CVR", {"n1i": 1}),
    ("VR", {"n2i": 1}), ("D2ORN", {"n1i": 1, "n2i": 1}), ("D2ORL", {"n1i": 1, "n2i": 1}),
    ("RPB", {"n1i": 1, "n2i": 1}), ("SMCC", {"ni": 2}), ("SMCR", {"ni": 2}), ("COR", {"ni": 3}),
    ("ZCOR", {"ni": 3}), ("UCOR", {"ni": 4}), ("ZCOR", {"ri": 1}), ("ZCOR", {"ri": -1}), ("ROM", {"m1i": -5}),
    ("ROM", {"m2i": 0}), ("CVR", {"m1i": -5}), ("CVR", {"m1i": -5, "m2i": -4}), ("CVR", {"sd1i": 0}),
    ("VR", {"sd2i": 0}), ("SMD1", {"sd2i": 0}), ("MNLN", {"mi": -3}), ("MNLN", {"mi": 0}),
    ("SMCR", {"sd1i": 0}), ("ROMC", {"m1i": -3}), ("SMCC", {"sd1i": 2, "sd2i": 2, "ri": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "values"), NEEDS_MORE)
def test_what_is_not_defined_says_what_it_needs(measure, values):
    cells = good(measure)
    for cell, value in values.items():
        cells[cell] = [cells[cell][0], value]
    found = effect_sizes(measure, **cells)
    left_out(found, 1)
    assert f"study 2: {measure} is not defined for its cells: it needs " in found.notes[0]
    assert np.isfinite(found.yi[0])


NO_SPREAD = [
    ("MN", {"sdi": 0}), ("MNLN", {"sdi": 0}),
    ("MC", {"sd1i": 0, "sd2i": 0}), ("SMCC", {"sd1i": 0, "sd2i": 0}), ("ROMC", {"sd1i": 0, "sd2i": 0}),
    *[(m, {"sd1i": 0, "sd2i": 0}) for m, row in MEASURES.items() if row.family.name == "two groups"],
    ("MC", {"sd1i": 2, "sd2i": 2, "ri": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "values"), NO_SPREAD)
def test_no_spread_is_no_effect(measure, values):
    cells = good(measure)
    for cell, value in values.items():
        cells[cell] = [cells[cell][0], value]
    found = effect_sizes(measure, **cells)
    left_out(found, 1)
    assert " 0, so there is no effect" in found.notes[0]


def test_two_negative_means_have_a_ratio():
    """escalc() takes log(m1/m2), so a scale whose values are all negative has its ratios."""
    found = effect_sizes("ROM", m1i=[-5], sd1i=[1], n1i=[10], m2i=[-4], sd2i=[1], n2i=[10])
    turned = effect_sizes("ROM", m1i=[5], sd1i=[1], n1i=[10], m2i=[4], sd2i=[1], n2i=[10])
    assert (found.yi[0], found.vi[0]) == (turned.yi[0], turned.vi[0])


@pytest.mark.parametrize(
    ("measure", "cells", "said"),
    [
        ("PR", {"xi": [18], "ni": [17]}, r"xi\[0\] = 18 is more than ni"),
        ("PLO", {"xi": [3], "mi": [4], "ni": [8]}, r"ni\[0\] = 8 is not xi \+ mi"),
        ("COR", {"ri": [1.01], "ni": [20]}, r"ri\[0\] = 1.01 is not a correlation"),
        ("MC", GOOD["paired measurements"] | {"ri": [0.5, -2]}, r"ri\[1\] = -2 is not a correlation"),
        ("AS", {"ai": [9], "n1i": [8], "ci": [1], "n2i": [8]}, r"ai\[0\] = 9 is more than n1i"),
        (7, {}, "measure = 7 is not known"),
        (None, {}, "measure = None is not known"),
        ("rr", {}, "measure = 'rr' is not known"),
    ],
)
def test_what_contradicts_itself_is_named(measure, cells, said):
    with pytest.raises(InputError, match=said):
        effect_sizes(measure, **cells)


# The ledger of zero cells


def entries(found):
    return [(note.index, note.action, note.cells, note.amount) for note in found.ledger]


TABLE_CELLS = ("ai", "bi", "ci", "di")


def test_the_ledger_is_data_and_frozen():
    found = effect_sizes("OR", ai=[12, 0], n1i=[40, 25], ci=[5, None], n2i=[38, 27], to="all", add=0.25)
    assert entries(found) == [(0, "added", TABLE_CELLS, 0.25), (1, "left_out", (), 0.0)]
    assert found.ledger[0].reason == "asked for in every study"
    with pytest.raises(FrozenInstanceError):
        found.ledger[0].amount = 1.0


@pytest.mark.parametrize(
    ("measure", "cells", "added", "words"),
    [
        ("RD", {"ai": [0], "n1i": [9], "ci": [2], "n2i": [9]}, TABLE_CELLS, "all four cells"),
        (
            "IRR",
            {"x1i": [0], "t1i": [9], "x2i": [2], "t2i": [9]},
            ("x1i", "x2i"),
            "the events of both groups",
        ),
        ("IRLN", {"xi": [0], "ti": [9]}, ("xi",), "the events"),
        ("PLO", {"xi": [0], "ni": [9]}, ("xi", "mi"), "the events and the non-events"),
    ],
)
def test_what_is_added_where(measure, cells, added, words):
    found = effect_sizes(measure, **cells)
    assert entries(found) == [(0, "added", added, 0.5)]
    assert found.ledger[0].reason == "one of them is 0"
    assert found.notes == (f"study 1: 0.5 added to {words}",)


ZERO = {
    "two by two": {"ai": [0, 3], "n1i": [40, 25], "ci": [5, 4], "n2i": [38, 27]},
    "rates of two groups": {"x1i": [0, 2], "t1i": [150, 90], "x2i": [12, 4], "t2i": [140, 95]},
    "rates of one group": {"xi": [0, 2], "ti": [150, 90]},
    "proportions": {"xi": [0, 4], "ni": [11, 17]},
}
COUNTED = [name for name, row in MEASURES.items() if row.family.name in ZERO]
NEEDS_NOTHING = {"AS", "PHI", "IRSD", "IRS", "PAS", "PFT"}


@pytest.mark.parametrize("measure", COUNTED)
def test_defaults_of_escalc_for_zeros(measure):
    """0.5 to the studies with a zero, but nothing for measures defined there, unless it is asked for."""
    cells = ZERO[MEASURES[measure].family.name]
    usual = effect_sizes(measure, **cells)
    assert [note.action for note in usual.ledger] == ([] if measure in NEEDS_NOTHING else ["added"])
    for to, studies in (("only0", [0]), ("all", [0, 1]), ("if0all", [0, 1]), ("none", [])):
        found = effect_sizes(measure, **cells, add=0.5, to=to)
        assert [note.index for note in found.ledger if note.action == "added"] == studies
    by_hand = {name: np.array(values, dtype=float) for name, values in cells.items()}
    for name in ("ai", "ci", "x1i", "x2i", "xi"):
        if name in by_hand:
            by_hand[name] += 0.5
    for name in ("n1i", "n2i", "ni"):
        if name in by_hand:
            by_hand[name] += 1
    found = effect_sizes(measure, **cells, add=0.5, to="all")
    expected = effect_sizes(measure, **by_hand, to="none")
    np.testing.assert_allclose(found.yi, expected.yi, rtol=1e-12)
    np.testing.assert_allclose(found.vi, expected.vi, rtol=1e-12)


@pytest.mark.parametrize(
    ("measure", "cells", "yi"),
    [
        ("RD", {"ai": [0], "n1i": [9], "ci": [0], "n2i": [9], "to": "none"}, 0.0),
        ("PHI", {"ai": [9], "n1i": [9], "ci": [0], "n2i": [7]}, 1.0),
        ("IRD", {"x1i": [0], "t1i": [9], "x2i": [0], "t2i": [9], "add": 0}, 0.0),
        ("PR", {"xi": [9], "ni": [9], "to": "none"}, 1.0),
        ("COR", {"ri": [-1], "ni": [20]}, -1.0),
    ],
)
def test_a_variance_of_zero_that_the_counts_give_is_kept_with_a_caution(measure, cells, yi):
    found = effect_sizes(measure, **cells)
    assert (found.yi[0], found.vi[0]) == (yi, 0.0)
    assert found.notes == ("study 1: its sampling variance is 0, so it cannot be weighed against others",)
    assert entries(found) == [(0, "kept", (), 0.0)]


@pytest.mark.parametrize("measure", ["PETO", "OR", "RR", "IRR", "PHI"])
def test_no_events_without_addition_is_not_estimable(measure):
    family = MEASURES[measure].family.name
    cells = {name: [0 if name in ("ai", "ci", "x1i", "x2i") else 9] for name in ZERO[family]}
    left_out(effect_sizes(measure, **cells, to="none"), 0)


CELL = st.one_of(
    st.integers(0, 5), st.floats(0, 1e6), st.none(), st.sampled_from([0, 1, 1e-300, 1e300, float("nan")])
)  # fmt: skip


def answer(measure, cells):
    """The effects, or the message of a named fault."""
    try:
        return effect_sizes(measure, **cells)
    except InputError as error:
        return str(error)


@settings(deadline=None, max_examples=300)
@given(measure=st.sampled_from(list(MEASURES)), data=st.data())
def test_whatever_the_cells_there_is_an_answer_or_a_named_fault(measure, data):
    cells = {name: data.draw(st.lists(CELL, min_size=3, max_size=3)) for name in good(measure)}
    found = answer(measure, cells)
    if isinstance(found, str):
        assert re.search(r"\w+\[\d\] = ", found)
        return
    out = {note.index for note in found.ledger if note.action == "left_out"}
    kept = {note.index for note in found.ledger if note.action == "kept"}
    for i in range(3):
        if i in out:
            assert np.isnan([found.yi[i], found.vi[i]]).all()
        else:
            assert np.isfinite([found.yi[i], found.vi[i]]).all()
            assert found.vi[i] > 0 or i in kept

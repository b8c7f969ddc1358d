"""The node-split forest plot."""

from __future__ import annotations

from math import exp, nan
from statistics import NormalDist

import pytest

from metaan.errors import CannotDraw
from metaan.figures.node_split_forest import layout_node_split_forest, node_split_forest
from metaan.figures.presets import PRESETS
from metaan.results.network import NodeSplit

OPTIONS = {
    "measure": "RR",
    "direction": "lower_better",
    "names": {"pla": "Placebo", "car": "Carisoprodol <b>"},
    "outcome": "Drowsiness",
}
Z = NormalDist().inv_cdf(0.975)
DIRECT = [[0, 3, 1, 0], [3, 0, 2, 0], [1, 2, 0, 1], [0, 0, 1, 0]]


def split(one, other, *, indirect=0.1, pvalue=0.25, studies=2, I2=nan, notes=()):
    return NodeSplit(
        treat1=one,
        treat2=other,
        studies=studies,
        direct=-0.5,
        direct_se=0.3,
        indirect=indirect,
        indirect_se=nan if indirect != indirect else 0.4,
        difference=-0.6,
        difference_se=0.5,
        pvalue=pvalue,
        proportion_direct=0.64,
        I2=I2,
        notes=notes,
    )


@pytest.fixture
def network(make_network):
    nodes = ["pla", "car", "met", "ibu"]
    return make_network(nodes, [0, -0.4, 0.3, 0.1], [nodes], direct=DIRECT)


@pytest.fixture
def splits():
    return (
        split("pla", "car", studies=3, I2=0.413),
        split("pla", "met", studies=1, pvalue=0.031),
        split("car", "met"),
        split("met", "ibu", indirect=nan, pvalue=nan, studies=1),
    )


def texts(layout):
    return [words.text for words in layout.sheet.words]


def test_three_marks_for_each_comparison_with_both_kinds(network, splits):
    layout = layout_node_split_forest(splits, network=network, **OPTIONS)
    assert [mark.kind for mark in layout.marks] == ["dot", "dot", "diamond"] * 3
    direct, indirect, both = layout.marks[:3]
    place = layout.scale.place
    assert (direct.x, direct.low) == pytest.approx((place(-0.5), place(-0.5 - Z * 0.3)))
    assert indirect.x == pytest.approx(place(0.1))
    assert (both.x, both.high) == pytest.approx((place(0.4), place(0.4 + Z * network.se[0, 1])))


def test_rows_say_studies_share_effect_and_p(network, splits):
    said = texts(layout_node_split_forest(splits, network=network, **OPTIONS))
    start = said.index("Placebo versus Carisoprodol <b>")
    shown = f"{exp(-0.5):.2f} ({exp(-0.5 - Z * 0.3):.2f} to {exp(-0.5 + Z * 0.3):.2f})"
    assert said[start + 1 : start + 7] == ["0.25", "Direct", "3", "41%", "64%", shown]
    start = said.index("Placebo versus met")
    assert said[start + 2 : start + 5] == ["Direct", "1", "–"]
    assert "0.031" in said


def test_rows_stand_in_below_their_comparison(network, splits):
    words = layout_node_split_forest(splits, network=network, **OPTIONS).sheet.words
    title = next(each for each in words if each.text.startswith("Placebo versus"))
    rows = [each for each in words if each.text in ("Direct", "Indirect", "Network") and not each.bold]
    assert len(rows) == 9
    assert {round(each.x - title.x, 6) for each in rows} == {PRESETS["metaan"].style.indent}


def test_comparisons_with_one_kind_are_listed(network, splits):
    said = " ".join(texts(layout_node_split_forest(splits, network=network, **OPTIONS)))
    assert "Only direct evidence, not shown: met versus ibu." in said
    assert "Only indirect evidence, not shown: Placebo versus ibu; Carisoprodol <b> versus ibu." in said


def test_a_note_of_a_comparison_is_printed(network, splits):
    noted = (split("pla", "car", notes=("a three-arm study is in both",)), *splits[1:])
    said = " ".join(texts(layout_node_split_forest(noted, network=network, **OPTIONS)))
    assert "Placebo versus Carisoprodol <b>: a three-arm study is in both." in said


def test_two_long_names_can_both_be_seen(network, splits, assert_tidy):
    names = {"pla": "First and very long " * 3, "car": "Second and very long " * 3}
    layout = layout_node_split_forest(splits, network=network, **{**OPTIONS, "names": names})
    (title,) = (text for text in texts(layout) if text.startswith("First") and "Second" in text)
    assert title.count("…") == 2
    assert_tidy(layout.sheet)


def test_words(network, splits):
    drawing = node_split_forest(splits, network=network, id="n", **OPTIONS)
    assert drawing.alt == (
        "Node splitting: Drowsiness. 3 comparisons with direct and indirect evidence; smallest P = 0.031."
    )
    assert "Placebo versus met: risk ratio direct 0.61 (0.34 to 1.09), indirect 1.11" in drawing.description
    assert "; 3 studies with I² 41%, 64% direct evidence, P = 0.25." in drawing.description
    assert "; 1 study, 64% direct evidence, P = 0.031." in drawing.description


def test_nothing_to_split_is_refused_with_the_reason(network, splits):
    with pytest.raises(CannotDraw, match="none of the 1 comparisons with studies is also reached indirectly"):
        node_split_forest(splits[3:], network=network, id="n", **OPTIONS)
    with pytest.raises(CannotDraw, match="no study compares two treatments"):
        node_split_forest((), network=network, id="n", **OPTIONS)
    with pytest.raises(CannotDraw, match="61 comparisons are more than can be read"):
        node_split_forest(splits[:1] * 61, network=network, id="n", **OPTIONS)

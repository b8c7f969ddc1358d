"""The network graph's layout."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import hypot, pi

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan.errors import CannotDraw
from metaan.figures.graph_layout import NODE_SMALLEST, edge_width
from metaan.figures.network_graph import layout_graph, network_graph, network_parts

PAIRS = {
    ("car", "pla"): ("a", "b", "c"),
    ("cyc", "pla"): ("d", "e"),
    ("cyc", "dia"): ("d",),
    ("dia", "pla"): ("d",),
    ("ibu", "nap"): ("x",),
}
NAMES = {"car": "Carisoprodol", "pla": "Placebo <&>"}


def laid_out(scenario, **options):
    parts, known = network_parts(scenario.comparisons)
    return layout_graph(parts, **{"known": known, "names": NAMES, "outcome": "Drowsiness", **options})


def texts(layout):
    return [words.text for words in layout.sheet.words]


def test_parts_are_the_connected_ones_largest_first(make_scenario):
    parts, known = network_parts(make_scenario(PAIRS).comparisons)
    assert [set(part.treatments) for part in parts] == [{"car", "pla", "cyc", "dia"}, {"ibu", "nap"}]
    assert known
    assert parts[0].study_ids == {"a", "b", "c", "d", "e"}
    assert [set(members) for members in parts[0].multiarm] == [{"cyc", "dia", "pla"}]


def test_every_arm_is_counted_once(make_scenario):
    parts, _ = network_parts(make_scenario(PAIRS, sizes={"pla": 100}).comparisons)
    sizes = dict(zip(parts[0].treatments, parts[0].participants, strict=True))
    assert sizes == {"car": 150, "pla": 500, "cyc": 100, "dia": 50}


def test_node_areas_are_in_the_ratio_of_participants(make_scenario):
    layout = laid_out(make_scenario(PAIRS, sizes={"pla": 100}))
    graph = layout.parts[0][0]
    area = {node.index: pi * node.radius**2 for node in graph.nodes}
    assert area[1] / area[0] == pytest.approx(500 / 150)
    assert all(node.radius >= NODE_SMALLEST for node in graph.nodes)


def test_unknown_participants_make_nodes_equal_and_the_legend_says_so(make_scenario):
    layout = laid_out(make_scenario(PAIRS, sizes={"pla": None}))
    assert len({node.radius for graph, _ in layout.parts for node in graph.nodes}) == 1
    assert any("All circles are equal" in text for text in texts(layout))


def test_participants_stated_beside_a_contrast_size_the_nodes(make_scenario):
    scenario = make_scenario(PAIRS, sizes={"car": None, "pla": None})
    comparisons = [
        replace(c, studies=tuple(replace(s, n1=40, n2=60) for s in c.studies)) for c in scenario.comparisons
    ]
    parts, known = network_parts(comparisons)
    assert known
    assert dict(zip(parts[0].treatments, parts[0].participants, strict=True))["car"] == 3 * 40


def test_more_multi_arm_studies_are_darker_and_the_legend_says_so(make_scenario):
    twice = {("a", "b"): ("s", "t"), ("a", "c"): ("s", "t"), ("b", "c"): ("s", "t")}
    layout = laid_out(make_scenario(twice))
    assert len(layout.parts[0][0].multiarm) == 2
    said = " ".join(texts(layout))
    assert "with more than two arms; darker: more such studies." in said
    assert "darker" not in " ".join(texts(laid_out(make_scenario(PAIRS))))


def test_shades_that_only_touch_are_not_explained_as_darker(make_scenario):
    beside = {
        **dict.fromkeys(combinations("pab", 2), ("s",)),
        **dict.fromkeys(combinations("pcd", 2), ("t",)),
    }
    drawing = network_graph(make_scenario(beside), id="g", names={}, outcome="O")
    assert "with more than two arms." in drawing.description
    across = {
        **dict.fromkeys(combinations("abc", 2), ("s",)),
        **dict.fromkeys(combinations("bcd", 2), ("t",)),
    }
    across["a", "d"] = ("u",)
    overlapping = {**across, ("a", "b"): ("s", "v"), ("b", "d"): ("t", "v"), ("a", "d"): ("v",)}
    drawing = network_graph(make_scenario(overlapping), id="g", names={}, outcome="O")
    assert "darker: more such studies" in drawing.description


def test_counts_stand_away_from_where_edges_cross(make_scenario):
    square = dict.fromkeys(combinations("abcd", 2), ("s",))
    graph = laid_out(make_scenario(square)).parts[0][0]
    diagonals = [
        edge for edge in graph.edges if hypot(edge.start[0] + edge.end[0], edge.start[1] + edge.end[1]) < 1e-6
    ]
    assert len(diagonals) == 2
    for edge in diagonals:
        left, top, right, bottom = edge.words.box
        assert (
            hypot((left + right) / 2, (top + bottom) / 2) > 19
        )  # the gap is measured to the baseline's middle


def test_counts_titles_and_legend(make_scenario):
    layout = laid_out(make_scenario(PAIRS))
    said = texts(layout)
    assert "Part 1: 4 treatments, 5 studies" in said
    assert "Part 2: 2 treatments, 1 study" in said
    assert {"1", "2", "3", "Placebo <&>"} <= set(said)
    assert any(text.startswith("The parts share no study") for text in said)
    assert any(text.startswith("Shaded") for text in said)


def test_a_treatment_without_an_estimable_study_is_out_of_reach(make_scenario):
    scenario = make_scenario({**PAIRS, ("met", "pla"): ("z",)}, unestimable={("met", "pla")})
    said = texts(laid_out(scenario))
    assert "Part 3: no study" in said
    assert "Out of reach, with no estimable study: met." in said


def assert_clear(layout):
    """Names touch no circle, and no name or count is crossed by a foreign circle."""
    for graph, _ in layout.parts:
        words = [(node.index, w) for node in graph.nodes for w in node.words]
        words += [(-1, edge.words) for edge in graph.edges if edge.words]
        for _, text in words:
            left, top, right, bottom = text.box
            for node in graph.nodes:
                gap = hypot(min(max(node.x, left), right) - node.x, min(max(node.y, top), bottom) - node.y)
                assert gap >= node.radius
        assert all(edge.words for edge in graph.edges)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_nothing_overlaps(make_scenario, assert_tidy, data):
    nodes = [f"T{i} {'name ' * (i % 5)}" for i in range(data.draw(st.integers(3, 9)))]
    chosen = data.draw(
        st.lists(st.sampled_from(list(combinations(nodes, 2))), unique=True, min_size=2, max_size=12)
    )
    pairs = {pair: tuple(f"s{i}-{j}" for j in range(1 + i % 4)) for i, pair in enumerate(chosen)}
    scenario = make_scenario(pairs, sizes={node: 10 * 4**i for i, node in enumerate(nodes)})
    if len({t for pair in pairs for t in pair}) < 3:
        return
    layout = laid_out(scenario)
    assert_tidy(layout.sheet)
    assert_clear(layout)


def test_parts_do_not_overlap(make_scenario):
    pairs = {(f"a{i}", f"b{i}"): ("s",) for i in range(9)}
    layout = laid_out(make_scenario(pairs))
    boxes = [(g.box[0] + x, g.box[1] + y, g.box[2] + x, g.box[3] + y) for g, (x, y) in layout.parts]
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.parametrize("count", [9, 15, 20])
def test_no_edge_runs_through_a_foreign_circle(count, make_scenario):
    names = [f"Treatment {i}" for i in range(count)]
    ring = {(names[i], names[(i + 2) % count]): tuple("stuvw"[: 1 + i % 5]) for i in range(count)}
    ring[names[0], names[1]] = ("x",)
    (graph, _), *others = laid_out(make_scenario(ring)).parts
    assert others == []
    for edge in graph.edges:
        (x1, y1), (x2, y2) = edge.start, edge.end
        for node in graph.nodes:
            steps = [i / 200 for i in range(201)]
            gap = min(hypot(x1 + t * (x2 - x1) - node.x, y1 + t * (y2 - y1) - node.y) for t in steps)
            if node.index not in edge.ends:
                assert gap >= node.radius + edge_width(edge.studies) / 2


def test_a_name_of_sixty_characters_is_whole(make_scenario):
    name = "Oxycodone/acetaminophen with cyclobenzaprine at bedtime 10 mg"
    said = texts(laid_out(make_scenario(PAIRS), names={"car": name}))
    start = said.index("Oxycodone/")
    assert "".join(said[start : start + 4]).replace(" ", "") == name.replace(" ", "")


def test_words(make_scenario):
    drawing = network_graph(make_scenario(PAIRS), id="g", names=NAMES, outcome="Drowsiness")
    assert drawing.alt == (
        "Network graph: Drowsiness. 6 treatments, 6 studies, 5 direct comparisons, in 2 separate parts."
    )
    assert "Carisoprodol versus Placebo <&>: 3 studies." in drawing.description


def test_too_thin_a_network_is_answered_with_the_reason(make_scenario):
    with pytest.raises(CannotDraw, match="at least three treatments, and this analysis has 2"):
        network_graph(make_scenario({("a", "b"): ("s",)}), id="g", names={}, outcome="O")
    nothing = make_scenario({("a", "b"): ("s",), ("a", "c"): ("t",)}, unestimable={("a", "b"), ("a", "c")})
    with pytest.raises(CannotDraw, match="no study is estimable"):
        network_graph(nothing, id="g", names={}, outcome="O")

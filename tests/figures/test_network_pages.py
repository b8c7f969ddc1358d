"""Boxes of every network figure read back from the files: few and many treatments, plain and bad names."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from itertools import combinations

import numpy as np
import pytest

from metaan import network, p_scores, split_nodes
from metaan.figures.adjusted_funnel import comparison_adjusted_funnel
from metaan.figures.contribution_heat import contribution_heat
from metaan.figures.drawing import render
from metaan.figures.league_heat import league_heat
from metaan.figures.net_heat_plot import net_heat_plot
from metaan.figures.network_forest import network_forest
from metaan.figures.node_split_forest import node_split_forest
from metaan.figures.rankogram import rankogram_figure
from metaan.results.contribution import Contributions
from metaan.results.frozen import frozen
from metaan.results.inconsistency import NetHeat
from metaan.results.ranking import Rankogram

XHTML = "{http://www.w3.org/1999/xhtml}"
SLACK = 0.3  # points; poppler's boxes are those of the font, a little taller than its letters
HOSTILE = (
    "<script>alert(1)</script>",
    "Oxycodone/acetaminophen with cyclobenzaprine at bedtime 10 mg",
    "שלום עולם 2001",
    "漢字 😀 x",
    "$x^2$ \\frac & 'quotes' \"too\"",
    "line\nbreak \x07 bell",
    "W" * 60,
)
LEFT_TO_RIGHT_MARK = "\u200e"  # has no width, but a box
OUTCOME = "Outcome </svg> & $y$"


def nodes_of(count, hostile):
    plain = [f"Treatment {chr(65 + i)}" for i in range(count)]
    return [*HOSTILE, *plain][:count] if hostile else plain


def fitted(nodes):
    """A connected network in which every neighbour is compared twice, and some others once."""
    rng = np.random.default_rng(len(nodes))
    pairs = [(i, i + 1) for i in range(len(nodes) - 1)] * 4
    pairs += [(i, i + 2) for i in range(len(nodes) - 2)] * 2 + [(0, len(nodes) - 1)] * 3
    study = [f"Study {i}" for i in range(len(pairs))]
    yi, sei = rng.normal(0, 0.4, len(pairs)), rng.uniform(0.1, 0.6, len(pairs))
    return network(study, [nodes[a] for a, _ in pairs], [nodes[b] for _, b in pairs], yi, sei)


def ranks_of(nodes):
    count = len(nodes)
    draws = np.random.default_rng(1).normal(np.linspace(0, 2, count), 1, (2000, count))
    ranks = draws.argsort(axis=1).argsort(axis=1)
    p = np.array([[(ranks[:, i] == j).mean() for j in range(count)] for i in range(count)])
    low, median, high = (np.quantile(ranks + 1, q, axis=0) for q in (0.025, 0.5, 0.975))
    return Rankogram(
        treatments=tuple(nodes),
        probabilities=frozen(p),
        cumulative=frozen(p.cumsum(axis=1)),
        sucra=frozen(1 - ranks.mean(axis=0) / (count - 1)),
        mean_rank=frozen(ranks.mean(axis=0) + 1),
        median_rank=frozen(median),
        rank_low=frozen(low),
        rank_high=frozen(high),
        small_values="desirable",
        model="random",
        samples=2000,
        level=0.95,
        notes=("Not ranked, of another component: none.",),
    )


def heat_of(nodes):
    rows = [f"{a}:{b}" for a, b in combinations(nodes, 2)][:30]
    rng = np.random.default_rng(2)
    change = rng.normal(0, 3, (len(rows), len(rows)))
    weights = rng.uniform(0, 1, change.shape)
    return NetHeat(
        rows=tuple(rows),
        contribution=frozen(weights),
        change=frozen(change),
        Q=frozen(abs(np.diag(change))),
        model="random",
    )


def contributions_of(nodes, of):
    pairs = tuple(combinations(nodes, 2))
    sources = [f"{a}:{b}" for a, b in pairs][:24] if of == "comparisons" else [*HOSTILE, "Smith 2001"]
    shares = np.random.default_rng(3).dirichlet(np.full(len(sources), 0.3), len(pairs))
    direct = [
        shares[i, sources.index(f"{a}:{b}")] if f"{a}:{b}" in sources else 0 for i, (a, b) in enumerate(pairs)
    ]
    return Contributions(
        pairs=pairs,
        sources=tuple(sources),
        shares=frozen(shares),
        proportion_direct=frozen(direct),
        of=of,
        method="randomwalk",
        model="random",
    )


def league(nodes):
    reading = {"measure": "OR", "direction": "higher_better"}
    return league_heat(fitted(nodes), id="f", names={}, outcome=OUTCOME, order=nodes[::-1], **reading)


def node_splits(nodes):
    fit = fitted(nodes)
    reading = {"measure": "OR", "direction": "lower_better"}
    return node_split_forest(split_nodes(fit), network=fit, id="f", names={}, outcome=OUTCOME, **reading)


def funnel(nodes):
    options = {"order": nodes, "order_is": "from older to newer", "measure": "OR"}
    return comparison_adjusted_funnel(fitted(nodes), id="f", names={}, outcome=OUTCOME, **options)


def forest(nodes):
    fit = fitted(nodes)
    ranking = {
        "scores": p_scores(fit, small_values="desirable"),
        "proportion_direct": dict.fromkeys(nodes, 0.5),
    }
    reading = {"reference": nodes[0], "measure": "OR", "direction": "lower_better"}
    return network_forest(fit, id="f", names={}, outcome=OUTCOME, **ranking, **reading)


DRAWINGS = {
    "league": league,
    "node splits": node_splits,
    "funnel": funnel,
    "forest": forest,
    "rankogram": lambda nodes: rankogram_figure(ranks_of(nodes), id="f", names={}, outcome=OUTCOME),
    "net heat": lambda nodes: net_heat_plot(heat_of(nodes), id="f", names={}, outcome=OUTCOME),
    "comparisons": lambda nodes: contribution_heat(
        contributions_of(nodes, "comparisons"), id="f", names={}, outcome=OUTCOME, reference=nodes[0]
    ),
    "studies": lambda nodes: contribution_heat(
        contributions_of(nodes, "studies"), id="f", names={}, outcome=OUTCOME, reference=nodes[0]
    ),
}


def page_words(pdf, folder):
    path = folder / "figure.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True)
    root = ET.fromstring(done.stdout)
    page = next(root.iter(f"{XHTML}page"))
    words = [
        (*(float(word.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")), word.text)
        for word in root.iter(f"{XHTML}word")
    ]
    return words, float(page.get("width")), float(page.get("height"))


@pytest.mark.parametrize(("count", "hostile"), [(3, False), (6, True), (10, True), (22, False)])
@pytest.mark.parametrize("kind", DRAWINGS)
def test_nothing_overlaps_and_nothing_leaves_the_page(kind, count, hostile, tmp_path, overlaps, read_boxes):
    drawing = DRAWINGS[kind](nodes_of(count, hostile))
    assert len(drawing.alt) <= 150
    svg = render(drawing, "svg")
    root = ET.fromstring(svg)
    assert b"<script" not in svg
    wide, tall = (float(root.get(side).removesuffix("pt")) for side in ("width", "height"))
    boxes = read_boxes(svg)
    assert overlaps(boxes, 0.05) == []
    assert [b for b in boxes if b[0] < 0 or b[1] < 0 or b[2] > wide or b[3] > tall] == []
    words, width, height = page_words(render(drawing, "pdf"), tmp_path)
    assert (width, height) == pytest.approx((wide, tall), abs=0.01)
    assert words
    assert [w for w in words if w[0] < -SLACK or w[1] < -SLACK or w[2] > width or w[3] > height] == []
    assert overlaps([w for w in words if w[4].strip(LEFT_TO_RIGHT_MARK)], SLACK) == []


@pytest.mark.parametrize("kind", DRAWINGS)
def test_a_name_stands_in_the_description_as_it_is(kind):
    drawing = DRAWINGS[kind](nodes_of(10, hostile=True))
    for name in (HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[6], "line break \ufffd bell"):
        assert name in drawing.description

"""Boxes read back from the written files: nothing overlaps, nothing leaves the page."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from math import log

import pytest

from metaan.figures.drawing import render
from metaan.figures.forest import forest_plot
from metaan.figures.network_forest import network_forest
from metaan.figures.network_graph import network_graph

XHTML = "{http://www.w3.org/1999/xhtml}"
SLACK = 0.3  # points; poppler's boxes are those of the font, a little taller than its letters
CELLS = {
    "binary": {"arm1": (123, 4567), "arm2": (0, 7)},
    "continuous": {"arm1": (-123.4, 45.6, 1200), "arm2": (0.5, 0.2, 8)},
    "contrast": {"arm1": None, "arm2": None},
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


def assert_page(drawing, folder, overlaps, read_boxes):
    words, width, height = page_words(render(drawing, "pdf"), folder)
    assert words
    assert overlaps(words, SLACK) == []
    assert [w for w in words if w[0] < 0 or w[1] < 0 or w[2] > width or w[3] > height] == []
    svg = render(drawing, "svg")
    assert overlaps(read_boxes(svg), 0.05) == []
    root = ET.fromstring(svg)
    assert float(root.get("width").removesuffix("pt")) == pytest.approx(width, abs=0.01)


@pytest.mark.parametrize(
    ("k", "kind"),
    [(0, "binary"), (1, "continuous"), (2, "contrast"), (3, "binary"), (9, "continuous"), (60, "binary")],
)
def test_forest_plots(k, kind, make_study, make_comparison, options, tmp_path, overlaps, read_boxes):
    studies = [
        make_study(
            "Wm" * (i % 31) or "Zero",
            log(10.0 ** (i % 11 - 5)),
            0.1 + i % 5,
            estimable=k > 0,
            multiarm=i % 2 == 0,
            status=("extracted", "derived", "imputed")[i % 3],
            **CELLS[kind],
        )
        for i in range(k or 3)
    ]
    names = {"drug": "Oxycodone/acetaminophen with cyclobenzaprine at bedtime 10 mg", "placebo": "Placebo"}
    changed = {**options, "names": names, "kind": "binary" if kind == "binary" else "continuous"}
    measure = "RR" if k != 9 else "MD"
    drawing = forest_plot(make_comparison(studies), id="f", **{**changed, "measure": measure})
    assert_page(drawing, tmp_path, overlaps, read_boxes)


def test_network_graphs(make_scenario, tmp_path, overlaps, read_boxes):
    pairs = {
        (f"Treatment number {i}", f"Treatment number {j}"): ("s", f"t{i}{j}")
        for i in range(7)
        for j in range(i)
        if (i + j) % 3
    }
    scenario = make_scenario({**pairs, ("Alone", "Together"): ("u",)})
    assert_page(network_graph(scenario, id="g", names={}, outcome="Pain"), tmp_path, overlaps, read_boxes)


def test_network_forests(make_network, tmp_path, overlaps, read_boxes):
    nodes = [f"Treatment {'long ' * (i % 6)}{i}" for i in range(9)]
    network = make_network(nodes, [0.3 * i for i in range(9)], [nodes[:6], nodes[6:]])
    drawing = network_forest(
        network,
        id="n",
        reference=nodes[0],
        measure="OR",
        direction="higher_better",
        names={},
        outcome="Responders",
    )
    assert_page(drawing, tmp_path, overlaps, read_boxes)

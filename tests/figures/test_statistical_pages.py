"""Boxes of the statistical figures read back from the files: few and many studies, plain and bad names."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from math import inf

import numpy as np
import pytest

from metaan import asymmetry, effect_sizes, pool
from metaan.figures.baujat import baujat_plot, layout_baujat
from metaan.figures.drapery import drapery_plot, layout_drapery
from metaan.figures.drawing import render
from metaan.figures.funnel import funnel_plot, layout_funnel
from metaan.figures.gosh import gosh_plot, layout_gosh
from metaan.figures.influence_panel import influence_panel, layout_influence
from metaan.figures.labbe import labbe_plot, layout_labbe
from metaan.figures.presets import PRESETS
from metaan.figures.radial import layout_radial, radial_plot

XHTML = "{http://www.w3.org/1999/xhtml}"
SLACK = 0.3  # points; poppler's boxes are those of the font, a little taller than its letters
LEFT_TO_RIGHT_MARK = "\u200e"  # has no width, but a box
HOSTILE = (
    "<script>alert(1)</script>",
    "A study with a rather long name that has sixty characters, 2001",
    "שלום עולם 2001",
    "漢字 😀 x",
    "$x^2$ \\frac & 'quotes' \"too\"",
    "line\nbreak \x07 bell",
    "W" * 60,
)
OUTCOME = "Outcome </svg> & $y$: a drug with a long name versus another drug with a long name"


def tables(k, seed=4):
    rng = np.random.default_rng(seed)
    n1, n2 = rng.integers(12, 900, k), rng.integers(12, 900, k)
    cells = {"ai": rng.binomial(n1, 0.15), "n1i": n1, "ci": rng.binomial(n2, 0.25), "n2i": n2}
    return {name: values.astype(float) for name, values in cells.items()}


def names_of(k, hostile):
    plain = [f"Placeholder {i} {1950 + i}" for i in range(k)]
    return [*HOSTILE, *plain][:k] if hostile else plain


def drawn(kind, k, *, hostile=False, measure="OR"):
    cells = tables(k)
    effects = effect_sizes(measure, **cells)
    fit = pool(effects.yi, effects.vi)
    options = {"id": "f", "measure": measure, "labels": names_of(k, hostile), "outcome": OUTCOME}
    match kind:
        case "funnel":
            found = asymmetry(effects.yi, effects.vi, measure=measure, cells=cells, force=True)
            options |= {"asymmetry": found, "force": True}
        case "labbe":
            options |= {"cells": cells, "groups": HOSTILE[:2]}
        case "drapery":
            options["common"] = pool(effects.yi, effects.vi, method="EE", test="z")
        case "gosh split":
            options["split"] = 1
    return DRAWS[kind][0](fit, effects.yi, effects.vi, **options)


DRAWS = {
    "funnel": (funnel_plot, layout_funnel),
    "labbe": (labbe_plot, layout_labbe),
    "radial": (radial_plot, layout_radial),
    "drapery": (drapery_plot, layout_drapery),
    "baujat": (baujat_plot, layout_baujat),
    "influence": (influence_panel, layout_influence),
    "gosh": (gosh_plot, layout_gosh),
    "gosh split": (gosh_plot, layout_gosh),
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


@pytest.mark.parametrize(("k", "hostile"), [(5, True), (13, False), (60, True)])
@pytest.mark.parametrize("kind", DRAWS)
def test_nothing_overlaps_and_nothing_leaves_the_page(kind, k, hostile, tmp_path, overlaps, read_boxes):
    drawing = drawn(kind, k, hostile=hostile)
    assert len(drawing.alt) <= 150
    assert f"{k} studies" in drawing.alt
    svg = render(drawing, "svg")
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
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


@pytest.mark.parametrize("kind", DRAWS)
def test_a_name_stands_in_the_description_as_it_is(kind):
    drawing = drawn(kind, 12, hostile=True)
    for name in (HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[6], "line break \ufffd bell"):
        assert name in drawing.description


@pytest.mark.parametrize("kind", DRAWS)
def test_the_same_drawing_gives_the_same_bytes(kind):
    first, second = (render(drawn(kind, 11), "svg") for _ in range(2))
    assert first == second


MEASURES = ("MD", "SMD", "OR", "PLO", "PFT", "IRLN", "MN", "ZCOR", "")


@pytest.mark.parametrize("seed", range(24))
def test_any_studies_make_tidy_sheets(seed, assert_tidy):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(5, 40))
    measure = str(rng.choice(MEASURES))
    scale = 10.0 ** rng.integers(-4, 5) if measure in ("MD", "MN", "") else 1.0
    vi = scale**2 * 10 ** rng.uniform(-3, 1, k)
    yi = scale * (rng.normal(0, rng.choice([0.0, 0.5, 3.0])) + rng.normal(0, rng.choice([0.0, 1.0]), k))
    if measure == "PFT":
        yi = np.clip(yi, 0.05, 1.5)
    labels = [f"A study with a rather long name {i}" for i in range(k)]
    method = str(rng.choice(["REML", "EE", "DL"]))
    fit = pool(yi, vi, method=method, test=str(rng.choice(["z", "hksj"])))
    options = {"measure": measure, "labels": labels, "outcome": "Pain " * 20}
    for kind in ("funnel", "radial", "drapery", "baujat", "influence", "gosh"):
        more = {"force": True} if kind == "funnel" else {}
        layout = DRAWS[kind][1](fit, yi, vi, **options, **more)
        assert_tidy(layout.sheet)
        for shape in layout.sheet.shapes:
            assert np.isfinite(shape.points).all()


@pytest.mark.parametrize("seed", range(8))
def test_any_tables_make_a_tidy_labbe_plot(seed, assert_tidy):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(3, 30))
    n = rng.integers(5, 5000, (2, k)).astype(float)
    share = rng.choice([0.0005, 0.02, 0.3, 0.95])
    cells = {"ai": rng.binomial(n[0].astype(int), share), "ci": rng.binomial(n[1].astype(int), share)}
    cells |= {"n1i": n[0], "n2i": n[1]}
    measure = str(rng.choice(["RD", "AS"]))
    effects = effect_sizes(measure, **cells)
    kept = np.isfinite(effects.yi) & (effects.vi > 0)
    if kept.sum() < 3:
        return
    cells = {name: np.asarray(values)[kept] for name, values in cells.items()}
    yi, vi = effects.yi[kept], effects.vi[kept]
    labels = [f"Study {i}" for i in range(len(yi))]
    layout = layout_labbe(pool(yi, vi), yi, vi, measure=measure, labels=labels, outcome="Death", cells=cells)
    assert_tidy(layout.sheet)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_an_author_with_a_year_stands_whole_in_an_influence_panel(preset):
    cells = tables(8)
    effects = effect_sizes("OR", **cells)
    labels = [f"Raghunathan and Gupta {1990 + i}" for i in range(8)]
    fit = pool(effects.yi, effects.vi)
    options = {"measure": "OR", "labels": labels, "outcome": "Death", "preset": preset}
    sheet = layout_influence(fit, effects.yi, effects.vi, **options).sheet
    assert set(labels) <= {words.text.removesuffix("*") for words in sheet.words}
    assert sheet.width <= (preset.style.pages or (inf,))[-1]

"""Every preset, few studies and many, short names and long: texts stay apart and whole, no glyph lacks."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from itertools import product
from math import log

import pytest

from metaan.figures.drawing import render
from metaan.figures.forest import forest_plot, layout_forest
from metaan.figures.presets import PRESETS

XHTML = "{http://www.w3.org/1999/xhtml}"
POPPLER = 0.3  # points; poppler's boxes are those of the font, a little taller than its letters
CHROMIUM = 0.6  # points; Chromium gives a text the whole height of its font, rounded to pixels
COUNTS = (1, 2, 5, 20, 60)
KINDS = {
    "binary": ({"arm1": (1234, 56789), "arm2": (0, 7)}, "RR", "binary"),
    "continuous": ({"arm1": (-123.4, 45.6, 12000), "arm2": (0.5, 0.2, 8)}, "SMD", "continuous"),
    "generic": ({"arm1": None, "arm2": None}, "OR", "binary"),
}
FEATURES = ("plain", "groups", "bias", "all")
LABELS = (
    "Ng 2001",
    "Van der Meulen-Hoogenboom & Wijnbergen-Sánchez et al, 2019 (b)",
    "W" * 60,
    "Study with a name of about forty letters",
    "iiiiiiiiiiiiiiiiiiiiiiiiiiiiii",
)
GROUPS = ("acute low back pain", "pain of the neck and the shoulder, with or without radiating symptoms", "")


@pytest.fixture(scope="module")
def case(make_study, make_comparison, make_groups, make_rob):
    """Build the arguments of a forest plot with everything that a feature asks for."""

    def build(k, kind, feature):
        cells, measure, data = KINDS[kind]
        studies = [
            make_study(
                f"{LABELS[i % len(LABELS)][:58]} {i}",
                log(10.0 ** (i % 5 - 2)),
                0.1 + i % 5,
                estimable=k < 5 or i % 7 != 3,
                note="no events in either arm" if k >= 5 and i % 7 == 3 else "",
                multiarm=i % 2 == 0,
                pooled_report=i % 4 == 1,
                status=("extracted", "derived", "imputed")[i % 3],
                **cells,
            )
            for i in range(k)
        ]
        comparison = make_comparison(studies)
        options = {
            "measure": measure,
            "kind": data,
            "direction": "lower_better",
            "names": {"drug": "Oxycodone/acetaminophen with cyclobenzaprine 10 mg", "placebo": "Placebo"},
            "outcome": "A patient's global impression of change, much or very much improved",
            "level": 0.95,
        }
        if feature in ("groups", "all"):
            comparison = make_groups(comparison, [GROUPS[i % 3] for i in range(k)])
        if feature in ("bias", "all"):
            options["rob"] = make_rob(studies, unjudged={studies[-1].study} if k > 1 else ())
            options["margin"] = 1.25
        return comparison, options

    return build


def page_words(pdf, folder):
    path = folder / "figure.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True)
    page = next(ET.fromstring(done.stdout).iter(f"{XHTML}page"))
    words = [
        (*(float(word.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")), word.text)
        for word in page.iter(f"{XHTML}word")
    ]
    return words, float(page.get("width")), float(page.get("height"))


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("k", COUNTS)
def test_every_layout_is_tidy(name, k, case, assert_tidy):
    for kind, feature in product(KINDS, FEATURES):
        comparison, options = case(k, kind, feature)
        layout = layout_forest(comparison, preset=PRESETS[name], **options)
        assert_tidy(layout.sheet)
        for mark in layout.marks:
            assert layout.scale.left <= mark.low <= mark.high <= layout.scale.right


def written(name):
    """Sample the grid: every preset with every k, every kind and every feature, not all at once."""
    at = list(PRESETS).index(name)
    for i, k in enumerate(COUNTS):
        yield k, list(KINDS)[(i + at) % 3], FEATURES[(i + at) % 4] if k < 20 else "all"


@pytest.mark.parametrize("name", PRESETS)
def test_boxes_read_back_from_the_written_files_are_apart(name, case, tmp_path, overlaps, read_boxes):
    for k, kind, feature in written(name):
        comparison, options = case(k, kind, feature)
        drawing = forest_plot(comparison, id="f", preset=PRESETS[name], **options)
        assert not drawing.lacking
        words, width, height = page_words(render(drawing, "pdf"), tmp_path)
        assert words
        assert overlaps(words, POPPLER) == [], (k, kind, feature)
        assert [w for w in words if w[0] < 0 or w[1] < 0 or w[2] > width or w[3] > height] == []
        boxes = read_boxes(render(drawing, "svg"))
        assert overlaps(boxes, 0.05) == [], (k, kind, feature)
        assert [b for b in boxes if b[0] < 0 or b[1] < 0 or b[2] > width or b[3] > height] == []
        shown = " ".join(box[4] for box in boxes)
        assert all(str(i) in shown for i in range(k))


BOXES = """
() => Array.from(document.querySelectorAll("svg")).map(svg => {
  const size = svg.viewBox.baseVal;
  return {width: size.width, height: size.height, texts: Array.from(svg.querySelectorAll("text")).map(t => {
    const b = t.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height, t.textContent];
  })};
})
"""


@pytest.mark.browser
def test_boxes_that_a_browser_gives_are_apart(case, overlaps):
    from playwright.sync_api import sync_playwright

    drawn = []
    for name in PRESETS:
        comparison, options = case(20, "binary", "all")
        drawing = forest_plot(comparison, id=f"f-{name}", preset=PRESETS[name], **options)
        drawn.append(render(drawing, "svg").decode().split("?>", 1)[1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_context(offline=True).new_page()
        page.set_content(f"<!DOCTYPE html><meta charset=utf-8>{''.join(drawn)}")
        found = page.evaluate(BOXES)
        browser.close()
    assert len(found) == len(PRESETS)
    for name, each in zip(PRESETS, found, strict=True):
        boxes = [tuple(box) for box in each["texts"]]
        assert overlaps(boxes, CHROMIUM) == [], name
        outside = [b for b in boxes if b[0] < 0 or b[1] < 0 or b[2] > each["width"] or b[3] > each["height"]]
        assert outside == [], name

"""The forest plot of a plain file: headings, subtotals and the test of its subgroups."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan.figures.drawing import render
from metaan.figures.layout import layout_rows
from metaan.figures.single_forest import ForestLine, single_content, single_forest
from metaan.figures.style import DEFAULT

LABEL = st.text(st.characters(codec="utf-8"), min_size=1, max_size=120)
XHTML = "{http://www.w3.org/1999/xhtml}"
SLACK = 0.3  # points; poppler's boxes are those of the font, a little taller than its letters
LONG = "A group whose name is so long that no page of a journal could ever hold it, whatever one does"


def grouped(groups, *, ratio=True):
    """Lines of a plot of groups; each is a name and the estimates of its studies."""
    k = sum(len(estimates) for _, estimates in groups)
    wide = 2.0 if ratio else 1.0
    for name, estimates in groups:
        yield ForestLine(kind="heading", label=f"group: {name}")
        for i, x in enumerate(estimates):
            low, high = (x / wide, x * wide) if ratio else (x - wide, x + wide)
            yield ForestLine(kind="study", label=f"{name} {i}", estimate=x, low=low, high=high, weight=1 / k)
        if len(estimates) > 1:
            middle = sorted(estimates)[len(estimates) // 2]
            low, high = (middle / 1.4, middle * 1.4) if ratio else (middle - 0.5, middle + 0.5)
            label = f"Subtotal (k = {len(estimates)})"
            yield ForestLine(kind="group", label=label, estimate=middle, low=low, high=high)
            yield ForestLine(kind="words", label="τ² = 0.133, I² = 82.0%; Q = 5.56 (df 1, P = 0.018)")
    yield ForestLine(kind="pooled", label="Random effects", estimate=1.0, low=0.8, high=1.3)
    yield ForestLine(kind="closing", label="Test for subgroup differences: F(2, 3.9) = 0.87, P = 0.49")


THREE = [("alpha", [0.5, 0.7, 0.9]), ("beta", [1.4]), ("gamma", [0.3, 2.5])]


def laid_out(groups, **more):
    lines = tuple(grouped(groups, **more))
    content = single_content(
        lines, title="Pain (trials.csv)", measure="OR" if more.get("ratio", True) else "MD", level=0.95
    )
    return content, layout_rows(content)


def test_studies_stand_under_their_heading_and_a_single_one_has_no_subtotal():
    content, layout = laid_out(THREE)
    names = [row.cells[0] for row in content.rows]
    assert names[:6] == ["group: alpha", "alpha 0", "alpha 1", "alpha 2", "Subtotal (k = 3)", names[5]]
    assert names[6:8] == ["group: beta", "beta 0"]
    assert names[8] == "group: gamma"
    marks = {mark.row: mark.kind for mark in layout.marks}
    diamonds = [names[row] for row, kind in marks.items() if kind == "diamond"]
    assert diamonds == ["Subtotal (k = 3)", "Subtotal (k = 2)", "Random effects"]
    assert len([kind for kind in marks.values() if kind == "square"]) == 6


def test_rows_below_a_heading_stand_in_and_headings_are_bold():
    content, layout = laid_out(THREE)
    words = {word.text: word for word in layout.sheet.words}
    assert words["group: alpha"].bold
    assert words["alpha 0"].x == pytest.approx(words["group: alpha"].x + DEFAULT.indent)
    assert words["Random effects"].x == words["group: alpha"].x
    assert not any(
        row.indent for row in single_content(tuple(grouped([])), title="", measure="OR", level=0.9).rows
    )
    assert "Test for subgroup differences: F(2, 3.9) = 0.87, P = 0.49" in words
    assert content.rows[-1].mark is None


def test_a_subtotals_weight_is_the_sum_of_those_above_it_as_printed():
    content, _ = laid_out(THREE)
    above = 0.0
    for row in content.rows:
        name, weight = row.cells[0], row.cells[2]
        if name.startswith("group"):
            above = 0.0
        elif name.startswith("Subtotal"):
            assert float(weight) == pytest.approx(above)
        elif weight:
            above += float(weight)
    studies = [row.cells[2] for row in content.rows if row.mark and row.mark.kind == "square"]
    assert sum(round(10 * float(text)) for text in studies) == 1000


@pytest.mark.parametrize(
    "groups",
    [
        THREE,
        [("only", [0.7])],
        [("one", [0.5]), ("two", [1.5]), ("three", [0.9])],
        [(LONG, [0.5, 0.6]), ("<script>alert(1)</script>", [1.0]), ("=1+1", [1e-4, 1e4])],
        [(f"group {g}", [0.1 * (i + 1) for i in range(10)]) for g in range(4)],
    ],
)
@pytest.mark.parametrize("ratio", [True, False])
def test_no_text_overlaps_or_leaves_the_page(groups, ratio, tmp_path, assert_tidy, overlaps, read_boxes):
    _, layout = laid_out(groups, ratio=ratio)
    assert_tidy(layout.sheet)
    drawing = single_forest(
        tuple(grouped(groups, ratio=ratio)),
        id="f",
        title="Pain (trials.csv)",
        measure="OR" if ratio else "MD",
        level=0.95,
        notes=("Heterogeneity: τ² = 0.313 (95% CI 0.120 to 1.11, Q-profile).",),
    )
    svg = render(drawing, "svg")
    assert overlaps(read_boxes(svg), 0.05) == []
    assert b"<script" not in svg
    path = tmp_path / "figure.pdf"
    path.write_bytes(render(drawing, "pdf"))
    done = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True)
    page = next(ET.fromstring(done.stdout).iter(f"{XHTML}page"))
    words = [
        (*(float(word.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")), word.text)
        for word in page.iter(f"{XHTML}word")
    ]
    width, height = float(page.get("width")), float(page.get("height"))
    assert overlaps(words, SLACK) == []
    assert [w for w in words if w[0] < 0 or w[1] < 0 or w[2] > width or w[3] > height] == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(LABEL, st.lists(st.floats(1e-4, 1e4), min_size=1, max_size=4)), max_size=5))
def test_any_names_and_numbers_stay_on_the_page(assert_tidy, groups):
    assert_tidy(laid_out(groups)[1].sheet)


def test_an_estimate_without_an_interval_is_a_dot():
    lines = (
        ForestLine(kind="study", label="A", estimate=0.0, low=-0.1, high=0.1, weight=1.0),
        ForestLine(kind="pooled", label="Mantel-Haenszel", estimate=0.02),
    )
    content = single_content(lines, title="Pain", measure="RD", level=0.95)
    assert content.rows[1].cells[1] == "0.02 (no interval)"
    mark = content.rows[1].mark
    assert (mark.kind, mark.low, mark.high) == ("dot", 0.02, 0.02)


def test_the_description_holds_whole_names():
    drawing = single_forest(
        tuple(grouped([(LONG, [0.5, 0.6])])), id="f", title="Pain", measure="OR", level=0.95
    )
    assert f"group: {LONG}." in drawing.description
    assert drawing.alt == "Forest plot: Pain. 2 studies, odds ratio 1.00 (0.80 to 1.30)."

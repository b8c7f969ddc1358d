"""What a GOSH plot shows, and when it is refused."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from metaan import effect_sizes, gosh, gosh_plot, pool, preset_of
from metaan.errors import CannotDraw
from metaan.figures.drawing import render
from metaan.figures.gosh import layout_gosh
from metaan.figures.gosh_cells import WITH, WITHOUT, mixed, shades
from metaan.figures.presets import PRESETS

CELLS = {
    "ai": [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    "n1i": [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
    "ci": [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    "n2i": [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
}
EFFECTS = effect_sizes("RR", **CELLS)
YI, VI = EFFECTS.yi, EFFECTS.vi
FIT = pool(YI, VI)
FOUND = gosh(YI, VI)
LABELS = [f"Placeholder {letter}" for letter in "ABCDEFGHIJKLM"]
OPTIONS = {"measure": "RR", "labels": LABELS, "outcome": "Tuberculosis"}
LARGEST_FILE = 150_000
"""Bytes of an SVG: what a page with a dozen of them can carry."""


def laid(k=13, **options):
    options = {**OPTIONS, "labels": LABELS[:k], **options}
    return layout_gosh(pool(YI[:k], VI[:k]), YI[:k], VI[:k], **options)


def texts(layout):
    return [words.text for words in layout.sheet.words]


def fills(layout):
    return {shape.fill for shape in layout.sheet.shapes}


def test_every_subset_of_two_or_more_lies_in_its_cell():
    cells = laid().cells
    several = FOUND.sizes > 1
    assert cells.second.sum() == several.sum() == 2**13 - 1 - 13
    assert cells.first.sum() == 0
    x, y = FOUND.estimate[several], FOUND.I2[several]
    for j, i in ((39, 30), (0, 3), (36, 25)):
        across = (x >= cells.across[i]) & (x < cells.across[i + 1])
        last = y <= cells.up[j + 1] if j == len(cells.up) - 2 else y < cells.up[j + 1]
        assert cells.second[j, i] == (across & (y >= cells.up[j]) & last).sum()
    assert (cells.across[0], cells.across[-1]) == (x.min(), x.max())


def test_cells_are_drawn_where_they_are_and_darker_for_more():
    layout = laid()
    cells, scale = layout.cells, layout.across
    frame = (scale.left, layout.up.right, scale.right, layout.up.left)
    drawn = [shape for shape in layout.sheet.shapes if shape.edge == shape.fill]
    assert {shape.fill for shape in drawn} == set(shades(cells.most))
    area = 0.0
    for shape in drawn:
        (left, top), _, (right, bottom), _ = shape.points
        assert frame[0] <= left < right <= frame[2]
        assert frame[1] <= top < bottom <= frame[3]
        area += (right - left) * (bottom - top)
    width = (scale.place(cells.across[-1]) - scale.place(cells.across[0])) / (len(cells.across) - 1)
    height = (layout.up.left - layout.up.right) / (len(cells.up) - 1)
    assert area == pytest.approx(np.count_nonzero(cells.second) * width * height)
    j, i = np.unravel_index(cells.second.argmax(), cells.second.shape)
    middle = scale.place((cells.across[i] + cells.across[i + 1]) / 2)
    level = layout.up.place((cells.up[j] + cells.up[j + 1]) / 2)
    (darkest,) = (
        shape
        for shape in drawn
        if shape.points[0][0] < middle < shape.points[2][0]
        and shape.points[0][1] < level < shape.points[2][1]
    )
    assert darkest.fill == shades(cells.most)[-1]


def test_few_subsets_in_a_cell_have_a_colour_each():
    layout = laid(5)
    assert layout.cells.most <= 3
    drawn = {shape.fill for shape in layout.sheet.shapes if shape.edge == shape.fill}
    counts = set(layout.cells.second.flat) - {0}
    assert drawn == {shades(layout.cells.most)[int(count) - 1] for count in counts}
    assert "Subsets in a cell" in texts(layout)
    assert "Subsets in a cell (logarithmic steps)" in texts(laid())


def test_all_studies_and_no_effect_are_marked():
    layout = laid()
    assert layout.whole.x == pytest.approx(layout.across.place(FIT.estimate))
    assert layout.whole.y == pytest.approx(layout.up.place(FIT.I2))
    upright = [line.start[0] for line in layout.sheet.lines if line.start[0] == line.end[0]]
    assert layout.across.place(0.0) in upright
    said = texts(layout)
    assert {"All 13 studies: 0.49, I² 92.2%", "No effect", "Pooled risk ratio (log scale)"} <= set(said)
    assert "No effect" not in texts(laid(measure="PLO"))


def test_subsets_with_and_without_a_study_have_colours_of_their_own():
    layout = laid(split=3)
    holds = FOUND.members[:, 3] & (FOUND.sizes > 1)
    assert layout.cells.first.sum() == holds.sum() == 2**12 - 1
    assert layout.cells.second.sum() == 2**12 - 1 - 12
    assert {WITH, WITHOUT, mixed(1, 1)} <= fills(layout)
    said = " ".join(texts(layout))
    assert "With Placeholder D: 4,095 subsets" in said
    assert "Without Placeholder D: 4,083" in said
    assert WITH not in fills(laid())


def test_a_sample_says_so_with_its_seed():
    random = np.random.default_rng(2)
    v = random.uniform(0.02, 0.2, 40)
    y = random.normal(0, 0.4, 40)
    fit = pool(y, v, method="DL")
    options = {"measure": "MD", "labels": [f"S{i}" for i in range(40)], "outcome": "Pain"}
    drawing = gosh_plot(fit, y, v, id="g", seed=8, **options)
    assert "There are 1.1×10¹² subsets; 32,767 were drawn at random, without replacement (seed 8)." in (
        drawing.description
    )
    assert render(drawing, "svg") == render(gosh_plot(fit, y, v, id="g", seed=8, **options), "svg")
    assert "drawn at random" not in gosh_plot(FIT, YI, VI, id="g", **OPTIONS).description


def test_the_description_tells_what_each_study_does():
    told = gosh_plot(FIT, YI, VI, id="g", found=FOUND, **OPTIONS).description
    several = FOUND.sizes > 1
    for i in (3, 7):
        for chosen, words in (
            (FOUND.members[:, i], f"With {LABELS[i]}: "),
            (~FOUND.members[:, i], "; without: "),
        ):
            middle = np.exp(np.median(FOUND.estimate[several & chosen]))
            assert f"{words}median risk ratio {middle:.2f}, half of them" in told
    assert "one study alone has no I²" in told


@pytest.mark.parametrize("split", [None, 0])
@pytest.mark.parametrize("k", [5, 13])
def test_files_stay_small(k, split):
    options = {**OPTIONS, "labels": LABELS[:k], "split": split}
    drawing = gosh_plot(pool(YI[:k], VI[:k]), YI[:k], VI[:k], id="g", **options)
    svg = render(drawing, "svg")
    assert len(svg) < LARGEST_FILE
    assert ET.fromstring(svg).get("role") == "img"


def test_noise_of_many_studies_stays_small_too():
    random = np.random.default_rng(7)
    v = random.uniform(0.01, 1.0, 15)
    y = random.standard_cauchy(15) * np.sqrt(v)
    options = {"measure": "MD", "labels": [str(i) for i in range(15)], "outcome": "Noise"}
    for split in (None, 2):
        svg = render(gosh_plot(pool(y, v), y, v, id="g", split=split, **options), "svg")
        assert len(svg) < LARGEST_FILE


@pytest.mark.parametrize("name", PRESETS)
def test_each_journal_draws_it(name, assert_tidy):
    preset = preset_of(name)
    layout = laid(preset=preset)
    assert_tidy(layout.sheet)
    assert {words.family for words in layout.sheet.words} == {preset.style_for("generic").family}


def test_equal_effects_fill_one_column():
    y, v = [0.3] * 6, [0.1, 0.2, 0.3, 0.1, 0.2, 0.3]
    options = {"measure": "MD", "labels": list("abcdef"), "outcome": "Pain"}
    cells = layout_gosh(pool(y, v), y, v, **options).cells
    assert np.count_nonzero(cells.second.sum(0)) == 1
    assert cells.second[0].sum() == 2**6 - 1 - 6


def test_what_is_refused():
    few = {**OPTIONS, "labels": LABELS[:4]}
    with pytest.raises(CannotDraw, match="No GOSH plot: it takes 5 studies, and there are 4"):
        gosh_plot(pool(YI[:4], VI[:4]), YI[:4], VI[:4], id="g", **few)
    with pytest.raises(CannotDraw, match="there is no study 13 among 13, counted from 0"):
        gosh_plot(FIT, YI, VI, id="g", split=13, **OPTIONS)

"""Pixels are those of matplotlib, which draws the same sheet as the artists of a figure."""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from math import ceil, sin

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from metaan.figures.drawing import render, settled, sheet_drawing
from metaan.figures.forest import forest_plot
from metaan.figures.measure import width
from metaan.figures.network_graph import network_graph
from metaan.figures.outlines import outlined
from metaan.figures.raster import few_colours, pixels
from metaan.figures.sheet import Curve, Line, Shape, Sheet, Words, draw_sheet

DPI = 300
PIXEL = 72 / DPI
ROUNDING = 1
"""Levels of 255: Agg blends several marks of a collection with other roundings than one."""

FINE = 4
HALF = FINE // 2
"""Boxes of ink are compared at four times the resolution, where half a pixel of a PNG is two."""

STEM = 0.002
"""Share of the ink: FreeType rounds outlines to a 64th of a pixel, and a stem is some five pixels wide."""

SHADE = 1.0
"""Root mean square in levels of 255 at that resolution; a pixel's shift of one word gives more than 4."""

PATCH = 25
PATCH_SHADE = 6.0
"""Levels of 255 in the mean of a patch: letters far along a line stand up to half a pixel from where
advances rounded to a 64th of a pixel put them; a word left out changes more than 20."""

TEXTS = (
    "0.44 (0.27 to 0.74)",
    "τ² ≤ −0.5 → Müller Жук †",
    "AVAVA ŷ fi ẹ",
    "e\u0301a\u0308 A\u030a 2001",
    "שלום עולם 2001",
    "دراسة 12",
    "漢字 😀 🧪 x",
    "<b>$x^2$ \\frac{1}{2} ]]>",
)
PLACES = (
    {},
    {"align": "center", "colour": "#2166ac"},
    {"align": "right", "bold": True},
    {"align": "center", "turned": True},
    {"align": "right", "turned": True, "family": "Liberation Sans"},
)


def as_artists(sheet, dpi):
    buffer = io.BytesIO()
    with settled(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(sheet.width / 72, sheet.height / 72))
        draw_sheet(sheet, figure.add_axes((0, 0, 1, 1)))
        figure.savefig(buffer, format="rgba", dpi=dpi)
    size = (round(sheet.height / 72 * dpi), round(sheet.width / 72 * dpi), 4)
    return np.frombuffer(buffer.getvalue(), dtype=np.uint8).reshape(size)


def as_pixels(sheet, dpi):
    with settled(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        return pixels(sheet, dpi)


def on_whole_pixels(sheet):
    """The same marks on a page that ends where a pixel ends, so that both renderers begin at its edge."""
    return replace(sheet, width=ceil(sheet.width / PIXEL) * PIXEL, height=ceil(sheet.height / PIXEL) * PIXEL)


def ink(drawn):
    return 255.0 - drawn[..., :3].min(axis=2)


def ink_box(shades):
    dark = shades > 127
    return [edge for axis in (0, 1) for edge in np.flatnonzero(dark.any(axis=axis))[[0, -1]]]


def page_of(*texts):
    return Sheet(width=96.0, height=96.0, words=texts, lines=(), shapes=())


def square(left, top, side, **look):
    corners = ((left, top), (left + side, top), (left + side, top + side), (left, top + side))
    return Shape(points=corners, **look)


@pytest.fixture(params=["forest", "network"])
def figure(request, comparison, options, make_scenario):
    if request.param == "forest":
        return forest_plot(comparison, id="f", **options)
    scenario = make_scenario({("a", "b"): ("s",), ("b", "c"): ("t", "u"), ("c", "a"): ("v",)})
    return network_graph(scenario, id="n", names={"a": "Carisoprodol"}, outcome="Drowsiness")


def test_shapes_lines_and_curves_are_matplotlibs_own():
    wave = tuple((5 + i / 3, 60 + 20 * sin(i / 10)) for i in range(180))
    sheet = Sheet(
        width=72.0,
        height=96.0,
        words=(),
        lines=(
            Line(start=(3.1, 4.1), end=(60.2, 4.1), width=0.7),
            Line(start=(3.1, 8.2), end=(60.2, 30.3), width=1.3, colour="#a7a9ac", dashed=True),
            Line(start=(3.1, 48.4), end=(60.2, 48.4), width=1.3, dashed=True, layer=5),
            Line(start=(30.1, 2.2), end=(30.1, 90.3), width=0.5, layer=5),
        ),
        shapes=(
            square(10.1, 10.1, 20.2, fill="#2166ac"),
            square(25.1, 15.1, 20.2, fill="#ff0000", edge="#000000", edge_width=0.5, alpha=0.4),
            Shape(points=((20, 40), (40.3, 50), (20, 60)), fill="none", edge="#00aa00", edge_width=1.5),
            square(12.1, 12.1, 9.2, fill="#fec44f", layer=1),
            square(50.1, 12.1, 9.2, fill="#fec44f", layer=1),
        ),
        curves=(
            Curve(points=wave, width=1.1),
            Curve(points=wave[::-5], width=0.6, colour="#a50f15", dashed=True, layer=4),
        ),
    )
    apart = np.abs(pixels(sheet, DPI).astype(int) - as_artists(sheet, DPI))
    assert ink(pixels(sheet, DPI)).any()
    assert apart.max() <= ROUNDING


@pytest.mark.parametrize("place", PLACES, ids=lambda place: "-".join(map(str, place.values())) or "left")
@pytest.mark.parametrize("text", TEXTS)
def test_words_stand_where_matplotlib_puts_them_and_are_as_black(text, place):
    sheet = page_of(Words(x=48.1, y=50.3, text=text, size=6.5, **place))
    ours, theirs = (ink(draw(sheet, FINE * DPI)) for draw in (as_pixels, as_artists))
    assert np.abs(np.subtract(ink_box(ours), ink_box(theirs))).max() <= HALF
    assert ours.sum() == pytest.approx(theirs.sum(), rel=STEM)
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < SHADE


def test_a_text_longer_than_the_page_is_cut_at_its_edge():
    sheet = page_of(Words(x=48.1, y=50.3, text="L" * 200, size=6.5, align="center"))
    assert ink(pixels(sheet, DPI))[:, [0, -1]].any()
    assert ink(pixels(sheet, DPI)).sum() == pytest.approx(ink(as_artists(sheet, DPI)).sum(), rel=0.01)


def test_a_figure_is_the_one_that_its_artists_make(figure):
    sheet = on_whole_pixels(figure.sheet)
    ours, theirs = (ink(draw(sheet, DPI)) for draw in (pixels, as_artists))
    rows, columns = (size // PATCH for size in ours.shape)
    apart = (ours - theirs)[: rows * PATCH, : columns * PATCH].reshape(rows, PATCH, columns, PATCH)
    assert np.abs(apart.mean(axis=(1, 3))).max() < PATCH_SHADE


@pytest.mark.parametrize("bold", [False, True])
def test_each_letter_is_as_wide_as_it_was_measured(bold):
    for text in ("Placebo", "0.44 (0.27 to 0.74)", "AVATAR", "Жук"):
        ends = [
            outlined([Words(x=0.0, y=0.0, text=drawn, size=10.0, bold=bold)]).get_extents().x1
            for drawn in ("|", text + "|")
        ]
        assert ends[1] - ends[0] == pytest.approx(width(text, 10.0, bold=bold), abs=0.005)


def test_a_box_where_none_was_expected_is_an_error_every_time():
    drawing = sheet_drawing(
        page_of(Words(x=9.0, y=50.0, text="漢 x", size=9.0)), id="t", title="T", alt="A", description="D"
    )
    assert render(drawing, "png")
    for _ in range(2):
        with pytest.raises(UserWarning, match="Glyph 28450 missing from"):
            render(replace(drawing, lacking=frozenset()), "png")


def test_what_was_drawn_before_does_not_show(figure):
    first = pixels(figure.sheet, DPI).copy()
    pixels(page_of(Words(x=9.0, y=50.0, text="0.44 Drowsiness", size=30.0, bold=True)), 600)
    assert np.array_equal(pixels(figure.sheet, DPI), first)


def test_white_is_the_first_of_at_most_256_colours(figure):
    image = few_colours(pixels(figure.sheet, DPI))
    palette = image.getpalette()
    assert image.mode == "P"
    assert palette[:3] == [255, 255, 255]
    assert len(palette) <= 3 * 256
    white = (pixels(figure.sheet, DPI) == 255).all(axis=2)
    assert np.array_equal(np.asarray(image) == 0, white)


def test_a_tiff_has_every_shade(figure):
    image = Image.open(io.BytesIO(render(figure, "tiff")))
    drawn = pixels(figure.sheet, figure.files.tiff_dpi)
    assert np.array_equal(np.asarray(image), drawn[..., :3])

"""A browser shows an SVG from the sheet as it shows matplotlib's own, and its texts are nothing else."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from metaan import effect_sizes, pool
from metaan.figures.artists import sheet_figure
from metaan.figures.drapery import drapery_plot
from metaan.figures.drawing import render, settled, sheet_drawing
from metaan.figures.forest import forest_plot
from metaan.figures.network_graph import network_graph
from metaan.figures.presets import PRESETS
from metaan.figures.sheet import Curve, Line, Shape, Sheet, Words
from metaan.figures.svg import sheet_svg

SVG = "{http://www.w3.org/2000/svg}"
SHADE = 0.2
"""Root mean square in levels of 255 at two dots per CSS pixel: matplotlib writes widths of lines with three
decimals more, and all else is the same to the dot; a hairline left out gives more than ten times as much."""

PAGE = """<!DOCTYPE html><meta charset=utf-8>
<style>body {{ margin: 0 }} svg {{ display: block }} text {{ font-family: 'DejaVu Sans' !important }}
</style>{}"""
LOADED = """
import sys
from metaan.figures.drawing import render, sheet_drawing
from metaan.figures.forest import forest_plot
from metaan.figures.sheet import Sheet, Words
sheet = Sheet(width=90, height=20, words=(Words(x=9, y=9, text="0.44", size=9),), lines=(), shapes=())
drawing = sheet_drawing(sheet, id="a", title="A", alt="A", description="A")
for name in ("svg", "pdf", "png", "tiff"):
    render(drawing, name)
print(*(name for name in ("matplotlib.figure", "matplotlib.axes") if name in sys.modules))
"""
WAVE = tuple((5 + i, 60 + 20 * np.sin(i / 10)) for i in range(180))


def page_of(*words, lines=(), shapes=(), curves=()):
    return Sheet(width=200.0, height=100.0, words=words, lines=lines, shapes=shapes, curves=curves)


def square(left, top, side, **look):
    corners = ((left, top), (left + side, top), (left + side, top + side), (left, top + side))
    return Shape(points=corners, **look)


SHEETS = {
    "marks": page_of(
        lines=(
            Line(start=(3.1, 4.1), end=(160.2, 4.1), width=0.5),
            Line(start=(3.1, 8.2), end=(160.2, 30.3), width=1.3, colour="#a7a9ac", dashed=True),
            Line(start=(20.1, 2.2), end=(20.1, 90.3), width=2.5, layer=5),
        ),
        shapes=(
            square(10.1, 10.1, 20.2, fill="#2166ac"),
            square(25.1, 15.1, 20.2, fill="#ff0000", edge="#000000", edge_width=0.5, alpha=0.4),
            Shape(points=((20, 40), (80.3, 50), (20, 60)), fill="none", edge="#00aa00", edge_width=3.5),
            Shape(points=((90, 40), (140.3, 42), (90, 44)), fill="0.5", edge="black", edge_width=4.0),
            square(12.1, 12.1, 9.2, fill="#fec44f", layer=1),
        ),
        curves=(
            Curve(points=WAVE, width=1.1),
            Curve(points=WAVE[::-5], width=0.6, colour="#a50f15", dashed=True, layer=4),
        ),
    ),
    "words": page_of(
        Words(x=9.0, y=12.0, text="0.44 (0.27 to 0.74)", size=9.0),
        Words(x=190.0, y=12.0, text="0.44 (0.27 to 0.74)", size=9.0, align="right", bold=True),
        Words(x=100.0, y=24.0, text="τ² ≤ −0.5 → Müller Жук †", size=8.37, align="center", colour="#2166ac"),
        Words(x=12.0, y=90.0, text="Standard error", size=8.0, turned=True),
        Words(x=24.0, y=60.0, text="middle", size=8.0, turned=True, align="center"),
        Words(x=36.0, y=40.0, text="its end", size=8.0, turned=True, align="right"),
        Words(x=190.0, y=40.0, text="שלום עולם 2001", size=9.0, align="right"),
        Words(x=50.0, y=52.0, text="دراسة 12", size=9.0),
        Words(x=190.0, y=64.0, text="漢字 😀 🧪 x", size=9.0, align="right"),
        Words(x=50.0, y=76.0, text="<script>alert(1)</script> & $x^2$ ]]>", size=7.0),
        Words(x=50.0, y=88.0, text="e\u0301a\u0308 A\u030a \"2001\" 'x' &amp;", size=7.0),
    ),
}


@pytest.fixture
def figures(comparison, options, make_rob, make_groups, make_scenario):
    grouped = make_groups(comparison, ["acute", "chronic"] * (len(comparison.studies) // 2))
    more = {"rob": make_rob(comparison.studies), "margin": 1.25}
    n = np.arange(100, 112)
    effects = effect_sizes("OR", ai=n // 9, n1i=n, ci=n // 5, n2i=n)
    fit = pool(effects.yi, effects.vi)
    labels = {"measure": "OR", "labels": [f"Müller {i}" for i in range(12)], "outcome": "Pain"}
    scenario = make_scenario({("a", "b"): ("s", "t"), ("b", "c"): ("t",), ("a", "c"): ("u",)})
    drawings = {
        **{name: forest_plot(grouped, id="f", preset=PRESETS[name], **options, **more) for name in PRESETS},
        "network": network_graph(scenario, id="n", names={}, outcome="Relief of pain"),
        "drapery": drapery_plot(fit, effects.yi, effects.vi, id="d", **labels),
    }
    return SHEETS | {name: drawing.sheet for name, drawing in drawings.items()}


def ours(sheet):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        return sheet_svg(sheet, id="a", title="", description="").decode().partition("?>")[2]


def matplotlibs(sheet):
    buffer = io.StringIO()
    # matplotlib would leave out points of a long curve that lie near its course; ours keeps all.
    changed = {"svg.fonttype": "none", "path.simplify": False}
    with settled(), mpl.rc_context(changed), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        sheet_figure(sheet).savefig(buffer, format="svg")
    return "<svg" + buffer.getvalue().partition("<svg")[2]


@pytest.fixture
def shown():
    """What a browser shows of an SVG, as shades."""
    from playwright.sync_api import sync_playwright

    def show(svg):
        page.set_content(PAGE.format(svg))
        with Image.open(io.BytesIO(page.locator("svg").screenshot())) as image:
            return np.asarray(image.convert("RGB"), dtype=float)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_context(offline=True, device_scale_factor=2).new_page()
        yield show
        browser.close()


def distance(a, b):
    assert a.shape == b.shape
    return float(np.sqrt(((a - b) ** 2).mean()))


@pytest.mark.browser
def test_a_browser_shows_what_it_shows_of_matplotlibs_own(shown, figures):
    apart = {name: distance(shown(ours(sheet)), shown(matplotlibs(sheet))) for name, sheet in figures.items()}
    assert {name: far for name, far in apart.items() if far > SHADE} == {}
    marks = figures["marks"]
    without = replace(marks, lines=marks.lines[1:])
    assert distance(shown(ours(without)), shown(ours(marks))) > 10 * SHADE


def test_layers_are_as_in_the_sheet_and_words_are_above_them():
    sheet = page_of(
        Words(x=9.0, y=12.0, text="a", size=9.0),
        lines=(
            Line(start=(1, 1), end=(2, 1), width=1.0, colour="#000005", layer=5),
            Line(start=(1, 1), end=(2, 1), width=1.0, colour="#000003", layer=3),
        ),
        shapes=(
            square(1, 1, 1, fill="#000004", layer=4),
            square(1, 1, 1, fill="#000002", layer=3),
            square(1, 1, 1, fill="#000001", layer=1),
        ),
    )
    groups = ET.fromstring(ours(sheet)).findall(f"{SVG}g")
    looks = [group.get("stroke") or group.get("fill") or group[0].text for group in groups]
    assert looks == [*(f"#00000{i}" for i in range(1, 6)), "a"]


def test_a_text_says_where_it_ends_so_that_a_column_in_another_typeface_stays_one():
    texts = list(ET.fromstring(ours(SHEETS["words"])).iter(f"{SVG}text"))
    anchors = {"left": None, "center": "middle", "right": "end"}
    for text, words in zip(texts, SHEETS["words"].words, strict=True):
        assert text.get("text-anchor") == anchors[words.align]
        assert (float(text.get("x")), float(text.get("y"))) == (words.x, words.y)
        assert text.text.removeprefix("\u200e") == words.text
    assert [text.text[0] for text in texts[6:8]] == ["\u200e"] * 2


def test_what_xml_cannot_say_is_a_sign_of_replacement_and_a_quotation_mark_ends_no_attribute():
    sheet = page_of(Words(x=9.0, y=12.0, text="\x00\x1b\ud800\uffff.", size=9.0))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        root = ET.fromstring(sheet_svg(sheet, id='a" onload="x', title="\x07", description="</desc>\x08"))
    assert root.get("id") == 'a" onload="x'
    assert root.get("onload") is None
    assert [root.find(f"{SVG}{name}").text for name in ("title", "desc")] == ["\ufffd", "</desc>\ufffd"]
    assert root.find(f"{SVG}g/{SVG}text").text == "\ufffd" * 4 + "."


def test_a_missing_glyph_stays_text_and_is_an_error_where_none_was_expected():
    sheet = page_of(Words(x=9.0, y=50.0, text="漢 x", size=9.0))
    drawing = sheet_drawing(sheet, id="t", title="T", alt="A", description="D")
    assert ">漢 x</text>".encode() in render(drawing, "svg")
    for _ in range(2):
        with pytest.raises(UserWarning, match="Glyph 28450 missing from"):
            render(replace(drawing, lacking=frozenset()), "svg")


def test_no_figure_of_matplotlib_is_loaded_for_a_sheet():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_figure_of_a_drawing_has_the_size_of_its_sheet_and_is_its_callers():
    drawing = sheet_drawing(SHEETS["marks"], id="t", title="T", alt="A", description="D")
    assert drawing.figure.get_size_inches() * 72 == pytest.approx((200.0, 100.0))
    assert drawing.figure is not drawing.figure

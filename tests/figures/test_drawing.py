"""Bytes: identical everywhere, accessible, harmless."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest
from PIL import Image

from metaan.figures.drawing import render, settled, sheet_drawing
from metaan.figures.forest import forest_plot
from metaan.figures.measure import width
from metaan.figures.network_graph import network_graph
from metaan.figures.sheet import Shape, Sheet, Words

SVG = "{http://www.w3.org/2000/svg}"
FORMATS = ("svg", "pdf", "png")
HOSTILE = (
    "<script>alert(1)</script>",
    "\"double\" 'single' & <!-- -->",
    "$x^2$ \\frac{1}{2} \\n",
    "bell \x07 nul \x00 line\nbreak",
    "שלום עולם 2001",
    "漢字 😀 🧪 x",
    "lone \ud800 surrogate, override \u202e end",
    "]]> %s {0} {{ }}",
    "L" * 200,
)

AGAIN = """
import hashlib, sys, importlib.util
spec = importlib.util.spec_from_file_location("builders", sys.argv[1])
builders = importlib.util.module_from_spec(spec)
spec.loader.exec_module(builders)
from metaan.figures.drawing import render, settled, sheet_drawing
from metaan.figures.forest import forest_plot
drawing = forest_plot(builders.comparison_of(builders.four_studies()), id="f", measure="RR",
    direction="lower_better", kind="binary", names={"drug": "Carisoprodol", "placebo": "Placebo"},
    outcome="Drowsiness", level=0.95)
for name in ("svg", "pdf", "png", "tiff"):
    print(hashlib.sha256(render(drawing, name)).hexdigest())
assert "matplotlib.pyplot" not in sys.modules
"""


@pytest.fixture(scope="module")
def drawing(options, make_comparison, make_study):
    studies = [make_study(name, 0.1 * i, 0.3) for i, name in enumerate(HOSTILE)]
    changed = {**options, "names": {"drug": "A <b> & $y$", "placebo": "שלום"}, "outcome": "O\x1b[31m </svg>"}
    return forest_plot(make_comparison(studies), id="forest-a", **changed)


def test_the_same_bytes_in_other_processes_time_zones_locales_threads_and_hash_seeds():
    here = Path(__file__).parent
    runs = []
    worlds = (("0", "UTC", "C.UTF-8", "1"), ("4711", "Asia/Tokyo", "de_DE.UTF-8", "4"))
    for seed, zone, language, threads in worlds:
        changed = {
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": language,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-W", "error", "-c", AGAIN, str(here / "conftest.py")]
        done = subprocess.run(
            command, env={**os.environ, **changed}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        runs.append(done.stdout.split())
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == len((*FORMATS, "tiff"))


def test_the_same_bytes_again_in_any_order(comparison, options):
    first = forest_plot(comparison, id="f", **options)
    second = forest_plot(comparison, id="f", **options)
    once = {name: hashlib.sha256(render(first, name)).digest() for name in FORMATS}
    again = {name: hashlib.sha256(render(second, name)).digest() for name in reversed(FORMATS)}
    assert once == again
    assert hashlib.sha256(render(first, "svg")).digest() == once["svg"]


def test_the_users_settings_have_no_say_and_stay_as_they_were(comparison, options):
    plain = render(forest_plot(comparison, id="f", **options), "svg")
    changed = {
        "font.size": 30,
        "text.parse_math": True,
        "savefig.bbox": "tight",
        "figure.facecolor": "red",
        "lines.antialiased": False,
        "svg.fonttype": "path",
    }
    with mpl.rc_context(changed):
        assert render(forest_plot(comparison, id="f", **options), "svg") == plain
        assert {key: mpl.rcParams[key] for key in changed} == changed


def test_svg_has_a_role_a_title_and_a_description(drawing):
    root = ET.fromstring(render(drawing, "svg"))
    assert root.get("role") == "img"
    named = {element.get("id"): element for element in root if element.tag in (f"{SVG}title", f"{SVG}desc")}
    assert root.get("aria-labelledby").split() == list(named)
    assert [element.text for element in named.values()] == [drawing.title, drawing.description]


def test_svg_text_is_text_and_hostile_names_are_only_that(drawing):
    source = render(drawing, "svg")
    root = ET.fromstring(source)
    said = [element.text for element in root.iter(f"{SVG}text")]
    assert "<script>alert(1)</script>" in said
    assert "$x^2$ \\frac{1}{2} \\n" in said
    assert "bell � nul � line break" in said
    assert "lone � surrogate, override end" in said
    assert "漢字 😀 🧪 x" in said
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{name}"
        for name in ("svg", "title", "desc", "g", "path", "text", "defs", "use", "clipPath", "rect")
    }
    assert "DejaVu Sans" in root.get("font-family")


def test_two_svgs_in_one_page_share_no_id_and_no_style_sheet(comparison, options, make_scenario):
    scenario = make_scenario({("a", "b"): ("s",), ("b", "c"): ("t",)})
    drawings = (
        forest_plot(comparison, id="forest-1", **options),
        forest_plot(comparison, id="forest-2", **options),
        network_graph(scenario, id="network", names={}, outcome="O"),
    )
    page = "".join(render(drawing, "svg").decode() for drawing in drawings)
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]*)', page)) <= set(ids)
    assert "<style" not in page
    assert "http" not in page.replace("http://www.w3.org/", "")


def test_no_file_carries_a_date_a_version_or_a_place(drawing):
    for name in FORMATS:
        source = render(drawing, name)
        for word in (b"CreationDate", b"ModDate", b"Software", b"atplotlib", b"/home", b"/opt", b"/usr"):
            assert word not in source, (name, word)


def test_png_has_three_hundred_dots_an_inch_and_says_what_it_shows(comparison, options):
    drawing = forest_plot(comparison, id="f", **options)
    image = Image.open(io.BytesIO(render(drawing, "png")))
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert image.info["Description"] == drawing.alt
    root = ET.fromstring(render(drawing, "svg"))
    across = float(root.get("width").removesuffix("pt"))
    assert image.width == pytest.approx(across / 72 * 300, abs=1)


def test_pdf_embeds_true_type(comparison, options):
    source = render(forest_plot(comparison, id="f", **options), "pdf")
    assert source.startswith(b"%PDF")
    assert b"/FontFile2" in source
    assert b"/Type3" not in source


def test_turned_text_has_a_box_that_stands_upright(read_boxes):
    words = Words(x=40.0, y=90.0, text="Carisoprodol", size=9.0, turned=True)
    left, top, right, bottom = words.box
    assert bottom == 90.0
    assert bottom - top == pytest.approx(width("Carisoprodol", 9.0))
    assert right - left == pytest.approx(9.0)
    middle = replace(words, align="center").box
    assert (middle[1] + middle[3]) / 2 == pytest.approx(90.0)
    sheet = Sheet(width=80.0, height=100.0, words=(words,), lines=(), shapes=())
    drawing = sheet_drawing(sheet, id="t", title="T", alt="A", description="D")
    (box,) = read_boxes(render(drawing, "svg"))
    assert box[:4] == pytest.approx(words.box, abs=0.01)


def test_paper_stays_white_among_pale_colours():
    shades = [f"#{level:02x}{level:02x}{255:02x}" for level in range(200, 256)]
    boxes = [
        Shape(points=((i, 0), (i + 1, 0), (i + 1, 40), (i, 40)), fill=shade) for i, shade in enumerate(shades)
    ]
    sheet = Sheet(width=80.0, height=80.0, words=(), lines=(), shapes=tuple(boxes))
    drawing = sheet_drawing(sheet, id="t", title="T", alt="A", description="D")
    image = Image.open(io.BytesIO(render(drawing, "png"))).convert("RGB")
    assert image.getpixel((image.width - 5, image.height - 5)) == (255, 255, 255)


def test_a_png_keeps_the_colours_of_a_figure_that_has_few():
    colours = ("#2166ac", "#c6dbef", "#000000", "#ff0000")
    boxes = tuple(
        Shape(points=((i, 0), (i + 10, 0), (i + 10, 40), (i, 40)), fill=fill)
        for i, fill in zip(range(0, 80, 20), colours, strict=True)
    )
    sheet = Sheet(width=80.0, height=80.0, words=(), lines=(), shapes=boxes)
    drawing = sheet_drawing(sheet, id="t", title="T", alt="A", description="D")
    image = Image.open(io.BytesIO(render(drawing, "png"))).convert("RGB")
    for i, fill in zip(range(0, 80, 20), colours, strict=True):
        wanted = tuple(int(fill[j : j + 2], 16) for j in (1, 3, 5))
        found = image.getpixel((round((i + 5) / 72 * 300), 40))
        assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 8


def test_an_empty_sheet_is_a_white_png():
    sheet = Sheet(width=80.0, height=80.0, words=(), lines=(), shapes=())
    drawing = sheet_drawing(sheet, id="t", title="T", alt="A", description="D")
    image = Image.open(io.BytesIO(render(drawing, "png"))).convert("RGB")
    assert image.getcolors() == [(image.width * image.height, (255, 255, 255))]


def test_settings_hold_for_a_block_and_go_with_it():
    with mpl.rc_context({"pdf.fonttype": 3}):
        with settled():
            with settled():
                assert mpl.rcParams["pdf.fonttype"] == 42
            assert mpl.rcParams["pdf.fonttype"] == 42
        assert mpl.rcParams["pdf.fonttype"] == 3

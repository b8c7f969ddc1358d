"""A PDF from the sheet shows what matplotlib's own shows, and its words are found and copied as they are."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
import zlib
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from metaan import effect_sizes, pool
from metaan.figures import drawing as drawing_room
from metaan.figures.drapery import drapery_plot
from metaan.figures.drawing import render, sheet_drawing
from metaan.figures.fonts import BLOCKS, is_plain
from metaan.figures.forest import forest_plot
from metaan.figures.measure import lacking, width
from metaan.figures.network_graph import network_graph
from metaan.figures.presets import PRESETS
from metaan.figures.radial import radial_plot
from metaan.figures.sheet import DASHES, Curve, Line, Shape, Sheet, Words

XHTML = "{http://www.w3.org/1999/xhtml}"
# Points. matplotlib rounds the advance of each glyph to 1/64 point, so that the words of a line of a hundred
# letters drift from where they were measured; ours stand there, to the third decimal that a PDF is given.
DRIFT = 0.6
MEASURED = 0.01
# Grey levels of 255, root mean square at 150 dpi. Marks are the same to the last dot, or nearly, where a
# corner falls between two; the drift of letters changes how their edges are smoothed, and squares average it.
MARKS = 0.2
LETTERS = 6.0
DPI = 150
BLOCK = 3
HOSTILE = (
    "(a) b) c( \\) \\n \\",
    "<script>alert(1)</script> & ]]> %s {0}",
    "endstream endobj",
    "line\nbreak and bell \x07",
    "שלום עולם 2001",
    "دراسة 2001",
    "漢字 😀 x",
    "e\u0301 combined",
    "L" * 200,
)
NOT_OURS = "\x07שלוםدراسة漢字😀\u0301"


def matplotlib_pdf(drawing):
    return drawing_room._save(drawing, format="pdf", metadata=drawing_room._pdf_metadata(drawing))


def drawing_of(words=(), lines=(), shapes=(), curves=(), size=(200.0, 100.0), **more):
    sheet = Sheet(width=size[0], height=size[1], words=words, lines=lines, shapes=shapes, curves=curves)
    return sheet_drawing(sheet, **{"id": "t", "title": "T", "alt": "A", "description": "D", **more})


def poppler(pdf, folder, program, *options, out=()):
    """Run one of poppler's programs, which must find nothing to complain of."""
    path = folder / "figure.pdf"
    path.write_bytes(pdf)
    done = subprocess.run([program, *options, str(path), *out], capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode()


def pixels(pdf, folder, dpi=DPI):
    options = ("-r", str(dpi), "-png", "-singlefile")
    poppler(pdf, folder, "pdftoppm", *options, out=(str(folder / "figure"),))
    with Image.open(folder / "figure.png") as image:
        return image.convert("RGB")


def distance(old, new, block=1):
    """Root mean square difference of two pictures, in squares of some dots."""
    assert old.size == new.size
    a, b = (np.asarray(image.reduce(block), dtype=float) for image in (old, new))
    return float(np.sqrt(((a - b) ** 2).mean()))


def boxes(pdf, folder):
    root = ET.fromstring(poppler(pdf, folder, "pdftotext", "-bbox", out=("-",)))
    return [
        (*(float(word.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")), word.text)
        for word in root.iter(f"{XHTML}word")
    ]


def text_of(pdf, folder):
    return poppler(pdf, folder, "pdftotext", "-raw", out=("-",)).split()


@pytest.fixture(scope="module")
def fits():
    rng = np.random.default_rng(4)
    n1, n2 = rng.integers(12, 900, 12), rng.integers(12, 900, 12)
    effects = effect_sizes("OR", ai=rng.binomial(n1, 0.15), n1i=n1, ci=rng.binomial(n2, 0.25), n2i=n2)
    return pool(effects.yi, effects.vi), effects


@pytest.fixture(params=[*PRESETS, "network", "radial", "drapery"])
def drawing(request, comparison, options, make_rob, make_groups, make_scenario, fits):
    fit, effects = fits
    labels = {"measure": "OR", "labels": [f"Müller {i}" for i in range(12)], "outcome": "Pain"}
    match request.param:
        case "network":
            scenario = make_scenario({("a", "b"): ("s", "t"), ("b", "c"): ("t",), ("a", "c"): ("u",)})
            return network_graph(scenario, id="n", names={}, outcome="Relief of pain")
        case "radial":
            return radial_plot(fit, effects.yi, effects.vi, id="r", **labels)
        case "drapery":
            return drapery_plot(fit, effects.yi, effects.vi, id="d", **labels)
        case name:
            grouped = make_groups(comparison, ["acute", "chronic"] * (len(comparison.studies) // 2))
            more = {"rob": make_rob(comparison.studies), "margin": 1.25}
            return forest_plot(grouped, id="f", preset=PRESETS[name], **options, **more)


def test_a_figure_looks_as_matplotlib_draws_it(drawing, tmp_path):
    ours, theirs = render(drawing, "pdf"), matplotlib_pdf(drawing)
    assert ours != theirs
    assert distance(pixels(theirs, tmp_path), pixels(ours, tmp_path), BLOCK) < LETTERS
    bare = replace(drawing.sheet, words=())
    marks = sheet_drawing(bare, id="t", title="T", alt="A", description="D")
    both = (pixels(write(marks), tmp_path) for write in (matplotlib_pdf, lambda each: render(each, "pdf")))
    assert distance(*both) < MARKS


def test_its_words_stand_where_matplotlib_puts_them(drawing, tmp_path):
    ours, theirs = (boxes(pdf, tmp_path) for pdf in (render(drawing, "pdf"), matplotlib_pdf(drawing)))
    assert Counter(box[4] for box in ours) == Counter(box[4] for box in theirs)
    for box in ours:
        alike = [other[:4] for other in theirs if other[4] == box[4]]
        assert min(max(map(abs, np.subtract(box[:4], other))) for other in alike) < DRIFT, box


SENTENCE = "Every (effect) is \\ the first treatment versus the second; Müller ≤ χ², and the rest is: 0.84."


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_words_stand_where_they_were_measured(align, bold, tmp_path):
    line = Words(x=450, y=50, text=SENTENCE, size=7.35, bold=bold, align=align)
    found = boxes(render(drawing_of((line,), size=(900.0, 80.0)), "pdf"), tmp_path)
    left, end = line.box[0], 0
    assert [box[4] for box in found] == SENTENCE.split()
    for box in found:
        start = SENTENCE.index(box[4], end)
        end = start + len(box[4])
        sides = [left + width(SENTENCE[:stop], 7.35, bold=bold) for stop in (start, end)]
        assert (box[0], box[2]) == pytest.approx(sides, abs=MEASURED)


@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_turned_words_stand_where_they_were_measured(align, tmp_path):
    line = Words(x=40, y=100, text="Carisoprodol", size=9, align=align, turned=True)
    drawing = drawing_of((line,), size=(80.0, 200.0))
    [box] = boxes(render(drawing, "pdf"), tmp_path)
    assert (box[1], box[3]) == pytest.approx((line.box[1], line.box[3]), abs=MEASURED)
    assert (
        distance(*(pixels(pdf, tmp_path) for pdf in (matplotlib_pdf(drawing), render(drawing, "pdf")))) < 10
    )


def marks():
    corners = ((20.0, 20.0), (80.0, 20.0), (80.0, 60.0), (20.0, 60.0))
    tip = ((100.0, 90.0), (110.0, 20.0), (120.0, 90.0))
    yield "dashed line", {"lines": (Line(start=(10, 10), end=(190, 90), width=2, dashed=True),)}
    yield "dashed curve", {"curves": (Curve(points=tip, width=4, dashed=True, colour="#2166ac"),)}
    yield "round joins, butt caps", {"curves": (Curve(points=tip, width=9),)}
    yield (
        "an edge that is not dashed",
        {
            "lines": (Line(start=(10, 10), end=(190, 90), width=2, dashed=True, layer=1),),
            "shapes": (Shape(points=tip, fill="none", edge="#a50f15", edge_width=3),),
        },
    )
    yield (
        "filled with an edge",
        {"shapes": (Shape(points=corners, fill="#f4c95d", edge="black", edge_width=5),)},
    )
    yield (
        "pale with an edge, and one behind it that is not",
        {
            "shapes": (
                Shape(points=corners, fill="#2166ac", edge="#000000", edge_width=4, alpha=0.35),
                Shape(points=tip, fill="#2166ac"),
                Shape(points=corners[1:], fill="#a50f15", alpha=0.8, layer=4),
            ),
            "lines": (Line(start=(10, 30), end=(190, 40), width=6, layer=1),),
        },
    )
    yield (
        "layers",
        {
            "shapes": (
                Shape(points=corners, fill="#ff0000", layer=5),
                Shape(points=corners[1:], fill="#00ff00", layer=1),
            ),
            "lines": (
                Line(start=(0, 0), end=(100, 100), width=8, layer=5, colour="#0000ff"),
                Line(start=(0, 99), end=(100, 0), width=8, layer=2),
            ),
        },
    )
    yield "an edge without width", {"shapes": (Shape(points=corners, fill="#ccc", edge="black"),)}
    yield "nothing", {}


@pytest.mark.parametrize("kind", dict(marks()))
def test_marks_are_drawn_as_matplotlib_draws_them(kind, tmp_path):
    drawing = drawing_of(**dict(marks())[kind])
    both = [pixels(pdf, tmp_path) for pdf in (matplotlib_pdf(drawing), render(drawing, "pdf"))]
    assert distance(*both) < MARKS
    assert (len(both[0].getcolors(1 << 20)) > 1) == (kind != "nothing")


def test_dashes_are_as_long_as_the_line_is_wide(tmp_path):
    drawing = drawing_of(lines=(Line(start=(10, 50), end=(190, 50), width=3, dashed=True),))
    row = np.asarray(pixels(render(drawing, "pdf"), tmp_path, 72).convert("L"))[50]
    ends = np.flatnonzero(np.diff((row < 128).astype(int))) + 1
    assert list(ends[:4]) == [10, *(10 + 3 * np.cumsum([DASHES[0], DASHES[1], DASHES[0]]))]


def test_every_character_is_read_back_as_it_is(tmp_path):
    """Among them are those whose numbers hold a bracket, a backslash or the end of a line."""
    shown = [chr(code) for low, high in BLOCKS for code in range(low, high) if is_plain(chr(code))]
    shown = [character for character in shown if not character.isspace() and not lacking(character)]
    assert {"(", "\\", "Ĩ", "č", "Ш", "∍", "¢"} < set(shown)
    rows = ["".join(shown[i : i + 40]) for i in range(0, len(shown), 40)]
    words = tuple(Words(x=10, y=20 + 12 * i, text=row, size=8) for i, row in enumerate(rows))
    pdf = render(drawing_of(words, size=(600.0, 30 + 12 * len(rows))), "pdf")
    assert text_of(pdf, tmp_path) == rows


def test_hostile_names_are_only_that(make_comparison, make_study, options, tmp_path):
    ours = [name for name in HOSTILE if not set(name) & set(NOT_OURS)]
    names = {"drug": "A (b & \\$y$", "placebo": "<b>"}
    comparison = make_comparison([make_study(name, 0.1 * i, 0.3) for i, name in enumerate(ours)])
    drawing = forest_plot(comparison, id="f", **{**options, "names": names, "outcome": "(O) \\ \r) Tj ≤ 1"})
    pdf = render(drawing, "pdf")
    assert pdf != matplotlib_pdf(drawing)
    said = text_of(pdf, tmp_path)
    for words in drawing.sheet.words:
        assert set(words.text.split()) <= set(said)


@pytest.mark.parametrize("name", [name for name in HOSTILE if set(name) & set(NOT_OURS)])
def test_a_text_that_must_be_shaped_is_left_to_matplotlib(name, make_comparison, make_study, options):
    drawing = forest_plot(make_comparison([make_study(name)]), id="f", **options)
    assert render(drawing, "pdf") == matplotlib_pdf(drawing)


def test_a_character_that_the_typeface_lacks_is_left_to_matplotlib_and_never_shown_in_silence():
    drawing = drawing_of((Words(x=10, y=50, text="₿ a", size=20),))
    assert is_plain("₿ a")
    assert drawing.lacking == frozenset("₿")
    assert render(drawing, "pdf") == matplotlib_pdf(drawing)
    with pytest.raises(UserWarning, match="Glyph"):
        render(replace(drawing, lacking=frozenset()), "pdf")


def test_it_says_what_it_shows_in_which_language_and_nothing_of_when_or_where(tmp_path):
    title, alt = "Risk (ratio) \\ one", "χ² ≤ 1 😀 (x)"
    drawing = drawing_of((Words(x=10, y=50, text="a", size=9),), title=title, alt=alt)
    pdf = render(replace(drawing, remarks=("set in DejaVu Sans", "85 mm")), "pdf")
    told = poppler(pdf, tmp_path, "pdfinfo", "-enc", "UTF-8")
    told = dict(re.findall(r"^(\w[^:]*): +(.*)$", told, re.MULTILINE))
    assert (told["Title"], told["Subject"], told["Creator"]) == (title, alt, "metaan")
    assert told["Keywords"] == "set in DejaVu Sans; 85 mm"
    assert told["Page size"] == "200 x 100 pts"
    assert not {"Producer", "CreationDate", "ModDate", "Author"} & set(told)
    assert b"/Lang (en-GB)" in pdf


def test_its_fonts_are_embedded_in_part_and_can_be_searched(tmp_path):
    words = [Words(x=10, y=20 + 15 * i, text=text, size=9, bold=i > 1) for i, text in enumerate("aéb")]
    pdf = render(drawing_of(tuple(words)), "pdf")
    fonts = [line.split() for line in poppler(pdf, tmp_path, "pdffonts").splitlines()[2:]]
    assert [font[1:7] for font in fonts] == [["CID", "TrueType", "Identity-H", "yes", "yes", "yes"]] * 3
    assert len({font[0] for font in fonts}) == 3
    assert all(re.fullmatch(r"[A-Z]{6}\+DejaVuSans(-Bold)?", font[0]) for font in fonts)
    assert pdf.count(b"/FontFile2") == 3


def test_its_parts_begin_where_it_says(comparison, options):
    pdf = render(forest_plot(comparison, id="f", **options), "pdf")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n ", pdf)]
    for number, place in enumerate(places, 1):
        assert pdf[place:].startswith(b"%d 0 obj\n" % number)
    assert pdf[int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[1]) :].startswith(b"xref\n")
    for length, more, stream in re.findall(
        rb"/Length (\d+) (?:/Length1 (\d+) )?/Filter /FlateDecode >>\nstream\n(.*?)\nendstream",
        pdf,
        re.DOTALL,
    ):
        assert int(length) == len(stream)
        assert not more or int(more) == len(zlib.decompress(stream))


def test_no_text_and_an_empty_text_need_no_font(tmp_path):
    for words in ((), (Words(x=1, y=9, text="", size=9),)):
        pdf = render(drawing_of(words), "pdf")
        assert b"/FontFile2" not in pdf
        assert np.asarray(pixels(pdf, tmp_path)).min() == 255

"""Risk of bias and the flow of studies: boxes read back from the files, guards, words, hostile texts."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations, pairwise, product
from math import nan

import pytest

from metaan.appraisal.prisma import read_flow
from metaan.appraisal.tools import find_tool, own_tool
from metaan.errors import CannotDraw
from metaan.figures.drawing import render
from metaan.figures.prisma_flow import layout_flow, prisma_flow
from metaan.figures.rob_summary import layout_summary, rob_shares, rob_summary
from metaan.figures.rob_traffic import MOST_STUDIES, layout_traffic, rob_traffic_light
from metaan.results.appraisal import RobTable

XHTML = "{http://www.w3.org/1999/xhtml}"
SLACK = 0.3  # points; poppler's boxes are those of the font, a little taller than its letters
LEFT_TO_RIGHT_MARK = "\u200e"  # has no width, but a box
HOSTILE = (
    "<script>alert(1)</script>",
    "שלום עולם 2001",
    "漢字 😀 x",
    "$x^2$ \\frac & 'quotes' \"too\"",
    "line\nbreak \x07 bell",
    "A long name of a trial that goes on and on until nobody wants to read it any more " * 3,
    "W" * 200,
)
BASE = {
    "database_results": "1200",
    "register_results": "60",
    "duplicates": "210",
    "excluded_automatic": "40",
    "excluded_other": "10",
    "records_screened": "1000",
    "records_excluded": "900",
    "dbr_sought_reports": "100",
    "dbr_notretrieved_reports": "5",
    "dbr_assessed": "95",
    "dbr_excluded": "Not randomised, 40; People with pain that had lasted for more than three months, 42",
    "new_studies": "12",
    "new_reports": "13",
}
PREVIOUS = {"previous_studies": "8", "previous_reports": "9", "total_studies": "20", "total_reports": "22"}
OTHER = {
    "website_results": "4",
    "organisation_results": "6",
    "citations_results": "10",
    "other_sought_reports": "20",
    "other_notretrieved_reports": "1",
    "other_assessed": "19",
    "other_excluded": "Not randomised, 10; Wrong outcome, 9",
}
HOSTILE_REASONS = "; ".join(f"{text.replace(';', '')}, {n}" for n, text in enumerate(HOSTILE, 1))


def table_of(tool, count, known=None):
    known = known or find_tool(tool)
    words = [*(level.word for level in known.tool.levels), ""]
    pick = [
        [words[(i * 7 + j * 3) % len(words)] for j in range(len(known.tool.domains))] for i in range(count)
    ]
    return RobTable(
        tool=known.tool,
        studies=tuple(f"s{i}" for i in range(count)),
        judgements=tuple(map(tuple, pick)),
        overall=tuple(words[i % len(words)] for i in range(count)),
    )


def labels_of(count, hostile):
    plain = [f"Placeholder et al {1960 + i}" for i in range(count)]
    return {f"s{i}": name for i, name in enumerate([*HOSTILE, *plain][:count] if hostile else plain)}


def flow_of(*parts, words=None):
    rows = [{"data": k, "box": "", "boxtext": "", "n": n} for part in parts for k, n in part.items()]
    return read_flow([{**row, "boxtext": (words or {}).get(row["data"], "")} for row in rows])


def page_words(pdf, folder):
    path = folder / "figure.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True)
    without_title = re.sub(rb"<head>.*?</head>", b"", done.stdout, flags=re.DOTALL)  # it escapes no quotes
    page = next(ET.fromstring(without_title).iter(f"{XHTML}page"))
    sides = ("xMin", "yMin", "xMax", "yMax")
    words = [(*(float(w.get(side)) for side in sides), w.text) for w in page.iter(f"{XHTML}word")]
    return words, float(page.get("width")), float(page.get("height"))


@pytest.fixture
def assert_written(tmp_path, overlaps, read_boxes):
    """Check that in the written SVG and PDF no text overlaps another or leaves the page."""

    def check(drawing):
        assert 0 < len(drawing.alt) <= 150
        svg = render(drawing, "svg")
        assert b"<script" not in svg
        root = ET.fromstring(svg)
        wide, tall = (float(root.get(side).removesuffix("pt")) for side in ("width", "height"))
        boxes = read_boxes(svg)
        assert overlaps(boxes, 0.05) == []
        assert [b for b in boxes if b[0] < 0 or b[1] < 0 or b[2] > wide or b[3] > tall] == []
        words, width, height = page_words(render(drawing, "pdf"), tmp_path)
        assert (width, height) == pytest.approx((wide, tall), abs=0.01)
        assert [w for w in words if w[0] < -SLACK or w[1] < -SLACK or w[2] > width or w[3] > height] == []
        assert overlaps([w for w in words if w[4].strip(LEFT_TO_RIGHT_MARK)], SLACK) == []

    return check


@pytest.mark.parametrize(
    ("tool", "count", "hostile"),
    [
        ("rob2", 1, False),
        ("rob2", 3, True),
        ("quadas-2", 7, True),
        ("rob1", 13, False),
        ("rob1", 13, True),
        ("robins-i-v2", 40, False),
        ("robins-i", 40, True),
    ],
)
def test_texts_of_a_traffic_light_stay_apart_and_on_the_page(tool, count, hostile, assert_written):
    outcome = "Outcome </svg> & $y$" if hostile else "Pain"
    table = table_of(tool, count)
    if not any(table.overall):
        table = replace(table, overall=("low",) * count)
    assert_written(rob_traffic_light(table, id="f", labels=labels_of(count, hostile), outcome=outcome))


@pytest.mark.parametrize(
    ("tool", "weighted"),
    [("rob2", False), ("rob2-cluster", True), ("robins-i", False), ("robins-i-v2", True), ("quips", True)],
)
def test_texts_of_a_summary_stay_apart_and_on_the_page(tool, weighted, assert_written):
    table = table_of(tool, 13)
    weights = {study: 1.0 + i for i, study in enumerate(table.studies)} if weighted else None
    drawing = rob_summary(table, id="f", outcome=HOSTILE[0], weights=weights, weights_of=HOSTILE[5])
    assert_written(drawing)
    assert HOSTILE[0] in drawing.description


@pytest.mark.parametrize("palette", ["metaan", "cochrane"])
def test_an_own_tool_with_hostile_words_is_drawn(palette, assert_written):
    domains = [(f"domain {i} {text}", f"{text} {i}") for i, text in enumerate(HOSTILE)]
    levels = [
        (f"{HOSTILE[i]} {how}", how, "WW") for i, how in enumerate(("low", "some", "critical", "unclear"))
    ]
    known = own_tool("own", HOSTILE[3], domains, levels)
    table = table_of("", 9, known)
    assert_written(rob_traffic_light(table, id="f", labels=labels_of(9, True), palette=palette))
    assert_written(rob_summary(table, id="f", palette=palette))


@pytest.mark.parametrize("hostile", [False, True])
@pytest.mark.parametrize("parts", list(product([False, True], repeat=2)))
def test_texts_of_every_form_of_the_flow_stay_apart_and_on_the_page(parts, hostile, assert_written):
    given = [BASE, *([PREVIOUS] if parts[0] else []), *([OTHER] if parts[1] else [])]
    if hostile:
        given.append({"dbr_excluded": HOSTILE_REASONS, "other_excluded": HOSTILE_REASONS} if parts[1] else {})
    words = dict(zip(BASE, HOSTILE, strict=False)) if hostile else None
    flow = flow_of({k: n for part in given for k, n in part.items()}, words=words)
    assert (flow.previous, flow.other) == parts
    assert_written(prisma_flow(flow, id="flow", title=HOSTILE[0] if hostile else "Flow of studies"))


@pytest.mark.parametrize("parts", list(product([False, True], repeat=2)))
def test_boxes_hold_their_text_apart_and_arrows_end_at_them(parts):
    given = [BASE, *([PREVIOUS] if parts[0] else []), *([OTHER] if parts[1] else [])]
    layout = layout_flow(flow_of(*given), title="Flow")
    boxes = list(layout.boxes.values())
    for one, two in combinations(boxes, 2):
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
    for words in layout.sheet.words:
        left, top, right, bottom = words.box
        around = [b for b in boxes if b[0] < right and left < b[2] and b[1] < bottom and top < b[3]]
        assert all(b[0] <= left and right <= b[2] and b[1] <= top and bottom <= b[3] for b in around)
    for arrow in layout.arrows:
        x, y = arrow[-1]
        touched = [b for b in boxes if b[0] <= x <= b[2] and b[1] <= y <= b[3]]
        assert [b for b in touched if x in (b[0], b[2]) or y == b[1]] == touched != []
        for (x0, y0), (x1, y1) in pairwise(arrow):
            inside = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            crossed = [
                b
                for b in boxes
                if inside[0] < b[2] and b[0] < inside[2] and inside[1] < b[3] and b[1] < inside[3]
            ]
            assert crossed == []


def test_marks_stand_where_row_and_column_meet_and_overall_stands_apart():
    table = table_of("rob2", 5)
    layout = layout_traffic(table, labels={}, title="T")
    columns = list(zip(*layout.places, strict=True))
    assert all(len({x for x, _ in column}) == 1 for column in columns)
    x = [column[0][0] for column in columns]
    assert x[-1] - x[-2] > x[1] - x[0]
    assert len({y for _, y in columns[0]}) == 5


def test_shares_are_those_of_the_weights():
    table = RobTable(
        tool=find_tool("quadas-2").tool,
        studies=("a", "b", "c"),
        judgements=(("low",) * 4, ("high",) * 4, ("",) * 4),
        overall=("low", "high", "unclear"),
    )
    assert rob_shares(table)[0] == (("low", 1 / 3), ("high", 1 / 3), ("", 1 / 3))
    weighted = rob_shares(table, {"a": 30.0, "b": 10.0, "c": nan})
    assert weighted[0] == (("low", 0.75), ("high", 0.25))
    layout = layout_summary(table, weighted, title="T", note="N")
    (low, high), *_ = layout.bars
    assert (low[1] - low[0]) / (high[1] - high[0]) == pytest.approx(3)
    drawing = rob_summary(table, id="f", weights={"a": 30.0, "b": 10.0}, weights_of="Pain")
    assert "1 of 3 studies have no weight there" in drawing.description


def test_the_description_says_every_judgement():
    table = table_of("rob2", 4)
    said = rob_traffic_light(table, id="f", labels={"s0": "Smith 2001"}).description
    assert "Smith 2001: overall: low; Bias arising from the randomisation process: low" in said
    assert said.count("overall:") == 4
    assert "not judged" in said


def test_the_description_says_every_reason_also_those_without_room():
    reasons = "; ".join(f"Reason {chr(65 + i)}, {i}" for i in range(26))
    drawing = prisma_flow(flow_of(BASE | {"dbr_excluded": reasons}), id="f")
    assert "Reason Z (n = 25)" in drawing.description
    svg = render(drawing, "svg").decode()
    assert "Reason Z" not in svg.split("</desc>")[1]
    assert "11 further (n = 220)" in svg


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: rob_traffic_light(empty(), id="f", labels={}), "Nobody judged risk of bias"),
        (lambda: rob_summary(empty(), id="f"), "Nobody judged risk of bias"),
        (
            lambda: rob_traffic_light(table_of("rob2", MOST_STUDIES + 1), id="f", labels={}),
            "41 studies do not fit on a page",
        ),
        (lambda: rob_summary(table_of("rob2", 4), id="f", weights={}), "has a weight"),
        (lambda: prisma_flow(None, id="f"), "was not recorded"),
        (lambda: prisma_flow(flow_of({"duplicates": "3"}), id="f"), "make no flow"),
    ],
)
def test_a_figure_that_would_mislead_is_refused_with_the_reason(draw, said):
    with pytest.raises(CannotDraw, match=said):
        draw()


def empty():
    table = table_of("rob2", 3)
    return replace(table, judgements=(("",) * 5,) * 3, overall=("",) * 3)


def test_a_count_is_shown_however_long_the_words_before_it_are():
    words = {"records_screened": "W" * 2000, "dbr_assessed": "word " * 400}
    layout = layout_flow(flow_of(BASE, words=words), title="Flow")
    shown = [each.text for each in layout.sheet.words]
    assert {"(n = 1,000)", "(n = 95)"} <= set(shown)
    assert layout.sheet.height < 900


def test_what_was_not_recorded_is_said_in_its_box():
    said = prisma_flow(flow_of({"records_screened": "12", "new_studies": "3"}), id="f").description
    assert "Records screened (n = 12)" in said
    assert "Records excluded (not recorded)" in said
    assert "Studies included in review (n = 3)" in said


def test_the_bytes_are_the_same_every_time():
    def made():
        table = table_of("rob1", 13)
        return [
            render(drawing, kind)
            for drawing in (
                rob_traffic_light(table, id="f", labels={}),
                rob_summary(table, id="g"),
                prisma_flow(flow_of(BASE, PREVIOUS, OTHER), id="h"),
            )
            for kind in ("svg", "pdf", "png")
        ]

    assert made() == made()

"""Every figure for every journal: page, letters, numbers and files; boxes read back from them."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from itertools import combinations

import numpy as np
import pytest

from metaan import (
    asymmetry,
    contributions,
    cumulate,
    effect_sizes,
    net_heat,
    network,
    p_scores,
    pool,
    rankogram,
    regress,
    split_nodes,
)
from metaan.appraisal.prisma import read_flow
from metaan.appraisal.tools import find_tool
from metaan.figures.adjusted_funnel import comparison_adjusted_funnel
from metaan.figures.baujat import baujat_plot
from metaan.figures.bubble import bubble_plot
from metaan.figures.contribution_heat import contribution_heat
from metaan.figures.drapery import drapery_plot
from metaan.figures.drawing import render
from metaan.figures.forest import forest_plot
from metaan.figures.funnel import funnel_plot
from metaan.figures.influence_panel import influence_panel
from metaan.figures.labbe import labbe_plot
from metaan.figures.league_heat import league_heat
from metaan.figures.net_heat_plot import net_heat_plot
from metaan.figures.network_forest import network_forest
from metaan.figures.network_graph import graph_of_parts, network_parts
from metaan.figures.node_split_forest import node_split_forest
from metaan.figures.presets import PRESETS
from metaan.figures.prisma_flow import prisma_flow
from metaan.figures.radial import radial_plot
from metaan.figures.rankogram import rankogram_figure
from metaan.figures.refit_forest import refit_forest
from metaan.figures.rob_summary import rob_summary
from metaan.figures.rob_traffic import rob_traffic_light
from metaan.figures.typefaces import DEJAVU, LIBERATION
from metaan.results.appraisal import RobTable

XHTML = "{http://www.w3.org/1999/xhtml}"
MM = 72 / 25.4
POPPLER = 0.3  # points; poppler's boxes are those of the font, a little taller than its letters
SLACK = 0.5  # points that a page is rounded by
JOURNALS = [name for name in PRESETS if name != "metaan"]

# Nature, research figure guide; PLOS, figure guidelines; BMC, preparing figures: millimetres and points.
PAGES = {"nature": (183, 170), "plos": (190.5, 222.3), "bmc": (176, 225)}
LETTERS = {"nature": (5, 7), "plos": (8, 12), "bmc": (8, 12)}
USUAL = 190
"""Width of a page of the journals that name none."""

HEADINGS = {
    "forest": "Relief of pain: Carisoprodol versus Placebo",
    "refits": "Relief of pain: A versus B",
    "funnel": "Relief of pain: funnel plot",
    "labbe": "Relief of pain: L'Abbé plot",
    "radial": "Relief of pain: radial plot",
    "drapery": "Relief of pain: drapery plot",
    "baujat": "Relief of pain: Baujat plot",
    "influence": "Relief of pain: influence of each study",
    "bubble": "Relief of pain by year",
    "traffic": "Risk of bias by RoB 2",
    "summary": "Summary of risk of bias by RoB 2",
    "flow": "Flow of studies",
    "graph": "Relief: which treatments were compared",
    "network forest": "Relief of pain: every treatment versus",
    "league": "Relief of pain: every treatment versus every other",
    "ranks": "Relief of pain: how probable each rank is",
    "splits": "Relief of pain: direct and indirect evidence",
    "net heat": "Relief of pain: where the network disagrees",
    "contributions": "Relief of pain: what each estimate of the network rests on",
    "adjusted": "Relief of pain: comparison-adjusted funnel plot",
}
FLOW = {
    "database_results": "12345",
    "register_results": "60",
    "duplicates": "2210",
    "records_screened": "10195",
    "records_excluded": "10095",
    "dbr_sought_reports": "100",
    "dbr_notretrieved_reports": "5",
    "dbr_assessed": "95",
    "dbr_excluded": "Not randomised, 40; Pain that had lasted for more than three months, 42",
    "new_studies": "12",
    "previous_studies": "8",
    "total_studies": "20",
    "website_results": "4",
    "citations_results": "16",
    "other_sought_reports": "20",
    "other_assessed": "20",
    "other_excluded": "Not randomised, 10; Wrong outcome, 10",
}


class Studies:
    """Made-up trials of two treatments with counts, and what is pooled from them."""

    def __init__(self, k):
        rng = np.random.default_rng(k)
        n1, n2 = rng.integers(40, 900, k), rng.integers(40, 900, k)
        counts = {"ai": rng.binomial(n1, 0.15), "n1i": n1, "ci": rng.binomial(n2, 0.25), "n2i": n2}
        self.cells = {name: values.astype(float) for name, values in counts.items()}
        effects = effect_sizes("OR", **self.cells)
        self.yi, self.vi = effects.yi, effects.vi
        self.fit = pool(self.yi, self.vi)
        self.labels = [f"Placeholder and Meulen {1950 + i}" for i in range(k)]
        self.years = [1950 + i for i in range(k)]

    def plot(self, draw, **more):
        told = {"measure": "OR", "labels": self.labels, "outcome": "Relief of pain", **more}
        return draw(self.fit, self.yi, self.vi, id="f", **told)


class Treatments:
    """A made-up network: every neighbour is compared four times, and some others twice."""

    def __init__(self, count):
        rng = np.random.default_rng(count)
        nodes = self.nodes = [f"treatment {chr(65 + i)}" for i in range(count)]
        pairs = [(i, i + 1) for i in range(count - 1)] * 4 + [(i, i + 2) for i in range(count - 2)] * 2
        yi, sei = rng.normal(0, 0.4, len(pairs)), rng.uniform(0.1, 0.6, len(pairs))
        study = [f"Study {i}" for i in range(len(pairs))]
        self.fit = network(study, [nodes[a] for a, _ in pairs], [nodes[b] for _, b in pairs], yi, sei)

    @property
    def told(self):
        return {"id": "f", "names": {}, "outcome": "Relief of pain"}

    @property
    def read(self):
        return {**self.told, "measure": "OR", "direction": "lower_better"}


def judged(k):
    tool = find_tool("rob2").tool
    words = [level.word for level in tool.levels]
    return RobTable(
        tool=tool,
        studies=tuple(f"s{i}" for i in range(k)),
        judgements=tuple(tuple(words[(i + j) % 3] for j in range(len(tool.domains))) for i in range(k)),
        overall=tuple(words[i % 3] for i in range(k)),
    )


def flow(k):
    rows = [{"data": name, "box": "", "boxtext": "", "n": count} for name, count in FLOW.items()]
    return read_flow(rows[: len(rows) if k > USUAL_STUDIES else 10])


def forest(k, preset, build):
    make_study, make_comparison, make_rob, make_groups = build
    studies = [
        make_study(f"Placeholder {1950 + i}", 0.3 * (i % 5) - 0.6, 0.1 + 0.1 * (i % 3), arm1=(1234, 5678))
        for i in range(k)
    ]
    comparison = make_groups(make_comparison(studies), [("acute", "chronic")[i % 2] for i in range(k)])
    return forest_plot(
        comparison,
        id="f",
        measure="OR",
        direction="lower_better",
        kind="binary",
        names={"drug": "Carisoprodol", "placebo": "Placebo"},
        outcome="Relief of pain",
        level=0.95,
        preset=preset,
        rob=make_rob(studies),
    )


def graph(k, preset, build):
    make_study, make_comparison, *_ = build
    nodes = [f"treatment {chr(65 + i)}" for i in range(max(k // 2, 3))]
    pairs = [pair for i, pair in enumerate(combinations(nodes, 2)) if i % 3 == 0 or pair[0] == nodes[0]]
    comparisons = [
        make_comparison([make_study(f"{a} {b}", treat1=a, treat2=b)], treat1=a, treat2=b) for a, b in pairs
    ]
    parts, known = network_parts(comparisons)
    return graph_of_parts(parts, id="f", known=known, names={}, outcome="Relief", preset=preset)


def funnel(k, preset, _):
    studies = Studies(k)
    found = asymmetry(studies.yi, studies.vi, measure="OR", cells=studies.cells, force=True)
    return studies.plot(funnel_plot, asymmetry=found, force=True, preset=preset)


def drapery(k, preset, _):
    studies = Studies(k)
    common = pool(studies.yi, studies.vi, method="EE", test="z")
    return studies.plot(drapery_plot, common=common, preset=preset)


def bubble(k, preset, _):
    studies = Studies(k)
    fit = regress(studies.yi, studies.vi, studies.years, names=["year"])
    told = {"measure": "OR", "labels": studies.labels, "outcome": "Relief of pain"}
    return bubble_plot(fit, id="f", preset=preset, **told)


def cumulative(k, preset, _):
    studies = Studies(k)
    found = cumulate(studies.yi, studies.vi, studies.years)
    told = {"measure": "OR", "outcome": "Relief of pain", "direction": "lower_better", "names": ("A", "B")}
    return refit_forest(found, studies.labels, id="f", by=studies.years, preset=preset, **told)


def against_reference(k, preset, _):
    found = Treatments(k // 2)
    scores = p_scores(found.fit, small_values="desirable")
    return network_forest(found.fit, reference=found.nodes[0], scores=scores, preset=preset, **found.read)


def ranks(k, preset, _):
    found = Treatments(k // 2)
    drawn = rankogram(found.fit, small_values="desirable", rng=np.random.default_rng(1), samples=2000)
    return rankogram_figure(drawn, preset=preset, **found.told)


def adjusted(k, preset, _):
    found = Treatments(k // 2)
    told = {"order": found.nodes, "order_is": "from older to newer", "measure": "OR"}
    return comparison_adjusted_funnel(found.fit, preset=preset, **told, **found.told)


def heat(k, preset, _):
    found = Treatments(k // 2)
    return net_heat_plot(net_heat(found.fit), preset=preset, **found.told)


def shares(k, preset, _):
    found = Treatments(k // 2)
    carried = contributions(found.fit)
    return contribution_heat(carried, reference=found.nodes[0], preset=preset, **found.told)


KINDS = {
    "forest": forest,
    "refits": cumulative,
    "funnel": funnel,
    "labbe": lambda k, preset, _: (s := Studies(k)).plot(labbe_plot, cells=s.cells, preset=preset),
    "radial": lambda k, preset, _: Studies(k).plot(radial_plot, preset=preset),
    "drapery": drapery,
    "baujat": lambda k, preset, _: Studies(k).plot(baujat_plot, preset=preset),
    "influence": lambda k, preset, _: Studies(k).plot(influence_panel, preset=preset),
    "bubble": bubble,
    "traffic": lambda k, preset, _: rob_traffic_light(
        judged(k), id="f", labels={f"s{i}": f"Placeholder {1950 + i}" for i in range(k)}, preset=preset
    ),
    "summary": lambda k, preset, _: rob_summary(judged(k), id="f", preset=preset),
    "flow": lambda k, preset, _: prisma_flow(flow(k), id="f", preset=preset),
    "graph": graph,
    "network forest": against_reference,
    "league": lambda k, preset, _: league_heat((t := Treatments(k // 2)).fit, preset=preset, **t.read),
    "ranks": ranks,
    "splits": lambda k, preset, _: node_split_forest(
        split_nodes((t := Treatments(k // 2)).fit), network=t.fit, preset=preset, **t.read
    ),
    "net heat": heat,
    "contributions": shares,
    "adjusted": adjusted,
}
"""Every kind of figure, from a number of studies; a network has half as many treatments."""

USUAL_STUDIES, MANY_STUDIES = 13, 40


@pytest.fixture(scope="module")
def build(make_study, make_comparison, make_rob, make_groups):
    return make_study, make_comparison, make_rob, make_groups


def page_words(pdf, folder):
    path = folder / "figure.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True)
    without_title = re.sub(rb"<head>.*?</head>", b"", done.stdout, flags=re.DOTALL)  # it escapes no quotes
    page = next(ET.fromstring(without_title).iter(f"{XHTML}page"))
    sides = ("xMin", "yMin", "xMax", "yMax")
    words = [(*(float(w.get(side)) for side in sides), w.text) for w in page.iter(f"{XHTML}word")]
    return words, float(page.get("width")), float(page.get("height"))


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_usual_figure_keeps_to_the_journals_page_and_letters(kind, name, build, assert_tidy):
    preset = PRESETS[name]
    drawing = KINDS[kind](USUAL_STUDIES, preset, build)
    assert_tidy(drawing.sheet)
    assert not drawing.lacking
    sizes = {words.size for words in drawing.sheet.words}
    if name == "metaan":
        assert drawing.remarks == ()
        assert {words.family for words in drawing.sheet.words} == {DEJAVU}
        return
    assert drawing.remarks == ("set in Liberation Sans, which has Arial's widths",)
    assert {words.family for words in drawing.sheet.words} == {LIBERATION}
    wide, tall = PAGES.get(name, (USUAL, 1000))
    assert drawing.sheet.width <= wide * MM + SLACK
    assert drawing.sheet.height <= tall * MM + SLACK
    least, most = LETTERS.get(name, (6, 12))
    assert least <= min(sizes)
    assert max(sizes) <= most


@pytest.mark.parametrize("name", JOURNALS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_large_figure_fits_or_says_that_it_does_not(kind, name, build, assert_tidy):
    drawing = KINDS[kind](MANY_STUDIES, PRESETS[name], build)
    assert_tidy(drawing.sheet)
    wide, tall = PAGES.get(name, (1000, 1000))
    over = drawing.sheet.width > wide * MM + SLACK, drawing.sheet.height > tall * MM + SLACK
    said = " ".join(drawing.remarks)
    assert ("mm wide, and" in said, "mm high, and" in said) == over


@pytest.mark.parametrize("name", ["nature", "plos", "lancet"])
@pytest.mark.parametrize("kind", KINDS)
def test_boxes_read_back_from_the_written_files_are_apart(kind, name, build, tmp_path, overlaps, read_boxes):
    drawing = KINDS[kind](USUAL_STUDIES, PRESETS[name], build)
    words, width, height = page_words(render(drawing, "pdf"), tmp_path)
    assert words
    assert overlaps(words, POPPLER) == []
    outside = [w for w in words if w[0] < -POPPLER or w[1] < -POPPLER or w[2] > width or w[3] > height]
    assert outside == []
    boxes = read_boxes(render(drawing, "svg"))
    assert overlaps(boxes, 0.05) == []
    assert [b for b in boxes if b[0] < 0 or b[1] < 0 or b[2] > width or b[3] > height] == []


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_the_journals(kind, build):
    lancet, jama, bmj = (
        [words.text for words in KINDS[kind](USUAL_STUDIES, PRESETS[name], build).sheet.words]
        for name in ("lancet", "jama", "bmj")
    )
    assert [text for text in lancet if re.search(r"\d\.\d|\bP [=<>≤≥]", text)] == []
    assert [text for text in jama if re.search(r"\bP [=<>≤≥] 0\.", text)] == []
    assert [text for text in bmj if "·" in text] == []
    if any(re.search(r"\d\.\d", text) for text in bmj):
        assert any(re.search(r"\d·\d", text) for text in lancet)


@pytest.mark.parametrize("kind", KINDS)
def test_letters_of_an_eps_for_plos_are_outlines(kind, build):
    assert b"/FontType" not in render(KINDS[kind](USUAL_STUDIES, PRESETS["plos"], build), "eps")


@pytest.mark.parametrize("kind", KINDS)
def test_no_heading_stands_on_a_journals_figure(kind, build):
    """Journals set it in the legend."""
    own, nature = (
        {words.text for words in KINDS[kind](USUAL_STUDIES, PRESETS[name], build).sheet.words}
        for name in ("metaan", "nature")
    )
    assert any(HEADINGS[kind] in text for text in own)
    assert not any(HEADINGS[kind] in text for text in nature)

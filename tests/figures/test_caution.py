"""A line inside a figure on what it shows."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from metaan.figures.caution import cautioned, drawn_with_caution
from metaan.figures.drawing import render
from metaan.figures.forest import forest_plot
from metaan.figures.presets import PRESETS
from metaan.figures.prisma_flow import prisma_flow
from metaan.figures.rob_summary import rob_summary
from metaan.figures.rob_traffic import rob_traffic_light
from metaan.results.flow import Flow

SAID = "The judgements are made up to show the figure."


@pytest.fixture(params=["forest", "traffic", "summary", "flow"])
def figure(request, comparison, options, make_rob):
    table = make_rob(comparison.studies)
    if request.param == "forest":
        return forest_plot(comparison, id="f", rob=table, **options)
    if request.param == "traffic":
        return rob_traffic_light(table, id="f", labels={})
    if request.param == "summary":
        return rob_summary(table, id="f")
    counts = {"records_screened": 9, "new_studies": 2}
    return prisma_flow(Flow(counts=counts, reasons={}, words={}, previous=False, other=False), id="f")


def test_a_caution_stands_below_everything_and_in_both_texts(figure, assert_tidy):
    marked = cautioned(figure, SAID)
    assert_tidy(marked.sheet)
    (line,) = [words for words in marked.sheet.words if words.text == SAID]
    assert line.y > max(words.box[3] for words in figure.sheet.words if not words.turned)
    assert marked.alt.endswith(SAID)
    assert len(marked.alt) <= 150
    assert figure.alt.split(". ")[-1] in marked.alt
    assert marked.description == f"{figure.description} {SAID}"
    written = ET.fromstring(render(marked, "svg"))
    assert SAID in {element.text for element in written.iter("{http://www.w3.org/2000/svg}text")}


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_a_long_caution_is_broken_into_lines_in_every_journal(preset, comparison, options, assert_tidy):
    drawing = forest_plot(comparison, id="f", preset=preset, **options)
    marked = cautioned(drawing, "a <b>caution</b> \u202e of many words\n" * 12, preset=preset)
    assert_tidy(marked.sheet)
    assert marked.files == drawing.files
    assert len(marked.alt) <= 150
    assert "risk ratio" in marked.alt
    assert {words.family for words in marked.sheet.words} == {words.family for words in drawing.sheet.words}


@pytest.mark.parametrize("nothing", ["", " \n"])
def test_without_a_caution_a_figure_is_as_it_was(comparison, options, nothing):
    drawing = forest_plot(comparison, id="f", **options)
    assert cautioned(drawing, nothing) is drawing


def test_a_figure_gives_way_to_its_caution_on_a_page_that_it_fills(assert_tidy):
    reasons = tuple((f"Reason {i} of several words, for which a report was excluded", 3) for i in range(13))
    counts = {"records_screened": 400, "dbr_assessed": 100, "dbr_excluded": 39, "new_studies": 9}
    flow = Flow(counts=counts, reasons={"dbr_excluded": reasons}, words={}, previous=False, other=False)
    preset = PRESETS["nature"]
    tallest = preset.style.tallest

    def draw(preset):
        return prisma_flow(flow, id="f", preset=preset)

    full = replace(preset, style=replace(preset.style, tallest=draw(preset).sheet.height))
    assert cautioned(draw(full), SAID, preset=full).sheet.height > full.style.tallest
    marked = drawn_with_caution(draw, SAID, preset=full)
    assert_tidy(marked.sheet)
    assert marked.sheet.height <= full.style.tallest <= tallest
    assert SAID in {words.text for words in marked.sheet.words}
    assert not any("high" in each for each in marked.remarks)
    roomy = draw(PRESETS["metaan"])
    assert drawn_with_caution(draw, SAID).sheet == cautioned(roomy, SAID).sheet

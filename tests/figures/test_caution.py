"""A line inside a figure on what it shows."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from metaan.figures.caution import cautioned
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

"""Tools for risk of bias as data: found by the names they go by, complete, and the reviewer's own."""

from __future__ import annotations

import pytest

from metaan.appraisal.tools import built_in_tools, find_tool, known_words, own_tool, plain
from metaan.figures.colours import contrast
from metaan.figures.rob_marks import PALETTES

# Domains and levels as the tools' own papers list them: BMJ 2019;366:l4898, BMJ 2011;343:d5928,
# BMJ 2016;355:i4919, riskofbias.info (ROBINS-I V2 of 20 November 2025), Environ Int 2024;186:108602,
# Ann Intern Med 2011;155:529, Ann Intern Med 2013;158:280.
PRINTED = {
    "rob2": (5, ("low", "some concerns", "high")),
    "rob2-cluster": (6, ("low", "some concerns", "high")),
    "rob2-crossover": (6, ("low", "some concerns", "high")),
    "rob1": (7, ("low", "unclear", "high")),
    "robins-i": (7, ("low", "moderate", "serious", "critical", "no information")),
    "robins-i-v2": (
        6,
        (
            "low",
            "low except for concerns about uncontrolled confounding",
            "moderate",
            "serious",
            "critical",
        ),
    ),
    "robins-e": (7, ("low", "some concerns", "high", "very high")),
    "quadas-2": (4, ("low", "unclear", "high")),
    "quips": (6, ("low", "moderate", "high")),
}


@pytest.mark.parametrize("name", PRINTED)
def test_a_tool_has_the_domains_and_levels_of_its_paper(name):
    tool = find_tool(name).tool
    assert (len(tool.domains), tuple(level.word for level in tool.levels)) == PRINTED[name]


def test_names_domains_and_signs_can_be_told_apart():
    tools = built_in_tools()
    names = [name for known in tools for name in known.names]
    assert len(names) == len(set(names))
    for known in tools:
        titles = [plain(text) for pair in known.tool.domains for text in pair]
        assert len(titles) == len(set(titles))
        if not known.takes_any:
            glyphs = [level.glyph for level in known.tool.levels]
            assert len(glyphs) == len(set(glyphs))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RoB 2", "rob2"),
        ("rob-2", "rob2"),
        ("Cochrane RoB2 (22 August 2019)", "rob2"),
        ("RoB 2 for cluster-randomized trials", "rob2-cluster"),
        ("RoB 2 cross-over", "rob2-crossover"),
        ("Cochrane RoB 1", "rob1"),
        ("ROBINS-I", "robins-i"),
        ("ROBINS-I V2", "robins-i-v2"),
        ("ROBINS-I, version 2", "robins-i-v2"),
        ("QUADAS-2", "quadas-2"),
        ("any", "generic"),
    ],
)
def test_a_tool_is_found_however_it_is_written(text, found):
    assert find_tool(text).tool.id == found


@pytest.mark.parametrize("text", ["", "GRADE", "Newcastle-Ottawa", "<script>", "x" * 100_000])
def test_what_is_no_tool_is_none(text):
    assert find_tool(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("D1", "D1"),
        ("d1", "D1"),
        ("Bias arising from the randomization process", "D1"),
        ("Randomisation process", "D1"),
        ("Bias due to missing outcome data", "D3"),
        ("missing outcome data", "D3"),
        ("D6", None),
        ("", None),
    ],
)
def test_a_domain_is_found_by_id_or_title(text, found):
    assert find_tool("RoB 2").domain(text) == found


def test_an_own_tool_comes_before_one_that_ships_and_gets_signs_by_severity():
    own = own_tool("rob2", "RoB 2", [("A", "Blinding")], [("fine", "low", ""), ("bad", "critical", "☠")])
    assert find_tool("rob 2", [own]) is own
    assert [level.glyph for level in own.tool.levels] == ["+", "☠"]
    assert {"fine", "bad", "low"} <= set(known_words([own]))


@pytest.mark.parametrize("palette", PALETTES)
def test_a_sign_is_read_on_every_colour(palette):
    for fill in PALETTES[palette].values():
        assert max(contrast(fill, "#000000"), contrast(fill, "#ffffff")) >= 4.5


def test_the_default_colours_of_low_some_and_high_are_apart_in_grey():
    grey = sorted(contrast(PALETTES["metaan"][each], "#000000") for each in ("low", "some", "high"))
    assert grey[1] / grey[0] > 1.2
    assert grey[2] / grey[1] > 1.2

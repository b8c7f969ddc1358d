"""Text widths and cleaning."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font, LoadFlags

from metaan.figures.forest_lines import between_line, heterogeneity_line, overall_line, within_line
from metaan.figures.measure import clean, fit, font_file, width, wrap
from metaan.figures.presets import PRESETS
from metaan.results.pairwise import HeterogeneityInterval

FREETYPE = 5e-4  # FreeType rounds advances to 1/64 of a point; measured 0.05 % at most
LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=80)
BOUND_IN_STATISTICS = re.compile(r"(?:F\(\d+, \d+[.·]\d\)|[^\s(]+) ?[=<] ?[^\s,;)]+")


@pytest.mark.parametrize("bold", [False, True])
def test_widths_are_those_of_freetype_without_hinting(bold):
    text = "Author 2019 0.44 (0.27 to 0.74) −1.5 τ² χ²"
    font = FT2Font(str(font_file(bold=bold)))
    font.set_size(100, 72)
    advances = (font.load_char(ord(c), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 for c in text)
    assert width(text, 100, bold=bold) == pytest.approx(sum(advances), rel=FREETYPE)


def test_digits_are_equally_wide_so_that_right_aligned_numbers_line_up():
    assert len({width(digit, 10) for digit in "0123456789"}) == 1


def test_a_missing_glyph_still_takes_room():
    assert width("漢字", 10) == 20


@given(st.text(max_size=200))
def test_clean_text_is_one_line_that_xml_takes_back_unchanged(text):
    cleaned = clean(text)
    element = ET.Element("text")
    element.text = cleaned
    assert ET.fromstring(ET.tostring(element)).text == (cleaned or None)
    assert "\n" not in cleaned
    assert clean(cleaned) == cleaned


def test_clean_keeps_what_is_only_strange():
    assert clean("<b> $x$ \\n 'quote' \"q\" שלום 😀 漢") == "<b> $x$ \\n 'quote' \"q\" שלום 😀 漢"


def test_clean_takes_out_direction_overrides_and_lone_surrogates():
    assert clean("a\u202eb\ud800c") == "ab\ufffdc"


@given(LINE, st.floats(20, 300))
def test_fitted_text_fits(text, limit):
    assert width(fit(text, 9, limit), 9) <= limit + 1e-9


@given(LINE, st.floats(30, 200), st.integers(0, 3))
def test_wrapped_lines_fit_and_lose_nothing(text, limit, lines):
    wrapped = wrap(text, 9, limit, lines=lines)
    assert all(width(line, 9) <= limit + 1e-9 for line in wrapped)
    if not lines:
        assert "".join("".join(wrapped).split()) == "".join(text.split())
    else:
        assert len(wrapped) <= lines


def test_a_long_word_breaks_after_its_slash():
    assert wrap("Oxycodone/acetaminophen", 9, 90) == ("Oxycodone/", "acetaminophen")


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_no_line_of_statistics_breaks_between_a_sign_and_its_number(
    preset, make_pooled, make_study, make_comparison, make_groups
):
    fit = make_pooled([-0.8, -0.3, -0.4], [0.07, 0.01, 0.006])
    profile = HeterogeneityInterval(tau2=(0.0, 0.31), I2=(0.0, 0.9), H2=(1.0, 10.0), level=0.95)
    studies = [make_study(f"Study {i}", -0.1 * i, 0.1 + 0.01 * i) for i in range(6)]
    groups = make_groups(make_comparison(studies), ["neck", "back"] * 3).panels.found
    for said in (
        heterogeneity_line(fit, profile, preset),
        overall_line(fit, preset),
        within_line(fit, preset),
        between_line(groups, preset),
        between_line(replace(groups, Q_between_dof=(2.0, float("inf"))), preset),
    ):
        whole = BOUND_IN_STATISTICS.findall(said)
        assert whole
        widest = max(width(part, preset.style.note) for part in whole)
        for limit in range(int(widest) + 30, 600, 7):
            lines = wrap(said, preset.style.note, limit)
            assert " ".join(lines) == said
            assert all(any(part in line for line in lines) for part in whole), lines


def test_a_sign_parts_from_its_number_only_where_they_do_not_fit_on_a_line():
    said = wrap("chi = 123456789012345678901234567890", 9, 100)
    assert "".join(said).replace(" ", "") == "chi=123456789012345678901234567890"
    assert all(width(line, 9) <= 100 for line in said)

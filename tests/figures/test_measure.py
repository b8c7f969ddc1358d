"""Text widths and cleaning."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.ft2font import FT2Font, LoadFlags

from metaan.figures.measure import clean, fit, font_file, width, wrap

FREETYPE = 5e-4  # FreeType rounds advances to 1/64 of a point; measured 0.05 % at most
LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=80)


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

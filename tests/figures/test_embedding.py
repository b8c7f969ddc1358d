"""The part of a font that a PDF embeds draws what the whole font draws."""

from __future__ import annotations

import io
import struct

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from metaan.figures.embedding import cut_font, set_width
from metaan.figures.fonts import drawing_font
from metaan.figures.measure import width
from metaan.figures.typefaces import font_file

SHOWN = frozenset("Aé−τχ²≤→‡019Жσ")


@pytest.fixture(params=[False, True], ids=["normal", "bold"])
def bold(request):
    return request.param


def outline(font, glyph):
    pen, glyphs = DecomposingRecordingPen(font.getGlyphSet()), font.getGlyphSet()
    glyphs[glyph].draw(pen)
    return pen.value


def glyph_at(part, character):
    return struct.unpack_from(">H", part.places, 2 * ord(character))[0]


def test_shapes_and_widths_are_those_of_the_whole_font(bold):
    whole = TTFont(font_file(bold=bold))
    part = cut_font(drawing_font("é", bold=bold), SHOWN)
    cut = TTFont(io.BytesIO(part.file), checkChecksums=2)
    for character in SHOWN:
        there, here = whole.getBestCmap()[ord(character)], cut.getGlyphName(glyph_at(part, character))
        assert outline(cut, here) == outline(whole, there)
        assert outline(cut, here)
        assert cut["hmtx"][here] == whole["hmtx"][there]
        assert part.widths[ord(character)] == pytest.approx(1000 * whole["hmtx"][there][0] / 2048)


def test_what_is_not_shown_is_left_out():
    part = cut_font(drawing_font("é"), frozenset("é"))
    cut = TTFont(io.BytesIO(part.file))
    drawn = {name for name in cut.getGlyphOrder() if outline(cut, name)}
    parts = set(cut["glyf"][cut.getGlyphName(glyph_at(part, "é"))].getComponentNames(cut["glyf"]))
    assert parts
    assert drawn == {cut.getGlyphName(0), cut.getGlyphName(glyph_at(part, "é"))} | parts
    assert sorted(cut.keys()) == ["GlyphOrder", "glyf", "head", "hhea", "hmtx", "loca", "maxp"]


def test_the_mark_of_a_part_follows_from_its_characters():
    names = [cut_font(drawing_font("a"), frozenset(shown)).name for shown in ("ab", "ba", "abc")]
    assert names[0] == names[1] != names[2]
    marks = {name.partition("+")[0] for name in names}
    assert all(len(mark) == 6 and mark.isupper() and mark.isalpha() for mark in marks)
    assert {name.partition("+")[2] for name in names} == {"DejaVuSans"}


@pytest.mark.parametrize("text", ["0.44 (0.27 to 0.74)", "Müller, Жук ≤ †", ""])
def test_a_text_is_set_as_wide_as_it_was_measured(text, bold):
    assert set_width(text, drawing_font(text, bold=bold)) == pytest.approx(width(text, 1.0, bold=bold))

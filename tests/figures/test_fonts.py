"""The slim font draws the same shapes in the same widths as the font it was cut from."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from metaan.figures import fonts
from metaan.figures.fonts import BLOCKS, COMMON, drawing_font, slim_copy
from metaan.figures.typefaces import font_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module", params=[False, True], ids=["normal", "bold"])
def both(request: pytest.FixtureRequest) -> tuple[TTFont, TTFont]:
    whole = font_file(bold=request.param)
    return TTFont(whole), TTFont(io.BytesIO(slim_copy(whole)))


def test_it_holds_every_character_of_its_blocks(both: tuple[TTFont, TTFont]) -> None:
    whole, slim = both
    wanted = {code for code in whole.getBestCmap() if any(low <= code < high for low, high in BLOCKS)}
    assert set(slim.getBestCmap()) == wanted


@pytest.mark.parametrize("bold", [False, True])
def test_most_texts_need_the_slimmest_copy_only(bold: bool) -> None:
    slimmest = TTFont(drawing_font("0.44 (0.27 to 0.74)", bold=bold))
    assert set(slimmest.getBestCmap()) == {code for low, high in COMMON for code in range(low, high)} & set(
        TTFont(font_file(bold=bold)).getBestCmap()
    )
    assert drawing_font("τ² − χ² ≤ †", bold=bold) == drawing_font("a", bold=bold)
    assert drawing_font("Müller", bold=bold) not in (drawing_font("a", bold=bold), font_file(bold=bold))
    assert drawing_font("Müller", bold=bold) == drawing_font("Жук", bold=bold)


def test_shapes_and_widths_are_those_of_the_whole_font(both: tuple[TTFont, TTFont]) -> None:
    whole, slim = both
    for code in map(ord, "Aé−τχ²≤→‡0123456789Жσ"):
        drawn = []
        for font in (whole, slim):
            name, glyphs = font.getBestCmap()[code], font.getGlyphSet()
            pen = DecomposingRecordingPen(glyphs)
            glyphs[name].draw(pen)
            drawn.append((font["hmtx"][name], pen.value))
        assert drawn[0] == drawn[1]


def test_it_has_no_kerning_and_no_ligatures(both: tuple[TTFont, TTFont]) -> None:
    assert not {"GPOS", "GSUB", "kern"} & set(both[1].keys())


def test_it_holds_nothing_that_every_pdf_would_unpack_in_vain(both: tuple[TTFont, TTFont]) -> None:
    assert not {"fpgm", "prep", "cvt ", "hdmx"} & set(both[1].keys())
    assert len(both[1]["cmap"].tables) == 1


def test_it_is_cut_the_same_every_time() -> None:
    assert slim_copy(font_file()) == slim_copy(font_file())


def test_text_beyond_it_is_drawn_with_the_whole_font() -> None:
    assert drawing_font("Study 1") != font_file()
    assert drawing_font("دراسة") == font_file()
    assert drawing_font("试验", bold=True) == font_file(bold=True)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(mpl, "get_cachedir", lambda: str(tmp_path))
    fonts._slim_file.cache_clear()
    yield tmp_path
    fonts._slim_file.cache_clear()


def test_a_damaged_copy_is_made_again(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "slim_copy", lambda font, _: b"slim " + font.name.encode())
    kept = drawing_font("a")
    whole = kept.read_bytes()
    for damage in (whole[:5], b"", font_file(bold=True).read_bytes()):
        kept.write_bytes(damage)
        fonts._slim_file.cache_clear()
        assert drawing_font("a").read_bytes() == whole
    assert [path.name for path in own_cache.iterdir()] == [kept.name]


def test_a_sound_copy_is_not_made_again(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "slim_copy", lambda *_: b"slim")
    kept = drawing_font("a")
    monkeypatch.setattr(fonts, "slim_copy", lambda *_: b"another")
    fonts._slim_file.cache_clear()
    assert drawing_font("a") == kept

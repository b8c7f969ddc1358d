r"""Characters that cannot be seen, names that only look alike, letters that figures lack."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont

from metaan.errors import PlanError
from metaan.review.check import check_file, check_review
from metaan.review.problems import render_text
from metaan.review.read import read_review
from metaan.review.rules_names import FONT_BLOCKS, SIGN_HOLES, _in_the_font

if TYPE_CHECKING:
    from collections.abc import Callable

    Edit = Callable[[str, str, str], Path]


@pytest.mark.parametrize("code", [0xAD, 0x200B, 0x200E, 0x200F, 0x061C, 0x2060, 0x3164, 0xE0041])
def test_characters_that_cannot_be_seen_are_refused(edited: Edit, code: int) -> None:
    (found,) = check_review(edited("excluded.csv", "Chronic", f"Chro{chr(code)}nic"))
    assert (found.code, found.row, found.column) == ("D008", 2, "reason")
    assert f"U+{code:04X}, a character that cannot be seen" in found.message


def test_joiners_that_a_script_or_an_emoji_needs_are_kept(edited: Edit) -> None:
    assert (
        check_review(edited("excluded.csv", "Chronic pain.", "می\u200cخواهم \U0001f469\u200d\u2695\ufe0f"))
        == ()
    )


def test_composed_and_decomposed_names_are_one(edited: Edit) -> None:
    edited("studies.csv", "alpha,Alpha 2001", "\u00e9tude,Alpha 2001")
    for file in ("arms.csv", "results.csv", "rob.csv"):
        path = edited("review.toml", "schema = 1", "schema = 1") / file
        path.write_text(path.read_text(encoding="utf-8").replace("alpha,", "e\u0301tude,"), encoding="utf-8")
    folder = edited("review.toml", 'title = "Pain"', 'title = "Pain"\nexclude_studies = ["e\u0301tude"]')
    assert check_review(folder) == ()
    assert read_review(folder).plan.analysis[0].exclude_studies == ["\u00e9tude"]


def test_a_name_with_a_space_that_does_not_break_is_told_apart(edited: Edit) -> None:
    folder = edited("contrasts.csv", ",pain,1 week,", ",pain,1\u00a0week,")
    found = check_review(edited("review.toml", 'title = "Pain"', 'title = "Pain"\ntimepoint_rule = "All."'))
    assert [(p.code, p.severity, p.file, p.row) for p in found] == [("D034", "error", "contrasts.csv", 2)]
    assert "“1\\xa0week” looks like “1 week” (results.csv, row 2)" in render_text(found, folder)


def test_a_reference_that_only_looks_right_says_so(edited: Edit) -> None:
    (found,) = check_review(
        edited("contrasts.csv", "gamma,b,p", "gamma,b,p\u2060".replace("\u2060", "\u200d"))
    )
    assert (found.code, found.help) == ("D030", "retype it: “p\\u200d” only looks like “p”.")


@pytest.mark.parametrize("character", ["\\u0000", "\\u0007", "\\u202E", "\\u200B", "\u202e"])
def test_the_plan_has_no_characters_that_cannot_be_seen(edited: Edit, character: str) -> None:
    folder = edited("review.toml", 'title = "Pain"', f'title = "Pa{character}in"')
    (found,) = check_review(folder)
    assert (found.code, found.file, found.row, found.column) == ("D008", "review.toml", 12, "title")
    with pytest.raises(PlanError, match="cannot be seen"):
        read_review(folder)


def test_a_level_in_percent_in_the_plan_gets_its_fraction(edited: Edit) -> None:
    folder = edited(
        "review.toml", '[[analysis]]\nid = "pain"', '[defaults]\nlevel = 95\n\n[[analysis]]\nid = "pain"'
    )
    assert [(p.code, p.help) for p in check_review(folder)] == [("C004", "write it as a fraction: 0.95.")]


def test_every_cell_that_is_not_utf8_is_named_whole(clean: Path) -> None:
    text = "citation,doi,reason\nÉtà 1999,x,Schmerz über Jahre\nplain,y,z\nζ,,größer\n"
    data = (
        text.encode("utf-8")
        .replace("É".encode(), b"\xc9")
        .replace("ü".encode(), b"\xfc")
        .replace("ß".encode(), b"\xdf")
    )
    (clean / "excluded.csv").write_bytes(data)
    assert [(p.code, p.row, p.column, p.text) for p in check_review(clean)] == [
        ("D006", 2, "citation", "Étà 1999"),
        ("D006", 2, "reason", "Schmerz über Jahre"),
        ("D006", 4, "reason", "größer"),
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("鈴木 2003", True),
        ("सरल 2003", True),
        ("Łódź 2003", False),
        ("Ольга", False),
        ("μg β", False),
        ("Gamma 🧪", True),
        ("Gamma ✅", True),
        ("Gamma \U0001f44d\U0001f3fd", True),
        ("Gamma \U0001f469\u200d\U0001f52c", True),
        ("Gamma \ue000", True),
        ("Gamma – “2003” × ½ ☆ € ≤", False),
    ],
)
def test_letters_that_the_font_of_the_figures_lacks_are_told(edited: Edit, name: str, told: bool) -> None:
    found = check_review(edited("studies.csv", "Gamma 2003", name))
    assert [p.code for p in found] == (["D035"] if told else [])


def test_the_blocks_are_those_of_the_font() -> None:
    file = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    has = {code for code in TTFont(file).getBestCmap() if chr(code).isalpha()}
    inside = {code for first, last in FONT_BLOCKS for code in range(first, last + 1) if chr(code).isalpha()}
    assert len(has - inside) < 0.03 * len(has)
    assert len(inside - has) < 0.35 * len(inside)


def test_the_signs_are_those_of_the_font() -> None:
    file = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    signs = {code for code in range(0x110000) if unicodedata.category(chr(code))[0] in "NPS"}
    has = signs & set(TTFont(file).getBestCmap())
    inside = {code for code in signs if _in_the_font(chr(code))}
    assert len(has - inside) < 0.02 * len(has)
    assert len(inside - has) < 0.06 * len(inside)
    assert has.isdisjoint(map(ord, SIGN_HOLES))


def test_a_raw_sheet_without_outcomes_names_none(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("study,treatment,events,n\nA,x,1,10\n", encoding="utf-8")
    (found,) = check_file(path)
    assert found.message == "A gives figures for one arm only, “x”: there is nothing to compare it with."


def test_a_raw_interval_of_another_level_is_named_at_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(
        "study,treat1,treat2,estimate,ci_low,ci_high,quote\nA,x,y,1.0,0.5,1.5,1.0 (90% CI 0.5 to 1.5)\n",
        encoding="utf-8",
    )
    (found,) = [p for p in check_file(path) if p.code == "D029"]
    assert (found.column, found.letter) == ("ci_low", "E")
    assert "no column gives the level" in found.message
    assert "a column ci_level" in found.help

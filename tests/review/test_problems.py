from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

from metaan.review.check import check_review
from metaan.review.problems import problem, render_json, render_text, visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVENTS = """\
error D012  review/results.csv:9 column "events" (H)
            events = 110 but n = 100 for arm “a” of delta, outcome headache.
            A count cannot exceed the number it was counted among.
    9 | delta,a,headache,1 week,headache,event,100,110,,,,,,,,,extracted,pool,,Delta 2004,https://example.o…
      |                                            ^^^
  help: check the table in the paper (Delta 2004, Table 1); if 110 is a percentage put it in “percent”.

found 1 error
"""

KEY = """\
error C003  review/review.toml:13 key "timepiont_rule"
            There is no key “timepiont_rule” in analysis[1].
            A mistyped key would be ignored, and the default used in its stead.
   13 | timepiont_rule = "x"
  help: did you mean “timepoint_rule” or “timepoints”?

found 1 error
"""


def test_text_of_a_fault_in_a_table(edited: Callable[[str, str, str], Path]) -> None:
    folder = edited("results.csv", "event,100,10,", "event,100,110,")
    assert render_text(check_review(folder), folder) == EVENTS


def test_text_of_a_fault_in_the_plan(edited: Callable[[str, str, str], Path]) -> None:
    folder = edited("review.toml", 'title = "Pain"', 'title = "Pain"\ntimepiont_rule = "x"')
    assert render_text(check_review(folder), folder) == KEY


def test_the_caret_stands_under_the_cell_of_a_long_row(edited: Callable[[str, str, str], Path]) -> None:
    folder = edited("contrasts.csv", "(95% CI", "(90% CI")
    lines = render_text(check_review(folder), folder).splitlines()
    row, caret = next((a, b) for a, b in pairwise(lines) if "^" in b)
    assert caret.strip("| ^") == ""
    assert len(row) < 140
    assert row[caret.index("^") - 1] == ","


def test_a_row_is_counted_as_a_spreadsheet_does(clean: Path) -> None:
    path = clean / "missing.csv"
    path.write_text(
        'study_id,label,n_enrolled\nzeta,"Zeta\nand more\n",12\n\n,,\neta,Eta,x\n', encoding="utf-8"
    )
    assert [(p.code, p.row, p.letter) for p in check_review(clean)] == [("D010", 5, "C")]


def test_control_characters_are_shown_as_escapes(edited: Callable[[str, str, str], Path]) -> None:
    folder = edited("excluded.csv", "Chronic", "\x1b[31mChro\x07nic\u202e")
    shown = render_text(check_review(folder), folder)
    assert "\\x1b[31mChro\\x07nic\\u202e" in shown
    assert not any(ord(c) < 32 and c != "\n" for c in shown)
    assert visible("héllo 👩‍⚕️ שלום") == "héllo 👩‍⚕️ שלום"


def test_more_than_fifty_of_a_code_are_counted_in_text_and_given_in_json(clean: Path) -> None:
    rows = "".join(f"z{i},Zeta {i},many\n" for i in range(70))
    (clean / "missing.csv").write_text(f"study_id,label,n_enrolled\n{rows}", encoding="utf-8")
    problems = check_review(clean)
    shown = render_text(problems, clean)
    assert shown.count("error D010  review/missing.csv") == 50
    assert "error D010  + 20 more" in shown
    assert "found 70 errors" in shown
    told = json.loads(render_json(problems))
    assert (told["errors"], told["warnings"], len(told["problems"])) == (70, 0, 70)


def test_json_has_every_field(edited: Callable[[str, str, str], Path]) -> None:
    folder = edited("results.csv", "event,100,10,", "event,100,110,")
    (found,) = json.loads(render_json(check_review(folder)))["problems"]
    assert found == {
        "code": "D012",
        "severity": "error",
        "file": "results.csv",
        "row": 9,
        "column": "events",
        "letter": "H",
        "text": "110",
        "message": "events = 110 but n = 100 for arm “a” of delta, outcome headache.",
        "why": "A count cannot exceed the number it was counted among.",
        "help": "check the table in the paper (Delta 2004, Table 1);"
        " if 110 is a percentage put it in “percent”.",
    }


def test_a_lone_surrogate_can_be_printed() -> None:
    found = problem("D001", "bad \udc80 name", "rename it.", file="x\udc80.csv")
    render_json((found,)).encode("utf-8")
    assert visible(found.message) == "bad \\udc80 name"

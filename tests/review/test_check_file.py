from __future__ import annotations

from pathlib import Path

import pytest

from metaan.review.check import check_file

RAW = Path(__file__).parent / "fixtures" / "raw"
CLEAN = Path(__file__).parent / "fixtures" / "clean"


def told(path: Path) -> set[tuple[str, int | None, str, str]]:
    return {(p.code, p.row, p.column, p.letter) for p in check_file(path)}


def test_a_raw_sheet_of_arms_is_told_all_that_is_wrong_with_it() -> None:
    assert told(RAW / "arms.csv") == {
        ("D012", 3, "events", "L"),
        ("D021", 4, "events", "L"),  # a percentage in words
        ("D034", 4, "outcome", "G"),  # any_adverse_event
        ("D021", 5, "n", "M"),
        ("D023", 5, "arm", "C"),  # the other arm has no figure
        ("D010", 6, "dose_mg", "E"),
        ("D018", 6, "direction", "J"),
        ("D021", 6, "sd", "O"),
        ("D010", 7, "dose_mg", "E"),
        ("D012", 7, "n", "M"),
        ("D010", 8, "dose_mg", "E"),
        ("D023", 8, "arm", "C"),  # one arm only
        ("D029", 9, "se", "P"),
        ("D022", 10, "source", "T"),
        ("D017", 11, "mean", "N"),  # the mean of South1991
        ("D034", 12, "treatment", "D"),
    }


def test_a_raw_sheet_of_differences() -> None:
    assert told(RAW / "differences.csv") == {
        ("D018", 1, "", ""),
        ("D010", 2, "se", "J"),
        ("D010", 2, "ci_low", "K"),
        ("D010", 2, "ci_high", "L"),
        ("D021", 2, "se", "J"),
        ("D029", 3, "ci_low", "K"),
    }


@pytest.mark.parametrize("name", ["studies", "arms", "results", "contrasts", "treatments", "rob", "flow"])
def test_a_table_of_a_review_is_known_by_its_columns(tmp_path: Path, name: str) -> None:
    path = tmp_path / "renamed.csv"
    path.write_bytes((CLEAN / f"{name}.csv").read_bytes())
    assert check_file(path) == ()
    path.write_text(path.read_text(encoding="utf-8").replace("\n", ",x\n", 1), encoding="utf-8")
    assert "D004" in {p.code for p in check_file(path)}


METAFOR = [
    ("trial,ai,n1i,ci,n2i\nA,1,10,2,10\nB,11,10,2,10\n", {("D012", 3, "ai", "B")}),
    ("trial,ai,bi,ci,di\nA,1,9,2,8\nB,1.5,9,NA,8\n", {("D011", 3, "ai", "B"), ("D021", 3, "ci", "D")}),
    ("study,yi,vi\nA,0.1,0.02\nB,0.2,-0.1\nC,,0.1\n", {("D011", 3, "vi", "C"), ("D021", 4, "yi", "B")}),
    ("s,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,9,1,10,2,1,10\n", {("D013", 2, "sd1i", "C")}),
    ("study,yi,sei\nA,0.1,0.02\nB,0.2,0.1\n", set()),
    ("study,treat1,treat2,yi,sei\nA,x,y,0.1,0.02\n", set()),
    ("study,treatment,events,n\nA,x,1,10\nA,y,2,10\n", set()),
    ("study,treatment,events,n\nA,x,1,10\nA,y,12,10\n", {("D012", 3, "events", "C")}),
    ("study,treatment,events,n,n\nA,x,1,10,\nA,y,2,10,\n", {("D003", 1, "n", "E")}),
    ("colour,shape\nred,round\n", {("D002", 1, "", "")}),
    ("study,treatment,events,n\n", {("D001", 1, "", "")}),
    ("", {("D001", None, "", "")}),
]


@pytest.mark.parametrize(("text", "expected"), METAFOR)
def test_plain_files_of_other_programs(
    tmp_path: Path, text: str, expected: set[tuple[str, int | None, str, str]]
) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text, encoding="utf-8")
    assert told(path) == expected


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert told(tmp_path / "nothing.csv") == {("D001", None, "", "")}


def test_names_of_a_raw_sheet_are_its_own_in_every_problem() -> None:
    heads = (RAW / "arms.csv").read_text(encoding="utf-8").split("\n")[0].split(",")
    assert {p.column for p in check_file(RAW / "arms.csv")} <= {*heads, ""}

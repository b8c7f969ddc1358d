"""Arms and contrasts from the rows of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaan.errors import RequestError
from metaan.review.network_columns import recognise
from metaan.review.network_rows import NetworkRows, network_rows
from metaan.review.plain import read_plain

COUNTS = ("events", "n")


def rows(folder: Path, text: str, cells: tuple[str, ...] = COUNTS, take: str = "") -> NetworkRows:
    path = folder / "f.csv"
    path.write_text(text)
    file = read_plain(path)
    return network_rows(file, recognise(file.header, cells, {}, file=file.name), take)


def test_studies_by_author_and_year(tmp_path: Path) -> None:
    found = rows(tmp_path, "author,year,treat,r,n\nAmes,1999,A,1,20\nAmes,1999,B,2,20\n")
    assert [arm.study for arm in found.arms] == ["Ames 1999", "Ames 1999"]


def test_studies_of_one_name_are_told_apart_by_their_id(tmp_path: Path) -> None:
    text = "id,author,year,treat,r,n\n1,Ames,1999,A,1,20\n1,Ames,1999,B,2,20\n2,Ames,1999,A,3,20\n"
    found = rows(tmp_path, text)
    assert [arm.study for arm in found.arms] == ["Ames 1999 (1)", "Ames 1999 (1)", "Ames 1999 (2)"]
    assert "neither tells them apart" in found.notes[0]


def test_a_wide_file_without_names_has_a_study_in_each_row(tmp_path: Path) -> None:
    found = rows(tmp_path, "treat1,r1,n1,treat2,r2,n2\nA,1,20,B,2,20\nA,1,20,C,2,20\n")
    assert [arm.study for arm in found.arms] == ["row 2", "row 2", "row 3", "row 3"]
    with pytest.raises(RequestError, match="names the studies"):
        rows(tmp_path, "treat,r,n\nA,1,20\n")


def test_an_arm_is_set_aside_by_itself(tmp_path: Path) -> None:
    text = "study,treat1,r1,n1,treat2,r2,n2,treat3,r3,n3\na,A,1,20,B,x,20,C,3,30\nb,,,,NA,NA,NA,,,\n"
    found = rows(tmp_path, text)
    assert [(arm.treatment, dict(arm.cells)) for arm in found.arms] == [
        ("A", {"events": 1.0, "n": 20.0}),
        ("C", {"events": 3.0, "n": 30.0}),
    ]
    assert [(row.row, row.column) for row in found.set_aside] == [(2, "r2"), (3, "")]
    assert found.set_aside[1].reason == "The row has no arms. Fill them in, or delete the row."


def test_effects_with_variances_and_participants(tmp_path: Path) -> None:
    text = "study,treat1,treat2,yi,vi,n1,n2\na,A,B,0.5,0.04,20,NR\nb,A,B,0.5,0,20,21\nc,A,,0.5,1,1,1\n"
    found = rows(tmp_path, text, ())
    (one,) = found.contrasts
    assert (one.yi, one.sei, one.sizes) == (0.5, pytest.approx(0.2), (20, None))
    assert [row.column for row in found.set_aside] == ["vi", "treat2"]


def test_participants_beside_an_effect_are_no_arms(tmp_path: Path) -> None:
    text = "study,treat1,event1,n1,treat2,event2,n2,yi,sei\na,A,,20,B,,21,0.5,0.2\nb,A,1,20,B,2,21,,\n"
    found = rows(tmp_path, text)
    assert [each.study for each in found.contrasts] == ["a"]
    assert [each.study for each in found.arms] == ["b", "b"]
    assert found.set_aside == ()


def test_a_row_with_both_is_not_guessed(tmp_path: Path) -> None:
    text = "study,treat1,event1,n1,treat2,event2,n2,yi,sei\na,A,1,20,B,2,21,0.5,0.2\n"
    with pytest.raises(RequestError, match="row 2 holds both"):
        rows(tmp_path, text)
    assert len(rows(tmp_path, text, take="arms").arms) == 2
    assert len(rows(tmp_path, text, take="contrasts").contrasts) == 1


def test_text_of_time_at_risk(tmp_path: Path) -> None:
    found = rows(tmp_path, "study,t,events,time\na,A,1,0\na,B,1,5.5\n", ("events", "time"))
    assert [row.reason for row in found.set_aside] == ["time is 0; give the time at risk."]

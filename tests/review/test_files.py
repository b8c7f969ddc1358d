"""Files that hold nothing, never end, or have numbers beyond measure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from metaan.cli.commands import program
from metaan.review.check import check_file, check_review
from metaan.review.problems import render_text


@pytest.mark.parametrize("data", [b",,,\n,,,\n", b"\xef\xbb\xbf\n\n\r\n", b'"",""\n', b"\n \n"])
def test_a_table_of_nothing_is_no_table(clean: Path, data: bytes) -> None:
    (clean / "arms.csv").write_bytes(data)
    assert {(p.code, p.file) for p in check_review(clean) if p.file == "arms.csv"} == {("D001", "arms.csv")}
    assert [p.code for p in check_file(clean / "arms.csv")] == ["D001"]


@pytest.mark.parametrize("name", ["results.csv", "review.toml"])
def test_a_pipe_is_refused_and_not_waited_for(clean: Path, name: str) -> None:
    (clean / name).unlink()
    os.mkfifo(clean / name)
    found = check_review(clean)
    assert ("D001" if name.endswith("csv") else "C001", name) in {(p.code, p.file) for p in found}
    assert "not an ordinary file" in render_text(found, clean)


def test_the_command_refuses_a_pipe_and_a_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "data.csv")
    for path in (tmp_path / "data.csv", Path("/dev/zero"), Path("/dev/null")):
        done = CliRunner().invoke(program, ["check", str(path)])
        assert (done.exit_code, "not an ordinary file" in done.output) == (1, True)


def test_a_number_of_many_digits_in_the_plan(clean: Path) -> None:
    path = clean / "review.toml"
    path.write_text(path.read_text(encoding="utf-8") + "method = " + "9" * 5000 + "\n", encoding="utf-8")
    found = check_review(clean)
    assert [(p.code, p.row) for p in found] == [("C002", 28)]
    assert len(render_text(found, clean)) < 1000

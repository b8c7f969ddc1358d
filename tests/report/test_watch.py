"""A watched review is written again when it changes; a fault is shown and the last good report stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from metaan.report.watch import changes

EXAMPLE = Path(__file__).parents[2] / "examples" / "bcg"


class Clock:
    """Does the next thing each time somebody waits."""

    def __init__(self, *doings) -> None:
        self.doings = list(doings)

    def __call__(self, _: float) -> None:
        doing = self.doings.pop(0)
        if doing is not None:
            doing()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("1")
    (tmp_path / "b.csv").write_text("1")
    return tmp_path


def test_changed_new_and_lost_files_are_named_once_they_rest(folder: Path) -> None:
    def touch() -> None:
        (folder / "a.csv").write_text("longer")

    def more() -> None:
        (folder / "c.csv").write_text("new")
        (folder / "b.csv").unlink()

    clock = Clock(None, touch, more, None, None, lambda: (folder / "c.csv").write_text("again"), None)
    found = list(islice(changes(folder, wait=clock), 2))
    assert found == [("a.csv", "b.csv", "c.csv"), ("c.csv",)]
    assert clock.doings == []


def test_hidden_files_of_editors_are_no_change(folder: Path) -> None:
    def edit() -> None:
        (folder / ".a.csv.swp").write_text("x")
        (folder / "~$a.csv").write_text("x")

    clock = Clock(edit, lambda: (folder / "a.csv").write_text("longer"), None)
    assert list(islice(changes(folder, wait=clock), 1)) == [("a.csv",)]


def test_a_change_before_the_first_look_is_told(folder: Path) -> None:
    told = changes(folder, wait=Clock(None, None))
    (folder / "a.csv").write_text("longer")
    assert next(told) == ("a.csv",)


def test_a_change_that_is_taken_back_is_none(folder: Path) -> None:
    stat = (folder / "a.csv").stat()

    def back() -> None:
        (folder / "a.csv").write_text("1")
        os.utime(folder / "a.csv", ns=(stat.st_atime_ns, stat.st_mtime_ns))

    clock = Clock(
        lambda: (folder / "a.csv").write_text("longer"),
        back,
        None,
        lambda: (folder / "b.csv").write_text("longer"),
        None,
    )
    assert list(islice(changes(folder, wait=clock), 1)) == [("b.csv",)]


def lines_until(run: subprocess.Popen[str], end: str) -> str:
    assert run.stderr is not None
    said = ""
    for line in run.stderr:
        said += line
        if end in line:
            return said
    raise AssertionError(said)


def test_a_broken_row_is_shown_and_keeps_the_last_good_report(tmp_path: Path) -> None:
    review, out = Path(shutil.copytree(EXAMPLE, tmp_path / "review")), tmp_path / "out"
    results = review / "results.csv"
    good = results.read_text(encoding="utf-8")
    head, first, *rest = good.splitlines()
    events = head.split(",").index("events")
    cells = first.split(",")
    arguments = [sys.executable, "-m", "metaan", "report", str(review), "--out", str(out), "--watch"]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {}
    ) as run:
        try:
            lines_until(run, "Watching")
            page = (out / "report.html").read_bytes()
            broken = ",".join([*cells[:events], "lots", *cells[events + 1 :]])
            results.write_text("\n".join([head, broken, *rest]) + "\n", encoding="utf-8")
            said = lines_until(run, "left as it was")
            assert "Changed: results.csv." in said
            assert "lots" in said
            assert "D010" in said
            assert (out / "report.html").read_bytes() == page
            more = ",".join([*cells[:events], str(int(cells[events]) + 1), *cells[events + 1 :]])
            results.write_text("\n".join([head, more, *rest]) + "\n", encoding="utf-8")
            lines_until(run, "is complete")
            assert (out / "report.html").read_bytes() != page
        finally:
            run.send_signal(signal.SIGINT)
            run.communicate()  # leaving closes the pipes, and it still has its last word to say
    assert run.returncode == 130

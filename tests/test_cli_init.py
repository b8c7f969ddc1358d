"""`metaan init`: from nothing, or from a file, to a review that checks and reports."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from metaan.cli import run
from metaan.review.check import check_review

METAFOR = "slab,ai,n1i,ci,n2i\nAmes 1999,12,100,20,101\nBirch 2003,5,50,9,49\nCole 2010,30,210,41,205\n"
LAYOUTS = {
    "metafor": (METAFOR, ["--treatment", "aspirin", "--reference", "placebo"]),
    "long": (
        "study,treatment,events,n\nA,aspirin,12,100\nA,placebo,20,101\nB,aspirin,5,50\nB,placebo,9,49\n",
        ["--reference", "placebo", "--measure", "OR"],
    ),
    "wide": (
        "Study,T.1,N.1,R.1,T.2,N.2,R.2,T.3,N.3,R.3\n"
        "A,aspirin,100,12,placebo,101,20,heparin,99,11\nB,aspirin,50,5,placebo,49,9,,,\n",
        ["--reference", "placebo"],
    ),
    "means": (
        "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,5.1,2.2,30,4.1,2,31\nB,6,2.25,40,5.05,2.1,39\n",
        ["--measure", "SMD"],
    ),
    "effects": ("study,yi,sei\nA,-0.3,0.2\nB,-0.1,0.15\n", ["--measure", "rr"]),
    "contrasts": (
        "studlab,treat1,treat2,TE,seTE\nA,x,p,-1.5,0.5\nB,y,p,-0.5,0.25\nC,x,y,-0.4,0.3\n",
        ["--measure", "MD", "--reference", "p"],
    ),
}


HEAVY = {"numpy", "pandas", "scipy", "matplotlib", "openpyxl", "defusedxml", "rich"}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_three_commands_lead_from_nothing_to_a_forest_plot(here: Path) -> None:
    assert run(["init", "my-review"]) == 0
    assert run(["check", "my-review"]) == 0
    assert run(["report", "my-review", "--out", "my-report"]) == 0
    assert (here / "my-report" / "figures" / "forest-response-drug-a-placebo.svg").is_file()


def test_three_commands_lead_from_a_csv_to_a_forest_plot_as_a_journal_prints_it(here: Path) -> None:
    Path("trials.csv").write_text(METAFOR)
    made = ["init", "my-review", "--from", "trials.csv", "--measure", "RR", "--direction", "lower_better"]
    assert run([*made, *LAYOUTS["metafor"][1], "--outcome", "Death", "--journal", "BMJ"]) == 0
    assert run(["check", "my-review"]) == 0
    assert run(["report", "my-review", "--out", "my-report"]) == 0
    svg = (here / "my-report" / "figures" / "forest-death-aspirin-placebo.svg").read_text()
    assert "Study or subgroup" in svg
    assert "Test for heterogeneity: τ²=" in svg


def test_a_journal_that_is_not_known_is_told_with_those_that_are(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("trials.csv").write_text(METAFOR)
    assert run(["init", "my-review", "--from", "trials.csv", "--measure", "RR", "--journal", "nejm"]) == 2
    assert "--journal nejm: there are metaan, bmj, jama, revman" in capsys.readouterr().err
    assert not (here / "my-review").exists()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_a_review_without_faults(
    here: Path, layout: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text, options = LAYOUTS[layout]
    (here / "trials.csv").write_text(text)
    arguments = ["init", "my-review", "--from", "trials.csv", "--outcome", "Death", *options]
    assert run([*arguments, "--direction", "lower_better"]) == 0
    assert [p for p in check_review(here / "my-review") if p.severity == "error"] == []
    told, _ = capsys.readouterr()
    assert told.endswith("Next: metaan check my-review, then metaan report my-review --out my-report\n")


def test_three_commands_lead_from_a_csv_to_a_forest_plot(here: Path) -> None:
    text, options = LAYOUTS["metafor"]
    (here / "trials.csv").write_text(text)
    assert run(["init", "r", "--from", "trials.csv", *options, "--direction", "lower_better"]) == 0
    assert run(["check", "r"]) == 0
    assert run(["report", "r", "--out", "out"]) == 0
    assert list((here / "out" / "figures").glob("forest-*.svg"))


def test_without_a_direction_the_check_says_what_is_missing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "trials.csv").write_text(METAFOR)
    assert run(["init", "r", "--from", "trials.csv"]) == 0
    _, said = capsys.readouterr()
    assert "wanted: Which way is good for the patient is not stated for Outcome" in said
    assert run(["check", "r"]) == 1
    told, _ = capsys.readouterr()
    assert "D018" in told
    assert "write higher_better or lower_better" in told


def test_what_was_not_taken_is_said_and_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "trials.csv").write_text(METAFOR + "Dunn 2012,55,40,6,41\n")
    assert run(["init", "r", "--from", "trials.csv"]) == 0
    _, said = capsys.readouterr()
    line = "row 5, column B (ai), Dunn 2012, “55”: ai = 55 is more than n1i = 40."
    assert f"not taken: {line}" in said
    assert line in (here / "r" / "import.txt").read_text()


def test_a_folder_with_something_in_it_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "review").mkdir()
    (here / "review" / "mine.txt").write_text("mine")
    assert run(["init"]) == 2
    (here / "trials.csv").write_text(METAFOR)
    assert run(["init", "review", "--from", "trials.csv"]) == 2
    assert capsys.readouterr().err.count("review is not empty (mine.txt). Nothing was changed") == 2
    assert [p.name for p in (here / "review").iterdir()] == ["mine.txt"]


def test_a_file_that_cannot_be_used_leaves_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "trials.csv").write_text("colour,shape\nred,round\n")
    assert run(["init", "r", "--from", "trials.csv"]) == 1
    assert run(["init", "r", "--from", "none.csv"]) == 2
    (here / "bomb.zip").write_bytes(b"PK\x03\x04 no archive")
    assert run(["init", "r", "--from", "bomb.zip"]) == 1
    with zipfile.ZipFile(here / "out.zip", "w") as archive:
        archive.writestr("../../evil.csv", "x")
    assert run(["init", "r", "--from", "out.zip"]) == 1
    assert "names a place outside the archive" in capsys.readouterr().err
    assert sorted(p.name for p in here.iterdir()) == ["bomb.zip", "out.zip", "trials.csv"]


@pytest.mark.parametrize(
    "arguments",
    [["--measure", "RR"], ["--direction", "lower_better"], ["--input", "arms"], ["--column", "n=N"]],
)
def test_options_of_a_file_need_a_file(
    here: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "r", *arguments]) == 2
    assert "name the file with --from" in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_a_column_without_a_heading_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "x.csv").write_text("events\n1\n")
    assert run(["init", "r", "--from", "x.csv", "--column", "events"]) == 2
    assert "ROLE=HEADING" in capsys.readouterr().err


def test_two_runs_write_identical_bytes(here: Path) -> None:
    (here / "trials.csv").write_text(LAYOUTS["wide"][0])
    for name in ("one", "two"):
        assert run(["init", name, "--from", "trials.csv", "--reference", "placebo"]) == 0
    files = [{p.name: p.read_bytes() for p in (here / name).iterdir()} for name in ("one", "two")]
    assert files[0] == files[1]


HOSTILE = (
    *("../../etc/passwd", "<script>alert(1)</script>", "A" * 200, "שלום", "\u202eevil", "🎉 trial"),
    *("=cmd|' /C calc'!A0", 'say "x"', "CON", "a\\b", "`x`", "]]\n[x]"),
)


def test_hostile_names_stay_text(here: Path) -> None:
    quoted = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
    rows = [f"{name},<b>,{10 + i},50\n{name},@SUM(1),{5 + 2 * i},51\n" for i, name in enumerate(quoted)]
    (here / "=trials<x>.csv").write_text("study,treatment,events,n\n" + "".join(rows))
    arguments = ["init", "r", "--from", "=trials<x>.csv", "--reference", "<b>", "--outcome", '"\\ <img>']
    assert run([*arguments, "--direction", "lower_better", "--title", '"""\n[x]']) == 0
    assert [p for p in check_review(here / "r") if p.severity == "error"] == []
    assert sorted(p.name for p in here.iterdir()) == ["=trials<x>.csv", "r"]
    for path in (here / "r").glob("*.csv"):
        cells = [cell for line in path.read_text().splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.lstrip('"').startswith(("=", "@", "+"))]


def test_starting_is_quick_and_loads_nothing_heavy(here: Path) -> None:
    (here / "trials.csv").write_text(METAFOR)
    code = (
        "import sys; from metaan.cli import run; assert run(['init', 'r', '--from', 'trials.csv']) == 0;"
        f" print(sorted({HEAVY} & set(sys.modules)))"
    )
    root = str(Path(__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": root}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=here
    )
    assert found.stdout.splitlines()[-1] == "[]", found.stderr

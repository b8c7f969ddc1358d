"""The command line: what it says, where it says it, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import metaan
from metaan.cli import run
from metaan.report.compare import Difference
from metaan.report.verify import Verification

EXAMPLE = Path(__file__).parents[1] / "examples" / "bcg"
HEAVY = ("numpy", "pandas", "scipy", "matplotlib", "statsmodels", "jinja2", "rich")


@pytest.fixture
def review(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "studies"))


def spoil(review: Path) -> None:
    results = review / "results.csv"
    lines = results.read_text().splitlines()
    results.write_text("\n".join([*lines, lines[-1]]) + "\n")


def test_help_names_the_commands_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    told, said = capsys.readouterr()
    for word in ("check", "report", "verify", "--version", "--debug", "130 interrupted"):
        assert word in told
    assert said == ""


@pytest.mark.parametrize("command", ["check", "report", "verify"])
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert "review.toml" in told or "REVIEW" in told
    assert "--quiet" in told


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"metaan {metaan.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["report", "--nonsense"],
        ["check", "no/such/folder"],
        ["report", "a", "b"],
        ["check", "--format", "x"],
    ],
)
def test_a_wrong_command_line_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    told, said = capsys.readouterr()
    assert told == ""
    assert "Error" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "none"],
        ["diff", "none", "none"],
        ["init", "made", "--from", "none"],
        ["network", "none", "--measure", "OR"],
        ["network", "there.csv", "--measure", "OR", "--nodes", "none"],
        ["pool", "none"],
        ["report", "none"],
        ["verify", "none"],
    ],
)
def test_a_place_on_the_command_line_that_is_not_there_is_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.csv").write_text("study,treatment,events,n\n")
    assert run(arguments) == 2
    assert "'none' does not exist" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["there.csv"]


@pytest.mark.parametrize("command", ["check", "report"])
def test_a_table_that_a_review_lacks_is_a_fault_of_the_data(
    review: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (review / "arms.csv").unlink()
    (review / "treatments.csv").unlink()
    arguments = [command, str(review)] + (["--out", str(review / "o")] if command == "report" else [])
    assert run(arguments) == 1
    assert "D001" in "".join(capsys.readouterr())
    assert not (review / "o").exists()


def test_no_review_anywhere_is_2_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("check", "report", "verify"):
        assert run([command]) == 2
        assert "review.toml" in capsys.readouterr().err


def test_check_finds_the_review_and_is_0(
    review: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (review.parent, review):
        monkeypatch.chdir(place)
        assert run(["check"]) == 0
        assert capsys.readouterr().err == ""


def test_check_is_1_where_there_are_errors(review: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(review)
    assert run(["check", str(review)]) == 1
    assert "results.csv" in capsys.readouterr().out
    assert run(["check", str(review), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["errors"] >= 1
    assert found["problems"]


def test_check_reads_one_file(review: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoiled = review / "loose.csv"
    spoiled.write_text("study,events,n\nA,12,10\n")
    assert run(["check", str(spoiled)]) == 1
    assert "loose.csv" in capsys.readouterr().out


def test_a_wrong_plan_is_2(review: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (review / "review.toml").write_text("schema = 1\nnonsense = 3\n")
    for command in ("check", "report"):
        assert (
            run([command, str(review), *(["--out", str(review / "o")] if command == "report" else [])]) == 2
        )
        assert "review.toml" in "".join(capsys.readouterr())
    assert not (review / "o").exists()


def test_report_refuses_errors_with_1_and_writes_nothing(
    review: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(review)
    assert run(["report", str(review), "--out", str(review / "o")]) == 1
    told, said = capsys.readouterr()
    assert told == ""
    assert "results.csv" in said
    assert not (review / "o").exists()


def test_an_output_that_is_a_file_is_2(review: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (review / "o").write_text("mine")
    assert run(["report", str(review), "--out", str(review / "o")]) == 2
    assert "is a file" in capsys.readouterr().err


def fail(*_: Any, **__: Any) -> None:
    raise RuntimeError("the roof fell in")


def test_a_fault_of_the_program_is_3_and_says_how_to_report(
    review: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("metaan.review.check.check_review", fail)
    assert run(["check", str(review)]) == 3
    said = capsys.readouterr().err
    assert "RuntimeError: the roof fell in" in said
    assert "--debug" in said
    assert "Traceback" not in said


def test_debug_shows_where(review: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metaan.review.check.check_review", fail)
    for arguments in (["--debug", "check", str(review)], ["check", str(review), "--debug"]):
        with pytest.raises(RuntimeError, match="roof"):
            run(arguments)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_terminated_run_is_130(
    number: signal.Signals, review: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(number)
    monkeypatch.setattr("metaan.review.check.check_review", lambda _: os.kill(os.getpid(), number))
    assert run(["check", str(review)]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"
    assert signal.getsignal(number) is before


CHANGED = Difference(file="results.json", place="analyses[0].k", old="3", new="4")


@pytest.mark.parametrize(
    ("tier", "strict", "code"),
    [
        ("identical", False, 0),
        ("identical", True, 0),
        ("equivalent", False, 0),
        ("equivalent", True, 1),
        ("different", False, 1),
        ("different", True, 1),
    ],
)
def test_verify_says_which_and_ends_accordingly(
    tier: Any,
    strict: bool,
    code: int,
    review: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = Verification(tier=tier, differences=(CHANGED,) if tier == "different" else (), files=7)
    monkeypatch.setattr("metaan.report.verify.verify", lambda *_, **__: found)
    assert run(["verify", str(review), *(["--strict"] if strict else [])]) == code
    told = capsys.readouterr().out
    assert told.startswith(tier)
    assert ("results.json, analyses[0].k: 3 -> 4" in told) == (tier == "different")


def test_verify_lists_no_more_than_a_reader_can_take(
    review: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Verification(tier="different", differences=(CHANGED,) * 1000, files=7)
    monkeypatch.setattr("metaan.report.verify.verify", lambda *_, **__: found)
    assert run(["verify", str(review)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("different: 1000 differences")
    assert told[-1] == "  results.json: + 980 more"
    assert len(told) == 22


def test_verify_without_a_report_is_1(review: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(review), "--out", str(review / "nothing")]) == 1
    assert "no report stands" in capsys.readouterr().out


def stub_report(*_: Any, progress: Any, **__: Any) -> None:
    progress("Step one")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "The report of {review} is complete.\n"),
        (["-q"], ""),
        (["-v"], "Step one\nThe report of {review} is complete.\n"),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_results_go_to_standard_output_and_the_rest_to_standard_error(
    flags: list[str],
    said: str,
    before: bool,
    review: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("metaan.report.bundle.write_report", stub_report)
    command = ["report", str(review), "--out", "somewhere"]
    assert run([*flags, *command] if before else [*command, *flags]) == 0
    told, spoken = capsys.readouterr()
    assert told == f"{Path('somewhere') / 'report.html'}\n"
    assert spoken == said.format(review=review)


@pytest.mark.parametrize("arguments", [["--help"], ["check", str(EXAMPLE)], ["--version"]])
def test_light_commands_load_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom metaan.cli import run\nrun(sys.argv[1:])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


def test_the_module_is_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "metaan", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"metaan {metaan.__version__}\n"


def test_a_closed_pipe_is_quiet(review: Path) -> None:
    spoil(review)
    with subprocess.Popen(
        [sys.executable, "-m", "metaan", "check", str(review)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as done:
        assert done.stdout is not None
        assert done.stderr is not None
        done.stdout.close()
        assert done.stderr.read() == b""
    assert done.returncode in {0, 1}


def test_a_terminal_without_unicode_gets_escapes(review: Path) -> None:
    spoil(review)
    plan = review / "review.toml"
    plan.write_text(plan.read_text() + '\nnonsense = "τ²"\n')
    done = subprocess.run(
        [sys.executable, "-m", "metaan", "check", str(review)],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert done.returncode in {1, 2}
    assert b"Traceback" not in done.stderr
    assert b"failed" not in done.stderr


@pytest.mark.parametrize("there", [True, False])
def test_an_interrupted_report_says_that_the_last_one_stands(
    review: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, there: bool
) -> None:
    if there:
        (review / "o").mkdir()
    monkeypatch.setattr(
        "metaan.report.bundle.write_report", lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM)
    )
    assert run(["report", str(review), "--out", str(review / "o")]) == 130
    stands = "; the last report was left as it was" if there else ""
    assert capsys.readouterr().err == f"Interrupted{stands}.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_after_the_work_is_done_changes_nothing(review: Path, number: signal.Signals) -> None:
    script = (
        "import atexit, os, sys\nfrom metaan.__main__ import main\n"
        f"atexit.register(lambda: os.kill(os.getpid(), {int(number)}))\nsys.exit(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "check", str(review)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["check"], ["--help"], ["--version"]])
def test_a_full_standard_output_is_said_in_a_sentence(arguments: list[str], review: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "metaan", *arguments, *([str(review)] if "check" in arguments else [])],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("The result could not be printed: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_change_the_exit_code(review: Path, closed: str) -> None:
    def code() -> int:
        command = f'"{sys.executable}" -m metaan check "{review}" {closed}'
        return subprocess.run(["sh", "-c", command], check=False, capture_output=True).returncode

    assert code() == 0
    spoil(review)
    assert code() == 1


@pytest.mark.parametrize("out", ["/", "file/x", "loop"])
def test_a_place_that_cannot_be_written_to_is_2_at_once(
    out: str, review: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to("loop")
    assert run(["report", str(review), "--out", str(tmp_path / out)]) == 2
    assert "--out" in capsys.readouterr().err


ASKING = """
import sys
from metaan.__main__ import main
from metaan.report import bundle
from metaan.report.processes import processes

def ask(*_, **__):
    with processes(1) as pool:
        import matplotlib
        matplotlib.get_cachedir()
        pool.submit(matplotlib.get_cachedir).result()

bundle.write_report = ask
sys.exit(main())
"""


def test_matplotlib_does_not_tell_where_it_keeps_its_files(review: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", ASKING, "report", str(review), "-q", "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"MPLCONFIGDIR": str(tmp_path / "file" / "x")},
    )
    assert done.stderr == ""

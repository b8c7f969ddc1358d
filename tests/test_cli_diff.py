"""`metaan diff` and `metaan explain` on the command line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from metaan.cli import run
from metaan.review.catalogue import CATALOGUE


def written(folder, estimate, method="REML", studies=1):
    folder.mkdir()
    fits = {"wald": {"estimate": estimate, "ci": {"low": -1.0, "high": None}}}
    names = [{"study": f"S{n}", "estimate": float(n)} for n in range(studies)]
    pair = {"treat1": "a\x1b[31m", "treat2": "b", "fits": fits, "studies": names}
    document = {"analyses": [{"id": "pain", "main": {"comparisons": [pair]}}]}
    (folder / "results.json").write_text(json.dumps(document))
    (folder / "manifest.json").write_text(json.dumps({"plan": {"defaults": {"method": method}}}))
    return str(folder)


def test_the_same_twice_is_fine(tmp_path, capsys):
    old = written(tmp_path / "old", 0.5)
    assert run(["diff", old, old]) == 0
    assert capsys.readouterr().out.startswith("same")


def test_a_changed_number_is_said_with_its_place(tmp_path, capsys):
    assert run(["diff", written(tmp_path / "old", 0.5), written(tmp_path / "new", 0.6, "DL")]) == 1
    told = capsys.readouterr().out
    assert "different: 1 number changed, 1 choice changed" in told
    assert '  plan.defaults.method: "REML" -> "DL"' in told
    assert "comparisons[a\\x1b[31m : b].fits.wald.estimate: 0.5 -> 0.6 (+20%)" in told
    assert "Numbers of pain:" in told


def test_json_has_all_of_it(tmp_path, capsys):
    arguments = [written(tmp_path / "old", 0.5), written(tmp_path / "new", None, studies=40)]
    assert run(["diff", *arguments, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["same"] is False
    assert told["numbers"][0]["new"] is None
    assert len(told["added"]) == 39
    run(["diff", *arguments])
    assert "+ 19 more (--format json has them all)" in capsys.readouterr().out


def test_a_folder_without_a_report_is_a_wrong_command_line(tmp_path, capsys):
    assert run(["diff", str(tmp_path), str(tmp_path)]) == 2
    assert "holds no report" in capsys.readouterr().err


def test_a_code_is_explained(capsys):
    assert run(["explain", "d012"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("D012 (error): no more events than participants")
    assert all(part in told for part in ("Why it matters:", "What to do:", "Example:"))


def test_all_codes_are_listed(capsys):
    assert run(["explain"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(CATALOGUE)


@pytest.mark.parametrize(("code", "near"), [("D12", "D012"), ("C0003", "C003"), ("X\x1b[31m", 'X\\x1b[31m"')])
def test_an_unknown_code_names_those_that_are_near(capsys, code, near):
    assert run(["explain", code]) == 2
    assert near in capsys.readouterr().err


def test_explaining_and_comparing_load_nothing_heavy(tmp_path):
    folder = written(tmp_path / "old", 0.5)
    script = (
        "import sys\nfrom metaan.cli import run\n"
        f"run(['explain', 'D012']); run(['diff', {folder!r}, {folder!r}])\n"
        "sys.exit(bool({'numpy', 'pandas', 'matplotlib', 'pydantic'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0

"""The whole report of a small review: complete, the same everywhere, and never half-written."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from metaan.errors import InputError, OutputError, PlanError, ReviewError
from metaan.report import bundle, drawings
from metaan.report.bundle import make_report, write_report
from metaan.report.folder import read_files
from metaan.report.rendered import RenderedFigure
from metaan.report.verify import compare_reports
from metaan.review import read as reading

EXAMPLE = Path(__file__).parents[2] / "examples" / "bcg"


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return make_report(EXAMPLE, workers=0)


@pytest.fixture
def review(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "a copy elsewhere"))


@pytest.fixture
def out(tmp_path: Path, made: dict[str, bytes]) -> Path:
    for name, content in made.items():
        path = tmp_path / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "out"


def start(review: Path, out: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "metaan", "report", str(review), "--out", str(out), "-v"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )


def test_it_is_the_same_in_another_folder_zone_locale_process_and_number_of_workers(
    made: dict[str, bytes], review: Path, tmp_path: Path
) -> None:
    out = tmp_path / "zebedees-report"
    elsewhere = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "4711", "USER": "zebedee"}
    with start(review, out, **elsewhere) as other:
        told, said = other.communicate()
    assert other.returncode == 0, said
    assert told == f"{out / 'report.html'}\n"
    written = read_files(out)
    assert {name for name in made if made[name] != written.get(name)} == set()
    assert set(written) == set(made)
    assert_names_no_place(written, tmp_path)


def assert_names_no_place(written: dict[str, bytes], tmp_path: Path) -> None:
    words = [
        str(tmp_path),
        str(Path.home()) + "/",
        "zebedee",
        "a copy elsewhere",
        str(Path(bundle.__file__).parent),
    ]
    if len(socket.gethostname()) > 4:
        words.append(socket.gethostname())
    for word in words:
        assert [name for name, content in written.items() if word.encode() in content] == []


def test_everything_is_there(made: dict[str, bytes]) -> None:
    assert {"report.html", "results.json", "results.schema.json", "methods.md", "environment.json"} <= set(
        made
    )
    figures = {name.partition(".")[0] for name in made if name.startswith("figures/")}
    assert figures
    for figure in figures:
        assert {f"{figure}.{ending}" for ending in ("svg", "pdf", "png", "alt.txt")} <= set(made)
    for name in ("answers", "studies", "evidence"):
        assert f"tables/{name}.csv" in made


def test_sums_and_manifest_cover_every_file(made: dict[str, bytes]) -> None:
    sums = dict(reversed(line.split("  ", 1)) for line in made["SHA256SUMS"].decode().splitlines())
    assert set(sums) == set(made) - {"SHA256SUMS", "environment.json"}
    assert list(sums) == sorted(sums)
    assert all(hashlib.sha256(made[name]).hexdigest() == digest for name, digest in sums.items())
    manifest = json.loads(made["manifest.json"])
    assert {entry["path"] for entry in manifest["outputs"]} == set(sums) - {"manifest.json"}
    assert all(entry["sha256"] == sums[entry["path"]] for entry in manifest["outputs"])
    assert all(choice["method"] and choice["test"] for choice in manifest["choices"].values())
    assert set(manifest["choices"]) == {analysis["id"] for analysis in manifest["plan"]["analysis"]}
    assert manifest["seed"]


def test_sha256sum_agrees(out: Path) -> None:
    done = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=out, check=False)
    assert done.returncode == 0


def test_data_are_exact_copies_with_a_field_dictionary(made: dict[str, bytes]) -> None:
    manifest = json.loads(made["manifest.json"])
    for entry in manifest["inputs"]:
        original = (EXAMPLE / Path(entry["path"]).name).read_bytes()
        assert made[entry["path"]] == original
        assert (entry["sha256"], entry["bytes"]) == (hashlib.sha256(original).hexdigest(), len(original))
    package = json.loads(made["data/datapackage.json"])
    for resource in package["resources"]:
        described = {field["name"] for field in resource["schema"]["fields"]}
        header = next(csv.reader(io.StringIO(made[f"data/{resource['path']}"].decode("utf-8-sig"))))
        assert set(header) <= described


def test_figures_that_the_data_do_not_carry_are_listed_with_the_reason(made: dict[str, bytes]) -> None:
    refused = json.loads(made["manifest.json"])["not_drawn"]
    assert all(entry["reason"] for entry in refused)
    assert not [e for e in refused if f"figures/{e['figure']}.svg" in made]


def test_an_error_in_the_data_leaves_the_last_report(review: Path, out: Path, made: dict[str, bytes]) -> None:
    results = review / "results.csv"
    lines = results.read_text().splitlines()
    results.write_text("\n".join([*lines, lines[-1]]) + "\n")
    with pytest.raises(ReviewError):
        write_report(review, out)
    assert read_files(out) == made


def test_an_error_in_the_plan_leaves_the_last_report(review: Path, out: Path, made: dict[str, bytes]) -> None:
    (review / "review.toml").write_text("schema = 2\n")
    with pytest.raises(PlanError):
        write_report(review, out)
    assert read_files(out) == made


def test_a_folder_of_somebody_else_is_refused_before_anything_is_computed(
    review: Path, tmp_path: Path
) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"mine\.txt"):
        write_report(review, tmp_path / "thesis")


def test_data_that_change_during_the_run_are_noticed(review: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = reading.read_review

    def outdated(folder: Path) -> object:
        found = read(folder)
        return replace(found, files=tuple(replace(file, sha256="0" * 64) for file in found.files))

    monkeypatch.setattr(reading, "read_review", outdated)
    with pytest.raises(InputError, match="was changed while"):
        make_report(review, workers=0)


def test_the_report_is_identical_to_itself_and_tampering_is_found(out: Path, made: dict[str, bytes]) -> None:
    assert compare_reports(read_files(out), made).tier == "identical"
    table = next(path for path in (out / "tables").iterdir() if path.name.endswith("-comparisons.csv"))
    table.write_text(table.read_text().replace("0", "1", 1))
    found = compare_reports(read_files(out), made)
    assert found.tier == "different"
    assert {each.file for each in found.differences} == {f"tables/{table.name}"}
    assert any("column" in each.place for each in found.differences)


def network_review(folder: Path, *ids: str) -> Path:
    """Copy the network example with one analysis under several ids and a treatment with a long name."""
    shutil.copytree(EXAMPLE.parent / "smoking", folder)
    for file in folder.iterdir():
        text = file.read_text()
        file.write_text(text.replace("group counselling", "group counselling " + "with visits " * 10 + "end"))
    plan = folder / "review.toml"
    before, _, rest = plan.read_text().partition("[[analysis]]")
    block = rest.partition("[[")[0]
    [line] = [line for line in block.splitlines() if line.startswith("id = ")]
    plan.write_text(before + "".join("[[analysis]]" + block.replace(line, f'id = "{id_}"') for id_ in ids))
    return folder


def undrawn(figure: drawings.Wanted) -> RenderedFigure:
    words = {"title": figure.title, "alt": figure.title, "description": figure.title}
    return RenderedFigure(id=figure.id, **words, svg=figure.id.encode(), pdf=b"pdf", png=b"png")


def test_names_of_analyses_and_treatments_cannot_make_two_figures_or_places_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "draw", undrawn)
    ids = ("o", "forest-o", "o-network", "network", "estimates", "estimates-o", "league-o", "o-contributions")
    made = make_report(network_review(tmp_path / "review", *ids), workers=0)
    figures = [name for name in made if name.endswith(".svg")]
    further = 3 * 1 + 2 + 3 + 7  # of comparisons with 2 (three of them), 3, 4 and 15 studies
    refits = 3 * 1 + 3 * 2  # studies added up from two on, left out from three on
    assert len(figures) == (14 + further + refits) * len(ids)
    assert all(made[name].decode() == Path(name).stem for name in figures)
    assert max(len(Path(name).name) for name in made) < 220
    page = made["report.html"].decode()
    for id_ in ids:
        assert f'id="{id_}.network"' in page


def test_an_analysis_named_like_another_place_of_the_page_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "draw", undrawn)
    with pytest.raises(PlanError, match="table-answers"):
        make_report(network_review(tmp_path / "review", "table-answers"), workers=0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("step", ["read", "drawing"])
def test_a_stopped_run_leaves_the_last_report_and_no_process(
    number: signal.Signals, step: str, review: Path, out: Path, made: dict[str, bytes]
) -> None:
    with start(review, out) as run:
        assert run.stderr is not None
        assert any(line.startswith("Read") for line in run.stderr)
        children = children_of(run.pid)
        if step == "drawing":
            children += forked_below(run.pid)
        run.send_signal(number)
        _, said = run.communicate()
    assert run.returncode == (-number if number == signal.SIGKILL else 130)
    assert "Traceback" not in said
    assert read_files(out) == made
    assert sorted(p.name for p in out.parent.iterdir()) == ["a copy elsewhere", "out"]
    assert children
    assert not still_there(children)


def test_linux_ends_a_drawing_process_with_its_parent() -> None:
    script = (
        "import ctypes\nfrom metaan.report.processes import _die_with_parent\n_die_with_parent()\n"
        "said = ctypes.c_int()\nctypes.CDLL(None).prctl(2, ctypes.byref(said))\nprint(said.value)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) == signal.SIGKILL


def children_of(pid: int) -> list[int]:
    """Wait until there is a process from which those that draw are forked."""
    deadline = time.monotonic() + 20
    found: list[int] = []
    while not found and time.monotonic() < deadline:
        found = below(pid)
        time.sleep(0.02)
    return found


def forked_below(pid: int) -> list[int]:
    """Wait until there are processes that draw; they live until the last figure is collected."""
    deadline = time.monotonic() + 60
    found: list[int] = []
    while not found and time.monotonic() < deadline:
        found = [one for child in below(pid) for one in below(child)]
        time.sleep(0.005)
    assert found
    return found


def below(pid: int) -> list[int]:
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):  # it has ended in the meantime
        return []


def still_there(pids: list[int]) -> list[int]:
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]

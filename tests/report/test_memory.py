"""What has not changed is not made again, what has is; the bytes are those of a fresh run."""

from __future__ import annotations

import csv
import io
import os
import pickle
import shutil
from collections import OrderedDict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from metaan.report import compute as pipeline
from metaan.report import drawings, memory
from metaan.report.analysis import analyse
from metaan.report.bundle import make_report, write_report
from metaan.report.digest import Digests
from metaan.report.drawings import Wanted
from metaan.report.folder import read_files
from metaan.report.memory import Memory
from metaan.report.packages import PACKAGES
from metaan.report.rendered import RenderedFigure
from metaan.review.read import read_review
from metaan.tables.table import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    Change = tuple[str, dict[str, str], str, str]

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def review(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "bcg", tmp_path / "review"))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("METAAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the figures that are drawn, in their order; they are drawn in this process."""
    seen: list[str] = []
    draw = drawings.draw

    def watched(figure: Wanted) -> RenderedFigure:
        seen.append(figure.id)
        return draw(figure)

    monkeypatch.setattr(drawings, "draw", watched)
    return seen


def change(review: Path, old: str, new: str, name: str = "results.csv") -> None:
    file = review / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def first_row(review: Path) -> tuple[str, str]:
    """Give a row of results and the same with one event more."""
    head, row, *_ = (review / "results.csv").read_text(encoding="utf-8").splitlines()
    cells, at = row.split(","), head.split(",").index("events")
    more = [*cells[:at], str(int(cells[at]) + 1), *cells[at + 1 :]]
    return row, ",".join(more)


def test_a_second_run_draws_nothing_and_writes_the_same(
    review: Path, tmp_path: Path, drawn: list[str]
) -> None:
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    first = read_files(out)
    assert drawn
    drawn.clear()
    write_report(review, out, workers=0)
    assert drawn == []
    assert read_files(out) == first == make_report(review, workers=0)


def test_a_changed_cell_draws_its_figures_and_no_others(tmp_path: Path, drawn: list[str]) -> None:
    shutil.copytree(EXAMPLES / "smoking", tmp_path / "smoking")
    out = tmp_path / "out"
    write_report(tmp_path / "smoking", out, workers=0)
    whole = len(drawn)
    drawn.clear()
    change(tmp_path / "smoking", *first_row(tmp_path / "smoking"))
    write_report(tmp_path / "smoking", out, workers=0)
    assert 0 < len(drawn) < whole
    fresh = make_report(tmp_path / "smoking", workers=0)
    assert differing(read_files(out), fresh) == set()


def differing(written: dict[str, bytes], fresh: dict[str, bytes]) -> set[str]:
    return {name for name in written.keys() | fresh.keys() if written.get(name) != fresh.get(name)}


OF_BUNDLED = (
    ("results", {"study_id": "Ralph2008"}, "quote", "<b>another quote</b>"),
    ("results", {"outcome_id": "dizziness"}, "events", "7"),
    ("contrasts", {}, "source", "another source"),
    ("studies", {"study_id": "Ralph2008"}, "year", "2009"),
    ("rob", {}, "support", "another reason"),
    ("missing", {}, "n_enrolled", "12"),
    ("excluded", {}, "reason", "another reason"),
)
OF_SMOKING = (
    ("results", {}, "events", "10"),
    ("studies", {}, "label", "<i>Another & others</i>"),
    ("arms", {}, "source", "another source"),
    ("outcomes", {}, "label", "Quit"),
    ("treatments", {}, "treatment", "another name"),
)


@pytest.mark.parametrize(
    ("folder", "cells"),
    [("studies", OF_BUNDLED), ("examples/smoking", OF_SMOKING)],
    ids=["bundled", "smoking"],
)
def test_wherever_a_cell_changes_the_report_is_that_of_a_fresh_run(
    folder: str, cells: Iterable[Change], tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "draw", sketched)
    copy = Path(shutil.copytree(EXAMPLES.parent / folder, tmp_path / "copy"))
    out = tmp_path / "out"
    write_report(copy, out, workers=0)
    for table, row, column, text in cells:
        before = read_files(out)
        edit(copy / f"{table}.csv", row, column, text)
        write_report(copy, out, workers=0)
        after = read_files(out)
        assert differing(after, make_report(copy, workers=0)) == set(), (table, column)
        assert after["tables.docx"] != before["tables.docx"] or column in ("year", "source")


def sketched(figure: Wanted) -> RenderedFigure:
    """Stand in for a drawing with a digest of all that it would be drawn from."""
    said = f"<svg>{Digests().of(figure)}</svg>"
    words = {"title": figure.title, "alt": figure.title, "description": figure.title}
    return RenderedFigure(id=figure.id, **words, svg=said.encode(), pdf=b"pdf", png=b"png")


def edit(file: Path, row: dict[str, str], column: str, text: str) -> None:
    with file.open(encoding="utf-8", newline="") as held:
        reader = csv.DictReader(held)
        names, rows = reader.fieldnames, list(reader)
    assert names is not None
    found = next(each for each in rows if row.items() <= each.items())
    assert found[column] != text
    found[column] = text
    with file.open("w", encoding="utf-8", newline="") as held:
        writer = csv.DictWriter(held, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_other_processes_make_the_same(review: Path, tmp_path: Path, cache: Path) -> None:
    """A changed row is computed and checked by another process, and few figures are drawn by this one."""
    out = tmp_path / "out"
    write_report(review, out, workers=1)
    change(review, *first_row(review))
    write_report(review, out, workers=1)
    assert differing(read_files(out), make_report(review, workers=0)) == set()


def test_a_run_goes_on_where_no_process_can_be_started(
    review: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever starts processes may be gone, for want of memory or of rights: this one does it all."""

    def refuse(*_: object) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(ProcessPoolExecutor, "submit", refuse)
    write_report(review, tmp_path / "out", workers=2)
    monkeypatch.undo()
    assert differing(read_files(tmp_path / "out"), make_report(review, workers=0)) == set()


def test_other_packages_make_everything_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before = memory._maker()
    for package in PACKAGES:
        named = {package: "99.0"}
        monkeypatch.setattr(memory, "package_version", lambda name, named=named: named.get(name, "1.0"))
        memory._maker.cache_clear()
        assert memory._maker() != before
        before = memory._maker()
    memory._maker.cache_clear()


def test_a_changed_plan_makes_the_report_of_a_fresh_run(review: Path, tmp_path: Path, cache: Path) -> None:
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    plan = review / "review.toml"
    plan.write_text(plan.read_text().replace("[review]", "[review]\nregistration = 'PROSPERO <1>'", 1))
    write_report(review, out, workers=0)
    assert differing(read_files(out), make_report(review, workers=0)) == set()
    assert b"PROSPERO &lt;1&gt;" in (out / "report.html").read_bytes()


def test_a_fresh_run_takes_nothing_over(review: Path, tmp_path: Path, drawn: list[str]) -> None:
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    once = list(drawn)
    write_report(review, out, workers=0, fresh=True)
    assert drawn == [*once, *once]


def test_a_fresh_run_puts_right_what_was_kept(review: Path, tmp_path: Path, cache: Path) -> None:
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    kept = sorted(cache.rglob("*.kept"))
    for file in kept:
        file.write_bytes(b"")
    write_report(review, out, workers=0, fresh=True)
    assert sorted(cache.rglob("*.kept")) == kept
    assert all(file.read_bytes() for file in kept)


def test_other_code_makes_everything_again(
    review: Path, tmp_path: Path, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    once = list(drawn)
    monkeypatch.setattr(memory, "_maker", lambda: "another version")
    write_report(review, out, workers=0)
    assert drawn == [*once, *once]


def test_a_report_that_stands_there_brings_nothing_in(
    review: Path, tmp_path: Path, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's report, forged ones included, is not what anything is taken from."""
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    once = list(drawn)
    monkeypatch.setenv("METAAN_CACHE", str(tmp_path / "another user's"))
    write_report(review, out, workers=0)
    assert drawn == [*once, *once]


@pytest.mark.parametrize("content", [b"", b"no seal", b"PK\x05\x06" + bytes(60)])
def test_what_was_damaged_is_made_again_and_kept(
    review: Path, tmp_path: Path, cache: Path, drawn: list[str], content: bytes
) -> None:
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    first = read_files(out)
    for file in cache.rglob("*.kept"):
        file.write_bytes(content)
    drawn.clear()
    write_report(review, out, workers=0)
    assert drawn
    assert read_files(out) == first
    drawn.clear()
    write_report(review, out, workers=0)
    assert drawn == []


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("METAAN_CACHE", str(tmp_path / "file" / "cache"))
    written(tmp_path / "out")
    again = Memory()
    again.read(tmp_path / "out")
    assert not again


def written(out: Path, value: object = "said") -> Memory:
    """Keep one value for an output folder."""
    made = Memory()
    made.keep(made.key("test"), value)
    made.turn()
    made.write(out)
    return made


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="the system knows of no users")
def test_a_folder_that_others_may_write_to_is_done_without(tmp_path: Path, cache: Path) -> None:
    written(tmp_path / "out")
    (place,) = cache.iterdir()
    assert place.stat().st_mode & 0o777 == 0o700
    place.chmod(0o777)
    again = Memory()
    again.read(tmp_path / "out")
    assert not again
    before = sorted(place.iterdir())
    again.keep(again.key("other"), "said")
    again.turn()
    again.write(tmp_path / "out")
    assert sorted(place.iterdir()) == before


def test_what_a_run_does_not_use_is_dropped(tmp_path: Path, cache: Path) -> None:
    written(tmp_path / "out")
    again = Memory()
    again.read(tmp_path / "out")
    assert again.recall(again.key("test"), lambda: "made anew") == "said"
    assert again.recall(again.key("other"), lambda: "made anew") == "made anew"
    again.turn()
    again.write(tmp_path / "out")
    assert len(list(cache.rglob("*.kept"))) == 2
    last = Memory()
    last.read(tmp_path / "out")
    last.find(last.key("other"))
    last.turn()
    last.write(tmp_path / "out")
    assert len(list(cache.rglob("*.*"))) == 1


def test_only_so_many_folders_are_kept_and_others_are_nobody_s(tmp_path: Path, cache: Path) -> None:
    mine = [cache / name for name in ("thesis", "report-2024", f"report-{'a' * 31}x")]
    for folder in mine:
        folder.mkdir(parents=True)
        (folder / "draft.kept").write_text("mine")
        os.utime(folder, (0, 0))
    for number in range(memory.FOLDERS_KEPT + 5):
        written(tmp_path / str(number))
    assert len(list(cache.iterdir())) == memory.FOLDERS_KEPT + len(mine)
    assert all((folder / "draft.kept").read_text() == "mine" for folder in mine)


@pytest.mark.parametrize("value", [OrderedDict(a=1), Path("/etc"), print])
def test_only_values_of_metaan_are_read(tmp_path: Path, cache: Path, value: object) -> None:
    """What a file of the cache names is called when it is read: only our own values may be."""
    written(tmp_path / "out", value)
    again = Memory()
    again.read(tmp_path / "out")
    assert again.find(again.key("test")) is None


@pytest.mark.parametrize("name", [b"metaan.report.memory\nshutil.rmtree", b"metaan.report.memory\nos"])
def test_nothing_behind_our_modules_is_reached(tmp_path: Path, cache: Path, name: bytes) -> None:
    with pytest.raises(pickle.UnpicklingError, match="nothing that metaan keeps"):
        memory._Reader(io.BytesIO(b"c" + name + b"\n.")).load()


def test_objects_in_arrays_are_told_by_what_they_are() -> None:
    one, other = (np.array([text, "b"], dtype=object) for text in ("".join(["a", "1"]), "a1"))
    assert Digests().of(one) == Digests().of(other) != Digests().of(np.array(["a1", "c"], dtype=object))


@pytest.mark.parametrize("value", [np.array([1.0, np.nan]), (Cell("a", 0.1), None), {"a": ("b", b"c")}])
def test_values_come_back_as_they_were(tmp_path: Path, cache: Path, value: object) -> None:
    written(tmp_path / "out", value)
    again = Memory()
    again.read(tmp_path / "out")
    np.testing.assert_equal(again.find(again.key("test")), value)


FIGURE = Wanted(
    id="a", title="A", room="forest", arguments={"x": np.array([1.0, 2.0]), "y": ("a", 1, None, True)}
)


@pytest.mark.parametrize(
    "other",
    [
        replace(FIGURE, id="b"),
        replace(FIGURE, room="network_graph"),
        replace(FIGURE, arguments=dict(FIGURE.arguments) | {"x": np.array([1.0, np.nextafter(2, 3)])}),
        replace(FIGURE, arguments=dict(FIGURE.arguments) | {"x": np.array([[1.0], [2.0]])}),
        replace(FIGURE, arguments=dict(FIGURE.arguments) | {"y": ("a", 1.0, None, True)}),
        replace(FIGURE, arguments=dict(FIGURE.arguments) | {"y": ("a1", None, True)}),
        replace(FIGURE, arguments=dict(FIGURE.arguments) | {"y": b"a1"}),
        replace(FIGURE, arguments=dict(FIGURE.arguments) | {"z": 1}),
        replace(FIGURE, formats=("svg",)),
        replace(FIGURE, caution="made up"),
    ],
)
def test_whatever_differs_has_another_key(other: Wanted) -> None:
    assert Memory().key("figure", other) != Memory().key("figure", FIGURE)
    assert Memory().key("figure", FIGURE) != Memory().key("table", FIGURE)


def test_equal_figures_have_one_key() -> None:
    again = Wanted(
        id="a", title="A", room="forest", arguments={"x": np.array([1.0, 2.0]), "y": ("a", 1, None, True)}
    )
    one = Memory()
    assert one.key("figure", again) == one.key("figure", FIGURE) == Memory().key("figure", FIGURE)


def test_what_is_not_known_has_no_key() -> None:
    with pytest.raises(TypeError, match="set"):
        Memory().key("figure", replace(FIGURE, arguments={"x": {1}}))


def test_only_the_analyses_of_a_changed_row_are_computed_again(
    bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[str] = []
    run = pipeline.run_scenario

    def watched(review, analysis, selection, **options):  # type: ignore[no-untyped-def]
        computed.append(analysis.id)
        return run(review, analysis, selection, **options)

    monkeypatch.setattr(pipeline, "run_scenario", watched)
    copy = Path(shutil.copytree(bundled, tmp_path / "studies"))
    remembered = Memory()

    def run_again() -> tuple[object, ...]:
        computed.clear()
        made = analyse(read_review(copy), memory=remembered)
        remembered.turn()
        return made

    first = run_again()
    assert len(set(computed)) == len(first)
    again = run_again()
    assert computed == []
    assert all(one is other for one, other in zip(first, again, strict=True))
    change(copy, ",safety,event,560,11,", ",safety,event,560,12,")
    run_again()
    assert set(computed) == {"dizziness"}
    change(copy, "Ralph 2008", "Ralph and others 2008", "studies.csv")
    run_again()
    assert 0 < len(set(computed)) < len(first)  # a name may be printed wherever the study stands
    edit(copy / "missing.csv", {}, "n_enrolled", "12")
    run_again()
    assert computed == []

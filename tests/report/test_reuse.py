"""What has not changed is not drawn or computed again, what has is; the bytes are those of a fresh run."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from metaan.report import analysis as pipeline
from metaan.report import drawings, reuse
from metaan.report.analysis import analyse
from metaan.report.bundle import make_report, write_report
from metaan.report.drawings import Wanted
from metaan.report.folder import read_files
from metaan.report.memory import Memory
from metaan.report.rendered import RenderedFigure
from metaan.report.reuse import figure_key, keep_figures, kept_figures
from metaan.review.read import read_review

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def review(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "bcg", tmp_path / "review"))


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
    assert read_files(out) == first


def test_a_changed_cell_draws_its_figures_and_no_others(
    review: Path, tmp_path: Path, drawn: list[str]
) -> None:
    shutil.copytree(EXAMPLES / "smoking", tmp_path / "smoking")
    out = tmp_path / "out"
    write_report(tmp_path / "smoking", out, workers=0)
    whole = len(drawn)
    drawn.clear()
    change(tmp_path / "smoking", *first_row(tmp_path / "smoking"))
    write_report(tmp_path / "smoking", out, workers=0)
    assert 0 < len(drawn) < whole
    fresh = make_report(tmp_path / "smoking", workers=0)
    assert {name for name, content in read_files(out).items() if content != fresh[name]} == set()


def test_a_fresh_run_takes_nothing_over(review: Path, tmp_path: Path, drawn: list[str]) -> None:
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    once = list(drawn)
    write_report(review, out, workers=0, fresh=True)
    assert drawn == [*once, *once]


def test_other_code_draws_again(
    review: Path, tmp_path: Path, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    once = list(drawn)
    monkeypatch.setattr(reuse, "_drawer", lambda: b"another version")
    write_report(review, out, workers=0)
    assert drawn == [*once, *once]


def test_a_report_that_stands_there_brings_no_figure_in(
    review: Path, tmp_path: Path, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's report, forged ones included, is not what figures are taken from."""
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    once = list(drawn)
    monkeypatch.setenv("METAAN_CACHE", str(tmp_path / "another user's"))
    write_report(review, out, workers=0)
    assert drawn == [*once, *once]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_a_broken_cache_is_done_without(
    review: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setenv("METAAN_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "out"
    write_report(review, out, workers=0)
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(content)
    assert kept_figures(out) == {}
    write_report(review, out, workers=0)
    assert kept_figures(out)


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("METAAN_CACHE", str(tmp_path / "file" / "cache"))
    keep_figures(tmp_path / "out", (), {})
    assert kept_figures(tmp_path / "out") == {}


def test_only_so_many_folders_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METAAN_CACHE", str(tmp_path / "cache"))
    for number in range(reuse.FOLDERS_KEPT + 5):
        keep_figures(tmp_path / str(number), (), {})
    assert len(list((tmp_path / "cache").iterdir())) == reuse.FOLDERS_KEPT


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
        replace(FIGURE, arguments=dict(FIGURE.arguments) | {"z": 1}),
    ],
)
def test_whatever_differs_has_another_key(other: Wanted) -> None:
    assert figure_key(other) != figure_key(FIGURE)


def test_equal_figures_have_one_key() -> None:
    again = Wanted(
        id="a", title="A", room="forest", arguments={"x": np.array([1.0, 2.0]), "y": ("a", 1, None, True)}
    )
    assert figure_key(again) == figure_key(FIGURE)


def test_what_is_not_known_has_no_key() -> None:
    with pytest.raises(TypeError, match="set"):
        figure_key(replace(FIGURE, arguments={"x": {1}}))


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
    memory = Memory()
    first = analyse(read_review(copy), memory=memory)
    assert set(computed) == {each.id for each in first}
    computed.clear()
    again = analyse(read_review(copy), memory=memory)
    assert computed == []
    assert all(one is other for one, other in zip(first, again, strict=True))
    change(copy, ",safety,event,560,11,", ",safety,event,560,12,")
    analyse(read_review(copy), memory=memory)
    assert set(computed) == {"dizziness"}
    computed.clear()
    change(copy, "Ralph 2008", "Ralph and others 2008", "studies.csv")
    analyse(read_review(copy), memory=memory)
    assert set(computed) == {each.id for each in first}  # a name may be printed anywhere

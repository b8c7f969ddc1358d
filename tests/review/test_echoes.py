"""One fault is told once: what only follows from it is left out, and check and report agree on what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from metaan.cli.commands import program
from metaan.errors import PlanError, ReviewError
from metaan.review.check import check_review
from metaan.review.read import read_review

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Edit = Callable[[str, str, str], Path]


def told(folder: Path) -> list[tuple[str, str, int | None]]:
    return [(p.code, p.file, p.row) for p in check_review(folder)]


def test_no_table_of_numbers_is_told_and_not_that_nothing_is_selected(clean: Path) -> None:
    (clean / "results.csv").unlink()
    (clean / "contrasts.csv").unlink()
    assert told(clean) == [("D001", "results.csv", None)]


def test_tables_of_numbers_without_rows_are_told_once(clean: Path) -> None:
    (clean / "results.csv").unlink()
    path = clean / "contrasts.csv"
    path.write_text(path.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    assert told(clean) == [("D001", "contrasts.csv", 1)]


@pytest.mark.parametrize("name", ["evnts", "Events", "EVENTS "])
def test_a_renamed_column_is_told_once_with_its_name(edited: Edit, name: str) -> None:
    folder = edited("results.csv", ",events,", f",{name},")
    (found,) = check_review(folder)
    assert (found.code, found.column, found.help) == ("D004", name.strip(), "did you mean “events”?")


def test_a_renamed_source_is_told_once(edited: Edit) -> None:
    folder = edited("results.csv", ",source,source_url,", ",Source,url,")
    assert [p.code for p in check_review(folder)] == ["D004", "D004"]


def test_an_open_quotation_mark_is_told_once(edited: Edit) -> None:
    assert told(edited("arms.csv", "beta,a,aspirin", 'beta,a,"aspirin')) == [("D009", "arms.csv", 4)]
    edited("arms.csv", '"aspirin', "aspirin")
    folder = edited("outcomes.csv", "headache,Headache", 'headache,"Headache')
    assert told(folder) == [("D009", "outcomes.csv", 3)]


def test_a_ragged_row_is_told_once(edited: Edit) -> None:
    folder = edited("results.csv", "beta,b,pain,1 week", "beta,b,pain,1,week")
    assert told(folder) == [("D009", "results.csv", 5)]
    edited("results.csv", "beta,b,pain,1,week", "beta,b,pain,1 week")
    assert told(edited("arms.csv", "delta,a,aspirin,500 mg", "delta,a,aspirin,500,mg")) == [
        ("D009", "arms.csv", 9)
    ]


def test_units_that_sum_each_other(edited: Edit) -> None:
    folder = edited("studies.csv", "55555555,1,,", "55555555,1,delta,")
    assert ("D030", "studies.csv", 5) in told(folder)
    assert ("D030", "studies.csv", 6) in told(folder)


def test_commas_between_ids_get_the_cure(edited: Edit) -> None:
    folder = edited("studies.csv", ",2,epsilon,", ',2,"epsilon, gamma",')
    assert [p.help for p in check_review(folder)] == ["separate them by semicolons: epsilon; gamma."]


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "error"),
    [
        ("contrasts.csv", ",pain,1 week,", ",pain,2 weeks,", 1, ReviewError),
        ("outcomes.csv", ",0,10,lower_better", ",0,10,", 1, ReviewError),
        ("review.toml", 'outcomes = ["pain"]', 'outcomes = ["pain", "mood"]', 1, ReviewError),
        ("review.toml", 'measure = "MD"', 'measure = "mean"', 2, PlanError),
        ("review.toml", 'reference = "placebo"', 'reference = "placbo"', 2, PlanError),
    ],
)
def test_check_and_report_exit_alike(
    edited: Edit, file: str, old: str, new: str, code: int, error: type[Exception]
) -> None:
    folder = edited(file, old, new)
    assert CliRunner().invoke(program, ["check", str(folder)]).exit_code == code
    with pytest.raises(error):
        read_review(folder)

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from metaan.errors import PlanError, ReviewError
from metaan.review.problems import FaultyPlanError, FaultyReviewError
from metaan.review.read import find_review, read_review
from metaan.review.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_rows_have_every_column_as_text_and_as_value(clean: Path) -> None:
    review = read_review(clean)
    assert list(review.tables) == list(TABLES)
    row = review.tables["results"][0]
    assert (row.table, row.number) == ("results", 2)
    assert list(row.text) == list(row.value) == [c.name for c in TABLES["results"].columns]
    assert (row.text["sd"], row.value["sd"], row.value["n"]) == ("2.0", 2.0, 40)
    assert (row.text["events"], row.value["events"], row.value["population"]) == ("", None, None)


def test_files_are_named_with_their_hash_and_size(clean: Path) -> None:
    files = {f.name: f for f in read_review(clean).files}
    data = (clean / "results.csv").read_bytes()
    assert next(iter(files)) == "review.toml"
    assert files["results.csv"].sha256 == hashlib.sha256(data).hexdigest()
    assert (files["results.csv"].bytes, files["results.csv"].rows) == (len(data), 11)


def test_an_absent_table_is_empty(clean: Path) -> None:
    (clean / "flow.csv").unlink()
    assert read_review(clean).tables["flow"] == ()


def test_faults_of_the_data_are_raised_together(edited: Callable[[str, str, str], Path]) -> None:
    edited("results.csv", "event,100,10,", "event,100,110,")
    folder = edited("results.csv", "3.1,2.0,", "3.1,-2.0,")
    with pytest.raises(ReviewError, match=r"(?s)sd = -2.0 is below 0.*events = 110 but n = 100") as caught:
        read_review(folder)
    assert isinstance(caught.value, FaultyReviewError)
    assert [p.code for p in caught.value.problems] == ["D011", "D012"]


def test_warnings_do_not_keep_a_review_from_being_read(edited: Callable[[str, str, str], Path]) -> None:
    assert read_review(edited("contrasts.csv", "(95% CI", "(90% CI")).name == "review"


def test_a_wrong_plan_is_a_plan_error(edited: Callable[[str, str, str], Path]) -> None:
    folder = edited("review.toml", 'measure = "MD"', 'measure = "mean"')
    with pytest.raises(PlanError, match="measure") as caught:
        read_review(folder)
    assert isinstance(caught.value, FaultyPlanError)
    assert [p.code for p in caught.value.problems] == ["C004"]


def test_a_direction_that_is_missing_is_a_fault_of_the_data(edited: Callable[[str, str, str], Path]) -> None:
    with pytest.raises(ReviewError):
        read_review(edited("review.toml", 'outcomes = ["pain"]', 'outcomes = ["pain", "mood"]'))


def test_the_review_is_found_below_here_or_above(tmp_path: Path) -> None:
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "review.toml").touch()
    deep = tmp_path / "studies" / "notes" / "old"
    deep.mkdir(parents=True)
    assert find_review(tmp_path) == tmp_path / "studies"
    assert find_review(tmp_path / "studies") == tmp_path / "studies"
    assert find_review(deep) == tmp_path / "studies"


def test_no_review_anywhere_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="Go to the review's folder, or name it"):
        find_review(tmp_path)

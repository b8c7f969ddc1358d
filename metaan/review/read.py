"""Reading a review: find its folder, check it, and hand it on as validated values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.errors import PlanError
from metaan.review.check import faults_of
from metaan.review.load import load_review
from metaan.review.plan_file import PLAN_FILE
from metaan.review.problems import FaultyPlanError, FaultyReviewError, count_line, of_the_plan, render_text
from metaan.review.rows import InputFile, Review, Row

if TYPE_CHECKING:
    from pathlib import Path

    from metaan.review.problems import Problem

__all__ = ["InputFile", "Review", "Row", "find_review", "read_review"]


def find_review(start: Path) -> Path:
    """Find the review's folder: `start/studies`, else the nearest folder upward with a review.toml.

    Parameters
    ----------
    start : Path
        Where to begin; it counts itself.

    Raises
    ------
    PlanError
        Where there is none, with what to do.
    """
    start = start.resolve()
    for folder in (start / "studies", start, *start.parents):
        if (folder / PLAN_FILE).is_file():
            return folder
    raise PlanError(
        f"There is no review here: neither {start / 'studies'} nor {start} nor a folder above it holds"
        f" {PLAN_FILE}. Go to the review's folder, or name it on the command line; “metaan init FOLDER”"
        " starts one."
    )


def read_review(folder: Path) -> Review:
    """Read a review whose data and plan have no errors.

    Parameters
    ----------
    folder : Path
        The folder that holds review.toml and the tables.

    Raises
    ------
    PlanError
        Where review.toml is wrong; its faults are in the attribute `problems`.
    ReviewError
        Where the tables have errors; likewise.
    """
    loaded = load_review(folder)
    found = faults_of(loaded)
    errors = tuple(p for p in found if p.severity == "error")
    if loaded.plan is None or any(of_the_plan(p) for p in errors):
        raise FaultyPlanError(_said(errors, folder), errors)
    if errors:
        raise FaultyReviewError(_said(errors, folder), errors)
    return Review(
        name=folder.resolve().name,
        plan=loaded.plan,
        tables=loaded.tables,
        files=tuple(loaded.files),
        warnings=tuple(p for p in found if p.severity == "warning"),
    )


def _said(problems: tuple[Problem, ...], folder: Path) -> str:
    count = count_line(problems).replace("found", "has")
    return f"The review in {folder} {count}.\n\n{render_text(problems, folder)}"

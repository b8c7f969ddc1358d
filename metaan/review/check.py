"""The data check: every fault of a review or of one CSV file, all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.review.flow import flow_faults
from metaan.review.load import Loaded, load_review
from metaan.review.plan_file import PLAN_FILE
from metaan.review.rules_analysis import analysis_faults
from metaan.review.rules_grade import grade_faults
from metaan.review.rules_margins import margin_faults
from metaan.review.rules_names import name_faults
from metaan.review.rules_plan import plan_faults
from metaan.review.rules_rows import row_faults
from metaan.review.rules_tables import table_faults
from metaan.review.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from metaan.review.problems import Problem

OF_THE_TEXT = frozenset({"D001", "D005", "D006", "D008", "D009"})
"""Faults of a row's text, which hold whatever its cells are."""

__all__ = ["check_file", "check_review", "faults_of"]


def check_review(folder: Path) -> tuple[Problem, ...]:
    """Find every fault of a review without computing anything.

    Parameters
    ----------
    folder : Path
        The folder that holds review.toml and the tables.

    Returns
    -------
    tuple of Problem
        Grouped by file, then by row.
    """
    return faults_of(load_review(folder))


def check_file(path: Path) -> tuple[Problem, ...]:
    """Find every fault of one CSV file: a table of a review, or a raw sheet of any shape.

    Parameters
    ----------
    path : Path
        The file. Arms, differences and metafor's columns are recognised by their headings.

    Returns
    -------
    tuple of Problem
        By row.
    """
    from metaan.review.raw import file_faults

    return in_order(_without_echoes(file_faults(path)))


def faults_of(loaded: Loaded) -> tuple[Problem, ...]:
    """Give the faults of a loaded review: those of reading it and those across its rows."""
    found = [
        *loaded.problems,
        *row_faults(loaded),
        *table_faults(loaded),
        *flow_faults(loaded),
        *name_faults(loaded),
        *plan_faults(loaded),
        *grade_faults(loaded),
        *margin_faults(loaded),
    ]
    found += analysis_faults(loaded, found)
    return in_order(_without_echoes(found))


def _without_echoes(found: list[Problem]) -> list[Problem]:
    """Leave out what is said of the cells of a row whose cells have slipped."""
    slipped = {(p.file, p.row) for p in found if p.code == "D009"}
    return [p for p in found if (p.file, p.row) not in slipped or p.code in OF_THE_TEXT]


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by file, row and code, each once."""
    order = {PLAN_FILE: 0, **{t.file: i for i, t in enumerate(TABLES.values(), 1)}}
    return tuple(
        sorted(
            dict.fromkeys(problems),
            key=lambda p: (order.get(p.file, 99), p.file, p.row or 0, p.code, p.letter, p.message),
        )
    )

"""Fits of a comparison that are repeated: by group, without each study, with one study after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from metaan.models.subgroups import subgroups
from metaan.results.least import LEAST_TO_ADD_UP, LEAST_TO_LEAVE_OUT
from metaan.results.synthesis import Panels
from metaan.sensitivity.cumulative import cumulate
from metaan.sensitivity.influence import leave_one_out

if TYPE_CHECKING:
    from typing import Any

    from metaan.results.refits import Cumulative, LeaveOneOut
    from metaan.results.synthesis import Comparison, Scenario
    from metaan.review.rows import Review

__all__ = ["with_refits"]


def with_refits(review: Review, scenario: Scenario, grouped_by: str) -> Scenario:
    """Add to each comparison what its studies show by group, left out one by one, and added up by year.

    Parameters
    ----------
    review : Review
        Years and groups of the studies.
    scenario : Scenario
        The main one of an analysis.
    grouped_by : str
        Column of studies.csv; empty for no groups.
    """
    comparisons = tuple(_refitted(review, each, grouped_by) for each in scenario.comparisons)
    return replace(scenario, comparisons=comparisons)


def _refitted(review: Review, comparison: Comparison, grouped_by: str) -> Comparison:
    return replace(
        comparison,
        panels=_panels(review, comparison, grouped_by) if grouped_by else None,
        leave_one_out=_leave_one_out(comparison),
        cumulative=_cumulative(review, comparison),
    )


def _options(comparison: Comparison) -> dict[str, Any]:
    main = comparison.main
    if main is None:
        return {}
    return {"method": main.method, "test": main.test, "level": main.level}


def _effects(comparison: Comparison) -> tuple[np.ndarray, np.ndarray]:
    kept = [study for study in comparison.studies if study.estimable]
    return np.array([one.yi for one in kept]), np.array([one.sei for one in kept]) ** 2


def _panels(review: Review, comparison: Comparison, column: str) -> Panels:
    groups = {row.text["study_id"]: row.text[column] for row in review.tables["studies"]}
    members = tuple(groups[study.study] for study in comparison.studies)
    own = [name for name, study in zip(members, comparison.studies, strict=True) if study.estimable]
    if not own:
        return Panels(column=column, members=members, found=None)
    named = [name or UNNAMED for name in own]
    found = subgroups(*_effects(comparison), named, **_options(comparison))
    names = tuple("" if name == UNNAMED else name for name in found.names)
    return Panels(column=column, members=members, found=replace(found, names=names))


UNNAMED = "\U0010ffff"
"""Stands for the studies of no group while groups are sorted; the last of all."""


def _leave_one_out(comparison: Comparison) -> LeaveOneOut | None:
    if comparison.k < LEAST_TO_LEAVE_OUT:
        return None
    return leave_one_out(*_effects(comparison), **_options(comparison))


def _cumulative(review: Review, comparison: Comparison) -> Cumulative | None:
    """Add the studies up by year where each has one and they are not all of the same."""
    from metaan.report.forest_looks import study_years

    years = study_years(review)
    known = [years.get(study.study) for study in comparison.studies if study.estimable]
    by = [year for year in known if year is not None]
    if len(by) < LEAST_TO_ADD_UP or len(by) < len(known) or len(set(by)) == 1:
        return None
    return cumulate(*_effects(comparison), by, **_options(comparison))

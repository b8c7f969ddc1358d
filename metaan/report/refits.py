"""Fits of a comparison that are repeated: by group, without each study, with one study after the other."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from metaan.format import canonical
from metaan.models.subgroups import subgroups
from metaan.report.clauses import Clause
from metaan.report.wording import joined, spelled
from metaan.results.synthesis import Panels
from metaan.sensitivity.cumulative import LEAST_TO_ADD_UP, cumulate
from metaan.sensitivity.influence import LEAST_TO_LEAVE_OUT, leave_one_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from metaan.results.refits import Cumulative, LeaveOneOut
    from metaan.results.synthesis import AnalysisResult, Comparison, Scenario
    from metaan.review.rows import Review

__all__ = ["panels_record", "refit_clauses", "refits_record", "with_refits"]


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


def refit_clauses(analyses: Iterable[AnalysisResult]) -> list[Clause]:
    """Say which fits were repeated, for the methods text; nothing where none was.

    Parameters
    ----------
    analyses : iterable of AnalysisResult
        The analyses of the review.
    """
    compared = [each for analysis in analyses for each in analysis.main.comparisons]
    grouped = [each.panels for each in compared if each.panels is not None and each.panels.found is not None]
    said = []
    if grouped:
        columns = joined(sorted({panels.column for panels in grouped}), "and")
        tested = [panels.found for panels in grouped if panels.found is not None]
        welch = any(isfinite(found.Q_between_dof[1]) for found in tested)
        test = "Welch's test" if welch else "a χ² test"
        text = f"Studies were grouped by {columns} of studies.csv, each group with a τ² of its own, and"
        text += f" differences between the groups were tested by {test}."
        said.append(Clause(text, ("welch1951",) if welch else ()))
    if any(each.leave_one_out is not None for each in compared):
        text = f"With {spelled(LEAST_TO_LEAVE_OUT)} studies or more, each was left out in turn."
        said.append(Clause(text))
    if any(each.cumulative is not None for each in compared):
        text = "Where every study of a comparison has a year, studies were added up in the order of years."
        said.append(Clause(text, ("lau1992",)))
    return said


def panels_record(panels: Panels, pooled: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write the groups of a comparison as a record.

    Parameters
    ----------
    panels : Panels
        The groups.
    pooled : mapping of str to record
        The fit of each group.
    """
    found = panels.found
    between: dict[str, Any] | None = None
    if found is not None:
        df1, df2 = (canonical(value) for value in found.Q_between_dof)
        between = {
            "statistic": canonical(found.Q_between, 1.0),
            "distribution": "chi2" if df2 is None else "F",
            "df1": df1,
            "df2": df2,
            "pvalue": canonical(found.Q_between_pvalue),
            "notes": list(found.notes),
        }
    return {
        "column": panels.column,
        "members": list(panels.members),
        "groups": [{"name": name, "fit": record} for name, record in pooled.items()],
        "between": between,
    }


def refits_record(comparison: Comparison, measure: str) -> dict[str, Any]:
    """Write what was fitted anew: groups, without each study, study by study; nothing for what was not."""
    from metaan.report.records import pooled_record

    kept = [one.study for one in comparison.studies if one.estimable]
    record: dict[str, Any] = {}
    if (panels := comparison.panels) is not None:
        groups = {}
        if panels.found is not None:
            members = dict(zip((s.study for s in comparison.studies), panels.members, strict=True))
            for name, fit in zip(panels.found.names, panels.found.groups, strict=True):
                own = [study for study in kept if members[study] == name]
                groups[str(name)] = pooled_record(fit, measure, own)
        record["panels"] = panels_record(panels, groups)
    if comparison.leave_one_out is not None:
        without = zip(kept, comparison.leave_one_out.without, strict=True)
        record["leave_one_out"] = [
            {"without": study, "fit": pooled_record(fit, measure, [one for one in kept if one != study])}
            for study, fit in without
        ]
    if comparison.cumulative is not None:
        order = [kept[i] for i in comparison.cumulative.order]
        record["cumulative"] = [
            {"added": order[j], "fit": pooled_record(fit, measure, order[: j + 1])}
            for j, fit in enumerate(comparison.cumulative.fits)
        ]
    return record

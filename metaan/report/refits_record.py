"""Fits that were repeated as records of results.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from metaan.results.synthesis import Comparison, Panels

__all__ = ["panels_record", "refits_record"]


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

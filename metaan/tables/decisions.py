"""The decision log as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.tables.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.results.decision import Decision

__all__ = ["decisions_table"]

_COLUMNS = (
    Column(name="kind", title="Decision"),
    Column(name="study", title="Study, report or treatment"),
    Column(name="what", title="What was done"),
    Column(name="why", title="Why"),
    Column(name="by", title="By"),
    Column(name="analyses", title="In the analyses"),
    Column(name="sensitivity", title="Only in sensitivity analyses"),
    Column(name="rows", title="Rows"),
)
BY = {"reviewers": "the reviewers", "plan": "the plan", "metaan": "a rule of metaan"}
SHOWN = ("results", "contrasts", "missing", "excluded")
"""Tables whose rows have a place on the page."""


def decisions_table(
    decisions: Sequence[Decision], titles: Mapping[str, str], scenarios: Mapping[str, str]
) -> Table:
    """List every decision with its reason, who made it, and the rows it is about.

    Parameters
    ----------
    decisions : sequence of Decision
        In the order of the log.
    titles, scenarios : mapping of str to str
        Id of an analysis, and of a sensitivity, to the name to print.

    Returns
    -------
    Table
        One row per decision; the rows that it is about lead to the evidence ledger.
    """
    return Table(
        id="decisions",
        title="Decision log: what stands between the rows as extracted and the numbers of the report",
        columns=_COLUMNS,
        rows=tuple(_row(each, titles, scenarios) for each in decisions),
        notes=(
            "Main analyses come with all their decisions; of a sensitivity analysis only those that it alone"
            " makes are listed, without the rows that it sets aside.",
        ),
    )


def _row(each: Decision, titles: Mapping[str, str], scenarios: Mapping[str, str]) -> tuple[Cell, ...]:
    varied: dict[str, list[str]] = {}
    for analysis, scenario in each.sensitivity:
        varied.setdefault(scenarios.get(scenario, scenario), []).append(titles.get(analysis, analysis))
    return (
        Cell(each.kind),
        *(Cell(text) for text in (each.study, each.what, each.why)),
        Cell(BY[each.by]),
        _places([(titles.get(name, name), f"#{name}") for name in each.analyses], "; "),
        Cell("; ".join(f"{label} ({', '.join(found)})" for label, found in varied.items())),
        _rows(each.places),
    )


def _places(links: list[tuple[str, str]], between: str) -> Cell:
    return Cell(between.join(text for text, _ in links), links=tuple(links))


def _rows(places: Sequence[str]) -> Cell:
    """Lead to the rows that the page shows; others are named."""
    if all(place.startswith(SHOWN) for place in places):
        return _places([(place, f"#{place}") for place in places], "; ")
    return Cell("; ".join(places))

"""Table of the risk of bias: judgements that somebody made, and the facts behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.tables.studies import source_cell
from metaan.tables.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.results.appraisal import RobTable
    from metaan.review.read import Row

__all__ = ["rob_levels_table", "rob_table"]

_COLUMNS = (
    Column(name="study", title="Study"),
    Column(name="outcome", title="Outcome"),
    Column(name="tool", title="Tool"),
    Column(name="domain", title="Domain"),
    Column(name="judgement", title="Judgement"),
    Column(name="support", title="Support"),
    Column(name="assessor", title="Judged by"),
    Column(name="source", title="Source"),
    Column(name="quote", title="Quote"),
)


def rob_table(rows: Sequence[Row], labels: Mapping[str, str], outcomes: Mapping[str, str]) -> Table:
    """List every judgement and supporting fact, as recorded.

    Parameters
    ----------
    rows : sequence of Row
        rob.csv.
    labels, outcomes : mapping of str to str
        Study id and outcome id to the name to print.

    Returns
    -------
    Table
        One row per study, outcome and domain; each row's anchor is `rob-<row>`.
    """
    made = tuple(
        (
            Cell(labels.get(row.text["study_id"], row.text["study_id"]), anchor=f"rob-{row.number}"),
            Cell(outcomes.get(row.text["outcome_id"], row.text["outcome_id"]) or "whole study"),
            Cell(row.text["tool"] or "no tool applied"),
            *(Cell(row.text[name]) for name in ("domain", "judgement", "support", "assessor")),
            source_cell(row),
            Cell(row.text["quote"]),
        )
        for row in rows
    )
    return Table(id="rob", title="Risk of bias: judgements and supporting facts", columns=_COLUMNS, rows=made)


def rob_levels_table(table: RobTable, *, id: str, title: str, labels: Mapping[str, str]) -> Table:  # noqa: A002
    """Set out the judgements of one tool: studies by domains.

    Parameters
    ----------
    table : RobTable
        The judgements.
    id, title : str
        Of the table.
    labels : mapping of str to str
        Study id to the name to print.

    Returns
    -------
    Table
        One row per study, the overall judgement last; "not judged" where nobody did.
    """
    return Table(
        id=id,
        title=title,
        columns=(
            Column(name="study", title="Study"),
            *(Column(name=id_, title=name) for id_, name in table.tool.domains),
            Column(name="overall", title="Overall"),
        ),
        rows=tuple(
            (
                Cell(labels.get(study, study)),
                *(Cell(word or "not judged") for word in (*row, overall)),
            )
            for study, row, overall in zip(table.studies, table.judgements, table.overall, strict=True)
        ),
    )

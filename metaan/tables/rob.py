"""Table of the risk of bias: judgements that somebody made, and the facts behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.tables.studies import source_cell
from metaan.tables.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.review.read import Row

__all__ = ["rob_table"]

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

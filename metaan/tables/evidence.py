"""Ledger of every number that was extracted: what it says, where it was read, what was done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.tables.studies import source_cell
from metaan.tables.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.review.read import Row

__all__ = ["evidence_table", "printed_numbers"]

_COLUMNS = (
    Column(name="row", title="Row"),
    Column(name="study", title="Study"),
    Column(name="arm", title="Arm"),
    Column(name="outcome", title="Outcome"),
    Column(name="timepoint", title="Time"),
    Column(name="population", title="Population"),
    Column(name="value_type", title="Value"),
    Column(name="reported_as", title="Reported as"),
    Column(name="numbers", title="Numbers as recorded"),
    Column(name="status", title="Status"),
    Column(name="use", title="Use"),
    Column(name="reason", title="Reason"),
    Column(name="derivation", title="Derivation or caution"),
    Column(name="source", title="Source"),
    Column(name="source_url", title="Address", where="csv"),
    Column(name="quote", title="Quote"),
    Column(name="extractor", title="Read by"),
    Column(name="checked_by", title="Checked by"),
)

_ARM_NUMBERS = (
    ("n", "n"),
    ("events", "events"),
    ("percent", "percent"),
    ("mean", "mean"),
    ("sd", "SD"),
    ("se", "SE"),
    ("ci_low", "CI from"),
    ("ci_high", "CI to"),
    ("ci_level", "CI level"),
    ("median", "median"),
    ("q1", "Q1"),
    ("q3", "Q3"),
    ("min", "min"),
    ("max", "max"),
)
_CONTRAST_NUMBERS = (
    ("n_1", "n first"),
    ("n_2", "n second"),
    ("estimate", "estimate"),
    ("se", "SE"),
    ("ci_low", "CI from"),
    ("ci_high", "CI to"),
    ("ci_level", "CI level"),
    ("p", "p"),
)


def evidence_table(tables: Mapping[str, Sequence[Row]]) -> Table:
    """List every row of results.csv and contrasts.csv, used or not.

    Parameters
    ----------
    tables : mapping of str to rows
        All tables of a review.

    Returns
    -------
    Table
        The rows' anchors are those of their provenance: `results-14`, `contrasts-3`.
    """
    labels = {row.text["study_id"]: row.text["label"] for row in tables["studies"]}
    outcomes = {row.text["outcome_id"]: row.text["label"] for row in tables["outcomes"]}
    rows = tuple(_ledger_row(row, labels, outcomes) for row in (*tables["results"], *tables["contrasts"]))
    return Table(id="evidence", title="Evidence ledger: every extracted row", columns=_COLUMNS, rows=rows)


def printed_numbers(row: Row) -> str:
    """Write the filled number cells of a row in one line, as they were recorded."""
    columns = _ARM_NUMBERS if row.table == "results" else _CONTRAST_NUMBERS
    signs = {name: row.text[sign] for name, sign in _signed_columns(row)}
    written = (
        _signed(title, row.text[name], signs.get(name, "")) for name, title in columns if row.text[name]
    )
    measure = row.text.get("measure", "")
    return "; ".join((*([measure] if measure else []), *written))


def _ledger_row(row: Row, labels: Mapping[str, str], outcomes: Mapping[str, str]) -> tuple[Cell, ...]:
    text = row.text
    arm = text["arm_id"] if row.table == "results" else f"{text['arm_id_1']} minus {text['arm_id_2']}"
    return (
        Cell(f"{row.table}.csv row {row.number}", anchor=f"{row.table}-{row.number}"),
        Cell(labels.get(text["study_id"], text["study_id"])),
        Cell(arm),
        Cell(outcomes.get(text["outcome_id"], text["outcome_id"])),
        *(Cell(text.get(name, "")) for name in ("timepoint", "population", "value_type", "reported_as")),
        Cell(printed_numbers(row)),
        *(Cell(text[name]) for name in ("status", "use", "reason", "derivation")),
        source_cell(row),
        Cell(text["source_url"]),
        *(Cell(text[name]) for name in ("quote", "extractor", "checked_by")),
    )


def _signed_columns(row: Row) -> tuple[tuple[str, str], ...]:
    if row.table == "contrasts":
        return (("p", "p_qualifier"), ("estimate", "qualifier"))
    measured = next((name for name in ("events", "percent", "mean", "median") if row.text[name]), "n")
    return ((measured, "qualifier"),)


def _signed(title: str, text: str, sign: str) -> str:
    return f"{title} {sign} {text}" if sign and sign != "=" else f"{title} {text}"

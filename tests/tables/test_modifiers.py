"""Table of effect modifiers: text for a person, numbers for a machine, and hostile words."""

from __future__ import annotations

import csv
import io

from metaan import modifier_table
from metaan.tables.modifiers import effect_modifier_table
from metaan.tables.table import Table, to_csv, to_frame, to_html

TRIANGLE = (["s", "s", "s", "t", "u"], list("AABAP"), list("BPPPA"))


def made(modifiers: dict[str, object], names: dict[str, str] | None = None) -> Table:
    found = modifier_table(*TRIANGLE, modifiers)
    return effect_modifier_table(found, analysis="pain", title="Pain", names=names or {})


def lines(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(to_csv(table), newline="")))


def test_a_person_reads_one_cell_for_each_comparison_and_modifier() -> None:
    table = made({"age": {"s": 40, "t": 50.25, "u": 66}, "risk": {"s": "low", "t": "high", "u": "low"}})
    shown = [column for column in table.columns if column.where != "csv"]
    assert [column.title for column in shown] == ["Comparison", "Studies", "age", "risk"]
    texts = [
        [cell.text for cell, column in zip(row, table.columns, strict=True) if column.where != "csv"]
        for row in table.rows
    ]
    assert texts == [
        ["A versus B", "1", "40", "low (1)"],
        ["A versus P", "3", "52.1 (median 50.2, 40 to 66)", "high (1), low (2)"],
        ["B versus P", "1", "40", "low (1)"],
    ]


def test_a_machine_reads_every_figure() -> None:
    head, *rows = lines(made({"age": {"s": 40, "t": 50.25}, "risk": {"s": "low", "t": "high", "u": "low"}}))
    assert head[4:9] == ["age: mean", "age: median", "age: minimum", "age: maximum", "age: missing"]
    assert head[9:] == ["risk = high", "risk = low", "risk: missing"]
    assert rows[1] == ["A versus P", "A", "P", "3", "45.125", "45.125", "40", "50.25", "1", "1", "2", "0"]


def test_what_is_missing_is_said_and_leaves_no_number() -> None:
    table = made({"age": {"t": 50}, "risk": {"t": "low"}})
    _, *rows = lines(table)
    assert rows[0] == ["A versus B", "A", "B", "1", "", "", "", "", "1", "0", "1"]
    assert [cell.text for cell in table.rows[0]].count("–; 1 missing") == 2
    assert "50; 2 missing" in [cell.text for cell in table.rows[1]]
    assert to_frame(table)["age: mean"].isna().tolist() == [True, False, True]
    assert any("Nothing was filled in." in note for note in table.notes)


def test_names_that_two_nodes_share_are_told_apart() -> None:
    table = made({"age": {"s": 40}}, {"A": "Drug", "B": "Drug", "P": "Placebo"})
    assert [row[0].text for row in table.rows] == [
        "Drug (A) versus Drug (B)",
        "Drug (A) versus Placebo",
        "Drug (B) versus Placebo",
    ]


def test_hostile_words_are_escaped() -> None:
    table = made({"=cmd|' /C calc'!A0": {"s": "<script>"}, "<b>": [1] * 5}, {"A": "<i>A</i>"})
    page = str(to_html(table))
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;i&gt;A&lt;/i&gt; versus B" in page
    head, *_ = lines(table)
    assert head[4].startswith("'=cmd")

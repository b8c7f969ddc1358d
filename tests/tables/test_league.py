"""League table: its headings, its digits, and what it says of direct estimates."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from metaan import network
from metaan.tables.league import league_table
from metaan.tables.table import to_csv


def league(unit: float, names: dict[str, str], measure: str = "MD") -> list[list[str]]:
    fit = network(
        list("stu"),
        list("ABA"),
        list("BCC"),
        np.array([0.5, 0.2, 0.45]) * unit,
        np.array([0.2, 0.25, 0.3]) * unit,
    )
    table = league_table(fit, analysis="pain", title="Pain", measure=measure, names=names, order=["A"])
    return list(csv.reader(io.StringIO(to_csv(table), newline="")))


def test_both_headings_of_the_csv_are_the_names() -> None:
    head, *rows = league(1.0, {"A": "Drug A, 5 mg/kg", "B": "Größe B"})
    assert head == ["row_versus_column", "Drug A, 5 mg/kg", "Größe B", "C"]
    assert [row[0] for row in rows] == head[1:]


def test_a_name_that_two_nodes_share_is_told_apart_in_both() -> None:
    head, *rows = league(1.0, {"A": "Drug", "B": "Drug"})
    assert [row[0] for row in rows] == head[1:] == ["Drug (A)", "Drug (B)", "C"]


def test_a_name_that_a_spreadsheet_would_run_is_quoted_in_both() -> None:
    head, *rows = league(1.0, {"A": "=1+1"})
    assert rows[0][0] == head[1] == "'=1+1"


@pytest.mark.parametrize(("unit", "digits"), [(1e-4, 6), (1e-2, 4), (1.0, 2), (1e4, 2)])
def test_digits_follow_the_unit(unit: float, digits: int) -> None:
    fit_cell = league(unit, {})[2][1]
    low, _, high = fit_cell.partition(" (")[2].removesuffix(")").partition(" to ")
    assert [len(limit.partition(".")[2]) for limit in (low, high)] == [digits, digits]
    assert low != high


def test_the_notes_say_why_a_forest_plot_can_differ() -> None:
    fit = network(list("stu"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    table = league_table(fit, analysis="pain", title="Pain", measure="MD", names={}, order=[])
    said = " ".join(table.notes)
    assert "between-study variance of the whole network" in said
    assert "forest plot" in said

"""Every table of an analysis leads to the studies, or the network, behind its numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metaan.report.leads import leading
from metaan.tables.table import Cell, Column, Table

NAMES = {"a": "Alpha", "b": "Beta", "c": "control"}
ANCHORS = {
    ("relief", "a", "c"): "relief-a-c",
    ("relief", "b", "c"): "relief-b-c",
    ("other", "a", "b"): "other-a-b",
}


def table(heads, *rows, name="relief-x", titles=()):
    columns = tuple(
        Column(name=head, title=title) for head, title in zip(heads, titles or heads, strict=True)
    )
    return Table(id=name, title="T", columns=columns, rows=tuple(tuple(map(Cell, row)) for row in rows))


def led(build, made, **analysis):
    found = leading(made, build.analysis(build.scenario([], []), **analysis), NAMES, ANCHORS)
    return [[cell.href for cell in row] for row in found.rows]


@pytest.fixture
def network(build):
    return build.network([build.component(["a", "b", "c"], dof=1.0)])


def test_a_pair_leads_to_its_studies_in_either_order_and_else_to_the_whole(build, network):
    made = table(
        ("treat1", "treat2", "n"), ("Alpha", "control", "1"), ("control", "Beta", "2"), ("Alpha", "Beta", "3")
    )
    assert led(build, made) == [["", "#relief-a-c", ""], ["", "#relief-b-c", ""], ["", "#relief", ""]]
    whole = leading(made, build.analysis(build.scenario([], [], network=network)), NAMES, ANCHORS)
    assert whole.rows[2][1].href == "#relief.network"


@pytest.mark.parametrize(("head", "between"), [("comparison", " versus "), ("part", " : ")])
def test_a_pair_in_one_cell_leads_to_its_studies(build, head, between):
    made = table((head, "n"), (f"Alpha{between}control", "1"), ("Within designs", "2"))
    assert led(build, made) == [["#relief-a-c", ""], ["", ""]]


def test_a_study_leads_to_the_comparison_beside_it(build):
    made = table(("study", "comparison"), ("Smith 2001", "Beta versus control"))
    assert led(build, made) == [["#relief-b-c", ""]]


def test_the_link_stands_where_a_person_sees_it(build):
    made = table(("comparison", "studies"), ("Beta versus control", "13"))
    hidden = replace(made, columns=(replace(made.columns[0], where="csv"), made.columns[1]))
    assert led(build, hidden) == [["", "#relief-b-c"]]


def test_direct_estimates_of_a_league_table_lead_to_their_studies(build):
    titles = ("Row versus column", "Alpha", "Beta", "control")
    heads = ("row_versus_column", "Alpha", "Beta", "control")
    rows = (
        ("Alpha", "Alpha", "–", "1.2"),
        ("Beta", "1.1", "Beta", "1.3"),
        ("control", "0.8", "0.7", "control"),
    )
    assert led(build, table(heads, *rows, titles=titles)) == [
        ["", "", "", "#relief-a-c"],
        ["", "", "", "#relief-b-c"],
        ["", "", "", ""],
    ]


def test_another_table_and_none_stay_as_they_are(build):
    made = table(("outcome", "n"), ("Relief", "3"))
    assert led(build, made) == [["", ""]]
    assert leading(None, build.analysis(build.scenario([], [])), NAMES, ANCHORS) is None

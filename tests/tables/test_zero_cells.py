"""The ledger of cells of 0, from the arms to the table."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

from metaan.effects.multiarm import contrasts
from metaan.results.synthesis import ArmData
from metaan.tables.table import to_csv, to_html
from metaan.tables.zero_cells import zero_cells_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.synthesis import AnalysisResult, StudyEffect


def test_contrasts_tell_what_was_added_and_what_carries_nothing() -> None:
    found = contrasts(
        "OR",
        ["s", "s", "s", "t", "t", "u", "u", "w", "w"],
        ["a", "b", "c", "a", "b", "a", "b", "a", "b"],
        events=[0, 3, 4, 0, 0, 5, 6, 2, nan],
        n=[20, 21, 22, 30, 31, 40, 41, 50, 51],
    )
    assert [(note.study, note.action, note.arms) for note in found.ledger] == [
        ("s", "added", ("a", "b", "c")),
        ("t", "left_out", ("a", "b")),
        ("w", "left_out", ("b",)),
        ("w", "left_out", ("a",)),
    ]
    assert (found.ledger[0].cells, found.ledger[0].amount) == (("events", "non-events"), 0.5)
    assert "no arm has an event" in found.ledger[1].reason
    assert {note.study for note in found.ledger if note.action == "left_out"} == {
        study for study, _ in found.left_out
    }


def test_rates_add_to_events_only() -> None:
    found = contrasts("IRR", ["s", "s"], ["a", "b"], events=[0, 3], time=[20, 21])
    assert found.ledger[0].cells == ("events",)


def test_means_have_no_ledger() -> None:
    found = contrasts("MD", ["s", "s"], ["a", "b"], mean=[0, 3], sd=[1, 1], n=[20, 21])
    assert found.ledger == ()


def with_ledger(study: StudyEffect) -> StudyEffect:
    arms = [
        ArmData(study=study.study, treatment=node, arms=(node,), n=20 + i, events=i)
        for i, node in enumerate((study.treat1, study.treat2))
    ]
    found = contrasts(
        "RR",
        [study.study] * 2,
        [study.treat1, study.treat2],
        events=[arm.events for arm in arms],
        n=[arm.n for arm in arms],
    )
    return replace(study, arm1=arms[0], arm2=arms[1], ledger=found.ledger)


def test_the_table_has_a_line_for_each_entry(analysis: AnalysisResult, names: Mapping[str, str]) -> None:
    assert zero_cells_table(analysis, names).rows == ()
    first = analysis.main.comparisons[0]
    changed = replace(first, studies=(with_ledger(first.studies[0]), *first.studies[1:]))
    noted = replace(analysis, main=replace(analysis.main, comparisons=(changed, changed)))
    table = zero_cells_table(noted, names)
    (row,) = csv.DictReader(io.StringIO(to_csv(table)))
    assert table.id == f"{analysis.id}-zero-cells"
    assert (row["action"], row["cells"], row["amount"]) == ("added", "events, non-events", "0.5")
    assert row["counts"] == "0/20, 1/21"
    assert row["study_id"] == first.studies[0].study
    assert "one of them is 0" in to_html(table)

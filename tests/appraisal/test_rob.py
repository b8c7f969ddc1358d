"""Judgements gathered by tool and outcome; nothing is invented where nobody judged."""

from __future__ import annotations

import pytest

from metaan.appraisal.rob import level_counts, rob_faults, rob_tables
from metaan.appraisal.tools import own_tool


def row(study, domain, judgement, tool="RoB 2", outcome=""):
    return {
        "study_id": study,
        "outcome_id": outcome,
        "tool": tool,
        "domain": domain,
        "judgement": judgement,
    }


def test_rows_are_gathered_by_tool_and_outcome_in_their_order():
    rows = [
        row("b", "overall", "high", outcome="pain"),
        row("a", "D1", "low", outcome="pain"),
        row("a", "Overall", "low"),
        row("a", "Bias due to confounding", "serious", tool="ROBINS-I"),
        row("b", "randomization process", "some concerns", outcome="pain"),
    ]
    found = rob_tables(rows)
    assert [(each.table.tool.id, each.outcome) for each in found] == [
        ("rob2", "pain"),
        ("rob2", ""),
        ("robins-i", ""),
    ]
    assert found[0].table.studies == ("b", "a")
    assert found[0].table.judgements == (("some concerns", "", "", "", ""), ("low", "", "", "", ""))
    assert found[0].table.overall == ("high", "")
    assert found[2].table.judgements == (("serious", *[""] * 6),)


def test_one_tool_under_two_spellings_is_one_table():
    rows = [row("a", "D1", "low", tool="RoB 2"), row("b", "D1", "high", tool="rob2")]
    (found,) = rob_tables(rows)
    assert found.table.studies == ("a", "b")


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("a", "overall", "not judged")],
        [row("a", "overall", "")],
        [row("a", "overall", "high", tool="")],
        [row("a", "D9", "high")],
    ],
)
def test_there_is_no_table_where_nobody_judged_with_a_tool(rows):
    assert rob_tables(rows) == ()


def test_an_unknown_domain_or_level_leaves_its_place_empty_and_is_counted():
    rows = [row("a", "D1", "low"), row("a", "D9", "high"), row("a", "D2", "terrible")]
    (found,) = rob_tables(rows)
    assert found.table.judgements == (("low", "", "", "", ""),)
    assert found.unread == 2


def test_a_tool_that_is_not_known_takes_its_own_domains_and_only_the_levels_used():
    rows = [row("a", "Blinding", "high", tool="Ours"), row("a", "Loss", "low", tool="Ours")]
    (found,) = rob_tables(rows)
    assert found.table.tool.name == "Ours"
    assert found.table.tool.domains == (("Blinding", "Blinding"), ("Loss", "Loss"))
    assert [level.word for level in found.table.tool.levels] == ["low", "high"]
    assert found.table.judgements == (("high", "low"),)


def test_counts_of_levels_sum_to_the_studies():
    rows = [row("a", "D1", "low"), row("b", "D1", "high"), row("b", "overall", "high")]
    counted = level_counts(rob_tables(rows)[0].table)
    assert counted["D1"] == {"low": 1, "high": 1}
    assert counted["overall"] == {"": 1, "high": 1}
    assert all(sum(each.values()) == 2 for each in counted.values())


@pytest.mark.parametrize(
    ("given", "column", "said"),
    [
        (row("a", "D1", "hihg"), "judgement", "did you mean “high”?"),
        (row("a", "D1", "High"), "judgement", "did you mean “high”?"),
        (row("a", "D1", "severe"), "judgement", "write one of its levels, or “not judged”."),
        (row("a", "Bias due to mising outcome data", "low"), "domain", "did you mean “Bias due to missing"),
        (row("a", "Z", "low"), "domain", "write one of D1, D2, D3, D4, D5, or “overall”."),
        (row("a", "D1", "low", tool="RBO 2"), "tool", "did you mean “RoB 2” or"),
        (row("a", "D1", "low", tool="Downs and Black"), "tool", "[[rob_tool]]"),
    ],
)
def test_what_a_tool_does_not_have_is_told_with_the_names_near_it(given, column, said):
    (fault,) = rob_faults([row("x", "D1", "low"), given])
    assert (fault.row, fault.column) == (1, column)
    assert said in fault.help


def test_facts_without_a_judgement_or_a_tool_are_silent():
    rows = [
        row("a", "anything", "not judged", tool=""),
        row("a", "overall", "high", tool=""),
        row("a", "anything", "not judged", tool="Downs and Black"),
    ]
    assert list(rob_faults(rows)) == []


def test_an_own_tool_is_read_and_checked_by_its_own_words():
    own = own_tool("ours", "Our tool", [("A", "Blinding")], [("fine", "low", ""), ("bad", "high", "")])
    rows = [row("a", "blinding", "bad", tool="our tool"), row("b", "A", "baad", tool="ours")]
    (found,) = rob_tables(rows, [own])
    assert found.table.judgements == (("bad",), ("",))
    assert [fault.help for fault in rob_faults(rows, [own])] == ["did you mean “bad”?"]

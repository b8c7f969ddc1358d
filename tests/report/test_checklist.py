"""The PRISMA 2020 checklist: all its rows, and no claim that the report does not keep."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from math import nan

import pytest

from metaan.report.checklist import CHECKLIST, prisma_checklist
from metaan.report.html import render_html
from metaan.report.methods import methods_text

# Page et al. 2021, table 1: 27 items, some in parts.
ITEMS = [str(number) for number in range(1, 28)]
for item, parts in (
    ("10", "ab"),
    ("13", "abcdef"),
    ("16", "ab"),
    ("20", "abcd"),
    ("23", "abcd"),
    ("24", "abc"),
):
    place = ITEMS.index(item)
    ITEMS[place : place + 1] = [item + part for part in parts]


def rows(table):
    names = [column.name for column in table.columns]
    return {row[0].text: dict(zip(names, (cell.text for cell in row), strict=True)) for row in table.rows}


@pytest.fixture
def made(small_review, small_analyses):
    return prisma_checklist(small_review, small_analyses, tables=["studies"], figures=[])


def test_27_items_stand_in_42_rows(made):
    assert [row[0].text for row in made.rows] == ITEMS
    assert len(ITEMS) == 42
    assert len({re.match(r"\d+", item)[0] for item in ITEMS}) == 27
    assert made.id == CHECKLIST


def test_items_of_authors_say_so_and_the_others_have_a_place_or_a_reason(made):
    for row in rows(made).values():
        if row["filled_by"] == "authors":
            assert (row["place"], row["anchor"]) == ("authors", "")
        elif row["anchor"]:
            assert row["place"] != "not recorded"
        else:
            assert row["place"] == "not recorded"
            assert row["note"]


def test_what_was_not_recorded_is_not_claimed(made):
    found = rows(made)
    for item in ("6", "7", "8", "9", "11", "13e", "13f", "15", "16a", "16b", "18", "22", "24a"):
        assert found[item]["place"] == "not recorded", item
    assert found["17"]["anchor"] == "#Studies"


def test_tables_and_figures_that_are_there_are_named(build, small_review, small_analyses):
    held = ["studies", "excluded", "rob", "relief-sensitivity", "summary-of-findings"]
    found = rows(prisma_checklist(small_review, small_analyses, tables=held, figures=["flow"]))
    assert found["16a"]["anchor"] == "#Figure-flow"
    assert found["16b"]["anchor"] == "#Excluded"
    assert found["18"]["note"] == "facts only; nobody judged them"
    assert found["20d"]["anchor"] == "#relief"
    assert found["22"]["note"] == "certainty of the evidence was not rated"


def test_certainty_has_its_place_once_somebody_rated_it(build, small_review, small_analyses):
    grade = (build.row("grade", 2, analysis="relief", certainty="low"),)
    tables = small_review.tables | {"grade": grade}
    review = replace(small_review, tables=tables)
    held = rows(prisma_checklist(review, small_analyses, tables=["summary-of-findings"], figures=[]))
    assert held["22"]["anchor"] == "#table-summary-of-findings"
    assert held["15"]["place"] == "Methods: Risk of bias and certainty"


def test_tests_of_small_study_effects_are_claimed_where_they_ran(small_review, small_analyses):
    held = ["relief-asymmetry"]
    ran = rows(prisma_checklist(small_review, small_analyses, tables=held, figures=[]))
    assert (ran["21"]["anchor"], ran["21"]["note"]) == ("#relief", "")
    drawn = rows(
        prisma_checklist(small_review, small_analyses, tables=[], figures=["contour-funnel-relief-a-b"])
    )
    assert (drawn["21"]["anchor"], drawn["21"]["note"]) == ("#relief", "no test was run")


@pytest.mark.parametrize(
    ("field", "item", "place"),
    [
        ("selection", "8", "Methods: Question and sources"),
        ("collection", "9", "Methods: Question and sources"),
        ("registration", "24a", "Methods: Question and sources"),
        ("protocol", "24b", "Methods: Question and sources"),
        ("funding", "25", "Methods: Support and interests"),
        ("interests", "26", "Methods: Support and interests"),
    ],
)
def test_what_the_plan_tells_is_printed_and_has_its_place(build, small_analyses, field, item, place):
    review = build.review(build.plan(**{field: "Told in the plan"}))
    found = rows(prisma_checklist(review, small_analyses, tables=[], figures=[]))
    assert found[item]["place"] == place
    parts = {f"Methods: {part.title}": part for part in methods_text(review, small_analyses)}
    assert any("Told in the plan." in clause.text for clause in parts[place].clauses)
    assert item in parts[place].items.partition(";")[0].split(", ")
    silent = rows(prisma_checklist(build.review(), small_analyses, tables=[], figures=[]))
    assert silent[item]["place"] == "not recorded"


def test_a_network_adds_its_five_items(build, small_review):
    part = build.component(["alpha", "beta", "control"], dof=1.0)
    main = build.scenario([build.comparison()], [build.answer()], network=build.network([part]))
    analyses = (build.analysis(main),)
    table = prisma_checklist(small_review, analyses, tables=["relief-splits"], figures=["network-relief"])
    found = rows(table)
    assert list(found)[42:] == ["S1", "S2", "S3", "S4", "S5"]
    assert found["S3"]["anchor"] == found["S5"]["anchor"] == "#relief.network"
    bare = rows(prisma_checklist(small_review, analyses, tables=[], figures=[]))
    assert bare["S5"]["place"] == "not recorded"


def test_every_place_is_there_in_the_page(made, small_review, small_analyses):
    page = render_html(small_review, small_analyses, {}, (made,))
    for row in rows(made).values():
        assert not row["anchor"] or f'id="{row["anchor"][1:]}"' in page
    assert 'href="prisma_2020_checklist.csv"' in page
    assert page.count('id="table-prisma_2020_checklist"') == 1


def test_topics_are_short_words_of_our_own(made):
    assert all(len(row["topic"]) <= 50 for row in rows(made).values())


def test_items_are_in_their_order(made):
    sections = [row["section"] for row in rows(made).values()]
    assert [a for a, b in pairwise([*sections, ""]) if a != b] == [
        "Title", "Abstract", "Introduction", "Methods", "Results", "Discussion", "Other",
    ]  # fmt: skip


def test_an_unanswered_review_still_has_its_checklist(build, small_review):
    main = build.scenario([], [build.answer(evidence="none", estimate=nan, k=0, n=0)])
    assert len(prisma_checklist(small_review, (build.analysis(main),), tables=[], figures=[]).rows) == 42

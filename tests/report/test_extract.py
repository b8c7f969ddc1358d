"""An analysis sees its own part of a review, and nothing that it computes rests on the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from metaan.report.canonical import write_canonical
from metaan.report.compute import compute
from metaan.report.extract import extract, extract_words
from metaan.report.numbers import analysis_document
from metaan.report.pairs import node_order
from metaan.review.read import read_review
from metaan.review.select import select
from metaan.review.settle import misfit, settle

if TYPE_CHECKING:
    from metaan.review.plan import AnalysisPlan, SensitivityPlan
    from metaan.review.rows import Review
    from metaan.review.select import Selection

ROOT = Path(__file__).parents[2]


def selected(
    review: Review, analysis: AnalysisPlan
) -> tuple[Selection, list[tuple[SensitivityPlan, Selection]]]:
    fitting = [each for each in review.plan.sensitivity if not misfit(review, analysis, each)]
    varied = [(each, select(review, analysis, settle(review, analysis, each))) for each in fitting]
    return select(review, analysis, settle(review, analysis)), varied


@pytest.mark.parametrize("folder", ["studies", "examples/smoking", "examples/senn", "examples/bcg"])
def test_it_computes_the_same_from_its_extract_as_from_the_whole_review(folder: str) -> None:
    review = read_review(ROOT / folder)
    order = node_order(review, nodes="dose")
    for analysis in review.plan.analysis:
        selection, varied = selected(review, analysis)
        own = extract(review, analysis, (selection, *(other for _, other in varied)))
        made = [
            write_canonical(analysis_document(compute(each, analysis, selection, varied), order))
            for each in (own, review)
        ]
        assert made[0] == made[1], analysis.id


@pytest.fixture(scope="module")
def bundled_review(bundled: Path) -> Review:
    return read_review(bundled)


def words(review: Review, name: str) -> str:
    analysis = next(each for each in review.plan.analysis if each.id == name)
    selection, varied = selected(review, analysis)
    rows = (selection, *(other for _, other in varied))
    return extract_words(extract(review, analysis, rows), rows)


def changed(review: Review, table: str, column: str, text: str, **row: str) -> Review:
    """Change one cell of the first row that has the other cells."""
    rows = list(review.tables[table])
    place = next(i for i, each in enumerate(rows) if row.items() <= each.text.items())
    assert rows[place].text[column] != text
    rows[place] = replace(rows[place], text={**rows[place].text, column: text})
    return replace(review, tables={**review.tables, table: tuple(rows)})


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [
        ("results", "events", {"outcome_id": "dizziness"}),
        ("results", "quote", {"outcome_id": "dizziness"}),
        ("outcomes", "label", {"outcome_id": "dizziness"}),
        ("studies", "label", {"study_id": "Ralph2008"}),
        ("treatments", "treatment", {"node": "placebo"}),
    ],
)
def test_what_it_follows_from_changes_its_extract(
    bundled_review: Review, table: str, column: str, row: dict[str, str]
) -> None:
    name = "dizziness" if table != "studies" else "relief"
    assert words(changed(bundled_review, table, column, "9", **row), name) != words(bundled_review, name)


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [
        ("results", "events", {"outcome_id": "headache"}),
        ("outcomes", "label", {"outcome_id": "headache"}),
        ("missing", "n_enrolled", {}),
        ("excluded", "reason", {}),
    ],
)
def test_what_it_does_not_follow_from_leaves_its_extract(
    bundled_review: Review, table: str, column: str, row: dict[str, str]
) -> None:
    other = changed(bundled_review, table, column, "9", **row)
    assert words(other, "dizziness") == words(bundled_review, "dizziness")


@pytest.mark.parametrize(("column", "same"), [("dose_text", True), ("split_node", False)])
def test_of_the_arms_of_other_studies_only_their_nodes_count(
    bundled_review: Review, column: str, same: bool
) -> None:
    analysis = next(each for each in bundled_review.plan.analysis if each.id == "dizziness")
    rows = (*bundled_review.tables["results"], *bundled_review.tables["contrasts"])
    held = {row.text["study_id"] for row in rows if row.text["outcome_id"] in analysis.outcomes}
    arms = bundled_review.tables["arms"]
    other = next(row.text["study_id"] for row in arms if row.text["study_id"] not in held)
    told = words(changed(bundled_review, "arms", column, "9 mg", study_id=other), "dizziness")
    assert (told == words(bundled_review, "dizziness")) == same


def test_words_about_the_review_and_looks_of_figures_leave_it(bundled_review: Review) -> None:
    plan = bundled_review.plan
    told = plan.model_copy(
        update={
            "review": plan.review.model_copy(update={"title": "Another", "authors": ["Somebody"]}),
            "defaults": plan.defaults.model_copy(update={"journal": "bmj", "sort": "year"}),
        }
    )
    assert words(replace(bundled_review, plan=told), "dizziness") == words(bundled_review, "dizziness")
    other = plan.model_copy(update={"review": plan.review.model_copy(update={"seed": 1})})
    assert words(replace(bundled_review, plan=other), "dizziness") != words(bundled_review, "dizziness")

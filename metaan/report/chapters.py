"""What a report holds of one analysis, made from it and from names of the review, and remembered as one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from metaan.report.canonical import Written, write_part
from metaan.report.contents import analysis_tables
from metaan.report.evidence import node_names, outcome_names, row_arms, study_names
from metaan.report.html import render_section
from metaan.report.numbers import ANALYSIS_DEPTH, analysis_document
from metaan.report.pairs import node_order
from metaan.report.sections import comparison_anchors, section_figures
from metaan.report.table_files import TableForms, table_forms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.report.memory import Memory
    from metaan.report.pairs import Order
    from metaan.report.rendered import RenderedFigure
    from metaan.report.views import Section
    from metaan.results.synthesis import AnalysisResult
    from metaan.review.rows import Review

__all__ = ["Chapter", "write_chapters", "write_sections"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """The numbers and the tables of one analysis.

    Attributes
    ----------
    numbers : Written
        Its place in results.json.
    tables : tuple of TableForms
        Each table that has a row, in every form.
    """

    numbers: Written
    tables: tuple[TableForms, ...]


def write_chapters(review: Review, analyses: Sequence[AnalysisResult], memory: Memory) -> dict[str, Chapter]:
    """Write what the report holds of each analysis; what is as it was is taken from memory.

    Parameters
    ----------
    review : Review
        Names of treatments, outcomes, studies and arms, and the order of the treatments.
    analyses : sequence of AnalysisResult
        Their numbers.
    memory : Memory
        What earlier runs wrote.

    Returns
    -------
    dict of str to Chapter
        Analysis id to its chapter.
    """
    order, named = node_order(review, nodes="dose"), _names(review, memory)
    return {
        each.id: memory.recall(
            memory.key("chapter", named, each, _own_names(review, each)),
            partial(_chapter, review, each, order),
        )
        for each in analyses
    }


def write_sections(
    review: Review,
    analyses: Sequence[AnalysisResult],
    figures: Mapping[str, RenderedFigure],
    memory: Memory,
) -> dict[str, Section]:
    """Write what the page holds of each analysis; what is as it was is taken from memory.

    Parameters
    ----------
    review, analyses, memory
        As in `write_chapters`.
    figures : mapping of str to RenderedFigure
        Figure id to figure, of the whole report.

    Returns
    -------
    dict of str to Section
        Analysis id to its section.
    """
    anchors, named = comparison_anchors(analyses), _names(review, memory)
    plans = {plan.id: plan for plan in review.plan.analysis}
    made = {}
    for each in analyses:
        shown = section_figures(each, anchors, figures)
        own = {place: anchor for place, anchor in anchors.items() if place[0] == each.id}
        said = (plans[each.id], bool(review.plan.review.registration))
        key = memory.key("section", named, each, _own_names(review, each), shown, tuple(own.items()), *said)
        made[each.id] = memory.recall(key, partial(_section, review, each, own, shown))
    return made


def _names(review: Review, memory: Memory) -> str:
    """Digest what is printed of a review in the chapters of all analyses."""
    order = node_order(review, nodes="dose")
    return memory.key("names", order, review.plan.review.treatments, node_names(review))


def _own_names(review: Review, analysis: AnalysisResult) -> tuple[tuple[str | None, ...], ...]:
    """Give what is printed for arms and outcomes of rows set aside, and for studies of the network."""
    arms, outcomes, studies = row_arms(review), outcome_names(review), study_names(review)
    network = analysis.main.network
    return (
        tuple(arms.get(each.provenance.anchor) for each in analysis.main.set_aside),
        tuple(outcomes.get(each.outcome) for each in analysis.main.set_aside),
        tuple(studies.get(study) for study in (network.studies if network else ())),
    )


def _section(
    review: Review,
    analysis: AnalysisResult,
    anchors: Mapping[tuple[str, str, str], str],
    figures: Mapping[str, RenderedFigure],
) -> Section:
    tables = {table.id: table for table in analysis_tables(review, analysis)}
    return render_section(review, analysis, anchors, figures, tables)


def _chapter(review: Review, analysis: AnalysisResult, order: Order) -> Chapter:
    return Chapter(
        numbers=write_part(analysis_document(analysis, order), ANALYSIS_DEPTH),
        tables=tuple(table_forms(table) for table in analysis_tables(review, analysis)),
    )

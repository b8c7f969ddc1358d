"""All tables of a report, in their order."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from metaan.report.appraised import appraisal_tables
from metaan.report.crosscheck import cross_check
from metaan.report.decisions import decisions
from metaan.report.evidence import (
    analysed,
    node_names,
    outcome_names,
    overall_words,
    row_arms,
    study_names,
    study_uses,
)
from metaan.report.summary import chosen_words, summary_of_findings
from metaan.tables.answers import answers_table
from metaan.tables.assumed import assumed_table
from metaan.tables.asymmetry import asymmetry_table, influence_table
from metaan.tables.contributions import contributions_table, judged_table
from metaan.tables.crosscheck import crosscheck_table
from metaan.tables.decisions import decisions_table
from metaan.tables.effects import effects_table
from metaan.tables.evidence import evidence_table
from metaan.tables.findings import findings_tables
from metaan.tables.inconsistency import designs_table, loops_table, splits_table
from metaan.tables.league import league_table
from metaan.tables.modifiers import effect_modifier_table
from metaan.tables.outcome_data import outcome_data_table
from metaan.tables.pooled import pooled_table
from metaan.tables.ranking import ranking_table
from metaan.tables.rare import rare_table
from metaan.tables.rob import rob_table
from metaan.tables.sensitivity import sensitivity_table
from metaan.tables.set_aside import set_aside_table
from metaan.tables.studies import excluded_table, missing_table, studies_table
from metaan.tables.trim_fill import trim_fill_table
from metaan.tables.zero_cells import zero_cells_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.results.synthesis import AnalysisResult, CrossCheck
    from metaan.review.rows import Review
    from metaan.tables.table import Table

__all__ = ["analysis_tables", "check_tables", "report_tables", "review_tables"]


def report_tables(
    review: Review, analyses: Sequence[AnalysisResult], checks: Sequence[CrossCheck] | None = None
) -> tuple[Table, ...]:
    """Make every table of the report that has a row.

    Parameters
    ----------
    review : Review
        Its tables are listed.
    analyses : sequence of AnalysisResult
        Their numbers are set out.
    checks : sequence of CrossCheck, optional
        The second opinion, where it was computed elsewhere.

    Returns
    -------
    tuple of Table
        Tables of the review, then those of each analysis; a table without rows is left out.
    """
    checks = cross_check(analyses) if checks is None else checks
    of_analyses = (table for each in analyses for table in analysis_tables(review, each))
    return (*review_tables(review, analyses), *check_tables(review, analyses, checks), *of_analyses)


def review_tables(review: Review, analyses: Sequence[AnalysisResult]) -> tuple[Table, ...]:
    """Make the tables of the whole review that have a row, but for the second opinion.

    Parameters
    ----------
    review : Review
        Its tables are listed.
    analyses : sequence of AnalysisResult
        Their numbers are set out.
    """
    return tuple(table for table in _of_review(review, analyses, node_names(review)) if table.rows)


def check_tables(
    review: Review, analyses: Sequence[AnalysisResult], checks: Sequence[CrossCheck]
) -> tuple[Table, ...]:
    """Make the table of the second opinion, where there is one.

    Parameters
    ----------
    review : Review
        Names of treatments.
    analyses : sequence of AnalysisResult
        Their titles.
    checks : sequence of CrossCheck
        The second opinion.
    """
    return (crosscheck_table(checks, analyses, node_names(review)),) if checks else ()


def analysis_tables(review: Review, analysis: AnalysisResult) -> tuple[Table, ...]:
    """Make the tables of one analysis that have a row.

    Parameters
    ----------
    review : Review
        Names of treatments, outcomes, studies and arms, and the order of the treatments.
    analysis : AnalysisResult
        Its numbers are set out.
    """
    return tuple(table for table in _of_analysis(review, analysis, node_names(review)) if table.rows)


def _of_review(
    review: Review, analyses: Sequence[AnalysisResult], names: Mapping[str, str]
) -> Iterator[Table]:
    yield answers_table(analyses, names)
    yield from findings_tables(summary_of_findings(review, analyses), names, chosen_words(review))
    yield studies_table(
        review.tables,
        study_uses(review, analyses),
        analysed=analysed(review, analyses),
        judged=overall_words(review),
    )
    yield missing_table(review.tables["missing"])
    yield excluded_table(review.tables["excluded"])
    yield from appraisal_tables(review)
    yield rob_table(review.tables["rob"], study_names(review), outcome_names(review))
    yield evidence_table(review.tables)
    yield outcome_data_table(analyses, names)
    yield decisions_table(
        decisions(review, analyses),
        {each.id: each.title for each in analyses},
        {each.id: each.label for each in review.plan.sensitivity},
    )


def _of_analysis(review: Review, analysis: AnalysisResult, names: Mapping[str, str]) -> Iterator[Table]:
    yield pooled_table(analysis, names)
    yield effects_table(analysis, names)
    yield asymmetry_table(analysis, names)
    yield trim_fill_table(analysis, names)
    yield influence_table(analysis, names)
    if analysis.main.network is not None:
        yield league_table(
            analysis.main.network,
            analysis=analysis.id,
            title=analysis.title,
            measure=analysis.main.measure,
            names=names,
            order=review.plan.review.treatments,
        )
        yield from _of_network(review, analysis, names)
    yield zero_cells_table(analysis, names)
    yield rare_table(analysis, names)
    yield sensitivity_table(analysis, names)
    yield set_aside_table(analysis, outcome_names(review), row_arms(review))


def _of_network(review: Review, analysis: AnalysisResult, names: Mapping[str, str]) -> Iterator[Table]:
    network, found = analysis.main.network, analysis.findings
    if network is None or found is None:
        return
    for make in (ranking_table, assumed_table, splits_table, loops_table):
        yield make(
            network,
            found,
            analysis=analysis.id,
            title=analysis.title,
            measure=analysis.main.measure,
            names=names,
        )
    yield designs_table(found, analysis=analysis.id, title=analysis.title, names=names)
    yield contributions_table(
        found.contributions,
        id=f"{analysis.id}-contributions",
        title=f"{analysis.title}: what each direct comparison contributes",
        names=names,
        sources=_comparison_names(network.treatments, names),
    )
    yield contributions_table(
        found.studies,
        id=f"{analysis.id}-contributions-by-study",
        title=f"{analysis.title}: what each study contributes",
        names=names,
        sources=study_names(review),
    )
    yield judged_table(
        found.judged,
        id=f"{analysis.id}-judged",
        title=f"{analysis.title}: risk of bias behind each estimate",
        names=names,
    )
    yield effect_modifier_table(found.modifiers, analysis=analysis.id, title=analysis.title, names=names)


def _comparison_names(treatments: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    """Print what a network calls its direct comparisons."""
    return {
        f"{one}:{other}": f"{names.get(one, one)} : {names.get(other, other)}"
        for one, other in combinations(treatments, 2)
    }

"""Every number of the report as one document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metaan.report.appraised import appraisal_record
from metaan.report.decisions import decisions
from metaan.report.findings_record import findings_record
from metaan.report.pairs import Order, node_order
from metaan.report.rare_record import rare_record
from metaan.report.records import analysis_record
from metaan.report.summary import summary_of_findings
from metaan.report.summary_record import decision_record, finding_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from metaan.results.synthesis import AnalysisResult, Provenance, Scenario
    from metaan.review.rows import Review

__all__ = ["ANALYSIS_DEPTH", "SCHEMA_VERSION", "analysis_document", "results_document"]

SCHEMA_VERSION = 1
"""Version of results.schema.json; it rises when a field changes its meaning or goes."""


ANALYSIS_DEPTH = 2
"""In how many mappings and sequences an analysis stands in the document."""


def results_document(
    review: Review, analyses: Iterable[AnalysisResult], parts: Sequence[Any] | None = None
) -> dict[str, Any]:
    """Gather every number of the report.

    Parameters
    ----------
    review : Review
        The review.
    analyses : iterable of AnalysisResult
        Its results.
    parts : sequence, optional
        What stands for each analysis, where it was made before.

    Returns
    -------
    dict
        As results.schema.json describes it: analyses with their scenarios, comparisons, studies and
        answers, the rows that they use, the summary of findings and the decision log. Effects are treat1
        minus treat2 on the analysis scale (ratios on the log scale); `shown` holds them as a person reads
        them.
    """
    analyses = tuple(analyses)
    info, order = review.plan.review, node_order(review, nodes="dose")
    return {
        "schema_version": SCHEMA_VERSION,
        "review": {
            "title": info.title,
            "question": info.question,
            "reference": info.reference,
            "treatments": list(info.treatments),
            "questions": [{"treat1": each.treat1, "treat2": each.treat2} for each in info.questions],
            "seed": info.seed,
        },
        "analyses": [analysis_document(each, order) for each in analyses] if parts is None else list(parts),
        "rows": _rows(analyses),
        **appraisal_record(review),
        "summary_of_findings": [finding_record(each) for each in summary_of_findings(review, analyses)],
        "decisions": [decision_record(each) for each in decisions(review, analyses)],
    }


def analysis_document(result: AnalysisResult, order: Order) -> dict[str, Any]:
    """Gather every number of one analysis.

    Parameters
    ----------
    result : AnalysisResult
        The analysis.
    order : Order
        The order in which effects are stated.
    """
    more = {"rare_events": [rare_record(row) for row in result.rare]}
    return analysis_record(result, order) | more | _findings(result)


def _findings(result: AnalysisResult) -> dict[str, Any]:
    network, found = result.main.network, result.findings
    if network is None or found is None:
        return {"network_findings": None}
    return {"network_findings": findings_record(network, found)}


def _rows(analyses: Iterable[AnalysisResult]) -> dict[str, dict[str, Any]]:
    """List the rows behind the numbers with what was done to them, over all scenarios."""
    found: dict[str, dict[str, Any]] = {}
    for row in _used(analyses):
        known = found.setdefault(
            row.anchor, {"table": row.table, "row": row.row, "source": row.source, "derivations": []}
        )
        if row.derivation and row.derivation not in known["derivations"]:
            known["derivations"].append(row.derivation)
    return found


def _used(analyses: Iterable[AnalysisResult]) -> Iterable[Provenance]:
    scenarios: Iterable[Scenario] = (
        scenario for each in analyses for scenario in (each.main, *each.sensitivity)
    )
    for scenario in scenarios:
        for comparison in scenario.comparisons:
            for one in comparison.studies:
                yield from one.provenance

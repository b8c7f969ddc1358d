"""Files beside the report for other programs: reference managers, LaTeX, R."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.report.appraised import flow_counts
from metaan.report.bibliography import to_bibtex, to_ris
from metaan.report.evidence import node_names
from metaan.report.manuscript import manuscript_numbers, numbers_json, numbers_tex
from metaan.report.methods import cited, methods_text
from metaan.report.pairs import node_order
from metaan.report.recheck import recheck_files
from metaan.report.references import REFERENCES
from metaan.report.summary import summary_of_findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.synthesis import AnalysisResult
    from metaan.review.rows import Review

__all__ = ["companions"]


def companions(review: Review, analyses: Sequence[AnalysisResult]) -> Iterator[tuple[str, str | bytes, str]]:
    """Write what other programs take over from a report.

    Parameters
    ----------
    review : Review
        The review.
    analyses : sequence of AnalysisResult
        Its results.

    Yields
    ------
    tuple of (str, str or bytes, str)
        Path within the report, content, and the room that made it.
    """
    works = [REFERENCES[key] for key in cited(methods_text(review, analyses))]
    yield "references.bib", to_bibtex(works), "metaan.report.bibliography"
    yield "references.ris", to_ris(works), "metaan.report.bibliography"
    numbers = manuscript_numbers(
        analyses,
        node_names(review),
        node_order(review, nodes="dose"),
        findings=summary_of_findings(review, analyses),
        counts=flow_counts(review),
    )
    yield "numbers.tex", numbers_tex(numbers), "metaan.report.manuscript"
    yield "numbers.json", numbers_json(numbers), "metaan.report.manuscript"
    for path, content in recheck_files(analyses, node_names(review)).items():
        yield path, content, "metaan.report.recheck"

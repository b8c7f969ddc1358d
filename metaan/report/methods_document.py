"""The methods text as a Word document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.report.methods import cited, methods_text
from metaan.report.references import REFERENCES, cite
from metaan.tables.reading import flat
from metaan.tables.word import closed, new_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.report.clauses import Clause
    from metaan.results.synthesis import AnalysisResult
    from metaan.review.rows import Review

__all__ = ["methods_document"]


def methods_document(review: Review, analyses: Sequence[AnalysisResult]) -> bytes:
    """Write the methods text with its references as a Word document.

    Parameters
    ----------
    review : Review
        The review.
    analyses : sequence of AnalysisResult
        What ran.

    Returns
    -------
    bytes
        A .docx with the words of methods.md, the same on every run.
    """
    paragraphs = methods_text(review, analyses)
    numbers = cited(paragraphs)
    document = new_document(f"Methods: {review.plan.review.title}")
    document.add_heading("Methods", level=0)
    for paragraph in paragraphs:
        document.add_heading(flat(paragraph.title), level=1)
        text = " ".join(_said(clause, numbers) for clause in paragraph.clauses)
        if text:
            document.add_paragraph(text)
        for point in paragraph.points:
            document.add_paragraph(flat(point), style="List Bullet")
        document.add_paragraph(f"PRISMA 2020 items: {flat(paragraph.items)}.")
    document.add_heading("References", level=1)
    for key, number in numbers.items():
        document.add_paragraph(f"{number}. {flat(cite(REFERENCES[key]))}")
    return closed(document)


def _said(clause: Clause, numbers: Mapping[str, int]) -> str:
    marks = ", ".join(str(number) for number in sorted(numbers[key] for key in clause.references))
    text = flat(clause.text)
    return f"{text[:-1]} [{marks}]{text[-1:]}" if marks else text

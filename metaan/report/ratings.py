"""The ratings of grade.csv as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from metaan.results.grading import DOMAINS, Judgement, Rating

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.review.rows import Review, Row

__all__ = ["Ratings", "find_rating", "ratings"]

Ratings: TypeAlias = "Mapping[tuple[str, frozenset[str]], Rating]"
"""Analysis and its two treatments, in any order, to what was judged."""


def ratings(review: Review) -> Ratings:
    """Read what reviewers judged of the certainty.

    Parameters
    ----------
    review : Review
        Its grade.csv is read; without one nothing was judged.

    Returns
    -------
    mapping of (str, frozenset of str) to Rating
        Nothing is filled in where nobody judged.
    """
    return {
        _key(row.text["analysis"], row.text["treat1"], row.text["treat2"]): _rating(row)
        for row in review.tables["grade"]
    }


def find_rating(found: Ratings, analysis: str, treat1: str, treat2: str) -> Rating | None:
    """Give the rating of a comparison, whichever treatment it names first; None where there is none."""
    return found.get(_key(analysis, treat1, treat2))


def _key(analysis: str, treat1: str, treat2: str) -> tuple[str, frozenset[str]]:
    return analysis, frozenset((treat1, treat2))


def _rating(row: Row) -> Rating:
    text = row.text
    source = ", ".join(part for part in (text["source"], text["locator"]) if part)
    return Rating(
        certainty=text["certainty"],
        size=text["size"],
        judgements=tuple(
            Judgement(
                domain=domain.title,
                level=text[domain.id],
                steps=domain.steps[text[domain.id]],
                reason=text[f"{domain.id}_reason"],
            )
            for domain in DOMAINS
            if text[domain.id]
        ),
        comment=text["comment"],
        assessor=text["assessor"],
        source=source,
        row=row.number,
    )

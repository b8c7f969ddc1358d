"""Analyses that need not be computed again, because all that they follow from is as it was."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from metaan.results.synthesis import AnalysisResult
    from metaan.review.plan import AnalysisPlan
    from metaan.review.rows import Review, Row
    from metaan.review.select import Selection

__all__ = ["Memory"]

MEASURED = ("results", "contrasts")
"""Tables of which an analysis follows its own rows only; it follows the others as a whole."""


class Memory:
    """Remembers the analyses of the last run; one that follows from the same is taken as it was."""

    def __init__(self) -> None:
        self._last: dict[str, AnalysisResult] = {}
        self._now: dict[str, AnalysisResult] = {}

    def recall(
        self,
        review: Review,
        analysis: AnalysisPlan,
        selections: Iterable[Selection],
        compute: Callable[[], AnalysisResult],
    ) -> AnalysisResult:
        """Give an analysis, computed anew only where what it follows from has changed.

        Parameters
        ----------
        review : Review
            The plan and the tables.
        analysis : AnalysisPlan
            The analysis.
        selections : iterable of Selection
            Its rows, of the main analysis and of every sensitivity.
        compute : callable
            Computes it.
        """
        key = _key(review, analysis, selections)
        found = self._last.get(key) or compute()
        self._now[key] = found
        return found

    def turn(self) -> None:
        """Forget what the run that ends here did not use."""
        self._last, self._now = self._now, {}


def _key(review: Review, analysis: AnalysisPlan, selections: Iterable[Selection]) -> str:
    digest = hashlib.sha256()
    plan = review.plan
    parts = (plan.review, plan.defaults, analysis, *plan.sensitivity)
    for text in (*(part.model_dump_json() for part in parts), *map(repr, selections)):
        digest.update(f"{len(text)}:{text}".encode(errors="surrogatepass"))
    for name, rows in review.tables.items():
        if name not in MEASURED:
            text = repr([_cells(row) for row in rows])
            digest.update(f"{name}{len(text)}:{text}".encode(errors="surrogatepass"))
    return digest.hexdigest()


def _cells(row: Row) -> tuple[int, tuple[str, ...]]:
    return row.number, tuple(row.text.values())

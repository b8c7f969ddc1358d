"""The value of a summary of findings: one outcome in one comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.results.grading import AbsoluteEffect, Assumed, Rating
    from metaan.results.ranking import RankedTreatment
    from metaan.results.synthesis import Answer
    from metaan.types import Direction, Kind

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finding:
    """One outcome in one comparison, as a summary of findings shows it.

    Attributes
    ----------
    analysis, title : str
        Id and title of the analysis.
    scale : str
        Instrument and its range; empty for binary outcomes and where it is not recorded.
    answer : Answer
        The estimate, treat1 against treat2.
    assumed : Assumed
        Of treat2.
    absolute : AbsoluteEffect or None
        None for continuous outcomes, and where there is no estimate.
    rating : Rating or None
        None where nobody rated the certainty.
    statement : str
        The finding in plain words.
    rank : RankedTreatment or None
        Where treat1 stands in the network of the analysis; None where treat1 or treat2 was not ranked.
    ranked : int
        Treatments that were ranked.
    """

    analysis: str
    title: str
    kind: Kind
    measure: str
    direction: Direction
    level: float
    scale: str
    answer: Answer
    assumed: Assumed
    absolute: AbsoluteEffect | None
    rating: Rating | None
    statement: str
    rank: RankedTreatment | None = None
    ranked: int = 0

"""The flow of studies through a review, as its reviewers counted it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Flow"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """Counts of a PRISMA 2020 flow diagram.

    Attributes
    ----------
    counts : mapping of str to int
        Identifier of the PRISMA2020 package, such as "records_screened", to its count; one that was not
        recorded is absent.
    reasons : mapping of str to tuple of (str, int)
        Identifier to the reasons, or sources, that its count is listed by.
    words : mapping of str to str
        Identifier, or name of a title box such as "newstud", to the text that the reviewers gave its box.
    previous, other : bool
        Whether the diagram has a column for the previous version of the review, and for studies identified
        by other methods than databases and registers.
    """

    counts: Mapping[str, int]
    reasons: Mapping[str, tuple[tuple[str, int], ...]]
    words: Mapping[str, str]
    previous: bool
    other: bool

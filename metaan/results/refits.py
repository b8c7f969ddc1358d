"""Values of fits that are repeated with other studies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.results.pairwise import Pooled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeaveOneOut:
    """The pooled estimate without each study in turn.

    Attributes
    ----------
    overall : Pooled
        All k studies.
    without : tuple of Pooled, length k
        The fit without the first study, without the second, and so on.
    """

    overall: Pooled
    without: tuple[Pooled, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cumulative:
    """The pooled estimate as studies are added one by one.

    Attributes
    ----------
    order : tuple of int, length k
        Positions of the studies, from 0, in the order in which they are added.
    fits : tuple of Pooled, length k
        The first study, the first two, and so on; the last is the fit of all.
    """

    order: tuple[int, ...]
    fits: tuple[Pooled, ...]

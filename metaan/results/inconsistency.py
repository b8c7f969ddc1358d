"""Values of where a network disagrees with itself, design by design and loop by loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetHeat:
    """What each design contributes to each design's estimates, and which one inconsistency comes from.

    Attributes
    ----------
    rows : tuple of str, length d
        Contrasts of designs: "A:B" where the design has two treatments, "A:B in A:B:C" where it has more.
        Designs whose detachment changes nothing (no loop passes through them) are left out, with a note.
    contribution : ndarray, shape (d, d)
        Absolute entries of the hat matrix: what the column's direct estimate weighs in the row's network
        estimate. The area of the grey squares.
    change : ndarray, shape (d, d)
        By how much the inconsistency of the row's design falls (positive) or rises (negative) when the
        column's design is detached. The colours.
    Q : ndarray, shape (d,)
        Inconsistency statistic of each row under consistency; the diagonal of `change`.
    model : {"random", "common"}
        Whose weights are used.
    notes : tuple of str
        What must be known.
    """

    rows: tuple[str, ...]
    contribution: FloatArray
    change: FloatArray
    Q: FloatArray
    model: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loop:
    """A closed loop of three direct comparisons, and by how much its two ways round differ.

    Attributes
    ----------
    treatments : tuple of str, length 3
        In the network's order.
    direct, direct_se : float
        The first treatment minus the second, from the studies that compare them.
    indirect, indirect_se : float
        The same by way of the third (Bucher).
    difference, difference_se, low, high, pvalue : float
        Direct minus indirect, its interval at the network's level and its normal test.
    independent : bool
        False where a multi-arm study gives evidence to more than one side: then the test is not a test of
        independent estimates, and a note says which study.
    notes : tuple of str
        What must be known.
    """

    treatments: tuple[str, str, str]
    direct: float
    direct_se: float
    indirect: float
    indirect_se: float
    difference: float
    difference_se: float
    low: float
    high: float
    pvalue: float
    independent: bool
    notes: tuple[str, ...] = ()

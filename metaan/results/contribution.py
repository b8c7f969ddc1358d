"""Values of what each piece of evidence contributes to a network's estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contributions:
    """Which direct comparison, or which study, carries how much of each network estimate.

    Attributes
    ----------
    pairs : tuple of (str, str), length r
        The estimates: every pair of treatments of the same component, in the network's order.
    sources : tuple of str, length s
        What contributes: direct comparisons as "A:B", or study labels.
    shares : ndarray, shape (r, s)
        In [0, 1]; every row sums to 1.
    proportion_direct : ndarray, shape (r,)
        Share of the direct evidence in the estimate, in [0, 1]; 0 where no study compares the pair.
    of : {"comparisons", "studies"}
        What the sources are.
    method : {"shortestpath", "randomwalk"}
        How flow is divided among the paths.
    model : {"random", "common"}
        Whose weights are used.
    notes : tuple of str
        What must be known.
    """

    pairs: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    shares: FloatArray
    proportion_direct: FloatArray
    of: str
    method: str
    model: str
    notes: tuple[str, ...] = ()

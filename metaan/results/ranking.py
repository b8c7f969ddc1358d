"""Values of ranking the treatments of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.types import FloatArray, SmallValues


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rankogram:
    """How probable each rank is for each treatment of one component.

    Attributes
    ----------
    treatments : tuple of str, length n
        Those of the component, in the network's order.
    probabilities : ndarray, shape (n, n)
        Row: treatment; column: rank, 1 (the best) first. Rows and columns sum to 1.
    cumulative : ndarray, shape (n, n)
        Probability of this rank or a better one; the last column is 1.
    sucra : ndarray, shape (n,)
        Surface under the cumulative curve, in [0, 1]; 1 the best, mean 0.5.
    mean_rank, median_rank : ndarray, shape (n,)
        1 is the best.
    rank_low, rank_high : ndarray, shape (n,)
        Ranks between which the treatment lies with probability `level`.
    small_values : {"desirable", "undesirable"}
        Whether a lower effect is the better one.
    model : {"random", "common"}
        Whose estimates are ranked.
    samples : int
        Number of draws.
    level : float
        Of the rank interval, in (0, 1).
    notes : tuple of str
        What must be known, treatments of other components among it.
    """

    treatments: tuple[str, ...]
    probabilities: FloatArray
    cumulative: FloatArray
    sucra: FloatArray
    mean_rank: FloatArray
    median_rank: FloatArray
    rank_low: FloatArray
    rank_high: FloatArray
    small_values: SmallValues
    model: str
    samples: int
    level: float
    notes: tuple[str, ...] = ()

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BetterThan:
    """How probably a treatment beats a reference by a margin.

    Attributes
    ----------
    treatment, reference : str
        The two.
    effect, se : float
        Treatment minus reference; `nan` where the network does not connect them, then with a note.
    margin : float
        By how much it must be better, in the units of the effect (ratio measures on the log scale).
    probability : float
        Of being better by the margin or more, in [0, 1].
    small_values : {"desirable", "undesirable"}
        Whether a lower effect is the better one.
    model : {"random", "common"}
        Whose estimates these are.
    notes : tuple of str
        What must be known.
    """

    treatment: str
    reference: str
    effect: float
    se: float
    margin: float
    probability: float
    small_values: SmallValues
    model: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedTreatment:
    """Where a treatment stands, and how uncertain that is.

    Attributes
    ----------
    treatment : str
        Its label.
    p_score, sucra : float
        In [0, 1], 1 the best. The P-score is what SUCRA comes to without the simulation.
    mean_rank, median_rank : float
        1 is the best.
    rank_low, rank_high : float
        Ranks between which it lies with the probability `level`.
    best : float
        Probability of being the best, in [0, 1].
    level : float
        Of the rank interval, in (0, 1).
    small_values : {"desirable", "undesirable"}
        Whether a lower effect is the better one.
    model : {"random", "common"}
        Whose estimates are ranked.
    """

    treatment: str
    p_score: float
    sucra: float
    mean_rank: float
    median_rank: float
    rank_low: float
    rank_high: float
    best: float
    level: float
    small_values: SmallValues
    model: str

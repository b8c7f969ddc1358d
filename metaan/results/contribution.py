"""Values of what each piece of evidence contributes to a network's estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.types import FloatArray


NOT_JUDGED = "not judged"
"""Stands for the judgement of a study that nobody judged."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HatMatrix:
    """How the direct estimates of a network make up its estimates: estimates = values @ direct.

    Attributes
    ----------
    pairs : tuple of (str, str), length r
        The estimates, first minus second: every pair of treatments of the same component, in the network's
        order.
    comparisons : tuple of (str, str), length s
        The pairs that studies compare directly, first minus second.
    values : ndarray, shape (r, s)
        Row: estimate; column: direct comparison. A row is a flow of 1 from its first treatment to its second,
        negative where it runs against the comparison.
    direct : ndarray, shape (s,)
        Direct estimates, with the weights that multi-arm studies have once their covariance is allowed for.
    model : {"random", "common"}
        Whose weights are used.
    notes : tuple of str
        What must be known.
    """

    pairs: tuple[tuple[str, str], ...]
    comparisons: tuple[tuple[str, str], ...]
    values: FloatArray
    direct: FloatArray
    model: str
    notes: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgedContributions:
    """How much of each network estimate comes from studies that were judged alike.

    Attributes
    ----------
    pairs : tuple of (str, str), length r
        The estimates, as in the contributions.
    judgements : tuple of str, length j
        The words in the order in which they were given; "not judged" last, where a study has none.
    shares : ndarray, shape (r, j)
        In [0, 1]; every row sums to 1.
    notes : tuple of str
        Studies without a judgement, and judgements without a study.
    """

    pairs: tuple[tuple[str, str], ...]
    judgements: tuple[str, ...]
    shares: FloatArray
    notes: tuple[str, ...] = ()

"""Values of a graphical display of study heterogeneity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from metaan.types import BoolArray, FloatArray

ALL_OF_15 = 2**15 - 1
"""Subsets of 15 studies: where there are more they are sampled, unless all are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gosh:
    """The pooled estimate and the heterogeneity of n subsets of k studies.

    Attributes
    ----------
    members : ndarray of bool, shape (n, k)
        Which studies each subset holds; the columns are in the order of the studies.
    sizes : ndarray of int, shape (n,)
        Numbers of studies in the subsets, 1 or more.
    estimate : ndarray, shape (n,)
        Pooled estimates (ratios on the log scale).
    tau2 : ndarray, shape (n,)
        Between-study variances (squared units of yi); `nan` for one study, unless the method is EE.
    I2 : ndarray, shape (n,)
        Shares of variation due to heterogeneity, in [0, 1], as `pool` has them; `nan` for one study.
    Q : ndarray, shape (n,)
        Cochran's Q; 0 for one study.
    k : int
        Number of studies.
    total : int
        Number of all subsets, 2**k - 1.
    method : str
        The tau2 estimator ("EE" for a common effect).
    seed : int
        Of the draws, where the subsets are a sample.
    """

    members: BoolArray
    sizes: NDArray[np.int64]
    estimate: FloatArray
    tau2: FloatArray
    I2: FloatArray
    Q: FloatArray
    k: int
    total: int
    method: str
    seed: int

    @property
    def n(self) -> int:
        """Number of subsets."""
        return len(self.estimate)

    @property
    def sampled(self) -> bool:
        """Whether the subsets are a sample."""
        return self.n < self.total

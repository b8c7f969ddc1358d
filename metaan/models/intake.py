"""Effects and variances as they arrive: checked, then shifted and rescaled for the solvers."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import column, equal_lengths, refuse
from metaan.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from metaan.types import FloatArray

__all__ = ["EQUAL", "Studies", "read_level", "read_studies"]

WIDEST = 1e30
"""Largest ratio of an effect or variance to the typical one; its eighth power still fits a double."""

EQUAL = 4 * float(np.finfo(np.float64).eps)
"""Relative difference of two effects that is no more than their rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """Effects and variances in units and an order of their own, so that neither can change a result.

    Attributes
    ----------
    y, v : ndarray, shape (k,)
        (yi - centre)/unit and vi/unit², the most precise study first.
    rank : ndarray of int, shape (k,)
        Where each study of the input is in `y` and `v`.
    centre, unit, unit2 : float
        Effect of the most precise study; square root of the middle variance; its square.
    k : int
        Number of studies.
    """

    y: FloatArray
    v: FloatArray
    rank: NDArray[np.intp]
    centre: float
    unit: float
    unit2: float
    k: int

    @property
    def all_equal(self) -> bool:
        """Whether the effects differ by no more than the rounding of one of them."""
        return bool((np.abs(self.y) * self.unit <= EQUAL * abs(self.centre)).all())


def read_studies(yi: ArrayLike, vi: ArrayLike) -> Studies:
    """Check effects and variances and bring them to a scale on which a typical variance is 1.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects and their sampling variances (squared units of yi).

    Returns
    -------
    Studies

    Raises
    ------
    InputError
        For no studies, columns of different length, effects that are not finite, variances that are not
        positive and finite, or numbers too far apart to compute with.

    Examples
    --------
    >>> found = read_studies([1.0, 3.0], [4.0, 4.0])
    >>> found.y.tolist(), found.v.tolist(), found.unit
    ([0.0, 1.0], [1.0, 1.0], 2.0)
    """
    y, v = column("yi", yi), column("vi", vi)
    k = equal_lengths({"yi": y, "vi": v})
    if not (np.isfinite(y).all() and (v > 0).all()):
        cure = "leave out a study that has no effect, or give its effect"
        refuse("yi", y, np.isnan(y), f"is missing; {cure}")
        refuse("vi", v, np.isnan(v), f"is missing; {cure}")
        refuse(
            "vi", v, v <= 0, "is not positive; give the sampling variance, the square of the standard error"
        )
    order = np.lexsort((np.abs(y), v))
    rank = order.argsort()
    y, v = y[order], v[order]
    centre, unit2 = float(y[0]), float(v[k // 2])
    unit = sqrt(unit2)
    with np.errstate(over="ignore"):
        y, v = (y - centre) / unit, v / unit2
    _refuse_extremes(y, v)
    return Studies(y=y, v=v, rank=rank, centre=centre, unit=unit, unit2=unit2, k=k)


def read_level(level: object) -> float:
    """Check a confidence level, a number between 0 and 1.

    Raises
    ------
    InputError
        Where it is not between 0 and 1.

    Examples
    --------
    >>> read_level(0.95)
    0.95
    """
    if isinstance(level, (int, float, np.integer, np.floating)) and 0 < level < 1:
        return float(level)
    raise InputError(
        f"level = {level!r} is not a confidence level; give a share between 0 and 1, such as 0.95."
    )


def _refuse_extremes(y: FloatArray, v: FloatArray) -> None:
    if not (np.abs(y).max() < WIDEST and v[-1] < WIDEST and v[0] > 1 / WIDEST):
        raise InputError(
            "The effects and variances are too far apart to compute with (more than 30 orders of magnitude); "
            "check their units."
        )

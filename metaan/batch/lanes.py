"""A block of analyses as lanes: one column each, a study per row, an absent study without weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metaan.types import BoolArray, FloatArray

__all__ = ["Lanes", "dot", "means_at", "plain_squares", "read_lanes", "total"]

SMALLEST_TRACE = 1e-5
"""Share of the weights that is not one study's; below it the trace of P would lose digits to cancellation."""

WIDEST = 1e10
"""Variance of the study that a lane is centred on, relative to the mean's: ten digits are safe below it."""

LARGEST = 1e60
"""Sums of weights and of squares up to it, and down to its inverse: their cubes still fit a double."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lanes:
    """D analyses of up to k studies with what a common-effect fit says about them.

    Attributes
    ----------
    y, v, w : ndarray, shape (k, D)
        Effects less the lane's `centre`, variances, and weights 1/v; an absent study has (0, inf, 0).
    centre : ndarray, shape (D,)
        Effect of the lane's first study.
    k : ndarray, shape (D,)
        Numbers of studies; 0 where the lane cannot be estimated.
    weight, mean, Q, trace, weight2 : ndarray, shape (D,)
        At tau2 = 0: sum of weights, weighted mean less centre, Cochran's Q, trace of P, sum of squared
        weights.
    largest : ndarray, shape (D,)
        Largest variance.
    here : ndarray of float, shape (k, D), or None
        1 where there is a study and 0 where there is none; None where all are there.
    ordinary : ndarray of bool, shape (D,)
        Two studies or more, and far from where plain sums would lose digits.
    single : ndarray of bool, shape (D,)
        One study.
    """

    y: FloatArray
    v: FloatArray
    w: FloatArray
    centre: FloatArray
    k: FloatArray
    weight: FloatArray
    mean: FloatArray
    Q: FloatArray
    trace: FloatArray
    weight2: FloatArray
    largest: FloatArray
    here: FloatArray | None
    ordinary: BoolArray
    single: BoolArray


def read_lanes(yi: NDArray[np.floating], vi: NDArray[np.floating]) -> Lanes:
    """Turn rows of effects and variances into lanes.

    Parameters
    ----------
    yi, vi : ndarray, shape (D, k)
        Effects and sampling variances, `nan` where a study is absent.

    Returns
    -------
    Lanes

    Examples
    --------
    >>> import numpy as np
    >>> lanes = read_lanes(np.array([[1.0, 3.0, np.nan]]), np.array([[1.0, 1.0, 1.0]]))
    >>> lanes.k.tolist(), lanes.y.tolist(), lanes.mean.tolist(), lanes.Q.tolist()
    ([2.0], [[0.0], [2.0], [0.0]], [1.0], [2.0])
    """
    y, v = columns(yi), columns(vi)
    centre, first_v = y[0].copy(), v[0]
    np.subtract(y, centre, out=y)
    w = 1 / v
    weight, mean = means_at(y, w)
    smallest = np.minimum.reduce(w, 0)
    here: FloatArray | None = None
    k = np.full(y.shape[1], float(len(y)))
    if not ((smallest > 0) & np.isfinite(mean) & np.isfinite(weight)).all():
        y, v, here, centre, first_v = _without_absent(columns(yi), v)
        w = 1 / v
        weight, mean = means_at(y, w)
        k = total(here)
        smallest = np.minimum.reduce(np.where(here > 0, w, np.inf), 0)
    r = y - mean
    weight2 = dot(w, w)
    r_w = w * r
    Q = dot(r_w, r)
    trace = weight - weight2 / weight
    in_range = (weight < LARGEST) & (weight > 1 / LARGEST)
    safe = (trace > SMALLEST_TRACE * weight) & (weight * first_v < WIDEST) & (Q < LARGEST)
    return Lanes(
        y=y, v=v, w=w, centre=centre, k=k, weight=weight, mean=mean, Q=Q, trace=trace, weight2=weight2,
        largest=1 / smallest, here=here, ordinary=(k > 1) & in_range & safe, single=(k == 1) & in_range,
    )  # fmt: skip


def columns(rows: NDArray[np.floating]) -> FloatArray:
    """Copy rows of numbers into columns that lie side by side.

    Examples
    --------
    >>> import numpy as np
    >>> columns(np.array([[1, 2]])).tolist()
    [[1.0], [2.0]]
    """
    return np.array(rows.T, dtype=np.float64, order="C")


def dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Sum products over studies, without a table of the products.

    Examples
    --------
    >>> import numpy as np
    >>> dot(np.array([[1.0], [2.0]]), np.array([[3.0], [4.0]])).tolist()
    [11.0]
    """
    product: FloatArray = np.einsum("kd,kd->d", a, b)
    return product


def total(a: FloatArray) -> FloatArray:
    """Sum over studies.

    Examples
    --------
    >>> import numpy as np
    >>> total(np.array([[1.0], [2.0]])).tolist()
    [3.0]
    """
    added: FloatArray = np.add.reduce(a, 0)
    return added


def means_at(y: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Compute sums of weights and weighted means.

    Examples
    --------
    >>> import numpy as np
    >>> [x.tolist() for x in means_at(np.array([[0.0], [3.0]]), np.array([[2.0], [1.0]]))]
    [[3.0], [1.0]]
    """
    weight = total(w)
    return weight, dot(w, y) / weight


def plain_squares(lanes: Lanes) -> FloatArray:
    """Sum squares about the plain mean.

    Examples
    --------
    >>> import numpy as np
    >>> plain_squares(read_lanes(np.array([[1.0, 3.0]]), np.array([[1.0, 5.0]]))).tolist()
    [2.0]
    """
    r = lanes.y - total(lanes.y) / lanes.k
    if lanes.here is not None:
        r *= lanes.here
    return dot(r, r)


def _without_absent(
    y: FloatArray, v: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Take away the weight of absent studies, and of all studies of a lane that cannot be estimated."""
    absent = np.isnan(y) | np.isnan(v)
    broken = ~absent & ~(np.isfinite(y) & np.isfinite(v) & (v > 0))
    absent |= broken.any(0)
    lane = np.arange(y.shape[1])
    first = absent.argmin(0)
    nobody = absent.all(0)
    centre = np.where(nobody, 0.0, y[first, lane])
    first_v = np.where(nobody, np.inf, v[first, lane])
    return (
        np.where(absent, 0.0, y - centre),
        np.where(absent, np.inf, v),
        (~absent).astype(np.float64),
        centre,
        first_v,
    )

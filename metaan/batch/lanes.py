"""A block of analyses as lanes: one column each, a study per row, an absent study without weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metaan.types import BoolArray, FloatArray

__all__ = ["Lanes", "Workspace", "dot", "means_at", "plain_squares", "read_lanes", "total", "weights_at"]

SMALLEST_TRACE = 1e-5
"""Share of the weights that is not one study's; below it the trace of P would lose digits to cancellation."""

NEAR = 1e4
"""Variance of the study that a lane is centred on, over the mean's, up to which Q may be a difference."""

WIDEST = 1e10
"""As `NEAR`, up to which ten digits of every mean are safe."""

LARGEST = 1e60
"""Sums of weights and of squares up to it, and down to its inverse: their cubes still fit a double."""


class Workspace:
    """Memory for the tables of a block, taken once: fresh memory costs more than the arithmetic on it.

    A table holds until the next one of its name is asked for.
    """

    def __init__(self, cells: int) -> None:
        self._cells = cells
        self._flat: dict[str, FloatArray] = {}

    def table(self, name: str, shape: tuple[int, ...]) -> FloatArray:
        """Give a table with anything in it.

        Examples
        --------
        >>> Workspace(6).table("y", (2, 3)).shape
        (2, 3)
        """
        if name not in self._flat:
            self._flat[name] = np.empty(self._cells)
        return self._flat[name][: shape[0] * shape[1]].reshape(shape)

    def take(self, name: str, table: FloatArray, lanes: NDArray[np.intp]) -> FloatArray:
        """Copy some lanes of a table into the table of that name.

        Examples
        --------
        >>> import numpy as np
        >>> Workspace(6).take("y", np.array([[1.0, 2.0]]), np.array([1])).tolist()
        [[2.0]]
        """
        return np.take(table, lanes, 1, out=self.table(name, (len(table), len(lanes))), mode="clip")


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
    weight, mean, Q, trace : ndarray, shape (D,)
        At tau2 = 0: sum of weights, weighted mean less centre, Cochran's Q, trace of P.
    largest : ndarray, shape (D,)
        Largest variance.
    absent : ndarray of bool, shape (k, D), or None
        Where there is no study; None where all are there.
    ordinary : ndarray of bool, shape (D,)
        Two studies or more, and far from where plain sums would lose digits.
    single : ndarray of bool, shape (D,)
        One study.
    work : Workspace
        Where its tables lie, and room for more.
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
    largest: FloatArray
    absent: BoolArray | None
    ordinary: BoolArray
    single: BoolArray
    work: Workspace


def read_lanes(yi: NDArray[np.floating], vi: NDArray[np.floating], work: Workspace) -> Lanes:
    """Turn rows of effects and variances into lanes.

    Parameters
    ----------
    yi, vi : ndarray, shape (D, k)
        Effects and sampling variances, `nan` where a study is absent.
    work : Workspace
        Of k D numbers or more.

    Returns
    -------
    Lanes

    Examples
    --------
    >>> import numpy as np
    >>> lanes = read_lanes(np.array([[1.0, 3.0, np.nan]]), np.array([[1.0, 1.0, 1.0]]), Workspace(3))
    >>> lanes.k.tolist(), lanes.y.tolist(), lanes.mean.tolist(), lanes.Q.tolist()
    ([2.0], [[0.0], [2.0], [0.0]], [1.0], [2.0])
    """
    shape = yi.shape[::-1]
    y, v, w = (work.table(name, shape) for name in ("y", "v", "w"))
    np.copyto(y, yi.T)
    np.copyto(v, vi.T)
    centre, first_v = y[0].copy(), v[0].copy()
    y -= centre
    np.divide(1.0, v, out=w)
    weight, mean, squares = _moments(y, w, work)
    smallest = np.minimum.reduce(w, 0)
    absent: BoolArray | None = None
    k = np.full(len(yi), float(shape[0]))
    if not _finite(smallest, weight, squares).all():
        absent = _find_absent(yi, y, v, centre, first_v)
        smallest = _take_away(absent, y, v, w)
        weight, mean, squares = _moments(y, w, work)
        odd = np.flatnonzero(~_finite(smallest, weight, squares))
        if _found_broken(odd, absent, y, v):
            smallest = _take_away(absent, y, v, w)
            weight, mean, squares = _moments(y, w, work)
        k -= np.add.reduce(absent, 0, dtype=np.intp)
    spread = weight * first_v
    trace = weight - dot(w, w) / weight
    in_range = (weight < LARGEST) & (weight > 1 / LARGEST)
    safe = (trace > SMALLEST_TRACE * weight) & (spread < WIDEST) & (squares < LARGEST)
    return Lanes(
        y=y, v=v, w=w, centre=centre, k=k, weight=weight, mean=mean,
        Q=_cochran(y, w, weight, mean, squares, spread), trace=trace, largest=1 / smallest, absent=absent,
        ordinary=(k > 1) & in_range & safe, single=(k == 1) & in_range, work=work,
    )  # fmt: skip


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


def weights_at(v: FloatArray, tau2: FloatArray, work: Workspace) -> FloatArray:
    """Compute 1/(v + tau2) into the table of weights.

    Examples
    --------
    >>> import numpy as np
    >>> weights_at(np.array([[1.0], [np.inf]]), np.array([3.0]), Workspace(2)).tolist()
    [[0.25], [0.0]]
    """
    w = np.add(v, tau2, out=work.table("weights", v.shape))
    return np.divide(1.0, w, out=w)


def plain_squares(lanes: Lanes) -> FloatArray:
    """Sum squares about the plain mean.

    Examples
    --------
    >>> import numpy as np
    >>> plain_squares(read_lanes(np.array([[1.0, 3.0]]), np.array([[1.0, 5.0]]), Workspace(2))).tolist()
    [2.0]
    """
    r = np.subtract(lanes.y, total(lanes.y) / lanes.k, out=lanes.work.table("residual", lanes.y.shape))
    if lanes.absent is not None:
        np.copyto(r, 0.0, where=lanes.absent)
    return dot(r, r)


def _moments(y: FloatArray, w: FloatArray, work: Workspace) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Compute sums of weights, weighted means and weighted sums of squares."""
    weight = total(w)
    wy = np.multiply(w, y, out=work.table("product", y.shape))
    return weight, total(wy) / weight, dot(wy, y)


def _cochran(
    y: FloatArray,
    w: FloatArray,
    weight: FloatArray,
    mean: FloatArray,
    squares: FloatArray,
    spread: FloatArray,
) -> FloatArray:
    """Compute Cochran's Q; Q is at least weight mean²/spread, which bounds what the difference can lose."""
    Q: FloatArray = np.maximum(squares - mean * mean * weight, 0.0)
    far = np.flatnonzero(spread > NEAR)
    if len(far):
        r = y[:, far] - mean[far]
        Q[far] = dot(w[:, far] * r, r)
    return Q


def _finite(smallest: FloatArray, weight: FloatArray, squares: FloatArray) -> BoolArray:
    """Tell which lanes have nothing but finite effects and positive variances."""
    return (smallest > 0) & np.isfinite(weight) & np.isfinite(squares)


def _find_absent(
    yi: NDArray[np.floating], y: FloatArray, v: FloatArray, centre: FloatArray, first_v: FloatArray
) -> BoolArray:
    """Find absent studies, and centre lanes whose first study is absent on the first that is there."""
    moved = np.flatnonzero(~np.isfinite(centre) | np.isnan(first_v))
    effects = yi[moved].T.astype(np.float64)
    y[:, moved] = effects
    absent: BoolArray = np.isnan(y)
    absent |= np.isnan(v)
    first = absent[:, moved].argmin(0)
    centre[moved], first_v[moved] = effects[first, np.arange(len(moved))], v[first, moved]
    y[:, moved] = effects - centre[moved]
    return absent


def _found_broken(odd: NDArray[np.intp], absent: BoolArray, y: FloatArray, v: FloatArray) -> bool:
    """Mark as absent all studies of the lanes that cannot be estimated."""
    effects, variances = y[:, odd], v[:, odd]
    usable = np.isfinite(effects) & (variances > 0) & (np.isfinite(variances) | absent[:, odd])
    broken = odd[~(usable | absent[:, odd]).all(0)]
    absent[:, broken] = True
    return len(broken) > 0


def _take_away(absent: BoolArray, y: FloatArray, v: FloatArray, w: FloatArray) -> FloatArray:
    """Take the weight of absent studies, in place; give the smallest weight that is left."""
    np.copyto(y, 0.0, where=absent)
    np.copyto(v, np.inf, where=absent)
    np.copyto(w, np.inf, where=absent)
    smallest: FloatArray = np.minimum.reduce(w, 0)
    np.copyto(w, 0.0, where=absent)
    return smallest

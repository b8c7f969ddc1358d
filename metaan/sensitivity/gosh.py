"""Graphical display of study heterogeneity: the pooled estimate of every subset of the studies."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, cast

import numpy as np

from metaan.batch.pool import pool_many
from metaan.errors import InputError
from metaan.models.intake import read_studies
from metaan.models.tau2 import trace_p
from metaan.results.gosh import ALL_OF_15, Gosh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from metaan.results.batch import PooledMany
    from metaan.types import BoolArray, FloatArray

__all__ = ["gosh"]

LEAST_STUDIES = 2
MOST = 2**20 - 1
"""Subsets of 20 studies: a picture of more shows nothing else."""


def gosh(
    yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", subsets: int = ALL_OF_15, seed: int = 0
) -> Gosh:
    """Pool every subset of the studies, or a random sample of the subsets where there are too many.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi).
    method : str, default "REML"
        EE for a common effect, or the estimator of tau2, as in `pool`; estimated anew in each subset.
    subsets : int, default 32767
        Most subsets to pool, up to 1,048,575. That is every subset of up to 15 studies, and of 20 at most;
        where there are more, so many are drawn without replacement, each as likely as any other.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    Gosh
        All subsets in the order of binary numbers, the first study the last digit; drawn ones as drawn.

    Raises
    ------
    InputError
        For fewer than two studies, a number of subsets or a seed that is none, and for what `pool` refuses.

    References
    ----------
    Olkin I, Dahabreh IJ, Trikalinos TA. GOSH - a graphical display of study heterogeneity. Research Synthesis
    Methods 2012; 3: 214-223.

    Examples
    --------
    >>> found = gosh([0.1, 0.3, 0.8], [0.02, 0.02, 0.02], method="DL")
    >>> found.n, found.sizes.tolist(), found.estimate.round(2).tolist()
    (7, [1, 1, 2, 1, 2, 2, 3], [0.1, 0.3, 0.2, 0.8, 0.45, 0.55, 0.4])
    >>> found.I2.round(2).tolist()
    [nan, nan, 0.0, nan, 0.92, 0.84, 0.85]
    """
    _refuse("subsets", subsets, 1, MOST)
    _refuse("seed", seed, 0)
    k = read_studies(yi, vi).k
    if k < LEAST_STUDIES:
        raise InputError(f"k = {k}: subsets are made of at least {LEAST_STUDIES} studies.")
    total = 2**k - 1
    members = _every(k) if total <= subsets else _drawn(k, subsets, seed)
    sizes = np.add.reduce(members, 1, dtype=np.int64)
    y, v = np.asarray(yi, dtype=np.float64), np.asarray(vi, dtype=np.float64)
    estimate, tau2, I2, Q = np.empty((4, len(members)))
    for rows, columns in _by_size(members, sizes, np.argsort(v, kind="stable")):
        found = pool_many(y[columns], v[columns], method=method)
        estimate[rows], tau2[rows], Q[rows] = found.estimate, found.tau2, found.Q
        I2[rows] = _shares(found, v[columns])
    for values in (members, sizes, estimate, tau2, I2, Q):
        values.setflags(write=False)
    return Gosh(
        members=members, sizes=sizes, estimate=estimate, tau2=tau2, I2=I2, Q=Q,
        k=k, total=total, method=method, seed=int(seed),
    )  # fmt: skip


def _refuse(name: str, value: object, low: int, high: float = inf) -> None:
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not (whole and low <= cast("int", value) <= high):
        reach = f"of {low} or more" if high == inf else f"from {low} to {high:,}"
        raise InputError(f"{name} = {value!r}: give a whole number {reach}.")


def _every(k: int) -> BoolArray:
    """Write the numbers from 1 to 2**k - 1 in binary, the lowest digit first."""
    numbers = np.arange(1, 2**k, dtype="<u4").view(np.uint8).reshape(-1, 4)
    return np.unpackbits(numbers, axis=1, count=k, bitorder="little").view(np.bool_)


def _drawn(k: int, n: int, seed: int) -> BoolArray:
    """Toss a coin for each study, and leave out what is empty or was drawn before."""
    random = np.random.Generator(np.random.PCG64(seed))
    found: BoolArray = np.empty((0, k), dtype=np.bool_)
    while len(found) < n:
        tossed = random.integers(0, 2, (n, k), dtype=np.bool_)
        found = np.concatenate([found, tossed[tossed.any(1)]])
        _, first = np.unique(np.packbits(found, axis=1), axis=0, return_index=True)
        found = found[np.sort(first)]
    return found[:n].copy()


def _by_size(
    members: BoolArray, sizes: NDArray[np.int64], order: NDArray[np.intp]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Give the subsets of each size with their studies, the most precise first, so that none is absent."""
    for size in np.unique(sizes):
        rows = np.flatnonzero(sizes == size)
        inside = np.nonzero(members[rows][:, order])[1]
        yield rows, order[inside].reshape(-1, size)


def _shares(found: PooledMany, v: FloatArray) -> FloatArray:
    """Compute I2 as `pool` does; `v` has the smallest variance first."""
    dof = v.shape[1] - 1
    if dof == 0:
        return np.full(len(v), np.nan)
    with np.errstate(divide="ignore"):
        if found.method == "EE":
            return np.where(np.isnan(found.Q), np.nan, np.maximum(1 - dof / found.Q, 0.0))
        typical = dof / trace_p(1 / v)
        share: FloatArray = found.tau2 / (found.tau2 + typical)
    return share

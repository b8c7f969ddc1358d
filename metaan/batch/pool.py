"""Pool many meta-analyses at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from metaan.batch.estimators import LANE_ESTIMATORS
from metaan.batch.lanes import Workspace, dot, means_at, read_lanes, weights_at
from metaan.effects.cells import NUMERIC_KINDS, is_one_of, unmasked
from metaan.errors import InputError
from metaan.models.inference import TESTS
from metaan.models.intake import EQUAL, read_level
from metaan.models.pairwise import pool
from metaan.results.batch import PooledMany

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from metaan.batch.lanes import Lanes
    from metaan.types import BoolArray, FloatArray

__all__ = ["pool_many"]

CELLS = 64_000
MORE_CELLS = 208_000
"""Numbers in a block: few stay in the nearer memory; more are better where lanes finish one by one."""

MOST_WORKERS, BLOCKS_EACH = 8, 4
"""Threads at most, and blocks for each at least: numpy computes without holding the others up."""

MOST_COLUMNS = 16_000
FEWEST_COLUMNS = 256
"""Lanes in a block: fewer, and the calls cost more than the arithmetic."""


def pool_many(
    yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", test: str = "z", level: float = 0.95
) -> PooledMany:
    """Pool n meta-analyses at once, each as `pool` would, row for row.

    Parameters
    ----------
    yi, vi : array_like, shape (n, k)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi), an analysis a
        row. A study is absent from an analysis where either is `nan`.
    method : str, default "REML"
        EE for a common effect, or the estimator of tau2: DL, HE, HS, HSk, SJ, ML, REML, EB, PM, PMM, DLIT.
    test : {"z", "t", "hksj", "adhoc"}, default "z"
        Normal; t on k - 1; Hartung-Knapp; Hartung-Knapp with the scale held at 1 or more. One study is
        always tested by "z".
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    PooledMany
        Where an analysis has no study, a variance that is not positive and finite, or an effect that is
        infinite, its numbers are `nan` and `converged` is False; the others are not touched by it.

    Raises
    ------
    InputError
        For tables that are not two-dimensional, not of one shape or not of numbers, an unknown method or
        test, or a level outside (0, 1).

    Notes
    -----
    Up to 16,000 analyses are computed side by side, so that the memory needed beside the input is small, and
    such blocks in as many threads as there are processors; the numbers do not depend on that. A likelihood
    with several modes, and studies whose precisions differ by five orders of magnitude or more, are
    recognised and handed to `pool` itself: right, but a thousand times slower.

    References
    ----------
    DerSimonian R, Laird N. Meta-analysis in clinical trials. Controlled Clinical Trials 1986; 7: 177-188.
    Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects model.
    Journal of Educational and Behavioral Statistics 2005; 30: 261-293.

    Examples
    --------
    >>> nan = float("nan")
    >>> found = pool_many([[0.1, 0.9, 0.5], [0.1, 0.9, nan]], [[0.04, 0.05, 0.06], [0.04, 0.05, nan]])
    >>> found.estimate.round(4).tolist(), found.tau2.round(4).tolist(), found.k.tolist()
    ([0.4917, 0.4938], [0.1198, 0.275], [3, 2])
    """
    if not is_one_of(method, LANE_ESTIMATORS):
        raise InputError(f"method = {method!r} is not known; the methods are {', '.join(LANE_ESTIMATORS)}.")
    if not is_one_of(test, TESTS):
        raise InputError(f"test = {test!r} is not known; the tests are {', '.join(TESTS)}.")
    level = read_level(level)
    y, v = _table("yi", yi), _table("vi", vi)
    if y.shape != v.shape:
        raise InputError(f"yi has shape {y.shape} and vi has {v.shape}; give a variance for each effect.")
    n, width = y.shape
    estimate, se, tau2, Q = (np.full(n, np.nan) if width == 0 else np.empty(n) for _ in range(4))
    k, converged = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    blocks = _blocks(n, width, method)

    def fill(share: Sequence[slice]) -> None:
        work = Workspace(width * min(share[0].stop - share[0].start, n))
        for rows in share:
            found = _pool_block(y[rows], v[rows], method, test, work)
            estimate[rows], se[rows], tau2[rows], Q[rows], k[rows], converged[rows] = found

    _shared_out(fill, blocks)
    for values in (estimate, se, tau2, Q, k, converged):
        values.setflags(write=False)
    return PooledMany(
        estimate=estimate, se=se, tau2=tau2, Q=Q, k=k, converged=converged,
        method=str(method), test=str(test), level=level,
    )  # fmt: skip


def _blocks(n: int, width: int, method: str) -> list[slice]:
    """Cut n rows into blocks that fit the nearer memory."""
    cells = MORE_CELLS if method in {"ML", "REML"} else CELLS
    size = max(FEWEST_COLUMNS, min(MOST_COLUMNS, cells // max(width, 1)))
    return [slice(start, start + size) for start in range(0, n if width else 0, size)]


def _shared_out(fill: Callable[[Sequence[slice]], None], blocks: Sequence[slice]) -> None:
    """Fill all blocks, in as many threads as there are processors; each block is computed by itself."""
    workers = min(_processors(), MOST_WORKERS, len(blocks) // BLOCKS_EACH)
    if workers < 2:
        if blocks:
            fill(blocks)
        return
    with ThreadPoolExecutor(workers) as threads:
        for done in [threads.submit(fill, blocks[i::workers]) for i in range(workers)]:
            done.result()


def _processors() -> int:
    """Count the processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _table(name: str, values: ArrayLike) -> NDArray[np.floating]:
    """Read a table of numbers; a masked one is `nan` where it is masked."""
    if isinstance(values, np.ma.MaskedArray) and values.dtype.kind in NUMERIC_KINDS:
        values = np.ma.filled(values.astype(np.float64), np.nan)
    try:
        found = np.asarray(unmasked(values))
        faults = _words(found) if found.dtype.kind == "O" else []
        if found.dtype.kind == "O" and not faults:
            found = found.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"{name} is not a table of numbers; give an analysis a row, with nan where a study is absent."
        ) from error
    if faults:
        raise InputError(f"{name}{faults[0]} is not a number; give a number, or nan where a study is absent.")
    if found.dtype.kind not in NUMERIC_KINDS:
        raise InputError(
            f"{name} holds {found.dtype.name}, not numbers; give an analysis a row, with nan where "
            "a study is absent."
        )
    if found.ndim != 2:
        raise InputError(
            f"{name} has {found.ndim} dimensions in place of 2; give an analysis a row, even if there is one."
        )
    return found


def _words(found: NDArray[np.object_]) -> list[str]:
    """List the cells that `pool` refuses in a column, though they could be read as numbers."""
    return [
        f"{list(place)} = {value!r}"
        for place, value in np.ndenumerate(found)
        if isinstance(value, (str, bytes, bool, np.bool_, complex))
    ]


def _pool_block(
    yi: NDArray[np.floating], vi: NDArray[np.floating], method: str, test: str, work: Workspace
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, BoolArray]:
    with np.errstate(all="ignore"):
        lanes = read_lanes(yi, vi, work)
        tau2, doubt = LANE_ESTIMATORS[method](lanes)
        single = lanes.single if lanes.single.any() else None
        if single is not None:
            tau2[single] = 0.0
        estimate, se = _means(lanes, tau2, test)
    Q, k, converged = lanes.Q, lanes.k, lanes.ordinary & ~doubt
    if converged.all():
        return estimate, se, tau2, Q, k, converged
    if single is not None:
        converged |= single
        Q[single] = 0.0
        if method != "EE":
            tau2[single] = np.nan
    estimate[~converged] = se[~converged] = tau2[~converged] = Q[~converged] = np.nan
    for lane in np.flatnonzero((k > 0) & ~converged):
        estimate[lane], se[lane], tau2[lane], Q[lane], converged[lane] = _alone(
            yi[lane], vi[lane], method, test
        )
    return estimate, se, tau2, Q, k, converged


def _means(lanes: Lanes, tau2: FloatArray, test: str) -> tuple[FloatArray, FloatArray]:
    """Weight by 1/(v + tau2); one study, at 0 as the centre of its lane, has its own standard error."""
    w = weights_at(lanes.v, tau2, lanes.work)
    weight, shift = means_at(lanes.y, w)
    if test in {"hksj", "adhoc"}:
        r = np.subtract(lanes.y, shift, out=lanes.work.table("residual", lanes.y.shape))
        wr = np.multiply(w, r, out=lanes.work.table("product", lanes.y.shape))
        squares = dot(wr, r)
        near = np.flatnonzero(squares <= weight * (EQUAL * lanes.centre) ** 2)
        squares[near[(np.abs(lanes.y[:, near]) <= EQUAL * np.abs(lanes.centre[near])).all(0)]] = 0.0
        scale = squares / (lanes.k - 1)
        scale = np.maximum(scale, 1.0) if test == "adhoc" else scale
        se = np.sqrt(np.where(lanes.single, 1.0, scale) / weight)
    else:
        se = 1 / np.sqrt(weight)
    return lanes.centre + shift, se


def _alone(
    yi: NDArray[np.floating], vi: NDArray[np.floating], method: str, test: str
) -> tuple[float, float, float, float, bool]:
    """Pool one lane by itself; studies that are too far apart to compute with leave it without numbers."""
    here = ~(np.isnan(yi) | np.isnan(vi))
    try:
        found = pool(yi[here], vi[here], method=method, test=test)
    except InputError:
        return np.nan, np.nan, np.nan, np.nan, False
    return found.estimate, found.se, found.tau2, found.Q, True

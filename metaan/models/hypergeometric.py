"""Fisher's noncentral hypergeometric distribution, in logarithms."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, floor, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metaan.models.counts import Tables
    from metaan.types import FloatArray

__all__ = ["ConditionalTables", "LargeTables", "condition"]

LARGE = 4000
"""Possible values over all tables above which the unlikely ones are left out of the sums."""

REACH, FEW = 12, 60
"""Standard deviations on either side of a mode that are kept, and values for laws that are nearly Poisson."""

PER_SPREAD = 4
"""Values per standard deviation that a sum over a smooth bell needs for double precision."""

SERIES = 16
"""From here Stirling's series of four terms is exact to 1e-14."""

SIGNS = np.array([1.0, -1.0, -1.0, 1.0])
"""How the four cells move with the events of the first arm while the margins are held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalTables:
    """Two by two tables with their margins held; what varies is the events of the first arm.

    Attributes
    ----------
    excess : ndarray, shape (T,)
        Possible events minus observed events, table after table.
    log_weight : ndarray, shape (T,)
        Their log probabilities at an odds ratio of 1, minus that of the observed events.
    table : ndarray of int, shape (T,)
        To which table each belongs.
    starts : ndarray of int, shape (k,)
        Where each table begins.
    """

    excess: FloatArray
    log_weight: FloatArray
    table: NDArray[np.intp]
    starts: NDArray[np.intp]

    @property
    def k(self) -> int:
        """Number of tables."""
        return len(self.starts)

    def derivatives(self, u: FloatArray) -> tuple[FloatArray, ...]:
        """Give the log-likelihood of each table and its first four derivatives in the log odds ratio.

        Parameters
        ----------
        u : ndarray, shape (n, k)
            Log odds ratios.

        Returns
        -------
        tuple of ndarray, shape (n, k)
            The distribution is an exponential family: its derivatives are the cumulants, signed.
        """
        exponent = self.log_weight + self.excess * u[:, self.table]
        highest = np.maximum.reduceat(exponent, self.starts, axis=1)
        share = np.exp(exponent - highest[:, self.table])
        total = self._sum(share)
        share /= total[:, self.table]
        mean = self._sum(share * self.excess)
        deviation = self.excess - mean[:, self.table]
        share *= deviation * deviation
        second = self._sum(share)
        share *= deviation
        third = self._sum(share)
        fourth = self._sum(share * deviation)
        return -highest - np.log(total), -mean, -second, -third, 3 * second * second - fourth

    def _sum(self, values: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(values, self.starts, axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeTables:
    """Two by two tables with their margins held, of whose possible values the unlikely ones are left out.

    Attributes
    ----------
    cells : ndarray, shape (k, 4)
        Events and non-events of the first arm, then of the second.
    """

    cells: FloatArray

    @property
    def k(self) -> int:
        """Number of tables."""
        return len(self.cells)

    def derivatives(self, u: FloatArray) -> tuple[FloatArray, ...]:
        """Give the same as `ConditionalTables.derivatives`, from the values that u makes likely."""
        low, high = u.min(axis=0).tolist(), u.max(axis=0).tolist()
        windows = [_window(row, *ends) for row, *ends in zip(self.cells.tolist(), low, high, strict=True)]
        return _likely(self.cells, windows).derivatives(u)


def condition(tables: Tables) -> ConditionalTables | LargeTables:
    """Hold the margins of two by two tables.

    Parameters
    ----------
    tables : Tables
        Whole numbers; both outcomes occurred in every table.

    Returns
    -------
    ConditionalTables or LargeTables

    References
    ----------
    Fisher RA. The logic of inductive inference. Journal of the Royal Statistical Society 1935; 98: 39-82.
    Liao JG, Rosen O. Fast and stable algorithms for computing and sampling from the noncentral hypergeometric
    distribution. The American Statistician 2001; 55: 366-369.

    Examples
    --------
    >>> from metaan.models.counts import read_tables
    >>> held = condition(read_tables({"ai": 3, "n1i": 4, "ci": 1, "n2i": 4}))
    >>> round(float(np.exp(held.derivatives(np.zeros((1, 1)))[0]).item()), 6)  # 4 * 4 / C(8, 4)
    0.228571
    """
    a, b, c, d = tables.a, tables.b, tables.c, tables.d
    if float((np.minimum(a, d) + np.minimum(b, c) + 1).sum()) > LARGE:
        return LargeTables(cells=np.stack([a, b, c, d], axis=1))
    return _joined([_support(*row) for row in zip(a, b, c, d, strict=True)])


def _joined(supports: list[tuple[FloatArray, FloatArray]]) -> ConditionalTables:
    sizes = [len(excess) for excess, _ in supports]
    return ConditionalTables(
        excess=np.concatenate([excess for excess, _ in supports]),
        log_weight=np.concatenate([log_weight for _, log_weight in supports]),
        table=np.repeat(np.arange(len(sizes)), sizes),
        starts=_starts(sizes),
    )


def _starts(sizes: list[int]) -> NDArray[np.intp]:
    return np.concatenate([[0], np.cumsum(sizes[:-1], dtype=np.intp)]).astype(np.intp)


def _window(cells: list[float], low: float, high: float) -> tuple[int, int, int]:
    """Give the first and the last excess that log odds ratios from low to high make likely, and the stride.

    Events are the sum of independent trials, so that beyond 12 standard deviations of the mode lies a share
    below exp(-60), and the variance is at most the distance to an end of the support: where only every s-th
    value is taken, the ends are out of reach. Such a sum over a bell of standard deviation 4 s or more is
    wrong by a share of exp(-2 (4 pi)²), which is 1e-137.
    """
    a, b, c, d = cells
    at_low, at_high = _mode(cells, low), _mode(cells, high)
    left = max(floor(at_low - REACH * _spread(cells, at_low)) - FEW, -int(min(a, d)))
    right = min(ceil(at_high + REACH * _spread(cells, at_high)) + FEW, int(min(b, c)))
    return left, right, max(floor(min(_spread(cells, left), _spread(cells, right)) / PER_SPREAD), 1)


def _likely(cells: FloatArray, windows: list[tuple[int, int, int]]) -> ConditionalTables:
    """Join the windows of all tables, with their log weights."""
    parts = [np.arange(left, right + 1, stride, dtype=np.float64) for left, right, stride in windows]
    sizes = [len(part) for part in parts]
    excess, table = np.concatenate(parts), np.repeat(np.arange(len(sizes)), sizes)
    odds = np.log(np.where(cells > 0, cells, 1.0)) @ SIGNS
    strides = np.log([stride for _, _, stride in windows])
    held = cells[table].T
    weights = _factorials(held, held + SIGNS[:, None] * excess).sum(axis=0)
    return ConditionalTables(
        excess=excess,
        log_weight=strides[table] - odds[table] * excess - weights,
        table=table,
        starts=_starts(sizes),
    )


def _mode(cells: list[float], u: float) -> float:
    """Excess at which a table with these margins has the log odds ratio u."""
    a, b, c, d = cells
    near, far = exp(min(-u, 0.0)), exp(min(u, 0.0))
    half, product = near * (a + d) + far * (b + c), near * a * d - far * b * c
    if product == 0:
        return 0.0
    return -2 * product / (half + sqrt(max(half * half - 4 * (near - far) * product, 0.0)))


def _spread(cells: list[float], excess: float) -> float:
    """Large-sample standard deviation of the first arm's events where they exceed the observed by this."""
    a, b, c, d = cells
    moved = (a + excess, b - excess, c - excess, d + excess)
    return 1 / sqrt(sum(1 / cell for cell in moved)) if min(moved) > 0 else 0.0


def _factorials(cell: FloatArray, now: FloatArray) -> FloatArray:
    """Log of now!/cell!, less (now - cell) log(cell), without the difference of two large logarithms."""
    none, some, least = cell == 0, np.maximum(cell, 1.0), np.maximum(now, 1.0)
    gone = (now < 1) & ~none
    rise = np.log1p((least - some) / some)
    found: FloatArray = least * rise - (least - some) + rise / 2 + _stirling(least) - _stirling(some)
    found[gone] += np.log(some[gone])
    found[none] = gammaln(now[none] + 1)
    return found


def _stirling(n: FloatArray) -> FloatArray:
    """Give what log n! has beyond n log n - n + log(2 pi n)/2."""
    square = 1 / (n * n)
    series: FloatArray = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / n
    few = n < SERIES
    if few.any():
        small = n[few]
        series[few] = gammaln(small + 1) - small * np.log(small) + small - np.log(2 * pi * small) / 2
    return series


def _support(a: float, b: float, c: float, d: float) -> tuple[FloatArray, FloatArray]:
    """Possible events minus observed ones, and log weights built up from their ratios."""
    up = np.arange(min(b, c))
    down = np.arange(min(a, d))
    rising = np.cumsum(np.log((b - up) * (c - up)) - np.log((a + up + 1) * (d + up + 1)))
    falling = np.cumsum(np.log((a - down) * (d - down)) - np.log((b + down + 1) * (c + down + 1)))
    excess = np.concatenate([-1.0 - down[::-1], [0.0], 1.0 + up])
    return excess, np.concatenate([falling[::-1], [0.0], rising])

"""Fisher's noncentral hypergeometric distribution, in logarithms."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, floor, log, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metaan.models.counts import Tables
    from metaan.types import FloatArray

    Cells = tuple[float, float, float, float]

__all__ = [
    "FEW",
    "PER_SPREAD",
    "REACH",
    "ConditionalTables",
    "LargeTables",
    "condition",
    "log_factorial_ratios",
]

LARGE = 4000
"""Possible values over all tables above which the unlikely ones are left out of the sums."""

REACH, FEW = 12, 60
"""Standard deviations on either side of a mode that are kept, and values for laws that are nearly Poisson."""

MOST_VALUES = 50_000
"""Values times log odds ratios in one table; with more the odds ratios are parted, each half has less."""

PER_SPREAD = 4
"""Values per standard deviation that a sum over a smooth bell needs for double precision."""

HALF = 0.5

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

    def start(self, effect: FloatArray, tau: float) -> FloatArray:
        """Give where the search for the mode of a normal effect begins: at its mean, shape (1, k)."""
        del effect, tau
        return np.zeros((1, self.k))

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

    def start(self, effect: FloatArray, tau: float) -> FloatArray:
        """Give the mode of a normal effect as it were if each table's log odds ratio were normal, too.

        In standard units, shape (1, k). From an effect far from what a large table tells, Newton's steps
        would overshoot many times.
        """
        a, b, c, d = self.cells.T + HALF
        told = 1 / (1 / a + 1 / b + 1 / c + 1 / d)
        away = np.log(a / b) - np.log(c / d) - effect
        return np.asarray(tau * told * away / (1 + tau * tau * told))[None]

    def derivatives(self, u: FloatArray) -> tuple[FloatArray, ...]:
        """Give the same as `ConditionalTables.derivatives`, from the values that u makes likely."""
        low, high = u.min(axis=0).tolist(), u.max(axis=0).tolist()
        windows = [_window(*row) for row in zip(self.cells, low, high, strict=True)]
        half = len(u) // 2
        if half and len(u) * sum(map(len, windows)) > MOST_VALUES:
            parts = (self.derivatives(u[:half]), self.derivatives(u[half:]))
            return tuple(np.concatenate(pair) for pair in zip(*parts, strict=True))
        return _joined([_weighed(*row) for row in zip(self.cells, windows, strict=True)]).derivatives(u)


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
        starts=np.concatenate([[0], np.cumsum(sizes[:-1], dtype=np.intp)]).astype(np.intp),
    )


def _window(cells: FloatArray, low: float, high: float) -> range:
    """Give the possible events minus observed ones that log odds ratios from low to high make likely.

    Events are the sum of independent trials, so that beyond 12 standard deviations of the mode lies a share
    below exp(-60), and the variance is at most the distance to an end of the support: where only every s-th
    value is taken, the ends are out of reach. Such a sum over a bell of standard deviation 4 s or more is
    wrong by a share of exp(-2 (4 pi)²), which is 1e-137.
    """
    a, b, c, d = cells.tolist()
    at_low, at_high = _mode((a, b, c, d), low), _mode((a, b, c, d), high)
    left = max(floor(at_low - REACH * _spread((a, b, c, d), at_low)) - FEW, -min(a, d))
    right = min(ceil(at_high + REACH * _spread((a, b, c, d), at_high)) + FEW, min(b, c))
    least = min(_spread((a, b, c, d), left), _spread((a, b, c, d), right))
    return range(int(left), int(right) + 1, max(floor(least / PER_SPREAD), 1))


def _weighed(cells: FloatArray, window: range) -> tuple[FloatArray, FloatArray]:
    """Give the values of a window and their log weights."""
    excess = np.arange(window.start, window.stop, window.step, dtype=np.float64)
    moved = cells[:, None] + SIGNS[:, None] * excess
    odds = float((SIGNS * np.log(np.where(cells > 0, cells, 1.0))).sum())
    return excess, log(window.step) - odds * excess - np.sum(
        log_factorial_ratios(cells[:, None], moved), axis=0
    )


def _mode(cells: Cells, u: float) -> float:
    """Excess at which a table with these margins has the log odds ratio u."""
    a, b, c, d = cells
    near, far = exp(min(-u, 0.0)), exp(min(u, 0.0))
    half, product = near * (a + d) + far * (b + c), near * a * d - far * b * c
    if product == 0:
        return 0.0
    return -2 * product / (half + sqrt(max(half * half - 4 * (near - far) * product, 0.0)))


def _spread(cells: Cells, excess: float) -> float:
    """Large-sample standard deviation of the first arm's events where they exceed the observed by this."""
    a, b, c, d = cells
    a, b, c, d = a + excess, b - excess, c - excess, d + excess
    return 1 / sqrt(1 / a + 1 / b + 1 / c + 1 / d) if min(a, b, c, d) > 0 else 0.0


def log_factorial_ratios(cells: FloatArray, now: FloatArray) -> FloatArray:
    """Give log(now!/cell!) - (now - cell) log(cell), without the difference of two large logarithms.

    Parameters
    ----------
    cells : ndarray, shape (m, 1)
        Whole numbers; log(cell) counts as 0 for an empty one.
    now : ndarray, shape (m, s)
        Whole numbers.
    """
    some = np.maximum(cells, 1.0)
    least = np.maximum(now, 1.0)
    rise = np.log1p((least - some) / some)
    found = least * rise - (least - some) + rise / 2 + _stirling(least) - _stirling(some)
    found = np.where(now < 1, found + np.log(some), found)
    empty = np.flatnonzero(cells == 0)
    found[empty] = gammaln(now[empty] + 1)
    return np.asarray(found)


def _stirling(n: FloatArray) -> FloatArray:
    """Give what log n! has beyond n log n - n + log(2 pi n)/2."""
    square = 1 / (n * n)
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / n
    few = n < SERIES
    n = n[few]
    series[few] = gammaln(n + 1) - n * np.log(n) + n - np.log(2 * pi * n) / 2
    return np.asarray(series)


def _support(a: float, b: float, c: float, d: float) -> tuple[FloatArray, FloatArray]:
    """Possible events minus observed ones, and log weights built up from their ratios."""
    up = np.arange(min(b, c))
    down = np.arange(min(a, d))
    rising = np.cumsum(np.log((b - up) * (c - up)) - np.log((a + up + 1) * (d + up + 1)))
    falling = np.cumsum(np.log((a - down) * (d - down)) - np.log((b + down + 1) * (c + down + 1)))
    excess = np.concatenate([-1.0 - down[::-1], [0.0], 1.0 + up])
    return excess, np.concatenate([falling[::-1], [0.0], rising])

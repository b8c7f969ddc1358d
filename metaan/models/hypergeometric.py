"""Fisher's noncentral hypergeometric distribution, in logarithms."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metaan.models.counts import Tables
    from metaan.types import FloatArray

__all__ = ["ConditionalTables", "condition"]

LARGE = 4000
"""Possible values over all tables above which the unlikely ones are left out of the sums."""


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
    fall : ndarray, shape (T,)
        Log odds ratio above which the next possible value is the more probable; rises within a table.
    """

    excess: FloatArray
    log_weight: FloatArray
    table: NDArray[np.intp]
    starts: NDArray[np.intp]
    fall: FloatArray

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
        if len(self.excess) > LARGE:
            return self._likely(u)._derivatives(u)
        return self._derivatives(u)

    def _derivatives(self, u: FloatArray) -> tuple[FloatArray, ...]:
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

    def _likely(self, u: FloatArray) -> ConditionalTables:
        """Keep the values of each table that some of its log odds ratios make likely."""
        ends = np.append(self.starts[1:], len(self.excess))
        low, high = u.min(axis=0), u.max(axis=0)
        kept, supports = [], []
        for start, end, least, most in zip(self.starts, ends, low, high, strict=True):
            fall = self.fall[start:end]
            left, right = _modal_range(fall, float(least))[0], _modal_range(fall, float(most))[1]
            window = slice(start + left, start + right)
            kept.append(fall[left:right])
            supports.append((self.excess[window], self.log_weight[window]))
        return _tables(supports, np.concatenate(kept))

    def _sum(self, values: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(values, self.starts, axis=1))


def condition(tables: Tables) -> ConditionalTables:
    """Hold the margins of two by two tables.

    Parameters
    ----------
    tables : Tables
        Whole numbers; both outcomes occurred in every table.

    Returns
    -------
    ConditionalTables

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
    supports = [_support(*row) for row in zip(tables.a, tables.b, tables.c, tables.d, strict=True)]
    fall = [np.append(-np.diff(log_weight), np.inf) for _, log_weight in supports]
    return _tables(supports, np.concatenate(fall))


def _tables(supports: list[tuple[FloatArray, FloatArray]], fall: FloatArray) -> ConditionalTables:
    sizes = [len(excess) for excess, _ in supports]
    return ConditionalTables(
        excess=np.concatenate([excess for excess, _ in supports]),
        log_weight=np.concatenate([log_weight for _, log_weight in supports]),
        table=np.repeat(np.arange(len(sizes)), sizes),
        starts=np.concatenate([[0], np.cumsum(sizes[:-1], dtype=np.intp)]).astype(np.intp),
        fall=fall,
    )


def _modal_range(fall: FloatArray, u: float) -> tuple[int, int]:
    """Give the values of a table that have any probability in double precision at a log odds ratio.

    They lie within 12 standard deviations of the mode, and 60 values for laws that are nearly Poisson.
    """
    mode = min(int(np.searchsorted(fall, u)), len(fall) - 1)
    near = fall[max(mode - 1, 0) : mode + 1]
    spread = (
        1 / sqrt(max(float(near[-1] - near[0]), 1e-12)) if np.isfinite(near).all() and len(near) > 1 else 0.0
    )
    reach = int(12 * spread) + 60
    return max(mode - reach, 0), min(mode + reach + 1, len(fall))


def _support(a: float, b: float, c: float, d: float) -> tuple[FloatArray, FloatArray]:
    """Possible events minus observed ones, and log weights built up from their ratios."""
    up = np.arange(min(b, c))
    down = np.arange(min(a, d))
    rising = np.cumsum(np.log((b - up) * (c - up)) - np.log((a + up + 1) * (d + up + 1)))
    falling = np.cumsum(np.log((a - down) * (d - down)) - np.log((b + down + 1) * (c + down + 1)))
    excess = np.concatenate([-1.0 - down[::-1], [0.0], 1.0 + up])
    return excess, np.concatenate([falling[::-1], [0.0], rising])

"""Log-likelihoods of large tables with their margins held, summed once and then read off Chebyshev series."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, log
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import chebyshev

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metaan.models.hypergeometric import LargeTables
    from metaan.types import FloatArray

__all__ = ["Panels"]

WIDTH = 2.0
"""Log odds ratios that one series covers."""

TERMS = 24
"""Events are a sum of independent trials, so the log-likelihood is a sum of log(1 + exp(u - c)) with real c.
It is analytic but for points pi away from the real line: on a panel, terms fall by 6.4 each, to 1e-19."""

CERTAIN = 45.0
"""Log odds against any but the last value of a table beyond which it is certain."""

PANEL_NODES = chebyshev.chebpts1(TERMS)
TO_SERIES = np.linalg.inv(chebyshev.chebvander(PANEL_NODES, TERMS - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Memory:
    """Series found so far, shape (m, TERMS, 5), and which of them is of each table and panel, or -1."""

    series: list[FloatArray]
    place: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """Tables whose likelihood is summed where it is first asked for, and remembered.

    Attributes
    ----------
    tables : LargeTables
    last : int
        Panels on either side of 0; beyond them every table is certain of its last value, and the
        log-likelihood a straight line.
    """

    tables: LargeTables
    last: int
    _memory: _Memory = field(repr=False, compare=False)

    @classmethod
    def of(cls, tables: LargeTables) -> Panels:
        """Take tables, nothing summed yet.

        Examples
        --------
        >>> from metaan.models.hypergeometric import LargeTables
        >>> tables = LargeTables(cells=np.array([[300.0, 700.0, 200.0, 800.0]]))
        >>> u = np.array([[0.4], [0.5]])
        >>> bool(np.allclose(Panels.of(tables).derivatives(u)[1], tables.derivatives(u)[1], atol=1e-9))
        True
        """
        most = float(tables.cells.sum(axis=1).max())
        last = ceil((CERTAIN + 2 * log(most)) / WIDTH)
        memory = _Memory(series=[], place=np.full((tables.k, 2 * last), -1, dtype=np.intp))
        return cls(tables=tables, last=last, _memory=memory)

    @property
    def k(self) -> int:
        """Number of tables."""
        return self.tables.k

    def start(self, effect: FloatArray, tau: float) -> FloatArray:
        """Give what `LargeTables.start` gives."""
        return self.tables.start(effect, tau)

    def derivatives(self, u: FloatArray) -> tuple[FloatArray, ...]:
        """Give the same as `LargeTables.derivatives`, to rounding."""
        end = self.last * WIDTH
        inside = np.clip(u, -end, end)
        panel = np.minimum(np.floor(inside / WIDTH).astype(np.intp) + self.last, 2 * self.last - 1)
        table = np.broadcast_to(np.arange(self.k), u.shape)
        self._sum(table, panel)
        which = self._memory.place[table, panel].ravel()
        t = (inside / WIDTH + self.last - panel).ravel() * 2 - 1
        found = _read(self._memory.series, which, t).reshape(5, *u.shape)
        return found[0] + found[1] * (u - inside), *found[1:]

    def _sum(self, table: NDArray[np.intp], panel: NDArray[np.intp]) -> None:
        """Find the series that are not known yet."""
        place, series = self._memory.place, self._memory.series
        wanted = np.zeros(place.shape, dtype=bool)
        wanted[table, panel] = True
        tables, panels = np.nonzero(wanted & (place < 0))
        if not len(tables):
            return
        u = WIDTH * (panels - self.last + (PANEL_NODES[:, None] + 1) / 2)
        values = np.stack(self.tables.some(tables).derivatives(u))
        found = np.einsum("ij,qjm->iqm", TO_SERIES, values)
        place[tables, panels] = np.arange(len(tables)) + (series[0].shape[2] if series else 0)
        series[:] = [np.concatenate([*series, found], axis=2)]


def _read(series: list[FloatArray], which: NDArray[np.intp], t: FloatArray) -> FloatArray:
    """Sum Chebyshev series by Clenshaw's recurrence, each at its own place; shape (5, len(t))."""
    now = later = np.zeros((5, len(t)))
    for term in series[0][:0:-1]:
        now, later = term[:, which] + 2 * t * now - later, now
    return np.asarray(series[0][0][:, which] + t * now - later)

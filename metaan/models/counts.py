"""Counts of two arms as they arrive for the models of rare events: checked, never corrected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.binary import complete_arm
from metaan.effects.cells import column, equal_lengths, refuse
from metaan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from metaan.types import BoolArray, FloatArray

__all__ = ["Rates", "Tables", "read_rates", "read_tables", "study_notes"]

TABLE_CELLS = ("ai", "bi", "ci", "di", "n1i", "n2i")
RATE_CELLS = ("x1i", "t1i", "x2i", "t2i")

MOST, LEAST = 1e50, 1e-50
"""Bounds of counts and person-time within which their fourth powers, and inverses, fit a double."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Complete two by two tables: events and non-events of the first arm, then of the second.

    Attributes
    ----------
    a, b, c, d : ndarray, shape (k,)
        Cells of the tables that can be used.
    used : ndarray of bool, shape (n,)
        Which of the n studies given they are.
    notes : mapping of int to str
        Why a study is not used, by position from 0.
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray
    d: FloatArray
    used: BoolArray
    notes: Mapping[int, str]

    @property
    def one_outcome(self) -> BoolArray:
        """Where both arms had no event, or events only, shape (k,)."""
        return np.asarray(((self.a == 0) & (self.c == 0)) | ((self.b == 0) & (self.d == 0)))

    def kept(self, which: BoolArray) -> Tables:
        """Give some of the tables, shape (k,)."""
        used = self.used.copy()
        used[self.used] = which
        return replace(self, a=self.a[which], b=self.b[which], c=self.c[which], d=self.d[which], used=used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Events and person-time of the first arm, then of the second.

    Attributes
    ----------
    x1, t1, x2, t2 : ndarray, shape (k,)
        Cells of the studies that can be used.
    used : ndarray of bool, shape (n,)
        Which of the n studies given they are.
    notes : mapping of int to str
        Why a study is not used, by position from 0.
    """

    x1: FloatArray
    t1: FloatArray
    x2: FloatArray
    t2: FloatArray
    used: BoolArray
    notes: Mapping[int, str]


def read_tables(cells: Mapping[str, ArrayLike], *, whole: bool = False) -> Tables:
    """Read two by two tables.

    Parameters
    ----------
    cells : mapping of str to array_like, shape (n,)
        `ai` and `ci`, each with its total (`n1i`, `n2i`) or its non-events (`bi`, `di`).
    whole : bool, default False
        Refuse counts that are not whole numbers.

    Returns
    -------
    Tables

    Raises
    ------
    InputError
        For unknown or missing columns, columns of different length, text, infinite or negative values, more
        events than participants, and fractions where counts must be whole.

    Examples
    --------
    >>> read_tables({"ai": [1, None], "n1i": [9, 9], "ci": [2, 3], "n2i": [8, 8]}).b.tolist()
    [8.0]
    """
    given = _columns(cells, TABLE_CELLS, "A two by two table")
    if whole:
        for name, values in given.items():
            refuse(name, values, values % 1 > 0, "is not a whole number; this model needs counts")
    equal_lengths(given)
    a, b = complete_arm(given, events="ai", others="bi", total="n1i")
    c, d = complete_arm(given, events="ci", others="di", total="n2i")
    used, notes = _usable(a + b, c + d, "an arm has no participants")
    return Tables(a=a[used], b=b[used], c=c[used], d=d[used], used=used, notes=notes)


def read_rates(cells: Mapping[str, ArrayLike]) -> Rates:
    """Read events and person-time of two arms.

    Parameters
    ----------
    cells : mapping of str to array_like, shape (n,)
        `x1i`, `t1i`, `x2i`, `t2i`.

    Returns
    -------
    Rates

    Raises
    ------
    InputError
        For unknown or missing columns, columns of different length, text, infinite or negative values.

    Examples
    --------
    >>> read_rates({"x1i": [1, 2], "t1i": [90, None], "x2i": [2, 3], "t2i": [80, 70]}).x1.tolist()
    [1.0]
    """
    given = _columns(cells, RATE_CELLS, "A comparison of rates")
    missing = [name for name in RATE_CELLS if name not in given]
    if missing:
        raise InputError(f"{', '.join(missing)} is missing; rates need {', '.join(RATE_CELLS)}.")
    equal_lengths(given)
    for name, values in given.items():
        refuse(name, values, values < 0, "is negative; give a number of 0 or more")
    x1, t1, x2, t2 = (given[name] for name in RATE_CELLS)
    used, notes = _usable(t1 + 0 * x1, t2 + 0 * x2, "an arm has no person-time")
    return Rates(x1=x1[used], t1=t1[used], x2=x2[used], t2=t2[used], used=used, notes=notes)


def study_notes(notes: Mapping[int, str]) -> tuple[str, ...]:
    """Write notes on studies in their order, counting from 1.

    Examples
    --------
    >>> study_notes({2: "left out, a cell is missing"})
    ('study 3: left out, a cell is missing',)
    """
    return tuple(f"study {i + 1}: {notes[i]}" for i in sorted(notes))


def _columns(cells: Mapping[str, ArrayLike], known: tuple[str, ...], what: str) -> dict[str, FloatArray]:
    unknown = [name for name in cells if name not in known]
    if unknown:
        raise InputError(f"{what} does not use {', '.join(unknown)}; its columns are {', '.join(known)}.")
    given = {name: column(name, values) for name, values in cells.items()}
    for name, values in given.items():
        refuse(name, values, values > MOST, "is more than can be counted; check its unit")
        refuse(name, values, (values > 0) & (values < LEAST), "is next to nothing; check its unit")
    if not given:
        raise InputError(f"{what} needs the cells of its studies; its columns are {', '.join(known)}.")
    return given


def _usable(size1: FloatArray, size2: FloatArray, empty: str) -> tuple[BoolArray, dict[int, str]]:
    """Tell which studies have all their cells and two arms that are not empty, and why not."""
    absent = np.isnan(size1 + size2)
    nobody = ~absent & ((size1 == 0) | (size2 == 0))
    notes = {
        **dict.fromkeys(np.flatnonzero(absent).tolist(), "left out, a cell is missing"),
        **dict.fromkeys(np.flatnonzero(nobody).tolist(), f"left out, {empty}"),
    }
    return ~(absent | nobody), notes

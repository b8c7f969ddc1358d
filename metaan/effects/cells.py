"""Cells as columns of numbers: what comes from outside is checked here, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

import numpy as np

from metaan.errors import InputError
from metaan.results.pairwise import CellNote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import ArrayLike

    from metaan.types import BoolArray, FloatArray

__all__ = [
    "NUMERIC_KINDS",
    "Columns",
    "Family",
    "Measure",
    "column",
    "demand",
    "equal_lengths",
    "is_one_of",
    "refuse",
    "unmasked",
    "usable_columns",
]

NUMERIC_KINDS = "iuf"

MISSING = "a cell is missing, so there is no effect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Columns of one table, one number per study, and the ledger of what was done to them.

    Attributes
    ----------
    cells : mapping of str to ndarray, shape (k,)
        Finite numbers that make sense together; where `usable` is False they are placeholders.
    usable : ndarray of bool, shape (k,)
        False where a study cannot carry an effect; the ledger says why.
    ledger : tuple of CellNote
        What was added or is missing.
    """

    cells: Mapping[str, FloatArray]
    usable: BoolArray
    ledger: tuple[CellNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A table that measures are computed from, as data.

    Attributes
    ----------
    name : str
        In words.
    cells : tuple of str
        The columns it may be given.
    read : callable
        From the given columns, what to add and to which tables, to complete columns.
    sets : tuple of tuple of str
        The columns that are enough, each set by itself; empty where it takes them all.
    exact : bool
        True where a sampling variance of 0 is what the cells say (counts, correlations); False where it
        means that a standard deviation of 0 was given, which no effect can rest on.
    """

    name: str
    cells: tuple[str, ...]
    read: Callable[[Mapping[str, FloatArray], float, str], Columns]
    exact: bool = True
    sets: tuple[tuple[str, ...], ...] = ()

    @property
    def needs(self) -> tuple[tuple[str, ...], ...]:
        """The sets of columns of which one must be given whole."""
        return self.sets or (self.cells,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One effect measure, as data.

    Attributes
    ----------
    name, words : str
        Its letters and its name in words.
    family : Family
        The table it is computed from.
    ratio : bool
        True where effects are on the log scale and are shown exponentiated.
    formula : callable
        From the table's columns to effects and variances; the second argument is the variance type.
    add : float
        What is added to cells unless the caller says otherwise.
    domain : str
        What its cells must fulfil beyond those of the family, as a clause.
    null : float
        Value of no effect, on the scale of analysis; `nan` for a single group, compared with nothing.
    """

    name: str
    words: str
    family: Family
    formula: Callable[[Mapping[str, FloatArray], str], tuple[FloatArray, FloatArray]]
    ratio: bool = False
    add: float = 0.0
    domain: str = ""
    null: float = 0.0


def demand(given: Mapping[str, FloatArray], names: Sequence[str], what: str) -> None:
    """Refuse columns that are not all there or differ in length.

    Parameters
    ----------
    given : mapping of str to ndarray
        The columns.
    names : sequence of str
        Those that are needed.
    what : str
        What needs them, in words, to begin the message.

    Raises
    ------
    InputError
        For a column that is not there, or columns of different length.
    """
    absent = [name for name in names if name not in given]
    if absent:
        raise InputError(f"{what} need {', '.join(names)}; {', '.join(absent)} not given.")
    equal_lengths(given)


def usable_columns(
    cells: Mapping[str, FloatArray], faults: Sequence[tuple[str, BoolArray]], placeholder: float = 1.0
) -> tuple[dict[str, FloatArray], BoolArray, list[CellNote]]:
    """Set studies aside whose cells are missing or faulty, each with the first reason that holds.

    Parameters
    ----------
    cells : mapping of str to ndarray, shape (k,)
        The columns.
    faults : sequence of (str, ndarray of bool)
        A reason and the studies that it holds for.
    placeholder : float
        What their cells are filled with, so that formulas stay quiet.

    Returns
    -------
    cells, usable, ledger
    """
    missing = np.isnan(np.array(list(cells.values()))).any(axis=0)
    usable = ~missing
    ledger = [CellNote(index=i, action="left_out", reason=MISSING) for i in np.flatnonzero(missing).tolist()]
    for reason, holds in faults:
        found = np.flatnonzero(usable & holds).tolist()
        ledger += [CellNote(index=i, action="left_out", reason=reason) for i in found]
        usable &= ~holds
    filled = {name: np.where(usable, values, placeholder) for name, values in cells.items()}
    return filled, usable, ledger


def column(name: str, values: ArrayLike) -> FloatArray:
    """Read one column of numbers; a missing one stays `nan`.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    values : array_like, shape (k,)
        Numbers, or None where missing, as is a masked one; a single number is a column of one.

    Returns
    -------
    ndarray, shape (k,)

    Raises
    ------
    InputError
        For text, complex or infinite values, more than one dimension, or no values at all.

    Examples
    --------
    >>> column("ai", [1, None]).tolist()
    [1.0, nan]
    """
    try:
        found = np.atleast_1d(np.asarray(unmasked(values)))
    except ValueError as error:
        raise InputError(f"{name} has rows of different length; give one number per study.") from error
    if found.ndim > 1:
        raise InputError(f"{name} has {found.ndim} dimensions; give one number per study.")
    if found.size == 0:
        raise InputError(f"{name} is empty; give at least one study.")
    numbers = _as_float(name, found)
    refuse(name, numbers, np.isinf(numbers), "is infinite; give a finite number, or nan where it is missing")
    return numbers


def equal_lengths(columns: Mapping[str, FloatArray]) -> int:
    """Give the common length of the columns.

    Raises
    ------
    InputError
        Where lengths differ; the message lists them.
    """
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InputError(f"The columns differ in length ({listed}); give one number per study in each.")
    return next(iter(lengths.values()))


def refuse(name: str, values: FloatArray, wrong: BoolArray, reason: str) -> None:
    """Raise an error that names every wrong value of a column and its position.

    Parameters
    ----------
    name : str
        The column.
    values : ndarray, shape (k,)
        Its values.
    wrong : ndarray of bool, shape (k,)
        Where they are wrong.
    reason : str
        What is wrong and the cure, continuing "events[2] = 41 ...".

    Raises
    ------
    InputError
        Where any value is wrong. Positions count from 0, as in the array that was given.
    """
    if not wrong.any():
        return
    places = [f"{name}[{i}] = {values[i]:g}" for i in np.flatnonzero(wrong)]
    raise InputError(f"{', '.join(places)} {reason}.")


def is_one_of(value: object, known: Collection[str]) -> TypeGuard[str]:
    """Tell whether an option is one of the texts that are known; a list of one is not.

    Examples
    --------
    >>> is_one_of("z", ("z", "t")), is_one_of(["z"], ("z", "t"))
    (True, False)
    """
    return isinstance(value, str) and value in known


def unmasked(values: ArrayLike) -> ArrayLike:
    """Turn the masked entries of a masked array, or of a list of them, into None, which is missing.

    All else stays.

    Examples
    --------
    >>> unmasked(np.ma.masked_array([1.0, 99.0], mask=[False, True])).tolist()
    [1.0, None]
    """
    if isinstance(values, (list, tuple)) and any(np.ma.isMaskedArray(row) for row in values):
        return [np.asarray(unmasked(row)).tolist() if np.ma.isMaskedArray(row) else row for row in values]
    if not np.ma.isMaskedArray(values):
        return values
    found = np.asarray(np.ma.getdata(values).astype(object))
    found[np.ma.getmaskarray(values)] = None
    return found


def _as_float(name: str, found: np.ndarray) -> FloatArray:
    if found.dtype.kind in NUMERIC_KINDS:
        return found.astype(np.float64)
    numbers = np.empty(found.size)
    for i, value in enumerate(found.tolist()):
        numbers[i] = _one_float(name, i, value)
    return numbers


def _one_float(name: str, position: int, value: object) -> float:
    if value is None or value is np.ma.masked:
        return float("nan")
    if isinstance(value, (str, bytes, bool, np.bool_, complex)) or not hasattr(value, "__float__"):
        raise InputError(
            f"{name}[{position}] = {value!r} is not a number; give a number, or nan where it is missing."
        )
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name}[{position}] = {value!r} cannot be read as a number.") from error

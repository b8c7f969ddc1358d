"""Moderators as they arrive: checked, named, and turned into an orthonormal design."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from metaan.effects.cells import unmasked
from metaan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from metaan.types import FloatArray

__all__ = [
    "INTERCEPT",
    "Design",
    "column_names",
    "orthogonal_design",
    "read_moderators",
    "read_names",
    "read_table",
]

INTERCEPT = "intercept"

DEPENDENT = 1e-11
"""Share of a column, beside the others, below which it says nothing of its own: five digits would be left."""

INVOLVED = 1e-8
"""Smallest share of a column in a dependence for it to be named."""

SMALLEST, LARGEST = 1e-140, 1e140
"""Bounds of a moderator whose square, and its inverse, still fit a double."""

EPSILON = float(np.finfo(np.float64).eps)
MOST_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """A design of full column rank, and the same as orthonormal columns.

    Attributes
    ----------
    basis : ndarray, shape (k, p)
        Orthonormal columns that span the design; the constant is the first where the design has one.
    complement : ndarray, shape (k, k - p)
        Orthonormal columns that span the rest.
    back : ndarray, shape (p, p)
        Coefficients of the design's columns are `back` times those of the basis.
    constant : int
        Position of the constant column, -1 where there is none.
    height : float
        Value of the constant column.
    """

    basis: FloatArray
    complement: FloatArray
    back: FloatArray
    constant: int
    height: float


def read_moderators(X: ArrayLike, k: int, names: Sequence[str] | None) -> tuple[FloatArray, tuple[str, ...]]:
    """Check moderators and their names.

    Parameters
    ----------
    X : array_like, shape (k, q) or (k,)
        A row for each study.
    k : int
        Number of studies.
    names : sequence of str, optional
        Of the q columns; where not given those of a data frame, "x1", "x2", ... of anything else.

    Returns
    -------
    (ndarray of shape (k, q), tuple of str)

    Raises
    ------
    InputError
        For text, missing or infinite values (their rows are named), or a wrong number of rows or names.

    Examples
    --------
    >>> read_moderators([1, 2], 2, ["dose"])
    (array([[1.],
           [2.]]), ('dose',))
    """
    columns = _as_matrix(X)
    if len(columns) != k:
        raise InputError(f"X has {len(columns)} rows and there are {k} studies; give one row for each study.")
    called = read_names(column_names(X) if names is None else names, columns.shape[1])
    _refuse_gaps(columns, called)
    return columns, called


def read_names(names: Sequence[str] | None, q: int) -> tuple[str, ...]:
    """Check the names of q columns, or make them up.

    Examples
    --------
    >>> read_names(None, 2)
    ('x1', 'x2')
    """
    if names is None:
        return tuple(f"x{j + 1}" for j in range(q))
    if isinstance(names, str):
        raise InputError(
            f"names = {names!r} is a single text; give a list with one name for each column of X."
        )
    if not isinstance(names, Iterable):
        raise InputError(f"names = {names!r} is not a list of names; give one for each column of X.")
    called = tuple(str(name) for name in names)
    if len(called) != q:
        raise InputError(f"There are {len(called)} names for {q} columns of X; give one for each column.")
    twice = sorted({name for name in called if called.count(name) > 1})
    if twice:
        raise InputError(f"The name {twice[0]!r} stands for more than one column; give each its own.")
    return called


def column_names(X: object) -> tuple[str, ...] | None:
    """Give the names that a data frame has for its columns, None for anything else.

    Examples
    --------
    >>> column_names([[1.0, 2.0]]) is None
    True
    """
    columns = getattr(X, "columns", None)
    return tuple(str(name) for name in columns) if isinstance(columns, Iterable) else None


def read_table(name: str, X: ArrayLike) -> NDArray[Any]:
    """Read rows of moderators as they are; a masked cell is None.

    Raises
    ------
    InputError
        For rows of different length.

    Examples
    --------
    >>> read_table("X", [[1, 2], [3, 4]]).shape
    (2, 2)
    """
    try:
        return np.asarray(unmasked(X))
    except ValueError as error:
        raise InputError(
            f"{name} has rows of different length; give a row of moderators for each study."
        ) from error


def orthogonal_design(X: FloatArray, names: Sequence[str]) -> Design:
    """Turn a design into orthonormal columns; its unit and origin no longer matter.

    Parameters
    ----------
    X : ndarray, shape (k, p)
        p less than k.
    names : sequence of str
        Of the columns.

    Returns
    -------
    Design

    Raises
    ------
    InputError
        Where columns depend on each other; the message names them.

    Examples
    --------
    >>> import numpy as np
    >>> orthogonal_design(np.array([[1.0, 3.0], [1.0, 5.0], [1.0, 7.0]]), ["one", "x"]).constant
    0
    """
    p = X.shape[1]
    columns = _scale(X, names)
    order = sorted(range(p), key=lambda j: j != columns.constant)
    Q, R = np.linalg.qr(columns.unit[:, order], mode="complete")
    triangle = R[:p]
    if (np.abs(np.diag(triangle)) <= columns.tolerance[order]).any():
        _refuse_dependence(columns, order, names)
    back = np.empty((p, p))
    back[order] = np.linalg.inv(triangle) / columns.length[order][:, None]
    height = float(X[0, columns.constant]) if columns.constant >= 0 else 1.0
    if columns.constant >= 0:
        back[columns.constant] -= columns.centre @ back / height
    return Design(basis=Q[:, :p], complement=Q[:, p:], back=back, constant=columns.constant, height=height)


def _as_matrix(X: ArrayLike) -> FloatArray:
    found = read_table("X", X)
    if found.ndim == 1:
        found = found[:, None]
    if found.ndim != 2:
        raise InputError(f"X has {found.ndim} dimensions; give a row of moderators for each study.")
    if found.dtype.kind in "biuf":
        return found.astype(np.float64)
    numbers = np.empty(found.shape)
    for place, value in np.ndenumerate(found):
        numbers[place] = _number(place, value.item() if isinstance(value, np.generic) else value)
    return numbers


def _number(place: tuple[int, ...], value: object) -> float:
    if value is None or value is np.ma.masked:
        return float("nan")
    if isinstance(value, (str, bytes, complex)) or not hasattr(value, "__float__"):
        row, column = place
        raise InputError(
            f"X[{row}, {column}] = {value!r} is not a number; turn words into columns of 0 and 1 "
            "(design_matrix does that)."
        )
    try:
        return float(value)
    except OverflowError:
        return inf


def _refuse_gaps(columns: FloatArray, names: Sequence[str]) -> None:
    faults = []
    for j, name in enumerate(names):
        for wrong, word in ((np.isnan(columns[:, j]), "missing"), (np.isinf(columns[:, j]), "infinite")):
            if wrong.any():
                faults.append(f"{name!r} is {word} in {_listed(np.flatnonzero(wrong))}")
    if faults:
        raise InputError(
            f"The moderators are not complete: {'; '.join(faults)}. "
            "Give the values, or leave these studies out of yi, vi and X."
        )


def _listed(rows: np.ndarray) -> str:
    shown = ", ".join(str(row) for row in rows[:MOST_LISTED])
    more = f" and {len(rows) - MOST_LISTED} more" if len(rows) > MOST_LISTED else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more} (counted from 0)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scaled:
    """Columns as centre + length times a column of length 1; centred where one of them is constant."""

    unit: FloatArray
    centre: FloatArray
    length: FloatArray
    tolerance: FloatArray
    constant: int


def _scale(X: FloatArray, names: Sequence[str]) -> _Scaled:
    peak = np.abs(X).max(axis=0, initial=0.0)
    _refuse_extremes(peak, names)
    relative = X / np.where(peak > 0, peak, 1.0)
    same = (relative == relative[:1]).all(axis=0) & (peak > 0)
    constant = int(np.argmax(same)) if same.any() else -1
    centre = relative.mean(axis=0) if constant >= 0 else np.zeros(len(peak))
    if constant >= 0:
        centre[constant] = 0.0
    deviation = relative - centre
    length = np.sqrt((deviation * deviation).sum(axis=0))
    rounding = 8 * len(X) * EPSILON * np.sqrt((relative * relative).sum(axis=0))
    flat = length <= rounding
    deviation[:, flat] = 0.0
    safe = np.where(flat, 1.0, length)
    return _Scaled(
        unit=deviation / safe,
        centre=peak * centre,
        length=peak * safe,
        tolerance=np.maximum(DEPENDENT, rounding / safe),
        constant=constant,
    )


def _refuse_extremes(peak: FloatArray, names: Sequence[str]) -> None:
    for name, value in zip(names, peak, strict=True):
        if value != 0 and not SMALLEST < value < LARGEST:
            raise InputError(
                f"{name!r} reaches {value:g}, which is out of range; choose another unit for it."
            )


def _refuse_dependence(columns: _Scaled, order: Sequence[int], names: Sequence[str]) -> None:
    """Name every column that the ones before it already determine, with those it depends on."""
    kept: list[int] = []
    faults: list[str] = []
    for j in order:
        target, others = columns.unit[:, j], columns.unit[:, kept]
        shares = np.linalg.lstsq(others, target, rcond=None)[0] if kept else np.empty(0)
        if np.sqrt(((target - others @ shares) ** 2).sum()) > columns.tolerance[j]:
            kept.append(j)
            continue
        involved = [i for i, share in zip(kept, shares, strict=True) if abs(share) > INVOLVED]
        if columns.constant in kept and columns.constant not in involved:
            slopes = shares * columns.length[j] / columns.length[kept]
            parts = slopes * columns.centre[kept]
            if abs(columns.centre[j] - parts.sum()) > INVOLVED * (
                abs(columns.centre[j]) + np.abs(parts).sum()
            ):
                involved = [columns.constant, *involved]
        faults.append(_dependence(names[j], [names[i] for i in involved]))
    raise InputError(
        f"The columns of the design depend on each other: {'; '.join(faults)}. "
        "Leave out one column of each dependence."
    )


def _dependence(name: str, others: Sequence[str]) -> str:
    if not others:
        return f"{name!r} is 0 in every study"
    *most, last = map(repr, others)
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"{name!r} is determined by {listed}"

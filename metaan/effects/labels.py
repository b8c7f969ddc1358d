"""Labels as columns of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["label_column"]


def label_column(name: str, values: ArrayLike) -> tuple[str, ...]:
    """Read one column of labels; every one must be there.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    values : array_like of str or int, shape (m,)
        Labels; outer blanks are not part of them. A single label is a column of one.

    Returns
    -------
    tuple of str, length m

    Raises
    ------
    InputError
        For a missing or blank label, more than one dimension, or no labels at all.

    Examples
    --------
    >>> label_column("study", ["Ames 1999 ", 7])
    ('Ames 1999', '7')
    """
    found = np.atleast_1d(np.asarray(values, dtype=object))
    if found.ndim > 1:
        raise InputError(f"{name} has {found.ndim} dimensions; give one label per row.")
    if found.size == 0:
        raise InputError(f"{name} is empty; give at least one row.")
    missing = [str(i) for i, value in enumerate(found.tolist()) if _is_missing(value)]
    if missing:
        raise InputError(f"{name}[{', '.join(missing)}] has no label; give one, or leave the row out.")
    return tuple(str(value).strip() for value in found.tolist())


def _is_missing(value: object) -> bool:
    return value is None or value != value or str(value).strip() in {"", "<NA>"}

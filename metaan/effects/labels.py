"""Labels as columns of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import unmasked
from metaan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

__all__ = ["is_missing", "label_column", "merged_labels"]


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
        For a missing, masked or blank label, more than one dimension, or no labels at all.

    Examples
    --------
    >>> label_column("study", ["Ames 1999 ", 7])
    ('Ames 1999', '7')
    """
    found = np.atleast_1d(np.asarray(unmasked(values), dtype=object))
    if found.ndim > 1:
        raise InputError(f"{name} has {found.ndim} dimensions; give one label per row.")
    if found.size == 0:
        raise InputError(f"{name} is empty; give at least one row.")
    missing = [str(i) for i, value in enumerate(found.tolist()) if is_missing(value)]
    if missing:
        raise InputError(f"{name}[{', '.join(missing)}] has no label; give one, or leave the row out.")
    return tuple(str(value).strip() for value in found.tolist())


def merged_labels(what: str, columns: Iterable[ArrayLike]) -> tuple[str, ...]:
    """Say which labels were written in more than one way and are taken as one.

    Parameters
    ----------
    what : str
        What the labels name, for the notes.
    columns : iterable of array_like
        Columns that `label_column` reads and that share their labels.

    Returns
    -------
    tuple of str
        One note for each label; none where every label is always written alike.

    Examples
    --------
    >>> merged_labels("study", [[1, "1", "Ames 1999 ", "Ames 1999"]])
    ("study: 1 and '1' are taken as one label", "study: 'Ames 1999 ' and 'Ames 1999' are taken as one label")
    """
    spellings: dict[str, dict[str, None]] = {}
    for values in columns:
        for value in np.atleast_1d(np.asarray(unmasked(values), dtype=object)).tolist():
            written = repr(str(value)) if isinstance(value, str) else str(value)
            spellings.setdefault(str(value).strip(), {})[written] = None
    return tuple(
        f"{what}: {' and '.join(written)} are taken as one label"
        for written in spellings.values()
        if len(written) > 1
    )


def is_missing(value: object) -> bool:
    """Tell whether a cell is empty: None, `nan`, masked, blank, or pandas' NA.

    Examples
    --------
    >>> is_missing(" "), is_missing(float("nan")), is_missing(0)
    (True, True, False)
    """
    # NA goes first: it does not answer whether it equals itself.
    if value is None or value is np.ma.masked or str(value).strip() in {"", "<NA>"}:
        return True
    return bool(value != value)

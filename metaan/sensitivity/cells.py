"""Sizes and counts beside effects, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import column
from metaan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

__all__ = ["Sizes", "read_cells"]

NAMES = ("ai", "n1i", "ci", "n2i")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sizes:
    """Sizes of two groups, and their events where they were counted.

    Attributes
    ----------
    n1, n2 : ndarray, shape (k,)
        Participants.
    events : (ndarray, ndarray) or None
        Events of both groups, each of shape (k,).
    """

    n1: FloatArray
    n2: FloatArray
    events: tuple[FloatArray, FloatArray] | None

    @property
    def a(self) -> FloatArray:
        """Events of the first group; zeros where none were counted."""
        return np.zeros_like(self.n1) if self.events is None else self.events[0]

    @property
    def c(self) -> FloatArray:
        """Events of the second group; zeros where none were counted."""
        return np.zeros_like(self.n2) if self.events is None else self.events[1]


def read_cells(cells: Mapping[str, ArrayLike] | None, k: int) -> Sizes | None:
    """Read the sizes of k studies' groups, with events where both groups have them.

    Parameters
    ----------
    cells : mapping of str to array_like, shape (k,), or None
        `n1i` and `n2i`, and `ai` and `ci`; other columns are not looked at.
    k : int
        Number of effects.

    Returns
    -------
    Sizes or None
        None where there are no sizes, or a study lacks one.

    Raises
    ------
    InputError
        For columns of another length than k, sizes that are not positive, and events that are negative or
        more than the participants.

    Examples
    --------
    >>> read_cells({"n1i": [10, 20], "n2i": [11, 21]}, 2).n1.tolist()
    [10.0, 20.0]
    """
    found = {name: column(name, cells[name]) for name in NAMES if name in cells} if cells else {}
    for name, values in found.items():
        if len(values) != k:
            raise InputError(f"{name} has {len(values)} values and there are {k} effects; give one for each.")
    known = {name for name, values in found.items() if np.isfinite(values).all()}
    if not known >= {"n1i", "n2i"}:
        return None
    n1, n2 = found["n1i"], found["n2i"]
    if min(n1.min(), n2.min()) <= 0:
        raise InputError("n1i and n2i must be positive; leave out a study without participants.")
    if not known >= {"ai", "ci"}:
        return Sizes(n1=n1, n2=n2, events=None)
    a, c = found["ai"], found["ci"]
    if min(a.min(), c.min()) < 0 or (a > n1).any() or (c > n2).any():
        raise InputError(
            "ai and ci must lie between 0 and the participants of their group; check the counts."
        )
    return Sizes(n1=n1, n2=n2, events=(a, c))

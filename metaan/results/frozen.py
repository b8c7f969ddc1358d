"""Arrays that nobody can change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from metaan.types import FloatArray


def frozen(values: ArrayLike) -> FloatArray:
    """Copy values into a read-only float array.

    Parameters
    ----------
    values : array_like
        Any shape.

    Returns
    -------
    ndarray
        A float64 copy whose elements cannot be assigned.

    Examples
    --------
    >>> frozen([1, 2]).flags.writeable
    False
    """
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array

"""Values of trim and fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from metaan.results.pairwise import Pooled
    from metaan.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrimFill:
    """What the mean would be with mirror images of the studies that make a funnel asymmetric.

    Attributes
    ----------
    side : {"left", "right"}
        Where studies are filled in.
    k0 : int
        Their number.
    yi, vi : ndarray, shape (k0,)
        Their effects and sampling variances.
    pooled : Pooled
        The mean of all studies and those filled in.
    notes : tuple of str
        What a reader must know.
    """

    side: Literal["left", "right"]
    k0: int
    yi: FloatArray
    vi: FloatArray
    pooled: Pooled
    notes: tuple[str, ...] = ()

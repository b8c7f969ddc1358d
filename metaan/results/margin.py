"""Differences that matter: where they begin on both sides of no effect."""

from __future__ import annotations

from math import isnan, log, nan
from typing import TypeAlias

from metaan.errors import InputError

__all__ = ["Margin", "margin_band"]

Margin: TypeAlias = float | tuple[float, float]
"""The smallest difference that matters, or both thresholds where the sides differ; as a person reads them."""

NO_BAND = (nan, nan)


def margin_band(margin: Margin, *, ratio: bool) -> tuple[float, float]:
    """Give the differences that do not matter, from the lower threshold to the upper.

    Parameters
    ----------
    margin : float or (float, float)
        Smallest difference that matters on both sides, as a person reads it (1.25 or 0.8 for a ratio), or the
        lower and the upper threshold; `nan` for none.
    ratio : bool
        Whether the analysis scale is logarithmic.

    Returns
    -------
    (float, float)
        Analysis scale; `nan` where there is no margin.

    Raises
    ------
    InputError
        For thresholds that do not lie on both sides of no effect, the lower first.

    Examples
    --------
    >>> [round(limit, 3) for limit in margin_band((0.8, 1.5), ratio=True)]
    [-0.223, 0.405]
    >>> margin_band(5.0, ratio=False)
    (-5.0, 5.0)
    """
    if not isinstance(margin, tuple):
        return NO_BAND if isnan(margin) else _evenly(margin, ratio=ratio)
    low, high = margin
    null = 1.0 if ratio else 0.0
    if not (low < null < high and (low > 0 or not ratio)):
        raise InputError(
            f"The margin ({low:g}, {high:g}) must have a lower threshold {'above 0 and ' * ratio}below"
            f" {null:g} and an upper one above it."
        )
    return (log(low), log(high)) if ratio else (low, high)


def _evenly(margin: float, *, ratio: bool) -> tuple[float, float]:
    if not margin > 0 or (ratio and margin == 1):
        raise InputError(
            f"The margin {margin:g} is no difference: give {'a ratio' if ratio else 'a number'} above 0"
            f"{' other than 1' * ratio}."
        )
    half = abs(log(margin)) if ratio else margin
    return -half, half

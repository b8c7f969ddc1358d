"""Counts behind printed percentages."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from metaan.effects.convert.printed import finite_number, plain, whole_number
from metaan.effects.convert.values import Count
from metaan.errors import InputError

__all__ = ["count_from_percent"]


def count_from_percent(percent: float | str, n: int, *, decimals: int | None = None) -> Count:
    """Find the number of events behind a printed percentage.

    Parameters
    ----------
    percent : float or str
        0 to 100. As text it keeps its trailing zeros: "35.0" was rounded to one decimal, "35" to none.
    n : int
        Participants, 1 or more.
    decimals : int, optional
        Decimals that the percentage was rounded to; read off `percent` unless given.

    Returns
    -------
    Count
        Where no count rounds to the percentage, `events`, `low` and `high` are the nearest count and `how`
        says so.

    Raises
    ------
    InputError
        For a percentage outside 0 to 100, or n below 1.

    Examples
    --------
    >>> found = count_from_percent("12.5", 48)
    >>> found.events, found.low, found.high
    (6, 6, 6)
    >>> count_from_percent(38, 301).how
    '114 events from 38% of 301 (113 to 115 round to it)'
    """
    size = whole_number("n", n, least=1)
    share, digits = _percentage(percent, decimals)
    half = Fraction(1, 2 * 10**digits)
    exact = share * size / 100
    low = max(ceil((share - half) * size / 100), 0)
    high = min(floor((share + half) * size / 100), size)
    nearest = floor(exact + Fraction(1, 2))
    said = f"{plain(nearest)} events from {float(share):.{digits}f}% of {size}"
    if low > high:
        return Count(
            events=nearest, low=nearest, high=nearest, how=f"{said} (the nearest: no count rounds to it)"
        )
    spread = f" ({low} to {high} round to it)" if low < high else ""
    return Count(events=nearest, low=low, high=high, how=f"{said}{spread}")


def _percentage(percent: float | str, decimals: int | None) -> tuple[Fraction, int]:
    """Read a percentage exactly, with the decimals that it was printed with."""
    text = (
        percent.strip().removesuffix("%").strip()
        if isinstance(percent, str)
        else plain(finite_number("percent", percent))
    )
    try:
        share = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(f"percent = {percent!r} is not a number; give a percentage such as 12.5.") from error
    if "/" in text or not 0 <= share <= 100:
        raise InputError(
            f"percent = {percent!r} is not between 0 and 100; give the percentage, not the count."
        )
    digits = len(text.partition(".")[2]) if decimals is None else whole_number("decimals", decimals, least=0)
    return share, digits

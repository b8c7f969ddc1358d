"""The axis of a plot: how far it reaches, where it is ticked, where a value lands.

Values are on the analysis scale (natural log for ratios) until `Scale.place` turns them into points.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, exp, floor, isfinite, log, log10
from typing import TYPE_CHECKING

from metaan.figures.measure import width
from metaan.format import fixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from metaan.types import Interval

__all__ = ["Scale", "Tick", "choose_limits", "choose_ticks", "tick_label"]

MANTISSAS = (1.0, 2.0, 5.0)
NARROW_RATIO = log(1.5)
PADDING = 0.04
LENIENT = 1.6
LEAST_REACH = 0.35
FARTHEST_REACH = log(1000)
TICK_GAP = 7.0
MOST_TICKS = 9
FEWEST_TICKS = 3
PLAIN_DIGITS = 5
EPSILON = 1e-9
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis; `value` is on the analysis scale."""

    value: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A straight map from the analysis scale to points.

    Attributes
    ----------
    low, high : float
        Limits of the axis, analysis scale.
    left, right : float
        Where they lie, in points.
    ticks : tuple of Tick
        Ascending; the null is one of them.
    """

    low: float
    high: float
    left: float
    right: float
    ticks: tuple[Tick, ...]

    def place(self, value: float) -> float:
        """Turn a value into points, held inside the plot.

        Examples
        --------
        >>> Scale(low=0, high=2, left=100, right=200, ticks=()).place(1)
        150.0
        """
        inside = min(max(value, self.low), self.high)
        return self.left + (inside - self.low) / (self.high - self.low) * (self.right - self.left)

    def clips_low(self, value: float) -> bool:
        """Say whether a lower limit lies outside the plot."""
        return not value >= self.low - EPSILON * (self.high - self.low)

    def clips_high(self, value: float) -> bool:
        """Say whether an upper limit lies outside the plot."""
        return not value <= self.high + EPSILON * (self.high - self.low)


def choose_limits(
    points: Iterable[float], intervals: Iterable[Interval], *, ratio: bool, null: float = 0.0
) -> Interval:
    """Choose axis limits that show every point, the null and most intervals whole.

    Each side reaches as far as its longest interval, unless that is much longer than most: then it reaches a
    little beyond what shows three quarters of them. The limits are then moved outwards to a round value.

    Parameters
    ----------
    points : iterable of float
        Estimates, analysis scale.
    intervals : iterable of (float, float)
        Intervals, analysis scale; limits that are not finite count as very long.
    ratio : bool
        Whether the analysis scale is logarithmic.
    null : float
        The value of no effect; `nan` where there is none.

    Returns
    -------
    (float, float)
        Low and high, analysis scale.

    Examples
    --------
    >>> low, high = choose_limits([-0.2], [(-0.5, 0.1)], ratio=True)
    >>> round(exp(low), 2), round(exp(high), 2)
    (0.5, 2.0)
    """
    known = list(intervals)
    anchors = [p for p in (null, *points) if isfinite(p)] or [0.0]
    low, high = min(anchors), max(anchors)
    usual = max(high - low, _median([b - a for a, b in known if isfinite(b - a)]))
    reach = FARTHEST_REACH if ratio else 10 * (usual or 1.0)
    low -= _extension([low - a for a, _ in known], usual, reach)
    high += _extension([b - high for _, b in known], usual, reach)
    if high == low:
        low, high = low - (abs(low) or 1.0), high + (abs(high) or 1.0)
    padding = PADDING * (high - low)
    return _round_outwards(low - padding, high + padding, ratio)


def choose_ticks(low: float, high: float, *, ratio: bool, size: float, room: float) -> tuple[Tick, ...]:
    """Choose ticks whose labels do not touch; the null is always one of them.

    On a log axis they are 1-2-5, or whole decades, or every few decades; where the axis spans fewer
    than three such values, steps are even on the ratio's own scale.

    Parameters
    ----------
    low, high : float
        Limits that include 0, analysis scale.
    ratio : bool
        Whether the analysis scale is logarithmic.
    size, room : float
        Font size of the labels and length of the axis, in points.

    Examples
    --------
    >>> [tick.label for tick in choose_ticks(log(0.1), log(2), ratio=True, size=9, room=200)]
    ['0.1', '0.2', '0.5', '1', '2']
    """
    families = _ratio_families(low, high) if ratio else _linear_families(low, high)
    ticks: tuple[Tick, ...] = (Tick(0.0, "1" if ratio else "0"),)
    for family in families:
        candidate = tuple(Tick(value, label) for value, label in family)
        if _labels_fit(candidate, low, high, size, room):
            return candidate
    return ticks


def tick_label(value: float) -> str:
    """Write a tick plainly, or as a power of ten where that would be long.

    Examples
    --------
    >>> tick_label(0.05), tick_label(-20), tick_label(1e-5), tick_label(2e6)
    ('0.05', '−20', '10⁻⁵', '2×10⁶')
    """
    if value == 0:
        return "0"
    exponent = floor(log10(abs(value)) + EPSILON)
    mantissa = value / 10.0**exponent
    if -PLAIN_DIGITS < exponent < PLAIN_DIGITS:
        text = f"{value:.10f}".rstrip("0").rstrip(".")
        return fixed(value, len(text.partition(".")[2]))
    digits = f"{mantissa:.6f}".rstrip("0").rstrip(".").replace("-", "−")
    power = "10" + str(exponent).translate(SUPERSCRIPTS)
    return power if digits == "1" else f"{digits}×{power}"


def _extension(needs: list[float], usual: float, reach: float) -> float:
    wanted = sorted(min(max(need, 0.0), reach) if need == need else reach for need in needs)
    if not wanted:
        return 0.0
    most = wanted[ceil(0.75 * len(wanted)) - 1]
    return min(wanted[-1], max(LENIENT * most, LEAST_REACH * usual))


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _round_outwards(low: float, high: float, ratio: bool) -> Interval:
    if ratio and high - low > NARROW_RATIO:
        return _round_ratio(low, up=False), _round_ratio(high, up=True)
    if ratio:
        step = _nice_step((exp(high) - exp(low)) / 5)
        bottom = floor(exp(low) / step + EPSILON) * step
        return log(bottom) if bottom > 0 else low, log(ceil(exp(high) / step - EPSILON) * step)
    step = _nice_step((high - low) / 7)
    return floor(low / step + EPSILON) * step, ceil(high / step - EPSILON) * step


def _round_ratio(value: float, *, up: bool) -> float:
    decade = floor(value / log(10) + EPSILON)
    stops = [log(m) + (decade + d) * log(10) for d in (0, 1) for m in MANTISSAS]
    if up:
        return next(stop for stop in stops if stop >= value - EPSILON)
    return next(stop for stop in reversed(stops) if stop <= value + EPSILON)


def _nice_step(rough: float) -> float:
    decade = 10.0 ** floor(log10(rough))
    return next(m * decade for m in (1.0, 2.0, 5.0, 10.0) if m * decade >= rough * (1 - EPSILON))


def _ratio_families(low: float, high: float) -> Iterator[list[tuple[float, str]]]:
    first, last = floor(low / log(10)) - 1, ceil(high / log(10)) + 1
    fine = _inside(((m, d) for d in range(first, last + 1) for m in MANTISSAS), low, high)
    if len(fine) >= FEWEST_TICKS and high - low > NARROW_RATIO:
        yield fine
    else:
        yield from _even_families(low, high)
    for step in (1, 2, 3, 5, 10, 20, 50, 100):
        yield _inside(((1.0, d) for d in range(first, last + 1) if d % step == 0), low, high)


def _inside(pairs: Iterable[tuple[float, int]], low: float, high: float) -> list[tuple[float, str]]:
    places = ((log(m) + d * log(10), m * 10.0**d) for m, d in pairs)
    return [(at, tick_label(value)) for at, value in places if low - EPSILON <= at <= high + EPSILON]


def _even_families(low: float, high: float) -> Iterator[list[tuple[float, str]]]:
    for parts in (6, 4, 3, 2):
        step = _nice_step((exp(high) - exp(low)) / parts)
        first, last = ceil(exp(low) / step - EPSILON), floor(exp(high) / step + EPSILON)
        values = [i * step for i in range(first, last + 1) if i > 0]
        if any(abs(value - 1) < EPSILON for value in values):
            yield [(log(value), tick_label(value)) for value in values]


def _linear_families(low: float, high: float) -> Iterator[list[tuple[float, str]]]:
    for parts in (7, 5, 4, 3, 2, 1):
        step = _nice_step((high - low) / parts)
        first, last = ceil(low / step - EPSILON), floor(high / step + EPSILON)
        yield [(i * step, tick_label(i * step)) for i in range(first, last + 1)]


def _labels_fit(ticks: Sequence[Tick], low: float, high: float, size: float, room: float) -> bool:
    if not 1 < len(ticks) <= MOST_TICKS:
        return False
    points = room / (high - low)
    wide = [width(tick.label, size) for tick in ticks]
    return all(
        (b.value - a.value) * points >= (wide[i] + wide[i + 1]) / 2 + TICK_GAP
        for i, (a, b) in enumerate(pairwise(ticks))
    )

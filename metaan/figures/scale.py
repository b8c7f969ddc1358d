"""The axis of a plot: how far it reaches, where it is ticked, where a value lands.

Values are on the analysis scale (natural log for ratios) until `Scale.place` turns them into points.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, exp, floor, isfinite, log, log10
from typing import TYPE_CHECKING

from metaan.errors import CannotDraw
from metaan.figures.measure import width
from metaan.figures.typefaces import DEJAVU
from metaan.format import fixed, power_of_ten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from metaan.types import Interval

__all__ = ["Scale", "Tick", "choose_limits", "choose_ticks", "mirrored_limits", "tick_label"]

FINE = (1.0, 2.0, 5.0)
COARSE = (1.0, 3.0)
DECADES = (1.0,)
NARROW_RATIO = log(1.5)
PADDING = 0.04
LENIENT = 1.6
LEAST_REACH = 0.35
LARGEST_LOG, SMALLEST_SPAN = 600.0, 1e-9
"""Logarithms of ratios up to which, and spans from which on, an axis has labels that are numbers."""

FARTHEST_REACH = log(1000)
TICK_GAP = 7.0
MOST_TICKS = 9
FEWEST_TICKS = 4
LABEL_SIZE, LABEL_ROOM = 9.0, 216.0
SLIGHT = 0.15
PARTS = (7, 5, 4, 3, 2, 1)
PLAIN_DIGITS = 5
EPSILON = 1e-9


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
    points: Iterable[float],
    intervals: Iterable[Interval],
    *,
    ratio: bool,
    size: float = LABEL_SIZE,
    room: float = LABEL_ROOM,
    null: float = 0.0,
    family: str = DEJAVU,
) -> Interval:
    """Choose axis limits that show every point, the null and most intervals whole.

    Each side reaches as far as its longest interval, unless that is much longer than most: then it reaches a
    little beyond what shows three quarters of them. The limits are then moved outwards to round values whose
    labels fit, and once more where an interval would go on beyond them by less than 15 % of the axis.

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
    size, room : float
        Font size of the labels and length of the axis, in points.
    family : str
        Typeface of the labels.

    Returns
    -------
    (float, float)
        Low and high, analysis scale.

    Raises
    ------
    CannotDraw
        For ratios that no number can label.

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
    if ratio:
        _refuse_unlabelled(low, high)
    padding = PADDING * (high - low)
    axis = _round_outwards(low - padding, high + padding, ratio, size, room, family)
    slight = SLIGHT * (axis[1] - axis[0])
    furthest = min([low - padding, *(a for a, _ in known if axis[0] - slight < a < axis[0])])
    furthest_up = max([high + padding, *(b for _, b in known if axis[1] < b < axis[1] + slight)])
    if furthest < axis[0] or furthest_up > axis[1]:
        return _round_outwards(furthest, furthest_up, ratio, size, room, family)
    return axis


def mirrored_limits(
    limits: Interval,
    *,
    ratio: bool,
    size: float = LABEL_SIZE,
    room: float = LABEL_ROOM,
    null: float = 0.0,
    family: str = DEJAVU,
) -> Interval:
    """Reach as far on one side of the null as on the other: what the farther side needs, and round.

    Parameters
    ----------
    limits : (float, float)
        From `choose_limits`; the others as there.
    ratio, size, room, null, family
        As in `choose_limits`; `null` is finite.

    Returns
    -------
    (float, float)
        Low and high, analysis scale; the null lies in the middle.

    Examples
    --------
    >>> low, high = mirrored_limits((log(0.2), log(2)), ratio=True)
    >>> round(exp(low), 2), round(exp(high), 2)
    (0.2, 5.0)
    """
    half = max(null - limits[0], limits[1] - null)
    low, high = _round_outwards(null - half, null + half, ratio, size, room, family)
    half = max(null - low, high - null)
    return null - half, null + half


def _refuse_unlabelled(low: float, high: float) -> None:
    """Refuse a log axis whose values no number can label."""
    if max(-low, high) > LARGEST_LOG:
        raise CannotDraw(
            f"No figure: a ratio here lies beyond what an axis can show, its logarithm {max(-low, high):.3g};"
            " see whether the effects are logarithms of ratios."
        )
    if high - low < SMALLEST_SPAN:
        raise CannotDraw(
            f"No figure: all ratios here lie within {high - low:.1g} of one another, too near for labels"
            " on an axis."
        )


def choose_ticks(
    low: float, high: float, *, ratio: bool, size: float, room: float, family: str = DEJAVU
) -> tuple[Tick, ...]:
    """Choose ticks whose labels do not touch; the null is always one of them.

    On a log axis they are 1-2-5, or 1-3-10, or whole decades, or every few decades; where the axis spans
    fewer than four values of 1-2-5, steps are even on the ratio's own scale. Of the choices that fit, the
    finest with at least four ticks and both ends labelled is taken, or else the finest with four.

    Parameters
    ----------
    low, high : float
        Limits that include 0, analysis scale.
    ratio : bool
        Whether the analysis scale is logarithmic.
    size, room : float
        Font size of the labels and length of the axis, in points.
    family : str
        Typeface of the labels.

    Examples
    --------
    >>> [tick.label for tick in choose_ticks(log(0.1), log(2), ratio=True, size=9, room=200)]
    ['0.1', '0.2', '0.5', '1', '2']
    """
    families = _ratio_families(low, high) if ratio else _linear_families(low, high)
    candidates = (tuple(Tick(value, label) for value, label in family) for family in families)
    fitting = [ticks for ticks in candidates if _labels_fit(ticks, low, high, size, room, family)]
    if not fitting:
        return (Tick(0.0, "1" if ratio else "0"),)
    return max(fitting, key=lambda ticks: _merit(ticks, low, high))


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
    digits = f"{abs(mantissa):.6f}".rstrip("0").rstrip(".")
    written = power_of_ten(value, len(digits.partition(".")[2]))
    return written.partition("×")[2] if value > 0 and digits == "1" else written


def _extension(needs: list[float], usual: float, reach: float) -> float:
    wanted = sorted(min(max(need, 0.0), reach) if need == need else reach for need in needs)
    if not wanted:
        return 0.0
    most = wanted[ceil(0.75 * len(wanted)) - 1]
    return min(wanted[-1], max(LENIENT * most, LEAST_REACH * usual))


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _merit(ticks: Sequence[Tick], low: float, high: float) -> tuple[bool, bool]:
    """Rank ticks: enough of them, then both ends labelled; the first of equals wins."""
    slack = 1e-6 * (high - low)
    ends = ticks[0].value <= low + slack and ticks[-1].value >= high - slack
    enough = len(ticks) >= FEWEST_TICKS
    return enough, enough and ends


def _round_outwards(low: float, high: float, ratio: bool, size: float, room: float, family: str) -> Interval:
    if ratio and high - low > NARROW_RATIO:
        return _round_ratios(low, high, size, room, family)
    if ratio:
        step = _nice_step((exp(high) - exp(low)) / 5)
        bottom = floor(exp(low) / step + EPSILON) * step
        return log(bottom) if bottom > 0 else low, log(ceil(exp(high) / step - EPSILON) * step)
    return _round_even(low, high, size, room, family)


def _round_ratios(low: float, high: float, size: float, room: float, family: str) -> Interval:
    """Round to the finest values all of whose labels fit between the limits that they give."""
    for mantissas in (FINE, COARSE, DECADES):
        limits = _round_ratio(low, mantissas, up=False), _round_ratio(high, mantissas, up=True)
        ticks = [Tick(value, label) for value, label in _mantissa_ticks(*limits, mantissas)]
        if _labels_fit(ticks, *limits, size, room, family):
            return limits
    return limits


def _round_even(low: float, high: float, size: float, room: float, family: str) -> Interval:
    for parts in PARTS:
        step = _nice_step((high - low) / parts)
        first, last = floor(low / step + EPSILON), ceil(high / step - EPSILON)
        ticks = [Tick(i * step, tick_label(i * step)) for i in range(first, last + 1)]
        if _labels_fit(ticks, first * step, last * step, size, room, family):
            break
    return first * step, last * step


def _round_ratio(value: float, mantissas: Sequence[float], *, up: bool) -> float:
    decade = floor(value / log(10) + EPSILON)
    stops = [log(m) + (decade + d) * log(10) for d in (0, 1) for m in mantissas]
    if up:
        return next(stop for stop in stops if stop >= value - EPSILON)
    return next(stop for stop in reversed(stops) if stop <= value + EPSILON)


def _nice_step(rough: float) -> float:
    decade = 10.0 ** floor(log10(rough))
    return next(m * decade for m in (1.0, 2.0, 5.0, 10.0) if m * decade >= rough * (1 - EPSILON))


def _ratio_families(low: float, high: float) -> Iterator[list[tuple[float, str]]]:
    first, last = floor(low / log(10)) - 1, ceil(high / log(10)) + 1
    fine = _mantissa_ticks(low, high, FINE)
    if len(fine) >= FEWEST_TICKS and high - low > NARROW_RATIO:
        yield fine
    else:
        yield from _even_families(low, high)
    yield _mantissa_ticks(low, high, COARSE)
    for step in (1, 2, 3, 5, 10, 20, 50, 100):
        yield _inside(((1.0, d) for d in range(first, last + 1) if d % step == 0), low, high)


def _mantissa_ticks(low: float, high: float, mantissas: Sequence[float]) -> list[tuple[float, str]]:
    first, last = floor(low / log(10)) - 1, ceil(high / log(10)) + 1
    return _inside(((m, d) for d in range(first, last + 1) for m in mantissas), low, high)


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
    for parts in (*PARTS, MOST_TICKS):
        step = _nice_step((high - low) / parts)
        first, last = ceil(low / step - EPSILON), floor(high / step + EPSILON)
        yield [(i * step, tick_label(i * step)) for i in range(first, last + 1)]


def _labels_fit(
    ticks: Sequence[Tick], low: float, high: float, size: float, room: float, family: str
) -> bool:
    if not 1 < len(ticks) <= MOST_TICKS:
        return False
    points = room / (high - low)
    wide = [width(tick.label, size, family=family) for tick in ticks]
    return all(
        (b.value - a.value) * points >= (wide[i] + wide[i + 1]) / 2 + TICK_GAP
        for i, (a, b) in enumerate(pairwise(ticks))
    )

"""The highest mode of many likelihoods at once, with a proof that it is the only one wherever there is one.

With P the matrix of the weighted residuals, A = y'PPy, C = y'PPPy, and T the trace of P (of W for plain
maximum likelihood), the score is A - T. In the eigenvalues d of the centred variances A = sum z²/(d + tau2)²
and T = sum 1/(d + tau2), from which follows:

- 1/sqrt(A) and 1/T are increasing and concave in tau2, so that tangents and chords bound A and T on both
  sides, and the bounds decide for a whole interval that the score has no zero in it (`_stays_positive`,
  `_stays_negative`);
- a zero at which the score rises needs y'Py to be at least twice T²/trace(PP); the first falls and the second
  grows in tau2, so that one look decides for all that lies above.

Newton's method solves T/A = 1, which is linear in tau2 where all variances are equal. A lane whose only mode
is not proven by its last step is cut into intervals until it is; a lane with more modes, or still without
proof, is in doubt and goes to the scan that one analysis has.

References
----------
Harville DA. Maximum likelihood approaches to variance component estimation and to related problems. Journal
of the American Statistical Association 1977; 72: 320-338.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np

from metaan.batch.lanes import dot, means_at, plain_squares, total, weights_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metaan.batch.lanes import Lanes, Workspace
    from metaan.types import BoolArray, FloatArray

    Index = NDArray[np.intp]

__all__ = ["highest_modes"]

LAST_STEP = 1e-6
"""Newton's error after a step is about the square of it, relative to tau2 and the smallest variance."""

STEEP = 1.02
"""How much faster A falls than T at a plain mode; where it is less the last step may leave a larger error."""

MOST_STEPS = 60
"""Ten do for nearly all; a lane that needs more is in doubt."""

MOST_CUTS = 8
"""Halvings of an interval; one that is still not decided holds a mode, or almost one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """A, T, trace(PP) and C, each of shape (D,), at one tau2 a lane."""

    A: FloatArray
    T: FloatArray
    PP: FloatArray
    C: FloatArray

    def at(self, lanes: Index | BoolArray) -> _Parts:
        return _Parts(A=self.A[lanes], T=self.T[lanes], PP=self.PP[lanes], C=self.C[lanes])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Intervals:
    """Intervals of tau2 at whose ends the score has one sign; each belongs to a lane."""

    lane: Index
    low: FloatArray
    high: FloatArray
    at_low: _Parts
    at_high: _Parts
    positive: BoolArray

    def where(self, chosen: BoolArray) -> _Intervals:
        return _Intervals(
            lane=self.lane[chosen],
            low=self.low[chosen],
            high=self.high[chosen],
            at_low=self.at_low.at(chosen),
            at_high=self.at_high.at(chosen),
            positive=self.positive[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Setting:
    """What bounds the search in each lane: squares about the plain mean, a last and a smallest scale."""

    restricted: bool
    squares: FloatArray
    stop: FloatArray
    floor: FloatArray


def highest_modes(lanes: Lanes, *, restricted: bool) -> tuple[FloatArray, BoolArray]:
    """Find the mode of the (restricted) likelihood in each ordinary lane.

    Parameters
    ----------
    lanes : Lanes
        D analyses.
    restricted : bool
        REML where True, ML where False.

    Returns
    -------
    tau2 : ndarray, shape (D,)
        Exactly 0 at the boundary.
    doubt : ndarray of bool, shape (D,)
        Where there may be another mode.

    Examples
    --------
    >>> import numpy as np
    >>> from metaan.batch.lanes import Workspace, read_lanes
    >>> lanes = read_lanes(np.array([[0.0, 4.0], [0.0, 1.0]]), np.ones((2, 2)), Workspace(4))
    >>> highest_modes(lanes, restricted=True)[0].tolist()
    [7.0, 0.0]
    """
    setting = _search_setting(lanes, restricted=restricted)
    start = _parts(lanes.y, lanes.w, lanes.work, restricted=restricted)
    rising = start.A > start.T
    flat = np.flatnonzero(lanes.ordinary & ~rising)
    open_intervals = [_tail(flat, np.zeros(len(flat)), start.at(flat))]
    settled = _one_look(start.at(flat), lanes.Q[flat]) | _tails_stay_negative(open_intervals[0], setting)
    open_intervals[0] = open_intervals[0].where(~settled)

    live = np.flatnonzero(lanes.ordinary & rising)
    tau2, doubt = np.zeros(len(rising)), np.zeros(len(rising), dtype=np.bool_)
    names = cycle((("live y", "live v"), ("left y", "left v")))
    y, v = (lanes.work.take(name, x, live) for name, x in zip(next(names), (lanes.y, lanes.v), strict=True))
    t, parts = np.zeros(len(live)), start.at(live)
    low, high, floor = t, setting.stop[live], setting.floor[live]
    for _ in range(MOST_STEPS):
        if len(live) == 0:
            break
        positive = parts.A > parts.T
        low, high = np.where(positive, t, low), np.where(positive, high, t)
        following, done = _step(t, parts, low, high, floor)
        if 4 * np.count_nonzero(done) >= len(live):
            ready, left = np.flatnonzero(done), np.flatnonzero(~done)
            lane, there = live[ready], parts.at(ready)
            tau2[lane] = following[ready]
            doubt[lane] = STEEP * there.PP * there.A > 2 * there.C * there.T
            open_intervals += _unproven(lane, t[ready], there, start.at(lane), lanes.largest[lane], setting)
            y, v = (lanes.work.take(name, x, left) for name, x in zip(next(names), (y, v), strict=True))
            low, high, floor, following = (x[left] for x in (low, high, floor, following))
            live = live[left]
        t = following
        parts = _parts(y, weights_at(v, t, lanes.work), lanes.work, restricted=restricted)
    doubt[live] = True
    doubt[_cut(lanes, _joined(open_intervals), setting)] = True
    return tau2, doubt


def _search_setting(lanes: Lanes, *, restricted: bool) -> _Setting:
    """Bound the modes as `metaan.models.tau2` does, with 0 for the smallest variance."""
    squares = plain_squares(lanes)
    reach = squares / (lanes.k - 1 if restricted else lanes.k)
    stop = (reach + np.sqrt(reach * (reach + 4 * lanes.largest))) / 2
    return _Setting(restricted=restricted, squares=squares, stop=stop, floor=1 / lanes.weight)


def _parts(y: FloatArray, w: FloatArray, work: Workspace, *, restricted: bool) -> _Parts:
    weight, mean = means_at(y, w)
    wr = np.subtract(y, mean, out=work.table("residual", y.shape))
    wr *= w
    A = dot(wr, wr)
    tilt = dot(w, wr)
    ww = np.multiply(w, w, out=work.table("product", y.shape))
    weight2, weight3 = total(ww), dot(ww, w)
    C = dot(np.multiply(w, wr, out=ww), wr) - tilt * tilt / weight
    if not restricted:
        return _Parts(A=A, T=weight, PP=weight2, C=C)
    share = weight2 / weight
    return _Parts(A=A, T=weight - share, PP=weight2 - 2 * weight3 / weight + share * share, C=C)


def _step(
    t: FloatArray, at: _Parts, low: FloatArray, high: FloatArray, floor: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Take Newton's step, Fisher's where that leads to no mode, half the bracket where it leaves it."""
    excess = at.A - at.T
    slope = 2 * at.T * at.C - at.A * at.PP
    newton = slope > 0
    step = np.where(newton, at.A * excess / slope, excess / at.PP)
    done = newton & (np.abs(step) <= LAST_STEP * (t + floor))
    following = t + step
    outside = ~done & ~((following > low) & (following < high))
    return np.where(outside, (low + high) / 2, np.maximum(following, 0.0)), done


def _unproven(
    lane: Index, mode: FloatArray, at: _Parts, start: _Parts, largest: FloatArray, setting: _Setting
) -> list[_Intervals]:
    """Give the intervals below and above a mode in which another one is not ruled out."""
    below = _Intervals(
        lane=lane,
        low=np.zeros(len(lane)),
        high=mode,
        at_low=start,
        at_high=at,
        positive=np.ones(len(lane), dtype=np.bool_),
    )
    above = _tail(lane, mode, at)
    beyond = (mode > largest) | _tails_stay_negative(above, setting)
    return [below.where(~_stays_positive(below)), above.where(~beyond)]


def _tail(lane: Index, low: FloatArray, at: _Parts) -> _Intervals:
    return _Intervals(
        lane=lane,
        low=low,
        high=np.full(len(lane), np.inf),
        at_low=at,
        at_high=at,
        positive=np.zeros(len(lane), dtype=np.bool_),
    )


def _one_look(at: _Parts, Q: FloatArray) -> BoolArray:
    """Tell where the score cannot rise through 0 at any larger tau2, from y'Py here."""
    return Q * at.PP < 2 * at.T * at.T


def _stays_positive(on: _Intervals) -> BoolArray:
    """Tell where A, above the tangent of its inverse root, exceeds T, below the chord of its inverse.

    The difference of the two bounds is concave, so that the ends decide; at the upper one it is 0 or more.
    """
    A, C = on.at_high.A, on.at_high.C
    return np.asarray((1 - C / A * (on.high - on.low)) ** 2 < A / on.at_low.T)


def _stays_negative(on: _Intervals, chord: FloatArray) -> BoolArray:
    """Tell where A, below the chord of its inverse root, is less than T, above the tangent of its inverse.

    The difference is a quadratic in the distance from the lower end, where it is 0 or more: it stays so if it
    rises from there or has no root.
    """
    A, T = on.at_low.A, on.at_low.T
    rise = 2 * T / np.sqrt(A) * chord - on.at_low.PP / T
    return np.asarray((rise >= 0) | (rise * rise < 4 * T * chord * chord * (T / A - 1)))


def _tails_stay_negative(on: _Intervals, setting: _Setting) -> BoolArray:
    """Decide for all tau2 from the lower end on, where A falls to squares/tau2²."""
    return _stays_negative(on, 1 / np.sqrt(setting.squares[on.lane]))


def _decided(on: _Intervals, setting: _Setting) -> BoolArray:
    chord = (1 / np.sqrt(on.at_high.A) - 1 / np.sqrt(on.at_low.A)) / (on.high - on.low)
    chord = np.where(np.isinf(on.high), 1 / np.sqrt(setting.squares[on.lane]), chord)
    return np.where(on.positive, _stays_positive(on), _stays_negative(on, chord))


def _cut(lanes: Lanes, on: _Intervals, setting: _Setting) -> Index:
    """Cut intervals at their middle, on the log scale, until each is decided; give the others' lanes."""
    doubtful = []
    for _ in range(MOST_CUTS):
        if len(on.lane) == 0:
            break
        middle, at_middle = _middles(lanes, on, setting)
        crossed = (at_middle.A > at_middle.T) != on.positive
        doubtful.append(on.lane[crossed])
        on = _halves(on.where(~crossed), middle[~crossed], at_middle.at(~crossed))
        on = on.where(~_decided(on, setting))
    return np.concatenate([*doubtful, on.lane])


def _middles(lanes: Lanes, on: _Intervals, setting: _Setting) -> tuple[FloatArray, _Parts]:
    floor = setting.floor[on.lane]
    end = np.minimum(on.high, np.maximum(setting.stop[on.lane], on.low))
    middle = np.sqrt((on.low + floor) * (end + floor)) - floor
    parts = []
    for start in range(0, len(middle), len(lanes.k)):
        some = slice(start, start + len(lanes.k))
        y, v = (np.take(x, on.lane[some], 1) for x in (lanes.y, lanes.v))
        w = weights_at(v, middle[some], lanes.work)
        parts.append(_parts(y, w, lanes.work, restricted=setting.restricted))
    return middle, _joined_parts(parts)


def _halves(on: _Intervals, middle: FloatArray, at_middle: _Parts) -> _Intervals:
    lower = _Intervals(
        lane=on.lane, low=on.low, high=middle, at_low=on.at_low, at_high=at_middle, positive=on.positive
    )
    upper = _Intervals(
        lane=on.lane, low=middle, high=on.high, at_low=at_middle, at_high=on.at_high, positive=on.positive
    )
    return _joined([lower, upper])


def _joined(pieces: list[_Intervals]) -> _Intervals:
    return _Intervals(
        lane=np.concatenate([x.lane for x in pieces]),
        low=np.concatenate([x.low for x in pieces]),
        high=np.concatenate([x.high for x in pieces]),
        at_low=_joined_parts([x.at_low for x in pieces]),
        at_high=_joined_parts([x.at_high for x in pieces]),
        positive=np.concatenate([x.positive for x in pieces]),
    )


def _joined_parts(pieces: list[_Parts]) -> _Parts:
    return _Parts(
        A=np.concatenate([x.A for x in pieces]),
        T=np.concatenate([x.T for x in pieces]),
        PP=np.concatenate([x.PP for x in pieces]),
        C=np.concatenate([x.C for x in pieces]),
    )

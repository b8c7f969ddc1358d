"""Arms taken together, and a shared arm taken apart."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import column, equal_lengths, refuse
from metaan.effects.convert.printed import at_least_zero, finite_number, plain, whole_number
from metaan.effects.convert.values import CombinedArm, CombinedCount, SplitCount, SplitMean
from metaan.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["combine_counts", "combine_means", "split_counts", "split_means"]


def combine_counts(events: ArrayLike, n: ArrayLike) -> CombinedCount:
    """Add up the events and participants of several arms.

    Parameters
    ----------
    events, n : array_like, shape (a,)
        Whole numbers, one per arm.

    Raises
    ------
    InputError
        For numbers that are missing, negative or not whole, columns of different length, or more events
        than participants.

    Examples
    --------
    >>> combine_counts([3, 5], [40, 41])
    CombinedCount(events=8, n=81, how='2 arms added up: 3/40 + 5/41', status='derived')
    """
    found = {"events": column("events", events), "n": column("n", n)}
    arms = equal_lengths(found)
    for name, values in found.items():
        refuse(
            name, values, ~(values >= 0) | (values != np.floor(values)), "is not a count; give a whole number"
        )
    e, size = found["events"], found["n"]
    refuse("events", e, e > size, "is more than n; events cannot exceed participants")
    listed = " + ".join(f"{a:.0f}/{b:.0f}" for a, b in zip(e, size, strict=True))
    how = f"{arms} arms added up: {listed}" if arms > 1 else f"one arm: {listed}"
    return CombinedCount(events=int(e.sum()), n=int(size.sum()), how=how)


def combine_means(n: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> CombinedArm:
    """Combine the means and standard deviations of several arms as if they had been one.

    Parameters
    ----------
    n : array_like, shape (a,)
        Participants, whole numbers of 1 or more.
    mean, sd : array_like, shape (a,)
        In units of the scale.

    Returns
    -------
    CombinedArm
        The standard deviation holds the differences between the arms' means too.

    Raises
    ------
    InputError
        For numbers that are missing, sizes below 1 or not whole, negative standard deviations, columns of
        different length, or a single participant in all.

    References
    ----------
    Higgins JPT, Li T, Deeks JJ. Choosing effect measures and computing estimates of effect. In: Cochrane
    Handbook for Systematic Reviews of Interventions, version 6, table 6.5.a.

    Examples
    --------
    >>> found = combine_means([10, 10], [1.0, 3.0], [2.0, 2.0])
    >>> found.n, found.mean, round(found.sd, 4)
    (20, 2.0, 2.2005)
    """
    found = {"n": column("n", n), "mean": column("mean", mean), "sd": column("sd", sd)}
    arms = equal_lengths(found)
    size, m, s = found["n"], found["mean"], found["sd"]
    refuse("n", size, ~(size >= 1) | (size != np.floor(size)), "is not a whole number of participants")
    refuse("mean", m, np.isnan(m), "is missing; leave the arm out, or give its mean")
    refuse("sd", s, ~(s >= 0), "is not a standard deviation; give a number of 0 or more")
    total = int(size.sum())
    if total < 2:
        raise InputError("n adds up to 1; a standard deviation needs at least 2 participants.")
    with np.errstate(over="ignore", invalid="ignore"):
        middle = float(size @ m) / total
        variance = float((size - 1) @ s**2 + size @ (m - middle) ** 2) / (total - 1)
    listed = " + ".join(f"{a:.0f}" for a in size)
    how = f"{arms} arms combined (n {listed})" if arms > 1 else f"one arm (n {listed})"
    return CombinedArm(n=total, mean=middle, sd=sqrt(variance), how=how)


def split_counts(events: float, n: float, into: int) -> SplitCount:
    """Split the events and participants of a shared arm evenly among its comparisons.

    Each comparison can then be pooled without counting anybody twice. The comparisons stay correlated
    through what they share; a model that knows of it (`contrasts`, a network) is better.

    Parameters
    ----------
    events : float
        0 or more and at most n.
    n : float
        Participants, above 0.
    into : int
        Comparisons, 2 or more.

    Returns
    -------
    SplitCount
        The shares are not rounded, so that they add up to the arm.

    Raises
    ------
    InputError
        For counts that cannot be, fewer than two comparisons, or more of them than participants.

    References
    ----------
    Higgins JPT, Eldridge S, Li T. Including variants on randomized trials. In: Cochrane Handbook for
    Systematic Reviews of Interventions, version 6, section 23.3.4.

    Examples
    --------
    >>> split_counts(9, 61, 2).how
    'the shared arm 9/61 split evenly among 2 comparisons (4.5/30.5 each)'
    """
    e, size = at_least_zero("events", events), _participants(n)
    parts = _comparisons(into, size)
    if e > size:
        raise InputError(f"events = {events!r} is more than n = {n!r}; events cannot exceed participants.")
    share = f"{plain(e / parts)}/{plain(size / parts)}"
    how = f"the shared arm {plain(events)}/{plain(n)} split evenly among {parts} comparisons ({share} each)"
    return SplitCount(events=(e / parts,) * parts, n=(size / parts,) * parts, how=how)


def split_means(n: float, mean: float, sd: float, into: int) -> SplitMean:
    """Split the participants of a shared arm evenly among its comparisons; mean and SD stay.

    Parameters
    ----------
    n : float
        Participants, above 0.
    mean, sd : float
        In units of the scale.
    into : int
        Comparisons, 2 or more.

    Returns
    -------
    SplitMean
        The shares are not rounded, so that they add up to the arm.

    Raises
    ------
    InputError
        For a negative standard deviation, no participants, fewer than two comparisons, or more of them than
        participants.

    References
    ----------
    Higgins JPT, Eldridge S, Li T. Including variants on randomized trials. In: Cochrane Handbook for
    Systematic Reviews of Interventions, version 6, section 23.3.4.

    Examples
    --------
    >>> split_means(60, 4.2, 1.5, 3).n
    (20.0, 20.0, 20.0)
    """
    size = _participants(n)
    parts = _comparisons(into, size)
    middle, spread = finite_number("mean", mean), at_least_zero("sd", sd)
    how = f"the shared arm of {plain(n)} split evenly among {parts} comparisons ({plain(size / parts)} each)"
    return SplitMean(n=(size / parts,) * parts, mean=middle, sd=spread, how=f"{how}, mean and SD kept")


def _participants(n: float) -> float:
    if finite_number("n", n) <= 0:
        raise InputError(f"n = {n!r} is not above 0; give the number of participants.")
    return float(n)


def _comparisons(into: int, participants: float) -> int:
    parts = whole_number("into", into, least=2)
    if parts > participants:
        raise InputError(
            f"into = {into!r} is more than n = {plain(participants)}; a comparison needs a participant."
        )
    return parts

"""Changes from baseline: their standard deviation and the correlation behind it."""

from __future__ import annotations

from math import hypot, sqrt

from metaan.effects.convert.printed import above_zero, at_least_zero, finite_number, plain, short
from metaan.effects.convert.values import Converted
from metaan.errors import InputError

__all__ = ["correlation_from_sds", "sd_of_change"]


def sd_of_change(sd_before: float, sd_after: float, r: float) -> Converted:
    """Compute the standard deviation of changes from those before and after and their correlation.

    Parameters
    ----------
    sd_before, sd_after : float
        In units of the scale, 0 or more.
    r : float
        Correlation of the two measurements, -1 to 1. One borrowed from another study makes the result
        imputed; try several.

    Returns
    -------
    Converted
        sqrt(sd_before² + sd_after² - 2 r sd_before sd_after).

    Raises
    ------
    InputError
        For a negative standard deviation, or a correlation outside -1 to 1.

    References
    ----------
    Higgins JPT, Li T, Deeks JJ. Choosing effect measures and computing estimates of effect. In: Cochrane
    Handbook for Systematic Reviews of Interventions, version 6, section 6.5.2.8.

    Examples
    --------
    >>> sd_of_change(2.38, 2.21, 0.68).how
    'SD 1.84 of the change from SD 2.38 before, SD 2.21 after and correlation 0.68'
    """
    before, after = at_least_zero("sd_before", sd_before), at_least_zero("sd_after", sd_after)
    if not -1 <= finite_number("r", r) <= 1:
        raise InputError(f"r = {r!r} is not a correlation; give a number from -1 to 1.")
    sd = hypot(before - after, sqrt(2 * (1 - r)) * sqrt(before) * sqrt(after))
    how = f"SD {short(sd)} of the change from SD {plain(before)} before, SD {plain(after)} after"
    return Converted(value=sd, how=f"{how} and correlation {plain(r)}")


def correlation_from_sds(sd_before: float, sd_after: float, sd_change: float) -> Converted:
    """Compute the correlation of two measurements from the standard deviations of both and of the change.

    Parameters
    ----------
    sd_before, sd_after : float
        In units of the scale, above 0.
    sd_change : float
        Of the change, 0 or more.

    Returns
    -------
    Converted
        (sd_before² + sd_after² - sd_change²) / (2 sd_before sd_after).

    Raises
    ------
    InputError
        For standard deviations that cannot be, or that no correlation from -1 to 1 joins.

    References
    ----------
    Higgins JPT, Li T, Deeks JJ. Choosing effect measures and computing estimates of effect. In: Cochrane
    Handbook for Systematic Reviews of Interventions, version 6, section 6.5.2.8.

    Examples
    --------
    >>> correlation_from_sds(6.4, 7.1, 4.5).how
    'correlation 0.783 from SD 6.4 before, SD 7.1 after and SD 4.5 of the change'
    """
    before, after = above_zero("sd_before", sd_before), above_zero("sd_after", sd_after)
    change = at_least_zero("sd_change", sd_change)
    r = 1 + ((before - after) - change) * ((before - after) + change) / before / after / 2
    if not abs(r) <= 1:
        raise InputError(
            f"sd_change = {sd_change!r} does not fit sd_before = {sd_before!r} and sd_after = {sd_after!r} "
            f"(a correlation of {short(r)}); check whether one of them is a standard error."
        )
    how = f"correlation {short(r)} from SD {plain(before)} before, SD {plain(after)} after"
    return Converted(value=r, how=f"{how} and SD {plain(change)} of the change")

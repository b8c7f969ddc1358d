"""One analysis under the defaults of four packages, and why their numbers differ."""

from __future__ import annotations

from math import isclose, isnan, nan
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError
from metaan.format import MEASURE_NAMES
from metaan.models.pairwise import pool
from metaan.models.profiles import PACKAGES, Default, Profile, prediction_dof
from metaan.results.profiles import Difference, ProfileComparison, ProfileRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike

    from metaan.types import Interval

__all__ = ["compare_profiles"]

SAME = 1e-12
"""Relative: the same formula on the same data, whatever the order of its sums."""

CAUSES: Mapping[str, tuple[str, ...]] = {
    "tau2": ("method",),
    "estimate": ("method",),
    "se": ("method", "test"),
    "ci": ("method", "test"),
    "pvalue": ("method", "test"),
    "I2": ("I2", "method"),
    "prediction": ("prediction", "method", "test"),
}
"""Which defaults each number depends on, the first to be named first."""

TOPICS = {
    "method": "the between-study variance",
    "test": "the interval of the mean",
    "prediction": "the quantile of the prediction interval",
    "I2": "I2",
    "smd_variance": "the variance of a standardised mean difference",
    "zero_cells": "zero cells",
    "mantel_haenszel": "zero cells under Mantel-Haenszel",
}

TWO_BY_TWO = ("OR", "RR", "RD")
RATIOS = ("OR", "RR")


def compare_profiles(
    yi: ArrayLike, vi: ArrayLike, *, measure: str = "", level: float = 0.95
) -> ProfileComparison:
    """Pool the same data with the defaults of metafor, meta, RevMan and Stata, and say why results differ.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi).
    measure : str, optional
        What the effects are, such as "OR": adds how the packages differ before anything is pooled (zero
        cells, the variance of a standardised mean difference, Mantel-Haenszel). The rows do not depend on
        it, as yi and vi are taken as they are.
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    ProfileComparison

    Raises
    ------
    InputError
        As `pool` does, and for an unknown measure.

    Examples
    --------
    >>> found = compare_profiles([0.1, 0.9, 0.5], [0.04, 0.05, 0.06])
    >>> [(row.profile, round(row.I2, 4)) for row in found.rows]
    [('metafor', 0.7083), ('meta', 0.7197), ('revman', 0.7197), ('stata', 0.7083)]
    >>> print(found.differences[0].why)
    For the between-study variance metafor 5, meta 8 and Stata 17 use restricted maximum likelihood; RevMan
    uses DerSimonian-Laird (REML is offered in RevMan Web).
    """
    if measure and measure not in MEASURE_NAMES:
        raise InputError(
            f"measure = {measure!r} is not known; give one of {', '.join(MEASURE_NAMES)}, or leave it out."
        )
    rows = tuple(_row(profile, yi, vi, level) for profile in PACKAGES.values())
    k = int(np.size(np.asarray(yi)))
    found = [_difference(quantity, rows) for quantity in CAUSES]
    return ProfileComparison(
        rows=rows, differences=(*found, *_before_pooling(measure)), k=k, level=float(level)
    )


def _row(profile: Profile, yi: ArrayLike, vi: ArrayLike, level: float) -> ProfileRow:
    fit = pool(yi, vi, profile=profile.name, level=level)
    rule = profile.prediction.value
    return ProfileRow(
        profile=profile.name,
        package=profile.package,
        method=fit.method,
        test=fit.test,
        estimate=fit.estimate,
        se=fit.se,
        pvalue=fit.pvalue,
        tau2=fit.tau2,
        ci=fit.ci,
        prediction=fit.prediction,
        I2=fit.I2_Q if profile.I2.value == "Q" else fit.I2,
        I2_from=profile.I2.value,
        prediction_dof=prediction_dof(rule, k=fit.k, dof=fit.dof) if fit.k > 1 else nan,
        source=profile.method.source,
        notes=fit.notes,
    )


def _difference(quantity: str, rows: tuple[ProfileRow, ...]) -> Difference:
    values = [getattr(row, quantity) for row in rows]
    if all(_equal(value, values[0]) for value in values[1:]):
        return Difference(quantity=quantity, same=True, why="")
    sentences = (_why(name, PACKAGES.values()) for name in CAUSES[quantity])
    return Difference(quantity=quantity, same=False, why=" ".join(text for text in sentences if text))


def _equal(one: float | Interval, two: float | Interval) -> bool:
    if isinstance(one, tuple) and isinstance(two, tuple):
        return _equal(one[0], two[0]) and _equal(one[1], two[1])
    if isinstance(one, tuple) or isinstance(two, tuple):
        return False
    return (isnan(one) and isnan(two)) or isclose(one, two, rel_tol=SAME)


def _why(name: str, profiles: Iterable[Profile]) -> str:
    """Say which packages use what; nothing where all use the same."""
    groups: dict[str, list[Profile]] = {}
    for profile in profiles:
        groups.setdefault(_default(profile, name).value, []).append(profile)
    if len(groups) == 1:
        return ""
    clauses = (_clause(members, name) for members in groups.values())
    return f"For {TOPICS[name]} {'; '.join(clauses)}."


def _clause(members: list[Profile], name: str) -> str:
    words = [member.package for member in members]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{listed} {'uses' if len(words) == 1 else 'use'} {_default(members[0], name).words}"


def _default(profile: Profile, name: str) -> Default:
    found: Default = getattr(profile, name)
    return found


def _before_pooling(measure: str) -> tuple[Difference, ...]:
    """List what differs already in the effects, or in a model that does not take them."""
    if measure == "SMD":
        return (Difference(quantity="effects", same=False, why=_why("smd_variance", PACKAGES.values())),)
    if measure not in TWO_BY_TWO:
        return ()
    effects = _why("zero_cells", PACKAGES.values()) if measure in RATIOS else ""
    return (
        Difference(quantity="effects", same=not effects, why=effects),
        Difference(quantity="Mantel-Haenszel", same=False, why=_why("mantel_haenszel", PACKAGES.values())),
    )

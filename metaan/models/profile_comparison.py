"""One analysis under the defaults of four packages, and why their numbers differ.

What makes a difference is found by trying: from one package's rules to another's, one rule at a time. A rule
whose step leaves a number as it was is not named for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import permutations
from math import isclose, isnan, nan
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError
from metaan.format import MEASURE_NAMES
from metaan.models.pairwise import pool
from metaan.models.profile_effects import (
    MANTEL_HAENSZEL_MEASURES,
    effect_topic,
    profile_effects,
    profile_mantel_haenszel,
)
from metaan.models.profiles import PACKAGES, prediction_dof
from metaan.results.profiles import Difference, ProfileComparison, ProfileRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import ArrayLike

    from metaan.models.profiles import Default, Profile
    from metaan.results.pairwise import Effects, Pooled
    from metaan.types import Interval

__all__ = ["compare_profiles"]

SAME = 1e-12
"""Relative: the same formula on the same data, whatever the order of its sums."""

QUANTITIES = ("tau2", "estimate", "se", "ci", "pvalue", "I2", "prediction")
TOPICS = {
    "zero_cells": "zero cells",
    "risk_difference": "risk differences of studies with zero cells",
    "smd_variance": "the variance of a standardised mean difference",
    "method": "the between-study variance",
    "test": "the interval of the mean",
    "prediction": "the quantile of the prediction interval",
    "I2": "I2",
    "mantel_haenszel": "zero cells under Mantel-Haenszel",
    "mantel_haenszel_variance": "the standard error of a Mantel-Haenszel risk difference",
}
POOLING = ("method", "test", "prediction", "I2")
STRATIFIED = ("mantel_haenszel", "mantel_haenszel_variance")
NOTHING = "no study can be pooled by the rules of this package"

Rules = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """Numbers as a function of rules, so that one rule can be changed at a time.

    Attributes
    ----------
    topics : tuple of str
        Which defaults the numbers depend on, the first to be named first.
    numbers : callable
        From a package for each topic, whose rule is taken, to the numbers by name; in pairs, as intervals
        are, and a single number twice.
    """

    topics: tuple[str, ...]
    numbers: Callable[[Rules], Mapping[str, Interval]]

    def of(self, package: str) -> Mapping[str, Interval]:
        """Take every rule from one package."""
        return self.numbers((package,) * len(self.topics))


def compare_profiles(
    yi: ArrayLike | None = None,
    vi: ArrayLike | None = None,
    *,
    measure: str = "",
    level: float = 0.95,
    **cells: ArrayLike,
) -> ProfileComparison:
    """Pool the same data with the defaults of metafor, meta, RevMan and Stata, and say why results differ.

    Parameters
    ----------
    yi, vi : array_like, shape (k,), optional
        Effects (ratios on the log scale) and their sampling variances (squared units of yi), which every
        package pools as they are.
    measure : str, optional
        What the effects are, such as "OR". With cells it must be given.
    level : float, default 0.95
        Confidence level in (0, 1).
    **cells : array_like, shape (k,)
        In place of yi and vi: the cells of the measure as `effect_sizes` takes them. Each package computes
        its own effects from them (`profile_effects`), and for OR, RR and RD its Mantel-Haenszel estimate.

    Returns
    -------
    ProfileComparison
        A number differs where any two packages print another; the reason names the rules that change it on
        these data, found by changing one rule at a time.

    Raises
    ------
    InputError
        As `pool` and `effect_sizes` do, for an unknown measure, and where both effects and cells are given,
        or neither.

    Examples
    --------
    >>> found = compare_profiles([0.1, 0.9, 0.5], [0.04, 0.05, 0.06])
    >>> [(row.profile, round(row.I2, 4)) for row in found.rows]
    [('metafor', 0.7083), ('meta', 0.7197), ('revman', 0.7197), ('stata', 0.7083)]
    >>> print(found.differences[0].why)
    For the between-study variance metafor 5, meta 8 and Stata 17 use restricted maximum likelihood; RevMan
    uses DerSimonian-Laird (REML is offered in RevMan Web).
    >>> tables = {"ai": [2, 0, 9], "n1i": [40, 30, 80], "ci": [5, 0, 15], "n2i": [40, 30, 80]}
    >>> [row.k for row in compare_profiles(measure="OR", **tables).rows]
    [3, 2, 2, 3]
    """
    if measure and measure not in MEASURE_NAMES:
        raise InputError(
            f"measure = {measure!r} is not known; give one of {', '.join(MEASURE_NAMES)}, or leave it out."
        )
    if cells:
        if yi is not None or vi is not None:
            raise InputError("Both effects and cells are given; give yi and vi, or the cells of a measure.")
        return _compared_from_cells(measure, cells, level)
    if yi is None or vi is None:
        raise InputError("There is nothing to compare; give yi and vi, or a measure and its cells.")
    y, v = yi, vi

    @cache
    def fitted(method: str, test: str, prediction: str) -> Pooled:
        return pool(y, v, **_options(method, test, prediction), level=level)

    trial = _pooling(lambda rules: fitted(*rules[1:4]), topic="")
    rows = tuple(
        _row(profile, fitted(*(profile.name,) * 3), trial, (nan, nan)) for profile in PACKAGES.values()
    )
    k = int(np.size(np.asarray(yi)))
    return ProfileComparison(rows=rows, differences=_differences(trial), k=k, level=float(level))


def _compared_from_cells(measure: str, cells: Mapping[str, ArrayLike], level: float) -> ProfileComparison:
    effects = {name: profile_effects(name, measure, **cells) for name in PACKAGES}

    @cache
    def fitted(source: str, method: str, test: str, prediction: str) -> Pooled | None:
        found = effects[source]
        usable = np.isfinite(found.yi) & np.isfinite(found.vi) & (found.vi > 0)
        if not usable.any():
            return None
        options = _options(method, test, prediction)
        return pool(found.yi[usable], found.vi[usable], **options, level=level)

    trial = _pooling(lambda rules: fitted(*rules[:4]), topic=effect_topic(measure))
    stratified = _stratified(measure, cells)
    rows = tuple(
        _row(profile, fitted(*(profile.name,) * 4), trial, _mantel_haenszel(stratified, profile.name))
        for profile in PACKAGES.values()
    )
    found = [_effects_difference(effects, measure), *_differences(trial)]
    if stratified is not None:
        found.append(_difference("Mantel-Haenszel", stratified))
    k = len(effects["metafor"].yi)
    return ProfileComparison(rows=rows, differences=tuple(found), k=k, level=float(level))


def _options(method: str, test: str, prediction: str) -> dict[str, str]:
    """Take each rule from its package; explicit arguments win over the profile's."""
    return {
        "method": PACKAGES[method].method.value,
        "test": PACKAGES[test].test.value,
        "profile": prediction,
    }


def _pooling(fitted: Callable[[Rules], Pooled | None], topic: str) -> _Trial:
    """Numbers of a pooled estimate under the rules for effects, tau2, test, prediction and I2."""

    @cache
    def numbers(rules: Rules) -> Mapping[str, Interval]:
        fit = fitted(rules)
        if fit is None:
            return dict.fromkeys(QUANTITIES, (nan, nan))
        one = {name: (getattr(fit, name),) * 2 for name in ("tau2", "estimate", "se", "pvalue")}
        two = {"ci": fit.ci, "prediction": fit.prediction}
        share = fit.I2_Q if PACKAGES[rules[4]].I2.value == "Q" else fit.I2
        return {**one, **two, "I2": (share, share)}

    return _Trial(topics=(topic, *POOLING), numbers=numbers)


def _stratified(measure: str, cells: Mapping[str, ArrayLike]) -> _Trial | None:
    """Mantel-Haenszel estimate and standard error under the rules for zero cells and for the variance."""
    if measure not in MANTEL_HAENSZEL_MEASURES:
        return None

    @cache
    def numbers(rules: Rules) -> Mapping[str, Interval]:
        zero_cells, variance = (
            _default(PACKAGES[package], topic).value for package, topic in zip(rules, STRATIFIED, strict=True)
        )
        return {"Mantel-Haenszel": profile_mantel_haenszel(measure, zero_cells, variance, cells)}

    return _Trial(topics=STRATIFIED, numbers=numbers)


def _mantel_haenszel(trial: _Trial | None, package: str) -> tuple[float, float]:
    if trial is None:
        return nan, nan
    return trial.of(package)["Mantel-Haenszel"]


def _row(profile: Profile, fit: Pooled | None, trial: _Trial, stratified: tuple[float, float]) -> ProfileRow:
    found = trial.of(profile.name)
    several = fit is not None and fit.k > 1
    dof = prediction_dof(profile.prediction.value, k=fit.k, dof=fit.dof) if fit and several else nan
    return ProfileRow(
        profile=profile.name,
        package=profile.package,
        method=profile.method.value,
        test=profile.test.value if fit is None else fit.test,
        k=0 if fit is None else fit.k,
        estimate=found["estimate"][0],
        se=found["se"][0],
        pvalue=found["pvalue"][0],
        tau2=found["tau2"][0],
        ci=found["ci"],
        prediction=found["prediction"],
        I2=found["I2"][0],
        I2_from=profile.I2.value,
        prediction_dof=dof,
        mantel_haenszel=stratified[0],
        mantel_haenszel_se=stratified[1],
        source=profile.method.source,
        effects_source=_default(profile, trial.topics[0]).source if trial.topics[0] else "",
        notes=(NOTHING,) if fit is None else fit.notes,
    )


def _differences(trial: _Trial) -> tuple[Difference, ...]:
    return tuple(_difference(quantity, trial) for quantity in QUANTITIES)


def _difference(quantity: str, trial: _Trial) -> Difference:
    """Compare a number between all packages whose rules were checked, and name what changes it."""
    changing: set[str] = set()
    for one, other in permutations(PACKAGES, 2):
        if quantity == "Mantel-Haenszel" and _unchecked(trial, (one, other)):
            continue
        if not _equal(trial.of(one)[quantity], trial.of(other)[quantity]):
            changing |= _steps(quantity, trial, one, other)
    first = sorted(trial.topics, key=lambda topic: topic != quantity)
    return _told(quantity, [topic for topic in first if topic in changing])


def _unchecked(trial: _Trial, packages: Iterable[str]) -> bool:
    return any(
        _default(PACKAGES[name], topic).value == "not checked" for name in packages for topic in trial.topics
    )


def _steps(quantity: str, trial: _Trial, one: str, other: str) -> set[str]:
    """Go from one package's rules to another's, one at a time; give those whose step changes the number."""
    found = set()
    count = len(trial.topics)
    for i, topic in enumerate(trial.topics):
        before = (other,) * i + (one,) * (count - i)
        after = (other,) * (i + 1) + (one,) * (count - i - 1)
        if not _equal(trial.numbers(before)[quantity], trial.numbers(after)[quantity]):
            found.add(topic)
    return found


def _effects_difference(effects: Mapping[str, Effects], measure: str) -> Difference:
    values = [np.concatenate([found.yi, found.vi]) for found in effects.values()]
    same = all(np.allclose(values[0], other, SAME, 0.0, equal_nan=True) for other in values[1:])
    return _told("effects", [] if same else [effect_topic(measure)])


def _told(quantity: str, topics: Iterable[str]) -> Difference:
    reasons = tuple(_why(topic) for topic in topics)
    return Difference(quantity=quantity, same=not reasons, why=" ".join(reasons), reasons=reasons)


def _equal(one: Interval, other: Interval) -> bool:
    return all(
        (isnan(a) and isnan(b)) or isclose(a, b, rel_tol=SAME) for a, b in zip(one, other, strict=True)
    )


def _why(topic: str) -> str:
    """Say which packages use what."""
    groups: dict[str, list[Profile]] = {}
    for profile in PACKAGES.values():
        groups.setdefault(_default(profile, topic).value, []).append(profile)
    clauses = (_clause(members, topic) for members in groups.values())
    return f"For {TOPICS[topic]} {'; '.join(clauses)}."


def _clause(members: list[Profile], topic: str) -> str:
    words = [member.package for member in members]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{listed} {'uses' if len(words) == 1 else 'use'} {_default(members[0], topic).words}"


def _default(profile: Profile, topic: str) -> Default:
    found: Default = getattr(profile, topic)
    return found

"""Lines of statistics below a forest plot, in a preset's words and digits."""

from __future__ import annotations

from math import isfinite, isinf, isnan
from typing import TYPE_CHECKING

from metaan.figures.wording import ENGLISH, Wording
from metaan.format import degrees, fixed, percent

if TYPE_CHECKING:
    from metaan.figures.presets import Preset
    from metaan.results.network import Component
    from metaan.results.pairwise import HeterogeneityInterval, Pooled
    from metaan.results.regression import Subgroups

__all__ = [
    "between_line",
    "heterogeneity_line",
    "interval_name",
    "model_name",
    "network_line",
    "overall_line",
    "within_line",
]

BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def interval_name(level: float, words: Wording = ENGLISH) -> str:
    """Name a confidence interval.

    Examples
    --------
    >>> interval_name(0.95)
    '95% CI'
    """
    return words.interval.format(level=f"{100 * level:g}%")


def model_name(fit: Pooled, preset: Preset) -> str:
    """Name a model with its tau2 estimator and its interval."""
    words = preset.wording
    pattern = words.common if fit.method == "EE" else words.random
    return pattern.format(
        method=words.methods.get(fit.method, fit.method), test=words.tests.get(fit.test, fit.test)
    )


def heterogeneity_line(fit: Pooled, profile: HeterogeneityInterval | None, preset: Preset) -> str:
    """Say how far the studies differ."""
    words = preset.wording
    share = words.i2_common if fit.method == "EE" else words.i2
    i2 = share.format(
        I2=percent(fit.I2), I2_interval=_i2_limits(profile, preset), I2_Q=share_from_q(fit, words)
    )
    limits = _tau2_limits(profile, preset)
    return _spread_line(fit, i2, preset, limits=limits, common=fit.method == "EE")


def share_from_q(fit: Pooled, words: Wording) -> str:
    """Write I2 as Q gives it; where that of tau2, which the report prints elsewhere, differs, say so."""
    said = percent(fit.I2_Q)
    alone = "{I2}" not in words.i2 and fit.method != "EE"
    return words.i2_from_q.format(I2_Q=said) if alone and percent(fit.I2) != said else said


def within_line(fit: Pooled, preset: Preset) -> str:
    """Say how far the studies of a group differ, in the words of the line on all of them."""
    words = preset.wording
    of_q = fit.method == "EE" or "{I2}" not in words.i2
    share = share_from_q(fit, words) if of_q else percent(fit.I2)
    return _spread_line(fit, _i2_short(share, preset), preset, common=fit.method == "EE")


def network_line(component: Component, preset: Preset) -> str:
    """Say how far the studies and the designs of a network differ, in the same words."""
    both = component.Q_inconsistency_dof > 0
    return _spread_line(component, _i2_short(percent(component.I2), preset), preset, both=both)


def _spread_line(
    fit: Pooled | Component,
    i2: str,
    preset: Preset,
    *,
    limits: str = "",
    common: bool = False,
    both: bool = False,
) -> str:
    words, numerals = preset.wording, preset.numerals
    tau2 = ""
    if not common:
        tau2 = words.tau2.format(tau2=numerals.tau2(fit.tau2), tau2_interval=limits)
    chi2 = words.chi2.format(
        Q=numerals.dress(fixed(fit.Q)),
        df=f"{fit.Q_dof:g}",
        df_below=_below(fit.Q_dof),
        p=numerals.p(fit.Q_pvalue),
    )
    said = words.heterogeneity.format(name=words.heterogeneity_names[both], tau2=tau2, chi2=chi2, i2=i2)
    return said.replace("= <", "< ").replace("=<", "<")


def _i2_short(share: str, preset: Preset) -> str:
    return preset.wording.i2_short.format(equals=preset.numerals.equals, I2=share)


def overall_line(fit: Pooled, preset: Preset) -> str:
    """Give the test of the pooled effect."""
    words, numerals = preset.wording, preset.numerals
    known = isfinite(fit.dof)
    dof = words.overall_dof.format(df=f"{fit.dof:g}", df_below=_below(fit.dof)) if known else ""
    return words.overall.format(
        letter=words.letters[known],
        statistic=numerals.dress(fixed(fit.statistic)),
        dof=dof,
        p=numerals.p(fit.pvalue),
    )


def between_line(found: Subgroups, preset: Preset) -> str:
    """Give the test of whether the groups differ, or why there is none."""
    words, numerals = preset.wording, preset.numerals
    if isnan(found.Q_between):
        return words.between_none.format(reason="; ".join(found.notes))
    df1, df2 = found.Q_between_dof
    Q = numerals.dress(fixed(found.Q_between))
    if isinf(df2):
        statistic = words.between_chi2.format(Q=Q, df=f"{df1:g}", df_below=_below(df1))
    else:
        statistic = words.between_f.format(Q=Q, df1=f"{df1:g}", df2=numerals.dress(degrees(df2)))
    return words.between.format(statistic=statistic, p=numerals.p(found.Q_between_pvalue))


def _tau2_limits(profile: HeterogeneityInterval | None, preset: Preset) -> str:
    if profile is None or any(isnan(limit) for limit in profile.tau2):
        return ""
    low, high = (preset.numerals.tau2(limit) for limit in profile.tau2)
    words = preset.wording
    return words.tau2_interval.format(
        interval=interval_name(profile.level, words), limits=preset.numerals.limits(low, high)
    )


def _i2_limits(profile: HeterogeneityInterval | None, preset: Preset) -> str:
    if profile is None or any(isnan(limit) for limit in profile.I2):
        return ""
    low, high = map(percent, profile.I2)
    return preset.wording.i2_interval.format(limits=preset.numerals.limits(low, high))


def _below(number: float) -> str:
    return f"{number:g}".translate(BELOW)

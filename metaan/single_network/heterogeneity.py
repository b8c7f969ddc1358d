"""Section: between-study variance and Cochran's Q of every component."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, TypeAlias

from metaan.format import DASH, canonical, percent, total_variance
from metaan.models.network.fit import NO_PREDICTION
from metaan.models.network.inconsistency import NOT_ASSESSABLE
from metaan.models.network.spread import network_heterogeneity_interval
from metaan.single_network.section import Row, Section
from metaan.single_network.words import Record, chi_squared, small, with_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.network import Component
    from metaan.results.pairwise import HeterogeneityInterval
    from metaan.single_network.analysis import NetworkAnalysis

    Spread: TypeAlias = tuple[Component, HeterogeneityInterval]

__all__ = ["HETEROGENEITY", "named"]

SAID_ELSEWHERE = (NO_PREDICTION, NOT_ASSESSABLE)
"""Notes that stand under the effects and under Q by design."""


def named(component: Component, analysis: NetworkAnalysis) -> str:
    """Name a component where there are several; an empty text where there is one."""
    fit = analysis.fit
    if fit is None or len(fit.components) == 1:
        return ""
    return str(fit.components.index(component) + 1)


def _compute(analysis: NetworkAnalysis) -> tuple[Spread, ...]:
    fit = analysis.network
    return tuple(
        (component, network_heterogeneity_interval(fit, component=number))
        for number, component in enumerate(fit.components)
    )


def _lines(found: tuple[Spread, ...], analysis: NetworkAnalysis) -> Iterator[str]:
    for component, interval in found:
        number = named(component, analysis)
        where = f" of part {number} ({', '.join(component.treatments)})" if number else ""
        method = analysis.request.method
        told = DASH if component.tau2 != component.tau2 else small(component.tau2)
        tau2 = "τ² held at 0" if method == "EE" else f"τ² = {told} ({method}{_profile(interval)})"
        yield (
            f"Heterogeneity and inconsistency{where}: {tau2}; I² = {percent(component.I2, 1)} from Q;"
            f" Q = {chi_squared(component.Q, component.Q_dof, component.Q_pvalue)}"
        )
        yield from (f"    {note}" for note in component.notes if note not in SAID_ELSEWHERE)
        if component.Q_dof:
            yield from (f"    {note}" for note in interval.notes)


def _profile(interval: HeterogeneityInterval) -> str:
    low, high = interval.tau2
    if isnan(low):
        return ""
    return f"; {100 * interval.level:g}% CI {small(low)} to {small(high)}, Q-profile"


def _record(found: tuple[Spread, ...], analysis: NetworkAnalysis) -> list[Record]:
    return [
        with_reason(
            {
                "treatments": list(component.treatments),
                "studies": list(component.studies),
                "method": analysis.request.method,
                "tau2": canonical(component.tau2, _scale(component)),
                "I2": canonical(component.I2),
                "Q": canonical(component.Q),
                "Q_dof": canonical(component.Q_dof),
                "Q_pvalue": canonical(component.Q_pvalue),
                **{f"{name}_ci": _limits(interval, name) for name in ("tau2", "I2", "H2")},
                "notes": list(dict.fromkeys((*component.notes, *interval.notes))),
            },
            (*component.notes, *interval.notes),
        )
        for component, interval in found
    ]


def _limits(interval: HeterogeneityInterval, name: str) -> Record:
    low, high = getattr(interval, name)
    return {"low": canonical(low), "high": canonical(high)}


def _scale(component: Component) -> float:
    """Give the size below which tau2 is what rounding left of 0."""
    scale = total_variance(component.tau2, component.I2)
    return scale if 0 < scale < float("inf") else 0.0


def _rows(found: tuple[Spread, ...], analysis: NetworkAnalysis) -> Iterator[Row]:
    for component, interval in found:
        for quantity in ("tau2", "I2", "Q", "Q_dof", "Q_pvalue"):
            value = float(getattr(component, quantity))
            note = "; ".join(component.notes) if value != value else ""
            yield Row(quantity=quantity, value=value, part=named(component, analysis), note=note)
        for name in ("tau2", "I2", "H2"):
            for end, value in zip(("low", "high"), getattr(interval, name), strict=True):
                note = "; ".join(interval.notes) if isnan(value) else ""
                yield Row(quantity=f"{name}_{end}", value=value, part=named(component, analysis), note=note)


HETEROGENEITY = Section(name="heterogeneity", compute=_compute, lines=_lines, record=_record, rows=_rows)

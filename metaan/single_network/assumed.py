"""Section: a network that cannot estimate its heterogeneity, under assumed amounts of it."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from metaan.format import canonical, interval_digits, significant
from metaan.models.network.spread import assumed_tau2
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section
from metaan.single_network.words import Record, effect_record, limits, printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.network import AssumedTau2
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["ASSUMED"]

WHY = "τ² cannot be estimated here; under these assumed amounts of heterogeneity the effects would be"


def _asked(analysis: NetworkAnalysis) -> bool:
    fit = analysis.fit
    return fit is not None and any(component.Q_dof == 0 for component in fit.components)


def _compute(analysis: NetworkAnalysis) -> tuple[AssumedTau2, ...]:
    return assumed_tau2(analysis.network, measure=analysis.measure or None)


def _pairs(analysis: NetworkAnalysis) -> Iterator[tuple[str, str]]:
    """List the comparisons of the components without an estimate, each against one of its treatments."""
    for component in analysis.network.components:
        inside = component.treatments
        base = analysis.reference if analysis.reference in inside else inside[0]
        if component.Q_dof == 0:
            yield from ((name, base) for name in inside if name != base)


def _values(
    found: Sequence[AssumedTau2], analysis: NetworkAnalysis
) -> Iterator[tuple[str, str, list[tuple[float, float]]]]:
    place = {name: i for i, name in enumerate(analysis.network.treatments)}
    for one, other in _pairs(analysis):
        at = place[one], place[other]
        yield one, other, [(float(each.estimate[at]), float(each.se[at])) for each in found]


def _lines(found: Sequence[AssumedTau2], analysis: NetworkAnalysis) -> Iterator[str]:
    level, measure = analysis.request.level, analysis.measure
    pairs = list(_values(found, analysis))
    halves = (limits(0.0, se, level)[1] for _, _, values in pairs for _, se in values)
    digits = interval_digits(halves, measure)
    yield f"{WHY} ({measure or 'effect'}, {100 * level:g}% CI)"
    head = ["Comparison", *(f"τ = {significant(sqrt(each.tau2), 2)}" for each in found)]
    rows = [
        [f"{one} – {other}", *(printed(estimate, se, level, measure, digits) for estimate, se in values)]
        for one, other, values in pairs
    ]
    yield from aligned([head, *rows], left={0})


def _record(found: Sequence[AssumedTau2], analysis: NetworkAnalysis) -> list[Record]:
    level, measure = analysis.request.level, analysis.measure
    return [
        {"treat1": one, "treat2": other, "tau2": canonical(each.tau2)}
        | effect_record(estimate, se, level, measure)
        for one, other, values in _values(found, analysis)
        for each, (estimate, se) in zip(found, values, strict=True)
    ]


def _rows(found: Sequence[AssumedTau2], analysis: NetworkAnalysis) -> Iterator[Row]:
    for one, other, values in _values(found, analysis):
        for each, numbers in zip(found, values, strict=True):
            tau2 = f"tau2 = {canonical(each.tau2)}"
            for quantity, value in zip(("estimate", "se"), numbers, strict=True):
                yield Row(quantity=quantity, value=value, treat1=one, treat2=other, part=tau2)


ASSUMED = Section(
    name="assumed_tau2", compute=_compute, lines=_lines, record=_record, rows=_rows, asked=_asked
)

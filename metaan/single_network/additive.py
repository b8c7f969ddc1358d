"""Section: treatments as sums of components, where it is asked for."""

from __future__ import annotations

from itertools import combinations
from math import isnan
from typing import TYPE_CHECKING

from metaan.format import DASH, canonical, interval_digits, pvalue
from metaan.models.network.components import component_network
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section
from metaan.single_network.words import (
    Record,
    chi_squared,
    effect_record,
    limits,
    printed,
    small,
    with_reason,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.components import ComponentNetwork
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["ADDITIVE"]

UNIDENTIFIED = "the studies do not determine it"
UNREACHABLE = "not even additivity can compare the two"
TESTS = ("tau2", "I2", "Q", "Q_dof", "Q_pvalue", "tau2_standard", "Q_standard", "Q_standard_dof")
DIFFERENCE = ("Q_standard_pvalue", "Q_difference", "Q_difference_dof", "Q_difference_pvalue")


def _asked(analysis: NetworkAnalysis) -> bool:
    return bool(analysis.request.components)


def _compute(analysis: NetworkAnalysis) -> ComponentNetwork:
    used, request = analysis.network.contrasts, analysis.request
    return component_network(
        used.study,
        used.treat1,
        used.treat2,
        used.yi,
        used.sei,
        sep=request.components,
        inactive=request.inactive,
        method=request.method,
        level=request.level,
    )


def _lines(found: ComponentNetwork, analysis: NetworkAnalysis) -> Iterator[str]:
    level, measure = analysis.request.level, analysis.measure
    digits = interval_digits((limits(0.0, float(se), level)[1] for se in found.component_se), measure)
    inactive = f"; {found.inactive} has no effect by assumption" if found.inactive else ""
    yield f"Additive components ({found.method}{inactive})"
    rows = [["Component", f"{measure or 'effect'} ({100 * level:g}% CI)", "P"]]
    for i, name in enumerate(found.components):
        estimate, se = float(found.component_estimate[i]), float(found.component_se[i])
        known = not isnan(estimate)
        said = printed(estimate, se, level, measure, digits) if known else "not identifiable"
        rows.append([name, said, pvalue(float(found.component_pvalue[i])) if known else DASH])
    yield from aligned(rows, left={0})
    tau2 = DASH if isnan(found.tau2) else small(found.tau2)
    yield f"τ² = {tau2}; Q = {chi_squared(found.Q, found.Q_dof, found.Q_pvalue)}"
    test = chi_squared(found.Q_difference, found.Q_difference_dof, found.Q_difference_pvalue)
    yield f"Test of additivity: Q = {test}"
    yield from (f"- {one} – {other} rests on additivity alone" for one, other in found.bridged)
    yield from (f"- {one} – {other}: {UNREACHABLE}" for one, other in found.unreachable)
    yield from (f"- {note}" for note in found.notes)


def _record(found: ComponentNetwork, analysis: NetworkAnalysis) -> Record:
    level, measure = analysis.request.level, analysis.measure
    components = [
        with_reason(
            {"component": name}
            | effect_record(float(found.component_estimate[i]), float(found.component_se[i]), level, measure)
            | {"pvalue": canonical(float(found.component_pvalue[i]))},
            UNIDENTIFIED,
        )
        for i, name in enumerate(found.components)
    ]
    pairs = [
        with_reason({"treat1": one, "treat2": other} | effect_record(*numbers, level, measure), UNREACHABLE)
        for one, other, numbers in _pairs(found)
    ]
    numbers = {name: canonical(getattr(found, name)) for name in (*TESTS, *DIFFERENCE)}
    return {
        "components": components,
        "inactive": found.inactive or "",
        "pairs": pairs,
        "bridged": [list(pair) for pair in found.bridged],
        "unreachable": [list(pair) for pair in found.unreachable],
        "unidentified": list(found.unidentified),
        "notes": list(found.notes),
    } | with_reason(numbers, found.notes)


def _pairs(found: ComponentNetwork) -> Iterator[tuple[str, str, tuple[float, float]]]:
    for i, j in combinations(range(len(found.treatments)), 2):
        numbers = float(found.estimate[i, j]), float(found.se[i, j])
        yield found.treatments[i], found.treatments[j], numbers


def _rows(found: ComponentNetwork, analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001
    for i, name in enumerate(found.components):
        for quantity in ("estimate", "se", "pvalue"):
            value = float(getattr(found, f"component_{quantity}")[i])
            note = UNIDENTIFIED if isnan(value) else ""
            yield Row(quantity=quantity, value=value, part=name, note=note)
    for name in (*TESTS, *DIFFERENCE):
        value = float(getattr(found, name))
        why = "; ".join(found.notes) or "nothing tests it"
        yield Row(quantity=name, value=value, note=why if isnan(value) else "")
    for one, other, numbers in _pairs(found):
        for quantity, value in zip(("estimate", "se"), numbers, strict=True):
            note = UNREACHABLE if isnan(value) else ""
            yield Row(quantity=quantity, value=value, treat1=one, treat2=other, note=note)


ADDITIVE = Section(
    name="components", compute=_compute, lines=_lines, record=_record, rows=_rows, asked=_asked
)

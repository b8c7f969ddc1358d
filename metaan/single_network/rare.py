"""Section: the network of rare events without continuity correction, where it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.errors import RequestError
from metaan.format import canonical, interval_digits
from metaan.models.network.mantel_haenszel import network_mantel_haenszel
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section
from metaan.single_network.words import (
    Record,
    chi_squared,
    counted,
    effect_record,
    limits,
    printed,
    with_reason,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from metaan.results.rare_network import RareNetwork
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["RARE", "RARE_MODELS"]

RARE_MODELS: Mapping[str, Callable[..., RareNetwork]] = {"mh": network_mantel_haenszel}
"""What --model takes beside inverse. Another model is a line here."""

NAMES = {"MH": "Mantel-Haenszel", "NCH": "conditional likelihood", "penalised": "penalised likelihood"}
NOT_COMPARED = "the method cannot compare the two"


def _asked(analysis: NetworkAnalysis) -> bool:
    return analysis.request.model in RARE_MODELS


def _compute(analysis: NetworkAnalysis) -> RareNetwork:
    arms, model = analysis.intake.arms, analysis.request.model
    if not arms:
        raise RequestError(f"--model {model} needs the arms of the studies; the file gives effects.")
    treatments = {arm.treatment for arm in arms}
    return RARE_MODELS[model](
        [arm.study for arm in arms],
        [arm.treatment for arm in arms],
        [arm.cells["events"] for arm in arms],
        [arm.cells["n"] for arm in arms],
        reference=analysis.reference if analysis.reference in treatments else None,
        level=analysis.request.level,
    )


def _against(found: RareNetwork, analysis: NetworkAnalysis) -> Iterator[tuple[str, float, float]]:
    if analysis.reference not in found.treatments:
        return
    column = found.treatments.index(analysis.reference)
    for i, name in enumerate(found.treatments):
        if i != column:
            yield name, float(found.estimate[i, column]), float(found.se[i, column])


def _lines(found: RareNetwork, analysis: NetworkAnalysis) -> Iterator[str]:
    level, against = analysis.request.level, list(_against(found, analysis))
    digits = interval_digits((limits(0.0, se, level)[1] for _, _, se in against), found.measure)
    yield (
        f"{NAMES[found.method]}, common effect, nothing added to any cell:"
        f" {counted(len(found.studies), 'study', 'studies')}, every treatment versus {analysis.reference}"
    )
    head = ["Treatment", f"{found.measure} ({100 * level:g}% CI)"]
    rows = [[name, _printed(estimate, se, level, found, digits)] for name, estimate, se in against]
    yield from aligned([head, *rows], left={0})
    yield f"Between designs: Q = {chi_squared(found.Q, found.Q_dof, found.Q_pvalue)}"
    yield from (f"- {name}: {reason}" for name, reason in found.not_estimable)
    yield from (f"- left out: {study}: {reason}" for study, reason in found.left_out)
    said = tuple(reason for _, reason in (*found.left_out, *found.not_estimable))
    yield from (f"- {note}" for note in found.notes if not said or not note.endswith(said))


def _printed(estimate: float, se: float, level: float, found: RareNetwork, digits: int) -> str:
    known = estimate == estimate
    return printed(estimate, se, level, found.measure, digits) if known else "not estimable"


def _record(found: RareNetwork, analysis: NetworkAnalysis) -> Record:
    level, why = analysis.request.level, dict(found.not_estimable)
    effects = [
        with_reason(
            {"treat1": name, "treat2": analysis.reference}
            | effect_record(estimate, se, level, found.measure),
            why.get(name) or why.get(analysis.reference) or NOT_COMPARED,
        )
        for name, estimate, se in _against(found, analysis)
    ]
    record: Record = {
        "method": found.method,
        "measure": found.measure,
        "versus_reference": effects,
        "studies": list(found.studies),
        "components": [list(each.treatments) for each in found.components],
        "not_estimable": [{"treatment": name, "reason": reason} for name, reason in found.not_estimable],
        "left_out": [{"study": study, "reason": reason} for study, reason in found.left_out],
        "notes": list(found.notes),
    }
    numbers = {name: canonical(getattr(found, name)) for name in ("Q", "Q_dof", "Q_pvalue")}
    return record | with_reason(numbers, found.notes)


def _rows(found: RareNetwork, analysis: NetworkAnalysis) -> Iterator[Row]:
    for name in ("Q", "Q_dof", "Q_pvalue"):
        value = float(getattr(found, name))
        yield Row(quantity=name, value=value, note="; ".join(found.notes) if value != value else "")
    for name, estimate, se in _against(found, analysis):
        note = NOT_COMPARED if estimate != estimate else ""
        for quantity, value in (("estimate", estimate), ("se", se)):
            yield Row(quantity=quantity, value=value, treat1=name, treat2=analysis.reference, note=note)
    for name, reason in found.not_estimable:
        yield Row(quantity="not estimable", treat1=name, note=reason)
    for study, reason in found.left_out:
        yield Row(quantity="study left out", study=study, note=reason)


RARE = Section(name="rare_events", compute=_compute, lines=_lines, record=_record, rows=_rows, asked=_asked)

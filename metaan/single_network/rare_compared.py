"""Section: one network of rare events by four methods side by side, where it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import interval_digits
from metaan.models.network.rare_comparison import compare_rare
from metaan.single.text import aligned
from metaan.single_network.rare import rare_arms
from metaan.single_network.request import COMPARE
from metaan.single_network.section import Row, Section
from metaan.single_network.words import Record, effect_record, limits, printed, with_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.rare_network import RareRow
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["RARE_COMPARED"]

METHODS = {
    "IV": "inverse variance, 0.5 added",
    "MH": "Mantel-Haenszel",
    "NCH": "conditional likelihood",
    "penalised": "penalised likelihood",
}
MEASURE = "OR"


def _asked(analysis: NetworkAnalysis) -> bool:
    return analysis.request.model == COMPARE


def _compute(analysis: NetworkAnalysis) -> tuple[RareRow, ...]:
    return compare_rare(**rare_arms(analysis), reference=analysis.reference, level=analysis.request.level)


def _lines(found: Sequence[RareRow], analysis: NetworkAnalysis) -> Iterator[str]:
    level = analysis.request.level
    digits = interval_digits((limits(0.0, each.se, level)[1] for each in found), MEASURE)
    yield f"Rare events: four methods, common effects, every treatment versus {analysis.reference}"
    rows = [["Treatment", "Method", f"{MEASURE} ({100 * level:g}% CI)", "Studies", "Left out"]]
    last = ""
    for each in found:
        known = each.estimate == each.estimate
        effect = printed(each.estimate, each.se, level, MEASURE, digits) if known else "not estimable"
        name = "" if each.treatment == last else each.treatment
        rows.append([name, METHODS[each.method], effect, str(each.studies), str(each.left_out)])
        last = each.treatment
    yield from aligned(rows, left={0, 1})
    yield from (f"- {each.treatment}, {METHODS[each.method]}: {each.reason}" for each in found if each.reason)


def _record(found: Sequence[RareRow], analysis: NetworkAnalysis) -> list[Record]:
    return [
        with_reason(
            {
                "treat1": each.treatment,
                "treat2": each.reference,
                "method": each.method,
                "studies": each.studies,
                "left_out": each.left_out,
            }
            | effect_record(each.estimate, each.se, analysis.request.level, MEASURE),
            each.reason,
        )
        for each in found
    ]


def _rows(found: Sequence[RareRow], analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001 - one shape for all
    for each in found:
        pair = {"treat1": each.treatment, "treat2": each.reference, "part": each.method}
        for quantity, value in (("estimate", each.estimate), ("se", each.se)):
            yield Row(quantity=quantity, value=value, note=each.reason, **pair)
        for quantity, count in (("studies", each.studies), ("studies left out", each.left_out)):
            yield Row(quantity=quantity, value=float(count), **pair)


RARE_COMPARED = Section(
    name="rare_events_compared",
    compute=_compute,
    lines=_lines,
    record=_record,
    rows=_rows,
    asked=_asked,
)

"""Section: the league table, every treatment against every other."""

from __future__ import annotations

from itertools import combinations
from math import isnan
from typing import TYPE_CHECKING

from metaan.format import DASH, interval_digits
from metaan.single.text import aligned
from metaan.single_network.effects import Against, against, effect_rows, pair_record
from metaan.single_network.section import Row, Section
from metaan.single_network.words import Record, effect_record, limits, printed, with_reason
from metaan.tables.league import league_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["LEAGUE"]

WIDEST = 6
"""Treatments beyond which the square is too wide for a terminal and the pairs are listed instead."""

NO_DIRECT = "no study compares the two directly"
LIST = (
    "Every line is the first treatment versus the second: the network estimate, and the direct estimate"
    f" ({DASH} where {NO_DIRECT})."
)


def _compute(analysis: NetworkAnalysis) -> tuple[Against, ...]:
    fit = analysis.network
    return tuple(against(fit, one, other) for one, other in combinations(fit.treatments, 2))


def _lines(found: Sequence[Against], analysis: NetworkAnalysis) -> Iterator[str]:
    fit = analysis.network
    if len(fit.treatments) > WIDEST:
        yield from _list(found, analysis)
        return
    table = league_table(
        fit, analysis="network", title="", measure=analysis.measure or "Effect", names={}, order=()
    )
    yield "League table"
    head = [column.title for column in table.columns]
    yield from aligned([head, *([cell.text for cell in row] for row in table.rows)], left={0})
    yield from table.notes


def _list(found: Sequence[Against], analysis: NetworkAnalysis) -> Iterator[str]:
    level, measure = analysis.request.level, analysis.measure
    halves = (limits(0.0, se, level)[1] for each in found for se in (each.se, each.direct_se))
    digits = interval_digits(halves, measure)
    ci = f"{measure or 'effect'} ({100 * level:g}% CI)"
    yield "League table"
    rows = [["Treatment", "versus", f"Network {ci}", f"Direct {ci}", "Studies"]]
    for each in found:
        direct = printed(each.direct, each.direct_se, level, measure, digits) if each.studies else DASH
        network = printed(each.estimate, each.se, level, measure, digits)
        rows.append([each.treat1, each.treat2, network, direct, str(each.studies)])
    yield from aligned(rows, left={0, 1})
    yield LIST


def _record(found: Sequence[Against], analysis: NetworkAnalysis) -> list[Record]:
    level, measure = analysis.request.level, analysis.measure
    return [
        pair_record(each, analysis)
        | {
            "direct": with_reason(
                effect_record(each.direct, each.direct_se, level, measure) | {"studies": each.studies},
                NO_DIRECT,
            )
        }
        for each in found
    ]


def _rows(found: Sequence[Against], analysis: NetworkAnalysis) -> Iterator[Row]:
    for each in found:
        yield from effect_rows(each, analysis)
        for quantity, value in (("direct_estimate", each.direct), ("direct_se", each.direct_se)):
            why = NO_DIRECT if isnan(value) else ""
            yield Row(quantity=quantity, value=value, treat1=each.treat1, treat2=each.treat2, note=why)


LEAGUE = Section(name="league", compute=_compute, lines=_lines, record=_record, rows=_rows)

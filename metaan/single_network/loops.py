"""Sections: closed loops of three comparisons, and the net heat matrix."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from metaan.format import DASH, canonical, fixed, interval_digits, pvalue, significant
from metaan.models.network.heat import net_heat
from metaan.models.network.loops import bucher
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section
from metaan.single_network.words import Record, effect_record, limits, printed, with_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.inconsistency import Loop, NetHeat
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["HEAT", "LOOPS"]

NUMBERS = ("direct", "direct_se", "indirect", "indirect_se", "difference", "difference_se", "pvalue")
NOT_ESTIMABLE = "the loop cannot disagree with itself"


def _loops(analysis: NetworkAnalysis) -> tuple[Loop, ...]:
    return bucher(analysis.network)


def _loop_lines(found: Sequence[Loop], analysis: NetworkAnalysis) -> Iterator[str]:
    if not found:
        return
    level, measure = analysis.request.level, analysis.measure
    errors = (se for loop in found for se in (loop.direct_se, loop.indirect_se))
    digits = interval_digits((limits(0.0, se, level)[1] for se in errors), measure)
    ci = f"{measure or 'effect'} ({100 * level:g}% CI)"
    yield "Closed loops (Bucher): the first treatment versus the second, directly and by way of the third"
    rows = [["Loop", f"Direct {ci}", f"Indirect {ci}", "Difference (SE)", "P"]]
    for loop in found:
        row = [" – ".join(loop.treatments), printed(loop.direct, loop.direct_se, level, measure, digits)]
        row += [printed(loop.indirect, loop.indirect_se, level, measure, digits)]
        gap = isnan(loop.difference)
        row += [DASH if gap else f"{fixed(loop.difference, 3)} ({significant(loop.difference_se, 3)})"]
        rows.append([*row, DASH if gap else pvalue(loop.pvalue)])
    yield from aligned(rows, left={0})
    yield from (f"- {' – '.join(loop.treatments)}: {note}" for loop in found for note in loop.notes)


def _loop_record(found: Sequence[Loop], analysis: NetworkAnalysis) -> list[Record]:
    level, measure = analysis.request.level, analysis.measure
    return [
        with_reason(
            {
                "treatments": list(loop.treatments),
                "direct": effect_record(loop.direct, loop.direct_se, level, measure),
                "indirect": effect_record(loop.indirect, loop.indirect_se, level, measure),
                "difference": canonical(loop.difference),
                "difference_se": canonical(loop.difference_se),
                "difference_ci": {"low": canonical(loop.low), "high": canonical(loop.high)},
                "pvalue": canonical(loop.pvalue),
                "independent": loop.independent,
                "notes": list(loop.notes),
            },
            loop.notes or NOT_ESTIMABLE,
        )
        for loop in found
    ]


def _loop_rows(found: Sequence[Loop], analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001
    for loop in found:
        for name in NUMBERS:
            value = float(getattr(loop, name))
            note = "; ".join(loop.notes) or (NOT_ESTIMABLE if isnan(value) else "")
            yield Row(quantity=name, value=value, part=" – ".join(loop.treatments), note=note)


LOOPS = Section(name="loops", compute=_loops, lines=_loop_lines, record=_loop_record, rows=_loop_rows)


def _heat(analysis: NetworkAnalysis) -> NetHeat:
    return net_heat(analysis.network)


def _heat_lines(found: NetHeat, analysis: NetworkAnalysis) -> Iterator[str]:  # noqa: ARG001
    """Say nothing: a matrix is for a figure, and for the JSON and the CSV."""
    return iter(())


def _heat_record(found: NetHeat, analysis: NetworkAnalysis) -> Record:  # noqa: ARG001
    return {
        "rows": list(found.rows),
        "Q": [canonical(value) for value in found.Q.tolist()],
        "contribution": [[canonical(value) for value in row] for row in found.contribution.tolist()],
        "change": [[canonical(value) for value in row] for row in found.change.tolist()],
        "model": found.model,
        "notes": list(found.notes),
        "reason": "" if found.rows else "; ".join(found.notes) or "no loop passes through any design",
    }


def _heat_rows(found: NetHeat, analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001
    for i, name in enumerate(found.rows):
        yield Row(quantity="Q", value=float(found.Q[i]), part=name)
        for j, other in enumerate(found.rows):
            pair = f"{name} / {other}"
            yield Row(quantity="contribution", value=float(found.contribution[i, j]), part=pair)
            yield Row(quantity="change", value=float(found.change[i, j]), part=pair)


HEAT = Section(name="net_heat", compute=_heat, lines=_heat_lines, record=_heat_record, rows=_heat_rows)

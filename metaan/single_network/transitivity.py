"""Section: how possible effect modifiers are spread over the comparisons, where they are named."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from metaan.format import canonical
from metaan.models.network.modifiers import modifier_table
from metaan.review.cells import parse_number
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section
from metaan.single_network.words import Record, with_reason
from metaan.tables.modifiers import effect_modifier_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from metaan.results.modifiers import ModifierRow, ModifierTable
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["TRANSITIVITY"]

NUMBERS = ("mean", "median", "low", "high")
UNKNOWN = "no study of this comparison states it"


def _asked(analysis: NetworkAnalysis) -> bool:
    return bool(analysis.request.modifiers)


def _compute(analysis: NetworkAnalysis) -> ModifierTable:
    used, described = analysis.network.contrasts, analysis.intake.described
    held = dict.fromkeys(used.study)
    return modifier_table(
        used.study,
        used.treat1,
        used.treat2,
        {
            heading: _values({study: described[heading].get(study, "") for study in held})
            for heading in dict.fromkeys(analysis.request.modifiers)
        },
    )


def _values(texts: Mapping[str, str]) -> dict[object, object]:
    """Take a column whose every value is a number as numbers, any other as words."""
    parsed: dict[object, object] = {
        study: parse_number("modifier", "number", text) for study, text in texts.items()
    }
    if all(value is None or isinstance(value, int | float) for value in parsed.values()):
        return parsed
    return {study: text or None for study, text in texts.items()}


def _lines(found: ModifierTable, analysis: NetworkAnalysis) -> Iterator[str]:  # noqa: ARG001 - one shape for all
    table = effect_modifier_table(found, analysis="network", title="Network", names={})
    shown = [i for i, column in enumerate(table.columns) if column.where != "csv"]
    yield "Possible effect modifiers of each comparison (transitivity)"
    rows = [[row[i].text for i in shown] for row in table.rows]
    yield from aligned([[table.columns[i].title for i in shown], *rows], left={0, *range(2, len(shown))})
    yield from (f"- {note}" for note in table.notes)


def _record(found: ModifierTable, analysis: NetworkAnalysis) -> Record:  # noqa: ARG001 - one shape for all
    return {"comparisons": [_one(row) for row in found.rows], "notes": list(found.notes)}


def _one(row: ModifierRow) -> Record:
    record: Record = {
        "treat1": row.treat1,
        "treat2": row.treat2,
        "modifier": row.modifier,
        "kind": row.kind,
        "studies": list(row.studies),
        "missing": list(row.missing),
    }
    if row.kind == "categorical":
        return record | {"counts": dict(zip(row.levels, row.counts, strict=True)), "reason": ""}
    return with_reason(record | {name: canonical(getattr(row, name)) for name in NUMBERS}, UNKNOWN)


def _rows(found: ModifierTable, analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001 - one shape for all
    for row in found.rows:
        pair = {"treat1": row.treat1, "treat2": row.treat2, "part": row.modifier}
        for name in NUMBERS if row.kind == "continuous" else ():
            value = float(getattr(row, name))
            yield Row(quantity=name, value=value, note=UNKNOWN if isnan(value) else "", **pair)
        for level, count in zip(row.levels, row.counts, strict=True):
            yield Row(quantity="studies", value=float(count), text=level, **pair)
        yield Row(quantity="studies missing", value=float(len(row.missing)), **pair)


TRANSITIVITY = Section(
    name="modifiers", compute=_compute, lines=_lines, record=_record, rows=_rows, asked=_asked
)

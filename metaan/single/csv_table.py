"""One analysis of a plain file as a table: studies, pooled lines, coefficients, and rows set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import back_transform, fixed
from metaan.single.lines import pooled_lines
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.single.analysis import Single

__all__ = ["single_table"]

NUMBERS = ("effect", "effect_low", "effect_high", "estimate", "se", "ci_low", "ci_high", "weight")
COLUMNS = (
    Column(name="kind", title="What the line is"),
    Column(name="name", title="Study or model"),
    Column(name="row", title="Row of the file", numeric=True),
    *(Column(name=name, title=name, numeric=True) for name in NUMBERS),
    Column(name="note", title="Note"),
)


def single_table(single: Single) -> Table:
    """Set an analysis out as one table for `to_csv`.

    Parameters
    ----------
    single : Single
        The analysis.

    Returns
    -------
    Table
        `effect` columns are as a person reads them, `estimate`, `se` and `ci` on the analysis scale; `kind`
        is study, pooled, common, prediction, subgroup, coefficient or set aside.
    """
    title = f"Analysis of {single.file}"
    return Table(id="single", title=title, columns=COLUMNS, rows=tuple(_rows(single)))


def _rows(single: Single) -> Iterator[tuple[Cell, ...]]:
    for study in single.studies:
        se = study.vi**0.5 if study.vi >= 0 else float("nan")
        values: tuple[float, ...] = (*study.shown, study.yi, se, study.ci_low, study.ci_high, study.weight)
        yield _row("study", study.label, study.row, values, study.note)
    for line in pooled_lines(single):
        shown = tuple(back_transform(x, line.measure) for x in (line.estimate, line.low, line.high))
        values = (*shown, line.estimate, line.se, line.low, line.high, float("nan"))
        yield _row(line.kind, line.name, None, values, line.note)
    for row in single.set_aside:
        place = f"{row.column}: “{row.text}”. " if row.column else ""
        yield _row("set aside", row.label, row.row, (float("nan"),) * len(NUMBERS), place + row.reason)


def _row(kind: str, name: str, row: int | None, values: tuple[float, ...], note: str) -> tuple[Cell, ...]:
    place = Cell("") if row is None else Cell(str(row), float(row))
    return (Cell(kind), Cell(name), place, *(number_cell(v, fixed(v, 4)) for v in values), Cell(note))

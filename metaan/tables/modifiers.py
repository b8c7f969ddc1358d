"""Table of effect modifiers: how alike the studies of the direct comparisons of a network are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import DASH, significant
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.modifiers import ModifierRow, ModifierTable

__all__ = ["effect_modifier_table"]

NOTES = (
    "Numbers: mean, with median and range where several studies report one. Words: number of studies with"
    " each. Every study counts once in each comparison that it makes; none is weighted.",
    "Missing: studies of the comparison whose value is not known. Nothing was filled in.",
    "The network assumes that nothing that changes the effect differs between its comparisons (transitivity);"
    " whether what differs here changes it is a judgement, not a test.",
)


MOST_DIGITS = 1e6
"""Whole numbers below it are written as they are: years have no thousands."""


def effect_modifier_table(
    modifiers: ModifierTable, *, analysis: str, title: str, names: Mapping[str, str]
) -> Table:
    """Set out the direct comparisons of a network with the possible effect modifiers of their studies.

    Parameters
    ----------
    modifiers : ModifierTable
        As `modifier_table` gives it.
    analysis, title : str
        Id and title of the analysis.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        A row for each comparison. For a person one column for each modifier, as text; for a machine its mean,
        median, minimum and maximum, or a count for each of its words, and how many studies lack it.

    Examples
    --------
    >>> from metaan import modifier_table
    >>> from metaan.tables.table import to_csv
    >>> found = modifier_table(list("ab"), ["A", "A"], ["P", "P"], {"age": [50, None]})
    >>> table = effect_modifier_table(found, analysis="pain", title="Pain", names={"A": "Drug A"})
    >>> print(to_csv(table), end="")
    comparison,treatment_1,treatment_2,studies,age: mean,age: median,age: minimum,age: maximum,age: missing
    Drug A versus P,A,P,2,50,50,50,50,1
    >>> [cell.text for cell in table.rows[0]][4]
    '50; 1 missing'
    """
    width = len(modifiers.modifiers)
    first = modifiers.rows[:width]
    titles = _titles(modifiers, names)
    groups = [modifiers.rows[i : i + width] for i in range(0, len(modifiers.rows), width)]
    return Table(
        id=f"{analysis}-modifiers",
        title=f"{title}: possible effect modifiers of each comparison",
        columns=(
            Column(name="comparison", title="Comparison"),
            Column(name="treatment_1", title="First treatment", where="csv"),
            Column(name="treatment_2", title="Second treatment", where="csv"),
            Column(name="studies", title="Studies", numeric=True),
            *(column for row in first for column in _columns(row)),
        ),
        rows=tuple(_row(group, titles) for group in groups),
        notes=(*NOTES, *modifiers.notes),
    )


def _columns(row: ModifierRow) -> tuple[Column, ...]:
    if row.kind == "continuous":
        parts = [f"{row.modifier}: {what}" for what in ("mean", "median", "minimum", "maximum", "missing")]
    else:
        parts = [f"{row.modifier} = {level}" for level in row.levels] + [f"{row.modifier}: missing"]
    return (
        Column(name=row.modifier, title=row.modifier, where="html"),
        *(Column(name=name, title=name, numeric=True, where="csv") for name in parts),
    )


def _titles(modifiers: ModifierTable, names: Mapping[str, str]) -> dict[str, str]:
    """Name every node; those that share a name are told apart by the node behind it."""
    titles = {node: names.get(node, node) for pair in modifiers.comparisons for node in pair}
    shown = list(titles.values())
    return {node: title if shown.count(title) == 1 else f"{title} ({node})" for node, title in titles.items()}


def _row(group: tuple[ModifierRow, ...], titles: Mapping[str, str]) -> tuple[Cell, ...]:
    one, two, k = group[0].treat1, group[0].treat2, len(group[0].studies)
    return (
        Cell(f"{titles[one]} versus {titles[two]}"),
        Cell(one),
        Cell(two),
        Cell(str(k), float(k)),
        *(cell for row in group for cell in (Cell(_text(row)), *_numbers(row))),
    )


def _numbers(row: ModifierRow) -> tuple[Cell, ...]:
    sizes = (row.mean, row.median, row.low, row.high) if row.kind == "continuous" else ()
    counts = (*row.counts, len(row.missing))
    return (
        *(number_cell(size, significant(size)) for size in sizes),
        *(Cell(str(count), float(count)) for count in counts),
    )


def _text(row: ModifierRow) -> str:
    known = len(row.studies) - len(row.missing)
    missing = f"; {len(row.missing)} missing" if row.missing else ""
    if known == 0:
        return f"{DASH}{missing}"
    if row.kind == "categorical":
        present = [f"{level} ({n})" for level, n in zip(row.levels, row.counts, strict=True) if n]
        return f"{', '.join(present)}{missing}"
    if known == 1:
        return f"{_plain(row.mean)}{missing}"
    spread = f"{_plain(row.low)} to {_plain(row.high)}"
    return f"{_plain(row.mean)} (median {_plain(row.median)}, {spread}){missing}"


def _plain(value: float) -> str:
    return f"{value:g}" if value == int(value) and abs(value) < MOST_DIGITS else significant(value)

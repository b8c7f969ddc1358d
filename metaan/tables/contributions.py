"""Tables of what carries the estimates of a network: direct comparisons, studies, judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import DASH, percent
from metaan.results.contribution import NOT_JUDGED
from metaan.tables.estimates import pair_cells, pair_columns
from metaan.tables.table import Cell, Column, Table, number_cell, told_apart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.results.contribution import Contributions, JudgedContributions
    from metaan.types import FloatArray

__all__ = ["contributions_table", "judged_table"]

METHODS = {
    "shortestpath": "shortest paths of the flow of evidence",
    "randomwalk": "a random walk along the flow of evidence",
}


def contributions_table(
    found: Contributions,
    *,
    id: str,  # noqa: A002 - the field's name
    title: str,
    names: Mapping[str, str],
    sources: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> Table:
    """Set out the share of each source in each network estimate.

    Parameters
    ----------
    found : Contributions
        Shares of comparisons or of studies.
    id, title : str
        Of the table.
    names : mapping of str to str
        Node to the name to print.
    sources : mapping of str to str, optional
        Source to the heading to print.
    notes : sequence of str
        Further notes.

    Returns
    -------
    Table
        One row per pair of treatments; shares are fractions of 1 in the CSV and sum to 1.
    """
    heads = told_apart([(sources or {}).get(source, source) for source in found.sources], found.sources)
    return Table(
        id=id,
        title=title,
        columns=(
            *pair_columns(),
            Column(name="proportion_direct", title="Share of direct evidence", numeric=True),
            *(Column(name=name, title=name, numeric=True) for name in heads),
        ),
        rows=tuple(
            (
                *pair_cells(pair, names),
                number_cell(float(direct), percent(float(direct))),
                *_shares(row),
            )
            for pair, direct, row in zip(found.pairs, found.proportion_direct, found.shares, strict=True)
        ),
        notes=(f"Shares by {METHODS[found.method]}; every row sums to 100%.", *notes),
    )


def judged_table(
    found: JudgedContributions,
    *,
    id: str,  # noqa: A002
    title: str,
    names: Mapping[str, str],
) -> Table:
    """Set out how much of each network estimate comes from studies that were judged alike.

    Parameters
    ----------
    found : JudgedContributions
        Shares by judgement; where nobody judged a study, the table has no row.
    id, title : str
        Of the table.
    names : mapping of str to str
        Node to the name to print.
    """
    return Table(
        id=id,
        title=title,
        columns=(
            *pair_columns(),
            *(Column(name=name, title=name, numeric=True) for name in found.judgements),
        ),
        rows=tuple(
            (*pair_cells(pair, names), *_shares(row))
            for pair, row in zip(found.pairs, found.shares, strict=True)
            if found.judgements != (NOT_JUDGED,)
        ),
        notes=("Shares of the studies' contributions by their overall risk of bias.",),
    )


def _shares(row: FloatArray) -> tuple[Cell, ...]:
    return tuple(
        number_cell(share, percent(share, 1) if share > 0 else DASH, 1.0) for share in map(float, row)
    )

"""Tables of whether a network agrees with itself: node splits, loops, designs."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from metaan.format import DASH, fixed, percent, pvalue
from metaan.tables.estimates import estimate_cells, estimate_columns, network_digits, pair_cells, pair_columns
from metaan.tables.table import Cell, Column, Table, number_cell, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.findings import NetworkFindings
    from metaan.results.inconsistency import Loop
    from metaan.results.network import Network, NodeSplit

__all__ = ["designs_table", "loops_table", "splits_table"]


def splits_table(
    network: Network,
    findings: NetworkFindings,
    *,
    analysis: str,
    title: str,
    measure: str,
    names: Mapping[str, str],
) -> Table:
    """Set the direct evidence of each comparison beside the indirect evidence and the network.

    Parameters
    ----------
    network : Network
        The fit.
    findings : NetworkFindings
        Its node splits.
    analysis, title : str
        Id and title of the analysis.
    measure : str
        The measure's letters.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per pair that studies compare directly, first versus second.
    """
    return Table(
        id=f"{analysis}-splits",
        title=f"{title}: direct and indirect evidence",
        columns=(
            *pair_columns(),
            Column(name="k", title="Direct studies", numeric=True),
            Column(name="proportion_direct", title="Share of direct evidence", numeric=True),
            *estimate_columns("direct", f"Direct: {measure}"),
            *estimate_columns("indirect", f"Indirect: {measure}"),
            *estimate_columns("network", f"Network: {measure}"),
            *estimate_columns("difference", _difference_title(measure)),
            Column(name="pvalue", title="P of the difference", numeric=True),
            Column(name="note", title="Note"),
        ),
        rows=tuple(_split_row(network, each, measure, names) for each in findings.splits),
        notes=(
            "Back-calculation: the network's estimate is the weighted mean of direct and indirect evidence,"
            " under the network's τ².",
        ),
    )


def _difference_title(measure: str) -> str:
    return f"Direct against indirect, as {measure}"


def _split_row(
    network: Network, split: NodeSplit, measure: str, names: Mapping[str, str]
) -> tuple[Cell, ...]:
    at = (network.treatments.index(split.treat1), network.treatments.index(split.treat2))
    effects = (
        (split.direct, split.direct_se),
        (split.indirect, split.indirect_se),
        (float(network.estimate[at]), float(network.se[at])),
        (split.difference, split.difference_se),
    )
    return (
        *pair_cells((split.treat1, split.treat2), names),
        Cell(str(split.studies), float(split.studies)),
        number_cell(split.proportion_direct, percent(split.proportion_direct)),
        *(
            cell
            for each in effects
            for cell in estimate_cells(*each, measure, network.level, network_digits(network, measure))
        ),
        _p_cell(split.pvalue),
        Cell("; ".join(split.notes)),
    )


def loops_table(
    network: Network,
    findings: NetworkFindings,
    *,
    analysis: str,
    title: str,
    measure: str,
    names: Mapping[str, str],
) -> Table:
    """Set out every closed loop of three comparisons with its two ways round (Bucher).

    Parameters and returns are those of `splits_table`, one row per loop.
    """
    return Table(
        id=f"{analysis}-loops",
        title=f"{title}: loops of three comparisons",
        columns=(
            Column(name="loop", title="Loop"),
            *pair_columns(),
            *estimate_columns("direct", f"Direct: {measure}"),
            *estimate_columns("indirect", f"By way of the third: {measure}"),
            *estimate_columns("difference", _difference_title(measure)),
            Column(name="pvalue", title="P of the difference", numeric=True),
            Column(name="independent", title="Independent evidence"),
            Column(name="note", title="Note", where="csv"),
        ),
        rows=tuple(_loop_row(each, measure, network.level, names) for each in findings.loops),
        notes=tuple(dict.fromkeys(sentence(note) for each in findings.loops for note in each.notes)),
    )


def _loop_row(loop: Loop, measure: str, level: float, names: Mapping[str, str]) -> tuple[Cell, ...]:
    effects = (
        (loop.direct, loop.direct_se),
        (loop.indirect, loop.indirect_se),
        (loop.difference, loop.difference_se),
    )
    return (
        Cell(", ".join(names.get(node, node) for node in loop.treatments)),
        *pair_cells((loop.treatments[0], loop.treatments[1]), names),
        *(cell for each in effects for cell in estimate_cells(*each, measure, level)),
        _p_cell(loop.pvalue),
        Cell("yes" if loop.independent else "no"),
        Cell("; ".join(loop.notes)),
    )


def designs_table(findings: NetworkFindings, *, analysis: str, title: str, names: Mapping[str, str]) -> Table:
    """Split Cochran's Q into its parts: each design, within designs, between designs, the whole.

    Parameters
    ----------
    findings : NetworkFindings
        Its decomposition.
    analysis, title : str
        Id and title of the analysis.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        No row where nothing is left for a test.
    """
    split = findings.designs
    parts: tuple[tuple[str, float, float, float], ...] = (
        *(
            (" : ".join(names.get(node, node) for node in each.treatments), each.Q, each.dof, each.pvalue)
            for each in split.designs
            if each.dof > 0
        ),
        ("Within designs", split.Q_within, split.dof_within, split.pvalue_within),
        ("Between designs", split.Q_between, split.dof_between, split.pvalue_between),
        (
            "Between designs, random effects within them",
            split.Q_between_random,
            split.dof_between,
            split.pvalue_between_random,
        ),
        ("All", split.Q, split.dof, split.pvalue),
    )
    return Table(
        id=f"{analysis}-designs",
        title=f"{title}: heterogeneity within and inconsistency between designs",
        columns=(
            Column(name="part", title="Part"),
            Column(name="Q", title="Q", numeric=True),
            Column(name="dof", title="df", numeric=True),
            Column(name="pvalue", title="P", numeric=True),
        ),
        rows=tuple(_q_row(*part, whole=split.Q) for part in parts) if split.dof > 0 else (),
        notes=tuple(map(sentence, split.notes)),
    )


def _q_row(name: str, Q: float, dof: float, p: float, *, whole: float) -> tuple[Cell, ...]:
    return (
        Cell(name),
        number_cell(Q, fixed(Q) if Q == Q else DASH, whole),
        Cell(f"{dof:g}", dof),
        _p_cell(p),
    )


def _p_cell(p: float) -> Cell:
    return Cell(DASH) if isnan(p) else number_cell(p, pvalue(p))

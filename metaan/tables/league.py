"""League table: every treatment against every other, network estimate and direct estimate."""

from __future__ import annotations

from functools import partial
from math import isnan
from statistics import NormalDist
from typing import TYPE_CHECKING

from metaan.format import DASH, effect_with_interval
from metaan.tables.estimates import network_digits
from metaan.tables.table import Cell, Column, Table, told_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from metaan.results.network import Network
    from metaan.types import FloatArray

__all__ = ["UNCONNECTED", "league_table"]

UNCONNECTED = "no connected evidence"
DIRECT = (
    "The direct estimates are weighted with the between-study variance of the whole network and have normal"
    " intervals; a forest plot of the same studies estimates its own, so the two can differ."
)


def league_table(
    network: Network,
    *,
    analysis: str,
    title: str,
    measure: str,
    names: Mapping[str, str],
    order: Sequence[str],
) -> Table:
    """Set out a network: below the diagonal its estimates, above it the direct ones, all row versus column.

    Parameters
    ----------
    network : Network
        A fit; its matrices are row minus column.
    analysis, title : str
        Id and title of the analysis.
    measure : str
        The measure's letters.
    names : mapping of str to str
        Node to the name to print.
    order : sequence of str
        Nodes in the order wanted; those that are not named follow in the network's order.

    Returns
    -------
    Table
        Square, as text: "–" where no study compares a pair directly, "no connected evidence" where the
        network holds no path between a pair.
    """
    nodes = [node for node in order if node in network.treatments]
    nodes += [node for node in network.treatments if node not in nodes]
    titles = told_apart([names.get(node, node) for node in nodes], nodes)
    columns = (
        Column(name="row_versus_column", title="Row versus column"),
        *(Column(name=name, title=name) for name in titles),
    )
    write = partial(_printed, measure, network.level, network_digits(network, measure))
    rows = tuple(
        (Cell(name), *(_cell(network, write, i, j, nodes, name) for j in range(len(nodes))))
        for i, name in enumerate(titles)
    )
    return Table(
        id=f"{analysis}-league",
        title=f"{title}: league table",
        columns=columns,
        rows=rows,
        notes=(_orientation(measure, network.level), DIRECT),
    )


def _orientation(measure: str, level: float) -> str:
    return (
        f"Every cell is the row's treatment versus the column's treatment: {measure} ({100 * level:g}% CI)."
        " Below the diagonal stands the network estimate, above it the direct estimate"
        f" ({DASH} where no study compares the two directly)."
    )


def _cell(
    network: Network,
    write: Callable[[FloatArray, FloatArray, int, int], str],
    i: int,
    j: int,
    nodes: Sequence[str],
    name: str,
) -> Cell:
    if i == j:
        return Cell(name)
    a, b = network.treatments.index(nodes[i]), network.treatments.index(nodes[j])
    if isnan(network.estimate[a, b]):
        return Cell(UNCONNECTED)
    if i > j:
        return Cell(write(network.estimate, network.se, a, b))
    if isnan(network.direct_estimate[a, b]):
        return Cell(DASH)
    return Cell(write(network.direct_estimate, network.direct_se, a, b))


def _printed(
    measure: str, level: float, digits: int, estimate: FloatArray, se: FloatArray, a: int, b: int
) -> str:
    value, half = float(estimate[a, b]), NormalDist().inv_cdf((1 + level) / 2) * float(se[a, b])
    return effect_with_interval(value, value - half, value + half, measure, digits)

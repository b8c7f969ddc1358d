"""Table of what a network's estimates would be under assumed between-study variances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import significant, variance
from metaan.tables.estimates import estimate_cells, estimate_columns, network_digits
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.findings import NetworkFindings
    from metaan.results.network import Network

__all__ = ["assumed_table"]


def assumed_table(
    network: Network,
    findings: NetworkFindings,
    *,
    analysis: str,
    title: str,
    measure: str,
    names: Mapping[str, str],
) -> Table:
    """Set out every treatment against the reference for each assumed value.

    Parameters
    ----------
    network : Network
        The fit, whose tau2 cannot be estimated.
    findings : NetworkFindings
        Its estimates under assumed values.
    analysis, title : str
        Id and title of the analysis.
    measure : str
        The measure's letters.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per treatment and assumed value; no row where tau2 was estimated.
    """
    at = network.treatments.index(findings.reference)
    against = names.get(findings.reference, findings.reference)
    digits = network_digits(network, measure)
    rows = tuple(
        (
            Cell(names.get(treatment, treatment)),
            number_cell(each.tau2**0.5, significant(each.tau2**0.5) if each.tau2 else "0"),
            number_cell(each.tau2, variance(each.tau2)),
            *estimate_cells(
                float(each.estimate[i, at]), float(each.se[i, at]), measure, network.level, digits
            ),
        )
        for i, treatment in enumerate(network.treatments)
        if i != at and network.estimate[i, at] == network.estimate[i, at]
        for each in findings.assumed
    )
    return Table(
        id=f"{analysis}-assumed-tau2",
        title=f"{title}: estimates under assumed values of τ²",
        columns=(
            Column(name="treatment", title="Treatment"),
            Column(name="tau", title="Assumed τ", numeric=True),
            Column(name="tau2", title="Assumed τ²", numeric=True),
            *estimate_columns("versus", f"{measure} against {against}"),
        ),
        rows=rows,
        notes=(
            "These data cannot tell τ²: the values are assumptions that show how much hangs on it, not"
            " estimates.",
        ),
    )

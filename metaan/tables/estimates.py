"""Columns and cells of one estimate: a text for a person, numbers for a machine."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

from metaan.format import DASH, back_transform, effect_with_interval, fixed, interval_digits, shown_scale
from metaan.tables.table import Cell, Column, number_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.network import Network

__all__ = ["estimate_cells", "estimate_columns", "network_digits", "pair_cells", "pair_columns"]

PARTS = ("effect", "effect_low", "effect_high", "estimate", "se", "ci_low", "ci_high")


def pair_columns() -> tuple[Column, ...]:
    """Head the two treatments of a comparison."""
    return (Column(name="treat1", title="First"), Column(name="treat2", title="Second"))


def pair_cells(pair: tuple[str, str], names: Mapping[str, str]) -> tuple[Cell, ...]:
    """Name the two treatments of a comparison.

    Parameters
    ----------
    pair : (str, str)
        Nodes.
    names : mapping of str to str
        Node to the name to print.
    """
    return tuple(Cell(names.get(node, node)) for node in pair)


def estimate_columns(name: str, title: str) -> tuple[Column, ...]:
    """Head one estimate: its text on the page, seven numbers in the CSV.

    Parameters
    ----------
    name : str
        Prefix of the columns; `name_effect` is on the scale that a person reads, `name_estimate` on the
        analysis scale.
    title : str
        Printed heading.

    Examples
    --------
    >>> [column.name for column in estimate_columns("direct", "Direct")][:3]
    ['direct', 'direct_effect', 'direct_effect_low']
    """
    return (
        Column(name=name, title=title, where="html"),
        *(Column(name=f"{name}_{part}", title=part, numeric=True, where="csv") for part in PARTS),
    )


def estimate_cells(
    estimate: float, se: float, measure: str, level: float, digits: int = 2
) -> tuple[Cell, ...]:
    """Write one estimate with its normal interval.

    Parameters
    ----------
    estimate, se : float
        Analysis scale; `nan` becomes a dash and empty numbers.
    measure : str
        The measure's letters.
    level : float
        Of the interval, in (0, 1).
    digits : int, default 2
        Decimals of the text.

    Examples
    --------
    >>> cells = estimate_cells(0.0, 0.25, "RR", 0.95)
    >>> cells[0].text, cells[1].number, len(cells)
    ('1.00 (0.61 to 1.63)', 1.0, 8)
    """
    if estimate != estimate:
        return (Cell(DASH), *(Cell(DASH) for _ in PARTS))
    half = NormalDist().inv_cdf((1 + level) / 2) * se
    scale = (estimate, estimate - half, estimate + half)
    residue = shown_scale(se, measure)
    return (
        Cell(effect_with_interval(*scale, measure, digits)),
        *(number_cell(back_transform(value, measure), fixed(value), residue) for value in scale),
        *(number_cell(value, fixed(value, 4), se) for value in (scale[0], se, *scale[1:])),
    )


def network_digits(network: Network, measure: str) -> int:
    """Tell how many decimals give the narrowest interval of a network two significant digits.

    Parameters
    ----------
    network : Network
        The fit; its direct estimates count too.
    measure : str
        The measure's letters; ratios look after themselves.
    """
    quantile = NormalDist().inv_cdf((1 + network.level) / 2)
    n = len(network.treatments)
    errors = (float(se[i, j]) for se in (network.se, network.direct_se) for i in range(n) for j in range(i))
    return interval_digits((quantile * se for se in errors), measure)

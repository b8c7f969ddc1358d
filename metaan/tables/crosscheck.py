"""Table of the second opinion: pooled numbers computed by metaan and by statsmodels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import fixed
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.results.synthesis import AnalysisResult, CrossCheck

__all__ = ["crosscheck_table"]

_COLUMNS = (
    Column(name="analysis", title="Outcome"),
    Column(name="treat1", title="First treatment"),
    Column(name="treat2", title="Second treatment"),
    Column(name="quantity", title="Quantity (analysis scale)"),
    Column(name="metaan", title="metaan", numeric=True),
    Column(name="statsmodels", title="statsmodels", numeric=True),
    Column(name="agrees", title="Equal to nine digits"),
)


def crosscheck_table(
    checks: Sequence[CrossCheck], analyses: Sequence[AnalysisResult], names: Mapping[str, str]
) -> Table:
    """Set metaan's pooled numbers beside those of statsmodels.

    Parameters
    ----------
    checks : sequence of CrossCheck
        One per number.
    analyses : sequence of AnalysisResult
        Their titles are printed.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per number; a note says how many differ.
    """
    titles = {analysis.id: analysis.title for analysis in analyses}
    sizes: dict[tuple[str, str, str], float] = {}
    for check in checks:
        sizes[_pair(check)] = max(sizes.get(_pair(check), 0.0), abs(check.statsmodels))
    rows = tuple(
        (
            Cell(titles[check.analysis], href=f"#{check.analysis}"),
            Cell(names.get(check.treat1, check.treat1)),
            Cell(names.get(check.treat2, check.treat2)),
            Cell(check.quantity),
            *(number_cell(v, fixed(v, 6), sizes[_pair(check)]) for v in (check.metaan, check.statsmodels)),
            Cell("yes" if check.agrees else "no"),
        )
        for check in checks
    )
    differ = sum(not check.agrees for check in checks)
    note = f"{differ} of {len(checks)} numbers differ." if differ else "No number differs."
    return Table(
        id="crosscheck",
        title="A second opinion: pooled estimates of two studies or more, computed again by statsmodels",
        columns=_COLUMNS,
        rows=rows,
        notes=("Weighted least squares on a constant, with metaan's τ² in the weights.", note),
    )


def _pair(check: CrossCheck) -> tuple[str, str, str]:
    return check.analysis, check.treat1, check.treat2

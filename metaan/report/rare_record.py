"""The methods for rare events as a record of results.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import canonical
from metaan.report.records import has_gap

if TYPE_CHECKING:
    from typing import Any

    from metaan.results.rare_network import RareRow

__all__ = ["rare_record"]


def rare_record(row: RareRow) -> dict[str, Any]:
    """Write one row for results.json."""
    record = {
        "treat1": row.treatment,
        "treat2": row.reference,
        "method": row.method,
        "estimate": canonical(row.estimate, row.se if row.se == row.se else 0.0),
        "se": canonical(row.se),
        "ci": {"low": canonical(row.ci[0]), "high": canonical(row.ci[1])},
        "studies": row.studies,
        "left_out": row.left_out,
    }
    return record | {"reason": row.reason if has_gap(record) else ""}

"""Whether the counts of the flow diagram add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.appraisal.prisma import count_in, flow_sums
from metaan.review.cells import GROUPED, number_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.review.load import Loaded
    from metaan.review.problems import Problem
    from metaan.review.rows import Row

__all__ = ["flow_faults"]


def flow_faults(loaded: Loaded) -> Iterator[Problem]:
    """Find counts of flow.csv that are no plain numbers, do not add up or do not agree with studies.csv."""
    rows = {row.text["data"]: row for row in loaded.tables["flow"]}
    counts = {name: n for name, row in rows.items() if (n := count_in(row.text["n"])) is not None}
    for row in rows.values():
        if GROUPED.match(row.text["n"]):
            found = number_fault("n", "count", row.text["n"])
            yield loaded.fault(found.code, row, "n", found.message, found.help)
    for fault in flow_sums(counts):
        yield loaded.fault("D025", rows[fault.name], "n", fault.message, fault.help)
    yield from _studies(loaded, rows, counts)


def _studies(loaded: Loaded, rows: dict[str, Row], counts: dict[str, int]) -> Iterator[Problem]:
    name = "total_studies" if counts.get("total_studies") is not None else "new_studies"
    stated = counts.get(name)
    units = loaded.tables["studies"]
    if stated is None or not units:
        return
    covered = {part.strip() for row in units for part in row.text["covers"].split(";") if part.strip()}
    alone = [row for row in units if row.text["study_id"] not in covered]
    trials = sum(int(row.number_of("n_trials") or 1) for row in alone)
    if stated not in (len(units), len(alone), trials):
        yield loaded.fault(
            "D025",
            rows[name],
            "n",
            f"{name} is {stated}, but studies.csv has {len(units)} units ({trials} trials).",
            "correct the flow, or add the studies that are missing.",
        )

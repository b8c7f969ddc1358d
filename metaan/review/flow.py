"""Whether the counts of the flow diagram add up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.review.load import Loaded
    from metaan.review.problems import Problem
    from metaan.review.rows import Row

__all__ = ["count_in", "flow_faults"]

SUMS = (
    (
        "records_screened",
        ("database_results", "register_results"),
        ("duplicates", "excluded_automatic", "excluded_other"),
    ),
    ("dbr_sought_reports", ("records_screened",), ("records_excluded",)),
    ("dbr_assessed", ("dbr_sought_reports",), ("dbr_notretrieved_reports",)),
    ("other_assessed", ("other_sought_reports",), ("other_notretrieved_reports",)),
    ("total_studies", ("previous_studies", "new_studies"), ()),
    ("total_reports", ("previous_reports", "new_reports"), ()),
)
"""Identifiers of the PRISMA2020 package: a count, what it is the sum of, and what is taken off."""

OPTIONAL = frozenset(
    {
        "register_results",
        "duplicates",
        "excluded_automatic",
        "excluded_other",
        "previous_studies",
        "previous_reports",
    }
)
"""Counts that are 0 where they are not recorded."""


def flow_faults(loaded: Loaded) -> Iterator[Problem]:
    """Find recorded counts of flow.csv that do not add up or do not agree with studies.csv."""
    rows = {row.text["data"]: row for row in loaded.tables["flow"]}
    counts = {name: count_in(row.text["n"]) for name, row in rows.items()}
    for total, parts, less in SUMS:
        yield from _sum(loaded, rows, counts, total, parts, less)
    yield from _reports(loaded, rows, counts)
    yield from _studies(loaded, rows, counts)


def count_in(text: str) -> int | None:
    """Read a count, or the sum of counts listed with reasons; None where none is recorded.

    Examples
    --------
    >>> count_in("12"), count_in("Chronic pain, 4; No placebo, 3"), count_in("xxx")
    (12, 7, None)
    """
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    found = [re.fullmatch(r".*,\s*([0-9]{1,9})", part.strip()) for part in text.split(";") if part.strip()]
    if not found or not all(found):
        return None
    return sum(int(f.group(1)) for f in found if f)


def _sum(
    loaded: Loaded,
    rows: dict[str, Row],
    counts: dict[str, int | None],
    total: str,
    parts: tuple[str, ...],
    less: tuple[str, ...],
) -> Iterator[Problem]:
    whole = counts.get(total)
    used = {name: counts.get(name) for name in (*parts, *less)}
    if whole is None or any(v is None and name not in OPTIONAL for name, v in used.items()):
        return
    expected = sum(used[name] or 0 for name in parts) - sum(used[name] or 0 for name in less)
    if expected != whole:
        sums = " + ".join(f"{n} {used[n]}" for n in parts if used[n] is not None)
        off = "".join(f" − {n} {used[n]}" for n in less if used[n] is not None)
        yield loaded.fault(
            "D025",
            rows[total],
            "n",
            f"{total} is {whole}, but {sums}{off} gives {expected}.",
            "correct the count that is wrong, or write down the records that are missing.",
        )


def _reports(loaded: Loaded, rows: dict[str, Row], counts: dict[str, int | None]) -> Iterator[Problem]:
    """Compare the reports assessed with those excluded and included."""
    assessed, excluded = counts.get("dbr_assessed"), counts.get("dbr_excluded")
    included, other = counts.get("new_reports"), counts.get("other_assessed")
    if assessed is None or excluded is None or included is None:
        return
    expected = assessed - excluded
    if other is not None:
        out = counts.get("other_excluded")
        if out is None:
            return
        expected += other - out
    if expected != included:
        yield loaded.fault(
            "D025",
            rows["new_reports"],
            "n",
            f"new_reports is {included}, but reports assessed less those excluded are {expected}.",
            "correct the count that is wrong; the reasons in dbr_excluded must add up too.",
        )


def _studies(loaded: Loaded, rows: dict[str, Row], counts: dict[str, int | None]) -> Iterator[Problem]:
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

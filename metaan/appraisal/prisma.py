"""The PRISMA 2020 flow of studies: reading its counts, and whether they add up.

The table is that of the PRISMA2020 package, taken as it is: a count is named by its identifier in the column
`data`, reasons are listed as "Reason, 3; Another reason, 4", and what is not a number was not recorded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from metaan.results.flow import Flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["FlowFault", "count_in", "flow_sums", "read_flow", "reasons_in"]

PREVIOUS = ("previous_studies", "previous_reports")
IDENTIFIED_OTHERWISE = ("website_results", "organisation_results", "citations_results")
OTHER = (
    *IDENTIFIED_OTHERWISE,
    "other_sought_reports",
    "other_notretrieved_reports",
    "other_assessed",
    "other_excluded",
)
TITLES = ("prevstud", "newstud", "othstud", "identification", "screening", "included")
"""Boxes that hold a title and no count."""

SUMS = (
    ("database_results", ("database_specific_results",), ()),
    ("register_results", ("register_specific_results",), ()),
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
"""A count, what it is the sum of, and what is taken off."""

OPTIONAL = frozenset({"register_results", "duplicates", "excluded_automatic", "excluded_other", *PREVIOUS})
"""Counts that are 0 where they are not recorded."""


class FlowFault(NamedTuple):
    """A count that does not add up: its identifier, what is wrong, what to do."""

    name: str
    message: str
    help: str


def read_flow(rows: Iterable[Mapping[str, str]]) -> Flow | None:
    """Read the counts of a flow diagram.

    Parameters
    ----------
    rows : iterable of mapping of str to str
        Cells of flow.csv by column: data, box, boxtext, n.

    Returns
    -------
    Flow or None
        None where no count above 0 was recorded, as in the package's unfilled form. Columns for a previous
        version and for other methods are there where a count above 0 belongs to them.

    Examples
    --------
    >>> rows = [{"data": "dbr_excluded", "box": "box9", "boxtext": "", "n": "No placebo, 3; Chronic pain, 4"}]
    >>> flow = read_flow(rows)
    >>> flow.counts["dbr_excluded"], flow.reasons["dbr_excluded"]
    (7, (('No placebo', 3), ('Chronic pain', 4)))
    >>> read_flow([{"data": "new_studies", "box": "box10", "boxtext": "", "n": "xxx"}]) is None
    True
    """
    given = list(rows)
    named = {row["data"]: row for row in given if row["data"] not in ("", "NA")}
    counts = {name: count for name, row in named.items() if (count := count_in(row["n"])) is not None}
    if not any(count for name, count in counts.items() if name not in TITLES):
        return None
    titles = {row["box"]: row["boxtext"] for row in given if row["box"] in TITLES}
    words = titles | {name: row["boxtext"] for name, row in named.items()}
    return Flow(
        counts=counts,
        reasons={name: reasons for name, row in named.items() if (reasons := reasons_in(row["n"]))},
        words={name: text for name, text in words.items() if text not in ("", "NA")},
        previous=any(counts.get(name) for name in PREVIOUS),
        other=any(counts.get(name) for name in OTHER),
    )


def count_in(text: str) -> int | None:
    """Read a count, or the sum of counts listed with reasons; None where none is recorded.

    Examples
    --------
    >>> count_in("12"), count_in("Chronic pain, 4; No placebo, 3"), count_in("xxx")
    (12, 7, None)
    """
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    reasons = reasons_in(text)
    return sum(count for _, count in reasons) if reasons else None


def reasons_in(text: str) -> tuple[tuple[str, int], ...]:
    """Read counts listed with their reasons, which hold a letter; () where the text is no such list.

    Examples
    --------
    >>> reasons_in("Wrong dose, or none, 4; No placebo, 3"), reasons_in("12")
    ((('Wrong dose, or none', 4), ('No placebo', 3)), ())
    """
    parts = [part.strip() for part in text.split(";") if part.strip()]
    found = [re.fullmatch(r"(.*),\s*([0-9]{1,9})", part, re.DOTALL) for part in parts]
    if not all(each and re.search(r"[^\W\d_]", each.group(1)) for each in found):
        return ()
    return tuple((each.group(1).strip(), int(each.group(2))) for each in found if each)


def flow_sums(counts: Mapping[str, int]) -> Iterator[FlowFault]:
    """Find counts that do not add up; what was not recorded is not asked of.

    Parameters
    ----------
    counts : mapping of str to int
        As in `Flow`.

    Examples
    --------
    >>> [fault.message for fault in flow_sums({"records_screened": 9, "database_results": 10})]
    ['records_screened is 9, but database_results 10 gives 10.']
    """
    for total, parts, less in SUMS:
        yield from _sum(counts, total, parts, less)
    yield from _identified(counts)
    yield from _reports(counts)


def _sum(
    counts: Mapping[str, int], total: str, parts: Sequence[str], less: Sequence[str]
) -> Iterator[FlowFault]:
    whole = counts.get(total)
    used = {name: counts.get(name) for name in (*parts, *less)}
    if whole is None or any(v is None and name not in OPTIONAL for name, v in used.items()):
        return
    expected = sum(used[name] or 0 for name in parts) - sum(used[name] or 0 for name in less)
    if expected != whole:
        sums = " + ".join(f"{n} {used[n]}" for n in parts if used[n] is not None)
        off = "".join(f" − {n} {used[n]}" for n in less if used[n] is not None)
        yield FlowFault(
            total,
            f"{total} is {whole}, but {sums}{off} gives {expected}.",
            "correct the count that is wrong, or write down the records that are missing.",
        )


def _identified(counts: Mapping[str, int]) -> Iterator[FlowFault]:
    """Compare the reports sought by other methods with the records found by them."""
    sought = counts.get("other_sought_reports")
    found = [counts[name] for name in IDENTIFIED_OTHERWISE if name in counts]
    if sought is not None and found and sought > sum(found):
        yield FlowFault(
            "other_sought_reports",
            f"other_sought_reports is {sought}, but other methods identified only {sum(found)} records.",
            "correct the count that is wrong, or write down where the others were identified.",
        )


def _reports(counts: Mapping[str, int]) -> Iterator[FlowFault]:
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
        yield FlowFault(
            "new_reports",
            f"new_reports is {included}, but reports assessed less those excluded are {expected}.",
            "correct the count that is wrong; the reasons in dbr_excluded must add up too.",
        )

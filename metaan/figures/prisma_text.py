"""What the boxes of a PRISMA 2020 flow diagram say, and where in the diagram each stands.

The wording is that of Page MJ, McKenzie JE, Bossuyt PM, et al. The PRISMA 2020 statement: an updated
guideline for reporting systematic reviews. BMJ 2021; 372: n71, unless the reviewers gave a box another text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.figures.measure import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.flow import Flow

__all__ = ["FlowBox", "FlowColumns", "columns_of", "flow_boxes", "stages", "title_boxes"]

MOST_REASONS = 15
WORDS = {
    "prevstud": "Previous studies",
    "newstud": "Identification of new studies via databases and registers",
    "newstud alone": "Identification of studies via databases and registers",
    "othstud": "Identification of new studies via other methods",
    "othstud alone": "Identification of studies via other methods",
    "identification": "Identification",
    "screening": "Screening",
    "included": "Included",
    "previous_studies": "Studies included in previous version of review",
    "previous_reports": "Reports of studies included in previous version of review",
    "database_results": "Databases",
    "register_results": "Registers",
    "website_results": "Websites",
    "organisation_results": "Organisations",
    "citations_results": "Citation searching",
    "duplicates": "Duplicate records",
    "excluded_automatic": "Records marked as ineligible by automation tools",
    "excluded_other": "Records removed for other reasons",
    "records_screened": "Records screened",
    "records_excluded": "Records excluded",
    "dbr_sought_reports": "Reports sought for retrieval",
    "dbr_notretrieved_reports": "Reports not retrieved",
    "other_sought_reports": "Reports sought for retrieval",
    "other_notretrieved_reports": "Reports not retrieved",
    "dbr_assessed": "Reports assessed for eligibility",
    "dbr_excluded": "Reports excluded",
    "other_assessed": "Reports assessed for eligibility",
    "other_excluded": "Reports excluded",
    "new_studies": "New studies included in review",
    "new_reports": "Reports of new included studies",
    "new_studies alone": "Studies included in review",
    "new_reports alone": "Reports of included studies",
    "total_studies": "Total studies included in review",
    "total_reports": "Reports of total included studies",
}
FROM, BEFORE = "Records identified from:", "Records removed before screening:"
SPECIFIC = {
    "database_results": "database_specific_results",
    "register_results": "register_specific_results",
}
SPARE = frozenset(
    {"excluded_automatic", "excluded_other", "register_results", "new_reports", "total_reports"}
    | {"previous_reports", "website_results", "organisation_results", "citations_results"}
)
"""Counts that a box goes without where they were not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowColumns:
    """Which column of the diagram holds what; -1 where there is no such column."""

    previous: int
    main: int
    other: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBox:
    """One box: its name, column and row, and its paragraphs, each with how far it stands in (0, 1, 2)."""

    name: str
    column: int
    row: int
    paragraphs: tuple[tuple[str, int], ...]


def columns_of(flow: Flow) -> FlowColumns:
    """Lay out the columns: previous studies, databases with what they lose, other methods likewise."""
    main = 1 if flow.previous else 0
    return FlowColumns(
        previous=0 if flow.previous else -1,
        main=main,
        other=main + 2 if flow.other else -1,
        count=main + (4 if flow.other else 2),
    )


def flow_boxes(flow: Flow, *, most_reasons: int | None = MOST_REASONS) -> tuple[FlowBox, ...]:
    """Write every box that holds counts.

    Parameters
    ----------
    flow : Flow
        The counts.
    most_reasons : int or None
        Reasons that a box lists before it sums the others up; None for all.
    """
    return tuple(_boxes(flow, columns_of(flow), most_reasons))


def title_boxes(flow: Flow) -> tuple[tuple[str, int, int, str], ...]:
    """Give the title boxes on top: name, first column, how many columns it spans, text."""
    at = columns_of(flow)
    found = []
    if flow.previous:
        found.append(("prevstud", 0, 1, _word(flow, "prevstud")))
    found.append(("newstud", at.main, 2, _word(flow, "newstud")))
    if flow.other:
        found.append(("othstud", at.other, 2, _word(flow, "othstud")))
    return tuple(found)


def stages(flow: Flow) -> tuple[tuple[str, int, int], ...]:
    """Give the labels at the side: text, first and last row."""
    last = 5 if flow.previous else 4
    return (
        (_word(flow, "identification"), 0, 0),
        (_word(flow, "screening"), 1, 3),
        (_word(flow, "included"), 4, last),
    )


def _boxes(flow: Flow, at: FlowColumns, most: int | None) -> Iterator[FlowBox]:
    def box(name: str, column: int, row: int, *ids: str, heading: str = "") -> FlowBox:
        return FlowBox(name=name, column=column, row=row, paragraphs=tuple(_lines(flow, ids, heading, most)))

    if flow.previous:
        yield box("previous", at.previous, 0, "previous_studies", "previous_reports")
    yield box("identified", at.main, 0, "database_results", "register_results", heading=FROM)
    removed = ("duplicates", "excluded_automatic", "excluded_other")
    yield box("removed", at.main + 1, 0, *removed, heading=BEFORE)
    rows = (
        ("screened", "records_screened", "records_excluded"),
        ("sought", "dbr_sought_reports", "dbr_notretrieved_reports"),
        ("assessed", "dbr_assessed", "dbr_excluded"),
    )
    for row, (name, kept, lost) in enumerate(rows, start=1):
        yield box(name, at.main, row, kept)
        yield box(f"{name} out", at.main + 1, row, lost)
    if flow.other:
        found = ("website_results", "organisation_results", "citations_results")
        yield box("other identified", at.other, 0, *found, heading=FROM)
        yield box("other sought", at.other, 2, "other_sought_reports")
        yield box("other sought out", at.other + 1, 2, "other_notretrieved_reports")
        yield box("other assessed", at.other, 3, "other_assessed")
        yield box("other assessed out", at.other + 1, 3, "other_excluded")
    yield box("new", at.main, 4, "new_studies", "new_reports")
    if flow.previous:
        yield box("total", at.main, 5, "total_studies", "total_reports")


def _lines(flow: Flow, ids: Sequence[str], heading: str, most: int | None) -> Iterator[tuple[str, int]]:
    if heading:
        yield heading, 0
    indent = 1 if heading else 0
    recorded = [name for name in ids if name in flow.counts]
    for name in ids:
        if name not in flow.counts and (name in SPARE or (heading and recorded)):
            continue
        yield from _counted(flow, name, indent, most)
    if heading and not recorded and all(name in SPARE for name in ids):
        yield "not recorded", 1


def _counted(flow: Flow, name: str, indent: int, most: int | None) -> Iterator[tuple[str, int]]:
    reasons = flow.reasons.get(name) or flow.reasons.get(SPECIFIC.get(name, ""), ())
    count = flow.counts.get(name)
    stop = ":" if reasons else ""
    yield f"{_word(flow, name)} ({'not recorded' if count is None else f'n = {count:,}'}){stop}", indent
    for reason, number in reasons[:most]:
        yield f"{clean(reason) or 'no reason given'} (n = {number:,})", indent + 1
    rest = reasons[most:] if most is not None else ()
    if rest:
        yield f"{len(rest)} further (n = {sum(number for _, number in rest):,})", indent + 1


def _word(flow: Flow, name: str) -> str:
    """Give the reviewers' text of a box, else the statement's; "new" is said only beside previous studies."""
    given = clean(flow.words.get(name, ""))
    if given:
        return given
    alone = "" if flow.previous else WORDS.get(f"{name} alone", "")
    return alone or WORDS[name]

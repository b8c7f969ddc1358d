"""The evidence ledger of the page: every extracted row, its source, and the analyses that use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from metaan.report.evidence import (
    node_names,
    outcome_names,
    row_anchor,
    row_arms,
    shown_only,
    study_names,
    uses,
)
from metaan.tables.evidence import printed_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from metaan.report.evidence import Use
    from metaan.results.synthesis import AnalysisResult
    from metaan.review.read import Review, Row

__all__ = ["LedgerRow", "LedgerStudy", "Place", "ledger", "web_address"]

USE_WORDS = {"pool": "", "sensitivity": "for sensitivity", "check": "kept as a check", "list": "listed only"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row is used: an address in the page and its words."""

    href: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One extracted row.

    Attributes
    ----------
    anchor, file : str
        `results-14`, and "results.csv, row 14".
    what : tuple of str
        Outcome, arm or arms, time, and the outcome's name in the source where it differs.
    numbers, status, use : str
        As recorded.
    source, link, address, quote, derivation : str
        `link` is empty unless the address is one of the web.
    places : tuple of Place
        Main analyses that use it, else sensitivities.
    unused : tuple of str
        Why analyses leave it out; empty where a main analysis uses it.
    """

    anchor: str
    file: str
    what: tuple[str, ...]
    numbers: str
    status: str
    use: str
    source: str
    link: str
    address: str
    quote: str
    derivation: str
    places: tuple[Place, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerStudy:
    """A unit and its rows."""

    anchor: str
    name: str
    rows: tuple[LedgerRow, ...]


def ledger(
    review: Review, analyses: Sequence[AnalysisResult], anchors: Mapping[tuple[str, str, str], str]
) -> tuple[LedgerStudy, ...]:
    """List every row of results.csv and contrasts.csv under its study, used or not.

    Parameters
    ----------
    review : Review
        Holds the rows.
    analyses : sequence of AnalysisResult
        Tell which rows are used and why others are not.
    anchors : mapping of (str, str, str) to str
        Where each comparison stands in the page.
    """
    names = study_names(review)
    used, shown, reasons = uses(analyses), shown_only(analyses), _reasons(analyses)
    rows: dict[str, list[LedgerRow]] = {study: [] for study in names}
    for row in (*review.tables["results"], *review.tables["contrasts"]):
        anchor = row_anchor(row)
        entered = used.get(anchor, ())
        places = _places(entered, shown.get(anchor, ()), review, analyses, anchors)
        in_main = anchor in shown or any(use.scenario == "main" for use in entered)
        unused = () if in_main else tuple(dict.fromkeys([row.text["reason"], *reasons.get(anchor, ())]))
        made = _ledger_row(row, review, places, tuple(text for text in unused if text))
        rows.setdefault(row.text["study_id"], []).append(made)
    return tuple(
        LedgerStudy(anchor=f"Evidence-{number}", name=names.get(study, study), rows=tuple(each))
        for number, (study, each) in enumerate(rows.items(), start=1)
        if each
    )


def web_address(text: str) -> str:
    """Give an address that may become a link: http and https with a host, and nothing else.

    Examples
    --------
    >>> web_address("https://example.org/a b"), web_address("javascript:alert(1)")
    ('https://example.org/a b', '')
    """
    if not text.lower().startswith(("http://", "https://")):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.netloc else ""


def _ledger_row(row: Row, review: Review, places: tuple[Place, ...], unused: tuple[str, ...]) -> LedgerRow:
    text = row.text
    source = ", ".join(part for part in (text["source"], text["locator"]) if part)
    return LedgerRow(
        anchor=row_anchor(row),
        file=f"{row.table}.csv, row {row.number}",
        what=_what(row, review),
        numbers=printed_numbers(row),
        status=text["status"],
        use=USE_WORDS.get(text["use"], text["use"]),
        source=source or "source not recorded",
        link=web_address(text["source_url"]),
        address=text["source_url"],
        quote=text["quote"],
        derivation=text["derivation"],
        places=places,
        unused=unused,
    )


def _what(row: Row, review: Review) -> tuple[str, ...]:
    text = row.text
    arm = row_arms(review)[row_anchor(row)]
    outcome = outcome_names(review).get(text["outcome_id"], text["outcome_id"])
    return tuple(part for part in (outcome, arm, text["timepoint"], text.get("population", "")) if part)


def _places(
    found: Iterable[Use],
    shown: Iterable[Use],
    review: Review,
    analyses: Sequence[AnalysisResult],
    anchors: Mapping[tuple[str, str, str], str],
) -> tuple[Place, ...]:
    titles = {analysis.id: analysis.title for analysis in analyses}
    names = node_names(review)
    found = tuple(found)
    places: dict[str, Place] = {}
    for use in found:
        anchor = anchors.get((use.analysis, use.treat1, use.treat2))
        if use.scenario == "main" and anchor:
            pair = f"{names.get(use.treat1, use.treat1)} versus {names.get(use.treat2, use.treat2)}"
            places[anchor] = Place(href=f"#{anchor}", text=f"{titles[use.analysis]}: {pair}")
    for use in shown:
        anchor = anchors[use.analysis, use.treat1, use.treat2]
        pair = f"{names.get(use.treat1, use.treat1)} versus {names.get(use.treat2, use.treat2)}"
        places.setdefault(
            anchor, Place(href=f"#{anchor}", text=f"{titles[use.analysis]}: {pair}, shown, not estimable")
        )
    in_main = {use.analysis for use in found if use.scenario == "main"} | {use.analysis for use in shown}
    for use in found:
        if use.analysis not in in_main:
            places[use.analysis] = Place(
                href=f"#{use.analysis}", text=f"{titles[use.analysis]}: sensitivity only"
            )
    return tuple(places.values())


def _reasons(analyses: Iterable[AnalysisResult]) -> dict[str, dict[str, None]]:
    reasons: dict[str, dict[str, None]] = {}
    for analysis in analyses:
        for each in analysis.main.set_aside:
            reasons.setdefault(each.provenance.anchor, {})[each.reason] = None
    return reasons

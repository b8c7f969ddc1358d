"""The PRISMA 2020 checklist, filled as far as the data and the plan allow, with the place of each answer.

Topics are named in words of our own; the statement itself has the full text of every item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from metaan.report.matrix import network_anchor
from metaan.report.methods import methods_text, recorded
from metaan.tables.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from metaan.results.synthesis import AnalysisResult, Comparison
    from metaan.review.rows import Review

__all__ = ["CHECKLIST", "prisma_checklist"]

CHECKLIST = "prisma_2020_checklist"
"""The table's id, and its file beside the report."""

BY = {"A": "the data", "P": "data and authors", "M": "authors"}
AUTHORS = "authors"
SUPPORT = "Support and interests"
FUNNELS = ("funnel", "contour-funnel", "adjusted-funnel")
MISSING = "not recorded"

_COLUMNS = (
    Column(name="item", title="Item"),
    Column(name="section", title="Section"),
    Column(name="topic", title="Topic"),
    Column(name="filled_by", title="Filled by"),
    Column(name="place", title="Where reported"),
    Column(name="anchor", title="Anchor", where="csv"),
    Column(name="note", title="Note"),
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an item is reported; without an anchor it is reported nowhere, and the note says why."""

    text: str = MISSING
    anchor: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What a report holds."""

    review: Review
    analyses: Sequence[AnalysisResult]
    tables: Collection[str]
    figures: Collection[str]
    methods: dict[str, str]


_Find: TypeAlias = "Callable[[_Held], _Place]"


def prisma_checklist(
    review: Review,
    analyses: Sequence[AnalysisResult],
    *,
    tables: Iterable[str],
    figures: Iterable[str],
) -> Table:
    """Fill the checklist for a report.

    Parameters
    ----------
    review : Review
        The review.
    analyses : sequence of AnalysisResult
        Its results; with a network the items of the extension for network meta-analyses follow.
    tables, figures : iterable of str
        Ids of the tables, and of the figures that could be drawn.

    Returns
    -------
    Table
        27 items in 42 rows, and S1 to S5. An item that only authors can answer says "authors"; one that the
        data could answer but do not says "not recorded".

    References
    ----------
    Page MJ, McKenzie JE, Bossuyt PM, et al. The PRISMA 2020 statement: an updated guideline for reporting
    systematic reviews. BMJ 2021; 372: n71.
    Hutton B, Salanti G, Caldwell DM, et al. The PRISMA extension statement for reporting of systematic
    reviews incorporating network meta-analyses of health care interventions. Annals of Internal Medicine
    2015; 162: 777-784.
    """
    titles = (part.title for part in methods_text(review, analyses))
    held = _Held(
        review=review,
        analyses=analyses,
        tables=frozenset(tables),
        figures=frozenset(figures),
        methods={title: f"Method-{number}" for number, title in enumerate(titles, start=1)},
    )
    items = _ITEMS + (_NETWORK_ITEMS if any(_networks(held)) else ())
    return Table(
        id=CHECKLIST,
        title="PRISMA 2020 checklist",
        columns=_COLUMNS,
        rows=tuple(_row(*item, held) for item in items),
        notes=("Topics are in short words; the PRISMA 2020 statement has the full text of each item.",),
    )


def _row(number: str, section: str, topic: str, by: str, find: _Find | None, held: _Held) -> tuple[Cell, ...]:
    place = _Place(AUTHORS) if find is None else find(held)
    anchor = f"#{place.anchor}" if place.anchor else ""
    return (
        Cell(number),
        Cell(section),
        Cell(topic),
        Cell(BY[by]),
        Cell(place.text, href=anchor),
        Cell(anchor),
        Cell(place.note),
    )


def _networks(held: _Held) -> Iterable[AnalysisResult]:
    return (each for each in held.analyses if each.main.network is not None)


def _method(title: str, note: str = "", otherwise: str = "") -> _Find:
    def find(held: _Held) -> _Place:
        if title not in held.methods:
            return _Place(note=otherwise)
        return _Place(f"Methods: {title}", held.methods[title], note)

    return find


def _at(text: str, anchor: str, note: str = "") -> _Find:
    return lambda _: _Place(text, anchor, note)


def _source(field: str, missing: str, title: str = "Question and sources") -> _Find:
    def find(held: _Held) -> _Place:
        if not recorded(getattr(held.review.plan.review, field)):
            return _Place(note=missing)
        return _method(title)(held)

    return find


def _section(table: str, text: str, anchor: str, missing: str, note: str = "") -> _Find:
    def find(held: _Held) -> _Place:
        return _Place(text, anchor, note) if table in held.tables else _Place(note=missing)

    return find


def _collection(held: _Held) -> _Place:
    rows = [*held.review.tables["results"], *held.review.tables["contrasts"]]
    if any(row.text.get("extractor") or row.text.get("checked_by") for row in rows):
        return _Place("Evidence ledger", "Evidence", "who extracted and checked stands in data/results.csv")
    return _source("collection", "neither the plan nor a row says who extracted or checked")(held)


def _bias_method(held: _Held) -> _Place:
    if not _judged(held):
        return _Place(note="no judgement of risk of bias was recorded")
    return _method("Risk of bias and certainty")(held)


def _bias(held: _Held) -> _Place:
    if "rob" not in held.tables:
        return _Place(note="risk of bias was not judged")
    note = "" if _judged(held) else "facts only; nobody judged them"
    return _Place("Risk of bias", "Bias", note)


def _judged(held: _Held) -> bool:
    return any(row.text["judgement"] not in ("", "not judged") for row in held.review.tables["rob"])


def _flow(held: _Held) -> _Place:
    drawn = sorted(each for each in held.figures if each.startswith(("flow", "prisma")))
    if drawn:
        return _Place("Flow of records and reports", f"Figure-{drawn[0]}")
    return _Place(note="the counts of records and reports were not recorded")


def _syntheses(held: _Held) -> _Place:
    used = [title for title in ("Pairwise synthesis", "Network synthesis") if title in held.methods]
    if not used:
        return _Place(note="nothing was pooled")
    return _Place(
        f"Methods: {' and '.join(used)}; Software", held.methods[used[0]], "programs with their versions"
    )


def _outcomes(held: _Held) -> _Place:
    for title in ("Time points and scales", "Effect measures"):
        if title in held.methods:
            return _method(title, "data/outcomes.csv lists them")(held)
    return _Place(note="no outcome was analysed; data/outcomes.csv lists them")


def _explored(held: _Held) -> _Place:
    """Find how heterogeneity was explored: groups of studies are told with the other repeated fits."""
    if any(comparison.panels is not None for comparison in _compared(held)):
        return _method("Sensitivity analyses", "groups of studies")(held)
    return _modifiers(held)


def _causes(held: _Held) -> _Place:
    for each in held.analyses:
        if any(comparison.panels is not None for comparison in each.main.comparisons):
            return _Place("Forest plots by group, below each outcome", each.id)
    return _modifiers(held)


def _compared(held: _Held) -> Iterator[Comparison]:
    return (comparison for each in held.analyses for comparison in each.main.comparisons)


def _modifiers(held: _Held) -> _Place:
    for each in held.analyses:
        if f"{each.id}-modifiers" in held.tables:
            return _Place(
                "What might modify the effect", network_anchor(each), "set out side by side, not modelled"
            )
    return _Place(note="no subgroup analysis and no regression on study features was run")


def _sensitivity(held: _Held) -> _Place:
    for each in held.analyses:
        if f"{each.id}-sensitivity" in held.tables:
            return _Place("Sensitivity analyses, below each outcome", each.id)
    return _Place(note="no sensitivity analysis was planned")


def _small_study_method(held: _Held) -> _Place:
    if any(comparison.k > 1 for comparison in _compared(held)):
        return _method("Small-study effects and influence")(held)
    return _Place(note="no two studies were pooled, so nothing could be tested")


def _small_studies(held: _Held) -> _Place:
    for each in held.analyses:
        if f"{each.id}-asymmetry" in held.tables:
            return _Place("Tests of small-study effects, below each outcome", each.id)
    for each in held.analyses:
        if any(figure.startswith(FUNNELS) and each.id in figure for figure in held.figures):
            return _Place("Funnel plots, below each outcome", each.id, "no test was run")
    if "missing" in held.tables:
        return _Place("Missing trials", "Missing", "trials without results are listed; no test was run")
    return _Place(note="no funnel plot could be drawn, and no test was run")


def _certainty_method(held: _Held) -> _Place:
    if not held.review.tables["grade"]:
        return _Place(note="certainty of the evidence was not rated")
    return _method("Risk of bias and certainty")(held)


def _certainty(held: _Held) -> _Place:
    found = [each for each in held.tables if each.startswith("summary-of-findings")]
    if found and held.review.tables["grade"]:
        return _Place("Summary of findings", f"table-{found[0]}")
    return _Place(note="certainty of the evidence was not rated")


def _amendments(held: _Held) -> _Place:
    late = [each.title for each in held.analyses if not each.prespecified]
    note = f"not prespecified: {'; '.join(late)}" if late else "no analysis is marked as not prespecified"
    return _Place("Results by outcome", "Results", note)


def _first_network(held: _Held) -> _Place:
    return next(_Place("Network, below each outcome", network_anchor(each)) for each in _networks(held))


def _graph(held: _Held) -> _Place:
    for each in _networks(held):
        if f"network-{each.id}" in held.figures:
            return _Place("Network graph, below each outcome", network_anchor(each))
    return _Place(note="no network graph could be drawn")


def _inconsistency(held: _Held) -> _Place:
    for each in _networks(held):
        for name in ("splits", "designs", "loops"):
            if f"{each.id}-{name}" in held.tables:
                return _Place("Direct and indirect evidence, below each outcome", network_anchor(each))
    return _Place(note="no comparison has direct and indirect evidence")


def _excluded(held: _Held) -> _Place:
    return _section(
        "excluded", "Reports excluded, with reasons", "Excluded", "no excluded report was recorded"
    )(held)


_RESULTS = _at("Results by outcome", "Results")
_STUDIES = _section("studies", "Included studies", "Studies", "no study was included")

_ITEMS: tuple[tuple[str, str, str, str, _Find | None], ...] = (
    ("1", "Title", "Named as a systematic review", "M", None),
    ("2", "Abstract", "Abstract", "P", _at("Key findings", "Findings", "sentences for its results")),
    ("3", "Introduction", "Rationale", "M", None),
    ("4", "Introduction", "Objectives", "P", _source("question", "the plan states no question")),
    (
        "5",
        "Methods",
        "Eligibility, and grouping for the syntheses",
        "P",
        _source("eligibility", "not in the plan"),
    ),
    ("6", "Methods", "Information sources", "P", _source("search", "the search was not recorded")),
    ("7", "Methods", "Search strategy", "P", _source("search", "the search was not recorded")),
    (
        "8",
        "Methods",
        "Selection process",
        "P",
        _source("selection", "the plan does not say who screened"),
    ),
    ("9", "Methods", "Data collection process", "P", _collection),
    (
        "10a",
        "Methods",
        "Data items: outcomes",
        "A",
        _outcomes,
    ),
    (
        "10b",
        "Methods",
        "Data items: other variables",
        "A",
        _method("Data", "data/datapackage.json explains each column"),
    ),
    ("11", "Methods", "Assessment of risk of bias", "P", _bias_method),
    ("12", "Methods", "Effect measures", "A", _method("Effect measures", otherwise="no effect was computed")),
    (
        "13a",
        "Methods",
        "Synthesis: which studies in which",
        "A",
        _method("Data", "study by study in the evidence ledger"),
    ),
    (
        "13b",
        "Methods",
        "Synthesis: preparing and converting data",
        "A",
        _method("Data", "row by row in the evidence ledger"),
    ),
    ("13c", "Methods", "Synthesis: tables and graphs", "A", _RESULTS),
    ("13d", "Methods", "Synthesis: models, heterogeneity, software", "A", _syntheses),
    ("13e", "Methods", "Synthesis: exploring heterogeneity", "A", _explored),
    (
        "13f",
        "Methods",
        "Synthesis: sensitivity analyses",
        "A",
        _method("Sensitivity analyses", otherwise="no sensitivity analysis was planned"),
    ),
    ("14", "Methods", "Assessment of reporting bias", "P", _small_study_method),
    ("15", "Methods", "Assessment of certainty", "P", _certainty_method),
    ("16a", "Results", "Study selection: flow", "A", _flow),
    ("16b", "Results", "Study selection: excluded, with reasons", "A", _excluded),
    ("17", "Results", "Study characteristics", "A", _STUDIES),
    ("18", "Results", "Risk of bias in studies", "A", _bias),
    (
        "19",
        "Results",
        "Results of individual studies",
        "A",
        _at("Results by outcome", "Results", "quotations in the evidence ledger"),
    ),
    ("20a", "Results", "Syntheses: characteristics and risk of bias", "P", _STUDIES),
    ("20b", "Results", "Syntheses: estimates, precision, heterogeneity", "A", _RESULTS),
    ("20c", "Results", "Syntheses: causes of heterogeneity", "A", _causes),
    ("20d", "Results", "Syntheses: sensitivity analyses", "A", _sensitivity),
    ("21", "Results", "Reporting biases", "P", _small_studies),
    ("22", "Results", "Certainty of evidence", "P", _certainty),
    ("23a", "Discussion", "Interpretation", "M", None),
    ("23b", "Discussion", "Limitations of the evidence", "M", None),
    ("23c", "Discussion", "Limitations of the review's process", "M", None),
    ("23d", "Discussion", "Implications", "M", None),
    ("24a", "Other", "Registration", "P", _source("registration", "not registered, or not recorded")),
    ("24b", "Other", "Protocol", "P", _source("protocol", "the plan names no protocol")),
    ("24c", "Other", "Amendments", "P", _amendments),
    ("25", "Other", "Support", "P", _source("funding", "not in the plan", SUPPORT)),
    ("26", "Other", "Competing interests", "P", _source("interests", "not in the plan", SUPPORT)),
    (
        "27",
        "Other",
        "Data, code and other materials",
        "A",
        _at("Evidence ledger", "Evidence", "data/, results.json, recheck/ and SHA256SUMS beside the report"),
    ),
)

_NETWORK_ITEMS: tuple[tuple[str, str, str, str, _Find | None], ...] = (
    ("S1", "Methods", "Network: geometry, how it is described", "P", _method("Network synthesis")),
    ("S2", "Methods", "Network: assessment of inconsistency", "A", _method("Network synthesis")),
    ("S3", "Results", "Network: graph", "A", _graph),
    ("S4", "Results", "Network: summary of its geometry", "A", _first_network),
    ("S5", "Results", "Network: inconsistency found", "A", _inconsistency),
)

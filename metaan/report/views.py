"""What a page is made of: its sections as values, ready for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from metaan.report.ledger import LedgerStudy

__all__ = [
    "AnalysisView",
    "AppraisalView",
    "Card",
    "ComparisonView",
    "Fact",
    "FigureView",
    "MatrixCell",
    "MatrixRow",
    "MethodView",
    "Page",
    "Reading",
    "Section",
    "TableView",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A filled cell of a card."""

    name: str
    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One row of a wide table, to be read from top to bottom."""

    anchor: str
    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A table as HTML, with what stands around it."""

    id: str
    title: str
    html: Markup
    titles: tuple[str, ...]
    rows: int
    wide: bool
    cards: tuple[Card, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """A figure with the endings of its files, or the reason why there is none."""

    id: str
    title: str
    svg: Markup
    refusal: str
    files: tuple[str, ...] = ("pdf", "png", "svg")
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """What one outcome says of one question: estimate, interval, what it rests on, where it leads.

    `caution` names another interval that must be read beside the one shown; mostly empty.
    """

    estimate: str
    interval: str
    basis: str
    caution: str
    href: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One outcome of the answers matrix.

    `others` are the comparisons that it has, where it answers none of the questions; else empty.
    """

    title: str
    href: str
    scale: str
    cells: tuple[MatrixCell, ...]
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """One direct comparison: its words, its figures, why others are not drawn, and its studies."""

    anchor: str
    title: str
    sentences: tuple[str, ...]
    figure: FigureView | None
    table: TableView | None
    refits: tuple[FigureView, ...]
    further: tuple[FigureView, ...]
    not_drawn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisView:
    """One outcome: its question, answers (each with where it leads), comparisons, network and tables."""

    id: str
    title: str
    question: str
    facts: tuple[str, ...]
    rules: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    comparisons: tuple[ComparisonView, ...]
    undrawn: tuple[str, ...]
    network_anchor: str
    network: tuple[str, ...]
    findings: tuple[str, ...]
    network_figures: tuple[FigureView, ...]
    network_tables: tuple[tuple[str, TableView], ...]
    tables: Mapping[str, TableView]
    scenarios: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """An analysis as it stands on the page."""

    id: str
    title: str
    html: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalView:
    """What reviewers judged or counted: sentences, figures, and the tables behind the figures."""

    sentences: tuple[str, ...]
    figures: tuple[FigureView, ...]
    tables: tuple[TableView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A sentence, its final stop apart, with the numbers of the works it cites."""

    text: str
    stop: str
    references: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodView:
    """A part of the methods text."""

    title: str
    items: str
    readings: tuple[Reading, ...]
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole report."""

    title: str
    question: str
    authors: str
    registration: str
    cautions: tuple[str, ...]
    thinness: tuple[str, ...]
    questions: tuple[str, ...]
    matrix: tuple[MatrixRow, ...]
    answers: TableView | None
    findings: tuple[TableView, ...]
    decisions: TableView | None
    analyses: tuple[Section, ...]
    flow: AppraisalView
    bias: AppraisalView
    tables: Mapping[str, TableView]
    others: tuple[TableView, ...]
    methods: tuple[MethodView, ...]
    checklist: TableView | None
    references: tuple[tuple[int, str], ...]
    ledger: tuple[LedgerStudy, ...]
    has_outcome_data: bool

"""The page before it is written: what every section shows, in order, with its anchors."""

from __future__ import annotations

from dataclasses import replace
from itertools import compress, zip_longest
from typing import TYPE_CHECKING

from markupsafe import Markup

from metaan.format import short_slug
from metaan.report.appraised import bias_sentences, flow_sentences, placed
from metaan.report.checklist import CHECKLIST
from metaan.report.evidence import node_names, questions
from metaan.report.findings_sentences import findings_sentences
from metaan.report.further import FURTHER, not_drawn, nothing_to_draw
from metaan.report.leads import answer_place, leading, leading_answers
from metaan.report.ledger import ledger, web_address
from metaan.report.matrix import matrix_row, network_anchor, pair_words
from metaan.report.methods import cited, methods_text
from metaan.report.references import REFERENCES, cite
from metaan.report.sentences import (
    answer_sentences,
    comparison_sentences,
    direction_sentence,
    network_sentences,
    thinness_sentences,
)
from metaan.report.views import (
    AnalysisView,
    AppraisalView,
    Card,
    ComparisonView,
    Fact,
    FigureView,
    MethodView,
    Page,
    Reading,
    Section,
    TableView,
)
from metaan.report.wording import capital
from metaan.tables.findings import is_findings
from metaan.tables.standstill import could_change
from metaan.tables.table import Table, to_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from metaan.report.clauses import Paragraph
    from metaan.report.rendered import RenderedFigure
    from metaan.results.synthesis import AnalysisResult, Comparison
    from metaan.review.read import Review

__all__ = ["analysis_view", "comparison_anchors", "page", "section_figures"]

REVIEW_TABLES = ("studies", "rob", "missing", "excluded")
WIDE = 9  # a table with more columns keeps its natural width and scrolls
NETWORK_TABLES = {
    "assumed-tau2": "Estimates under assumed values of τ²",
    "splits": "Direct and indirect evidence, comparison by comparison",
    "loops": "Loops of three comparisons, both ways round",
    "designs": "Heterogeneity within and inconsistency between designs",
    "contributions": "What each direct comparison contributes",
    "contributions-by-study": "What each study contributes",
    "judged": "Risk of bias behind each estimate",
    "modifiers": "What might modify the effect, comparison by comparison (transitivity)",
}
NETWORK_FIGURES = (
    "network",
    "estimates",
    "league",
    "ranks",
    "splits",
    "heat",
    "contributions",
    "funnel",
)
REFITS = ("loo", "cumulative")
ANALYSIS_TABLES = (
    "comparisons",
    "studies",
    "asymmetry",
    "trim-fill",
    "influence",
    "sensitivity",
    "league",
    "ranking",
    *NETWORK_TABLES,
    "zero-cells",
    "rare",
    "set-aside",
)


def page(
    review: Review,
    analyses: Sequence[AnalysisResult],
    figures: Mapping[str, RenderedFigure],
    tables: Iterable[Table],
    sections: tuple[Section, ...],
) -> Page:
    """Put everything that the report shows in its place.

    Parameters
    ----------
    review : Review
        The review.
    analyses : sequence of AnalysisResult
        Its results.
    figures : mapping of str to RenderedFigure
        Figure id to figure, drawn or refused.
    tables : iterable of Table
        In any order; one that has no place of its own is shown at the end.
    sections : tuple of Section
        The analyses, as `analysis_view` gives them and the template shows them.
    """
    names = node_names(review)
    anchors = comparison_anchors(analyses)
    by_id = {table.id: table for table in tables}
    info = review.plan.review
    methods = methods_text(review, analyses)
    numbers = cited(methods)
    return Page(
        title=info.title,
        question=info.question,
        authors=", ".join(info.authors),
        registration=info.registration,
        cautions=tuple(info.cautions),
        thinness=thinness_sentences(review, analyses),
        questions=tuple(capital(pair_words(pair, names)) for pair in questions(review, analyses)),
        matrix=tuple(matrix_row(each, questions(review, analyses), names, anchors) for each in analyses),
        answers=_table(leading_answers(by_id.get("answers"), analyses, anchors)),
        findings=_findings(by_id, analyses),
        decisions=_table(by_id.get("decisions")),
        analyses=sections,
        flow=_appraisal(flow_sentences(review), figures, ("flow",), by_id, ("flow",)),
        bias=_appraisal(bias_sentences(review), figures, ("traffic-", "bias-"), by_id, placed(review)),
        tables=_named({name: by_id.get(name) for name in REVIEW_TABLES}),
        others=_others(by_id, analyses, placed(review)),
        methods=tuple(_method(each, numbers) for each in methods),
        checklist=_table(by_id.get(CHECKLIST)),
        references=tuple((number, cite(REFERENCES[key])) for key, number in numbers.items()),
        ledger=ledger(review, analyses, anchors),
        has_outcome_data="outcome-data" in by_id,
    )


def comparison_anchors(analyses: Iterable[AnalysisResult]) -> dict[tuple[str, str, str], str]:
    """Name the place of every comparison of the main analyses; names that slug alike are told apart.

    Returns
    -------
    dict of (str, str, str) to str
        (analysis id, treat1, treat2) to an anchor such as `pain-a-b`.
    """
    analyses = tuple(analyses)
    taken = {analysis.id for analysis in analyses}
    anchors = {}
    for analysis in analyses:
        for each in analysis.main.comparisons:
            wanted = f"{analysis.id}-{short_slug(each.treat1)}-{short_slug(each.treat2)}"
            free = wanted
            number = 2
            while free in taken:
                free, number = f"{wanted}-{number}", number + 1
            taken.add(free)
            anchors[analysis.id, each.treat1, each.treat2] = free
    return anchors


def _appraisal(
    sentences: tuple[str, ...],
    figures: Mapping[str, RenderedFigure],
    kinds: tuple[str, ...],
    tables: Mapping[str, Table],
    names: Sequence[str],
) -> AppraisalView:
    views = (_table(tables.get(name)) for name in names)
    return AppraisalView(
        sentences=sentences,
        figures=tuple(_figure(figure) for name, figure in figures.items() if name.startswith(kinds)),
        tables=tuple(view for view in views if view is not None),
    )


def _method(paragraph: Paragraph, numbers: Mapping[str, int]) -> MethodView:
    readings = (
        Reading(
            text=c.text[:-1], stop=c.text[-1:], references=tuple(sorted(numbers[k] for k in c.references))
        )
        for c in paragraph.clauses
    )
    return MethodView(
        title=paragraph.title, items=paragraph.items, readings=tuple(readings), points=paragraph.points
    )


def section_figures(
    analysis: AnalysisResult,
    anchors: Mapping[tuple[str, str, str], str],
    figures: Mapping[str, RenderedFigure],
) -> dict[str, RenderedFigure]:
    """Pick the figures of one analysis.

    Parameters
    ----------
    analysis : AnalysisResult
        The analysis.
    anchors : mapping
        As `comparison_anchors` gives them.
    figures : mapping of str to RenderedFigure
        Figure id to figure, of the whole report.
    """
    places = (anchors[analysis.id, each.treat1, each.treat2] for each in analysis.main.comparisons)
    kinds = ("forest", *REFITS, *(kind.prefix for kind in FURTHER))
    names = [f"{kind}-{place}" for place in places for kind in kinds]
    names += [f"{kind}-{analysis.id}" for kind in NETWORK_FIGURES]
    return {name: figures[name] for name in names if name in figures}


def analysis_view(
    review: Review,
    analysis: AnalysisResult,
    anchors: Mapping[tuple[str, str, str], str],
    figures: Mapping[str, RenderedFigure],
    tables: Mapping[str, Table],
) -> AnalysisView:
    """Put what the report shows of one analysis in its place.

    Parameters
    ----------
    review : Review
        Names, and what the plan says of this analysis.
    analysis : AnalysisResult
        The analysis.
    anchors : mapping
        As `comparison_anchors` gives them.
    figures : mapping of str to RenderedFigure
        Its own, as `section_figures` picks them.
    tables : mapping of str to Table
        Table id to table; those of the analysis are shown.
    """
    names = node_names(review)
    own = {
        name: leading(tables.get(f"{analysis.id}-{name}"), analysis, names, anchors)
        for name in ANALYSIS_TABLES
    }
    return AnalysisView(
        id=analysis.id,
        title=analysis.title,
        question=analysis.question,
        facts=_facts(analysis, registered=bool(review.plan.review.registration)),
        rules=_rules(review, analysis),
        answers=_answers(analysis, names, anchors),
        notes=tuple(
            map(_sentence, analysis.notes + analysis.main.notes * (analysis.main.network is not None))
        ),
        comparisons=tuple(
            _comparison(analysis, each, names, anchors, figures, rows)
            for each, rows in zip(analysis.main.comparisons, _studies(analysis, own["studies"]), strict=True)
        ),
        undrawn=nothing_to_draw(analysis.main.comparisons),
        network_anchor=network_anchor(analysis),
        network=network_sentences(analysis.main, names),
        findings=() if analysis.findings is None else findings_sentences(analysis.findings, names),
        network_figures=tuple(
            _figure(figures[name])
            for name in (f"{kind}-{analysis.id}" for kind in NETWORK_FIGURES)
            if name in figures and not _said_already(analysis, figures[name])
        ),
        network_tables=tuple(
            (heading, view)
            for name, heading in NETWORK_TABLES.items()
            if (view := _table(own[name])) is not None
        ),
        tables=_named({name: table for name, table in own.items() if name != "studies"}),
        scenarios=sum(could_change(analysis.main, each) for each in analysis.sensitivity),
    )


def _answers(
    analysis: AnalysisResult, names: Mapping[str, str], anchors: Mapping[tuple[str, str, str], str]
) -> tuple[tuple[str, str], ...]:
    """Give each answer in words with the place that it leads to; those without a number stand last."""
    main = analysis.main
    said = answer_sentences(main.answers, main.measure, names, analysis.level)
    places = (answer_place(analysis, each, anchors) for each in main.answers)
    return tuple(zip_longest(said, (place for place in places if place), fillvalue=""))


def _facts(analysis: AnalysisResult, *, registered: bool) -> tuple[str, ...]:
    planned = "Not prespecified."
    if analysis.prespecified:
        planned = (
            "Planned in the review's plan."
            if registered
            else "Listed in the plan file; the plan was not registered."
        )
    return (direction_sentence(analysis.main.measure, analysis.direction), planned)


def _rules(review: Review, analysis: AnalysisResult) -> tuple[str, ...]:
    plan = next((each for each in review.plan.analysis if each.id == analysis.id), None)
    if plan is None:
        return ()
    rules = (("Time points", plan.timepoint_rule), ("Scales", plan.scale_rule))
    return tuple(_sentence(f"{name}: {rule.strip()}") for name, rule in rules if rule.strip())


def _sentence(text: str) -> str:
    """Begin with a capital and end with a stop."""
    said = capital(text.strip())
    return said if said.endswith((".", "?", "!")) else f"{said}."


def _said_already(analysis: AnalysisResult, figure: RenderedFigure) -> bool:
    """Whether the words of a section without a network give the reason why it is not drawn."""
    return analysis.main.network is None and bool(figure.refusal) and bool(analysis.main.notes)


def _comparison(
    analysis: AnalysisResult,
    comparison: Comparison,
    names: Mapping[str, str],
    anchors: Mapping[tuple[str, str, str], str],
    figures: Mapping[str, RenderedFigure],
    studies: Table | None,
) -> ComparisonView:
    anchor = anchors[analysis.id, comparison.treat1, comparison.treat2]
    figure = figures.get(f"forest-{anchor}")
    title = capital(pair_words((comparison.treat1, comparison.treat2), names))
    if studies is not None:
        studies = _ofpair_words(studies, comparison, names)
        studies = replace(studies, id=anchor, title=f"{analysis.title}: {title}, study by study")
    return ComparisonView(
        anchor=anchor,
        title=title,
        sentences=comparison_sentences(comparison, analysis.main.measure, names, analysis.level),
        figure=None if figure is None else _figure(figure),
        table=_table(studies),
        refits=tuple(
            _figure(figures[name]) for name in (f"{kind}-{anchor}" for kind in REFITS) if name in figures
        ),
        further=tuple(
            _figure(figures[name])
            for name in (f"{kind.prefix}-{anchor}" for kind in FURTHER)
            if name in figures
        ),
        not_drawn=not_drawn(comparison, analysis.main.measure),
    )


def _studies(analysis: AnalysisResult, table: Table | None) -> list[Table | None]:
    """Cut the table of an analysis' studies into one for each comparison."""
    counts = [len(each.studies) for each in analysis.main.comparisons]
    if table is None or sum(counts) != len(table.rows):
        return [None] * len(counts)
    starts = [sum(counts[:i]) for i in range(len(counts))]
    return [
        replace(table, rows=table.rows[start : start + count])
        for start, count in zip(starts, counts, strict=True)
    ]


def _ofpair_words(table: Table, comparison: Comparison, names: Mapping[str, str]) -> Table:
    """Head the arms' columns with their treatments, which then need no columns of their own."""
    titles = {
        "arm_1": capital(names.get(comparison.treat1, comparison.treat1)),
        "arm_2": capital(names.get(comparison.treat2, comparison.treat2)),
    }
    columns = tuple(replace(each, title=titles.get(each.name, each.title)) for each in table.columns)
    return _kept(replace(table, columns=columns), [each.name not in ("treat1", "treat2") for each in columns])


def _kept(table: Table, keep: Sequence[bool]) -> Table:
    return replace(
        table,
        columns=tuple(compress(table.columns, keep)),
        rows=tuple(tuple(compress(row, keep)) for row in table.rows),
    )


def _figure(figure: RenderedFigure) -> FigureView:
    return FigureView(
        id=figure.id,
        title=figure.title,
        svg=_inline(figure.svg),
        refusal=figure.refusal,
        files=figure.files,
        remark=figure.remark,
    )


def _inline(svg: bytes) -> Markup:
    text = svg.decode("utf-8")
    start = text.find("<svg")
    return Markup(text[start:].strip() if start >= 0 else "")  # noqa: S704 - our own renderer wrote it


def _table(table: Table | None) -> TableView | None:
    """Write a table, leaving out columns that are empty in every row."""
    if table is None or not table.rows:
        return None
    filled = [
        number == 0 or any(row[number].text for row in table.rows) for number in range(len(table.columns))
    ]
    table = _kept(table, filled)
    return TableView(
        id=table.id,
        title=table.title,
        html=to_html(table),
        titles=tuple(column.title for column in table.columns),
        rows=len(table.rows),
        wide=_wide(table),
        cards=_cards(table),
        notes=table.notes,
    )


def _cards(table: Table) -> tuple[Card, ...]:
    return tuple(
        Card(
            anchor=row[0].anchor or f"{table.id.capitalize()}-{number}",
            title=row[0].text,
            facts=tuple(
                Fact(name=column.title, text=cell.text, href=web_address(cell.href))
                for column, cell in zip(table.columns[1:], row[1:], strict=True)
                if cell.text and column.where != "csv"
            ),
        )
        for number, row in enumerate(table.rows, start=1)
    )


def _wide(table: Table) -> bool:
    return sum(column.where != "csv" for column in table.columns) > WIDE


def _named(tables: Mapping[str, Table | None]) -> dict[str, TableView]:
    made = {name: _table(table) for name, table in tables.items()}
    return {name: view for name, view in made.items() if view is not None}


def _findings(tables: Mapping[str, Table], analyses: Iterable[AnalysisResult]) -> tuple[TableView, ...]:
    """Pick the summary of findings; an analysis may have an id that begins like it."""
    own = _of_analyses(analyses)
    made = (_table(table) for name, table in tables.items() if is_findings(name) and name not in own)
    return tuple(view for view in made if view is not None)


def _of_analyses(analyses: Iterable[AnalysisResult]) -> set[str]:
    return {f"{analysis.id}-{name}" for analysis in analyses for name in ANALYSIS_TABLES}


def _others(
    tables: Mapping[str, Table], analyses: Iterable[AnalysisResult], judged: Sequence[str]
) -> tuple[TableView, ...]:
    placed = _of_analyses(analyses) | {name for name in tables if is_findings(name)}
    placed |= {"answers", "decisions", "evidence", "flow", "outcome-data", CHECKLIST, *judged, *REVIEW_TABLES}
    views = (_table(table) for name, table in tables.items() if name not in placed)
    return tuple(view for view in views if view is not None)

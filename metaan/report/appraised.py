"""What the report shows of risk of bias and of the flow of studies: sentences, figures, tables, records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from metaan.appraisal.prisma import read_flow
from metaan.appraisal.rob import NOT_JUDGED, level_counts, rob_tables
from metaan.format import short_slug
from metaan.report.clauses import Clause
from metaan.report.drawings import Wanted
from metaan.report.evidence import node_names, outcome_names, study_names
from metaan.report.wording import counted, joined
from metaan.review.own_tools import own_tools
from metaan.tables.flow import flow_table
from metaan.tables.rob import rob_levels_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.appraisal.rob import OutcomeRob
    from metaan.results.appraisal import RobTable
    from metaan.results.flow import Flow
    from metaan.results.synthesis import AnalysisResult, Comparison
    from metaan.review.rows import Review
    from metaan.tables.table import Table

__all__ = [
    "appraisal_figures",
    "appraisal_record",
    "appraisal_tables",
    "bias_sentences",
    "flow_counts",
    "flow_sentences",
    "parts_of_table",
    "placed",
    "tool_clauses",
]

PAGE = 40
MOST_PAGES = 10
FLOW = "flow"
WORKS = {
    "rob2": ("sterne2019",),
    "rob2-cluster": ("sterne2019",),
    "rob2-crossover": ("sterne2019",),
    "rob1": ("higgins2011",),
    "robins-i": ("sterne2016",),
    "robins-i-v2": ("sterne2016",),
    "robins-e": ("higgins2024robins",),
    "quadas-2": ("whiting2011",),
    "quips": ("hayden2013",),
}
"""Tool to the works that describe it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Judgements of one tool and outcome with their place: a stem for ids, and the outcome's name."""

    stem: str
    outcome: str
    found: OutcomeRob

    @property
    def title(self) -> str:
        """Tool and outcome, for headings."""
        about = f" ({self.outcome})" if self.outcome else ""
        return f"{self.found.table.tool.name}{about}"


def appraisal_figures(review: Review, analyses: Sequence[AnalysisResult]) -> tuple[Wanted, ...]:
    """List the figures of risk of bias and of the flow; none where nobody judged or counted.

    Parameters
    ----------
    review : Review
        Its rob.csv and flow.csv.
    analyses : sequence of AnalysisResult
        Whose weights the summary may use: those of the one comparison that the judgements bear on.
    """
    flow = _flow(review)
    wanted = (
        ()
        if flow is None
        else (Wanted(id=FLOW, title="Flow of studies", room="prisma_flow", arguments={"flow": flow}),)
    )
    return (*wanted, *(figure for each in _judged(review) for figure in _of_tool(review, analyses, each)))


def appraisal_tables(review: Review) -> tuple[Table, ...]:
    """Make the tables of the counts of the flow and of the judgements, study by study."""
    labels = study_names(review)
    return (
        flow_table(review.tables["flow"], _flow(review)),
        *(
            rob_levels_table(
                each.found.table,
                id=f"levels-{each.stem}",
                title=f"Risk of bias by {each.title}",
                labels=labels,
            )
            for each in _judged(review)
        ),
    )


def appraisal_record(review: Review) -> dict[str, Any]:
    """Write judgements and counts as they go into results.json: null where nobody judged or counted."""
    flow = _flow(review)
    return {
        "risk_of_bias": [_tool_record(each.found) for each in _judged(review)],
        "flow": None
        if flow is None
        else {
            "counts": dict(flow.counts),
            "reasons": {
                name: [{"reason": reason, "count": count} for reason, count in rows]
                for name, rows in flow.reasons.items()
            },
        },
    }


def flow_counts(review: Review) -> dict[str, tuple[str, int]]:
    """Give each box of the flow with what was counted and how many there were; nothing without a flow."""
    flow = _flow(review)
    rows = flow_table(review.tables["flow"], flow).rows
    return {} if flow is None else {row[1].text: (row[0].text, flow.counts[row[1].text]) for row in rows}


def bias_sentences(review: Review) -> tuple[str, ...]:
    """Say which tools were applied to how many studies, and how they judged overall."""
    judged = _judged(review)
    if not judged:
        return ("No study was judged with a tool for risk of bias, so there is no figure of it.",)
    rows = [row.text for row in review.tables["rob"] if row.text["tool"]]
    who = dict.fromkeys(row["assessor"] for row in rows if row["assessor"] and row["judgement"] != NOT_JUDGED)
    said = [sentence for each in judged for sentence in _of_judged(each)]
    return (*said, f"Judged by {joined(list(who), 'and')}." if who else "Who judged is not recorded.")


def flow_sentences(review: Review) -> tuple[str, ...]:
    """Say that the flow was not recorded, or how many records led to how many studies."""
    flow = _flow(review)
    if flow is None:
        return ("The flow of studies was not recorded, so there is no flow diagram.",)
    said = (
        ("records_screened", "record was screened", "records were screened"),
        ("dbr_assessed", "report was assessed for eligibility", "reports were assessed for eligibility"),
        ("new_studies", "study was included", "studies were included"),
    )
    parts = [counted(flow.counts[name], one, many) for name, one, many in said if name in flow.counts]
    if not parts:
        return ("Only some counts of the flow were recorded.",)
    text = joined(parts, "and")
    return (f"{text[:1].upper()}{text[1:]}.",)


def tool_clauses(review: Review) -> list[Clause]:
    """Name the tools that judgements were made with, each with the work that describes it."""
    own = {known.tool.id for known in own_tools(review.plan)}
    tools = {each.found.table.tool.id: each.found.table.tool.name for each in _judged(review)}
    return [
        Clause(f"Studies were judged with {name}.", () if id_ in own else WORKS.get(id_, ()))
        for id_, name in tools.items()
    ]


def placed(review: Review) -> tuple[str, ...]:
    """Name the tables of judgements, in their order."""
    return tuple(f"levels-{each.stem}" for each in _judged(review))


def parts_of_table(table: RobTable, most: int = PAGE) -> tuple[RobTable, ...]:
    """Cut a table of many studies into parts of nearly one size, each fit for a page.

    Parameters
    ----------
    table : RobTable
        Any number of studies.
    most : int
        Studies in a part.

    Examples
    --------
    >>> from metaan.results.appraisal import RobTable, RobTool
    >>> tool = RobTool(id="t", name="T", domains=(), levels=())
    >>> table = RobTable(tool=tool, studies=tuple("abcde"), judgements=((),) * 5, overall=("",) * 5)
    >>> [part.studies for part in parts_of_table(table, 2)]
    [('a', 'b'), ('c', 'd'), ('e',)]
    """
    count = max(-(-len(table.studies) // most), 1)
    size = -(-len(table.studies) // count)
    return tuple(
        replace(
            table,
            studies=table.studies[start : start + size],
            judgements=table.judgements[start : start + size],
            overall=table.overall[start : start + size],
        )
        for start in range(0, len(table.studies), max(size, 1))
    )


def _judged(review: Review) -> tuple[_Judged, ...]:
    names = outcome_names(review)
    found = rob_tables([row.text for row in review.tables["rob"]], own_tools(review.plan))
    stems: set[str] = set()
    judged = []
    for each in found:
        stem = wanted = "-".join(
            short_slug(text) or "x" for text in (each.table.tool.id, each.outcome) if text
        )
        while stem in stems:
            stem = f"{wanted}-{len(stems)}"
        stems.add(stem)
        judged.append(_Judged(stem=stem, outcome=names.get(each.outcome, each.outcome), found=each))
    return tuple(judged)


def _flow(review: Review) -> Flow | None:
    return read_flow(row.text for row in review.tables["flow"])


def _of_tool(review: Review, analyses: Sequence[AnalysisResult], each: _Judged) -> Iterator[Wanted]:
    labels = study_names(review)
    table = each.found.table
    parts = parts_of_table(table)
    if len(parts) > MOST_PAGES:
        parts = (table,)  # which the figure refuses, with the reason
    for number, part in enumerate(parts, start=1):
        which = f"--{number}" if len(parts) > 1 else ""
        yield Wanted(
            id=f"traffic-{each.stem}{which}",
            title=f"Risk of bias by {each.title}{f', part {number} of {len(parts)}' if which else ''}",
            room="rob_traffic",
            arguments={
                "table": part,
                "labels": {study: labels.get(study, study) for study in part.studies},
                "outcome": each.outcome,
                "part": (number, len(parts)),
            },
        )
    weights, weights_of = _weights(review, analyses, each.found)
    yield Wanted(
        id=f"bias-{each.stem}",
        title=f"Summary of risk of bias by {each.title}",
        room="rob_summary",
        arguments={
            "table": table,
            "outcome": each.outcome,
            "weights": weights,
            "weights_of": weights_of,
        },
    )


def _weights(
    review: Review, analyses: Sequence[AnalysisResult], found: OutcomeRob
) -> tuple[dict[str, float] | None, str]:
    """Give the weights of the one comparison that judgements bear on; none where there are several."""
    bearing = [each for each in analyses if not found.outcome or found.outcome in each.outcomes]
    fitted = [(each, c) for each in bearing for c in each.main.comparisons if c.main is not None]
    if len(fitted) != 1 or len(bearing) != 1:
        return None, ""
    analysis, comparison = fitted[0]
    weights = _of_comparison(comparison)
    if not any(study in weights for study in found.table.studies):
        return None, ""
    names = node_names(review)
    pair = " versus ".join(names.get(node, node) for node in (comparison.treat1, comparison.treat2))
    return weights, f"the main analysis of “{analysis.title}” ({pair})"


def _of_comparison(comparison: Comparison) -> dict[str, float]:
    fit = comparison.main
    usable = [study.study for study in comparison.studies if study.estimable]
    if fit is None or len(usable) != len(fit.weights):
        return {}
    return {study: float(f"{w:.10g}") for study, w in zip(usable, fit.weights.tolist(), strict=True)}


def _of_judged(each: _Judged) -> Iterator[str]:
    table = each.found.table
    overall = level_counts(table)["overall"]
    judged = [f"{word} {count}" for word, count in overall.items() if word]
    missing = overall.get("", 0)
    if missing:
        judged.append(f"not judged {missing}")
    yield f"{each.title}: {counted(len(table.studies), 'study', 'studies')}; overall {', '.join(judged)}."
    if each.found.unread:
        yield (
            f"{counted(each.found.unread, 'further judgement')} by {table.tool.name} names a domain or level"
            " that the tool does not have; it stands in the list of judgements only."
            if each.found.unread == 1
            else f"{counted(each.found.unread, 'further judgement')} by {table.tool.name} name domains or"
            " levels that the tool does not have; they stand in the list of judgements only."
        )


def _tool_record(found: OutcomeRob) -> dict[str, Any]:
    table = found.table
    ids = [id_ for id_, _ in table.tool.domains]
    return {
        "outcome": found.outcome or None,
        "tool": {
            "id": table.tool.id,
            "name": table.tool.name,
            "domains": [{"id": id_, "title": title} for id_, title in table.tool.domains],
            "levels": [{"word": level.word, "severity": level.severity} for level in table.tool.levels],
        },
        "studies": [
            {
                "study": study,
                "overall": overall or None,
                "judgements": {id_: word or None for id_, word in zip(ids, row, strict=True)},
            }
            for study, row, overall in zip(table.studies, table.judgements, table.overall, strict=True)
        ],
        "unread": found.unread,
    }

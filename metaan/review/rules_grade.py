"""Rules of grade.csv and of the plan's summary of findings: names must be known, certainties must follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.appraisal.grade import graded
from metaan.results.grading import DOMAINS
from metaan.review.cells import near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.review.load import Loaded
    from metaan.review.plan import Plan
    from metaan.review.problems import Problem
    from metaan.review.rows import Row

__all__ = ["grade_faults"]

JUDGED = ("start", *(domain.id for domain in DOMAINS))


def grade_faults(loaded: Loaded) -> Iterator[Problem]:
    """Find ratings of what is not there or not shown, and certainties that do not follow."""
    if loaded.plan is not None:
        yield from _chosen(loaded, loaded.plan)
        yield from _baselines(loaded, loaded.plan)
    nodes = {row.text["node"] for row in loaded.tables["treatments"]} - {""}
    nodes |= {row.text["split_node"] for row in loaded.tables["arms"]} - {""}
    seen: dict[tuple[str, frozenset[str]], Row] = {}
    for row in loaded.tables["grade"]:
        faults = [*_unknown(loaded, row, nodes), *_turned(loaded, row, seen)]
        yield from faults
        if not faults and loaded.plan is not None:
            yield from _unseen(loaded, row, loaded.plan)
        if not loaded.misnamed("grade"):
            yield from _certainty(loaded, row)
        yield from _reasons(loaded, row)


def _chosen(loaded: Loaded, plan: Plan) -> Iterator[Problem]:
    known = [analysis.id for analysis in plan.analysis]
    where = ("review", "findings")
    for place, name in enumerate(plan.review.findings):
        if name not in known:
            cure = near(name, known) or f"use one of: {', '.join(known)}."
            yield loaded.plan_fault("C008", where, name, f"“{name}” is not an analysis.", cure)
        elif name in plan.review.findings[:place]:
            message = f"The analysis “{name}” stands twice."
            yield loaded.plan_fault("C005", where, name, message, "name it once.")


def _baselines(loaded: Loaded, plan: Plan) -> Iterator[Problem]:
    kinds = {row.text["outcome_id"]: row.value["kind"] for row in loaded.tables["outcomes"]}
    for place, analysis in enumerate(plan.analysis):
        if analysis.baseline_risk is None:
            continue
        where, text = ("analysis", place, "baseline_risk"), str(analysis.baseline_risk)
        if any(kinds.get(outcome) == "continuous" for outcome in analysis.outcomes):
            message = f"The outcome of “{analysis.id}” is continuous and has no risk."
            yield loaded.plan_fault("C013", where, text, message, "remove baseline_risk.")
        elif not analysis.baseline_source.strip():
            message = f"The baseline risk of “{analysis.id}” has no source."
            cure = "write where it was read into baseline_source."
            yield loaded.plan_fault("C013", where, text, message, cure)


def _unknown(loaded: Loaded, row: Row, nodes: set[str]) -> Iterator[Problem]:
    if loaded.plan is not None and row.text["analysis"]:
        yield from _unknown_analysis(loaded, row, loaded.plan)
    if loaded.torn("treatments") or not nodes:
        return
    for column in ("treat1", "treat2"):
        name = row.text[column]
        if name and name not in nodes:
            cure = near(name, nodes) or "use a node of treatments.csv."
            yield loaded.fault("D040", row, column, f"“{name}” is not a node of treatments.csv.", cure)
    if row.text["treat1"] and row.text["treat1"] == row.text["treat2"]:
        message = f"The rating compares “{row.text['treat1']}” with itself."
        yield loaded.fault("D040", row, "treat2", message, "name the treatment that it is compared with.")


def _unknown_analysis(loaded: Loaded, row: Row, plan: Plan) -> Iterator[Problem]:
    name, known = row.text["analysis"], [analysis.id for analysis in plan.analysis]
    if name in known:
        return
    owners = [analysis.id for analysis in plan.analysis if name in analysis.outcomes]
    cure = near(name, known) or f"use one of: {', '.join(known[:12])}{', …' if len(known) > 12 else ''}."
    if owners:
        cure = f"write {' or '.join(owners)}, the analysis of that outcome."
    yield loaded.fault("D040", row, "analysis", f"“{name}” is not an analysis of review.toml.", cure)


def _turned(loaded: Loaded, row: Row, seen: dict[tuple[str, frozenset[str]], Row]) -> Iterator[Problem]:
    """Find a second rating of one comparison with its treatments the other way round."""
    pair = frozenset((row.text["treat1"], row.text["treat2"]))
    other = seen.setdefault((row.text["analysis"], pair), row)
    if other is not row and other.text["treat1"] != row.text["treat1"]:
        message = f"The comparison was rated in row {other.number}, the other way round."
        yield loaded.fault("D031", row, "treat1", message, "keep one of the two rows.")


def _unseen(loaded: Loaded, row: Row, plan: Plan) -> Iterator[Problem]:
    pair = {row.text["treat1"], row.text["treat2"]}
    asked = [{question.treat1, question.treat2} for question in plan.review.questions]
    chosen = set(plan.review.findings) & {analysis.id for analysis in plan.analysis}
    if chosen and row.text["analysis"] not in chosen:
        message = f"“{row.text['analysis']}” is not among the findings of review.toml."
        yield loaded.fault("D041", row, "analysis", message, "add it there, or remove the row.")
    elif plan.review.reference not in pair and pair not in asked and not _split(loaded, pair):
        message = f"“{row.text['treat1']}” against “{row.text['treat2']}” is no question of the review."
        yield loaded.fault("D041", row, "treat1", message, "add it to questions, or remove the row.")


def _split(loaded: Loaded, pair: set[str]) -> bool:
    """Tell whether a pair names a dose; which pairs of doses are shown follows from the analyses."""
    return any(row.text["split_node"] in pair for row in loaded.tables["arms"] if row.text["split_node"])


def _certainty(loaded: Loaded, row: Row) -> Iterator[Problem]:
    if any(row.text[name] and not row.value[name] for name in JUDGED) or not row.value["certainty"]:
        return
    judged = {domain.id: row.text[domain.id] for domain in DOMAINS if row.value[domain.id]}
    start = row.text["start"] if row.value["start"] else "high"
    follows = graded(start, judged)
    if follows != row.text["certainty"]:
        said = f"after {', '.join(judged)}" if judged else "and no domain is judged"
        yield loaded.fault(
            "D042",
            row,
            "certainty",
            f"The certainty is {row.text['certainty']}, but from {start}, {said}, it is {follows}.",
            "judge the domains that are missing, or correct the certainty.",
        )


def _reasons(loaded: Loaded, row: Row) -> Iterator[Problem]:
    for domain in DOMAINS:
        moved = domain.steps.get(row.text[domain.id], 0)
        if moved and not row.text[f"{domain.id}_reason"]:
            yield loaded.fault(
                "D042",
                row,
                f"{domain.id}_reason",
                f"{domain.title} is “{row.text[domain.id]}” without a reason.",
                "say why: it stands as a footnote of the summary of findings.",
            )
    if not row.text["assessor"] and not row.text["source"]:
        message = "Nobody is named who judged the certainty."
        yield loaded.fault("D042", row, "assessor", message, "write who judged, or the source that did.")

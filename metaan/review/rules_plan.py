"""Rules of review.toml that need the tables: names must be known, and measures must fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.appraisal.rob import NOT_JUDGED
from metaan.appraisal.tools import known_words, plain
from metaan.review.cells import near
from metaan.review.own_tools import own_tools
from metaan.review.schema import TABLES
from metaan.review.settle import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from metaan.review.load import Loaded
    from metaan.review.plan import Choices, Plan
    from metaan.review.problems import Problem

__all__ = ["plan_faults"]


def plan_faults(loaded: Loaded) -> Iterator[Problem]:
    """Find ids of review.toml that stand twice or point nowhere, and measures that do not fit."""
    if loaded.plan is None:
        return
    yield from _doubled(loaded, loaded.plan)
    yield from _own_tools(loaded, loaded.plan)
    yield from _treatments(loaded, loaded.plan)
    yield from _cross_references(loaded, loaded.plan)
    for path, choices in _choices(loaded.plan):
        yield from _outcomes(loaded, path, choices)
        yield from _studies(loaded, path, choices)
        yield from _levels(loaded, path, choices)
    for index, analysis in enumerate(loaded.plan.analysis):
        yield from _measure(loaded, ("analysis", index), analysis.outcomes, analysis.measure)
        yield from _subgroup(loaded, index, analysis.subgroup)


def _choices(plan: Plan) -> Iterator[tuple[tuple[int | str, ...], Choices]]:
    yield ("defaults",), plan.defaults
    yield from ((("analysis", i), a) for i, a in enumerate(plan.analysis))
    yield from ((("sensitivity", i), s) for i, s in enumerate(plan.sensitivity))


def _doubled(loaded: Loaded, plan: Plan) -> Iterator[Problem]:
    for section, ids in (
        ("analysis", [a.id for a in plan.analysis]),
        ("sensitivity", [s.id for s in plan.sensitivity]),
        ("rob_tool", [tool.id for tool in plan.rob_tool]),
    ):
        for index, name in enumerate(ids):
            if name in ids[:index] or name == "main":
                said = "is the name of every main result" if name == "main" else "stands twice"
                yield loaded.plan_fault(
                    "C005", (section, index, "id"), name, f"The id “{name}” {said}.", "give it another id."
                )


def _own_tools(loaded: Loaded, plan: Plan) -> Iterator[Problem]:
    """Find domains and levels of one's own tools that could not be told apart."""
    for index, tool in enumerate(plan.rob_tool):
        domains = [plain(text) for each in tool.domains for text in dict.fromkeys((each.id, each.title))]
        for key, words in (("domains", domains), ("levels", [each.word for each in tool.levels])):
            for word in dict.fromkeys(word for n, word in enumerate(words) if word in words[:n]):
                message = f"“{word[:80]}” stands twice among the {key} of {tool.name[:80]}."
                yield loaded.plan_fault("C005", ("rob_tool", index, key), word, message, "name it once.")


def _treatments(loaded: Loaded, plan: Plan) -> Iterator[Problem]:
    nodes = {row.text["node"] for row in loaded.tables["treatments"]} - {""}
    for index, pair in enumerate(plan.review.questions):
        if pair.treat1 == pair.treat2:
            message = f"Question {index + 1} compares “{pair.treat1}” with itself."
            cure = "name the treatment that it is compared with."
            yield loaded.plan_fault("C012", ("review", "questions"), pair.treat1, message, cure)
    if not nodes or loaded.torn("treatments"):
        return
    named: list[tuple[tuple[int | str, ...], str]] = [(("review", "reference"), plan.review.reference)]
    named += [(("review", "treatments"), name) for name in plan.review.treatments]
    named += [(("review", "questions"), name) for q in plan.review.questions for name in (q.treat1, q.treat2)]
    named += [
        (("analysis", i, "funnel_order"), name)
        for i, a in enumerate(plan.analysis)
        for name in a.funnel_order
    ]
    for path, name in dict.fromkeys(named):
        if name not in nodes:
            message = f"“{name}” is not a node of treatments.csv."
            yield loaded.plan_fault("C007", path, name, message, _known(name, nodes))


def _cross_references(loaded: Loaded, plan: Plan) -> Iterator[Problem]:
    analyses, sensitivities = {a.id for a in plan.analysis}, {s.id for s in plan.sensitivity}
    for i, analysis in enumerate(plan.analysis):
        yield from _unknown(
            loaded,
            "C008",
            ("analysis", i, "sensitivity"),
            analysis.sensitivity,
            sensitivities,
            "a sensitivity",
        )
    for i, change in enumerate(plan.sensitivity):
        yield from _unknown(
            loaded, "C008", ("sensitivity", i, "analyses"), change.analyses, analyses, "an analysis"
        )


def _outcomes(loaded: Loaded, path: tuple[int | str, ...], choices: Choices) -> Iterator[Problem]:
    known = {row.text["outcome_id"] for row in loaded.tables["outcomes"]}
    twice = [name for at, name in enumerate(choices.outcomes or ()) if name in (choices.outcomes or ())[:at]]
    for name in dict.fromkeys(twice):
        message = f"The outcome “{name}” stands twice."
        yield loaded.plan_fault("C005", (*path, "outcomes"), name, message, "name it once.")
    if known and not loaded.torn("outcomes"):
        yield from _unknown(
            loaded, "C006", (*path, "outcomes"), choices.outcomes, known, "an outcome of outcomes.csv"
        )


def _studies(loaded: Loaded, path: tuple[int | str, ...], choices: Choices) -> Iterator[Problem]:
    known = {row.text["study_id"] for row in loaded.tables["studies"]}
    if known and not loaded.torn("studies"):
        where = (*path, "exclude_studies")
        yield from _unknown(loaded, "C011", where, choices.exclude_studies, known, "a study of studies.csv")


def _subgroup(loaded: Loaded, index: int, column: str) -> Iterator[Problem]:
    """Find a grouping by a column that studies.csv does not have."""
    known = {each.name for each in TABLES["studies"].columns}
    if column:
        where = ("analysis", index, "subgroup")
        yield from _unknown(loaded, "C004", where, [column], known, "a column of studies.csv")


def _levels(loaded: Loaded, path: tuple[int | str, ...], choices: Choices) -> Iterator[Problem]:
    """Find judgements that no tool has; nothing would be left out for them."""
    known = {*known_words(own_tools(loaded.plan)), NOT_JUDGED}
    where = (*path, "exclude_rob")
    yield from _unknown(loaded, "C004", where, choices.exclude_rob, known, "a judgement of risk of bias")


def _unknown(
    loaded: Loaded,
    code: str,
    path: tuple[int | str, ...],
    names: Iterable[str] | None,
    known: set[str],
    what: str,
) -> Iterator[Problem]:
    for name in dict.fromkeys(names or ()):
        if name not in known:
            yield loaded.plan_fault(code, path, name, f"“{name}” is not {what}.", _known(name, known))


def _known(name: str, known: set[str]) -> str:
    listed = ", ".join(sorted(known)[:12])
    return near(name, known) or f"use one of: {listed}{', …' if len(known) > 12 else ''}."


def _measure(
    loaded: Loaded, path: tuple[int | str, ...], outcomes: list[str], measure: str | None
) -> Iterator[Problem]:
    found = {row.text["outcome_id"]: row.value["kind"] for row in loaded.tables["outcomes"]}
    kinds = {str(found[name]) for name in outcomes if found.get(name)}
    if len(kinds) > 1:
        message = "The outcomes are of both kinds, binary and continuous."
        yield loaded.plan_fault(
            "C010", (*path, "outcomes"), ", ".join(outcomes), message, "make one analysis for each kind."
        )
    elif measure and kinds and measure not in (fitting := MEASURES[kinds.pop()]):
        message = f"{measure} cannot be computed for the outcomes {', '.join(outcomes)}."
        yield loaded.plan_fault("C010", (*path, "measure"), measure, message, f"use {' or '.join(fitting)}.")

"""Rules that ask which rows an analysis uses: double counting, direction, scales, usable rows, connection."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from metaan.review.plan_file import PLAN_FILE
from metaan.review.rows import Review
from metaan.review.schema import TABLES
from metaan.review.select import UsedArm, UsedContrast, candidates, covered_units, select
from metaan.review.settle import misfit, settle
from metaan.review.usable import contrast_fault, result_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from metaan.review.load import Loaded
    from metaan.review.plan import AnalysisPlan
    from metaan.review.problems import Problem
    from metaan.review.rows import Row
    from metaan.review.select import Selection
    from metaan.review.settle import Settled

__all__ = ["analysis_faults"]

NEEDED = ("studies", "arms", "outcomes", "results", "contrasts", "treatments")
FILE_FAULTS = frozenset({"D001", "D002", "D003", "D004", "D009"})
"""Faults after which nobody can say which rows an analysis has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One analysis with the rows that could enter it and those that do."""

    loaded: Loaded
    review: Review
    analysis: AnalysisPlan
    path: tuple[str, int]
    choices: Settled
    candidates: tuple[UsedArm | UsedContrast, ...]
    selection: Selection
    whole: bool


def analysis_faults(loaded: Loaded, found: Iterable[Problem]) -> Iterator[Problem]:
    """Find what is wrong with the analyses of the plan.

    Parameters
    ----------
    loaded : Loaded
        The review.
    found : iterable of Problem
        Errors found so far; rows that have one take no part.
    """
    errors = [p for p in found if p.severity == "error"]
    yield from _directions(loaded)
    if loaded.plan is None or any(p.file == PLAN_FILE for p in errors):
        return
    files = {TABLES[name].file for name in NEEDED}
    if any(p.code in FILE_FAULTS and p.file in files for p in errors):
        return
    review, dropped = _sound(loaded, {(p.file, p.row) for p in errors})
    yield from _unusable(loaded, review)
    for index, analysis in enumerate(loaded.plan.analysis):
        choices = settle(review, analysis)
        case = _Case(
            loaded=loaded,
            review=review,
            analysis=analysis,
            path=("analysis", index),
            choices=choices,
            candidates=tuple(candidates(review, choices)),
            selection=select(review, analysis, choices),
            whole=not dropped & set(choices.outcomes),
        )
        yield from _faults(case)


def _faults(case: _Case) -> Iterator[Problem]:
    yield from _selects_nothing(case)
    yield from _arm_twice(case)
    yield from _pair_twice(case)
    yield from _incomplete_contrasts(case)
    yield from _unit_twice(case)
    yield from _two_forms(case)
    yield from _scales(case)
    yield from _times(case)
    yield from _change_and_final(case)
    yield from _single_arm(case)
    yield from _apart(case)


def _sound(loaded: Loaded, faulty: set[tuple[str, int | None]]) -> tuple[Review, set[str]]:
    """Leave out rows with errors and rows that hang on them; name the outcomes that lost a row."""
    tables = {
        name: tuple(r for r in rows if (TABLES[name].file, r.number) not in faulty)
        for name, rows in loaded.tables.items()
    }
    studies = {r.text["study_id"] for r in tables["studies"]}
    labels = {r.text["raw_label"] for r in tables["treatments"]}
    tables["arms"] = tuple(
        r for r in tables["arms"] if r.text["study_id"] in studies and r.text["treatment"] in labels
    )
    arms = {(r.text["study_id"], r.text["arm_id"]) for r in tables["arms"]}
    outcomes = {r.text["outcome_id"] for r in tables["outcomes"]}
    for name, columns in (("results", ("arm_id",)), ("contrasts", ("arm_id_1", "arm_id_2"))):
        tables[name] = tuple(
            r
            for r in tables[name]
            if r.text["outcome_id"] in outcomes
            and all((r.text["study_id"], r.text[c]) in arms for c in columns)
        )
    kept = {(r.table, r.number) for name in ("results", "contrasts") for r in tables[name]}
    dropped = {
        r.text["outcome_id"]
        for name in ("results", "contrasts")
        for r in loaded.tables[name]
        if (r.table, r.number) not in kept
    }
    assert loaded.plan is not None
    return Review(name="", plan=loaded.plan, tables=tables, files=()), dropped


def _directions(loaded: Loaded) -> Iterator[Problem]:
    rows = {row.text["outcome_id"]: row for row in loaded.tables["outcomes"]}
    for index, analysis in enumerate(loaded.plan.analysis if loaded.plan else ()):
        own = [rows[name] for name in analysis.outcomes if name in rows]
        for row in own:
            if not row.text["direction"]:
                yield loaded.fault(
                    "D018",
                    row,
                    "direction",
                    f"The analysis “{analysis.id}” pools {row.text['outcome_id']}, whose direction is not"
                    " stated.",
                    "write higher_better or lower_better.",
                )
        stated = {str(row.value["direction"]) for row in own if row.value["direction"]}
        if len(stated) > 1 and not (analysis.direction and analysis.measure == "SMD"):
            yield loaded.plan_fault(
                "D018",
                ("analysis", index, "direction"),
                ", ".join(analysis.outcomes),
                f"The outcomes of “{analysis.id}” point both ways, higher_better and lower_better.",
                "pool them as SMD and give the analysis a direction to turn them to, or make two analyses.",
            )


def _unusable(loaded: Loaded, review: Review) -> Iterator[Problem]:
    """Name rows that are to be pooled and cannot be (D021)."""
    kinds = {row.text["outcome_id"]: row.text["kind"] for row in review.tables["outcomes"]}
    measures = _measures_asked(review)
    for row in (*review.tables["results"], *review.tables["contrasts"]):
        use, outcome = row.text["use"], row.text["outcome_id"]
        if use == "list" and not row.text["reason"]:
            yield loaded.fault(
                "D021",
                row,
                "reason",
                "The row is listed, not pooled, and says no reason.",
                "write the reason.",
            )
        if use not in ("pool", "sensitivity"):
            continue
        if row.table == "results":
            said = result_fault(row, kinds[outcome])
        else:
            asked = measures.get(outcome) or {row.text["measure"]}
            said = _contrast_fault(row, sorted(asked), read_bounds=use == "sensitivity")
        if said:
            yield loaded.fault(
                "D021",
                row,
                "use",
                f"use = {use}, but the row cannot be pooled: {said}.",
                "add what is missing from the source, or write use = list with this reason.",
            )


def _measures_asked(review: Review) -> dict[str, set[str]]:
    """Give the measures that the analyses and their sensitivities ask of each outcome."""
    asked: dict[str, set[str]] = defaultdict(set)
    for analysis in review.plan.analysis:
        changes = [s for s in review.plan.sensitivity if s.measure and not misfit(review, analysis, s)]
        for choices in (settle(review, analysis, change) for change in (None, *changes)):
            for outcome in choices.outcomes:
                asked[outcome].add(choices.measure)
    return asked


def _contrast_fault(row: Row, measures: list[str], *, read_bounds: bool) -> str:
    said = [contrast_fault(row, measure, read_bounds=read_bounds) for measure in measures]
    return "" if "" in said else said[0]


def _selects_nothing(case: _Case) -> Iterator[Problem]:
    if case.selection.arms or case.selection.contrasts or not case.whole:
        return
    path = (*case.path, "outcomes")
    names = ", ".join(case.choices.outcomes)
    if not case.selection.left:
        message = f"No row of results.csv or contrasts.csv has an outcome of “{case.analysis.id}” ({names})."
        yield case.loaded.plan_fault(
            "C009", path, names, message, "correct the outcomes, or remove the analysis."
        )
        return
    reasons = Counter(left.reason for left in case.selection.left)
    wrong_time = case.analysis.timepoints and all(reason.startswith("measured at") for reason in reasons)
    reason, count = reasons.most_common(1)[0]
    yield case.loaded.plan_fault(
        "C009",
        (*case.path, "timepoints") if wrong_time else path,
        ", ".join(case.analysis.timepoints) if wrong_time else names,
        f"“{case.analysis.id}” selects none of its {len(case.selection.left)} rows;"
        f" {count} of them: {reason}.",
        "correct the selection; if there is no usable evidence, the report will say so.",
        severity="error" if wrong_time else "warning",
    )


def _arm_twice(case: _Case) -> Iterator[Problem]:
    first: dict[tuple[str, ...], UsedArm] = {}
    for one in case.candidates:
        if not isinstance(one, UsedArm):
            continue
        key = (one.study, one.arm, one.outcome, one.timepoint)
        other = first.setdefault(key, one)
        if other is not one:
            yield case.loaded.fault(
                "D016",
                one.row,
                "arm_id",
                f"Arm “{one.arm}” of {one.study} enters “{case.analysis.id}” twice: here and in row"
                f" {other.row.number}.",
                "keep one row for pooling; mark the other use = check or list, with its reason.",
            )


def _pair_twice(case: _Case) -> Iterator[Problem]:
    first: dict[tuple[object, ...], UsedContrast] = {}
    for one in _contrasts(case):
        key = (one.study, one.outcome, one.timepoint, frozenset((one.node1, one.node2)))
        other = first.setdefault(key, one)
        if other is not one:
            yield case.loaded.fault(
                "D016",
                one.row,
                "arm_id_1",
                f"Row {other.row.number} already compares {one.node1} with {one.node2} in {one.study};"
                " both share participants.",
                "give the arms' own numbers in results.csv, which can be merged, or pool one of the two.",
            )


def _incomplete_contrasts(case: _Case) -> Iterator[Problem]:
    groups: dict[tuple[str, str, str], list[UsedContrast]] = defaultdict(list)
    for one in _contrasts(case):
        groups[one.study, one.outcome, one.timepoint].append(one)
    for (study, _, _), own in groups.items():
        pairs = {frozenset((one.node1, one.node2)) for one in own}
        nodes = {node for pair in pairs for node in pair}
        lacking = [pair for pair in combinations(sorted(nodes), 2) if frozenset(pair) not in pairs]
        shared = Counter(node for pair in pairs for node in pair)
        if lacking and max(shared.values()) > 1 and case.analysis.network:
            yield case.loaded.fault(
                "D016",
                own[-1].row,
                "arm_id_1",
                f"The differences of {study} share an arm, but {lacking[0][0]} against"
                f" {lacking[0][1]} is missing.",
                "add the missing difference, or the arms' own numbers in results.csv.",
            )


def _contrasts(case: _Case) -> list[UsedContrast]:
    return [one for one in case.candidates if isinstance(one, UsedContrast)]


def _unit_twice(case: _Case) -> Iterator[Problem]:
    first = {one.study: one for one in reversed(case.candidates)}
    for unit, parts in covered_units(case.review).items():
        for part in parts:
            if unit in first and part in first:
                yield case.loaded.fault(
                    "D028",
                    first[part].row,
                    "study_id",
                    f"“{case.analysis.id}” has {part} beside {unit} (row {first[unit].row.number} of"
                    f" {first[unit].row.table}.csv), which sums it.",
                    "pool one of the two; mark the rows of the other use = check or list, with the reason.",
                )


def _two_forms(case: _Case) -> Iterator[Problem]:
    arms = {one.study: one for one in reversed(case.candidates) if isinstance(one, UsedArm)}
    for study, one in {one.study: one for one in reversed(_contrasts(case))}.items():
        if study in arms:
            yield case.loaded.fault(
                "D028",
                one.row,
                "study_id",
                f"“{case.analysis.id}” has differences of {study} beside its arms"
                f" (row {arms[study].row.number} of results.csv).",
                "pool the arms, and mark the differences use = check.",
            )


def _scales(case: _Case) -> Iterator[Problem]:
    if case.choices.kind != "continuous" or case.analysis.scale_rule:
        return
    used = {one.outcome for one in _used(case)}
    scales = {
        tuple(row.text[name] for name in ("scale_name", "scale_min", "scale_max")): row.text["outcome_id"]
        for row in case.review.tables["outcomes"]
        if row.text["outcome_id"] in used
    }
    if len(scales) > 1:
        names = ", ".join(sorted(scales.values()))
        yield case.loaded.plan_fault(
            "D019",
            (*case.path, "scale_rule"),
            names,
            f"“{case.analysis.id}” pools different scales ({names}) and declares no rule for it.",
            "write the rule into scale_rule, or pool one scale.",
        )


def _times(case: _Case) -> Iterator[Problem]:
    times = dict.fromkeys(one.timepoint for one in _used(case))
    if len(times) > 1 and not case.analysis.timepoint_rule:
        names = ", ".join(f"“{t}”" if t else "not recorded" for t in times)
        yield case.loaded.plan_fault(
            "D019",
            (*case.path, "timepoint_rule"),
            ", ".join(times),
            f"“{case.analysis.id}” pools different time points ({names}) and declares no rule for it.",
            "write the rule into timepoint_rule, or choose with timepoints.",
        )


def _change_and_final(case: _Case) -> Iterator[Problem]:
    if case.choices.measure != "SMD":
        return
    first = {one.row.text["value_type"]: one for one in reversed(case.selection.arms)}
    if "change" in first and "final" in first:
        later = max(first["change"], first["final"], key=lambda one: one.row.number)
        yield case.loaded.fault(
            "D020",
            later.row,
            "value_type",
            f"“{case.analysis.id}” standardises change scores (row {first['change'].row.number})"
            f" together with final scores (row {first['final'].row.number}).",
            "pool one kind, or the mean difference on one scale, where the two may be mixed.",
        )


def _single_arm(case: _Case) -> Iterator[Problem]:
    """Name arms with which no other arm of their study can be compared, whatever else keeps rows out."""
    if not case.whole:
        return
    groups: dict[str, dict[tuple[str, str], dict[str, Row]]] = defaultdict(lambda: defaultdict(dict))
    for row in case.review.tables["results"]:
        if row.text["outcome_id"] in case.choices.outcomes and row.text["use"] in case.choices.use:
            when = row.text["outcome_id"], row.text["timepoint"]
            groups[row.text["study_id"]][when].setdefault(row.text["arm_id"], row)
    for study, own in groups.items():
        compared = {arm for arms in own.values() if len(arms) > 1 for arm in arms}
        alone: dict[str, Row] = {}
        for arms in own.values():
            alone |= {arm: row for arm, row in arms.items() if arm not in compared | alone.keys()}
        yield from _alone(case, study, alone, compared)


def _alone(case: _Case, study: str, alone: dict[str, Row], compared: set[str]) -> Iterator[Problem]:
    if compared or len(alone) == 1:
        for arm, row in alone.items():
            where = f" for {row.text['outcome_id']} at “{row.text['timepoint']}”" if compared else ""
            yield case.loaded.fault(
                "D023",
                row,
                "timepoint" if compared else "arm_id",
                f"{study} has only the arm “{arm}” in “{case.analysis.id}”{where}.",
                "compare outcome and time point with those of the study's other arms; one may be mistyped."
                if compared
                else "add the row of the arm it is compared with, or write use = list here, with the reason.",
                severity="warning" if compared else "error",
            )
    elif alone:
        arms = ", ".join(f"“{arm}” (row {row.number})" for arm, row in alone.items())
        yield case.loaded.fault(
            "D023",
            list(alone.values())[-1],
            "timepoint",
            f"No two arms of {study} have one outcome at one time in “{case.analysis.id}”: {arms[:300]}.",
            "compare outcomes and time points of these rows; one may be mistyped.",
            severity="error",
        )


def _apart(case: _Case) -> Iterator[Problem]:
    parts = _components(case.selection)
    if not case.analysis.network or len(parts) < 2:
        return
    names = "; ".join(", ".join(sorted(part)) for part in parts)
    yield case.loaded.plan_fault(
        "D023",
        (*case.path, "id"),
        case.analysis.id,
        f"The network of “{case.analysis.id}” falls into {len(parts)} parts: {names}.",
        "nothing need be done: each part is analysed by itself, and the report says what is out of reach.",
    )


def _components(selection: Selection) -> list[set[str]]:
    by_study: dict[str, set[str]] = defaultdict(set)
    for arm in selection.arms:
        by_study[arm.study].add(arm.node)
    for contrast in selection.contrasts:
        by_study[contrast.study] |= {contrast.node1, contrast.node2}
    parts: list[set[str]] = []
    for nodes in by_study.values():
        joined = set(nodes).union(*(part for part in parts if part & nodes))
        parts = [*(part for part in parts if not part & nodes), joined]
    return sorted(parts, key=lambda part: (-len(part), sorted(part)))


def _used(case: _Case) -> tuple[UsedArm | UsedContrast, ...]:
    return (*case.selection.arms, *case.selection.contrasts)

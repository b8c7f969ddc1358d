"""Which rows an analysis uses, and why every other row of its outcomes is set aside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from metaan.once import once
from metaan.review.rows import parts_of
from metaan.review.usable import bound_of, contrast_fault, contrast_route, converted, result_fault, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from metaan.review.plan import AnalysisPlan
    from metaan.review.rows import Review, Row
    from metaan.review.settle import Settled

__all__ = [
    "LeftRow",
    "Selection",
    "UsedArm",
    "UsedContrast",
    "arm_nodes",
    "candidates",
    "covered_units",
    "select",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedArm:
    """A row of results.csv that an analysis uses, with the node that its arm belongs to.

    Attributes
    ----------
    status : str
        The row's own status, or derived where the row needs a conversion.
    """

    row: Row
    study: str
    outcome: str
    timepoint: str
    arm: str
    node: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedContrast:
    """A row of contrasts.csv that an analysis uses; node1 minus node2.

    Attributes
    ----------
    route : str
        "se", "interval" or "p": what the effect is read from.
    bound : bool
        The p-value is a bound, read at it.
    status : str
        The row's own status, derived where it needs a conversion, imputed where it is read at a bound.
    """

    row: Row
    study: str
    outcome: str
    timepoint: str
    arm1: str
    arm2: str
    node1: str
    node2: str
    route: str
    bound: bool
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftRow:
    """A row of an analysis's outcomes that it does not use, and why."""

    row: Row
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The ledger of one analysis under one set of choices: used plus left is every row of its outcomes."""

    analysis: str
    choices: Settled
    arms: tuple[UsedArm, ...]
    contrasts: tuple[UsedContrast, ...]
    left: tuple[LeftRow, ...]


_Used: TypeAlias = UsedArm | UsedContrast


def select(review: Review, analysis: AnalysisPlan, choices: Settled) -> Selection:
    """Pick the rows that an analysis uses and give a reason for each row of its outcomes that it does not.

    A trial enters with one outcome at one time: the first of the plan's outcomes for which it has two nodes
    to compare, arm rows before contrast rows, the outcome's preferred time point before others.

    Parameters
    ----------
    review : Review
        The review's plan and tables.
    analysis : AnalysisPlan
        The analysis.
    choices : Settled
        Its settled choices; see `metaan.review.settle.settle`.

    Returns
    -------
    Selection
        Rows used, in the order of the files, and rows set aside.
    """
    index = _Index(review, choices)
    left: list[LeftRow] = []
    usable = _usable(review, index, choices, left)
    entered: dict[str, list[_Used]] = {}
    by_study: dict[str, list[_Used]] = {}
    for row in usable:
        by_study.setdefault(row.study, []).append(row)
    for study, own in by_study.items():
        entered[study] = _enter(own, index, choices, left)
    _set_covered_aside(review, entered, left)
    used = [row for rows in entered.values() for row in rows]
    return Selection(
        analysis=analysis.id,
        choices=choices,
        arms=tuple(sorted((r for r in used if isinstance(r, UsedArm)), key=_row_number)),
        contrasts=tuple(sorted((r for r in used if isinstance(r, UsedContrast)), key=_row_number)),
        left=tuple(sorted(left, key=lambda one: (one.row.table != "results", one.row.number))),
    )


def candidates(review: Review, choices: Settled) -> tuple[UsedArm | UsedContrast, ...]:
    """List every row that could enter an analysis, before each trial's one outcome and time are chosen.

    Parameters
    ----------
    review : Review
        The review's plan and tables.
    choices : Settled
        The analysis's settled choices.

    Returns
    -------
    tuple of UsedArm or UsedContrast
        In the order of the files; the data check looks here for participants that are there twice.
    """
    return tuple(_usable(review, _Index(review, choices), choices, []))


@once
def arm_nodes(review: Review, *, nodes: str = "drug") -> dict[tuple[str, str], str]:
    """Look up the node of every arm.

    Parameters
    ----------
    review : Review
        The review's tables.
    nodes : str
        "drug" for the node of treatments.csv, "dose" for the arm's split_node where it has one.

    Returns
    -------
    dict of (str, str) to str
        Study id and arm id to node; the treatment as extracted where treatments.csv does not know it.
    """
    drugs = {_cell(row, "raw_label"): _cell(row, "node") for row in review.tables["treatments"]}
    found = {}
    for arm in review.tables["arms"]:
        drug = drugs.get(_cell(arm, "treatment"), _cell(arm, "treatment"))
        node = (_cell(arm, "split_node") or drug) if nodes == "dose" else drug
        found[_cell(arm, "study_id"), _cell(arm, "arm_id")] = node
    return found


def covered_units(review: Review) -> dict[str, tuple[str, ...]]:
    """List the units that each unit sums.

    Returns
    -------
    dict of str to tuple of str
        Study id to the ids in its `covers` column.
    """
    covers = {str(row.value["study_id"]): str(row.value["covers"] or "") for row in review.tables["studies"]}
    return {study: parts for study, text in covers.items() if (parts := parts_of(text))}


class _Index:
    """Look-ups that selection needs, made once."""

    def __init__(self, review: Review, choices: Settled) -> None:
        self.arms = _arms(review)
        self.nodes = arm_nodes(review, nodes=choices.nodes)
        self.outcomes = _outcomes(review)
        self.risky = _risky(review, choices)

    def outcome_name(self, outcome: str) -> str:
        return _cell(self.outcomes[outcome], "label") if outcome in self.outcomes else outcome


@once
def _arms(review: Review) -> Mapping[tuple[str, str], Row]:
    return {(_cell(row, "study_id"), _cell(row, "arm_id")): row for row in review.tables["arms"]}


@once
def _outcomes(review: Review) -> Mapping[str, Row]:
    return {_cell(row, "outcome_id"): row for row in review.tables["outcomes"]}


def _usable(review: Review, index: _Index, choices: Settled, left: list[LeftRow]) -> list[_Used]:
    return [
        *_usable_arms(review, index, choices, left),
        *_usable_contrasts(review, index, choices, left),
    ]


def _cell(row: Row, column: str) -> str:
    value = row.value[column]
    return "" if value is None else str(value)


def _risky(review: Review, choices: Settled) -> dict[str, str]:
    return {
        _cell(row, "study_id"): _cell(row, "judgement")
        for row in review.tables["rob"]
        if _cell(row, "domain").lower() == "overall"
        and _cell(row, "judgement") in choices.exclude_rob
        and _cell(row, "outcome_id") in ("", *choices.outcomes)
    }


def _usable_arms(review: Review, index: _Index, choices: Settled, left: list[LeftRow]) -> Iterable[UsedArm]:
    for row in review.tables["results"]:
        if _cell(row, "outcome_id") not in choices.outcomes:
            continue
        study, arm = _cell(row, "study_id"), _cell(row, "arm_id")
        status = _result_status(row, choices)
        reason = (
            _kept_out(row, index, choices, result_fault(row, choices.kind))
            or _arm_fault(index.arms[study, arm], choices)
            or result_fault(row, choices.kind)
            or _status_fault(row, status, choices)
        )
        if reason:
            left.append(LeftRow(row=row, reason=reason))
            continue
        yield UsedArm(
            row=row,
            study=study,
            outcome=_cell(row, "outcome_id"),
            timepoint=_cell(row, "timepoint"),
            arm=arm,
            node=index.nodes[study, arm],
            status=status,
        )


def _usable_contrasts(
    review: Review, index: _Index, choices: Settled, left: list[LeftRow]
) -> Iterable[UsedContrast]:
    for row in review.tables["contrasts"]:
        if _cell(row, "outcome_id") not in choices.outcomes:
            continue
        study = _cell(row, "study_id")
        arms = _cell(row, "arm_id_1"), _cell(row, "arm_id_2")
        node1, node2 = (index.nodes[study, arm] for arm in arms)
        route = contrast_route(row, choices.measure)
        bound = bool(bound_of(row, choices.measure))
        status = worst(_cell(row, "status"), "extracted" if route == "se" else "derived")
        fault = contrast_fault(row, choices.measure, read_bounds=choices.read_bounds)
        reason = (
            _kept_out(row, index, choices, fault)
            or next(filter(None, (_arm_fault(index.arms[study, arm], choices) for arm in arms)), "")
            or fault
            or ("" if bound else _status_fault(row, status, choices))
            or (_one_node(node1) if node1 == node2 else "")
        )
        if reason:
            left.append(LeftRow(row=row, reason=reason))
            continue
        yield UsedContrast(
            row=row,
            study=study,
            outcome=_cell(row, "outcome_id"),
            timepoint=_cell(row, "timepoint"),
            arm1=arms[0],
            arm2=arms[1],
            node1=node1,
            node2=node2,
            route=route,
            bound=bound,
            status="imputed" if bound else status,
        )


def _result_status(row: Row, choices: Settled) -> str:
    return worst(_cell(row, "status"), "derived" if converted(row, choices.kind) else "extracted")


def _kept_out(row: Row, index: _Index, choices: Settled, fault: str) -> str:
    study, timepoint = _cell(row, "study_id"), _cell(row, "timepoint")
    if _cell(row, "use") not in choices.use:
        return _use_reason(row, fault)
    if study in choices.exclude_studies:
        return "the plan leaves this unit out"
    if study in index.risky:
        return f"overall risk of bias judged {index.risky[study]}"
    if choices.timepoints and timepoint not in choices.timepoints:
        when = timepoint or "a time that is not recorded"
        return f"measured at {when}, not at {' or '.join(choices.timepoints)}"
    return ""


def _use_reason(row: Row, fault: str) -> str:
    own = _cell(row, "reason")
    opening = {
        "sensitivity": "enters only analyses that ask for it",
        "check": "kept to check other rows",
        "list": "" if own or fault else "listed, not pooled",
    }.get(_cell(row, "use"), "this analysis takes other rows")
    more = own or (fault if not opening else "")
    between = ". " if more[:1].isupper() else ": "
    return between.join(filter(None, (opening, more)))


def _arm_fault(arm: Row, choices: Settled) -> str:
    background, route = _cell(arm, "background"), _cell(arm, "route")
    if choices.arms == "every_trial" and _cell(arm, "in_every_trial") == "no":
        return "the arm comes from only some of the trials that the report sums"
    if choices.background == "none" and background:
        return f"given on top of {background}, not alone"
    if choices.routes and route.lower() not in {one.lower() for one in choices.routes}:
        return f"route {route or 'not recorded'}, not {' or '.join(choices.routes)}"
    return ""


def _status_fault(row: Row, status: str, choices: Settled) -> str:
    if status in choices.status:
        return ""
    if status == _cell(row, "status"):
        return f"the figure is {status}, and this analysis takes only {' or '.join(choices.status)} ones"
    return f"the figure must be {status} from what was printed, and this analysis takes only printed ones"


def _enter(own: Sequence[_Used], index: _Index, choices: Settled, left: list[LeftRow]) -> list[_Used]:
    """Choose the one outcome and time with which a trial enters; the rest goes to `left`."""
    groups = _groups(own)
    reasons = [_no_comparison(group) for group in groups]
    open_to = [group for group, reason in zip(groups, reasons, strict=True) if not reason]
    for group, reason in zip(groups, reasons, strict=True):
        if reason:
            left.extend(LeftRow(row=one.row, reason=reason) for one in group)
    if not open_to:
        return []
    chosen = min(open_to, key=lambda group: _preference(group, index, choices))
    for group in open_to:
        if group is not chosen:
            reason = _other_reason(group[0], chosen[0], index)
            left.extend(LeftRow(row=one.row, reason=reason) for one in group)
    return _without_doubles(chosen, left)


def _groups(own: Sequence[_Used]) -> list[list[_Used]]:
    found: dict[tuple[object, ...], list[_Used]] = {}
    for one in own:
        found.setdefault((isinstance(one, UsedContrast), one.outcome, one.timepoint), []).append(one)
    return [part for group in found.values() for part in _split_by_wording(group)]


def _split_by_wording(group: list[_Used]) -> list[list[_Used]]:
    """Part a group in which an arm occurs twice by the words that the source used for the outcome."""
    arms = Counter(one.arm for one in group if isinstance(one, UsedArm))
    if not arms or max(arms.values()) == 1:
        return [group]
    parts: dict[str, list[_Used]] = {}
    for one in group:
        parts.setdefault(_cell(one.row, "reported_as"), []).append(one)
    return list(parts.values())


def _no_comparison(group: Sequence[_Used]) -> str:
    arms = [one for one in group if isinstance(one, UsedArm)]
    if not arms:
        return ""
    nodes = {one.node for one in arms}
    if len(arms) == 1:
        return f"no other arm of this trial can be used, so {arms[0].node} has nothing to be compared with"
    return _one_node(arms[0].node) if len(nodes) == 1 else ""


def _one_node(node: str) -> str:
    return f"the arms belong to one node ({node}), so they give no contrast"


def _preference(group: Sequence[_Used], index: _Index, choices: Settled) -> tuple[int, ...]:
    first = group[0]
    outcome = index.outcomes.get(first.outcome)
    preferred = _cell(outcome, "preferred_timepoint") if outcome else ""
    times = choices.timepoints
    return (
        choices.outcomes.index(first.outcome),
        isinstance(first, UsedContrast),
        first.timepoint != preferred,
        times.index(first.timepoint) if first.timepoint in times else 0,
        first.row.number,
    )


def _other_reason(one: _Used, chosen: _Used, index: _Index) -> str:
    if one.outcome == chosen.outcome and isinstance(one, UsedContrast) and isinstance(chosen, UsedArm):
        return "the arm rows of this trial are used"
    when = f" at {chosen.timepoint}" if chosen.timepoint else ""
    return f"the trial enters once, with {index.outcome_name(chosen.outcome)}{when}"


def _without_doubles(chosen: Sequence[_Used], left: list[LeftRow]) -> list[_Used]:
    kept: dict[object, _Used] = {}
    for one in chosen:
        key = one.arm if isinstance(one, UsedArm) else frozenset((one.node1, one.node2))
        if key not in kept:
            kept[key] = one
            continue
        reason = (
            "another row of the same arm is used"
            if isinstance(one, UsedArm)
            else "another contrast of the same two nodes in this trial is used; merging two takes arm rows"
        )
        left.append(LeftRow(row=one.row, reason=reason))
    return list(kept.values())


def _set_covered_aside(review: Review, entered: dict[str, list[_Used]], left: list[LeftRow]) -> None:
    labels = {_cell(row, "study_id"): _cell(row, "label") for row in review.tables["studies"]}
    for unit, parts in covered_units(review).items():
        if not entered.get(unit):
            continue
        for part in parts:
            reason = f"{labels.get(unit) or unit} sums this trial and is used"
            left.extend(LeftRow(row=one.row, reason=reason) for one in entered.pop(part, []))


def _row_number(one: _Used) -> int:
    return one.row.number

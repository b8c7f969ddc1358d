"""What an analysis chose: defaults, its own choices and a sensitivity's, settled into one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from metaan.review.plan import AnalysisPlan, Choices, Plan, SensitivityPlan
    from metaan.review.rows import Review, Row

__all__ = ["MEASURES", "Settled", "analysis_direction", "analysis_kind", "misfit", "outcome_kinds", "settle"]

MEASURES = {"binary": ("OR", "RR", "RD"), "continuous": ("MD", "SMD")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Choices with nothing left open; the fields are those of `plan.Choices`.

    Attributes
    ----------
    kind, direction : str
        binary or continuous; higher_better or lower_better, empty where no outcome states one.
    timepoints : tuple of str
        Time points that may enter; empty for all.
    """

    kind: str
    direction: str
    measure: str
    method: str = "REML"
    test: str = "cochrane"
    outcomes: tuple[str, ...] = ()
    timepoints: tuple[str, ...] = ()
    arms: str = "every_trial"
    nodes: str = "drug"
    status: tuple[str, ...] = ("extracted", "derived")
    use: tuple[str, ...] = ("pool",)
    background: str = "any"
    routes: tuple[str, ...] = ()
    exclude_rob: tuple[str, ...] = ()
    exclude_studies: tuple[str, ...] = ()
    read_bounds: bool = False


def settle(review: Review, analysis: AnalysisPlan, sensitivity: SensitivityPlan | None = None) -> Settled:
    """Resolve the choices of an analysis: built-in, then the plan's defaults, the analysis, the sensitivity.

    Parameters
    ----------
    review : Review
        The review that the analysis belongs to.
    analysis : AnalysisPlan
        One `[[analysis]]` of its plan.
    sensitivity : SensitivityPlan, optional
        A `[[sensitivity]]` on top of it.

    Returns
    -------
    Settled
        Every choice, none open.

    Examples
    --------
    >>> from metaan.review.plan import Plan
    >>> from types import SimpleNamespace as Space
    >>> plan = Plan.model_validate({"schema": 1, "review": {"title": "T", "question": "Q", "reference": "p",
    ...     "treatments": [], "questions": []}, "analysis": [{"id": "x", "title": "X", "outcomes": ["o"]}]})
    >>> outcome = Space(value={"outcome_id": "o", "kind": "binary", "direction": "lower_better"})
    >>> settle(Space(plan=plan, tables={"outcomes": (outcome,)}), plan.analysis[0]).measure
    'RR'
    """
    layers = [review.plan.defaults, analysis, *([sensitivity] if sensitivity else [])]
    chosen = _chosen(layers)
    kind = analysis_kind(review, analysis)
    chosen.setdefault("measure", _default_measure(review.plan, kind))
    return Settled(
        kind=kind,
        direction=analysis_direction(review, analysis),
        timepoints=tuple(analysis.timepoints),
        **chosen,
    )


def misfit(review: Review, analysis: AnalysisPlan, sensitivity: SensitivityPlan) -> str:
    """Say why a sensitivity does not apply to an analysis; empty where it does.

    Parameters
    ----------
    review : Review
        The review that both belong to.
    analysis : AnalysisPlan
        The analysis.
    sensitivity : SensitivityPlan
        The sensitivity.

    Returns
    -------
    str
        The reason, fit to print.
    """
    kind = analysis_kind(review, analysis)
    if analysis.sensitivity is not None and sensitivity.id not in analysis.sensitivity:
        return "the analysis does not list it"
    if sensitivity.analyses is not None and analysis.id not in sensitivity.analyses:
        return "it is meant for other analyses"
    if sensitivity.kind is not None and sensitivity.kind != kind:
        return f"it is meant for {sensitivity.kind} outcomes"
    if sensitivity.measure is not None and sensitivity.measure not in MEASURES[kind]:
        return f"{sensitivity.measure} is not a measure of {kind} outcomes"
    return ""


def outcome_kinds(review: Review, outcomes: Iterable[str]) -> dict[str, str]:
    """Look up the kind of each outcome; an unknown one is left out."""
    known = {str(row.value["outcome_id"]): str(row.value["kind"]) for row in review.tables["outcomes"]}
    return {outcome: known[outcome] for outcome in outcomes if outcome in known}


def analysis_kind(review: Review, analysis: AnalysisPlan) -> str:
    """Give the kind of an analysis, which is that of its first known outcome."""
    return next(iter(outcome_kinds(review, analysis.outcomes).values()), "binary")


def analysis_direction(review: Review, analysis: AnalysisPlan) -> str:
    """Give the direction of an analysis: its own, else that of its first outcome that has one."""
    if analysis.direction:
        return analysis.direction
    rows: Mapping[str, Row] = {str(row.value["outcome_id"]): row for row in review.tables["outcomes"]}
    stated = (rows[outcome].value["direction"] for outcome in analysis.outcomes if outcome in rows)
    return next((str(direction) for direction in stated if direction), "")


def _chosen(layers: Iterable[Choices]) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for layer in layers:
        for name in _FIELDS:
            value = getattr(layer, name)
            if value is not None:
                chosen[name] = tuple(value) if isinstance(value, list) else value
    return chosen


def _default_measure(plan: Plan, kind: str) -> str:
    return plan.defaults.measure_binary if kind == "binary" else plan.defaults.measure_continuous


_FIELDS = (
    "measure",
    "method",
    "test",
    "outcomes",
    "arms",
    "nodes",
    "status",
    "use",
    "background",
    "routes",
    "exclude_rob",
    "exclude_studies",
    "read_bounds",
)

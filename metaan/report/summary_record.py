"""The summary of findings and the decision log as records for results.json."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any, TypeAlias

from metaan.format import back_transform, canonical, shown_scale

if TYPE_CHECKING:
    from metaan.results.decision import Decision
    from metaan.results.grading import Rating
    from metaan.results.summary import Finding

__all__ = ["decision_record", "finding_record"]

Record: TypeAlias = dict[str, Any]


def finding_record(finding: Finding) -> Record:
    """Write a finding as a record.

    Parameters
    ----------
    finding : Finding
        One outcome in one comparison.

    Returns
    -------
    dict
        As results.schema.json describes it; risks are in [0, 1], differences per 1000 people, the effect is
        on the scale that a person reads.
    """
    answer, assumed, absolute = finding.answer, finding.assumed, finding.absolute
    scale = shown_scale(answer.se, finding.measure)

    def shown(value: float) -> float | None:
        return canonical(back_transform(value, finding.measure), scale)

    record = {
        "analysis": finding.analysis,
        "treat1": answer.treat1,
        "treat2": answer.treat2,
        "measure": finding.measure,
        "evidence": answer.evidence,
        "effect": shown(answer.estimate),
        "effect_ci": {"low": shown(answer.ci_low), "high": shown(answer.ci_high)},
        "k": answer.k,
        "n": answer.n,
        "assumed": canonical(assumed.value, 1.0),
        "assumed_source": assumed.source,
        "risk": None if absolute is None else canonical(absolute.risk, 1.0),
        "risk_ci": _limits(absolute.risk_ci if absolute else None, 1.0),
        "difference_per_1000": None if absolute is None else canonical(1000 * absolute.difference, 1000.0),
        "difference_per_1000_ci": _limits(absolute.difference_ci if absolute else None, 1000.0),
        "certainty": None if finding.rating is None else _rating(finding.rating),
        "statement": finding.statement,
    }
    return record | {"reason": _reason(finding)}


def decision_record(decision: Decision) -> Record:
    """Write an entry of the decision log as a record."""
    return {
        "kind": decision.kind,
        "study": decision.study,
        "what": decision.what,
        "why": decision.why,
        "by": decision.by,
        "rows": list(decision.places),
        "analyses": list(decision.analyses),
        "sensitivity": [
            {"analysis": analysis, "sensitivity": scenario} for analysis, scenario in decision.sensitivity
        ],
    }


def _limits(found: tuple[float, float] | None, unit: float) -> Record:
    low, high = (None, None) if found is None else (canonical(unit * value, unit) for value in found)
    return {"low": low, "high": high}


def _rating(rating: Rating) -> Record:
    return {
        "level": rating.certainty,
        "size": rating.size,
        "judgements": [
            {"domain": each.domain, "level": each.level, "steps": each.steps, "reason": each.reason}
            for each in rating.judgements
        ],
        "comment": rating.comment,
        "assessor": rating.assessor,
        "source": rating.source,
        "row": rating.row,
    }


def _reason(finding: Finding) -> str:
    """Say why numbers are missing, and why there is no certainty."""
    if isnan(finding.answer.estimate):
        return finding.answer.reason or finding.statement
    said = ["a continuous outcome has no risk"] if finding.kind == "continuous" else []
    if isnan(finding.assumed.value):
        said.append(finding.assumed.source)
    said += [] if finding.absolute is None else finding.absolute.notes
    if finding.rating is None:
        said.append("nobody rated the certainty")
    return "; ".join(dict.fromkeys(said))

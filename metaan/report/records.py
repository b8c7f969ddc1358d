"""Results as plain records for results.json: every number at ten digits, None with a reason where none is."""

from __future__ import annotations

from math import isfinite
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, TypeAlias

from metaan.format import RATIO_MEASURES, back_transform, canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metaan.report.pairs import Order
    from metaan.results.network import ArmNote, Component, Network
    from metaan.results.pairwise import HeterogeneityInterval, Pooled
    from metaan.results.synthesis import (
        AnalysisResult,
        Answer,
        ArmData,
        Comparison,
        Scenario,
        SetAside,
        StudyEffect,
    )
    from metaan.types import Interval

__all__ = ["analysis_record"]

Record: TypeAlias = dict[str, Any]

NOT_DEFINED = "not defined for these data"


def analysis_record(result: AnalysisResult, order: Order) -> Record:
    """Write an analysis with all its scenarios as a record.

    Parameters
    ----------
    result : AnalysisResult
        The analysis.
    order : Order
        The order of two treatments in a network's effects.

    Returns
    -------
    dict
        Strings, numbers, lists and dicts, as results.schema.json describes them.
    """
    return {
        "id": result.id,
        "title": result.title,
        "question": result.question,
        "kind": result.kind,
        "outcomes": list(result.outcomes),
        "direction": result.direction,
        "level": result.level,
        "prespecified": result.prespecified,
        "main": _scenario(result.main, order),
        "sensitivity": [_scenario(each, order) for each in result.sensitivity],
        "notes": list(result.notes),
    }


def _scenario(scenario: Scenario, order: Order) -> Record:
    measure = scenario.measure
    return {
        "id": scenario.id,
        "label": scenario.label,
        "changed": scenario.changed,
        "measure": measure,
        "scale": "log" if measure in RATIO_MEASURES else "natural",
        "method": scenario.method,
        "test": scenario.test,
        "comparisons": [_comparison(each, measure) for each in scenario.comparisons],
        "network": _network(scenario.network, measure, order) if scenario.network else None,
        "answers": [_answer(each, measure) for each in scenario.answers],
        "set_aside": [_set_aside(each) for each in scenario.set_aside],
        "notes": list(scenario.notes),
    }


def _comparison(comparison: Comparison, measure: str) -> Record:
    kept = [one.study for one in comparison.studies if one.estimable]
    names = ("common", "wald", "hksj", "adhoc") if len(kept) > 1 else ("wald",)
    fits = {name: fit for name in names if (fit := getattr(comparison, name)) is not None}
    return {
        "treat1": comparison.treat1,
        "treat2": comparison.treat2,
        "k": comparison.k,
        "n": comparison.n,
        "headline": comparison.headline,
        "studies": [_study(one, measure) for one in comparison.studies],
        "fits": {name: _pooled(fit, measure, kept) for name, fit in fits.items()} or None,
        "heterogeneity": _heterogeneity(comparison.heterogeneity) if comparison.heterogeneity else None,
        "reason": "" if comparison.k > 1 else "; ".join(comparison.notes),
        "notes": list(comparison.notes),
    }


def _study(one: StudyEffect, measure: str) -> Record:
    return {
        "study": one.study,
        "label": one.label,
        "estimable": one.estimable,
        "estimate": canonical(one.yi),
        "se": canonical(one.sei),
        "ci": _interval((one.ci_low, one.ci_high)),
        "shown": _shown(measure, one.yi, ci=(one.ci_low, one.ci_high)),
        "arm1": _arm(one.arm1) if one.arm1 else None,
        "arm2": _arm(one.arm2) if one.arm2 else None,
        "status": one.status,
        "multiarm": one.multiarm,
        "pooled_report": one.pooled_report,
        "rows": [row.anchor for row in one.provenance],
        "ledger": [_arm_note(each) for each in one.ledger],
        "note": one.note,
        "reason": "" if one.estimable else one.note or NOT_DEFINED,
    }


def _arm(arm: ArmData) -> Record:
    cells: Record = (
        {"events": arm.events} if arm.events is not None else {"mean": _real(arm.mean), "sd": _real(arm.sd)}
    )
    return {
        "treatment": arm.treatment,
        "arms": list(arm.arms),
        "n": arm.n,
        **cells,
        "status": arm.status,
        "rows": [row.anchor for row in arm.provenance],
    }


def _arm_note(note: ArmNote) -> Record:
    return {
        "action": note.action,
        "arms": list(note.arms),
        "cells": list(note.cells),
        "amount": canonical(note.amount),
        "reason": note.reason,
    }


def _pooled(fit: Pooled, measure: str, studies: list[str]) -> Record:
    record: Record = {
        "method": fit.method,
        "test": fit.test,
        "level": fit.level,
        "k": fit.k,
        "estimate": canonical(fit.estimate),
        "se": canonical(fit.se),
        "statistic": canonical(fit.statistic),
        "distribution": "t" if isfinite(fit.dof) else "normal",
        "pvalue": canonical(fit.pvalue),
        "ci": _interval(fit.ci),
        "prediction": _interval(fit.prediction),
        "shown": _shown(measure, fit.estimate, ci=fit.ci, prediction=fit.prediction),
        "tau2": canonical(fit.tau2),
        "se_tau2": canonical(fit.se_tau2),
        "I2": canonical(fit.I2),
        "I2_Q": canonical(fit.I2_Q),
        "H2": canonical(fit.H2),
        "Q": canonical(fit.Q),
        "Q_dof": canonical(fit.Q_dof),
        "Q_pvalue": canonical(fit.Q_pvalue),
        "weights": {
            study: canonical(float(share)) for study, share in zip(studies, fit.weights, strict=True)
        },
        "notes": list(fit.notes),
    }
    if isfinite(fit.dof):
        record["dof"] = canonical(fit.dof)
    return record | {"reason": _reason(record, fit.notes)}


def _heterogeneity(found: HeterogeneityInterval) -> Record:
    record: Record = {
        "level": found.level,
        "tau2": _interval(found.tau2),
        "I2": _interval(found.I2),
        "H2": _interval(found.H2),
        "notes": list(found.notes),
    }
    return record | {"reason": _reason(record, found.notes)}


def _network(network: Network, measure: str, order: Order) -> Record:
    record: Record = {
        "treatments": list(network.treatments),
        "reference": network.reference,
        "method": network.method,
        "level": network.level,
        "tau2": canonical(network.tau2),
        "I2": canonical(network.I2),
        "Q": canonical(network.Q),
        "Q_dof": canonical(network.Q_dof),
        "Q_pvalue": canonical(network.Q_pvalue),
        "Q_heterogeneity": canonical(network.Q_heterogeneity),
        "Q_inconsistency": canonical(network.Q_inconsistency),
        "studies": list(network.studies),
        "multiarm": list(network.multiarm),
        "components": [_component(each) for each in network.components],
        "effects": list(_effects(network, measure, order)),
        "notes": list(network.notes),
    }
    return record | {"reason": _reason(record, network.notes)}


def _component(part: Component) -> Record:
    record: Record = {
        "treatments": list(part.treatments),
        "studies": list(part.studies),
        "tau2": canonical(part.tau2),
        "I2": canonical(part.I2),
        "Q": canonical(part.Q),
        "Q_dof": canonical(part.Q_dof),
        "Q_pvalue": canonical(part.Q_pvalue),
        "Q_heterogeneity": canonical(part.Q_heterogeneity),
        "Q_heterogeneity_dof": canonical(part.Q_heterogeneity_dof),
        "Q_inconsistency": canonical(part.Q_inconsistency),
        "Q_inconsistency_dof": canonical(part.Q_inconsistency_dof),
        "notes": list(part.notes),
    }
    return record | {"reason": _reason(record, part.notes)}


def _effects(network: Network, measure: str, order: Order) -> Iterable[Record]:
    """Write each pair of a network once, in the order in which effects are stated."""
    place = {treatment: index for index, treatment in enumerate(network.treatments)}
    nodes = sorted(network.treatments, key=order.key)
    for index, one in enumerate(nodes):
        for other in nodes[index + 1 :]:
            pair = order.pair(one, other)
            yield _effect(network, measure, pair, (place[pair[0]], place[pair[1]]))


def _effect(network: Network, measure: str, pair: tuple[str, str], at: tuple[int, int]) -> Record:
    estimate, se = float(network.estimate[at]), float(network.se[at])
    half = NormalDist().inv_cdf((1 + network.level) / 2) * se
    ci = (estimate - half, estimate + half)
    prediction = (float(network.prediction_low[at]), float(network.prediction_high[at]))
    record: Record = {
        "treat1": pair[0],
        "treat2": pair[1],
        "estimate": canonical(estimate),
        "se": canonical(se),
        "ci": _interval(ci),
        "prediction": _interval(prediction),
        "shown": _shown(measure, estimate, ci=ci, prediction=prediction),
        "common_estimate": canonical(float(network.common_estimate[at])),
        "common_se": canonical(float(network.common_se[at])),
        "direct_estimate": canonical(float(network.direct_estimate[at])),
        "direct_se": canonical(float(network.direct_se[at])),
        "direct_studies": int(network.direct_studies[at]),
    }
    return record | {"reason": _effect_reason(record)}


def _effect_reason(record: Record) -> str:
    if record["estimate"] is None:
        return "the two treatments are in different components of the network"
    why = []
    if record["direct_estimate"] is None:
        why.append("no study compares the two directly")
    if record["prediction"]["low"] is None:
        why.append("a prediction interval needs at least two degrees of freedom")
    return "; ".join(why)


def _answer(answer: Answer, measure: str) -> Record:
    ci = (answer.ci_low, answer.ci_high)
    return {
        "treat1": answer.treat1,
        "treat2": answer.treat2,
        "evidence": answer.evidence,
        "basis": answer.basis,
        "estimate": canonical(answer.estimate),
        "se": canonical(answer.se),
        "ci": _interval(ci),
        "shown": _shown(measure, answer.estimate, ci=ci),
        "k": answer.k,
        "n": answer.n,
        "reason": answer.reason,
    }


def _set_aside(one: SetAside) -> Record:
    return {
        "study": one.study,
        "label": one.label,
        "outcome": one.outcome,
        "arm": one.arm,
        "reason": one.reason,
        "row": one.provenance.anchor,
    }


def _shown(measure: str, estimate: float, **intervals: Interval) -> Record:
    """Write the numbers on the scale that a person reads."""
    return {
        "estimate": canonical(back_transform(estimate, measure)),
        **{
            name: _interval((back_transform(low, measure), back_transform(high, measure)))
            for name, (low, high) in intervals.items()
        },
    }


def _interval(limits: Interval) -> Record:
    return {"low": canonical(limits[0]), "high": canonical(limits[1])}


def _real(value: float | None) -> float | None:
    return None if value is None else canonical(value)


def _reason(record: Record, notes: Iterable[str]) -> str:
    """Give the notes as the reason where a number of the record is missing."""
    return ("; ".join(notes) or NOT_DEFINED) if _has_gap(record) else ""


def _has_gap(record: Record) -> bool:
    numbers = (value for key, value in record.items() if key != "reference")
    return any(value is None or (isinstance(value, dict) and _has_gap(value)) for value in numbers)

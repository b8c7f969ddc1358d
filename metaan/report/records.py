"""Results as plain records for results.json: every number at ten digits, None with a reason where none is."""

from __future__ import annotations

from math import isfinite, nan
from statistics import NormalDist, median
from typing import TYPE_CHECKING, Any, TypeAlias

from metaan.format import RATIO_MEASURES, back_transform, canonical, shown_scale, total_variance
from metaan.report.refits_record import refits_record
from metaan.report.small_study_record import small_study_records

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

__all__ = ["analysis_record", "has_gap", "heterogeneity_record", "pooled_record"]

Record: TypeAlias = dict[str, Any]

NOT_DEFINED = "not defined for these data"
NO_PREDICTION = "no prediction interval: it takes at least three studies, and there are {}"
COMMON_PREDICTION = "no prediction interval: with a common effect it would repeat the confidence interval"
LEAST_FOR_PREDICTION = 3


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
        "fits": {name: _pooled(fit, measure, kept, comparison.wald) for name, fit in fits.items()} or None,
        "heterogeneity": heterogeneity_record(comparison.heterogeneity) if comparison.heterogeneity else None,
        "reason": "" if comparison.k > 1 else "; ".join(comparison.notes),
        "notes": list(comparison.notes),
        **refits_record(comparison, measure),
        **small_study_records(comparison, kept, measure),
    }


def pooled_record(fit: Pooled, measure: str, studies: list[str]) -> Record:
    """Write a fit of some studies as a record."""
    return _pooled(fit, measure, studies, None)


def _study(one: StudyEffect, measure: str) -> Record:
    return {
        "study": one.study,
        "label": one.label,
        "estimable": one.estimable,
        "estimate": canonical(one.yi, one.sei),
        "se": canonical(one.sei),
        "ci": _interval((one.ci_low, one.ci_high), one.sei),
        "shown": _shown(measure, one.sei, one.yi, ci=(one.ci_low, one.ci_high)),
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
        {"events": arm.events}
        if arm.events is not None
        else {"mean": _real(arm.mean, arm.sd or 0.0), "sd": _real(arm.sd)}
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


def _pooled(fit: Pooled, measure: str, studies: list[str], wald: Pooled | None) -> Record:
    # The Hartung-Knapp standard error can itself be what rounding left of 0, the Wald one cannot.
    unit = fit.se if wald is None else wald.se
    unpredicted = _no_prediction(fit)
    prediction = (nan, nan) if unpredicted else fit.prediction
    record: Record = {
        "method": fit.method,
        "test": fit.test,
        "level": fit.level,
        "k": fit.k,
        "estimate": canonical(fit.estimate, unit),
        "se": canonical(fit.se, unit if fit.test == "hksj" else 0.0),
        "statistic": canonical(fit.statistic, 1.0),
        "distribution": "t" if isfinite(fit.dof) else "normal",
        "pvalue": canonical(fit.pvalue),
        "ci": _interval(fit.ci, unit),
        "prediction": _interval(prediction, unit),
        "shown": _shown(measure, unit, fit.estimate, ci=fit.ci, prediction=prediction),
        "tau2": canonical(fit.tau2, total_variance(fit.tau2, fit.I2)),
        "se_tau2": canonical(fit.se_tau2),
        "I2": canonical(fit.I2, 1.0),
        "I2_Q": canonical(fit.I2_Q, 1.0),
        "H2": canonical(fit.H2, 1.0),
        "Q": canonical(fit.Q, fit.Q_dof),
        "Q_dof": canonical(fit.Q_dof),
        "Q_pvalue": canonical(fit.Q_pvalue),
        "weights": {
            study: canonical(float(share)) for study, share in zip(studies, fit.weights, strict=True)
        },
        "notes": list(fit.notes),
    }
    if isfinite(fit.dof):
        record["dof"] = canonical(fit.dof)
    return record | {"reason": _reason(record, (*unpredicted, *fit.notes))}


def _no_prediction(fit: Pooled) -> tuple[str, ...]:
    """Say why a fit of several studies has no prediction interval; nothing where it has one."""
    if fit.k == 1:
        return ()
    if fit.method == "EE":
        return (COMMON_PREDICTION,)
    return (NO_PREDICTION.format(fit.k),) if fit.k < LEAST_FOR_PREDICTION else ()


def heterogeneity_record(found: HeterogeneityInterval) -> Record:
    """Write intervals of tau2, I2 and H2 as a record."""
    record: Record = {
        "level": found.level,
        "tau2": {
            name: canonical(tau2, total_variance(tau2, I2))
            for name, tau2, I2 in zip(("low", "high"), found.tau2, found.I2, strict=True)
        },
        "I2": _interval(found.I2, 1.0),
        "H2": _interval(found.H2, 1.0),
        "notes": list(found.notes),
    }
    return record | {"reason": _reason(record, found.notes)}


def _network(network: Network, measure: str, order: Order) -> Record:
    record: Record = {
        "treatments": list(network.treatments),
        "reference": network.reference,
        "method": network.method,
        "level": network.level,
        **_spread(network, _typical_variance(network, network.studies)),
        "studies": list(network.studies),
        "multiarm": list(network.multiarm),
        "components": [
            _component(each, _typical_variance(network, each.studies)) for each in network.components
        ],
        "effects": list(_effects(network, measure, order)),
        "notes": list(network.notes),
    }
    return record | {"reason": _reason(record, network.notes)}


def _component(part: Component, typical: float) -> Record:
    record: Record = {
        "treatments": list(part.treatments),
        "studies": list(part.studies),
        **_spread(part, typical),
        "Q_heterogeneity_dof": canonical(part.Q_heterogeneity_dof),
        "Q_inconsistency_dof": canonical(part.Q_inconsistency_dof),
        "notes": list(part.notes),
    }
    return record | {"reason": _reason(record, part.notes)}


def _spread(found: Network | Component, typical: float) -> Record:
    """Write what a network or a part of it says of heterogeneity and inconsistency."""
    # The parts of Q are differences of sums: what rounding leaves in one is relative to the whole.
    whole = max(found.Q, found.Q_dof)
    return {
        "tau2": canonical(found.tau2, typical),
        "I2": canonical(found.I2, 1.0),
        "Q": canonical(found.Q, found.Q_dof),
        "Q_dof": canonical(found.Q_dof),
        "Q_pvalue": canonical(found.Q_pvalue),
        "Q_heterogeneity": canonical(found.Q_heterogeneity, whole),
        "Q_inconsistency": canonical(found.Q_inconsistency, whole),
    }


def _typical_variance(network: Network, studies: Iterable[str]) -> float:
    """Give the middle sampling variance of some studies' contrasts, the scale of residue in their tau2."""
    held, used = frozenset(studies), network.contrasts
    errors = [float(se) for name, se in zip(used.study, used.sei, strict=True) if name in held]
    return median(errors) ** 2 if errors else 0.0


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
    direct_se = float(network.direct_se[at])
    half = NormalDist().inv_cdf((1 + network.level) / 2) * se
    ci = (estimate - half, estimate + half)
    prediction = (float(network.prediction_low[at]), float(network.prediction_high[at]))
    record: Record = {
        "treat1": pair[0],
        "treat2": pair[1],
        "estimate": canonical(estimate, se),
        "se": canonical(se),
        "ci": _interval(ci, se),
        "prediction": _interval(prediction, se),
        "shown": _shown(measure, se, estimate, ci=ci, prediction=prediction),
        "common_estimate": canonical(float(network.common_estimate[at]), se),
        "common_se": canonical(float(network.common_se[at])),
        "direct_estimate": canonical(float(network.direct_estimate[at]), direct_se),
        "direct_se": canonical(direct_se),
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
        "estimate": canonical(answer.estimate, answer.se),
        "se": canonical(answer.se),
        "ci": _interval(ci, answer.se),
        "shown": _shown(measure, answer.se, answer.estimate, ci=ci),
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


def _shown(measure: str, se: float, estimate: float, **intervals: Interval) -> Record:
    """Write the numbers on the scale that a person reads."""
    scale = shown_scale(se, measure)
    return {
        "estimate": canonical(back_transform(estimate, measure), scale),
        **{
            name: _interval((back_transform(low, measure), back_transform(high, measure)), scale)
            for name, (low, high) in intervals.items()
        },
    }


def _interval(limits: Interval, scale: float) -> Record:
    return {"low": canonical(limits[0], scale), "high": canonical(limits[1], scale)}


def _real(value: float | None, scale: float = 0.0) -> float | None:
    return None if value is None else canonical(value, scale)


def _reason(record: Record, notes: Iterable[str]) -> str:
    """Give the notes as the reason where a number of the record is missing."""
    return ("; ".join(notes) or NOT_DEFINED) if has_gap(record) else ""


def has_gap(record: Record) -> bool:
    """Tell whether a number of a record is missing; a reference that is not there is no gap."""
    numbers = (value for key, value in record.items() if key != "reference")
    return any(value is None or (isinstance(value, dict) and has_gap(value)) for value in numbers)

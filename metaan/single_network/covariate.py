"""Section: effects that change with one covariate of the studies, where it is asked for."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Literal, cast

from metaan.format import DASH, canonical, interval_digits, pvalue, significant
from metaan.models.network.regression import network_regression
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section
from metaan.single_network.words import (
    Record,
    chi_squared,
    counted,
    effect_record,
    limits,
    printed,
    small,
    with_reason,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.network_regression import NetworkRegression
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["COVARIATE"]

UNIDENTIFIED = "the studies do not determine it"
NUMBERS = ("centre", "tau2", "tau2_without", "Q", "Q_dof", "Q_pvalue", "QM", "QM_dof", "QM_pvalue")


def _asked(analysis: NetworkAnalysis) -> bool:
    return bool(analysis.request.covariate)


def _compute(analysis: NetworkAnalysis) -> NetworkRegression:
    used, request = analysis.network.contrasts, analysis.request
    return network_regression(
        used.study,
        used.treat1,
        used.treat2,
        used.yi,
        used.sei,
        {study: analysis.intake.covariate.get(study) for study in used.study},
        interaction=cast("Literal['common', 'independent']", request.interaction),
        reference=analysis.reference,
        method=request.method,
        level=request.level,
    )


def _lines(found: NetworkRegression, analysis: NetworkAnalysis) -> Iterator[str]:
    level, measure, name = analysis.request.level, analysis.measure, analysis.request.covariate
    yield (
        f"Regression on {name} ({found.interaction} slope versus {found.reference}, {found.method}):"
        f" {counted(len(found.studies), 'study', 'studies')}, mean {significant(found.centre, 4)}"
    )
    rows = [["Slope", "Estimate", "SE", f"{100 * level:g}% CI", "P"]]
    for i, slope in enumerate(found.slopes):
        values = [float(x) for x in (found.slope_estimate[i], found.slope_se[i], *found.slope_ci[i])]
        told = [DASH if isnan(x) else significant(x, 4) for x in values]
        p = float(found.slope_pvalue[i])
        rows.append([slope, told[0], told[1], f"{told[2]} to {told[3]}", DASH if isnan(p) else pvalue(p)])
    yield from aligned(rows, left={0})
    digits = interval_digits((limits(0.0, float(se), level)[1] for se in found.effect_se), measure)
    head = ["Treatment", f"{measure or 'effect'} at the mean of {name} ({100 * level:g}% CI)"]
    effects = [
        [each, printed(float(found.effect_estimate[i]), float(found.effect_se[i]), level, measure, digits)]
        for i, each in enumerate(found.treatments)
        if each != found.reference
    ]
    yield from aligned([head, *effects], left={0})
    tau2, without = (DASH if isnan(x) else small(x) for x in (found.tau2, found.tau2_without))
    Q = chi_squared(found.Q, found.Q_dof, found.Q_pvalue)
    yield f"τ² = {tau2}, without the covariate {without}; Q = {Q}"
    yield f"Test of the slopes: χ² = {chi_squared(found.QM, found.QM_dof, found.QM_pvalue)}"
    yield from (f"- not used: {study}: {reason}" for study, reason in found.left_out)
    yield from (f"- {note}" for note in found.notes)


def _record(found: NetworkRegression, analysis: NetworkAnalysis) -> Record:
    level, measure = analysis.request.level, analysis.measure
    slopes = [
        with_reason(
            {
                "slope": name,
                "estimate": canonical(float(found.slope_estimate[i])),
                "se": canonical(float(found.slope_se[i])),
                "ci": {
                    "low": canonical(float(found.slope_ci[i, 0])),
                    "high": canonical(float(found.slope_ci[i, 1])),
                },
                "pvalue": canonical(float(found.slope_pvalue[i])),
            },
            UNIDENTIFIED,
        )
        for i, name in enumerate(found.slopes)
    ]
    effects = [
        with_reason(
            {"treatment": name, "reference": found.reference}
            | effect_record(float(found.effect_estimate[i]), float(found.effect_se[i]), level, measure),
            UNIDENTIFIED,
        )
        for i, name in enumerate(found.treatments)
        if name != found.reference
    ]
    numbers = {name: canonical(getattr(found, name)) for name in NUMBERS}
    return {
        "covariate": analysis.request.covariate,
        "interaction": found.interaction,
        "slopes": slopes,
        "effects": effects,
        "studies": [
            {"study": study, "value": canonical(float(value))}
            for study, value in zip(found.studies, found.covariate, strict=True)
        ],
        "left_out": [{"study": study, "reason": reason} for study, reason in found.left_out],
        "notes": list(found.notes),
    } | with_reason(numbers, found.notes)


def _rows(found: NetworkRegression, analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001
    for i, name in enumerate(found.slopes):
        for quantity in ("estimate", "se", "pvalue"):
            value = float(getattr(found, f"slope_{quantity}")[i])
            note = UNIDENTIFIED if isnan(value) else ""
            yield Row(quantity=f"slope {quantity}", value=value, part=name, note=note)
    for name in NUMBERS:
        value = float(getattr(found, name))
        yield Row(quantity=name, value=value, note="; ".join(found.notes) if isnan(value) else "")
    for i, name in enumerate(found.treatments):
        for quantity in ("estimate", "se"):
            value = float(getattr(found, f"effect_{quantity}")[i])
            note = UNIDENTIFIED if isnan(value) else ""
            yield Row(quantity=quantity, value=value, treat1=name, treat2=found.reference, note=note)
    for study, reason in found.left_out:
        yield Row(quantity="study left out", study=study, note=reason)


COVARIATE = Section(
    name="covariate", compute=_compute, lines=_lines, record=_record, rows=_rows, asked=_asked
)

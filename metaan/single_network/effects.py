"""Section: every treatment against the reference, on both scales, with prediction intervals."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isnan
from typing import TYPE_CHECKING

from metaan.format import (
    DASH,
    LOG_MEASURES,
    back_transform,
    canonical,
    fixed,
    interval,
    interval_digits,
    significant,
)
from metaan.models.network.fit import NO_PREDICTION
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section
from metaan.single_network.words import UNCONNECTED, Record, effect_record, limits, printed, with_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.network import Network
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["EFFECTS", "Against", "against", "effect_rows", "pair_record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """One treatment against another; the analysis scale, `nan` where no evidence connects them.

    Attributes
    ----------
    treat1, treat2 : str
        Effects are treat1 minus treat2.
    estimate, se, common_estimate, common_se : float
        Network estimates, random and common.
    prediction : (float, float)
        `nan` where there is none.
    studies : int
        Studies that compare the two directly.
    direct, direct_se : float
        What those say; `nan` without any.
    """

    treat1: str
    treat2: str
    estimate: float
    se: float
    common_estimate: float
    common_se: float
    prediction: tuple[float, float]
    studies: int
    direct: float
    direct_se: float


def against(fit: Network, one: str, other: str) -> Against:
    """Take one comparison out of a network."""
    at = fit.treatments.index(one), fit.treatments.index(other)
    return Against(
        treat1=one,
        treat2=other,
        estimate=float(fit.estimate[at]),
        se=float(fit.se[at]),
        common_estimate=float(fit.common_estimate[at]),
        common_se=float(fit.common_se[at]),
        prediction=(float(fit.prediction_low[at]), float(fit.prediction_high[at])),
        studies=int(fit.direct_studies[at]),
        direct=float(fit.direct_estimate[at]),
        direct_se=float(fit.direct_se[at]),
    )


def _compute(analysis: NetworkAnalysis) -> tuple[Against, ...]:
    fit = analysis.network
    others = (name for name in fit.treatments if name != analysis.reference)
    return tuple(against(fit, name, analysis.reference) for name in others)


def _lines(found: Sequence[Against], analysis: NetworkAnalysis) -> Iterator[str]:
    level, measure = analysis.request.level, analysis.measure
    ci = f"{100 * level:g}% CI"
    digits = interval_digits((limits(0.0, each.se, level)[1] for each in found), measure)
    predicted = any(isfinite(each.prediction[0]) for each in found)
    scale = f"log {measure} ({ci})" if measure in LOG_MEASURES else ""
    common = analysis.request.method != "EE"
    model = f"random effects, {analysis.request.method}" if common else "common effect"
    yield f"Every treatment versus {analysis.reference} ({model})"
    head = ["Treatment", "Direct studies", f"{measure or 'Effect'} ({ci})"]
    head += [f"{100 * level:g}% prediction interval"] if predicted else []
    head += [*([scale] if scale else []), "SE", *(["Common effect"] if common else [])]
    rows = [head]
    for each in found:
        row = [each.treat1, str(each.studies), printed(each.estimate, each.se, level, measure, digits)]
        if predicted:
            known = isfinite(each.prediction[0])
            row.append(interval(*each.prediction, measure, digits) if known else DASH)
        row += [_logarithm(each, level)] if scale else []
        row += [DASH if isnan(each.se) else significant(each.se, 4)]
        row += [printed(each.common_estimate, each.common_se, level, measure, digits)] if common else []
        rows.append(row)
    yield from aligned(rows, left={0})
    short = [each for each in found if isfinite(each.estimate) and isnan(each.prediction[0])]
    if short:
        yield f"{NO_PREDICTION[0].upper()}{NO_PREDICTION[1:]}"


def _logarithm(each: Against, level: float) -> str:
    if isnan(each.estimate):
        return DASH
    low, high = limits(each.estimate, each.se, level)
    return f"{fixed(each.estimate, 4)} ({fixed(low, 4)} to {fixed(high, 4)})"


def pair_record(each: Against, analysis: NetworkAnalysis) -> Record:
    """Write a comparison: random and common effect and prediction interval, null with the reason."""
    level, measure = analysis.request.level, analysis.measure
    low, high = each.prediction
    record: Record = {"treat1": each.treat1, "treat2": each.treat2, "direct_studies": each.studies}
    record |= effect_record(each.estimate, each.se, level, measure)
    record["common"] = effect_record(each.common_estimate, each.common_se, level, measure)
    record["prediction"] = {"low": canonical(low), "high": canonical(high)}
    record["shown"]["prediction"] = {
        "low": canonical(back_transform(low, measure)),
        "high": canonical(back_transform(high, measure)),
    }
    return with_reason(record, UNCONNECTED if isnan(each.estimate) else NO_PREDICTION)


def _record(found: Sequence[Against], analysis: NetworkAnalysis) -> list[Record]:
    return [pair_record(each, analysis) for each in found]


def effect_rows(each: Against, analysis: NetworkAnalysis) -> Iterator[Row]:
    """Write a comparison as rows."""
    level, measure = analysis.request.level, analysis.measure
    low, high = limits(each.estimate, each.se, level)
    apart = isnan(each.estimate)
    values = {
        "estimate": each.estimate,
        "se": each.se,
        "ci_low": low,
        "ci_high": high,
        "shown": back_transform(each.estimate, measure),
        "shown_low": back_transform(low, measure),
        "shown_high": back_transform(high, measure),
        "prediction_low": each.prediction[0],
        "prediction_high": each.prediction[1],
        "common_estimate": each.common_estimate,
        "common_se": each.common_se,
    }
    for quantity, value in values.items():
        why = UNCONNECTED if apart else NO_PREDICTION if isnan(value) else ""
        yield Row(quantity=quantity, value=value, treat1=each.treat1, treat2=each.treat2, note=why)


def _rows(found: Sequence[Against], analysis: NetworkAnalysis) -> Iterator[Row]:
    for each in found:
        yield from effect_rows(each, analysis)


EFFECTS = Section(name="versus_reference", compute=_compute, lines=_lines, record=_record, rows=_rows)

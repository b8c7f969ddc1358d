"""The pooled lines of an analysis, in the order in which every output gives them."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING

from metaan.results.pairwise import Pooled
from metaan.results.rare import MixedModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.single.analysis import Fit, Single

__all__ = ["LEAST_FOR_PREDICTION", "Line", "model_words", "pooled_lines"]

LEAST_FOR_PREDICTION = 3

TEST_NAMES = {"z": "Wald", "t": "Wald with t", "hksj": "Hartung-Knapp", "adhoc": "Hartung-Knapp, ad hoc"}
METHOD_NAMES = {"DL": "DerSimonian-Laird", "PM": "Paule-Mandel", "SJ": "Sidik-Jonkman", "HE": "Hedges"}
MODEL_NAMES = {
    "mh": "Mantel-Haenszel",
    "peto": "Peto",
    "UM.FS": "Mixed model, fixed study effects",
    "UM.RS": "Mixed model, random study effects",
    "CM.EL": "Mixed model, exact conditional likelihood",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One estimate with its interval, on the scale of `measure`.

    Attributes
    ----------
    kind, name : str
        pooled, common, prediction, subgroup or coefficient; what it is called.
    measure : str
        How it is shown: the analysis' measure, or empty for a coefficient, shown as it is.
    estimate, se, low, high : float
        Analysis scale; `nan` where there is none.
    note : str
        What must be known of it.
    k : int
        Studies behind it.
    """

    kind: str
    name: str
    measure: str
    estimate: float
    se: float
    low: float
    high: float
    note: str = ""
    k: int = 0


def model_words(single: Single, fit: Fit) -> str:
    """Name a model, its tau2 estimator and its test."""
    if isinstance(fit, Pooled):
        test = TEST_NAMES.get(fit.test, fit.test)
        if fit.method == "EE":
            return f"Common effect, {test}"
        return f"Random effects, {METHOD_NAMES.get(fit.method, fit.method)}, {test}"
    name = MODEL_NAMES[single.model]
    return f"{name}, {fit.method}" if isinstance(fit, MixedModel) else name


def pooled_lines(single: Single) -> Iterator[Line]:
    """Give the pooled estimate, what stands beside it, and the subgroups or coefficients.

    Parameters
    ----------
    single : Single
        The analysis.
    """
    if single.fit is not None:
        profile = single.profile and f", profile {single.profile}"
        yield _line("pooled", model_words(single, single.fit) + profile, single.measure, single.fit)
        if (
            isinstance(single.fit, Pooled)
            and single.fit.k >= LEAST_FOR_PREDICTION
            and single.fit.method != "EE"
        ):
            low, high = single.fit.prediction
            if isfinite(low):
                yield Line(
                    kind="prediction",
                    name=f"{100 * single.level:g}% prediction interval",
                    measure=single.measure,
                    estimate=nan,
                    se=nan,
                    low=low,
                    high=high,
                )
    if single.common is not None:
        yield _line("common", model_words(single, single.common), single.measure, single.common)
    if single.subgroups is not None:
        for name, group in zip(single.subgroups.names, single.subgroups.groups, strict=True):
            yield _line("subgroup", str(name), single.measure, group)
    if single.regression is not None:
        yield from _coefficients(single)


def _line(kind: str, name: str, measure: str, fit: Fit) -> Line:
    return Line(
        kind=kind,
        name=name,
        measure=measure,
        estimate=fit.estimate,
        se=fit.se,
        low=fit.ci[0],
        high=fit.ci[1],
        note="; ".join(fit.notes),
        k=fit.k,
    )


def _coefficients(single: Single) -> Iterator[Line]:
    fit = single.regression
    if fit is None:
        return
    for j, name in enumerate(fit.names):
        yield Line(
            kind="coefficient",
            name=name,
            measure="",
            estimate=float(fit.estimate[j]),
            se=float(fit.se[j]),
            low=float(fit.ci[j, 0]),
            high=float(fit.ci[j, 1]),
        )

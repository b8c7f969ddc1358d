"""The pooled lines of an analysis, in the order in which every output gives them."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, isnan, nan
from typing import TYPE_CHECKING

from metaan.figures.wording import METHODS, TESTS
from metaan.format import back_transform
from metaan.results.pairwise import Pooled
from metaan.results.rare import MixedModel
from metaan.single.analysis import size_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.trimfill import TrimFill
    from metaan.single.analysis import Fit, Single
    from metaan.types import Interval

__all__ = [
    "LEAST_FOR_PREDICTION",
    "Line",
    "filled_line",
    "model_words",
    "pooled_lines",
    "prediction_lines",
    "shown_of",
    "why_not",
]

LEAST_FOR_PREDICTION = 3
"""Studies below which a prediction interval is not to be relied on, and is not shown to a person."""

MODEL_NAMES = {
    "mh": "Mantel-Haenszel",
    "peto": "Peto",
    "UM.FS": "Mixed model, fixed study effects",
    "UM.RS": "Mixed model, random study effects",
    "CM.EL": "Mixed model, exact conditional likelihood",
}
NOT_ESTIMABLE = "not estimable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One estimate with its interval.

    Attributes
    ----------
    kind, name : str
        pooled, common, prediction or subgroup; what it is called.
    estimate, se, low, high : float
        Analysis scale; `nan` where there is none.
    shown : (float, float, float)
        Estimate and limits as a person reads them.
    statistic, dof, pvalue : float
        Test against 0; `dof` is `inf` where the reference is normal; `nan` where there is no test.
    notes : tuple of str
        What must be known of it.
    k : int
        Studies behind it.
    """

    kind: str
    name: str
    estimate: float
    se: float
    low: float
    high: float
    shown: tuple[float, float, float]
    statistic: float = nan
    dof: float = inf
    pvalue: float = nan
    notes: tuple[str, ...] = ()
    k: int = 0


def model_words(single: Single, fit: Fit) -> str:
    """Name a model, its tau2 estimator and its test."""
    if isinstance(fit, Pooled):
        test = TESTS.get(fit.test, fit.test)
        if fit.method == "EE":
            return f"Common effect, {test}"
        return f"Random effects, {METHODS.get(fit.method, fit.method)}, {test}"
    name = MODEL_NAMES[single.model]
    return f"{name}, {fit.method}" if isinstance(fit, MixedModel) else name


def why_not(fit: Fit) -> str:
    """Say why a model has no estimate, as a clause; empty where it has one.

    The models put their reason first, as "not estimable: ...".
    """
    if not isnan(fit.estimate):
        return ""
    reasons = [note for note in fit.notes if note.startswith(NOT_ESTIMABLE)] or list(fit.notes)
    return reasons[0].removeprefix(f"{NOT_ESTIMABLE}: ") if reasons else "the data do not determine it"


def shown_of(
    single: Single, estimate: float, limits: Interval, group: str | None = None
) -> tuple[float, ...]:
    """Turn an estimate and its limits into what a person reads.

    Parameters
    ----------
    single : Single
        The analysis, for its measure and the sizes of its studies.
    estimate, limits : float, (float, float)
        Analysis scale.
    group : str or None
        The subgroup that they are of; None for all studies.
    """
    n = inf
    if single.measure == "PFT":
        n = size_of(study for study in single.studies if group is None or study.group == group)
    return tuple(back_transform(value, single.measure, n=n) for value in (estimate, *limits))


def pooled_lines(single: Single) -> Iterator[Line]:
    """Give the pooled estimate, what stands beside it, and the subgroups.

    Parameters
    ----------
    single : Single
        The analysis.
    """
    if single.fit is not None:
        profile = single.profile and f", profile {single.profile}"
        yield _line(single, "pooled", model_words(single, single.fit) + profile, single.fit)
        if single.fit.k >= LEAST_FOR_PREDICTION:
            yield from prediction_lines(single, single.fit)
    if single.common is not None:
        yield _line(single, "common", model_words(single, single.common), single.common)
    if single.subgroups is not None:
        for name, group in zip(single.subgroups.names, single.subgroups.groups, strict=True):
            yield _line(single, "subgroup", str(name), group)


def filled_line(single: Single, found: TrimFill) -> Line:
    """Give the mean of all studies and those filled in.

    Parameters
    ----------
    single : Single
        The analysis.
    found : TrimFill
        Of its studies.
    """
    return _line(single, "trim and fill", model_words(single, found.pooled), found.pooled)


def prediction_lines(single: Single, fit: Fit, group: str | None = None) -> Iterator[Line]:
    """Give the prediction interval of a random-effects fit of two studies or more; of others nothing.

    Parameters
    ----------
    single : Single
        The analysis.
    fit : Pooled, MantelHaenszel, Peto or MixedModel
        Of all studies, or of those of a subgroup.
    group : str or None
        The subgroup.
    """
    if not isinstance(fit, Pooled) or fit.k < 2 or fit.method == "EE":
        return
    low, high = fit.prediction
    if isfinite(low):
        _, *shown = shown_of(single, nan, fit.prediction, group)
        yield Line(
            kind="prediction" if group is None else "subgroup",
            name=f"{100 * single.level:g}% prediction interval" if group is None else group,
            estimate=nan,
            se=nan,
            low=low,
            high=high,
            shown=(nan, shown[0], shown[1]),
            dof=fit.dof,
            notes=fit.notes if fit.k < LEAST_FOR_PREDICTION else (),
            k=fit.k,
        )


def _line(single: Single, kind: str, name: str, fit: Fit) -> Line:
    shown = shown_of(single, fit.estimate, fit.ci, name if kind == "subgroup" else None)
    return Line(
        kind=kind,
        name=name,
        estimate=fit.estimate,
        se=fit.se,
        low=fit.ci[0],
        high=fit.ci[1],
        shown=(shown[0], shown[1], shown[2]),
        statistic=fit.statistic,
        dof=getattr(fit, "dof", inf),
        pvalue=fit.pvalue,
        notes=fit.notes,
        k=fit.k,
    )

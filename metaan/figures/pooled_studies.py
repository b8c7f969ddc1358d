"""Studies and the mean they were pooled to: what the figures about one comparison are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import CannotDraw
from metaan.figures.drawing import ALT_LENGTH, shorten
from metaan.figures.guards import demand_studies
from metaan.figures.measure import clean
from metaan.format import (
    LOG_MEASURES,
    ONE_GROUP_MEASURES,
    effect,
    effect_with_interval,
    measure_name,
    significant,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from metaan.results.diagnostics import InfluenceDiagnostics
    from metaan.results.pairwise import Pooled
    from metaan.types import FloatArray

__all__ = ["PooledStudies", "axis_title", "pooled_studies"]

TRANSFORMED = {
    "PLO": "logit",
    "PAS": "arcsine square root",
    "PFT": "double arcsine",
    "IRS": "square root",
    "ZCOR": "Fisher's z",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PooledStudies:
    """What a figure of one comparison is about, in clean words.

    Attributes
    ----------
    fit : Pooled
        The mean.
    yi, vi : ndarray, shape (k,)
        Effects and sampling variances, analysis scale.
    labels : tuple of str
        Names of the studies.
    outcome, measure : str
        As printed; the measure's letters.
    """

    fit: Pooled
    yi: FloatArray
    vi: FloatArray
    labels: tuple[str, ...]
    outcome: str
    measure: str

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.yi)

    @property
    def sei(self) -> FloatArray:
        """Standard errors, shape (k,)."""
        return np.sqrt(self.vi)

    @property
    def log(self) -> bool:
        """Whether effects are logarithms."""
        return self.measure in LOG_MEASURES

    @property
    def compared(self) -> bool:
        """Whether 0 on the analysis scale is no effect."""
        return self.measure not in ONE_GROUP_MEASURES

    def shown(self, value: float) -> str:
        """Write an effect as a person reads it."""
        return effect(value, self.measure)

    def interval(self, value: float, low: float, high: float) -> str:
        """Write an estimate with its interval, as `shown` does."""
        return effect_with_interval(value, low, high, self.measure)

    def diagnosed(self) -> InfluenceDiagnostics:
        """Leave each study out in turn."""
        from metaan.sensitivity.diagnostics import influence_diagnostics  # rooms load without the models

        return influence_diagnostics(self.yi, self.vi, method=self.fit.method)

    def study(self, i: int) -> str:
        """Say what study i shows."""
        return f"{self.labels[i]}: {self.name} {self.shown(float(self.yi[i]))}, standard error" + (
            f" {significant(float(self.sei[i]))}"
        )

    @property
    def name(self) -> str:
        """The measure in words."""
        return measure_name(self.measure) or "effect"

    @property
    def model(self) -> str:
        """The mean's model in words."""
        return "common effect" if self.fit.method == "EE" else f"random effects, {self.fit.method}"

    def alt(self, kind: str, facts: str) -> str:
        """Say in one line what the figure shows; a long outcome is shortened, the facts are not."""
        room = ALT_LENGTH - len(facts) - len(f"{kind}: . ")
        return f"{kind}: {shorten(self.outcome, max(room, 12))}. {facts}"

    @property
    def facts(self) -> str:
        """Number of studies and the mean with its interval."""
        fit = self.fit
        return f"{self.k} studies, {self.name} {self.interval(fit.estimate, *fit.ci)}."


def pooled_studies(
    figure: str,
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    measure: str,
    labels: Sequence[str],
    outcome: str,
    force: bool = False,
) -> PooledStudies:
    """Check that studies carry a figure, and gather what it is about.

    Parameters
    ----------
    figure : str
        What it is called, one of `guards.LEAST`.
    fit, yi, vi, measure, labels, outcome
        See `PooledStudies`; the texts may be hostile.
    force : bool
        As in `demand_studies`.

    Raises
    ------
    CannotDraw
        For too few studies, a mean that is not estimable, or names or variances of another number.
    """
    y, v = (np.asarray(values, dtype=np.float64) for values in (yi, vi))
    demand_studies(figure, len(y), force=force)
    if not len(y) == len(v) == len(labels) == fit.k:
        raise CannotDraw(
            f"No {figure}: there are {len(y)} effects, {len(v)} variances, {len(labels)} names and a mean of"
            f" {fit.k} studies."
        )
    if isnan(fit.estimate):
        raise CannotDraw(f"No {figure}: the pooled effect is not estimable.")
    return PooledStudies(
        fit=fit,
        yi=y,
        vi=v,
        labels=tuple(clean(str(label)) for label in labels),
        outcome=clean(outcome),
        measure=measure,
    )


def axis_title(measure: str) -> str:
    """Name an axis of effects with its scale.

    Examples
    --------
    >>> axis_title("RR"), axis_title("PLO"), axis_title("MD"), axis_title("")
    ('Risk ratio (log scale)', 'Proportion (logit)', 'Mean difference', 'Effect')
    """
    name = measure_name(measure) or "effect"
    scale = "log scale" if measure in LOG_MEASURES else TRANSFORMED.get(measure, "")
    return f"{name[:1].upper()}{name[1:]}" + (f" ({scale})" if scale else "")

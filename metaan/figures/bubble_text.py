"""The words of a bubble plot, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import TYPE_CHECKING

from metaan.errors import CannotDraw
from metaan.figures.drawing import ALT_LENGTH, shorten
from metaan.figures.forest_text import interval_name, p_phrase
from metaan.figures.measure import clean
from metaan.figures.numerals import Numerals
from metaan.format import (
    RATIO_MEASURES,
    back_transform,
    effect,
    fixed,
    measure_name,
    percent,
    significant,
    variance,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.results.regression import Regression
    from metaan.types import FloatArray

__all__ = ["BubbleSubject", "alt_text", "bubble_subject", "description", "notes"]

LEAST_STUDIES = 3
LEAST_VALUES = 3
CLIPPED = 0.016
PLAIN = Numerals()
"""Share of the largest weight below which a bubble is drawn larger than its weight says."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BubbleSubject:
    """What a bubble plot is about, in clean words.

    Attributes
    ----------
    regression : Regression
        The fit.
    column : int
        Position of its moderator.
    x, yi : ndarray, shape (k,)
        The moderator and the effects.
    labels : tuple of str
        Names of the studies.
    outcome, moderator, measure : str
        As printed; the measure's letters.
    """

    regression: Regression
    column: int
    x: FloatArray
    yi: FloatArray
    labels: tuple[str, ...]
    outcome: str
    moderator: str
    measure: str

    @property
    def heading(self) -> str:
        """Outcome and moderator."""
        return f"{self.outcome} by {self.moderator}"

    @property
    def ratio(self) -> bool:
        """Whether the effects are logs."""
        return self.measure in RATIO_MEASURES


def bubble_subject(
    regression: Regression, measure: str, labels: Sequence[str], outcome: str, moderator: str
) -> BubbleSubject:
    """Check that a regression can be drawn, and gather what its plot says.

    Raises
    ------
    CannotDraw
        For fewer than three studies, no single moderator of at least three values, or a wrong number of
        labels.
    """
    column = _moderator_column(regression)
    x = regression.X[:, column]
    if regression.k < LEAST_STUDIES:
        raise CannotDraw(f"No bubble plot: it needs {LEAST_STUDIES} studies and there are {regression.k}.")
    name = clean(moderator or regression.names[column])
    values = len(set(x.tolist()))
    if values < LEAST_VALUES:
        raise CannotDraw(f"No bubble plot: {name} has {values} different values; compare subgroups instead.")
    if len(labels) != regression.k:
        raise CannotDraw(f"No bubble plot: there are {len(labels)} labels for {regression.k} studies.")
    return BubbleSubject(
        regression=regression,
        column=column,
        x=x,
        yi=regression.fitted + regression.residuals,
        labels=tuple(clean(str(label)) for label in labels),
        outcome=clean(outcome),
        moderator=name,
        measure=measure,
    )


def notes(subject: BubbleSubject, numerals: Numerals = PLAIN) -> tuple[str, ...]:
    """Give the lines below the plot."""
    return _slope(subject, numerals), _heterogeneity(subject, numerals), _legend(subject)


def alt_text(subject: BubbleSubject) -> str:
    """Say in one line what the figure shows."""
    regression, j = subject.regression, subject.column
    slope = f"{significant(float(regression.estimate[j]))}"
    facts = f"{regression.k} studies, slope {slope}"
    if subject.ratio:
        facts += " (log scale)"
    facts += f", {p_phrase(float(regression.pvalue[j]))}."
    room = ALT_LENGTH - len(facts) - len("Bubble plot: . ")
    return f"Bubble plot: {shorten(subject.heading, max(room, 20))}. {facts}"


def description(subject: BubbleSubject) -> str:
    """Spell out everything that the figure shows."""
    told = [f"Bubble plot of {subject.heading}."]
    shares = subject.regression.weights
    for label, x, y, share in zip(subject.labels, subject.x, subject.yi, shares, strict=True):
        told.append(
            f"{label}: {subject.moderator} {significant(float(x), 4)}, {measure_name(subject.measure)} "
            f"{effect(float(y), subject.measure)}, weight {percent(float(share), 1)}."
        )
    return " ".join([*told, *notes(subject)])


def _moderator_column(regression: Regression) -> int:
    constant = [bool((column == column[0]).all() and column[0] != 0) for column in regression.X.T]
    moderators = [j for j, same in enumerate(constant) if not same]
    if len(moderators) == 1:
        return moderators[0]
    if not moderators:
        raise CannotDraw("No bubble plot: the regression has no moderator.")
    listed = ", ".join(clean(regression.names[j]) for j in moderators)
    raise CannotDraw(f"No bubble plot: the regression has {len(moderators)} moderators ({listed}), not one.")


def _slope(subject: BubbleSubject, numerals: Numerals) -> str:
    """Say what one unit more of the moderator does to the effect."""
    regression, j = subject.regression, subject.column
    shown = [float(regression.estimate[j]), *map(float, regression.ci[j])]
    if subject.ratio:
        shown = [back_transform(value, subject.measure) for value in shown]
    half = (shown[2] - shown[1]) / 2
    digits = min(max(1 - floor(log10(half)), 2), 8) if half > 0 and isfinite(half) else 4
    estimate, low, high = (fixed(value, digits) for value in shown)
    verb = "multiplies" if subject.ratio else "changes"
    return (
        f"One unit more of {subject.moderator} {verb} the {measure_name(subject.measure)} by {estimate} "
        f"({interval_name(regression.level)} {low} to {high}; {numerals.p(float(regression.pvalue[j]))})."
    )


def _heterogeneity(subject: BubbleSubject, numerals: Numerals) -> str:
    regression = subject.regression
    said = f"{regression.k} studies. Residual heterogeneity: τ² = {variance(regression.tau2)}, "
    said += f"I² = {percent(regression.I2)}"
    explained = f"; R² = {percent(regression.R2)}" if isfinite(regression.R2) else ""
    return f"{said}, {numerals.p(regression.QE_pvalue)}{explained}."


def _legend(subject: BubbleSubject) -> str:
    weights = subject.regression.weights
    clipped = bool((weights < CLIPPED * weights.max()).any())
    larger = "; the lightest are drawn larger" if clipped else ""
    return (
        f"The area of a bubble is proportional to its weight{larger}. Dark band: "
        f"{interval_name(subject.regression.level)} of the mean; light band: prediction interval of a new "
        "study. Differences between studies are no evidence of cause."
    )

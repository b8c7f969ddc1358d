"""The drapery plot: p-values of every study, of the mean and of a new study, for every possible effect."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import hypot, inf, isfinite, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.fitting import fitted
from metaan.figures.paragraphs import heading_words, paragraphs
from metaan.figures.plane import KeyEntry, key_beside, left_room, plane_axes
from metaan.figures.pooled_studies import axis_title, pooled_studies
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Scale, Tick, choose_limits, choose_ticks, tick_label
from metaan.figures.sheet import Curve, Line, Shape, Sheet, Words, baseline, in_family
from metaan.format import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    from metaan.figures.pooled_studies import PooledStudies
    from metaan.figures.sheet import Point
    from metaan.figures.style import Style
    from metaan.results.pairwise import Pooled
    from metaan.types import FloatArray

__all__ = ["DraperyLayout", "drapery_plot", "layout_drapery"]

PLOT_WIDTH, PLOT_HEIGHT = 340.0, 280.0
LOWEST = 28.75
"""Height in letters of their size at which the names of the intervals stay apart."""

STEPS = 26
BEND = 1.8
STEEPEST = 3.5
SIDE = 7.75
"""Room for the names of the intervals, in letters of their size."""

ALPHAS = (0.10, 0.05, 0.01)
LIGHTEST, DARKEST = 0xC4, 0x50
LEAST_FOR_PREDICTION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DraperyLayout:
    """A drapery plot in points.

    Attributes
    ----------
    sheet : Sheet
        All marks.
    studies : tuple of Curve
        In the order of the studies; darker for a larger weight.
    mean : Curve or None
        Of the mean; None where it has no standard error.
    across, up : Scale
        Effects, and p-values from 0 to 1.
    """

    sheet: Sheet
    studies: tuple[Curve, ...]
    mean: Curve | None
    across: Scale
    up: Scale


class _Belief(NamedTuple):
    """An estimate whose p-value function is drawn."""

    estimate: float
    se: float
    dof: float


def drapery_plot(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    id: str,  # noqa: A002
    measure: str,
    labels: Sequence[str],
    outcome: str,
    common: Pooled | None = None,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw the two-sided p-value of every possible effect: of each study, of the mean and of a new study.

    Parameters
    ----------
    fit : Pooled
        The mean, with the distribution of its test.
    yi, vi : array_like, shape (k,)
        Effects and sampling variances; ratio measures get a log axis.
    id : str
        Id of the drawing.
    measure : str
        The measure's letters.
    labels : sequence of str, length k
        Names of the studies.
    outcome : str
        For the heading.
    common : Pooled, optional
        The common effect, drawn beside a random-effects mean.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Raises
    ------
    CannotDraw
        For fewer than two studies, or a mean that is not estimable; the message is the reason.

    References
    ----------
    Rücker G, Schwarzer G. Beyond the forest plot: the drapery plot. Research Synthesis Methods 2021; 12:
    13-19.

    Examples
    --------
    >>> from metaan import pool
    >>> yi, vi = [0.1, 0.2, 0.6], [0.02, 0.03, 0.04]
    >>> drapery_plot(pool(yi, vi), yi, vi, id="d", measure="MD", labels=list("abc"), outcome="Pain").title
    'Drapery plot: Pain'
    """
    subject = pooled_studies("drapery plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    return sheet_drawing(
        fitted(partial(_layout, subject, common), preset).sheet,
        id=id,
        title=f"Drapery plot: {subject.outcome}",
        alt=subject.alt("Drapery plot", subject.facts),
        description=_description(subject),
        preset=preset,
    )


def layout_drapery(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    measure: str,
    labels: Sequence[str],
    outcome: str,
    common: Pooled | None = None,
    preset: Preset = METAAN,
) -> DraperyLayout:
    """Lay out a drapery plot in points, without drawing it; the arguments are those of `drapery_plot`."""
    subject = pooled_studies("drapery plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    return fitted(partial(_layout, subject, common), preset)


def _layout(subject: PooledStudies, common: Pooled | None, style: Style) -> DraperyLayout:
    wide, tall = PLOT_WIDTH * style.zoom, max(PLOT_HEIGHT * style.zoom, LOWEST * style.note)
    ticks = tuple(Tick(i / 5, tick_label(i / 5)) for i in range(6))
    left = left_room([tick.label for tick in ticks], style)
    entries = tuple(_key(subject, common, style))
    key_left = left + wide + SIDE * style.note
    page = key_beside(entries, key_left, 0.0, style).right + style.margin + 2.0
    head, top = heading_words(f"{subject.outcome}: drapery plot", page=page, style=style)
    top += 10.0
    up = Scale(low=0.0, high=1.0, left=top + tall, right=top, ticks=ticks)
    across = _across(subject, left, wide, style)
    axes = plane_axes(
        across, up, (axis_title(subject.measure), f"Two-sided {style.numerals.p_letter}"), style
    )
    key = key_beside(entries, key_left, top, style)
    alpha_words, alpha_lines = _alphas(across, up, style)
    studies = tuple(_studies(subject, across, up))
    mean = _mean(subject.fit, across, up, style.accent, 2 * style.strong)
    beside = _mean(common, across, up, style.ink, style.strong, dashed=True) if common else None
    notes, end = paragraphs(
        _notes(subject),
        left=style.margin,
        top=max(axes.bottom, key.bottom) + 2.0,
        room=page - 2 * style.margin,
        size=style.note,
        style=style,
    )
    sheet = Sheet(
        width=round(page, 2),
        height=round(end + style.margin, 2),
        words=in_family((*head, *axes.words, *key.words, *alpha_words, *notes), style.family),
        lines=(*axes.lines, *key.lines, *alpha_lines, *_null(subject, across, up, style)),
        shapes=(*key.shapes, *_prediction(subject, across, up, style)),
        curves=(*studies, *(curve for curve in (beside, mean) if curve is not None)),
    )
    return DraperyLayout(sheet=sheet, studies=studies, mean=mean, across=across, up=up)


def _across(subject: PooledStudies, left: float, wide: float, style: Style) -> Scale:
    half = 1.96 * subject.sei
    limits = list(zip((subject.yi - half).tolist(), (subject.yi + half).tolist(), strict=True))
    low, high = choose_limits(
        [*subject.yi.tolist(), subject.fit.estimate],
        [*limits, subject.fit.ci],
        ratio=subject.log,
        size=style.text,
        room=wide,
        null=0.0 if subject.compared else float("nan"),
        family=style.family,
    )
    ticks = choose_ticks(low, high, ratio=subject.log, size=style.text, room=wide, family=style.family)
    return Scale(low=low, high=high, left=left, right=left + wide, ticks=ticks)


def _pvalues(distances: FloatArray, dof: float) -> FloatArray:
    """Give two-sided p-values of distances in standard errors."""
    from scipy.special import ndtr, stdtr  # processes that draw load every room, few draw this

    low = -np.abs(distances)
    return np.asarray(2 * (ndtr(low) if dof == inf else stdtr(dof, low)))


def _points(belief: _Belief, across: Scale, up: Scale) -> tuple[Point, ...]:
    """Follow a p-value function over the part of the axis where it is not flat."""
    reach = STEEPEST if belief.dof == inf else max(STEEPEST, 12.0 / sqrt(belief.dof) + STEEPEST)
    z = reach * np.sinh(BEND * np.linspace(-1.0, 1.0, 2 * STEPS + 1)) / np.sinh(BEND)
    low, high = ((end - belief.estimate) / belief.se for end in (across.low, across.high))
    inside = np.unique(np.clip(np.concatenate([z, [low, high, 0.0]]), max(low, -reach), min(high, reach)))
    return tuple(
        (across.place(float(belief.estimate + belief.se * d)), up.place(float(p)))
        for d, p in zip(inside, _pvalues(inside, belief.dof), strict=True)
    )


def _studies(subject: PooledStudies, across: Scale, up: Scale) -> Iterator[Curve]:
    shares = np.sqrt(subject.fit.weights / subject.fit.weights.max())
    for y, se, share in zip(subject.yi, subject.sei, shares, strict=True):
        grey = round(LIGHTEST + (DARKEST - LIGHTEST) * float(share))
        points = _points(_Belief(float(y), float(se), inf), across, up)
        yield Curve(points=points, width=0.5 + 0.4 * float(share), colour=f"#{grey:02x}{grey:02x}{grey:02x}")


def _mean(
    fit: Pooled, across: Scale, up: Scale, colour: str, width: float, *, dashed: bool = False
) -> Curve | None:
    if not fit.se > 0:
        return None
    points = _points(_Belief(fit.estimate, fit.se, fit.dof), across, up)
    return Curve(points=points, width=width, colour=colour, dashed=dashed, layer=4)


def _predicts(subject: PooledStudies) -> bool:
    fit = subject.fit
    return fit.k >= LEAST_FOR_PREDICTION and fit.method != "EE" and isfinite(fit.prediction[0]) and fit.se > 0


def _prediction(subject: PooledStudies, across: Scale, up: Scale, style: Style) -> Iterator[Shape]:
    """Fill what lies below the p-value function of the effect of a new study."""
    if not _predicts(subject):
        return
    fit = subject.fit
    points = _points(_Belief(fit.estimate, hypot(sqrt(fit.tau2), fit.se), fit.dof), across, up)
    bottom = up.place(0.0)
    yield Shape(points=((points[0][0], bottom), *points, (points[-1][0], bottom)), fill=style.tint, layer=0)


def _null(subject: PooledStudies, across: Scale, up: Scale, style: Style) -> Iterator[Line]:
    if subject.compared:
        x = across.place(0.0)
        yield Line(start=(x, up.right), end=(x, up.left), width=style.line, colour=style.ink, layer=1)


def _alphas(across: Scale, up: Scale, style: Style) -> tuple[tuple[Words, ...], tuple[Line, ...]]:
    """Draw the levels at which an interval ends, named at the right by the interval."""
    words = tuple(
        Words(
            x=across.right + 5.0,
            y=baseline(up.place(alpha), style.note),
            text=f"{percent(1 - alpha)} interval",
            size=style.note,
        )
        for alpha in ALPHAS
    )
    lines = tuple(
        Line(
            start=(across.left, up.place(alpha)),
            end=(across.right + 3.0, up.place(alpha)),
            width=style.hair,
            colour=style.faint,
            dashed=True,
            layer=1,
        )
        for alpha in ALPHAS
    )
    return words, lines


def _key(subject: PooledStudies, common: Pooled | None, style: Style) -> Iterator[KeyEntry]:
    mean = f"Pooled {subject.name} {subject.shown(subject.fit.estimate)} ({subject.model})"
    yield KeyEntry(kind="line", colour=style.accent, text=mean, width=2 * style.strong)
    if common is not None:
        text = f"Pooled {subject.name} {subject.shown(common.estimate)} (common effect)"
        yield KeyEntry(kind="dashed", colour=style.ink, text=text, width=style.strong)
    yield KeyEntry(kind="line", colour="#707070", text="Study; darker with a larger weight", width=0.8)
    if subject.compared:
        yield KeyEntry(kind="line", colour=style.ink, text="No effect", width=style.line)
    if _predicts(subject):
        yield KeyEntry(
            kind="band", colour=style.tint, text="Prediction: the effect in a new study", edge=style.rule
        )
    yield KeyEntry(
        kind="dashed",
        colour=style.faint,
        text="P = 0.10, 0.05 and 0.01: where intervals end",
        width=style.hair,
    )


def _notes(subject: PooledStudies) -> tuple[str, ...]:
    told = (
        "Each curve gives, for every possible effect, the two-sided P of a test that this is the true one;"
        " its tip is the estimate, and between its sides at a dashed line lies the confidence interval."
    )
    if _predicts(subject):
        return (told,)
    return (told, "No prediction region: it takes random effects and three studies or more.")


def _description(subject: PooledStudies) -> str:
    told = [f"Drapery plot of {subject.outcome}: p-value functions of {subject.k} studies."]
    told += [f"{subject.study(i)}." for i in range(subject.k)]
    fit = subject.fit
    told.append(
        f"Pooled {subject.name} {subject.interval(fit.estimate, *fit.ci)}, {subject.model}"
        + (
            f"; prediction interval {subject.shown(fit.prediction[0])} to {subject.shown(fit.prediction[1])}."
            if _predicts(subject)
            else "."
        )
    )
    return " ".join([*told, *_notes(subject)])

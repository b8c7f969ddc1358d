"""The L'Abbé plot: the risk in one group against the risk in the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import asin, exp, floor, log10, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import CannotDraw
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.fitting import fitted
from metaan.figures.measure import clean
from metaan.figures.paragraphs import heading_words, paragraphs
from metaan.figures.plane import (
    Dot,
    KeyEntry,
    dot_shape,
    frame_of,
    key_beside,
    left_room,
    name_dots,
    plane_axes,
)
from metaan.figures.pooled_studies import pooled_studies
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Scale, Tick, tick_label
from metaan.figures.sheet import Curve, Line, Sheet, in_family
from metaan.format import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike

    from metaan.figures.pooled_studies import PooledStudies
    from metaan.figures.style import Style
    from metaan.results.pairwise import Pooled
    from metaan.types import FloatArray

__all__ = ["LABBE_MEASURES", "LabbeLayout", "labbe_plot", "layout_labbe"]

PLOT = 270.0
LARGEST, SMALLEST = 13.0, 1.8
SIDE = 18.0
INSET = 15.0
CURVE = 60
OPACITY = 0.6
NAMED = 5
MOST_PARTS = 6
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
NOTES = (
    "Risks are events divided by participants, as counted; nothing is added to cells of 0. Named, where there"
    " is room: studies that lie farthest from the pooled effect for their weight.",
)


def _odds(risk: float, effect: float) -> float:
    odds = risk * exp(min(effect, 700.0))
    return odds / (1 - risk + odds) if risk < 1 else 1.0


LABBE_MEASURES: Mapping[str, Callable[[float, float], float]] = {
    "OR": _odds,
    "PETO": _odds,
    "RR": lambda risk, effect: risk * exp(min(effect, 700.0)),
    "RD": lambda risk, effect: risk + effect,
    "AS": lambda risk, effect: sin(min(max(asin(sqrt(risk)) + effect, 0.0), 1.5707963267948966)) ** 2,
}
"""Measure to the risk of the first group, from that of the second and the effect; it may leave [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabbeLayout:
    """A L'Abbé plot in points.

    Attributes
    ----------
    sheet : Sheet
        All marks.
    dots : tuple of Dot
        In the order of the studies; areas are proportional to weights.
    across, up : Scale
        Risks of the second and of the first group, in [0, 1].
    effect : Curve
        What the pooled effect makes of each risk.
    """

    sheet: Sheet
    dots: tuple[Dot, ...]
    across: Scale
    up: Scale
    effect: Curve


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Risks:
    first: FloatArray
    second: FloatArray
    counts: tuple[str, ...]
    groups: tuple[str, str]


def labbe_plot(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    id: str,  # noqa: A002
    measure: str,
    labels: Sequence[str],
    outcome: str,
    cells: Mapping[str, ArrayLike],
    groups: tuple[str, str] = ("the first group", "the second group"),
    preset: Preset = METAAN,
) -> Drawing:
    """Draw the risk of the event in the first group against that in the second, with the pooled effect.

    Parameters
    ----------
    fit : Pooled
        The mean, for its curve, and the weights of the studies.
    yi, vi : array_like, shape (k,)
        Effects and sampling variances.
    id : str
        Id of the drawing.
    measure : str
        OR, RR, RD, PETO or AS.
    labels : sequence of str, length k
        Names of the studies.
    outcome : str
        For the heading.
    cells : mapping of str to array_like, shape (k,)
        Events and participants: `ai`, `n1i`, `ci`, `n2i`.
    groups : (str, str)
        Names of the groups, for the axes.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Raises
    ------
    CannotDraw
        For fewer than three studies, another measure, or a study without counts; the message is the reason.

    References
    ----------
    L'Abbé KA, Detsky AS, O'Rourke K. Meta-analysis in clinical research. Annals of Internal Medicine 1987;
    107: 224-233.

    Examples
    --------
    >>> from metaan import effect_sizes, pool
    >>> cells = {"ai": [4, 6, 3], "n1i": [123, 306, 231], "ci": [11, 29, 11], "n2i": [139, 303, 220]}
    >>> effects = effect_sizes("RR", **cells)
    >>> fit = pool(effects.yi, effects.vi)
    >>> labbe_plot(
    ...     fit, effects.yi, effects.vi, id="l", measure="RR", labels=list("ABC"), outcome="Tuberculosis",
    ...     cells=cells,
    ... ).title
    "L'Abbé plot: Tuberculosis"
    """
    subject = pooled_studies("L'Abbé plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    risks = _risks(subject, cells, groups)
    return sheet_drawing(
        fitted(partial(_layout, subject, risks), preset).sheet,
        id=id,
        title=f"L'Abbé plot: {subject.outcome}",
        alt=subject.alt("L'Abbé plot", subject.facts),
        description=_description(subject, risks),
        preset=preset,
    )


def layout_labbe(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    measure: str,
    labels: Sequence[str],
    outcome: str,
    cells: Mapping[str, ArrayLike],
    groups: tuple[str, str] = ("the first group", "the second group"),
    preset: Preset = METAAN,
) -> LabbeLayout:
    """Lay out a L'Abbé plot in points, without drawing it; the arguments are those of `labbe_plot`."""
    subject = pooled_studies("L'Abbé plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    return fitted(partial(_layout, subject, _risks(subject, cells, groups)), preset)


def _risks(subject: PooledStudies, cells: Mapping[str, ArrayLike], groups: tuple[str, str]) -> _Risks:
    if subject.measure not in LABBE_MEASURES:
        raise CannotDraw(f"No L'Abbé plot: a {subject.name} does not compare two risks.")
    names = ("ai", "n1i", "ci", "n2i")
    found = [np.asarray(cells[name], dtype=np.float64) for name in names if name in cells]
    if len(found) < len(names) or any(len(each) != subject.k for each in found):
        raise CannotDraw(
            "No L'Abbé plot: it takes the events and participants of both groups of every study."
        )
    a, n1, c, n2 = found
    if not (np.isfinite([a, c]).all() and (n1 > 0).all() and (n2 > 0).all()):
        raise CannotDraw("No L'Abbé plot: a study lacks the events or participants of a group.")
    counts = (f"{a[i]:g}/{n1[i]:g} and {c[i]:g}/{n2[i]:g}" for i in range(subject.k))
    return _Risks(
        first=a / n1, second=c / n2, counts=tuple(counts), groups=(clean(groups[0]), clean(groups[1]))
    )


def _layout(subject: PooledStudies, risks: _Risks, style: Style) -> LabbeLayout:
    ticks, side = _ticks(risks), PLOT * style.zoom
    left = left_room([tick.label for tick in ticks], style)
    entries = _key(subject, style)
    page = key_beside(entries, left + side + SIDE, 0.0, style).right + style.margin + 2.0
    head, top = heading_words(f"{subject.outcome}: L'Abbé plot", page=page, style=style)
    top += 10.0
    room = ticks[-1].value * INSET / (side - 2 * INSET)
    low, high = -room, ticks[-1].value + room
    across = Scale(low=low, high=high, left=left, right=left + side, ticks=ticks)
    up = Scale(low=low, high=high, left=top + side, right=top, ticks=ticks)
    axes = plane_axes(across, up, (_axis(risks.groups[1]), _axis(risks.groups[0])), style)
    key = key_beside(entries, left + side + SIDE, top, style)
    dots = _dots(subject, risks, across, up, style.zoom)
    effect = _effect(subject, across, up, style)
    identity = Line(
        start=(across.place(0.0), up.place(0.0)),
        end=(across.place(ticks[-1].value), up.place(ticks[-1].value)),
        width=style.line,
        colour=style.faint,
        dashed=True,
    )
    lines = ((identity.start, identity.end), effect.points)
    names = name_dots(dots, _farthest(subject), frame_of(across, up), style, most=NAMED, lines=lines)
    notes, end = paragraphs(
        NOTES,
        left=style.margin,
        top=max(axes.bottom, key.bottom) + 2.0,
        room=page - 2 * style.margin,
        size=style.note,
        style=style,
    )
    largest_first = sorted(dots, key=lambda dot: -dot.radius)
    sheet = Sheet(
        width=round(page, 2),
        height=round(end + style.margin, 2),
        words=in_family((*head, *axes.words, *key.words, *names, *notes), style.family),
        lines=(*axes.lines, *key.lines, identity),
        shapes=(
            *key.shapes,
            *(dot_shape(d, style.accent, style, edge=style.ink, alpha=OPACITY) for d in largest_first),
        ),
        curves=(effect,),
    )
    return LabbeLayout(sheet=sheet, dots=dots, across=across, up=up, effect=effect)


def _axis(group: str) -> str:
    return f"Risk with {group} (%)"


def _ticks(risks: _Risks) -> tuple[Tick, ...]:
    """Tick from 0 to a round value beyond the highest risk, in per cent."""
    highest = 100 * max(float(risks.first.max()), float(risks.second.max()), 1e-6)
    rough = highest * 1.04 / MOST_PARTS
    decade = 10.0 ** floor(log10(rough))
    step = next(m * decade for m in STEPS if m * decade >= rough * (1 - 1e-9))
    count = next(i for i in range(1, 2 * MOST_PARTS) if i * step >= highest * 1.04 or i * step >= 100)
    return tuple(Tick(i * step / 100, tick_label(i * step)) for i in range(count + 1))


def _dots(subject: PooledStudies, risks: _Risks, across: Scale, up: Scale, zoom: float) -> tuple[Dot, ...]:
    shares = subject.fit.weights / subject.fit.weights.max()
    return tuple(
        Dot(
            label=label,
            x=across.place(float(second)),
            y=up.place(float(first)),
            radius=max(LARGEST * zoom * sqrt(float(share)), SMALLEST),
        )
        for label, first, second, share in zip(subject.labels, risks.first, risks.second, shares, strict=True)
    )


def _effect(subject: PooledStudies, across: Scale, up: Scale, style: Style) -> Curve:
    """Follow the pooled effect as far as it stays inside the plot."""
    turn = LABBE_MEASURES[subject.measure]
    highest = across.ticks[-1].value
    risks = np.linspace(0.0, highest, CURVE * 4 + 1).tolist()
    pairs = [(risk, turn(risk, subject.fit.estimate)) for risk in risks]
    inside = [(x, y) for x, y in pairs if 0.0 <= y <= highest]
    kept = inside if len(inside) < CURVE else [*inside[:: max(len(inside) // CURVE, 1)], inside[-1]]
    points = tuple((across.place(x), up.place(y)) for x, y in kept)
    return Curve(points=points or ((across.left, up.left),) * 2, width=style.strong, colour=style.accent)


def _key(subject: PooledStudies, style: Style) -> tuple[KeyEntry, ...]:
    mean = f"Pooled {subject.name} {subject.shown(subject.fit.estimate)} ({subject.model})"
    return (
        KeyEntry(
            kind="dot", colour=style.accent, edge=style.ink, text="Study; area in proportion to its weight"
        ),
        KeyEntry(kind="line", colour=style.accent, text=mean, width=style.strong),
        KeyEntry(kind="dashed", colour=style.faint, text="No effect: the same risk in both"),
    )


def _farthest(subject: PooledStudies) -> list[int]:
    deviations = np.abs(subject.yi - subject.fit.estimate) * np.sqrt(subject.fit.weights)
    order: list[int] = np.argsort(-deviations, kind="stable").tolist()
    return order[:NAMED]


def _description(subject: PooledStudies, risks: _Risks) -> str:
    one, other = risks.groups
    told = [f"L'Abbé plot of {subject.outcome}: risk with {one} against risk with {other}."]
    told += [
        f"{subject.labels[i]}: {percent(float(risks.first[i]), 1)} with {one} and"
        f" {percent(float(risks.second[i]), 1)} with {other} ({risks.counts[i]}),"
        f" {subject.name} {subject.shown(float(subject.yi[i]))},"
        f" weight {percent(float(subject.fit.weights[i]), 1)}."
        for i in range(subject.k)
    ]
    told.append(
        f"Pooled {subject.name} {subject.interval(subject.fit.estimate, *subject.fit.ci)}, {subject.model}."
    )
    return " ".join(told)

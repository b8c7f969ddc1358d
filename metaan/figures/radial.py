"""The radial (Galbraith) plot of one comparison."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import asin, atan, cos, isfinite, sin, tan
from typing import TYPE_CHECKING

import numpy as np

from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.fitting import fitted
from metaan.figures.measure import fit as shortened
from metaan.figures.measure import width
from metaan.figures.paragraphs import heading_words, paragraphs
from metaan.figures.plane import Dot, KeyEntry, Marks, dot_shape, key_beside, left_room, name_dots, plane_axes
from metaan.figures.pooled_studies import axis_title, pooled_studies
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Scale, Tick, choose_ticks
from metaan.figures.sheet import Curve, Line, Shape, Sheet, Words, baseline, in_family
from metaan.format import fixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    from metaan.figures.pooled_studies import PooledStudies
    from metaan.figures.sheet import Point
    from metaan.figures.style import Style
    from metaan.results.pairwise import Pooled
    from metaan.types import FloatArray, Interval

__all__ = ["RadialLayout", "layout_radial", "radial_plot"]

PLOT_WIDTH, PLOT_HEIGHT = 290.0, 290.0
ARC = 1.05
BAND = 2.0
RADIUS, SMALL_RADIUS, MANY = 3.6, 2.8, 40
FARTHEST = 12.0
SHRINK = 0.94
TALLEST = 1.15
ROOM = 0.4
STEEPEST = 0.97
SIDE = 22.0
NAMED = 6
ARC_STEPS = 48
LABEL_STEP = 1.2
SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class RadialLayout:
    """A radial plot in points.

    Attributes
    ----------
    sheet : Sheet
        All marks.
    dots : tuple of Dot
        In the order of the studies.
    across, up : Scale
        Precision from 0, and standardised effect.
    origin : float
        What effects are measured from: no effect, or the mean.
    arc : tuple of (float, Point)
        Labelled effects of the arc, analysis scale, and where they stand on it.
    """

    sheet: Sheet
    dots: tuple[Dot, ...]
    across: Scale
    up: Scale
    origin: float
    arc: tuple[tuple[float, Point], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rays:
    """Precisions and standardised effects; `held` are effects that the arc must show, `values` the range.

    `wide` and `tall` are the size of the plot in points.
    """

    x: FloatArray
    z: FloatArray
    origin: float
    mean: float
    held: tuple[float, ...]
    values: Interval
    wide: float
    tall: float


def radial_plot(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    id: str,  # noqa: A002
    measure: str,
    labels: Sequence[str],
    outcome: str,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw effects in units of their standard deviation against its inverse; a ray is an effect.

    With random effects the standard deviation is sqrt(vi + tau2). Where the mean lies very far from no
    effect, and for measures of one group, effects are measured from the mean, and the axis says so.

    Parameters
    ----------
    fit : Pooled
        The mean, for its ray.
    yi, vi : array_like, shape (k,)
        Effects and sampling variances.
    id : str
        Id of the drawing.
    measure : str
        The measure's letters; the arc of ratio measures has a log scale.
    labels : sequence of str, length k
        Names of the studies.
    outcome : str
        For the heading.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Raises
    ------
    CannotDraw
        For fewer than five studies, or a mean that is not estimable; the message is the reason.

    References
    ----------
    Galbraith RF. Graphical display of estimates having differing standard errors. Technometrics 1988; 30:
    271-281.

    Examples
    --------
    >>> from metaan import pool
    >>> yi, vi = [0.1, 0.2, 0.3, 0.6, 0.2], [0.02, 0.03, 0.04, 0.05, 0.01]
    >>> radial_plot(pool(yi, vi), yi, vi, id="r", measure="MD", labels=list("abcde"), outcome="Pain").title
    'Radial plot: Pain'
    """
    subject = pooled_studies("radial plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    return sheet_drawing(
        fitted(partial(_layout, subject), preset).sheet,
        id=id,
        title=f"Radial plot: {subject.outcome}",
        alt=subject.alt("Radial (Galbraith) plot", subject.facts),
        description=_description(subject),
        preset=preset,
    )


def layout_radial(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    measure: str,
    labels: Sequence[str],
    outcome: str,
    preset: Preset = METAAN,
) -> RadialLayout:
    """Lay out a radial plot in points, without drawing it; the arguments are those of `radial_plot`."""
    subject = pooled_studies("radial plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    return fitted(partial(_layout, subject), preset)


def _layout(subject: PooledStudies, style: Style) -> RadialLayout:
    rays = _rays(subject, style.zoom)
    low, high, unit = _upright(rays)
    zticks = choose_ticks(
        low, high, ratio=False, size=style.text, room=unit * (high - low), family=style.family
    )
    left = left_room([tick.label for tick in zticks], style)
    plain = Scale(low=low, high=high, left=unit * (high - low), right=0.0, ticks=())
    labels = [tick.label for tick in _arc_ticks(subject, rays, _reached(rays, plain), style)]
    widest = max(width(label, style.text, family=style.family) for label in labels)
    arc_right = left + rays.wide * ARC + 12.0 + widest + 8.0 + style.text * style.leading
    entries = _key(subject, style)
    page = key_beside(entries, arc_right + SIDE, 0.0, style).right + style.margin + 2.0
    head, top = heading_words(f"{subject.outcome}: radial plot", page=page, style=style)
    across, up = _axes(rays, left, top + 12.0, (low, high, unit), style)
    axes = plane_axes(across, up, _titles(subject, rays), style)
    key = key_beside(entries, arc_right + SIDE, top + 12.0, style)
    radius = SMALL_RADIUS if subject.k > MANY else RADIUS
    dots = tuple(
        Dot(label=label, x=across.place(float(x)), y=up.place(float(z)), radius=radius)
        for label, x, z in zip(subject.labels, rays.x, rays.z, strict=True)
    )
    arc, places = _arc(subject, rays, across, up, style)
    frame = (across.left, up.right, across.right, up.left)
    drawn = tuple(_rays_drawn(rays, across, up, style))
    paths = [(line.start, line.end) for line in drawn]
    names = name_dots(dots, _outside(rays), frame, style, most=NAMED, lines=paths)
    notes, end = paragraphs(
        _notes(subject, rays),
        left=style.margin,
        top=max(axes.bottom, key.bottom) + 2.0,
        room=page - 2 * style.margin,
        size=style.note,
        style=style,
    )
    side = _side_title(subject, arc_right, (up.left + up.right) / 2, abs(up.left - up.right), style)
    sheet = Sheet(
        width=round(page, 2),
        height=round(end + style.margin, 2),
        words=in_family((*head, *axes.words, *key.words, *arc.words, side, *names, *notes), style.family),
        lines=(*axes.lines, *key.lines, *arc.lines, *drawn),
        shapes=(
            _band(rays, across, up, style),
            *key.shapes,
            *(dot_shape(dot, style.accent, style, alpha=0.85) for dot in dots),
        ),
        curves=arc.curves,
    )
    return RadialLayout(sheet=sheet, dots=dots, across=across, up=up, origin=rays.origin, arc=places)


def _rays(subject: PooledStudies, zoom: float = 1.0) -> _Rays:
    fit = subject.fit
    x = 1 / np.sqrt(subject.vi + (fit.tau2 if isfinite(fit.tau2) else 0.0))
    steep = abs(fit.estimate) * float(x.max()) > FARTHEST
    origin = fit.estimate if steep or not subject.compared else 0.0
    return _Rays(
        x=x,
        z=(subject.yi - origin) * x,
        origin=origin,
        mean=fit.estimate - origin,
        held=(origin, fit.estimate, *(limit for limit in fit.ci if isfinite(limit))),
        values=(float(subject.yi.min()), float(subject.yi.max())),
        wide=PLOT_WIDTH * zoom,
        tall=PLOT_HEIGHT * zoom,
    )


def _precision(rays: _Rays) -> float:
    return float(rays.x.max()) * ARC


def _upright(rays: _Rays) -> tuple[float, float, float]:
    """Give the limits of the standardised effect and its unit in points.

    The mean, its interval and no effect lie on the arc inside them: where a steep ray would leave the plot
    on its way to the arc, the unit shrinks until it does not.
    """
    end = rays.mean * _precision(rays)
    low = min(-BAND, end - BAND, float(rays.z.min())) - ROOM
    high = max(BAND, end + BAND, float(rays.z.max())) + ROOM
    unit = rays.tall / (high - low)
    while True:
        ends = [_height(value, rays, unit) for value in rays.held]
        down, over = min(low * unit, *ends), max(high * unit, *ends)
        if over - down <= TALLEST * rays.tall:
            return down / unit, over / unit, unit
        unit *= SHRINK


def _reached(rays: _Rays, up: Scale) -> Interval:
    """Give the effects that the arc covers: those of the studies, as far as the plot is high."""
    unit = (up.left - up.right) / (up.high - up.low)
    ends = (_effect_at(height * unit, rays, unit) for height in (up.low, up.high))
    low, high = ends
    held = min(rays.held), max(rays.held)
    return min(max(rays.values[0], low), held[0]), max(min(rays.values[1], high), held[1])


def _effect_at(height: float, rays: _Rays, unit: float) -> float:
    """Give the effect whose ray meets the arc so many points above the origin."""
    sine = min(max(height / (rays.wide * ARC), -STEEPEST), STEEPEST)
    return rays.origin + tan(asin(sine)) * rays.wide / (unit * _precision(rays))


def _angle(value: float, rays: _Rays, unit: float) -> float:
    return atan((value - rays.origin) * unit * _precision(rays) / rays.wide)


def _height(value: float, rays: _Rays, unit: float) -> float:
    """Give how far above the origin the arc has an effect, in points."""
    return rays.wide * ARC * sin(_angle(value, rays, unit))


def _axes(
    rays: _Rays, left: float, top: float, upright: tuple[float, float, float], style: Style
) -> tuple[Scale, Scale]:
    low, high, unit = upright
    room = unit * (high - low)
    right = _precision(rays)
    across_ticks = choose_ticks(0.0, right, ratio=False, size=style.text, room=rays.wide, family=style.family)
    up_ticks = choose_ticks(low, high, ratio=False, size=style.text, room=room, family=style.family)
    across = Scale(low=0.0, high=right, left=left, right=left + rays.wide, ticks=across_ticks)
    return across, Scale(low=low, high=high, left=top + room, right=top, ticks=up_ticks)


def _arc_ticks(subject: PooledStudies, rays: _Rays, ends: Interval, style: Style) -> tuple[Tick, ...]:
    low, high = ends
    least = SAME * max(abs(low), abs(high), 1.0)
    ticks: tuple[Tick, ...] = ()
    if high - low > least:
        ticks = choose_ticks(
            low, high, ratio=subject.log, size=style.text, room=rays.tall, family=style.family
        )
    inside = tuple(tick for tick in ticks if low <= tick.value <= high)
    return inside or (Tick(subject.fit.estimate, subject.shown(subject.fit.estimate)),)


def _at(value: float, rays: _Rays, across: Scale, up: Scale, beyond: float = 0.0) -> Point:
    """Place an effect on the arc, or so many points beyond it."""
    angle = _angle(value, rays, (up.left - up.right) / (up.high - up.low))
    reach = rays.wide * ARC + beyond
    return across.left + reach * cos(angle), up.place(0.0) - reach * sin(angle)


def _arc(
    subject: PooledStudies, rays: _Rays, across: Scale, up: Scale, style: Style
) -> tuple[Marks, tuple[tuple[float, Point], ...]]:
    """Draw the scale of effects with the interval of the mean thick on it; no two labels touch."""
    words: list[Words] = []
    lines: list[Line] = []
    places = []
    ends = _reached(rays, up)
    for tick in sorted(_arc_ticks(subject, rays, ends, style), key=lambda tick: tick.value != 0):
        x, y = _at(tick.value, rays, across, up, 8.0)
        said = style.numerals.dress(tick.label)
        label = Words(x=x, y=baseline(y, style.text), text=said, size=style.text)
        if all(abs(label.y - other.y) >= style.text * LABEL_STEP for other in words):
            start, end = (_at(tick.value, rays, across, up, beyond) for beyond in (0.0, 4.0))
            lines.append(Line(start=start, end=end, width=style.line, colour=style.ink))
            words.append(label)
            places.append((tick.value, start))
    curves = [_between(ends, rays, across, up, style.line, style.ink)]
    if isfinite(subject.fit.ci[0]) and isfinite(subject.fit.ci[1]):
        curves.append(_between(subject.fit.ci, rays, across, up, 3 * style.strong, style.accent))
    return Marks(words=tuple(words), lines=tuple(lines), curves=tuple(curves)), tuple(places)


def _between(ends: Interval, rays: _Rays, across: Scale, up: Scale, width: float, colour: str) -> Curve:
    """Follow the arc from one effect to another, in steps of equal angle."""
    unit = (up.left - up.right) / (up.high - up.low)
    start, stop = (_angle(end, rays, unit) for end in ends)
    reach, y = rays.wide * ARC, up.place(0.0)
    angles = np.linspace(start, stop, ARC_STEPS).tolist()
    points = tuple((across.left + reach * cos(a), y - reach * sin(a)) for a in angles)
    return Curve(points=points, width=width, colour=colour, layer=3)


def _rays_drawn(rays: _Rays, across: Scale, up: Scale, style: Style) -> Iterator[Line]:
    """Draw the ray of the mean, and that of no effect where effects are measured from it."""
    origin = across.left, up.place(0.0)
    if rays.origin == 0:
        end = across.left + rays.wide * ARC, origin[1]
        yield Line(start=origin, end=end, width=style.line, colour=style.ink, layer=1)
    end = _at(rays.origin + rays.mean, rays, across, up)
    yield Line(start=origin, end=end, width=style.strong, colour=style.accent)


def _band(rays: _Rays, across: Scale, up: Scale, style: Style) -> Shape:
    """Fill the band of two standard deviations around the ray of the mean."""
    end = rays.mean * _precision(rays)
    corners = (
        (across.left, BAND),
        (across.right, end + BAND),
        (across.right, end - BAND),
        (across.left, -BAND),
    )
    return Shape(points=tuple((x, up.place(z)) for x, z in corners), fill=style.tint, layer=0)


def _side_title(subject: PooledStudies, right: float, middle: float, room: float, style: Style) -> Words:
    return Words(
        x=right,
        y=middle,
        text=shortened(axis_title(subject.measure), style.text, room, bold=True, family=style.family),
        size=style.text,
        bold=True,
        align="center",
        turned=True,
    )


def _titles(subject: PooledStudies, rays: _Rays) -> tuple[str, str]:
    root = "1/standard error" if subject.fit.method == "EE" else "1/√(variance + τ²)"
    upright = "Standardised effect" if rays.origin == 0 else "Standardised distance from the mean"
    return f"Precision, {root}", upright


def _distances(rays: _Rays) -> FloatArray:
    return np.asarray(rays.z - rays.mean * rays.x)


def _outside(rays: _Rays) -> list[int]:
    """List the studies outside the band, the farthest first."""
    distances = np.abs(_distances(rays))
    return [i for i in np.argsort(-distances, kind="stable").tolist() if distances[i] > BAND]


def _key(subject: PooledStudies, style: Style) -> tuple[KeyEntry, ...]:
    level = f"{100 * subject.fit.level:g}%"
    mean = f"Pooled {subject.name} {subject.shown(subject.fit.estimate)} ({subject.model})"
    return (
        KeyEntry(kind="dot", colour=style.accent, edge=style.paper, text="Study"),
        KeyEntry(kind="line", colour=style.accent, text=mean, width=style.strong),
        KeyEntry(
            kind="line", colour=style.accent, text=f"Its {level} interval, on the arc", width=3 * style.strong
        ),
        KeyEntry(kind="band", colour=style.tint, edge=style.rule, text="Within 2 standard deviations of it"),
    )


def _notes(subject: PooledStudies, rays: _Rays) -> tuple[str, ...]:
    outside = len(_outside(rays))
    lie = f"{outside or 'None'} of {subject.k} studies {'lie' if outside > 1 else 'lies'}"
    told = (
        "A straight line from the origin through a study meets the arc, or its continuation, at its effect;"
        f" precise studies stand on the right. {lie} outside the band, where 1 in 20 would by chance"
        + ("." if subject.fit.method == "EE" else ", heterogeneity allowed for."),
    )
    if rays.origin == 0:
        return told
    return (*told, "Effects are measured from the mean, so that its line is level.")


def _description(subject: PooledStudies) -> str:
    rays = _rays(subject)
    told = [f"Radial (Galbraith) plot of {subject.outcome}."]
    told += [
        f"{subject.study(i)}, {fixed(float(distance))} standard deviations from the mean."
        for i, distance in enumerate(_distances(rays))
    ]
    told.append(
        f"Pooled {subject.name} {subject.interval(subject.fit.estimate, *subject.fit.ci)}, {subject.model}."
    )
    return " ".join([*told, *_notes(subject, rays)])

"""The contour-enhanced funnel plot of one comparison."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import floor, isfinite, log10
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.fitting import fitted
from metaan.figures.funnel_text import asymmetry_notes
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
    rectangle,
)
from metaan.figures.pooled_studies import axis_title, pooled_studies
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Scale, Tick, choose_limits, choose_ticks, tick_label
from metaan.figures.sheet import Line, Shape, Sheet, in_family

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    from metaan.figures.pooled_studies import PooledStudies
    from metaan.figures.sheet import Point
    from metaan.figures.style import Style
    from metaan.results.asymmetry import Asymmetry
    from metaan.results.pairwise import Pooled
    from metaan.results.trimfill import TrimFill

__all__ = ["FunnelLayout", "funnel_plot", "layout_funnel"]

PLOT_WIDTH, PLOT_HEIGHT = 320.0, 250.0
RADIUS, SMALL_RADIUS, MANY = 3.6, 2.8, 40
SIDE = 18.0
ROOM_BELOW = 1.06
RUNGS = 6
CONTOURS = ((0.01, "#d9d9d9"), (0.05, "#bdbdbd"), (0.10, "#ffffff"))
"""p-value to what lies inside its contour, from the outermost; outside all is `OUTSIDE`."""
OUTSIDE = "#eeeeee"
PSEUDO = 0.05
NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelLayout:
    """A funnel plot in points; `down` runs from a standard error of 0 at the top.

    Attributes
    ----------
    sheet : Sheet
        All marks.
    dots : tuple of Dot
        In the order of the studies.
    across, down : Scale
        The axes.
    contours : tuple of Shape
        Regions of p-values, from the outermost; empty where no value is the one of no effect.
    """

    sheet: Sheet
    dots: tuple[Dot, ...]
    across: Scale
    down: Scale
    contours: tuple[Shape, ...]


def funnel_plot(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    id: str,  # noqa: A002
    measure: str,
    labels: Sequence[str],
    outcome: str,
    asymmetry: Asymmetry | None = None,
    filled: TrimFill | None = None,
    force: bool = False,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw effects against their standard errors, with contours of p-values around no effect.

    Parameters
    ----------
    fit : Pooled
        The mean, for its line.
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
    asymmetry : Asymmetry, optional
        Its chosen test is told below the plot.
    filled : TrimFill, optional
        The studies filled in are drawn open, labelled as a sensitivity analysis.
    force : bool
        Draw fewer than ten studies too, of three or more; the plot then says that they cannot be judged.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Raises
    ------
    CannotDraw
        For fewer than ten studies unless `force`, or a mean that is not estimable; the message is the
        reason.

    References
    ----------
    Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L. Contour-enhanced meta-analysis funnel plots help
    distinguish publication bias from other causes of asymmetry. Journal of Clinical Epidemiology 2008; 61:
    991-996.

    Examples
    --------
    >>> from metaan import pool
    >>> yi, vi = [0.1 * i for i in range(10)], [0.01 * (i + 1) for i in range(10)]
    >>> fit = pool(yi, vi)
    >>> funnel_plot(fit, yi, vi, id="f", measure="MD", labels=list("abcdefghij"), outcome="Pain").title
    'Funnel plot: Pain'
    """
    subject = pooled_studies(
        "funnel plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome, force=force
    )
    return sheet_drawing(
        fitted(partial(_layout, subject, asymmetry, filled), preset).sheet,
        id=id,
        title=f"Funnel plot: {subject.outcome}",
        alt=subject.alt("Funnel plot", subject.facts),
        description=_description(subject, asymmetry, filled),
        preset=preset,
    )


def layout_funnel(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    measure: str,
    labels: Sequence[str],
    outcome: str,
    asymmetry: Asymmetry | None = None,
    filled: TrimFill | None = None,
    force: bool = False,
    preset: Preset = METAAN,
) -> FunnelLayout:
    """Lay out a funnel plot in points, without drawing it; the arguments are those of `funnel_plot`."""
    subject = pooled_studies(
        "funnel plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome, force=force
    )
    return fitted(partial(_layout, subject, asymmetry, filled), preset)


def _layout(
    subject: PooledStudies, asymmetry: Asymmetry | None, filled: TrimFill | None, style: Style
) -> FunnelLayout:
    left = left_room([tick.label for tick in _rungs(subject)], style)
    entries = tuple(_key(subject, filled, style))
    key_left = left + PLOT_WIDTH * style.zoom + SIDE
    key = key_beside(entries, key_left, 0.0, style)
    page = key.right + style.margin + 2.0
    head, top = heading_words(f"{subject.outcome}: funnel plot", page=page, style=style)
    across, down = _scales(subject, filled, left, top + 10.0, style)
    key = key_beside(entries, key_left, down.left, style)
    axes = plane_axes(across, down, (axis_title(subject.measure), _down_title(subject)), style)
    contours = tuple(_contours(across, down)) if subject.compared else ()
    radius = SMALL_RADIUS if subject.k > MANY else RADIUS
    dots = tuple(
        Dot(label=label, x=across.place(float(y)), y=down.place(float(se)), radius=radius)
        for label, y, se in zip(subject.labels, subject.yi, subject.sei, strict=True)
    )
    uprights = tuple(_uprights(subject, across, down, style))
    paths = [(line.start, line.end) for line in uprights]
    opened, frame = _open_dots(filled, across, down), frame_of(across, down)
    names = name_dots((*dots, *opened), _farthest(subject), frame, style, most=NAMED, lines=paths)
    notes, end = paragraphs(
        (*_filled_notes(subject, filled), *asymmetry_notes(asymmetry, subject.k, style.numerals)),
        left=style.margin,
        top=max(axes.bottom, key.bottom) + 2.0,
        room=page - 2 * style.margin,
        size=style.note,
        style=style,
    )
    sheet = Sheet(
        width=round(page, 2),
        height=round(end + style.margin, 2),
        words=in_family((*head, *axes.words, *key.words, *names, *notes), style.family),
        lines=(*axes.lines, *key.lines, *uprights),
        shapes=(
            *contours,
            *key.shapes,
            *(dot_shape(dot, style.paper, style, edge=style.ink) for dot in opened),
            *(dot_shape(dot, style.accent, style, alpha=0.85) for dot in dots),
        ),
    )
    return FunnelLayout(sheet=sheet, dots=dots, across=across, down=down, contours=contours)


def _filled(filled: TrimFill | None) -> list[float]:
    return [] if filled is None else [float(y) for y in filled.yi]


def _open_dots(filled: TrimFill | None, across: Scale, down: Scale) -> tuple[Dot, ...]:
    """Place the studies filled in."""
    if filled is None:
        return ()
    return tuple(
        Dot(label="", x=across.place(float(y)), y=down.place(float(v) ** 0.5), radius=RADIUS)
        for y, v in zip(filled.yi, filled.vi, strict=True)
    )


def _lowest(subject: PooledStudies) -> float:
    return ROOM_BELOW * float(subject.sei.max())


def _rungs(subject: PooledStudies) -> tuple[Tick, ...]:
    lowest = _lowest(subject)
    rough = lowest / RUNGS
    decade = 10.0 ** floor(log10(rough))
    step = next(m * decade for m in (1.0, 2.0, 5.0, 10.0) if m * decade >= rough * (1 - 1e-9))
    return tuple(Tick(i * step, tick_label(i * step)) for i in range(int(lowest / step + 1e-9) + 1))


def _quantile(p: float) -> float:
    return NormalDist().inv_cdf(1 - p / 2)


def _scales(
    subject: PooledStudies, filled: TrimFill | None, left: float, top: float, style: Style
) -> tuple[Scale, Scale]:
    """Give the axes; every study and the contour of 0.05 down to the largest standard error lie inside."""
    wide, tall = PLOT_WIDTH * style.zoom, PLOT_HEIGHT * style.zoom
    lowest = _lowest(subject)
    reach = _quantile(PSEUDO) * lowest
    centre = 0.0 if subject.compared else subject.fit.estimate
    low, high = choose_limits(
        [*subject.yi.tolist(), *_filled(filled), subject.fit.estimate, centre - reach, centre + reach],
        [],
        ratio=subject.log,
        size=style.text,
        room=wide,
        null=0.0 if subject.compared else float("nan"),
        family=style.family,
    )
    ticks = choose_ticks(low, high, ratio=subject.log, size=style.text, room=wide, family=style.family)
    across = Scale(low=low, high=high, left=left, right=left + wide, ticks=ticks)
    down = Scale(low=0.0, high=lowest, left=top, right=top + tall, ticks=_rungs(subject))
    return across, down


def _down_title(subject: PooledStudies) -> str:
    return "Standard error" + (" (of the logarithm)" if subject.log else "")


def _contours(across: Scale, down: Scale) -> Iterator[Shape]:
    """Fill the plot, then the inside of each contour, from the outermost."""
    yield rectangle(frame_of(across, down), OUTSIDE)
    for p, inside in CONTOURS:
        yield Shape(points=_triangle(_quantile(p), across, down), fill=inside, layer=1)


def _triangle(quantile: float, across: Scale, down: Scale) -> tuple[Point, ...]:
    """Give the corners of where |effect| < quantile times standard error, cut off at the plot's sides."""
    right = _side(quantile, across.high, across, down)
    left = _side(-quantile, across.low, across, down)
    return (across.place(0.0), down.left), *right, *reversed(left)


def _side(slope: float, limit: float, across: Scale, down: Scale) -> tuple[Point, ...]:
    se = min(limit / slope, down.high)
    corner = (across.place(slope * se), down.place(se))
    return corner, (corner[0], down.right)


def _uprights(subject: PooledStudies, across: Scale, down: Scale, style: Style) -> Iterator[Line]:
    """Draw no effect, the mean, and around the mean of a single group what chance alone would give."""
    if subject.compared:
        x = across.place(0.0)
        yield Line(start=(x, down.left), end=(x, down.right), width=style.line, colour=style.ink)
    x = across.place(subject.fit.estimate)
    yield Line(
        start=(x, down.left), end=(x, down.right), width=style.strong, colour=style.accent, dashed=True
    )
    if not subject.compared:
        for sign in (-1, 1):
            end = across.place(subject.fit.estimate + sign * _quantile(PSEUDO) * down.high)
            yield Line(
                start=(x, down.left), end=(end, down.right), width=style.line, colour=style.faint, dashed=True
            )


def _key(subject: PooledStudies, filled: TrimFill | None, style: Style) -> Iterator[KeyEntry]:
    yield KeyEntry(kind="dot", colour=style.accent, text="Study", edge=style.paper)
    if filled is not None and filled.k0:
        text = f"Filled in (trim and fill, a sensitivity analysis): {filled.k0}"
        yield KeyEntry(kind="dot", colour=style.paper, text=text, edge=style.ink)
    mean = f"Pooled {subject.name} {subject.shown(subject.fit.estimate)} ({subject.model})"
    yield KeyEntry(kind="dashed", colour=style.accent, text=mean, width=style.strong)
    if not subject.compared:
        yield KeyEntry(
            kind="dashed", colour=style.faint, text="95% of studies lie inside if only chance moves them"
        )
        return
    yield KeyEntry(kind="line", colour=style.ink, text="No effect")
    colours = dict(CONTOURS)
    for text, colour in (
        ("P ≥ 0.10", colours[0.10]),
        ("0.05 ≤ P < 0.10", colours[0.05]),
        ("0.01 ≤ P < 0.05", colours[0.01]),
        ("P < 0.01", OUTSIDE),
    ):
        yield KeyEntry(kind="band", colour=colour, text=text, edge=style.rule)


def _farthest(subject: PooledStudies) -> list[int]:
    """List the studies outside the funnel around the mean, the farthest first."""
    deviations = np.abs(subject.yi - subject.fit.estimate) / np.sqrt(subject.vi + _tau2(subject))
    order = np.argsort(-deviations, kind="stable").tolist()
    return [i for i in order if deviations[i] > _quantile(PSEUDO)]


def _tau2(subject: PooledStudies) -> float:
    return subject.fit.tau2 if isfinite(subject.fit.tau2) else 0.0


def _filled_notes(subject: PooledStudies, filled: TrimFill | None) -> Iterator[str]:
    if filled is not None and not filled.k0:
        yield "Trim and fill, a sensitivity analysis, adds no study."
    elif filled is not None:
        yield (
            f"Trim and fill, a sensitivity analysis, adds {filled.k0} on the {filled.side}; the pooled"
            f" {subject.name} is then {subject.interval(filled.pooled.estimate, *filled.pooled.ci)}."
        )


def _description(subject: PooledStudies, asymmetry: Asymmetry | None, filled: TrimFill | None) -> str:
    told = [f"Funnel plot of {subject.outcome}: effects across, standard errors down, from 0 at the top."]
    told += [f"{subject.study(i)}{_region(subject, i)}." for i in range(subject.k)]
    told.append(
        f"Pooled {subject.name} {subject.interval(subject.fit.estimate, *subject.fit.ci)}, {subject.model}."
    )
    return " ".join([*told, *_filled_notes(subject, filled), *asymmetry_notes(asymmetry, subject.k)])


def _region(subject: PooledStudies, i: int) -> str:
    if not subject.compared:
        return ""
    z = abs(float(subject.yi[i] / subject.sei[i]))
    inside = [p for p, _ in CONTOURS if z < _quantile(p)]
    words = {3: "P of 0.10 or more", 2: "P from 0.05 to 0.10", 1: "P from 0.01 to 0.05", 0: "P below 0.01"}
    return f", in the region of {words[len(inside)]}"

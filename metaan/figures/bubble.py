"""The bubble plot of a regression on one moderator."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import ceil, cos, floor, log10, pi, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np

from metaan.figures.bubble_text import BubbleSubject, alt_text, bubble_subject, description, notes
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.fitting import fitted
from metaan.figures.measure import fit, width, wrap
from metaan.figures.paragraphs import heading_words
from metaan.figures.plane import Dot, frame_of, name_dots
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Scale, Tick, choose_limits, choose_ticks, tick_label
from metaan.figures.sheet import Line, Shape, Sheet, Words, baseline, in_family, level
from metaan.format import measure_name
from metaan.models.regression import predict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from metaan.figures.sheet import Point
    from metaan.figures.style import Style
    from metaan.results.regression import Regression
    from metaan.types import BoolArray, FloatArray, Interval

__all__ = ["BubbleLayout", "bubble_plot", "draw_bubble", "layout_bubble"]

PLOT_WIDTH, PLOT_HEIGHT = 360.0, 250.0
LARGEST, SMALLEST = 13.0, 1.6
SEGMENTS = 48
CURVE = 60
SIDE_ROOM = 0.06
MOST_LABELS = 6
TICK_GAP = 8.0
MOST_TICKS = 9
PREDICTED = "#ececec"
OPACITY = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class BubbleLayout:
    """A bubble plot in points.

    Attributes
    ----------
    sheet : Sheet
        All marks.
    bubbles : tuple of Bubble
        In the order of the studies.
    labels : tuple of Words
        The names beside the studies that lie farthest out.
    across, up : Scale
        The axes; `up` runs from the bottom to the top.
    """

    sheet: Sheet
    bubbles: tuple[Dot, ...]
    labels: tuple[Words, ...]
    across: Scale
    up: Scale


def bubble_plot(
    regression: Regression,
    *,
    id: str,  # noqa: A002
    measure: str,
    labels: Sequence[str],
    outcome: str,
    moderator: str = "",
    preset: Preset = METAAN,
) -> Drawing:
    """Draw effects against one moderator, with the fitted line and what it leaves open.

    Parameters
    ----------
    regression : Regression
        A fit with one moderator of at least three different values, with or without an intercept.
    id : str
        Id of the drawing.
    measure : str
        The measure's letters; ratio measures get a log axis.
    labels : sequence of str, length k
        Names of the studies.
    outcome : str
        For the heading.
    moderator : str
        Name of the moderator as printed; that of the fit where empty.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Returns
    -------
    Drawing
        Ready for `render`.

    Raises
    ------
    CannotDraw
        For fewer than three studies, or no single moderator of at least three values; the message is the
        reason.

    References
    ----------
    Thompson SG, Higgins JPT. How should meta-regression analyses be undertaken and interpreted? Statistics in
    Medicine 2002; 21: 1559-1573.

    Examples
    --------
    >>> from metaan import regress
    >>> fit = regress([0.1, 0.5, 0.4, 0.9], [0.02, 0.03, 0.04, 0.02], [1, 2, 3, 4], names=["dose"])
    >>> drawing = bubble_plot(fit, id="dose", measure="MD", labels=list("ABCD"), outcome="Pain")
    >>> drawing.title
    'Bubble plot: Pain by dose'
    """
    subject = bubble_subject(regression, measure, labels, outcome, moderator)
    return sheet_drawing(
        fitted(partial(_layout, subject), preset).sheet,
        id=id,
        title=f"Bubble plot: {subject.heading}",
        alt=alt_text(subject),
        description=description(subject),
        preset=preset,
    )


def layout_bubble(
    regression: Regression,
    *,
    measure: str,
    labels: Sequence[str],
    outcome: str,
    moderator: str = "",
    preset: Preset = METAAN,
) -> BubbleLayout:
    """Lay out a bubble plot in points, without drawing it; the arguments are those of `bubble_plot`."""
    subject = bubble_subject(regression, measure, labels, outcome, moderator)
    return fitted(partial(_layout, subject), preset)


def draw_bubble(layout: BubbleLayout, ax: Axes) -> None:
    """Draw a layout on an axes that covers its figure."""
    from metaan.figures.artists import draw_sheet

    draw_sheet(layout.sheet, ax)


def _layout(subject: BubbleSubject, style: Style) -> BubbleLayout:
    curve = _curve(subject)
    wide, tall = PLOT_WIDTH * style.zoom, PLOT_HEIGHT * style.zoom
    limits = _y_limits(subject, curve)
    size, family = style.text, style.family
    ticks = choose_ticks(*limits, ratio=subject.ratio, size=size, room=tall, family=family)
    step = style.text * style.leading
    head, top = heading_words(subject.heading, page=style.heading_limit + 2 * style.margin, style=style)
    name = measure_name(subject.measure)
    title = name[:1].upper() + name[1:] + (" (log scale)" if subject.ratio else "")
    top += step + 16.0
    left = style.margin + max(width(tick.label, size, family=family) for tick in ticks) + 8.0
    right, bottom = left + wide, top + tall
    up = Scale(low=limits[0], high=limits[1], left=bottom, right=top, ticks=ticks)
    across = _across(subject.x, left, right, style)
    bubbles = tuple(_bubbles(subject, across, up, style.zoom))
    null = ((left, up.place(0.0)), (right, up.place(0.0)))
    labels = name_dots(
        bubbles,
        _extremes(subject),
        frame_of(across, up),
        style,
        lines=_edges(curve, across, up),
        faint=(_fitted_line(curve, across, up), null),
    )
    words = [*head]
    words.append(Words(x=style.margin, y=top - 11.0, text=title, size=style.text, bold=True))
    axis_words, axis_lines = _axes(across, up, style)
    below = bottom + 6.0 + 2 * step
    words.append(
        Words(
            x=(left + right) / 2,
            y=below,
            text=fit(subject.moderator, size, wide, bold=True, family=family),
            size=style.text,
            bold=True,
            align="center",
        )
    )
    page = max([right, *(line.box[2] for line in head)])
    notes, end = _notes(subject, page - style.margin, below + 8.0, style)
    lines, shapes = _marks(curve, bubbles, across, up, style)
    sheet = Sheet(
        width=round(page + style.margin + 6.0, 2),
        height=round(end + style.margin, 2),
        words=in_family((*words, *axis_words, *labels, *notes), family),
        lines=(*axis_lines, *lines),
        shapes=shapes,
    )
    return BubbleLayout(sheet=sheet, bubbles=bubbles, labels=labels, across=across, up=up)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Curve:
    """The fitted line with its bands, over the range of the moderator."""

    x: FloatArray
    mean: FloatArray
    ci: FloatArray
    prediction: FloatArray


def _curve(subject: BubbleSubject) -> _Curve:
    regression = subject.regression
    x = np.linspace(subject.x.min(), subject.x.max(), CURVE)
    rows = np.tile(regression.X[0], (CURVE, 1))
    rows[:, subject.column] = x
    found = predict(regression, rows[:, 1:] if regression.intercept else rows)
    return _Curve(x=x, mean=found.mean, ci=found.ci, prediction=found.prediction)


def _y_limits(subject: BubbleSubject, curve: _Curve) -> Interval:
    """Show every study and the line whole, and the bands as far as most of them reach."""
    points = [*subject.yi.tolist(), float(curve.mean[0]), float(curve.mean[-1])]
    bands = [(float(low), float(high)) for low, high in curve.ci]
    low, high = choose_limits(points, bands, ratio=subject.ratio)
    spread = max(points) - min(points)
    wanted = curve.prediction[_finite(curve.prediction)]
    if len(wanted) and float(wanted.max() - wanted.min()) < 2 * max(spread, high - low):
        low, high = choose_limits(points, [(float(wanted.min()), float(wanted.max()))], ratio=subject.ratio)
    return low, high


def _finite(pairs: FloatArray) -> BoolArray:
    return np.asarray(np.isfinite(pairs).all(axis=1))


def _across(x: FloatArray, left: float, right: float, style: Style) -> Scale:
    low, high = float(x.min()), float(x.max())
    room = SIDE_ROOM * (high - low)
    low, high = low - room, high + room
    for parts in (8, 6, 5, 4, 3, 2):
        ticks = _even_ticks(low, high, parts)
        labels = (width(tick.label, style.text, family=style.family) for tick in ticks)
        wide = max(labels, default=0.0) + TICK_GAP
        if 1 < len(ticks) <= MOST_TICKS and len(ticks) * wide <= right - left:
            break
    return Scale(low=low, high=high, left=left, right=right, ticks=ticks)


def _even_ticks(low: float, high: float, parts: int) -> tuple[Tick, ...]:
    rough = (high - low) / parts
    decade = 10.0 ** floor(log10(rough))
    step = next(m * decade for m in (1.0, 2.0, 5.0, 10.0) if m * decade >= rough * (1 - 1e-9))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return tuple(Tick(i * step, tick_label(i * step)) for i in range(first, last + 1))


def _bubbles(subject: BubbleSubject, across: Scale, up: Scale, zoom: float) -> Iterator[Dot]:
    weights = subject.regression.weights
    heaviest = float(weights.max())
    for label, x, y, weight in zip(subject.labels, subject.x, subject.yi, weights, strict=True):
        radius = max(LARGEST * zoom * sqrt(float(weight) / heaviest), SMALLEST)
        yield Dot(label=label, x=across.place(float(x)), y=up.place(float(y)), radius=radius)


def _edges(curve: _Curve, across: Scale, up: Scale) -> tuple[tuple[Point, ...], ...]:
    """Follow both ends of the prediction interval, where they are seen: beyond those of the mean."""
    if not _finite(curve.prediction).all() or np.allclose(curve.prediction, curve.ci):
        return ()
    xs = [across.place(float(x)) for x in curve.x]
    return tuple(
        tuple((x, up.place(float(y))) for x, y in zip(xs, edge, strict=True)) for edge in curve.prediction.T
    )


def _fitted_line(curve: _Curve, across: Scale, up: Scale) -> tuple[Point, Point]:
    start, end = ((across.place(float(curve.x[i])), up.place(float(curve.mean[i]))) for i in (0, -1))
    return start, end


def _extremes(subject: BubbleSubject) -> list[int]:
    regression = subject.regression
    standardised = np.abs(regression.residuals) * np.sqrt(regression.weights)
    farthest = np.argsort(-standardised, kind="stable").tolist()
    ends = [int(np.argmin(subject.x)), int(np.argmax(subject.x))]
    return list(dict.fromkeys([*farthest[: MOST_LABELS - 2], *ends]))


def _axes(across: Scale, up: Scale, style: Style) -> tuple[list[Words], list[Line]]:
    bottom, left = up.left, across.left
    lines = [
        level(left, across.right, bottom, style.line, style.ink),
        Line(start=(left, bottom), end=(left, up.right), width=style.line, colour=style.ink),
    ]
    if up.low < 0 < up.high:
        lines.append(level(left, across.right, up.place(0.0), style.hair, style.faint, layer=1))
    words = []
    for tick in across.ticks:
        x = across.place(tick.value)
        lines.append(Line(start=(x, bottom), end=(x, bottom + 3.5), width=style.line, colour=style.ink))
        words.append(
            Words(
                x=x,
                y=bottom + 4.5 + style.text,
                text=style.numerals.dress(tick.label),
                size=style.text,
                align="center",
            )
        )
    for tick in up.ticks:
        y = up.place(tick.value)
        lines.append(level(left - 3.5, left, y, style.line, style.ink))
        words.append(
            Words(
                x=left - 6.0,
                y=baseline(y, style.text),
                text=style.numerals.dress(tick.label),
                size=style.text,
                align="right",
            )
        )
    return words, lines


def _marks(
    curve: _Curve, bubbles: Sequence[Dot], across: Scale, up: Scale, style: Style
) -> tuple[tuple[Line, ...], tuple[Shape, ...]]:
    xs = [across.place(float(x)) for x in curve.x]
    shapes = []
    for band, fill, edge in ((curve.prediction, PREDICTED, style.rule), (curve.ci, style.pale, style.pale)):
        if _finite(band).all():
            upper = [(x, up.place(float(high))) for x, (_, high) in zip(xs, band, strict=True)]
            lower = [(x, up.place(float(low))) for x, (low, _) in zip(xs, band, strict=True)]
            shapes.append(
                Shape(points=(*upper, *reversed(lower)), fill=fill, edge=edge, edge_width=style.hair, layer=0)
            )
    start, end = _fitted_line(curve, across, up)
    line = Line(start=start, end=end, width=style.strong, colour=style.accent, layer=2)
    largest_first = sorted(bubbles, key=lambda bubble: -bubble.radius)
    shapes += [
        Shape(
            points=_circle(bubble),
            fill=style.accent,
            edge=style.ink,
            edge_width=style.hair,
            alpha=OPACITY,
            layer=3,
        )
        for bubble in largest_first
    ]
    return (line,), tuple(shapes)


def _circle(bubble: Dot) -> tuple[Point, ...]:
    turns = (2 * pi * i / SEGMENTS for i in range(SEGMENTS))
    return tuple((bubble.x + bubble.radius * cos(t), bubble.y + bubble.radius * sin(t)) for t in turns)


def _notes(subject: BubbleSubject, room: float, top: float, style: Style) -> tuple[tuple[Words, ...], float]:
    step = style.note * style.leading
    y = top
    words = []
    for note in notes(subject, style.numerals):
        for line in wrap(style.numerals.prose(note), style.note, room, family=style.family):
            y += step
            words.append(Words(x=style.margin, y=y, text=line, size=style.note))
        y += 2.0
    return tuple(words), y

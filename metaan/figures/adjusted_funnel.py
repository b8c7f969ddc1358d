"""The comparison-adjusted funnel plot of a network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import floor, log10
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

from metaan.figures.drawing import ALT_LENGTH, Drawing, sheet_drawing, shorten
from metaan.figures.fitting import fitted
from metaan.figures.funnel_points import FunnelPoint, funnel_points
from metaan.figures.measure import clean, width, wrap
from metaan.figures.paragraphs import heading_words, paragraphs
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Scale, Tick, choose_limits, choose_ticks, tick_label
from metaan.figures.sheet import Line, Shape, Sheet, Words, baseline, in_family, level
from metaan.figures.symbols import symbol, symbol_shape
from metaan.format import RATIO_MEASURES, effect, measure_name, significant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.figures.style import Style
    from metaan.results.network import Network

__all__ = ["AdjustedFunnelLayout", "comparison_adjusted_funnel", "layout_adjusted_funnel"]

PLOT_WIDTH, PLOT_HEIGHT = 330.0, 250.0
LEVEL = 0.95
RADIUS = 3.3
ENTRY_LIMIT = 200.0
ENTRY_LINES = 3
ENTRY_GAP = 3.0
SIDE = 20.0
ROOM_BELOW = 1.06
RUNGS = 6
LEAST_PAGE = 55.75
"""Width of a page in letters of its notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedFunnelLayout:
    """A comparison-adjusted funnel plot in points; `down` runs from a standard error of 0 at the top.

    `places` are the middles of the symbols, in the order of `points`.
    """

    sheet: Sheet
    points: tuple[FunnelPoint, ...]
    places: tuple[tuple[float, float], ...]
    across: Scale
    down: Scale


def comparison_adjusted_funnel(
    network: Network,
    *,
    id: str,  # noqa: A002
    order: Sequence[str],
    order_is: str,
    measure: str,
    names: Mapping[str, str],
    outcome: str,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw how far each study lies from the mean of its own comparison, against its standard error.

    Effects of different comparisons can share a funnel only when all point the same way: every contrast is
    the later treatment of `order` versus the earlier. A study of several arms gives a point for each of its
    later treatments versus its earliest. Comparisons of one study lie on their mean by definition and are
    left out.

    Parameters
    ----------
    network : Network
        The fit; means are its direct estimates, under its model.
    id : str
        Id of the drawing.
    order : sequence of str
        Every treatment, in an order in which small-study effects would point one way, such as from older to
        newer or from placebo to active. Empty refuses: there is no order that is right without a reason.
    order_is : str
        What the order is, such as "from older to newer".
    measure : str
        The measure's letters; ratio measures get a log axis.
    names : mapping of str to str
        Node to printed name.
    outcome : str
        For the heading.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Raises
    ------
    CannotDraw
        Without an order of all treatments, or with fewer than ten points; the message is the reason.

    References
    ----------
    Chaimani A, Higgins JPT, Mavridis D, Spyridonos P, Salanti G. Graphical tools for network meta-analysis in
    STATA. PLoS ONE 2013; 8: e76654.

    Examples
    --------
    >>> from metaan import network
    >>> effects = [0.1, 0.4, 0.2, 0.6, 0.3, 0.5, 0.2, 0.4, 0.1, 0.3]
    >>> errors = [0.1 + effect for effect in effects]
    >>> fit = network(list("abcdefghij"), list("BBBBBCCCCC"), ["A"] * 10, effects, errors)
    >>> comparison_adjusted_funnel(
    ...     fit, id="f", order="ABC", order_is="from older to newer", measure="OR", names={}, outcome="Pain"
    ... ).alt
    'Comparison-adjusted funnel plot: Pain. 10 points of 2 comparisons, treatments from older to newer.'
    """
    layout = layout_adjusted_funnel(
        network, order=order, order_is=order_is, measure=measure, names=names, outcome=outcome, preset=preset
    )
    return sheet_drawing(
        layout.sheet,
        id=id,
        title=f"Comparison-adjusted funnel plot: {clean(outcome)}",
        alt=_alt(layout.points, clean(outcome), clean(order_is)),
        description=_description(layout.points, network, order, order_is, measure, names, clean(outcome)),
        preset=preset,
    )


def layout_adjusted_funnel(
    network: Network,
    *,
    order: Sequence[str],
    order_is: str,
    measure: str,
    names: Mapping[str, str],
    outcome: str,
    preset: Preset = METAAN,
) -> AdjustedFunnelLayout:
    """Lay out such a plot in points; the arguments are those of `comparison_adjusted_funnel`."""
    told = tuple(_notes(network, order, order_is, names))
    lay = partial(_layout, funnel_points(network, order), told, measure, names, clean(outcome))
    return fitted(lay, preset)


def _layout(
    points: tuple[FunnelPoint, ...],
    told: tuple[str, ...],
    measure: str,
    names: Mapping[str, str],
    outcome: str,
    style: Style,
) -> AdjustedFunnelLayout:
    least = LEAST_PAGE * style.zoom * style.note
    head, top = heading_words(f"{outcome}: comparison-adjusted funnel plot", page=least, style=style)
    across, down = _scales(points, measure, top + 10.0, style)
    groups = list(dict.fromkeys((point.later, point.earlier) for point in points))
    entries = [_entry(pair, points, names) for pair in groups]
    legend_words, legend_shapes, right = _legend(entries, across.right + SIDE, (down.left, down.right), style)
    axis_words, axis_lines, bottom = _axes(across, down, measure, style)
    page = max(right + style.margin + 2.0, least)
    notes, end = paragraphs(
        told,
        left=style.margin,
        top=bottom + 4.0,
        room=page - 2 * style.margin,
        size=style.note,
        style=style,
    )
    places = tuple((across.place(point.deviation), down.place(point.se)) for point in points)
    symbols = [
        symbol_shape(symbol(groups.index((point.later, point.earlier))), *place, RADIUS)
        for point, place in zip(points, places, strict=True)
    ]
    sheet = Sheet(
        width=round(page, 2),
        height=round(end + style.margin, 2),
        words=in_family((*head, *axis_words, *legend_words, *notes), style.family),
        lines=(*axis_lines, *_funnel(across, down, style)),
        shapes=(*symbols, *legend_shapes),
    )
    return AdjustedFunnelLayout(sheet=sheet, points=points, places=places, across=across, down=down)


def _quantile() -> float:
    return NormalDist().inv_cdf((1 + LEVEL) / 2)


def _scales(points: Sequence[FunnelPoint], measure: str, top: float, style: Style) -> tuple[Scale, Scale]:
    """Give the axes; the widest part of the funnel and every point lie inside."""
    ratio = measure in RATIO_MEASURES
    lowest = ROOM_BELOW * max(point.se for point in points)
    reach = max(_quantile() * lowest, *(abs(point.deviation) for point in points))
    size, family, wide = style.text, style.family, PLOT_WIDTH * style.zoom
    low, high = choose_limits([-reach, reach], [], ratio=ratio, size=size, room=wide, family=family)
    step = _step(lowest)
    rungs = [Tick(i * step, tick_label(i * step)) for i in range(int(lowest / step + 1e-9) + 1)]
    labels = max(width(t.label, size, family=family) for t in rungs)
    left = style.margin + size * style.leading + 6.0 + labels
    ticks = choose_ticks(low, high, ratio=ratio, size=size, room=wide, family=family)
    across = Scale(low=low, high=high, left=left + 6.0, right=left + 6.0 + wide, ticks=ticks)
    down = Scale(low=0.0, high=lowest, left=top, right=top + PLOT_HEIGHT * style.zoom, ticks=tuple(rungs))
    return across, down


def _step(lowest: float) -> float:
    rough = lowest / RUNGS
    decade = 10.0 ** floor(log10(rough))
    return next(m * decade for m in (1.0, 2.0, 5.0, 10.0) if m * decade >= rough * (1 - 1e-9))


def _axes(across: Scale, down: Scale, measure: str, style: Style) -> tuple[list[Words], list[Line], float]:
    left, right, bottom = across.left, across.right, down.right
    size = style.text
    lines = [
        level(left, right, bottom, style.line, style.ink),
        Line(start=(left, down.left), end=(left, bottom), width=style.line, colour=style.ink),
    ]
    words: list[Words] = []
    for tick in across.ticks:
        x = across.place(tick.value)
        lines.append(Line(start=(x, bottom), end=(x, bottom + 3.5), width=style.line, colour=style.ink))
        label = style.numerals.dress(tick.label)
        words.append(Words(x=x, y=bottom + 4.5 + size, text=label, size=size, align="center"))
    for tick in down.ticks:
        y = down.place(tick.value)
        lines.append(level(left - 3.5, left, y, style.line, style.ink))
        label = style.numerals.dress(tick.label)
        words.append(Words(x=left - 6.0, y=baseline(y, size), text=label, size=size, align="right"))
    title = "Standard error" + (" (log scale)" if measure in RATIO_MEASURES else "")
    words.append(
        Words(
            x=style.margin + size,
            y=(down.left + down.right) / 2,
            text=title,
            size=size,
            bold=True,
            align="center",
            turned=True,
        )
    )
    y = bottom + 6.0 + size
    for line in wrap(_across_title(measure), size, right - left, bold=True, family=style.family):
        y += size * style.leading
        words.append(Words(x=(left + right) / 2, y=y, text=line, size=size, bold=True, align="center"))
    return words, lines, y + 6.0


def _across_title(measure: str) -> str:
    name = measure_name(measure)
    if measure in RATIO_MEASURES:
        return f"{name[:1].upper()}{name[1:]} divided by the mean of its comparison (log scale)"
    return f"{name[:1].upper()}{name[1:]} minus the mean of its comparison"


def _funnel(across: Scale, down: Scale, style: Style) -> Iterator[Line]:
    """Draw the middle, and the limits between which 95% of studies lie if only chance moves them."""
    x, half = across.place(0.0), _quantile() * down.high
    yield Line(start=(x, down.left), end=(x, down.right), width=style.line, colour=style.ink, layer=1)
    for reach in (-half, half):
        end = (across.place(reach), down.right)
        yield Line(start=(x, down.left), end=end, width=style.line, colour=style.faint, dashed=True, layer=1)


class _Entry(NamedTuple):
    name: str
    points: int


def _entry(pair: tuple[str, str], points: Sequence[FunnelPoint], names: Mapping[str, str]) -> _Entry:
    later, earlier = (clean(names.get(node, node)) for node in pair)
    count = sum((point.later, point.earlier) == pair for point in points)
    return _Entry(f"{later} versus {earlier}", count)


def _legend(
    entries: Sequence[_Entry], left: float, rows: tuple[float, float], style: Style
) -> tuple[list[Words], list[Shape], float]:
    """Explain the symbols beside the plot, in as many columns as it takes; give where the last one ends."""
    words: list[Words] = []
    shapes: list[Shape] = []
    size, step = style.note, style.note * style.leading
    y, right = rows[0], left
    for number, entry in enumerate(entries):
        said, limit = f"{entry.name} ({entry.points})", ENTRY_LIMIT * style.zoom
        lines = wrap(said, size, limit, lines=ENTRY_LINES, family=style.family)
        if y + len(lines) * step > rows[1] and y > rows[0]:
            left, y = right + SIDE, rows[0]
        shapes.append(symbol_shape(symbol(number), left + 4.0, y + step / 2, RADIUS))
        for i, line in enumerate(lines):
            middle = y + (i + 0.5) * step
            words.append(
                Words(x=left + 12.0, y=baseline(middle, size), text=line, size=size, family=style.family)
            )
            right = max(right, words[-1].box[2])
        y += len(lines) * step + ENTRY_GAP
    return words, shapes, right


def _notes(
    network: Network,
    order: Sequence[str],
    order_is: str,
    names: Mapping[str, str],
) -> Iterator[str]:
    shown = [clean(names.get(node, node)) for node in order]
    yield (
        f"Each point is a study's effect of the later treatment versus the earlier, less the pooled direct"
        f" effect of that comparison (how many points in brackets). Order, {clean(order_is)}:"
        f" {', '.join(shown)}."
    )
    if network.multiarm:
        yield (
            "A study of several arms has a point for each of its later treatments versus its earliest; those"
            " are not independent."
        )
    yield f"Dashed: where {100 * LEVEL:g}% of the points would lie if chance alone moved them."
    alone = _alone(network)
    if alone:
        yield (
            f"Left out: {alone} {'comparison' if alone == 1 else 'comparisons'} of a single study, which lies"
            " on its own mean."
        )
    yield "Asymmetry can have other causes than missing studies, heterogeneity and chance among them."


def _alone(network: Network) -> int:
    count = len(network.treatments)
    return sum(int(network.direct_studies[i, j]) == 1 for i in range(count) for j in range(i))


def _alt(points: Sequence[FunnelPoint], outcome: str, order_is: str) -> str:
    pairs = len({(point.later, point.earlier) for point in points})
    many = "comparison" if pairs == 1 else "comparisons"
    facts = f"{len(points)} points of {pairs} {many}, treatments {shorten(order_is, 40)}."
    room = ALT_LENGTH - len(facts) - len("Comparison-adjusted funnel plot: . ")
    return f"Comparison-adjusted funnel plot: {shorten(outcome, max(room, 12))}. {facts}"


def _description(
    points: Sequence[FunnelPoint],
    network: Network,
    order: Sequence[str],
    order_is: str,
    measure: str,
    names: Mapping[str, str],
    outcome: str,
) -> str:
    told = [f"{outcome}: comparison-adjusted funnel plot."]
    for point in points:
        later, earlier = (clean(names.get(node, node)) for node in (point.later, point.earlier))
        said = "times" if measure in RATIO_MEASURES else "from"
        told.append(
            f"{clean(point.study)}, {later} versus {earlier}: {measure_name(measure)}"
            f" {effect(point.effect, measure)}, {effect(point.deviation, measure)} {said} the mean of its"
            f" comparison, standard error {significant(point.se)}."
        )
    return " ".join([*told, *_notes(network, order, order_is, names)])

"""The GOSH plot: estimate and heterogeneity of every subset of the studies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import CannotDraw
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.gosh_cells import WITH, WITHOUT, cell_shapes, count_cells, mixed, shades, side_shapes
from metaan.figures.gosh_text import gosh_description, gosh_facts, gosh_notes, whole_words
from metaan.figures.heat_key import HeatKey, place_key
from metaan.figures.paragraphs import heading_words, paragraphs
from metaan.figures.plane import Dot, KeyEntry, dot_shape, key_beside, left_room, plane_axes
from metaan.figures.pooled_studies import axis_title, pooled_studies
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Scale, Tick, choose_limits, choose_ticks, tick_label
from metaan.figures.sheet import Line, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    from metaan.figures.gosh_cells import Cells
    from metaan.figures.plane import Marks
    from metaan.figures.pooled_studies import PooledStudies
    from metaan.figures.style import Style
    from metaan.results.gosh import Gosh
    from metaan.results.pairwise import Pooled
    from metaan.types import BoolArray

__all__ = ["GoshLayout", "gosh_plot", "layout_gosh"]

PLOT_WIDTH, PLOT_HEIGHT = 340.0, 240.0
SIDE, SIDE_GAP = 36.0, 4.0
RADIUS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GoshLayout:
    """A GOSH plot in points.

    Attributes
    ----------
    sheet : Sheet
        All marks.
    cells : Cells
        How many subsets lie where; of the first kind are those with the study that colours, if one does.
    whole : Dot
        All studies together.
    across, up : Scale
        Estimates, and I2 from 0 to 1.
    """

    sheet: Sheet
    cells: Cells
    whole: Dot
    across: Scale
    up: Scale


def gosh_plot(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    id: str,  # noqa: A002
    measure: str,
    labels: Sequence[str],
    outcome: str,
    found: Gosh | None = None,
    split: int | None = None,
    seed: int = 0,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw the pooled estimate of every subset of the studies against its I2, as cells of a plane.

    Parameters
    ----------
    fit : Pooled
        The mean of all studies; its estimator of tau2 is used again in each subset.
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
    found : Gosh, optional
        Of the same studies and estimator, where they are known already.
    split : int, optional
        Position of a study: subsets with it and without it get colours of their own.
    seed : int
        Of the draws, where more than 15 studies have too many subsets to pool all.
    preset : Preset
        The journal that the figure is for.

    Raises
    ------
    CannotDraw
        For fewer than five studies, a mean that is not estimable, or no such study; the message is the
        reason.

    References
    ----------
    Olkin I, Dahabreh IJ, Trikalinos TA. GOSH - a graphical display of study heterogeneity. Research Synthesis
    Methods 2012; 3: 214-223.

    Examples
    --------
    >>> from metaan import pool
    >>> yi, vi = [0.1, 0.2, 0.3, 0.6, 1.4], [0.02, 0.03, 0.04, 0.05, 0.04]
    >>> drawing = gosh_plot(
    ...     pool(yi, vi), yi, vi, id="g", measure="MD", labels=list("abcde"), outcome="Pain"
    ... )
    >>> drawing.alt
    'GOSH plot: Pain. 26 subsets of 5 studies, mean difference 0.14 to 1.01, I² 0% to 96%.'
    """
    subject, found = _subject(fit, yi, vi, measure, labels, outcome, found, split, seed)
    shown = _shown(found)
    return sheet_drawing(
        _layout(subject, found, split, preset.style_for("generic")).sheet,
        id=id,
        title=f"GOSH plot: {subject.outcome}",
        alt=subject.alt("GOSH plot", gosh_facts(subject, found, shown)),
        description=gosh_description(subject, found, shown),
        preset=preset,
    )


def layout_gosh(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    measure: str,
    labels: Sequence[str],
    outcome: str,
    found: Gosh | None = None,
    split: int | None = None,
    seed: int = 0,
    preset: Preset = METAAN,
) -> GoshLayout:
    """Lay out a GOSH plot in points, without drawing it; the arguments are those of `gosh_plot`."""
    subject, found = _subject(fit, yi, vi, measure, labels, outcome, found, split, seed)
    return _layout(subject, found, split, preset.style_for("generic"))


def _subject(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    measure: str,
    labels: Sequence[str],
    outcome: str,
    found: Gosh | None,
    split: int | None,
    seed: int,
) -> tuple[PooledStudies, Gosh]:
    subject = pooled_studies("GOSH plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    if split is not None and not 0 <= split < subject.k:
        raise CannotDraw(f"No GOSH plot: there is no study {split} among {subject.k}, counted from 0.")
    if found is None:
        from metaan.sensitivity.gosh import gosh  # processes that draw load every room, few draw this

        found = gosh(subject.yi, subject.vi, method=fit.method, seed=seed)
    return subject, found


def _shown(found: Gosh) -> BoolArray:
    """Tell which subsets have a place: one study alone has no I2."""
    return np.isfinite(found.estimate) & np.isfinite(found.I2)


def _layout(subject: PooledStudies, found: Gosh, split: int | None, style: Style) -> GoshLayout:
    shown = _shown(found)
    marks = found.members[shown, split] if split is not None else np.zeros(int(shown.sum()), dtype=np.bool_)
    left = left_room([tick.label for tick in _shares()], style)
    page = left + PLOT_WIDTH + SIDE_GAP + SIDE + style.margin
    head, top = heading_words(f"{subject.outcome}: GOSH plot", page=page, style=style)
    across, up = _scales(subject, found, shown, left, top + 8.0 + SIDE + SIDE_GAP, style)
    cells = count_cells(found.estimate[shown], found.I2[shown], marks, across, up)
    axes = plane_axes(across, up, (_title(subject), "I² (%)"), style)
    whole = Dot(label="", x=across.place(subject.fit.estimate), y=up.place(subject.fit.I2), radius=RADIUS)
    key = _key(subject, found, split, cells, axes.bottom + 2.0, page, style)
    notes, end = paragraphs(
        tuple(gosh_notes(subject, found, shown)),
        left=style.margin,
        top=key.bottom + 6.0,
        room=page - 2 * style.margin,
        size=style.note,
        style=style,
    )
    words = (*head, *axes.words, *key.words, *notes)
    sheet = Sheet(
        width=round(page, 2),
        height=round(end + style.margin, 2),
        words=tuple(replace(each, family=style.family) for each in words),
        lines=(*axes.lines, *key.lines, *_null(subject, across, up, style)),
        shapes=(
            *cell_shapes(cells, across, up),
            *side_shapes(cells, across, up, SIDE, SIDE_GAP),
            *key.shapes,
            dot_shape(whole, style.paper, style, edge=style.ink),
        ),
    )
    return GoshLayout(sheet=sheet, cells=cells, whole=whole, across=across, up=up)


def _shares() -> tuple[Tick, ...]:
    return tuple(Tick(i / 5, tick_label(20.0 * i)) for i in range(6))


def _title(subject: PooledStudies) -> str:
    name = axis_title(subject.measure)
    return f"Pooled {name[:1].lower()}{name[1:]}"


def _scales(
    subject: PooledStudies, found: Gosh, shown: BoolArray, left: float, top: float, style: Style
) -> tuple[Scale, Scale]:
    """Give the axes; every subset, all studies and no effect lie inside."""
    estimate = found.estimate[shown]
    room, size = PLOT_WIDTH, style.text
    low, high = choose_limits(
        [float(estimate.min()), float(estimate.max()), subject.fit.estimate],
        [],
        ratio=subject.log,
        size=size,
        room=room,
        null=0.0 if subject.compared else float("nan"),
        family=style.family,
    )
    ticks = choose_ticks(low, high, ratio=subject.log, size=size, room=room, family=style.family)
    across = Scale(low=low, high=high, left=left, right=left + room, ticks=ticks)
    return across, Scale(low=0.0, high=1.0, left=top + PLOT_HEIGHT, right=top, ticks=_shares())


def _null(subject: PooledStudies, across: Scale, up: Scale, style: Style) -> Iterator[Line]:
    if subject.compared:
        x = across.place(0.0)
        yield Line(start=(x, up.right), end=(x, up.left), width=style.line, colour=style.ink)


def _key(
    subject: PooledStudies,
    found: Gosh,
    split: int | None,
    cells: Cells,
    top: float,
    page: float,
    style: Style,
) -> Marks:
    """Explain the marks below the plot, then the colours of the cells."""
    entries = tuple(_entries(subject, found, split, style))
    marks = key_beside(entries, style.margin, top, style)
    if split is not None:
        return marks
    colours, bottom = place_key(_colour_key(cells), marks.bottom + 4.0, page, style)
    return marks._replace(
        words=(*marks.words, *colours.words),
        lines=(*marks.lines, *colours.lines),
        shapes=(*marks.shapes, *colours.shapes),
        bottom=bottom,
    )


def _entries(subject: PooledStudies, found: Gosh, split: int | None, style: Style) -> Iterator[KeyEntry]:
    yield KeyEntry(kind="dot", colour=style.paper, text=whole_words(subject), edge=style.ink)
    if subject.compared:
        yield KeyEntry(kind="line", colour=style.ink, text="No effect")
    if split is not None:
        label = subject.labels[split]
        count = int(found.members[_shown(found), split].sum())
        rest = int(_shown(found).sum()) - count
        yield KeyEntry(kind="band", colour=WITH, text=f"With {label}: {count:,} subsets")
        yield KeyEntry(kind="band", colour=WITHOUT, text=f"Without {label}: {rest:,} subsets")
        yield KeyEntry(kind="band", colour=mixed(1, 1), text="Both; darker for more subsets")


def _colour_key(cells: Cells) -> HeatKey:
    """Name the counts at the ends and in the middle of the colours, or each where there are few."""
    most, colours = cells.most, shades(cells.most)
    if most <= len(colours):
        ticks = tuple(Tick((i + 0.5) / most, str(i + 1)) for i in range(most))
        return HeatKey(title="Subsets in a cell", colours=colours, ticks=ticks)
    ticks = tuple(Tick(place, f"{round(most**place):,}") for place in (0.0, 0.5, 1.0))
    return HeatKey(title="Subsets in a cell (logarithmic steps)", colours=colours, ticks=ticks)

"""The Baujat plot: which studies make the heterogeneity, and which move the mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.fitting import fitted
from metaan.figures.paragraphs import heading_words, paragraphs
from metaan.figures.plane import Dot, dot_shape, frame_of, left_room, name_dots, plane_axes
from metaan.figures.pooled_studies import pooled_studies
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Scale, choose_limits, choose_ticks
from metaan.figures.sheet import Sheet, in_family
from metaan.format import significant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from metaan.figures.pooled_studies import PooledStudies
    from metaan.figures.style import Style
    from metaan.results.diagnostics import InfluenceDiagnostics
    from metaan.results.pairwise import Pooled
    from metaan.types import FloatArray

__all__ = ["BaujatLayout", "baujat_plot", "layout_baujat"]

PLOT_WIDTH, PLOT_HEIGHT = 400.0, 250.0
RADIUS = 3.6
NAMED = 6
SHARE = 0.25
ROOM = 1.06


@dataclass(frozen=True, slots=True, kw_only=True)
class BaujatLayout:
    """A Baujat plot in points; `dots` are in the order of the studies."""

    sheet: Sheet
    dots: tuple[Dot, ...]
    across: Scale
    up: Scale


def baujat_plot(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    id: str,  # noqa: A002
    measure: str,
    labels: Sequence[str],
    outcome: str,
    diagnostics: InfluenceDiagnostics | None = None,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw each study's part in the heterogeneity against how much it moves the mean.

    Parameters
    ----------
    fit : Pooled
        The mean; its estimator of tau2 is used again without each study.
    yi, vi : array_like, shape (k,)
        Effects and sampling variances.
    id : str
        Id of the drawing.
    measure : str
        The measure's letters.
    labels : sequence of str, length k
        Names of the studies.
    outcome : str
        For the heading.
    diagnostics : InfluenceDiagnostics, optional
        Of the same studies and estimator, where they are known already.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Raises
    ------
    CannotDraw
        For fewer than four studies, or a mean that is not estimable; the message is the reason.

    References
    ----------
    Baujat B, Mahé C, Pignon J-P, Hill C. A graphical method for exploring heterogeneity in meta-analyses:
    application to a meta-analysis of 65 trials. Statistics in Medicine 2002; 21: 2641-2652.

    Examples
    --------
    >>> from metaan import pool
    >>> yi, vi = [0.1, 0.2, 0.3, 1.4], [0.02, 0.03, 0.04, 0.05]
    >>> baujat_plot(pool(yi, vi), yi, vi, id="b", measure="MD", labels=list("abcd"), outcome="Pain").title
    'Baujat plot: Pain'
    """
    subject = pooled_studies("Baujat plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    found = diagnostics or subject.diagnosed()
    return sheet_drawing(
        fitted(partial(_layout, subject, found), preset).sheet,
        id=id,
        title=f"Baujat plot: {subject.outcome}",
        alt=subject.alt("Baujat plot", subject.facts),
        description=_description(subject, found),
        preset=preset,
    )


def layout_baujat(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    measure: str,
    labels: Sequence[str],
    outcome: str,
    diagnostics: InfluenceDiagnostics | None = None,
    preset: Preset = METAAN,
) -> BaujatLayout:
    """Lay out a Baujat plot in points, without drawing it; the arguments are those of `baujat_plot`."""
    subject = pooled_studies("Baujat plot", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    found = diagnostics or subject.diagnosed()
    return fitted(partial(_layout, subject, found), preset)


def _layout(subject: PooledStudies, found: InfluenceDiagnostics, style: Style) -> BaujatLayout:
    wide, tall = PLOT_WIDTH * style.zoom, PLOT_HEIGHT * style.zoom
    upright = _from_zero(found.baujat_y, tall, style)
    left = left_room([tick.label for tick in upright.ticks], style)
    page = left + wide + style.margin + 10.0
    head, top = heading_words(f"{subject.outcome}: Baujat plot", page=page, style=style)
    top += 10.0
    level = _from_zero(found.baujat_x, wide, style)
    across = Scale(low=0.0, high=level.high, left=left, right=left + wide, ticks=level.ticks)
    up = Scale(low=0.0, high=upright.high, left=top + tall, right=top, ticks=upright.ticks)
    axes = plane_axes(across, up, ("Part in the heterogeneity", "Influence on the mean"), style)
    dots = tuple(
        Dot(label=label, x=across.place(float(x)), y=up.place(float(y)), radius=RADIUS)
        for label, x, y in zip(subject.labels, found.baujat_x, found.baujat_y, strict=True)
    )
    names = name_dots(dots, _extremes(found), frame_of(across, up), style, most=NAMED)
    notes, end = paragraphs(
        _notes(subject),
        left=style.margin,
        top=axes.bottom + 2.0,
        room=page - 2 * style.margin,
        size=style.note,
        style=style,
    )
    sheet = Sheet(
        width=round(page, 2),
        height=round(end + style.margin, 2),
        words=in_family((*head, *axes.words, *names, *notes), style.family),
        lines=axes.lines,
        shapes=tuple(dot_shape(dot, style.accent, style, alpha=0.85) for dot in dots),
    )
    return BaujatLayout(sheet=sheet, dots=dots, across=across, up=up)


def _from_zero(values: FloatArray, room: float, style: Style) -> Scale:
    """Make an axis from 0 to beyond the largest value; it is placed later."""
    top = float(values.max()) * ROOM
    high = choose_limits(
        [0.0, top if top > 0 else 1.0], [], ratio=False, size=style.text, room=room, family=style.family
    )[1]
    ticks = choose_ticks(0.0, high, ratio=False, size=style.text, room=room, family=style.family)
    return Scale(low=0.0, high=high, left=0.0, right=room, ticks=ticks)


def _extremes(found: InfluenceDiagnostics) -> list[int]:
    """List the studies with a quarter of the largest value of either kind, the farthest out first."""
    shares = np.maximum(
        found.baujat_x / max(float(found.baujat_x.max()), 1e-300),
        found.baujat_y / max(float(found.baujat_y.max()), 1e-300),
    )
    return [i for i in np.argsort(-shares, kind="stable").tolist() if shares[i] >= SHARE]


def _notes(subject: PooledStudies) -> tuple[str, ...]:
    return (
        "Across: squared Pearson residual, a study's squared distance from the mean in units of its variance"
        f" ({subject.model}). Up: squared change of the mean when the study is left out, in units of the"
        " variance of the mean without it. Only studies that lie far out are named.",
    )


def _description(subject: PooledStudies, found: InfluenceDiagnostics) -> str:
    told = [f"Baujat plot of {subject.outcome}."]
    told += [
        f"{subject.labels[i]}: part in the heterogeneity {significant(float(found.baujat_x[i]))}, influence"
        f" {significant(float(found.baujat_y[i]))}."
        for i in range(subject.k)
    ]
    return " ".join([*told, *_notes(subject)])

"""The influence panel: what each study does to the mean, diagnostic by diagnostic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.fitting import fitted
from metaan.figures.measure import fit as shortened
from metaan.figures.measure import width, wrap
from metaan.figures.paragraphs import heading_words, paragraphs
from metaan.figures.plane import Dot, circle
from metaan.figures.pooled_studies import pooled_studies
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Scale, Tick, choose_limits, choose_ticks
from metaan.figures.sheet import Line, Shape, Sheet, Words, baseline, in_family, level
from metaan.format import fixed, percent, significant, variance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    from metaan.figures.pooled_studies import PooledStudies
    from metaan.figures.style import Style
    from metaan.results.diagnostics import InfluenceDiagnostics
    from metaan.results.pairwise import Pooled
    from metaan.types import FloatArray

__all__ = ["InfluenceLayout", "influence_panel", "layout_influence"]

COLUMN, GAP = 70.0, 16.0
BETWEEN_LABELS = 5.0
LABEL_LIMIT, LEAST_LABEL = 190.0, 14.0
"""Width of a study's name in points, and on a tight page in letters of its size: an author with a year."""

HEADER_LINES = 3
RADIUS = 2.7
SIZE = 7.0
ROW, LEAST_ROW = 14.0, 1.25
"""Height of a row in points, and the least in letters of its size."""

SIDES = 1.959963984540054
MARK = "*"
MARKED = "#b35806"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Column:
    """One diagnostic: its values, where a study that changes nothing would stand, cut-offs, lowest value."""

    title: str
    values: FloatArray
    rest: float
    limits: tuple[float, ...] = ()
    least: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluenceLayout:
    """An influence panel in points.

    Attributes
    ----------
    sheet : Sheet
        All marks.
    scales : tuple of Scale
        One for each diagnostic, from left to right.
    dots : tuple of tuple of Dot
        For each diagnostic the studies in their order.
    """

    sheet: Sheet
    scales: tuple[Scale, ...]
    dots: tuple[tuple[Dot, ...], ...]


def influence_panel(
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
    """Draw seven diagnostics of every study beside each other, with their cut-offs.

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
        For fewer than five studies, or a mean that is not estimable; the message is the reason.

    References
    ----------
    Viechtbauer W, Cheung MW-L. Outlier and influence diagnostics for meta-analysis. Research Synthesis
    Methods 2010; 1: 112-125.

    Examples
    --------
    >>> from metaan import pool
    >>> yi, vi = [0.1, 0.2, 0.3, 0.6, 1.4], [0.02, 0.03, 0.04, 0.05, 0.04]
    >>> influence_panel(
    ...     pool(yi, vi), yi, vi, id="i", measure="MD", labels=list("abcde"), outcome="Pain"
    ... ).title
    'Influence of each study: Pain'
    """
    subject = pooled_studies("influence panel", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    found = diagnostics or subject.diagnosed()
    count = int(found.influential.sum())
    marked = "no study marked" if count == 0 else f"{count} {'study' if count == 1 else 'studies'} marked"
    return sheet_drawing(
        fitted(partial(_layout, subject, found), preset).sheet,
        id=id,
        title=f"Influence of each study: {subject.outcome}",
        alt=subject.alt(
            "Influence panel", f"{subject.k} studies, seven diagnostics, {marked} as influential."
        ),
        description=_description(subject, found),
        preset=preset,
    )


def layout_influence(
    fit: Pooled,
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    measure: str,
    labels: Sequence[str],
    outcome: str,
    diagnostics: InfluenceDiagnostics | None = None,
    preset: Preset = METAAN,
) -> InfluenceLayout:
    """Lay out an influence panel in points, without drawing it; the arguments are those of the panel."""
    subject = pooled_studies("influence panel", fit, yi, vi, measure=measure, labels=labels, outcome=outcome)
    found = diagnostics or subject.diagnosed()
    return fitted(partial(_layout, subject, found), preset)


def _columns(subject: PooledStudies, found: InfluenceDiagnostics) -> tuple[_Column, ...]:
    fit = subject.fit
    dffits = found.dffits_limit
    return (
        _Column(
            title="Studentised residual",
            values=found.rstudent,
            rest=0.0,
            limits=(-SIDES, SIDES),
            least=-inf,
        ),
        _Column(title="DFFITS", values=found.dffits, rest=0.0, limits=(-dffits, dffits), least=-inf),
        _Column(title="Cook's distance", values=found.cook, rest=0.0, limits=(found.cook_limit,)),
        _Column(title="Covariance ratio", values=found.cov_ratio, rest=1.0),
        _Column(title="τ² without the study", values=found.tau2_deleted, rest=fit.tau2),
        _Column(title="Q without the study", values=found.QE_deleted, rest=fit.Q),
        _Column(
            title="Hat value: weight (%)", values=100 * found.hat, rest=0.0, limits=(100 * found.hat_limit,)
        ),
    )


def _layout(subject: PooledStudies, found: InfluenceDiagnostics, style: Style) -> InfluenceLayout:
    columns = _columns(subject, found)
    names = [_name(subject, found, i, style) for i in range(subject.k)]
    longest = max(_bold(name, style) for name in (*names, "Study"))
    wide, row = COLUMN * style.zoom, max(ROW * style.zoom, LEAST_ROW * style.note)
    gap = _gap([_scale(column, 0.0, style) for column in columns], style)
    left = style.margin + longest + gap
    lefts = [left + i * (wide + gap) for i in range(len(columns))]
    page = lefts[-1] + wide + style.margin + gap / 2
    head, top = heading_words(f"{subject.outcome}: influence of each study", page=page, style=style)
    header, top = _header(columns, lefts, top + 6.0, gap, style)
    bottom = top + subject.k * row
    middles = [top + (i + 0.5) * row for i in range(subject.k)]
    scales = tuple(_scale(column, x, style) for column, x in zip(columns, lefts, strict=True))
    dots = tuple(
        tuple(
            Dot(label=label, x=scale.place(float(value)), y=y, radius=RADIUS)
            for label, value, y in zip(subject.labels, column.values, middles, strict=True)
        )
        for column, scale in zip(columns, scales, strict=True)
    )
    axis_words, axis_lines = _axes(scales, bottom + 3.0, style)
    notes, end = paragraphs(
        tuple(_notes(subject, found)),
        left=style.margin,
        top=bottom + 3.0 + 4.5 + _small(style) + 8.0,
        room=page - 2 * style.margin,
        size=style.note,
        style=style,
    )
    sheet = Sheet(
        width=round(page, 2),
        height=round(end + style.margin, 2),
        words=in_family(
            (*head, *header, *_names(names, found, middles, style), *axis_words, *notes), style.family
        ),
        lines=(
            level(style.margin, page - style.margin, top - 1.0, style.line, style.rule),
            *axis_lines,
            *_guides(columns, scales, (top, bottom + 3.0), style),
            *_stems(columns, scales, dots, style),
        ),
        shapes=tuple(_shapes(dots, found, style)),
    )
    return InfluenceLayout(sheet=sheet, scales=scales, dots=dots)


def _name(subject: PooledStudies, found: InfluenceDiagnostics, i: int, style: Style) -> str:
    marked = bool(found.influential[i])
    mark = MARK if marked else ""
    room = max(LABEL_LIMIT * style.zoom, LEAST_LABEL * style.note) - _bold(mark, style)
    return shortened(subject.labels[i], style.note, room, bold=marked, family=style.family) + mark


def _bold(text: str, style: Style) -> float:
    return width(text, style.note, bold=True, family=style.family)


def _small(style: Style) -> float:
    """Give the size of the letters at the axes."""
    return max(min(SIZE, style.note), style.text_least)


def _names(
    names: Sequence[str], found: InfluenceDiagnostics, middles: Sequence[float], style: Style
) -> Iterator[Words]:
    for name, marked, y in zip(names, found.influential, middles, strict=True):
        if name:
            yield Words(
                x=style.margin, y=baseline(y, style.note), text=name, size=style.note, bold=bool(marked)
            )


def _header(
    columns: Sequence[_Column], lefts: Sequence[float], top: float, gap: float, style: Style
) -> tuple[tuple[Words, ...], float]:
    """Set the names of the diagnostics above their columns, ending on one line.

    A word that is wider than its column reaches into the gaps beside it.
    """
    size, step, wide = style.note, style.note * style.leading, COLUMN * style.zoom
    longest = max(_bold(word, style) for column in columns for word in column.title.split())
    limit = max(wide, min(longest, wide + gap - BETWEEN_LABELS))
    broken = [
        wrap(column.title, size, limit, bold=True, lines=HEADER_LINES, family=style.family)
        for column in columns
    ]
    depth = max(len(lines) for lines in broken)
    words = [
        Words(
            x=left + wide / 2,
            y=top + (depth - len(lines) + i + 0.8) * step,
            text=line,
            size=size,
            bold=True,
            align="center",
        )
        for lines, left in zip(broken, lefts, strict=True)
        for i, line in enumerate(lines)
    ]
    study = Words(x=style.margin, y=top + (depth - 0.2) * step, text="Study", size=size, bold=True)
    return (study, *words), top + depth * step + 4.0


def _scale(column: _Column, left: float, style: Style) -> Scale:
    """Make an axis that holds every value, the place of no change and the cut-offs."""
    held = [*column.values[np.isfinite(column.values)].tolist(), *column.limits]
    held += [column.rest] if np.isfinite(column.rest) else []
    size, wide, family = _small(style), COLUMN * style.zoom, style.family
    low, high = choose_limits(held, [], ratio=False, size=size, room=wide, null=held[-1], family=family)
    low = max(low, column.least)
    ticks = choose_ticks(low, high, ratio=False, size=size, room=wide, family=family)
    return Scale(low=low, high=high, left=left, right=left + wide, ticks=ticks)


def _gap(scales: Sequence[Scale], style: Style) -> float:
    """Give the room between columns that keeps the labels at their ends apart."""
    before = [max(_half(s.ticks[0], style) - s.place(s.ticks[0].value), 0.0) for s in scales]
    after = [max(_half(s.ticks[-1], style) - (s.right - s.place(s.ticks[-1].value)), 0.0) for s in scales]
    return max(
        GAP * style.zoom,
        2 * after[-1],
        *(a + b + BETWEEN_LABELS for a, b in zip(after, before[1:], strict=False)),
    )


def _half(tick: Tick, style: Style) -> float:
    return width(tick.label, _small(style), family=style.family) / 2


def _axes(scales: Sequence[Scale], y: float, style: Style) -> tuple[list[Words], list[Line]]:
    words: list[Words] = []
    lines: list[Line] = []
    size = _small(style)
    for scale in scales:
        lines.append(level(scale.left, scale.right, y, style.line, style.ink))
        for tick in scale.ticks:
            x = scale.place(tick.value)
            lines.append(Line(start=(x, y), end=(x, y + 3.0), width=style.line, colour=style.ink))
            label = style.numerals.dress(tick.label)
            words.append(Words(x=x, y=y + 4.0 + size, text=label, size=size, align="center"))
    return words, lines


def _guides(
    columns: Sequence[_Column], scales: Sequence[Scale], rows: tuple[float, float], style: Style
) -> Iterator[Line]:
    """Draw where a study would stand that changes nothing, and the cut-offs."""
    for column, scale in zip(columns, scales, strict=True):
        if np.isfinite(column.rest):
            x = scale.place(column.rest)
            yield Line(start=(x, rows[0]), end=(x, rows[1]), width=style.hair, colour=style.faint, layer=1)
        for limit in column.limits:
            x = scale.place(limit)
            yield Line(
                start=(x, rows[0]), end=(x, rows[1]), width=style.line, colour=MARKED, dashed=True, layer=1
            )


def _stems(
    columns: Sequence[_Column], scales: Sequence[Scale], dots: Sequence[Sequence[Dot]], style: Style
) -> Iterator[Line]:
    for column, scale, row in zip(columns, scales, dots, strict=True):
        start = scale.place(column.rest) if np.isfinite(column.rest) else scale.left
        for dot in row:
            yield level(start, dot.x, dot.y, style.hair, style.faint)


def _shapes(dots: Sequence[Sequence[Dot]], found: InfluenceDiagnostics, style: Style) -> Iterator[Shape]:
    """Draw the studies; influential ones are diamonds of another colour."""
    for row in dots:
        for dot, marked in zip(row, found.influential, strict=True):
            reach = 1.35 * dot.radius
            corners = ((dot.x, dot.y - reach), (dot.x + reach, dot.y), (dot.x, dot.y + reach))
            yield Shape(
                points=(*corners, (dot.x - reach, dot.y)) if marked else circle(dot.x, dot.y, dot.radius),
                fill=MARKED if marked else style.accent,
                edge=style.paper,
                edge_width=0.4,
                layer=4,
            )


def _notes(subject: PooledStudies, found: InfluenceDiagnostics) -> Iterator[str]:
    yield (
        f"Each study in turn is left out and the mean ({subject.model}, Wald) fitted again. Grey: where a"
        " study stands that changes nothing; for τ² and Q that is their value with all studies."
    )
    yield (
        f"Dashed: cut-offs, ±1.96 for residuals, ±{fixed(found.dffits_limit)} for DFFITS (3√(1/(k − 1))),"
        f" {fixed(found.cook_limit)} for Cook's distance (median of χ² on 1 df) and"
        f" {percent(found.hat_limit, 1)} for the weight (3/k)."
    )
    if found.influential.any():
        yield (
            f"{MARK} and diamonds: influential by DFFITS, DFBETAS above 1, Cook's distance or weight. That is"
            " a reason to look at a study, not to leave it out."
        )
    else:
        yield "No study is influential by DFFITS, DFBETAS above 1, Cook's distance or weight."


def _description(subject: PooledStudies, found: InfluenceDiagnostics) -> str:
    told = [f"Influence of each study on the mean of {subject.outcome}."]
    told += [
        f"{subject.labels[i]}: studentised residual {fixed(float(found.rstudent[i]))},"
        f" DFFITS {fixed(float(found.dffits[i]))}, Cook's distance {significant(float(found.cook[i]))},"
        f" covariance ratio {fixed(float(found.cov_ratio[i]))}, without it τ²"
        f" {variance(float(found.tau2_deleted[i]))} and Q {significant(float(found.QE_deleted[i]))},"
        f" weight {percent(float(found.hat[i]), 1)}{', influential' if found.influential[i] else ''}."
        for i in range(subject.k)
    ]
    return " ".join([*told, *_notes(subject, found)])

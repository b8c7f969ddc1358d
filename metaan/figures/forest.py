"""The forest plot of one comparison."""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import TYPE_CHECKING

from metaan.figures.content import Column, Content, Mark, Row
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.forest_text import (
    LEAST_FOR_PREDICTION,
    Subject,
    alt_text,
    description,
    favours,
    footnote_marks,
    interval_name,
    model_name,
    names_of,
    notes,
    other_fits,
    study_shares,
)
from metaan.figures.layout import ForestLayout, layout_rows
from metaan.figures.measure import clean
from metaan.figures.style import DEFAULT, Style
from metaan.format import DASH, RATIO_MEASURES, fixed, measure_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.results.pairwise import Pooled
    from metaan.results.synthesis import ArmData, Comparison, StudyEffect
    from metaan.types import Direction, Interval, Kind

__all__ = ["forest_content", "forest_plot", "layout_forest"]

BINARY_HEADERS = ("events/n",)
CONTINUOUS_HEADERS = ("mean (SD)", "n")
SIZE_HEADERS = ("n",)
SHORT_NAMES = {"SMD": "SMD", "IRD": "Rate difference", "IRR": "Rate ratio", "PETO": "Peto odds ratio"}
LEAST_DECIMALS, MOST_DECIMALS = 2, 8


def forest_plot(
    comparison: Comparison,
    *,
    id: str,  # noqa: A002
    measure: str,
    direction: Direction,
    kind: Kind,
    names: Mapping[str, str],
    outcome: str,
    level: float,
    scale: str = "",
    style: Style = DEFAULT,
) -> Drawing:
    """Draw the studies of one comparison, what they say together and how far they differ.

    With one estimable study nothing is pooled; with none the table stands without a plot.

    Parameters
    ----------
    comparison : Comparison
        The numbers; none is computed again here.
    id : str
        Id of the drawing.
    measure : str
        The measure's letters; ratio measures get a log axis.
    direction : str
        Which way is better, for the favours labels.
    kind : str
        Which arm columns to show.
    names : mapping of str to str
        Node to printed name.
    outcome : str
        For the heading.
    level : float
        Confidence level of the studies' intervals, in (0, 1).
    scale : str
        Scale and unit of a mean difference, printed above the plot; other measures have none.
    style : Style
        Sizes and colours.

    Returns
    -------
    Drawing
        Ready for `render`.
    """
    subject = _subject(comparison, measure, direction, kind, names, outcome, level, scale)
    layout = layout_rows(forest_content(comparison, subject, style), style)
    return sheet_drawing(
        layout.sheet,
        id=id,
        title=f"Forest plot: {subject.heading}",
        alt=alt_text(comparison, subject),
        description=description(comparison, subject),
    )


def layout_forest(
    comparison: Comparison,
    *,
    measure: str,
    direction: Direction,
    kind: Kind,
    names: Mapping[str, str],
    outcome: str,
    level: float,
    scale: str = "",
    style: Style = DEFAULT,
) -> ForestLayout:
    """Lay out a forest plot in points, without drawing it; the arguments are those of `forest_plot`."""
    subject = _subject(comparison, measure, direction, kind, names, outcome, level, scale)
    return layout_rows(forest_content(comparison, subject, style), style)


def forest_content(comparison: Comparison, subject: Subject, style: Style = DEFAULT) -> Content:
    """Say what a forest plot shows, before it has a size."""
    main = comparison.main
    pooled = main if comparison.k > 1 else None
    columns = _columns(comparison, subject, weighted=pooled is not None)
    rows = [*_study_rows(comparison, subject, columns)]
    rows += _total_row(comparison, subject, columns, style)
    if pooled is not None:
        rows += _model_rows(comparison, pooled, subject, columns, style)
    ratio = subject.measure in RATIO_MEASURES
    return Content(
        heading=subject.heading,
        columns=columns,
        rows=tuple(rows),
        plot_header=_plot_header(subject, ratio) if any(row.mark for row in rows) else "",
        ratio=ratio,
        favours=favours(subject.direction, subject.name1, subject.name2),
        pooled=pooled.estimate if pooled is not None else float("nan"),
        notes=notes(comparison),
        unit=subject.scale,
    )


def _subject(
    comparison: Comparison,
    measure: str,
    direction: Direction,
    kind: Kind,
    names: Mapping[str, str],
    outcome: str,
    level: float,
    scale: str,
) -> Subject:
    name1, name2 = names_of(comparison, names)
    return Subject(
        outcome=clean(outcome),
        name1=name1,
        name2=name2,
        measure=measure,
        kind=kind,
        direction=direction,
        level=level,
        digits=_effect_digits(comparison, measure),
        scale=clean(scale) if measure == "MD" else "",
    )


def _effect_digits(comparison: Comparison, measure: str) -> int:
    """Give the narrowest interval two significant digits; ratios look after themselves."""
    if measure in RATIO_MEASURES:
        return LEAST_DECIMALS
    halves = [(study.ci_high - study.ci_low) / 2 for study in comparison.studies if study.estimable]
    return _decimals([half for half in halves if half > 0 and isfinite(half)], LEAST_DECIMALS)


def _decimals(values: Sequence[float], least: int) -> int:
    if not values:
        return least
    return min(max(1 - floor(log10(min(values))), least), MOST_DECIMALS)


def _plot_header(subject: Subject, ratio: bool) -> str:
    name = measure_name(subject.measure)
    name = name[:1].upper() + name[1:]
    return f"{name}\n(log scale)" if ratio else f"{name}"


def _columns(comparison: Comparison, subject: Subject, *, weighted: bool) -> tuple[Column, ...]:
    columns = [Column(header="Study", align="left")]
    headers = _arm_headers(comparison, subject)
    for group, name in enumerate((subject.name1, subject.name2), start=1):
        columns += [Column(header=header, spanner=name, group=group) for header in headers]
    name = measure_name(subject.measure)
    short = SHORT_NAMES.get(subject.measure, name[:1].upper() + name[1:])
    columns.append(Column(header=f"{short}\n({interval_name(subject.level)})", after_plot=True))
    if weighted:
        columns.append(Column(header="Weight\n(%)", after_plot=True))
    return tuple(columns)


def _arm_headers(comparison: Comparison, subject: Subject) -> tuple[str, ...]:
    """Choose the columns of an arm: its cells, or its size alone where only contrasts were reported."""
    if any(study.arm1 or study.arm2 for study in comparison.studies):
        return BINARY_HEADERS if subject.kind == "binary" else CONTINUOUS_HEADERS
    known = any(n is not None for study in comparison.studies for n in study.sizes)
    return SIZE_HEADERS if known else ()


def _study_rows(comparison: Comparison, subject: Subject, columns: tuple[Column, ...]) -> Iterator[Row]:
    weights = study_shares(comparison)
    fitted = iter(comparison.main.weights if comparison.main is not None else ())
    digits = _mean_digits(comparison)
    for study, shown in zip(comparison.studies, weights, strict=True):
        weight = float(next(fitted, 1.0)) if study.estimable else 0.0
        cells = [clean(study.label) + footnote_marks(study)]
        headers = [column.header for column in columns if column.group == 1]
        for arm, n in zip((study.arm1, study.arm2), study.sizes, strict=True):
            written = dict(_arm_cells(arm, n, subject, digits))
            cells += [written[header] for header in headers]
        cells.append(_effect_cell(study, subject))
        if columns[-1].header.startswith("Weight"):
            cells.append(shown)
        yield Row(cells=tuple(cells), mark=_study_mark(study, weight))


def _study_mark(study: StudyEffect, weight: float) -> Mark | None:
    if not study.estimable or not isfinite(study.yi):
        return None
    return Mark(kind="square", estimate=study.yi, low=study.ci_low, high=study.ci_high, weight=weight)


def _effect_cell(study: StudyEffect, subject: Subject) -> str:
    if not study.estimable:
        return "not estimable"
    return f"{subject.value(study.yi)} ({subject.pair(study.ci_low, study.ci_high)})"


def _mean_digits(comparison: Comparison) -> int:
    arms = [arm for study in comparison.studies for arm in (study.arm1, study.arm2) if arm is not None]
    return _decimals([arm.sd for arm in arms if arm.sd is not None and arm.sd > 0], 1)


def _arm_cells(
    arm: ArmData | None, n: int | None, subject: Subject, digits: int
) -> Iterator[tuple[str, str]]:
    """Write what an arm shows under each header; an en dash for what was not stated."""
    size = DASH if n is None else f"{n:,}"
    yield "n", size
    if subject.kind == "binary":
        events = DASH if arm is None or arm.events is None else f"{arm.events:,}"
        yield "events/n", f"{events}/{size}" if events != size else DASH
        return
    shown = DASH
    if arm is not None and arm.mean is not None and arm.sd is not None:
        shown = f"{fixed(arm.mean, digits)} ({fixed(arm.sd, digits)})"
    yield "mean (SD)", shown


def _total_row(
    comparison: Comparison, subject: Subject, columns: tuple[Column, ...], style: Style
) -> list[Row]:
    estimable = [study for study in comparison.studies if study.estimable]
    per_arm = sum(column.group == 1 for column in columns)
    if len(estimable) < 2 or not per_arm:
        return []
    cells = ["Total"]
    for side in (0, 1):
        arms = [(study.arm1, study.arm2)[side] for study in estimable]
        events = [(arm.events, arm.n) for arm in arms if arm is not None and arm.events is not None]
        n = sum(study.sizes[side] or 0 for study in estimable)
        if subject.kind == "binary" and events:
            cells.append("/".join(f"{sum(column):,}" for column in zip(*events, strict=True)))
        else:
            cells += ["", f"{n:,}"][-per_arm:]
    return [_padded(cells, columns, space=style.model_gap / 2)]


def _padded(cells: list[str], columns: tuple[Column, ...], *, space: float) -> Row:
    return Row(cells=tuple(cells + [""] * (len(columns) - len(cells))), space=space)


def _model_rows(
    comparison: Comparison, main: Pooled, subject: Subject, columns: tuple[Column, ...], style: Style
) -> Iterator[Row]:
    blank = [""] * (len(columns) - 3)
    estimate = f"{subject.value(main.estimate)} ({subject.pair(*main.ci)})"
    diamond = Mark(kind="diamond", estimate=main.estimate, low=main.ci[0], high=main.ci[1])
    cells = (model_name(main), *blank, estimate, "100.0")
    yield Row(cells=cells, mark=diamond, bold=True, space=style.model_gap)
    yield from _prediction_row(main, subject, blank)
    for fit in other_fits(comparison):
        pale = Mark(kind="pale diamond", estimate=fit.estimate, low=fit.ci[0], high=fit.ci[1])
        text = f"{subject.value(fit.estimate)} ({subject.pair(*fit.ci)})"
        yield Row(cells=(model_name(fit), *blank, text, ""), mark=pale, faint=True)


def _prediction_row(main: Pooled, subject: Subject, blank: list[str]) -> Iterator[Row]:
    low, high = main.prediction
    if main.k < LEAST_FOR_PREDICTION or not (isfinite(low) and isfinite(high)):
        return
    name = f"{100 * main.level:g}% prediction interval"
    bar = Mark(kind="bar", estimate=main.estimate, low=low, high=high)
    yield Row(cells=(name, *blank, f"({_pair(main.prediction, subject)})", ""), mark=bar)


def _pair(limits: Interval, subject: Subject) -> str:
    return subject.pair(*limits)

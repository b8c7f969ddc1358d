"""The forest plot of one comparison."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf, isfinite, nan
from typing import TYPE_CHECKING, Any

from metaan.figures.content import Content, Mark, Row
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.forest_arms import Arms, arms_of
from metaan.figures.forest_columns import ForestColumns, forest_columns
from metaan.figures.forest_lines import between_line, model_name, within_line
from metaan.figures.forest_text import (
    LEAST_FOR_PREDICTION,
    Subject,
    alt_text,
    description,
    favours,
    footnote_marks,
    interval_name,
    names_of,
    notes,
    other_fits,
    study_shares,
)
from metaan.figures.layout import ForestLayout, layout_rows
from metaan.figures.measure import clean
from metaan.figures.presets import METAAN, Preset
from metaan.figures.rob_badges import RobColumns, rob_columns
from metaan.format import DASH, RATIO_MEASURES, fixed, interval_digits
from metaan.results.margin import margin_band

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.results.appraisal import RobTable
    from metaan.results.margin import Margin
    from metaan.results.pairwise import Pooled
    from metaan.results.synthesis import Comparison, Panels, StudyEffect
    from metaan.types import Axis, Direction, Interval, Kind, Sort

__all__ = ["forest_plot", "layout_forest"]

NO_BAND: Interval = (nan, nan)


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
    preset: Preset = METAAN,
    rob: RobTable | None = None,
    margin: Margin = nan,
    sort: Sort = "plan",
    years: Mapping[str, int] | None = None,
    axis: Axis = "fitted",
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
    preset : Preset
        Words, numbers, sizes, colours and order of a journal.
    rob : RobTable, optional
        Judgements of risk of bias, for marks beside the studies; without it there is nothing about it.
    margin : float or (float, float)
        Smallest difference that matters, as a person reads it (1.25 or 0.8 for a ratio), for the shaded band,
        or the lower and the upper threshold where the sides differ (0.8 and 1.5); `nan` for none.
    sort : str
        Order of the studies, within groups where there are some: plan, year, effect, weight or label.
    years : mapping of str to int, optional
        Study id to year, for `sort`; a study without one comes last.
    axis : str
        "symmetric" reaches equally far on both sides of no effect; "fitted" as the data need.

    Returns
    -------
    Drawing
        Ready for `render`.

    Raises
    ------
    InputError
        For thresholds that do not lie on both sides of no effect.
    """
    subject = _subject(comparison, measure, direction, kind, names, outcome, level, scale, preset)
    extras = _Extras(rob=rob, margin=margin, sort=sort, years=years or {}, axis=axis)
    shown = _sorted(comparison, extras)
    content = _content(shown, subject, extras)
    layout = layout_rows(content, preset.style_for(kind))
    told = description(shown, subject)
    groups = _told_groups(shown, subject)
    return sheet_drawing(
        layout.sheet,
        id=id,
        title=preset.wording.told.title.format(about=subject.heading),
        alt=alt_text(comparison, subject, content.band),
        description=" ".join([told, *groups, *content.notes[len(notes(shown, preset)) :]]),
        preset=preset,
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
    preset: Preset = METAAN,
    rob: RobTable | None = None,
    margin: Margin = nan,
    sort: Sort = "plan",
    years: Mapping[str, int] | None = None,
    axis: Axis = "fitted",
) -> ForestLayout:
    """Lay out a forest plot in points, without drawing it; the arguments are those of `forest_plot`."""
    subject = _subject(comparison, measure, direction, kind, names, outcome, level, scale, preset)
    extras = _Extras(rob=rob, margin=margin, sort=sort, years=years or {}, axis=axis)
    content = _content(_sorted(comparison, extras), subject, extras)
    return layout_rows(content, preset.style_for(kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extras:
    """What a forest plot shows beyond effects."""

    rob: RobTable | None = None
    margin: Margin = nan
    sort: Sort = "plan"
    years: Mapping[str, int] = field(default_factory=dict)
    axis: Axis = "fitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """What rows are made of: the columns and what stands in them."""

    subject: Subject
    columns: ForestColumns
    arms: Arms
    rob: RobColumns
    weighted: bool

    @property
    def preset(self) -> Preset:
        """Words and numbers."""
        return self.subject.preset


def _content(comparison: Comparison, subject: Subject, extras: _Extras) -> Content:
    """Say what a forest plot shows, before it has a size."""
    preset, words = subject.preset, subject.preset.wording
    pooled = comparison.main if comparison.k > 1 else None
    table = _table(comparison, subject, extras, weighted=pooled is not None)
    rows = [*_study_rows(comparison, table), *_total_row(comparison, table)]
    if pooled is not None:
        rows += _model_rows(comparison, pooled, table)
        rows += _between_row(comparison.panels, table)
    ratio = subject.measure in RATIO_MEASURES
    plotted = any(row.mark for row in rows)
    band = margin_band(extras.margin, ratio=ratio) if plotted else NO_BAND
    return Content(
        heading=subject.heading if preset.heading else "",
        columns=table.columns.columns,
        rows=tuple(rows),
        plot_header=_plot_header(subject, pooled, ratio) if plotted else "",
        ratio=ratio,
        favours=favours(subject.direction, subject.name1, subject.name2, words.favours),
        pooled=pooled.estimate if pooled is not None else nan,
        notes=(*notes(comparison, preset), *_band_note(band, subject), *table.rob.notes),
        clipped=words.clipped,
        axis=extras.axis,
        unit=subject.scale,
        band=band,
        favours_on_top=preset.favours_on_top,
        decimal=preset.numerals.decimal,
        badges=table.rob.badges,
        legend=table.rob.legend,
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
    preset: Preset,
) -> Subject:
    name1, name2 = names_of(comparison, names)
    halves = [(study.ci_high - study.ci_low) / 2 for study in comparison.studies if study.estimable]
    return Subject(
        outcome=clean(outcome),
        name1=name1,
        name2=name2,
        measure=measure,
        kind=kind,
        direction=direction,
        level=level,
        digits=interval_digits(halves, measure),
        scale=clean(scale) if measure == "MD" else "",
        preset=preset if measure in RATIO_MEASURES else _joined(preset, comparison),
    )


def _joined(preset: Preset, comparison: Comparison) -> Preset:
    """Join the limits of all intervals alike, where one of them is negative."""
    fits = [fit for fit in (comparison.main, *other_fits(comparison, preset)) if fit is not None]
    limits = [study.ci_low for study in comparison.studies if study.estimable]
    limits += [low for fit in fits for low in (fit.ci[0], fit.prediction[0])]
    return replace(preset, numerals=preset.numerals.beside(limits))


def _sorted(comparison: Comparison, extras: _Extras) -> Comparison:
    """Bring the studies, with their weights and groups, into the order asked for; equals stay as they are."""
    if extras.sort == "plan":
        return comparison
    studies = comparison.studies
    weights = _weights(comparison)
    keys = {
        "year": lambda i: extras.years.get(studies[i].study, inf),
        "effect": lambda i: studies[i].yi if studies[i].estimable else inf,
        "weight": lambda i: -weights[i],
        "label": lambda i: clean(studies[i].label).casefold(),
    }
    order = sorted(range(len(studies)), key=keys[extras.sort])
    estimable = [i for i, study in enumerate(studies) if study.estimable]
    of_fits = [estimable.index(i) for i in order if i in set(estimable)]
    fits: dict[str, Any] = {
        name: None if (fit := getattr(comparison, name)) is None else _reweighed(fit, of_fits)
        for name in ("common", "wald", "hksj", "adhoc")
    }
    panels = comparison.panels
    if panels is not None:
        panels = replace(panels, members=tuple(panels.members[i] for i in order))
    return replace(comparison, studies=tuple(studies[i] for i in order), panels=panels, **fits)


def _reweighed(fit: Pooled, order: Sequence[int]) -> Pooled:
    return replace(fit, weights=fit.weights[list(order)]) if len(fit.weights) == len(order) else fit


def _weights(comparison: Comparison) -> list[float]:
    fitted = iter(comparison.main.weights if comparison.main is not None else ())
    return [float(next(fitted, 1.0)) if study.estimable else 0.0 for study in comparison.studies]


def _table(comparison: Comparison, subject: Subject, extras: _Extras, *, weighted: bool) -> _Table:
    preset = subject.preset
    arms = arms_of(comparison.studies, subject)
    rob = rob_columns(
        extras.rob, [study.study for study in comparison.studies], preset.wording, preset.rob_palette
    )
    columns = forest_columns(
        preset,
        arms=(arms.headers, arms.headers),
        names=(subject.name1, subject.name2),
        effect=_header(preset.wording.effect, subject, comparison.main),
        weighted=weighted,
        rob=rob.headers,
    )
    return _Table(subject=subject, columns=columns, arms=arms, rob=rob, weighted=weighted)


def _plot_header(subject: Subject, pooled: Pooled | None, ratio: bool) -> str:
    words = subject.preset.wording
    alone = words.plot_ratio if ratio else words.plot
    return _header(words.plot_pooled or alone if pooled is not None else alone, subject, pooled)


def _header(pattern: str, subject: Subject, fit: Pooled | None) -> str:
    words = subject.preset.wording
    name = words.capital(subject.measure)
    method, test = ("", "") if fit is None else (fit.method, fit.test)
    return pattern.format(
        measure=name,
        short=words.short.get(subject.measure, name),
        interval=interval_name(subject.level, words),
        method=words.methods.get(method, method),
        test=words.short_tests.get(test, test),
        model=words.models[method != "EE"],
    )


def _study_rows(comparison: Comparison, table: _Table) -> Iterator[Row]:
    shown = list(zip(comparison.studies, study_shares(comparison), _weights(comparison), strict=True))
    panels = comparison.panels
    if panels is None:
        yield from (_study_row(*each, table) for each in shown)
        return
    fits = {} if panels.found is None else dict(zip(panels.found.names, panels.found.groups, strict=True))
    style = table.preset.style
    for number, name in enumerate(sorted(set(panels.members), key=lambda each: (each == "", each))):
        space = style.model_gap if number else 0.0
        yield table.columns.row(_group_name(name, table), bold=True, space=space)
        own = [each for each, member in zip(shown, panels.members, strict=True) if member == name]
        for each in own:
            yield replace(_study_row(*each, table), indent=style.indent)
        fit = fits.get(name)
        if fit is not None and fit.k > 1:
            yield from _subtotal_rows(fit, [weight for _, weight, _ in own], table)


def _group_name(name: str, table: _Table) -> str:
    return clean(name) or table.preset.wording.no_group


def _subtotal_rows(fit: Pooled, weights: Sequence[str], table: _Table) -> Iterator[Row]:
    """Give the subtotal of a group of several studies, and how far they differ."""
    subject, words = table.subject, table.preset.wording
    indent = table.preset.style.indent
    yield table.columns.row(
        words.subtotal.format(k=fit.k),
        effect=subject.estimate(fit.estimate, *fit.ci),
        weight=table.preset.numerals.dress(fixed(sum(float(w) for w in weights if w != DASH), 1)),
        mark=Mark(kind="diamond", estimate=fit.estimate, low=fit.ci[0], high=fit.ci[1]),
        indent=indent,
    )
    told = within_line(fit, table.preset)
    yield table.columns.row(words.within.format(told=told), indent=indent, faint=True)


def _study_row(study: StudyEffect, share: str, weight: float, table: _Table) -> Row:
    subject, numerals = table.subject, table.preset.numerals
    if study.estimable:
        written = subject.estimate(study.yi, study.ci_low, study.ci_high)
    else:
        written = table.preset.wording.not_estimable
    return table.columns.row(
        clean(study.label) + footnote_marks(study),
        arms=[numerals.dress(cell) for cell in table.arms.cells(study)],
        effect=written,
        weight=numerals.dress(share) if table.weighted else "",
        rob=table.rob.cells.get(study.study, ()),
        mark=_study_mark(study, weight),
    )


def _study_mark(study: StudyEffect, weight: float) -> Mark | None:
    if not study.estimable or not isfinite(study.yi):
        return None
    return Mark(kind="square", estimate=study.yi, low=study.ci_low, high=study.ci_high, weight=weight)


def _total_row(comparison: Comparison, table: _Table) -> list[Row]:
    estimable = [study for study in comparison.studies if study.estimable]
    if len(estimable) < 2 or not table.arms.headers:
        return []
    cells = [table.preset.numerals.dress(cell) for cell in table.arms.totals(estimable)]
    space = table.preset.style.model_gap / 2
    return [table.columns.row(table.preset.wording.total, arms=cells, space=space)]


def _model_rows(comparison: Comparison, main: Pooled, table: _Table) -> Iterator[Row]:
    subject, style, preset = table.subject, table.preset.style, table.preset
    yield table.columns.row(
        model_name(main, preset),
        effect=subject.estimate(main.estimate, *main.ci),
        weight=preset.numerals.dress("100.0"),
        mark=Mark(kind="diamond", estimate=main.estimate, low=main.ci[0], high=main.ci[1]),
        bold=style.bold_model,
        space=style.model_gap,
    )
    yield from _prediction_row(main, table)
    for fit in other_fits(comparison, preset):
        yield table.columns.row(
            model_name(fit, preset),
            effect=subject.estimate(fit.estimate, *fit.ci),
            mark=Mark(kind="pale diamond", estimate=fit.estimate, low=fit.ci[0], high=fit.ci[1]),
            faint=True,
        )


def _prediction_row(main: Pooled, table: _Table) -> Iterator[Row]:
    low, high = main.prediction
    if main.k < LEAST_FOR_PREDICTION or main.method == "EE" or not (isfinite(low) and isfinite(high)):
        return
    yield table.columns.row(
        table.preset.wording.prediction.format(level=f"{100 * main.level:g}%"),
        effect=table.subject.interval(low, high),
        mark=Mark(kind="bar", estimate=main.estimate, low=low, high=high),
    )


def _between_row(panels: Panels | None, table: _Table) -> Iterator[Row]:
    if panels is not None and panels.found is not None:
        space = table.preset.style.model_gap
        yield table.columns.row(between_line(panels.found, table.preset), space=space)


def _told_groups(comparison: Comparison, subject: Subject) -> Iterator[str]:
    """Say what the groups show, for the long description."""
    panels = comparison.panels
    if panels is None or panels.found is None:
        return
    yield subject.preset.wording.grouped.format(column=clean(panels.column))
    for name, fit in zip(panels.found.names, panels.found.groups, strict=True):
        label = clean(str(name)) or subject.preset.wording.no_group
        told = subject.preset.wording.told.group
        yield told.format(label=label, k=fit.k, effect=subject.with_limits(fit.estimate, *fit.ci))
    yield between_line(panels.found, subject.preset)


def _band_note(band: Interval, subject: Subject) -> Iterator[str]:
    if isfinite(band[0]):
        low, high = (subject.preset.numerals.dress(subject.value(limit)) for limit in band)
        yield subject.preset.wording.band.format(low=low, high=high)

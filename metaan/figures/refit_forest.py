"""Forest plots of fits that are repeated: without each study, or with one study after the other."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING

from metaan.figures.content import Column, Content, Mark, Row
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.forest_lines import interval_name, model_name
from metaan.figures.forest_text import favours, short_text
from metaan.figures.layout import layout_rows
from metaan.figures.measure import clean
from metaan.figures.presets import METAAN, Preset
from metaan.figures.wording import RefitWords, counted
from metaan.format import (
    DASH,
    ONE_GROUP_MEASURES,
    RATIO_MEASURES,
    back_transform,
    interval_digits,
    percent,
    shown_effect,
)
from metaan.results.refits import Cumulative

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from metaan.results.pairwise import Pooled
    from metaan.results.refits import LeaveOneOut
    from metaan.types import Axis, Direction

__all__ = ["refit_forest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refit:
    label: str
    fit: Pooled
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    kind: str
    column: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    measure: str
    level: float
    outcome: str
    direction: Direction | None
    names: tuple[str, str]
    scale: str
    preset: Preset
    shown: Callable[[float], float] | None
    axis: Axis


def refit_forest(
    found: LeaveOneOut | Cumulative,
    labels: Sequence[str],
    *,
    id: str,  # noqa: A002
    measure: str,
    outcome: str,
    by: Sequence[float | str] = (),
    ordered_by: str = "year",
    direction: Direction | None = None,
    names: tuple[str, str] = ("", ""),
    scale: str = "",
    preset: Preset = METAAN,
    shown: Callable[[float], float] | None = None,
    axis: Axis = "fitted",
) -> Drawing:
    """Draw the pooled estimate without each study in turn, or as studies are added in their order.

    Parameters
    ----------
    found : LeaveOneOut or Cumulative
        The fits; none is computed again here.
    labels : sequence of str, length k
        Names of the studies, in the order in which they were given to the fit.
    id : str
        Id of the drawing.
    measure : str
        The measure's letters; ratio measures get a log axis.
    outcome : str
        For the heading.
    by : sequence of float or str, length k
        What orders the studies of a cumulative plot.
    ordered_by : str
        What `by` is.
    direction : str or None
        Which way is better, for the favours labels; None where nobody said.
    names : (str, str)
        Of both treatments.
    scale : str
        Scale and unit of a mean difference.
    preset : Preset
        Words, numbers, sizes and colours of a journal.
    shown : callable, optional
        Turns a value of the analysis scale into what a person reads, where the measure does not say how.
    axis : str
        "symmetric" reaches equally far on both sides of no effect; "fitted" as the data need.
    """
    said = preset.wording.refits
    if isinstance(found, Cumulative):
        rows, words = _added(found, labels, by, said), _cumulative_words(ordered_by, said)
    else:
        rows, words = _left_out(found, labels, said), _left_out_words(said)
    look = _Look(
        measure=measure,
        level=rows[-1].fit.level,
        outcome=clean(outcome),
        direction=direction,
        names=(clean(names[0]), clean(names[1])),
        scale=clean(scale) if measure == "MD" else "",
        preset=preset,
        shown=shown,
        axis=axis,
    )
    return _drawn(rows, words, look, id)


def _left_out(found: LeaveOneOut, labels: Sequence[str], said: RefitWords) -> list[_Refit]:
    each = zip(labels, found.without, strict=True)
    rows = [_Refit(label=said.without.format(study=clean(label)), fit=fit) for label, fit in each]
    return [*rows, _Refit(label=said.all, fit=found.overall, whole=True)]


def _left_out_words(said: RefitWords) -> _Words:
    return _Words(kind=said.left_out, column=said.left_out_column, note=said.left_out_note)


def _added(
    found: Cumulative, labels: Sequence[str], by: Sequence[float | str], said: RefitWords
) -> list[_Refit]:
    last = len(found.fits) - 1
    return [
        _Refit(
            label=(said.next if place else said.first).format(study=_named(labels[i], by[i], said)),
            fit=fit,
            whole=place == last,
        )
        for place, (i, fit) in enumerate(zip(found.order, found.fits, strict=True))
    ]


def _cumulative_words(ordered_by: str, said: RefitWords) -> _Words:
    note = said.added_note.replace("{order}", clean(ordered_by).replace("{", "{{").replace("}", "}}"))
    return _Words(kind=said.added, column=said.added_column, note=note)


def _named(label: str, by: float | str, said: RefitWords) -> str:
    """Name a study with what orders it, unless its name says it already."""
    value = clean(by) if isinstance(by, str) else f"{by:g}"
    return clean(label) if value in clean(label) else said.ordered.format(study=clean(label), by=value)


def _drawn(rows: Sequence[_Refit], words: _Words, look: _Look, id: str) -> Drawing:  # noqa: A002
    content, said = _content(rows, words, look), look.preset.wording.refits
    told = [f"{content.heading or look.outcome}."]
    told += [
        said.row.format(label=row.cells[0], effect=row.cells[1], I2=row.cells[2]) for row in content.rows
    ]
    studies = counted(look.preset.wording.studies, rows[-1].fit.k)
    facts = said.result.format(studies=studies, effect=content.rows[-1].cells[1])
    title = said.heading.format(kind=words.kind, about=_heading(look))
    return sheet_drawing(
        layout_rows(content, look.preset.style_for("generic")).sheet,
        id=id,
        title=title,
        alt=short_text("{about}", title, facts),
        description=" ".join([*told, *content.notes]),
        preset=look.preset,
    )


def _heading(look: _Look) -> str:
    words, (one, other) = look.preset.wording, look.names
    if not all(look.names):
        return look.outcome
    return words.heading.format(outcome=look.outcome, versus=words.versus.format(one=one, other=other))


def _content(rows: Sequence[_Refit], words: _Words, look: _Look) -> Content:
    preset, ratio, said = look.preset, look.measure in RATIO_MEASURES, look.preset.wording
    name, whole = said.capital(look.measure), rows[-1].fit
    heading = said.refits.heading.format(kind=words.kind, about=_heading(look))
    header = said.refits.effect.format(measure=name, interval=interval_name(look.level, said))
    return Content(
        heading=heading if preset.heading else "",
        columns=(
            Column(header=words.column, align="left"),
            Column(header=header, after_plot=True),
            Column(header=said.refits.i2, after_plot=True),
        ),
        rows=tuple(_rows(rows, look)),
        plot_header=said.log.format(measure=name) if ratio and preset.name == METAAN.name else name,
        ratio=ratio,
        favours=_favours(look),
        pooled=_place(whole.estimate, look),
        notes=(
            words.note.format(anew="" if whole.method == "EE" else said.refits.anew),
            said.refits.model.format(model=model_name(whole, preset)),
        ),
        null=nan if look.measure in ONE_GROUP_MEASURES or not look.measure else 0.0,
        clipped=said.clipped,
        axis=look.axis,
        unit=look.scale,
        favours_on_top=preset.favours_on_top,
        decimal=preset.numerals.decimal,
    )


def _favours(look: _Look) -> tuple[str, str]:
    if look.direction is None or not all(look.names):
        return "", ""
    return favours(look.direction, *look.names, look.preset.wording.favours)


def _place(value: float, look: _Look) -> float:
    """Give the place on the axis: the log of a ratio, else what a person reads."""
    if look.measure in RATIO_MEASURES or look.shown is None:
        return value
    return look.shown(value)


def _rows(rows: Sequence[_Refit], look: _Look) -> Iterator[Row]:
    fits = [row.fit for row in rows]
    halves = [(_place(fit.ci[1], look) - _place(fit.ci[0], look)) / 2 for fit in fits]
    digits = interval_digits(halves, look.measure)
    for row in rows:
        fit, whole = row.fit, row.whole
        estimate, low, high = (_place(value, look) for value in (fit.estimate, *fit.ci))
        yield Row(
            cells=(
                row.label,
                _text((fit.estimate, *fit.ci), look, digits),
                percent(fit.I2) if fit.k > 1 else DASH,
            ),
            mark=Mark(kind="diamond" if whole else "dot", estimate=estimate, low=low, high=high),
            bold=whole and look.preset.style.bold_model,
            space=look.preset.style.model_gap if whole else 0.0,
        )


def _text(values: tuple[float, float, float], look: _Look, digits: int) -> str:
    numerals = look.preset.numerals
    written = [_written(value, look, digits) for value in values]
    if not all(isfinite(value) for value in values[1:]):
        return numerals.dress(written[0])
    return f"{numerals.dress(written[0])} {numerals.interval(written[1], written[2])}"


def _written(value: float, look: _Look, digits: int) -> str:
    read = back_transform(value, look.measure) if look.shown is None else look.shown(value)
    return shown_effect(read, look.measure, digits)

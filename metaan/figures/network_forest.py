"""The forest plot of a network: every treatment against the reference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, isnan, nan
from statistics import NormalDist
from typing import TYPE_CHECKING

from metaan.errors import CannotDraw
from metaan.figures.content import Column, Content, Mark, Row
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.forest_lines import network_line
from metaan.figures.forest_text import favours, interval_name, short_text
from metaan.figures.layout import ForestLayout, layout_rows
from metaan.figures.measure import clean
from metaan.figures.presets import METAAN, Preset
from metaan.figures.wording import NetworkWords, Wording, counted
from metaan.format import (
    DASH,
    RATIO_MEASURES,
    effect,
    fixed,
    percent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.results.network import Component, Network
    from metaan.types import Axis, Direction, Interval

__all__ = ["Contrast", "contrasts_with", "layout_network_forest", "network_forest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One treatment against the reference; analysis scale, `nan` where they are not connected.

    Attributes
    ----------
    treatment : str
        Node.
    estimate, low, high : float
        Network estimate with its normal interval at the network's level.
    prediction : (float, float)
        Prediction interval; `nan` where there is none.
    direct : int
        Studies that compare the two directly.
    share : float
        Of the direct evidence in the estimate, in [0, 1]; `nan` where it is not given.
    score : float
        Of the treatment in a ranking, in [0, 1]; `nan` where it is not given.
    """

    treatment: str
    estimate: float
    low: float
    high: float
    prediction: Interval
    direct: int
    share: float = nan
    score: float = nan


def network_forest(
    network: Network,
    *,
    id: str,  # noqa: A002
    reference: str,
    measure: str,
    direction: Direction | None,
    names: Mapping[str, str],
    outcome: str,
    scale: str = "",
    scores: Mapping[str, float] | None = None,
    score_name: str = "",
    proportion_direct: Mapping[str, float] | None = None,
    preset: Preset = METAAN,
    axis: Axis = "fitted",
) -> Drawing:
    """Draw what the network says of every treatment against the reference.

    Parameters
    ----------
    network : Network
        The fit.
    id : str
        Id of the drawing.
    reference : str
        Node that the others are compared with.
    measure : str
        The measure's letters; ratio measures get a log axis.
    direction : str or None
        Which way is better; None where nobody said: the lowest comes first and no side is favoured.
    names : mapping of str to str
        Node to printed name.
    outcome : str
        For the heading.
    scale : str
        Scale and unit of a mean difference, printed above the plot; other measures have none.
    scores : mapping of str to float, optional
        A ranking of the nodes, in [0, 1], 1 the best: it orders the rows and has a column. Without it the
        estimates order them.
    score_name : str
        What `scores` are; empty for P-scores.
    proportion_direct : mapping of str to float, optional
        Share of the direct evidence in each node's estimate versus the reference, for a column.
    preset : Preset
        Words, numbers, sizes and colours of a journal.
    axis : str
        "symmetric" reaches equally far on both sides of no effect; "fitted" as the data need.

    Raises
    ------
    CannotDraw
        Where the reference is not in the network or nothing is connected to it; the message is the reason.
    """
    contrasts = contrasts_with(network, reference, direction, names, scores, proportion_direct)
    ranking = (score_name or preset.wording.network.score, (scores or {}).get(reference, nan))
    content = _content(
        network, contrasts, reference, measure, direction, names, clean(outcome), scale, ranking, preset, axis
    )
    words, against = preset.wording.network, _printed(reference, names)
    return sheet_drawing(
        layout_rows(content, preset.style_for("generic")).sheet,
        id=id,
        title=words.title.format(outcome=clean(outcome), reference=against),
        alt=_alt(network, contrasts, against, clean(outcome), preset.wording),
        description=_description(content, contrasts, measure, network.level, clean(outcome), preset.wording),
        preset=preset,
    )


def layout_network_forest(
    network: Network,
    *,
    reference: str,
    measure: str,
    direction: Direction | None,
    names: Mapping[str, str],
    outcome: str,
    scale: str = "",
    scores: Mapping[str, float] | None = None,
    score_name: str = "",
    proportion_direct: Mapping[str, float] | None = None,
    preset: Preset = METAAN,
    axis: Axis = "fitted",
) -> ForestLayout:
    """Lay out a network forest plot in points; the arguments are those of `network_forest`."""
    contrasts = contrasts_with(network, reference, direction, names, scores, proportion_direct)
    ranking = (score_name or preset.wording.network.score, (scores or {}).get(reference, nan))
    content = _content(
        network, contrasts, reference, measure, direction, names, clean(outcome), scale, ranking, preset, axis
    )
    return layout_rows(content, preset.style_for("generic"))


def contrasts_with(
    network: Network,
    reference: str,
    direction: Direction | None,
    names: Mapping[str, str],
    scores: Mapping[str, float] | None = None,
    proportion_direct: Mapping[str, float] | None = None,
) -> tuple[Contrast, ...]:
    """Take every treatment against the reference: the best of a ranking first, those out of reach last.

    Without a ranking the most favourable estimate stands first.

    Raises
    ------
    CannotDraw
        Where the reference is not in the network or nothing is connected to it.
    """
    called = _printed(reference, names)
    if reference not in network.treatments:
        raise CannotDraw(f"No network forest plot: {called} is not among the treatments of this network.")
    column = network.treatments.index(reference)
    contrasts = [
        replace(
            _contrast(network, i, column),
            score=(scores or {}).get(treatment, nan),
            share=(proportion_direct or {}).get(treatment, nan),
        )
        for i, treatment in enumerate(network.treatments)
        if i != column
    ]
    if not any(isfinite(contrast.estimate) for contrast in contrasts):
        raise CannotDraw(f"No network forest plot: no treatment is connected to {called}.")
    sign = -1 if direction == "higher_better" else 1
    return tuple(sorted(contrasts, key=lambda contrast: _place(contrast, sign)))


def _place(contrast: Contrast, sign: int) -> tuple[bool, bool, float, float]:
    reached = isfinite(contrast.estimate)
    score = -contrast.score if isfinite(contrast.score) and reached else 0.0
    return not reached, isnan(contrast.score), score, sign * contrast.estimate if reached else 0.0


def _contrast(network: Network, row: int, column: int) -> Contrast:
    estimate, se = float(network.estimate[row, column]), float(network.se[row, column])
    half = NormalDist().inv_cdf(0.5 + network.level / 2) * se
    low, high = float(network.prediction_low[row, column]), float(network.prediction_high[row, column])
    return Contrast(
        treatment=network.treatments[row],
        estimate=estimate,
        low=estimate - half,
        high=estimate + half,
        prediction=(low, high) if isfinite(low) and isfinite(high) else (nan, nan),
        direct=int(network.direct_studies[row, column]),
    )


def _content(
    network: Network,
    contrasts: Sequence[Contrast],
    reference: str,
    measure: str,
    direction: Direction | None,
    names: Mapping[str, str],
    outcome: str,
    scale: str,
    ranking: tuple[str, float],
    preset: Preset,
    axis: Axis,
) -> Content:
    predicted = any(isfinite(c.prediction[0]) for c in contrasts)
    shared = any(isfinite(c.share) for c in contrasts)
    ranked = any(isfinite(c.score) for c in contrasts)
    words, ratio, against = preset.wording, measure in RATIO_MEASURES, _printed(reference, names)
    title = words.capital(measure)
    heading = words.network.heading.format(outcome=outcome, reference=against)
    columns = _columns(network.level, measure, words, predicted=predicted, shared=shared)
    if ranked:
        columns.append(Column(header=clean(ranking[0]), after_plot=True))
    return Content(
        heading=heading if preset.heading else "",
        columns=tuple(columns),
        rows=tuple(
            _row(contrast, measure, names, preset, predicted=predicted, shared=shared, ranked=ranked)
            for contrast in contrasts
        ),
        plot_header=words.log.format(measure=title) if ratio else title,
        ratio=ratio,
        favours=("", "")
        if direction is None
        else favours(direction, words.network.any_treatment, against, words.favours),
        notes=tuple(
            _notes(network, contrasts, reference, direction, names, ranking, preset, predicted=predicted)
        ),
        clipped=words.clipped,
        axis=axis,
        unit=clean(scale) if measure == "MD" else "",
        favours_on_top=preset.favours_on_top,
        decimal=preset.numerals.decimal,
    )


def _columns(level: float, measure: str, words: Wording, *, predicted: bool, shared: bool) -> list[Column]:
    said = words.network
    short = words.short.get(measure, words.capital(measure))
    effect = said.effect.format(measure=short, interval=interval_name(level, words))
    columns = [
        Column(header=said.treatment, align="left"),
        Column(header=said.direct),
        *([Column(header=said.share)] if shared else []),
        Column(header=effect, after_plot=True),
    ]
    if predicted:
        header = said.prediction.format(level=f"{100 * level:g}%")
        columns.append(Column(header=header, after_plot=True))
    return columns


def _row(
    contrast: Contrast,
    measure: str,
    names: Mapping[str, str],
    preset: Preset,
    *,
    predicted: bool,
    shared: bool,
    ranked: bool,
) -> Row:
    numerals = preset.numerals
    reached = isfinite(contrast.estimate)
    cells = [_printed(contrast.treatment, names), str(contrast.direct)]
    if shared:
        cells.append(percent(contrast.share))
    cells.append(_estimate(contrast, measure, preset) if reached else preset.wording.network.unreachable)
    if predicted:
        known = reached and isfinite(contrast.prediction[0])
        limits = [effect(value, measure) for value in contrast.prediction]
        cells.append(numerals.interval(*limits) if known else DASH)
    if ranked:
        cells.append(numerals.dress(fixed(contrast.score)) if reached else DASH)
    if not reached:
        return Row(cells=tuple(cells), faint=True)
    mark = Mark(
        kind="dot",
        estimate=contrast.estimate,
        low=contrast.low,
        high=contrast.high,
        outer=contrast.prediction,
    )
    return Row(cells=tuple(cells), mark=mark)


def _estimate(contrast: Contrast, measure: str, preset: Preset) -> str:
    values = (contrast.estimate, contrast.low, contrast.high)
    estimate, low, high = (effect(value, measure) for value in values)
    return f"{preset.numerals.dress(estimate)} {preset.numerals.interval(low, high)}"


def _notes(
    network: Network,
    contrasts: Sequence[Contrast],
    reference: str,
    direction: Direction | None,
    names: Mapping[str, str],
    ranking: tuple[str, float],
    preset: Preset,
    *,
    predicted: bool,
) -> Iterator[str]:
    words = preset.wording.network
    component = next((c for c in network.components if reference in c.treatments), None)
    if component is not None:
        yield _heterogeneity(component, preset)
        if component.Q_inconsistency_dof == 0:
            yield words.inconsistency
    yield words.lines if predicted else words.no_prediction
    if direction is None:
        yield words.unordered
    else:
        yield _order_note(contrasts, ranking, _printed(reference, names), words)
    if any(isfinite(c.estimate) and not c.direct for c in contrasts):
        yield words.indirect
    apart = [_printed(c.treatment, names) for c in contrasts if isnan(c.estimate)]
    if apart:
        yield words.apart.format(reference=_printed(reference, names), treatments=", ".join(apart))


def _order_note(
    contrasts: Sequence[Contrast], ranking: tuple[str, float], reference: str, words: NetworkWords
) -> str:
    if not any(isfinite(contrast.score) for contrast in contrasts):
        return words.by_estimate
    name, own = clean(ranking[0]), ranking[1]
    scale = words.best_and_own if isfinite(own) else words.best
    return words.by_score.format(score=name, scale=scale.format(reference=reference, own=fixed(own)))


def _heterogeneity(component: Component, preset: Preset) -> str:
    if isnan(component.tau2):
        return preset.wording.network.no_tau2
    return network_line(component, preset)


def _printed(node: str, names: Mapping[str, str]) -> str:
    return clean(names.get(node, node))


def _alt(
    network: Network, contrasts: Sequence[Contrast], reference: str, outcome: str, words: Wording
) -> str:
    reached = sum(isfinite(c.estimate) for c in contrasts)
    apart = len(contrasts) - reached
    facts = words.network.reached.format(
        reached=reached,
        all=len(contrasts),
        reference=reference,
        studies=counted(words.studies, len(network.studies)),
        out=words.network.out.format(n=apart) if apart else "",
    )
    return short_text(words.network.short_title, outcome, facts)


def _description(
    content: Content,
    contrasts: Sequence[Contrast],
    measure: str,
    level: float,
    outcome: str,
    words: Wording,
) -> str:
    told = [f"{content.heading or outcome}."]
    if content.unit:
        told.append(words.network.scale.format(scale=content.unit))
    for row, contrast in zip(content.rows, contrasts, strict=True):
        told.append(_sentence(row.cells[0], contrast, measure, level, words))
    return " ".join([*told, *content.notes])


def _sentence(name: str, contrast: Contrast, measure: str, level: float, words: Wording) -> str:
    said = words.network
    if isnan(contrast.estimate):
        return said.row_apart.format(label=name)
    predicted, shared, scored = (
        isfinite(value) for value in (contrast.prediction[0], contrast.share, contrast.score)
    )
    return said.row.format(
        label=name,
        measure=words.measure(measure),
        value=effect(contrast.estimate, measure),
        interval=interval_name(level, words),
        limits=_limits((contrast.low, contrast.high), measure, words),
        prediction=said.row_prediction.format(limits=_limits(contrast.prediction, measure, words))
        if predicted
        else "",
        studies=counted(said.row_studies, contrast.direct),
        share=said.row_share.format(share=percent(contrast.share)) if shared else "",
        score=said.row_score.format(score=fixed(contrast.score)) if scored else "",
    )


def _limits(limits: Interval, measure: str, words: Wording) -> str:
    low, high = (effect(limit, measure) for limit in limits)
    return words.limits.format(low=low, high=high)

"""The figures of one network meta-analysis of a plain file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import CannotDraw, RequestError
from metaan.format import measure_name
from metaan.models.network.contribution import contributions
from metaan.models.network.heat import net_heat
from metaan.models.network.ranking import p_scores
from metaan.models.network.rankogram import rankogram
from metaan.models.network.splitting import split_nodes
from metaan.single_network.analysis import NOTHING
from metaan.single_network.ranking import NOT_SAID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from metaan.figures.drawing import Drawing
    from metaan.figures.network_graph import Part
    from metaan.figures.presets import Preset
    from metaan.results.network import Component, Network
    from metaan.single_network.analysis import NetworkAnalysis
    from metaan.types import Direction

__all__ = ["PLOTS", "draw_network"]

DIRECTIONS: Mapping[str, Direction] = {"desirable": "lower_better", "undesirable": "higher_better"}


def draw_network(analysis: NetworkAnalysis, plot: str, journal: str = "metaan") -> Drawing:
    """Draw a figure of an analysis.

    Parameters
    ----------
    analysis : NetworkAnalysis
        One with a fit.
    plot : str
        A key of `PLOTS`.
    journal : str
        Name of a preset.

    Raises
    ------
    CannotDraw
        Where the analysis does not carry the figure; the message is the reason.
    RequestError
        For an unknown plot or journal.
    """
    from metaan.figures.presets import preset_of

    if plot not in PLOTS:
        raise RequestError(f"--plot {plot!r} is not known; it takes {', '.join(PLOTS)}.")
    if analysis.fit is None:
        raise CannotDraw(f"No figure: {NOTHING}.")
    return PLOTS[plot](analysis, analysis.fit, preset_of(journal))


def _forest(analysis: NetworkAnalysis, fit: Network, preset: Preset) -> Drawing:
    from metaan.figures.network_forest import network_forest

    wanted = analysis.request.small_values
    return network_forest(
        fit,
        id="forest",
        reference=analysis.reference,
        measure=analysis.measure,
        direction=DIRECTIONS[wanted] if wanted is not None else None,
        names={},
        outcome=_outcome(analysis),
        scores=p_scores(fit, small_values=wanted) if wanted is not None else None,
        proportion_direct=_direct(analysis, fit),
        axis=analysis.request.axis,
        preset=preset,
    )


def _direct(analysis: NetworkAnalysis, fit: Network) -> dict[str, float]:
    """Give the share of direct evidence of each treatment against the reference."""
    shares = dict.fromkeys(fit.treatments, 0.0)
    for split in split_nodes(fit):
        pair = {split.treat1, split.treat2}
        if analysis.reference in pair:
            (other,) = pair - {analysis.reference}
            shares[other] = split.proportion_direct
    return shares


def _graph(analysis: NetworkAnalysis, fit: Network, preset: Preset) -> Drawing:
    from metaan.figures.network_graph import graph_of_parts

    if len(fit.treatments) < 3:
        raise CannotDraw("No network graph: it takes at least three treatments, and this network has two.")
    known = all(_size(analysis, *arm) is not None for arm in _arms(fit))
    parts = [_part(analysis, fit, component, known=known) for component in fit.components]
    return graph_of_parts(parts, id="graph", known=known, names={}, outcome=_outcome(analysis), preset=preset)


def _rankogram(analysis: NetworkAnalysis, fit: Network, preset: Preset) -> Drawing:
    from metaan.figures.rankogram import rankogram_figure

    small_values = analysis.request.small_values
    if small_values is None:
        raise CannotDraw(f"No rankogram: {NOT_SAID}.")
    ranks = rankogram(
        replace(fit, reference=analysis.reference),
        small_values=small_values,
        rng=np.random.default_rng(analysis.request.seed),
    )
    return rankogram_figure(ranks, id="rankogram", names={}, outcome=_outcome(analysis), preset=preset)


def _splits(analysis: NetworkAnalysis, fit: Network, preset: Preset) -> Drawing:
    from metaan.figures.node_split_forest import node_split_forest

    return node_split_forest(
        split_nodes(fit, method=analysis.request.splits),
        network=fit,
        id="splits",
        measure=analysis.measure,
        direction=_direction(analysis, "node-split forest plot"),
        names={},
        outcome=_outcome(analysis),
        axis=analysis.request.axis,
        preset=preset,
    )


def _heat(analysis: NetworkAnalysis, fit: Network, preset: Preset) -> Drawing:
    from metaan.figures.net_heat_plot import net_heat_plot

    return net_heat_plot(net_heat(fit), id="heat", names={}, outcome=_outcome(analysis), preset=preset)


def _league(analysis: NetworkAnalysis, fit: Network, preset: Preset) -> Drawing:
    from metaan.figures.league_heat import league_heat

    direction = _direction(analysis, "league table heat map")
    scores = p_scores(fit, small_values=analysis.request.small_values or "")
    return league_heat(
        fit,
        id="league",
        measure=analysis.measure,
        direction=direction,
        names={},
        outcome=_outcome(analysis),
        order=sorted(fit.treatments, key=lambda name: (-scores[name], name)),
        ordered_by="P-score",
        preset=preset,
    )


def _contributions(analysis: NetworkAnalysis, fit: Network, preset: Preset) -> Drawing:
    from metaan.figures.contribution_heat import contribution_heat

    found = contributions(fit, model="common" if analysis.request.method == "EE" else "random")
    return contribution_heat(
        found,
        id="contributions",
        names={},
        outcome=_outcome(analysis),
        reference=analysis.reference,
        preset=preset,
    )


def _funnel(analysis: NetworkAnalysis, fit: Network, preset: Preset) -> Drawing:
    from metaan.figures.adjusted_funnel import comparison_adjusted_funnel

    return comparison_adjusted_funnel(
        fit,
        id="funnel",
        order=analysis.request.order,
        order_is="as --order gives it",
        measure=analysis.measure,
        names={},
        outcome=_outcome(analysis),
        preset=preset,
    )


def _direction(analysis: NetworkAnalysis, what: str) -> Direction:
    if analysis.request.small_values is None:
        raise CannotDraw(
            f"No {what}: it shows which way is better; say so with --small-values desirable or undesirable."
        )
    return DIRECTIONS[analysis.request.small_values]


PLOTS: Mapping[str, Callable[[NetworkAnalysis, Network, Preset], Drawing]] = {
    "forest": _forest,
    "graph": _graph,
    "rankogram": _rankogram,
    "splits": _splits,
    "heat": _heat,
    "league": _league,
    "contributions": _contributions,
    "funnel": _funnel,
}
"""What --plot takes. Another figure is a function of an analysis, its fit and a preset, and a line here."""


def _outcome(analysis: NetworkAnalysis) -> str:
    name = measure_name(analysis.measure) if analysis.measure else "effect"
    return f"{name[:1].upper()}{name[1:]} ({analysis.intake.file})"


def _arms(fit: Network) -> dict[tuple[str, str], None]:
    """List every study's treatments once, in the order of the input."""
    used = fit.contrasts
    pairs = zip(used.study, used.treat1, used.treat2, strict=True)
    return dict.fromkeys((study, treatment) for study, *pair in pairs for treatment in pair)


def _size(analysis: NetworkAnalysis, study: str, treatment: str) -> float | None:
    return analysis.intake.sizes.get((study, treatment))


def _part(analysis: NetworkAnalysis, fit: Network, component: Component, *, known: bool) -> Part:
    from metaan.figures.network_graph import Part

    used, inside = fit.contrasts, set(component.treatments)
    studies: dict[tuple[str, str], dict[str, None]] = {}
    for study, one, other in zip(used.study, used.treat1, used.treat2, strict=True):
        if one in inside:
            pair = (one, other) if one < other else (other, one)
            studies.setdefault(pair, {})[study] = None
    members: dict[str, list[str]] = {}
    participants = dict.fromkeys(component.treatments, 0.0)
    for study, treatment in _arms(fit):
        if treatment in inside:
            members.setdefault(study, []).append(treatment)
            participants[treatment] += (_size(analysis, study, treatment) or 0.0) if known else 0.0
    return Part(
        treatments=component.treatments,
        participants=tuple(round(participants[name]) for name in component.treatments),
        studies={pair: tuple(named) for pair, named in studies.items()},
        multiarm=tuple(tuple(sorted(several)) for several in members.values() if len(several) > 2),
    )

"""Which figures a report has, and drawing them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from metaan.errors import CannotDraw
from metaan.report.rendered import RenderedFigure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from metaan.figures.drawing import Drawing
    from metaan.report.forest_looks import Looks
    from metaan.results.network import Network
    from metaan.results.synthesis import AnalysisResult
    from metaan.review.rows import Review

ROOMS = {
    "adjusted_funnel": "comparison_adjusted_funnel",
    "baujat": "baujat_plot",
    "contribution_heat": "contribution_heat",
    "drapery": "drapery_plot",
    "forest": "forest_plot",
    "funnel": "funnel_plot",
    "gosh": "gosh_plot",
    "influence_panel": "influence_panel",
    "labbe": "labbe_plot",
    "league_heat": "league_heat",
    "net_heat_plot": "net_heat_plot",
    "network_forest": "network_forest",
    "network_graph": "network_graph",
    "node_split_forest": "node_split_forest",
    "prisma_flow": "prisma_flow",
    "radial": "radial_plot",
    "rankogram": "rankogram_figure",
    "refit_forest": "refit_forest",
    "rob_summary": "rob_summary",
    "rob_traffic": "rob_traffic_light",
}
"""Module of metaan.figures to the function that draws."""

FILES: tuple[Literal["pdf", "png", "tiff", "eps"], ...] = ("pdf", "png", "tiff", "eps")

__all__ = ["ROOMS", "Wanted", "draw", "dressed", "scale_names", "wanted_figures"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A figure to be drawn: which room draws it, and from what.

    Attributes
    ----------
    id, title : str
        File name without its ending, unique because no kind's prefix begins with another's; heading.
    room : str
        Module of metaan.figures, one of `ROOMS`.
    arguments : mapping
        Keyword arguments of the room's function.
    formats : tuple of str
        Files to write; the page always needs the SVG.
    caution : str
        A line to be written inside it; empty for none.
    """

    id: str
    title: str
    room: str
    arguments: Mapping[str, Any]
    formats: tuple[str, ...] = ("svg", "pdf", "png")
    caution: str = ""


def wanted_figures(
    analyses: Sequence[AnalysisResult],
    names: Mapping[str, str],
    reference: str,
    scales: Mapping[str, str] | None = None,
    looks: Looks | None = None,
) -> tuple[Wanted, ...]:
    """List the figures: a forest plot per comparison, a network graph and a network forest per analysis.

    Parameters
    ----------
    analyses : sequence of AnalysisResult
        Their main scenarios are drawn.
    names : mapping of str to str
        Node to the name to print.
    reference : str
        The node that network estimates are shown against; where a network does not hold it, its first.
    scales : mapping of str to str, optional
        Outcome to the name of its scale, as `scale_names` gives it, for the axes of mean differences.
    looks : Looks, optional
        What the plan says of how figures look.
    """
    from metaan.report.forest_looks import Looks
    from metaan.report.sections import comparison_anchors  # the processes that draw do without it

    anchors = comparison_anchors(analyses)
    looks = looks or Looks()
    return tuple(
        dressed(figure, looks)
        for analysis in analyses
        for figure in _of_analysis(analysis, names, reference, anchors, _scale(analysis, scales or {}), looks)
    )


def dressed(figure: Wanted, looks: Looks) -> Wanted:
    """Give a figure the journal and the files that the plan asks for, and its caution."""
    return replace(
        figure,
        formats=looks.formats,
        arguments={**figure.arguments, "preset": looks.preset},
        caution=looks.caution(figure.room, figure.arguments),
    )


def scale_names(review: Review) -> dict[str, str]:
    """Give the name of each outcome's scale, with its unit where the review states one.

    Parameters
    ----------
    review : Review
        Its outcomes.csv.
    """
    return {row.text["outcome_id"]: row.text["scale_name"] for row in review.tables["outcomes"]}


def draw(figure: Wanted) -> RenderedFigure:
    """Draw one figure in its formats, or keep the reason why its data do not carry it."""
    from metaan.figures.drawing import settled

    with settled():
        return _drawn(figure)


def _drawn(figure: Wanted) -> RenderedFigure:
    from metaan.figures.drawing import render

    try:
        drawing = _drawing(figure)
    except CannotDraw as reason:
        return RenderedFigure(id=figure.id, title=figure.title, alt="", description="", refusal=str(reason))
    written: dict[str, Any] = {name: render(drawing, name) for name in FILES if name in figure.formats}
    return RenderedFigure(
        id=figure.id,
        title=drawing.title,
        alt=drawing.alt,
        description=drawing.description,
        svg=render(drawing, "svg"),
        remark="; ".join(drawing.remarks),
        files=tuple(name for name in ("pdf", "png", "svg", "tiff", "eps") if name in figure.formats),
        **written,
    )


def _of_analysis(
    analysis: AnalysisResult,
    names: Mapping[str, str],
    reference: str,
    anchors: Mapping[tuple[str, str, str], str],
    scale: str,
    looks: Looks,
) -> Iterator[Wanted]:
    from metaan.report.further import further_figures  # the processes that draw do without it

    scenario = analysis.main
    shared = {"names": dict(names), "outcome": analysis.title}
    reading = {"measure": scenario.measure, "direction": analysis.direction, "scale": scale}
    axis = looks.axis(analysis.id)
    for comparison in scenario.comparisons:
        pair = (comparison.treat1, comparison.treat2)
        yield Wanted(
            id=f"forest-{anchors[analysis.id, *pair]}",
            title=f"{analysis.title}: {' versus '.join(names.get(node, node) for node in pair)}",
            room="forest",
            arguments={"comparison": comparison, "kind": analysis.kind, "level": analysis.level}
            | shared
            | reading
            | looks.forest(analysis, comparison),
        )
        for refit in looks.refits(
            comparison, anchors[analysis.id, *pair], {**shared, **reading, "axis": axis}
        ):
            yield Wanted(**refit)
        for kind, own in further_figures(analysis, comparison, names, looks.seed):
            yield Wanted(
                id=f"{kind.prefix}-{anchors[analysis.id, *pair]}",
                title=f"{own['outcome']}: {kind.name}",
                room=kind.room,
                arguments=own,
            )
    yield Wanted(
        id=f"network-{analysis.id}",
        title=f"{analysis.title}: network of comparisons",
        room="network_graph",
        arguments={"scenario": scenario} | shared,
    )
    network = scenario.network
    if network is not None:
        held = reference if reference in network.treatments else network.reference or network.treatments[0]
        yield Wanted(
            id=f"estimates-{analysis.id}",
            title=f"{analysis.title}: network estimates against {names.get(held, held)}",
            room="network_forest",
            arguments={
                "network": network,
                "reference": held,
                "axis": axis,
                **_ranked(analysis, held),
                **shared,
                **reading,
            },
        )
        yield from _of_network(analysis, network, shared, reading, axis)


def _ranked(analysis: AnalysisResult, reference: str) -> dict[str, Any]:
    """Give the order and the shares of direct evidence of the treatments against the reference."""
    found = analysis.findings
    if found is None:
        return {}
    pairs = zip(found.contributions.pairs, found.contributions.proportion_direct, strict=True)
    return {
        "scores": {each.treatment: each.p_score for each in found.ranked},
        "proportion_direct": {
            node: float(share)
            for pair, share in pairs
            if reference in pair
            for node in pair
            if node != reference
        },
    }


def _of_network(
    analysis: AnalysisResult,
    network: Network,
    shared: Mapping[str, Any],
    reading: Mapping[str, Any],
    axis: str,
) -> Iterator[Wanted]:
    """List the figures of what is found out about a network; each room refuses where there is nothing."""
    found = analysis.findings
    if found is None:
        return
    wanted: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = (
        (
            "league",
            "league table",
            "league_heat",
            {
                "network": network,
                "order": [each.treatment for each in found.ranked],
                "ordered_by": "P-score, the best first",
                **reading,
            },
        ),
        ("ranks", "ranks", "rankogram", {"rankogram": found.ranks}),
        (
            "splits",
            "direct and indirect evidence",
            "node_split_forest",
            {"splits": found.splits, "network": network, "axis": axis, **reading},
        ),
        ("heat", "net heat plot", "net_heat_plot", {"heat": found.heat}),
        (
            "contributions",
            "contributions",
            "contribution_heat",
            {"contributions": found.contributions, "reference": found.reference},
        ),
        (
            "funnel",
            "comparison-adjusted funnel plot",
            "adjusted_funnel",
            {
                "network": network,
                "order": analysis.funnel_order,
                "order_is": analysis.funnel_order_is,
                "measure": reading["measure"],
            },
        ),
    )
    for kind, words, room, own in wanted:
        yield Wanted(
            id=f"{kind}-{analysis.id}",
            title=f"{analysis.title}: {words}",
            room=room,
            arguments={**own, **shared},
        )


def _scale(analysis: AnalysisResult, scales: Mapping[str, str]) -> str:
    """Name the scale that all outcomes of an analysis share; several scales have no common unit."""
    named = {scales.get(outcome, "") for outcome in analysis.outcomes}
    return named.pop() if len(named) == 1 else ""


def _drawing(figure: Wanted) -> Drawing:
    room = import_module(f"metaan.figures.{figure.room}")
    draws: Callable[..., Drawing] = getattr(room, ROOMS[figure.room])
    if not figure.caution:
        return draws(**figure.arguments, id=figure.id)
    from metaan.figures.caution import drawn_with_caution
    from metaan.figures.presets import METAAN

    return drawn_with_caution(
        lambda preset: draws(**{**figure.arguments, "preset": preset}, id=figure.id),
        figure.caution,
        preset=figure.arguments.get("preset", METAAN),
    )

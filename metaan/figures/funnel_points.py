"""What a comparison-adjusted funnel plot shows: how far each study lies from the mean of its comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.errors import CannotDraw
from metaan.figures.measure import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.results.network import Network

__all__ = ["FunnelPoint", "funnel_points"]

LEAST_POINTS = 10
LEAST_STUDIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelPoint:
    """One contrast of a study, later treatment minus earlier; analysis scale.

    Attributes
    ----------
    study : str
        Label.
    later, earlier : str
        Nodes.
    effect : float
        The study's effect.
    deviation : float
        The effect minus the pooled direct effect of the same comparison.
    se : float
        Of the effect.
    """

    study: str
    later: str
    earlier: str
    effect: float
    deviation: float
    se: float


def funnel_points(network: Network, order: Sequence[str]) -> tuple[FunnelPoint, ...]:
    """Take the contrasts of comparisons with two studies or more, later versus earlier treatment.

    Raises
    ------
    CannotDraw
        Where the order does not hold every treatment once, or for fewer than ten such contrasts.
    """
    place = _places(network, order)
    contrasts = network.contrasts
    earliest: dict[str, int] = {}
    for study, *pair in zip(contrasts.study, contrasts.treat1, contrasts.treat2, strict=True):
        earliest[study] = min([earliest.get(study, len(place)), *(place[node] for node in pair)])
    rows = zip(contrasts.study, contrasts.treat1, contrasts.treat2, contrasts.yi, contrasts.sei, strict=True)
    points = (
        _point(network, place, study, one, other, float(yi), float(sei))
        for study, one, other, yi, sei in rows
        if min(place[one], place[other]) == earliest[study] and _studies(network, one, other) >= LEAST_STUDIES
    )
    found = tuple(sorted(points, key=lambda p: (place[p.earlier], place[p.later])))
    _refuse(found)
    return found


def _places(network: Network, order: Sequence[str]) -> dict[str, int]:
    """Say where each treatment stands in the order, which has to hold every one of them."""
    if not order:
        raise CannotDraw(
            "No comparison-adjusted funnel plot: it takes an order of the treatments in which small-study"
            " effects would point one way, such as from older to newer, and none is given."
        )
    twice = [node for node in dict.fromkeys(order) if list(order).count(node) > 1]
    missing = [node for node in network.treatments if node not in order]
    for nodes, fault in ((twice, "holds more than once"), (missing, "lacks")):
        if nodes:
            listed = ", ".join(clean(node) for node in nodes)
            raise CannotDraw(f"No comparison-adjusted funnel plot: the order {fault}: {listed}.")
    return {node: i for i, node in enumerate(order)}


def _studies(network: Network, one: str, other: str) -> int:
    place = network.treatments.index(one), network.treatments.index(other)
    return int(network.direct_studies[place])


def _point(
    network: Network, place: Mapping[str, int], study: str, one: str, other: str, yi: float, sei: float
) -> FunnelPoint:
    later, earlier = (one, other) if place[one] > place[other] else (other, one)
    effect = yi if later == one else -yi
    pair = network.treatments.index(later), network.treatments.index(earlier)
    mean = float(network.direct_estimate[pair])
    return FunnelPoint(
        study=study, later=later, earlier=earlier, effect=effect, deviation=effect - mean, se=sei
    )


def _refuse(points: Sequence[FunnelPoint]) -> None:
    if len(points) < LEAST_POINTS:
        many = "contrast" if len(points) == 1 else "contrasts"
        raise CannotDraw(
            f"No comparison-adjusted funnel plot: {len(points)} {many} of comparisons with two or more"
            f" studies; asymmetry cannot be judged below {LEAST_POINTS}."
        )

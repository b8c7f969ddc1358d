"""What is found out about the network of an analysis beyond its estimates."""

from __future__ import annotations

import re
from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from metaan.format import RATIO_MEASURES
from metaan.models.network.contribution import contribution_by_judgement, contributions
from metaan.models.network.heat import net_heat
from metaan.models.network.inconsistency import decompose_designs
from metaan.models.network.loops import bucher
from metaan.models.network.modifiers import modifier_table
from metaan.models.network.ranking import better_than
from metaan.models.network.rankogram import rank_table, rankogram
from metaan.models.network.splitting import split_nodes
from metaan.models.network.spread import assumed_tau2, network_heterogeneity_interval
from metaan.report.evidence import study_names
from metaan.report.limits import overall_judgements
from metaan.report.margins import margin_of
from metaan.results.contribution import NOT_JUDGED
from metaan.results.findings import NetworkFindings
from metaan.results.margin import margin_band

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.report.pairs import Order
    from metaan.results.contribution import Contributions
    from metaan.results.inconsistency import Loop
    from metaan.results.modifiers import ModifierTable
    from metaan.results.network import Network, NodeSplit
    from metaan.results.ranking import BetterThan
    from metaan.results.synthesis import Scenario
    from metaan.review.plan import AnalysisPlan
    from metaan.review.rows import Review
    from metaan.review.settle import Settled
    from metaan.types import Direction, SmallValues

__all__ = ["findings_of", "small_values_of"]

SAMPLES = 100_000
UNKNOWN = ("", NOT_JUDGED, "not applicable")
MODIFIERS = {
    "year": "year",
    "duration_days": "duration (days)",
    "n_randomised": "participants randomised",
    "condition": "condition",
}
"""Columns of studies.csv that describe what may change an effect, and the name to print."""


def findings_of(
    review: Review, analysis: AnalysisPlan, choices: Settled, scenario: Scenario, order: Order
) -> NetworkFindings | None:
    """Look into the network of an analysis' main scenario.

    Parameters
    ----------
    review : Review
        Its seed, its margins and its judgements of bias are used.
    analysis : AnalysisPlan
        The analysis.
    choices : Settled
        Its choices; the direction decides which rank is the first.
    scenario : Scenario
        Its main scenario.
    order : Order
        Which treatment of a pair is named first.

    Returns
    -------
    NetworkFindings or None
        None where there is no network.
    """
    network = scenario.network
    if network is None:
        return None
    reference = network.reference or network.components[0].treatments[-1]
    small_values = small_values_of(
        "higher_better" if choices.direction == "higher_better" else "lower_better"
    )
    margin = _margin(review, analysis, choices, small_values)
    ranks = rankogram(
        network,
        small_values=small_values,
        rng=np.random.default_rng([review.plan.review.seed, crc32(analysis.id.encode())]),
        samples=SAMPLES,
    )
    by_margin = () if isnan(margin) else _better(network, reference, small_values, margin)
    by_study = contributions(network, of="studies")
    held = frozenset(network.studies)
    judged = {
        study: word for study, word in overall_judgements(review, choices.outcomes).items() if study in held
    }
    return NetworkFindings(
        reference=reference,
        heterogeneity=network_heterogeneity_interval(network),
        assumed=assumed_tau2(network, measure=choices.measure) if isnan(network.tau2) else (),
        designs=decompose_designs(network),
        splits=tuple(_turned(each, order) for each in split_nodes(network)),
        loops=tuple(_labelled(review, each) for each in bucher(network)),
        heat=net_heat(network),
        ranks=ranks,
        ranked=rank_table(network, ranks),
        better=_better(network, reference, small_values, 0.0),
        better_by_margin=by_margin,
        margin=margin,
        contributions=_named(contributions(network), order),
        studies=_named(by_study, order),
        judged=contribution_by_judgement(
            _named(by_study, order), {study: word for study, word in judged.items() if word not in UNKNOWN}
        ),
        modifiers=_modifiers(review, network),
    )


def small_values_of(direction: Direction) -> SmallValues:
    """Say whether a lower effect is the better one.

    Examples
    --------
    >>> small_values_of("higher_better")
    'undesirable'
    """
    return "undesirable" if direction == "higher_better" else "desirable"


def _better(network: Network, reference: str, small_values: str, margin: float) -> tuple[BetterThan, ...]:
    return better_than(network, reference, small_values=small_values, margin=margin)


def _margin(review: Review, analysis: AnalysisPlan, choices: Settled, small_values: SmallValues) -> float:
    """Give the smallest benefit that matters on the analysis scale; `nan` where none is named."""
    named = margin_of(review, analysis, choices.measure)
    low, high = margin_band(named, ratio=choices.measure in RATIO_MEASURES)
    return -low if small_values == "desirable" else high


def _turned(split: NodeSplit, order: Order) -> NodeSplit:
    """State a comparison in the order of the review."""
    if order.pair(split.treat1, split.treat2) == (split.treat1, split.treat2):
        return split
    return replace(
        split,
        treat1=split.treat2,
        treat2=split.treat1,
        direct=-split.direct,
        indirect=-split.indirect,
        difference=-split.difference,
    )


def _labelled(review: Review, loop: Loop) -> Loop:
    """Name studies in the notes of a loop as the report prints them."""
    labels = {repr(study): label for study, label in study_names(review).items()}
    pattern = re.compile("|".join(map(re.escape, labels)) or "(?!)")
    notes = (pattern.sub(lambda found: labels[found[0]], note) for note in loop.notes)
    return replace(loop, notes=tuple(notes))


def _named(found: Contributions, order: Order) -> Contributions:
    """Name the pairs in the order of the review; shares have no sign."""
    return replace(found, pairs=tuple(order.pair(*pair) for pair in found.pairs))


def _modifiers(review: Review, network: Network) -> ModifierTable:
    """Describe the studies of each comparison by what studies.csv says of them."""
    rows = {row.text["study_id"]: row for row in review.tables["studies"]}
    used = network.contrasts
    told: dict[str, Mapping[object, object]] = {
        name: {study: rows[study].value[column] for study in network.studies if study in rows}
        for column, name in MODIFIERS.items()
        if any(study in rows and rows[study].text[column] for study in network.studies)
    }
    return modifier_table(used.study, used.treat1, used.treat2, told or {"year": {}})

"""Section: ranks with their direction and their uncertainty, or why nothing is ranked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan, log
from typing import TYPE_CHECKING

import numpy as np

from metaan.format import LOG_MEASURES, canonical, fixed, percent
from metaan.models.network.ranking import better_than
from metaan.models.network.rankogram import rank_table, rankogram
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section
from metaan.single_network.words import UNCONNECTED, with_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.network import Network
    from metaan.results.ranking import BetterThan, RankedTreatment, Rankogram
    from metaan.single_network.analysis import NetworkAnalysis
    from metaan.single_network.words import Record
    from metaan.types import SmallValues

__all__ = ["RANKING", "direction_words"]

NOT_SAID = (
    "no ranking was made: it was not said whether small values are desirable (--small-values desirable) or"
    " undesirable, and a wrong guess would turn it upside down"
)
APART = "ranks compare treatments of one part of the network only"
NUMBERS = ("p_score", "sucra", "mean_rank", "median_rank", "rank_low", "rank_high", "best")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """Ranks of every component with their rankogram; none with the reason.

    Attributes
    ----------
    parts : tuple of (Rankogram, tuple of RankedTreatment)
        One for each component.
    beats : mapping of str to BetterThan
        Of each treatment against the reference, by the margin.
    reason : str
        Why there is none.
    """

    parts: tuple[tuple[Rankogram, tuple[RankedTreatment, ...]], ...]
    beats: dict[str, BetterThan]
    reason: str


def _compute(analysis: NetworkAnalysis) -> Ranking:
    fit, small_values = analysis.network, analysis.request.small_values
    if small_values is None:
        return Ranking(parts=(), beats={}, reason=NOT_SAID)
    rng = np.random.default_rng(analysis.request.seed)
    parts = tuple(
        _part(replace(fit, reference=component.treatments[0]), small_values, rng)
        for component in fit.components
    )
    found = better_than(fit, analysis.reference, small_values=small_values, margin=_margin(analysis))
    return Ranking(parts=parts, beats={each.treatment: each for each in found}, reason="")


def _part(
    fit: Network, small_values: SmallValues, rng: np.random.Generator
) -> tuple[Rankogram, tuple[RankedTreatment, ...]]:
    ranks = rankogram(fit, small_values=small_values, rng=rng)
    return ranks, rank_table(fit, ranks)


def _margin(analysis: NetworkAnalysis) -> float:
    """Give the margin on the analysis scale; the margin of a ratio is given as a ratio."""
    margin = analysis.request.margin
    if margin is None:
        return 0.0
    return abs(log(margin)) if analysis.measure in LOG_MEASURES else margin


def direction_words(analysis: NetworkAnalysis) -> str:
    """Say which way is better, as it was asked for."""
    name = analysis.measure or "effect"
    return f"a small {name} is {analysis.request.small_values}"


def _lines(found: Ranking, analysis: NetworkAnalysis) -> Iterator[str]:
    if found.reason:
        yield f"{found.reason[:1].upper()}{found.reason[1:]}"
        return
    yield f"Ranking; {direction_words(analysis)}; the best has a P-score and SUCRA of 1 and rank 1"
    level = f"{100 * analysis.request.level:g}%"
    head = ["Treatment", "P-score", "SUCRA", "Mean rank", f"Ranks ({level})", "P(best)", _beats(analysis)]
    for number, (_, table) in enumerate(found.parts, start=1):
        if len(found.parts) > 1:
            yield f"Part {number}"
        yield from aligned([head, *(_cells(row, found) for row in table)], left={0})
    samples = found.parts[0][0].samples
    yield f"SUCRA and ranks are from {samples:,} draws (seed {analysis.request.seed})"
    if len(found.parts) > 1:
        yield f"{APART[:1].upper()}{APART[1:]}"


def _beats(analysis: NetworkAnalysis) -> str:
    margin = analysis.request.margin
    by = "" if margin is None else f" by {margin:g}"
    return f"P(better than {analysis.reference}{by})"


def _cells(row: RankedTreatment, found: Ranking) -> list[str]:
    beats = found.beats.get(row.treatment)
    chance = "–" if beats is None or isnan(beats.probability) else percent(beats.probability, 1)
    scores = [row.treatment, fixed(row.p_score, 4), fixed(row.sucra, 3), fixed(row.mean_rank, 1)]
    return [*scores, f"{row.rank_low:g} to {row.rank_high:g}", percent(row.best, 1), chance]


def _record(found: Ranking, analysis: NetworkAnalysis) -> Record:
    return {
        "small_values": analysis.request.small_values,
        "seed": analysis.request.seed,
        "samples": found.parts[0][0].samples if found.parts else None,
        "p_scores": [
            {"treatment": row.treatment, "component": number, "score": canonical(row.p_score)}
            for number, (_, table) in enumerate(found.parts, start=1)
            for row in table
        ],
        "ranks": [
            {"treatment": row.treatment, "component": number}
            | {name: canonical(getattr(row, name)) for name in NUMBERS}
            | {"rank_probabilities": _probabilities(ranks, row.treatment)}
            for number, (ranks, table) in enumerate(found.parts, start=1)
            for row in table
        ],
        "better_than_reference": [
            with_reason(
                {
                    "treatment": each.treatment,
                    "reference": each.reference,
                    "margin": canonical(each.margin),
                    "probability": canonical(each.probability),
                },
                UNCONNECTED,
            )
            for each in found.beats.values()
        ],
        "reason": found.reason,
    }


def _probabilities(ranks: Rankogram, treatment: str) -> list[float | None]:
    return [canonical(value) for value in ranks.probabilities[ranks.treatments.index(treatment)].tolist()]


def _rows(found: Ranking, analysis: NetworkAnalysis) -> Iterator[Row]:
    if found.reason:
        yield Row(quantity="p_score", note=found.reason)
        return
    said = direction_words(analysis)
    for number, (ranks, table) in enumerate(found.parts, start=1):
        where = str(number) if len(found.parts) > 1 else ""
        for row in table:
            for name in NUMBERS:
                value = float(getattr(row, name))
                yield Row(quantity=name, value=value, treat1=row.treatment, part=where, note=said)
        for i, name in enumerate(ranks.treatments):
            for rank, value in enumerate(ranks.probabilities[i].tolist(), start=1):
                yield Row(quantity=f"probability of rank {rank}", value=value, treat1=name, part=where)
    for each in found.beats.values():
        note = UNCONNECTED if isnan(each.probability) else said
        pair = {"treat1": each.treatment, "treat2": each.reference}
        yield Row(quantity="probability of being better", value=each.probability, note=note, **pair)


RANKING = Section(name="ranking", compute=_compute, lines=_lines, record=_record, rows=_rows)

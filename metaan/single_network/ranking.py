"""Section: P-scores with their direction, or why nothing is ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.format import canonical, fixed
from metaan.models.network.ranking import p_scores
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from metaan.single_network.analysis import NetworkAnalysis
    from metaan.single_network.words import Record

__all__ = ["RANKING", "direction_words"]

NOT_SAID = (
    "no ranking was made: it was not said whether small values are desirable (--small-values desirable) or"
    " undesirable, and a wrong guess would turn it upside down"
)
APART = "scores compare treatments of one part of the network only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """P-scores of every treatment, component by component, the best first; none with the reason."""

    scores: tuple[Mapping[str, float], ...]
    reason: str


def _compute(analysis: NetworkAnalysis) -> Ranking:
    fit = analysis.network
    if analysis.request.small_values is None:
        return Ranking(scores=(), reason=NOT_SAID)
    scores = p_scores(fit, small_values=analysis.request.small_values)
    ordered = [
        sorted(component.treatments, key=lambda name: (-scores[name], name)) for component in fit.components
    ]
    return Ranking(scores=tuple({name: scores[name] for name in part} for part in ordered), reason="")


def direction_words(analysis: NetworkAnalysis) -> str:
    """Say which way is better, as it was asked for."""
    name = analysis.measure or "effect"
    return f"a small {name} is {analysis.request.small_values}"


def _lines(found: Ranking, analysis: NetworkAnalysis) -> Iterator[str]:
    if found.reason:
        yield f"{found.reason[:1].upper()}{found.reason[1:]}"
        return
    yield f"P-scores, 1 the best and 0 the worst; {direction_words(analysis)}"
    for number, part in enumerate(found.scores, start=1):
        if len(found.scores) > 1:
            yield f"Part {number}"
        yield from aligned([["Treatment", "P-score"], *([n, fixed(s, 4)] for n, s in part.items())], left={0})
    if len(found.scores) > 1:
        yield f"{APART[:1].upper()}{APART[1:]}"


def _record(found: Ranking, analysis: NetworkAnalysis) -> Record:
    return {
        "small_values": analysis.request.small_values,
        "p_scores": [
            {"treatment": name, "component": number, "score": canonical(score)}
            for number, part in enumerate(found.scores, start=1)
            for name, score in part.items()
        ],
        "reason": found.reason,
    }


def _rows(found: Ranking, analysis: NetworkAnalysis) -> Iterator[Row]:
    if found.reason:
        yield Row(quantity="p_score", note=found.reason)
        return
    for number, part in enumerate(found.scores, start=1):
        where = str(number) if len(found.scores) > 1 else ""
        for name, score in part.items():
            yield Row(
                quantity="p_score", value=score, treat1=name, part=where, note=direction_words(analysis)
            )


RANKING = Section(name="ranking", compute=_compute, lines=_lines, record=_record, rows=_rows)

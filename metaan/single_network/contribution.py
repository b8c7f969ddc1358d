"""Section: what each direct comparison and each study contributes to the estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.format import canonical, percent
from metaan.models.network.contribution import contributions
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.contribution import Contributions
    from metaan.single_network.analysis import NetworkAnalysis
    from metaan.single_network.words import Record

__all__ = ["CONTRIBUTIONS"]

LEAST = 0.05
"""Shares below this are added up in the text."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Both:
    """Contributions of direct comparisons, and of studies."""

    comparisons: Contributions
    studies: Contributions


def _compute(analysis: NetworkAnalysis) -> Both:
    fit = analysis.network
    model = "common" if analysis.request.method == "EE" else "random"
    return Both(
        comparisons=contributions(fit, of="comparisons", model=model),
        studies=contributions(fit, of="studies", model=model),
    )


def _lines(found: Both, analysis: NetworkAnalysis) -> Iterator[str]:
    shown = [i for i, pair in enumerate(found.comparisons.pairs) if analysis.reference in pair]
    if not shown:
        return
    yield f"Contributions of direct comparisons to the estimates versus {analysis.reference} ({_how(found)})"
    rows = [["Estimate", "Direct share", "Comparisons"]]
    for i in shown:
        pair, direct = found.comparisons.pairs[i], found.comparisons.proportion_direct[i]
        rows.append([" – ".join(pair), percent(float(direct), 1), _shares(found.comparisons, i)])
    yield from aligned(rows, left={0, 2})
    yield from (f"- {note}" for note in dict.fromkeys((*found.comparisons.notes, *found.studies.notes)))


def _how(found: Both) -> str:
    return f"shortest paths, weights of the {found.comparisons.model}-effects model"


def _shares(found: Contributions, row: int) -> str:
    ranked = sorted(zip(found.shares[row].tolist(), found.sources, strict=True), key=lambda each: -each[0])
    told = [f"{source} {percent(share, 1)}" for share, source in ranked if share >= LEAST]
    rest = sum(share for share, _ in ranked if share < LEAST)
    return ", ".join([*told, *([f"others {percent(rest, 1)}"] if rest >= LEAST / 100 else [])])


def _record(found: Both, analysis: NetworkAnalysis) -> Record:  # noqa: ARG001 - one shape for all
    return {
        "model": found.comparisons.model,
        "method": found.comparisons.method,
        "estimates": _estimates(found),
        "notes": list(dict.fromkeys((*found.comparisons.notes, *found.studies.notes))),
    }


def _estimates(found: Both) -> list[Record]:
    return [
        {
            "treat1": pair[0],
            "treat2": pair[1],
            "proportion_direct": canonical(float(found.comparisons.proportion_direct[i])),
            "comparisons": _positive(found.comparisons, i),
            "studies": _positive(found.studies, i),
        }
        for i, pair in enumerate(found.comparisons.pairs)
    ]


def _positive(found: Contributions, row: int) -> dict[str, float | None]:
    shares = zip(found.sources, found.shares[row].tolist(), strict=True)
    return {source: canonical(share) for source, share in shares if share > 0}


def _rows(found: Both, analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001 - one shape for all
    for i, (one, other) in enumerate(found.comparisons.pairs):
        direct = float(found.comparisons.proportion_direct[i])
        yield Row(quantity="proportion_direct", value=direct, treat1=one, treat2=other)
        for source, share in _positive(found.comparisons, i).items():
            if share is not None:
                yield Row(quantity="of comparison", value=share, treat1=one, treat2=other, part=source)
        for source, share in _positive(found.studies, i).items():
            if share is not None:
                yield Row(quantity="of study", value=share, treat1=one, treat2=other, study=source)


CONTRIBUTIONS = Section(name="contributions", compute=_compute, lines=_lines, record=_record, rows=_rows)

"""Section: what the network looks like: treatments, designs, comparisons, and the parts it falls into."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from metaan.single_network.section import Row, Section
from metaan.single_network.words import Record, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.network import Network
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["GEOMETRY", "Geometry"]

TWO = "with two treatments this is a pairwise meta-analysis; metaan pool says more about it"
STAR = "the network is a star around {}: all else is indirect, and inconsistency cannot be assessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """The shape of a network.

    Attributes
    ----------
    studies : int
        Number of studies.
    treatments : tuple of str
        Sorted.
    designs : tuple of (tuple of str, int)
        Sets of treatments and their number of studies, the most frequent first.
    pairs : tuple of (str, str, int)
        Direct comparisons and their number of studies.
    multiarm : tuple of str
        Studies with more than two treatments.
    components : tuple of tuple of str
        Treatments that are connected, the largest component first.
    centre : str
        The treatment that every direct comparison has; empty where there is none.
    """

    studies: int
    treatments: tuple[str, ...]
    designs: tuple[tuple[tuple[str, ...], int], ...]
    pairs: tuple[tuple[str, str, int], ...]
    multiarm: tuple[str, ...]
    components: tuple[tuple[str, ...], ...]
    centre: str


def _compute(analysis: NetworkAnalysis) -> Geometry:
    fit = analysis.network
    arms: dict[str, set[str]] = {}
    for study, *pair in zip(fit.contrasts.study, fit.contrasts.treat1, fit.contrasts.treat2, strict=True):
        arms.setdefault(study, set()).update(pair)
    count: dict[tuple[str, ...], int] = {}
    for members in arms.values():
        design = tuple(sorted(members))
        count[design] = count.get(design, 0) + 1
    pairs = tuple(_pairs(fit))
    return Geometry(
        studies=len(fit.studies),
        treatments=fit.treatments,
        designs=tuple(sorted(count.items(), key=lambda each: (-each[1], each[0]))),
        pairs=pairs,
        multiarm=fit.multiarm,
        components=tuple(component.treatments for component in fit.components),
        centre=_centre(pairs, len(fit.treatments)),
    )


def _pairs(fit: Network) -> Iterator[tuple[str, str, int]]:
    for i, j in combinations(range(len(fit.treatments)), 2):
        if fit.direct_studies[i, j] > 0:
            yield fit.treatments[i], fit.treatments[j], int(fit.direct_studies[i, j])


def _centre(pairs: Sequence[tuple[str, str, int]], treatments: int) -> str:
    if treatments < 3 or not pairs:
        return ""
    shared = set(pairs[0][:2]).intersection(*({one, other} for one, other, _ in pairs))
    return shared.pop() if len(shared) == 1 and len(pairs) == treatments - 1 else ""


def _lines(found: Geometry, analysis: NetworkAnalysis) -> Iterator[str]:  # noqa: ARG001 - one shape for all
    n = len(found.treatments)
    yield (
        f"Network: {counted(found.studies, 'study', 'studies')}, {counted(n, 'treatment')},"
        f" {len(found.pairs)} of {n * (n - 1) // 2} comparisons direct,"
        f" {counted(len(found.designs), 'design')}"
    )
    for design, count in found.designs:
        yield f"    {' – '.join(design)}: {counted(count, 'study', 'studies')}"
    if found.multiarm:
        yield f"More than two arms: {', '.join(found.multiarm)}"
    if len(found.components) > 1:
        yield f"The network falls apart into {len(found.components)} parts; each is analysed on its own"
        for number, part in enumerate(found.components, start=1):
            yield f"    part {number}: {', '.join(part)}"
        yield "Treatments of different parts cannot be compared"
    if n == 2:
        yield f"Note: {TWO}"
    if found.centre:
        yield f"Note: {STAR.format(found.centre)}"


def _record(found: Geometry, analysis: NetworkAnalysis) -> Record:  # noqa: ARG001 - one shape for all
    return {
        "studies": found.studies,
        "treatments": list(found.treatments),
        "designs": [{"treatments": list(design), "studies": count} for design, count in found.designs],
        "direct": [{"treat1": a, "treat2": b, "studies": count} for a, b, count in found.pairs],
        "multiarm": list(found.multiarm),
        "components": [list(part) for part in found.components],
        "cannot_be_compared": [{"treat1": a, "treat2": b} for a, b in _apart(found)],
        "star": found.centre or None,
    }


def _apart(found: Geometry) -> Iterator[tuple[str, str]]:
    for one, other in combinations(found.components, 2):
        yield from ((a, b) for a in one for b in other)


def _rows(found: Geometry, analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001 - one shape for all
    yield Row(quantity="studies", value=float(found.studies))
    yield Row(quantity="treatments", value=float(len(found.treatments)))
    for design, count in found.designs:
        yield Row(quantity="studies of design", value=float(count), part=" – ".join(design))
    for one, other, count in found.pairs:
        yield Row(quantity="direct studies", value=float(count), treat1=one, treat2=other)
    for number, part in enumerate(found.components, start=1):
        yield Row(
            quantity="treatments of component", value=float(len(part)), part=str(number), text=", ".join(part)
        )
    for one, other in _apart(found):
        yield Row(quantity="cannot be compared", treat1=one, treat2=other, note="no connected evidence")


GEOMETRY = Section(name="geometry", compute=_compute, lines=_lines, record=_record, rows=_rows)

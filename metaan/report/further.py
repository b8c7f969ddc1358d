"""Figures beyond the forest plot: which of them a comparison carries, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metaan.figures.guards import LEAST
from metaan.report.pooled_rows import comparison_cells, pooled_rows
from metaan.report.wording import counted, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.results.synthesis import AnalysisResult, Comparison

__all__ = ["FURTHER", "Further", "further_figures", "not_drawn", "nothing_to_draw"]

LEAST_POOLED = 2
TWO_RISKS = frozenset({"OR", "RR", "RD", "PETO", "AS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """A kind of figure: prefix of its id, its name as in `guards.LEAST`, and the room that draws it."""

    prefix: str
    name: str
    room: str


FURTHER = (
    Further(prefix="contour-funnel", name="funnel plot", room="funnel"),
    Further(prefix="labbe", name="L'Abbé plot", room="labbe"),
    Further(prefix="radial", name="radial plot", room="radial"),
    Further(prefix="drapery", name="drapery plot", room="drapery"),
    Further(prefix="baujat", name="Baujat plot", room="baujat"),
    Further(prefix="influence-panel", name="influence panel", room="influence_panel"),
    Further(prefix="gosh", name="GOSH plot", room="gosh"),
)


def further_figures(
    analysis: AnalysisResult, comparison: Comparison, names: Mapping[str, str], seed: int = 0
) -> Iterator[tuple[Further, Mapping[str, Any]]]:
    """List the figures that a comparison carries, with the arguments of the rooms that draw them.

    Parameters
    ----------
    analysis, comparison : AnalysisResult, Comparison
        A comparison of its main scenario.
    names : mapping of str to str
        Node to the name to print.
    seed : int
        Of what is drawn at random.
    """
    measure = analysis.main.measure
    if comparison.main is None:
        return
    kept, yi, vi = pooled_rows(comparison)
    groups = tuple(names.get(node, node) for node in (comparison.treat1, comparison.treat2))
    shared = {
        "fit": comparison.main,
        "yi": yi,
        "vi": vi,
        "measure": measure,
        "labels": [one.label for one in kept],
        "outcome": f"{analysis.title}: {' versus '.join(groups)}",
    }
    own: Mapping[str, Mapping[str, Any]] = {
        "funnel": {"asymmetry": comparison.asymmetry, "filled": comparison.trim_fill},
        "labbe": {"cells": comparison_cells(comparison), "groups": groups},
        "drapery": {"common": comparison.common},
        "baujat": {"diagnostics": comparison.influence},
        "influence_panel": {"diagnostics": comparison.influence},
        "gosh": {"seed": seed},
    }
    for each in FURTHER:
        if not _why_not(each, comparison, measure):
            yield each, {**shared, **own.get(each.room, {})}


def not_drawn(comparison: Comparison, measure: str) -> str:
    """Say in one sentence which figures a comparison does not carry, and why.

    Empty where it carries all, and for fewer than two studies, of which `nothing_to_draw` speaks.

    Examples
    --------
    >>> from metaan.results.synthesis import Comparison
    >>> nine = Comparison(
    ...     treat1="A", treat2="B", studies=(), k=9, n=900, common=None, wald=None, hksj=None, adhoc=None,
    ...     headline="wald", heterogeneity=None,
    ... )
    >>> not_drawn(nine, "MD")
    'Not drawn with nine studies: funnel plot (asymmetry cannot be judged below 10).'
    """
    if comparison.k < LEAST_POOLED:
        return ""
    reasons = [
        f"{each.name} ({why})"
        for each in FURTHER
        if _fits(each, measure) and (why := _why_not(each, comparison, measure))
    ]
    if not reasons:
        return ""
    return f"Not drawn with {counted(comparison.k, 'study', 'studies')}: {joined(reasons, 'and')}."


def nothing_to_draw(comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    """Say once that comparisons of one study have no figure beyond the forest plot; nothing where none is."""
    alone = sum(each.k == 1 for each in comparisons)
    if not alone:
        return ()
    which = "The comparison" if len(comparisons) == 1 else "A comparison"
    figures = ", ".join(each.name for each in FURTHER[:-1])
    return (
        f"{which} of one study has no figure beyond the forest plot: {figures} and {FURTHER[-1].name} take"
        " two studies or more.",
    )


def _fits(each: Further, measure: str) -> bool:
    return each.room != "labbe" or measure in TWO_RISKS


def _why_not(each: Further, comparison: Comparison, measure: str) -> str:
    """Give the reason why a figure is not drawn; empty where it is."""
    if comparison.k < LEAST[each.name]:
        least = LEAST[each.name]
        return f"asymmetry cannot be judged below {least}" if each.room == "funnel" else f"it takes {least}"
    if each.room == "labbe" and not _fits(each, measure):
        return "it takes two risks"
    if each.room == "labbe" and "ai" not in comparison_cells(comparison):
        return "it takes the counts of both arms of every study"
    return ""

"""What the methods text says of small-study effects, influence, and the figures that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.figures.guards import LEAST
from metaan.report.clauses import Clause
from metaan.report.further import further_figures
from metaan.report.wording import joined
from metaan.results.gosh import ALL_OF_15
from metaan.results.least import LEAST_FOR_ASYMMETRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.asymmetry import Asymmetry
    from metaan.results.synthesis import AnalysisResult, Comparison

__all__ = ["small_study_clauses"]

TEST_WORKS = {
    "egger": "egger1997",
    "thompson": "thompson1999",
    "begg": "begg1994",
    "harbord": "harbord2006",
    "peters": "peters2006",
    "rucker": "rucker2008",
    "macaskill": "macaskill2001",
    "pustejovsky": "pustejovsky2019",
}
FIGURE_WORKS = {
    "funnel": ("contour-enhanced funnel plots", "peters2008"),
    "labbe": ("L'Abbé plots", "labbe1987"),
    "radial": ("radial plots", "galbraith1988"),
    "drapery": ("drapery plots", "rucker2021"),
    "baujat": ("Baujat plots", "baujat2002"),
    "influence_panel": ("influence panels", "viechtbauer2010"),
    "gosh": ("GOSH plots", "olkin2012"),
}


def small_study_clauses(analyses: Sequence[AnalysisResult], seed: int) -> list[Clause]:
    """Say which tests of small-study effects ran and which figures were drawn; nothing where no study pools.

    Parameters
    ----------
    analyses : sequence of AnalysisResult
        What ran.
    seed : int
        Of what was drawn at random.
    """
    comparisons = [each for analysis in analyses for each in analysis.main.comparisons if each.k > 1]
    if not comparisons:
        return []
    found = [each.asymmetry for each in comparisons if each.asymmetry is not None]
    clauses = _tests(found) if found else [_none()]
    return [*clauses, *_trim_fill(comparisons), *_figures(analyses), *_subsets(comparisons, seed)]


def _none() -> Clause:
    return Clause(
        f"Small-study effects were not tested: no comparison had {LEAST_FOR_ASYMMETRY} studies, below which"
        " asymmetry of a funnel cannot be judged.",
        ("sterne2011",),
    )


def _tests(found: Sequence[Asymmetry]) -> list[Clause]:
    chosen = dict.fromkeys(each.main.name for each in found)
    words = {test.name: test.words for each in found for test in each.tests}
    others = [name for name in words if name not in chosen and name != "regression"]
    clauses = [
        Clause(
            f"Where {LEAST_FOR_ASYMMETRY} studies or more were pooled, small-study effects were tested by"
            f" {joined([words[name] for name in chosen], 'or')}, chosen by the effect measure.",
            (*(TEST_WORKS[name] for name in chosen), "sterne2011"),
        )
    ]
    if others:
        clauses.append(
            Clause(
                f"Beside it a table gives {joined([words[name] for name in others], 'and')}, and a regression"
                " on the standard error with random effects.",
                tuple(TEST_WORKS[name] for name in others),
            )
        )
    return clauses


def _trim_fill(comparisons: Sequence[Comparison]) -> Iterator[Clause]:
    if any(each.trim_fill is not None for each in comparisons):
        yield Clause(
            "As a sensitivity analysis, trim and fill counted by the estimator L0 how many studies make a"
            " funnel asymmetric, and the mean was taken again, by its own model, with their mirror images.",
            ("duval2000",),
        )


def _subsets(comparisons: Sequence[Comparison], seed: int) -> Iterator[Clause]:
    """Say what a GOSH plot is made of, and of which comparisons it shows a sample."""
    least = LEAST["GOSH plot"]
    if any(each.k >= least for each in comparisons):
        text = "A GOSH plot shows the estimate and I² of every subset of two studies or more"
        if any(2**each.k - 1 > ALL_OF_15 for each in comparisons):
            text += (
                f"; where there are more than 15 studies, of {ALL_OF_15:,} subsets drawn at random without"
                f" replacement (seed {seed})"
            )
        yield Clause(f"{text}.", ("olkin2012",))


def _figures(analyses: Sequence[AnalysisResult]) -> list[Clause]:
    drawn = {
        kind.room
        for analysis in analyses
        for comparison in analysis.main.comparisons
        for kind, _ in further_figures(analysis, comparison, {})
    }
    named = [FIGURE_WORKS[room] for room in FIGURE_WORKS if room in drawn]
    if not named:
        return []
    clauses = [
        Clause(
            f"Where there were studies enough, {joined([words for words, _ in named], 'and')} show them.",
            tuple(work for _, work in named),
        )
    ]
    if "influence_panel" in drawn:
        clauses.append(
            Clause(
                "The influence of a study is what the mean does when that study is left out: deleted"
                " residuals, DFFITS, Cook's distances, and τ² and Q without it.",
                ("viechtbauer2010",),
            )
        )
    return clauses

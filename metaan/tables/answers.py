"""Table of what the evidence says of each question, outcome by outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import DASH, back_transform, effect_with_interval, fixed, shown_scale
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.results.synthesis import AnalysisResult, Answer

__all__ = ["answers_table"]

_COLUMNS = (
    Column(name="outcome", title="Outcome"),
    Column(name="analysis", title="Analysis", where="csv"),
    Column(name="treat1", title="First"),
    Column(name="treat2", title="Second"),
    Column(name="evidence", title="Evidence"),
    Column(name="basis", title="Model"),
    Column(name="measure", title="Measure"),
    Column(name="effect_text", title="Effect (interval)", where="html"),
    *(Column(name=n, title=n, numeric=True, where="csv") for n in ("effect", "effect_low", "effect_high")),
    *(Column(name=n, title=n, numeric=True, where="csv") for n in ("estimate", "se", "ci_low", "ci_high")),
    Column(name="k", title="Direct studies", numeric=True),
    Column(name="n", title="Direct participants", numeric=True),
    Column(name="reason", title="What limits it"),
)


def answers_table(analyses: Sequence[AnalysisResult], names: Mapping[str, str]) -> Table:
    """Set out every question of the review against every outcome, also where there is no evidence.

    Parameters
    ----------
    analyses : sequence of AnalysisResult
        Their main scenarios are shown.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per outcome and question, first versus second.
    """
    rows = tuple(_row(analysis, answer, names) for analysis in analyses for answer in analysis.main.answers)
    return Table(
        id="answers", title="The questions of the review, outcome by outcome", columns=_COLUMNS, rows=rows
    )


def _row(analysis: AnalysisResult, answer: Answer, names: Mapping[str, str]) -> tuple[Cell, ...]:
    measure = analysis.main.measure
    scale = (answer.estimate, answer.ci_low, answer.ci_high)
    known = answer.estimate == answer.estimate
    shown = effect_with_interval(*scale, measure) if known else DASH
    return (
        Cell(analysis.title, href=f"#{analysis.id}"),
        Cell(analysis.id),
        Cell(names.get(answer.treat1, answer.treat1)),
        Cell(names.get(answer.treat2, answer.treat2)),
        Cell("no connected evidence" if answer.evidence == "none" else answer.evidence),
        Cell(answer.basis or DASH),
        Cell(measure),
        Cell(shown),
        *(number_cell(back_transform(v, measure), fixed(v), shown_scale(answer.se, measure)) for v in scale),
        *(
            number_cell(v, fixed(v, 4), answer.se)
            for v in (answer.estimate, answer.se, answer.ci_low, answer.ci_high)
        ),
        Cell(str(answer.k), float(answer.k)),
        Cell(f"{answer.n:,}", float(answer.n)),
        Cell(answer.reason),
    )

"""Tables of small-study effects and of the influence of each study."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, nan
from typing import TYPE_CHECKING

from metaan.format import DASH, fixed, percent, pvalue, significant, variance
from metaan.tables.table import Cell, Column, Table, number_cell, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.results.asymmetry import Asymmetry, SmallStudyTest
    from metaan.results.diagnostics import InfluenceDiagnostics
    from metaan.results.synthesis import AnalysisResult, Comparison

__all__ = ["asymmetry_table", "influence_table"]

LEAST_FOR_PANEL = 5

_TESTS = (
    Column(name="test", title="Test"),
    Column(name="comparison", title="Comparison"),
    Column(name="treatment_1", title="First treatment", where="csv"),
    Column(name="treatment_2", title="Second treatment", where="csv"),
    Column(name="key", title="Key", where="csv"),
    Column(name="chosen", title="Chosen"),
    Column(name="predictor", title="Against"),
    Column(name="studies", title="Studies", numeric=True),
    Column(name="estimate", title="Slope, or τ", numeric=True),
    Column(name="se", title="SE", numeric=True),
    Column(name="statistic", title="t or z", numeric=True),
    Column(name="df", title="df", numeric=True),
    Column(name="p", title="P", numeric=True),
    Column(name="note", title="Note"),
)
_CAUSES = (
    "Asymmetry has many causes: studies or results that were not published are one, and heterogeneity, the"
    " design of small studies and chance are others. With few studies the tests have little power."
)
_INFLUENCE = (
    Column(name="study", title="Study left out"),
    Column(name="comparison", title="Comparison"),
    Column(name="study_id", title="Id", where="csv"),
    Column(name="rstudent", title="Studentised residual", numeric=True),
    Column(name="dffits", title="DFFITS", numeric=True),
    Column(name="dfbetas", title="DFBETAS", numeric=True, where="csv"),
    Column(name="cook", title="Cook's distance", numeric=True),
    Column(name="cov_ratio", title="Covariance ratio", numeric=True),
    Column(name="tau2_without", title="τ² without", numeric=True),
    Column(name="q_without", title="Q without", numeric=True),
    Column(name="hat", title="Weight", numeric=True),
    Column(name="influential", title="Influential"),
)


def asymmetry_table(analysis: AnalysisResult, names: Mapping[str, str]) -> Table:
    """List the tests of small-study effects of the comparisons of ten studies or more.

    Parameters
    ----------
    analysis : AnalysisResult
        Its main scenario is shown.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per comparison and test, the chosen one named; no row where no comparison has ten studies.
    """
    found = [(each, each.asymmetry) for each in analysis.main.comparisons if each.asymmetry is not None]
    notes = dict.fromkeys(text for _, tests in found for text in (tests.reason, *map(sentence, tests.notes)))
    return Table(
        id=f"{analysis.id}-asymmetry",
        title=f"{analysis.title}: tests of small-study effects",
        columns=_columns(_TESTS, [each for each, _ in found]),
        rows=tuple(row for each, tests in found for row in _rows(each, tests, names)),
        notes=(*notes, _CAUSES),
    )


def influence_table(analysis: AnalysisResult, names: Mapping[str, str]) -> Table:
    """List what each study does to the mean of its comparison, in comparisons of five studies or more.

    Parameters
    ----------
    analysis : AnalysisResult
        Its main scenario is shown.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per comparison and study: the numbers of the influence panel.
    """
    shown = [
        (each, each.influence)
        for each in analysis.main.comparisons
        if each.influence is not None and each.k >= LEAST_FOR_PANEL
    ]
    return Table(
        id=f"{analysis.id}-influence",
        title=f"{analysis.title}: influence of each study on the mean",
        columns=_columns(_INFLUENCE, [each for each, _ in shown]),
        rows=tuple(row for each, found in shown for row in _influence_rows(each, found, names)),
        notes=(
            "The mean is fitted again without each study, with Wald standard errors. Influential: DFFITS,"
            " DFBETAS, Cook's distance or the weight passes its usual cut-off, which is a reason to look at"
            " the study, not to leave it out.",
        ),
    )


def _columns(columns: tuple[Column, ...], comparisons: Sequence[Comparison]) -> tuple[Column, ...]:
    """Leave the comparison out of what a person reads where there is only one."""
    if len(comparisons) > 1:
        return columns
    return tuple(replace(each, where="csv") if each.name == "comparison" else each for each in columns)


def _pair(comparison: Comparison, names: Mapping[str, str]) -> str:
    return " versus ".join(names.get(node, node) for node in (comparison.treat1, comparison.treat2))


def _rows(comparison: Comparison, found: Asymmetry, names: Mapping[str, str]) -> Iterator[tuple[Cell, ...]]:
    for test in found.tests:
        yield (
            Cell(test.words),
            Cell(_pair(comparison, names)),
            Cell(comparison.treat1),
            Cell(comparison.treat2),
            Cell(test.name),
            Cell("yes" if test.name == found.chosen else ""),
            Cell(test.predictor),
            Cell(str(test.k), float(test.k)),
            *_numbers(test),
            Cell("; ".join(test.notes)),
        )


def _numbers(test: SmallStudyTest) -> tuple[Cell, ...]:
    dof = test.dof if isfinite(test.dof) else nan
    return (
        number_cell(test.estimate, significant(test.estimate), test.se),
        number_cell(test.se, significant(test.se)),
        number_cell(test.statistic, fixed(test.statistic), 1.0),
        number_cell(dof, DASH if dof != dof else f"{dof:g}"),
        number_cell(test.pvalue, pvalue(test.pvalue)),
    )


def _influence_rows(
    comparison: Comparison, found: InfluenceDiagnostics, names: Mapping[str, str]
) -> Iterator[tuple[Cell, ...]]:
    kept = [one for one in comparison.studies if one.estimable]
    for i, study in enumerate(kept):
        tau2, weight = float(found.tau2_deleted[i]), float(found.hat[i])
        yield (
            Cell(study.label),
            Cell(_pair(comparison, names)),
            Cell(study.study),
            *(
                number_cell(float(values[i]), fixed(float(values[i])), 1.0)
                for values in (found.rstudent, found.dffits, found.dfbetas)
            ),
            number_cell(float(found.cook[i]), significant(float(found.cook[i])), 1.0),
            number_cell(float(found.cov_ratio[i]), fixed(float(found.cov_ratio[i]))),
            number_cell(tau2, variance(tau2)),
            number_cell(float(found.QE_deleted[i]), fixed(float(found.QE_deleted[i])), float(found.k)),
            number_cell(weight, percent(weight, 1)),
            Cell("yes" if found.influential[i] else ""),
        )

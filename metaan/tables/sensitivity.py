"""Sensitivity grid: every scenario of an analysis, one row per pair and model, all in the same columns."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from metaan.format import (
    DASH,
    back_transform,
    effect_with_interval,
    fixed,
    percent,
    shown_scale,
    significant,
    total_variance,
)
from metaan.results.synthesis import UNCHANGED
from metaan.tables.pooled import INTERVALS
from metaan.tables.standstill import direct_stands, network_stands
from metaan.tables.table import Cell, Column, Table, number_cell, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from metaan.results.pairwise import Pooled
    from metaan.results.synthesis import AnalysisResult, Answer, Comparison, Scenario

__all__ = ["sensitivity_table"]

_METHODS = {"EE": "none (common effect)"}
_NUMBERS = ("effect", "effect_low", "effect_high", "estimate", "se", "ci_low", "ci_high")


def sensitivity_table(analysis: AnalysisResult, names: Mapping[str, str]) -> Table:
    """Set the main analysis and each sensitivity under one another, pair by pair.

    Parameters
    ----------
    analysis : AnalysisResult
        Main scenario and sensitivities.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per scenario and pair: the direct comparison (model "pairwise"), then the review's
        questions that the network answers (model "network"); a pair of the main analysis that a scenario
        does not hold is said to be absent from it. Scenarios that cannot move a pair share one row.
    """
    rows = (
        *_scenario_rows(analysis.main, None, names),
        *(row for each in analysis.sensitivity for row in _scenario_rows(each, analysis.main, names)),
        *_standing_rows(analysis, names),
    )
    return Table(
        id=f"{analysis.id}-sensitivity",
        title=f"{analysis.title}: sensitivity analyses",
        columns=_columns(analysis.level),
        rows=rows,
        notes=(
            "Effects are first versus second; each row states what differs from the main analysis.",
            "A pair that a scenario cannot change stands in one row, which names those scenarios.",
            *_caveats(analysis),
        ),
    )


def _caveats(analysis: AnalysisResult) -> Iterable[str]:
    said = set(_own_notes(analysis.main))
    for scenario in analysis.sensitivity:
        own = [note for note in _own_notes(scenario) if note not in said]
        if own:
            yield f"{scenario.label}: {' '.join(own)}"


def _own_notes(scenario: Scenario) -> tuple[str, ...]:
    return tuple(sentence(note) for note in scenario.notes if note != UNCHANGED)


def _columns(level: float) -> tuple[Column, ...]:
    return (
        Column(name="scenario", title="Scenario"),
        Column(name="scenario_id", title="Id", where="csv"),
        Column(name="changed", title="What differs"),
        Column(name="caveat", title="Caveat", where="csv"),
        Column(name="treat1", title="First"),
        Column(name="treat2", title="Second"),
        Column(name="model", title="Model"),
        Column(name="measure", title="Measure"),
        Column(name="method_text", title="τ² by", where="html"),
        Column(name="method", title="τ² by", where="csv"),
        Column(name="test_text", title="Interval", where="html"),
        Column(name="test", title="Interval", where="csv"),
        Column(name="k", title="Studies", numeric=True),
        Column(name="n", title="Participants", numeric=True),
        Column(name="effect_text", title=f"Effect ({100 * level:g}% CI)", where="html"),
        *(Column(name=name, title=name, numeric=True, where="csv") for name in _NUMBERS),
        Column(name="tau2", title="τ²", numeric=True),
        Column(name="I2", title="I²", numeric=True),
        Column(name="note", title="Note"),
    )


def _scenario_rows(
    scenario: Scenario, main: Scenario | None, names: Mapping[str, str]
) -> Iterable[tuple[Cell, ...]]:
    held = {(c.treat1, c.treat2): c for c in scenario.comparisons}
    first = () if main is None else ((c.treat1, c.treat2) for c in main.comparisons)
    for pair in dict.fromkeys((*first, *held)):
        if main is None or not direct_stands(main, scenario, pair):
            yield _direct_row(scenario, pair, held.get(pair), names)
    for answer in scenario.answers:
        if answer.basis == "network" and (main is None or not network_stands(main, scenario, answer)):
            yield _network_row(scenario, answer, names)


def _standing_rows(analysis: AnalysisResult, names: Mapping[str, str]) -> Iterable[tuple[Cell, ...]]:
    """Give a pair one row for all scenarios that cannot change it."""
    main, others = analysis.main, analysis.sensitivity
    for each in main.comparisons:
        pair = (each.treat1, each.treat2)
        still = [other for other in others if direct_stands(main, other, pair)]
        if still:
            why = "with one study" if each.k == 1 else "without an estimable study"
            yield _standing(_direct_row(main, pair, each, names), still, f"cannot change {why}")
    for answer in main.answers:
        if answer.basis == "network":
            still = [other for other in others if network_stands(main, other, answer)]
            if still:
                why = "cannot change: the same contrasts, and the choice does not enter the network"
                yield _standing(_network_row(main, answer, names), still, why)


def _standing(row: tuple[Cell, ...], still: Iterable[Scenario], why: str) -> tuple[Cell, ...]:
    still = tuple(still)
    labels = "; ".join(scenario.label for scenario in still)
    ids = "; ".join(scenario.id for scenario in still)
    return (Cell(labels), Cell(ids), Cell("nothing here"), Cell(""), *row[4:-1], Cell(why))


def _direct_row(
    scenario: Scenario, pair: tuple[str, str], comparison: Comparison | None, names: Mapping[str, str]
) -> tuple[Cell, ...]:
    fit = None if comparison is None else comparison.main
    headline = "" if comparison is None or fit is None else comparison.headline
    values = (nan, nan, nan, nan) if fit is None else (fit.estimate, fit.se, *fit.ci)
    several = fit is not None and fit.k > 1
    return (
        *_scenario_cells(scenario, pair, "pairwise", headline, names),
        *_count_cells(*((0, 0) if comparison is None else (comparison.k, comparison.n))),
        *_effect_cells(values, scenario.measure),
        *_spread_cells(*(_spread(fit) if fit is not None and several else (nan, nan, nan))),
        Cell(_absence(comparison, estimable=fit is not None)),
    )


def _network_row(scenario: Scenario, answer: Answer, names: Mapping[str, str]) -> tuple[Cell, ...]:
    network = scenario.network
    component = (
        next((c for c in network.components if answer.treat1 in c.treatments), None) if network else None
    )
    spread = (nan, nan) if component is None else (component.tau2, component.I2)
    return (
        *_scenario_cells(scenario, (answer.treat1, answer.treat2), "network", "z", names),
        *_count_cells(answer.k, answer.n),
        *_effect_cells((answer.estimate, answer.se, answer.ci_low, answer.ci_high), scenario.measure),
        *_spread_cells(*spread, answer.se**2),
        Cell(answer.reason),
    )


def _scenario_cells(
    scenario: Scenario, pair: tuple[str, str], model: str, test: str, names: Mapping[str, str]
) -> tuple[Cell, ...]:
    return (
        Cell(scenario.label),
        Cell(scenario.id),
        Cell(scenario.changed),
        Cell(" ".join(_own_notes(scenario))),
        *(Cell(names.get(node, node)) for node in pair),
        Cell(model),
        Cell(scenario.measure),
        Cell(_METHODS.get(scenario.method, scenario.method)),
        Cell(scenario.method),
        Cell(INTERVALS.get(test, test) or DASH),
        Cell(test or DASH),
    )


def _count_cells(k: int, n: int) -> tuple[Cell, ...]:
    return (Cell(str(k), float(k)), Cell(f"{n:,}", float(n)))


def _effect_cells(values: tuple[float, float, float, float], measure: str) -> tuple[Cell, ...]:
    estimate, se, low, high = values
    text = DASH if estimate != estimate else effect_with_interval(estimate, low, high, measure)
    shown = (back_transform(v, measure) for v in (estimate, low, high))
    return (
        Cell(text),
        *(number_cell(v, fixed(v), shown_scale(se, measure)) for v in shown),
        *(number_cell(v, fixed(v, 4), se) for v in values),
    )


def _spread(fit: Pooled) -> tuple[float, float, float]:
    """Give tau2, its share and the scale of rounding residue in it."""
    return fit.tau2, fit.I2, total_variance(fit.tau2, fit.I2)


def _spread_cells(tau2: float, i2: float, scale: float) -> tuple[Cell, ...]:
    return (number_cell(tau2, significant(tau2), scale), number_cell(i2, percent(i2), 1.0))


def _absence(comparison: Comparison | None, *, estimable: bool) -> str:
    if comparison is None:
        return "no study of this pair in this scenario"
    if not estimable:
        return "no estimable study"
    return "one study" if comparison.k == 1 else ""

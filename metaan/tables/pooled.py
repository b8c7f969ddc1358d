"""Table of an analysis' direct comparisons under every model, side by side."""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING

from metaan.format import (
    DASH,
    back_transform,
    effect_with_interval,
    fixed,
    interval,
    percent,
    pvalue,
    shown_scale,
    significant,
    total_variance,
)
from metaan.tables.table import Cell, Column, Table, number_cell, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from metaan.results.pairwise import Pooled
    from metaan.results.synthesis import AnalysisResult, Comparison
    from metaan.types import Interval

__all__ = ["INTERVALS", "MODELS", "pooled_table"]

MODELS = (
    ("common", "Common effect"),
    ("wald", "Random, Wald"),
    ("hksj", "Random, Hartung-Knapp"),
    ("adhoc", "Random, ad hoc"),
)

INTERVALS = {"wald": "Wald", "z": "Wald", "hksj": "Hartung-Knapp", "adhoc": "ad hoc Hartung-Knapp"}

_PARTS = ("effect", "effect_low", "effect_high", "estimate", "se", "ci_low", "ci_high", "pvalue")


def pooled_table(analysis: AnalysisResult, names: Mapping[str, str]) -> Table:
    """Show each comparison under the common-effect and the random-effects models with all their intervals.

    Parameters
    ----------
    analysis : AnalysisResult
        Its main scenario is shown.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per comparison, first versus second; in the CSV `effect` columns are as a person reads
        them and `estimate`, `se`, `ci` columns on the analysis scale (log for ratio measures).
    """
    scenario = analysis.main
    rows = tuple(_row(comparison, scenario.measure, names) for comparison in scenario.comparisons)
    notes = dict.fromkeys(sentence(note) for each in scenario.comparisons for note in each.notes)
    return Table(
        id=f"{analysis.id}-comparisons",
        title=f"{analysis.title}: direct comparisons",
        columns=_columns(scenario.measure, scenario.method, analysis.level),
        rows=rows,
        notes=(*_standing_notes(), *notes),
    )


def _columns(measure: str, method: str, level: float) -> tuple[Column, ...]:
    models = (
        column
        for model, title in MODELS
        for column in (
            Column(name=model, title=f"{title}: {measure} ({100 * level:g}% CI)", where="html"),
            *(Column(name=f"{model}_{part}", title=part, numeric=True, where="csv") for part in _PARTS),
        )
    )
    return (
        Column(name="treat1", title="First"),
        Column(name="treat2", title="Second"),
        Column(name="k", title="Studies", numeric=True),
        Column(name="n", title="Participants", numeric=True),
        *models,
        Column(name="headline_text", title="Shown first", where="html"),
        Column(name="headline", title="Shown first", where="csv"),
        Column(name="prediction", title="Prediction interval", where="html"),
        Column(name="prediction_low", title="prediction low", numeric=True, where="csv"),
        Column(name="prediction_high", title="prediction high", numeric=True, where="csv"),
        Column(name="tau2_text", title=f"τ² ({method}), with interval", where="html"),
        *(Column(name=n, title=n, numeric=True, where="csv") for n in ("tau2", "tau2_low", "tau2_high")),
        Column(name="I2_text", title="I² from τ², with interval", where="html"),
        *(Column(name=n, title=n, numeric=True, where="csv") for n in ("I2", "I2_low", "I2_high")),
        Column(name="I2_Q_text", title="I² from Q", where="html"),
        Column(name="I2_Q", title="I² from Q", numeric=True, where="csv"),
        Column(name="Q_text", title="Q (df, p)", where="html"),
        *(Column(name=n, title=n, numeric=True, where="csv") for n in ("Q", "Q_dof", "Q_pvalue")),
    )


def _row(comparison: Comparison, measure: str, names: Mapping[str, str]) -> tuple[Cell, ...]:
    fits = {model: getattr(comparison, model) for model, _ in MODELS}
    unit = nan if comparison.wald is None else comparison.wald.se
    return (
        Cell(names.get(comparison.treat1, comparison.treat1)),
        Cell(names.get(comparison.treat2, comparison.treat2)),
        Cell(str(comparison.k), float(comparison.k)),
        Cell(f"{comparison.n:,}", float(comparison.n)),
        *(cell for model, _ in MODELS for cell in _fit_cells(fits[model], measure, unit)),
        Cell(INTERVALS[comparison.headline] if comparison.main is not None else DASH),
        Cell(comparison.headline if comparison.main is not None else DASH),
        *_prediction_cells(comparison.main, measure, unit),
        *_heterogeneity_cells(comparison),
    )


def _fit_cells(fit: Pooled | None, measure: str, unit: float) -> tuple[Cell, ...]:
    if fit is None:
        return (Cell("no estimable study"), *(Cell(DASH) for _ in _PARTS))
    scale = (fit.estimate, *fit.ci)
    shown = tuple(back_transform(value, measure) for value in scale)
    values = (*shown, fit.estimate, fit.se, *fit.ci, fit.pvalue)
    se_unit = unit if fit.test == "hksj" else 0.0
    units = (*(shown_scale(unit, measure),) * 3, unit, se_unit, unit, unit, 0.0)
    numbers = (number_cell(v, fixed(v, 4), s) for v, s in zip(values, units, strict=True))
    return (Cell(effect_with_interval(*scale, measure)), *numbers)


def _prediction_cells(fit: Pooled | None, measure: str, unit: float) -> tuple[Cell, ...]:
    # Below three studies the numbers exist but are not shown: the between-study variance is unknown.
    if fit is None or fit.k < 3:
        return (Cell("needs 3 studies"), Cell(DASH), Cell(DASH))
    low, high = fit.prediction
    shown = (back_transform(low, measure), back_transform(high, measure))
    text = "not estimable" if isnan(low) else interval(low, high, measure)
    return (Cell(text), *(number_cell(v, fixed(v), shown_scale(unit, measure)) for v in shown))


def _heterogeneity_cells(comparison: Comparison) -> tuple[Cell, ...]:
    fit, spread = comparison.main, comparison.heterogeneity
    if fit is None or fit.k < 2:
        return tuple(Cell("one study" if i in (0, 4) and fit else DASH) for i in range(14))
    tau2 = (nan, nan) if spread is None else spread.tau2
    i2 = (nan, nan) if spread is None else spread.I2
    return (
        Cell(significant(fit.tau2) + _bracketed(tau2, significant)),
        *(
            number_cell(v, significant(v), total_variance(v, share))
            for v, share in zip((fit.tau2, *tau2), (fit.I2, *i2), strict=True)
        ),
        Cell(percent(fit.I2) + _bracketed(i2, percent)),
        *(number_cell(v, percent(v), 1.0) for v in (fit.I2, *i2)),
        Cell(percent(fit.I2_Q)),
        number_cell(fit.I2_Q, percent(fit.I2_Q), 1.0),
        Cell(f"{fixed(fit.Q)} ({fixed(fit.Q_dof, 0)}, {pvalue(fit.Q_pvalue)})"),
        number_cell(fit.Q, significant(fit.Q), fit.Q_dof),
        *(number_cell(v, significant(v)) for v in (fit.Q_dof, fit.Q_pvalue)),
    )


def _bracketed(limits: Interval, write: Callable[[float], str]) -> str:
    return "" if isnan(limits[0]) else f" ({write(limits[0])} to {write(limits[1])})"


def _standing_notes() -> tuple[str, ...]:
    return (
        "Effects are first versus second. All intervals of the random-effects mean are shown because with few"
        " studies they differ widely; 'shown first' names the one that the plan's rule chose.",
    )

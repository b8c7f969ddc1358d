"""One analysis of a plain file as one long table: a line for every number, with its scale beside it."""

from __future__ import annotations

from math import isfinite, isinf, isnan, nan, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from metaan.format import fixed
from metaan.results.pairwise import Pooled
from metaan.results.rare import MantelHaenszel, MixedModel
from metaan.single.analysis import size_of
from metaan.single.lines import filled_line, model_words, pooled_lines, prediction_lines, why_not
from metaan.single.names import analysis_scale, shown_scale_name
from metaan.single.text import ledger_words
from metaan.single.trim_fill import filled_notes, filled_words
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from metaan.results.pairwise import HeterogeneityInterval
    from metaan.results.regression import Regression, Subgroups
    from metaan.results.trimfill import TrimFill
    from metaan.single.analysis import Fit, Single, SingleStudy
    from metaan.single.lines import Line
    from metaan.types import Interval

__all__ = ["single_table"]


class _Row(NamedTuple):
    """One line of the table; `nan`, and what is empty, becomes an empty cell."""

    kind: str
    name: str
    quantity: str
    scale: str = ""
    value: float = nan
    se: float = nan
    low: float = nan
    high: float = nan
    statistic: float = nan
    distribution: str = ""
    dof: float = nan
    dof2: float = nan
    pvalue: float = nan
    weight: float = nan
    k: float = nan
    row: float = nan
    group: str = ""
    text: str = ""


ORDER = (
    *("kind", "name", "group", "row", "quantity", "scale", "value", "se", "low", "high"),
    *("statistic", "distribution", "dof", "dof2", "pvalue", "weight", "k", "text"),
)
WORDS = frozenset({"kind", "name", "group", "quantity", "scale", "distribution", "text"})
COLUMNS = tuple(Column(name=name, title=name, numeric=name not in WORDS) for name in ORDER)


def single_table(single: Single, profiles: Mapping[str, Any] | None = None) -> Table:
    """Set an analysis out as one table for `to_csv`: everything that text and JSON say, one fact a line.

    Parameters
    ----------
    single : Single
        The analysis.
    profiles : mapping or None
        From `profile_record`, where packages are compared.

    Returns
    -------
    Table
        `kind` is analysis, study, cell, pooled, prediction, common, heterogeneity, test, fit, coefficient,
        covariance, regression, subgroup, test between subgroups, trim and fill, profile, ledger, set aside or
        note.
        `quantity` says what `value` is, `scale` on which scale value, low and high stand. An effect has a
        line for each scale: that of analysis (log, logit, natural, ...) with its standard error and its test
        (statistic, distribution, dof, pvalue), and, where it differs, that on which it is read (ratio,
        proportion, ...). Coefficients are on the scale of analysis alone. The value of a test is its
        statistic. What is not estimable has no value, and its reason in `text`.
    """
    made = [*_rows(single), *(_profiles(profiles, single) if profiles else ())]
    rows = tuple(tuple(_cell(getattr(row, name)) for name in ORDER) for row in made)
    return Table(id="single", title=f"Analysis of {single.file}", columns=COLUMNS, rows=rows)


def _cell(value: str | float) -> Cell:
    if isinstance(value, str):
        return Cell(value)
    return number_cell(value, fixed(value, 4)) if isfinite(value) else Cell("")


def _rows(single: Single) -> Iterator[_Row]:
    yield from _analysis(single)
    for study in single.studies:
        yield from _study(study, single)
    for line in pooled_lines(single):
        if line.kind in ("pooled", "common"):
            yield from _estimate(line, single)
    if single.fit is not None:
        for line in prediction_lines(single, single.fit):
            yield from _estimate(line, single, predicted=True)
    if single.fit is not None and not isnan(single.fit.estimate):
        yield from _differences(single, single.fit)
    if single.regression is not None:
        yield from _regression(single.regression, single)
    if single.subgroups is not None:
        yield from _subgroups(single.subgroups, single)
    if single.trim_fill is not None:
        yield from _trim_fill(single.trim_fill, single)
    yield from _left(single)
    yield from _notes(single)


def _analysis(single: Single) -> Iterator[_Row]:
    fit = single.fit
    words = {
        "file": single.file,
        "measure": single.measure,
        "scale of analysis": analysis_scale(single.measure),
        "scale shown": shown_scale_name(single.measure),
        "model": single.model,
        "profile": single.profile,
        "method": getattr(fit, "method", ""),
        "test": getattr(fit, "test", ""),
        "formula": single.formula,
        "subgroups by": single.grouped_by,
    }
    yield from (_Row("analysis", "", name, text=text) for name, text in words.items() if text)
    numbers: dict[str, float] = {"level": single.level, "rows": single.rows, "studies": len(single.studies)}
    if single.measure == "PFT":
        numbers["n of the back-transformation"] = size_of(single.studies)
    yield from (_Row("analysis", "", name, value=value) for name, value in numbers.items())


def _study(study: SingleStudy, single: Single) -> Iterator[_Row]:
    se = sqrt(study.vi) if study.vi >= 0 else nan
    place = {"row": float(study.row), "group": study.group}
    own = _Row("study", study.label, "effect", analysis_scale(single.measure), **place)  # type: ignore[arg-type]
    yield own._replace(
        value=study.yi,
        se=se,
        low=study.ci_low,
        high=study.ci_high,
        weight=study.weight,
        text=study.note,
    )
    if _two_scales(single):
        value, low, high = study.shown
        shown = own._replace(scale=shown_scale_name(single.measure), text=study.note)
        yield shown._replace(value=value, low=low, high=high, weight=study.weight)
    for name, number in study.cells.items():
        yield own._replace(
            kind="cell", quantity=name, scale="as in the file", value=nan if number is None else number
        )


def _estimate(line: Line, single: Single, group: str = "", *, predicted: bool = False) -> Iterator[_Row]:
    """Write an estimate on the scale of analysis with its test, and on the scale on which it is read."""
    reason = why_not(single.fit) if single.fit is not None and line.kind == "pooled" else ""
    text = f"not estimable: {reason}" if reason else "; ".join(line.notes)
    quantity = "prediction interval" if predicted else "effect"
    own = _Row(
        line.kind, line.name, quantity, analysis_scale(single.measure), k=line.k, group=group, text=text
    )
    tested = isfinite(line.statistic)
    yield own._replace(
        value=line.estimate,
        se=line.se,
        low=line.low,
        high=line.high,
        statistic=line.statistic,
        distribution=_reference(line.dof) if tested or predicted else "",
        dof=line.dof,
        pvalue=line.pvalue,
    )
    if _two_scales(single):
        value, low, high = line.shown
        yield own._replace(scale=shown_scale_name(single.measure), value=value, low=low, high=high)


def _differences(single: Single, fit: Fit) -> Iterator[_Row]:
    name = model_words(single, fit)
    if isinstance(fit, Pooled):
        if fit.k < 2:
            return
        yield from _spread(_Row("heterogeneity", name, "", k=fit.k), fit, single, single.heterogeneity)
        if single.common is not None:
            other = model_words(single, single.common)
            yield from _spread(_Row("heterogeneity", other, "", k=fit.k), single.common, single)
    elif isinstance(fit, MixedModel):
        yield from _mixed(_Row("heterogeneity", name, "", k=fit.k), fit, single)
    else:
        yield _chi2(_Row("heterogeneity", name, "Q"), fit.Q, fit.Q_dof, fit.Q_pvalue)
        if isinstance(fit, MantelHaenszel):
            yield from _stratified(_Row("test", name, ""), fit)


def _spread(
    own: _Row, fit: Pooled, single: Single, profile: HeterogeneityInterval | None = None
) -> Iterator[_Row]:
    """Write tau2, I2, H2 and Q; a common effect has no tau2, so the Q-profile stands beside its own."""
    scale = f"{analysis_scale(single.measure)}, squared"
    tau2, I2, H2 = (own._replace(quantity=name) for name in ("tau2", "I2 from tau2", "H2"))
    tau2 = tau2._replace(scale=scale, value=fit.tau2, se=fit.se_tau2)
    I2 = I2._replace(scale="share", value=fit.I2)
    if fit.method == "EE":
        tau2 = tau2._replace(text="held at 0 by the common effect")
    made = [tau2, H2._replace(value=fit.H2)] if fit.method == "EE" else [tau2, I2, H2._replace(value=fit.H2)]
    if profile is not None:
        limits = {"tau2": profile.tau2, "I2 from tau2": profile.I2, "H2": profile.H2}
        spread = [tau2, I2, H2]
        if fit.method == "EE":
            made += [_between(row, limits, ", Q-profile")._replace(value=nan, text="") for row in spread]
        else:
            made = [_between(row, limits) for row in made]
    yield from made
    yield own._replace(quantity="I2 from Q", scale="share", value=fit.I2_Q)
    yield _chi2(own._replace(quantity="Q"), fit.Q, fit.Q_dof, fit.Q_pvalue)


def _between(row: _Row, limits: Mapping[str, Interval], ending: str = "") -> _Row:
    low, high = limits[row.quantity]
    return row._replace(low=low, high=high, quantity=row.quantity + ending)


def _mixed(own: _Row, fit: MixedModel, single: Single) -> Iterator[_Row]:
    scale = f"{analysis_scale(single.measure)}, squared"
    yield own._replace(quantity="tau2", scale=scale, value=fit.tau2, se=fit.se_tau2)
    yield own._replace(quantity="sigma2", scale=scale, value=fit.sigma2)
    yield _chi2(own._replace(quantity="Q (likelihood ratio)"), fit.Q_LRT, fit.Q_dof, fit.Q_LRT_pvalue)
    yield _chi2(own._replace(quantity="Q (Wald)"), fit.Q_Wald, fit.Q_Wald_dof, fit.Q_Wald_pvalue)
    own = own._replace(kind="fit")
    for quantity in ("loglik", "nodes", "quadrature_error"):
        yield own._replace(quantity=quantity, value=float(getattr(fit, quantity)))


def _stratified(own: _Row, fit: MantelHaenszel) -> Iterator[_Row]:
    for quantity, found, dof, pvalue in (
        ("Cochran-Mantel-Haenszel, corrected", fit.cmh, 1.0, fit.cmh_pvalue),
        ("Cochran-Mantel-Haenszel", fit.cmh_uncorrected, 1.0, fit.cmh_uncorrected_pvalue),
        ("Breslow-Day", fit.breslow_day, fit.homogeneity_dof, fit.breslow_day_pvalue),
        ("Tarone", fit.tarone, fit.homogeneity_dof, fit.tarone_pvalue),
    ):
        if isfinite(found):
            yield _chi2(own._replace(quantity=quantity), found, dof, pvalue)


def _regression(fit: Regression, single: Single) -> Iterator[_Row]:
    scale = analysis_scale(single.measure)
    for j, name in enumerate(fit.names):
        dof = float(fit.dof[j])
        own = _Row("coefficient", name, "coefficient", scale)
        yield own._replace(
            value=float(fit.estimate[j]),
            se=float(fit.se[j]),
            low=float(fit.ci[j, 0]),
            high=float(fit.ci[j, 1]),
            statistic=float(fit.statistic[j]),
            distribution=_reference(dof),
            dof=dof,
            pvalue=float(fit.pvalue[j]),
            k=fit.k,
        )
        if isfinite(fit.vif[j]):
            yield _Row("coefficient", name, "VIF", value=float(fit.vif[j]))
    for i, name in enumerate(fit.names):
        for j, other in enumerate(fit.names[: i + 1]):
            quantity = f"covariance with {other}"
            yield _Row("covariance", name, quantity, f"{scale}, squared", value=float(fit.covariance[i, j]))
    own = _Row("regression", single.formula, "", k=fit.k)
    yield _omnibus(own._replace(quantity="QM"), fit.QM, fit.QM_dof, fit.QM_pvalue)
    yield _chi2(own._replace(quantity="QE"), fit.QE, fit.QE_dof, fit.QE_pvalue)
    yield own._replace(quantity="R2", scale="share", value=fit.R2)
    yield own._replace(quantity="tau2", scale=f"{scale}, squared", value=fit.tau2, se=fit.se_tau2)
    yield own._replace(quantity="I2 from tau2", scale="share", value=fit.I2)
    yield own._replace(quantity="H2", value=fit.H2)
    for quantity, text in (("method", fit.method), ("test", fit.test)):
        yield own._replace(quantity=quantity, text=text)
    yield from (own._replace(kind="note", quantity="note", text=note) for note in fit.notes)


def _subgroups(found: Subgroups, single: Single) -> Iterator[_Row]:
    lines = (line for line in pooled_lines(single) if line.kind == "subgroup")
    for line, fit in zip(lines, found.groups, strict=True):
        yield from _estimate(line, single, group=line.name)
        for predicted in prediction_lines(single, fit, line.name):
            yield from _estimate(predicted, single, group=line.name, predicted=True)
        if fit.k > 1:
            own = _Row("subgroup", line.name, "", group=line.name, k=fit.k)
            yield from _spread(own, fit, single)
    own = _Row("test between subgroups", single.grouped_by, "Q between", text="; ".join(found.notes))
    yield _omnibus(own, found.Q_between, found.Q_between_dof, found.Q_between_pvalue)
    yield _chi2(
        own._replace(quantity="Q between, common effect within", text=""),
        found.Q_between_common,
        len(found.groups) - 1.0,
        found.Q_between_common_pvalue,
    )


def _trim_fill(found: TrimFill, single: Single) -> Iterator[_Row]:
    """Write how many studies were filled in, where they stand, and the mean and its spread with them."""
    line = filled_line(single, found)
    own = _Row("trim and fill", line.name, "", k=line.k)
    yield own._replace(quantity="studies filled in", value=found.k0, text=filled_words(found))
    for yi, vi in zip(found.yi.tolist(), found.vi.tolist(), strict=True):
        scale = analysis_scale(single.measure)
        yield _Row("trim and fill", "filled in", "effect", scale, value=yi, se=sqrt(vi), text=found.side)
    yield from _estimate(line, single)
    yield from _spread(own, found.pooled, single)
    yield from (own._replace(quantity="note", text=note) for note in filled_notes(found))


def _left(single: Single) -> Iterator[_Row]:
    for entry in single.ledger:
        note = entry.note
        if note.action == "left_out" and entry.concerns != "model":
            continue
        own = _Row("ledger", entry.label, note.action.replace("_", " "), row=float(entry.row))
        added = note.amount if note.action == "added" else nan
        yield own._replace(value=added, text=ledger_words(entry))
    for row in single.set_aside:
        place = f"{row.column}: “{row.text}”. " if row.column else ""
        yield _Row("set aside", row.label, "left out", row=float(row.row), text=place + row.reason)


def _notes(single: Single) -> Iterator[_Row]:
    found = [*single.notes, *(single.fit.notes if single.fit is not None else ())]
    if single.heterogeneity is not None:
        found += single.heterogeneity.notes
    yield from (_Row("note", "", "note", text=note) for note in dict.fromkeys(found))


def _profiles(found: Mapping[str, Any], single: Single) -> Iterator[_Row]:
    """Write what the packages make of the same effects, on the scale of analysis."""
    scale = analysis_scale(single.measure)
    for row in found["packages"]:
        own = _Row("profile", row["package"], "")
        low, high = (_known(value) for value in row["ci"])
        own = own._replace(k=float(row["k"]))
        text = "; ".join((f"{row['method']}, {row['test']}", *row["notes"]))
        yield own._replace(
            quantity="effect",
            scale=scale,
            value=_known(row["estimate"]),
            se=_known(row["se"]),
            low=low,
            high=high,
            pvalue=_known(row["pvalue"]),
            text=text,
        )
        low, high = (_known(value) for value in row["prediction"])
        yield own._replace(quantity="prediction interval", scale=scale, low=low, high=high)
        yield own._replace(quantity="tau2", scale=f"{scale}, squared", value=_known(row["tau2"]))
        yield own._replace(quantity=f"I2 from {row['I2_from']}", scale="share", value=_known(row["I2"]))
        if row["mantel_haenszel"] is not None:
            value, se = row["mantel_haenszel"], _known(row["mantel_haenszel_se"])
            yield own._replace(quantity="Mantel-Haenszel", scale=scale, value=value, se=se)
        for quantity in ("source", "effects_source"):
            if row[quantity]:
                yield own._replace(quantity=quantity, text=row[quantity])
    yield _Row("profile", "", "effects", text=found["effects"])
    for each in found["differences"]:
        name = "same" if each["same"] else "differs"
        yield _Row("profile", name, str(each["quantity"]), text=str(each["why"]))


def _known(value: float | None) -> float:
    return nan if value is None else value


def _two_scales(single: Single) -> bool:
    return analysis_scale(single.measure) != shown_scale_name(single.measure)


def _reference(dof: float) -> str:
    return "normal" if isinf(dof) else "t"


def _chi2(own: _Row, statistic: float, dof: float, pvalue: float) -> _Row:
    if not dof > 0:
        return own._replace(text=own.text or "no test: fewer than two studies have an effect of their own")
    return own._replace(value=statistic, distribution="chi-squared", dof=dof, pvalue=pvalue)


def _omnibus(own: _Row, statistic: float, dof: tuple[float, float], pvalue: float) -> _Row:
    if isnan(statistic):
        return own
    name = "chi-squared" if isinf(dof[1]) else "F"
    return own._replace(value=statistic, distribution=name, dof=dof[0], dof2=dof[1], pvalue=pvalue)

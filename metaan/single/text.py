"""One analysis of a plain file in words, for a terminal."""

from __future__ import annotations

import unicodedata
from math import floor, isfinite, isinf, isnan, log10
from typing import TYPE_CHECKING

from metaan.effects.additions import said
from metaan.format import (
    LOG_MEASURES,
    ONE_GROUP_MEASURES,
    back_transform,
    effect,
    fixed,
    measure_name,
    percent,
    pvalue,
    shares,
    significant,
)
from metaan.results.pairwise import Pooled
from metaan.results.rare import MantelHaenszel, MixedModel
from metaan.single.lines import Line, pooled_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.regression import Regression, Subgroups
    from metaan.review.plain import SetAsideRow
    from metaan.single.analysis import Fit, Single, SingleStudy

__all__ = ["aligned", "heterogeneity_lines", "render_single", "set_aside_line"]

LEAST_DECIMALS, MOST_DECIMALS = 2, 8
LABEL_WIDTH = 48


def render_single(single: Single) -> str:
    """Write an analysis for a person: studies, pooled lines on both scales, heterogeneity, notes.

    Parameters
    ----------
    single : Single
        The analysis.

    Returns
    -------
    str
        Lines that end with a line feed.
    """
    parts = [_heading(single), _studies(single), _pooled(single)]
    if single.fit is not None:
        parts.append(list(_heterogeneity(single, single.fit)))
    if single.regression is not None:
        parts.append(list(_regression(single.regression, single.formula)))
    if single.subgroups is not None:
        parts.append(list(_subgroups(single.subgroups, single)))
    parts += [list(_ledger(single)), list(_set_aside(single)), list(_notes(single))]
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts if part) + "\n"


def heterogeneity_lines(single: Single) -> tuple[str, ...]:
    """Say how much the studies differ, as sentences for a figure."""
    if single.fit is None:
        return ()
    lines = tuple(line.strip() for line in _heterogeneity(single, single.fit))
    return ("; ".join(lines) + ".",) if lines else ()


def set_aside_line(single: Single, row: SetAsideRow) -> str:
    """Say which row is not used and why."""
    column = f", column {row.column} ({row.letter}): “{row.text}”" if row.column else ""
    return f"{single.file}, row {row.row}{column}, {row.label}: {row.reason}"


def _heading(single: Single) -> list[str]:
    name = f"{measure_name(single.measure)} ({single.measure})" if single.measure else "effects as given (yi)"
    rows = f"{single.rows} row{'' if single.rows == 1 else 's'}"
    k = len(single.studies)
    return [f"{single.file}: {name}, {k} stud{'y' if k == 1 else 'ies'} of {rows}"]


def _studies(single: Single) -> list[str]:
    if not single.studies:
        return []
    digits = _digits(single)
    ci = f"{100 * single.level:g}% CI"
    weighed = any(isfinite(study.weight) for study in single.studies)
    noted = any(study.note for study in single.studies)
    head = ["Study", single.measure or "yi", ci]
    head += (["Weight"] if weighed else []) + (["Note"] if noted else [])
    written = shares([study.weight for study in single.studies]) if weighed else ()
    rows = [head]
    for i, study in enumerate(single.studies):
        row = [study.label, *_effect_cells(study, single, digits)]
        row += ([f"{written[i]}%"] if weighed else []) + ([study.note] if noted else [])
        rows.append(row)
    return aligned(rows, left={0, len(head) - 1} if noted else {0})


def _effect_cells(study: SingleStudy, single: Single, digits: int) -> tuple[str, str]:
    if isnan(study.yi):
        return "–", "–"
    if single.measure == "PFT":
        shown = [fixed(value, max(digits, 4)) for value in study.shown]
        return shown[0], f"{shown[1]} to {shown[2]}"
    values = [effect(value, single.measure, digits) for value in (study.yi, study.ci_low, study.ci_high)]
    return values[0], f"{values[1]} to {values[2]}"


def _pooled(single: Single) -> list[str]:
    lines = [line for line in pooled_lines(single) if line.kind in {"pooled", "common", "prediction"}]
    digits = _digits(single)
    written = []
    for line in lines:
        written.append(f"{line.name}: {_shown(line, single, digits)}")
        other = _analysis_scale(line, single)
        test = _test(single) if line.kind == "pooled" else ""
        if line.kind != "prediction" and (other or test):
            written.append(f"    {'; '.join(part for part in (other, test) if part)}")
    return written or ["Nothing can be pooled."]


def _shown(line: Line, single: Single, digits: int) -> str:
    name, measure = single.measure or "effect", single.measure
    if isnan(line.estimate) and isnan(line.low):
        return "not estimable"
    limits = f"{effect(line.low, measure, digits)} to {effect(line.high, measure, digits)}"
    if isnan(line.estimate):
        return f"{name} {limits}"
    return f"{name} {effect(line.estimate, measure, digits)} ({100 * single.level:g}% CI {limits})"


def _analysis_scale(line: Line, single: Single) -> str:
    if isnan(line.estimate):
        return ""
    numbers = f"SE {significant(line.se, 4)}"
    if single.measure in LOG_MEASURES:
        scale = f"log {single.measure}"
    elif back_transform(0.3, single.measure) != 0.3:
        scale = f"{single.measure} as analysed"
    else:
        return numbers
    limits = f"{fixed(line.low, 4)} to {fixed(line.high, 4)}"
    return f"{scale} {fixed(line.estimate, 4)} ({limits}), {numbers}"


def _test(single: Single) -> str:
    fit = single.fit
    if fit is None or single.measure in ONE_GROUP_MEASURES or isnan(fit.pvalue):
        return ""
    dof = getattr(fit, "dof", float("inf"))
    name = "z" if isinf(dof) else f"t({dof:g})"
    return f"{name} = {fixed(fit.statistic)}, {_p(fit.pvalue)}"


def _heterogeneity(single: Single, fit: Fit) -> Iterator[str]:
    if isinstance(fit, Pooled):
        yield from _spread(single, fit)
    elif isinstance(fit, MixedModel):
        yield f"Heterogeneity: τ² = {_small(fit.tau2)} (SE {_small(fit.se_tau2)})"
        yield f"    likelihood-ratio χ² = {fixed(fit.Q_LRT)} (df {fit.Q_dof:g}, {_p(fit.Q_LRT_pvalue)})"
        yield (
            f"    log-likelihood {fixed(fit.loglik, 4)}; quadrature error at most"
            f" {significant(fit.quadrature_error, 2)} ({fit.nodes} nodes)"
        )
    else:
        yield f"Heterogeneity: Q = {fixed(fit.Q)} (df {fit.Q_dof:g}, {_p(fit.Q_pvalue)})"
        if isinstance(fit, MantelHaenszel):
            yield from _stratified(fit)


def _spread(single: Single, fit: Pooled) -> Iterator[str]:
    if fit.k < 2:
        return
    found = single.heterogeneity
    level = f"{100 * single.level:g}% CI"
    if fit.method != "EE":
        limits = ""
        if found is not None and isfinite(found.tau2[0]):
            limits = f" ({level} {_small(found.tau2[0])} to {_small(found.tau2[1])}, Q-profile)"
        yield f"Heterogeneity: τ² = {_small(fit.tau2)}{limits}"
        limits = ""
        if found is not None and isfinite(found.I2[0]):
            limits = f" ({percent(found.I2[0], 1)} to {percent(found.I2[1], 1)})"
        shares_of = f"{percent(fit.I2, 1)}{limits} from τ², {percent(fit.I2_Q, 1)} from Q"
        yield f"    I² = {shares_of}; H² = {fixed(fit.H2)}"
    else:
        yield f"Heterogeneity: I² = {percent(fit.I2_Q, 1)} from Q; H² = {fixed(fit.H2)}"
    yield f"    Q = {fixed(fit.Q)} (df {fit.Q_dof:g}, {_p(fit.Q_pvalue)})"


def _stratified(fit: MantelHaenszel) -> Iterator[str]:
    if not isnan(fit.cmh):
        yield (
            f"    Cochran-Mantel-Haenszel χ² = {fixed(fit.cmh)} ({_p(fit.cmh_pvalue)}), without correction"
            f" {fixed(fit.cmh_uncorrected)} ({_p(fit.cmh_uncorrected_pvalue)})"
        )
    if not isnan(fit.breslow_day):
        yield (
            f"    Breslow-Day χ² = {fixed(fit.breslow_day)} ({_p(fit.breslow_day_pvalue)}), Tarone"
            f" {fixed(fit.tarone)} ({_p(fit.tarone_pvalue)}), df {fit.homogeneity_dof:g}"
        )


def _regression(fit: Regression, formula: str) -> Iterator[str]:
    yield f"Regression {formula}: {fit.k} studies, {fit.method}, {fit.test}"
    inflated = any(isfinite(value) for value in fit.vif)
    head = ["Coefficient", "Estimate", "SE", f"{100 * fit.level:g}% CI", "t" if isfinite(fit.dof[0]) else "z"]
    rows = [[*head, "P", *(["VIF"] if inflated else [])]]
    for j, name in enumerate(fit.names):
        low, high = map(float, fit.ci[j])
        row = [name, significant(float(fit.estimate[j]), 4), significant(float(fit.se[j]), 4)]
        row += [f"{significant(low, 4)} to {significant(high, 4)}", fixed(float(fit.statistic[j]))]
        row += [pvalue(float(fit.pvalue[j])), *([fixed(float(fit.vif[j]))] if inflated else [])]
        rows.append(row)
    yield from aligned(rows, left={0})
    if isfinite(fit.QM):
        yield f"Test of the moderators: {_omnibus(fit.QM, fit.QM_dof)}, {_p(fit.QM_pvalue)}"
    left = f"Residual heterogeneity: τ² = {_small(fit.tau2)}, I² = {percent(fit.I2, 1)}"
    yield f"{left}, QE = {fixed(fit.QE)} (df {fit.QE_dof:g}, {_p(fit.QE_pvalue)})"
    if isfinite(fit.R2):
        yield f"R² = {percent(fit.R2, 1)}"
    yield from (f"- {note}" for note in fit.notes)


def _subgroups(found: Subgroups, single: Single) -> Iterator[str]:
    digits = _digits(single)
    yield f"Subgroups by {single.grouped_by}, {found.method}, {found.test}"
    rows = [["Group", "k", single.measure or "yi", f"{100 * found.level:g}% CI", "τ²", "I²"]]
    for name, fit in zip(found.names, found.groups, strict=True):
        limits = [effect(value, single.measure, digits) for value in (fit.estimate, *fit.ci)]
        row = [str(name), str(fit.k), limits[0], f"{limits[1]} to {limits[2]}"]
        rows.append([*row, _small(fit.tau2), percent(fit.I2, 1)])
    yield from aligned(rows, left={0})
    if isfinite(found.Q_between):
        yield (
            f"Test between groups: {_omnibus(found.Q_between, found.Q_between_dof)},"
            f" {_p(found.Q_between_pvalue)}"
        )
    yield from (f"- {note}" for note in found.notes)
    for name, fit in zip(found.names, found.groups, strict=True):
        yield from (f"- {name}: {note}" for note in fit.notes)


def _ledger(single: Single) -> Iterator[str]:
    done = [entry for entry in single.ledger if entry[2].action != "left_out"]
    if done:
        yield "What was done to cells"
        for row, label, note in done:
            why = f", because {note.reason}" if note.action == "added" else ""
            cells = f" ({', '.join(note.cells)})" if note.cells else ""
            action = "kept: " if note.action == "kept" else ""
            yield f"- {label} (row {row}): {action}{said(note)}{cells}{why}"


def _set_aside(single: Single) -> Iterator[str]:
    if single.set_aside:
        count = len(single.set_aside)
        yield f"Rows that are not used ({count})"
        yield from (f"- {set_aside_line(single, row)}" for row in single.set_aside)


def _notes(single: Single) -> Iterator[str]:
    notes = [*single.notes, *(single.fit.notes if single.fit is not None else ())]
    if single.heterogeneity is not None:
        notes += single.heterogeneity.notes
    if notes:
        yield "Notes"
        yield from (f"- {note}" for note in dict.fromkeys(notes))


def _omnibus(value: float, dof: tuple[float, float]) -> str:
    if isinf(dof[1]):
        return f"χ² = {fixed(value)} (df {dof[0]:g})"
    return f"F({dof[0]:g}, {dof[1]:.4g}) = {fixed(value)}"


def _p(value: float) -> str:
    text = pvalue(value)
    return f"P < {text[1:]}" if text.startswith("<") else f"P = {text}"


def _small(value: float) -> str:
    return fixed(value, 0) if value == 0 else significant(value, 3)


def _digits(single: Single) -> int:
    """Give the narrowest interval two significant digits; ratios look after themselves."""
    if single.measure in LOG_MEASURES:
        return LEAST_DECIMALS
    halves = [(study.shown[2] - study.shown[1]) / 2 for study in single.studies]
    known = [half for half in halves if isfinite(half) and half > 0]
    if not known:
        return LEAST_DECIMALS
    return min(max(1 - floor(log10(min(known))), LEAST_DECIMALS), MOST_DECIMALS)


def aligned(rows: Sequence[Sequence[str]], left: set[int]) -> list[str]:
    """Set rows of cells under one another; the columns named in `left` to the left."""
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(_padded(cell, widths[i], left=i in left) for i, cell in enumerate(row)) for row in rows]


def _padded(cell: str, width: int, *, left: bool) -> str:
    blank = " " * (width - _width(cell))
    return cell + blank if left else blank + cell


def _width(text: str) -> int:
    """Count the places that a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )

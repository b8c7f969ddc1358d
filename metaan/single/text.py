"""One analysis of a plain file in words, for a terminal."""

from __future__ import annotations

import unicodedata
from math import isfinite, isinf, isnan
from typing import TYPE_CHECKING

from metaan.effects.additions import said
from metaan.format import (
    ONE_GROUP_MEASURES,
    degrees,
    fixed,
    measure_name,
    percent,
    power_of_ten,
    pvalue,
    shares,
    shown_digits,
    shown_effect,
    significant,
)
from metaan.results.pairwise import Pooled
from metaan.results.rare import MantelHaenszel, MixedModel
from metaan.single.ledger import AS_THEY_ARE, SHOWN_ONLY
from metaan.single.lines import Line, filled_line, pooled_lines, why_not
from metaan.single.names import analysis_scale, scale_words, shown_name, shown_scale_name
from metaan.single.refits import refit_rows
from metaan.single.trim_fill import filled_notes, filled_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.results.regression import Regression, Subgroups
    from metaan.results.trimfill import TrimFill
    from metaan.review.plain import SetAsideRow
    from metaan.single.analysis import Fit, Single, SingleStudy
    from metaan.single.ledger import LedgerEntry

__all__ = [
    "aligned",
    "between_line",
    "heterogeneity_lines",
    "ledger_words",
    "render_single",
    "set_aside_line",
]


LEAST_PLAIN = 1e-4
"""Below it a number is written as a power of ten."""


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
        parts.append(list(_regression(single.regression, single)))
    if single.subgroups is not None:
        parts.append(list(_subgroups(single.subgroups, single)))
    if single.refit is not None:
        parts.append(aligned(refit_rows(single), left={0}))
    if single.trim_fill is not None:
        parts.append(list(_trim_fill(single.trim_fill, single)))
    parts += [list(_ledger(single)), list(_set_aside(single)), list(_notes(single))]
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts if part) + "\n"


def heterogeneity_lines(single: Single) -> tuple[str, ...]:
    """Say how much the studies differ, as sentences for a figure."""
    if single.fit is None:
        return ()
    lines = tuple(line.strip() for line in _heterogeneity(single, single.fit))
    return ("; ".join(lines) + ".",) if lines else ()


def spread_line(fit: Pooled) -> str:
    """Say in one line how much the studies differ.

    Examples
    --------
    >>> from metaan import pool
    >>> spread_line(pool([0.1, 0.6], [0.02, 0.03], method="DL"))
    'τ² = 0.100, I² = 80.0%; Q = 5.00 (df 1, P = 0.025)'
    """
    start = "" if fit.method == "EE" else f"τ² = {_small(fit.tau2)}, "
    I2 = fit.I2_Q if fit.method == "EE" else fit.I2
    return f"{start}I² = {percent(I2, 1)}; Q = {fixed(fit.Q)} (df {fit.Q_dof:g}, {_p(fit.Q_pvalue)})"


def between_line(found: Subgroups) -> str:
    """Write the test between subgroups; the reason where there is none."""
    if not isfinite(found.Q_between):
        return f"not possible: {'; '.join(found.notes)}"
    return f"{_omnibus(found.Q_between, found.Q_between_dof)}, {_p(found.Q_between_pvalue)}"


def set_aside_line(single: Single, row: SetAsideRow) -> str:
    """Say which row is not used and why."""
    column = f", column {row.column} ({row.letter}): “{row.text}”" if row.column else ""
    return f"{single.file}, row {row.row}{column}, {row.label}: {row.reason}"


def _heading(single: Single) -> list[str]:
    name = f"{measure_name(single.measure)} ({single.measure})" if single.measure else "effects as given (yi)"
    rows = f"{single.rows} row{'' if single.rows == 1 else 's'}"
    k = len(single.studies)
    silent = sum(entry.silent for entry in single.ledger)
    less = f", {silent} of which carr{'ies' if silent == 1 else 'y'} nothing" if silent else ""
    return [f"{single.file}: {name}, {k} stud{'y' if k == 1 else 'ies'} of {rows}{less}"]


def _studies(single: Single) -> list[str]:
    if not single.studies:
        return []
    digits = _digits(single)
    ci = f"{100 * single.level:g}% CI"
    weighed = any(study.weight > 0 for study in single.studies)
    noted = any(study.note for study in single.studies)
    head = ["Study", shown_name(single.measure), ci]
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
    values = [shown_effect(value, single.measure, digits) for value in study.shown]
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
    name = shown_name(single.measure)
    estimate, *limits = (shown_effect(value, single.measure, digits) for value in line.shown)
    if line.kind == "prediction":
        return f"{name} {limits[0]} to {limits[1]}"
    if isnan(line.estimate):
        return f"not estimable: {why_not(single.fit) if single.fit is not None else ''}"
    if isnan(line.low):
        return f"{name} {estimate}, without an interval"
    return f"{name} {estimate} ({100 * single.level:g}% CI {limits[0]} to {limits[1]})"


def _analysis_scale(line: Line, single: Single) -> str:
    if isnan(line.estimate):
        return ""
    numbers = "no SE" if isnan(line.se) else f"SE {significant(line.se, 4)}"
    if analysis_scale(single.measure) == shown_scale_name(single.measure):
        return numbers
    limits = "" if isnan(line.low) else f" ({fixed(line.low, 4)} to {fixed(line.high, 4)})"
    return f"{scale_words(single.measure)} {fixed(line.estimate, 4)}{limits}, {numbers}"


def _test(single: Single) -> str:
    fit = single.fit
    if fit is None or single.measure in ONE_GROUP_MEASURES or isnan(fit.pvalue):
        return ""
    dof = getattr(fit, "dof", float("inf"))
    name = "z" if isinf(dof) else f"t({dof:g})"
    return f"{name} = {fixed(fit.statistic)}, {_p(fit.pvalue)}"


def _heterogeneity(single: Single, fit: Fit) -> Iterator[str]:
    if isnan(fit.estimate):
        return
    if isinstance(fit, Pooled):
        yield from _spread(single, fit)
    elif isinstance(fit, MixedModel):
        yield from _mixed(fit)
    else:
        yield f"Heterogeneity: {_q(fit.Q, fit.Q_dof, fit.Q_pvalue)}"
        if isinstance(fit, MantelHaenszel):
            yield from _stratified(fit)


def _mixed(fit: MixedModel) -> Iterator[str]:
    error = "" if isnan(fit.se_tau2) else f" (SE {_small(fit.se_tau2)})"
    yield f"Heterogeneity: τ² = {_small(fit.tau2)}{error}"
    if isfinite(fit.sigma2):
        yield f"    variance of the study effects σ² = {_small(fit.sigma2)}"
    if fit.Q_dof > 0:
        yield f"    likelihood-ratio χ² = {fixed(fit.Q_LRT)} (df {fit.Q_dof:g}, {_p(fit.Q_LRT_pvalue)})"
    if fit.Q_Wald_dof > 0:
        yield f"    Wald χ² = {fixed(fit.Q_Wald)} (df {fit.Q_Wald_dof:g}, {_p(fit.Q_Wald_pvalue)})"
    small = 0 < fit.quadrature_error < LEAST_PLAIN
    error = power_of_ten(fit.quadrature_error) if small else significant(fit.quadrature_error, 2)
    error = f"quadrature error at most {error} ({fit.nodes} nodes)"
    yield f"    log-likelihood {fixed(fit.loglik, 4)}; {error}"


def _q(Q: float, dof: float, pvalue: float) -> str:
    if not dof > 0:
        return "no test, for fewer than two studies have an effect of their own"
    return f"Q = {fixed(Q)} (df {dof:g}, {_p(pvalue)})"


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
    if fit.homogeneity_dof > 0:
        yield (
            f"    Breslow-Day χ² = {fixed(fit.breslow_day)} ({_p(fit.breslow_day_pvalue)}), Tarone"
            f" {fixed(fit.tarone)} ({_p(fit.tarone_pvalue)}), df {fit.homogeneity_dof:g}"
        )


def _regression(fit: Regression, single: Single) -> Iterator[str]:
    yield (
        f"Regression {single.formula}: {fit.k} studies, {fit.method}, {fit.test}; coefficients are"
        f" {scale_words(single.measure)}"
    )
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
    rows = [["Group", "k", shown_name(single.measure), f"{100 * found.level:g}% CI", "τ²", "I²"]]
    lines = (line for line in pooled_lines(single) if line.kind == "subgroup")
    for line, fit in zip(lines, found.groups, strict=True):
        limits = [shown_effect(value, single.measure, digits) for value in line.shown]
        row = [line.name, str(fit.k), limits[0], f"{limits[1]} to {limits[2]}"]
        alone = fit.k == 1
        rows.append([*row, "–" if alone else _small(fit.tau2), "–" if alone else percent(fit.I2, 1)])
    yield from aligned(rows, left={0})
    yield f"Test between groups: {between_line(found)}"
    if isfinite(found.Q_between):
        yield from (f"- {note}" for note in found.notes)
    for name, fit in zip(found.names, found.groups, strict=True):
        yield from (f"- {name}: {note}" for note in fit.notes)


def _trim_fill(found: TrimFill, single: Single) -> Iterator[str]:
    line = filled_line(single, found)
    yield filled_words(found)
    yield f"    {line.name}: {_shown(line, single, _digits(single))}"
    yield f"    {_analysis_scale(line, single)}"
    yield f"    {spread_line(found.pooled)}"
    yield from (f"- {note}" for note in filled_notes(found))


def _ledger(single: Single) -> Iterator[str]:
    done = [entry for entry in single.ledger if entry.note.action != "left_out" or entry.concerns == "model"]
    if done:
        yield "What was done to cells"
        yield from (f"- {entry.label} (row {entry.row}): {ledger_words(entry)}" for entry in done)


def ledger_words(entry: LedgerEntry) -> str:
    """Say what was done to which cells of a study and why, and whether the pooled estimate saw it."""
    note = entry.note
    if note.action != "added":
        return f"kept: {said(note)}" if note.action == "kept" and entry.concerns != "model" else said(note)
    text = f"{said(note)} ({', '.join(note.cells)}), because {note.reason}"
    return f"{text}; {SHOWN_ONLY}, {AS_THEY_ARE}" if entry.concerns == "shown" else text


def _set_aside(single: Single) -> Iterator[str]:
    if single.set_aside:
        count = len(single.set_aside)
        yield f"Rows that are not used ({count})"
        yield from (f"- {set_aside_line(single, row)}" for row in single.set_aside)


def _notes(single: Single) -> Iterator[str]:
    notes = [*single.notes, *(single.fit.notes if single.fit is not None else ())]
    if single.heterogeneity is not None:
        notes += single.heterogeneity.notes
    told = {f"{each.label} (row {each.row}): {each.note.reason}" for each in single.ledger}
    notes = [note for note in notes if note not in told and not _is_reason(note, single)]
    if notes:
        yield "Notes"
        yield from (f"- {note}" for note in dict.fromkeys(notes))


def _is_reason(note: str, single: Single) -> bool:
    """Whether a note is the reason that stands in place of the estimate."""
    reason = why_not(single.fit) if single.fit is not None else ""
    return bool(reason) and note.removeprefix("not estimable: ") == reason


def _omnibus(value: float, dof: tuple[float, float]) -> str:
    if isinf(dof[1]):
        return f"χ² = {fixed(value)} (df {dof[0]:g})"
    return f"F({degrees(dof[0])}, {degrees(dof[1])}) = {fixed(value)}"


def _p(value: float) -> str:
    text = pvalue(value)
    return f"P < {text[1:]}" if text.startswith("<") else f"P = {text}"


def _small(value: float) -> str:
    return fixed(value, 0) if value == 0 else significant(value, 3)


def _digits(single: Single) -> int:
    return shown_digits((study.shown for study in single.studies), single.measure)


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

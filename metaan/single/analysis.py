"""One analysis of one plain CSV file, from its rows to its numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import isfinite, nan, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from metaan.effects.additions import said
from metaan.effects.measures import effect_sizes
from metaan.errors import InputError, RequestError
from metaan.format import back_transform
from metaan.models.heterogeneity import heterogeneity_interval
from metaan.models.pairwise import pool
from metaan.models.profile_effects import profile_effects
from metaan.results.pairwise import CellNote, Effects, HeterogeneityInterval, Pooled
from metaan.results.rare import MantelHaenszel, MixedModel, Peto
from metaan.review.cells import near, parse_number
from metaan.review.plain import SetAsideRow, missing_text, numbers_of, read_plain
from metaan.review.problems import visible
from metaan.single.request import (
    INVERSE,
    MH,
    PETO,
    Request,
    Source,
    own_rules,
    profile_note,
    settle,
    source_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from metaan.results.regression import Regression, Subgroups
    from metaan.review.plain import PlainFile, PlainRow
    from metaan.types import Interval

    Numbers: TypeAlias = list[tuple[PlainRow, dict[str, float | None]]]

__all__ = ["Fit", "Single", "SingleStudy", "analyse_file"]

Fit: TypeAlias = "Pooled | MantelHaenszel | Peto | MixedModel"

SILENT = "it has no effect of its own here; the pooled estimate takes its cells as they are"
NO_VARIANCE = "its sampling variance is 0, so it cannot be weighed against others"
NOTHING = "no row can be pooled"


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleStudy:
    """One study of the analysis; the analysis scale, ratios on the log scale.

    Attributes
    ----------
    row : int
        Its row as a spreadsheet shows it (header is row 1).
    label, group : str
        Its name; its subgroup, empty where none is asked for.
    cells : mapping of str to float or None
        What the effect was computed from.
    yi, vi, ci_low, ci_high : float
        Effect, sampling variance and normal interval; `nan` where it has no effect of its own.
    shown : (float, float, float)
        Effect and limits as a person reads them.
    weight : float
        Share in [0, 1] of the pooled estimate; `nan` where the model has no weights.
    note : str
        What was done to its cells; empty where nothing was.
    """

    row: int
    label: str
    group: str
    cells: dict[str, float | None]
    yi: float
    vi: float
    ci_low: float
    ci_high: float
    shown: tuple[float, float, float]
    weight: float
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Single:
    """One analysis of one file.

    Attributes
    ----------
    file, measure, model, profile : str
        The file's name; the measure's letters, empty for effects of an unnamed measure; the model; the
        package whose defaults were asked for, empty where none was.
    level : float
        Confidence level in (0, 1).
    rows : int
        Rows of the file.
    studies : tuple of SingleStudy
        Rows that are pooled.
    set_aside : tuple of SetAsideRow
        Rows that are not, each with its reason.
    ledger : tuple of (int, str, CellNote)
        What was done to the cells of which row and study, whether it is pooled or not.
    fit, common : Pooled, MantelHaenszel, Peto, MixedModel or None
        The model asked for, None where nothing can be pooled; the common effect beside it.
    heterogeneity : HeterogeneityInterval or None
        Of inverse-variance pooling.
    regression, subgroups : Regression, Subgroups or None
        Where asked for.
    formula, grouped_by : str
        What they were asked for with.
    cells : mapping of str to tuple of float
        Columns that a package computes effects from by its own rules; empty where effects were given, or
        rules asked for.
    notes : tuple of str
        What a reader must know.
    """

    file: str
    measure: str
    model: str
    profile: str
    level: float
    rows: int
    studies: tuple[SingleStudy, ...]
    set_aside: tuple[SetAsideRow, ...]
    ledger: tuple[tuple[int, str, CellNote], ...]
    fit: Fit | None
    common: Pooled | None
    heterogeneity: HeterogeneityInterval | None
    regression: Regression | None
    subgroups: Subgroups | None
    formula: str
    grouped_by: str
    cells: Mapping[str, tuple[float, ...]]
    notes: tuple[str, ...]


def analyse_file(path: Path, request: Request) -> Single:
    """Analyse one CSV file of one row per study.

    Parameters
    ----------
    path : Path
        The file.
    request : Request
        What is asked for.

    Returns
    -------
    Single
        `fit` is None, with the reason in `notes`, where no row can be pooled.

    Raises
    ------
    RequestError
        For a request that cannot be met, such as an unknown measure or a column that the file lacks.
    FaultyReviewError
        For a file that cannot be read as a table.
    InputError
        Where the rows are fine one by one and cannot be analysed together.
    """
    request = settle(request)
    file = read_plain(path, slab=request.slab)
    _demand_headings(file, request)
    source = source_of(file, request)
    numbers, unread = numbers_of(file, file.rows, source.columns)
    numbers, ungrouped = _with_moderators(file, numbers, request)
    numbers, impossible = _possible(file, numbers, source, request)
    effects = _effects(numbers, source, request)
    kept, silent = _kept(file, numbers, effects, request)
    aside = sorted((*file.set_aside, *unread, *ungrouped, *impossible, *silent), key=lambda one: one.row)
    ledger = tuple((numbers[n.index][0].number, numbers[n.index][0].label, n) for n in effects.ledger)
    return _analysed(file, source, request, numbers, effects, kept, tuple(aside), ledger)


def _analysed(
    file: PlainFile,
    source: Source,
    request: Request,
    numbers: Numbers,
    effects: Effects,
    kept: list[int],
    aside: tuple[SetAsideRow, ...],
    ledger: tuple[tuple[int, str, CellNote], ...],
) -> Single:
    yi, vi = effects.yi[kept], effects.vi[kept]
    used = [numbers[i] for i in kept]
    groups = _cells_of(file, used, request.subgroup)
    fit = _named(_fit(request, yi, vi, used), [row for row, _ in used]) if kept else None
    weights = getattr(fit, "weights", np.full(len(kept), nan))
    studies = tuple(
        _study(row, cells, group, float(y), float(v), float(w), effects, i, request)
        for i, (row, cells), group, y, v, w in zip(kept, used, groups, yi, vi, weights, strict=True)
    )
    inverse = request.model == INVERSE and fit is not None
    random = inverse and fit is not None and getattr(fit, "method", "") != "EE"
    several = inverse and len(kept) > 1
    notes = [*file.notes, *source.notes, *(n for n in effects.notes if not n.startswith("study "))]
    return Single(
        file=file.name,
        measure=source.measure,
        model=request.model,
        profile=request.profile or "",
        level=request.level,
        rows=file.total,
        studies=studies,
        set_aside=aside,
        ledger=ledger,
        fit=fit,
        common=pool(yi, vi, method="EE", test="z", level=request.level) if random and several else None,
        heterogeneity=heterogeneity_interval(yi, vi, level=request.level) if several else None,
        regression=_regression(file, used, yi, vi, request) if request.mods and kept else None,
        subgroups=_subgroups(groups, yi, vi, request) if request.subgroup and kept else None,
        formula=request.mods,
        grouped_by=request.subgroup,
        cells={n: tuple(x) for n, x in _columns(numbers, source).items()}
        if own_rules(request, source)
        else {},
        notes=(*notes, *profile_note(request, source), *(() if kept else (NOTHING,))),
    )


def _demand_headings(file: PlainFile, request: Request) -> None:
    for option, heading in (("slab", request.slab), ("subgroup", request.subgroup)):
        if heading and file.position(heading) is None:
            hint = near(heading, file.header) or f"the columns are {', '.join(file.header[:20])}."
            raise RequestError(visible(f"--{option}: {file.name} has no column “{heading[:80]}”; {hint}"))


def _with_moderators(
    file: PlainFile, numbers: Numbers, request: Request
) -> tuple[Numbers, list[SetAsideRow]]:
    """Set aside rows without a moderator or a subgroup."""
    wanted = [request.subgroup] if request.subgroup else list(_moderators(file, request.mods))
    kept, aside = [], []
    for row, value in numbers:
        absent = [i for name in wanted if (i := _spot(file, name)) >= 0 and missing_text(row.cells[i])]
        if absent:
            said_of = f"{file.header[absent[0]]} is empty; fill it, or leave the column out of the analysis."
            aside.append(file.aside(row, absent[0], said_of))
        else:
            kept.append((row, value))
    return kept, aside


def _moderators(file: PlainFile, formula: str) -> tuple[str, ...]:
    if not formula:
        return ()
    from metaan.formula import formula_columns

    try:
        return formula_columns(formula, list(file.header))
    except InputError as error:
        raise RequestError(visible(f"--mods: {error}")) from error


def _spot(file: PlainFile, heading: str) -> int:
    found = file.position(heading)
    return -1 if found is None else found


def _possible(
    file: PlainFile, numbers: Numbers, source: Source, request: Request
) -> tuple[Numbers, list[SetAsideRow]]:
    """Set aside rows whose numbers cannot be, such as more events than participants, each by itself."""
    try:
        _effects(numbers, source, request)
    except InputError:
        pass
    else:
        return numbers, []
    kept, aside = [], []
    for row, value in numbers:
        try:
            _effects([(row, value)], source, request)
        except InputError as error:
            reason = str(error).replace("[0]", "")
            named = re.match(r"(\w+) = ", reason)
            index = source.columns.get(named.group(1)) if named else None
            aside.append(file.aside(row, index, reason))
        else:
            kept.append((row, value))
    return kept, aside


def _effects(numbers: Numbers, source: Source, request: Request) -> Effects:
    if not numbers:
        empty = np.empty(0)
        return Effects(yi=empty, vi=empty, measure=source.measure)
    columns = _columns(numbers, source)
    if source.given:
        return _given_effects(columns, source.measure)
    if request.profile is not None and own_rules(request, source):
        return profile_effects(request.profile, source.measure, **columns)
    options: dict[str, object] = {"to": request.to or ("none" if request.model == PETO else "only0")}
    if request.add is not None:
        options["add"] = request.add
    if request.vtype is not None:
        options["vtype"] = request.vtype
    return effect_sizes(source.measure, **options, **columns)  # type: ignore[arg-type]


def _columns(numbers: Numbers, source: Source) -> dict[str, np.ndarray]:
    return {
        name: np.array([nan if value[name] is None else value[name] for _, value in numbers], dtype=float)
        for name in source.columns
    }


def _given_effects(columns: dict[str, np.ndarray], measure: str) -> Effects:
    yi = columns["yi"]
    name = "vi" if "vi" in columns else "sei"
    vi = columns["vi"] if name == "vi" else columns["sei"] ** 2
    ledger = []
    for i, (y, v) in enumerate(zip(yi, vi, strict=True)):
        reason = ""
        if not (isfinite(y) and isfinite(v)):
            absent = [n for n, x in (("yi", y), (name, v)) if not isfinite(x)]
            reason = (
                f"{' and '.join(absent)} {'are' if len(absent) > 1 else 'is'} missing, so there is no effect"
            )
        elif v <= 0:
            reason = NO_VARIANCE
        if reason:
            ledger.append(CellNote(index=i, action="left_out", reason=reason))
    return Effects(yi=yi, vi=vi, measure=measure, ledger=tuple(ledger))


def _kept(
    file: PlainFile, numbers: Numbers, effects: Effects, request: Request
) -> tuple[list[int], list[SetAsideRow]]:
    """Choose the rows that are pooled; those that are not get the ledger's reason."""
    why = {note.index: note.reason for note in effects.ledger if note.action != "added"}
    kept, aside = [], []
    for i, (row, value) in enumerate(numbers):
        if request.model != INVERSE:
            weighed = None not in _needed(value).values()
        else:
            weighed = bool(isfinite(effects.yi[i]) and isfinite(effects.vi[i]) and effects.vi[i] > 0)
        if weighed:
            kept.append(i)
            continue
        empty = next((name for name, number in value.items() if number is None), None)
        index = file.cell_columns().get(empty) if empty else None
        reason = why.get(i, NO_VARIANCE if effects.vi[i] == 0 else "it has no effect")
        aside.append(file.aside(row, index, f"{reason[:1].upper()}{reason[1:]}."))
    return kept, aside


def _needed(value: dict[str, float | None]) -> dict[str, float | None]:
    """Complete the two arms of a table; the non-events may stand for the totals."""
    cells = dict(value)
    for events, others, total in (("ai", "bi", "n1i"), ("ci", "di", "n2i")):
        a, b, n = (cells.get(name) for name in (events, others, total))
        if events in cells and n is None:
            cells[total] = None if a is None or b is None else a + b
        cells.pop(others, None)
    return cells


def _fit(request: Request, yi: np.ndarray, vi: np.ndarray, used: Numbers) -> Fit:
    if request.model == INVERSE:
        given = {
            name: v for name in ("method", "test", "profile") if (v := getattr(request, name)) is not None
        }
        return pool(yi, vi, level=request.level, **given)
    tables = [_needed(value) for _, value in used]
    columns = {name: np.array([table[name] for table in tables], dtype=float) for name in tables[0]}
    if request.model == MH:
        from metaan.models.mantel_haenszel import mantel_haenszel

        return mantel_haenszel(request.measure or "", level=request.level, **columns)
    if request.model == PETO:
        from metaan.models.peto import peto

        return peto(level=request.level, **columns)
    from metaan.models.glmm import glmm

    cells = {name: columns[name] for name in ("ai", "n1i", "ci", "n2i")}
    return glmm(**cells, model=request.model, method=request.method or "ML", level=request.level)


def _study(
    row: PlainRow,
    cells: dict[str, float | None],
    group: str,
    yi: float,
    vi: float,
    weight: float,
    effects: Effects,
    index: int,
    request: Request,
) -> SingleStudy:
    half = NormalDist().inv_cdf((1 + request.level) / 2) * sqrt(vi) if vi >= 0 else nan
    size = cells.get("ni") if effects.measure == "PFT" else None
    sized = {} if size is None else {"n": size}
    limits: Interval = (yi - half, yi + half)
    notes = [said(note) for note in effects.ledger if note.index == index]
    if request.model != INVERSE and notes:
        notes = [f"{text} for the effect shown here only" if "added" in text else text for text in notes] + (
            [SILENT] if not isfinite(yi) else []
        )
    return SingleStudy(
        row=row.number,
        label=row.label,
        group=group,
        cells=cells,
        yi=yi,
        vi=vi,
        ci_low=limits[0],
        ci_high=limits[1],
        shown=(
            back_transform(yi, effects.measure, **sized),
            back_transform(limits[0], effects.measure, **sized),
            back_transform(limits[1], effects.measure, **sized),
        ),
        weight=weight,
        note="; ".join(notes),
    )


def _named(fit: Fit, rows: Sequence[PlainRow]) -> Fit:
    """Name the studies of a fit's notes as the file does; the models count them."""

    def name(found: re.Match[str]) -> str:
        row = rows[int(found[1]) - 1]
        return f"{row.label} (row {row.number}):"

    return replace(fit, notes=tuple(re.sub(r"^study (\d+):", name, note) for note in fit.notes))


def _cells_of(file: PlainFile, used: Numbers, heading: str) -> list[str]:
    if not heading:
        return [""] * len(used)
    spot = _spot(file, heading)
    return [visible(row.cells[spot]) for row, _ in used]


def _subgroups(groups: Sequence[str], yi: np.ndarray, vi: np.ndarray, request: Request) -> Subgroups:
    from metaan.models.subgroups import subgroups

    return subgroups(yi, vi, groups, level=request.level, **request.options)  # type: ignore[arg-type]


def _regression(
    file: PlainFile, used: Numbers, yi: np.ndarray, vi: np.ndarray, request: Request
) -> Regression:
    from metaan.formula import design_matrix
    from metaan.models.regression import regress

    columns = {
        name: _values([row.cells[_spot(file, name)] for row, _ in used])
        for name in _moderators(file, request.mods)
    }
    try:
        if columns:
            X, names = design_matrix(request.mods, columns)
        else:
            X, names = np.ones((len(used), 1)), ("intercept",)
        own = names[:1] == ("intercept",)
        return regress(
            yi,
            vi,
            X[:, 1:] if own else X,
            names=names[1:] if own else names,
            intercept=own,
            level=request.level,
            **request.options,
        )
    except InputError as error:
        raise InputError(visible(f"--mods {request.mods}: {error}")) from error


def _values(cells: list[str]) -> list[float] | list[str]:
    """Read a moderator as numbers where every cell is one, else as words."""
    parsed = [parse_number("moderator", "number", cell) for cell in cells]
    numbers = [value for value in parsed if isinstance(value, int | float)]
    return [float(value) for value in numbers] if len(numbers) == len(cells) else [visible(c) for c in cells]

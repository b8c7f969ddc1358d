"""One analysis of one plain CSV file, from its rows to its numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import inf, isfinite, nan, sqrt
from statistics import NormalDist, harmonic_mean
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from metaan.errors import InputError
from metaan.format import back_transform, significant
from metaan.models.heterogeneity import heterogeneity_interval
from metaan.models.pairwise import pool
from metaan.results.pairwise import HeterogeneityInterval, Pooled
from metaan.results.rare import MantelHaenszel, MixedModel, Peto
from metaan.review.cells import parse_number
from metaan.review.plain import SetAsideRow, read_plain
from metaan.review.problems import visible
from metaan.single.ledger import LedgerEntry, ledger_of, study_note
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
from metaan.single.rows import choose_rows, columns_of, counts_of, demand_headings, moderators, spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from metaan.results.refits import Cumulative, LeaveOneOut
    from metaan.results.regression import Regression, Subgroups
    from metaan.results.trimfill import TrimFill
    from metaan.review.plain import PlainFile, PlainRow
    from metaan.single.rows import Chosen, Numbers
    from metaan.types import FloatArray

__all__ = ["Fit", "Single", "SingleStudy", "analyse_file", "size_of"]

Fit: TypeAlias = "Pooled | MantelHaenszel | Peto | MixedModel"

NOTHING = "no row can be pooled"
OWN_EFFECTS = (
    "Q of Mantel-Haenszel compares the studies' own effects, and for these alone 0.5 is added to the cells of"
    " a study that has a 0"
)
DOUBLE_ARCSINE = (
    "Pooled proportions and their limits are turned back from the double arcsine {with_n}; no n is right for"
    " a pooled value and some mislead (Schwarzer et al. 2019): compare with the logit, --measure PLO"
)


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
    ledger : tuple of LedgerEntry
        What was done to the cells of which row and study, whether it is pooled or not.
    fit, common : Pooled, MantelHaenszel, Peto, MixedModel or None
        The model asked for, None where nothing can be pooled; the common effect beside it.
    heterogeneity : HeterogeneityInterval or None
        Of inverse-variance pooling.
    regression, subgroups : Regression, Subgroups or None
        Where asked for.
    formula, grouped_by, ordered_by : str
        What they, and an order, were asked for with.
    refit : LeaveOneOut, Cumulative or None
        Fits that were repeated, where asked for.
    trim_fill : TrimFill or None
        With mirror images of studies, where asked for.
    order : tuple of float or str
        What orders the studies of a cumulative fit.
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
    ledger: tuple[LedgerEntry, ...]
    fit: Fit | None
    common: Pooled | None
    heterogeneity: HeterogeneityInterval | None
    regression: Regression | None
    subgroups: Subgroups | None
    formula: str
    grouped_by: str
    cells: Mapping[str, tuple[float, ...]]
    notes: tuple[str, ...]
    ordered_by: str = ""
    order: tuple[float | str, ...] = ()
    refit: LeaveOneOut | Cumulative | None = None
    trim_fill: TrimFill | None = None


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
    demand_headings(file, request)
    source = source_of(file, request)
    chosen = choose_rows(file, source, request)
    return _analysed(file, source, request, chosen)


def size_of(studies: Iterable[SingleStudy]) -> float:
    """Give the size at which a pooled double arcsine is turned back, the harmonic mean of the studies'.

    Infinite where a size is not known, which is the limit for large groups.
    """
    sizes = [_size(study.cells) for study in studies]
    return harmonic_mean(sizes) if sizes and inf not in sizes else inf


def _size(cells: dict[str, float | None]) -> float:
    events, others, size = (cells.get(name) for name in ("xi", "mi", "ni"))
    if size is None and events is not None and others is not None:
        size = events + others
    return inf if size is None else float(size)


def _analysed(file: PlainFile, source: Source, request: Request, chosen: Chosen) -> Single:
    kept, used = list(chosen.kept), chosen.used
    yi, vi = chosen.effects.yi[kept], chosen.effects.vi[kept]
    groups = _cells_of(file, used, request.subgroup)
    fit = _named(_fit(request, yi, vi, used), [row for row, _ in used]) if kept else None
    ledger = ledger_of(chosen, request)
    studies = tuple(_studies(chosen, ledger, groups, fit, request))
    inverse = request.model == INVERSE and fit is not None
    random = inverse and fit is not None and getattr(fit, "method", "") != "EE"
    several = inverse and len(kept) > 1
    cells = _values(_cells_of(file, used, request.cumulative)) if request.cumulative else []
    order: tuple[float | str, ...] = tuple(cells)
    return Single(
        file=file.name,
        measure=source.measure,
        model=request.model,
        profile=request.profile or "",
        level=request.level,
        rows=file.total,
        studies=studies,
        set_aside=chosen.aside,
        ledger=ledger,
        fit=fit,
        common=pool(yi, vi, method="EE", test="z", level=request.level) if random and several else None,
        heterogeneity=heterogeneity_interval(yi, vi, level=request.level) if several else None,
        regression=_regression(file, used, yi, vi, request) if request.mods and kept else None,
        subgroups=_subgroups(groups, yi, vi, request) if request.subgroup and kept else None,
        formula=request.mods,
        grouped_by=request.subgroup,
        cells=_given_cells(chosen, source, request),
        notes=(
            *file.notes,
            *source.notes,
            *profile_note(request, source),
            *_notes(chosen, ledger, studies, fit, request),
        ),
        ordered_by=request.cumulative,
        order=order,
        refit=_refit(yi, vi, order, request) if kept else None,
        trim_fill=_trim_fill(fit, yi, vi, request) if request.trim_fill else None,
    )


def _refit(
    yi: FloatArray, vi: FloatArray, order: tuple[float | str, ...], request: Request
) -> LeaveOneOut | Cumulative | None:
    """Repeat the fit as it was asked for.

    Raises
    ------
    InputError
        Where there are too few studies, or one has nothing in the column of the order.
    """
    from metaan.sensitivity.cumulative import cumulate
    from metaan.sensitivity.influence import leave_one_out

    options: Any = request.options
    if request.leave_one_out:
        return leave_one_out(yi, vi, level=request.level, **options)
    if order:
        return cumulate(yi, vi, order, level=request.level, **options)
    return None


def _trim_fill(fit: Fit | None, yi: FloatArray, vi: FloatArray, request: Request) -> TrimFill | None:
    from metaan.single.trim_fill import filled_in

    return filled_in(fit, yi, vi, force=request.force)


def _given_cells(chosen: Chosen, source: Source, request: Request) -> Mapping[str, tuple[float, ...]]:
    """Give the columns from which packages compute their own effects."""
    if not chosen.numbers or not own_rules(request, source):
        return {}
    values = [value for _, value in chosen.numbers]
    return {name: tuple(found.tolist()) for name, found in columns_of(values, source.columns).items()}


def _notes(
    chosen: Chosen,
    ledger: Sequence[LedgerEntry],
    studies: Sequence[SingleStudy],
    fit: Fit | None,
    request: Request,
) -> Iterable[str]:
    yield from (note for note in chosen.effects.notes if not note.startswith("study "))
    added = any(entry.concerns == "shown" and entry.note.action == "added" for entry in ledger)
    if isinstance(fit, MantelHaenszel) and added and fit.Q_dof > 0:
        yield OWN_EFFECTS
    if chosen.effects.measure == "PFT" and studies:
        n = size_of(studies)
        groups = " (of each subgroup, with that of its own)" if request.subgroup else ""
        with_n = f"with n = {significant(n, 4)}, the harmonic mean of the sizes{groups}"
        yield DOUBLE_ARCSINE.format(
            with_n=with_n if isfinite(n) else "as for large groups, for no sizes are known"
        )
    if not studies:
        yield NOTHING


def _fit(request: Request, yi: FloatArray, vi: FloatArray, used: Numbers) -> Fit:
    if request.model == INVERSE:
        given = {
            name: v for name in ("method", "test", "profile") if (v := getattr(request, name)) is not None
        }
        return pool(yi, vi, level=request.level, **given)
    columns = counts_of(used)
    if request.model == MH:
        from metaan.models.mantel_haenszel import mantel_haenszel

        return mantel_haenszel(request.measure or "", level=request.level, **columns)
    if request.model == PETO:
        from metaan.models.peto import peto

        return peto(level=request.level, **columns)
    from metaan.models.glmm import glmm

    cells = {name: columns[name] for name in ("ai", "n1i", "ci", "n2i")}
    return glmm(**cells, model=request.model, method=request.method or "ML", level=request.level)


def _studies(
    chosen: Chosen, ledger: Sequence[LedgerEntry], groups: Sequence[str], fit: Fit | None, request: Request
) -> Iterable[SingleStudy]:
    effects = chosen.effects
    weights = getattr(fit, "weights", np.full(len(chosen.kept), nan))
    reach = NormalDist().inv_cdf((1 + request.level) / 2)
    entries: dict[int, list[LedgerEntry]] = {}
    for entry in ledger:
        entries.setdefault(entry.note.index, []).append(entry)
    for i, (row, cells), group, weight in zip(chosen.kept, chosen.used, groups, weights, strict=True):
        yi, vi = float(effects.yi[i]), float(effects.vi[i])
        half = reach * sqrt(vi) if vi >= 0 else nan
        limits = (yi, yi - half, yi + half)
        shown = tuple(back_transform(value, effects.measure, n=_size(cells)) for value in limits)
        yield SingleStudy(
            row=row.number,
            label=row.label,
            group=group,
            cells=cells,
            yi=yi,
            vi=vi,
            ci_low=limits[1],
            ci_high=limits[2],
            shown=(shown[0], shown[1], shown[2]),
            weight=float(weight),
            note=study_note(entries.get(i, []), effect=isfinite(yi), request=request),
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
    place = spot(file, heading)
    return [visible(row.cells[place]) for row, _ in used]


def _subgroups(groups: Sequence[str], yi: FloatArray, vi: FloatArray, request: Request) -> Subgroups:
    from metaan.models.subgroups import subgroups

    return subgroups(yi, vi, groups, level=request.level, **request.options)  # type: ignore[arg-type]


def _regression(
    file: PlainFile, used: Numbers, yi: FloatArray, vi: FloatArray, request: Request
) -> Regression:
    from metaan.formula import design_matrix
    from metaan.models.regression import regress

    columns = {
        name: _values([row.cells[spot(file, name)] for row, _ in used])
        for name in moderators(file, request.mods)
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

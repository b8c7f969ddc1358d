"""Which rows of a plain file an analysis rests on, their effects, and why the others are left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from metaan.effects.measures import effect_sizes
from metaan.errors import InputError, RequestError
from metaan.models.counts import read_rates, read_tables
from metaan.models.intake import WIDEST, read_studies
from metaan.models.mixed_models import MODELS as MIXED
from metaan.models.profile_effects import profile_effects
from metaan.results.pairwise import CellNote, Effects
from metaan.review.columns import instead
from metaan.review.plain import missing_text, numbers_of
from metaan.review.problems import visible
from metaan.single.request import INVERSE, PETO, own_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metaan.models.counts import Rates, Tables
    from metaan.review.plain import PlainFile, PlainRow, SetAsideRow
    from metaan.single.request import Request, Source
    from metaan.types import FloatArray

__all__ = [
    "Chosen",
    "Numbers",
    "choose_rows",
    "columns_of",
    "counts_of",
    "demand_headings",
    "moderators",
    "spot",
]

Numbers: TypeAlias = "list[tuple[PlainRow, dict[str, float | None]]]"

NO_VARIANCE = "its sampling variance is 0, so it cannot be weighed against others"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chosen:
    """Rows with numbers, and which of them are pooled.

    Attributes
    ----------
    numbers : list of (PlainRow, dict)
        Rows that have effects or say why not.
    effects : Effects
        One for each of them.
    kept : tuple of int
        Positions in `numbers` of those that are pooled.
    aside : tuple of SetAsideRow
        All other rows of the file, in its order, each with its reason.
    """

    numbers: Numbers
    effects: Effects
    kept: tuple[int, ...]
    aside: tuple[SetAsideRow, ...]

    @property
    def used(self) -> Numbers:
        """Rows that are pooled."""
        return [self.numbers[i] for i in self.kept]


def choose_rows(file: PlainFile, source: Source, request: Request) -> Chosen:
    """Read the rows of a file, compute their effects and tell which of them can be pooled.

    Parameters
    ----------
    file : PlainFile
        The file.
    source : Source
        Where its effects come from.
    request : Request
        What is asked for.

    Raises
    ------
    RequestError
        For a formula that names no columns of the file.
    InputError
        Where rows are fine one by one and do not go together.
    """
    numbers, unread = numbers_of(file, file.rows, source.columns)
    numbers, ungrouped = _with_moderators(file, numbers, request)
    numbers, impossible = _possible(file, numbers, source, request)
    effects = _effects(numbers, source, request)
    kept, silent = _kept(file, numbers, effects, request)
    kept, far = _near_enough(file, numbers, effects, kept) if request.model == INVERSE else (kept, [])
    aside = (*file.set_aside, *unread, *ungrouped, *impossible, *silent, *far)
    return Chosen(
        numbers=numbers,
        effects=effects,
        kept=tuple(kept),
        aside=tuple(sorted(aside, key=lambda one: one.row)),
    )


def demand_headings(file: PlainFile, request: Request) -> None:
    """Refuse options that name columns which the file lacks.

    Raises
    ------
    RequestError
        With the nearest heading.
    """
    named = {"slab": request.slab, "subgroup": request.subgroup, "cumulative": request.cumulative}
    for option, heading in named.items():
        if heading and file.position(heading) is None:
            absent = visible(f"--{option}: {file.name} has no column “{heading[:80]}”;")
            raise RequestError(f"{absent} {instead(heading, file.header)}")


def moderators(file: PlainFile, formula: str) -> tuple[str, ...]:
    """Find the headings that a formula names.

    Raises
    ------
    RequestError
        For a formula that cannot be read, or a heading that the file lacks.
    """
    if not formula:
        return ()
    from metaan.formula import formula_columns

    try:
        return formula_columns(formula, list(file.header))
    except InputError as error:
        raise RequestError(visible(f"--mods: {error}")) from error


def spot(file: PlainFile, heading: str) -> int:
    """Find the place of a column; -1 where it is not there."""
    found = file.position(heading)
    return -1 if found is None else found


def counts_of(numbers: Numbers) -> dict[str, FloatArray]:
    """Give the columns of counts that the models of counts take."""
    tables = [_needed(value) for _, value in numbers]
    return columns_of(tables, tables[0])


def columns_of(values: list[dict[str, float | None]], names: Iterable[str]) -> dict[str, FloatArray]:
    """Give some columns of rows as arrays, `nan` where a cell is empty."""
    return {
        name: np.array([nan if value[name] is None else value[name] for value in values], dtype=float)
        for name in names
    }


def _with_moderators(
    file: PlainFile, numbers: Numbers, request: Request
) -> tuple[Numbers, list[SetAsideRow]]:
    """Set aside rows without a moderator or a subgroup."""
    wanted = [request.subgroup] if request.subgroup else list(moderators(file, request.mods))
    kept, aside = [], []
    for row, value in numbers:
        absent = [i for name in wanted if (i := spot(file, name)) >= 0 and missing_text(row.cells[i])]
        if absent:
            said_of = f"{file.header[absent[0]]} is empty; fill it, or leave the column out of the analysis."
            aside.append(file.aside(row, absent[0], said_of))
        else:
            kept.append((row, value))
    return kept, aside


def _possible(
    file: PlainFile, numbers: Numbers, source: Source, request: Request
) -> tuple[Numbers, list[SetAsideRow]]:
    """Set aside rows whose numbers cannot be, such as more events than participants, each by itself."""
    try:
        _checked(numbers, source, request)
    except InputError:
        pass
    else:
        return numbers, []
    kept, aside = [], []
    for row, value in numbers:
        try:
            _checked([(row, value)], source, request)
        except InputError as error:
            reason = str(error).replace("[0]", "")
            named = re.match(r"(\w+) = ", reason)
            index = source.columns.get(named.group(1)) if named else None
            aside.append(file.aside(row, index, reason))
        else:
            kept.append((row, value))
    return kept, aside


def _checked(numbers: Numbers, source: Source, request: Request) -> None:
    """Raise the error of rows that the effects, or the model, would refuse."""
    _effects(numbers, source, request)
    if numbers and request.model != INVERSE:
        _counted(numbers, request)


def _counted(numbers: Numbers, request: Request) -> Tables | Rates:
    columns = counts_of(numbers)
    return read_rates(columns) if "x1i" in columns else read_tables(columns, whole=request.model in MIXED)


def _effects(numbers: Numbers, source: Source, request: Request) -> Effects:
    if not numbers:
        empty = np.empty(0)
        return Effects(yi=empty, vi=empty, measure=source.measure)
    columns = columns_of([value for _, value in numbers], source.columns)
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


def _given_effects(columns: dict[str, FloatArray], measure: str) -> Effects:
    yi = columns["yi"]
    name = "vi" if "vi" in columns else "sei"
    with np.errstate(over="ignore", under="ignore"):
        vi = columns["vi"] if name == "vi" else columns["sei"] ** 2
    ledger = []
    for i, (y, v) in enumerate(zip(yi, vi, strict=True)):
        absent = [n for n, x in (("yi", y), (name, v)) if isnan(x)]
        reason = ""
        if absent:
            reason = (
                f"{' and '.join(absent)} {'are' if len(absent) > 1 else 'is'} missing, so there is no effect"
            )
        elif not isfinite(v):
            reason = "its sampling variance is beyond the range of numbers; check its unit"
        elif v <= 0:
            reason = NO_VARIANCE
        if reason:
            ledger.append(CellNote(index=i, action="left_out", reason=reason))
    return Effects(yi=yi, vi=vi, measure=measure, ledger=tuple(ledger))


def _kept(
    file: PlainFile, numbers: Numbers, effects: Effects, request: Request
) -> tuple[list[int], list[SetAsideRow]]:
    """Choose the rows that are pooled; those that are not get the ledger's reason."""
    why: dict[int, str] = {note.index: note.reason for note in effects.ledger if note.action != "added"}
    weighed = np.isfinite(effects.yi) & np.isfinite(effects.vi) & (effects.vi > 0)
    if numbers and request.model != INVERSE:
        counted = _counted(numbers, request)
        weighed, why = counted.used, {**counted.notes, **why}
    aside = []
    for i in np.flatnonzero(~weighed).tolist():
        row, value = numbers[i]
        empty = next((name for name, number in value.items() if number is None), None)
        index = file.cell_columns().get(empty) if empty else None
        reason = why.get(i, NO_VARIANCE if effects.vi[i] == 0 else "it has no effect")
        aside.append(file.aside(row, index, f"{reason[:1].upper()}{reason[1:]}."))
    return np.flatnonzero(weighed).tolist(), aside


def _near_enough(
    file: PlainFile, numbers: Numbers, effects: Effects, kept: list[int]
) -> tuple[list[int], list[SetAsideRow]]:
    """Set aside the rows that lie 30 orders of magnitude from the others, where these are the more."""
    yi, vi = effects.yi[kept], effects.vi[kept]
    if not kept or _together(yi, vi):
        return kept, []
    unit2 = float(np.sort(vi)[len(vi) // 2])
    centre = float(np.sort(yi)[len(yi) // 2])
    with np.errstate(over="ignore"):
        wide = ~((vi / unit2 < WIDEST) & (vi / unit2 > 1 / WIDEST))
        far = ~(np.abs(yi - centre) / unit2**0.5 < WIDEST)
    blamed = wide | far
    if 2 * blamed.sum() >= len(kept) or not _together(yi[~blamed], vi[~blamed]):
        values = vi if (vi.max() / vi.min() > WIDEST) else yi
        ends = [numbers[kept[i]][0] for i in sorted({int(values.argmin()), int(values.argmax())})]
        raise InputError(_apart(file, ends))
    aside = [
        file.aside(numbers[i][0], None, _too_far(yi[at], vi[at], unit2, bool(wide[at])))
        for at, i in enumerate(kept)
        if blamed[at]
    ]
    return [i for at, i in enumerate(kept) if not blamed[at]], aside


def _apart(file: PlainFile, rows: list[PlainRow]) -> str:
    places = " and ".join(f"row {row.number} ({row.label})" for row in rows)
    return (
        f"{file.name}: {places} are too far apart to compute with (more than 30 orders of magnitude);"
        " which of them is wrong cannot be told, so check their units."
    )


def _together(yi: FloatArray, vi: FloatArray) -> bool:
    try:
        read_studies(yi, vi)
    except InputError:
        return False
    return True


def _too_far(yi: float, vi: float, typical: float, wide: bool) -> str:
    found = f"Its variance {vi:.3g}" if wide else f"Its effect {yi:.3g}"
    return (
        f"{found} is more than 30 orders of magnitude away from the others (their middle variance is"
        f" {typical:.3g}), which cannot be computed with; check its unit."
    )


def _needed(value: dict[str, float | None]) -> dict[str, float | None]:
    """Complete the two arms of a table; the non-events may stand for the totals."""
    cells = dict(value)
    for events, others, total in (("ai", "bi", "n1i"), ("ci", "di", "n2i")):
        a, b, n = (cells.get(name) for name in (events, others, total))
        if events in cells and n is None:
            cells[total] = None if a is None or b is None else a + b
        cells.pop(others, None)
    return cells

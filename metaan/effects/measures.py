"""The registry of effect measures and the one function that computes them."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects import binary, continuous
from metaan.effects.cells import column
from metaan.errors import InputError
from metaan.results.frozen import frozen
from metaan.results.pairwise import Effects

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from metaan.effects.cells import Columns, Measure
    from metaan.types import FloatArray

__all__ = ["MEASURES", "effect_sizes"]

MEASURES = {measure.name: measure for measure in (*binary.MEASURES, *continuous.MEASURES)}
CELLS = {"two by two": binary.CELLS, "two groups": continuous.CELLS}
ADD_TO = ("only0", "all", "if0all", "none")
VARIANCE_TYPES = ("LS", "UB")


def effect_sizes(
    measure: str, *, add: float = 0.5, to: str = "only0", vtype: str = "LS", **cells: ArrayLike
) -> Effects:
    """Compute effect sizes and their sampling variances, one per study.

    Parameters
    ----------
    measure : {"OR", "RR", "RD", "MD", "SMD"}
        Odds ratio and risk ratio are on the log scale. The first group minus the second.
    add : float, default 0.5
        Added to all four cells of a two by two table; ignored for means.
    to : {"only0", "all", "if0all", "none"}, default "only0"
        To which tables: those with a zero cell; all; all if any has a zero cell; none.
    vtype : {"LS", "UB"}, default "LS"
        Large-sample or unbiased variance of SMD; ignored for the others.
    **cells : array_like, shape (k,)
        `ai`, `ci` with `n1i`, `n2i` (or `bi`, `di`) for OR, RR and RD; `m1i`, `sd1i`, `n1i`, `m2i`, `sd2i`,
        `n2i` for MD and SMD.

    Returns
    -------
    Effects
        `yi` and `vi` of shape (k,), `nan` where there is no effect, and a note for each study to whose
        cells something was added or that has no effect. Notes count studies from 1.

    Raises
    ------
    InputError
        For an unknown measure, option or column, a missing column, columns of different length, text or
        infinite values, negative counts or standard deviations, and more events than participants.

    References
    ----------
    Fleiss JL, Berlin JA. Effect sizes for dichotomous data. In: Cooper H, Hedges LV, Valentine JC (editors).
    The handbook of research synthesis and meta-analysis, 2nd edition. Russell Sage Foundation 2009, 237-253.
    Hedges LV. Distribution theory for Glass's estimator of effect size and related estimators. Journal of
    Educational Statistics 1981; 6: 107-128.

    Examples
    --------
    >>> found = effect_sizes("RR", ai=[12, 0], n1i=[40, 25], ci=[5, 3], n2i=[38, 27])
    >>> found.yi.round(4).tolist(), found.vi.round(4).tolist()
    ([0.8242, -1.8718], [0.232, 2.2115])
    >>> found.notes
    ('study 2: 0.5 added to all four cells',)
    """
    row = _measure(measure)
    _check_options(add, to, vtype)
    table = _table(row, cells, add=add, to=to)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        yi, vi = row.formula(table.cells, vtype)
    return _effects(row.name, yi, vi, table)


def _measure(name: str) -> Measure:
    if name not in MEASURES:
        raise InputError(f"measure = {name!r} is not known; the measures are {', '.join(MEASURES)}.")
    return MEASURES[name]


def _check_options(add: float, to: str, vtype: str) -> None:
    if not isfinite(add) or add < 0:
        raise InputError(f"add = {add!r} is added to counts; give a number of 0 or more.")
    if to not in ADD_TO:
        raise InputError(f"to = {to!r} is not known; give one of {', '.join(ADD_TO)}.")
    if vtype not in VARIANCE_TYPES:
        raise InputError(f"vtype = {vtype!r} is not known; give one of {', '.join(VARIANCE_TYPES)}.")


def _table(row: Measure, cells: dict[str, ArrayLike], *, add: float, to: str) -> Columns:
    known = CELLS[row.family]
    unknown = [name for name in cells if name not in known]
    if unknown:
        raise InputError(f"{row.name} does not use {', '.join(unknown)}; its columns are {', '.join(known)}.")
    if not cells:
        raise InputError(f"{row.name} needs the cells of its studies; its columns are {', '.join(known)}.")
    given = {name: column(name, values) for name, values in cells.items()}
    if row.family == "two by two":
        return binary.two_by_two(given, add=add, to=to)
    return continuous.two_groups(given)


def _effects(name: str, yi: FloatArray, vi: FloatArray, table: Columns) -> Effects:
    """Blank what is not finite and say why."""
    undefined = table.usable & ~(np.isfinite(yi) & np.isfinite(vi))
    usable = table.usable & ~undefined
    notes = dict(table.notes)
    notes.update(dict.fromkeys(np.flatnonzero(undefined).tolist(), f"{name} is not defined for its cells"))
    return Effects(
        yi=frozen(np.where(usable, yi, np.nan)),
        vi=frozen(np.where(usable, vi, np.nan)),
        measure=name,
        notes=tuple(f"study {i + 1}: {notes[i]}" for i in sorted(notes)),
    )

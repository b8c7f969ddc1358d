"""The registry of effect measures and the one function that computes them."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects import binary, continuous, correlations, paired, proportions, rates
from metaan.effects.additions import ADD_TO, ledger_lines
from metaan.effects.cells import column, is_one_of
from metaan.errors import InputError
from metaan.results.frozen import frozen
from metaan.results.pairwise import CellNote, Effects

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from metaan.effects.cells import Columns, Measure
    from metaan.types import FloatArray

__all__ = ["MEASURES", "effect_sizes"]

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for room in (binary, continuous, rates, proportions, correlations, paired)
    for measure in room.MEASURES
}
VARIANCE_TYPES = ("LS", "UB")


class _Usual(float):
    """A number that was not given, so that a measure's own default holds."""


USUAL = _Usual(0.5)


def effect_sizes(
    measure: str, *, add: float = USUAL, to: str = "only0", vtype: str = "LS", **cells: ArrayLike
) -> Effects:
    """Compute effect sizes and their sampling variances, one per study.

    Definitions and defaults are those of escalc() of metafor 5. Where two groups are compared it is the first
    minus the second. Ratios are on the log scale.

    Parameters
    ----------
    measure : str
        Two by two tables: OR, RR, RD, AS (arcsine difference), PETO, PHI, YUQ, YUY, OR2DN, OR2DL.
        Means of two groups: MD, SMD, SMDH, SMD1, ROM, CVR, VR, D2ORN, D2ORL, RPB. Rates: IRR, IRD, IRSD.
        One group: IR, IRLN, IRS (rates); PR, PLN, PLO, PAS, PFT (proportions); MN, MNLN (means).
        Correlations: COR, UCOR, ZCOR. Paired measurements: MC, SMCC, SMCR, ROMC.
    add : float, default 0.5
        Added to all four cells of a two by two table, to the events of both groups for rates, to events and
        non-events for proportions. AS, PHI, IRSD, IRS, PAS and PFT need nothing, so nothing is added to them
        unless it is asked for. It does not matter for means and correlations.
    to : {"only0", "all", "if0all", "none"}, default "only0"
        To which studies: those with a zero cell; all; all if any has a zero cell; none.
    vtype : {"LS", "UB"}, default "LS"
        Large-sample or unbiased variance of SMD; the others have the large-sample one, with a note.
    **cells : array_like, shape (k,)
        `ai`, `ci` with `n1i`, `n2i` (or `bi`, `di`); `m1i`, `sd1i`, `n1i`, `m2i`, `sd2i`, `n2i`;
        `x1i`, `t1i`, `x2i`, `t2i`; `xi`, `ti`; `xi`, `ni` (or `mi`, those without an event);
        `mi`, `sdi`, `ni`; `ri`, `ni`; `m1i`, `m2i`, `sd1i`, `sd2i`, `ni`, `ri`.

    Returns
    -------
    Effects
        `yi` and `vi` of shape (k,), `nan` where there is no effect, and a note for each study to whose
        cells something was added or that has no effect. Notes count studies from 1; `ledger` holds the same
        as data. Counts and correlations may give a variance of 0; such a study is kept, with a note.

    Raises
    ------
    InputError
        For an unknown measure, option or column, a missing column, columns of different length, text or
        infinite values, negative counts, sizes or standard deviations, more events than participants, and
        correlations outside -1 to 1.

    References
    ----------
    Bonett DG. Meta-analytic interval estimation for standardized and unstandardized mean differences.
    Psychological Methods 2009; 14: 225-238.
    Chinn S. A simple method for converting an odds ratio to effect size for use in meta-analysis. Statistics
    in Medicine 2000; 19: 3127-3131.
    Fleiss JL, Berlin JA. Effect sizes for dichotomous data. In: Cooper H, Hedges LV, Valentine JC (editors).
    The handbook of research synthesis and meta-analysis, 2nd edition. Russell Sage Foundation 2009, 237-253.
    Freeman MF, Tukey JW. Transformations related to the angular and the square root. Annals of Mathematical
    Statistics 1950; 21: 607-611.
    Hasselblad V, Hedges LV. Meta-analysis of screening and diagnostic tests. Psychological Bulletin 1995;
    117: 167-178.
    Hedges LV. Distribution theory for Glass's estimator of effect size and related estimators. Journal of
    Educational Statistics 1981; 6: 107-128.
    Lajeunesse MJ. Bias and correction for the log response ratio in ecological meta-analysis. Ecology 2015;
    96: 2056-2063.
    Morris SB. Estimating effect sizes from pretest-posttest-control group designs. Organizational Research
    Methods 2008; 11: 364-386.
    Olkin I, Pratt JW. Unbiased estimation of certain correlation coefficients. Annals of Mathematical
    Statistics 1958; 29: 201-211.
    Rücker G, Schwarzer G, Carpenter J, Olkin I. Why add anything to nothing? The arcsine difference as a
    measure of treatment effect in meta-analysis with zero cells. Statistics in Medicine 2009; 28: 721-738.
    Senior AM, Viechtbauer W, Nakagawa S. Revisiting and expanding the meta-analysis of variation: the log
    coefficient of variation ratio. Research Synthesis Methods 2020; 11: 553-567.
    Yusuf S, Peto R, Lewis J, Collins R, Sleight P. Beta blockade during and after myocardial infarction: an
    overview of the randomized trials. Progress in Cardiovascular Diseases 1985; 27: 335-371.

    Examples
    --------
    >>> found = effect_sizes("RR", ai=[12, 0], n1i=[40, 25], ci=[5, 3], n2i=[38, 27])
    >>> found.yi.round(4).tolist(), found.vi.round(4).tolist()
    ([0.8242, -1.8718], [0.232, 2.2115])
    >>> found.notes
    ('study 2: 0.5 added to all four cells',)
    >>> effect_sizes("ZCOR", ri=[0.6], ni=[25]).yi.round(4).tolist()
    [0.6931]
    """
    row = _measure(measure)
    _check_options(add, to, vtype)
    given = _given(row, cells)
    table = row.family.read(given, row.add if isinstance(add, _Usual) else float(add), to)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        yi, vi = row.formula(table.cells, vtype)
    ledger = (*table.ledger, *_undefined(row, yi, vi, table))
    notes = ledger_lines(ledger)
    if vtype == "UB" and row.name != "SMD":
        notes = (*notes, f"vtype 'UB' is for SMD; {row.name} has its large-sample variance")
    return _effects(row.name, yi, vi, ledger, notes)


def _measure(name: object) -> Measure:
    if not is_one_of(name, MEASURES):
        raise InputError(f"measure = {name!r} is not known; the measures are {', '.join(MEASURES)}.")
    return MEASURES[name]


def _check_options(add: object, to: str, vtype: str) -> None:
    number = (int, float, np.integer, np.floating)
    if isinstance(add, bool) or not isinstance(add, number) or not 0 <= add < inf:
        raise InputError(f"add = {add!r} is added to counts; give a number of 0 or more.")
    if not is_one_of(to, ADD_TO):
        raise InputError(f"to = {to!r} is not known; give one of {', '.join(ADD_TO)}.")
    if not is_one_of(vtype, VARIANCE_TYPES):
        raise InputError(f"vtype = {vtype!r} is not known; give one of {', '.join(VARIANCE_TYPES)}.")


def _given(row: Measure, cells: dict[str, ArrayLike]) -> dict[str, FloatArray]:
    known = row.family.cells
    unknown = [name for name in cells if name not in known]
    if unknown:
        raise InputError(f"{row.name} does not use {', '.join(unknown)}; its columns are {', '.join(known)}.")
    if not cells:
        raise InputError(f"{row.name} needs the cells of its studies; its columns are {', '.join(known)}.")
    return {name: column(name, values) for name, values in cells.items()}


def _undefined(row: Measure, yi: FloatArray, vi: FloatArray, table: Columns) -> list[CellNote]:
    """Enter what has no effect, or no variance, in the ledger."""
    defined = np.isfinite(yi) & np.isfinite(vi)
    why = f"{row.name} is not defined for its cells" + (f": {row.domain}" if row.domain else "")
    ledger = [
        CellNote(index=i, action="left_out", reason=why)
        for i in np.flatnonzero(table.usable & ~defined).tolist()
    ]
    flat = np.flatnonzero(table.usable & defined & (vi <= 0)).tolist()
    if row.family.exact:
        said_of = "its sampling variance is 0, so it cannot be weighed against others"
        return ledger + [CellNote(index=i, action="kept", reason=said_of) for i in flat]
    said_of = "its sampling variance is 0, so there is no effect"
    return ledger + [CellNote(index=i, action="left_out", reason=said_of) for i in flat]


def _effects(
    name: str, yi: FloatArray, vi: FloatArray, ledger: tuple[CellNote, ...], notes: tuple[str, ...]
) -> Effects:
    left_out = [note.index for note in ledger if note.action == "left_out"]
    yi, vi = np.array(yi), np.array(vi)
    yi[left_out] = vi[left_out] = np.nan
    return Effects(
        yi=frozen(yi),
        vi=frozen(vi),
        measure=name,
        notes=notes,
        ledger=tuple(sorted(ledger, key=lambda note: note.index)),
    )

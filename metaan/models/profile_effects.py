"""Effects as each package computes them from the same cells, and its Mantel-Haenszel estimate."""

from __future__ import annotations

from dataclasses import replace
from math import nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.additions import ledger_lines
from metaan.effects.binary import TABLE, two_by_two
from metaan.effects.cells import column, is_one_of
from metaan.effects.continuous import hedges_j
from metaan.effects.measures import effect_sizes
from metaan.errors import InputError
from metaan.models.mantel_haenszel import mantel_haenszel
from metaan.models.profiles import PACKAGES
from metaan.results.frozen import frozen
from metaan.results.pairwise import CellNote, Effects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import ArrayLike

    from metaan.models.profiles import Default, Profile
    from metaan.types import BoolArray, FloatArray

    Cells = Mapping[str, ArrayLike]

__all__ = ["MANTEL_HAENSZEL_MEASURES", "effect_topic", "profile_effects", "profile_mantel_haenszel"]

EFFECT_TOPICS = {
    "OR": "zero_cells",
    "RR": "zero_cells",
    "RD": "risk_difference",
    "SMD": "smd_variance",
}
"""The default of a `Profile` that the effects of a measure follow; the others are computed alike."""

MANTEL_HAENSZEL_MEASURES = ("OR", "RR", "RD")
HALF = 0.5


def effect_topic(measure: str) -> str:
    """Name the default that a measure's effects follow; empty where no package was seen to differ.

    Examples
    --------
    >>> effect_topic("RD"), effect_topic("MD")
    ('risk_difference', '')
    """
    return EFFECT_TOPICS.get(measure, "")


def profile_effects(profile: str, measure: str, **cells: ArrayLike) -> Effects:
    """Compute effects from cells by the defaults of a package.

    Parameters
    ----------
    profile : {"metafor", "meta", "revman", "stata"}
        The package. What was not checked of it (`PACKAGES` says so) is as in metafor.
    measure : str
        As `effect_sizes` takes it. OR, RR, RD and SMD follow the package; the others are those of
        `effect_sizes`.
    **cells : array_like, shape (k,)
        As `effect_sizes` takes them.

    Returns
    -------
    Effects
        `nan` for studies that the package leaves out; the ledger says so.

    Raises
    ------
    InputError
        For an unknown profile, and as `effect_sizes` does.

    References
    ----------
    Deeks JJ, Higgins JPT. Statistical algorithms in Review Manager 5. Cochrane Collaboration 2010.
    Hartung J, Knapp G. A refined method for the meta-analysis of controlled clinical trials with binary
    outcome. Statistics in Medicine 2001; 20: 3875-3889.
    Hedges LV. Distribution theory for Glass's estimator of effect size and related estimators. Journal of
    Educational Statistics 1981; 6: 107-128.
    White IR, Thomas J. Standardized mean differences in individually-randomized and cluster-randomized
    trials, with applications to meta-analysis. Clinical Trials 2005; 2: 141-151.

    Examples
    --------
    >>> tables = {"ai": [1, 0], "n1i": [20, 30], "ci": [4, 0], "n2i": [20, 30]}
    >>> profile_effects("metafor", "OR", **tables).yi.round(4).tolist()
    [-1.5581, 0.0]
    >>> profile_effects("meta", "OR", **tables).notes
    ('study 2: no events in either arm, so meta 8 leaves it out',)
    """
    if not is_one_of(profile, PACKAGES):
        raise InputError(f"profile = {profile!r} is not known; give one of {', '.join(PACKAGES)}.")
    usual = effect_sizes(measure, **cells)  # type: ignore[arg-type]
    topic = effect_topic(measure)
    if not topic:
        return usual
    default: Default = getattr(PACKAGES[profile], topic)
    rule = EFFECT_RULES.get(default.value)
    return usual if rule is None else rule(usual, cells, PACKAGES[profile])


def _one_outcome_out(usual: Effects, cells: Cells, profile: Profile) -> Effects:
    """Leave out studies with one outcome only; what was added to the others stays."""
    a, b, c, d = _table(cells)
    none, only = (a == 0) & (c == 0), (b == 0) & (d == 0)
    out = [
        CellNote(
            index=i, action="left_out", reason=f"{why} in either arm, so {profile.package} leaves it out"
        )
        for where, why in ((none, "no events"), (only & ~none, "events only"))
        for i in np.flatnonzero(where & np.isfinite(usual.yi)).tolist()
    ]
    gone = {note.index for note in out}
    yi, vi = np.array(usual.yi), np.array(usual.vi)
    yi[list(gone)] = vi[list(gone)] = nan
    kept = [note for note in usual.ledger if note.index not in gone]
    return _effects(usual, yi, vi, [*kept, *out])


def _variance_only(usual: Effects, cells: Cells, profile: Profile) -> Effects:
    """Keep the difference of the cells as they are; 0.5 enters its variance (Hartung and Knapp 2001)."""
    del profile
    plain = effect_sizes(usual.measure, to="none", **cells)  # type: ignore[arg-type]
    ledger = [
        replace(note, reason=f"{note.reason}, for its variance only") if note.action == "added" else note
        for note in usual.ledger
    ]
    return _effects(usual, np.where(np.isfinite(usual.yi), plain.yi, nan), usual.vi, ledger)


def _where_flat(usual: Effects, cells: Cells, profile: Profile) -> Effects:
    """Add 0.5 only where the variance would be 0."""
    del profile
    plain = effect_sizes(usual.measure, to="none", **cells)  # type: ignore[arg-type]
    flat = plain.vi == 0
    kept = [note for note in usual.ledger if note.action != "added" or flat[note.index]]
    return _effects(usual, np.where(flat, usual.yi, plain.yi), np.where(flat, usual.vi, plain.vi), kept)


def _exact_variance(usual: Effects, cells: Cells, profile: Profile) -> Effects:
    """Give g its exact, unbiased variance (Hedges 1981; White and Thomas 2005)."""
    del profile
    return effect_sizes(usual.measure, vtype="UB", **cells)  # type: ignore[arg-type]


def _revman_variance(usual: Effects, cells: Cells, profile: Profile) -> Effects:
    """Compute g with its approximate factor, and its variance with N - 3.94 (Deeks and Higgins 2010)."""
    del profile
    n1, n2 = (column(name, cells[name]) for name in ("n1i", "n2i"))
    N = n1 + n2
    with np.errstate(divide="ignore", invalid="ignore"):
        g = usual.yi / hedges_j(N - 2) * (1 - 3 / (4 * N - 9))
        variance = 1 / n1 + 1 / n2 + g**2 / (2 * (N - 3.94))
    return replace(usual, yi=frozen(g), vi=frozen(np.where(np.isfinite(g), variance, nan)))


EFFECT_RULES: dict[str, Callable[[Effects, Cells, Profile], Effects]] = {
    "only0, one outcome out": _one_outcome_out,
    "variance only": _variance_only,
    "where the variance is 0": _where_flat,
    "exact": _exact_variance,
    "N - 3.94": _revman_variance,
}
"""From metafor's effects and the cells to the package's; what is not named here is metafor's."""


def profile_mantel_haenszel(
    measure: str, zero_cells: str, variance: str, cells: Cells
) -> tuple[float, float]:
    """Pool tables by Mantel and Haenszel's method as a package does.

    Parameters
    ----------
    measure : {"OR", "RR", "RD"}
        What is pooled.
    zero_cells, variance : str
        Values of a profile's `mantel_haenszel` and `mantel_haenszel_variance`.
    cells : mapping of str to array_like, shape (k,)
        Two by two tables.

    Returns
    -------
    (float, float)
        Estimate (ratios on the log scale) and standard error; `nan` where they are not estimable, or where
        the rule was not checked.

    References
    ----------
    Greenland S, Robins JM. Estimation of a common effect parameter from sparse follow-up data. Biometrics
    1985; 41: 55-68.
    Sato T, Greenland S, Robins JM. On the variance estimator for the Mantel-Haenszel risk difference.
    Biometrics 1989; 45: 1323-1324.

    Examples
    --------
    >>> cells = {"ai": [0, 1, 2, 0], "n1i": [50, 60, 70, 40], "ci": [2, 0, 3, 0], "n2i": [50, 60, 70, 40]}
    >>> [round(profile_mantel_haenszel("OR", rule, "Sato", cells)[0], 4) for rule in ("exact", "only0")]
    [-0.5225, -0.4159]
    """
    if "not checked" in (zero_cells, variance):
        return nan, nan
    tables = _table(cells)
    tables = tables[:, np.isfinite(tables).all(0) & (tables[:2].sum(0) > 0) & (tables[2:].sum(0) > 0)]
    if measure != "RD":
        tables = tables if zero_cells == "exact" else _halves(tables[:, ~_one_outcome(tables)])
        return _pooled(measure, tables)
    estimate, se = _pooled(measure, tables)
    if variance == "Sato":
        return estimate, se
    return estimate, _greenland_robins(tables if zero_cells == "exact" else _halves(tables))


def _pooled(measure: str, tables: FloatArray) -> tuple[float, float]:
    if tables.shape[1] == 0:
        return nan, nan
    found = mantel_haenszel(measure, **dict(zip(TABLE, tables, strict=True)))
    return found.estimate, found.se


def _greenland_robins(tables: FloatArray) -> float:
    """Give the standard error of a risk difference (Greenland and Robins 1985)."""
    if tables.shape[1] == 0:
        return nan
    a, b, c, d = tables
    n1, n2 = a + b, c + d
    n = n1 + n2
    shares = a * b * n2**3 + c * d * n1**3
    return sqrt(float((shares / (n1 * n2 * n**2)).sum())) / float((n1 * n2 / n).sum())


def _one_outcome(tables: FloatArray) -> BoolArray:
    a, b, c, d = tables
    return np.asarray(((a == 0) & (c == 0)) | ((b == 0) & (d == 0)))


def _halves(tables: FloatArray) -> FloatArray:
    return np.asarray(tables + HALF * (tables == 0).any(0))


def _table(cells: Cells) -> FloatArray:
    """Complete two by two tables, shape (4, k); `nan` where a cell is missing."""
    given = {name: column(name, values) for name, values in cells.items()}
    found = two_by_two(given, 0.0, "none")
    table = np.stack([found.cells[name] for name in TABLE])
    return np.where(found.usable, table, nan)


def _effects(usual: Effects, yi: FloatArray, vi: FloatArray, ledger: Iterable[CellNote]) -> Effects:
    ordered = tuple(sorted(ledger, key=lambda note: note.index))
    return replace(usual, yi=frozen(yi), vi=frozen(vi), ledger=ordered, notes=ledger_lines(ordered))

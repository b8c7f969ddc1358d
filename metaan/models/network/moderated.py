"""Rows of a network whose relative effects change with a covariate, and the studies that give them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Literal

import numpy as np

from metaan.errors import InputError
from metaan.models.network.design import connected_parts, stack
from metaan.models.network.estimable import simple_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.models.network.design import Evidence, Study
    from metaan.types import FloatArray

__all__ = ["ModeratedRows", "moderated_rows", "select_studies"]

SAME = 1e-12
"""Range of the covariate relative to its largest value that is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModeratedRows:
    """Rows of the studies used, in the unit of the evidence; the covariate is (x - mean) / spread.

    The coefficients are the effects of all treatments but the reference, then the slopes.

    Attributes
    ----------
    treatments : tuple of str, length n
        Those of the studies.
    reference : int
        Position of the reference among them.
    interaction : {"common", "independent"}
        One slope, or one for each treatment but the reference.
    studies : tuple of str, length k
        In input order.
    x : ndarray, shape (k,)
        Their values of the covariate, in its own unit.
    mean, spread : float
        Mean and range of `x`; the range is taken as 1 where it is 0.
    yi, vi : ndarray, shape (m,)
        As `stack` gives them.
    scale : float
        The evidence's.
    plain, full : (ndarray of shape (m, p), ndarray of shape (m, p))
        Design without and with slopes, each as it is and as simple rows of the same row space.
    slopes_of : ndarray, shape (n, q)
        The slope of each treatment from the coefficients of the slopes.
    """

    treatments: tuple[str, ...]
    reference: int
    interaction: Literal["common", "independent"]
    studies: tuple[str, ...]
    x: FloatArray
    mean: float
    spread: float
    yi: FloatArray
    vi: FloatArray
    scale: float
    plain: tuple[FloatArray, FloatArray]
    full: tuple[FloatArray, FloatArray]
    slopes_of: FloatArray


def select_studies(
    evidence: Evidence, values: Mapping[str, float], reference: str | None
) -> tuple[list[Study], str, tuple[tuple[str, str], ...]]:
    """Keep the studies that have a value and are connected to the reference.

    Parameters
    ----------
    evidence : Evidence
        All studies.
    values : mapping of str to float
        Covariate by study, without those that have none.
    reference : str, optional
        Without it, the treatment that most studies of the largest connected part hold.

    Returns
    -------
    used : list of Study
    reference : str
    left_out : tuple of (str, str)
        The other studies, each with its reason.

    Raises
    ------
    InputError
        No study with a value; a reference that is unknown or in no such study.
    """
    reasons = {
        study.name: "its value of the covariate is not known"
        for study in evidence.studies
        if study.name not in values
    }
    valued = [study for study in evidence.studies if study.name in values]
    if not valued:
        raise InputError("covariate has no value for any of the studies; give at least one.")
    groups = connected_parts(valued, len(evidence.treatments))
    base = _reference(evidence, valued, groups, reference)
    part = next(group for group in groups if base in group)
    named = evidence.treatments[base]
    for study in valued:
        if study.arms[0] not in part:
            reasons[study.name] = f"no chain of studies with a value connects it to {named}"
    left_out = tuple((study.name, reasons[study.name]) for study in evidence.studies if study.name in reasons)
    return [study for study in valued if study.name not in reasons], named, left_out


def _reference(
    evidence: Evidence, valued: Sequence[Study], groups: Sequence[list[int]], reference: str | None
) -> int:
    """Find the reference; without a wish, the treatment that most studies of the largest part hold."""
    held = Counter(arm for study in valued for arm in study.arms)
    if reference is None:
        largest = max(groups, key=lambda group: (len(group), sum(held[arm] for arm in group)))
        return max(largest, key=lambda arm: held[arm])
    if reference not in evidence.treatments:
        raise InputError(
            f"reference = {reference!r} is not a treatment of this network; give one of "
            f"{', '.join(map(repr, evidence.treatments))}."
        )
    place = evidence.treatments.index(reference)
    if not held[place]:
        raise InputError(
            f"reference = {reference!r} is in no study whose covariate is known; give another treatment, or "
            "the covariate of a study that holds it."
        )
    return place


def moderated_rows(
    evidence: Evidence,
    used: Sequence[Study],
    values: Mapping[str, float],
    reference: str,
    interaction: Literal["common", "independent"],
) -> ModeratedRows:
    """Make the designs with and without slopes.

    Parameters
    ----------
    evidence : Evidence
        All studies.
    used : sequence of Study
        Those that `select_studies` keeps.
    values : mapping of str to float
        Covariate by study.
    reference : str
        One of their treatments.
    interaction : {"common", "independent"}
        One slope, or one for each treatment but the reference.

    Returns
    -------
    ModeratedRows
    """
    columns = sorted({arm for study in used for arm in study.arms})
    treatments = tuple(evidence.treatments[column] for column in columns)
    base = treatments.index(reference)
    x = np.array([values[study.name] for study in used])
    mean, spread = fsum(x) / len(x), float(np.ptp(x))
    if spread <= SAME * float(np.abs(x).max()):
        standard, spread = np.zeros(len(x)), 1.0
    else:
        standard = (x - mean) / spread
    free = np.delete(np.eye(len(columns)), base, axis=1)
    slopes_of = free if interaction == "independent" else free.sum(axis=1, keepdims=True)
    X, yi, vi = stack(used, len(evidence.treatments))
    X, simple = X[:, columns], simple_rows(used, len(evidence.treatments))[:, columns]
    times = np.repeat(standard, [len(study.yi) for study in used])[:, None]
    return ModeratedRows(
        treatments=treatments,
        reference=base,
        interaction=interaction,
        studies=tuple(study.name for study in used),
        x=x,
        mean=mean,
        spread=spread,
        yi=yi,
        vi=vi,
        scale=evidence.scale,
        plain=(X @ free, simple @ free),
        full=(_moderated(X, free, times, slopes_of), _moderated(simple, free, times, slopes_of)),
        slopes_of=slopes_of,
    )


def _moderated(X: FloatArray, free: FloatArray, times: FloatArray, slopes_of: FloatArray) -> FloatArray:
    return np.hstack([X @ free, times * (X @ slopes_of)])

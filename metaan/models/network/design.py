"""From contrasts to independent rows: the studies of a network as a regression design."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from metaan.effects.cells import column, equal_lengths
from metaan.effects.labels import label_column, merged_labels
from metaan.errors import InputError
from metaan.models.network.multiarm import Told, independent_rows
from metaan.results.frozen import frozen
from metaan.results.network import Contrasts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

__all__ = ["Evidence", "Study", "connected_parts", "read_contrasts", "stack"]

WIDEST_RATIO = 1e6
"""Ratio of the largest to the smallest standard error beyond which double precision is lost."""

LARGEST = 1e60
"""Largest number, and ratio of an effect to a standard error; its fourth power still fits in a double."""

ONE_CONTRAST = frozen([[1.0, -1.0]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """One study as independent rows, also under random effects.

    A study of p arms gives p - 1 rows. Row i has the expectation `loadings[i] @ effects[arms]` and the
    variance `vi[i] + tau2`, and is independent of the other rows.

    Attributes
    ----------
    name : str
        Label.
    arms : tuple of int, length p
        Positions of its treatments, increasing.
    loadings : ndarray, shape (p - 1, p)
        Each row sums to 0.
    yi, vi : ndarray, shape (p - 1,)
        In units of the evidence's `scale`, and its square.
    """

    name: str
    arms: tuple[int, ...]
    loadings: FloatArray
    yi: FloatArray
    vi: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """Checked studies of a network.

    Attributes
    ----------
    treatments : tuple of str, length n
        Sorted labels.
    studies : tuple of Study
        In input order.
    contrasts : Contrasts
        The input, with multi-arm studies made exactly consistent; the order and the signs are the input's.
    scale : float
        Unit of the studies' rows, a power of 2 near the median standard error.
    notes : tuple of str
        Labels that were taken as one, and what was repaired.
    """

    treatments: tuple[str, ...]
    studies: tuple[Study, ...]
    contrasts: Contrasts
    scale: float
    notes: tuple[str, ...]


def read_contrasts(
    study: ArrayLike, treat1: ArrayLike, treat2: ArrayLike, yi: ArrayLike, sei: ArrayLike
) -> Evidence:
    """Check contrasts and turn every study into independent rows.

    The covariance within a multi-arm study follows from its standard errors alone: with D the matrix of
    variances of all its pairwise contrasts and H an orthonormal basis of contrasts, the contrasts
    sqrt(2) H have covariance -H D H'. Between studies they have covariance tau2 I, so that the eigenvectors
    of -H D H' make the rows of a study independent whatever tau2 is.

    Parameters
    ----------
    study, treat1, treat2 : array_like of labels, shape (m,)
        Study and the two treatments of each contrast.
    yi, sei : array_like, shape (m,)
        Effect of treat1 minus treat2, and its standard error.

    Returns
    -------
    Evidence

    Raises
    ------
    InputError
        Empty or unequal input, a missing label, a value that is not finite, a standard error that is not
        positive, a treatment against itself, a contrast given twice, a multi-arm study without all its
        contrasts or whose contrasts contradict one another.

    References
    ----------
    Schoenberg IJ. Remarks to Maurice Fréchet's article. Annals of Mathematics 1935; 36: 724-732.
    Higgins JPT, Whitehead A. Borrowing strength from external trials in a meta-analysis.
    Statistics in Medicine 1996; 15: 2733-2749.

    Examples
    --------
    >>> evidence = read_contrasts(["s"] * 3, list("AAB"), list("BCC"), [1, 3, 2], [1, 1, 1])
    >>> evidence.treatments, len(evidence.studies[0].yi)
    (('A', 'B', 'C'), 2)
    """
    columns = _read_columns(study, treat1, treat2, yi, sei)
    names, first, second = columns.study, columns.treat1, columns.treat2
    treatments = tuple(sorted({*first, *second}))
    code = {treatment: position for position, treatment in enumerate(treatments)}
    scale = 2.0 ** round(float(np.log2(np.median(columns.sei))))
    y, v = columns.yi / scale, (columns.sei / scale) ** 2
    rows_of: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows_of.setdefault(name, []).append(row)
    studies: list[Study] = []
    notes: list[str] = []
    for name, rows in rows_of.items():
        pairs = [(code[first[row]], code[second[row]]) for row in rows]
        if len(rows) == 1:
            studies.append(_two_arms(name, *pairs[0], y[rows], v[rows]))
            continue
        arms = sorted({arm for pair in pairs for arm in pair})
        told = Told(name=name, labels=tuple(treatments[arm] for arm in arms), scale=scale)
        placed = np.array([[arms.index(arm) for arm in pair] for pair in pairs])
        found = independent_rows(told, placed, y[rows], v[rows])
        studies.append(Study(name=name, arms=tuple(arms), loadings=found.loadings, yi=found.yi, vi=found.vi))
        if found.notes:
            y[rows], v[rows] = found.contrast_yi, found.contrast_vi
            notes += found.notes
    used = replace(columns, yi=frozen(y * scale), sei=frozen(np.sqrt(v) * scale)) if notes else columns
    merged = (*merged_labels("study", [study]), *merged_labels("treatment", [treat1, treat2]))
    return Evidence(
        treatments=treatments, studies=tuple(studies), contrasts=used, scale=scale, notes=(*merged, *notes)
    )


class _HasArms(Protocol):
    """A study that knows the positions of its treatments."""

    @property
    def arms(self) -> tuple[int, ...]: ...


def stack(studies: Sequence[Study], columns: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Put the rows of several studies on top of one another.

    Parameters
    ----------
    studies : sequence of Study
        At least one.
    columns : int
        Number of treatments of the network.

    Returns
    -------
    X : ndarray, shape (m, columns)
        Rows sum to 0.
    yi, vi : ndarray, shape (m,)
        Effects and sampling variances of independent rows.
    """
    X = np.zeros((sum(len(study.yi) for study in studies), columns))
    row = 0
    for study in studies:
        X[row : row + len(study.yi), study.arms] = study.loadings
        row += len(study.yi)
    yi = np.concatenate([study.yi for study in studies])
    return X, yi, np.concatenate([study.vi for study in studies])


def connected_parts(studies: Sequence[_HasArms], treatments: int) -> list[list[int]]:
    """Group treatments that studies connect.

    Returns
    -------
    list of list of int
        Positions of treatments, increasing, each group in the order of its first treatment.

    Examples
    --------
    >>> evidence = read_contrasts(["s", "t"], ["A", "C"], ["B", "D"], [0, 0], [1, 1])
    >>> connected_parts(evidence.studies, 4)
    [[0, 1], [2, 3]]
    """
    parent = list(range(treatments))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for study in studies:
        for arm in study.arms[1:]:
            parent[root(arm)] = root(study.arms[0])
    groups: dict[int, list[int]] = {}
    for treatment in range(treatments):
        groups.setdefault(root(treatment), []).append(treatment)
    return list(groups.values())


def _read_columns(
    study: ArrayLike, treat1: ArrayLike, treat2: ArrayLike, yi: ArrayLike, sei: ArrayLike
) -> Contrasts:
    names = label_column("study", study)
    first, second = label_column("treat1", treat1), label_column("treat2", treat2)
    effects, errors = column("yi", yi), column("sei", sei)
    labels = {"study": names, "treat1": first, "treat2": second}
    lengths = {name: np.zeros(len(values)) for name, values in labels.items()}
    equal_lengths({**lengths, "yi": effects, "sei": errors})
    _refuse_rows(names, first, second, effects, errors)
    return Contrasts(
        study=names, treat1=first, treat2=second, yi=frozen(effects), sei=frozen(errors), measure=""
    )


def _two_arms(name: str, one: int, two: int, yi: FloatArray, vi: FloatArray) -> Study:
    arms, sign = ((one, two), 1.0) if one < two else ((two, one), -1.0)
    return Study(name=name, arms=arms, loadings=ONE_CONTRAST, yi=sign * yi, vi=vi)


def _refuse_rows(
    names: Sequence[str], first: Sequence[str], second: Sequence[str], yi: FloatArray, sei: FloatArray
) -> None:
    """Collect the faults of all rows and raise them together."""
    faults: list[str] = []
    seen: dict[tuple[str, frozenset[str]], int] = {}
    for i, (name, one, two, y, se) in enumerate(zip(names, first, second, yi, sei, strict=True)):
        where = f"(study {name!r}, {one} – {two})"
        if one == two:
            faults.append(f"treat1[{i}] and treat2[{i}] {where} are the same; correct one of them")
        if not np.isfinite(y):
            faults.append(f"yi[{i}] = {y} {where} is missing; give a number or leave the row out")
        if not (np.isfinite(se) and se > 0):
            faults.append(f"sei[{i}] = {se} {where} is not a standard error; give a positive number")
        earlier = seen.setdefault((name, frozenset((one, two))), i)
        if earlier != i:
            faults.append(f"row [{i}] {where} has the same pair as row [{earlier}]; keep one of them")
    if faults:
        raise InputError(f"{'; '.join(faults)}.")
    _refuse_extremes(yi, sei)


def _refuse_extremes(yi: FloatArray, sei: FloatArray) -> None:
    low, high, far = int(sei.argmin()), int(sei.argmax()), int(np.abs(yi).argmax())
    if sei[high] > WIDEST_RATIO * sei[low]:
        raise InputError(
            f"sei[{low}] = {sei[low]:.3g} and sei[{high}] = {sei[high]:.3g} differ by more than a "
            "factor of a million; check their units."
        )
    if not (sei[low] > 1 / LARGEST and sei[high] < LARGEST and abs(yi[far]) < LARGEST * sei[low]):
        raise InputError(
            f"yi[{far}] = {yi[far]:.3g}, sei[{low}] = {sei[low]:.3g} and sei[{high}] = {sei[high]:.3g} are "
            "too large or too small to compute with; check their units."
        )

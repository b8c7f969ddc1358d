"""From contrasts to independent rows: the studies of a network as a regression design."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError
from metaan.results.frozen import frozen
from metaan.results.network import Contrasts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

__all__ = ["Evidence", "Study", "connected_parts", "read_contrasts", "stack"]

ADDS_UP = 0.05
"""How far a contrast may be from what the rest of its study implies, in standard errors: rounded figures
stay below it, a wrong sign or a swapped pair does not."""

ROUNDING = 1e-9
"""Relative size of what is left over when exact figures are added: not worth a note."""

SINGULAR = 1e-10
"""Smallest variance of a study, relative to its largest, that counts as positive."""

REPAIRABLE = 0.01
"""Shortfall of a study's smallest variance, relative to its largest, that is put down to rounding; a repair
raises the smallest variance to this share."""

WIDEST_RATIO = 1e6
"""Ratio of the largest to the smallest standard error beyond which double precision is lost."""


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
        What was repaired.
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
    names = _labels("study", study)
    first, second = _labels("treat1", treat1), _labels("treat2", treat2)
    effects, errors = _numbers("yi", yi), _numbers("sei", sei)
    _refuse_unequal(study=names, treat1=first, treat2=second, yi=effects, sei=errors)
    _refuse_rows(names, first, second, effects, errors)
    treatments = tuple(sorted({*first, *second}))
    code = {treatment: position for position, treatment in enumerate(treatments)}
    scale = 2.0 ** round(float(np.log2(np.median(errors))))
    rows_of: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows_of.setdefault(name, []).append(row)
    one, two = np.array([code[t] for t in first]), np.array([code[t] for t in second])
    y, v = effects / scale, (errors / scale) ** 2
    studies, notes = [], []
    for name, rows in rows_of.items():
        if len(rows) == 1:
            studies.append(_two_arms(name, one[rows[0]], two[rows[0]], y[rows[0]], v[rows[0]]))
            continue
        loop = _Loop(name, treatments, one[rows], two[rows], y[rows], v[rows], scale)
        studies.append(loop.study())
        y[rows], v[rows] = loop.contrasts()
        effects[rows], errors[rows] = y[rows] * scale, np.sqrt(v[rows]) * scale
        notes += loop.notes
    used = Contrasts(
        study=names, treat1=first, treat2=second, yi=frozen(effects), sei=frozen(errors), measure=""
    )
    return Evidence(
        treatments=treatments, studies=tuple(studies), contrasts=used, scale=scale, notes=tuple(notes)
    )


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


def connected_parts(studies: Sequence[Study], treatments: int) -> list[list[int]]:
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


def _two_arms(name: str, one: int, two: int, yi: float, vi: float) -> Study:
    sign = 1.0 if one < two else -1.0
    arms = (int(one), int(two)) if one < two else (int(two), int(one))
    return Study(
        name=name, arms=arms, loadings=np.array([[1.0, -1.0]]), yi=np.array([sign * yi]), vi=np.array([vi])
    )


class _Loop:
    """A multi-arm study: all its contrasts as square matrices over its arms."""

    def __init__(
        self,
        name: str,
        treatments: tuple[str, ...],
        one: np.ndarray,
        two: np.ndarray,
        yi: FloatArray,
        vi: FloatArray,
        scale: float,
    ) -> None:
        self.name = name
        self.arms = tuple(sorted({int(arm) for arm in (*one, *two)}))
        self.labels = [treatments[arm] for arm in self.arms]
        self.scale = scale
        self.notes: list[str] = []
        place = {arm: position for position, arm in enumerate(self.arms)}
        self.one = np.array([place[int(arm)] for arm in one])
        self.two = np.array([place[int(arm)] for arm in two])
        p = len(self.arms)
        self._refuse_missing(p)
        differences, variances = np.zeros((p, p)), np.zeros((p, p))
        differences[self.one, self.two], differences[self.two, self.one] = yi, -yi
        variances[self.one, self.two] = variances[self.two, self.one] = vi
        self.basis = _contrast_basis(p)
        self.means = self._arm_means(differences, np.sqrt(variances))
        self.values, self.vectors = self._independent_rows(variances)

    def study(self) -> Study:
        loadings = np.sqrt(2) * self.vectors.T @ self.basis
        return Study(
            name=self.name, arms=self.arms, loadings=loadings, yi=loadings @ self.means, vi=self.values
        )

    def contrasts(self) -> tuple[FloatArray, FloatArray]:
        """Give the contrasts that the rows stand for, in the order of the input."""
        return self.means[self.one] - self.means[self.two], self._variances()[self.one, self.two]

    def _variances(self) -> FloatArray:
        half = self.basis.T @ self.vectors
        covariance = (half * self.values / 2) @ half.T
        spread = np.diag(covariance)
        return np.asarray(spread[:, None] + spread[None, :] - 2 * covariance)

    def _refuse_missing(self, p: int) -> None:
        present = {frozenset(pair) for pair in zip(self.one.tolist(), self.two.tolist(), strict=True)}
        missing = [
            f"{self.labels[i]} – {self.labels[j]}"
            for i, j in combinations(range(p), 2)
            if frozenset((i, j)) not in present
        ]
        if missing:
            raise InputError(
                f"study {self.name!r} has {p} treatments but not all its {p * (p - 1) // 2} contrasts: "
                f"{', '.join(missing)} is missing, and the covariance of the others follows only from all "
                "of them; add the missing contrasts, or give the study's arms to `contrasts`"
            )

    def _arm_means(self, differences: FloatArray, errors: FloatArray) -> FloatArray:
        means = np.asarray(differences.mean(axis=1))
        gap = np.abs(differences - (means[:, None] - means[None, :]))
        relative = gap / (errors + np.eye(len(means)))
        i, j = np.unravel_index(int(np.argmax(relative)), relative.shape)
        i, j = min(i, j), max(i, j)
        edge = f"{self.labels[i]} – {self.labels[j]}"
        if relative[i, j] > ADDS_UP:
            others = [k for k in range(len(means)) if k not in (i, j)]
            implied = float(np.mean(differences[i, others] + differences[others, j])) * self.scale
            raise InputError(
                f"study {self.name!r}: its contrasts do not add up: {edge} is "
                f"{differences[i, j] * self.scale:.6g}, but its other contrasts make it {implied:.6g}; "
                "check the signs (treat1 minus treat2) and the figures of these rows"
            )
        if gap[i, j] > ROUNDING * (np.abs(differences).max() + errors.max()):
            self.notes.append(
                f"study {self.name!r}: its contrasts did not quite add up and were adjusted, "
                f"{edge} the most, by {gap[i, j] * self.scale:.3g} "
                f"({relative[i, j]:.2g} of its standard error)"
            )
        return means

    def _independent_rows(self, variances: FloatArray) -> tuple[FloatArray, FloatArray]:
        values, vectors = np.linalg.eigh(-self.basis @ variances @ self.basis.T)
        if values[0] > SINGULAR * values[-1]:
            return values, vectors
        i, j = self._impossible_edge(np.sqrt(variances))
        edge = f"{self.labels[i]} – {self.labels[j]}"
        if values[0] < -REPAIRABLE * values[-1]:
            raise InputError(
                f"study {self.name!r}: its standard errors contradict one another: no study can have "
                f"{np.sqrt(variances[i, j]) * self.scale:.6g} for {edge} together with those of its other "
                f"contrasts; check the standard error of {edge}"
            )
        self.values, self.vectors = np.maximum(values, REPAIRABLE * values[-1]), vectors
        change = np.sqrt(self._variances()[self.one, self.two] / variances[self.one, self.two]) - 1
        self.notes.append(
            f"study {self.name!r}: its standard errors cannot all be exact (see {edge}); they were changed "
            f"as little as makes them agree, by {100 * np.abs(change).max():.2g}% at most"
        )
        return self.values, self.vectors

    def _impossible_edge(self, errors: FloatArray) -> tuple[int, int]:
        """Find the standard error that exceeds a way round by the most; without one, the largest."""
        p = len(errors)
        excess = {
            (i, j): max(errors[i, j] - errors[i, k] - errors[k, j] for k in range(p) if k not in (i, j))
            for i, j in combinations(range(p), 2)
        }
        worst = max(excess, key=lambda pair: excess[pair])
        return worst if excess[worst] > 0 else max(excess, key=lambda pair: float(errors[pair]))


@lru_cache(maxsize=32)
def _contrast_basis(p: int) -> FloatArray:
    """Give p - 1 orthonormal contrasts of p arms (Helmert's)."""
    basis = np.zeros((p - 1, p))
    for k in range(1, p):
        basis[k - 1, :k], basis[k - 1, k] = 1.0, -k
        basis[k - 1] /= np.sqrt(k * (k + 1))
    return frozen(basis)


def _labels(what: str, values: ArrayLike) -> tuple[str, ...]:
    array = np.asarray(values, dtype=object)
    if array.ndim != 1:
        raise InputError(f"{what} must be one column of labels, not an array of shape {array.shape}")
    labels = tuple(str(value).strip() for value in array.tolist())
    missing = [str(row) for row, value in enumerate(array.tolist(), start=1) if _is_missing(value)]
    if missing:
        raise InputError(f"{what} has no label in row {', '.join(missing)}; give one or leave the row out")
    return labels


def _is_missing(value: object) -> bool:
    return value is None or value != value or str(value).strip() in {"", "<NA>"}


def _numbers(what: str, values: ArrayLike) -> FloatArray:
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{what} must hold numbers only: {error}") from None
    if array.ndim != 1:
        raise InputError(f"{what} must be one column of numbers, not an array of shape {array.shape}")
    return array


def _refuse_unequal(**columns: Sequence[object] | FloatArray) -> None:
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InputError(f"the columns must have the same length, one row for each contrast, not {told}")
    if not any(lengths.values()):
        raise InputError(
            "there are no contrasts; a network needs at least one row of study, treat1, treat2, yi and sei"
        )


def _refuse_rows(
    names: Sequence[str], first: Sequence[str], second: Sequence[str], yi: FloatArray, sei: FloatArray
) -> None:
    """Collect the faults of all rows and raise them together."""
    faults: list[str] = []
    seen: dict[tuple[str, frozenset[str]], int] = {}
    for row, (name, one, two, y, se) in enumerate(zip(names, first, second, yi, sei, strict=True), start=1):
        where = f"row {row} (study {name!r}, {one} – {two})"
        if one == two:
            faults.append(f"{where}: a treatment cannot be compared with itself; correct treat1 or treat2")
        if not np.isfinite(y):
            faults.append(f"{where}: yi is {y}; give a finite number or leave the row out")
        if not (np.isfinite(se) and se > 0):
            faults.append(f"{where}: sei is {se}; a standard error is a positive number")
        earlier = seen.setdefault((name, frozenset((one, two))), row)
        if earlier != row:
            faults.append(f"{where}: row {earlier} has the same pair of the same study; keep one of them")
    if not faults and sei.max() > WIDEST_RATIO * sei.min():
        faults.append(
            f"the standard errors span from {sei.min():.3g} (row {int(sei.argmin()) + 1}) to {sei.max():.3g} "
            f"(row {int(sei.argmax()) + 1}), more than a factor of a million; check their units"
        )
    if faults:
        raise InputError("; ".join(faults))

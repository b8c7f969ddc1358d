"""Multi-arm studies: whether their contrasts agree, and the independent rows that they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError
from metaan.results.frozen import frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metaan.types import FloatArray

__all__ = ["IndependentRows", "Told", "contrast_basis", "independent_rows"]

ADDS_UP = 0.05
"""How far a contrast may be from what the rest of its study implies, in standard errors: rounded figures
stay below it, a wrong sign or a swapped pair does not."""

ROUNDING = 1e-9
"""Relative size of what is left over when exact figures are added: not worth a note."""

SINGULAR = 1e-10
"""Smallest variance of a study, relative to its largest, that counts as positive."""

FLOOR = 0.01
"""Share of the largest variance of a study to which a repair raises one that is not positive."""

REPAIRABLE = 0.05
"""Largest relative change of a standard error by which a repair may be put down to rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What messages need to speak of a study in the user's words.

    Attributes
    ----------
    name : str
        Label of the study.
    labels : tuple of str, length p
        Labels of its arms.
    scale : float
        What numbers are multiplied by to be in the user's units.
    """

    name: str
    labels: tuple[str, ...]
    scale: float

    def edge(self, i: int, j: int) -> str:
        """Name the contrast of two arms."""
        return f"{self.labels[min(i, j)]} – {self.labels[max(i, j)]}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IndependentRows:
    """A study of p arms as p - 1 independent rows, and the contrasts that they stand for.

    Attributes
    ----------
    loadings : ndarray, shape (p - 1, p)
        Row i estimates `loadings[i] @ effects`; each row sums to 0.
    yi, vi : ndarray, shape (p - 1,)
        Values and sampling variances; under random effects the variances are vi + tau2.
    contrast_yi, contrast_vi : ndarray, shape (p (p - 1) / 2,)
        The contrasts after any repair, in the order of the input.
    notes : tuple of str
        What was repaired.
    """

    loadings: FloatArray
    yi: FloatArray
    vi: FloatArray
    contrast_yi: FloatArray
    contrast_vi: FloatArray
    notes: tuple[str, ...]


def independent_rows(told: Told, pairs: NDArray[np.int_], yi: FloatArray, vi: FloatArray) -> IndependentRows:
    """Turn all contrasts of a multi-arm study into rows that are independent whatever tau2 is.

    With D the matrix of variances of all pairwise contrasts and H an orthonormal basis of contrasts, the
    contrasts sqrt(2) H have covariance S = -H D H'; this is cov(AB, AC) = (v_AB + v_AC - v_BC) / 2 in another
    basis. A D of tau2 everywhere gives tau2 I, so the eigenvectors of S make the rows independent. S is
    positive definite exactly where some study can have these standard errors (Schoenberg).

    Parameters
    ----------
    told : Told
        Names for messages.
    pairs : ndarray of int, shape (m, 2)
        Positions of the two arms of each contrast among the study's arms.
    yi, vi : ndarray, shape (m,)
        First arm minus second arm, and its variance.

    Returns
    -------
    IndependentRows

    Raises
    ------
    InputError
        Where contrasts are missing, do not add up, or have standard errors that no study can have.

    References
    ----------
    Schoenberg IJ. Remarks to Maurice Fréchet's article. Annals of Mathematics 1935; 36: 724-732.

    Examples
    --------
    >>> told = Told(name="s", labels=("A", "B", "C"), scale=1.0)
    >>> pairs = np.array([[0, 1], [0, 2], [1, 2]])
    >>> independent_rows(told, pairs, np.array([1.0, 3.0, 2.0]), np.full(3, 2.0)).vi.round(12).tolist()
    [2.0, 2.0]
    """
    _refuse_missing(told, pairs)
    one, two = pairs.T
    p = len(told.labels)
    differences, variances = np.zeros((p, p)), np.zeros((p, p))
    differences[one, two], differences[two, one] = yi, -yi
    variances[one, two] = variances[two, one] = vi
    means, adjusted = _arm_means(told, differences, np.sqrt(variances))
    basis = contrast_basis(p)
    rows, vectors = np.linalg.eigh(-basis @ variances @ basis.T)
    loadings = np.sqrt(2) * vectors.T @ basis
    if rows[0] <= SINGULAR * rows[-1]:
        rows = np.maximum(rows, FLOOR * rows[-1])
        adjusted += (_repair(told, variances, _variances(loadings, rows)),)
    return IndependentRows(
        loadings=loadings,
        yi=loadings @ means,
        vi=rows,
        contrast_yi=means[one] - means[two],
        contrast_vi=_variances(loadings, rows)[one, two],
        notes=adjusted,
    )


def _refuse_missing(told: Told, pairs: NDArray[np.int_]) -> None:
    p = len(told.labels)
    present = {frozenset(pair) for pair in pairs.tolist()}
    missing = [pair for pair in combinations(range(p), 2) if frozenset(pair) not in present]
    if missing:
        raise InputError(
            f"study {told.name!r} has {p} treatments but not all its {p * (p - 1) // 2} contrasts; missing: "
            f"{', '.join(told.edge(*pair) for pair in missing)}. The covariance of its contrasts follows "
            "only from all of them: add what is missing, or compute the contrasts from the study's arms."
        )


def _arm_means(told: Told, differences: FloatArray, errors: FloatArray) -> tuple[FloatArray, tuple[str, ...]]:
    """Find the arm means whose differences are nearest to the contrasts."""
    means = np.asarray(differences.mean(axis=1))
    gap = np.abs(differences - (means[:, None] - means[None, :]))
    relative = gap / (errors + np.eye(len(means)))
    i, j = (int(arm) for arm in np.unravel_index(int(np.argmax(relative)), relative.shape))
    i, j = min(i, j), max(i, j)
    if relative[i, j] > ADDS_UP:
        others = [k for k in range(len(means)) if k not in (i, j)]
        implied = float(np.mean(differences[i, others] + differences[others, j]))
        raise InputError(
            f"study {told.name!r}: its contrasts do not add up: {told.edge(i, j)} is "
            f"{differences[i, j] * told.scale:.6g}, but the others make it {implied * told.scale:.6g}; check "
            "the signs (treat1 minus treat2) and the figures of these rows."
        )
    if gap[i, j] <= ROUNDING * (np.abs(differences).max() + errors.max()):
        return means, ()
    note = (
        f"study {told.name!r}: its contrasts did not quite add up and were adjusted, {told.edge(i, j)} the "
        f"most, by {gap[i, j] * told.scale:.3g} ({relative[i, j]:.2g} of its standard error)"
    )
    return means, (note,)


def _repair(told: Told, given: FloatArray, agreed: FloatArray) -> str:
    """Tell how variances that no study can have were made possible; refuse where rounding is no excuse."""
    edge = _impossible_edge(np.sqrt(given))
    off = ~np.eye(len(given), dtype=bool)
    change = float(np.abs(np.sqrt(agreed[off] / given[off]) - 1).max())
    if change > REPAIRABLE:
        raise InputError(
            f"study {told.name!r}: its standard errors contradict one another: "
            f"{np.sqrt(given[edge]) * told.scale:.6g} for {told.edge(*edge)} is impossible beside those of "
            "its other contrasts; check the standard errors of this study, this one first."
        )
    return (
        f"study {told.name!r}: its standard errors cannot all be right (see {told.edge(*edge)}); they were "
        f"changed until they agree, by {100 * change:.2g}% at most"
    )


def _variances(loadings: FloatArray, rows: FloatArray) -> FloatArray:
    """Give the variances of all contrasts of a study from those of its rows."""
    covariance = (loadings.T * rows / 4) @ loadings
    spread = np.diag(covariance)
    return np.asarray(spread[:, None] + spread[None, :] - 2 * covariance)


def _impossible_edge(errors: FloatArray) -> tuple[int, int]:
    """Find the standard error that exceeds the way round by the most; without one, the largest."""
    p = len(errors)
    excess = {
        (i, j): max(float(errors[i, j] - errors[i, k] - errors[k, j]) for k in range(p) if k not in (i, j))
        for i, j in combinations(range(p), 2)
    }
    worst = max(excess, key=lambda pair: excess[pair])
    return worst if excess[worst] > 0 else max(excess, key=lambda pair: float(errors[pair]))


@lru_cache(maxsize=32)
def contrast_basis(p: int) -> FloatArray:
    """Give p - 1 orthonormal contrasts of p arms (Helmert's)."""
    basis = np.zeros((p - 1, p))
    for k in range(1, p):
        basis[k - 1, :k], basis[k - 1, k] = 1.0, -k
        basis[k - 1] /= np.sqrt(k * (k + 1))
    return frozen(basis)

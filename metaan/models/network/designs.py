"""Studies by the set of treatments that they compare, and by how much such sets disagree.

A design is the set of treatments that a study compares. The studies of one design are pooled by themselves
first; the network is then a regression of these direct estimates, and what it leaves over is inconsistency.
Detaching a design gives it effects of its own.

References
----------
Krahn U, Binder H, König J. A graphical tool for locating inconsistency in network meta-analyses.
BMC Medical Research Methodology 2013; 13: 35.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metaan.linalg import project
from metaan.models.network.design import connected_parts
from metaan.models.network.tau2 import between_study_variance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.models.network.design import Study
    from metaan.types import FloatArray

__all__ = ["DirectEstimate", "Disagreement", "by_design", "disagreement", "homogeneity", "tau2_within"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DirectEstimate:
    """What the studies of one design of p treatments say together.

    Attributes
    ----------
    arms : tuple of int, length p
        Positions of its treatments, increasing.
    root : ndarray, shape (p - 1, p - 1)
        Upper triangle R; the effects of the other treatments against the first have the precision R'R.
    rows : slice
        Where its p - 1 rows are among those of all designs.
    freed : int
        By how many degrees of freedom its detachment reduces those between designs; 0 where no loop passes
        through it.
    """

    arms: tuple[int, ...]
    root: FloatArray
    rows: slice
    freed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Disagreement:
    """Direct estimates of designs about the network's estimates, in rows of variance 1.

    Attributes
    ----------
    designs : tuple of DirectEstimate
        In the order of their first study.
    root : ndarray, shape (n, n - 1)
        S with a row for each of the network's treatments; their effects have the covariance SS', but for a
        constant.
    basis : ndarray, shape (r, n - 1)
        Orthonormal columns that span what a consistent network can say.
    residuals : ndarray, shape (r,)
        What the direct estimates say beyond it.
    """

    designs: tuple[DirectEstimate, ...]
    root: FloatArray
    basis: FloatArray
    residuals: FloatArray

    def detach(self, design: DirectEstimate) -> FloatArray:
        """Give the residuals of all designs when one has effects of its own.

        Of the eigenvalues of its rows' part of I - H only those are not 0 that a loop passes through, and
        their number is known without rounding. Its own residuals are then 0.

        Parameters
        ----------
        design : DirectEstimate
            One of them.

        Returns
        -------
        ndarray, shape (r,)
        """
        mine = self.basis[design.rows]
        free = np.eye(len(mine)) - mine @ mine.T
        values, vectors = np.linalg.eigh(free)
        values, vectors = values[len(mine) - design.freed :], vectors[:, len(mine) - design.freed :]
        shift = vectors @ (vectors.T @ self.residuals[design.rows] / values)
        left: FloatArray = self.residuals + self.basis @ (mine.T @ shift)
        left[design.rows] = 0.0
        return left


def by_design(studies: Sequence[Study]) -> list[list[Study]]:
    """Group studies by the treatments that they compare, in the order of their first study.

    Examples
    --------
    >>> from metaan.models.network.design import read_contrasts
    >>> evidence = read_contrasts(list("abc"), list("ABB"), list("BCA"), [1, 2, 3], [1, 1, 2])
    >>> [[study.name for study in group] for group in by_design(evidence.studies)]
    [['a', 'c'], ['b']]
    """
    groups: dict[tuple[int, ...], list[Study]] = {}
    for study in studies:
        groups.setdefault(study.arms, []).append(study)
    return list(groups.values())


def homogeneity(group: Sequence[Study], tau2: float) -> tuple[float, int]:
    """Give Cochran's Q of the studies of one design, and its degrees of freedom.

    Parameters
    ----------
    group : sequence of Study
        All of one design.
    tau2 : float
        Between-study variance, in squared units of the rows.

    Returns
    -------
    Q : float
        Exactly 0 for one study.
    dof : int

    Examples
    --------
    >>> from metaan.models.network.design import read_contrasts
    >>> evidence = read_contrasts(["a", "b"], ["A", "A"], ["B", "B"], [1, 3], [1, 1])
    >>> homogeneity(evidence.studies, 0.0)
    (2.0, 1)
    """
    if len(group) == 1:
        return 0.0, 0
    X, yi, vi = _saturated(group)
    return project(X, yi, vi + tau2).Q, len(yi) - X.shape[1]


def tau2_within(designs: Sequence[Sequence[Study]]) -> float:
    """Estimate tau2 by moments where every design has effects of its own.

    Returns
    -------
    float
        In squared units of the rows; `nan` where no design has a second study.

    Examples
    --------
    >>> from metaan.models.network.design import read_contrasts
    >>> evidence = read_contrasts(["a", "b", "c"], ["A", "A", "B"], ["B", "B", "C"], [1, 4, 0], [1, 1, 1])
    >>> round(tau2_within(by_design(evidence.studies)), 12)
    3.5
    """
    replicated = [_saturated(group) for group in designs if len(group) > 1]
    if not replicated:
        return float("nan")
    columns = np.cumsum([0, *(X.shape[1] for X, _, _ in replicated)])
    X = np.zeros((sum(len(yi) for _, yi, _ in replicated), columns[-1]))
    row = 0
    for (block, yi, _), left, right in zip(replicated, columns[:-1], columns[1:], strict=True):
        X[row : row + len(yi), left:right] = block
        row += len(yi)
    yi, vi = (np.concatenate([part[i] for part in replicated]) for i in (1, 2))
    return between_study_variance(X, yi, vi, "DL")


def disagreement(designs: Sequence[Sequence[Study]], treatments: int, tau2: float) -> Disagreement:
    """Regress the direct estimates of designs on a consistent network.

    Parameters
    ----------
    designs : sequence of sequence of Study
        The designs of one connected part.
    treatments : int
        Number of treatments of the whole network.
    tau2 : float
        Between-study variance, in squared units of the rows.

    Returns
    -------
    Disagreement

    Examples
    --------
    >>> from metaan.models.network.design import read_contrasts
    >>> evidence = read_contrasts(list("abc"), list("ABA"), list("BCC"), [1, 1, 5], [1, 1, 1])
    >>> found = disagreement(by_design(evidence.studies), 3, 0.0)
    >>> [design.freed for design in found.designs], round(float(found.residuals @ found.residuals), 12)
    ([1, 1, 1], 3.0)
    """
    fits = [project(*_with(_saturated(group), tau2)) for group in designs]
    X = np.zeros((sum(len(fit.target) for fit in fits), treatments))
    pooled: list[DirectEstimate] = []
    start = 0
    for group, fit in zip(designs, fits, strict=True):
        arms, rows = group[0].arms, slice(start, start + len(fit.target))
        X[rows, arms[0]] = -fit.triangle.sum(axis=1)
        X[rows, arms[1:]] = fit.triangle
        freed = _freed(designs, group, treatments)
        pooled.append(DirectEstimate(arms=arms, root=fit.triangle, rows=rows, freed=freed))
        start = rows.stop
    columns = sorted({arm for group in designs for arm in group[0].arms})
    base = max(columns, key=lambda column: float(X[:, column] @ X[:, column]))
    others = [column for column in columns if column != base]
    target = np.concatenate([fit.target for fit in fits])
    whole = project(X[:, others], target, np.ones(len(target)))
    root = np.zeros((treatments, len(others)))
    root[others] = whole.inverse
    return Disagreement(
        designs=tuple(pooled), root=root, basis=X[:, others] @ whole.inverse, residuals=whole.residuals
    )


def _saturated(group: Sequence[Study]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Stack the rows of one design, with its own effects."""
    X = np.concatenate([study.loadings[:, 1:] for study in group])
    return X, np.concatenate([study.yi for study in group]), np.concatenate([study.vi for study in group])


def _with(
    rows: tuple[FloatArray, FloatArray, FloatArray], tau2: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    X, yi, vi = rows
    return X, yi, vi + tau2


def _freed(designs: Sequence[Sequence[Study]], mine: Sequence[Study], treatments: int) -> int:
    """Count by how much the rank grows when a design is detached: its treatments that others still join."""
    arms = mine[0].arms
    others = [group[0] for group in designs if group is not mine]
    home = {arm: n for n, part in enumerate(connected_parts(others, treatments)) for arm in part}
    return len(arms) - len({home[arm] for arm in arms})

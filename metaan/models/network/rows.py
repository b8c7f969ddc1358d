"""The rows of a connected part of a network, and the least-squares fit of all its differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metaan.linalg import project
from metaan.models.network.design import read_contrasts, stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.models.network.design import Evidence, Study
    from metaan.results.network import Component, Network
    from metaan.types import FloatArray

__all__ = ["Rows", "connected_rows", "differences", "reread", "shown_component", "studies_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Independent rows of connected studies; row i has the variance vi + tau2.

    Attributes
    ----------
    columns : tuple of int, length n
        Positions of the part's treatments, increasing.
    design : ndarray, shape (m, n - 1)
        Of full column rank: one column of the part is left out.
    base : int
        Which one: its effect is 0. It is the one that is known best, so that nothing cancels.
    yi, vi : ndarray, shape (m,)
        In units of the evidence's `scale`, and its square.
    """

    columns: tuple[int, ...]
    design: FloatArray
    base: int
    yi: FloatArray
    vi: FloatArray

    @property
    def dof(self) -> int:
        """Number of rows that the effects do not use up."""
        return len(self.yi) - int(self.design.shape[1])


def connected_rows(studies: Sequence[Study], columns: Sequence[int]) -> Rows:
    """Make the regression of a connected part.

    Parameters
    ----------
    studies : sequence of Study
        That connect the columns.
    columns : sequence of int
        Positions of the treatments of these studies, increasing.

    Returns
    -------
    Rows

    Examples
    --------
    >>> from metaan.models.network.design import read_contrasts
    >>> evidence = read_contrasts(list("abc"), list("ABA"), list("BCC"), [1, 2, 3], [1, 1, 2])
    >>> rows = connected_rows(evidence.studies, [0, 1, 2])
    >>> rows.design.shape, rows.base, rows.dof
    ((3, 2), 1, 1)
    """
    X, yi, vi = stack(studies, columns[-1] + 1)
    X = X[:, columns]
    base = int(np.argmax((X**2 / vi[:, None]).sum(axis=0)))
    return Rows(columns=tuple(columns), design=np.delete(X, base, axis=1), base=base, yi=yi, vi=vi)


def differences(rows: Rows, tau2: float) -> tuple[float, FloatArray, FloatArray]:
    """Fit by least squares and give Q and all differences, row minus column, with their standard errors.

    Parameters
    ----------
    rows : Rows
    tau2 : float
        Between-study variance, in squared units of the rows.

    Returns
    -------
    Q : float
    estimate, se : ndarray, shape (n, n)
        In units of the rows.

    Examples
    --------
    >>> from metaan.models.network.design import read_contrasts
    >>> evidence = read_contrasts(["a", "b"], ["A", "B"], ["P", "P"], [1, 3], [1, 1])
    >>> Q, estimate, se = differences(connected_rows(evidence.studies, [0, 1, 2]), 1.0)
    >>> estimate.round(12)[0].tolist(), (se**2).round(12)[0].tolist()
    ([0.0, -2.0, 1.0], [0.0, 4.0, 2.0])
    """
    fit = project(rows.design, rows.yi, rows.vi + tau2)
    means = np.insert(fit.beta, rows.base, 0.0)
    roots = np.insert(fit.inverse, rows.base, 0.0, axis=0)
    variances = np.array([((roots - root) ** 2).sum(axis=1) for root in roots])
    return fit.Q, means[:, None] - means[None, :], np.sqrt(variances)


def reread(network: Network) -> Evidence:
    """Read a network's contrasts again.

    Examples
    --------
    >>> from metaan import network
    >>> reread(network(["a", "b"], ["A", "B"], ["P", "P"], [1, 3], [1, 1])).treatments
    ('A', 'B', 'P')
    """
    used = network.contrasts
    return read_contrasts(used.study, used.treat1, used.treat2, used.yi, used.sei)


def shown_component(network: Network) -> Component:
    """Give the component that the top-level scalars are those of.

    Examples
    --------
    >>> from metaan import network
    >>> shown_component(network(["a", "b"], ["A", "X"], ["B", "Y"], [1, 3], [1, 1], reference="X")).treatments
    ('X', 'Y')
    """
    holds = [part for part in network.components if network.reference in part.treatments]
    return holds[0] if holds else network.components[0]


def studies_of(evidence: Evidence, component: Component) -> list[Study]:
    """Give the studies of a component, in input order.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(["a", "b"], ["A", "X"], ["B", "Y"], [1, 3], [1, 1])
    >>> [study.name for study in studies_of(reread(fit), fit.components[1])]
    ['b']
    """
    inside = set(component.studies)
    return [study for study in evidence.studies if study.name in inside]

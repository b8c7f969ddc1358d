"""The net heat matrix: which design drives which estimate, and where inconsistency comes from."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError
from metaan.models.network.designs import by_design, disagreement, tau2_within
from metaan.models.network.inconsistency import NOT_ASSESSABLE
from metaan.models.network.rows import reread, shown_component, studies_of
from metaan.results.frozen import frozen
from metaan.results.inconsistency import NetHeat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.models.network.designs import DirectEstimate, Disagreement
    from metaan.results.network import Network
    from metaan.types import FloatArray

__all__ = ["net_heat"]

ROUNDING = 1e-12
"""Relative size below which a negative weight is a residue of 0."""

NO_REPLICATION = (
    "no design has a second study, so that heterogeneity within designs cannot be told from inconsistency: "
    "the weights are those of common effects"
)


def net_heat(network: Network, *, model: str = "random") -> NetHeat:
    """Compute what a net heat plot shows.

    The direct estimates of designs are set against the network's, and each design is detached in turn, that
    is, given effects of its own. Entry (c, d) of `change` is the inconsistency of row c before minus after
    the design of column d is detached.

    A design of p treatments stands with all its p (p - 1) / 2 contrasts, each with the weight that it has in
    the design's precision matrix (minus its entry between the two treatments): their weighted squared
    residuals add up to the design's Q, and the rows of `contribution`, signs restored, to the network's
    estimates. Krahn and colleagues take p - 1 of the contrasts; which ones changes their picture, and for
    designs of two treatments there is no difference.

    Under random effects tau2 is that within designs (DerSimonian-Laird), as in the design-by-treatment
    interaction model: the network's own tau2 has taken up the inconsistency that is looked for. So `Q` adds
    up to `Q_between` of `decompose_designs`, or to its `Q_between_random`. Like the network's top-level
    scalars, the figures are those of the component that holds its reference, otherwise of the largest.

    Parameters
    ----------
    network : Network
        As `network` gives it.
    model : {"random", "common"}, default "random"
        Whose weights to use.

    Returns
    -------
    NetHeat
        In the order of the designs' first studies; without rows, and with a note, where inconsistency cannot
        be assessed.

    Raises
    ------
    InputError
        Another word for `model`.

    References
    ----------
    Krahn U, Binder H, König J. A graphical tool for locating inconsistency in network meta-analyses.
    BMC Medical Research Methodology 2013; 13: 35.
    Rücker G, Schwarzer G. Reduce dimension or reduce weights? Comparing two approaches to multi-arm studies
    in network meta-analysis. Statistics in Medicine 2014; 33: 4353-4369.

    Examples
    --------
    >>> from metaan import network
    >>> triangle = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> heat = net_heat(triangle, model="common")
    >>> heat.rows, heat.contribution[0].round(3).tolist(), heat.Q.round(3).tolist()
    (('A:B', 'B:C', 'A:C'), [0.792, 0.208, 0.208], [0.067, 0.105, 0.152])
    """
    if model not in ("random", "common"):
        raise InputError(f"model = {model!r} is not known; give 'random' or 'common'.")
    component = shown_component(network)
    if not component.Q_inconsistency_dof:
        return _heat((), np.zeros((0, 0)), np.zeros((0, 0)), model, (NOT_ASSESSABLE,))
    evidence = reread(network)
    designs = by_design(studies_of(evidence, component))
    within = tau2_within(designs) if model == "random" else 0.0
    whole = disagreement(designs, len(evidence.treatments), float(np.nan_to_num(within)))
    shown = [design for design in whole.designs if design.freed]
    weights = np.concatenate([_weights(design) for design in shown])
    contrasts = _contrasts(shown, len(whole.residuals))
    before = weights * (contrasts @ whole.residuals) ** 2
    fallen = [before - weights * (contrasts @ whole.detach(design)) ** 2 for design in shown]
    sizes = [len(_weights(design)) for design in shown]
    change = np.repeat(np.column_stack(fallen), sizes, axis=1)
    rows = tuple(label for design in shown for label in _labels(design, evidence.treatments))
    notes = (
        *((NO_REPLICATION,) if np.isnan(within) else ()),
        *_left_out(whole, evidence.treatments),
        *_negative(rows, weights),
    )
    return _heat(rows, _hat(shown, whole) * np.abs(weights), change, model, notes)


def _heat(
    rows: tuple[str, ...],
    contribution: FloatArray,
    change: FloatArray,
    model: str,
    notes: tuple[str, ...],
) -> NetHeat:
    return NetHeat(
        rows=rows,
        contribution=frozen(contribution),
        change=frozen(change),
        Q=frozen(np.diag(change)),
        model=model,
        notes=notes,
    )


def _weights(design: DirectEstimate) -> FloatArray:
    """Give the weight of each contrast of a design, above the diagonal row by row."""
    arms = np.column_stack([-design.root.sum(axis=1), design.root])
    weights: FloatArray = -(arms.T @ arms)[np.triu_indices(len(design.arms), 1)]
    return weights


def _contrasts(designs: Sequence[DirectEstimate], rows: int) -> FloatArray:
    """Give the matrix that turns rows of variance 1 into all contrasts of some designs."""
    parts = []
    for design in designs:
        one, two = np.triu_indices(len(design.arms), 1)
        means = np.zeros((len(design.arms), rows))
        means[1:, design.rows] = np.linalg.inv(design.root)
        parts.append(means[one] - means[two])
    return np.concatenate(parts)


def _hat(designs: Sequence[DirectEstimate], whole: Disagreement) -> FloatArray:
    """Give the covariances of the network estimates of all contrasts of some designs, without their signs."""
    pairs = np.array([pair for design in designs for pair in combinations(design.arms, 2)])
    contrasts = whole.root[pairs[:, 0]] - whole.root[pairs[:, 1]]
    return np.asarray(np.abs(contrasts @ contrasts.T))


def _labels(design: DirectEstimate, treatments: Sequence[str]) -> list[str]:
    names = [treatments[arm] for arm in design.arms]
    if len(names) == 2:
        return [":".join(names)]
    return [f"{one}:{two} in {':'.join(names)}" for one, two in combinations(names, 2)]


def _left_out(whole: Disagreement, treatments: Sequence[str]) -> tuple[str, ...]:
    names = [":".join(treatments[arm] for arm in design.arms) for design in whole.designs if not design.freed]
    if not names:
        return ()
    return (f"left out, because no loop passes through: {', '.join(names)}",)


def _negative(rows: Sequence[str], weights: FloatArray) -> tuple[str, ...]:
    names = [row for row, weight in zip(rows, weights, strict=True) if weight < -ROUNDING * weights.max()]
    if not names:
        return ()
    return (
        f"the standard errors of multi-arm studies give a negative weight, and a negative Q, to: "
        f"{', '.join(names)}",
    )

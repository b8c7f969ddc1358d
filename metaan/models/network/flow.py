"""How evidence flows through a network: the hat matrix of its direct comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import is_one_of
from metaan.errors import InputError
from metaan.linalg import project
from metaan.models.network.design import connected_parts, read_contrasts, stack
from metaan.results.contribution import HatMatrix
from metaan.results.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from metaan.models.network.design import Evidence, Study
    from metaan.results.network import Network
    from metaan.types import FloatArray

__all__ = ["Flow", "evidence_flow", "hat_matrix"]

MODELS = ("random", "common")

COMMON_WEIGHTS = "tau2 cannot be estimated; the weights are those of the common-effect model"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """The network as a graph through which every estimate sends a flow of 1.

    Attributes
    ----------
    pairs : ndarray of int, shape (r, 2)
        Source and sink of each estimate, as positions of treatments.
    edges : ndarray of int, shape (s, 2)
        Treatments of each direct comparison, the earlier first.
    studies : tuple of str, length k
        Labels in input order.
    weights : ndarray, shape (s, k)
        What each study weighs in each comparison, in the unit of the evidence; 0 where it does not compare
        the two. A multi-arm study can have a negative weight.
    values : ndarray, shape (r, s)
        Flow on each edge, positive from its first treatment to its second.
    direct : ndarray, shape (s,)
        Weighted mean of the studies' contrasts on each edge; `nan` where the weights sum to 0.
    notes : tuple of str
        Whose weights these are, where it is not what was asked for; negative weights.
    """

    pairs: NDArray[np.intp]
    edges: NDArray[np.intp]
    studies: tuple[str, ...]
    weights: FloatArray
    values: FloatArray
    direct: FloatArray
    notes: tuple[str, ...]


def hat_matrix(network: Network, *, model: str = "random") -> HatMatrix:
    """Show how the direct estimates make up the estimates of a network.

    Two stages: the studies of each comparison are pooled, then the pooled comparisons are combined. The
    contrasts of a multi-arm study get the weights of the Laplacian that has the same information, so that
    the estimates are exactly the network's, and every row is a flow of 1 through the network.

    Parameters
    ----------
    network : Network
        As `network` gives it.
    model : {"random", "common"}, default "random"
        Whose weights to use.

    Returns
    -------
    HatMatrix

    Raises
    ------
    InputError
        Another word for `model`.

    References
    ----------
    König J, Krahn U, Binder H. Visualizing the flow of evidence in network meta-analysis and characterizing
    mixed treatment comparisons. Statistics in Medicine 2013; 32: 5414-5429.
    Rücker G, Schwarzer G. Reduce dimension or reduce weights? Comparing two approaches to multi-arm studies
    in network meta-analysis. Statistics in Medicine 2014; 33: 4353-4369.
    Davies AL, Papakonstantinou T, Nikolakopoulou A, Rücker G, Galla T. Network meta-analysis and random
    walks. Statistics in Medicine 2022; 41: 2091-2114.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> hat = hat_matrix(fit, model="common")
    >>> hat.pairs[0], hat.comparisons, hat.values[0].round(3).tolist()
    (('A', 'B'), (('A', 'B'), ('A', 'C'), ('B', 'C')), [0.792, 0.208, -0.208])
    """
    flow = evidence_flow(network, model)
    names = network.treatments
    return HatMatrix(
        pairs=tuple((names[i], names[j]) for i, j in flow.pairs.tolist()),
        comparisons=tuple((names[i], names[j]) for i, j in flow.edges.tolist()),
        values=frozen(flow.values),
        direct=frozen(flow.direct),
        model=model,
        notes=flow.notes,
    )


def evidence_flow(network: Network, model: str) -> Flow:
    """Find the weights of the direct comparisons and the flow of every estimate through them.

    Parameters
    ----------
    network : Network
        As `network` gives it.
    model : {"random", "common"}
        Whose weights to use.

    Returns
    -------
    Flow

    Raises
    ------
    InputError
        Another word for `model`.
    """
    if not is_one_of(model, MODELS):
        raise InputError(f"model = {model!r} is not known; give 'random' or 'common'.")
    used = network.contrasts
    evidence = read_contrasts(used.study, used.treat1, used.treat2, used.yi, used.sei)
    groups = connected_parts(evidence.studies, len(evidence.treatments))
    tau2 = _heterogeneity(network, evidence, model)
    edges = np.argwhere(np.triu(network.direct_studies) > 0)
    weights = _study_weights(evidence, edges, tau2)
    pairs = np.array(sorted(pair for group in groups for pair in combinations(group, 2)), dtype=np.intp)
    roots = _roots(evidence, groups, tau2)
    differences = roots[edges[:, 0]] - roots[edges[:, 1]]
    values = (roots[pairs[:, 0]] - roots[pairs[:, 1]]) @ differences.T * weights.sum(axis=1)
    home = {column: index for index, group in enumerate(groups) for column in group}
    part = np.array([home[column] for column in range(len(home))])
    values[part[pairs[:, 0]][:, None] != part[edges[:, 0]][None, :]] = 0.0
    fallback = model == "random" and any(np.isnan(found.tau2) for found in network.components)
    return Flow(
        pairs=pairs,
        edges=edges,
        studies=tuple(study.name for study in evidence.studies),
        weights=weights,
        values=values,
        direct=_direct(evidence, edges, weights),
        notes=(*((COMMON_WEIGHTS,) if fallback else ()), *_negative(network.treatments, edges, weights)),
    )


def _heterogeneity(network: Network, evidence: Evidence, model: str) -> FloatArray:
    """Give tau2 of each treatment's component, in the unit of the evidence."""
    tau2 = np.zeros(len(evidence.treatments))
    if model == "common":
        return tau2
    for component in network.components:
        inside = [evidence.treatments.index(treatment) for treatment in component.treatments]
        tau2[inside] = np.nan_to_num(component.tau2) / evidence.scale**2
    return tau2


def _study_weights(evidence: Evidence, edges: NDArray[np.intp], tau2: FloatArray) -> FloatArray:
    """Take the off-diagonal of each study's Laplacian, the precision of its arms' effects."""
    weights = np.zeros((len(edges), len(evidence.studies)))
    row = {(i, j): index for index, (i, j) in enumerate(edges.tolist())}
    for column, study in enumerate(evidence.studies):
        laplacian = (study.loadings.T / (study.vi + tau2[study.arms[0]])) @ study.loadings
        for i, j in combinations(range(len(study.arms)), 2):
            weights[row[study.arms[i], study.arms[j]], column] = -laplacian[i, j]
    return weights


def _roots(evidence: Evidence, groups: Sequence[Sequence[int]], tau2: FloatArray) -> FloatArray:
    """Give rows whose inner products are the covariances of the treatments' effects, one base of each part.

    Taking differences of rows before multiplying keeps the precision where studies differ a millionfold.
    """
    n = len(evidence.treatments)
    roots = np.zeros((n, n))
    for group in groups:
        inside = set(group)
        studies: list[Study] = [study for study in evidence.studies if study.arms[0] in inside]
        X, yi, vi = stack(studies, n)
        X, spread = X[:, group], vi + tau2[group[0]]
        base = int(np.argmax((X**2 / spread[:, None]).sum(axis=0)))
        inverse = project(np.delete(X, base, axis=1), yi, spread).inverse
        roots[np.ix_(group, range(len(group) - 1))] = np.insert(inverse, base, 0.0, axis=0)
    return roots


def _direct(evidence: Evidence, edges: NDArray[np.intp], weights: FloatArray) -> FloatArray:
    """Pool the studies' contrasts with their weights."""
    used, sums = evidence.contrasts, np.zeros(len(edges))
    code = {treatment: position for position, treatment in enumerate(evidence.treatments)}
    row = {(i, j): index for index, (i, j) in enumerate(edges.tolist())}
    column = {study.name: index for index, study in enumerate(evidence.studies)}
    for study, one, two, yi in zip(used.study, used.treat1, used.treat2, used.yi, strict=True):
        i, j, sign = code[one], code[two], 1.0
        if i > j:
            i, j, sign = j, i, -1.0
        sums[row[i, j]] += sign * yi * weights[row[i, j], column[study]]
    total = weights.sum(axis=1)
    total[total == 0] = np.nan
    return np.asarray(sums / total)


def _negative(treatments: Sequence[str], edges: NDArray[np.intp], weights: FloatArray) -> tuple[str, ...]:
    """Name the comparisons whose weight is negative: evidence on them flows uphill."""
    below = [f"{treatments[i]}:{treatments[j]}" for i, j in edges[weights.sum(axis=1) < 0].tolist()]
    if not below:
        return ()
    return (
        f"negative weight of {', '.join(below)}: the standard errors of a multi-arm study there are not "
        "those of independent arms",
    )

"""Does the network agree with itself? Cochran's Q within and between designs."""

from __future__ import annotations

from math import hypot, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, ndtr

from metaan.linalg import project
from metaan.models.network.design import read_contrasts, stack
from metaan.models.network.tau2 import between_study_variance
from metaan.results.network import DesignDecomposition, DesignQ, NodeSplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.models.network.design import Study
    from metaan.results.network import Component, Network
    from metaan.types import FloatArray

__all__ = ["NOT_ASSESSABLE", "decompose_designs", "q_pvalue", "split_nodes", "within_designs"]

ONLY_DIRECT = 1 - 1e-9
"""Share of direct evidence above which the rest is rounding."""

NOT_ASSESSABLE = (
    "inconsistency cannot be assessed: no comparison is reached both by one design and round by others"
)


def decompose_designs(network: Network) -> DesignDecomposition:
    """Split Cochran's Q into heterogeneity within and inconsistency between designs.

    A design is the set of treatments that a study compares. Like the network's top-level scalars, the
    figures are those of the component that holds its reference, otherwise of the largest.

    Parameters
    ----------
    network : Network
        As `network` gives it.

    Returns
    -------
    DesignDecomposition

    References
    ----------
    Krahn U, Binder H, König J. A graphical tool for locating inconsistency in network meta-analyses.
    BMC Medical Research Methodology 2013; 13: 35.
    Higgins JPT, Jackson D, Barrett JK, et al. Consistency and inconsistency in network meta-analysis.
    Research Synthesis Methods 2012; 3: 98-110.
    Jackson D, Barrett JK, Rice S, White IR, Higgins JPT. A design-by-treatment interaction model for network
    meta-analysis with random inconsistency effects. Statistics in Medicine 2014; 33: 3639-3654.

    Examples
    --------
    >>> from metaan import network
    >>> triangle = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> split = decompose_designs(triangle)
    >>> round(split.Q_between, 4), split.dof_between, split.Q_within, split.dof_within
    (0.3247, 1.0, 0.0, 0.0)
    """
    component = _shown_component(network)
    used = network.contrasts
    evidence = read_contrasts(used.study, used.treat1, used.treat2, used.yi, used.sei)
    inside = set(component.studies)
    studies = [study for study in evidence.studies if study.name in inside]
    designs = _by_design(studies)
    tau2 = _tau2_within(designs)
    random = _q_between_random(studies, designs, tau2) if component.Q_inconsistency_dof else float("nan")
    return DesignDecomposition(
        Q=component.Q,
        dof=component.Q_dof,
        pvalue=component.Q_pvalue,
        Q_within=component.Q_heterogeneity,
        dof_within=component.Q_heterogeneity_dof,
        pvalue_within=q_pvalue(component.Q_heterogeneity, component.Q_heterogeneity_dof),
        Q_between=component.Q_inconsistency,
        dof_between=component.Q_inconsistency_dof,
        pvalue_between=q_pvalue(component.Q_inconsistency, component.Q_inconsistency_dof),
        tau2_within=tau2 * evidence.scale**2,
        Q_between_random=random,
        pvalue_between_random=q_pvalue(random, component.Q_inconsistency_dof),
        designs=tuple(_design_q(group, evidence.treatments) for group in designs),
        notes=() if component.Q_inconsistency_dof else (NOT_ASSESSABLE,),
    )


def split_nodes(network: Network) -> tuple[NodeSplit, ...]:
    """Set the direct evidence of each comparison against the indirect evidence.

    Back-calculation: the network's estimate is the precision-weighted mean of the direct and the indirect
    one, under the network's tau2, so the indirect one follows from the other two.

    Parameters
    ----------
    network : Network
        As `network` gives it.

    Returns
    -------
    tuple of NodeSplit
        One for each pair that studies compare directly, in the order of the treatments; those of every
        component.

    References
    ----------
    Dias S, Welton NJ, Caldwell DM, Ades AE. Checking consistency in mixed treatment comparison meta-analysis.
    Statistics in Medicine 2010; 29: 932-944.
    König J, Krahn U, Binder H. Visualizing the flow of evidence in network meta-analysis and characterizing
    mixed treatment comparisons. Statistics in Medicine 2013; 32: 5414-5429.

    Examples
    --------
    >>> from metaan import network
    >>> triangle = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> for row in split_nodes(triangle):
    ...     print(row.treat1, row.treat2, round(row.direct, 3), round(row.indirect, 3), round(row.pvalue, 3))
    A B 0.5 0.25 0.569
    A C 0.45 0.7 0.569
    B C 0.2 -0.05 0.569
    """
    pairs = np.argwhere(np.triu(network.direct_studies) > 0).tolist()
    return tuple(_split(network, i, j) for i, j in pairs)


def within_designs(studies: Sequence[Study]) -> tuple[float, int]:
    """Sum Cochran's Q and its degrees of freedom over the designs of some studies.

    Parameters
    ----------
    studies : sequence of Study

    Returns
    -------
    Q : float
        Exactly 0 where no design has a second study.
    dof : int
    """
    parts = [_homogeneity(group, 0.0) for group in _by_design(studies)]
    return sum(q for q, _ in parts), sum(dof for _, dof in parts)


def q_pvalue(Q: float, dof: float) -> float:
    """Give the upper tail of the chi-squared distribution; `nan` without degrees of freedom.

    Examples
    --------
    >>> round(q_pvalue(3.841458820694124, 1), 12), q_pvalue(0.0, 0)
    (0.05, nan)
    """
    return float(chdtrc(dof, Q)) if dof > 0 else float("nan")


def _split(network: Network, i: int, j: int) -> NodeSplit:
    direct, direct_se = float(network.direct_estimate[i, j]), float(network.direct_se[i, j])
    share = min(1.0, float(network.se[i, j] / direct_se) ** 2)
    indirect = indirect_se = float("nan")
    if share < ONLY_DIRECT:
        indirect = float(network.estimate[i, j] - share * direct) / (1 - share)
        indirect_se = direct_se * sqrt(share / (1 - share))
    difference_se = hypot(direct_se, indirect_se)
    return NodeSplit(
        treat1=network.treatments[i],
        treat2=network.treatments[j],
        studies=int(network.direct_studies[i, j]),
        direct=direct,
        direct_se=direct_se,
        indirect=indirect,
        indirect_se=indirect_se,
        difference=direct - indirect,
        difference_se=difference_se,
        pvalue=float(2 * ndtr(-abs(direct - indirect) / difference_se)),
        proportion_direct=share if share < ONLY_DIRECT else 1.0,
        notes=() if share < ONLY_DIRECT else ("there is no indirect evidence to compare with",),
    )


def _shown_component(network: Network) -> Component:
    holds = [part for part in network.components if network.reference in part.treatments]
    return holds[0] if holds else network.components[0]


def _by_design(studies: Sequence[Study]) -> list[list[Study]]:
    groups: dict[tuple[int, ...], list[Study]] = {}
    for study in studies:
        groups.setdefault(study.arms, []).append(study)
    return list(groups.values())


def _homogeneity(group: Sequence[Study], tau2: float) -> tuple[float, int]:
    if len(group) == 1:
        return 0.0, 0
    X, yi, vi = _saturated(group)
    return project(X, yi, vi + tau2).Q, len(yi) - X.shape[1]


def _saturated(group: Sequence[Study]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Stack the rows of one design, with its own effects."""
    X = np.concatenate([study.loadings[:, 1:] for study in group])
    return X, np.concatenate([study.yi for study in group]), np.concatenate([study.vi for study in group])


def _design_q(group: Sequence[Study], treatments: Sequence[str]) -> DesignQ:
    Q, dof = _homogeneity(group, 0.0)
    return DesignQ(
        treatments=tuple(treatments[arm] for arm in group[0].arms),
        studies=tuple(study.name for study in group),
        Q=Q,
        dof=float(dof),
        pvalue=q_pvalue(Q, dof),
    )


def _tau2_within(designs: Sequence[Sequence[Study]]) -> float:
    """Estimate tau2 by moments where every design has effects of its own."""
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


def _q_between_random(studies: Sequence[Study], designs: Sequence[Sequence[Study]], tau2: float) -> float:
    """Give what designs disagree by more than heterogeneity within them explains."""
    tau2 = 0.0 if np.isnan(tau2) else tau2
    treatments = sorted({arm for study in studies for arm in study.arms})
    X, yi, vi = stack(studies, treatments[-1] + 1)
    whole = project(X[:, treatments[1:]], yi, vi + tau2).Q
    return whole - sum(_homogeneity(group, tau2)[0] for group in designs)

"""Does the network agree with itself? Cochran's Q within and between designs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from metaan.linalg import project
from metaan.models.network.designs import by_design, disagreement, homogeneity, tau2_within
from metaan.models.network.rows import connected_rows, reread, shown_component, studies_of
from metaan.results.network import DesignDecomposition, DesignQ, DetachedDesign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.models.network.design import Study
    from metaan.models.network.designs import DirectEstimate, Disagreement
    from metaan.results.network import Network

__all__ = ["NOT_ASSESSABLE", "decompose_designs", "q_pvalue", "within_designs"]

NOT_ASSESSABLE = (
    "inconsistency cannot be assessed: no comparison is reached both by one design and round by others"
)


def decompose_designs(network: Network) -> DesignDecomposition:
    """Split Cochran's Q into heterogeneity within and inconsistency between designs.

    A design is the set of treatments that a study compares. Like the network's top-level scalars, the
    figures are those of the component that holds its reference, otherwise of the largest. Each design is also
    detached in turn: it gets effects of its own, and what inconsistency is left then lies elsewhere.

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
    component = shown_component(network)
    evidence = reread(network)
    studies = studies_of(evidence, component)
    designs = by_design(studies)
    tau2 = tau2_within(designs)
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
        detached=_detached(designs, evidence.treatments, component.Q_inconsistency_dof),
        notes=() if component.Q_inconsistency_dof else (NOT_ASSESSABLE,),
    )


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
    parts = [homogeneity(group, 0.0) for group in by_design(studies)]
    return sum(q for q, _ in parts), sum(dof for _, dof in parts)


def q_pvalue(Q: float, dof: float) -> float:
    """Give the upper tail of the chi-squared distribution; `nan` without degrees of freedom.

    Examples
    --------
    >>> round(q_pvalue(3.841458820694124, 1), 12), q_pvalue(0.0, 0)
    (0.05, nan)
    """
    return float(chdtrc(dof, Q)) if dof > 0 else float("nan")


def _design_q(group: Sequence[Study], treatments: Sequence[str]) -> DesignQ:
    Q, dof = homogeneity(group, 0.0)
    return DesignQ(
        treatments=tuple(treatments[arm] for arm in group[0].arms),
        studies=tuple(study.name for study in group),
        Q=Q,
        dof=float(dof),
        pvalue=q_pvalue(Q, dof),
    )


def _detached(
    designs: Sequence[Sequence[Study]], treatments: Sequence[str], dof: float
) -> tuple[DetachedDesign, ...]:
    whole = disagreement(designs, len(treatments), 0.0)
    return tuple(_detach(whole, design, treatments, dof) for design in whole.designs if design.freed)


def _detach(
    whole: Disagreement, design: DirectEstimate, treatments: Sequence[str], dof: float
) -> DetachedDesign:
    own = whole.residuals[design.rows]
    left = whole.detach(design)
    remaining = dof - design.freed
    Q = float(left @ left) if remaining else 0.0
    return DetachedDesign(
        treatments=tuple(treatments[arm] for arm in design.arms),
        Q_contribution=float(own @ own),
        Q=Q,
        dof=remaining,
        pvalue=q_pvalue(Q, remaining),
    )


def _q_between_random(studies: Sequence[Study], designs: Sequence[Sequence[Study]], tau2: float) -> float:
    """Give what designs disagree by more than heterogeneity within them explains."""
    tau2 = 0.0 if np.isnan(tau2) else tau2
    treatments = sorted({arm for study in studies for arm in study.arms})
    rows = connected_rows(studies, treatments)
    whole = project(rows.design, rows.yi, rows.vi + tau2).Q
    return whole - sum(homogeneity(group, tau2)[0] for group in designs)

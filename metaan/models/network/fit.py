"""Network meta-analysis by generalised least squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from metaan.effects.cells import is_one_of
from metaan.errors import InputError
from metaan.models.intake import read_level
from metaan.models.network.design import connected_parts, read_contrasts
from metaan.models.network.inconsistency import NOT_ASSESSABLE, q_pvalue, within_designs
from metaan.models.network.rows import connected_rows, differences
from metaan.models.network.tau2 import ESTIMATORS, between_study_variance
from metaan.results.frozen import frozen
from metaan.results.network import Component, Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from metaan.models.network.design import Evidence, Study
    from metaan.types import FloatArray

__all__ = ["NO_PREDICTION", "network"]

NO_TAU2 = (
    "tau2 cannot be estimated: there are no more contrasts than the effects need; the estimates are those of "
    "the common-effect model"
)
NO_PREDICTION = "no prediction interval: it needs at least two degrees of freedom"


def network(
    study: ArrayLike,
    treat1: ArrayLike,
    treat2: ArrayLike,
    yi: ArrayLike,
    sei: ArrayLike,
    *,
    reference: str | None = None,
    method: str = "REML",
    level: float = 0.95,
) -> Network:
    """Combine contrasts of several treatments into a network meta-analysis.

    Generalised least squares with the covariance within multi-arm studies that their standard errors imply,
    cov(AB, AC) = (v_AB + v_AC - v_BC) / 2, and a between-study variance tau2 shared by all comparisons of a
    connected part (covariance tau2 / 2 within a study). Every output is the same for every reference.

    Parameters
    ----------
    study, treat1, treat2 : array_like of labels, shape (m,)
        Study and treatments of each contrast. A study of p treatments brings all its p (p - 1) / 2 contrasts.
    yi, sei : array_like, shape (m,)
        Effect of treat1 minus treat2 (ratio measures on the log scale) and its standard error.
    reference : str, optional
        Treatment whose component gives the top-level scalars; without it, the largest component.
    method : {"REML", "ML", "DL", "EE"}, default "REML"
        Estimator of tau2; "EE" holds it at 0.
    level : float, default 0.95
        Level of the prediction interval, in (0, 1).

    Returns
    -------
    Network
        Where the network falls apart, every part is analysed on its own and effects across are `nan`.

    Raises
    ------
    InputError
        Contrasts that cannot be used (all their faults are named), an unknown reference or method, a level
        outside (0, 1).

    References
    ----------
    Rücker G. Network meta-analysis, electrical networks and graph theory. Research Synthesis Methods 2012;
    3: 312-324.
    Rücker G, Schwarzer G. Reduce dimension or reduce weights? Comparing two approaches to multi-arm studies
    in network meta-analysis. Statistics in Medicine 2014; 33: 4353-4369.
    White IR, Barrett JK, Jackson D, Higgins JPT. Consistency and inconsistency in network meta-analysis:
    model estimation using multivariate meta-regression. Research Synthesis Methods 2012; 3: 111-125.

    Examples
    --------
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> fit.treatments, round(float(fit.estimate[0, 1]), 6), round(float(fit.se[0, 1]), 6)
    (('A', 'B', 'C'), 0.448052, 0.178012)
    """
    level = read_level(level)
    if not is_one_of(method, ESTIMATORS):
        raise InputError(
            f"method = {method!r} is not known for networks; give one of {', '.join(ESTIMATORS)}."
        )
    evidence = read_contrasts(study, treat1, treat2, yi, sei)
    if reference is not None and reference not in evidence.treatments:
        raise InputError(
            f"reference = {reference!r} is not a treatment of this network; give one of "
            f"{', '.join(map(repr, evidence.treatments))}."
        )
    parts = sorted(
        (_fit_part(evidence, part, method, level) for part in _parts(evidence)),
        key=lambda part: (-len(part.columns), -len(part.component.studies), part.columns),
    )
    return _assemble(evidence, parts, reference, method, level)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """A component with its matrices, in the unit of the evidence."""

    component: Component
    columns: tuple[int, ...]
    matrices: dict[str, FloatArray]


def _parts(evidence: Evidence) -> list[tuple[list[int], list[Study]]]:
    groups = connected_parts(evidence.studies, len(evidence.treatments))
    home = {column: index for index, group in enumerate(groups) for column in group}
    members: list[list[Study]] = [[] for _ in groups]
    for study in evidence.studies:
        members[home[study.arms[0]]].append(study)
    return list(zip(groups, members, strict=True))


def _fit_part(evidence: Evidence, part: tuple[list[int], list[Study]], method: str, level: float) -> _Part:
    columns, studies = part
    rows = connected_rows(studies, columns)
    tau2 = between_study_variance(rows.design, rows.yi, rows.vi, method)
    spread = 0.0 if np.isnan(tau2) else tau2
    Q, common_estimate, common_se = differences(rows, 0.0)
    _, estimate, se = differences(rows, spread)
    dof = rows.dof
    half = _prediction_quantile(dof, level) * np.sqrt(se**2 + spread * (1 - np.eye(len(columns))))
    component = _describe(evidence, columns, studies, tau2 * evidence.scale**2, Q if dof else 0.0, dof)
    matrices = {
        "estimate": estimate,
        "se": se,
        "common_estimate": common_estimate,
        "common_se": common_se,
        "prediction_low": estimate - half,
        "prediction_high": estimate + half,
    }
    return _Part(component=component, columns=tuple(columns), matrices=matrices)


def _prediction_quantile(dof: int, level: float) -> float:
    return float(stdtrit(dof, (1 + level) / 2)) if dof >= 2 else float("nan")


def _describe(
    evidence: Evidence, columns: Sequence[int], studies: Sequence[Study], tau2: float, Q: float, dof: int
) -> Component:
    within, dof_within = within_designs(studies)
    dof_between = dof - dof_within
    reasons = [
        (dof == 0, NO_TAU2),
        (dof < 2, NO_PREDICTION),
        (dof_between == 0, NOT_ASSESSABLE),
    ]
    return Component(
        treatments=tuple(evidence.treatments[column] for column in columns),
        studies=tuple(study.name for study in studies),
        tau2=tau2,
        I2=_beyond_chance(Q, dof),
        Q=Q,
        Q_dof=float(dof),
        Q_pvalue=q_pvalue(Q, dof),
        Q_heterogeneity=within,
        Q_inconsistency=max(0.0, Q - within) if dof_between else float("nan"),
        Q_heterogeneity_dof=float(dof_within),
        Q_inconsistency_dof=float(dof_between),
        notes=tuple(note for applies, note in reasons if applies),
    )


def _beyond_chance(Q: float, dof: int) -> float:
    """Give I2 from Q, as netmeta does."""
    if dof == 0:
        return float("nan")
    return max(0.0, (Q - dof) / Q) if Q > 0 else 0.0


def _assemble(
    evidence: Evidence, parts: Sequence[_Part], reference: str | None, method: str, level: float
) -> Network:
    n = len(evidence.treatments)
    matrices = {name: np.full((n, n), np.nan) for name in parts[0].matrices}
    tau2 = np.zeros(n)
    for part in parts:
        block = np.ix_(part.columns, part.columns)
        for name, values in part.matrices.items():
            matrices[name][block] = values * evidence.scale
        tau2[list(part.columns)] = np.nan_to_num(part.component.tau2)
    components = tuple(part.component for part in parts)
    shown = next((part for part in components if reference in part.treatments), components[0])
    return Network(
        treatments=evidence.treatments,
        reference=reference,
        **{name: frozen(values) for name, values in (matrices | _direct(evidence, tau2)).items()},
        tau2=shown.tau2,
        I2=shown.I2,
        Q=shown.Q,
        Q_dof=shown.Q_dof,
        Q_pvalue=shown.Q_pvalue,
        Q_heterogeneity=shown.Q_heterogeneity,
        Q_inconsistency=shown.Q_inconsistency,
        components=components,
        studies=tuple(study.name for study in evidence.studies),
        multiarm=tuple(study.name for study in evidence.studies if len(study.arms) > 2),
        method=method,
        level=level,
        contrasts=evidence.contrasts,
        notes=(*evidence.notes, *_falls_apart(components), *shown.notes),
    )


def _direct(evidence: Evidence, tau2: FloatArray) -> dict[str, FloatArray]:
    """Pool the direct contrasts of every pair with the tau2 of its component."""
    n, used = len(evidence.treatments), evidence.contrasts
    code = {treatment: position for position, treatment in enumerate(evidence.treatments)}
    one = np.array([code[treatment] for treatment in used.treat1])
    two = np.array([code[treatment] for treatment in used.treat2])
    weights = evidence.scale**2 / (used.sei**2 + tau2[one])
    sums = np.zeros((3, n, n))
    for matrix, values in zip(sums, (weights, weights * used.yi, np.ones(len(one))), strict=True):
        np.add.at(matrix, (one, two), values)
    total, weighted, studies = sums[0] + sums[0].T, sums[1] - sums[1].T, sums[2] + sums[2].T
    total[total == 0] = np.nan
    return {
        "direct_estimate": weighted / total,
        "direct_se": evidence.scale / np.sqrt(total),
        "direct_studies": studies,
    }


def _falls_apart(components: Sequence[Component]) -> tuple[str, ...]:
    if len(components) == 1:
        return ()
    told = "; ".join(", ".join(component.treatments) for component in components)
    return (
        f"the network falls apart into {len(components)} components ({told}); treatments of different "
        "components cannot be compared",
    )

"""How sure a network is of its heterogeneity, and what follows where it cannot know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammainccinv, gammaincinv

from metaan.effects.cells import column, is_one_of
from metaan.errors import InputError
from metaan.format import MEASURE_NAMES, RATIO_MEASURES
from metaan.linalg import project
from metaan.models.brackets import q_root
from metaan.models.heterogeneity import EMPTY, I2_from_tau2
from metaan.models.intake import read_level
from metaan.models.network.rows import connected_rows, differences, reread, shown_component, studies_of
from metaan.results.frozen import frozen
from metaan.results.network import AssumedTau2
from metaan.results.pairwise import HeterogeneityInterval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from metaan.models.network.design import Evidence
    from metaan.models.network.rows import Rows
    from metaan.results.network import Component, Network
    from metaan.types import FloatArray

__all__ = ["LOG_RATIO_TAU", "TAU_PER_ERROR", "assumed_tau2", "network_heterogeneity_interval"]

NOT_ESTIMABLE = "there are no more contrasts than the effects need, so that heterogeneity has no interval"

LOG_RATIO_TAU = (0.0, 0.1, 0.2, 0.5, 1.0)
"""Assumed tau of log ratios. With tau the ratios of 95 % of studies span a factor of exp(3.92 tau): 1.5, 2.2,
7.1 and 50. Spiegelhalter, Abrams and Myles call 0.1 to 0.5 reasonable, 0.5 to 1 fairly high, more extreme."""

TAU_PER_ERROR = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Assumed tau in median standard errors where the unit says nothing: heterogeneity is then 0, 6, 20, 50 and
80 % of the variance of a contrast with that standard error."""


def network_heterogeneity_interval(
    network: Network, *, level: float | None = None, component: int | None = None
) -> HeterogeneityInterval:
    """Compute Q-profile intervals of a network's tau2, I2 and H2.

    The interval of tau2 holds the values at which the generalised Q of the whole consistency model, its
    weights those of tau2, lies between the quantiles of a chi-squared distribution on the network's degrees
    of freedom. Where the model is consistent it is exact. Inconsistency counts as heterogeneity in it.

    I2 and H2 follow from tau2 and a typical variance s2, tau2 / (tau2 + s2) and 1 + tau2 / s2. With P what
    the common-effect network leaves over, s2 = dof / tr(P): with it I2 of the DerSimonian-Laird tau2 is the
    network's `I2`, (Q - dof) / Q.

    Parameters
    ----------
    network : Network
        As `network` gives it; its estimator of tau2 does not matter.
    level : float, optional
        Confidence level in (0, 1); the network's without it.
    component : int, optional
        Position in `network.components`; without it, the component that holds the network's reference,
        otherwise the largest.

    Returns
    -------
    HeterogeneityInterval
        tau2 in squared units of the effects; exactly 0 at the boundary, 0 to 0 with a note where the interval
        is empty; `nan` with a note where `Q_dof` is 0.

    Raises
    ------
    InputError
        A level outside (0, 1), a component that is not there.

    References
    ----------
    Viechtbauer W. Confidence intervals for the amount of heterogeneity in meta-analysis. Statistics in
    Medicine 2007; 26: 37-52.
    Knapp G, Biggerstaff BJ, Hartung J. Assessing the amount of heterogeneity in random-effects meta-analysis.
    Biometrical Journal 2006; 48: 271-285.
    Jackson D, Turner R, Rhodes K, Viechtbauer W. Methods for calculating confidence and credible intervals
    for the residual between-study variance in random effects meta-regression models. BMC Medical Research
    Methodology 2014; 14: 103.
    Jackson D, White IR, Riley RD. Quantifying the impact of between-study heterogeneity in multivariate
    meta-analyses. Statistics in Medicine 2012; 31: 3805-3820.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abcd"), list("ABAA"), list("BCCB"), [0.5, 0.2, 1.5, 1.9], [0.2, 0.25, 0.3, 0.2])
    >>> found = network_heterogeneity_interval(fit)
    >>> tuple(round(x, 4) for x in found.tau2), tuple(round(x, 4) for x in found.I2)
    ((0.0933, 19.3928), (0.6481, 0.9974))
    """
    level = read_level(network.level if level is None else level)
    part = _chosen(network, component)
    if not part.Q_dof:
        none = (float("nan"), float("nan"))
        return HeterogeneityInterval(tau2=none, I2=none, H2=none, level=level, notes=(NOT_ESTIMABLE,))
    evidence = reread(network)
    rows = _rows(evidence, part)
    tau2, notes = _profile(rows, level)
    fit = project(rows.design, rows.yi, rows.vi)
    typical = rows.dof / float(np.sum((1 - fit.leverages) / rows.vi))
    low, high = tau2
    return HeterogeneityInterval(
        tau2=(low * evidence.scale**2, high * evidence.scale**2),
        I2=(I2_from_tau2(low, typical), I2_from_tau2(high, typical)),
        H2=(1 + low / typical, 1 + high / typical),
        level=level,
        notes=notes,
    )


def assumed_tau2(
    network: Network, tau2: ArrayLike | None = None, *, measure: str | None = None
) -> tuple[AssumedTau2, ...]:
    """Refit a network with assumed between-study variances.

    For networks that cannot estimate tau2 (`Q_dof` 0), and to see how much an estimate hangs on it.

    Parameters
    ----------
    network : Network
        As `network` gives it.
    tau2 : array_like, shape (g,), optional
        Variances to assume, in squared units of the effects, 0 or more. Without it tau is 0, 0.1, 0.2, 0.5
        and 1 for a ratio measure (Spiegelhalter, Abrams and Myles: 0.1 to 0.5 is reasonable, 0.5 to 1 fairly
        high, more is extreme), and otherwise 0, 1/4, 1/2, 1 and 2 median standard errors of the contrasts.
    measure : str, optional
        The measure's letters, such as "OR", which choose the values where `tau2` is not given.

    Returns
    -------
    tuple of AssumedTau2
        One for each value, in the order given; every component is refitted with it.

    Raises
    ------
    InputError
        A tau2 that is missing, negative or not finite; a measure that is not known.

    References
    ----------
    Spiegelhalter DJ, Abrams KR, Myles JP. Bayesian Approaches to Clinical Trials and Health-Care Evaluation.
    Chichester: Wiley 2004; section 5.7.3.
    Higgins JPT, Thompson SG. Quantifying heterogeneity in a meta-analysis. Statistics in Medicine 2002; 21:
    1539-1558.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(["a", "b"], ["A", "B"], ["P", "P"], [0.5, 0.2], [0.3, 0.4])
    >>> for row in assumed_tau2(fit, measure="OR"):
    ...     print(round(row.tau2, 2), round(float(row.estimate[0, 1]), 3), round(float(row.se[0, 1]), 3))
    0.0 0.3 0.5
    0.01 0.3 0.52
    0.04 0.3 0.574
    0.25 0.3 0.866
    1.0 0.3 1.5
    """
    values = _default_tau2(network, measure) if tau2 is None else column("tau2", tau2)
    for i, value in enumerate(values):
        if not (np.isfinite(value) and value >= 0):
            raise InputError(f"tau2[{i}] = {value} is not a variance; give a finite number, 0 or more.")
    evidence = reread(network)
    parts = [_rows(evidence, component) for component in network.components]
    return tuple(_refit(evidence, parts, float(value)) for value in values)


def _chosen(network: Network, component: int | None) -> Component:
    if component is None:
        return shown_component(network)
    count = len(network.components)
    if component not in range(count):
        raise InputError(
            f"component = {component!r} is not there; the network has {count}: give 0 to {count - 1}."
        )
    return network.components[component]


def _rows(evidence: Evidence, component: Component) -> Rows:
    place = {treatment: position for position, treatment in enumerate(evidence.treatments)}
    return connected_rows(
        studies_of(evidence, component), [place[treatment] for treatment in component.treatments]
    )


def _profile(rows: Rows, level: float) -> tuple[tuple[float, float], tuple[str, ...]]:
    """Invert Q at both quantiles, in the unit of the rows."""
    half, tail = rows.dof / 2, (1 - level) / 2
    upper, lower = 2 * float(gammainccinv(half, tail)), 2 * float(gammaincinv(half, tail))
    squares = project(rows.design, rows.yi, np.ones(len(rows.yi))).Q
    smallest, largest = float(rows.vi.min()), float(rows.vi.max())

    def Q(tau2: float) -> float:
        return project(rows.design, rows.yi, rows.vi + tau2).Q

    low, high = (
        q_root(Q, target, squares=squares, smallest=smallest, largest=largest) for target in (upper, lower)
    )
    return (low, high), (EMPTY,) if Q(0.0) < lower else ()


def _default_tau2(network: Network, measure: str | None) -> FloatArray:
    if measure is not None and not is_one_of(measure, MEASURE_NAMES):
        raise InputError(f"measure = {measure!r} is not known; give one of {', '.join(MEASURE_NAMES)}.")
    if measure in RATIO_MEASURES:
        return np.square(LOG_RATIO_TAU)
    return np.square(np.multiply(TAU_PER_ERROR, float(np.median(network.contrasts.sei))))


def _refit(evidence: Evidence, parts: list[Rows], tau2: float) -> AssumedTau2:
    n = len(evidence.treatments)
    estimate, se = np.full((2, n, n), np.nan)
    for rows in parts:
        block = np.ix_(rows.columns, rows.columns)
        _, estimate[block], se[block] = differences(rows, tau2 / evidence.scale**2)
    return AssumedTau2(tau2=tau2, estimate=frozen(estimate * evidence.scale), se=frozen(se * evidence.scale))

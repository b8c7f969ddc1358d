"""Networks of events by Mantel and Haenszel's method: sums within designs, then least squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError
from metaan.linalg import project
from metaan.models.intake import read_level
from metaan.models.network.arms import LOOSE, MIN_TREATMENTS, RarePart, assemble, by_arms, read_arms
from metaan.models.network.design import Study, connected_parts, stack
from metaan.models.network.inconsistency import NOT_ASSESSABLE
from metaan.models.network.multiarm import contrast_basis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from metaan.models.network.arms import ArmEvidence, ArmStudy
    from metaan.results.rare_network import RareNetwork
    from metaan.types import BoolArray, FloatArray

__all__ = ["design_estimate", "network_mantel_haenszel"]

SINGULAR = 1e-8
"""Smallest variance of a design's contrasts, relative to its largest, that counts as positive."""

EVENTS_GONE = "its other arms have no event, or events only"
NO_RATIO = "no design that holds it gives a Mantel-Haenszel estimate of it"
NO_VARIANCE = (
    "the estimated covariance of the odds ratios of its design is not positive definite, and it has the "
    "fewest events there"
)
TOO_WIDE = "the Mantel-Haenszel odds ratios of its design have standard errors above 10, which is no answer"


def network_mantel_haenszel(
    study: ArrayLike,
    treatment: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    measure: str = "OR",
    reference: str | None = None,
    level: float = 0.95,
) -> RareNetwork:
    """Combine the arms of rare events into a network by Mantel and Haenszel's method.

    Common effects, and nothing is added to any cell. The studies of a design (a set of treatments) give
    Mantel-Haenszel odds ratios, in designs of more than two treatments the generalised ones that are
    consistent with one another, with their covariance; generalised least squares combines the designs.

    Parameters
    ----------
    study, treatment : array_like of labels, shape (a,)
        One row for each arm, in any order.
    events, n : array_like, shape (a,)
        Participants with the event and all participants.
    measure : {"OR"}
        The method is worked out for odds ratios only.
    reference : str, optional
        Treatment whose component gives the top-level scalars; without it, the largest component.
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    RareNetwork
        Effects are `nan` where treatments cannot be compared; `not_estimable`, `left_out` and `notes` say
        why.

    Raises
    ------
    InputError
        Arms that cannot be used (see `contrasts`), another measure, an unknown reference, a level outside
        (0, 1).

    Notes
    -----
    A study without events in any arm, or with events only, adds nothing and is left out. Where the studies of
    a design together have no events under one treatment with non-events under another, the odds ratio of the
    pair is 0 or infinite: the arm that lacks the most ratios is taken out of the design, and its studies join
    the design of the arms that remain; a design of two arms is left out. An arm is also taken out where the
    estimated covariance is not positive definite, which happens in very sparse designs, or where standard
    errors are above 10, which is no answer.

    `Q` compares the designs with one another. Heterogeneity within designs has no such statistic, and the
    intervals rest on a common effect.

    References
    ----------
    Efthimiou O, Rücker G, Schwarzer G, Higgins JPT, Egger M, Salanti G. Network meta-analysis of rare events
    using the Mantel-Haenszel method. Statistics in Medicine 2019; 38: 2992-3012.
    Greenland S. Generalized Mantel-Haenszel estimators for K 2 x J tables. Biometrics 1989; 45: 183-191.
    Mickey RM, Elashoff RM. A generalization of the Mantel-Haenszel estimator of partial association for
    2 x J x K tables. Biometrics 1985; 41: 623-635.
    Robins J, Breslow N, Greenland S. Estimators of the Mantel-Haenszel variance consistent in both sparse
    data and large-strata limiting models. Biometrics 1986; 42: 311-323.

    Examples
    --------
    >>> fit = network_mantel_haenszel(
    ...     ["s", "s", "t", "t", "t"], ["A", "P", "A", "B", "P"], [1, 3, 2, 0, 6], [50, 50, 90, 90, 90]
    ... )
    >>> fit.treatments, round(float(fit.estimate[0, 2]), 4), round(float(fit.se[0, 2]), 4)
    (('A', 'B', 'P'), -1.1435, 0.6778)
    >>> [treatment for treatment, reason in fit.not_estimable]
    ['B']
    """
    level = read_level(level)
    if measure != "OR":
        raise InputError(
            f"measure = {measure!r} is not known; the Mantel-Haenszel network is worked out for 'OR' only. "
            "For another measure use contrasts and network."
        )
    evidence = read_arms(study, treatment, events, n, reference=reference)
    designs, gone, arms = _estimable_designs(evidence)
    return assemble(
        evidence.without(gone, arms),
        _parts(designs, len(evidence.treatments)),
        method="MH",
        level=level,
        reasons={arm: NO_RATIO for found in evidence.studies for arm in found.arms},
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Design:
    """Studies of the same treatments, and their estimates as independent rows."""

    studies: tuple[ArmStudy, ...]
    rows: Study

    @property
    def fault(self) -> str:
        """What is wrong with the variances of its contrasts; with two treatments they are positive."""
        if self.rows.vi[0] <= SINGULAR * self.rows.vi[-1]:
            return NO_VARIANCE
        # a difference of two treatments is sqrt(2) times a contrast of length 1
        return TOO_WIDE if 2 * self.rows.vi[-1] > LOOSE**2 else ""


def design_estimate(events: FloatArray, sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the generalised Mantel-Haenszel log odds of the treatments of one design.

    With `c_jh` the sum of events under j times non-events under h over participants, L_jh = log(c_jh / c_hj)
    and the log odds of j is the mean of L_jh over all p treatments h, j itself included.

    Parameters
    ----------
    events, sizes : ndarray, shape (k, p)
        Events and participants; all `c_jh` are positive.

    Returns
    -------
    means : ndarray, shape (p,)
        Log odds, sum 0.
    covariance : ndarray, shape (p, p)
        Greenland's estimate, consistent for many sparse studies and for few large ones.

    Examples
    --------
    >>> events, sizes = np.array([[8.0, 5.0], [22.0, 16.0]]), np.array([[106.0, 120.0], [98.0, 85.0]])
    >>> means, covariance = design_estimate(events, sizes)
    >>> round(float(means[0] - means[1]), 4), round(float(4 * covariance[0, 0]) ** 0.5, 4)
    (0.3387, 0.3112)
    """
    others, total = sizes - events, sizes.sum(axis=1)
    c = _sums(events, others, total)
    p = len(c)
    np.fill_diagonal(c, 1.0)
    ratios = np.log(c) - np.log(c.T)
    U = _covariances(events, others, total, c)
    around = U.sum(axis=2)
    covariance = U.sum(axis=0) - around - around.T + np.einsum("jhh->jh", U)
    np.fill_diagonal(covariance, around.sum(axis=1))
    return ratios.sum(axis=1) / p, covariance / p**2


def _sums(events: FloatArray, others: FloatArray, total: FloatArray) -> FloatArray:
    """Sum events of the row times non-events of the column, over participants."""
    return np.asarray(events.T @ (others / total[:, None]))


def _covariances(events: FloatArray, others: FloatArray, total: FloatArray, c: FloatArray) -> FloatArray:
    """Give cov(L_jh, L_ji) at [j, h, i], 0 where h or i is j.

    Each of three products of cells has, over its two sums, the covariance as its expectation; Greenland takes
    their mean. For h = i it is the variance of Robins, Breslow and Greenland.
    """
    x, y, both = events, others / total[:, None], (events + others) / total[:, None]
    x_over = events / total[:, None]
    yy = np.einsum("kj,kh,ki->jhi", x, y, y)
    xx = np.einsum("kj,kh,ki->jhi", others, x_over, x_over)
    yx = np.einsum("kj,kh,ki->jhi", both, others, x_over)
    there, back = 1 / c, 1 / c.T
    U = yy * there[:, :, None] * there[:, None, :]
    U += xx * back[:, :, None] * back[:, None, :]
    U += yx * there[:, :, None] * back[:, None, :]
    U += np.swapaxes(yx, 1, 2) * back[:, :, None] * there[:, None, :]
    U /= 3
    places = np.arange(len(c))
    U[:, places, places] = _variances(events, others, total, c)
    U[places, places, :] = U[places, :, places] = 0.0
    return np.asarray(U)


def _variances(events: FloatArray, others: FloatArray, total: FloatArray, c: FloatArray) -> FloatArray:
    share = (events[:, :, None] + others[:, None, :]) / total[:, None, None]
    part = events[:, :, None] * (others[:, None, :] / total[:, None, None])
    back = np.swapaxes(part, 1, 2)
    own = (part * share).sum(axis=0) / (2 * c * c)
    mixed = (back * share).sum(axis=0) / (2 * c * c.T)
    return np.asarray(own + mixed + (own + mixed).T)


def _estimable_designs(
    evidence: ArmEvidence,
) -> tuple[list[_Design], list[tuple[ArmStudy, str]], list[tuple[ArmStudy, int, str]]]:
    """Sort studies into designs whose odds ratios are all finite; give what was left out on the way.

    The largest designs come first, for the studies of an arm that is taken out join a smaller one.
    """
    original = {study.name: study for study in evidence.studies}
    waiting = by_arms(evidence.studies)
    designs: list[_Design] = []
    gone: list[tuple[ArmStudy, str]] = []
    arms: list[tuple[ArmStudy, int, str]] = []
    while waiting:
        treatments = max(waiting, key=lambda found: (len(found), found))
        studies = waiting.pop(treatments)
        events = np.array([study.events for study in studies])
        sizes = np.array([study.sizes for study in studies])
        lacking = _lacking(events, sizes)
        design = None if lacking.any() else _designed(treatments, studies, events, sizes)
        fault = design.fault if design is not None else ""
        if design is not None and not fault:
            designs.append(design)
        elif len(treatments) == MIN_TREATMENTS:
            reason = fault or _why(evidence, treatments, lacking, 0)
            gone += [(original[study.name], reason) for study in studies]
        else:
            out = _worst_arm(lacking, events, sizes)
            reason = fault or _why(evidence, treatments, lacking, out)
            rest = [arm for arm in treatments if arm != treatments[out]]
            for study in studies:
                smaller = study.kept(rest)
                if smaller.informative:
                    arms.append((original[study.name], treatments[out], reason))
                    waiting.setdefault(smaller.arms, []).append(smaller)
                else:
                    gone.append((original[study.name], f"{reason}; {EVENTS_GONE}"))
    return sorted(designs, key=lambda design: design.rows.arms), gone, arms


def _lacking(events: FloatArray, sizes: FloatArray) -> BoolArray:
    """Tell whether no study has events under the row's treatment with non-events under the column's."""
    c = _sums(events, sizes - events, sizes.sum(axis=1))
    np.fill_diagonal(c, 1.0)
    return np.asarray(c == 0)


def _worst_arm(lacking: BoolArray, events: FloatArray, sizes: FloatArray) -> int:
    """Find the arm that lacks the most ratios; among equals the one with the least information."""
    unequal = lacking | lacking.T
    rarer = np.minimum(events.sum(axis=0), (sizes - events).sum(axis=0))
    participants = sizes.sum(axis=0)
    return min(
        range(len(lacking)), key=lambda arm: (-int(unequal[arm].sum()), rarer[arm], participants[arm], arm)
    )


def _why(evidence: ArmEvidence, treatments: Sequence[int], lacking: BoolArray, out: int) -> str:
    """Say what the studies of a design lack for the odds ratios of one treatment."""
    labels = evidence.labels(treatments)
    absent = [
        f"events under {labels[i]} with non-events under {labels[j]}"
        for i, j in np.argwhere(lacking).tolist()
        if out in (i, j)
    ]
    return f"no study of {', '.join(labels)} has {', nor '.join(absent)}"


def _designed(
    treatments: tuple[int, ...], studies: Sequence[ArmStudy], events: FloatArray, sizes: FloatArray
) -> _Design:
    means, covariance = design_estimate(events, sizes)
    basis = contrast_basis(len(treatments))
    vi, vectors = np.linalg.eigh(basis @ covariance @ basis.T)
    loadings = vectors.T @ basis
    rows = Study(
        name=", ".join(study.name for study in studies),
        arms=treatments,
        loadings=loadings,
        yi=loadings @ means,
        vi=vi,
    )
    return _Design(studies=tuple(studies), rows=rows)


def _parts(designs: Sequence[_Design], treatments: int) -> list[RarePart]:
    groups = connected_parts([design.rows for design in designs], treatments)
    found = []
    for columns in groups:
        inside = [design for design in designs if design.rows.arms[0] in columns]
        if inside:
            found.append(_fit_part(columns, inside, treatments))
    return found


def _fit_part(columns: Sequence[int], designs: Sequence[_Design], treatments: int) -> RarePart:
    X, yi, vi = stack([design.rows for design in designs], treatments)
    X = X[:, columns]
    base = int(np.argmax((X**2 / vi[:, None]).sum(axis=0)))
    fit = project(np.delete(X, base, axis=1), yi, vi)
    dof = len(yi) - len(columns) + 1
    return RarePart(
        columns=tuple(columns),
        studies=frozenset(study.name for design in designs for study in design.studies),
        means=np.insert(fit.beta, base, 0.0),
        roots=np.insert(fit.inverse, base, 0.0, axis=0),
        Q=fit.Q if dof else float("nan"),
        dof=dof,
        notes=() if dof else (NOT_ASSESSABLE,),
    )

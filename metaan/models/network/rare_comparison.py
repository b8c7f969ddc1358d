"""One network of rare events by four methods, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.multiarm import contrasts
from metaan.models.inference import critical_value
from metaan.models.network.arms import NOTHING_LEFT
from metaan.models.network.conditional import network_noncentral_hypergeometric
from metaan.models.network.fit import network
from metaan.models.network.mantel_haenszel import network_mantel_haenszel
from metaan.models.network.penalised import network_penalised
from metaan.results.rare_network import RareRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from metaan.results.network import Contrasts
    from metaan.results.rare_network import RareNetwork
    from metaan.types import FloatArray

__all__ = ["compare_rare"]

APART = "no chain of studies that the method can use connects it with the reference"


def compare_rare(
    study: ArrayLike,
    treatment: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    reference: str,
    level: float = 0.95,
) -> tuple[RareRow, ...]:
    """Set the methods for networks of rare events side by side.

    Where they differ, the answer hangs on how zeros are dealt with rather than on the data. All of them take
    the effects as common to the studies.

    Parameters
    ----------
    study, treatment : array_like of labels, shape (a,)
        One row for each arm, in any order.
    events, n : array_like, shape (a,)
        Participants with the event and all participants, whole numbers.
    reference : str
        Treatment that the others are compared with.
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    tuple of RareRow
        For each treatment but the reference, in the order of labels: inverse variance with 0.5 added to every
        cell of a study with an empty one ("IV"), Mantel-Haenszel ("MH"), exact conditional likelihood ("NCH")
        and penalised likelihood ("penalised"). Log odds ratios.

    Raises
    ------
    InputError
        Arms that cannot be used (see `contrasts`), counts that are not whole, an unknown reference, a level
        outside (0, 1).

    References
    ----------
    Efthimiou O, Rücker G, Schwarzer G, Higgins JPT, Egger M, Salanti G. Network meta-analysis of rare events
    using the Mantel-Haenszel method. Statistics in Medicine 2019; 38: 2992-3012.
    Evrenoglou T, White IR, Afach S, Mavridis D, Chaimani A. Network meta-analysis of rare events using
    penalized likelihood regression. Statistics in Medicine 2022; 41: 5203-5219.

    Examples
    --------
    >>> study, treatment = ["s", "s", "t", "t"], ["A", "P", "A", "P"]
    >>> for row in compare_rare(study, treatment, [1, 4, 0, 3], [99, 98, 50, 49], reference="P"):
    ...     print(row.treatment, row.method, round(row.estimate, 3), round(row.se, 3))
    A IV -1.64 0.907
    A MH -1.994 1.073
    A NCH -1.991 1.074
    A penalised -1.66 0.882
    """
    arms = (study, treatment, events, n)
    conditional = network_noncentral_hypergeometric(*arms, reference=reference, level=level)
    fits = [
        _inverse_variance(contrasts("OR", study, treatment, events=events, n=n), conditional.treatments),
        _read(network_mantel_haenszel(*arms)),
        _read(conditional),
        _read(network_penalised(*arms)),
    ]
    others = [label for label in conditional.treatments if label != reference]
    quantile = critical_value(inf, conditional.level)
    return tuple(_row(fit, label, reference, quantile) for label in others for fit in fits)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """What the methods have in common; matrices are row minus column."""

    method: str
    treatments: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    studies: int
    left_out: int
    reasons: Mapping[str, str]


def _read(fit: RareNetwork) -> _Fit:
    return _Fit(
        method=fit.method,
        treatments=fit.treatments,
        estimate=fit.estimate,
        se=fit.se,
        studies=len(fit.studies),
        left_out=len(fit.left_out),
        reasons=dict(fit.not_estimable),
    )


def _inverse_variance(found: Contrasts, treatments: tuple[str, ...]) -> _Fit:
    estimate, se = np.full((2, len(treatments), len(treatments)), np.nan)
    known: tuple[str, ...] = ()
    if found.study:
        fit = network(found.study, found.treat1, found.treat2, found.yi, found.sei, method="EE")
        known = fit.treatments
        places = [treatments.index(label) for label in known]
        block = np.ix_(places, places)
        estimate[block], se[block] = fit.common_estimate, fit.common_se
    return _Fit(
        method="IV",
        treatments=treatments,
        estimate=estimate,
        se=se,
        studies=len(set(found.study)),
        left_out=len(found.left_out),
        reasons={label: NOTHING_LEFT for label in treatments if label not in known},
    )


def _row(fit: _Fit, treatment: str, reference: str, quantile: float) -> RareRow:
    i, j = fit.treatments.index(treatment), fit.treatments.index(reference)
    estimate, se = float(fit.estimate[i, j]), float(fit.se[i, j])
    return RareRow(
        treatment=treatment,
        reference=reference,
        method=fit.method,
        estimate=estimate,
        se=se,
        ci=(estimate - quantile * se, estimate + quantile * se),
        studies=fit.studies,
        left_out=fit.left_out,
        reason=_why(fit, treatment, reference) if np.isnan(estimate) else "",
    )


def _why(fit: _Fit, treatment: str, reference: str) -> str:
    if treatment in fit.reasons:
        return fit.reasons[treatment]
    return f"{reference}: {fit.reasons[reference]}" if reference in fit.reasons else APART

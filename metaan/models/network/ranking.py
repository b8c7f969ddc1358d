"""Ranking of treatments without simulation."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, cast

import numpy as np
from scipy.special import ndtr

from metaan.effects.cells import is_one_of
from metaan.errors import InputError
from metaan.results.ranking import BetterThan

if TYPE_CHECKING:
    from metaan.results.network import Network
    from metaan.types import FloatArray, SmallValues

__all__ = ["better_than", "p_scores", "ranked_effects"]

SIGNS = {"desirable": -1.0, "undesirable": 1.0}

UNCONNECTED = "the network does not connect it with the reference"


def p_scores(
    network: Network, *, small_values: str, model: str = "random", margin: float = 0.0
) -> dict[str, float]:
    """Score each treatment by how certainly it is better than the others, averaged over them.

    A treatment competes with the treatments of its own component only: scores of different components are
    not comparable.

    Parameters
    ----------
    network : Network
        As `network` gives it.
    small_values : {"desirable", "undesirable"}
        Whether a lower effect is the better one. There is no default, because a wrong one goes unnoticed.
    model : {"random", "common"}, default "random"
        Which estimates to rank.
    margin : float, default 0.0
        Smallest difference that matters, in the units of the effects (ratio measures on the log scale):
        better is better by so much or more.

    Returns
    -------
    dict of str to float
        P-score of each treatment in [0, 1], 1 the best; the mean within a component is 0.5 where `margin` is
        0, and less where it is not.

    Raises
    ------
    InputError
        Another word for `small_values` or `model`, a margin that is negative or no number.

    References
    ----------
    Rücker G, Schwarzer G. Ranking treatments in frequentist network meta-analysis works without resampling
    methods. BMC Medical Research Methodology 2015; 15: 58.
    Mavridis D, Porcher R, Nikolakopoulou A, Salanti G, Ravaud P. Extensions of the probabilistic ranking
    metrics of competing treatments in network meta-analysis to reflect clinically important relative
    differences on many outcomes. Biometrical Journal 2020; 62: 375-385.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> {name: round(score, 3) for name, score in p_scores(fit, small_values="undesirable").items()}
    {'A': 0.995, 'B': 0.362, 'C': 0.143}
    """
    estimate, se, sign = ranked_effects(network, small_values, model)
    margin = _read_margin(margin)
    others = ~np.eye(len(network.treatments), dtype=bool) & np.isfinite(estimate)
    better = np.zeros(estimate.shape)
    better[others] = ndtr((sign * estimate[others] - margin) / se[others])
    scores = better.sum(axis=1) / others.sum(axis=1)
    return dict(zip(network.treatments, scores.tolist(), strict=True))


def better_than(
    network: Network, reference: str, *, small_values: str, model: str = "random", margin: float = 0.0
) -> tuple[BetterThan, ...]:
    """Tell how probably each treatment beats a reference by a margin that matters.

    The probability that the true difference is that large, where the estimate has a normal distribution
    around it and nothing was known before.

    Parameters
    ----------
    network : Network
        As `network` gives it.
    reference : str
        Treatment to be beaten.
    small_values, model, margin
        As for `p_scores`.

    Returns
    -------
    tuple of BetterThan
        One for every other treatment, in the network's order; `nan` with a note where it is not connected.

    Raises
    ------
    InputError
        An unknown reference, another word for `small_values` or `model`, a margin that is negative or no
        number.

    References
    ----------
    Mavridis D, Porcher R, Nikolakopoulou A, Salanti G, Ravaud P. Extensions of the probabilistic ranking
    metrics of competing treatments in network meta-analysis to reflect clinically important relative
    differences on many outcomes. Biometrical Journal 2020; 62: 375-385.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> for row in better_than(fit, "C", small_values="undesirable", margin=0.2):
    ...     print(row.treatment, round(row.effect, 3), round(row.probability, 3))
    A 0.567 0.953
    B 0.119 0.346
    """
    estimate, se, sign = ranked_effects(network, small_values, model)
    margin = _read_margin(margin)
    if not is_one_of(reference, network.treatments):
        raise InputError(
            f"reference = {reference!r} is not a treatment of this network; give one of "
            f"{', '.join(map(repr, network.treatments))}."
        )
    column = network.treatments.index(reference)
    return tuple(
        BetterThan(
            treatment=treatment,
            reference=reference,
            effect=float(estimate[row, column]),
            se=float(se[row, column]),
            margin=margin,
            probability=float(ndtr((sign * estimate[row, column] - margin) / se[row, column])),
            small_values=cast("SmallValues", small_values),
            model=model,
            notes=() if np.isfinite(estimate[row, column]) else (UNCONNECTED,),
        )
        for row, treatment in enumerate(network.treatments)
        if row != column
    )


def ranked_effects(network: Network, small_values: str, model: str) -> tuple[FloatArray, FloatArray, float]:
    """Look up which effects are ranked, and in which direction.

    Returns
    -------
    estimate, se : ndarray, shape (n, n)
        Row minus column.
    sign : float
        1 where higher is better, otherwise -1.

    Raises
    ------
    InputError
        Another word for `small_values` or `model`.
    """
    if not is_one_of(small_values, SIGNS):
        raise InputError(f"small_values = {small_values!r} is not known; give 'desirable' or 'undesirable'.")
    if not is_one_of(model, ("random", "common")):
        raise InputError(f"model = {model!r} is not known; give 'random' or 'common'.")
    if model == "random":
        return network.estimate, network.se, SIGNS[small_values]
    return network.common_estimate, network.common_se, SIGNS[small_values]


def _read_margin(margin: object) -> float:
    if isinstance(margin, (int, float, np.number)) and isfinite(margin) and margin >= 0:
        return float(margin)
    raise InputError(f"margin = {margin!r} is not a difference; give 0 or a positive number.")

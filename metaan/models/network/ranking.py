"""Ranking of treatments without simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from metaan.effects.cells import is_one_of
from metaan.errors import InputError

if TYPE_CHECKING:
    from metaan.results.network import Network

__all__ = ["p_scores"]

SIGNS = {"desirable": -1.0, "undesirable": 1.0}


def p_scores(network: Network, *, small_values: str, model: str = "random") -> dict[str, float]:
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

    Returns
    -------
    dict of str to float
        P-score of each treatment in [0, 1], 1 the best; the mean within a component is 0.5.

    Raises
    ------
    InputError
        Another word for `small_values` or `model`.

    References
    ----------
    Rücker G, Schwarzer G. Ranking treatments in frequentist network meta-analysis works without resampling
    methods. BMC Medical Research Methodology 2015; 15: 58.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> {name: round(score, 3) for name, score in p_scores(fit, small_values="undesirable").items()}
    {'A': 0.995, 'B': 0.362, 'C': 0.143}
    """
    if not is_one_of(small_values, SIGNS):
        raise InputError(f"small_values = {small_values!r} is not known; give 'desirable' or 'undesirable'.")
    if model not in ("random", "common"):
        raise InputError(f"model = {model!r} is not known; give 'random' or 'common'.")
    estimate, se = (
        (network.estimate, network.se) if model == "random" else (network.common_estimate, network.common_se)
    )
    others = ~np.eye(len(network.treatments), dtype=bool) & np.isfinite(estimate)
    better = np.zeros(estimate.shape)
    better[others] = ndtr(SIGNS[small_values] * estimate[others] / se[others])
    scores = better.sum(axis=1) / others.sum(axis=1)
    return dict(zip(network.treatments, scores.tolist(), strict=True))

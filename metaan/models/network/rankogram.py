"""How probable each rank is: rankograms by simulation, and ranks with their uncertainty beside them."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, cast

import numpy as np

from metaan.errors import InputError
from metaan.models.intake import read_level
from metaan.models.network.ranking import p_scores, ranked_effects
from metaan.models.network.rows import shown_component
from metaan.results.frozen import frozen
from metaan.results.ranking import RankedTreatment, Rankogram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.network import Component, Network
    from metaan.types import BoolArray, FloatArray, SmallValues

__all__ = ["rank_table", "rankogram"]

CHUNK = 1_000_000
"""Numbers that are drawn at once; the draws do not depend on it."""

ROUNDING = 1e-12
"""A cumulative probability this close to its bound has reached it."""


def rankogram(
    network: Network,
    *,
    small_values: str,
    model: str = "random",
    rng: np.random.Generator,
    samples: int = 100_000,
    level: float | None = None,
) -> Rankogram:
    """Find how probable each rank is for each treatment.

    All effects are drawn together from their normal distribution, with the covariances that their standard
    errors imply, cov(AB, AC) = (v_AB + v_AC - v_BC) / 2, and ranked in every draw; treatments that come out
    exactly equal share their ranks.

    Parameters
    ----------
    network : Network
        As `network` gives it.
    small_values : {"desirable", "undesirable"}
        Whether a lower effect is the better one. There is no default, because a wrong one goes unnoticed.
    model : {"random", "common"}, default "random"
        Which estimates to rank.
    rng : numpy.random.Generator
        Source of the draws; the same one in the same state gives the same rankogram.
    samples : int, default 100000
        Number of draws. A probability p has the simulation error sqrt(p (1 - p) / samples), 0.0016 at most
        with the default.
    level : float, optional
        Level of the rank intervals, in (0, 1); without it the network's.

    Returns
    -------
    Rankogram
        Of the component that holds the reference, otherwise of the largest; a note names the treatments of
        the others, which cannot be ranked with it.

    Raises
    ------
    InputError
        Another word for `small_values` or `model`, no generator, no positive number of draws, a level outside
        (0, 1).

    References
    ----------
    Salanti G, Ades AE, Ioannidis JPA. Graphical methods and numerical summaries for presenting results from
    multiple-treatment meta-analysis: an overview and tutorial. Journal of Clinical Epidemiology 2011; 64:
    163-171.
    Rücker G, Schwarzer G. Ranking treatments in frequentist network meta-analysis works without resampling
    methods. BMC Medical Research Methodology 2015; 15: 58.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> ranks = rankogram(fit, small_values="undesirable", rng=np.random.default_rng(1))
    >>> ranks.treatments, ranks.sucra.round(2).tolist(), ranks.rank_high.tolist()
    (('A', 'B', 'C'), [0.99, 0.36, 0.14], [1.0, 3.0, 3.0])
    """
    estimate, se, sign = ranked_effects(network, small_values, model)
    level = network.level if level is None else read_level(level)
    _refuse_draws(rng, samples)
    component = shown_component(network)
    inside = [network.treatments.index(treatment) for treatment in component.treatments]
    block = np.ix_(inside, inside)
    counts = np.zeros((len(inside), len(inside)))
    for effects in _draws(sign * estimate[block], se[block], rng, samples):
        counts += _count_ranks(effects)
    probabilities = counts / samples
    cumulative = np.minimum(np.cumsum(counts, axis=1) / samples, 1.0)
    cumulative[:, -1] = 1.0
    beyond = (1 - level) / 2
    return Rankogram(
        treatments=component.treatments,
        probabilities=frozen(probabilities),
        cumulative=frozen(cumulative),
        sucra=frozen(cumulative[:, :-1].mean(axis=1)),
        mean_rank=frozen(probabilities @ np.arange(1, len(inside) + 1)),
        median_rank=frozen(_first(cumulative >= 0.5 - ROUNDING)),
        rank_low=frozen(_first(cumulative > beyond + ROUNDING)),
        rank_high=frozen(_first(cumulative >= 1 - beyond - ROUNDING)),
        small_values=cast("SmallValues", small_values),
        model=model,
        samples=int(samples),
        level=level,
        notes=_left_out(network, component),
    )


def rank_table(network: Network, ranks: Rankogram) -> tuple[RankedTreatment, ...]:
    """Set each treatment's place beside its uncertainty.

    Parameters
    ----------
    network : Network
        The one that was ranked.
    ranks : Rankogram
        As `rankogram` gives it; direction and model are its.

    Returns
    -------
    tuple of RankedTreatment
        The treatments of the rankogram, by P-score, the best first.

    Raises
    ------
    InputError
        A rankogram of another network.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> ranks = rankogram(fit, small_values="undesirable", rng=np.random.default_rng(1))
    >>> for row in rank_table(fit, ranks):
    ...     print(row.treatment, round(row.p_score, 3), row.rank_low, row.rank_high)
    A 0.995 1.0 1.0
    B 0.362 2.0 3.0
    C 0.143 2.0 3.0
    """
    strange = [treatment for treatment in ranks.treatments if treatment not in network.treatments]
    if strange:
        raise InputError(
            f"the rankogram ranks {', '.join(map(repr, strange))}, which this network does not have; give "
            "the network that was ranked."
        )
    scores = p_scores(network, small_values=ranks.small_values, model=ranks.model)
    rows = (
        RankedTreatment(
            treatment=treatment,
            p_score=scores[treatment],
            sucra=float(ranks.sucra[i]),
            mean_rank=float(ranks.mean_rank[i]),
            median_rank=float(ranks.median_rank[i]),
            rank_low=float(ranks.rank_low[i]),
            rank_high=float(ranks.rank_high[i]),
            best=float(ranks.probabilities[i, 0]),
            level=ranks.level,
            small_values=ranks.small_values,
            model=ranks.model,
        )
        for i, treatment in enumerate(ranks.treatments)
    )
    return tuple(sorted(rows, key=attrgetter("p_score"), reverse=True))


def _refuse_draws(rng: object, samples: object) -> None:
    if not isinstance(rng, np.random.Generator):
        raise InputError(
            f"rng = {rng!r} is not a generator of random numbers; give numpy.random.default_rng(seed)."
        )
    if isinstance(samples, bool) or not isinstance(samples, (int, np.integer)) or samples < 1:
        raise InputError(f"samples = {samples!r} is not a number of draws; give a positive whole number.")


def _left_out(network: Network, component: Component) -> tuple[str, ...]:
    left = [treatment for treatment in network.treatments if treatment not in component.treatments]
    if not left:
        return ()
    return (f"not ranked, because the network does not connect them with the others: {', '.join(left)}",)


def _draws(
    estimate: FloatArray, se: FloatArray, rng: np.random.Generator, samples: int
) -> Iterator[FloatArray]:
    """Draw the effects against one treatment, some rows at a time; higher is better."""
    base = int(np.argmin((se**2).sum(axis=1)))
    root = _root(se, base)
    size = max(1, CHUNK // len(se))
    for start in range(0, samples, size):
        normal = rng.standard_normal((min(size, samples - start), len(se) - 1))
        yield estimate[:, base] + np.insert(normal @ root.T, base, 0.0, axis=1)


def _root(se: FloatArray, base: int) -> FloatArray:
    """Give a square root of the covariance of the effects against one treatment."""
    unit = float(se.max())
    variances = np.delete((se / unit) ** 2, base, axis=0)
    against, among = variances[:, base], np.delete(variances, base, axis=1)
    covariance = (against[:, None] + against[None, :] - among) / 2
    try:
        root = np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(root * unit)


def _count_ranks(effects: FloatArray) -> FloatArray:
    """Count how often each treatment (row) has each rank (column); equal ones share theirs."""
    n = effects.shape[1]
    order = np.argsort(-effects, axis=1, kind="stable")
    ordered = np.take_along_axis(effects, order, axis=1)
    tied = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    places = (order[~tied] * n + np.arange(n)).ravel()
    counts = np.bincount(places, minlength=n * n).reshape(n, n).astype(np.float64)
    for treatments, values in zip(order[tied], ordered[tied], strict=True):
        for value in np.unique(values):
            same = np.flatnonzero(values == value)
            counts[np.ix_(treatments[same], same)] += 1 / len(same)
    return counts


def _first(reached: BoolArray) -> FloatArray:
    """Give the first rank of each row at which a condition holds."""
    return np.asarray(np.argmax(reached, axis=1) + 1.0)

"""What a scenario says of each question of the review, and why it says nothing where it does not."""

from __future__ import annotations

from math import isfinite, isnan, nan
from statistics import NormalDist
from typing import TYPE_CHECKING

from metaan.report.limits import Limits
from metaan.results.synthesis import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from metaan.report.pairs import Order
    from metaan.results.network import Network
    from metaan.results.synthesis import Comparison

__all__ = ["answer_pairs", "answer_questions"]

SAME_SE = 1e-9
"""Two standard errors this close (relative) are one; the network's is smaller where others contribute."""


def answer_questions(
    comparisons: Sequence[Comparison],
    network: Network | None,
    order: Order,
    *,
    level: float = 0.95,
    measure: str = "",
    names: Mapping[str, str] | None = None,
    judged: Mapping[str, str] | None = None,
) -> tuple[Answer, ...]:
    """Answer each question of the review.

    Where only direct evidence bears on a question, the direct comparison answers it, so that the answer is
    the one its forest plot shows; where indirect evidence does too, the network answers.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Every pair that a study compares.
    network : Network or None
        The network, where three treatments or more have data.
    order : Order
        Knows the questions.
    level : float
        Confidence level in (0, 1).
    measure : str
        The measure's letters, for intervals named in a reason.
    names : mapping of str to str, optional
        Node to the name to print.
    judged : mapping of str to str, optional
        Study id to its overall risk of bias, where a judgement limits it.

    Returns
    -------
    tuple of Answer
        One for each question; one for each dose where doses are split.
    """
    nodes = {node for each in comparisons for node in (each.treat1, each.treat2)}
    limits = Limits(comparisons, network, measure=measure, names=names or {}, judged=judged or {})
    return answer_pairs(order.asked(nodes), comparisons, network, limits, level=level)


def answer_pairs(
    pairs: Iterable[tuple[str, str]],
    comparisons: Sequence[Comparison],
    network: Network | None,
    limits: Limits,
    *,
    level: float,
) -> tuple[Answer, ...]:
    """Answer each of some pairs as `answer_questions` does.

    Parameters
    ----------
    pairs : iterable of (str, str)
        First and second treatment, in the order in which their effect is stated.
    comparisons, network, level
        As in `answer_questions`.
    limits : Limits
        Writes what limits each answer.

    Returns
    -------
    tuple of Answer
        One for each pair.
    """
    return tuple(_answer(pair, comparisons, network, limits, level) for pair in pairs)


def _answer(
    pair: tuple[str, str],
    comparisons: Sequence[Comparison],
    network: Network | None,
    limits: Limits,
    level: float,
) -> Answer:
    direct = next((each for each in comparisons if (each.treat1, each.treat2) == pair), None)
    if network is not None and set(pair) <= set(network.treatments):
        row, column = (network.treatments.index(node) for node in pair)
        evidence = _evidence(float(network.se[row, column]), float(network.direct_se[row, column]))
        if isfinite(network.estimate[row, column]) and evidence != "direct":
            return _from_network(pair, evidence, direct, limits, network, level)
    if direct is not None and direct.main is not None:
        return _from_pairwise(direct, limits)
    return _nothing(pair, direct, limits)


def _from_network(
    pair: tuple[str, str],
    evidence: str,
    direct: Comparison | None,
    limits: Limits,
    network: Network,
    level: float,
) -> Answer:
    cell = tuple(network.treatments.index(node) for node in pair)
    estimate, se = float(network.estimate[cell]), float(network.se[cell])
    half = NormalDist().inv_cdf((1 + level) / 2) * se
    return Answer(
        treat1=pair[0],
        treat2=pair[1],
        evidence=evidence,
        basis="network",
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        k=direct.k if direct else 0,
        n=direct.n if direct else 0,
        reason=limits.of_indirect(pair, direct) if evidence == "indirect" else limits.of_mixed(pair, direct),
    )


def _evidence(se: float, direct_se: float) -> str:
    if isnan(direct_se):
        return "indirect"
    return "mixed" if se < direct_se * (1 - SAME_SE) else "direct"


def _from_pairwise(direct: Comparison, limits: Limits) -> Answer:
    fit = direct.main
    assert fit is not None
    return Answer(
        treat1=direct.treat1,
        treat2=direct.treat2,
        evidence="direct",
        basis="pairwise",
        estimate=fit.estimate,
        se=fit.se,
        ci_low=fit.ci[0],
        ci_high=fit.ci[1],
        k=direct.k,
        n=direct.n,
        reason=limits.of_direct(direct),
    )


def _nothing(pair: tuple[str, str], direct: Comparison | None, limits: Limits) -> Answer:
    return Answer(
        treat1=pair[0],
        treat2=pair[1],
        evidence="none" if direct is None else "not estimable",
        basis="",
        estimate=nan,
        se=nan,
        ci_low=nan,
        ci_high=nan,
        k=0,
        n=0,
        reason=limits.of_silence(pair, direct),
    )

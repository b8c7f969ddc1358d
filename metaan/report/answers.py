"""What a scenario says of each question of the review, and why it says nothing where it does not."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import isfinite, isnan, nan
from statistics import NormalDist
from typing import TYPE_CHECKING

from metaan.report.wording import counted, joined
from metaan.results.synthesis import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.report.pairs import Order
    from metaan.results.network import Network
    from metaan.results.synthesis import Comparison

__all__ = ["answer_questions"]

SAME_SE = 1e-9
"""Two standard errors this close (relative) are one; the network's is smaller where others contribute."""


def answer_questions(
    comparisons: Sequence[Comparison], network: Network | None, order: Order, *, level: float = 0.95
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

    Returns
    -------
    tuple of Answer
        One for each question; one for each dose where doses are split.
    """
    nodes = {node for each in comparisons for node in (each.treat1, each.treat2)}
    return tuple(_answer(pair, comparisons, network, level) for pair in order.asked(nodes))


def _answer(
    pair: tuple[str, str], comparisons: Sequence[Comparison], network: Network | None, level: float
) -> Answer:
    direct = next((each for each in comparisons if (each.treat1, each.treat2) == pair), None)
    if network is not None and set(pair) <= set(network.treatments):
        row, column = (network.treatments.index(node) for node in pair)
        evidence = _evidence(float(network.se[row, column]), float(network.direct_se[row, column]))
        if isfinite(network.estimate[row, column]) and evidence != "direct":
            return _from_network(pair, evidence, direct, comparisons, network, level)
    if direct is not None and direct.main is not None:
        return _from_pairwise(direct)
    return _nothing(pair, direct, comparisons)


def _from_network(
    pair: tuple[str, str],
    evidence: str,
    direct: Comparison | None,
    comparisons: Sequence[Comparison],
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
        reason=_through(pair, direct, comparisons, network) if evidence == "indirect" else _few(direct),
    )


def _evidence(se: float, direct_se: float) -> str:
    if isnan(direct_se):
        return "indirect"
    return "mixed" if se < direct_se * (1 - SAME_SE) else "direct"


def _from_pairwise(direct: Comparison) -> Answer:
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
        reason=_few(direct),
    )


def _few(direct: Comparison | None) -> str:
    if direct is None or direct.k != 1:
        return ""
    return "One study compares them directly."


def _nothing(pair: tuple[str, str], direct: Comparison | None, comparisons: Sequence[Comparison]) -> Answer:
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
        reason=_why_nothing(pair, direct, comparisons),
    )


def _why_nothing(pair: tuple[str, str], direct: Comparison | None, comparisons: Sequence[Comparison]) -> str:
    if direct is not None:
        notes = dict.fromkeys(one.note for one in direct.studies if one.note)
        compare = "study compares" if len(direct.studies) == 1 else "studies compare"
        count = counted(len(direct.studies), "", "").strip().capitalize()
        return f"{count} {compare} them, but none is estimable: {'; '.join(notes)}."
    known = {node for each in comparisons for node in (each.treat1, each.treat2)}
    absent = [node for node in pair if node not in known]
    if absent:
        return f"There are no usable data for {joined(absent, 'or')} in this analysis."
    links = _links(comparisons)
    alone = [node for node in pair if node not in links]
    if alone:
        return f"No study of {joined(alone, 'or')} is estimable in this analysis."
    if _path(links, *pair):
        return "No study compares them directly, and this analysis has no network."
    first, second = (joined(sorted(_reach(links, node) - {node}), "and") for node in pair)
    return (
        "No study compares them and no chain of comparisons connects them:"
        f" {pair[0]} is connected only with {first}, and {pair[1]} only with {second}."
    )


def _through(
    pair: tuple[str, str], direct: Comparison | None, comparisons: Sequence[Comparison], network: Network
) -> str:
    links = _links(comparisons)
    path = _path(links, *pair)
    edges = [
        f"{first} and {second}, {counted(links[first][second], 'study', 'studies')}"
        for first, second in pairwise(path)
    ]
    nobody = "No study compares them" if direct is None else "No estimable study compares them"
    others = ", and by other chains" if _path(_without(links, path), *pair) else ""
    said = f"{nobody}; the estimate goes through {joined(path[1:-1], 'and')} ({'; '.join(edges)}){others}."
    part = next(each for each in network.components if pair[0] in each.treatments)
    if part.Q_dof == 0:
        said += " Neither heterogeneity nor inconsistency can be estimated."
    return said


def _without(links: dict[str, dict[str, int]], path: tuple[str, ...]) -> dict[str, dict[str, int]]:
    gone = {frozenset(edge) for edge in pairwise(path)}
    return {
        node: {other: k for other, k in beside.items() if frozenset((node, other)) not in gone}
        for node, beside in links.items()
    }


def _links(comparisons: Sequence[Comparison]) -> dict[str, dict[str, int]]:
    """Map each treatment to its neighbours with the number of studies between them."""
    links: dict[str, dict[str, int]] = {}
    for each in comparisons:
        if each.k:
            links.setdefault(each.treat1, {})[each.treat2] = each.k
            links.setdefault(each.treat2, {})[each.treat1] = each.k
    return links


def _reach(links: dict[str, dict[str, int]], start: str) -> set[str]:
    return {node for node in links if node == start or _path(links, start, node)}


def _path(links: dict[str, dict[str, int]], start: str, end: str) -> tuple[str, ...]:
    """Find a shortest chain of comparisons; empty where there is none."""
    waiting: deque[tuple[str, ...]] = deque([(start,)])
    seen = {start}
    while waiting:
        path = waiting.popleft()
        if path[-1] == end:
            return path
        for node in sorted(links[path[-1]]):
            if node not in seen:
                seen.add(node)
                waiting.append((*path, node))
    return ()

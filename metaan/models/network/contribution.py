"""What each direct comparison, or each study, contributes to the estimates of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import is_one_of
from metaan.errors import InputError
from metaan.models.network.flow import evidence_flow
from metaan.models.network.streams import DIVISIONS
from metaan.results.contribution import NOT_JUDGED, Contributions, JudgedContributions
from metaan.results.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.models.network.flow import Flow
    from metaan.results.network import Network
    from metaan.types import FloatArray

__all__ = ["contribution_by_judgement", "contributions"]

SOURCES = ("comparisons", "studies")

ONLY_DIRECT = 1 - 1e-9
"""Share of direct evidence above which the rest is rounding."""


def contributions(
    network: Network, *, of: str = "comparisons", method: str = "shortestpath", model: str = "random"
) -> Contributions:
    """Tell how much of each network estimate comes from each direct comparison or study.

    Every row of the hat matrix is a flow of 1 from one treatment to the other. The flow is divided into
    paths, and each path shares its flow equally among its edges; a comparison's contribution is shared among
    its studies in proportion to their weights there.

    Parameters
    ----------
    network : Network
        As `network` gives it.
    of : {"comparisons", "studies"}, default "comparisons"
        What contributes.
    method : {"shortestpath", "randomwalk"}, default "shortestpath"
        How the flow is divided: shortest paths first, each as wide as it gets, and of paths of equal length
        the one by the earlier treatments first; or by the probability that a walker who follows the flow
        takes the path. The second does not depend on the names of the treatments.
    model : {"random", "common"}, default "random"
        Whose weights to use.

    Returns
    -------
    Contributions
        Estimates and sources of every component; a source of another component contributes 0.
        `proportion_direct` is the one of `split_nodes`.

    Raises
    ------
    InputError
        Another word for `of`, `method` or `model`.

    References
    ----------
    Papakonstantinou T, Nikolakopoulou A, Rücker G, et al. Estimating the contribution of studies in network
    meta-analysis: paths, flows and streams. F1000Research 2018; 7: 610.
    Davies AL, Papakonstantinou T, Nikolakopoulou A, Rücker G, Galla T. Network meta-analysis and random
    walks. Statistics in Medicine 2022; 41: 2091-2114.
    Rücker G, Papakonstantinou T, Nikolakopoulou A, et al. Shortest path or random walks? A framework for path
    weights in network meta-analysis. Statistics in Medicine 2024; 43: 4287-4304.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> found = contributions(fit, of="studies", model="common")
    >>> found.pairs[0], dict(zip(found.sources, found.shares[0].round(3).tolist()))
    (('A', 'B'), {'a': 0.792, 'b': 0.104, 'c': 0.104})
    """
    if not is_one_of(of, SOURCES):
        raise InputError(f"of = {of!r} is not known; give 'comparisons' or 'studies'.")
    if not is_one_of(method, DIVISIONS):
        raise InputError(f"method = {method!r} is not known; give 'shortestpath' or 'randomwalk'.")
    flow = evidence_flow(network, model)
    shares = DIVISIONS[method](flow.values, flow.pairs, flow.edges)
    names = network.treatments
    sources = tuple(f"{names[i]}:{names[j]}" for i, j in flow.edges.tolist())
    if of == "studies":
        shares, sources = shares @ _split(flow), flow.studies
    return Contributions(
        pairs=tuple((names[i], names[j]) for i, j in flow.pairs.tolist()),
        sources=sources,
        shares=frozen(shares),
        proportion_direct=frozen(_proportion_direct(network, model)[tuple(flow.pairs.T)]),
        of=of,
        method=method,
        model=model,
        notes=(*flow.notes, *(_uphill_studies(flow) if of == "studies" else ())),
    )


def contribution_by_judgement(
    contributions: Contributions, judgements: Mapping[str, str]
) -> JudgedContributions:
    """Carry judgements on studies, such as the risk of bias, through their contributions.

    Parameters
    ----------
    contributions : Contributions
        Of studies.
    judgements : mapping of str to str
        Study to the word for its judgement; an empty word is none.

    Returns
    -------
    JudgedContributions
        Studies without a judgement count as "not judged"; nothing is assumed about them.

    Raises
    ------
    InputError
        Contributions of comparisons.

    References
    ----------
    Nikolakopoulou A, Higgins JPT, Papakonstantinou T, et al. CINeMA: an approach for assessing confidence in
    the results of a network meta-analysis. PLoS Medicine 2020; 17: e1003082.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> found = contributions(fit, of="studies", model="common")
    >>> judged = contribution_by_judgement(found, {"a": "low", "b": "high"})
    >>> dict(zip(judged.judgements, judged.shares[0].round(3).tolist()))
    {'low': 0.792, 'high': 0.104, 'not judged': 0.104}
    """
    if contributions.of != "studies":
        raise InputError(
            "these are contributions of comparisons, but studies were judged; give those with of='studies'."
        )
    studies = contributions.sources
    word = {study: judgements.get(study) or NOT_JUDGED for study in studies}
    held = set(word.values())
    order = [found for found in dict.fromkeys(judgements.values()) if found in held - {NOT_JUDGED}]
    order += [NOT_JUDGED] if NOT_JUDGED in held else []
    member = np.array([[word[study] == found for found in order] for study in studies], dtype=np.float64)
    missing = [study for study in studies if word[study] == NOT_JUDGED]
    strange = [study for study in judgements if study not in word]
    notes = ((missing, "not judged: "), (strange, "judged, but not a study of this network: "))
    return JudgedContributions(
        pairs=contributions.pairs,
        judgements=tuple(order),
        shares=frozen(contributions.shares @ member),
        notes=tuple(f"{says}{', '.join(found)}" for found, says in notes if found),
    )


def _split(flow: Flow) -> FloatArray:
    """Give the share of each study in each comparison, shape (s, k); rows sum to 1."""
    size = np.abs(flow.weights)
    return np.asarray(size / size.sum(axis=1, keepdims=True))


def _uphill_studies(flow: Flow) -> tuple[str, ...]:
    found = [flow.studies[column] for column in np.flatnonzero((flow.weights < 0).any(axis=0)).tolist()]
    if not found:
        return ()
    return (
        f"negative weight of {', '.join(found)} in a comparison: its standard errors are not those of "
        "independent arms; the size of the weight is what counts",
    )


def _proportion_direct(network: Network, model: str) -> FloatArray:
    """Divide the precision of the direct estimates by that of the network's; 0 where there are none."""
    direct_se = network.direct_se if model == "random" else _common_direct_se(network)
    se = network.se if model == "random" else network.common_se
    share = np.minimum(1.0, np.nan_to_num((se / direct_se) ** 2))
    return np.where(share < ONLY_DIRECT, share, 1.0)


def _common_direct_se(network: Network) -> FloatArray:
    used, n = network.contrasts, len(network.treatments)
    code = {treatment: position for position, treatment in enumerate(network.treatments)}
    one = [code[treatment] for treatment in used.treat1]
    two = [code[treatment] for treatment in used.treat2]
    unit = float(np.median(used.sei))
    precision = np.zeros((n, n))
    np.add.at(precision, (one, two), (unit / used.sei) ** 2)
    precision = precision + precision.T
    precision[precision == 0] = np.nan
    return np.asarray(unit / np.sqrt(precision))

"""Node splitting: what a comparison's own studies say, and what the rest of the network says."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from metaan.effects.cells import is_one_of
from metaan.errors import InputError
from metaan.linalg import project
from metaan.models.heterogeneity import I2_from_Q
from metaan.models.network.design import connected_parts, stack
from metaan.models.network.rows import reread, studies_of
from metaan.results.network import NodeSplit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from metaan.models.network.design import Evidence, Study
    from metaan.results.network import Component, Network
    from metaan.types import FloatArray

__all__ = ["split_nodes"]

ONLY_DIRECT = 1 - 1e-9
"""Share of direct evidence above which the rest is rounding."""

NO_WAY_ROUND = "there is no indirect evidence to compare with"


def split_nodes(network: Network, *, method: str = "back-calculation") -> tuple[NodeSplit, ...]:
    """Set the direct evidence of each comparison against the indirect evidence.

    Back-calculation: the network's estimate is the precision-weighted mean of the direct and the indirect
    one, so the indirect one follows from the other two. SIDDE (separate indirect from direct design
    evidence): every study that compares both treatments is left out, a multi-arm study with all its arms, and
    the indirect estimate is that of the network of the other studies. Without multi-arm studies the two are
    the same. With them, back-calculation keeps as indirect evidence what a study of A, B and C says on A
    against B by way of C, which cannot disagree with its direct evidence; SIDDE does not, and is independent
    of the direct evidence, but leaves out more.

    Both take the network's tau2 (of the comparison's component) for the direct and the indirect estimate: the
    model has one tau2 for all comparisons, and a part of the studies often cannot estimate its own.

    Parameters
    ----------
    network : Network
        As `network` gives it.
    method : {"back-calculation", "SIDDE"}, default "back-calculation"
        How the indirect evidence is set apart.

    Returns
    -------
    tuple of NodeSplit
        One for each pair that studies compare directly, in the order of the treatments; those of every
        component. The indirect estimate is `nan`, with a note, where no other way leads round: under SIDDE
        where the studies left out were the only link. `proportion_direct` is that of the network's estimate
        whatever the method.

    Raises
    ------
    InputError
        Another word for `method`.

    References
    ----------
    Dias S, Welton NJ, Caldwell DM, Ades AE. Checking consistency in mixed treatment comparison meta-analysis.
    Statistics in Medicine 2010; 29: 932-944.
    König J, Krahn U, Binder H. Visualizing the flow of evidence in network meta-analysis and characterizing
    mixed treatment comparisons. Statistics in Medicine 2013; 32: 5414-5429.
    Efthimiou O, Rücker G, Schwarzer G, Higgins JPT, Egger M, Salanti G. Network meta-analysis of rare events
    using the Mantel-Haenszel method. Statistics in Medicine 2019; 38: 2992-3012.

    Examples
    --------
    >>> from metaan import network
    >>> triangle = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> for row in split_nodes(triangle):
    ...     print(row.treat1, row.treat2, round(row.direct, 3), round(row.indirect, 3), round(row.pvalue, 3))
    A B 0.5 0.25 0.569
    A C 0.45 0.7 0.569
    B C 0.2 -0.05 0.569
    """
    if not is_one_of(method, METHODS):
        raise InputError(f"method = {method!r} is not known; give {' or '.join(map(repr, METHODS))}.")
    pairs = [(i, j) for i, j in np.argwhere(np.triu(network.direct_studies) > 0).tolist()]
    indirect = METHODS[method](network, pairs)
    return tuple(_split(network, i, j, *found) for (i, j), found in zip(pairs, indirect, strict=True))


def _split(network: Network, i: int, j: int, indirect: float, indirect_se: float, note: str) -> NodeSplit:
    direct, direct_se = float(network.direct_estimate[i, j]), float(network.direct_se[i, j])
    difference_se = hypot(direct_se, indirect_se)
    return NodeSplit(
        treat1=network.treatments[i],
        treat2=network.treatments[j],
        studies=int(network.direct_studies[i, j]),
        direct=direct,
        direct_se=direct_se,
        indirect=indirect,
        indirect_se=indirect_se,
        difference=direct - indirect,
        difference_se=difference_se,
        pvalue=float(2 * ndtr(-abs(direct - indirect) / difference_se)),
        proportion_direct=_share(network, i, j),
        I2=_between(network, i, j),
        notes=(note,) if note else (),
    )


def _between(network: Network, i: int, j: int) -> float:
    """Compare the effects of the studies of one pair with each other."""
    if network.direct_studies[i, j] < 2:
        return nan
    used, pair = network.contrasts, {network.treatments[i], network.treatments[j]}
    rows = [row for row, each in enumerate(zip(used.treat1, used.treat2, strict=True)) if set(each) == pair]
    first = np.array([used.treat1[row] == network.treatments[i] for row in rows])
    yi, weights = np.where(first, 1, -1) * used.yi[rows], used.sei[rows] ** -2.0
    mean = weights @ yi / weights.sum()
    return I2_from_Q(float(weights @ (yi - mean) ** 2), len(rows) - 1)


def _share(network: Network, i: int, j: int) -> float:
    share = float(network.se[i, j] / network.direct_se[i, j]) ** 2
    return share if share < ONLY_DIRECT else 1.0


def _back_calculated(network: Network, pairs: Sequence[tuple[int, int]]) -> list[tuple[float, float, str]]:
    return [_what_is_missing(network, i, j) for i, j in pairs]


def _what_is_missing(network: Network, i: int, j: int) -> tuple[float, float, str]:
    """Give the estimate that makes the direct one into the network's."""
    share = _share(network, i, j)
    if share == 1:
        return nan, nan, NO_WAY_ROUND
    direct, direct_se = float(network.direct_estimate[i, j]), float(network.direct_se[i, j])
    indirect = float(network.estimate[i, j] - share * direct) / (1 - share)
    return indirect, direct_se * sqrt(share / (1 - share)), ""


def _set_apart(network: Network, pairs: Sequence[tuple[int, int]]) -> list[tuple[float, float, str]]:
    """Fit the network anew for each pair, without the studies that compare both."""
    evidence = reread(network)
    rows = [_Rows.of(evidence, component) for component in network.components]
    home = {arm: part for part in rows for study in part.studies for arm in study.arms}
    return [_without(home[i], i, j, evidence.scale) for i, j in pairs]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """The rows of a component, each with the number of its study."""

    studies: list[Study]
    X: FloatArray
    yi: FloatArray
    vi: FloatArray
    owner: NDArray[np.int_]

    @classmethod
    def of(cls, evidence: Evidence, component: Component) -> _Rows:
        studies = studies_of(evidence, component)
        X, yi, vi = stack(studies, len(evidence.treatments))
        owner = np.repeat(np.arange(len(studies)), [len(study.yi) for study in studies])
        tau2 = float(np.nan_to_num(component.tau2)) / evidence.scale**2
        return cls(studies=studies, X=X, yi=yi, vi=vi + tau2, owner=owner)


def _without(part: _Rows, i: int, j: int, scale: float) -> tuple[float, float, str]:
    rest = [n for n, study in enumerate(part.studies) if not (i in study.arms and j in study.arms)]
    groups = connected_parts([part.studies[n] for n in rest], part.X.shape[1])
    columns = next(group for group in groups if i in group)
    if j not in columns:
        return nan, nan, f"{NO_WAY_ROUND}: no path of studies is left without those that compare both"
    kept = np.isin(part.owner, [n for n in rest if part.studies[n].arms[0] in columns])
    others = [column for column in columns if column != j]
    fit = project(part.X[kept][:, others], part.yi[kept], part.vi[kept])
    place = others.index(i)
    return float(fit.beta[place]) * scale, float(np.linalg.norm(fit.inverse[place])) * scale, ""


METHODS: dict[str, Callable[[Network, Sequence[tuple[int, int]]], list[tuple[float, float, str]]]] = {
    "back-calculation": _back_calculated,
    "SIDDE": _set_apart,
}

"""Loops of three direct comparisons, after Bucher."""

from __future__ import annotations

from itertools import combinations
from math import hypot, nan
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from metaan.errors import InputError
from metaan.results.inconsistency import Loop

if TYPE_CHECKING:
    from metaan.results.network import Network

__all__ = ["bucher", "bucher_indirect"]


def bucher(network: Network) -> tuple[Loop, ...]:
    """Set the direct estimate of every closed triangle against its way round by the third treatment.

    Each side is the inverse-variance pool of the studies that compare its two treatments, with the network's
    tau2 (of its component). The difference is the same for each side that is called direct, but for its sign.

    Parameters
    ----------
    network : Network
        As `network` gives it.

    Returns
    -------
    tuple of Loop
        In the order of the treatments; those of every component. Where a multi-arm study gives evidence to
        more than one side, `independent` is False and a note names it. A triangle all of whose studies
        compare its three treatments cannot disagree with itself: its difference is `nan`, with a note.

    References
    ----------
    Bucher HC, Guyatt GH, Griffith LE, Walter SD. The results of direct and indirect treatment comparisons in
    meta-analysis of randomized controlled trials. Journal of Clinical Epidemiology 1997; 50: 683-691.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> for loop in bucher(fit):
    ...     print(loop.treatments, round(loop.difference, 3), round(loop.difference_se, 3))
    ('A', 'B', 'C') 0.25 0.439
    """
    n = len(network.treatments)
    arms = _arms(network)
    sides = network.direct_studies > 0
    return tuple(
        _loop(network, (i, j, k), arms)
        for i, j in combinations(range(n), 2)
        if sides[i, j]
        for k in range(j + 1, n)
        if sides[i, k] and sides[j, k]
    )


def bucher_indirect(d_ab: float, se_ab: float, d_cb: float, se_cb: float) -> tuple[float, float]:
    """Compare A with C by way of B, from two independent estimates against B.

    Parameters
    ----------
    d_ab, d_cb : float
        A minus B, and C minus B; ratio measures on the log scale.
    se_ab, se_cb : float
        Their standard errors.

    Returns
    -------
    estimate, se : float
        A minus C.

    Raises
    ------
    InputError
        For an estimate that is not finite, or a standard error that is not positive and finite.

    References
    ----------
    Bucher HC, Guyatt GH, Griffith LE, Walter SD. The results of direct and indirect treatment comparisons in
    meta-analysis of randomized controlled trials. Journal of Clinical Epidemiology 1997; 50: 683-691.

    Examples
    --------
    >>> bucher_indirect(0.5, 0.3, 0.2, 0.4)
    (0.3, 0.5)
    """
    faults = [
        f"{name} = {value!r} is not a finite number; give the estimate"
        for name, value in (("d_ab", d_ab), ("d_cb", d_cb))
        if not _is_finite(value)
    ]
    faults += [
        f"{name} = {value!r} is not a standard error; give a positive number"
        for name, value in (("se_ab", se_ab), ("se_cb", se_cb))
        if not (_is_finite(value) and value > 0)
    ]
    if faults:
        raise InputError(f"{'; '.join(faults)}.")
    return float(d_ab - d_cb), hypot(se_ab, se_cb)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and bool(np.isfinite(value))


def _arms(network: Network) -> dict[str, set[str]]:
    used = network.contrasts
    arms: dict[str, set[str]] = {name: set() for name in network.multiarm}
    for name, one, two in zip(used.study, used.treat1, used.treat2, strict=True):
        if name in arms:
            arms[name] |= {one, two}
    return arms


def _loop(network: Network, corners: tuple[int, int, int], arms: dict[str, set[str]]) -> Loop:
    i, j, k = corners
    d, se = network.direct_estimate, network.direct_se
    direct, direct_se = float(d[i, j]), float(se[i, j])
    indirect, indirect_se = float(d[i, k] - d[j, k]), hypot(se[i, k], se[j, k])
    names = (network.treatments[i], network.treatments[j], network.treatments[k])
    shared = [name for name, treatments in arms.items() if treatments.issuperset(names)]
    closed_within = all(network.direct_studies[pair] == len(shared) for pair in ((i, j), (i, k), (j, k)))
    difference = nan if closed_within else direct - indirect
    difference_se = nan if closed_within else hypot(direct_se, indirect_se)
    half = float(ndtri((1 + network.level) / 2)) * difference_se
    return Loop(
        treatments=names,
        direct=direct,
        direct_se=direct_se,
        indirect=indirect,
        indirect_se=indirect_se,
        difference=difference,
        difference_se=difference_se,
        low=difference - half,
        high=difference + half,
        pvalue=float(2 * ndtr(-abs(difference) / difference_se)),
        independent=not shared,
        notes=_notes(shared, closed_within),
    )


def _notes(shared: list[str], closed_within: bool) -> tuple[str, ...]:
    told = f"{'study' if len(shared) == 1 else 'studies'} {', '.join(map(repr, shared))}"
    if closed_within:
        return (
            f"nothing to compare: every study of this loop compares all three treatments ({told}), and "
            "one study cannot disagree with itself",
        )
    if shared:
        return (
            f"{told}: evidence on every side comes from the same study, so that direct and indirect are not "
            "independent and the p-value is only a guide",
        )
    return ()

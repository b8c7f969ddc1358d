"""The network of a scenario, or the reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from metaan.errors import InputError
from metaan.models.network.fit import network
from metaan.models.network.tau2 import ESTIMATORS
from metaan.report.wording import counted, joined
from metaan.results.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.report.pairs import Order
    from metaan.results.network import Contrasts, Network
    from metaan.review.settle import Settled

__all__ = ["fit_network", "network_method"]

FALLBACK = "REML"


def fit_network(
    contrasts: Contrasts, choices: Settled, order: Order, *, wanted: bool = True, level: float = 0.95
) -> tuple[Network | None, tuple[str, ...]]:
    """Fit the network that a scenario's contrasts make.

    Parameters
    ----------
    contrasts : Contrasts
        All estimable contrasts.
    choices : Settled
        The tau2 estimator asked for.
    order : Order
        Tells the reference.
    wanted : bool
        The plan asks for a network.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    network : Network or None
        None where there is none.
    notes : tuple of str
        The reason, or what must be known of the fit.
    """
    if not wanted:
        return None, ("the plan asks for no network",)
    complete, notes = _complete(contrasts)
    treatments = sorted({*complete.treat1, *complete.treat2})
    if len(treatments) < 3:
        held = f" ({joined(treatments, 'and')})" if treatments else ""
        return None, (*notes, f"no network: it takes three treatments, and there are {len(treatments)}{held}")
    method, said = network_method(choices.method)
    reference = order.reference if order.reference in treatments else None
    fit = partial(_fit, reference=reference, method=method, level=level)
    try:
        return fit(complete), (*notes, *said)
    except InputError as error:
        faults = _contradictions(complete, partial(_fit, reference=None, method=method, level=level))
        if not faults:
            return None, (*notes, f"no network: {error}")
        why = tuple(f"the network leaves out {study}: {fault}" for study, fault in faults.items())
        sound = _only(complete, lambda study: study not in faults)
        again, more = fit_network(sound, choices, order, level=level)
        return again, (*notes, *why, *more)


def network_method(asked: str) -> tuple[str, tuple[str, ...]]:
    """Choose the network's tau2 estimator, and say so where it is not the one asked for.

    Parameters
    ----------
    asked : str
        The estimator of the pairwise analyses.

    Returns
    -------
    method : str
        The same where networks have it, else REML.
    notes : tuple of str
        Empty where it is the same.

    Examples
    --------
    >>> network_method("PM")
    ('REML', ('the network takes τ² by REML: PM is defined for pairwise pooling only',))
    """
    if asked in ESTIMATORS:
        return asked, ()
    return FALLBACK, (f"the network takes τ² by {FALLBACK}: {asked} is defined for pairwise pooling only",)


def _fit(contrasts: Contrasts, *, reference: str | None, method: str, level: float) -> Network:
    return network(
        contrasts.study,
        contrasts.treat1,
        contrasts.treat2,
        contrasts.yi,
        contrasts.sei,
        reference=reference,
        method=method,
        level=level,
    )


def _complete(contrasts: Contrasts) -> tuple[Contrasts, tuple[str, ...]]:
    """Leave out multi-arm studies that did not report every contrast: their covariances are unknown."""
    short = [
        study
        for study, nodes in _nodes(contrasts).items()
        if contrasts.study.count(study) < len(nodes) * (len(nodes) - 1) // 2
    ]
    if not short:
        return contrasts, ()
    note = f"the network leaves out {counted(len(short), 'study', 'studies')} ({joined(short, 'and')}):"
    why = "a multi-arm study must report every contrast between its arms"
    return _only(contrasts, lambda study: study not in short), (f"{note} {why}",)


def _contradictions(contrasts: Contrasts, fit: Callable[[Contrasts], Network]) -> dict[str, str]:
    """Find the multi-arm studies whose printed contrasts cannot all be true, each with its fault."""
    faults = {}
    for study, nodes in _nodes(contrasts).items():
        if len(nodes) > 2:
            try:
                fit(_only(contrasts, study.__eq__))
            except InputError as error:
                faults[study] = str(error)
    return faults


def _nodes(contrasts: Contrasts) -> dict[str, set[str]]:
    nodes: dict[str, set[str]] = {}
    for study, *pair in zip(contrasts.study, contrasts.treat1, contrasts.treat2, strict=True):
        nodes.setdefault(study, set()).update(pair)
    return nodes


def _only(contrasts: Contrasts, keeps: Callable[[str], bool]) -> Contrasts:
    kept = [index for index, study in enumerate(contrasts.study) if keeps(study)]
    return replace(
        contrasts,
        study=tuple(contrasts.study[index] for index in kept),
        treat1=tuple(contrasts.treat1[index] for index in kept),
        treat2=tuple(contrasts.treat2[index] for index in kept),
        yi=frozen(contrasts.yi[kept]),
        sei=frozen(contrasts.sei[kept]),
    )

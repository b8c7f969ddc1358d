"""The network of a scenario, or the reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from metaan.models.network.fit import network
from metaan.models.network.tau2 import ESTIMATORS
from metaan.report.wording import counted, joined
from metaan.results.frozen import frozen

if TYPE_CHECKING:
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
    fit = network(
        complete.study,
        complete.treat1,
        complete.treat2,
        complete.yi,
        complete.sei,
        reference=order.reference if order.reference in treatments else None,
        method=method,
        level=level,
    )
    return fit, (*notes, *said)


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
    ('REML', ('the network takes tau2 by REML: PM is defined for pairwise pooling only',))
    """
    if asked in ESTIMATORS:
        return asked, ()
    return FALLBACK, (f"the network takes tau2 by {FALLBACK}: {asked} is defined for pairwise pooling only",)


def _complete(contrasts: Contrasts) -> tuple[Contrasts, tuple[str, ...]]:
    """Leave out multi-arm studies that did not report every contrast: their covariances are unknown."""
    arms: dict[str, set[str]] = {}
    for study, *pair in zip(contrasts.study, contrasts.treat1, contrasts.treat2, strict=True):
        arms.setdefault(study, set()).update(pair)
    short = [
        study
        for study, nodes in arms.items()
        if contrasts.study.count(study) < len(nodes) * (len(nodes) - 1) // 2
    ]
    if not short:
        return contrasts, ()
    keep = np.array([study not in short for study in contrasts.study], dtype=bool)
    note = f"the network leaves out {counted(len(short), 'study', 'studies')} ({joined(short, 'and')}):"
    return replace(
        contrasts,
        study=_kept(contrasts.study, keep),
        treat1=_kept(contrasts.treat1, keep),
        treat2=_kept(contrasts.treat2, keep),
        yi=frozen(contrasts.yi[keep]),
        sei=frozen(contrasts.sei[keep]),
    ), (f"{note} a multi-arm study must report every contrast between its arms",)


def _kept(labels: tuple[str, ...], keep: np.ndarray) -> tuple[str, ...]:
    return tuple(label for label, kept in zip(labels, keep, strict=True) if kept)

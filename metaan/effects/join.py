"""Contrasts from several sources in one network: from arms, from printed effects, or both."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError
from metaan.results.frozen import frozen
from metaan.results.network import Contrasts

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["join_contrasts"]


def join_contrasts(*parts: Contrasts) -> Contrasts:
    """Put contrasts of different studies together, such as those from arms and those that papers print.

    Parameters
    ----------
    *parts : Contrasts
        Each with all contrasts of its studies. An empty `measure` means effects as given: they take the
        measure of the others.

    Returns
    -------
    Contrasts
        In the order of the parts, with the notes, the studies left out and the ledgers of all.

    Raises
    ------
    InputError
        Where a study is in two parts, parts have different measures, or there is no part.

    Examples
    --------
    >>> from metaan import contrasts
    >>> arms = contrasts("OR", ["s", "s"], ["A", "B"], events=[4, 8], n=[40, 40])
    >>> printed = Contrasts(study=("t",), treat1=("B",), treat2=("C",), yi=[0.4], sei=[0.3], measure="")
    >>> both = join_contrasts(arms, printed)
    >>> both.study, both.measure, both.yi.round(3).tolist()
    (('s', 't'), 'OR', [-0.811, 0.4])
    """
    if not parts:
        raise InputError("there are no contrasts to join; give at least one value that contrasts() made.")
    measures = list(dict.fromkeys(part.measure for part in parts if part.measure))
    if len(measures) > 1:
        raise InputError(
            f"the contrasts have different measures ({', '.join(measures)}); compute all of them in one."
        )
    _refuse_shared(parts)
    return Contrasts(
        study=_all(part.study for part in parts),
        treat1=_all(part.treat1 for part in parts),
        treat2=_all(part.treat2 for part in parts),
        yi=frozen(np.concatenate([np.asarray(part.yi, dtype=float) for part in parts])),
        sei=frozen(np.concatenate([np.asarray(part.sei, dtype=float) for part in parts])),
        measure=measures[0] if measures else "",
        notes=_all(part.notes for part in parts),
        left_out=tuple(chain.from_iterable(part.left_out for part in parts)),
        ledger=tuple(chain.from_iterable(part.ledger for part in parts)),
    )


def _refuse_shared(parts: Iterable[Contrasts]) -> None:
    home: dict[str, int] = {}
    shared: dict[str, None] = {}
    for number, part in enumerate(parts):
        for study in chain(part.study, (name for name, _ in part.left_out)):
            if home.setdefault(study, number) != number:
                shared[study] = None
    if shared:
        listed = ", ".join(map(repr, shared))
        raise InputError(
            f"more than one source has the study {listed}; give a study once, from its arms or as effects."
        )


def _all(columns: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(chain.from_iterable(columns))

"""Treatments that a study has twice: their arms taken together, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import column, equal_lengths
from metaan.effects.convert.arms import combine_counts, combine_means
from metaan.effects.labels import label_column
from metaan.errors import InputError
from metaan.results.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

__all__ = ["MergedArms", "merge_arms"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MergedArms:
    """Arms of which no study has two of one treatment.

    Attributes
    ----------
    study, treatment : tuple of str, length a
        Labels, each arm at the place of the first that it is made of.
    cells : mapping of str to ndarray, shape (a,)
        The cells that were given.
    merged : tuple of (str, str, str)
        Study, treatment and how its arms were taken together.
    """

    study: tuple[str, ...]
    treatment: tuple[str, ...]
    cells: Mapping[str, FloatArray]
    merged: tuple[tuple[str, str, str], ...]


def merge_arms(study: ArrayLike, treatment: ArrayLike, **arm_cells: ArrayLike) -> MergedArms:
    """Take the arms of one treatment in one study together, as if they had been one arm.

    Parameters
    ----------
    study, treatment : array_like of labels, shape (a,)
        One row for each arm, in any order.
    **arm_cells : array_like, shape (a,)
        `events` and `n`, or `events` and `time`: they are added up. `mean`, `sd` and `n`: the standard
        deviation holds the differences between the arms' means too.

    Returns
    -------
    MergedArms
        Arms that stand alone are what they were.

    Raises
    ------
    InputError
        Other cells, columns of different length, or numbers that cannot be merged, such as a missing one.

    References
    ----------
    Higgins JPT, Li T, Deeks JJ. Choosing effect measures and computing estimates of effect. In: Cochrane
    Handbook for Systematic Reviews of Interventions, version 6, table 6.5.a.

    Examples
    --------
    >>> found = merge_arms(["s", "s", "s"], ["A", "B", "A"], events=[3, 9, 5], n=[40, 80, 41])
    >>> found.treatment, found.cells["events"].tolist(), found.cells["n"].tolist()
    (('A', 'B'), [8.0, 9.0], [81.0, 80.0])
    >>> found.merged
    (('s', 'A', '2 arms added up: 3/40 + 5/41'),)
    """
    rule = _rule(arm_cells)
    names, treatments = label_column("study", study), label_column("treatment", treatment)
    cells = {name: column(name, values) for name, values in arm_cells.items()}
    labels = {"study": np.zeros(len(names)), "treatment": np.zeros(len(treatments))}
    equal_lengths({**labels, **cells})
    rows_of: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(zip(names, treatments, strict=True)):
        rows_of.setdefault(key, []).append(row)
    made: list[dict[str, float]] = []
    merged: list[tuple[str, str, str]] = []
    for key, rows in rows_of.items():
        arms = {name: values[rows] for name, values in cells.items()}
        if len(rows) == 1:
            made.append({name: float(values[0]) for name, values in arms.items()})
            continue
        together, how = _together(rule, key, arms)
        made.append(together)
        merged.append((*key, how))
    return MergedArms(
        study=tuple(key[0] for key in rows_of),
        treatment=tuple(key[1] for key in rows_of),
        cells={name: frozen([arm[name] for arm in made]) for name in cells},
        merged=tuple(merged),
    )


def _together(
    rule: Callable[[Mapping[str, FloatArray]], tuple[dict[str, float], str]],
    key: tuple[str, str],
    arms: Mapping[str, FloatArray],
) -> tuple[dict[str, float], str]:
    try:
        return rule(arms)
    except InputError as error:
        raise InputError(f"study {key[0]!r}, arms of {key[1]}: {error}") from error


def _counts(arms: Mapping[str, FloatArray]) -> tuple[dict[str, float], str]:
    found = combine_counts(arms["events"], arms["n"])
    return {"events": float(found.events), "n": float(found.n)}, found.how


def _means(arms: Mapping[str, FloatArray]) -> tuple[dict[str, float], str]:
    found = combine_means(arms["n"], arms["mean"], arms["sd"])
    return {"mean": found.mean, "sd": found.sd, "n": float(found.n)}, found.how


def _rates(arms: Mapping[str, FloatArray]) -> tuple[dict[str, float], str]:
    events, time = arms["events"], arms["time"]
    if not (np.all(events >= 0) and np.all(time > 0)):
        raise InputError("events are 0 or more and time is above 0; correct the arm, or leave it out.")
    listed = " + ".join(f"{e:g}/{t:g}" for e, t in zip(events, time, strict=True))
    return {"events": fsum(events), "time": fsum(time)}, f"{len(events)} arms added up: {listed}"


RULES = {
    frozenset({"events", "n"}): _counts,
    frozenset({"mean", "sd", "n"}): _means,
    frozenset({"events", "time"}): _rates,
}


def _rule(cells: Mapping[str, object]) -> Callable[[Mapping[str, FloatArray]], tuple[dict[str, float], str]]:
    found = RULES.get(frozenset(cells))
    if found is None:
        given = ", ".join(cells) or "none"
        raise InputError(
            "arms are merged from events and n, from mean, sd and n, or from events and time; given were"
            f" {given}."
        )
    return found

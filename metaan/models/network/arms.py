"""Arms of rare events: read without correction, and what the methods make of them put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, nan
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import refuse
from metaan.effects.labels import label_column, merged_labels
from metaan.effects.multiarm import (
    ARM_MEASURES,
    UNUSABLE_ARM,
    is_usable_arm,
    read_arm_cells,
    refuse_repeated,
    too_few_arms,
)
from metaan.errors import InputError
from metaan.models.inference import critical_value
from metaan.models.network.inconsistency import q_pvalue
from metaan.results.frozen import frozen
from metaan.results.network import ArmNote
from metaan.results.rare_network import RareComponent, RareNetwork

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

__all__ = [
    "LOOSE",
    "MIN_TREATMENTS",
    "ArmEvidence",
    "ArmStudy",
    "RarePart",
    "assemble",
    "by_arms",
    "errors_between",
    "read_arms",
]

ODDS = ARM_MEASURES["OR"]

NOTHING_LEFT = "all its studies are left out"

MIN_TREATMENTS = 2

LOOSE = 10.0
"""Standard error of a log odds ratio beyond which it is no answer: its interval goes from nothing to all."""

LEAST, MOST = 1e-9, 1e15
"""Smallest part of a participant, and most participants, that can be told from rounding."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmStudy:
    """Events of one study.

    Attributes
    ----------
    name : str
        Label.
    arms : tuple of int, length p
        Positions of its treatments, increasing.
    events, sizes : ndarray, shape (p,)
        Participants with the event, and all participants, of each arm.
    """

    name: str
    arms: tuple[int, ...]
    events: FloatArray
    sizes: FloatArray

    @property
    def informative(self) -> bool:
        """Whether two arms or more share events and non-events between them."""
        total = self.events.sum()
        return len(self.arms) >= MIN_TREATMENTS and bool(0 < total < self.sizes.sum())

    def kept(self, arms: Sequence[int]) -> ArmStudy:
        """Give the study with some of its treatments, by position."""
        places = [place for place, arm in enumerate(self.arms) if arm in arms]
        return replace(
            self,
            arms=tuple(self.arms[place] for place in places),
            events=self.events[places],
            sizes=self.sizes[places],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmEvidence:
    """Checked arms of a network.

    Attributes
    ----------
    treatments : tuple of str, length n
        Sorted labels of all treatments given.
    reference : str or None
        One of them.
    studies : tuple of ArmStudy
        Those that carry something, in input order.
    ledger : tuple of ArmNote
        Arms and studies that were left out.
    left_out : tuple of (str, str)
        Studies that carry nothing, each with its reason.
    notes : tuple of str
        Labels that were taken as one.
    """

    treatments: tuple[str, ...]
    reference: str | None
    studies: tuple[ArmStudy, ...]
    ledger: tuple[ArmNote, ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    def labels(self, arms: Sequence[int]) -> tuple[str, ...]:
        """Name treatments by position."""
        return tuple(self.treatments[arm] for arm in arms)

    def without(
        self, studies: Sequence[tuple[ArmStudy, str]], arms: Sequence[tuple[ArmStudy, int, str]] = ()
    ) -> ArmEvidence:
        """List studies, and single arms of studies, that a method leaves out, each with its reason."""
        order = {study.name: place for place, study in enumerate(self.studies)}
        single = [
            (order[study.name], left_out(study.name, self.labels([arm]), why)) for study, arm, why in arms
        ]
        whole = [
            (order[study.name], left_out(study.name, self.labels(study.arms), why)) for study, why in studies
        ]
        gone = {study.name for study, _ in studies}
        listed = sorted([*single, *whole], key=lambda entry: entry[0])
        return replace(
            self,
            studies=tuple(study for study in self.studies if study.name not in gone),
            ledger=(*self.ledger, *(entry for _, entry in listed)),
            left_out=(
                *self.left_out,
                *((note.study, note.reason) for _, note in sorted(whole, key=lambda entry: entry[0])),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RarePart:
    """What a method says of treatments that it can compare.

    Attributes
    ----------
    columns : tuple of int, length p
        Positions of the treatments, increasing.
    studies : frozenset of str
        Which studies it rests on.
    means : ndarray, shape (p,)
        Log odds of each treatment, up to a common constant.
    roots : ndarray, shape (p, q)
        Rows whose differences have the squared length of the effects' variances.
    Q, dof : float
        Inconsistency between designs.
    notes : tuple of str
        What must be known.
    """

    columns: tuple[int, ...]
    studies: frozenset[str]
    means: FloatArray
    roots: FloatArray
    Q: float
    dof: int
    notes: tuple[str, ...] = ()


def read_arms(
    study: ArrayLike,
    treatment: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    reference: str | None = None,
    whole: bool = False,
) -> ArmEvidence:
    """Check the arms of a network; nothing is added to any cell.

    Parameters
    ----------
    study, treatment : array_like of labels, shape (a,)
        One row for each arm, in any order.
    events, n : array_like, shape (a,)
        Participants with the event and all participants.
    reference : str, optional
        A treatment.
    whole : bool, default False
        Refuse counts that are not whole numbers.

    Returns
    -------
    ArmEvidence
        An arm with a missing cell or without participants is left out; so is a study with fewer than two
        arms, without any event, or with events only. The ledger lists them.

    Raises
    ------
    InputError
        Columns of different length, values that cannot be, a missing label, a treatment that a study has
        twice, an unknown reference, fractions where counts must be whole.

    Examples
    --------
    >>> found = read_arms(["s", "s", "t", "t"], list("ABAB"), [1, 2, 0, 0], [9, 9, 8, 8])
    >>> [study.name for study in found.studies], found.left_out
    (['s'], (('t', 'no arm has an event, so it says nothing about a ratio'),))
    """
    names, labels = label_column("study", study), label_column("treatment", treatment)
    cells = read_arm_cells(ODDS, {"events": events, "n": n}, len(names), len(labels))
    if whole:
        for name, values in cells.items():
            refuse(name, values, values % 1 > 0, "is not a whole number; this model needs counts")
    _refuse_extremes(cells)
    rows_of: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows_of.setdefault(name, []).append(row)
    refuse_repeated(rows_of, labels)
    treatments = tuple(sorted(set(labels)))
    if reference is not None and reference not in treatments:
        raise InputError(
            f"reference = {reference!r} is not a treatment of this network; give one of "
            f"{', '.join(map(repr, treatments))}."
        )
    studies: list[ArmStudy] = []
    ledger: list[ArmNote] = []
    for name, rows in rows_of.items():
        usable = [row for row in rows if is_usable_arm(cells, row)]
        ledger += [left_out(name, (labels[row],), UNUSABLE_ARM) for row in rows if row not in usable]
        used = {cell: values[usable] for cell, values in cells.items()}
        told = [labels[row] for row in usable]
        reason = too_few_arms(told) or ODDS.says_nothing(used)
        if reason:
            ledger.append(left_out(name, tuple(told), reason))
        else:
            studies.append(_sorted_study(name, [treatments.index(label) for label in told], used))
    kept = {found.name for found in studies}
    return ArmEvidence(
        treatments=treatments,
        reference=reference,
        studies=tuple(studies),
        ledger=tuple(ledger),
        left_out=tuple((note.study, note.reason) for note in _last_words(ledger) if note.study not in kept),
        notes=(*merged_labels("study", [study]), *merged_labels("treatment", [treatment])),
    )


def by_arms(studies: Sequence[ArmStudy]) -> dict[tuple[int, ...], list[ArmStudy]]:
    """Group studies that compare the same treatments, in the order of their first study."""
    groups: dict[tuple[int, ...], list[ArmStudy]] = {}
    for study in studies:
        groups.setdefault(study.arms, []).append(study)
    return groups


def errors_between(roots: FloatArray) -> FloatArray:
    """Give the standard errors of all differences, shape (p, p), from the rows of `RarePart.roots`."""
    return np.sqrt([((roots - root) ** 2).sum(axis=1) for root in roots])


def left_out(study: str, arms: tuple[str, ...], reason: str) -> ArmNote:
    """Enter in the ledger that arms of a study carry nothing."""
    return ArmNote(study=study, action="left_out", arms=arms, reason=reason)


def assemble(
    evidence: ArmEvidence,
    parts: Sequence[RarePart],
    *,
    method: str,
    level: float,
    reasons: Mapping[int, str],
    notes: tuple[str, ...] = (),
) -> RareNetwork:
    """Put parts that were analysed on their own into one value.

    Parameters
    ----------
    evidence : ArmEvidence
        Its studies are those that the method uses.
    parts : sequence of RarePart
    method : str
    level : float
        Confidence level in (0, 1).
    reasons : mapping of int to str
        Why a treatment, by position, is in no part; without an entry, all its studies are left out.
    notes : tuple of str
        What must be known of the whole.

    Returns
    -------
    RareNetwork
    """
    n = len(evidence.treatments)
    estimate, se = np.full((n, n), np.nan), np.full((n, n), np.nan)
    parts = sorted(parts, key=lambda part: (-len(part.columns), -len(part.studies), part.columns))
    for part in parts:
        block = np.ix_(part.columns, part.columns)
        estimate[block] = part.means[:, None] - part.means[None, :]
        se[block] = errors_between(part.roots)
    reach = critical_value(inf, level) * se
    components = tuple(_component(evidence, part) for part in parts)
    shown = next((part for part in components if evidence.reference in part.treatments), None)
    shown = shown or (components[0] if components else None)
    placed = {column for part in parts for column in part.columns}
    absent = [column for column in range(n) if column not in placed]
    return RareNetwork(
        treatments=evidence.treatments,
        reference=evidence.reference,
        estimate=frozen(estimate),
        se=frozen(se),
        ci_low=frozen(estimate - reach),
        ci_high=frozen(estimate + reach),
        Q=shown.Q if shown else nan,
        Q_dof=shown.Q_dof if shown else nan,
        Q_pvalue=shown.Q_pvalue if shown else nan,
        components=components,
        not_estimable=tuple(
            (evidence.treatments[column], reasons.get(column, NOTHING_LEFT)) for column in absent
        ),
        studies=tuple(study.name for study in evidence.studies),
        left_out=evidence.left_out,
        ledger=evidence.ledger,
        measure="OR",
        method=method,
        level=level,
        notes=(
            *evidence.notes,
            *_told_left_out(evidence),
            *notes,
            *_apart(components),
            *_unreached(evidence, absent, reasons),
            *(shown.notes if shown else ()),
        ),
    )


def _refuse_extremes(cells: Mapping[str, FloatArray]) -> None:
    events, n = cells["events"], cells["n"]
    refuse("n", n, n > MOST, "is too large to compute with; check its unit")
    for part in (events, n - events):
        tiny = (part > 0) & (part < LEAST)
        refuse("events", events, tiny, "is too near to 0 or to n for a count; check the two numbers")


def _sorted_study(name: str, arms: list[int], cells: Mapping[str, FloatArray]) -> ArmStudy:
    order = np.argsort(arms)
    return ArmStudy(
        name=name,
        arms=tuple(arms[place] for place in order),
        events=frozen(cells["events"][order]),
        sizes=frozen(cells["n"][order]),
    )


def _last_words(ledger: Sequence[ArmNote]) -> list[ArmNote]:
    """Give the last entry of each study: the one on the study itself where it is left out."""
    return list({note.study: note for note in ledger}.values())


def _component(evidence: ArmEvidence, part: RarePart) -> RareComponent:
    return RareComponent(
        treatments=evidence.labels(part.columns),
        studies=tuple(study.name for study in evidence.studies if study.name in part.studies),
        Q=part.Q,
        Q_dof=float(part.dof),
        Q_pvalue=q_pvalue(part.Q, part.dof),
        notes=part.notes,
    )


def _told_left_out(evidence: ArmEvidence) -> tuple[str, ...]:
    gone = dict(evidence.left_out)
    return tuple(
        f"study {note.study!r} is left out: {note.reason}"
        if gone.get(note.study) == note.reason
        else f"study {note.study!r}: the arm {', '.join(note.arms)} is left out: {note.reason}"
        for note in evidence.ledger
    )


def _apart(components: Sequence[RareComponent]) -> tuple[str, ...]:
    if len(components) <= 1:
        return ()
    told = "; ".join(", ".join(component.treatments) for component in components)
    return (
        f"the network falls apart into {len(components)} components ({told}); treatments of different "
        "components cannot be compared",
    )


def _unreached(evidence: ArmEvidence, absent: Sequence[int], reasons: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(
        f"{evidence.treatments[column]} is not estimable: {reasons.get(column, NOTHING_LEFT)}"
        for column in absent
    )

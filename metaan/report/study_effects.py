"""From cells and printed contrasts to the effect of each study in each comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import inf, isfinite, log, nan, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from metaan.effects.convert import md_from_interval, ratio_from_interval, smd_from_p
from metaan.effects.multiarm import contrasts
from metaan.format import RATIO_MEASURES
from metaan.report.arm_cells import (
    TURNED,
    arm_cells,
    cell,
    known_status,
    outcome_directions,
    row_provenance,
    turns,
    worst_status,
)
from metaan.results.frozen import frozen
from metaan.results.network import Contrasts
from metaan.results.synthesis import Step, StudyEffect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from metaan.effects.convert import ConvertedEffect
    from metaan.report.pairs import Order
    from metaan.results.network import ArmNote
    from metaan.results.synthesis import ArmData, Provenance
    from metaan.review.rows import Review, Row
    from metaan.review.select import Selection, UsedContrast
    from metaan.types import FloatArray, Status

__all__ = ["as_contrasts", "participants", "study_effects"]

ITSELF = "it"
"""Label of a study whose contrasts are computed by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """An effect before it is turned to the order of its pair; yi is treat1 minus treat2."""

    study: str
    treat1: str
    treat2: str
    yi: float
    sei: float
    status: Status
    provenance: tuple[Provenance, ...]
    multiarm: bool
    note: str = ""
    arm1: ArmData | None = None
    arm2: ArmData | None = None
    ledger: tuple[ArmNote, ...] = ()
    n1: int | None = None
    n2: int | None = None


def study_effects(
    review: Review, selection: Selection, order: Order, *, level: float = 0.95
) -> tuple[StudyEffect, ...]:
    """Compute the effect of every study in every comparison that it makes.

    A study with several nodes has one zero-cell rule and one SD for all its comparisons, the same in a
    pairwise pool and in the network.

    Parameters
    ----------
    review : Review
        Names of the studies and directions of the outcomes.
    selection : Selection
        The rows used.
    order : Order
        Which treatment of a pair is named first.
    level : float
        Confidence level of the studies' normal intervals, in (0, 1).

    Returns
    -------
    tuple of StudyEffect
        In the order of studies.csv; yi is treat1 minus treat2, ratio measures on the log scale.
    """
    parts = [*_from_arms(review, selection), *_from_contrasts(review, selection)]
    units = {row.text["study_id"]: (place, row) for place, row in enumerate(review.tables["studies"])}
    made = [_effect(part, units[part.study][1], order, level) for part in parts]
    return tuple(
        sorted(made, key=lambda one: (units[one.study][0], order.key(one.treat1), order.key(one.treat2)))
    )


def participants(effects: Iterable[StudyEffect], review: Review) -> int:
    """Count the people behind some effects, an arm that several comparisons share once.

    Parameters
    ----------
    effects : iterable of StudyEffect
        Effects of one comparison or of several.
    review : Review
        Its contrasts hold the numbers analysed of studies without arm rows.

    Returns
    -------
    int
        Participants analysed; an effect that does not state them counts none.
    """
    rows = {f"contrasts-{row.number}": row for row in review.tables["contrasts"]}
    sizes: dict[tuple[str, str], int] = {}
    for one in effects:
        for treatment, arm in ((one.treat1, one.arm1), (one.treat2, one.arm2)):
            if arm is not None:
                sizes[one.study, treatment] = arm.n
        if one.arm1 is None:
            row = rows[one.provenance[0].anchor]
            for column, arm_id in (("n_1", "arm_id_1"), ("n_2", "arm_id_2")):
                sizes[one.study, row.text[arm_id]] = int(row.number_of(column) or 0)
    return sum(sizes.values())


def as_contrasts(effects: Iterable[StudyEffect], measure: str) -> Contrasts:
    """Gather the estimable effects as the input of a network.

    Parameters
    ----------
    effects : iterable of StudyEffect
        Every study in every comparison.
    measure : str
        The measure's letters.

    Returns
    -------
    Contrasts
        The others are in `left_out`, each study with its reason.
    """
    effects = tuple(effects)
    kept = [one for one in effects if one.estimable]
    carried = {one.study for one in kept}
    notes = {f"{one.label}: {one.note}": None for one in kept if one.note}
    left_out = {one.study: one.note for one in effects if one.study not in carried}
    return Contrasts(
        study=tuple(one.study for one in kept),
        treat1=tuple(one.treat1 for one in kept),
        treat2=tuple(one.treat2 for one in kept),
        yi=frozen([one.yi for one in kept]),
        sei=frozen([one.sei for one in kept]),
        measure=measure,
        notes=tuple(notes),
        left_out=tuple(left_out.items()),
        ledger=tuple(dict.fromkeys(each for one in effects for each in one.ledger)),
    )


def _from_arms(review: Review, selection: Selection) -> Iterable[_Part]:
    by_study: dict[str, list[ArmData]] = {}
    for cells in arm_cells(review, selection):
        by_study.setdefault(cells.study, []).append(cells)
    for arms in by_study.values():
        yield from _study_parts(selection.choices.measure, arms)


def _study_parts(measure: str, arms: Sequence[ArmData]) -> Iterable[_Part]:
    """Compute the contrasts of one study by itself, so that what is said of it is known to be its own."""
    found = contrasts(measure, [ITSELF] * len(arms), [one.treatment for one in arms], **_columns(arms))
    note = "; ".join(text.removeprefix(f"study {ITSELF!r}: ") for text in found.notes)
    why = "; ".join(reason for _, reason in found.left_out) or note
    pairs = zip(found.treat1, found.treat2, strict=True)
    effects = dict(zip(pairs, zip(found.yi, found.sei, strict=True), strict=True))
    for one, other in combinations(arms, 2):
        pair = one.treatment, other.treatment
        sign = 1.0 if pair in effects else -1.0
        yi, sei = effects.get(pair, effects.get(pair[::-1], (nan, nan)))
        yield _Part(
            study=one.study,
            treat1=one.treatment,
            treat2=other.treatment,
            yi=sign * float(yi),
            sei=float(sei),
            status=worst_status(one.status, other.status),
            provenance=(*one.provenance, *other.provenance),
            multiarm=len(arms) > 2,
            note=note if isfinite(yi) else why,
            arm1=one,
            arm2=other,
            ledger=tuple(replace(each, study=one.study) for each in found.ledger),
        )


def _columns(arms: Sequence[ArmData]) -> dict[str, FloatArray]:
    """Lay the cells of one study out as the columns that its kind of outcome needs."""
    names = ("events", "n") if arms[0].events is not None else ("mean", "sd", "n")
    return {name: frozen([getattr(one, name) for one in arms]) for name in names}


def _from_contrasts(review: Review, selection: Selection) -> Iterable[_Part]:
    directions = outcome_directions(review)
    nodes: dict[str, set[str]] = {}
    for used in selection.contrasts:
        nodes.setdefault(used.study, set()).update((used.node1, used.node2))
    for used in selection.contrasts:
        direction = directions.get(used.outcome, "")
        yi, sei, steps = _printed(used, selection.choices.measure, direction)
        if turns(direction, selection.choices.direction) and selection.choices.kind == "continuous":
            yi = -yi
            steps = [*steps, TURNED]
        yield _Part(
            study=used.study,
            treat1=used.node1,
            treat2=used.node2,
            yi=yi,
            sei=sei,
            status=known_status(used.status),
            provenance=(row_provenance(used.row, status=used.status, steps=steps),),
            multiarm=len(nodes[used.study]) > 2,
            n1=_stated(used.row, "n_1"),
            n2=_stated(used.row, "n_2"),
        )


def _stated(row: Row, column: str) -> int | None:
    n = row.number_of(column)
    return None if n is None else int(n)


def _printed(used: UsedContrast, measure: str, direction: str) -> tuple[float, float, list[Step]]:
    """Read an effect from a row of contrasts.csv, in the direction of its own scale."""
    row, estimate = used.row, cell(used.row, "estimate") if used.route != "p" else nan
    if used.route == "se":
        return log(estimate) if measure in RATIO_MEASURES else estimate, cell(row, "se"), []
    if used.route == "interval":
        found = _from_interval(used, measure, estimate)
        return found.yi, sqrt(found.vi), [Step(kind="conversion", words=found.how)]
    better = 1 if direction != "lower_better" else -1
    sign = better if row.text["favours"] == used.arm1 else -better
    found = smd_from_p(cell(row, "p"), int(cell(row, "n_1")), int(cell(row, "n_2")), sign=sign)
    words = f"p printed as {row.text['p_qualifier']} {row.text['p']}, read at that bound"
    read = [Step(kind="bound", words=words)] if used.bound else []
    return found.yi, sqrt(found.vi), [*read, Step(kind="conversion", words=found.how)]


def _from_interval(used: UsedContrast, measure: str, estimate: float) -> ConvertedEffect:
    row = used.row
    low, high = cell(row, "ci_low"), cell(row, "ci_high")
    level = (row.number_of("ci_level") or 95.0) / 100
    if measure in RATIO_MEASURES:
        return ratio_from_interval(estimate, low, high, level=level)
    n1, n2 = row.number_of("n_1"), row.number_of("n_2")
    dof = n1 + n2 - 2 if measure == "MD" and n1 is not None and n2 is not None else inf
    return md_from_interval(estimate, low, high, level=level, dof=dof)


def _effect(part: _Part, unit: Row, order: Order, level: float) -> StudyEffect:
    treat1, treat2 = order.pair(part.treat1, part.treat2)
    turned = treat1 != part.treat1
    yi = -part.yi if turned else part.yi
    half = NormalDist().inv_cdf((1 + level) / 2) * part.sei
    return StudyEffect(
        study=part.study,
        label=unit.text["label"],
        treat1=treat1,
        treat2=treat2,
        arm1=part.arm2 if turned else part.arm1,
        arm2=part.arm1 if turned else part.arm2,
        n1=part.n2 if turned else part.n1,
        n2=part.n1 if turned else part.n2,
        yi=yi,
        sei=part.sei,
        ci_low=yi - half,
        ci_high=yi + half,
        status=part.status,
        estimable=isfinite(yi) and 0 < part.sei**2 < inf,
        note=part.note,
        multiarm=part.multiarm,
        pooled_report=(unit.number_of("n_trials") or 1) > 1,
        provenance=part.provenance,
        ledger=part.ledger,
    )

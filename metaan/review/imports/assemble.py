"""Facts of a file put together as the tables and the plan of a review."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from metaan.errors import InputError, RequestError
from metaan.review.cells import near
from metaan.review.imports.facts import Draft, DraftAnalysis, Untaken
from metaan.review.imports.words import Ids, harmless, plain_text
from metaan.review.problems import visible
from metaan.review.settle import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from metaan.review.imports.facts import ArmFact, EffectFact, OutcomeFact, Taken, Wishes

    Row = dict[str, str]

__all__ = ["USUAL_MEASURE", "assemble", "directions_wanted", "reference_of", "turns"]

USUAL_MEASURE = {"binary": "RR", "continuous": "MD"}
SHOWN = 12
ALONE = "no other arm of the study was taken for this outcome and time"
NAME = 200


def assemble(file: str, taken: Taken, wishes: Wishes) -> Draft:
    """Make the draft of a review.

    Parameters
    ----------
    file : str
        Name of the file, the source of every row.
    taken : Taken
        What was read.
    wishes : Wishes
        What the user said.

    Returns
    -------
    Draft
        Directions that nobody stated stay empty, and `wanted` says so.

    Raises
    ------
    InputError
        Where nothing was taken.
    RequestError
        For a reference or an outcome that the file does not have, and where the reference is needed.
    """
    if not taken.arms and not taken.effects:
        reasons = "; ".join(f"{each.place}: {each.reason}" for each in taken.untaken[:SHOWN])
        raise InputError(f"{file} has no row that can be taken. {reasons}".strip())
    _refuse_unknown_outcomes(taken, wishes)
    treatments = _treatments(taken)
    reference = reference_of(wishes, treatments, taken.reference)
    taken = _without_lone_arms(_without_copies(taken))
    keys = _Keys(taken)
    tables = {
        "studies": tuple(_studies(file, taken, keys)),
        "arms": tuple(_arms(file, keys)),
        "treatments": tuple({"raw_label": name, "node": name, "treatment": name} for name in treatments),
        "outcomes": tuple(_outcomes(wishes, keys)),
        "results": tuple(_results(file, taken, keys)),
        "contrasts": tuple(_contrasts(file, taken, keys)),
        "rob": tuple(_rob(file, taken, keys)),
    }
    ids = Ids()
    analyses = tuple(
        DraftAnalysis(
            id=ids.analysis(outcome.label),
            title=plain_text(outcome.label, NAME),
            outcome=keys.outcomes[outcome.key],
            measure=_measure(outcome, wishes),
            network=outcome.network,
            method=outcome.method,
            test=outcome.test,
        )
        for outcome in keys.used_outcomes
    )
    questions = taken.questions or tuple((name, reference) for name in treatments if name != reference)
    return Draft(
        file=file,
        title=plain_text(wishes.title or taken.title or f"Review started from {file}", NAME),
        reference=reference,
        treatments=(reference, *(name for name in treatments if name != reference)),
        questions=questions,
        analyses=analyses,
        tables={name: rows for name, rows in tables.items() if rows},
        untaken=taken.untaken,
        notes=(*taken.notes, *_measure_notes(keys.used_outcomes, wishes)),
        wanted=directions_wanted(
            [outcome.label for outcome in keys.used_outcomes if not _direction(outcome, wishes)]
        ),
        printed=taken.printed,
    )


def _without_copies(taken: Taken) -> Taken:
    """Take an arm or effect once whose row stands twice; tell of arms that share a treatment and differ."""
    arms: list[ArmFact] = []
    first: dict[tuple[str, ...], ArmFact] = {}
    untaken, notes = list(taken.untaken), list(taken.notes)
    for arm in taken.arms:
        other = first.setdefault((arm.study, arm.treatment, arm.outcome, arm.timepoint), arm)
        if other is not arm and _numbers(other) == _numbers(arm):
            reason = f"says the same as {other.place}. Where it is another arm, name its treatment apart."
            untaken.append(Untaken(place=f"{arm.place}, {arm.study}, {arm.treatment}", reason=reason))
            continue
        if other is not arm:
            notes.append(
                f"{arm.study} has several arms of {arm.treatment} ({other.place}, {arm.place}): they are kept"
                " apart and merged where they are analysed."
            )
        arms.append(arm)
    effects: dict[tuple[str, ...], EffectFact] = {}
    for effect in taken.effects:
        copy = effects.setdefault(_said(effect), effect)
        if copy is not effect:
            place = f"{effect.place}, {effect.study}, {effect.treat1} against {effect.treat2}"
            reason = f"says the same as {copy.place}. Leave one of them out."
            untaken.append(Untaken(place=place, reason=reason))
    return replace(
        taken, arms=tuple(arms), effects=tuple(effects.values()), untaken=tuple(untaken), notes=tuple(notes)
    )


def _said(effect: EffectFact) -> tuple[str, ...]:
    numbers = (effect.cells.get(name, "") for name in ("estimate", "se"))
    return (effect.study, effect.treat1, effect.treat2, effect.outcome, effect.timepoint, *numbers)


def _numbers(arm: ArmFact) -> tuple[str, ...]:
    return tuple(arm.cells.get(name, "") for name in ("n", "events", "mean", "sd"))


def _without_lone_arms(taken: Taken) -> Taken:
    """List, and do not pool, an arm that has no other to be compared with."""
    count = Counter((arm.study, arm.outcome, arm.timepoint) for arm in taken.arms)
    lone = [arm for arm in taken.arms if count[arm.study, arm.outcome, arm.timepoint] == 1]
    told = [
        Untaken(
            place=f"{arm.place}, {arm.study}, {arm.treatment}", reason=f"is listed and not pooled: {ALONE}."
        )
        for arm in lone
    ]
    listed = {"use": "list", "reason": f"{ALONE[:1].upper()}{ALONE[1:]}."}
    alone = set(map(id, lone))
    arms = tuple(
        replace(arm, cells={**arm.cells, **listed}) if id(arm) in alone else arm for arm in taken.arms
    )
    return replace(taken, arms=arms, untaken=(*taken.untaken, *told))


class _Keys:
    """The ids of the tables for the keys of the file."""

    def __init__(self, taken: Taken) -> None:
        facts: tuple[ArmFact | EffectFact, ...] = (*taken.arms, *taken.effects)
        studies = {fact.study for fact in facts}
        outcomes = {fact.outcome for fact in facts}
        ids = Ids()
        self.studies = {each.key: ids.study(each.label) for each in taken.studies if each.key in studies}
        ids = Ids()
        self.used_outcomes = [each for each in taken.outcomes if each.key in outcomes]
        self.outcomes = {each.key: ids.outcome(each.label) for each in self.used_outcomes}
        self.arms: dict[tuple[str, str, int], str] = {}
        self.places: dict[tuple[str, str, int], tuple[str, str]] = {}
        self._ids: dict[str, Ids] = {}
        self._arms_of(taken)

    def _arms_of(self, taken: Taken) -> None:
        for arm, turn in zip(taken.arms, turns(taken.arms), strict=True):
            self._add((arm.study, arm.treatment, turn), arm.place, arm.notes)
        for effect in taken.effects:
            for treatment in (effect.treat1, effect.treat2):
                self._add((effect.study, treatment, 0), effect.place, "")

    def _add(self, key: tuple[str, str, int], place: str, notes: str) -> None:
        if key not in self.arms:
            self.arms[key] = self._ids.setdefault(key[0], Ids()).arm(key[1])
            self.places[key] = place, notes


def turns(arms: Sequence[ArmFact]) -> list[int]:
    """Count the arms of one study that share a treatment, outcome and time, from 0 on."""
    count: dict[tuple[str, ...], int] = {}
    numbers = []
    for arm in arms:
        key = (arm.study, arm.treatment, arm.outcome, arm.timepoint)
        numbers.append(count.get(key, 0))
        count[key] = numbers[-1] + 1
    return numbers


def _treatments(taken: Taken) -> tuple[str, ...]:
    named = [arm.treatment for arm in taken.arms]
    named += [name for effect in taken.effects for name in (effect.treat1, effect.treat2)]
    return tuple(dict.fromkeys(named))


def reference_of(wishes: Wishes, treatments: Sequence[str], stated: str = "") -> str:
    """Name the treatment that others are compared with: as asked for, else as the file states it.

    Raises
    ------
    RequestError
        Where it is no treatment of the file, or nobody named one.
    """
    listed = ", ".join(treatments[:SHOWN]) + (", …" if len(treatments) > SHOWN else "")
    if wishes.reference:
        wished = harmless(wishes.reference, NAME)
        if wished in treatments:
            return wished
        hint = near(wished, treatments) or f"its treatments are {listed}."
        raise RequestError(visible(f"--reference “{wished}” is no treatment of the file; {hint}"))
    if stated:
        return stated
    raise RequestError(
        f"The treatment that the others are compared with is not known: name it with --reference, one of"
        f" {visible(listed)}."
    )


def _refuse_unknown_outcomes(taken: Taken, wishes: Wishes) -> None:
    known = [outcome.label for outcome in taken.outcomes]
    keys = {outcome.key for outcome in taken.outcomes}
    for name in wishes.directions:
        if name and name not in known and name not in keys:
            hint = near(name, known) or f"its outcomes are {', '.join(known[:SHOWN])}."
            raise RequestError(visible(f"--direction names “{name}”, no outcome of the file; {hint}"))


def _measure(outcome: OutcomeFact, wishes: Wishes) -> str:
    if wishes.measure in MEASURES[outcome.kind]:
        return wishes.measure
    return outcome.measure or USUAL_MEASURE[outcome.kind]


def _measure_notes(outcomes: Iterable[OutcomeFact], wishes: Wishes) -> Iterator[str]:
    for kind, measure in USUAL_MEASURE.items():
        own = [o.label for o in outcomes if o.kind == kind and not o.measure]
        if own and wishes.measure not in MEASURES[kind]:
            others = " or ".join(name for name in MEASURES[kind] if name != measure)
            yield (
                f"The measure of {', '.join(own)} is {measure}, metaan's usual one for {kind} outcomes;"
                f" --measure {others} asks for another."
            )


def _direction(outcome: OutcomeFact, wishes: Wishes) -> str:
    named = (outcome.label, outcome.key, "")
    return next((wishes.directions[name] for name in named if name in wishes.directions), "")


def directions_wanted(outcomes: Sequence[str]) -> tuple[str, ...]:
    """Ask for the direction of outcomes that have none."""
    if not outcomes:
        return ()
    return (
        f"Which way is good for the patient is not stated for {', '.join(outcomes)}: write higher_better or"
        " lower_better into the column direction of outcomes.csv, or start again with --direction.",
    )


def _studies(file: str, taken: Taken, keys: _Keys) -> Iterator[Row]:
    for study in taken.studies:
        if study.key in keys.studies:
            row = {"study_id": keys.studies[study.key], "label": study.label}
            yield _sourced(file, study.place, row, study.cells)


def _arms(file: str, keys: _Keys) -> Iterator[Row]:
    order = {key: i for i, key in enumerate(keys.studies)}
    for key in sorted(keys.arms, key=lambda one: order[one[0]]):
        place, notes = keys.places[key]
        row = {"study_id": keys.studies[key[0]], "arm_id": keys.arms[key], "treatment": key[1]}
        yield _sourced(file, place, row, {"notes": notes} if notes else {})


def _outcomes(wishes: Wishes, keys: _Keys) -> Iterator[Row]:
    for outcome in keys.used_outcomes:
        row = {"outcome_id": keys.outcomes[outcome.key], "label": harmless(outcome.label, NAME)}
        row |= {"kind": outcome.kind, "direction": _direction(outcome, wishes)}
        yield row | dict(outcome.cells)


def _results(file: str, taken: Taken, keys: _Keys) -> Iterator[Row]:
    labels = {outcome.key: outcome.label for outcome in taken.outcomes}
    for arm, turn in zip(taken.arms, turns(taken.arms), strict=True):
        row = {
            "study_id": keys.studies[arm.study],
            "arm_id": keys.arms[arm.study, arm.treatment, turn],
            "outcome_id": keys.outcomes[arm.outcome],
            "timepoint": arm.timepoint,
            "reported_as": harmless(labels[arm.outcome], NAME),
            "status": "extracted",
            "use": "pool",
        }
        yield _sourced(file, arm.place, row, arm.cells)


def _contrasts(file: str, taken: Taken, keys: _Keys) -> Iterator[Row]:
    labels = {outcome.key: outcome.label for outcome in taken.outcomes}
    for effect in taken.effects:
        row = {
            "study_id": keys.studies[effect.study],
            "arm_id_1": keys.arms[effect.study, effect.treat1, 0],
            "arm_id_2": keys.arms[effect.study, effect.treat2, 0],
            "outcome_id": keys.outcomes[effect.outcome],
            "timepoint": effect.timepoint,
            "reported_as": harmless(labels[effect.outcome], NAME),
            "status": "extracted",
            "use": "pool",
        }
        yield _sourced(file, effect.place, row, effect.cells)


def _rob(file: str, taken: Taken, keys: _Keys) -> Iterator[Row]:
    for row in taken.rob:
        if row["study_id"] in keys.studies:
            place = {"source": file} | dict(row)
            yield place | {"study_id": keys.studies[row["study_id"]]}


def _sourced(file: str, place: str, row: Row, cells: Mapping[str, str]) -> Row:
    own = {name: text for name, text in cells.items() if text}
    source = own.pop("source", "")
    where = f"{file}, {place}" if source else place
    return row | own | {"source": source or file, "locator": where}

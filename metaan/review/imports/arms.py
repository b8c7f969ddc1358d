"""Plain files that name treatments: a row for each arm, each study with numbered arms, or each pair."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from metaan.errors import RequestError
from metaan.review.imports.extras import read_extras
from metaan.review.imports.facts import ArmFact, EffectFact, OutcomeFact, StudyFact, Taken, Untaken
from metaan.review.imports.pairwise import LARGEST_LOG, RATIOS, effect_cells
from metaan.review.imports.row_labels import LOG_NOTE, OWN_ROLES, RowLabels, joined
from metaan.review.imports.words import harmless, number_text
from metaan.review.network_columns import recognise
from metaan.review.network_rows import network_rows
from metaan.review.plain import CELL_NAMES
from metaan.review.settle import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from metaan.review.imports.extras import Place
    from metaan.review.imports.facts import Wishes
    from metaan.review.network_columns import NetworkColumns
    from metaan.review.network_rows import ContrastRow, NetworkRows
    from metaan.review.plain import PlainFile, SetAsideRow

__all__ = ["ArmsLayout", "arms_layout", "take_arms"]

CELLS = {"binary": ("events", "n"), "continuous": ("mean", "sd", "n")}
NOT_OF_NETWORKS = {*OWN_ROLES, "measure", *CELL_NAMES} - {"yi", "vi", "sei"}
"""Roles that a network's columns do not have; metafor's cells are those of files of two groups."""
NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmsLayout:
    """What a file with named treatments has: columns of arms by kind of outcome, and of contrasts.

    Attributes
    ----------
    kinds : mapping of str to NetworkColumns
        binary, continuous or both; the key "effect" where the file has contrasts only.
    """

    kinds: Mapping[str, NetworkColumns]


def arms_layout(file: PlainFile, wishes: Wishes) -> ArmsLayout | None:
    """Recognise a file that names treatments; None where it does not.

    Raises
    ------
    RequestError
        For columns that are numbered arms and incomplete, or could each be the same thing.
    """
    named = {role: heading for role, heading in wishes.columns.items() if role not in NOT_OF_NETWORKS}
    found: dict[str, NetworkColumns] = {}
    refused: list[RequestError] = []
    for kind, cells in CELLS.items():
        if wishes.kind in ("", kind) and _fits(wishes.measure, kind):
            try:
                columns = recognise(file.header, cells, named, file=file.name)
            except RequestError as error:
                refused.append(error)
                continue
            if columns.arms:
                found[kind] = columns
    if not found:
        columns = recognise(file.header, (), named, file=file.name)
        if columns.contrast:
            found["effect"] = columns
    if not found:
        if refused:
            raise refused[0]
        return None
    return ArmsLayout(kinds=found)


def take_arms(file: PlainFile, place: Place, wishes: Wishes, layout: ArmsLayout) -> Taken:
    """Take the arms and contrasts of a file.

    Parameters
    ----------
    file : PlainFile
        The file.
    place : Place
        How its places are named.
    wishes : Wishes
        What the user said.
    layout : ArmsLayout
        As `arms_layout` gives it.

    Raises
    ------
    RequestError
        Where contrasts come without a measure; where one outcome has counts and means and nobody said which
        counts.
    """
    label = RowLabels(file, wishes, _numbers_of(layout), several=_wide(layout))
    if len(layout.kinds) > 1 and not label.several_outcomes:
        raise RequestError(
            f"{file.name} has counts and means for its arms; say with --kind binary or --kind continuous"
            " which of them the review is to hold."
        )
    read = {kind: network_rows(file, columns, wishes.take) for kind, columns in layout.kinds.items()}
    rows = {row.number: row for row in file.rows}
    arms: list[tuple[int, ArmFact]] = []
    for kind, found in read.items():
        arms += _arm_facts(kind, found, label, place)
    effects = list(_effect_facts(read, label, place, wishes))
    order = {number: i for i, number in enumerate(rows)}
    arms.sort(key=lambda pair: order[pair[0]])
    outcomes = _outcomes(arms, effects, wishes)
    taken_rows = {number for number, _ in arms} | {number for number, _ in effects}
    of = [(rows[n], fact.study, "" if _wide(layout) else fact.treatment) for n, fact in arms]
    of += [(rows[n], fact.study, "") for n, fact in effects]
    extras = read_extras(file, place, _numbers_of(layout) | label.used, of)
    named = sorted([*((n, f.study) for n, f in arms), *((n, f.study) for n, f in effects)])
    studies = {study: place.row(n) for n, study in reversed(named)}
    ordered = dict.fromkeys(study for _, study in named)
    return Taken(
        studies=tuple(
            StudyFact(key=key, label=key, place=studies[key], cells=dict(extras.studies.get(key, {})))
            for key in ordered
        ),
        outcomes=outcomes,
        arms=tuple(_noted(fact, extras.arms) for _, fact in arms),
        effects=tuple(fact for _, fact in effects),
        untaken=(
            *_untaken(read, taken_rows, place, wishes.measure, label, wide=_wide(layout)),
            *extras.untaken,
        ),
        notes=(
            *label.notes,
            *((LOG_NOTE.format(measure=wishes.measure),) if effects and wishes.measure in RATIOS else ()),
            *dict.fromkeys(_sentence(note) for found in read.values() for note in found.notes),
        ),
    )


def _fits(measure: str, kind: str) -> bool:
    return not measure or measure in MEASURES[kind]


def _arm_facts(
    kind: str, found: NetworkRows, label: RowLabels, place: Place
) -> Iterator[tuple[int, ArmFact]]:
    for arm in found.arms:
        cells = {name: number_text(value) for name, value in arm.cells.items()}
        cells["value_type"] = "event" if kind == "binary" else ""
        yield (
            arm.row,
            ArmFact(
                study=harmless(arm.study, NAME),
                treatment=harmless(arm.treatment, NAME),
                outcome=label.outcome(arm.row),
                timepoint=label.time(arm.row),
                place=place.row(arm.row),
                cells=label.told(arm.row) | cells,
            ),
        )


def _effect_facts(
    read: Mapping[str, NetworkRows], label: RowLabels, place: Place, wishes: Wishes
) -> Iterator[tuple[int, EffectFact]]:
    rows = {each.row: each for found in read.values() for each in found.contrasts}
    if rows and not wishes.measure:
        raise RequestError(
            "The file gives effects of pairs of treatments and does not say of which measure: name it with"
            " --measure, one of OR, RR, RD, MD, SMD; OR and RR are read as logarithms, as netmeta has them."
        )
    for each in rows.values():
        if _effect_fault(each, wishes.measure, label):
            continue
        cells = effect_cells(wishes.measure, each.yi, each.sei)
        sizes = {
            name: "" if n is None else str(n) for name, n in zip(("n_1", "n_2"), each.sizes, strict=True)
        }
        yield (
            each.row,
            EffectFact(
                study=harmless(each.study, NAME),
                treat1=harmless(each.treat1, NAME),
                treat2=harmless(each.treat2, NAME),
                outcome=label.outcome(each.row),
                timepoint=label.time(each.row),
                place=place.row(each.row),
                cells=joined(label.told(each.row), sizes | cells),
            ),
        )


def _outcomes(
    arms: Sequence[tuple[int, ArmFact]], effects: Sequence[tuple[int, EffectFact]], wishes: Wishes
) -> tuple[OutcomeFact, ...]:
    kinds: dict[str, set[str]] = {}
    for _, arm in arms:
        kinds.setdefault(arm.outcome, set()).add("continuous" if "mean" in arm.cells else "binary")
    own = next((kind for kind, measures in MEASURES.items() if wishes.measure in measures), "")
    for _, effect in effects:
        kinds.setdefault(effect.outcome, set()).add(own)
    mixed = [name for name, found in kinds.items() if len(found) > 1]
    if mixed:
        raise RequestError(
            f"{', '.join(mixed[:5])} has counts in some rows and means in others; say with --kind binary or"
            " --kind continuous which of them the review is to hold."
        )
    measure = wishes.measure if effects else ""
    return tuple(
        OutcomeFact(key=name, label=name, kind=next(iter(found)), measure=measure)
        for name, found in kinds.items()
    )


def _untaken(
    read: Mapping[str, NetworkRows],
    taken: Iterable[int],
    place: Place,
    measure: str,
    label: RowLabels,
    *,
    wide: bool,
) -> Iterator[Untaken]:
    """Say why rows were left; with two kinds of outcome, rows that neither kind took."""
    known = set(taken)
    told: dict[tuple[int, str], SetAsideRow] = {}
    for found in read.values():
        for row in found.set_aside:
            if len(read) > 1 and not wide and row.row in known:
                continue
            key = (row.row, row.letter if len(read) == 1 else "")
            told[key] = min((told.get(key, row), row), key=lambda one: _emptiness(one.reason))
    for row in sorted(told.values(), key=lambda one: (one.row, one.letter)):
        where = place.found(row.row, row.letter, row.column, row.label, row.text)
        yield Untaken(place=where, reason=row.reason)
    for found in read.values():
        for each in found.contrasts:
            if each.row not in known:
                reason = _effect_fault(each, measure, label)
                yield Untaken(place=place.found(each.row, "", "", each.study, ""), reason=reason)


def _emptiness(reason: str) -> int:
    """Rank reasons: a wrong cell tells more than a missing one, and that more than no number at all."""
    return ("is missing" in reason) + reason.startswith(("events is missing", "mean is missing"))


def _effect_fault(each: ContrastRow, measure: str, label: RowLabels) -> str:
    if each.treat1 == each.treat2:
        return f"both treatments are {each.treat1}. Correct one of them, or leave the row out."
    if measure in RATIOS and abs(each.yi) > LARGEST_LOG:
        return f"yi = {each.yi:g} is too large to be the logarithm of a ratio. Look it up in the source."
    return label.other_measure(each.row, measure)


def _numbers_of(layout: ArmsLayout) -> set[int]:
    used: set[int] = set()
    for columns in layout.kinds.values():
        used |= {spot for spot in (columns.study, columns.author) if spot is not None}
        used |= {spot for arm in columns.arms for spot in (arm.treatment, *arm.cells.values())}
        used |= set(columns.contrast.values())
    return used


def _wide(layout: ArmsLayout) -> bool:
    return any(columns.wide for columns in layout.kinds.values())


def _noted(fact: ArmFact, notes: Mapping[tuple[str, str], str]) -> ArmFact:
    return replace(fact, notes=notes.get((fact.study, fact.treatment), ""))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."

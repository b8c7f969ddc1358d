"""Plain files that name treatments: a row for each arm, each study with numbered arms, or each pair."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from metaan.errors import RequestError
from metaan.review.imports.extras import read_extras
from metaan.review.imports.facts import ArmFact, EffectFact, OutcomeFact, StudyFact, Taken, Untaken
from metaan.review.imports.pairwise import LARGEST_LOG, RATIOS, effect_cells, unnamed_outcome
from metaan.review.imports.words import harmless, number_text
from metaan.review.network_columns import recognise
from metaan.review.network_rows import network_rows
from metaan.review.plain import CELL_NAMES, missing_text
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
OUTCOME_HEADINGS = ("outcome", "outcomeid", "endpoint")
ROW_COLUMNS = ("quote", "derivation", "source", "source_url", "extractor", "checked_by")
TIME_HEADINGS = ("timepoint", "followup", "visit")
OWN_ROLES = {"outcome", "timepoint", *CELL_NAMES} - {"yi", "vi", "sei"}
"""Roles that a network's columns do not have; metafor's cells are those of files of two groups."""
NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmsLayout:
    """What a file with named treatments has: columns of arms by kind of outcome, and of contrasts.

    Attributes
    ----------
    kinds : mapping of str to NetworkColumns
        binary, continuous or both; the key "effect" where the file has contrasts only.
    outcome, timepoint : int or None
        Positions of the columns that tell rows of several outcomes and times apart.
    """

    kinds: Mapping[str, NetworkColumns]
    outcome: int | None
    timepoint: int | None


def arms_layout(file: PlainFile, wishes: Wishes) -> ArmsLayout | None:
    """Recognise a file that names treatments; None where it does not.

    Raises
    ------
    RequestError
        For columns that are numbered arms and incomplete, or could each be the same thing.
    """
    named = {role: heading for role, heading in wishes.columns.items() if role not in OWN_ROLES}
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
    return ArmsLayout(
        kinds=found,
        outcome=_position(file, wishes.columns.get("outcome", ""), OUTCOME_HEADINGS),
        timepoint=_position(file, wishes.columns.get("timepoint", ""), TIME_HEADINGS),
    )


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
    if len(layout.kinds) > 1 and layout.outcome is None:
        raise RequestError(
            f"{file.name} has counts and means for its arms; say with --kind binary or --kind continuous"
            " which of them the review is to hold."
        )
    read = {kind: network_rows(file, columns, wishes.take) for kind, columns in layout.kinds.items()}
    rows = {row.number: row for row in file.rows}
    label = _Labels(file, layout, wishes)
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
        untaken=(*_untaken(read, taken_rows, place, wishes.measure, wide=_wide(layout)), *extras.untaken),
        notes=(
            *(unnamed_outcome(wishes) if layout.outcome is None else ()),
            *dict.fromkeys(_sentence(note) for found in read.values() for note in found.notes),
        ),
    )


class _Labels:
    """What a row says beside its numbers: outcome, time, source and quote."""

    def __init__(self, file: PlainFile, layout: ArmsLayout, wishes: Wishes) -> None:
        self._layout, self._rows = layout, {row.number: row for row in file.rows}
        self._usual = wishes.outcome or "Outcome"
        spots = {} if _wide(layout) else row_columns(file)
        self._told = {name: i for name, i in spots.items() if i not in _numbers_of(layout)}
        self.used = set(self._told.values()) | {
            spot for spot in (layout.outcome, layout.timepoint) if spot is not None
        }

    def outcome(self, number: int) -> str:
        spot = self._layout.outcome
        text = "" if spot is None else self._rows[number].cells[spot]
        return self._usual if missing_text(text) else harmless(text, NAME)

    def time(self, number: int) -> str:
        spot = self._layout.timepoint
        text = "" if spot is None else self._rows[number].cells[spot]
        return "" if missing_text(text) else harmless(text, NAME)

    def told(self, number: int) -> dict[str, str]:
        """Give the cells of results.csv or contrasts.csv that the row has under their own names."""
        cells = self._rows[number].cells
        return {name: harmless(cells[i]) for name, i in self._told.items() if not missing_text(cells[i])}


def _fits(measure: str, kind: str) -> bool:
    return not measure or measure in MEASURES[kind]


def _position(file: PlainFile, told: str, headings: Sequence[str]) -> int | None:
    if told:
        found = file.position(told)
        if found is None:
            raise RequestError(f"--column: {file.name} has no column “{told[:80]}”.")
        return found
    plain = ["".join(c for c in name.casefold() if c.isalnum()) for name in file.header]
    return next((plain.index(name) for name in headings if name in plain), None)


def _arm_facts(kind: str, found: NetworkRows, label: _Labels, place: Place) -> Iterator[tuple[int, ArmFact]]:
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
    read: Mapping[str, NetworkRows], label: _Labels, place: Place, wishes: Wishes
) -> Iterator[tuple[int, EffectFact]]:
    rows = {each.row: each for found in read.values() for each in found.contrasts}
    if rows and not wishes.measure:
        raise RequestError(
            "The file gives effects of pairs of treatments and does not say of which measure: name it with"
            " --measure, one of OR, RR, RD, MD, SMD; OR and RR are read as logarithms, as netmeta has them."
        )
    for each in rows.values():
        if _effect_fault(each, wishes.measure):
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
                cells=_joined(label.told(each.row), sizes | cells),
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
    read: Mapping[str, NetworkRows], taken: Iterable[int], place: Place, measure: str, *, wide: bool
) -> Iterator[Untaken]:
    """Say why rows were left; with two kinds of outcome, rows that neither kind took."""
    known = set(taken)
    told: dict[tuple[int, str], SetAsideRow] = {}
    for found in read.values():
        for row in found.set_aside:
            if len(read) > 1 and not wide and row.row in known:
                continue
            key = (row.row, row.letter if len(read) == 1 else "")
            told[key] = min((told.get(key, row), row), key=lambda one: "is missing" in one.reason)
    for row in sorted(told.values(), key=lambda one: (one.row, one.letter)):
        where = place.found(row.row, row.letter, row.column, row.label, row.text)
        yield Untaken(place=where, reason=row.reason)
    for found in read.values():
        for each in found.contrasts:
            if each.row not in known:
                reason = _effect_fault(each, measure)
                yield Untaken(place=place.found(each.row, "", "", each.study, ""), reason=reason)


def _joined(told: Mapping[str, str], cells: Mapping[str, str]) -> dict[str, str]:
    """Keep what the file says of a figure beside how it was converted."""
    how = " ".join(filter(None, (told.get("derivation", ""), cells.get("derivation", ""))))
    return {**told, **cells} | ({"derivation": how} if how else {})


def _effect_fault(each: ContrastRow, measure: str) -> str:
    if each.treat1 == each.treat2:
        return f"both treatments are {each.treat1}. Correct one of them, or leave the row out."
    if measure in RATIOS and abs(each.yi) > LARGEST_LOG:
        return f"yi = {each.yi:g} is too large to be the logarithm of a ratio. Look it up in the source."
    return ""


def row_columns(file: PlainFile) -> dict[str, int]:
    """Find the columns that tell of one row where it was read."""
    plain = [name.casefold().strip().replace(" ", "_") for name in file.header]
    return {name: plain.index(name) for name in ROW_COLUMNS if name in plain}


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

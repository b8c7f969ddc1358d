"""From the rows of a file to contrasts: nodes, repeated treatments, arms and effects in one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from metaan.effects.join import join_contrasts
from metaan.effects.multiarm import ARM_MEASURES, contrasts
from metaan.effects.repeated import merge_arms
from metaan.errors import InputError, RequestError
from metaan.models.network.design import read_contrasts
from metaan.results.frozen import frozen
from metaan.results.network import Contrasts
from metaan.review.columns import headings
from metaan.review.network_columns import recognise
from metaan.review.network_rows import network_rows, study_covariate, study_texts
from metaan.review.plain import SetAsideRow, read_plain
from metaan.single_network.nodes import read_nodes, renamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from metaan.review.network_columns import NetworkColumns
    from metaan.review.network_rows import ArmRow, ContrastRow, NetworkRows
    from metaan.review.plain import PlainFile
    from metaan.single_network.request import NetworkRequest

__all__ = ["Intake", "take_in"]

SHOWN_STUDIES = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Intake:
    """What a file brings to a network.

    Attributes
    ----------
    file : str
        Its name.
    shape : str
        In words: one row for each arm, and so on.
    rows : int
        Rows of the file.
    arms : tuple of ArmRow
        Usable arms after lumping and merging.
    contrasts : Contrasts
        Of the studies that enter; `left_out` names those that do not.
    from_arms : frozenset of str
        Studies whose contrasts were computed from arms.
    sizes : mapping of (str, str) to float or None
        Participants of each study's arm, None where they are not told.
    done : mapping of str to tuple of str
        What was done to a study's arms and contrasts, as clauses.
    set_aside : tuple of SetAsideRow
        Rows and arms that cannot be used.
    notes : tuple of str
        What else must be known.
    covariate : mapping of str to float or None
        The covariate of each study; empty where none was asked for.
    described : mapping of str to mapping of str to str
        By heading, what the columns of modifiers and judgements say of each study.
    """

    file: str
    shape: str
    rows: int
    arms: tuple[ArmRow, ...]
    contrasts: Contrasts
    from_arms: frozenset[str]
    sizes: Mapping[tuple[str, str], float | None]
    done: Mapping[str, tuple[str, ...]]
    set_aside: tuple[SetAsideRow, ...]
    notes: tuple[str, ...]
    covariate: Mapping[str, float | None]
    described: Mapping[str, Mapping[str, str]]


def take_in(path: Path, request: NetworkRequest) -> Intake:
    """Read a file and make all contrasts of its studies.

    Parameters
    ----------
    path : Path
        The file.
    request : NetworkRequest
        Settled.

    Returns
    -------
    Intake
        Its contrasts may be none.

    Raises
    ------
    FaultyReviewError
        For a file that cannot be read as a table.
    RequestError
        For headings that do not carry the measure.
    InputError
        For repeated treatments that may not be merged, a contrast given twice, and a study that comes as
        arms and as effects.
    """
    file = read_plain(path)
    columns = recognise(file.header, request.cells, request.columns, file=file.name)
    _demand(file, columns, request)
    found = network_rows(file, columns, request.take)
    covariate = study_covariate(file, columns, request.covariate) if request.covariate else {}
    described = _described(file, columns, request)
    nodes = read_nodes(request.nodes) if request.nodes is not None else None
    found, lumped = renamed(found, nodes) if nodes is not None else (found, ())
    found = _without_self(found)
    _refuse_both_ways(found)
    arms, merged = _merged(found.arms, request)
    given, unusable = _given(found.contrasts, request.measure or "")
    computed = _computed(arms, request.measure or "")
    parts = [part for part in (computed, given) if part is not None]
    together = join_contrasts(*parts) if parts else _none(request.measure or "")
    return Intake(
        file=file.name,
        shape=_shape(columns, found),
        rows=file.total,
        arms=tuple(arms),
        contrasts=replace(together, left_out=(*together.left_out, *unusable)),
        from_arms=frozenset(arm.study for arm in arms),
        sizes=_sizes(arms, found.contrasts),
        done=_done(computed, merged),
        covariate=covariate,
        described=described,
        set_aside=found.set_aside,
        notes=(*file.notes, *found.notes, *lumped, *_alike(found)),
    )


def _described(
    file: PlainFile, columns: NetworkColumns, request: NetworkRequest
) -> dict[str, dict[str, str]]:
    """Read what is said of each study in the columns that were named."""
    named = [("modifier", heading) for heading in request.modifiers]
    named += [(option, getattr(request, option)) for option in ("rob", "indirectness")]
    return {heading: study_texts(file, columns, option, heading) for option, heading in named if heading}


def _demand(file: PlainFile, columns: NetworkColumns, request: NetworkRequest) -> None:
    """Refuse a file whose headings do not carry what is asked for."""
    if (columns.arms and request.take != "contrasts") or (columns.contrast and request.take != "arms"):
        if request.measure is None and request.take != "contrasts":
            _refuse_unnamed(file, request)
        return
    if request.measure is None:
        _refuse_unnamed(file, request)
    if request.take == "contrasts" or not request.cells:
        needs = "study, treat1, treat2, yi and sei or vi"
    elif request.take == "arms":
        needs = f"study, treatment, {', '.join(request.cells)}"
    else:
        needs = f"study, treatment, {', '.join(request.cells)} (one row for each arm, or numbered from 1 on),"
        needs += " or study, treat1, treat2, yi and sei or vi"
    subject = f"--measure {request.measure}" if request.measure else "a network of effects"
    raise RequestError(
        f"{subject} needs the columns {needs}; {file.name} has {headings(file.header)}. Rename them, or say"
        " which is which, such as --column events=HEADING."
    )


def _refuse_unnamed(file: PlainFile, request: NetworkRequest) -> None:
    """Without a measure, arms that are there must not be passed over."""
    carried = [name for name, row in ARM_MEASURES.items() if _carries(file, row.cells, request)]
    if carried:
        raise RequestError(
            f"{file.name} has the cells of arms, so a measure is needed; name one that they carry with"
            f" --measure: {', '.join(carried)}."
        )


def _carries(file: PlainFile, cells: tuple[str, ...], request: NetworkRequest) -> bool:
    try:
        return bool(recognise(file.header, cells, request.columns, file=file.name).arms)
    except RequestError:
        return False


def _without_self(found: NetworkRows) -> NetworkRows:
    """Set contrasts aside that compare a node with itself."""
    kept, aside = [], []
    for each in found.contrasts:
        if each.treat1 != each.treat2:
            kept.append(each)
            continue
        reason = f"Both treatments are {each.treat1}. Correct one of them, or leave the row out."
        aside.append(
            SetAsideRow(row=each.row, label=each.study, column="", letter="", text="", reason=reason)
        )
    ordered = sorted((*found.set_aside, *aside), key=lambda each: each.row)
    return replace(found, contrasts=tuple(kept), set_aside=tuple(ordered))


def _refuse_both_ways(found: NetworkRows) -> None:
    both = {arm.study for arm in found.arms} & {each.study for each in found.contrasts}
    if both:
        listed = _listed(sorted(both))
        raise InputError(
            f"{listed} stand{'s' if len(both) == 1 else ''} in the file as arms and as effects; keep one of"
            " the two for a study, or say which counts with --input arms or --input contrasts."
        )


def _merged(
    arms: Sequence[ArmRow], request: NetworkRequest
) -> tuple[list[ArmRow], tuple[tuple[str, str, str], ...]]:
    count = Counter((arm.study, arm.treatment) for arm in arms)
    twice = [key for key, times in count.items() if times > 1]
    if not twice:
        return list(arms), ()
    if request.repeated == "refuse":
        listed = [
            f"{study} has {count[study, treatment]} arms of {treatment}"
            f" ({_rows([a.row for a in arms if (a.study, a.treatment) == (study, treatment)])})"
            for study, treatment in twice
        ]
        raise InputError(
            f"{_listed(listed, '; ')}. Pool such arms with --repeated merge, or name their treatments apart."
        )
    found = merge_arms(
        [arm.study for arm in arms],
        [arm.treatment for arm in arms],
        **{cell: [arm.cells[cell] for arm in arms] for cell in request.cells},
    )
    first = {key: arm for arm in reversed(arms) for key in [(arm.study, arm.treatment)]}
    made = [
        replace(first[key], cells={cell: float(values[i]) for cell, values in found.cells.items()})
        for i, key in enumerate(zip(found.study, found.treatment, strict=True))
    ]
    return made, found.merged


def _computed(arms: Sequence[ArmRow], measure: str) -> Contrasts | None:
    if not arms:
        return None
    return contrasts(
        measure,
        [arm.study for arm in arms],
        [arm.treatment for arm in arms],
        **{cell: [arm.cells[cell] for arm in arms] for cell in ARM_MEASURES[measure].cells},
    )


def _given(rows: Sequence[ContrastRow], measure: str) -> tuple[Contrasts | None, tuple[tuple[str, str], ...]]:
    """Take effects as they are, but for the studies of several arms whose effects cannot be used."""
    if not rows:
        return None, ()
    _refuse_repeated_pairs(rows)
    of: dict[str, list[ContrastRow]] = {}
    for row in rows:
        of.setdefault(row.study, []).append(row)
    faults = {study: _fault(several) for study, several in of.items() if len(several) > 1}
    unusable = tuple((study, fault) for study, fault in faults.items() if fault)
    kept = [row for row in rows if not faults.get(row.study)]
    return _as_contrasts(kept, measure) if kept else None, unusable


def _fault(rows: Sequence[ContrastRow]) -> str:
    """Say why the effects of a study of several arms cannot be used; empty where they can."""
    try:
        read_contrasts(
            [row.study for row in rows],
            [row.treat1 for row in rows],
            [row.treat2 for row in rows],
            [row.yi for row in rows],
            [row.sei for row in rows],
        )
    except InputError as error:
        said = str(error).removeprefix(f"study {rows[0].study!r}: ").rstrip(".")
        return said.replace(f"study {rows[0].study!r} has", "it has", 1)
    return ""


def _refuse_repeated_pairs(rows: Iterable[ContrastRow]) -> None:
    seen: dict[tuple[str, frozenset[str]], list[ContrastRow]] = {}
    for row in rows:
        seen.setdefault((row.study, frozenset((row.treat1, row.treat2))), []).append(row)
    listed = [
        f"{several[0].study} has {len(several)} effects of {several[0].treat1} – {several[0].treat2}"
        f" ({_rows([row.row for row in several])})"
        for several in seen.values()
        if len(several) > 1
    ]
    if listed:
        raise InputError(
            f"{_listed(listed, '; ')}. Effects of one pair cannot be merged; keep one of them, name the"
            " treatments apart, or give the arms."
        )


def _as_contrasts(rows: Sequence[ContrastRow], measure: str) -> Contrasts:
    return Contrasts(
        study=tuple(row.study for row in rows),
        treat1=tuple(row.treat1 for row in rows),
        treat2=tuple(row.treat2 for row in rows),
        yi=frozen([row.yi for row in rows]),
        sei=frozen([row.sei for row in rows]),
        measure=measure,
    )


def _none(measure: str) -> Contrasts:
    return Contrasts(study=(), treat1=(), treat2=(), yi=frozen([]), sei=frozen([]), measure=measure)


def _sizes(arms: Iterable[ArmRow], rows: Iterable[ContrastRow]) -> dict[tuple[str, str], float | None]:
    sizes: dict[tuple[str, str], float | None] = {
        (arm.study, arm.treatment): arm.cells.get("n") for arm in arms
    }
    for row in rows:
        for treatment, size in zip((row.treat1, row.treat2), row.sizes, strict=True):
            if sizes.get((row.study, treatment)) is None:
                sizes[row.study, treatment] = size
    return sizes


def _done(computed: Contrasts | None, merged: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, ...]]:
    done: dict[str, list[str]] = {}
    for study, treatment, how in merged:
        done.setdefault(study, []).append(f"{treatment}: {how}")
    for note in computed.ledger if computed is not None else ():
        if note.action == "added":
            told = (
                f"{note.amount:g} added to the {' and '.join(note.cells)} of every arm, because {note.reason}"
            )
            done.setdefault(note.study, []).append(told)
    return {study: tuple(told) for study, told in done.items()}


def _shape(columns: NetworkColumns, found: NetworkRows) -> str:
    arms = "several arms in a row" if columns.wide else "one arm in a row"
    if found.arms and found.contrasts:
        return f"{arms}, and effects"
    return arms if found.arms else "one effect in a row"


def _alike(found: NetworkRows) -> Iterable[str]:
    """Point at treatments and studies that differ in capitals and blanks only."""
    treatments = [arm.treatment for arm in found.arms]
    treatments += [label for each in found.contrasts for label in (each.treat1, each.treat2)]
    studies = [*(arm.study for arm in found.arms), *(each.study for each in found.contrasts)]
    for what, labels in (("treatments", treatments), ("studies", studies)):
        for one, other in _pairs(labels, lambda label: "".join(label.casefold().split())):
            yield (
                f"“{one}” and “{other}” are taken as two {what}; where they are one, write them alike"
                + (" or join them with --nodes" if what == "treatments" else "")
            )


def _pairs(labels: Iterable[str], plain: Callable[[str], str]) -> Iterable[tuple[str, str]]:
    groups: dict[str, dict[str, None]] = {}
    for label in labels:
        groups.setdefault(plain(label), {})[label] = None
    for group in groups.values():
        yield from combinations(group, 2)


def _rows(numbers: Sequence[int]) -> str:
    distinct = list(dict.fromkeys(numbers))
    return f"row{'s' if len(distinct) > 1 else ''} {', '.join(map(str, distinct))}"


def _listed(parts: Sequence[str], between: str = ", ") -> str:
    more = len(parts) - SHOWN_STUDIES
    return between.join(parts[:SHOWN_STUDIES]) + (f"{between}and {more} more" if more > 0 else "")

"""The headings of a plain CSV of networks: which column is what, and which of three shapes the file has.

One row for each arm (long), one row for each study with numbered arms (wide), one row for each contrast; arms
and contrasts may stand in one file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from metaan.errors import RequestError
from metaan.review.columns import headings, instead
from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Place: TypeAlias = tuple[str, int | None]

__all__ = ["ROLES", "ArmColumns", "NetworkColumns", "recognise"]

ROLES = {
    "study": ("study", "studlab", "studyid", "studyname", "slab", "trial", "label"),
    "author": ("author",),
    "year": ("year",),
    "id": ("id",),
    "treatment": ("treatment", "treat", "trt", "t", "node", "intervention", "drug"),
    "events": ("events", "event", "r", "responders", "cases"),
    "n": ("n", "total", "samplesize", "ntotal"),
    "mean": ("mean", "m", "y"),
    "sd": ("sd", "stddev"),
    "time": ("time", "exposure", "personyears", "persontime", "py"),
    "yi": ("yi", "te", "effect", "estimate"),
    "sei": ("sei", "sete", "se", "stderr"),
    "vi": ("vi", "var", "variance"),
}
"""What a column may be, and the headings that say so; capitals, blanks and punctuation do not count."""

NAMES = {name: role for role, names in ROLES.items() for name in names}
NUMBERED = re.compile(r"(.*?[^0-9])([1-9][0-9]?)\Z")
SEPARATORS = re.compile(r"[\s._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmColumns:
    """Where one arm stands: its number in a wide file (0 in a long one), treatment and cells by position."""

    number: int
    treatment: int
    cells: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkColumns:
    """Which columns of a file are used.

    Attributes
    ----------
    study, author, year, id : int or None
        Positions of the columns that name the study.
    arms : tuple of ArmColumns
        One in a long file, two or more in a wide one; empty where the file has no arms for the measure.
    contrast : mapping of str to int
        treat1, treat2, yi and sei or vi, n1 and n2 where they are there; empty where it has no contrasts.
    notes : tuple of str
        What was chosen between.
    """

    study: int | None
    author: int | None
    year: int | None
    id: int | None
    arms: tuple[ArmColumns, ...] = ()
    contrast: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether a row holds several arms."""
        return len(self.arms) > 1

    @property
    def naming(self) -> bool:
        """Whether any column names the studies."""
        return any(each is not None for each in (self.study, self.author, self.id))


def recognise(
    header: Sequence[str], cells: Sequence[str], named: Mapping[str, str], *, file: str
) -> NetworkColumns:
    """Tell what the columns of a file are.

    Parameters
    ----------
    header : sequence of str
        Headings.
    cells : sequence of str
        Cells that the measure needs of every arm, such as events and n; empty where it is not computed from
        arms.
    named : mapping of str to str
        What the user said of columns: role, with an arm's number where it has one, to heading.
    file : str
        For messages.

    Returns
    -------
    NetworkColumns
        With arms, contrasts, both or neither.

    Raises
    ------
    RequestError
        For a role or heading that does not exist, two columns for one role, and a file that is long and wide.

    Examples
    --------
    >>> found = recognise(["Study", "T.1", "R.1", "N.1", "T.2", "R.2", "N.2"], ("events", "n"), {}, file="f")
    >>> found.wide, [dict(arm.cells) for arm in found.arms]
    (True, [{'events': 2, 'n': 3}, {'events': 5, 'n': 6}])
    >>> dict(recognise(["studlab", "treat1", "treat2", "TE", "seTE"], (), {}, file="f").contrast)
    {'treat1': 1, 'treat2': 2, 'yi': 3, 'sei': 4}
    """
    places = _places(header, named, file)
    long, wide = _long(places, cells), _wide(places, cells, header, file)
    contrast = _contrast(places)
    used: list[Place] = [("treatment", None), *((cell, None) for cell in cells)] if long else []
    used += [(role, arm.number) for arm in wide for role in ("treatment", *cells)]
    used += _contrast_places(contrast)
    _refuse_doubles(places, [*used, *((role, None) for role in ("author", "year", "id"))], header, file)
    if long and wide:
        raise RequestError(
            f"{file} has one arm in a row ({_shown(header, long[0])}) and several"
            f" ({_shown(header, wide[0])} and so on); keep one of the two sets of columns."
        )
    study = places.get(("study", None), ())
    notes: tuple[str, ...] = ()
    if len(study) > 1:
        others = ", ".join(visible(header[i]) for i in study[1:])
        notes = (f"studies are named by the column {visible(header[study[0]])}, not by {others}",)
    author, year, id_ = (_first(places, (role, None)) for role in ("author", "year", "id"))
    return NetworkColumns(
        study=study[0] if study else None,
        author=None if study else author,
        year=None if study else year,
        id=None if study else id_,
        arms=long or wide,
        contrast=contrast,
        notes=notes,
    )


def _places(header: Sequence[str], named: Mapping[str, str], file: str) -> dict[Place, tuple[int, ...]]:
    """Find the columns of every role and number; the role's first name comes first."""
    found: dict[Place, list[int]] = {}
    for position, heading in enumerate(header):
        place = _place_of(_plain(heading))
        if place is not None:
            found.setdefault(place, []).append(position)
    for role, heading in named.items():
        told = _place_of(_plain(role))
        if told is None or role != visible(role):
            raise RequestError(
                f"--column {visible(role[:80])}={visible(heading[:80])}: there is no “{visible(role[:80])}”;"
                f" a column is one of {', '.join(ROLES)}, with an arm's number where it has one."
            )
        found = {place: spots for place, spots in found.items() if not _overruled(place, told)}
        found |= _named_columns(header, told, heading, file)
    ranked = {
        place: sorted(spots, key=lambda i: (_rank(place[0], header[i]), i)) for place, spots in found.items()
    }
    return {place: tuple(spots) for place, spots in ranked.items()}


def _plain(heading: str) -> str:
    return SEPARATORS.sub("", heading.casefold())


def _place_of(plain: str) -> Place | None:
    if plain in NAMES:
        return NAMES[plain], None
    numbered = NUMBERED.match(plain)
    if numbered and numbered.group(1) in NAMES:
        return NAMES[numbered.group(1)], int(numbered.group(2))
    return None


def _rank(role: str, heading: str) -> int:
    names = ROLES[role]
    return names.index(_plain(heading)) if _plain(heading) in names else 0


def _overruled(place: Place, told: Place) -> bool:
    return place[0] == told[0] and told[1] in (None, place[1])


def _named_columns(header: Sequence[str], told: Place, heading: str, file: str) -> dict[Place, list[int]]:
    """Find a heading that the user named: as it stands, or with the numbers of arms behind it."""
    for same in (heading.__eq__, lambda each: _plain(each) == _plain(heading)):
        exact = [i for i, each in enumerate(header) if same(each)]
        if exact:
            return {told: exact}
    arms: dict[Place, list[int]] = {}
    for i, each in enumerate(header):
        numbered = NUMBERED.match(_plain(each))
        if numbered and numbered.group(1) == _plain(heading) and told[1] is None:
            arms.setdefault((told[0], int(numbered.group(2))), []).append(i)
    if arms:
        return arms
    role = told[0] + ("" if told[1] is None else str(told[1]))
    raise RequestError(
        f"--column {role}={visible(heading[:80])}: {file} has no column “{visible(heading[:80])}”;"
        f" {instead(heading, header)}"
    )


def _long(places: Mapping[Place, Sequence[int]], cells: Sequence[str]) -> tuple[ArmColumns, ...]:
    wanted = [("treatment", None), *((cell, None) for cell in cells)]
    if not cells or any(place not in places for place in wanted):
        return ()
    positions = {cell: places[cell, None][0] for cell in cells}
    return (ArmColumns(number=0, treatment=places["treatment", None][0], cells=positions),)


def _wide(
    places: Mapping[Place, Sequence[int]], cells: Sequence[str], header: Sequence[str], file: str
) -> tuple[ArmColumns, ...]:
    telling = [cell for cell in cells if cell != "n"]
    numbers = sorted(
        {number for role, number in places if role in ("treatment", *telling) and number is not None}
    )
    if not cells or not any((cell, number) in places for cell in telling for number in numbers):
        return ()
    lacking = [
        f"{role}{number}"
        for number in numbers
        for role in ("treatment", *cells)
        if (role, number) not in places
    ]
    if lacking:
        if _contrast(places):
            return ()
        raise RequestError(
            f"{file} has numbered arms and lacks {', '.join(lacking)}; it has {headings(header)}. Every arm"
            f" needs treatment, {', '.join(cells)} with its number; name them so, or say which they are,"
            f" such as --column {lacking[0]}=HEADING."
        )
    return tuple(
        ArmColumns(
            number=number,
            treatment=places["treatment", number][0],
            cells={cell: places[cell, number][0] for cell in cells},
        )
        for number in numbers
    )


def _contrast(places: Mapping[Place, Sequence[int]]) -> dict[str, int]:
    wanted = {"treat1": ("treatment", 1), "treat2": ("treatment", 2), "yi": ("yi", None)}
    spread = "sei" if ("sei", None) in places else "vi"
    wanted[spread] = (spread, None)
    if any(place not in places for place in wanted.values()):
        return {}
    wanted |= {name: ("n", i) for i, name in ((1, "n1"), (2, "n2")) if ("n", i) in places}
    return {name: places[place][0] for name, place in wanted.items()}


def _contrast_places(contrast: Mapping[str, int]) -> list[Place]:
    numbered = {"treat1": ("treatment", 1), "treat2": ("treatment", 2), "n1": ("n", 1), "n2": ("n", 2)}
    return [numbered.get(name, (name, None)) for name in contrast]


def _refuse_doubles(
    places: Mapping[Place, Sequence[int]], used: Sequence[Place], header: Sequence[str], file: str
) -> None:
    faults = []
    for role, number in dict.fromkeys(used):
        spots = places.get((role, number), ())
        if len(spots) > 1:
            name = role + ("" if number is None else str(number))
            listed = " and ".join(visible(header[i]) for i in spots)
            faults.append(
                f"{listed} could each be {name} (say which: --column {name}={visible(header[spots[0]])})"
            )
    if faults:
        raise RequestError(f"{file}: {'; '.join(faults)}.")


def _first(places: Mapping[Place, Sequence[int]], place: Place) -> int | None:
    return places[place][0] if place in places else None


def _shown(header: Sequence[str], arm: ArmColumns) -> str:
    return ", ".join(visible(header[i]) for i in (arm.treatment, *arm.cells.values()))

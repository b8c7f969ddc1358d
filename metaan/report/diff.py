"""What changed between two reports: numbers, what came and went, and the choices behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from metaan.errors import RequestError
from metaan.report.compare import ABSENT, read_json, unequal
from metaan.report.folder import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Change", "Diff", "diff", "diff_documents"]

RESULTS = "results.json"
# What names an entry of a list, the first that all entries have and no two share.
NAMES = (
    ("id",),
    ("treat1", "treat2"),
    ("treat1", "treat2", "modifier"),
    ("treatment",),
    ("tau2",),
    ("row",),
    ("study",),
    ("path",),
)
UNSET = (None, "", "not recorded")
CHOICES = ("metaan", "seed", "plan", "choices")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that is not the same in both reports.

    Attributes
    ----------
    place : str
        Path within results.json or manifest.json; entries of a list are named by their id, pair of
        treatments or study, so that a new one does not shift the others.
    old, new : object
        As in the two files; None for null, and for what is not there.
    relative : float or None
        (new - old) / |old|; None where one is no number, or old is 0.
    """

    place: str
    old: object
    new: object
    relative: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """All that changed from one report to another.

    Attributes
    ----------
    choices : tuple of Change
        Of the plan, its defaults, the seed, the program.
    inputs : tuple of Change
        Files whose content changed, with their digests.
    removed, added : tuple of str
        Places that only the old, only the new report has.
    numbers : tuple of Change
        Numbers of results.json, also those that one report could not give.
    words : tuple of Change
        Its other values.
    """

    choices: tuple[Change, ...] = ()
    inputs: tuple[Change, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    numbers: tuple[Change, ...] = ()
    words: tuple[Change, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return not (self.choices or self.inputs or self.removed or self.added or self.numbers or self.words)


def diff(old: Path, new: Path) -> Diff:
    """Compare the numbers and choices of two reports.

    Parameters
    ----------
    old, new : Path
        Folders that `metaan report` wrote.

    Raises
    ------
    RequestError
        Where one holds no report that can be read.
    """
    return diff_documents(
        (_read(old, RESULTS), _read(old, MANIFEST)), (_read(new, RESULTS), _read(new, MANIFEST))
    )


def diff_documents(old: tuple[Any, Any], new: tuple[Any, Any]) -> Diff:
    """Compare two pairs of results and manifest.

    Numbers count as equal as `metaan verify` has it: at ten significant digits, or within 1e-8.

    Parameters
    ----------
    old, new : tuple of (object, object)
        Content of results.json and of manifest.json.

    Examples
    --------
    >>> found = diff_documents(({"k": 2, "I2": None}, {}), ({"k": 3, "tau2": 0.5}, {}))
    >>> found.numbers[0], found.removed, found.added
    (Change(place='k', old=2, new=3, relative=0.5), ('I2',), ('tau2',))
    """
    sides = _Sides()
    for place, before, after in unequal(_named(old[0]), _named(new[0])):
        sides.sort(place, before, after)
    return Diff(
        choices=tuple(_changes(_of(old[1], CHOICES), _of(new[1], CHOICES))),
        inputs=tuple(_changes(_digests(old[1]), _digests(new[1]))),
        removed=tuple(sides.removed),
        added=tuple(sides.added),
        numbers=tuple(sides.numbers),
        words=tuple(sides.words),
    )


@dataclass(slots=True)
class _Sides:
    removed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    numbers: list[Change] = field(default_factory=list)
    words: list[Change] = field(default_factory=list)

    def sort(self, place: str, old: object, new: object) -> None:
        if new is ABSENT:
            self.removed.append(place)
        elif old is ABSENT:
            self.added.append(place)
        elif _is_number(old) or _is_number(new):
            self.numbers.append(Change(place=place, old=old, new=new, relative=_relative(old, new)))
        else:
            self.words.append(Change(place=place, old=_held(old), new=_held(new)))


def _read(folder: Path, name: str) -> Any:
    try:
        return read_json((folder / name).read_bytes())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RequestError(
            f"{folder} holds no report: {name} cannot be read ({reason}). Name a folder that"
            ' "metaan report" wrote.'
        ) from error
    except (ValueError, RecursionError) as error:
        raise RequestError(f"{folder / name} is not what a report holds: {error}.") from error


def _named(value: Any) -> Any:
    """Turn lists whose entries have names into mappings, so that they are compared name by name."""
    if isinstance(value, dict):
        return {key: _named(each) for key, each in value.items()}
    if not isinstance(value, list):
        return value
    for keys in NAMES:
        found = _by_name(value, keys)
        if found:
            return {name: _named(each) for name, each in found.items()}
    return [_named(each) for each in value]


def _by_name(entries: list[Any], keys: tuple[str, ...]) -> dict[str, Any]:
    if not all(isinstance(each, dict) and all(key in each for key in keys) for each in entries):
        return {}
    named = {f"[{' : '.join(str(each[key]) for key in keys)}]": each for each in entries}
    return named if len(named) == len(entries) else {}


def _of(manifest: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: manifest[key] for key in keys if key in manifest} if isinstance(manifest, dict) else {}


def _digests(manifest: Any) -> dict[str, str]:
    inputs = _of(manifest, ("inputs",)).get("inputs", [])
    return {str(each.get("path")): str(each.get("sha256")) for each in inputs if isinstance(each, dict)}


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for place, before, after in unequal(_named(old), _named(new)):
        if _unset(before, after):
            continue
        yield Change(place=place, old=_held(before), new=_held(after), relative=_relative(before, after))


def _unset(old: object, new: object) -> bool:
    # A newer program writes keys that an older one did not know; left empty they choose nothing.
    return (old is ABSENT and new in UNSET) or (new is ABSENT and old in UNSET)


def _held(value: object) -> object:
    return None if value is ABSENT else value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _relative(old: object, new: object) -> float | None:
    if not (isinstance(old, int | float) and isinstance(new, int | float)) or not old:
        return None
    change = (new - old) / abs(old)
    return float(f"{change:.4g}") if isfinite(change) else None

"""What is known of each study, one value a study, from a table of its rows or a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import unmasked
from metaan.effects.labels import is_missing
from metaan.errors import InputError
from metaan.models.network.design import LARGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

__all__ = ["StudyValues", "is_number", "numbers", "study_values"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyValues:
    """One value for each study.

    Attributes
    ----------
    of : mapping of str to object
        Value by study, in the order of the studies; None where it is missing.
    notes : tuple of str
        Studies that have a value and no rows.
    """

    of: Mapping[str, object]
    notes: tuple[str, ...] = ()


def study_values(
    name: str, studies: Sequence[str], values: Mapping[object, object] | ArrayLike
) -> StudyValues:
    """Read a variable that is a study's own.

    Parameters
    ----------
    name : str
        Of the variable, for messages.
    studies : sequence of str, length m
        Study label of each row.
    values : mapping of study to value, or array_like of shape (m,)
        A study that a mapping does not name has no value. Of the rows of a study one may hold its value and
        the others be empty.

    Returns
    -------
    StudyValues

    Raises
    ------
    InputError
        An array of another length, something that is not a single value, rows or spellings of one study that
        hold different values.

    Examples
    --------
    >>> study_values("year", ["a", "a", "b"], [1999, None, None]).of
    {'a': 1999, 'b': None}
    >>> study_values("year", ["a", "b"], {"a": 1999, "c": 2001}).notes
    ("year: no row belongs to study 'c', so its value is not used",)
    """
    known: dict[str, object] = dict.fromkeys(studies)
    strangers: list[str] = []
    faults: list[str] = []
    for study, found in _pairs(name, studies, values):
        if np.ndim(found):  # type: ignore[arg-type]
            raise InputError(f"{name} of study {study!r} is {found!r}; give one value for each study.")
        if is_missing(found):
            continue
        value = found.strip() if isinstance(found, str) else found
        if study not in known:
            strangers.append(study)
        elif known[study] is None:
            known[study] = value
        elif known[study] != value:
            faults.append(f"study {study!r} has the values {_shown(known[study])} and {_shown(value)}")
    if faults:
        raise InputError(
            f"{name}: {'; '.join(dict.fromkeys(faults))}. A study has one value: give the one that holds for "
            "all its arms."
        )
    named = ", ".join(map(repr, dict.fromkeys(strangers)))
    one = len(set(strangers)) == 1
    told = f"{name}: no row belongs to {'study' if one else 'studies'} {named}, so "
    return StudyValues(
        of=known,
        notes=(f"{told}{'its value is' if one else 'their values are'} not used",) if strangers else (),
    )


def numbers(name: str, values: Mapping[str, object]) -> dict[str, float]:
    """Give the values that are there as numbers.

    Parameters
    ----------
    name : str
        Of the variable, for messages.
    values : mapping of str to object
        By study; None where missing.

    Returns
    -------
    dict of str to float
        Without the studies that have none.

    Raises
    ------
    InputError
        For values that are not numbers, or too large to compute with; all of them are named.

    Examples
    --------
    >>> numbers("year", {"a": 1999, "b": None})
    {'a': 1999.0}
    """
    wrong = [
        f"of study {study!r} is {_shown(value)}"
        for study, value in values.items()
        if value is not None and not is_number(value)
    ]
    if wrong:
        raise InputError(
            f"{name} {', '.join(wrong)}, which is not a number that can be used; give a finite number, or "
            "leave it empty where it is not known."
        )
    return {study: float(value) for study, value in values.items() if is_number(value)}  # type: ignore[arg-type]


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number of usable size; true and false are none.

    Examples
    --------
    >>> is_number(3), is_number("3"), is_number(True), is_number(float("inf"))
    (True, False, False, False)
    """
    if isinstance(value, (str, bytes, bool, np.bool_, complex)) or not hasattr(value, "__float__"):
        return False
    try:
        return abs(float(value)) < LARGEST
    except (TypeError, ValueError, OverflowError):
        return False


def _pairs(
    name: str, studies: Sequence[str], values: Mapping[object, object] | ArrayLike
) -> list[tuple[str, object]]:
    if isinstance(values, Mapping):
        return [(str(study).strip(), value) for study, value in values.items()]
    found = np.atleast_1d(np.asarray(unmasked(values), dtype=object))
    if found.shape != (len(studies),):
        raise InputError(
            f"{name} has the shape {found.shape} and there are {len(studies)} rows; give one value for each "
            "row, or a mapping from study to value."
        )
    return list(zip(studies, found.tolist(), strict=True))


def _shown(value: object) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)

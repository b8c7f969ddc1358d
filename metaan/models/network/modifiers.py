"""Possible effect modifiers of every direct comparison: how alike the studies of a network are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, nan
from statistics import median
from typing import TYPE_CHECKING, Literal

import numpy as np

from metaan.effects.cells import equal_lengths
from metaan.effects.labels import is_missing, label_column, merged_labels
from metaan.errors import InputError
from metaan.models.network.study_values import is_number, numbers, study_values
from metaan.results.modifiers import ModifierRow, ModifierTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

__all__ = ["modifier_table"]


def modifier_table(
    study: ArrayLike,
    treat1: ArrayLike,
    treat2: ArrayLike,
    modifiers: Mapping[str, Mapping[object, object] | ArrayLike],
) -> ModifierTable:
    """Describe possible effect modifiers in the studies of every direct comparison (transitivity).

    Indirect comparisons hold only where nothing that changes the effect differs between the studies of one
    comparison and those of another. The table shows what differs; it tests nothing and fills nothing in.

    Parameters
    ----------
    study, treat1, treat2 : array_like of labels, shape (m,)
        Study and the two treatments of each contrast; a study of several arms counts in each of its
        comparisons, once.
    modifiers : mapping of str to (mapping of study to value, or array_like of shape (m,))
        By name, one value for each study: numbers for a continuous modifier, words (or true and false) for a
        categorical one; None, `nan` or blank where it is not known. Codes of categories are to be given as
        words.

    Returns
    -------
    ModifierTable

    Raises
    ------
    InputError
        Empty or unequal columns, a missing label, a treatment against itself, no modifiers, one without a
        name or that mixes numbers and words, a study with several values.

    References
    ----------
    Salanti G. Indirect and mixed-treatment comparison, network, or multiple-treatments meta-analysis: many
    names, many benefits, many concerns for the next generation evidence synthesis tool. Research Synthesis
    Methods 2012; 3: 80-97.

    Examples
    --------
    >>> found = modifier_table(
    ...     list("abc"), list("AAB"), list("PPP"), {"age": [50, 60, None], "blind": {"a": "yes", "c": "no"}}
    ... )
    >>> found.comparisons
    (('A', 'P'), ('B', 'P'))
    >>> age, blind = found.rows[:2]
    >>> age.mean, age.low, age.high, blind.levels, blind.counts, blind.missing
    (55.0, 50.0, 60.0, ('no', 'yes'), (0, 1), ('b',))
    """
    names = label_column("study", study)
    compared = _comparisons(names, label_column("treat1", treat1), label_column("treat2", treat2))
    variables, told = _read_variables(names, modifiers)
    unknown = tuple(f"{variable.name}: no study has a value" for variable in variables if not variable.values)
    return ModifierTable(
        comparisons=tuple(compared),
        modifiers=tuple(variable.name for variable in variables),
        rows=tuple(
            _describe(pair, studies, variable) for pair, studies in compared.items() for variable in variables
        ),
        studies=tuple(dict.fromkeys(names)),
        notes=(
            *merged_labels("study", [study]),
            *merged_labels("treatment", [treat1, treat2]),
            *told,
            *unknown,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variable:
    """A modifier: its known values by study, as numbers or as words."""

    name: str
    kind: Literal["continuous", "categorical"]
    values: Mapping[str, float | str]
    levels: tuple[str, ...]


def _comparisons(
    names: Sequence[str], first: Sequence[str], second: Sequence[str]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Give the studies of every direct comparison."""
    lengths = {"study": names, "treat1": first, "treat2": second}
    equal_lengths({name: np.zeros(len(values)) for name, values in lengths.items()})
    same = [
        f"treat1[{i}] and treat2[{i}] (study {name!r}) are both {one!r}; correct one of them"
        for i, (name, one, two) in enumerate(zip(names, first, second, strict=True))
        if one == two
    ]
    if same:
        raise InputError(f"{'; '.join(same)}.")
    found: dict[tuple[str, str], dict[str, None]] = {}
    for name, one, two in zip(names, first, second, strict=True):
        found.setdefault((min(one, two), max(one, two)), {})[name] = None
    return {pair: tuple(found[pair]) for pair in sorted(found)}


def _read_variables(
    names: Sequence[str], modifiers: Mapping[str, Mapping[object, object] | ArrayLike]
) -> tuple[tuple[_Variable, ...], tuple[str, ...]]:
    if not (isinstance(modifiers, Mapping) and modifiers):  # type: ignore[redundant-expr]
        raise InputError("modifiers names nothing; give a mapping from the name of each to its values.")
    variables: list[_Variable] = []
    notes: list[str] = []
    for name, given in modifiers.items():
        if is_missing(name):
            raise InputError(f"modifiers has one named {name!r}; give it a name.")
        found = study_values(str(name).strip(), names, given)
        variables.append(_variable(str(name).strip(), found.of))
        notes += found.notes
    called = [variable.name for variable in variables]
    twice = [repr(name) for name in dict.fromkeys(called) if called.count(name) > 1]
    if twice:
        raise InputError(f"modifiers names {', '.join(twice)} more than once; give each a name of its own.")
    return tuple(variables), tuple(notes)


def _variable(name: str, values: Mapping[str, object]) -> _Variable:
    known = {study: value for study, value in values.items() if value is not None}
    words = {study: value for study, value in known.items() if not _is_numeric(value)}
    if len(words) == 0:
        return _Variable(name=name, kind="continuous", values=numbers(name, known), levels=())
    if len(words) < len(known):
        word = next(iter(words))
        number = next(study for study in known if study not in words)
        raise InputError(
            f"{name} mixes numbers and words: {known[number]!r} for study {number!r}, {known[word]!r} for "
            f"study {word!r}; give numbers only, or write the numbers as words if they name categories."
        )
    written = {study: _as_word(value) for study, value in words.items()}
    return _Variable(
        name=name, kind="categorical", values=written, levels=tuple(sorted(set(written.values())))
    )


def _is_numeric(value: object) -> bool:
    """Tell numbers from words; an infinite number is one, and is refused as such."""
    return is_number(value) or (isinstance(value, (int, float, np.number)) and not isinstance(value, bool))


def _as_word(value: object) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    return str(value)


def _describe(pair: tuple[str, str], studies: tuple[str, ...], variable: _Variable) -> ModifierRow:
    known = [variable.values[study] for study in studies if study in variable.values]
    sizes = [value for value in known if isinstance(value, float)]
    return ModifierRow(
        treat1=pair[0],
        treat2=pair[1],
        modifier=variable.name,
        kind=variable.kind,
        studies=studies,
        missing=tuple(study for study in studies if study not in variable.values),
        mean=fsum(sizes) / len(sizes) if sizes else nan,
        median=median(sizes) if sizes else nan,
        low=min(sizes, default=nan),
        high=max(sizes, default=nan),
        levels=variable.levels,
        counts=tuple(known.count(level) for level in variable.levels),
    )

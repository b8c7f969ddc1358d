"""From a formula and columns to a design matrix, without executing a word of the formula.

A formula is text from outside. It is cut into names, numbers, operators and calls of a short list of
functions; anything else is refused. The functions are applied here, columns and levels get neutral names, and
only then does formulaic, which would evaluate Python, see what is left.

References
----------
Wilkinson GN, Rogers CE. Symbolic description of factorial models for analysis of variance. Applied Statistics
1973; 22: 392-399.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from metaan.types import FloatArray

__all__ = ["FUNCTIONS", "design_matrix", "formula_columns"]

INTERCEPT = "intercept"
FACTOR = "factor"
LONGEST = 1000
MOST_NAMES = 40
MOST_PRODUCTS = 4
MOST_COLUMNS = 1000
MOST_LISTED = 8
MOST_SHOWN = 20

FUNCTIONS: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "center": lambda x: x - x.mean(),
    "exp": np.exp,
    "log": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "scale": lambda x: (x - x.mean()) / x.std(ddof=1),
    "sqrt": np.sqrt,
    "square": np.square,
}
"""What a formula may call on a column, beside factor(): all of them from numbers to numbers."""

TOKEN = re.compile(r"\s*(?:(?P<name>[^\W\d]\w*)|(?P<number>\d+(?:\.\d*)?)|(?P<mark>[-+:*()~]))")
NEUTRAL = re.compile(r"c(\d+)(?:\[(?:T\.)?l(\d+)\])?")


def design_matrix(
    formula: str, columns: Mapping[str, Sequence[object]]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Turn a formula and columns into a design matrix.

    Parameters
    ----------
    formula : str
        Such as "~ ablat + year", "~ alloc * center(year)" or "~ log(dose) - 1". Names of columns, joined by
        `+`, `:` (interaction) and `*` (both and their interaction), with parentheses; `1`, `0` and `-1` for
        the intercept; a function of `FUNCTIONS`, or factor(), around the name of a column.
    columns : mapping of str to sequence, each of length k
        Numbers, or texts for factors; a factor's first level in sorted order is the one compared with.

    Returns
    -------
    (ndarray of shape (k, p), tuple of str)
        The matrix, with its intercept unless the formula takes it out, and the names of its columns:
        "intercept", "year", "alloc[random]", "alloc[random]:year". Give both to `regress` with
        ``intercept=False``.

    Raises
    ------
    InputError
        For a formula with anything else in it (the place is named), an unknown column, values that are
        missing (their rows are named), numbers and texts in one column, or a factor of one level.

    Examples
    --------
    >>> X, names = design_matrix("~ alloc + year", {"alloc": ["b", "a", "b"], "year": [1, 2, 3]})
    >>> names
    ('intercept', 'alloc[b]', 'year')
    >>> X.tolist()
    [[1.0, 1.0, 1.0], [1.0, 0.0, 2.0], [1.0, 1.0, 3.0]]
    """
    _refuse_no_columns(columns)
    terms, text = _translate(formula, columns)
    k = _length([columns[term.column] for term in terms], columns)
    factors = [_evaluate(term, columns[term.column]) for term in terms]
    return _materialise(text, terms, factors, k)


def formula_columns(formula: str, columns: Sequence[str]) -> tuple[str, ...]:
    """List the columns that a formula uses, in its order.

    Parameters
    ----------
    formula : str
        As for `design_matrix`.
    columns : sequence of str
        The names that exist.

    Raises
    ------
    InputError
        For a formula that `design_matrix` would refuse, or an unknown column.

    Examples
    --------
    >>> formula_columns("~ log(dose) + year:dose", ["year", "dose", "age"])
    ('dose', 'year')
    """
    terms, _ = _translate(formula, columns)
    return tuple(dict.fromkeys(term.column for term in terms))


@dataclass(frozen=True, slots=True)
class _Term:
    """A column, plain or inside a function, as the formula spells it."""

    column: str
    function: str

    @property
    def spelling(self) -> str:
        return f"{self.function}({self.column})" if self.function else self.column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Values:
    """Numbers, or the levels of a factor and the level of each row."""

    numbers: FloatArray
    levels: tuple[str, ...] = ()


def _translate(formula: object, columns: Mapping[str, object] | Sequence[str]) -> tuple[list[_Term], str]:
    """Check a formula and spell it with neutral names: c0 for its first term, c1 for its second."""
    if not isinstance(formula, str) or not formula.strip():
        raise InputError(f"The formula {formula!r} is empty; write one such as '~ year'.")
    if len(formula) > LONGEST:
        raise InputError(f"The formula has {len(formula)} characters, which is more than {LONGEST}.")
    tokens = _tokens(formula)
    if tokens and tokens[0][1] == "~":
        tokens = tokens[1:]
    for place, token in tokens:
        _refuse_token(token, place)
    terms: list[_Term] = []
    words: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at][1]
        if token[0].isalpha() or token[0] == "_":
            term, at = _term(tokens, at, columns)
            if term not in terms:
                terms.append(term)
            words.append(f"c{terms.index(term)}")
        else:
            words.append(token)
            at += 1
    _refuse_disorder(words, formula)
    return terms, "".join(words)


def _tokens(formula: str) -> list[tuple[int, str]]:
    tokens = []
    at = 0
    text = formula.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            bad = len(text) - len(text[at:].lstrip())
            raise InputError(
                f"The formula holds {text[bad]!r} at character {bad + 1}, which has no meaning there. "
                "A formula is made of names of columns, + : * ( ), -1 for no intercept, and "
                f"{_functions()} around a name."
            )
        token = found.group(found.lastgroup or 0)
        tokens.append((found.end() - len(token) + 1, token))
        at = found.end()
    return tokens


def _term(
    tokens: Sequence[tuple[int, str]], at: int, columns: Mapping[str, object] | Sequence[str]
) -> tuple[_Term, int]:
    """Read a name, or a function around a name."""
    place, name = tokens[at]
    following = [token for _, token in tokens[at + 1 : at + 4]]
    if following[:1] != ["("]:
        return _Term(_known(name, columns), ""), at + 1
    if name not in FUNCTIONS and name != FACTOR:
        raise InputError(
            f"The formula calls {name}() at character {place}; the functions it may call are {_functions()}."
        )
    if len(following) < 3 or following[2] != ")" or not (following[1][0].isalpha() or following[1][0] == "_"):
        raise InputError(f"{name}() at character {place} of the formula takes the name of one column.")
    return _Term(_known(following[1], columns), name), at + 4


def _known(name: str, columns: Mapping[str, object] | Sequence[str]) -> str:
    if name in columns:
        return name
    known = [str(column) for column in columns]
    near = get_close_matches(name, known, n=1)
    more = f" and {len(known) - MOST_SHOWN} more" if len(known) > MOST_SHOWN else ""
    columns = f"columns are {', '.join(known[:MOST_SHOWN])}{more}."
    cure = f"did you mean {near[0]!r}? The {columns}" if near else f"the {columns}"
    raise InputError(f"The formula names {name!r}, which is not a column; {cure}")


def _functions() -> str:
    return ", ".join(f"{name}()" for name in (*FUNCTIONS, FACTOR))


def _refuse_token(token: str, place: int) -> None:
    if token == "~":  # noqa: S105 - a tilde is no password
        raise InputError(
            f"The formula has a second side at character {place}; write the moderators only: '~ year'."
        )
    if token[0].isdigit() and token not in ("0", "1"):
        raise InputError(
            f"The formula holds the number {token} at character {place}; only 1 and 0, for the intercept, "
            "can stand in it. Compute another column, or use one of the functions " + _functions() + "."
        )


def _refuse_disorder(words: Sequence[str], formula: str) -> None:
    """Check the grammar, and that what it describes stays small."""
    depth, wants = 0, True
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        if word == "(":
            fine, depth, wants = wants, depth + 1, True
        elif word == ")":
            fine, depth, wants = not wants and depth > 0, depth - 1, False
        elif word in ("0", "1"):
            fine, wants = wants and depth == 0 and not {before, after} & {"*", ":"}, False
        elif word[0] == "c":
            fine, wants = wants, False
        elif word == "-":
            fine, wants = after in ("0", "1") and before not in ("*", ":"), True
        else:
            fine, wants = not wants or word == "+", True
        if not fine:
            raise InputError(_not_understood(formula))
    if wants or depth:
        raise InputError(_not_understood(formula))
    products = sum(word in "*:" for word in words)
    if products > MOST_PRODUCTS or sum(word[0] == "c" for word in words) > MOST_NAMES:
        raise InputError(
            f"The formula is too large: it may name {MOST_NAMES} columns and hold {MOST_PRODUCTS} of * and :."
        )


def _not_understood(formula: str) -> str:
    return (
        f"The formula {formula.strip()!r} cannot be read: an operator, a name or a parenthesis is missing or "
        "left over, or 1 stands inside one. Write one such as '~ year + alloc', with - before 1 only."
    )


def _refuse_no_columns(columns: object) -> None:
    if not hasattr(columns, "keys"):
        raise InputError(
            f"columns = {columns!r} holds no named columns; give a dictionary of columns, or a data frame."
        )


def _length(used: Sequence[Sequence[object]], columns: Mapping[str, Sequence[object]]) -> int:
    held = used or [columns[name] for name in columns]
    for values in held:
        if isinstance(values, (str, bytes)) or getattr(values, "shape", None) == () or not _is_sized(values):
            raise InputError(f"{values!r} is not a column; give a list with one value for each study.")
    lengths = {len(values) for values in held}
    if len(lengths) != 1:
        raise InputError("The columns differ in length; give one value for each study in each.")
    return lengths.pop()


def _is_sized(values: object) -> bool:
    return hasattr(values, "__len__")


def _evaluate(term: _Term, values: Sequence[object]) -> _Values:
    cells = [cell.item() if isinstance(cell, np.generic) else cell for cell in values]
    missing = [i for i, cell in enumerate(cells) if _is_missing(cell)]
    if missing:
        raise InputError(
            f"{term.column!r} is missing in {_rows(missing)}; give the value, or leave the study out."
        )
    numbers = [_as_number(cell) for cell in cells]
    words = [i for i, number in enumerate(numbers) if number is None]
    if term.function == FACTOR or (len(words) == len(cells) and not term.function):
        return _levels(term, cells)
    if words:
        raise InputError(_mixed(term, cells, words))
    return _Values(numbers=_apply(term, np.array(numbers, dtype=np.float64)))


def _mixed(term: _Term, cells: Sequence[object], words: Sequence[int]) -> str:
    shown = f"{term.column!r} holds {cells[words[0]]!r} in {_rows(words)}"
    if term.function:
        return f"{shown}, which is no number, so {term.spelling} cannot be computed."
    return f"{shown} among numbers; correct it, or write factor({term.column}) for a factor."


def _is_missing(cell: object) -> bool:
    if cell is None or isinstance(cell, str):
        return cell is None or not cell.strip()
    try:
        return bool(cell != cell)
    except TypeError:  # pandas' NA does not say whether it differs from itself
        return True


def _as_number(cell: object) -> float | None:
    """Read a number; a truth value counts as 0 or 1, and what is no number is None."""
    if not isinstance(cell, (str, int, float)):
        return None
    try:
        number = float(cell)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def _levels(term: _Term, cells: Sequence[object]) -> _Values:
    spelled = [str(cell).strip() for cell in cells]
    numbers = [_as_number(cell) for cell in cells]
    if None in numbers:
        levels = sorted(set(spelled))
    else:
        levels = sorted(set(spelled), key=lambda level: (_as_number(level) or 0.0, level))
    if len(levels) < 2:
        raise InputError(
            f"{term.column!r} is {levels[0]!r} in every study, so there is nothing to compare; leave it out."
        )
    place = {level: i for i, level in enumerate(levels)}
    return _Values(numbers=np.array([place[level] for level in spelled], float), levels=tuple(levels))


def _apply(term: _Term, numbers: FloatArray) -> FloatArray:
    if not term.function:
        return numbers
    with np.errstate(all="ignore"):
        found = np.asarray(FUNCTIONS[term.function](numbers), dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(found))
    if len(wrong):
        raise InputError(
            f"{term.spelling} cannot be computed: {term.column!r} is {numbers[wrong[0]]:g} in "
            f"{_rows(wrong.tolist())}."
        )
    return found


def _rows(positions: Sequence[int]) -> str:
    shown = ", ".join(str(position) for position in positions[:MOST_LISTED])
    more = f" and {len(positions) - MOST_LISTED} more" if len(positions) > MOST_LISTED else ""
    return f"row{'s' if len(positions) > 1 else ''} {shown}{more} (counted from 0)"


def _materialise(
    text: str, terms: Sequence[_Term], values: Sequence[_Values], k: int
) -> tuple[FloatArray, tuple[str, ...]]:
    import pandas as pd
    from formulaic import Formula

    parsed = Formula(text)
    sizes = {f"c{i}": max(len(value.levels), 1) for i, value in enumerate(values)}
    total = 0
    for term in parsed:
        total += int(np.prod([sizes.get(factor.expr, 1) for factor in term.factors], dtype=float))
    if total == 0:
        raise InputError("The formula leaves no column: it takes out the intercept and names no moderator.")
    if total > MOST_COLUMNS:
        raise InputError(f"The formula makes {total} columns, which is more than {MOST_COLUMNS}.")
    frame = pd.DataFrame({f"c{i}": _neutral(value) for i, value in enumerate(values)}, index=range(k))
    found = parsed.get_model_matrix(frame, context={}, na_action="raise")
    names = tuple(_spell(str(name), terms, values) for name in found.columns)
    return np.asarray(found, dtype=np.float64), names


def _neutral(value: _Values) -> object:
    import pandas as pd

    if not value.levels:
        return value.numbers
    levels = [f"l{i}" for i in range(len(value.levels))]
    return pd.Categorical([levels[int(code)] for code in value.numbers], categories=levels)


def _spell(name: str, terms: Sequence[_Term], values: Sequence[_Values]) -> str:
    """Give a column of the matrix the names that the formula and the data use."""
    if name == "Intercept":
        return INTERCEPT

    def original(found: re.Match[str]) -> str:
        i = int(found[1])
        spelling = terms[i].column if values[i].levels else terms[i].spelling
        return spelling if found[2] is None else f"{spelling}[{values[i].levels[int(found[2])]}]"

    return NEUTRAL.sub(original, name)

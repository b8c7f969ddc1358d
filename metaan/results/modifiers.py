"""Values of how possible effect modifiers are spread over the comparisons of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifierRow:
    """One modifier in the studies of one direct comparison.

    Attributes
    ----------
    treat1, treat2 : str
        The comparison, in alphabetical order.
    modifier : str
        Its name.
    kind : {"continuous", "categorical"}
        Whether its values are numbers or words.
    studies : tuple of str
        Those that compare the two directly, in input order.
    missing : tuple of str
        Those of them whose value is not known.
    mean, median, low, high : float
        Over the studies whose value is known, each counted once, in the unit of the modifier; `nan` for words
        and where no value is known.
    levels : tuple of str
        Every word that any study of the network has, sorted; empty for numbers.
    counts : tuple of int
        Studies of this comparison with each of them.
    """

    treat1: str
    treat2: str
    modifier: str
    kind: Literal["continuous", "categorical"]
    studies: tuple[str, ...]
    missing: tuple[str, ...]
    mean: float
    median: float
    low: float
    high: float
    levels: tuple[str, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifierTable:
    """Possible effect modifiers of every direct comparison, to judge whether a network may be one.

    Attributes
    ----------
    comparisons : tuple of (str, str)
        Pairs that studies compare directly, sorted.
    modifiers : tuple of str
        In the order given.
    rows : tuple of ModifierRow
        One for each comparison and modifier, the modifiers of a comparison together.
    studies : tuple of str
        All studies, in input order.
    notes : tuple of str
        What a reader must know about these numbers.
    """

    comparisons: tuple[tuple[str, str], ...]
    modifiers: tuple[str, ...]
    rows: tuple[ModifierRow, ...]
    studies: tuple[str, ...]
    notes: tuple[str, ...] = ()

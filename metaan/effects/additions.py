"""What is added to cells of 0, to which studies, and the ledger of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metaan.results.pairwise import CellNote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metaan.types import BoolArray

__all__ = ["ADD_TO", "added_notes", "ledger_lines", "said", "where_added"]

ADD_TO = ("only0", "all", "if0all", "none")

REASONS = {
    "only0": "one of them is 0",
    "all": "asked for in every study",
    "if0all": "a study has a cell of 0",
}
WORDS = {
    ("ai", "bi", "ci", "di"): "all four cells",
    ("x1i", "x2i"): "the events of both groups",
    ("xi",): "the events",
    ("xi", "mi"): "the events and the non-events",
}


def where_added(zero: BoolArray, usable: BoolArray, add: float, to: str) -> BoolArray:
    """Tell to which studies something is added.

    Parameters
    ----------
    zero : ndarray of bool, shape (k,)
        Usable studies with a cell of 0.
    usable : ndarray of bool, shape (k,)
        Studies that can carry an effect.
    add : float
        What would be added.
    to : {"only0", "all", "if0all", "none"}
        To studies with a cell of 0; to all; to all if any has one; to none.

    Returns
    -------
    ndarray of bool, shape (k,)

    Examples
    --------
    >>> zero, usable = np.array([True, False, False]), np.array([True, True, False])
    >>> where_added(zero, usable, 0.5, "if0all").tolist()
    [True, True, False]
    """
    if add > 0 and to == "only0":
        return zero & usable
    if add > 0 and (to == "all" or (to == "if0all" and (zero & usable).any())):
        return usable
    return np.zeros_like(usable)


def added_notes(where: BoolArray, cells: tuple[str, ...], add: float, to: str) -> list[CellNote]:
    """Enter what was added in the ledger, study by study."""
    return [
        CellNote(index=i, action="added", cells=cells, amount=add, reason=REASONS[to])
        for i in np.flatnonzero(where).tolist()
    ]


def said(note: CellNote) -> str:
    """Put an entry of the ledger in words.

    Examples
    --------
    >>> said(CellNote(index=1, action="added", cells=("xi",), amount=0.5, reason="one of them is 0"))
    '0.5 added to the events'
    """
    return f"{note.amount:g} added to {WORDS[note.cells]}" if note.action == "added" else note.reason


def ledger_lines(ledger: Iterable[CellNote]) -> tuple[str, ...]:
    """Write one line for each study that the ledger names, counting from 1.

    Examples
    --------
    >>> ledger_lines([CellNote(index=1, action="left_out", reason="no events in either arm")])
    ('study 2: no events in either arm',)
    """
    lines: dict[int, list[str]] = {}
    for note in ledger:
        lines.setdefault(note.index, []).append(said(note))
    return tuple(f"study {i + 1}: {'; '.join(lines[i])}" for i in sorted(lines))

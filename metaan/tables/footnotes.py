"""Lettered footnotes of a table: the same text has the same letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Footnotes", "letter"]


class Footnotes:
    """Gives the notes of a table their letters, in the order in which they are first needed.

    Examples
    --------
    >>> notes = Footnotes()
    >>> notes.marks(["Few people.", "Old trials."]), notes.marks(["Old trials."]), notes.marks([])
    (' [a, b]', ' [b]', '')
    >>> notes.lines()
    ('[a] Few people.', '[b] Old trials.')
    """

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def marks(self, texts: Iterable[str]) -> str:
        """Name the notes of a cell, with a space before them; empty where there is none."""
        known = [self._letters.setdefault(text, letter(len(self._letters))) for text in texts]
        return f" [{', '.join(sorted(known, key=lambda mark: (len(mark), mark)))}]" if known else ""

    def lines(self) -> tuple[str, ...]:
        """Write all notes, each behind its letter."""
        return tuple(f"[{mark}] {text}" for text, mark in self._letters.items())


def letter(place: int) -> str:
    """Give the letter, or letters, of a place counted from 0.

    Examples
    --------
    >>> letter(0), letter(25), letter(26), letter(52)
    ('a', 'z', 'aa', 'ba')
    """
    first, last = divmod(place, 26)
    return (letter(first - 1) if first else "") + chr(ord("a") + last)

"""Sentences that cite: the pieces of the methods text."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Clause", "Paragraph"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence and the keys of the works it rests on."""

    text: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A part of the methods text.

    Attributes
    ----------
    title : str
        Its heading.
    items : str
        Items of the PRISMA 2020 checklist that it answers.
    clauses : tuple of Clause
        Running text; empty where there are only points.
    points : tuple of str
        A list below the text.
    """

    title: str
    items: str
    clauses: tuple[Clause, ...] = ()
    points: tuple[str, ...] = ()

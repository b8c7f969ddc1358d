"""What is said where a file lacks a column that was asked for: those that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.review.cells import near
from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["headings", "instead"]

MOST = 20


def headings(header: Sequence[str]) -> str:
    """List the headings of a file, the first of them where there are many.

    Examples
    --------
    >>> headings(["study", "events"])
    'study, events'
    """
    shown = ", ".join(visible(name[:40]) for name in header[:MOST])
    return shown + (f" and {len(header) - MOST} more" if len(header) > MOST else "")


def instead(heading: str, header: Sequence[str]) -> str:
    """Say which columns a file has, first those with a name near the one asked for, to end a sentence with.

    Examples
    --------
    >>> instead("aloc", ["study", "alloc"]), instead("dose", ["study", "alloc"])
    ('did you mean “alloc”? It has study, alloc.', 'it has study, alloc.')
    """
    hint = visible(near(heading, header))
    return f"{hint} It has {headings(header)}." if hint else f"it has {headings(header)}."

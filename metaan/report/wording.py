"""Small words: numbers spelled, lists joined, nouns counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import capital

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["capital", "counted", "joined", "participants", "spelled"]

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spelled(number: int) -> str:
    """Write a whole number: in words below ten, with thousands marked above.

    Examples
    --------
    >>> spelled(0), spelled(2), spelled(1108)
    ('no', 'two', '1,108')
    """
    return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"


def counted(number: int, singular: str, plural: str = "") -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "study", "studies"), counted(12, "trial")
    ('one study', '12 trials')
    """
    return f"{spelled(number)} {singular if number == 1 else plural or singular + 's'}"


def participants(number: int) -> str:
    """Write a number of people, in figures.

    Examples
    --------
    >>> participants(1108)
    '1,108 participants'
    """
    return f"{number:,} participant{'' if number == 1 else 's'}"


def joined(parts: Sequence[str], word: str) -> str:
    """Join the parts of a list with commas and a last word.

    Examples
    --------
    >>> joined(["a", "b", "c"], "and")
    'a, b and c'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"

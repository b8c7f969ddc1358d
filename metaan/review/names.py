"""When two names of an outcome or treatment are likely one."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["same_name"]

CLOSE = 0.92

FILLERS = frozenset(
    {"a", "an", "and", "at", "did", "due", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
    | {"study", "source", "2nd", "second", "patients"}
)

SYNONYMS = {
    "ae": "adverse event",
    "aes": "adverse event",
    "sae": "serious adverse event",
    "discontinued": "not complete",
    "discontinuation": "not complete",
    "reaction": "event",
    "reactions": "event",
    "vs": "versus",
}


def same_name(one: str, other: str) -> bool:
    """Tell whether two names differ only in spelling, order, endings or common abbreviations.

    Examples
    --------
    >>> same_name("withdrawal_due_to_AE", "withdrawal due to adverse events")
    True
    >>> same_name("any adverse event", "serious adverse event")
    False
    """
    a, b = _words(one[:200]), _words(other[:200])
    if not a or not b:
        return False
    if a == b:
        return True
    if any(w.isdigit() for w in a ^ b) or len(a) != len(b) or abs(len(one) - len(other)) > 3:
        return False
    from difflib import SequenceMatcher

    rest_a, rest_b = " ".join(sorted(a - b)), " ".join(sorted(b - a))
    return (
        len(a - b) == 1
        and SequenceMatcher(None, rest_a, rest_b).ratio() >= CLOSE - 0.12
        and _long(rest_a, rest_b)
    )


def _long(*words: str) -> bool:
    return min(map(len, words)) >= 6


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    found = re.findall(r"[^\W_]+", name.casefold())
    spelled = " ".join(SYNONYMS.get(word, word) for word in found).split()
    return frozenset(_stem(word) for word in spelled if word not in FILLERS)


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "e"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word.removesuffix(ending)
    return word

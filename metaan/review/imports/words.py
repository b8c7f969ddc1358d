"""Texts and numbers of an import as the tables hold them: nothing hidden, nothing that a spreadsheet runs."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from metaan.review.problems import visible
from metaan.review.sheet import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Ids", "harmless", "number_text", "plain_text", "runs"]

FORMULA_STARTS = ("=", "+", "-", "@")
LONGEST_TEXT = 2000
LONGEST_ID = 40
CUT = " …"


def plain_text(text: str, longest: int = LONGEST_TEXT) -> str:
    r"""Write a text on one line, composed, with every character that cannot be seen as an escape.

    Examples
    --------
    >>> print(plain_text(" Ames\n1999\u202e "))
    Ames 1999\u202e
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if not line.isascii():
        line = FORBIDDEN.sub(lambda spot: _escape(spot.group()), visible(line))
    else:
        line = visible(line)
    return line if len(line) <= longest else line[: longest - len(CUT)] + CUT


def runs(text: str) -> bool:
    """Tell whether a spreadsheet would run a cell, such as "=1+1"; a number is no formula.

    Examples
    --------
    >>> runs("=cmd"), runs("-0.5"), runs("- placebo")
    (True, False, True)
    """
    return text.startswith(FORMULA_STARTS) and not re.fullmatch(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?", text)


def harmless(text: str, longest: int = LONGEST_TEXT) -> str:
    """Write a text so that no spreadsheet runs it: an apostrophe before what begins like a formula.

    Examples
    --------
    >>> harmless("=HYPERLINK()"), harmless("placebo")
    ("'=HYPERLINK()", 'placebo')
    """
    plain = plain_text(text, longest)
    return "'" + plain if runs(plain) else plain


def number_text(value: float) -> str:
    """Write a number with the digits that give it back.

    Examples
    --------
    >>> number_text(13.0), number_text(4.7), number_text(1e-7)
    ('13', '4.7', '1e-07')
    """
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


class Ids:
    """Short names, each once, whatever capitals they are written in."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {name.casefold() for name in taken}
        self._last: dict[str, int] = {}

    def study(self, label: str) -> str:
        """Name a study: the letters and digits of its label, such as Ames1999."""
        return self._once(_letters(label, "", keep_case=True) or "study", "-")

    def outcome(self, label: str) -> str:
        """Name an outcome: lower-case words joined by underscores."""
        return self._once(_letters(label, "_") or "outcome", "_")

    def arm(self, label: str) -> str:
        """Name an arm: lower-case words joined by underscores."""
        return self._once(_letters(label, "_") or "arm", "_")

    def analysis(self, label: str) -> str:
        """Name an analysis: begins with a letter, words joined by hyphens."""
        name = _letters(label, "-") or "analysis"
        name = name if name[0].isalpha() else f"analysis-{name}"
        return self._once("analysis-main" if name == "main" else name, "-")

    def _once(self, name: str, between: str) -> str:
        made, number = name, self._last.get(name.casefold(), 1)
        while made.casefold() in self._taken:
            number += 1
            made = f"{name}{between}{number}"
        self._last[name.casefold()] = number
        self._taken.add(made.casefold())
        return made


def _letters(label: str, between: str, *, keep_case: bool = False) -> str:
    bare = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", bare if keep_case else bare.lower())
    while len(words) > 1 and len(between.join(words)) > LONGEST_ID:
        words.pop()
    return between.join(words)[:LONGEST_ID]


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"

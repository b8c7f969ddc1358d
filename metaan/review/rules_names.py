"""Rules about how names are written: names that only look alike, and names that figures cannot show."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from typing import TYPE_CHECKING

from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.review.load import Loaded
    from metaan.review.problems import Problem
    from metaan.review.rows import Row

__all__ = ["look", "name_faults", "revealed"]

NAMING = (
    (("studies", "study_id"),),
    (("studies", "label"),),
    (("arms", "arm_id"),),
    (("outcomes", "outcome_id"),),
    (("treatments", "raw_label"),),
    (("treatments", "node"), ("arms", "split_node")),
    (("results", "timepoint"), ("contrasts", "timepoint")),
)
"""Columns that name one kind of thing each."""

DRAWN = (
    ("studies", "label"),
    ("arms", "split_node"),
    ("outcomes", "label"),
    ("treatments", "node"),
    ("treatments", "treatment"),
)
"""Columns whose texts figures show."""

FONT_BLOCKS = (
    (0x0000, 0x06FF),
    (0x07C0, 0x07FF),
    (0x0E80, 0x0EFF),
    (0x10A0, 0x10FF),
    (0x1400, 0x169F),
    (0x1D00, 0x2BFF),
    (0x2C60, 0x2C7F),
    (0x2D00, 0x2D7F),
    (0xA4D0, 0xA4FF),
    (0xA640, 0xA7FF),
    (0xFB00, 0xFBFF),
    (0xFE70, 0xFEFF),
    (0x10300, 0x1032F),
    (0x1D400, 0x1D7FF),
)
"""Blocks of letters of which DejaVu Sans, the font of the figures, has most."""

SIGN_BLOCKS = (
    (0x0021, 0x02F7),
    (0x0375, 0x06F9),
    (0x07C0, 0x07F9),
    (0x0E3F, 0x0E3F),
    (0x0ED0, 0x0ED9),
    (0x1FBD, 0x232C),
    (0x2373, 0x237D),
    (0x2394, 0x23AE),
    (0x2460, 0x2469),
    (0x2500, 0x26B8),
    (0x26C0, 0x26C3),
    (0x2701, 0x27C6),
    (0x27E0, 0x290B),
    (0x29CE, 0x29D5),
    (0x29FA, 0x2A02),
    (0x2A0C, 0x2A1C),
    (0x2A2F, 0x2A2F),
    (0x2A7D, 0x2AA0),
    (0x2AAE, 0x2ABA),
    (0x2AF9, 0x2B24),
    (0x2E18, 0x2E25),
    (0x4DC0, 0x4DFF),
    (0xA708, 0xA78A),
    (0xFFFC, 0xFFFD),
    (0x10320, 0x10323),
    (0x1D300, 0x1D356),
    (0x1D7D8, 0x1D7EB),
    (0x1F030, 0x1F0DF),
    (0x1F42D, 0x1F435),
    (0x1F600, 0x1F640),
)
"""The same for what is no letter: digits, punctuation and symbols, emoji among them."""

SIGN_HOLES = frozenset("⌚⌛⚝✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿🐯🐰🐲🐳🐴😤😬")
"""Emoji and the like that the font lacks within those blocks."""

JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
HYPHENS = {ord(c): "-" for c in "\u2010\u2011"}


def name_faults(loaded: Loaded) -> Iterator[Problem]:
    """Find names that look alike and are not (D034), and names with what figures cannot show (D035)."""
    for columns in NAMING:
        yield from _look_alike(loaded, columns)
    for table, column in DRAWN:
        yield from _without_letters(loaded, table, column)


def look(text: str) -> str:
    r"""Give what a reader sees of a text: plain spaces and hyphens, no joiners.

    Examples
    --------
    >>> look("1\xa0week") == look("1 week")
    True
    """
    if text.isascii():
        return " ".join(text.split())
    plain = unicodedata.normalize("NFC", text).translate(HYPHENS)
    return " ".join("".join(c for c in plain if c not in JOINERS).split())


def revealed(text: str) -> str:
    r"""Show a text with every character that cannot be told by eye as an escape.

    Examples
    --------
    >>> print(revealed("1\xa0week"))
    1\xa0week
    """
    hidden = JOINERS | {chr(code) for code in HYPHENS}
    return "".join(
        c.encode("unicode_escape").decode()
        if c in hidden or (c != " " and unicodedata.category(c) == "Zs")
        else visible(c)
        for c in text
    )


def _look_alike(loaded: Loaded, columns: tuple[tuple[str, str], ...]) -> Iterator[Problem]:
    first: dict[str, tuple[str, Row]] = {}
    told: set[str] = set()
    for table, column in columns:
        for row in loaded.tables[table]:
            name = row.text[column]
            other, where = first.setdefault(look(name), (name, row))
            if other == name or name in told:
                continue
            told.add(name)
            yield loaded.fault(
                "D034",
                row,
                column,
                f"“{revealed(name)[:120]}” looks like “{revealed(other)[:120]}” ({where.table}.csv, row"
                f" {where.number}), but is another text.",
                "retype both with plain spaces and hyphens; what is shown as \\x.. or \\u.. cannot be seen.",
                severity="error",
            )


def _without_letters(loaded: Loaded, table: str, column: str) -> Iterator[Problem]:
    told: set[str] = set()
    for row in loaded.tables[table]:
        text = row.text[column]
        if text.isascii() or text in told:
            continue
        told.add(text)
        lacking = "".join(dict.fromkeys(c for c in text if not _in_the_font(c)))
        if lacking:
            yield loaded.fault(
                "D035",
                row,
                column,
                f"“{text[:80]}” has letters or signs that the font of the figures lacks: {lacking[:20]}.",
                "write the name in Latin letters, without emoji, and keep its own script in notes.",
            )


def _in_the_font(character: str) -> bool:
    kind = unicodedata.category(character)
    if kind[0] == "L":
        return _within(FONT_BLOCKS, character)
    if kind[0] in "NPS":
        return _within(SIGN_BLOCKS, character) and character not in SIGN_HOLES
    return kind != "Co"  # marks and joiners go with a letter or sign


def _within(blocks: tuple[tuple[int, int], ...], character: str) -> bool:
    at = bisect_right(blocks, (ord(character), 0x110000)) - 1
    return at >= 0 and blocks[at][0] <= ord(character) <= blocks[at][1]

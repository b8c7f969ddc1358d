"""What a row of a plain file says beside its numbers: outcome, time, measure, source and quote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.errors import RequestError
from metaan.review.cells import near
from metaan.review.imports.words import harmless
from metaan.review.plain import missing_text
from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from metaan.review.imports.facts import Wishes
    from metaan.review.plain import PlainFile

__all__ = ["LOG_NOTE", "OWN_ROLES", "RowLabels", "joined"]

OWN_ROLES = ("outcome", "timepoint")
"""Roles of columns that are told here, beside those of numbers."""
HEADINGS = {
    "outcome": ("outcome", "outcomeid", "endpoint"),
    "timepoint": ("timepoint", "followup", "visit"),
    "measure": ("measure", "effectmeasure"),
}
ROW_COLUMNS = ("quote", "derivation", "source", "source_url", "extractor", "checked_by")
USUAL = "Outcome"
NAME = 200
LOG_NOTE = (
    "Effects are read as natural logarithms of the {measure}, as metafor and netmeta write them; where the"
    " file has ratios themselves, take their logarithms first."
)


class RowLabels:
    """Look-ups by the number of a row.

    Parameters
    ----------
    file : PlainFile
        The file.
    wishes : Wishes
        Headings that the user named, and the outcome of a file without a column for it.
    numbers : collection of int
        Positions of columns that hold numbers or names, which are none of these.
    several : bool
        Whether a row holds several arms, so that a quote belongs to none of them.
    """

    def __init__(
        self, file: PlainFile, wishes: Wishes, numbers: Collection[int], *, several: bool = False
    ) -> None:
        self._cells = {row.number: row.cells for row in file.rows}
        self._usual = wishes.outcome or USUAL
        spots = {role: _position(file, wishes, role) for role in HEADINGS}
        self._spots = {role: i for role, i in spots.items() if i is not None and i not in numbers}
        plain = [name.casefold().strip().replace(" ", "_") for name in file.header]
        known = () if several else ROW_COLUMNS
        self._told = {name: plain.index(name) for name in known if name in plain}
        self._told = {name: i for name, i in self._told.items() if i not in numbers}

    @property
    def used(self) -> set[int]:
        """Positions of the columns that are read here."""
        return {*self._spots.values(), *self._told.values()}

    @property
    def several_outcomes(self) -> bool:
        """Whether a column names the outcome."""
        return "outcome" in self._spots

    @property
    def notes(self) -> tuple[str, ...]:
        """Say that nobody named the outcome."""
        if self.several_outcomes or self._usual != USUAL:
            return ()
        return ("The file does not name its outcome, so it is called Outcome; name it with --outcome.",)

    def outcome(self, number: int) -> str:
        """Name the outcome of a row."""
        return harmless(self._text(number, "outcome") or self._usual, NAME)

    def time(self, number: int) -> str:
        """Name the time of a row; empty where it is not told."""
        return harmless(self._text(number, "timepoint"), NAME)

    def other_measure(self, number: int, measure: str) -> str:
        """Say why an effect is none of a measure; empty where the row does not contradict it."""
        own = self._text(number, "measure")
        if not own or own.upper() == measure:
            return ""
        return (
            f"its measure is {visible(own[:40])}, not {measure} as --measure says. Start from it by itself."
        )

    def told(self, number: int) -> dict[str, str]:
        """Give the cells of results.csv or contrasts.csv that the row has under their own names."""
        cells = self._cells[number]
        return {name: harmless(cells[i]) for name, i in self._told.items() if not missing_text(cells[i])}

    def _text(self, number: int, role: str) -> str:
        spot = self._spots.get(role)
        text = "" if spot is None else self._cells[number][spot]
        return "" if missing_text(text) else text


def joined(told: Mapping[str, str], cells: Mapping[str, str]) -> dict[str, str]:
    """Keep what the file says of a figure beside how it was converted."""
    how = " ".join(filter(None, (told.get("derivation", ""), cells.get("derivation", ""))))
    return {**told, **cells} | ({"derivation": how} if how else {})


def _position(file: PlainFile, wishes: Wishes, role: str) -> int | None:
    told = wishes.columns.get(role, "")
    if told:
        found = file.position(told)
        if found is None:
            hint = near(told, file.header) or "look at its first row."
            raise RequestError(visible(f"--column {role}: {file.name} has no column “{told[:80]}”; {hint}"))
        return found
    plain = ["".join(c for c in name.casefold() if c.isalnum()) for name in file.header]
    return next((plain.index(name) for name in HEADINGS[role] if name in plain), None)

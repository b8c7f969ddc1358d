"""Columns of a plain file beside its numbers: what is known of studies and arms, kept and never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.review.cells import Fault, parse_cell
from metaan.review.imports.facts import Untaken
from metaan.review.imports.words import harmless
from metaan.review.plain import missing_text
from metaan.review.problems import visible
from metaan.review.schema import TABLES
from metaan.review.sheet import column_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from metaan.review.plain import PlainFile, PlainRow

__all__ = ["Extras", "Place", "read_extras"]

STUDY_COLUMNS = [
    "year",
    "country",
    "design",
    "condition",
    "duration_days",
    "funding",
    "registration",
    "doi",
    "pmid",
    "n_trials",
    "source",
    "source_url",
]
"""Columns of studies.csv that a plain file may have under the same heading."""
LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How places in a file are named: its worksheet where it is one of several."""

    sheet: str = ""

    def row(self, number: int) -> str:
        """Name a row, such as "row 5" or "sheet Data, row 5"."""
        return f"sheet {self.sheet}, row {number}" if self.sheet else f"row {number}"

    def column(self, index: int, heading: str) -> str:
        """Name a column, such as "column C (alloc)"."""
        named = f"column {column_letter(index)} ({visible(heading[:40])})"
        return f"sheet {self.sheet}, {named}" if self.sheet else named

    def found(self, number: int, letter: str, heading: str, label: str, text: str) -> str:
        """Name a cell, the study and what stands there: "row 5, column C (n1i), Ames 1999: “5-10”"."""
        parts = [self.row(number)]
        if letter:
            parts.append(f"column {letter} ({visible(heading[:40])})" if heading else f"column {letter}")
        if label and label != f"row {number}":
            parts.append(label)
        return ", ".join(parts) + (f", “{text}”" if text else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """Cells of studies.csv by study, notes by study and treatment, and the columns that have no place."""

    studies: Mapping[str, Mapping[str, str]]
    arms: Mapping[tuple[str, str], str]
    untaken: tuple[Untaken, ...]


def read_extras(
    file: PlainFile,
    place: Place,
    used: Iterable[int],
    of: Sequence[tuple[PlainRow, str, str]],
) -> Extras:
    """Sort the columns that no analysis needs: of studies, of arms, or neither.

    Parameters
    ----------
    file : PlainFile
        The file.
    place : Place
        How its places are named.
    used : iterable of int
        Positions of columns that were read already.
    of : sequence of (PlainRow, str, str)
        Rows with the study and treatment they belong to; the treatment is empty where a row has several.

    Returns
    -------
    Extras
        A column whose texts are the same in all rows of a study goes to the study, one that is the same in
        all rows of an arm to the arm; of others the filled cells are counted.
    """
    studies: dict[str, dict[str, str]] = {}
    arms: dict[tuple[str, str], list[str]] = {}
    untaken = []
    left = [i for i in range(len(file.header)) if i not in set(used)]
    for index in left:
        heading = file.header[index]
        filled = [row for row, _, _ in of if not missing_text(row.cells[index])]
        by_study = _constant(index, ((row, (study,)) for row, study, _ in of))
        by_arm = _constant(index, ((row, (study, arm)) for row, study, arm in of if arm))
        if not filled:
            continue
        if by_study is not None:
            for (study,), text in by_study.items():
                _put(studies.setdefault(study, {}), heading, text)
        elif by_arm is not None and len(by_arm) and all(arm for _, _, arm in of):
            for (study, arm), text in by_arm.items():
                arms.setdefault((study, arm), []).append(_note(heading, text))
        else:
            reason = f"differs between rows of one study and has no place here ({len(filled)} filled cells)."
            untaken.append(Untaken(place=place.column(index, heading), reason=reason))
    joined = {key: "; ".join(notes) for key, notes in arms.items()}
    return Extras(studies=studies, arms=joined, untaken=tuple(untaken))


def _constant(
    index: int, rows: Iterable[tuple[PlainRow, tuple[str, ...]]]
) -> dict[tuple[str, ...], str] | None:
    """Give the one text of each key; None where a key has two."""
    found: dict[tuple[str, ...], str] = {}
    for row, key in rows:
        text = row.cells[index]
        if not missing_text(text) and found.setdefault(key, text) != text:
            return None
    return found


def _put(cells: dict[str, str], heading: str, text: str) -> None:
    name = heading.casefold().strip().replace(" ", "_")
    if name in STUDY_COLUMNS and not isinstance(parse_cell(TABLES["studies"].column(name), text), Fault):
        cells[name] = harmless(text)
        return
    cells["notes"] = "; ".join(filter(None, (cells.get("notes", ""), _note(heading, text))))


def _note(heading: str, text: str) -> str:
    return harmless(f"{heading or 'without heading'}: {text}", LONGEST_NOTE)

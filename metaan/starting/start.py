"""Start a review: write the example, or what a file gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.starting.place import refuse_occupied, write_new_folder

if TYPE_CHECKING:
    from pathlib import Path

    from metaan.review.imports.facts import Draft, Wishes
    from metaan.starting.compared import ComparedPool
    from metaan.types import Journal

__all__ = ["Started", "start_example", "start_from"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A review that was started from a file.

    Attributes
    ----------
    draft : Draft
        What was written.
    compared : tuple of ComparedPool
        What the file's package printed, and what metaan computes from the same numbers.
    """

    draft: Draft
    compared: tuple[ComparedPool, ...]


def start_example(folder: Path) -> None:
    """Write the small example review, whose trials are made up and say so.

    Parameters
    ----------
    folder : Path
        Missing or empty.

    Raises
    ------
    OutputError
        Where something is there, or it cannot be written.
    """
    from metaan.starting.example import example_files

    write_new_folder(folder, example_files())


def start_from(folder: Path, file: Path, wishes: Wishes, journal: Journal = "metaan") -> Started:
    """Make a review of a file and write it.

    Parameters
    ----------
    folder : Path
        Missing or empty.
    file : Path
        A CSV file, workbook, RevMan data package or RevMan 5 review.
    wishes : Wishes
        What the file cannot say.
    journal : str, default "metaan"
        Whose figures the review is to have.

    Returns
    -------
    Started
        Nothing of the file is left out without standing in `draft.untaken`.

    Raises
    ------
    OutputError
        Where something is there, or it cannot be written.
    InputError
        As `draft_from` does.
    """
    refuse_occupied(folder)
    from metaan.review.imports.source import draft_from

    draft = draft_from(file, wishes)
    compared = _compared(draft)
    from metaan.starting.written import draft_files

    write_new_folder(folder, draft_files(draft, compared, journal))
    return Started(draft=draft, compared=compared)


def _compared(draft: Draft) -> tuple[ComparedPool, ...]:
    if not draft.printed:
        return ()
    from metaan.starting.compare import compare_pool

    return tuple(map(compare_pool, draft.printed))

"""What was done to the cells of each study, and whether the pooled estimate saw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from metaan.effects.additions import said
from metaan.models.counts import read_rates, read_tables
from metaan.models.mantel_haenszel import silent_studies
from metaan.models.peto import one_outcome_notes
from metaan.results.pairwise import CellNote
from metaan.single.request import INVERSE, MH
from metaan.single.rows import counts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from metaan.single.request import Request
    from metaan.single.rows import Chosen

__all__ = ["AS_THEY_ARE", "SHOWN_ONLY", "Concern", "LedgerEntry", "ledger_of", "study_note"]

Concern: TypeAlias = Literal["pooled", "shown", "model"]

SHOWN_ONLY = "for the effect shown here only"
AS_THEY_ARE = "the pooled estimate takes its cells as they are"
SILENT = f"it has no effect of its own here; {AS_THEY_ARE}"
NOTHING = ("left out", "it adds nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One entry of the ledger of an analysis.

    Attributes
    ----------
    row, label : int, str
        Row of the file and name of the study.
    concerns : {"pooled", "shown", "model"}
        The effect that is pooled; only the effect that is shown beside the study, while the model takes the
        cells as they are; what the model itself makes of the study.
    note : CellNote
        What was done; `index` counts the rows with numbers.
    """

    row: int
    label: str
    concerns: Concern
    note: CellNote

    @property
    def silent(self) -> bool:
        """Whether the study carries nothing in the model that pools it."""
        return self.concerns == "model" and self.note.action == "left_out"

    @property
    def words(self) -> str:
        """What was done, as a clause."""
        text = said(self.note)
        return f"{text} {SHOWN_ONLY}" if self.concerns == "shown" and self.note.action == "added" else text


def ledger_of(chosen: Chosen, request: Request) -> tuple[LedgerEntry, ...]:
    """Enter what was done to the cells of every row with numbers.

    Parameters
    ----------
    chosen : Chosen
        The rows.
    request : Request
        What is asked for.

    Returns
    -------
    tuple of LedgerEntry
        In the order of the file; a study that carries nothing in a model of counts is one of them.
    """
    concern: Concern = "pooled" if request.model == INVERSE else "shown"
    made = [(note, concern) for note in chosen.effects.ledger] + [
        (note, "model") for note in _model_notes(chosen, request)
    ]
    return tuple(
        LedgerEntry(
            row=chosen.numbers[note.index][0].number,
            label=chosen.numbers[note.index][0].label,
            concerns=each,
            note=note,
        )
        for note, each in sorted(made, key=lambda pair: pair[0].index)
    )


def study_note(entries: Iterable[LedgerEntry], *, effect: bool, request: Request) -> str:
    """Say beside a study what was done to its cells.

    Parameters
    ----------
    entries : iterable of LedgerEntry
        Those of the study.
    effect : bool
        Whether it has an effect of its own.
    request : Request
        What is asked for.
    """
    found = tuple(entries)
    if request.model == INVERSE:
        return "; ".join(entry.words for entry in found)
    words = [entry.words for entry in found if entry.concerns == "model" or entry.note.action == "added"]
    spoken = any(entry.concerns == "model" for entry in found)
    return "; ".join([*words, *([] if effect or spoken else [SILENT])])


def _model_notes(chosen: Chosen, request: Request) -> list[CellNote]:
    if request.model == INVERSE or not chosen.kept:
        return []
    return [
        CellNote(
            index=chosen.kept[position],
            action="left_out" if any(words in reason for words in NOTHING) else "kept",
            reason=reason,
        )
        for position, reason in _of_model(chosen, request).items()
    ]


def _of_model(chosen: Chosen, request: Request) -> Mapping[int, str]:
    columns = counts_of(chosen.used)
    if "x1i" in columns:
        return silent_studies(request.measure or "", read_rates(columns))
    tables = read_tables(columns)
    return silent_studies(request.measure or "", tables) if request.model == MH else one_outcome_notes(tables)

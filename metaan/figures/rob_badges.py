"""Risk of bias beside a forest plot: which marks, in which colours, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING

from metaan.figures.colours import ink_on
from metaan.figures.content import Badge
from metaan.figures.measure import clean
from metaan.figures.rob_marks import colour_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.figures.wording import Wording
    from metaan.results.appraisal import RobTable, RobTool

__all__ = ["RobColumns", "rob_columns"]

UNJUDGED = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobColumns:
    """What a forest plot shows of risk of bias.

    Attributes
    ----------
    headers : tuple of str
        A letter for each domain, and the overall judgement; empty where nobody judged a study shown.
    cells : mapping of str to tuple of str
        Study to the words in its columns.
    badges : mapping of str to Badge
        Word to mark.
    legend : tuple of (str, str)
        Words that occur, from the best to the worst.
    notes : tuple of str
        What the letters mean, or that nobody judged.
    """

    headers: tuple[str, ...] = ()
    cells: Mapping[str, tuple[str, ...]]
    badges: Mapping[str, Badge]
    legend: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def rob_columns(table: RobTable | None, studies: Sequence[str], words: Wording, palette: str) -> RobColumns:
    """Choose the columns for the studies shown.

    Parameters
    ----------
    table : RobTable or None
        The judgements; None where the review does not deal with risk of bias.
    studies : sequence of str
        Ids of the studies shown.
    words : Wording
        Words around it.
    palette : str
        "metaan" or "cochrane".
    """
    if table is None:
        return RobColumns(cells={}, badges={})
    by_study = {
        study: (*judged, overall)
        for study, judged, overall in zip(table.studies, table.judgements, table.overall, strict=True)
        if study in studies
    }
    if not any(any(judged) for judged in by_study.values()):
        return RobColumns(cells={}, badges={}, notes=(words.rob_none,))
    by_domain = any(any(judged[:-1]) for judged in by_study.values())
    with_overall = any(judged[-1] for judged in by_study.values())
    blank = ("",) * (len(table.tool.domains) + 1)
    shown = {
        study: tuple(word or UNJUDGED for word in _kept(by_study.get(study, blank), by_domain, with_overall))
        for study in studies
    }
    letters = ascii_uppercase[: len(table.tool.domains)]
    used = {word for judged in shown.values() for word in judged}
    badges = _badges(table.tool, palette)
    return RobColumns(
        headers=_kept((*letters, words.overall_rob), by_domain, with_overall),
        cells=shown,
        badges=badges,
        legend=tuple((level.word, clean(level.word)) for level in table.tool.levels if level.word in used),
        notes=tuple(_notes(table.tool, words, by_domain, with_overall, UNJUDGED in used)),
    )


def _kept(cells: tuple[str, ...], by_domain: bool, with_overall: bool) -> tuple[str, ...]:
    return (*(cells[:-1] if by_domain else ()), *(cells[-1:] if with_overall else ()))


def _badges(tool: RobTool, palette: str) -> Mapping[str, Badge]:
    fills = {level: colour_of(level, palette) for level in tool.levels}
    return {
        level.word: Badge(fill=fill, sign=clean(level.glyph), ink=ink_on(fill))
        for level, fill in fills.items()
    }


def _notes(
    tool: RobTool, words: Wording, by_domain: bool, with_overall: bool, unjudged: bool
) -> Sequence[str]:
    parts = []
    if by_domain:
        named = zip(ascii_uppercase, tool.domains, strict=False)
        parts = [words.rob_domain.format(letter=letter, domain=clean(title)) for letter, (_, title) in named]
    if with_overall:
        parts.append(words.rob_overall.format(header=words.overall_rob))
    if unjudged:
        parts.append(words.rob_unjudged)
    return [words.rob_legend.format(tool=clean(tool.name), domains="; ".join(parts))]

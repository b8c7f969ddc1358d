"""RevMan's reviews as values, whatever format they came in, and how its figures are read."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metaan.review.cells import NUMBER
from metaan.review.imports.words import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "RevAnalysis",
    "RevJudgement",
    "RevRow",
    "RevStudy",
    "finite",
    "level_of",
    "printed_figures",
    "study_cells",
]

USUAL_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class RevStudy:
    """An included study: its name, year, place and further cells of studies.csv."""

    name: str
    place: str
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevRow:
    """One study in one analysis.

    Attributes
    ----------
    study, subgroup, place : str
        Its name, the subgroup where the analysis has some, and where it stands.
    apart : bool
        RevMan keeps it out of the overall estimate.
    numbers : mapping of str to float
        events_1, n_1, mean_1, sd_1 and those of the second group; effect and se (ratios on the log scale).
    """

    study: str
    subgroup: str
    place: str
    numbers: Mapping[str, float]
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RevAnalysis:
    """One analysis.

    Attributes
    ----------
    number : str
        Such as "1.2".
    name, comparison : str
        Its title and that of its group.
    kind : str
        binary, continuous, effect, or empty where it is none of them.
    said : str
        RevMan's word for the kind.
    measure : str
        OR, RR, RD, MD, SMD, PETO, or RevMan's word for another.
    method : str
        MH, IV, PETO, or RevMan's word for another.
    random : bool
        Random effects.
    level : float
        Confidence level of the pooled effect.
    groups : (str, str)
        Labels of the experimental and the control group; empty where there are none.
    rows : tuple of RevRow
        In the order of the file.
    figures : mapping of str to str
        As `PrintedPool` has them.
    place : str
        Where it stands.
    pooled : bool
        Whether RevMan prints an overall estimate.
    swapped : bool
        Whether it pools participants without the event.
    """

    number: str
    name: str
    comparison: str
    kind: str
    said: str
    measure: str
    method: str
    random: bool
    level: float
    groups: tuple[str, str]
    rows: tuple[RevRow, ...]
    figures: Mapping[str, str]
    place: str
    pooled: bool = True
    swapped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RevJudgement:
    """One judgement of risk of bias: study, domain, RevMan's word, the support and the place."""

    study: str
    domain: str
    judgement: str
    support: str
    place: str


def finite(text: str) -> float:
    """Read a number; `nan` where there is none.

    Examples
    --------
    >>> finite("0.5"), finite("")
    (0.5, nan)
    """
    value = float(text) if NUMBER.match(text) else math.nan
    return value if math.isfinite(value) else math.nan


def level_of(text: str) -> float:
    """Read a confidence level such as "95%"; 0.95 where there is none.

    Examples
    --------
    >>> level_of("99"), level_of("")
    (0.99, 0.95)
    """
    percent = finite(text.removesuffix("%").strip())
    return percent / 100 if 50 < percent < 100 else USUAL_LEVEL


def printed_figures(found: Mapping[str, str]) -> dict[str, str]:
    """Keep the figures that are numbers; none where estimate and limits are all 0, RevMan's word for empty.

    Examples
    --------
    >>> printed_figures({"estimate": "0.5", "z": ""}), printed_figures({"estimate": "0", "df": "4"})
    ({'estimate': '0.5'}, {})
    """
    figures = {name: text for name, text in found.items() if NUMBER.match(text)}
    telling = (figures.get(name, "0") for name in ("estimate", "ci_low", "ci_high"))
    return figures if any(float(text) for text in telling) else {}


def study_cells(year: str, notes: str) -> dict[str, str]:
    """Give the cells of studies.csv for a year, where it is one, and notes.

    Examples
    --------
    >>> study_cells("1999", ""), study_cells("about 1999", "blind")
    ({'year': '1999'}, {'notes': 'blind'})
    """
    cells = {"year": year} if year.isdecimal() and 1900 <= int(year) <= 2100 else {}
    return cells | ({"notes": harmless(notes)} if notes else {})

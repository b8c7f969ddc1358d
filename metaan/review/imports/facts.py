"""What an import knows: facts as read, what was asked for, and the draft of a review made of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ArmFact",
    "Draft",
    "DraftAnalysis",
    "EffectFact",
    "OutcomeFact",
    "PrintedPool",
    "StudyFact",
    "Taken",
    "Untaken",
    "Wishes",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user said of a file; empty where nothing was said.

    Attributes
    ----------
    measure : str
        OR, RR, RD, MD or SMD.
    kind : str
        binary or continuous.
    outcome : str
        Name of the outcome of a file that has no column for it.
    directions : mapping of str to str
        Outcome to higher_better or lower_better; the key "" holds for every outcome.
    reference, treatment : str
        The treatment that others are compared with; in a file whose columns are two unnamed groups, the name
        of the second and of the first group.
    title : str
        Of the review.
    sheet : str
        Worksheet of a workbook.
    columns : mapping of str to str
        Role of a column to its heading.
    take : str
        "arms", "contrasts" or empty, where a row may hold both.
    """

    measure: str = ""
    kind: str = ""
    outcome: str = ""
    directions: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    treatment: str = ""
    title: str = ""
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    take: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untaken:
    """Something in the file that the review does not hold: where it stands, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFact:
    """A study: its key within the file, its name, the place it stands, and cells of studies.csv."""

    key: str
    label: str
    place: str
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeFact:
    """An outcome: its key within the file, its name and kind; where the file says them, measure and model."""

    key: str
    label: str
    kind: str
    measure: str = ""
    method: str = ""
    test: str = ""
    network: bool = True
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFact:
    """The numbers of one arm as cells of results.csv, with their place."""

    study: str
    treatment: str
    outcome: str
    place: str
    cells: Mapping[str, str]
    timepoint: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectFact:
    """One difference, treat1 minus treat2, as cells of contrasts.csv, with its place."""

    study: str
    treat1: str
    treat2: str
    outcome: str
    place: str
    cells: Mapping[str, str]
    timepoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPool:
    """What a package printed for one analysis, and the numbers it was computed from.

    Attributes
    ----------
    outcome : str
        Key of the outcome.
    title, measure : str
        As the review has them.
    method : str
        MH, IV or PETO.
    random : bool
        Random effects.
    level : float
        Confidence level of the pooled estimate, in (0, 1).
    figures : mapping of str to str
        estimate, ci_low, ci_high, chi2, df, I2, tau2, z and p as printed; those that are not there are left
        out. Ratios are ratios.
    cells : tuple of mapping of str to float
        One for each study that was pooled, under metafor's names.
    """

    outcome: str
    title: str
    measure: str
    method: str
    random: bool
    level: float
    figures: Mapping[str, str]
    cells: tuple[Mapping[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was read of a file.

    Attributes
    ----------
    studies, outcomes, arms, effects : tuple
        In the order of the file.
    rob : tuple of mapping of str to str
        Rows of rob.csv, `study_id` being the study's key.
    untaken : tuple of Untaken
        What was left.
    notes : tuple of str
        What was assumed or converted, as sentences.
    reference : str
        The treatment that others are compared with, where the file says it.
    questions : tuple of (str, str)
        Pairs of treatments that the file compares; empty for every treatment against the reference.
    title : str
        Of the review, where the file has one.
    printed : tuple of PrintedPool
        What the package computed.
    """

    studies: tuple[StudyFact, ...]
    outcomes: tuple[OutcomeFact, ...]
    arms: tuple[ArmFact, ...] = ()
    effects: tuple[EffectFact, ...] = ()
    rob: tuple[Mapping[str, str], ...] = ()
    untaken: tuple[Untaken, ...] = ()
    notes: tuple[str, ...] = ()
    reference: str = ""
    questions: tuple[tuple[str, str], ...] = ()
    title: str = ""
    printed: tuple[PrintedPool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAnalysis:
    """One `[[analysis]]` of review.toml."""

    id: str
    title: str
    outcome: str
    measure: str
    network: bool
    method: str = ""
    test: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A review that can be written.

    Attributes
    ----------
    file : str
        Name of the file that it was made of.
    title, reference : str
        Of review.toml.
    treatments : tuple of str
        Nodes.
    questions : tuple of (str, str)
        Pairs.
    analyses : tuple of DraftAnalysis
        One for each outcome.
    tables : mapping of str to tuple of mapping
        Table of the schema to its rows, as texts.
    untaken : tuple of Untaken
        What was left.
    notes : tuple of str
        What was assumed or converted.
    wanted : tuple of str
        What is still to be filled in, as sentences.
    printed : tuple of PrintedPool
        What the package computed.
    """

    file: str
    title: str
    reference: str
    treatments: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]
    analyses: tuple[DraftAnalysis, ...]
    tables: Mapping[str, tuple[Mapping[str, str], ...]]
    untaken: tuple[Untaken, ...]
    notes: tuple[str, ...]
    wanted: tuple[str, ...]
    printed: tuple[PrintedPool, ...]

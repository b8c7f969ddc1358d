"""What the arms of the studies show in a forest plot: counts, means, or sizes alone."""

from __future__ import annotations

import string
from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING

from metaan.format import DASH, fixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from metaan.figures.forest_text import Subject
    from metaan.results.synthesis import ArmData, StudyEffect

__all__ = ["Arms", "arms_of", "fill", "mean_digits"]

MEAN_DIGITS, MOST_DIGITS = 1, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """The columns of one arm.

    Attributes
    ----------
    headers, patterns : tuple of str
        Of each column; empty where no study states anything.
    binary : bool
        Whether the cells are counts of events.
    digits : int
        Decimals of means and SDs.
    """

    headers: tuple[str, ...]
    patterns: tuple[str, ...]
    binary: bool
    digits: int

    def cells(self, study: StudyEffect) -> list[str]:
        """Write both arms of a study; an en dash for what was not stated."""
        pairs = zip((study.arm1, study.arm2), study.sizes, strict=True)
        return [cell for arm, n in pairs for cell in self._arm(arm, n)]

    def totals(self, studies: Sequence[StudyEffect]) -> list[str]:
        """Write the sums over studies; means have none."""
        return [cell for side in (0, 1) for cell in self._total(studies, side)]

    def _arm(self, arm: ArmData | None, n: int | None) -> list[str]:
        values = {"n": DASH if n is None else f"{n:,}", "events": DASH, "mean": DASH, "sd": DASH}
        if arm is not None:
            values["events"] = DASH if arm.events is None else f"{arm.events:,}"
            values["mean"], values["sd"] = fixed(arm.mean, self.digits), fixed(arm.sd, self.digits)
        return [fill(pattern, values) for pattern in self.patterns]

    def _total(self, studies: Sequence[StudyEffect], side: int) -> list[str]:
        arms = [(study.arm1, study.arm2)[side] for study in studies]
        counted = [(arm.events, arm.n) for arm in arms if arm is not None and arm.events is not None]
        n = sum(study.sizes[side] or 0 for study in studies)
        values = {"n": f"{n:,}"}
        if self.binary and counted:
            events, n = (sum(column) for column in zip(*counted, strict=True))
            values = {"events": f"{events:,}", "n": f"{n:,}"}
        return [_partly(pattern, values) for pattern in self.patterns]


def arms_of(studies: Sequence[StudyEffect], subject: Subject) -> Arms:
    """Choose the columns of an arm: its cells, or its size alone where only contrasts were reported."""
    words = subject.preset.wording
    binary = subject.kind == "binary"
    if any(study.arm1 or study.arm2 for study in studies):
        pairs = words.events if binary else words.means
    elif any(n is not None for study in studies for n in study.sizes):
        pairs = ((words.size, "{n}"),)
    else:
        pairs = ()
    arms = [arm for study in studies for arm in (study.arm1, study.arm2) if arm is not None]
    return Arms(
        headers=tuple(header for header, _ in pairs),
        patterns=tuple(pattern for _, pattern in pairs),
        binary=binary,
        digits=mean_digits(arm.sd for arm in arms),
    )


def mean_digits(sds: Iterable[float | None]) -> int:
    """Give the decimals of means and SDs: one, and more where the smallest SD needs them for two digits.

    Examples
    --------
    >>> mean_digits([7.5, None, 0.5]), mean_digits([0.012]), mean_digits([])
    (2, 3, 1)
    """
    known = [sd for sd in sds if sd is not None and sd > 0]
    return min(max(1 - floor(log10(min(known))), MEAN_DIGITS), MOST_DIGITS) if known else MEAN_DIGITS


def fill(pattern: str, values: dict[str, str]) -> str:
    """Fill a cell's pattern; one dash where nothing in it is known.

    Examples
    --------
    >>> fill("{events}/{n}", {"events": "3", "n": "10"}), fill("{events}/{n}", {"events": "–", "n": "–"})
    ('3/10', '–')
    """
    names = [name for _, name, _, _ in string.Formatter().parse(pattern) if name]
    if all(values[name] == DASH for name in names):
        return DASH
    if "mean" in names and values["mean"] == DASH:
        return values["n"] if "n" in names else DASH
    return pattern.format_map(values)


def _partly(pattern: str, values: dict[str, str]) -> str:
    """Fill the pattern of a total: where means stand beside sizes, the size alone."""
    names = [name for _, name, _, _ in string.Formatter().parse(pattern) if name]
    if all(name in values for name in names):
        return pattern.format_map(values)
    return values["n"] if "n" in names else ""

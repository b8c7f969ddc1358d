"""What conversions give: numbers that say how they were made, and that they were not printed as such."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from metaan.errors import InputError

if TYPE_CHECKING:
    from metaan.types import Status

__all__ = [
    "CombinedArm",
    "CombinedCount",
    "Converted",
    "ConvertedArm",
    "ConvertedEffect",
    "Count",
    "SplitCount",
    "SplitMean",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Events behind a printed percentage, and the fewest and most that round to it."""

    events: int
    low: int
    high: int
    how: str
    status: Status = "derived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """One converted number."""

    value: float
    how: str
    status: Status = "derived"

    def __post_init__(self) -> None:
        """Refuse what has left the range of a double."""
        _refuse_boundless(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedEffect:
    """An effect and its sampling variance; ratios on the log scale."""

    yi: float
    vi: float
    how: str
    status: Status = "derived"

    def __post_init__(self) -> None:
        """Refuse what has left the range of a double."""
        _refuse_boundless(self.yi, self.vi)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedArm:
    """Mean and standard deviation of an arm that printed a median; `skewed` where a mean is doubtful."""

    n: int
    mean: float
    sd: float
    skewed: bool
    how: str
    status: Status = "derived"

    def __post_init__(self) -> None:
        """Refuse what has left the range of a double."""
        _refuse_boundless(self.mean, self.sd)


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedCount:
    """Events and participants of several arms taken together."""

    events: int
    n: int
    how: str
    status: Status = "derived"


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedArm:
    """Size, mean and standard deviation of several arms taken together."""

    n: int
    mean: float
    sd: float
    how: str
    status: Status = "derived"

    def __post_init__(self) -> None:
        """Refuse what has left the range of a double."""
        _refuse_boundless(self.mean, self.sd)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitCount:
    """Shares of one arm's events and participants, one for each comparison; they need not be whole."""

    events: tuple[float, ...]
    n: tuple[float, ...]
    how: str
    status: Status = "derived"


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitMean:
    """Shares of one arm's participants, one for each comparison; each keeps the mean and the SD."""

    n: tuple[float, ...]
    mean: float
    sd: float
    how: str
    status: Status = "derived"


def _refuse_boundless(*numbers: float) -> None:
    if not all(isfinite(number) for number in numbers):
        raise InputError(
            "The numbers are too large, or too small, to convert: the result is beyond the range of numbers. "
            "Check their units."
        )

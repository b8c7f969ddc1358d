"""Values of one analysis under the defaults of several packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.types import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRow:
    """What one package would print.

    Attributes
    ----------
    profile, package : str
        Its name as `profile=` takes it, and with its version.
    method, test : str
        Estimator of tau2 and test of the mean.
    estimate, se, pvalue, tau2 : float
        On the scale of yi.
    ci, prediction : tuple of float
        Intervals; `nan` where there is none.
    I2 : float
        The I2 that it prints, in [0, 1].
    I2_from : {"tau2", "Q"}
        What that one comes from.
    prediction_dof : float
        Degrees of freedom of the prediction interval; `inf` where it is normal.
    source : str
        Where the defaults were seen: "run", or "from the manual".
    notes : tuple of str
        What a reader must know about these numbers.
    """

    profile: str
    package: str
    method: str
    test: str
    estimate: float
    se: float
    pvalue: float
    tau2: float
    ci: Interval
    prediction: Interval
    I2: float
    I2_from: str
    prediction_dof: float
    source: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Whether the packages agree on a number and, where they do not, why.

    Attributes
    ----------
    quantity : str
        The number, as `ProfileRow` names it; or "effects" or "Mantel-Haenszel", which come before pooling.
    same : bool
        True where all four print the same.
    why : str
        The defaults that make the difference, in words; "" where there is none.
    """

    quantity: str
    same: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileComparison:
    """One analysis under the defaults of four packages.

    Attributes
    ----------
    rows : tuple of ProfileRow
        A row for each package.
    differences : tuple of Difference
        One for each number, in the order of a printed result.
    k : int
        Number of studies.
    level : float
        Confidence level in (0, 1).
    """

    rows: tuple[ProfileRow, ...]
    differences: tuple[Difference, ...]
    k: int
    level: float

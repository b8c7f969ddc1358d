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
    k : int
        Number of studies that it pools.
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
    mantel_haenszel, mantel_haenszel_se : float
        Its Mantel-Haenszel estimate and standard error; `nan` without two by two tables, and where its rules
        were not checked.
    source, effects_source : str
        Where the defaults were seen: "run", "from the manual" or "not checked"; of pooling, and of how the
        effects come from cells (empty where that does not differ, or no cells were given).
    notes : tuple of str
        What a reader must know about these numbers.
    """

    profile: str
    package: str
    method: str
    test: str
    k: int
    estimate: float
    se: float
    pvalue: float
    tau2: float
    ci: Interval
    prediction: Interval
    I2: float
    I2_from: str
    prediction_dof: float
    mantel_haenszel: float
    mantel_haenszel_se: float
    source: str
    effects_source: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Whether the packages agree on a number and, where they do not, why.

    Attributes
    ----------
    quantity : str
        The number, as `ProfileRow` names it; with cells also "effects" (of the single studies) and, for two
        by two tables, "Mantel-Haenszel".
    same : bool
        True where all print the same.
    why : str
        The defaults that change it on these data, in words; "" where there is no difference.
    reasons : tuple of str
        The same, a sentence for each default.
    """

    quantity: str
    same: bool
    why: str
    reasons: tuple[str, ...]


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
        Number of studies that were given.
    level : float
        Confidence level in (0, 1).
    """

    rows: tuple[ProfileRow, ...]
    differences: tuple[Difference, ...]
    k: int
    level: float

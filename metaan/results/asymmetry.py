"""Values of tests of small-study effects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallStudyTest:
    """One test of whether small studies show other effects than large ones.

    Attributes
    ----------
    name, words : str
        Its key and its name in words.
    predictor : str
        What effects are regressed on, or ranked against, in words.
    estimate, se : float
        Slope of the regression with its standard error; Kendall's tau-b for the rank correlation.
    statistic, pvalue : float
        Test of no slope or no correlation, two-sided.
    dof : float
        Degrees of freedom; `inf` where the reference is normal or exact.
    k : int
        Studies in it.
    notes : tuple of str
        What a reader must know about these numbers.
    """

    name: str
    words: str
    predictor: str
    estimate: float
    se: float
    statistic: float
    dof: float
    pvalue: float
    k: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asymmetry:
    """Every test of small-study effects that fits a measure and its cells.

    Attributes
    ----------
    measure : str
        The measure's letters.
    k : int
        Studies.
    tests : tuple of SmallStudyTest
        In a fixed order.
    chosen, reason : str
        Key of the test that was chosen by the measure, and why, as a sentence.
    notes : tuple of str
        What a reader must know about all of them.
    """

    measure: str
    k: int
    tests: tuple[SmallStudyTest, ...]
    chosen: str
    reason: str
    notes: tuple[str, ...] = ()

    @property
    def main(self) -> SmallStudyTest:
        """The test that was chosen."""
        return next(test for test in self.tests if test.name == self.chosen)

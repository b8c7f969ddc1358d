"""What stands below a funnel plot."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING

from metaan.figures.numerals import Numerals
from metaan.figures.paragraphs import sentence
from metaan.format import fixed, significant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.asymmetry import Asymmetry, SmallStudyTest

__all__ = ["asymmetry_notes", "test_words"]

PLAIN = Numerals()
FEW = "k < 10, asymmetry cannot be judged."
ENOUGH = 10
CAUSES = (
    "Asymmetry has many causes: studies or results that were not published are one, and heterogeneity, the"
    " design of small studies and chance are others."
)


def test_words(test: SmallStudyTest, numerals: Numerals) -> str:
    """Write a test of small-study effects with its statistic.

    Examples
    --------
    >>> from metaan import small_study_test
    >>> yi = [0.1, 0.3, 0.2, 0.5, 0.4, 0.6, 0.3, 0.7, 0.9, 0.8]
    >>> vi = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.10]
    >>> test_words(small_study_test("egger", yi, vi), PLAIN)
    "Egger's regression: slope 3.00, t = 5.86 (df = 8), P < 0.001"
    """
    if isnan(test.pvalue):
        return f"{test.words}: not possible"
    if test.name == "begg":
        return f"{test.words}: Kendall's τ = {fixed(test.estimate)}, {numerals.p(test.pvalue)}"
    slope = f"{test.words}: slope {significant(test.estimate)}"
    if isfinite(test.dof):
        return f"{slope}, t = {fixed(test.statistic)} (df = {test.dof:g}), {numerals.p(test.pvalue)}"
    return f"{slope}, z = {fixed(test.statistic)}, {numerals.p(test.pvalue)}"


def asymmetry_notes(asymmetry: Asymmetry | None, k: int, numerals: Numerals = PLAIN) -> Iterator[str]:
    """Give the chosen test, why it was chosen, and what asymmetry may mean.

    Parameters
    ----------
    asymmetry : Asymmetry or None
        None where nothing was tested.
    k : int
        Number of studies.
    numerals : Numerals
        How numbers are written.
    """
    if k < ENOUGH:
        yield FEW
    if asymmetry is not None:
        test = asymmetry.main
        yield f"{test_words(test, numerals)}. {asymmetry.reason}"
        notes = dict.fromkeys((*asymmetry.notes, *test.notes))
        yield from (sentence(note) for note in notes if not FEW.startswith(note))
    yield CAUSES

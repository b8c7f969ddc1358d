"""Fits that were repeated, as lines for a person and as records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.format import percent, shown_digits, shown_effect
from metaan.results.refits import Cumulative
from metaan.single.lines import shown_of
from metaan.single.names import shown_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.pairwise import Pooled
    from metaan.single.analysis import Single, SingleStudy

__all__ = ["refit_rows", "refits_of"]


def refits_of(single: Single) -> Iterator[tuple[SingleStudy, Pooled]]:
    """Give the fits that were repeated, each with the study left out or added, in their order.

    Parameters
    ----------
    single : Single
        The analysis.
    """
    found = single.refit
    if found is None:
        return
    if isinstance(found, Cumulative):
        yield from zip((single.studies[i] for i in found.order), found.fits, strict=True)
    else:
        yield from zip(single.studies, found.without, strict=True)


def refit_rows(single: Single) -> list[list[str]]:
    """Write the fits that were repeated as rows of a table, its headings first; empty if there are none."""
    refits = list(refits_of(single))
    if not refits:
        return []
    cumulative = isinstance(single.refit, Cumulative)
    shown = [shown_of(single, fit.estimate, fit.ci) for _, fit in refits]
    digits = shown_digits(((each[0], each[1], each[2]) for each in shown), single.measure)
    head = "Study added" if cumulative else "Study left out"
    rows = [[head, "k", shown_name(single.measure), f"{100 * single.level:g}% CI", "I²"]]
    for (study, fit), values in zip(refits, shown, strict=True):
        written = [shown_effect(value, single.measure, digits) for value in values]
        share = "–" if fit.k == 1 else percent(fit.I2, 1)
        rows.append([study.label, str(fit.k), written[0], f"{written[1]} to {written[2]}", share])
    return rows

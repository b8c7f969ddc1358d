"""The words of a GOSH plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metaan.format import percent, power_of_ten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.figures.pooled_studies import PooledStudies
    from metaan.results.gosh import Gosh
    from metaan.types import BoolArray

__all__ = ["gosh_description", "gosh_facts", "gosh_notes", "whole_words"]

LARGE = 10**9


def whole_words(subject: PooledStudies) -> str:
    """Say what all studies together give."""
    fit = subject.fit
    return f"All {fit.k} studies: {subject.shown(fit.estimate)}, I² {percent(fit.I2, 1)}"


def gosh_facts(subject: PooledStudies, found: Gosh, shown: BoolArray) -> str:
    """Say in one line how many subsets are shown, and from where to where they reach."""
    estimate, share = found.estimate[shown], found.I2[shown]
    reach = f"{subject.shown(float(estimate.min()))} to {subject.shown(float(estimate.max()))}"
    return (
        f"{int(shown.sum()):,} subsets of {found.k} studies, {subject.name} {reach}, I²"
        f" {percent(float(share.min()))} to {percent(float(share.max()))}."
    )


def gosh_notes(subject: PooledStudies, found: Gosh, shown: BoolArray) -> Iterator[str]:
    """Say what was pooled, how the picture is read, and what was drawn at random.

    Parameters
    ----------
    subject : PooledStudies
        The studies.
    found : Gosh
        Their subsets.
    shown : ndarray of bool, shape (n,)
        The subsets that have an estimate and an I2.
    """
    own = "" if subject.fit.method == "EE" else ", each with a τ² of its own"
    yield (
        f"{int(shown.sum()):,} subsets of two studies or more are pooled ({subject.model}{own}); one study"
        " alone has no I². The steps above and beside count them by their estimate and by their I²."
    )
    if found.sampled:
        total = power_of_ten(float(found.total)) if found.total > LARGE else f"{found.total:,}"
        yield (
            f"There are {total} subsets; {found.n:,} were drawn at random, without replacement (seed"
            f" {found.seed})."
        )
    yield (
        "One round cloud: no group of studies stands apart. Several clouds, or a cloud with a tail: some"
        " studies show another effect than the others."
    )


def gosh_description(subject: PooledStudies, found: Gosh, shown: BoolArray) -> str:
    """Tell what the plot shows: all studies, the subsets, and those with and without each study."""
    told = [
        f"GOSH plot of {subject.outcome}: pooled estimates of subsets of the studies across, I² up.",
        f"{whole_words(subject)}.",
        f"Subsets: {_middle(subject, found, shown)}.",
    ]
    told += [
        f"With {label}: {_middle(subject, found, shown & found.members[:, i])};"
        f" without: {_middle(subject, found, shown & ~found.members[:, i])}."
        for i, label in enumerate(subject.labels)
    ]
    return " ".join([*told, *gosh_notes(subject, found, shown)])


def _middle(subject: PooledStudies, found: Gosh, chosen: BoolArray) -> str:
    if not chosen.any():
        return "none"
    low, middle, high = (float(x) for x in np.quantile(found.estimate[chosen], (0.25, 0.5, 0.75)))
    share = float(np.median(found.I2[chosen]))
    half = f"{subject.shown(low)} to {subject.shown(high)}"
    return f"median {subject.name} {subject.shown(middle)}, half of them {half}, median I² {percent(share)}"

"""From study effects to pairwise comparisons: every fit that the report shows side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metaan.models.heterogeneity import heterogeneity_interval
from metaan.models.pairwise import pool
from metaan.report.study_effects import participants
from metaan.report.wording import counted, joined
from metaan.results.synthesis import Comparison

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.report.pairs import Order
    from metaan.results.pairwise import Pooled
    from metaan.results.synthesis import StudyEffect
    from metaan.review.rows import Review
    from metaan.review.settle import Settled
    from metaan.types import FloatArray

__all__ = ["compare", "headline"]


def compare(
    review: Review, effects: Sequence[StudyEffect], choices: Settled, order: Order, *, level: float
) -> tuple[Comparison, ...]:
    """Pool every pair of treatments that at least one study compares.

    Parameters
    ----------
    review : Review
        Sizes of studies that reported only contrasts.
    effects : sequence of StudyEffect
        Every study in every comparison, estimable or not.
    choices : Settled
        Method and interval rule.
    order : Order
        The order of the comparisons.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    tuple of Comparison
        Pairs of the review's questions first.
    """
    pairs: dict[tuple[str, str], list[StudyEffect]] = {}
    for one in effects:
        pairs.setdefault((one.treat1, one.treat2), []).append(one)
    asked = order.asked({node for pair in pairs for node in pair})

    def place(pair: tuple[str, str]) -> tuple[int, tuple[int, str], tuple[int, str]]:
        first = asked.index(pair) if pair in asked else len(asked)
        return first, order.key(pair[0]), order.key(pair[1])

    return tuple(_comparison(review, pairs[pair], choices, level) for pair in sorted(pairs, key=place))


def headline(rule: str, k: int, tau2: float) -> str:
    """Name the interval that a rule chooses.

    Parameters
    ----------
    rule : str
        "z", "t", "hksj", "adhoc", or "cochrane": Hartung-Knapp where k > 2 and tau2 > 0, otherwise Wald.
    k : int
        Number of studies.
    tau2 : float
        Between-study variance.

    Returns
    -------
    str
        "wald", "hksj" or "adhoc".

    References
    ----------
    Deeks JJ, Higgins JPT, Altman DG, et al. Chapter 10: Analysing data and undertaking meta-analyses. In:
    Cochrane Handbook for Systematic Reviews of Interventions, version 6.5. Cochrane, 2024.

    Examples
    --------
    >>> headline("cochrane", 3, 0.1), headline("cochrane", 2, 0.1), headline("cochrane", 3, 0.0)
    ('hksj', 'wald', 'wald')
    """
    if rule == "cochrane":
        return "hksj" if k > 2 and tau2 > 0 else "wald"
    return rule if k > 1 and rule in ("hksj", "adhoc") else "wald"


def _comparison(review: Review, effects: Sequence[StudyEffect], choices: Settled, level: float) -> Comparison:
    kept = [one for one in effects if one.estimable]
    yi = np.array([one.yi for one in kept])
    vi = np.array([one.sei for one in kept]) ** 2
    k = len(kept)
    fits = _fits(yi, vi, choices, level)
    return Comparison(
        treat1=effects[0].treat1,
        treat2=effects[0].treat2,
        studies=tuple(effects),
        k=k,
        n=participants(kept, review),
        common=fits["common"],
        wald=fits["wald"],
        hksj=fits["hksj"],
        adhoc=fits["adhoc"],
        headline=headline(choices.test, k, fits["wald"].tau2 if fits["wald"] else 0.0),
        heterogeneity=heterogeneity_interval(yi, vi, level=level) if k > 1 else None,
        notes=tuple(_notes(review, effects, kept)),
    )


def _fits(yi: FloatArray, vi: FloatArray, choices: Settled, level: float) -> dict[str, Pooled | None]:
    """Fit all that is shown; one study alone is the same whatever the model."""
    names = ("common", "wald", "hksj", "adhoc")
    if len(yi) == 0:
        return dict.fromkeys(names)
    common = pool(yi, vi, method="EE", test="z", level=level)
    if len(yi) == 1:
        alone = pool(yi, vi, method=choices.method, test="z", level=level)
        return {**dict.fromkeys(names, alone), "common": common}
    tests = {"wald": "t" if choices.test == "t" else "z", "hksj": "hksj", "adhoc": "adhoc"}
    random = {
        name: pool(yi, vi, method=choices.method, test=test, level=level) for name, test in tests.items()
    }
    return {"common": common, **random}


def _notes(review: Review, effects: Sequence[StudyEffect], kept: Sequence[StudyEffect]) -> list[str]:
    notes = []
    if not kept:
        notes.append("no study is estimable")
    if len(kept) == 1 and not kept[0].pooled_report:
        notes.append("one study: nothing is pooled, and heterogeneity cannot be estimated")
    if len(kept) == 2:
        notes.append("two studies: intervals by different rules can differ widely")
    notes += [f"{one.label} is not estimable: {one.note}" for one in effects if not one.estimable]
    notes += [text for text in (_sums(kept), _unstated(kept, review)) if text]
    return notes


def _sums(kept: Sequence[StudyEffect]) -> str:
    sums = [one.label for one in kept if one.pooled_report]
    if not sums:
        return ""
    if len(kept) == 1:
        return f"{sums[0]} adds up several trials as if they were one: whether those agree cannot be seen"
    said = (
        "sums several trials and counts as one study"
        if len(sums) == 1
        else "sum several trials each and count as one study each"
    )
    return f"{joined(sums, 'and')} {said}: differences between those trials cannot be seen"


def _unstated(kept: Sequence[StudyEffect], review: Review) -> str:
    """Say how many studies do not tell how many people they analysed."""
    silent = [one for one in kept if one.arm1 is None and not participants([one], review)]
    if not silent:
        return ""
    if len(silent) == len(kept):
        return (
            "the number of participants was not stated"
            if len(kept) == 1
            else ("no study stated the number of participants")
        )
    return (
        f"{counted(len(silent), 'study', 'studies')} of {len(kept)} did not state the number of participants"
    )

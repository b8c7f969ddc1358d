"""The numbers of the studies that a comparison pools, as figures and tests take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from metaan.results.synthesis import Comparison, StudyEffect
    from metaan.types import FloatArray

__all__ = ["comparison_cells", "pooled_rows"]


def pooled_rows(comparison: Comparison) -> tuple[list[StudyEffect], FloatArray, FloatArray]:
    """Give the studies that are pooled, with their effects and sampling variances."""
    kept = [one for one in comparison.studies if one.estimable]
    return kept, np.array([one.yi for one in kept]), np.array([one.sei for one in kept]) ** 2


def comparison_cells(comparison: Comparison) -> dict[str, list[float]]:
    """Give sizes of both arms of every pooled study, and their events; nothing where a study lacks them.

    Returns
    -------
    dict of str to list of float
        `n1i` and `n2i`, with `ai` and `ci` where all were counted.
    """
    kept = [one for one in comparison.studies if one.estimable]
    sizes = [(n1, n2) for one in kept if (n1 := one.sizes[0]) and (n2 := one.sizes[1])]
    if not kept or len(sizes) < len(kept):
        return {}
    cells = {"n1i": [float(n1) for n1, _ in sizes], "n2i": [float(n2) for _, n2 in sizes]}
    events = [_events(one) for one in kept]
    counted = [pair for pair in events if pair is not None]
    if len(counted) < len(kept):
        return cells
    return {"ai": [a for a, _ in counted], "ci": [c for _, c in counted], **cells}


def _events(study: StudyEffect) -> tuple[float, float] | None:
    first, second = study.arm1, study.arm2
    if first is None or second is None or first.events is None or second.events is None:
        return None
    return float(first.events), float(second.events)

"""Tests of small-study effects and influence of studies, as plain records for results.json."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from metaan.format import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.results.asymmetry import Asymmetry, SmallStudyTest
    from metaan.results.diagnostics import InfluenceDiagnostics
    from metaan.results.synthesis import Comparison

__all__ = ["asymmetry_record", "influence_record", "small_study_records"]

Record: TypeAlias = dict[str, Any]


def small_study_records(comparison: Comparison, studies: Sequence[str]) -> Record:
    """Write what a comparison has of `asymmetry` and `influence`; what it has not is left out.

    Parameters
    ----------
    comparison : Comparison
        Of a main scenario.
    studies : sequence of str
        Ids of its pooled studies.
    """
    record: Record = {}
    if comparison.asymmetry is not None:
        record["asymmetry"] = asymmetry_record(comparison.asymmetry)
    if comparison.influence is not None:
        record["influence"] = influence_record(comparison.influence, studies)
    return record


def asymmetry_record(found: Asymmetry) -> Record:
    """Write every test with its reference distribution, and which one was chosen, why."""
    return {
        "k": found.k,
        "chosen": found.chosen,
        "why": found.reason,
        "tests": [_test(test) for test in found.tests],
        "notes": list(found.notes),
    }


def influence_record(found: InfluenceDiagnostics, studies: Sequence[str]) -> Record:
    """Write the diagnostics of each study by its id, with the cut-offs.

    Parameters
    ----------
    found : InfluenceDiagnostics
        Of these studies.
    studies : sequence of str, length k
        Their ids or names.
    """
    return {
        "method": found.method,
        "dffits_limit": canonical(found.dffits_limit),
        "cook_limit": canonical(found.cook_limit),
        "hat_limit": canonical(found.hat_limit),
        "studies": [_study(found, i, study) for i, study in enumerate(studies)],
    }


def _test(test: SmallStudyTest) -> Record:
    record: Record = {
        "name": test.name,
        "words": test.words,
        "predictor": test.predictor,
        "k": test.k,
        "estimate": canonical(test.estimate, test.se),
        "se": canonical(test.se),
        "statistic": canonical(test.statistic, 1.0),
        "distribution": "t" if isfinite(test.dof) else "exact" if _is_exact(test) else "normal",
        "pvalue": canonical(test.pvalue),
        "notes": list(test.notes),
        "reason": "; ".join(test.notes) if canonical(test.pvalue) is None else "",
    }
    return record | ({"dof": canonical(test.dof)} if isfinite(test.dof) else {})


def _is_exact(test: SmallStudyTest) -> bool:
    return any("exact" in note for note in test.notes)


def _study(found: InfluenceDiagnostics, i: int, study: str) -> Record:
    scales = {"rstudent": 1.0, "dffits": 1.0, "dfbetas": 1.0, "cook": 1.0, "QE_deleted": float(found.k)}
    names = (*scales, "cov_ratio", "tau2_deleted", "hat", "baujat_x", "baujat_y")
    numbers = {
        name: canonical(float(getattr(found, name)[i]), scales.get(name, 0.0)) for name in sorted(names)
    }
    return {"study": study, **numbers, "influential": bool(found.influential[i])}

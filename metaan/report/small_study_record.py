"""Small-study effects, influence of studies, and trim and fill, as plain records for results.json."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from metaan.format import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.results.asymmetry import Asymmetry, SmallStudyTest
    from metaan.results.diagnostics import InfluenceDiagnostics
    from metaan.results.synthesis import Comparison
    from metaan.results.trimfill import TrimFill

__all__ = ["asymmetry_record", "influence_record", "small_study_records", "trim_fill_record"]

Record: TypeAlias = dict[str, Any]


def small_study_records(comparison: Comparison, studies: Sequence[str], measure: str) -> Record:
    """Write what a comparison has of `asymmetry`, `influence` and `trim_fill`; what it has not is left out.

    Parameters
    ----------
    comparison : Comparison
        Of a main scenario.
    studies : sequence of str
        Ids of its pooled studies.
    measure : str
        The measure's letters.
    """
    record: Record = {}
    if comparison.asymmetry is not None:
        record["asymmetry"] = asymmetry_record(comparison.asymmetry)
    if comparison.influence is not None:
        record["influence"] = influence_record(comparison.influence, studies)
    if comparison.trim_fill is not None:
        record["trim_fill"] = trim_fill_record(comparison.trim_fill, studies, measure)
    return record


def trim_fill_record(found: TrimFill, studies: Sequence[str], measure: str) -> Record:
    """Write how many studies were filled in on which side, their effects, and the fit with them.

    Parameters
    ----------
    found : TrimFill
        Of these studies.
    studies : sequence of str, length k
        Their ids.
    measure : str
        The measure's letters.
    """
    from metaan.report.records import pooled_record

    names = [f"filled in {i + 1}" for i in range(found.k0)]
    errors = found.vi**0.5
    return {
        "estimator": "L0",
        "side": found.side,
        "k0": found.k0,
        "filled": [
            {"name": name, "estimate": canonical(float(yi), float(se)), "se": canonical(float(se))}
            for name, yi, se in zip(names, found.yi, errors, strict=True)
        ],
        "fit": pooled_record(found.pooled, measure, [*studies, *names]),
        "notes": list(found.notes),
    }


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

"""The same file under the defaults of several packages, and why their numbers differ."""

from __future__ import annotations

from math import isinf, isnan
from typing import TYPE_CHECKING, Any

from metaan.errors import RequestError
from metaan.format import effect, percent, significant
from metaan.models.profile_comparison import compare_profiles
from metaan.single.names import shown_name
from metaan.single.text import aligned

if TYPE_CHECKING:
    from metaan.results.profiles import ProfileComparison, ProfileRow
    from metaan.single.analysis import Single

__all__ = ["profile_record", "render_profiles"]

SAME_EFFECTS = (
    "Every row pools the effects above; a package with another rule for cells of 0 would start from others."
)
QUANTITIES = {
    "tau2": "τ²",
    "I2": "I²",
    "ci": "interval",
    "pvalue": "P",
    "se": "standard error",
    "prediction": "prediction interval",
}


def render_profiles(single: Single) -> str:
    """Write what metafor, meta, RevMan and Stata would pool of these effects, and why they differ.

    The effects are metaan's own in every row; where a package would compute other effects, a reason says so.

    Parameters
    ----------
    single : Single
        Its studies are pooled by inverse variance.

    Returns
    -------
    str
        A table with a row for each package, then a reason for each number that differs.

    Raises
    ------
    RequestError
        Where another model than inverse variance was asked for.
    """
    found = _compared(single)
    interval = f"{100 * found.level:g}% CI"
    rows = [["Package", "τ² by", "Test", shown_name(single.measure), interval, "τ²", "I²", "Prediction"]]
    rows += [_row(row, single.measure) for row in found.rows]
    why: dict[str, list[str]] = {}
    for each in found.differences:
        if not each.same:
            why.setdefault(each.why, []).append(QUANTITIES.get(each.quantity, each.quantity))
    reasons = [f"- {', '.join(named)}: {reason}" for reason, named in why.items()]
    sources = [f"- {row.package}: {row.source}" for row in found.rows]
    lines = ["The same effects under the pooling defaults of four packages", *aligned(rows, left={0, 1, 2})]
    lines += [SAME_EFFECTS]
    lines += ["", "Why they differ", *reasons] if reasons else []
    return "\n".join([*lines, "", "Where the defaults were seen", *sources]) + "\n"


def profile_record(single: Single) -> dict[str, Any]:
    """Write the comparison as records for JSON, analysis scale; null where there is no number."""
    found = _compared(single)
    rows: list[dict[str, Any]] = [
        {
            "package": row.package,
            "method": row.method,
            "test": row.test,
            "source": row.source,
            "I2_from": row.I2_from,
            "notes": list(row.notes),
            **{name: _known(getattr(row, name)) for name in ("estimate", "se", "pvalue", "tau2", "I2")},
            **{name: [_known(value) for value in getattr(row, name)] for name in ("ci", "prediction")},
        }
        for row in found.rows
    ]
    why = [{"quantity": each.quantity, "same": each.same, "why": each.why} for each in found.differences]
    return {"packages": rows, "differences": why}


def _compared(single: Single) -> ProfileComparison:
    if single.model != "inverse":
        raise RequestError("The packages are compared by inverse variance: leave --model out.")
    yi, vi = ([getattr(study, name) for study in single.studies] for name in ("yi", "vi"))
    return compare_profiles(yi, vi, measure=single.measure, level=single.level)


def _row(row: ProfileRow, measure: str) -> list[str]:
    low, high = row.prediction
    dof = "normal" if isinf(row.prediction_dof) else f"t({row.prediction_dof:g})"
    prediction = "–" if isnan(low) else f"{effect(low, measure)} to {effect(high, measure)} ({dof})"
    return [
        row.package,
        row.method,
        row.test,
        effect(row.estimate, measure),
        f"{effect(row.ci[0], measure)} to {effect(row.ci[1], measure)}",
        "0" if row.tau2 == 0 else significant(row.tau2, 3),
        f"{percent(row.I2, 1)} from {'τ²' if row.I2_from == 'tau2' else 'Q'}",
        prediction,
    ]


def _known(value: float) -> float | None:
    return None if isnan(value) else value

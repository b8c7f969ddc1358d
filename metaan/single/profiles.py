"""The same file under the defaults of several packages, and why their numbers differ."""

from __future__ import annotations

from dataclasses import asdict
from math import isinf, isnan
from typing import TYPE_CHECKING, Any

from metaan.errors import RequestError
from metaan.format import effect, percent, shown_digits, shown_effect, significant
from metaan.models.profile_comparison import compare_profiles
from metaan.models.profile_effects import effect_topic
from metaan.single.lines import shown_of
from metaan.single.names import shown_name
from metaan.single.text import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.results.profiles import ProfileComparison, ProfileRow
    from metaan.single.analysis import Single
    from metaan.types import Interval

__all__ = ["profile_record", "render_profiles"]

OWN_EFFECTS = "Every package computes the effects of its studies from the cells of the file."
SAME_EFFECTS = "Every package pools the effects above."
ALIKE = "{measure} was not compared between the packages: all pool the effects above."
QUANTITIES = {
    "tau2": "τ²",
    "I2": "I²",
    "ci": "interval",
    "pvalue": "P",
    "se": "standard error",
    "prediction": "prediction interval",
    "effects": "effects of the studies",
}
NUMBERS = ("estimate", "se", "pvalue", "tau2", "I2", "mantel_haenszel", "mantel_haenszel_se")


def render_profiles(single: Single) -> str:
    """Write what metafor, meta, RevMan and Stata would make of this file, and why they differ.

    Where the file has cells, each package computes its own effects from them; where effects are given, or
    what is added to cells was asked for, all pool the same.

    Parameters
    ----------
    single : Single
        Its studies are pooled by inverse variance.

    Returns
    -------
    str
        A table with a row for each package, then each rule that changes a number on these data.

    Raises
    ------
    RequestError
        Where another model than inverse variance was asked for.
    """
    found = _compared(single)
    interval = f"{100 * found.level:g}% CI"
    head = ["Package", "k", "τ² by", "Test", shown_name(single.measure), interval, "τ²", "I²", "Prediction"]
    stratified = any(not isnan(row.mantel_haenszel) for row in found.rows)
    rows = [[*head, *(["Mantel-Haenszel"] if stratified else [])]]
    digits = _digits(single, found.rows)
    rows += [_row(row, single, digits, stratified=stratified) for row in found.rows]
    why: dict[str, list[str]] = {}
    for each in found.differences:
        for reason in each.reasons:
            why.setdefault(reason, []).append(QUANTITIES.get(each.quantity, each.quantity))
    lines = ["By the defaults of four packages", *aligned(rows, left={0, 2, 3}), _effects_line(single)]
    lines += ["", "Why they differ", *(f"- {', '.join(named)}: {reason}" for reason, named in why.items())]
    lines = lines if why else lines[:-2]
    return "\n".join([*lines, "", "Where the defaults were seen", *map(_source, found.rows)]) + "\n"


def profile_record(single: Single) -> dict[str, Any]:
    """Write the comparison as records for JSON, analysis scale; null where there is no number."""
    found = _compared(single)
    rows: list[dict[str, Any]] = [
        {
            "package": row.package,
            "profile": row.profile,
            "method": row.method,
            "test": row.test,
            "k": row.k,
            "source": row.source,
            "effects_source": row.effects_source,
            "I2_from": row.I2_from,
            "notes": list(row.notes),
            **{name: _known(getattr(row, name)) for name in NUMBERS},
            **{name: [_known(value) for value in getattr(row, name)] for name in ("ci", "prediction")},
        }
        for row in found.rows
    ]
    why = [asdict(each) | {"reasons": list(each.reasons)} for each in found.differences]
    return {"effects": _effects_line(single), "packages": rows, "differences": why}


def _compared(single: Single) -> ProfileComparison:
    if single.model != "inverse":
        raise RequestError("The packages are compared by inverse variance: leave --model out.")
    if single.cells:
        return compare_profiles(measure=single.measure, level=single.level, **single.cells)
    yi, vi = ([getattr(study, name) for study in single.studies] for name in ("yi", "vi"))
    return compare_profiles(yi, vi, measure=single.measure, level=single.level)


def _effects_line(single: Single) -> str:
    if not single.cells:
        return SAME_EFFECTS
    return OWN_EFFECTS if effect_topic(single.measure) else ALIKE.format(measure=single.measure)


def _digits(single: Single, rows: Sequence[ProfileRow]) -> int:
    """Give the narrowest interval two significant digits; ratios look after themselves."""
    return shown_digits((_shown(single, row.estimate, row.ci) for row in rows), single.measure)


def _shown(single: Single, estimate: float, limits: Interval) -> tuple[float, float, float]:
    value, low, high = shown_of(single, estimate, limits)
    return value, low, high


def _row(row: ProfileRow, single: Single, digits: int, *, stratified: bool) -> list[str]:
    def shown(*values: float) -> list[str]:
        return [shown_effect(value, single.measure, digits) for value in values]

    cells = [row.package, str(row.k), row.method, row.test]
    if row.k == 0:
        return [*cells, *("–",) * (6 if stratified else 5)]
    estimate, *limits = shown(*_shown(single, row.estimate, row.ci))
    _, low, high = _shown(single, row.estimate, row.prediction)
    dof = "normal" if isinf(row.prediction_dof) else f"t({row.prediction_dof:g})"
    prediction = "–" if isnan(low) else f"{' to '.join(shown(low, high))} ({dof})"
    return [
        *cells,
        estimate,
        " to ".join(limits),
        "0" if row.tau2 == 0 else "–" if isnan(row.tau2) else significant(row.tau2, 3),
        "–" if isnan(row.I2) else f"{percent(row.I2, 1)} from {'τ²' if row.I2_from == 'tau2' else 'Q'}",
        prediction,
        *([_mantel_haenszel(row, single.measure)] if stratified else []),
    ]


def _mantel_haenszel(row: ProfileRow, measure: str) -> str:
    if isnan(row.mantel_haenszel):
        return "–"
    se = "" if isnan(row.mantel_haenszel_se) else f" (SE {significant(row.mantel_haenszel_se, 3)})"
    return f"{effect(row.mantel_haenszel, measure)}{se}"


def _source(row: ProfileRow) -> str:
    effects = row.effects_source and f"; effects: {row.effects_source}"
    return f"- {row.package}: {row.source}{effects}"


def _known(value: float) -> float | None:
    return None if isnan(value) else value

"""One analysis of a plain file as JSON: every number at ten digits, null with its reason where none is."""

from __future__ import annotations

from dataclasses import asdict, fields
from math import isfinite, isinf
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from metaan.format import LOG_MEASURES, canonical, measure_name
from metaan.results.refits import Cumulative
from metaan.single.analysis import size_of
from metaan.single.lines import shown_of, why_not
from metaan.single.names import analysis_scale, shown_scale_name
from metaan.single.refits import refits_of
from metaan.single.trim_fill import filled_record

if TYPE_CHECKING:
    from metaan.results.regression import Subgroups
    from metaan.single.analysis import Fit, Single, SingleStudy

__all__ = ["single_record"]

Record: TypeAlias = dict[str, Any]

SCHEMA_VERSION = 1
NOT_DEFINED = "not defined for these data"
INTERVALS = frozenset({"ci", "prediction", "tau2", "I2", "H2"})
UNWRITTEN = frozenset({"weights", "root", "X", "fitted", "residuals", "overall", "groups"})
"""Per study, or written elsewhere."""


def single_record(single: Single) -> Record:
    """Write an analysis as a record for `write_canonical`.

    Parameters
    ----------
    single : Single
        The analysis.

    Returns
    -------
    dict
        Effects are on the analysis scale (`scale`); `shown` holds them as a person reads them.
    """
    measure = single.measure
    return {
        "schema_version": SCHEMA_VERSION,
        "file": single.file,
        "measure": measure or None,
        "measure_name": measure_name(measure) if measure else "effect",
        "scale": "log" if measure in LOG_MEASURES else "natural" if _same_scale(measure) else "transformed",
        "scale_name": analysis_scale(measure),
        "shown_scale": shown_scale_name(measure),
        "shown_n": canonical(size_of(single.studies)) if measure == "PFT" else None,
        "model": single.model,
        "profile": single.profile or None,
        "level": single.level,
        "rows": single.rows,
        "k": len(single.studies),
        "studies": [_study(study) for study in single.studies],
        "set_aside": [asdict(row) for row in single.set_aside],
        "zero_cells": [
            {"row": entry.row, "label": entry.label, "concerns": entry.concerns}
            | _plain_fields(entry.note, leave=frozenset({"index"}))
            for entry in single.ledger
        ],
        "pooled": _fit(single, single.fit),
        "common": _fit(single, single.common),
        "heterogeneity": _with_reason(_plain_fields(single.heterogeneity)) if single.heterogeneity else None,
        "regression": _regression(single),
        "subgroups": _subgroups(single, single.subgroups) if single.subgroups else None,
        **_refits(single),
        **_trim_fill(single),
        "notes": list(single.notes),
        "reason": why_not(single.fit) if single.fit is not None else "; ".join(single.notes),
    }


def _refits(single: Single) -> Record:
    """Write fits that were repeated; nothing where none was asked for."""
    if single.refit is None:
        return {}
    cumulative = isinstance(single.refit, Cumulative)
    name = "cumulative" if cumulative else "leave_one_out"
    return {
        name: [
            {"added" if cumulative else "without": study.row, "label": study.label, "fit": _fit(single, fit)}
            for study, fit in refits_of(single)
        ]
    }


def _trim_fill(single: Single) -> Record:
    """Write trim and fill; nothing where it was not asked for."""
    found = single.trim_fill
    return {} if found is None else {"trim_fill": filled_record(found, _fit(single, found.pooled))}


def _same_scale(measure: str) -> bool:
    return measure not in {"PLO", "PAS", "PFT", "IRS", "ZCOR"}


def _study(study: SingleStudy) -> Record:
    record = {
        "row": study.row,
        "label": study.label,
        "group": study.group or None,
        "cells": {
            name: value if value is None or isinstance(value, int) else canonical(value)
            for name, value in study.cells.items()
        },
        "estimate": canonical(study.yi),
        "variance": canonical(study.vi),
        "ci": {"low": canonical(study.ci_low), "high": canonical(study.ci_high)},
        "shown": {
            "estimate": canonical(study.shown[0]),
            "ci": {"low": canonical(study.shown[1]), "high": canonical(study.shown[2])},
        },
        "weight": canonical(study.weight),
        "note": study.note,
    }
    why = study.note if record["estimate"] is None else "this model has no weights"
    gap = record["estimate"] is None or record["weight"] is None
    return record | {"reason": why if gap else ""}


def _fit(single: Single, fit: Fit | None, group: str | None = None) -> Record | None:
    if fit is None:
        return None
    record = _plain_fields(fit)
    shown: Record = {}
    for name in ("ci", "prediction"):
        if hasattr(fit, name):
            estimate, low, high = (
                canonical(value) for value in shown_of(single, fit.estimate, getattr(fit, name), group)
            )
            shown |= {"estimate": estimate, name: {"low": low, "high": high}}
    return _with_reason(record | {"shown": shown}, why_not(fit))


def _regression(single: Single) -> Record | None:
    fit = single.regression
    if fit is None:
        return None
    record: Record = {"formula": single.formula} | _plain_fields(fit, leave=frozenset({"names"}))
    names = ("estimate", "se", "statistic", "dof", "pvalue", "ci", "vif")
    columns = {name: record.pop(name) for name in names}
    record["coefficients"] = [
        {"name": term}
        | {
            name: {"low": values[i][0], "high": values[i][1]} if name == "ci" else values[i]
            for name, values in columns.items()
        }
        for i, term in enumerate(fit.names)
    ]
    return _with_reason(record)


def _subgroups(single: Single, found: Subgroups) -> Record:
    record: Record = {"column": single.grouped_by} | _plain_fields(found, leave=frozenset({"names"}))
    record["groups"] = [
        {"name": str(name), "pooled": _fit(single, group, str(name))}
        for name, group in zip(found.names, found.groups, strict=True)
    ]
    return _with_reason(record)


def _plain_fields(value: Any, leave: frozenset[str] = frozenset()) -> Record:
    """Write the fields of a result; infinite degrees of freedom are the normal distribution, so left out."""
    record: Record = {}
    for field in fields(value):
        found = getattr(value, field.name)
        if field.name in UNWRITTEN | leave:
            continue
        if field.name == "dof" and isinstance(found, float):
            record["distribution"] = "normal" if isinf(found) else "t"
            if isinf(found):
                continue
        record[field.name] = _plain(field.name, found)
    return record


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [_plain("", each) for each in value.tolist()]
    if isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return canonical(value)
    if isinstance(value, tuple | list):
        if name in INTERVALS and len(value) == 2:
            return {"low": _plain("", value[0]), "high": _plain("", value[1])}
        return [_plain("", each) for each in value]
    return str(value)


def _with_reason(record: Record, reason: str = "") -> Record:
    if not reason and _has_gap(record):
        reason = "; ".join(record.get("notes", [])) or NOT_DEFINED
    return record | {"reason": reason}


def _has_gap(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_gap(each) for key, each in value.items() if key != "shown")
    if isinstance(value, list):
        return any(_has_gap(each) for each in value)
    return value is None or (isinstance(value, float) and not isfinite(value))

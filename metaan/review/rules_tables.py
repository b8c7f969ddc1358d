"""Rules that look across the rows of the tables, whatever the analyses are."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from math import sqrt
from typing import TYPE_CHECKING

from metaan.review.names import same_name
from metaan.review.spread import arm_sd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.review.load import Loaded
    from metaan.review.problems import Problem
    from metaan.review.rows import Row

__all__ = ["table_faults"]

LARGE_SMD = 2.0
LARGE_SD_RATIO = 3.0
COPIED_OUTCOMES = 3
"""Outcomes with the same numbers in two arms of one trial from which on a copy is likely."""

LEVELS = {
    "rob 2": ("low", "some concerns", "high"),
    "rob2": ("low", "some concerns", "high"),
    "rob 1": ("low", "unclear", "high"),
    "robins-i": ("low", "moderate", "serious", "critical", "no information"),
    "robins-e": ("low", "some concerns", "high", "very high"),
}
NOT_JUDGED = "not judged"


def table_faults(loaded: Loaded) -> Iterator[Problem]:
    """Find faults across rows: odd spreads, copies, risk of bias, the flow's sums, names."""
    for group in _arm_groups(loaded):
        yield from _large_effect(loaded, group)
        yield from _sd_ratio(loaded, group)
    yield from _sd_like_se(loaded)
    yield from _same_numbers(loaded)
    yield from _same_counts(loaded)
    yield from _same_arms(loaded)
    yield from _same_report(loaded)
    yield from _judgements(loaded)
    yield from _names(loaded)


def _arm_groups(loaded: Loaded) -> list[list[Row]]:
    """Rows of results.csv of one study, outcome, time and wording: its arms side by side."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in loaded.tables["results"]:
        groups[
            tuple(row.text[name] for name in ("study_id", "outcome_id", "timepoint", "reported_as"))
        ].append(row)
    return list(groups.values())


def _sd(row: Row) -> float | None:
    implied = arm_sd(row)
    return implied.sd if implied and implied.sd > 0 else None


def _large_effect(loaded: Loaded, group: list[Row]) -> Iterator[Problem]:
    for one, other in combinations(group, 2):
        sds, means = (_sd(one), _sd(other)), (one.number_of("mean"), other.number_of("mean"))
        if None in (*sds, *means):
            continue
        pooled = sqrt((sds[0] ** 2 + sds[1] ** 2) / 2)  # type: ignore[operator]
        smd = abs(means[0] - means[1]) / pooled  # type: ignore[operator]
        if smd > LARGE_SMD:
            implied = arm_sd(other)
            yield loaded.fault(
                "D013",
                other,
                implied.column if implied else "sd",
                f"Arms “{one.text['arm_id']}” and “{other.text['arm_id']}” of {one.text['study_id']}"
                f" differ by {smd:.1f} standard deviations.",
                "check whether the paper gives standard errors (SE, SEM); if so move them to the column se.",
            )


def _sd_ratio(loaded: Loaded, group: list[Row]) -> Iterator[Problem]:
    spreads = [(sd, row) for row in group if (sd := _sd(row)) is not None]
    if len(spreads) < 2:
        return
    (low, _), (high, row) = min(spreads, key=lambda s: s[0]), max(spreads, key=lambda s: s[0])
    if high / low > LARGE_SD_RATIO:
        yield loaded.fault(
            "D014",
            row,
            "sd",
            f"The arms of {row.text['study_id']} have standard deviations of {low:.3g} and {high:.3g}.",
            "check both in the source; one may be a standard error.",
        )


def _sd_like_se(loaded: Loaded) -> Iterator[Problem]:
    printed: dict[str, list[tuple[float, Row]]] = defaultdict(list)
    for row in loaded.tables["results"]:
        sd = row.number_of("sd")
        if sd:
            printed[row.text["outcome_id"]].append((sd, row))
    for rows in printed.values():
        for sd, row in rows:
            others = [other for other, r in rows if r.text["study_id"] != row.text["study_id"]]
            n = row.number_of("n")
            if len(others) < 2 or not n:
                continue
            usual = _median(others)
            if sd * LARGE_SD_RATIO < usual and 0.5 <= sd * sqrt(n) / usual <= 2:
                yield loaded.fault(
                    "D014",
                    row,
                    "sd",
                    f"sd = {row.text['sd']}, while other trials of this outcome have about {usual:.3g};"
                    f" sd × √n = {sd * sqrt(n):.3g} would fit them.",
                    "check whether the paper gives a standard error; if so move it to the column se.",
                )


def _median(values: list[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _same_numbers(loaded: Loaded) -> Iterator[Problem]:
    first: dict[tuple[str, ...], Row] = {}
    for row in loaded.tables["results"]:
        if not (row.text["mean"] and row.text["sd"]) or row.text["n"] == "":
            continue
        key = (row.text["outcome_id"], row.text["n"], row.text["mean"], row.text["sd"])
        other = first.setdefault(key, row)
        if other is not row and _arm(other) != _arm(row):
            yield loaded.fault(
                "D017",
                row,
                "mean",
                f"n, mean and sd are the same as in row {other.number}"
                f" ({other.text['study_id']}, {other.text['arm_id']}).",
                "check both rows in their sources; if it is one trial under two names, keep one.",
            )


def _same_counts(loaded: Loaded) -> Iterator[Problem]:
    """Two studies with the same counts in all arms of an outcome."""
    first: dict[tuple[object, ...], Row] = {}
    related = _related(loaded)
    for group in _arm_groups(loaded):
        counts = sorted(
            (row.text["events"], row.text["n"]) for row in group if row.text["events"] and row.text["n"]
        )
        if len(counts) < 2 or sum(float(row.number_of("events") or 0) for row in group) < 2 * len(counts):
            continue
        row = group[0]
        other = first.setdefault((row.text["outcome_id"], *counts), row)
        ids = frozenset((other.text["study_id"], row.text["study_id"]))
        if len(ids) == 2 and ids not in related:
            yield loaded.fault(
                "D017",
                row,
                "events",
                f"{row.text['study_id']} and {other.text['study_id']} (row {other.number}) have the same"
                f" counts in every arm of {row.text['outcome_id']}.",
                "check whether they are one trial; if so keep one.",
            )


def _same_arms(loaded: Loaded) -> Iterator[Problem]:
    """Two arms of one study with the same numbers in several outcomes."""
    arms: dict[str, dict[str, dict[tuple[str, ...], Row]]] = defaultdict(lambda: defaultdict(dict))
    for row in loaded.tables["results"]:
        key = tuple(row.text[name] for name in ("outcome_id", "timepoint", "reported_as"))
        arms[row.text["study_id"]][row.text["arm_id"]][key] = row
    for study, own in arms.items():
        for one, other in combinations(own, 2):
            shared = own[one].keys() & own[other].keys()
            pairs = [(_figures(own[one][k]), _figures(own[other][k])) for k in sorted(shared)]
            told = [a for a, b in pairs if a == b and any(v not in ("", "0") for v in a[1:])]
            if len(told) >= COPIED_OUTCOMES and len(told) == len(pairs):
                row = min((own[other][k] for k in shared), key=lambda r: r.number)
                yield loaded.fault(
                    "D017",
                    row,
                    "arm_id",
                    f"Arms “{one}” and “{other}” of {study} have the same numbers in all"
                    f" {len(told)} outcomes.",
                    "check the source; a row may have been copied and not changed.",
                )


def _figures(row: Row) -> tuple[str, ...]:
    return tuple(
        row.text[name] for name in ("n", "events", "percent", "mean", "sd", "se", "ci_low", "ci_high")
    )


def _arm(row: Row) -> tuple[str, str]:
    return row.text["study_id"], row.text["arm_id"]


def _related(loaded: Loaded) -> set[frozenset[str]]:
    """Pairs of units of which one sums the other."""
    return {
        frozenset((row.text["study_id"], part.strip()))
        for row in loaded.tables["studies"]
        for part in row.text["covers"].split(";")
        if part.strip()
    }


def _same_report(loaded: Loaded) -> Iterator[Problem]:
    related = _related(loaded)
    for column in ("doi", "registration", "pmid"):
        first: dict[str, Row] = {}
        for row in loaded.tables["studies"]:
            for part in re.split(r"[;,]\s*|\s+", row.text[column].casefold()):
                if not any(c.isdigit() for c in part) or len(part) < 5:
                    continue
                other = first.setdefault(part, row)
                pair = frozenset((other.text["study_id"], row.text["study_id"]))
                if len(pair) == 2 and pair not in related:
                    yield loaded.fault(
                        "D017",
                        row,
                        column,
                        f"{row.text['study_id']} and {other.text['study_id']} (row {other.number})"
                        f" have the same {column}.",
                        "if they are one trial, keep one id; if one sums the other, say so in covers.",
                    )


def _judgements(loaded: Loaded) -> Iterator[Problem]:
    rows = loaded.tables["rob"]
    for row in rows:
        levels = LEVELS.get(row.text["tool"].casefold())
        judged = row.text["judgement"].casefold()
        if levels and judged and judged != NOT_JUDGED and judged not in levels and row.value["judgement"]:
            yield loaded.fault(
                "D024",
                row,
                "judgement",
                f"“{row.text['judgement']}” is not a level of {row.text['tool']}: {', '.join(levels)}.",
                "write one of its levels, or “not judged”.",
            )
    if not any(row.value["judgement"] not in (None, NOT_JUDGED) for row in rows):
        return
    known = {row.text["study_id"] for row in rows}
    pooled = {
        r.text["study_id"]
        for t in ("results", "contrasts")
        for r in loaded.tables[t]
        if r.text["use"] == "pool"
    }
    for row in loaded.tables["studies"]:
        study = row.text["study_id"]
        if study in pooled and study not in known:
            yield loaded.fault(
                "D024",
                row,
                "study_id",
                f"{study} is pooled and has no row in rob.csv.",
                "add its judgement, or a row that says “not judged”.",
            )


def _names(loaded: Loaded) -> Iterator[Problem]:
    outcomes = loaded.tables["outcomes"]
    for one, other in combinations(outcomes, 2):
        if same_name(one.text["label"], other.text["label"]) and _scale(one) == _scale(other):
            yield loaded.fault(
                "D034",
                other,
                "label",
                f"“{other.text['label']}” and “{one.text['label']}” (row {one.number}) look like"
                f" one outcome.",
                "if they are, use one outcome_id for both; if not, make the labels tell the difference.",
            )


def _scale(row: Row) -> tuple[str, ...]:
    return tuple(row.text[name] for name in ("kind", "scale_name", "scale_min", "scale_max"))

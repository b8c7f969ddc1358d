"""Rules that look across the rows of the tables, whatever the analyses are."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from math import hypot, sqrt
from typing import TYPE_CHECKING

from metaan.appraisal.rob import NOT_JUDGED, rob_faults
from metaan.review.names import same_name
from metaan.review.own_tools import own_tools
from metaan.review.spread import arm_sd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.review.load import Loaded
    from metaan.review.problems import Problem
    from metaan.review.rows import Row
    from metaan.review.spread import Implied

__all__ = ["table_faults"]

LARGE_SMD = 2.0
LARGE_SD_RATIO = 3.0
MOST_ARMS = 60
"""Arms of one trial and outcome that are compared in pairs; no trial has so many."""
MOST_NAMES = 400
"""Names that are compared in pairs."""
COPIED_OUTCOMES = 3
"""Outcomes with the same numbers in two arms of one trial from which on a copy is likely."""


def table_faults(loaded: Loaded) -> Iterator[Problem]:
    """Find faults across rows: odd spreads, copies, risk of bias, the flow's sums, names."""
    named: set[int] = set()
    usual = _usual_sds(loaded)
    for group in _arm_groups(loaded):
        yield from _large_effect(loaded, group)
        for found in _sd_ratio(loaded, group, usual.get(group[0].text["outcome_id"])):
            named.add(found.row or 0)
            yield found
    yield from (found for found in _sd_like_se(loaded) if found.row not in named)
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


def _large_effect(loaded: Loaded, group: list[Row]) -> Iterator[Problem]:
    arms = [
        (row, implied, mean)
        for row, implied in _spreads(group)
        if (mean := row.number_of("mean")) is not None
    ]
    for (one, first, mean1), (other, second, mean2) in combinations(arms[:MOST_ARMS], 2):
        smd = abs(mean1 - mean2) / (hypot(first.sd, second.sd) / sqrt(2))
        if smd > LARGE_SMD:
            yield loaded.fault(
                "D013",
                other,
                second.column,
                f"Arms “{one.text['arm_id']}” and “{other.text['arm_id']}” of {one.text['study_id']}"
                f" differ by {smd:.3g} standard deviations.",
                "check whether the paper gives standard errors (SE, SEM); if so move them to the column se.",
            )


def _spreads(group: list[Row]) -> list[tuple[Row, Implied]]:
    """Give the rows that have a spread, the first of each arm; doubled rows are told as such elsewhere."""
    first = {row.text["arm_id"]: row for row in reversed(group)}
    implied = [(row, arm_sd(row)) for row in reversed(first.values())]
    return [(row, found) for row, found in implied if found is not None and found.sd > 0]


def _sd_ratio(loaded: Loaded, group: list[Row], usual: float | None) -> Iterator[Problem]:
    spreads = _spreads(group)
    if len(spreads) < 2:
        return
    low, high = (choose(spreads, key=lambda s: s[1].sd) for choose in (min, max))
    if high[1].sd / low[1].sd > LARGE_SD_RATIO:
        row, odd = _odd_one(low, high, usual)
        yield loaded.fault(
            "D014",
            row,
            odd.column,
            f"The arms of {row.text['study_id']} have standard deviations of {low[1].sd:.3g} (row"
            f" {low[0].number}, {low[1].how}) and {high[1].sd:.3g} (row {high[0].number}, {high[1].how}).",
            "check both in the source; one may be a standard error.",
        )


def _odd_one(low: tuple[Row, Implied], high: tuple[Row, Implied], usual: float | None) -> tuple[Row, Implied]:
    """Choose the arm whose spread is likely wrong: the one further from what is usual.

    Where the outcome has no other spreads, the small one, if it may be a standard error of the large.
    """
    if usual is None:
        as_error = low[1].sd * sqrt(low[0].number_of("n") or 1)
        return low if low[1].column == "sd" and 0.5 <= as_error / high[1].sd <= 2 else high
    return high if high[1].sd / usual > usual / low[1].sd else low


def _usual_sds(loaded: Loaded) -> dict[str, float]:
    """Give the median SD, printed or implied, of each outcome that has at least three."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in loaded.tables["results"]:
        implied = arm_sd(row)
        if implied is not None and implied.sd > 0:
            found[row.text["outcome_id"]].append(implied.sd)
    return {outcome: _median(sds) for outcome, sds in found.items() if len(sds) > 2}


def _sd_like_se(loaded: Loaded) -> Iterator[Problem]:
    printed: dict[str, list[tuple[float, Row]]] = defaultdict(list)
    for row in loaded.tables["results"]:
        sd = row.number_of("sd")
        if sd:
            printed[row.text["outcome_id"]].append((sd, row))
    for rows in printed.values():
        usual_elsewhere = _medians_elsewhere(rows)
        for sd, row in rows:
            usual, n = usual_elsewhere[row.text["study_id"]], row.number_of("n")
            if usual and n and sd * LARGE_SD_RATIO < usual and 0.5 <= sd * sqrt(n) / usual <= 2:
                yield loaded.fault(
                    "D014",
                    row,
                    "sd",
                    f"sd = {row.text['sd']}, while other trials of this outcome have about {usual:.3g};"
                    f" sd × √n = {sd * sqrt(n):.3g} would fit them.",
                    "check whether the paper gives a standard error; if so move it to the column se.",
                )


def _medians_elsewhere(rows: list[tuple[float, Row]]) -> dict[str, float | None]:
    """Give for each study the median SD of the other studies; None where they have fewer than two."""
    ordered = sorted(sd for sd, _ in rows)
    own: dict[str, list[float]] = defaultdict(list)
    for sd, row in sorted(rows, key=lambda found: found[0]):
        own[row.text["study_id"]].append(sd)
    return {study: _median_without(ordered, values) for study, values in own.items()}


def _median_without(ordered: list[float], taken: list[float]) -> float | None:
    """Give the median of sorted values from which some of them, sorted too, are taken out."""
    count = len(ordered) - len(taken)
    if count < 2:
        return None
    middle = [_nth_without(ordered, taken, n) for n in ((count - 1) // 2, count // 2)]
    return sum(middle) / 2


def _nth_without(ordered: list[float], taken: list[float], n: int) -> float:
    for value in taken:
        if value <= ordered[n]:
            n += 1
    return ordered[n]


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
        for one, other in combinations(list(own)[:MOST_ARMS], 2):
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
    for column in ("label", "doi", "registration", "pmid"):
        first: dict[str, Row] = {}
        for row in loaded.tables["studies"]:
            for part in _identifiers(column, row.text[column]):
                other = first.setdefault(part, row)
                pair = frozenset((other.text["study_id"], row.text["study_id"]))
                if len(pair) == 2 and pair not in related:
                    yield loaded.fault(
                        "D017",
                        row,
                        column,
                        f"{row.text['study_id']} and {other.text['study_id']} (row {other.number})"
                        f" have the same {column}, “{row.text[column][:80]}”.",
                        "if they are two trials, make their labels tell them apart; if one, keep one id."
                        if column == "label"
                        else "if they are one trial, keep one id; if one sums the other, say so in covers.",
                    )


def _identifiers(column: str, text: str) -> tuple[str, ...]:
    """Split a cell into its numbers as they compare: without prefixes, case, and spaces before digits.

    Examples
    --------
    >>> _identifiers("doi", "https://doi.org/10.1000/X"), _identifiers("registration", "NCT 0123; ISRCTN-9")
    (('10.1000/x',), ('nct0123', 'isrctn9'))
    """
    plain = text.casefold()
    if column == "label":
        return (" ".join(plain.split()),) if plain else ()
    if column == "doi":
        plain = re.sub(r"(?:https?://)?(?:dx\.)?doi\.org/|\bdoi:?\s*", "", plain)
    elif column == "registration":
        plain = re.sub(r"(?<=[a-z])[\s:#-]+(?=[0-9])", "", plain)
    else:
        plain = re.sub(r"\bpmid:?\s*", "", plain)
    parts = (part.strip(" .()") for part in re.split(r"[;,|\s]+", plain))
    parts = (part.lstrip("0") if column == "pmid" else part for part in parts)
    shortest = 1 if column == "pmid" else 5
    return tuple(p for p in dict.fromkeys(parts) if len(p) >= shortest and any(c.isdigit() for c in p))


def _judgements(loaded: Loaded) -> Iterator[Problem]:
    rows = loaded.tables["rob"]
    own = own_tools(loaded.plan)
    for fault in rob_faults([row.text for row in rows], own):
        yield loaded.fault("D024", rows[fault.row], fault.column, fault.message, fault.help)
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
    outcomes = loaded.tables["outcomes"][:MOST_NAMES]
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

"""One CSV file of unknown shape: a table of a review, arms, differences, or metafor's columns.

A raw sheet is read as if it were results.csv or contrasts.csv, its headings translated, so that the same
rules speak of it; problems name its own headings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from math import hypot, sqrt
from typing import TYPE_CHECKING

from metaan.review.cells import Fault, parse_number
from metaan.review.flow import flow_faults
from metaan.review.load import Loaded, load_row, load_table
from metaan.review.names import same_name
from metaan.review.problems import Problem, letter_index, problem
from metaan.review.raw_columns import METAFOR, role_of
from metaan.review.rules_rows import level_named, row_faults
from metaan.review.rules_tables import table_faults
from metaan.review.schema import TABLES
from metaan.review.sheet import Sheet, column_letter, read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from metaan.review.rows import Row
    from metaan.review.schema import Table

__all__ = ["file_faults"]

EXTRA_NUMBERS = {"n_randomised": "size", "times_per_day": "spread", "year": "year"}
"""Number columns beside those of the tables; so is every heading that ends in _mg."""


def file_faults(path: Path) -> list[Problem]:
    """Find every fault of one CSV file, whatever its shape."""
    sheet = read_sheet(path)
    if not sheet.header:
        return list(sheet.problems)
    table = _own_table(path.stem, sheet)
    if table is not None:
        loaded = load_table(table, sheet)
        return [*loaded.problems, *row_faults(loaded), *table_faults(loaded), *flow_faults(loaded)]
    found = [*sheet.problems, *_header(sheet)]
    if not sheet.records:
        said = "The file has a header and no rows."
        return [*found, problem("D001", said, "put the data below it.", file=sheet.file, row=1)]
    shape = _shape(sheet)
    if shape == "results" and not {role_of(h, shape) for h in sheet.header} & {"events", "mean", "percent"}:
        return [*found, _unknown(sheet)]
    if shape:
        return [*found, *_long(sheet, shape)]
    if len({h.casefold() for h in sheet.header} & METAFOR.keys()) >= 2:
        return [*found, *_wide(sheet)]
    return [*found, _unknown(sheet)]


def _own_table(stem: str, sheet: Sheet) -> Table | None:
    fits = [
        table
        for table in TABLES.values()
        if set(table.key) & set(sheet.header)
        and {c.name for c in table.columns if c.required} <= set(sheet.header)
    ]
    named = TABLES.get(stem)
    if named is not None and (named in fits or _shared(named, sheet) >= len(sheet.header) / 2):
        return named
    return max(fits, key=lambda table: _shared(table, sheet), default=None)


def _shared(table: Table, sheet: Sheet) -> int:
    return len({c.name for c in table.columns} & set(sheet.header))


def _shape(sheet: Sheet) -> str:
    """Name the table that a raw sheet resembles: results (arms), contrasts, or neither."""
    roles = {table: {role_of(h, table) for h in sheet.header} for table in ("results", "contrasts")}
    if {"arm_id_1", "arm_id_2"} <= roles["contrasts"] and roles["contrasts"] & {"estimate", "p", "se"}:
        return "contrasts"
    treatments = {"treatment", "treat", "arm", "arm_id", "trt", "drug"} & {h.casefold() for h in sheet.header}
    if treatments and roles["results"] & {"events", "mean", "n", "percent"}:
        return "results"
    return ""


def _header(sheet: Sheet) -> list[Problem]:
    found = []
    for index, name in enumerate(sheet.header):
        if name and sheet.header.index(name) != index:
            found.append(
                _heading(sheet, index, "D003", f"The column “{name[:80]}” stands twice.", "keep one of them.")
            )
        if not name:
            found.append(
                _heading(sheet, index, "D004", "A column has no heading.", "name it, or remove its cells.")
            )
    return found


def _heading(
    sheet: Sheet,
    index: int,
    code: str,
    message: str,
    help: str,  # noqa: A002 - the field's name in every output
) -> Problem:
    name = sheet.header[index]
    return problem(
        code, message, help, file=sheet.file, row=1, column=name, letter=column_letter(index), text=name
    )


def _unknown(sheet: Sheet) -> Problem:
    return problem(
        "D002",
        "No column tells what the file holds.",
        "name the columns study, treatment, outcome, events, n, mean, sd (one row per arm); or study, treat1,"
        " treat2, estimate, se (one row per difference); or as metafor does (ai, n1i, ci, n2i, yi, vi).",
        file=sheet.file,
        row=1,
        text=",".join(sheet.header)[:200],
    )


def _long(sheet: Sheet, shape: str) -> Iterator[Problem]:
    """Read the sheet as the table it resembles, and put its own headings into what is found."""
    table = TABLES[shape]
    names = _translated(sheet, shape)
    alias = replace(sheet, header=tuple(names), problems=())
    loaded = Loaded(tables=dict.fromkeys(TABLES, ()), sheets={shape: alias})
    position = {name: i for i, name in reversed(list(enumerate(names)))}
    rows = []
    found: list[Problem] = []
    for number, cells in sheet.records:
        row, faults = load_row(table, number, cells, position)
        rows.append(row)
        if number not in sheet.ragged:
            numbers = [f for f in faults if f[1].code in ("D007", "D010", "D011")]
            found += [
                loaded.fault(fault.code, row, name, fault.message, fault.help) for name, fault in numbers
            ]
            found += _extra_numbers(sheet, names, number, cells)
    loaded.tables[shape] = tuple(rows)
    found += [*row_faults(loaded), *table_faults(loaded)]
    found += [*_directions(sheet, loaded, shape), *_usable(sheet, loaded, shape)]
    found += [*_alone(loaded), *_one_name(sheet, loaded, shape), *_levels(loaded, shape)]
    found += [*_same_under_two_names(loaded), *_same_mean_elsewhere(loaded), *_randomised(sheet, loaded)]
    for one in found:
        yield _own_heading(sheet, one)


def _translated(sheet: Sheet, shape: str) -> list[str]:
    known = {c.name for c in TABLES[shape].columns}
    names: list[str] = []
    for heading in sheet.header:
        role = role_of(heading, shape)
        names.append(
            role if role and role not in names else f"raw {heading}" if heading in known else heading
        )
    arm = "arm_id"
    if shape == "results" and arm not in names:
        plain = [h.casefold() for h in sheet.header]
        spot = next(plain.index(h) for h in ("treatment", "treat", "trt", "drug") if h in plain)
        names[spot] = arm
    return names


def _own_heading(sheet: Sheet, found: Problem) -> Problem:
    if not found.letter:
        return replace(found, column=found.column if found.column in sheet.header else "")
    index = letter_index(found.letter)
    return replace(found, column=sheet.header[index]) if index < len(sheet.header) else found


def _extra_numbers(sheet: Sheet, names: list[str], number: int, cells: tuple[str, ...]) -> Iterator[Problem]:
    for index, name in enumerate(names):
        kind = EXTRA_NUMBERS.get(name) or ("spread" if name.casefold().endswith("_mg") else "")
        text = cells[index].strip() if index < len(cells) else ""
        fault = parse_number(name, kind, text) if kind else None
        if isinstance(fault, Fault):
            yield _cell_fault(sheet, number, index, text, fault)


def _cell_fault(sheet: Sheet, number: int, index: int, text: str, fault: Fault) -> Problem:
    return problem(
        fault.code,
        fault.message,
        fault.help,
        file=sheet.file,
        row=number,
        column=sheet.header[index],
        letter=column_letter(index),
        text=text,
    )


def _raw(sheet: Sheet, heading: str) -> dict[int, str]:
    """Give the cells of a heading by row; empty where the sheet lacks it."""
    index = next((i for i, h in enumerate(sheet.header) if h.casefold() == heading), None)
    if index is None:
        return {}
    return {number: cells[index].strip() if index < len(cells) else "" for number, cells in sheet.records}


def _directions(sheet: Sheet, loaded: Loaded, shape: str) -> Iterator[Problem]:
    stated = _raw(sheet, "direction")
    if not stated and not any(row.text["outcome_id"] for row in loaded.tables[shape]):
        return
    if not stated:
        said = "No column says which direction of an outcome is good for the patient."
        cure = "add a column direction with higher_better or lower_better."
        yield problem("D018", said, cure, file=sheet.file, row=1)
        return
    first: dict[str, tuple[str, int]] = {}
    for row in loaded.tables[shape]:
        found, outcome = stated[row.number], row.text["outcome_id"]
        index = [h.casefold() for h in sheet.header].index("direction")
        if not found:
            fault = Fault(
                code="D018",
                message=f"The direction of “{outcome[:80]}” is not stated.",
                help="write higher_better or lower_better; leave rows that are no outcome out of the table.",
            )
            yield _cell_fault(sheet, row.number, index, found, fault)
        elif outcome and first.setdefault(outcome, (found, row.number))[0] != found:
            fault = Fault(
                code="D018",
                message=f"“{outcome[:80]}” is {found[:40]} here and {first[outcome][0][:40]} in row"
                f" {first[outcome][1]}.",
                help="state one direction for one outcome.",
            )
            yield _cell_fault(sheet, row.number, index, found, fault)


def _usable(sheet: Sheet, loaded: Loaded, shape: str) -> Iterator[Problem]:
    kinds = _raw(sheet, "kind")
    scales = _raw(sheet, "measure_scale")
    for row in loaded.tables[shape]:
        words = " ".join((scales.get(row.number, ""), row.text["quote"], row.text["derivation"]))
        said = (
            _unusable_arm(row, kinds.get(row.number, ""), words)
            if shape == "results"
            else _unusable_difference(row)
        )
        if said:
            column, message = said
            yield loaded.fault(
                "D021",
                row,
                column,
                f"The row cannot be pooled: {message}.",
                "look for what is missing in the source; otherwise list the row with this reason.",
            )


def _unusable_arm(row: Row, kind: str, words: str) -> tuple[str, str] | None:
    has = {
        name: row.value[name] is not None for name in ("n", "events", "percent", "mean", "sd", "se", "ci_low")
    }
    if not has["events"] and not has["mean"] and not has["percent"]:
        if re.search(r"[0-9]\s*[%％]|percent", words) and kind != "continuous":
            size = "" if has["n"] else " and without the number analysed"
            return "events", f"a percentage stands in its words, without a count{size}"
        return ("mean" if kind == "continuous" else "events"), "it has neither a count nor a mean"
    if not has["n"]:
        figure = "a count" if has["events"] else "a mean" if has["mean"] else "a percentage"
        return "n", f"{figure} without the number analysed (n is missing)"
    if has["mean"] and not (has["sd"] or has["se"] or has["ci_low"]):
        return "sd", "a mean without SD, standard error or interval"
    return None


def _unusable_difference(row: Row) -> tuple[str, str] | None:
    has = {
        name: row.value[name] is not None
        for name in ("estimate", "se", "ci_low", "ci_high", "p", "n_1", "n_2")
    }
    if not has["estimate"] and not (has["p"] and has["n_1"] and has["n_2"]):
        return "estimate", "no estimate, and no p-value with both numbers analysed"
    if has["estimate"] and not (has["se"] or (has["ci_low"] and has["ci_high"]) or has["p"]):
        return "se", "an estimate without a usable standard error, interval or p-value"
    return None


def _alone(loaded: Loaded) -> Iterator[Problem]:
    """Name outcomes of which a study gives one arm only."""
    groups: dict[tuple[str, ...], dict[str, Row]] = defaultdict(dict)
    for row in loaded.tables["results"]:
        if any(row.text[name] for name in ("events", "mean", "percent")):
            key = tuple(row.text[name] for name in ("study_id", "outcome_id", "timepoint"))
            groups[key].setdefault(row.text["arm_id"], row)
    for key, arms in groups.items():
        if len(arms) == 1:
            arm, row = next(iter(arms.items()))
            yield loaded.fault(
                "D023",
                row,
                "arm_id",
                f"{key[0]} gives {f'“{key[1][:80]}”' if key[1] else 'figures'} for one arm only, “{arm}”:"
                " there is nothing to compare it with.",
                "look for the other arms; otherwise list the row.",
            )


def _one_name(sheet: Sheet, loaded: Loaded, shape: str) -> Iterator[Problem]:
    columns = ("outcome_id", *(("arm_id_1", "arm_id_2") if shape == "contrasts" else ()))
    treatment = _raw(sheet, "treatment")
    rows = loaded.tables[shape]
    for column in columns:
        yield from _near_names(loaded, {r.text[column]: r for r in reversed(rows)}, column)
    if treatment:
        index = [h.casefold() for h in sheet.header].index("treatment")
        first = {name: number for number, name in reversed(list(treatment.items()))}
        for name, other in _pairs(sorted(first, key=first.__getitem__)):
            fault = Fault(code="D034", message=_alike(name, other, first[other]), help=ONE_NAME)
            yield _cell_fault(sheet, first[name], index, name, fault)


ONE_NAME = "use one name for one thing; if they differ, make the names tell the difference."


def _near_names(loaded: Loaded, first: dict[str, Row], column: str) -> Iterator[Problem]:
    for name, other in _pairs(sorted(first, key=lambda n: first[n].number)):
        yield loaded.fault("D034", first[name], column, _alike(name, other, first[other].number), ONE_NAME)


def _pairs(names: list[str]) -> Iterator[tuple[str, str]]:
    """Pair each name with the first earlier one that looks like it."""
    names = [name for name in names if name][:400]
    for at, name in enumerate(names):
        other = next((o for o in names[:at] if same_name(o, name)), None)
        if other is not None:
            yield name, other


def _alike(name: str, other: str, row: int) -> str:
    return f"“{name[:80]}” looks like “{other[:80]}” (row {row}) under another name."


def _levels(loaded: Loaded, shape: str) -> Iterator[Problem]:
    """Name intervals whose row speaks of another level than 95 %, where the limits are not there too."""
    for row in loaded.tables[shape]:
        if row.text["ci_level"] or (row.text["ci_low"] and row.text["ci_high"]):
            continue
        named = level_named(row.text["quote"], row.text["derivation"])
        if named is not None and row.text["se"]:
            said = f"The row names a {named:g}% interval; make sure that its se was read at that level."
            yield loaded.fault("D029", row, "se", said, "compute it with the quantile of that level.")


def _same_under_two_names(loaded: Loaded) -> Iterator[Problem]:
    """Name figures that one arm has under two outcome names."""
    first: dict[tuple[str, ...], Row] = {}
    for row in loaded.tables["results"]:
        counted = (row.number_of("events") or 0) >= 5 and row.text["n"]
        if not row.text["mean"] and not counted:
            continue
        figures = ("mean",) if row.text["mean"] else ("events", "n")
        key = (*figures, *(row.text[name] for name in ("study_id", "arm_id", *figures)))
        other = first.setdefault(key, row)
        if other is not row and any(
            other.text[name] != row.text[name] for name in ("outcome_id", "timepoint")
        ):
            yield loaded.fault(
                "D017",
                row,
                "mean" if row.text["mean"] else "events",
                f"The same figures stand in row {other.number} under “{other.text['outcome_id'][:80]}”.",
                "if it is one result read twice, keep one row.",
            )


def _same_mean_elsewhere(loaded: Loaded) -> Iterator[Problem]:
    """Name a mean that one treatment has in two studies under one outcome."""
    first: dict[tuple[str, str], Row] = {}
    for row in loaded.tables["results"]:
        mean, outcome = row.text["mean"], row.text["outcome_id"]
        if sum(c.isdigit() for c in mean) < 2:
            continue
        other = first.setdefault((row.text["arm_id"], mean), row)
        if other.text["study_id"] != row.text["study_id"] and same_name(other.text["outcome_id"], outcome):
            yield loaded.fault(
                "D017",
                row,
                "mean",
                f"{other.text['study_id']} (row {other.number}) has the same mean of “{outcome[:80]}” here.",
                "check whether one study is part of the other; if so keep one.",
            )


def _randomised(sheet: Sheet, loaded: Loaded) -> Iterator[Problem]:
    randomised = _raw(sheet, "n_randomised")
    for row in loaded.tables["results"]:
        total = parse_number("n_randomised", "size", randomised.get(row.number, ""))
        n = row.number_of("n")
        if isinstance(total, int) and n is not None and n > total:
            said = f"n = {row.text['n']} but n_randomised = {total}."
            yield loaded.fault("D012", row, "n", said, "check both in the source.")


def _wide(sheet: Sheet) -> Iterator[Problem]:
    """Check metafor's columns, one row per study."""
    names = [h.casefold() for h in sheet.header]
    for number, cells in sheet.records:
        if number in sheet.ragged:
            continue
        value: dict[str, float] = {}
        empty = []
        for index, name in enumerate(names):
            if name not in METAFOR or names.index(name) != index:
                continue
            text = cells[index].strip()
            parsed = parse_number(name, METAFOR[name], text)
            if isinstance(parsed, Fault):
                yield _cell_fault(sheet, number, index, text, parsed)
            elif parsed is None:
                empty.append(index)
            else:
                value[name] = parsed
        yield from _wide_row(sheet, names, number, cells, value, empty)


COMPLETE = tuple(
    frozenset(names.split())
    for names in (
        "ai bi ci di",
        "ai n1i ci n2i",
        "m1i sd1i n1i m2i sd2i n2i",
        "x1i t1i x2i t2i",
        "yi vi",
        "yi sei",
        "xi ni",
        "xi ti",
        "mi sdi ni",
        "ri ni",
    )
)
"""Columns of metafor that together make an effect."""


def _wide_row(
    sheet: Sheet,
    names: list[str],
    number: int,
    cells: tuple[str, ...],
    value: dict[str, float],
    empty: list[int],
) -> Iterator[Problem]:
    if empty and not any(needed <= value.keys() for needed in COMPLETE):
        named = ", ".join(sheet.header[i] for i in empty)
        fault = Fault(
            code="D021",
            message=f"The row cannot be used as it is: {named} is empty.",
            help="fill it from the source; otherwise the row is listed and not pooled.",
        )
        yield _cell_fault(sheet, number, empty[0], "", fault)
    for events, n in (("ai", "n1i"), ("ci", "n2i"), ("xi", "ni")):
        if events in value and n in value and value[events] > value[n]:
            index = names.index(events)
            fault = Fault(
                code="D012",
                message=f"{events} = {value[events]:g} but {n} = {value[n]:g}.",
                help="check the table in the source; the columns may be exchanged.",
            )
            yield _cell_fault(sheet, number, index, cells[index].strip(), fault)
    needed = ("m1i", "m2i", "sd1i", "sd2i")
    if all(name in value for name in needed) and value["sd1i"] + value["sd2i"] > 0:
        pooled = hypot(value["sd1i"], value["sd2i"]) / sqrt(2)
        smd = abs(value["m1i"] - value["m2i"]) / pooled
        if smd > 2:
            index = names.index("sd1i")
            fault = Fault(
                code="D013",
                message=f"The groups differ by {smd:.3g} standard deviations.",
                help="check whether the source gives standard errors; if so sd = se × √n.",
            )
            yield _cell_fault(sheet, number, index, cells[index].strip(), fault)

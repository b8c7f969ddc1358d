"""Rules that look at one row together with the arm, study or outcome it belongs to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from metaan.review.agreement import interval_faults
from metaan.review.cells import DATE, near
from metaan.review.problems import problem
from metaan.review.rows import parts_of
from metaan.review.rules_names import look, revealed
from metaan.review.schema import TABLES
from metaan.review.spread import LOWEST_LEVEL, spread_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from metaan.review.load import Loaded
    from metaan.review.problems import Problem
    from metaan.review.rows import Row
    from metaan.review.schema import Column, Table

__all__ = ["damage", "level_named", "row_faults"]

LEVEL = re.compile(
    r"(\d{2}(?:[.,]\d+)?)\s*[%％]\s*(?:-|–)?\s*(?:CI\b|C\.I\.|confidence|credible|信頼区間|KI\b|IC\b)", re.I
)
ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2}\Z")
SHEET_ERROR = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!)\Z")
MOST_OPTIONS = 500
"""Known names among which one that was meant is looked for."""
REWRITABLE = ("dose_text", "timepoint", "split_node", "formulation", "locator")
"""Text columns, beside ids, that hold short codes which a spreadsheet likes to rewrite."""


def row_faults(loaded: Loaded) -> Iterator[Problem]:
    """Find the faults of single rows: references, keys, limits, agreement, provenance, damage."""
    for table in TABLES.values():
        rows = loaded.tables[table.name]
        yield from _references(loaded, table, rows)
        yield from _doubled_keys(loaded, table, rows)
        yield from _damaged(loaded, table, rows)
    yield from _covers(loaded)
    yield from _with_itself(loaded)
    yield from _sizes(loaded)
    yield from _provenance(loaded)
    outcomes = {row.text["outcome_id"]: row for row in reversed(loaded.tables["outcomes"])}
    for row in (*loaded.tables["results"], *loaded.tables["contrasts"]):
        yield from _limits(loaded, row)
        yield from interval_faults(loaded, row)
        yield from _level(loaded, row)
        yield from _other_kind(loaded, row, outcomes.get(row.text["outcome_id"]))
        yield from spread_faults(loaded, row, outcomes.get(row.text["outcome_id"]))


def level_named(*texts: str) -> float | None:
    """Find the level of an interval in words; None where it is 95 or not named.

    Examples
    --------
    >>> level_named("0.3 (98.3% CI -2.6 to 3.2)"), level_named("95% CI 1 to 2")
    (98.3, None)
    """
    for text in texts:
        for found in LEVEL.finditer(text):
            level = float(found.group(1).replace(",", "."))
            if 50 < level < 100 and level != 95:
                return level
    return None


def damage(column: str, kind: str, text: str) -> str:
    """Say what a spreadsheet did to a cell; empty where it left it alone.

    Examples
    --------
    >>> damage("dose_text", "text", "10-May")
    'looks like a range or code that was turned into a date'
    """
    if SHEET_ERROR.match(text):
        return "is a spreadsheet's error, not a value"
    if ROUNDED.match(text) and kind != "text":
        return "looks like a long number that was rounded"
    if kind in ("text", "id") and DATE.match(text):
        return "looks like a range or code that was turned into a date"
    if column == "pmid" and not all(
        re.fullmatch(r"[1-9][0-9]{0,7}", p) for p in re.split(r"[;, ]+", text) if p
    ):
        return "is not a PubMed number"
    short = re.search(r"\b(?:NCT|ISRCTN)\s*([0-9]+)\b", text)
    if column == "registration" and short and len(short.group(1)) != 8:
        return "has not the 8 digits of such a number, so zeros may have been lost"
    return ""


def _references(loaded: Loaded, table: Table, rows: Iterable[Row]) -> Iterator[Problem]:
    targets = {c.name: _targets(loaded, c) for c in table.columns if c.points_to}
    for row in rows:
        for name, (known, with_study) in targets.items():
            found = row.text[name]
            if not found or known is None:
                continue
            if ((row.text["study_id"], found) if with_study else found) not in known:
                yield _unknown(loaded, row, name, known, with_study)


def _targets(loaded: Loaded, column: Column) -> tuple[set[object] | None, bool]:
    """Give what a column may point to, and whether it points within its study; None where that is unknown."""
    table, _, name = column.points_to.partition(".")
    sheet = loaded.sheets.get(table)
    if sheet is None or name not in sheet.header or loaded.torn(table):
        return None, False
    if table == "arms":
        known: set[object] = {(r.text["study_id"], r.text[name]) for r in loaded.tables[table]}
        return known, True
    return {r.text[name] for r in loaded.tables[table]}, False


def _unknown(loaded: Loaded, row: Row, name: str, known: set[object], with_study: bool) -> Problem:
    points_to = TABLES[row.table].column(name).points_to.partition(".")[0]
    found = row.text[name]
    if with_study:
        study = row.text["study_id"]
        options = [k[1] for k in known if isinstance(k, tuple) and k[0] == study]
        message = f"{name} = “{found[:80]}” is not an arm of {study[:80]} in arms.csv."
    else:
        options = [k for k in known if isinstance(k, str)]
        message = f"{name} = “{found[:80]}” is not in {points_to}.csv."
    alike = next((option for option in options if look(option) == look(found)), "")
    if alike:
        cure = f"retype it: “{revealed(found)[:80]}” only looks like “{revealed(alike)[:80]}”."
        return loaded.fault("D030", row, name, message, cure)
    suggestion = near(found, options[:MOST_OPTIONS])
    return loaded.fault(
        "D030", row, name, message, suggestion or f"correct the name, or add it to {points_to}.csv."
    )


def _covers(loaded: Loaded) -> Iterator[Problem]:
    """Find units that sum themselves, or units that are not there."""
    units = loaded.tables["studies"]
    known = {row.text["study_id"] for row in units}
    parts = {row.text["study_id"]: parts_of(row.text["covers"]) for row in units}
    for row in units:
        study = row.text["study_id"]
        for part in parts[study]:
            if part == study:
                said, cure = f"{study[:80]} covers itself.", "leave its own id out of covers."
            elif part not in known and set(re.split(r"\s*,\s*", part)) <= known:
                said = f"covers = “{part[:80]}” separates ids by commas."
                cure = f"separate them by semicolons: {'; '.join(re.split(r' *, *', part))[:200]}."
            elif part not in known:
                said = f"covers = “{part[:80]}” is not in studies.csv."
                cure = near(part, known - {study}) or "correct the id, or add that unit to studies.csv."
            elif study in parts[part]:
                said = f"{study[:80]} covers {part[:80]}, which covers it."
                cure = "a unit sums smaller ones: keep the id in the row of the larger one only."
            else:
                continue
            yield loaded.fault("D030", row, "covers", said, cure)


def _with_itself(loaded: Loaded) -> Iterator[Problem]:
    for row in loaded.tables["contrasts"]:
        if row.text["arm_id_1"] and row.text["arm_id_1"] == row.text["arm_id_2"]:
            yield loaded.fault(
                "D036",
                row,
                "arm_id_2",
                f"Arm “{row.text['arm_id_1'][:80]}” of {row.text['study_id'][:80]} is compared with itself.",
                "write the arm that it was compared with.",
            )


def _doubled_keys(loaded: Loaded, table: Table, rows: Iterable[Row]) -> Iterator[Problem]:
    sheet = loaded.sheets.get(table.name)
    key = [name for name in table.key if sheet is not None and name in sheet.header]
    needed = [name for name in table.key if table.column(name).required]
    if not set(needed) <= set(key):
        return
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        values = tuple(row.text[name] for name in key)
        if table.name == "flow" and values in (("NA",), ("",)):
            continue
        if any(not row.text[name] for name in needed if table.column(name).filled):
            continue
        if values in first:
            yield loaded.fault(
                "D031",
                row,
                key[-1] if len(key) == 1 else key[0],
                f"Row {first[values].number} has the same {', '.join(key)}.",
                "remove one of the two rows, or tell them apart.",
            )
        first.setdefault(values, row)


def _damaged(loaded: Loaded, table: Table, rows: Iterable[Row]) -> Iterator[Problem]:
    columns = [
        (c.name, c.kind)
        for c in table.columns
        if c.kind in ("id", "integer", "count", "size") or c.name in (*REWRITABLE, "pmid", "registration")
    ]
    for row in rows:
        for name, kind in columns:
            text = row.text[name]
            said = damage(name, kind, text) if text else ""
            if said:
                yield loaded.fault(
                    "D026",
                    row,
                    name,
                    f"{name} = “{text[:60]}” {said}.",
                    "look up what was printed, and format the column as text before typing it again.",
                )


def _sizes(loaded: Loaded) -> Iterator[Problem]:
    arms = {(r.text["study_id"], r.text["arm_id"]): r for r in loaded.tables["arms"]}
    studies = {r.text["study_id"]: r for r in loaded.tables["studies"]}
    for row in loaded.tables["arms"]:
        yield from _more_than(
            loaded, row, "n_randomised", studies.get(row.text["study_id"]), "the whole study"
        )
    for row in loaded.tables["results"]:
        arm = arms.get((row.text["study_id"], row.text["arm_id"]))
        yield from _more_than(loaded, row, "n", arm, "that arm")
        yield from _events(loaded, row)
    for row in loaded.tables["contrasts"]:
        for name, arm_column in (("n_1", "arm_id_1"), ("n_2", "arm_id_2")):
            arm = arms.get((row.text["study_id"], row.text[arm_column]))
            yield from _more_than(loaded, row, name, arm, "that arm")


def _more_than(loaded: Loaded, row: Row, column: str, whole: Row | None, of: str) -> Iterator[Problem]:
    part, total = row.number_of(column), whole.number_of("n_randomised") if whole else None
    if whole is None or part is None or total is None or part <= total:
        return
    yield loaded.fault(
        "D012",
        row,
        column,
        f"{column} = {row.text[column]} but {of} has {total:.0f} randomised"
        f" ({whole.table}.csv, row {whole.number}).",
        f"check both in the source{_source(row)}.",
    )


def _events(loaded: Loaded, row: Row) -> Iterator[Problem]:
    events, n, percent = (row.number_of(name) for name in ("events", "n", "percent"))
    who = f"arm “{row.text['arm_id']}” of {row.text['study_id']}, outcome {row.text['outcome_id']}"
    if events is not None and n is not None and events > n:
        yield loaded.fault(
            "D012",
            row,
            "events",
            f"events = {row.text['events']} but n = {row.text['n']} for {who}.",
            f"check the table in the paper{_source(row)};"
            f" if {row.text['events']} is a percentage put it in “percent”.",
        )
    elif events is not None and n and percent is not None and abs(100 * events / n - percent) > 1 + 50 / n:
        yield loaded.fault(
            "D015",
            row,
            "percent",
            f"events/n = {100 * events / n:.1f} % but percent = {row.text['percent']} for {who}.",
            f"check the three figures in the source{_source(row)}.",
        )


def _source(row: Row) -> str:
    place = ", ".join(filter(None, (row.text.get("source", ""), row.text.get("locator", ""))))
    return f" ({place[:120]})" if place else ""


def _limits(loaded: Loaded, row: Row) -> Iterator[Problem]:
    pairs = [("ci_low", "ci_high")]
    if row.table == "results":
        pairs += [
            ("q1", "median"),
            ("median", "q3"),
            ("min", "q1"),
            ("q3", "max"),
            ("min", "max"),
            ("q1", "q3"),
        ]
    for low, high in pairs:
        a, b = row.number_of(low), row.number_of(high)
        if a is not None and b is not None and a > b:
            yield loaded.fault(
                "D011",
                row,
                low,
                f"{low} = {row.text[low]} is above {high} = {row.text[high]}.",
                "look both up in the source; perhaps they were exchanged, or a minus sign was lost.",
            )
    level = row.number_of("ci_level")
    if level is not None and not LOWEST_LEVEL < level < 100:
        yield loaded.fault(
            "D011",
            row,
            "ci_level",
            f"ci_level = {row.text['ci_level']} is not a level in percent.",
            f"write {100 * level:g}." if LOWEST_LEVEL / 100 < level < 1 else "write 95, 98.3, ...",
        )
    yield from _ratio_limits(loaded, row)


OF_THE_OTHER_KIND = {
    "binary": ("mean", "sd", "se", "median"),
    "continuous": ("events", "percent"),
}
"""Columns of results.csv that an outcome of a kind has no use for."""


def _other_kind(loaded: Loaded, row: Row, outcome: Row | None) -> Iterator[Problem]:
    kind = outcome.text["kind"] if outcome and row.table == "results" else ""
    filled = [name for name in OF_THE_OTHER_KIND.get(kind, ()) if row.value[name] is not None]
    if filled:
        yield loaded.fault(
            "D037",
            row,
            filled[0],
            f"{', '.join(filled)} of {row.text['outcome_id'][:80]}, which is a {kind} outcome.",
            "correct kind in outcomes.csv, or give these figures an outcome of their own.",
        )


def _ratio_limits(loaded: Loaded, row: Row) -> Iterator[Problem]:
    if row.table != "contrasts" or row.text["measure"] not in ("OR", "RR", "HR", "IRR"):
        return
    for name in ("estimate", "ci_low", "ci_high"):
        value = row.number_of(name)
        if value is not None and value <= 0:
            yield loaded.fault(
                "D011",
                row,
                name,
                f"{name} = {row.text[name]}, but a ratio ({row.text['measure']}) is above 0.",
                "give the ratio as printed, not its logarithm.",
            )


def _level(loaded: Loaded, row: Row) -> Iterator[Problem]:
    if not (row.text["ci_low"] and row.text["ci_high"]):
        return
    named = level_named(row.text["quote"], row.text["derivation"])
    if named is not None and not row.text["ci_level"]:
        sheet = loaded.sheets.get(row.table)
        there = sheet is not None and "ci_level" in sheet.header
        place = "ci_level is empty" if there else "no column gives the level"
        cure = f"write {named:g} into {'' if there else 'a column '}ci_level"
        yield loaded.fault(
            "D029",
            row,
            "ci_level" if there else "ci_low",
            f"The row's own words name a {named:g}% interval, but {place}, which means 95.",
            f"{cure}, or give the 95% limits and say so in derivation.",
        )


def _provenance(loaded: Loaded) -> Iterator[Problem]:
    for table in ("results", "contrasts"):
        sheet = loaded.sheets.get(table)
        if sheet is None or not sheet.records:
            continue
        if "outcome_id" not in sheet.header or loaded.misnamed(table):
            continue
        if not {"source", "source_url"} & set(sheet.header):
            said = "No column says where the numbers were read."
            yield problem("D022", said, "add the columns source, locator and quote.", file=sheet.file, row=1)
            continue
        for row in loaded.tables[table]:
            if not any(row.value[c.name] is not None for c in TABLES[table].columns if c.kind in _MEASURED):
                continue
            lacking = _lacking(row)
            if lacking:
                yield loaded.fault(
                    "D022",
                    row,
                    lacking,
                    "The row has numbers but no source."
                    if lacking == "source"
                    else "The row names a source, but neither the place in it nor the words read there.",
                    "write the publication (source), the page or table (locator) and the words read (quote).",
                )


_MEASURED = ("integer", "count", "size", "number", "percent", "spread", "probability")


def _lacking(row: Row) -> str:
    if not row.text["source"] and not row.text["source_url"]:
        return "source"
    return "" if row.text["quote"] or row.text["locator"] else "quote"

"""The rows of a plain CSV of networks: arms and contrasts, and what cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

from metaan.errors import InputError, RequestError
from metaan.review.cells import Fault, parse_number
from metaan.review.columns import instead
from metaan.review.plain import missing_text
from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from metaan.review.network_columns import ArmColumns, NetworkColumns
    from metaan.review.plain import PlainFile, PlainRow, SetAsideRow

__all__ = ["INPUTS", "ArmRow", "ContrastRow", "NetworkRows", "network_rows", "study_covariate", "study_texts"]

INPUTS = ("arms", "contrasts")
KINDS = {"events": "count", "n": "size", "n1": "size", "n2": "size", "mean": "number", "yi": "number"}
SPREAD = "spread"
SHOWN_ROWS = 10
LONGEST_NAME = 200
"""Characters of a name; what is longer is a text that slipped into the wrong column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRow:
    """One arm: where it stands, the study, the treatment and its numbers."""

    row: int
    study: str
    treatment: str
    cells: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastRow:
    """One contrast, treat1 minus treat2, with the participants of both arms where the file has them."""

    row: int
    study: str
    treat1: str
    treat2: str
    yi: float
    sei: float
    sizes: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRows:
    """What the rows of a file give.

    Attributes
    ----------
    arms : tuple of ArmRow
        In the order of the file.
    contrasts : tuple of ContrastRow
        In the order of the file.
    set_aside : tuple of SetAsideRow
        Rows and arms that cannot be used.
    notes : tuple of str
        What must be known.
    """

    arms: tuple[ArmRow, ...]
    contrasts: tuple[ContrastRow, ...]
    set_aside: tuple[SetAsideRow, ...]
    notes: tuple[str, ...]


def network_rows(file: PlainFile, columns: NetworkColumns, take: str = "") -> NetworkRows:
    """Read the arms and contrasts of a file.

    Parameters
    ----------
    file : PlainFile
        The file.
    columns : NetworkColumns
        Where they stand.
    take : {"", "arms", "contrasts"}
        Which of the two to take where a row may hold both; empty to take what each row has.

    Returns
    -------
    NetworkRows
        An arm with a cell that is missing, no number or impossible is set aside by itself.

    Raises
    ------
    RequestError
        Where rows have both, and it was not said which counts; where nothing names the studies of a file
        whose rows are no studies.
    """
    labels, named = _labels(file, columns)
    rows = [replace(row, label=label) for row, label in zip(file.rows, labels, strict=True)]
    arms_too = columns.arms and take != "contrasts"
    contrasts_too = columns.contrast and take != "arms"
    if arms_too and contrasts_too:
        _refuse_both(file, columns, rows)
    arms: list[ArmRow] = []
    contrasts: list[ContrastRow] = []
    aside: list[SetAsideRow] = [*file.set_aside]
    for row in rows:
        if contrasts_too and (not arms_too or _has_contrast(columns, row)):
            found = _contrast(file, columns, row)
            contrasts += [found] if isinstance(found, ContrastRow) else []
            aside += [] if isinstance(found, ContrastRow) else [found]
        elif arms_too:
            usable, unusable = _arms(file, columns, row)
            arms += usable
            aside += unusable
    kept, told = _once(arms) if columns.wide else (arms, ())
    return NetworkRows(
        arms=tuple(kept),
        contrasts=tuple(contrasts),
        set_aside=tuple(sorted(aside, key=lambda each: each.row)),
        notes=(*columns.notes, *named, *told),
    )


def study_covariate(file: PlainFile, columns: NetworkColumns, heading: str) -> dict[str, float | None]:
    """Read one number for each study.

    Parameters
    ----------
    file : PlainFile
        The file.
    columns : NetworkColumns
        Where the studies are named.
    heading : str
        Of the covariate.

    Returns
    -------
    dict
        Study to number, None where no row of it has one.

    Raises
    ------
    RequestError
        Where the file has no such column.
    InputError
        For cells that are no numbers, and studies with two values.
    """
    index = _position(file, "covariate", heading)
    values: dict[str, float | None] = {}
    faults = []
    for row, study in zip(file.rows, _labels(file, columns)[0], strict=True):
        parsed = parse_number(file.header[index], "number", row.cells[index])
        if isinstance(parsed, Fault):
            faults.append(f"row {row.number}: {parsed.message}")
            continue
        known = values.setdefault(study, parsed)
        if parsed is not None and known is not None and known != parsed:
            faults.append(f"row {row.number}: {study} has {known:g} and {parsed:g}")
        values[study] = parsed if known is None else known
    if faults:
        raise InputError(
            f"--covariate {visible(heading)}: {'; '.join(faults)}. Give every study one number, or none."
        )
    return values


def study_texts(file: PlainFile, columns: NetworkColumns, option: str, heading: str) -> dict[str, str]:
    """Read one text for each study.

    Parameters
    ----------
    file : PlainFile
        The file.
    columns : NetworkColumns
        Where the studies are named.
    option : str
        What named the column, for messages.
    heading : str
        Of the column.

    Returns
    -------
    dict
        Study to text, empty where no row of it has one.

    Raises
    ------
    RequestError
        Where the file has no such column.
    InputError
        For studies with two texts.
    """
    index = _position(file, option, heading)
    texts: dict[str, str] = {}
    faults = []
    for row, study in zip(file.rows, _labels(file, columns)[0], strict=True):
        text = "" if missing_text(row.cells[index]) else row.cells[index]
        known = texts.setdefault(study, text)
        if text and known and known != text:
            faults.append(visible(f"row {row.number}: {study} has “{known[:80]}” and “{text[:80]}”"))
        texts[study] = known or text
    if faults:
        raise InputError(
            f"--{option} {visible(heading)}: {'; '.join(faults)}. Give every study one value, or none."
        )
    return texts


def _position(file: PlainFile, option: str, heading: str) -> int:
    """Find the column that an option names."""
    index = file.position(heading)
    if index is None:
        absent = visible(f"--{option}: {file.name} has no column “{heading[:80]}”;")
        raise RequestError(f"{absent} {instead(heading, file.header)}")
    return index


def _labels(file: PlainFile, columns: NetworkColumns) -> tuple[list[str], tuple[str, ...]]:
    """Name the study of every row."""
    if not columns.naming:
        if not columns.wide or columns.contrast:
            raise RequestError(
                f"{file.name} has no column that names the studies; add one with the heading study, or say"
                " which it is: --column study=HEADING."
            )
        return [f"row {row.number}" for row in file.rows], (
            "no column names the studies, so every row is one study, named by its number",
        )
    if columns.study is not None:
        return [_words(row, [columns.study]) for row in file.rows], ()
    spots = [i for i in (columns.author, columns.year) if i is not None]
    if columns.author is None:
        spots = [] if columns.id is None else [columns.id]
    names = [_words(row, spots) for row in file.rows]
    if columns.author is None or columns.id is None:
        return names, ()
    ids = [_words(row, [columns.id]) for row in file.rows]
    if len(set(zip(names, ids, strict=True))) == len(set(names)) == len(set(ids)):
        return names, ()
    return [f"{name} ({i})" for name, i in zip(names, ids, strict=True)], (
        "studies are named by author, year and id, because neither tells them apart alone",
    )


def _words(row: PlainRow, spots: Sequence[int]) -> str:
    words = " ".join(row.cells[i] for i in spots if not missing_text(row.cells[i]))
    return visible(words)


def _refuse_both(file: PlainFile, columns: NetworkColumns, rows: Iterable[PlainRow]) -> None:
    both = [str(row.number) for row in rows if _has_arm(columns, row) and _has_contrast(columns, row)]
    if both:
        listed = ", ".join(both[:SHOWN_ROWS]) + (
            f" and {len(both) - SHOWN_ROWS} more" if both[SHOWN_ROWS:] else ""
        )
        raise RequestError(
            f"{file.name}: row{'s' if len(both) > 1 else ''} {listed} hold{'' if len(both) > 1 else 's'} both"
            " the cells of arms and an effect; say which counts with --input arms or --input contrasts."
        )


def _has_arm(columns: NetworkColumns, row: PlainRow) -> bool:
    """Tell whether a row holds the cells of an arm; participants alone may stand beside an effect."""
    spots = [i for arm in columns.arms for cell, i in arm.cells.items() if cell != "n"]
    spots += [] if columns.wide else [arm.treatment for arm in columns.arms]
    return any(not missing_text(row.cells[i]) for i in spots)


def _has_contrast(columns: NetworkColumns, row: PlainRow) -> bool:
    names = ("yi", "sei", "vi") if columns.wide else ("treat1", "treat2", "yi", "sei", "vi")
    return any(
        not missing_text(row.cells[columns.contrast[name]]) for name in names if name in columns.contrast
    )


def _arms(file: PlainFile, columns: NetworkColumns, row: PlainRow) -> tuple[list[ArmRow], list[SetAsideRow]]:
    if fault := _nameless(row.label, "study"):
        return [], [file.aside(row, _naming(columns), fault)]
    kept, aside = [], []
    absent = 0
    for arm in columns.arms:
        spots = (arm.treatment, *arm.cells.values())
        if all(missing_text(row.cells[i]) for i in spots) and columns.wide:
            absent += 1
            continue
        found = _arm(file, arm, row)
        if isinstance(found, ArmRow):
            kept.append(found)
        else:
            aside.append(found)
    if absent == len(columns.arms):
        aside.append(file.aside(row, None, "The row has no arms. Fill them in, or delete the row."))
    return kept, aside


def _arm(file: PlainFile, arm: ArmColumns, row: PlainRow) -> ArmRow | SetAsideRow:
    treatment = row.cells[arm.treatment]
    if fault := _nameless(treatment):
        return file.aside(row, arm.treatment, fault)
    cells: dict[str, float] = {}
    for name, index in arm.cells.items():
        value = _number(file, row, name, index)
        if not isinstance(value, float):
            return value
        cells[name] = value
    if "n" in cells and cells.get("events", 0.0) > cells["n"]:
        said = f"events = {cells['events']:g} is more than n = {cells['n']:g}; check the two numbers."
        return file.aside(row, arm.cells["events"], said)
    if cells.get("time", 1.0) <= 0:
        return file.aside(row, arm.cells["time"], "time is 0; give the time at risk.")
    return ArmRow(row=row.number, study=row.label, treatment=visible(treatment), cells=cells)


def _contrast(file: PlainFile, columns: NetworkColumns, row: PlainRow) -> ContrastRow | SetAsideRow:
    spots = columns.contrast
    if fault := _nameless(row.label, "study"):
        return file.aside(row, _naming(columns), fault)
    for name in ("treat1", "treat2"):
        if fault := _nameless(row.cells[spots[name]]):
            return file.aside(row, spots[name], fault)
    yi = _number(file, row, "yi", spots["yi"])
    if not isinstance(yi, float):
        return yi
    spread = "sei" if "sei" in spots else "vi"
    error = _number(file, row, spread, spots[spread])
    if not isinstance(error, float):
        return error
    if error <= 0:
        said = f"{spread} is 0, so the effect cannot be weighed against others; look it up in the source."
        return file.aside(row, spots[spread], said)
    first, second = (visible(row.cells[spots[name]]) for name in ("treat1", "treat2"))
    return ContrastRow(
        row=row.number,
        study=row.label,
        treat1=first,
        treat2=second,
        yi=yi,
        sei=error if spread == "sei" else sqrt(error),
        sizes=(_size(file, row, spots.get("n1")), _size(file, row, spots.get("n2"))),
    )


def _nameless(name: str, what: str = "treatment") -> str:
    """Say why a text cannot name a study or treatment; empty where it can."""
    if missing_text(name):
        return f"The {what} is not named. Fill it in."
    if len(name) > LONGEST_NAME:
        return f"The name of the {what} has {len(name)} characters; shorten it to {LONGEST_NAME} or fewer."
    return ""


def _number(file: PlainFile, row: PlainRow, name: str, index: int) -> float | SetAsideRow:
    parsed = parse_number(file.header[index], KINDS.get(name, SPREAD), row.cells[index])
    if isinstance(parsed, Fault):
        cure = parsed.help[:1].upper() + parsed.help[1:]
        return file.aside(row, index, f"{parsed.message} {cure}")
    if parsed is None:
        return file.aside(row, index, f"{name} is missing, so there is nothing to compute with. Fill it in.")
    return float(parsed)


def _size(file: PlainFile, row: PlainRow, index: int | None) -> int | None:
    """Read the participants beside an effect; only drawings use them."""
    if index is None:
        return None
    parsed = parse_number(file.header[index], "size", row.cells[index])
    return parsed if isinstance(parsed, int) else None


def _naming(columns: NetworkColumns) -> int | None:
    return next((i for i in (columns.study, columns.author, columns.id) if i is not None), None)


def _once(arms: Iterable[ArmRow]) -> tuple[list[ArmRow], tuple[str, ...]]:
    """Take an arm once that several rows of its study repeat with the same numbers."""
    kept: list[ArmRow] = []
    seen: dict[tuple[str, str, tuple[float, ...]], int] = {}
    repeated: dict[str, None] = {}
    for arm in arms:
        key = (arm.study, arm.treatment, tuple(arm.cells.values()))
        if seen.setdefault(key, arm.row) != arm.row:
            repeated[arm.study] = None
        else:
            kept.append(arm)
    notes = (f"arms that stand in several rows of their study count once: {', '.join(repeated)}",)
    return kept, notes if repeated else ()

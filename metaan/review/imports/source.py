"""A file of any known kind, told by its content, as the draft of a review."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from metaan.errors import InputError, RequestError, ReviewError
from metaan.review.cells import near
from metaan.review.columns import headings
from metaan.review.files import bytes_of
from metaan.review.imports.archive import LARGEST_FILE, Archive
from metaan.review.imports.arms import arms_layout, take_arms
from metaan.review.imports.assemble import assemble
from metaan.review.imports.extras import Place
from metaan.review.imports.facts import Untaken
from metaan.review.imports.own_tables import draft_of_tables, own_table
from metaan.review.imports.pairwise import pairwise_columns, take_pairwise
from metaan.review.imports.text_sheet import read_text_sheet
from metaan.review.imports.words import plain_text
from metaan.review.plain import plain_of
from metaan.review.problems import visible
from metaan.review.settle import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from metaan.review.imports.facts import Draft, Taken, Wishes
    from metaan.review.imports.workbook import BookSheet
    from metaan.review.plain import PlainFile
    from metaan.review.sheet import Sheet

__all__ = ["draft_from"]

ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
WORKBOOK_PART = "xl/workbook.xml"
POOLED_ELSEWHERE = (
    ("x1i", "t1i", "x2i", "t2i"),
    ("m1i", "m2i", "sd1i", "sd2i", "ni", "ri"),
    ("xi", "ni"),
    ("xi", "ti"),
    ("mi", "sdi", "ni"),
    ("ri", "ni"),
)
"""Columns of analyses that a review does not have, and `metaan pool` does."""
DIRECTIONS = ("higher_better", "lower_better")
NAMED_FOR = {
    ".xlsx": "an .xlsx workbook",
    ".zip": "a RevMan data package",
    ".rm5": "a RevMan 5 review, XML in UTF-8",
}
"""What a file of this ending should be."""


def draft_from(path: Path, wishes: Wishes) -> Draft:
    """Read a file and make the draft of a review of it.

    Parameters
    ----------
    path : Path
        A CSV file of one row for each study, arm or contrast; an .xlsx workbook; a RevMan data package
        (.zip) or review (.rm5). The content decides, not the name.
    wishes : Wishes
        What the file cannot say.

    Returns
    -------
    Draft
        With everything that was not taken, its place and reason.

    Raises
    ------
    InputError
        For a file that cannot be read, is not safe to read, or holds nothing to take.
    RequestError
        Where something is missing that an option must say, or an option says what does not exist.
    """
    _refuse_unknown(wishes)
    data = _bytes(path)
    name = plain_text(path.name, 120)
    if data.startswith(OLD_OFFICE):
        raise InputError(
            f"{name} is an old .xls workbook, or one with a password. Save it as .xlsx without a password, or"
            " the sheet as CSV UTF-8."
        )
    if data.startswith(ZIP):
        return _of_archive(path, name, data, wishes)
    head = data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(b"<"):
        from metaan.review.imports.revman_xml import taken_of_xml

        return assemble(name, taken_of_xml(name, data, wishes), wishes)
    try:
        sheet, notes = read_text_sheet(path)
        taken = _taken_of_sheet(sheet, Place(), path.parent, wishes)
    except ReviewError:
        _refuse_damaged(path, name)
        raise
    return assemble(name, replace(taken, notes=(*notes, *taken.notes)), wishes)


def _refuse_damaged(path: Path, name: str) -> None:
    """Say what a file should be by its name; the faults of a plain text are no help there."""
    kind = NAMED_FOR.get(path.suffix.lower())
    if kind:
        raise InputError(
            f"{name} should be {kind}, and its content is not: it may be damaged. Save it again with the"
            " program that made it, or give its table as CSV UTF-8."
        ) from None


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(
                f"{visible(path.name)} has {size:,} bytes, more than {LARGEST_FILE:,}. Keep the rows of the"
                " review only."
            )
        return bytes_of(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"{visible(str(path))} cannot be read: {reason}. Name the file to start from."
        ) from error


def _refuse_unknown(wishes: Wishes) -> None:
    known = [measure for measures in MEASURES.values() for measure in measures]
    if wishes.measure and wishes.measure not in known:
        hint = near(wishes.measure, known) or f"a review pools {', '.join(known)}."
        raise RequestError(
            f"--measure {visible(wishes.measure[:40])} is not one of a review; {hint} “metaan pool FILE"
            " --measure ...” pools the others from one file."
        )
    if wishes.kind and wishes.measure and wishes.measure not in MEASURES[wishes.kind]:
        raise RequestError(
            f"--measure {wishes.measure} does not fit --kind {wishes.kind}; leave one of the two out."
        )
    for direction in wishes.directions.values():
        if direction not in DIRECTIONS:
            hint = near(direction, DIRECTIONS) or "write higher_better or lower_better."
            raise RequestError(f"--direction {visible(direction[:80])} is no direction; {hint}")


def _taken_of_sheet(sheet: Sheet, place: Place, folder: Path, wishes: Wishes) -> Taken:
    file = plain_of(sheet, folder)
    layout = arms_layout(file, wishes)
    if layout is not None:
        taken = take_arms(file, place, wishes, layout)
    else:
        kind, columns = pairwise_columns(file, wishes)
        if not kind:
            raise InputError(_unknown_layout(file))
        taken = take_pairwise(file, place, wishes, kind, columns)
    return replace(
        taken,
        notes=(
            *(f"{note[:1].upper()}{note[1:]} It is written as an escape." for note in file.notes),
            *taken.notes,
        ),
    )


def _unknown_layout(file: PlainFile) -> str:
    """Say what a file lacks; files of one group, rates or correlations are pooled elsewhere."""
    cells = file.cell_columns()
    others = [names for names in POOLED_ELSEWHERE if set(names) <= cells.keys()]
    if others:
        return (
            f"{file.name} has the columns {', '.join(others[0])}; a review holds counts and means of arms,"
            f" and effects of pairs. Pool this file with “metaan pool {file.name} --measure ...”."
        )
    return (
        f"{file.name} has none of the layouts that are known: study, treatment, events, n (or mean, sd, n)"
        " with one row for each arm; the same numbered (treat1, event1, n1, treat2, ...) with one row for"
        " each study; study, treat1, treat2, yi, sei; or ai, n1i, ci, n2i, or m1i, sd1i, n1i, m2i, sd2i, n2i,"
        f" or yi, vi. It has {headings(file.header)}. Rename the columns, or say which is which, such as"
        " --column events=HEADING, or --column ai=HEADING for two groups in a row."
    )


def _of_archive(path: Path, name: str, data: bytes, wishes: Wishes) -> Draft:
    archive = Archive(name, data)
    if WORKBOOK_PART in archive.names:
        return _of_workbook(path, name, data, wishes)
    from metaan.review.imports.revman_package import taken_of_package

    return assemble(name, taken_of_package(archive, wishes), wishes)


def _of_workbook(path: Path, name: str, data: bytes, wishes: Wishes) -> Draft:
    from metaan.review.imports.workbook import read_workbook

    sheets = read_workbook(name, data)
    filled = [each for each in sheets if each.sheet.header]
    own = {table.name: each for each in filled if (table := own_table(each.title, each.sheet))}
    if {"results", "contrasts"} & own.keys() and not wishes.sheet:
        rest = [each for each in filled if each not in own.values()]
        lost = [*_lost(own.values()), *_passed_over(rest, "is none of a review's tables")]
        notes = [note for each in own.values() for note in each.notes]
        return draft_of_tables(name, {table: each.sheet for table, each in own.items()}, wishes, notes, lost)
    chosen = _chosen(path, name, filled, wishes)
    place = Place(sheet=plain_text(chosen.title, 80))
    taken = _taken_of_sheet(chosen.sheet, place, path.parent, wishes)
    rest = [each for each in filled if each is not chosen]
    untaken = (
        *taken.untaken,
        *_lost([chosen]),
        *_passed_over(rest, "was not asked for" if wishes.sheet else "has none of the known layouts"),
    )
    return assemble(name, replace(taken, notes=(*chosen.notes, *taken.notes), untaken=untaken), wishes)


def _chosen(path: Path, name: str, sheets: Sequence[BookSheet], wishes: Wishes) -> BookSheet:
    """Choose the sheet that was named, or the only one that has a known layout."""
    titles = [each.title for each in sheets]
    if wishes.sheet:
        if wishes.sheet not in titles:
            hint = near(wishes.sheet, titles) or f"its sheets are {', '.join(titles[:12])}."
            raise RequestError(visible(f"--sheet: {name} has no sheet “{wishes.sheet[:80]}”; {hint}"))
        return sheets[titles.index(wishes.sheet)]
    if not sheets:
        raise InputError(
            f"{name} has no sheet with anything in it. Put the header in row 1 and the data below."
        )
    if len(sheets) == 1:
        return sheets[0]
    known = [each for each in sheets if _known(each.sheet, path.parent, wishes)]
    if len(known) == 1:
        return known[0]
    listed = ", ".join((known and [each.title for each in known]) or titles)
    raise RequestError(visible(f"{name} has several sheets; say with --sheet which to take: {listed}."))


def _known(sheet: Sheet, folder: Path, wishes: Wishes) -> bool:
    if not sheet.records:
        return False
    file = plain_of(sheet, folder)
    try:
        return arms_layout(file, wishes) is not None or bool(pairwise_columns(file, wishes)[0])
    except RequestError:
        return True


def _lost(sheets: Iterable[BookSheet]) -> Iterator[Untaken]:
    for each in sheets:
        yield from (Untaken(place=place, reason=reason) for place, reason in each.lost)


def _passed_over(sheets: Sequence[BookSheet], why: str) -> Iterator[Untaken]:
    for each in sheets:
        rows = len(each.sheet.records)
        yield Untaken(
            place=f"sheet {visible(each.title)}",
            reason=f"{why} ({rows} row{'' if rows == 1 else 's'}); --sheet takes it instead.",
        )

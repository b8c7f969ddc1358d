"""RevMan's data package (layout of 2024): CSV files in a zip, RevMan's own results beside the data."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from metaan.errors import InputError
from metaan.review.imports.archive import LARGEST_WHOLE, Archive
from metaan.review.imports.revman import taken_of_revman
from metaan.review.imports.revman_values import (
    RevAnalysis,
    RevJudgement,
    RevRow,
    RevStudy,
    finite,
    level_of,
    printed_figures,
    study_cells,
)
from metaan.review.imports.words import plain_text
from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.review.imports.facts import Taken, Wishes

    Record = Mapping[str, str]

__all__ = ["taken_of_package"]

ROWS, SETTINGS = "-data-rows.csv", "-overall-estimates-and-settings.csv"
STUDIES, ROB = "-study-information.csv", "-risk-of-bias.csv"
NEEDED = {
    ROWS: "Analysis group,Analysis number,Analysis name,Subgroup,Study,Experimental cases,Experimental N,"
    "Control cases,Control N,Experimental mean,Experimental SD,Control mean,Control SD,GIV Mean,GIV SE",
    SETTINGS: "Analysis group,Analysis number,Analysis name,Data type,Statistical method,Effect measure,"
    "Analysis model,Mean,CI start,CI end",
}
KINDS = {"dichotomous": "binary", "continuous": "continuous", "generic inverse variance": "effect"}
KINDS |= {"contrast level": "effect", "giv": "effect"}
MEASURES = {
    "odds ratio": "OR",
    "risk ratio": "RR",
    "risk difference": "RD",
    "mean difference": "MD",
    "standardized mean difference": "SMD",
    "std. mean difference": "SMD",
    "standardised mean difference": "SMD",
    "peto odds ratio": "PETO",
}
FIGURES = {
    "estimate": "Mean",
    "ci_low": "CI start",
    "ci_high": "CI end",
    "tau2": "Heterogeneity Tau²",
    "chi2": "Heterogeneity Chi²",
    "df": "Heterogeneity df",
    "p": "Heterogeneity P",
    "I2": "Heterogeneity I²",
    "z": "Effect Z",
    "effect_p": "Effect P",
}
NUMBERS = {
    "events_1": "Experimental cases",
    "n_1": "Experimental N",
    "mean_1": "Experimental mean",
    "sd_1": "Experimental SD",
    "events_2": "Control cases",
    "n_2": "Control N",
    "mean_2": "Control mean",
    "sd_2": "Control SD",
    "effect": "GIV Mean",
    "se": "GIV SE",
}
DEPTH = 2


def taken_of_package(archive: Archive, wishes: Wishes) -> Taken:
    """Read a RevMan data package.

    Parameters
    ----------
    archive : Archive
        The zip; the data may lie in a zip within it.
    wishes : Wishes
        As for `taken_of_revman`.

    Raises
    ------
    InputError
        Where it has no analyses, or other columns than the layout of 2024.
    """
    files = _read(archive)
    tables = {end: _table(archive.name, files, end) for end in (ROWS, SETTINGS, STUDIES, ROB)}
    studies = [
        RevStudy(
            name=plain_text(row.get("Study", ""), 200),
            place=f"{tables[STUDIES][0]}, row {number}",
            cells=_study_cells(row),
        )
        for number, row in tables[STUDIES][1]
        if row.get("Study", "")
    ]
    analyses = list(_analyses(tables))
    if not analyses:
        raise InputError(
            f"{archive.name} holds a RevMan data package without analyses, so nothing can be taken."
        )
    return taken_of_revman("", studies, analyses, list(_judgements(*tables[ROB])), wishes)


def _read(archive: Archive) -> dict[str, bytes]:
    """Read the tables, within one bound for all archives in the archive."""
    files: dict[str, bytes] = {}
    whole = 0
    for path, data in _files(archive, DEPTH):
        whole += len(data)
        if whole > LARGEST_WHOLE:
            raise InputError(
                f"{archive.name} would unpack to more than {LARGEST_WHOLE:,} bytes. Unpack it yourself and"
                " look what it is, or ask for the file again."
            )
        files.setdefault(path, data)
    return files


def _files(archive: Archive, depth: int) -> Iterator[tuple[str, bytes]]:
    for path in archive.names:
        if path.lower().endswith(".zip") and depth > 1:
            inner = Archive(f"{archive.name}: {visible(path.rpartition('/')[2])}", archive.read(path))
            yield from _files(inner, depth - 1)
        elif path.endswith((ROWS, SETTINGS, STUDIES, ROB)):
            yield path, archive.read(path)


def _table(name: str, files: Mapping[str, bytes], end: str) -> tuple[str, list[tuple[int, dict[str, str]]]]:
    found = [path for path in files if path.endswith(end)]
    if not found:
        if end in NEEDED:
            raise InputError(
                f"{name} is no workbook, and no RevMan data package of the known layout: it lacks the file"
                f" ...{end}. Download the package again, or save the data as .xlsx or CSV."
            )
        return end, []
    short = visible(found[0].rpartition("/")[2])
    try:
        text = files[found[0]].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: {short} is not UTF-8 text. Download the package again.") from error
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise InputError(f"{name}: {short} cannot be read as CSV ({error}). Download it again.") from error
    header = [heading.strip() for heading in rows[0]] if rows else []
    lacking = [heading for heading in NEEDED.get(end, "").split(",") if heading and heading not in header]
    if lacking:
        raise InputError(
            f"{name}: {short} lacks the columns {', '.join(lacking)}. Only the layout of RevMan's packages"
            " until September 2024 is known; export the analyses as CSV and start from that."
        )
    return short, [
        (number, dict(zip(header, (cell.strip() for cell in row), strict=False)))
        for number, row in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in row)
    ]


def _study_cells(row: Record) -> dict[str, str]:
    notes = [
        f"{heading.removeprefix('Char: ')}: {text}"
        for heading, text in row.items()
        if heading not in ("Study", "Year") and text
    ]
    return study_cells(row.get("Year", ""), "; ".join(notes))


def _analyses(tables: Mapping[str, tuple[str, list[tuple[int, dict[str, str]]]]]) -> Iterator[RevAnalysis]:
    file, settings = tables[SETTINGS]
    rows_file, rows = tables[ROWS]
    for number, row in settings:
        key = (row["Analysis group"], row["Analysis number"])
        own = [(n, r) for n, r in rows if (r["Analysis group"], r["Analysis number"]) == key]
        said = row["Data type"]
        kind = KINDS.get(said.casefold(), "")
        yield RevAnalysis(
            number=plain_text(".".join(key), 20),
            name=plain_text(row["Analysis name"], 200),
            comparison=plain_text(row.get("Analysis group name", ""), 200),
            kind=kind,
            said=plain_text(said, 60),
            measure=MEASURES.get(row["Effect measure"].casefold(), plain_text(row["Effect measure"], 60)),
            method=plain_text(row["Statistical method"], 40).upper(),
            random="random" in row["Analysis model"].casefold(),
            level=level_of(row.get("Estimate CI", "")),
            groups=(
                plain_text(
                    row.get("Experimental group label") or row.get("Experimental intervention") or "", 200
                ),
                plain_text(row.get("Control group label") or row.get("Control intervention") or "", 200),
            ),
            rows=tuple(_row(rows_file, n, r) for n, r in own),
            figures=printed_figures({name: row.get(heading, "") for name, heading in FIGURES.items()}),
            place=f"{file}, row {number}",
            pooled=row.get("Overall estimates", "true").casefold() == "true",
            swapped=row.get("Swap event and non-event", "").casefold() == "true",
        )


def _row(file: str, number: int, row: Record) -> RevRow:
    return RevRow(
        study=plain_text(row["Study"], 150),
        subgroup=plain_text(row["Subgroup"], 100),
        place=f"{file}, row {number}",
        apart="OVERALL" not in (row.get("Applicability") or "OVERALL").upper(),
        numbers={name: finite(row[heading]) for name, heading in NUMBERS.items()},
    )


def _judgements(file: str, rows: Sequence[tuple[int, Record]]) -> Iterator[RevJudgement]:
    begin, support = "Domain (judgement): ", "Domain (support): "
    for number, row in rows:
        for heading, text in row.items():
            if heading.startswith(begin) and text:
                domain = heading.removeprefix(begin)
                yield RevJudgement(
                    study=plain_text(row.get("Study", ""), 200),
                    domain=plain_text(domain, 200),
                    judgement=plain_text(text, 60),
                    support=row.get(support + domain, ""),
                    place=f"{file}, row {number}",
                )

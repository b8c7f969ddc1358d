"""A network meta-analysis as text, as a record for JSON and as a tidy CSV, section by section."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from metaan.format import LOG_MEASURES, fixed, measure_name
from metaan.single_network.additive import ADDITIVE
from metaan.single_network.analysis import NOTHING
from metaan.single_network.assumed import ASSUMED
from metaan.single_network.contribution import CONTRIBUTIONS
from metaan.single_network.covariate import COVARIATE
from metaan.single_network.effects import EFFECTS
from metaan.single_network.geometry import GEOMETRY
from metaan.single_network.heterogeneity import HETEROGENEITY
from metaan.single_network.inconsistency import DESIGNS, SPLITS
from metaan.single_network.league import LEAGUE
from metaan.single_network.loops import HEAT, LOOPS
from metaan.single_network.ranking import RANKING
from metaan.single_network.rare import RARE
from metaan.single_network.studies import STUDIES, UNUSED
from metaan.single_network.words import counted
from metaan.tables.table import Cell, Column, Table, number_cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.results.network import Component
    from metaan.single_network.analysis import NetworkAnalysis
    from metaan.single_network.section import Row, Section
    from metaan.single_network.words import Record

__all__ = ["SECTIONS", "network_record", "network_table", "render_network"]

SCHEMA_VERSION = 1

SECTIONS: tuple[Section[Any], ...] = (
    STUDIES,
    GEOMETRY,
    EFFECTS,
    HETEROGENEITY,
    ASSUMED,
    DESIGNS,
    SPLITS,
    LOOPS,
    HEAT,
    RANKING,
    LEAGUE,
    CONTRIBUTIONS,
    RARE,
    ADDITIVE,
    COVARIATE,
    UNUSED,
)
"""In the order of the text. Another part of the output is a room with a section, and a line here."""

COLUMNS = (
    *(Column(name=name, title=name) for name in ("section", "study", "treat1", "treat2", "part", "quantity")),
    Column(name="value", title="value", numeric=True),
    *(Column(name=name, title=name) for name in ("text", "note")),
)


def render_network(analysis: NetworkAnalysis) -> str:
    """Write an analysis for a person.

    Parameters
    ----------
    analysis : NetworkAnalysis
        The analysis.

    Returns
    -------
    str
        Lines that end with a line feed.
    """
    parts = [_heading(analysis)]
    parts += [list(each.lines(each.compute(analysis), analysis)) for each in _sections(analysis)]
    parts.append(_notes(analysis))
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts if part) + "\n"


def network_record(analysis: NetworkAnalysis) -> Record:
    """Write an analysis as a record for `write_canonical`.

    Parameters
    ----------
    analysis : NetworkAnalysis
        The analysis.

    Returns
    -------
    dict
        Effects are treat1 minus treat2 on the analysis scale (`scale`); `shown` holds them as a person reads
        them. A section that takes a fit is null without one; `reason` says why.
    """
    measure = analysis.measure
    record: Record = {
        "schema_version": SCHEMA_VERSION,
        "file": analysis.intake.file,
        "input": analysis.intake.shape,
        "rows": analysis.intake.rows,
        "measure": measure or None,
        "measure_name": measure_name(measure) if measure else "effect",
        "scale": "log" if measure in LOG_MEASURES else "natural",
        "method": analysis.request.method,
        "level": analysis.request.level,
        "reference": analysis.reference or None,
        "notes": _note_texts(analysis),
        "reason": "" if analysis.fit is not None else NOTHING,
    }
    wanted = _sections(analysis)
    for section in SECTIONS:
        if section in wanted:
            record[section.name] = section.record(section.compute(analysis), analysis)
        elif analysis.fit is None and section.asked(analysis):
            record[section.name] = None
    return record


def network_table(analysis: NetworkAnalysis) -> Table:
    """Set an analysis out as one table for `to_csv`: one value in a row.

    Parameters
    ----------
    analysis : NetworkAnalysis
        The analysis.

    Returns
    -------
    Table
        Effects are treat1 minus treat2; `note` says why where a value is empty.
    """
    rows = [
        _cells(section.name, row)
        for section in _sections(analysis)
        for row in section.rows(section.compute(analysis), analysis)
    ]
    rows += [_cells("notes", None, note=note) for note in _note_texts(analysis)]
    title = f"Network meta-analysis of {analysis.intake.file}"
    return Table(id="network", title=title, columns=COLUMNS, rows=tuple(rows))


def _sections(analysis: NetworkAnalysis) -> list[Section[Any]]:
    have = analysis.fit is not None
    return [each for each in SECTIONS if (have or not each.fitted) and each.asked(analysis)]


def _cells(section: str, row: Row | None, note: str = "") -> tuple[Cell, ...]:
    if row is None:
        return (Cell(section), *(Cell(""),) * 6, Cell(""), Cell(note))
    number = Cell("") if isnan(row.value) else number_cell(row.value, fixed(row.value, 4))
    names = (section, row.study, row.treat1, row.treat2, row.part, row.quantity)
    return (*map(Cell, names), number, Cell(row.text), Cell(row.note))


def _heading(analysis: NetworkAnalysis) -> list[str]:
    intake, measure = analysis.intake, analysis.measure
    name = f"{measure_name(measure)} ({measure})" if measure else "effects as given (yi)"
    rows = counted(intake.rows, "row")
    studies = counted(len(dict.fromkeys(intake.contrasts.study)), "study", "studies")
    lines = [f"{intake.file}: network of {name}, {studies} of {rows} ({intake.shape})"]
    return lines + ([] if analysis.fit is not None else [f"{NOTHING[:1].upper()}{NOTHING[1:]}."])


def _notes(analysis: NetworkAnalysis) -> list[str]:
    told = {note for component in _components(analysis) for note in component.notes}
    notes = [note for note in _note_texts(analysis) if note not in told]
    return ["Notes", *(f"- {note}" for note in notes)] if notes else []


def _components(analysis: NetworkAnalysis) -> tuple[Component, ...]:
    return analysis.fit.components if analysis.fit is not None else ()


def _note_texts(analysis: NetworkAnalysis) -> list[str]:
    return list(dict.fromkeys(_every_note(analysis)))


def _every_note(analysis: NetworkAnalysis) -> Iterator[str]:
    yield from analysis.intake.notes
    if analysis.chosen:
        yield analysis.chosen
    if analysis.fit is not None:
        yield from analysis.fit.notes

"""Section: the studies, what each says, and what was done to it; what is not used, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from metaan.format import interval_digits
from metaan.single.text import aligned
from metaan.single_network.section import Row, Section
from metaan.single_network.words import Record, counted, effect_record, limits, printed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.review.plain import SetAsideRow
    from metaan.single_network.analysis import NetworkAnalysis

__all__ = ["STUDIES", "UNUSED", "Study", "set_aside_line"]

ARMS, GIVEN = "arms", "effects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One study of the network.

    Attributes
    ----------
    name : str
        Label.
    treatments : tuple of str
        Its nodes, in the order of the file.
    source : str
        "arms" or "effects".
    contrasts : tuple of (str, str, float, float)
        treat1, treat2, effect and standard error on the analysis scale.
    done : tuple of str
        What was done to it.
    """

    name: str
    treatments: tuple[str, ...]
    source: str
    contrasts: tuple[tuple[str, str, float, float], ...]
    done: tuple[str, ...]


def _compute(analysis: NetworkAnalysis) -> tuple[Study, ...]:
    intake = analysis.intake
    used = analysis.fit.contrasts if analysis.fit is not None else intake.contrasts
    found: dict[str, list[tuple[str, str, float, float]]] = {}
    columns = (used.study, used.treat1, used.treat2, used.yi.tolist(), used.sei.tolist())
    for study, *contrast in zip(*columns, strict=True):
        found.setdefault(study, []).append((contrast[0], contrast[1], contrast[2], contrast[3]))
    return tuple(
        Study(
            name=name,
            treatments=tuple(dict.fromkeys(label for contrast in several for label in contrast[:2])),
            source=ARMS if name in intake.from_arms else GIVEN,
            contrasts=tuple(several),
            done=intake.done.get(name, ()),
        )
        for name, several in found.items()
    )


def _lines(studies: tuple[Study, ...], analysis: NetworkAnalysis) -> Iterator[str]:
    if not studies:
        return
    level, measure = analysis.request.level, analysis.measure
    halves = (limits(0.0, each[3], level)[1] for study in studies for each in study.contrasts)
    digits = interval_digits(halves, measure)
    mixed = len({study.source for study in studies}) > 1
    noted = any(study.done for study in studies)
    head = ["Study", "Comparison", f"{measure or 'yi'} ({100 * level:g}% CI)"]
    rows = [[*head, *(["From"] if mixed else []), *(["Note"] if noted else [])]]
    for study in studies:
        for i, (one, other, estimate, se) in enumerate(study.contrasts):
            row = [study.name if i == 0 else "", f"{one} – {other}"]
            row += [printed(estimate, se, level, measure, digits)]
            row += [study.source if i == 0 else ""] if mixed else []
            row += ["; ".join(study.done) if i == 0 else ""] if noted else []
            rows.append(row)
    yield from aligned(rows, left={0, 1, *range(3, len(rows[0]))})


def _record(studies: tuple[Study, ...], analysis: NetworkAnalysis) -> list[Record]:
    level, measure = analysis.request.level, analysis.measure
    return [
        {
            "study": study.name,
            "treatments": list(study.treatments),
            "source": study.source,
            "contrasts": [
                {"treat1": one, "treat2": other} | effect_record(estimate, se, level, measure)
                for one, other, estimate, se in study.contrasts
            ],
            "done": list(study.done),
        }
        for study in studies
    ]


def _rows(studies: tuple[Study, ...], analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001
    for study in studies:
        for one, other, estimate, se in study.contrasts:
            for quantity, value in (("estimate", estimate), ("se", se)):
                yield Row(
                    quantity=quantity,
                    value=value,
                    study=study.name,
                    treat1=one,
                    treat2=other,
                    note="; ".join(study.done),
                )


STUDIES = Section(name="studies", compute=_compute, lines=_lines, record=_record, rows=_rows, fitted=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """Studies left out, each with its reason, and rows set aside."""

    studies: tuple[tuple[str, str], ...]
    rows: tuple[SetAsideRow, ...]


def set_aside_line(file: str, row: SetAsideRow) -> str:
    """Say which row is not used and why."""
    column = f", column {row.column} ({row.letter}): “{row.text}”" if row.column else ""
    label = f", {row.label}" if row.label else ""
    return f"{file}, row {row.row}{column}{label}: {row.reason}"


def _unused(analysis: NetworkAnalysis) -> Unused:
    return Unused(studies=analysis.intake.contrasts.left_out, rows=analysis.intake.set_aside)


def _unused_lines(unused: Unused, analysis: NetworkAnalysis) -> Iterator[str]:
    if unused.studies:
        yield f"Left out: {counted(len(unused.studies), 'study', 'studies')}"
        yield from (f"- {study}: {reason}" for study, reason in unused.studies)
    if unused.rows:
        yield f"Rows and arms that are not used ({len(unused.rows)})"
        yield from (f"- {set_aside_line(analysis.intake.file, row)}" for row in unused.rows)


def _unused_record(unused: Unused, analysis: NetworkAnalysis) -> Record:  # noqa: ARG001 - one shape for all
    return {
        "studies": [{"study": study, "reason": reason} for study, reason in unused.studies],
        "rows": [asdict(row) for row in unused.rows],
    }


def _unused_rows(unused: Unused, analysis: NetworkAnalysis) -> Iterator[Row]:  # noqa: ARG001 - one shape for all
    for study, reason in unused.studies:
        yield Row(quantity="study left out", study=study, note=reason)
    for row in unused.rows:
        place = f"{row.column}: “{row.text}”. " if row.column else ""
        yield Row(quantity="row", value=float(row.row), study=row.label, note=place + row.reason)


UNUSED = Section(
    name="not_used",
    compute=_unused,
    lines=_unused_lines,
    record=_unused_record,
    rows=_unused_rows,
    fitted=False,
)

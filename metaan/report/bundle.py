"""The whole report: read, analyse, draw, write; all outputs stand in memory before one is on disk."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

from metaan.errors import InputError, PlanError
from metaan.report.crosscheck import cross_check
from metaan.report.drawings import dressed, scale_names, start_drawing, wanted_figures
from metaan.report.folder import MANIFEST, recover, refuse_foreign, replace_folder
from metaan.report.memory import Memory
from metaan.report.processes import drawing_pool, elsewhere, uninterrupted
from metaan.report.reuse import figure_key, keep_figures, kept_figures
from metaan.review.read import read_review

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from metaan.report.drawings import Wanted
    from metaan.report.folder import Files
    from metaan.report.rendered import RenderedFigure
    from metaan.results.synthesis import AnalysisResult, CrossCheck
    from metaan.review.rows import Review
    from metaan.tables.table import Table

__all__ = ["make_report", "write_report"]


def write_report(
    folder: Path,
    out: Path,
    *,
    progress: Callable[[str], None] = lambda _: None,
    workers: int | None = None,
    memory: Memory | None = None,
    fresh: bool = False,
) -> None:
    """Turn a review into its report; nothing is written before everything is made.

    Parameters
    ----------
    folder : Path
        The folder that holds review.toml and the tables.
    out : Path
        The folder of the report: missing, empty, or holding a report of metaan, which is replaced whole.
    progress : callable
        Is told each finished step.
    workers : int or None
        Processes that draw; None for one per processor, 0 for none. The outputs do not depend on it.
    memory : Memory, optional
        What earlier calls computed, so that only what changed is computed again.
    fresh : bool
        Take no figure over from the last run.

    Raises
    ------
    PlanError, ReviewError
        Where the plan or the data have errors.
    OutputError
        Where `out` cannot, or must not, be written to.
    """
    recover(out)
    refuse_foreign(out)
    kept = {} if fresh else kept_figures(out)
    made = _made(folder, progress, workers, kept, memory or Memory())
    replace_folder(out, made.files)
    if made.keys.values() - kept.keys():
        keep_figures(out, made.figures, made.keys)


def make_report(
    folder: Path, *, progress: Callable[[str], None] = lambda _: None, workers: int | None = None
) -> Files:
    """Make every output of a review in memory, from nothing.

    Parameters
    ----------
    folder, progress, workers
        As in `write_report`.

    Returns
    -------
    dict of str to bytes
        Path within the report to content.

    Raises
    ------
    PlanError, ReviewError
        Where the plan or the data have errors, or two places of the page would share a name.
    """
    return _made(folder, progress, workers, {}, Memory()).files


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A report in memory: its files, and its figures with the keys of what they are drawn from."""

    files: Files
    figures: tuple[RenderedFigure, ...]
    keys: dict[str, str]


def _made(
    folder: Path,
    progress: Callable[[str], None],
    workers: int | None,
    kept: Mapping[str, RenderedFigure],
    memory: Memory,
) -> _Made:
    review = read_review(folder)
    progress(f"Read {len(review.files)} files")
    with drawing_pool(workers, little=bool(kept)) as pool:
        from metaan.report.analysis import analyse
        from metaan.report.appraised import appraisal_figures
        from metaan.report.contents import report_tables
        from metaan.report.evidence import node_names
        from metaan.report.forest_looks import forest_looks
        from metaan.report.html import page_template
        from metaan.report.manifest import environment

        analyses = analyse(review, progress=progress, memory=memory)
        looks = forest_looks(review)
        figures = (
            *wanted_figures(
                analyses, node_names(review), review.plan.review.reference, scale_names(review), looks
            ),
            *(dressed(each, looks) for each in appraisal_figures(review, analyses)),
        )
        keys = {figure.id: figure_key(figure) for figure in figures}
        with uninterrupted():
            described = elsewhere(pool, partial(environment, review.plan.defaults.journal))
            checks = elsewhere(pool, _checks(analyses))
            pending = start_drawing([figure for figure in figures if keys[figure.id] not in kept], pool)
        made = _Outputs()
        _add_data(made, review, folder)
        _add_numbers(made, review, analyses)
        tables = report_tables(review, analyses, checks())
        _add_tables(made, review, analyses, tables)
        _add_cinema(made, review, analyses)
        _add_companions(made, review, analyses)
        page_template()  # it is compiled while figures are being drawn
        fresh, surroundings = pending.collect(progress), described()
    drawn = {name: fresh.get(name) or kept[key] for name, key in keys.items()}
    _add_figures(made, drawn, {figure.id: figure for figure in figures})
    checklist = _add_checklist(made, review, analyses, tables, drawn)
    _add_page(made, review, analyses, drawn, (*tables, checklist))
    progress("Wrote the page")
    files = _closed(made, review, drawn) | {"environment.json": surroundings}
    return _Made(files=files, figures=tuple(drawn.values()), keys=keys)


def _checks(analyses: Sequence[AnalysisResult]) -> Callable[[], tuple[CrossCheck, ...]]:
    """Bind the second opinion to as little as it needs; statsmodels takes as long to load as all analyses."""
    return partial(cross_check, [replace(each, sensitivity=(), findings=None, rare=()) for each in analyses])


TAG_ID = re.compile(r"""<[a-z][^<>]*?\sid="([^"]+)\"""", re.IGNORECASE)


class _Outputs:
    def __init__(self) -> None:
        self.files: Files = {}
        self.producers: dict[str, str] = {}

    def add(self, path: str, content: str | bytes, producer: str) -> None:
        self.files[path] = content.encode() if isinstance(content, str) else content
        self.producers[path] = producer


def _add_data(made: _Outputs, review: Review, folder: Path) -> None:
    from metaan.report.manifest import data_package

    for file in review.files:
        content = (folder / file.name).read_bytes()
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise InputError(
                f"{file.name} was changed while the report was being made; run the command again."
            )
        made.add(f"data/{file.name}", content, "copy")
    made.add("data/datapackage.json", data_package(review), "metaan.report.manifest")


def _add_numbers(made: _Outputs, review: Review, analyses: Sequence[AnalysisResult]) -> None:
    from metaan.report.canonical import write_canonical
    from metaan.report.methods import write_methods
    from metaan.report.methods_document import methods_document
    from metaan.report.numbers import results_document

    made.add("results.json", write_canonical(results_document(review, analyses)), "metaan.report.numbers")
    schema = resources("metaan.report").joinpath("results.schema.json").read_bytes()
    made.add("results.schema.json", schema, "metaan.report.numbers")
    made.add("methods.md", write_methods(review, analyses), "metaan.report.methods")
    made.add("methods.docx", methods_document(review, analyses), "metaan.report.methods_document")


def _add_tables(
    made: _Outputs, review: Review, analyses: Sequence[AnalysisResult], tables: Sequence[Table]
) -> None:
    from metaan.report.table_files import table_files

    for path, content in table_files(review, analyses, tables):
        made.add(path, content, "metaan.tables")


def _add_cinema(made: _Outputs, review: Review, analyses: Sequence[AnalysisResult]) -> None:
    from metaan.report.cinema import cinema_files

    for path, content in cinema_files(review, analyses).items():
        made.add(path, content, "metaan.report.cinema")


def _add_companions(made: _Outputs, review: Review, analyses: Sequence[AnalysisResult]) -> None:
    from metaan.report.companions import companions

    for path, content, producer in companions(review, analyses):
        made.add(path, content, producer)


def _add_figures(made: _Outputs, drawn: Mapping[str, RenderedFigure], wanted: Mapping[str, Wanted]) -> None:
    for figure in drawn.values():
        if figure.refusal:
            continue
        producer = f"metaan.figures.{wanted[figure.id].room}"
        for ending in wanted[figure.id].formats:
            made.add(f"figures/{figure.id}.{ending}", getattr(figure, ending), producer)
        made.add(f"figures/{figure.id}.alt.txt", f"{figure.alt}\n\n{figure.description}\n", producer)


def _add_checklist(
    made: _Outputs,
    review: Review,
    analyses: Sequence[AnalysisResult],
    tables: Sequence[Table],
    drawn: Mapping[str, RenderedFigure],
) -> Table:
    from metaan.report.checklist import prisma_checklist
    from metaan.tables.table import to_csv
    from metaan.tables.word import to_docx

    figures = [figure.id for figure in drawn.values() if not figure.refusal]
    table = prisma_checklist(review, analyses, tables=[each.id for each in tables], figures=figures)
    word = to_docx([("Where each item is reported", [table])], title=review.plan.review.title)
    made.add(f"{table.id}.csv", to_csv(table), "metaan.report.checklist")
    made.add(f"{table.id}.docx", word, "metaan.report.checklist")
    return table


def _add_page(
    made: _Outputs,
    review: Review,
    analyses: tuple[AnalysisResult, ...],
    drawn: Mapping[str, RenderedFigure],
    tables: tuple[Table, ...],
) -> None:
    from metaan.report.html import render_html

    page = render_html(review, analyses, drawn, tables)
    doubled = [name for name, count in Counter(TAG_ID.findall(page)).items() if count > 1]
    if doubled:
        raise PlanError(
            f"review.toml: two places of the page would be named {', '.join(doubled)};"
            " give the analysis of that id another one."
        )
    made.add("report.html", page, "metaan.report.html")


def _closed(made: _Outputs, review: Review, drawn: Mapping[str, RenderedFigure]) -> Files:
    from metaan.report.crate import CRATE, crate
    from metaan.report.manifest import checksums, manifest

    made.add(CRATE, crate(review, made.files), "metaan.report.crate")
    listed = manifest(review, made.files, made.producers, figures=drawn.values())
    summed = {**made.files, MANIFEST: listed}
    return {**summed, "SHA256SUMS": checksums(summed)}

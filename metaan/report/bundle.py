"""The whole report: read, analyse, draw, write; all outputs stand in memory before one is on disk."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

from metaan.errors import InputError, PlanError
from metaan.report.ahead import (
    MODELS,
    PANDAS,
    STATSMODELS,
    begin_checking,
    begin_describing,
    begin_drawing,
    have_changed,
    helpers,
    load_ahead,
)
from metaan.report.folder import MANIFEST, recover, refuse_foreign, replace_folder
from metaan.report.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from metaan.report.ahead import Helpers
    from metaan.report.chapters import Chapter
    from metaan.report.drawings import Wanted
    from metaan.report.folder import Files
    from metaan.report.rendered import RenderedFigure
    from metaan.report.table_files import TableForms
    from metaan.results.synthesis import AnalysisResult
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
    by: Helpers | None = None,
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
        What earlier calls made, so that only what changed is made again; without it, what the last run for
        this folder kept.
    by : Helpers, optional
        Processes of an earlier call; without them, this one starts some and ends them.
    fresh : bool
        Make everything again.

    Raises
    ------
    PlanError, ReviewError
        Where the plan or the data have errors.
    OutputError
        Where `out` cannot, or must not, be written to.
    """
    recover(out)
    refuse_foreign(out)
    memory = Memory() if memory is None else memory
    if fresh:
        memory.forget()
    elif not memory:
        memory.read(out)
    with nullcontext(by) if by else helpers(workers, many=not memory) as by:
        files = _made(folder, progress, memory, by)
    replace_folder(out, files)
    memory.turn()
    memory.write(out)


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
    with helpers(workers) as by:
        return _made(folder, progress, Memory(), by)


def _made(folder: Path, progress: Callable[[str], None], memory: Memory, by: Helpers) -> Files:
    changed = have_changed(folder, memory)
    if changed:
        load_ahead(MODELS, by.computing)
        load_ahead(PANDAS, by.computing)

    # All this loads while other processes load what they need.
    from metaan.review.read import read_review

    review = read_review(folder)
    progress(f"Read {len(review.files)} files")

    from metaan.report.analysis import analyse, begin_analyses
    from metaan.report.chapters import write_chapters, write_sections
    from metaan.report.contents import check_tables, review_tables
    from metaan.report.html import render_html
    from metaan.report.table_files import table_files

    begun = begin_analyses(review, memory, by.computing)
    if changed:  # statsmodels takes as long to load as all analyses
        load_ahead(STATSMODELS, by.computing)
    _load_meanwhile(by)
    analyses = analyse(review, progress=progress, begun=begun)
    figures = _figures(review, analyses)
    drawn = begin_drawing(figures, memory, by, progress)
    checked = begin_checking(analyses, memory, by.computing)
    described = begin_describing(review, memory, by.drawing)
    made = _Outputs()
    _add_data(made, review, folder)
    chapters = write_chapters(review, analyses, memory)
    _add_numbers(made, review, analyses, chapters, memory)
    _add_cinema(made, review, analyses)
    _add_companions(made, review, analyses)
    tables = review_tables(review, analyses)
    forms = _forms(tables, memory)
    rendered = drawn()
    _add_figures(made, rendered, {figure.id: figure for figure in figures})
    sections = write_sections(review, analyses, rendered, memory)
    checks = check_tables(review, analyses, checked())
    forms += _forms(checks, memory)
    key = memory.key("tables.docx", review.plan.review.title, forms, chapters)
    forms += [table for each in chapters.values() for table in each.tables]
    made.add(
        "tables.docx", memory.recall(key, partial(_word, review, analyses, forms, memory)), "metaan.tables"
    )
    for path, content in table_files(forms):
        made.add(path, content, "metaan.tables")
    checklist = _add_checklist(made, review, analyses, forms, rendered, memory)
    _add_page(made, render_html(review, analyses, rendered, (*tables, *checks, checklist), sections))
    progress("Wrote the page")
    return _closed(made, review, rendered) | {"environment.json": described()}


def _load_meanwhile(by: Helpers) -> None:
    """Load what this process needs later, while another computes."""
    from metaan.report.html import page_templates

    page_templates()
    if by.few and by.drawing:
        import_module("metaan.figures.drawing")


def _forms(tables: Sequence[Table], memory: Memory) -> list[TableForms]:
    from metaan.report.table_files import table_forms

    return [memory.recall(memory.key("table", repr(each)), partial(table_forms, each)) for each in tables]


def _word(
    review: Review, analyses: Sequence[AnalysisResult], tables: Sequence[TableForms], memory: Memory
) -> bytes:
    from metaan.report.table_files import word_groups
    from metaan.tables.word import empty_docx, joined_docx

    title = review.plan.review.title
    skeleton = memory.recall(memory.key("empty.docx", title), partial(empty_docx, title))
    return joined_docx(word_groups(analyses, tables), title=title, skeleton=skeleton)


def _figures(review: Review, analyses: Sequence[AnalysisResult]) -> tuple[Wanted, ...]:
    from metaan.report.appraised import appraisal_figures
    from metaan.report.drawings import dressed, scale_names, wanted_figures
    from metaan.report.evidence import node_names
    from metaan.report.forest_looks import forest_looks

    looks, reference = forest_looks(review), review.plan.review.reference
    return (
        *wanted_figures(analyses, node_names(review), reference, scale_names(review), looks),
        *(dressed(each, looks) for each in appraisal_figures(review, analyses)),
    )


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


def _add_numbers(
    made: _Outputs,
    review: Review,
    analyses: Sequence[AnalysisResult],
    chapters: Mapping[str, Chapter],
    memory: Memory,
) -> None:
    from metaan.report.canonical import write_canonical
    from metaan.report.methods import methods_text, write_methods
    from metaan.report.methods_document import methods_document
    from metaan.report.numbers import results_document

    numbers = results_document(review, analyses, [chapters[each.id].numbers for each in analyses])
    made.add("results.json", write_canonical(numbers), "metaan.report.numbers")
    schema = resources("metaan.report").joinpath("results.schema.json").read_bytes()
    made.add("results.schema.json", schema, "metaan.report.numbers")
    made.add("methods.md", write_methods(review, analyses), "metaan.report.methods")
    said = memory.key("methods.docx", review.plan.review.title, methods_text(review, analyses))
    word = memory.recall(said, partial(methods_document, review, analyses))
    made.add("methods.docx", word, "metaan.report.methods_document")


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
    tables: Sequence[TableForms],
    drawn: Mapping[str, RenderedFigure],
    memory: Memory,
) -> Table:
    from metaan.report.checklist import prisma_checklist
    from metaan.tables.table import to_csv
    from metaan.tables.word import to_docx

    figures = [figure.id for figure in drawn.values() if not figure.refusal]
    table = prisma_checklist(review, analyses, tables=[each.id for each in tables], figures=figures)
    groups, title = [("Where each item is reported", [table])], review.plan.review.title
    word = memory.recall(
        memory.key("checklist.docx", title, repr(table)), partial(to_docx, groups, title=title)
    )
    made.add(f"{table.id}.csv", to_csv(table), "metaan.report.checklist")
    made.add(f"{table.id}.docx", word, "metaan.report.checklist")
    return table


def _add_page(made: _Outputs, page: str) -> None:
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

"""The figure of one analysis of a plain file, written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from math import isfinite, isnan
from typing import TYPE_CHECKING, Literal, cast

from metaan.errors import OutputError, RequestError
from metaan.format import measure_name
from metaan.single.lines import model_words, pooled_lines, why_not
from metaan.single.text import between_line, heterogeneity_lines, set_aside_line, spread_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from metaan.figures.drawing import Drawing
    from metaan.figures.single_forest import ForestLine, LineKind
    from metaan.results.regression import Subgroups
    from metaan.single.analysis import Single, SingleStudy
    from metaan.single.lines import Line

    Format = Literal["svg", "pdf", "png"]

__all__ = ["draw_single", "figure_format", "write_drawing", "write_figure"]

FORMATS = ("svg", "pdf", "png")
MODEL_KINDS: dict[str, LineKind] = {"pooled": "pooled", "prediction": "prediction", "common": "common"}


def figure_format(path: Path) -> Format:
    """Tell the format of a figure by its file's extension.

    Raises
    ------
    RequestError
        For another extension than .svg, .pdf or .png.

    Examples
    --------
    >>> from pathlib import Path
    >>> figure_format(Path("forest.PNG"))
    'png'
    """
    found = path.suffix.lower().removeprefix(".")
    if found not in FORMATS:
        raise RequestError(f"--figure {path.name}: name a file that ends in .svg, .pdf or .png.")
    return cast("Format", found)


def write_figure(single: Single, path: Path, *, plot: str = "", force: bool = False) -> None:
    """Draw an analysis and write the figure in one step, so that no half-written file is left.

    Parameters
    ----------
    single : Single
        An analysis that could be pooled.
    path : Path
        Its extension names the format.
    plot : str
        One of the statistical figures of `metaan.single.plots`; empty for a forest plot, or the bubble plot
        of a regression.
    force : bool
        Draw a funnel plot of fewer than ten studies too.

    Raises
    ------
    RequestError
        For an unknown extension, or a plot that does not go with the model.
    CannotDraw
        Where the studies do not carry the plot.
    OutputError
        Where the file cannot be written.
    """
    figure_format(path)
    if plot:
        from metaan.single.plots import draw_plot

        write_drawing(draw_plot(single, plot, force=force), path)
    else:
        write_drawing(draw_single(single), path)


def write_drawing(drawing: Drawing, path: Path) -> None:
    """Write a drawing in one step, so that no half-written file is left.

    Parameters
    ----------
    drawing : Drawing
        The figure.
    path : Path
        Its extension names the format.

    Raises
    ------
    RequestError
        For an unknown extension.
    OutputError
        Where the file cannot be written.
    """
    from metaan.figures.drawing import render

    content = render(drawing, figure_format(path))
    beside = path.with_name(f".{path.name}.metaan-new-{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"The figure could not be written to {path}: {reason}.") from error


def draw_single(single: Single) -> Drawing:
    """Draw a forest plot, or the bubble plot of a regression on one moderator.

    Raises
    ------
    CannotDraw
        Where a regression does not carry a bubble plot.
    """
    name = measure_name(single.measure) if single.measure else "effect"
    if single.regression is not None:
        from metaan.figures.bubble import bubble_plot

        return bubble_plot(
            single.regression,
            id="bubble",
            measure=single.measure,
            labels=[study.label for study in single.studies],
            outcome=f"{name[:1].upper()}{name[1:]} ({single.file})",
        )
    from metaan.figures.single_forest import single_forest

    return single_forest(
        tuple(_lines(single)),
        id="forest",
        title=f"{name[:1].upper()}{name[1:]} ({single.file})",
        measure=single.measure,
        level=single.level,
        notes=tuple(_notes(single)),
    )


def _lines(single: Single) -> Iterator[ForestLine]:
    from metaan.figures.single_forest import ForestLine

    lines = [line for line in pooled_lines(single) if line.kind != "subgroup"]
    if single.subgroups is None:
        yield from (_study(study) for study in single.studies)
    else:
        yield from _groups(single, single.subgroups)
    for line in lines:
        yield _model(line, MODEL_KINDS[line.kind])
    if single.subgroups is not None:
        test = between_line(single.subgroups) if isfinite(single.subgroups.Q_between) else "not possible"
        yield ForestLine(kind="closing", label=f"Test for subgroup differences: {test}")


def _groups(single: Single, found: Subgroups) -> Iterator[ForestLine]:
    """Give the studies of each group under its heading, then their subtotal; one study needs none."""
    from metaan.figures.single_forest import ForestLine

    subtotals = (line for line in pooled_lines(single) if line.kind == "subgroup")
    for line, fit in zip(subtotals, found.groups, strict=True):
        yield ForestLine(kind="heading", label=f"{single.grouped_by}: {line.name}")
        yield from (_study(study) for study in single.studies if study.group == line.name)
        if fit.k > 1:
            yield _model(replace(line, name=f"Subtotal (k = {line.k})"), "group")
            yield ForestLine(kind="words", label=spread_line(fit))


def _study(study: SingleStudy) -> ForestLine:
    from metaan.figures.single_forest import ForestLine

    estimate, low, high = study.shown
    return ForestLine(
        kind="study", label=study.label, estimate=estimate, low=low, high=high, weight=study.weight
    )


def _model(line: Line, kind: LineKind) -> ForestLine:
    from metaan.figures.single_forest import ForestLine

    estimate, low, high = line.shown
    return ForestLine(kind=kind, label=line.name, estimate=estimate, low=low, high=high)


def _notes(single: Single) -> Iterator[str]:
    yield from heterogeneity_lines(single)
    if single.fit is not None and (reason := why_not(single.fit)):
        yield f"{model_words(single, single.fit)}: not estimable: {reason}."
    elif single.fit is not None and isnan(single.fit.se):
        yield from (f"{note}." for note in single.fit.notes[:1])
    if single.subgroups is not None:
        yield from (f"Subgroups: {note}." for note in single.subgroups.notes)
    yield from (f"{note}." for note in single.notes)
    for study in single.studies:
        if study.note:
            yield f"{study.label}: {study.note}."
    yield from (set_aside_line(single, row) for row in single.set_aside)

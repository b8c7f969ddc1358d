"""The figure of one analysis of a plain file, written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from math import isfinite, isnan
from typing import TYPE_CHECKING, Literal

from metaan.errors import CannotDraw, OutputError, RequestError
from metaan.format import ONE_GROUP_MEASURES, measure_name
from metaan.single.arm_columns import shared_groups, shared_words
from metaan.single.lines import model_words, pooled_lines, shown_of, why_not
from metaan.single.text import heterogeneity_lines, set_aside_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from metaan.figures.drawing import Drawing
    from metaan.figures.presets import Preset
    from metaan.figures.single_forest import ForestLine, LineKind
    from metaan.results.regression import Subgroups
    from metaan.single.analysis import Single, SingleStudy
    from metaan.single.arm_columns import ArmCells
    from metaan.single.lines import Line
    from metaan.types import Axis

    Format = Literal["svg", "pdf", "png", "tiff", "eps"]

__all__ = ["FigureLook", "draw_single", "figure_format", "write_drawing", "write_figure"]

FORMATS: dict[str, Format] = {
    "svg": "svg",
    "pdf": "pdf",
    "png": "png",
    "tiff": "tiff",
    "tif": "tiff",
    "eps": "eps",
}
SHARED = "†"
MODEL_KINDS: dict[str, LineKind] = {"pooled": "pooled", "prediction": "prediction", "common": "common"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLook:
    """What is asked of the look of a forest plot.

    Attributes
    ----------
    journal : str
        Name of a preset.
    groups : tuple of str
        Names of both groups; empty where not given.
    better : str
        "lower" or "higher": which effects favour the first group; empty where not said.
    axis : str
        "fitted" to the data, or "symmetric" around no effect.
    """

    journal: str = "metaan"
    groups: tuple[str, ...] = ()
    better: str = ""
    axis: Axis = "fitted"

    def preset(self) -> Preset:
        """Look up the preset.

        Raises
        ------
        RequestError
            For an unknown journal, with near names.
        """
        from metaan.figures.presets import preset_of

        return preset_of(self.journal)


def figure_format(path: Path) -> Format:
    """Tell the format of a figure by its file's extension.

    Raises
    ------
    RequestError
        For an unknown extension.

    Examples
    --------
    >>> from pathlib import Path
    >>> figure_format(Path("forest.PNG"))
    'png'
    """
    found = FORMATS.get(path.suffix.lower().removeprefix("."))
    if found is None:
        raise RequestError(
            f"--figure {path.name}: name a file that ends in .svg, .pdf, .png, .tiff, .tif or .eps."
        )
    return found


PLAIN = FigureLook()


def write_figure(
    single: Single,
    path: Path,
    look: FigureLook = PLAIN,
    *,
    plot: str = "",
    force: bool = False,
    study: str = "",
) -> tuple[str, ...]:
    """Draw an analysis and write the figure in one step, so that no half-written file is left.

    Parameters
    ----------
    single : Single
        An analysis that could be pooled.
    path : Path
        Its extension names the format.
    look : FigureLook
        Journal, names of the groups, and which side is better.
    plot : str
        One of the statistical figures of `metaan.single.plots`; empty for a forest plot, or the bubble plot
        of a regression.
    force : bool
        Draw a funnel plot of fewer than ten studies too.
    study : str
        Name of the study by which a GOSH plot colours its subsets.

    Returns
    -------
    tuple of str
        What whoever sends the figure to a journal must know, such as its typeface.

    Raises
    ------
    RequestError
        For an unknown extension or journal, or a plot that does not go with the model.
    CannotDraw
        Where the studies do not carry the plot.
    OutputError
        Where the file cannot be written.
    """
    figure_format(path)
    if plot:
        from metaan.single.plots import draw_plot

        drawing = draw_plot(single, plot, look.preset(), groups=look.groups, force=force, study=study)
    else:
        drawing = draw_single(single, look)
    write_drawing(drawing, path)
    return drawing.remarks


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


def draw_single(single: Single, look: FigureLook = PLAIN) -> Drawing:
    """Draw a forest plot, that of repeated fits, or the bubble plot of a regression on one moderator.

    Raises
    ------
    CannotDraw
        Where a regression does not carry a bubble plot.
    RequestError
        For an unknown journal, or a symmetric axis where no value is the one of no effect.
    """
    name = measure_name(single.measure) if single.measure else "effect"
    title = f"{name[:1].upper()}{name[1:]} ({single.file})"
    preset = look.preset()
    _check_axis(single, look)
    if single.regression is not None:
        from metaan.figures.bubble import bubble_plot

        return bubble_plot(
            single.regression,
            id="bubble",
            measure=single.measure,
            labels=[study.label for study in single.studies],
            outcome=title,
            preset=preset,
        )
    if single.refit is not None:
        return _draw_refit(single, title, look, preset)
    return _draw_forest(single, title, look, preset)


def _check_axis(single: Single, look: FigureLook) -> None:
    if look.axis == "symmetric" and (not single.measure or single.measure in ONE_GROUP_MEASURES):
        raise RequestError(
            "--axis symmetric reaches equally far on both sides of no effect, and"
            f" {measure_name(single.measure) if single.measure else 'an effect of an unnamed measure'}"
            " has no such value; leave it out."
        )


def _draw_forest(single: Single, title: str, look: FigureLook, preset: Preset) -> Drawing:
    from metaan.figures.single_forest import ArmColumns, single_forest
    from metaan.single.arm_columns import arm_cells

    arms = arm_cells(single, preset, _groups_of(look, preset))
    return single_forest(
        tuple(_lines(single, arms, preset)),
        id="forest",
        title=title,
        measure=single.measure,
        level=single.level,
        notes=tuple(_notes(single, preset)),
        arms=ArmColumns(names=arms.names, headers=arms.headers, kind=arms.kind),
        favours=_favours(look, preset),
        model=preset.wording.models[getattr(single.fit, "method", "") != "EE"],
        axis=look.axis,
        preset=preset,
    )


def _draw_refit(single: Single, title: str, look: FigureLook, preset: Preset) -> Drawing:
    from metaan.figures.refit_forest import refit_forest

    if single.refit is None:
        raise CannotDraw("No fit was repeated.")
    return refit_forest(
        single.refit,
        [study.label for study in single.studies],
        id="forest",
        measure=single.measure,
        outcome=title,
        by=single.order,
        ordered_by=single.ordered_by,
        direction="higher_better" if look.better == "higher" else "lower_better" if look.better else None,
        names=(look.groups[0], look.groups[1]) if look.groups else ("", ""),
        preset=preset,
        shown=lambda value: shown_of(single, value, (value, value))[0],
        axis=look.axis,
    )


def _groups_of(look: FigureLook, preset: Preset) -> tuple[str, str]:
    return (look.groups[0], look.groups[1]) if look.groups else preset.wording.groups


def _favours(look: FigureLook, preset: Preset) -> tuple[str, str]:
    """Say whom each side favours, where it was said which is better; it is never guessed."""
    from metaan.figures.forest_text import favours

    if not look.better:
        return "", ""
    direction: Literal["higher_better", "lower_better"] = (
        "higher_better" if look.better == "higher" else "lower_better"
    )
    return favours(direction, *_groups_of(look, preset), preset.wording.favours)


def _lines(single: Single, arms: ArmCells, preset: Preset) -> Iterator[ForestLine]:
    from metaan.figures.forest_lines import between_line
    from metaan.figures.single_forest import ForestLine

    shared = {study.row for study, _ in shared_groups(single.studies)}
    studies = [
        _study(study, cells, SHARED * (study.row in shared))
        for study, cells in zip(single.studies, arms.rows, strict=True)
    ]
    if single.subgroups is None:
        yield from studies
    else:
        yield from _groups(single, single.subgroups, studies, preset)
    for row in single.set_aside:
        if not row.column:
            yield ForestLine(kind="aside", label=row.label)
    if arms.totals:
        yield ForestLine(kind="total", label=preset.wording.total, arms=arms.totals)
    for line in pooled_lines(single):
        if line.kind != "subgroup":
            yield _model(line, MODEL_KINDS[line.kind])
    if single.subgroups is not None:
        yield ForestLine(kind="closing", label=between_line(single.subgroups, preset))


def _groups(
    single: Single, found: Subgroups, studies: list[ForestLine], preset: Preset
) -> Iterator[ForestLine]:
    """Give the studies of each group under its heading, then their subtotal; one study needs none."""
    from metaan.figures.forest_lines import within_line
    from metaan.figures.single_forest import ForestLine

    heading = preset.wording.group
    subtotals = (line for line in pooled_lines(single) if line.kind == "subgroup")
    for line, fit in zip(subtotals, found.groups, strict=True):
        yield ForestLine(kind="heading", label=heading.format(column=single.grouped_by, name=line.name))
        own = zip(single.studies, studies, strict=True)
        yield from (drawn for study, drawn in own if study.group == line.name)
        if fit.k > 1:
            yield _model(replace(line, name=preset.wording.subtotal.format(k=line.k)), "group")
            yield ForestLine(kind="words", label=within_line(fit, preset))


def _study(study: SingleStudy, arms: tuple[str, ...], mark: str) -> ForestLine:
    from metaan.figures.single_forest import ForestLine

    estimate, low, high = study.shown
    return ForestLine(
        kind="study",
        label=study.label + mark,
        estimate=estimate,
        low=low,
        high=high,
        weight=study.weight,
        arms=arms,
    )


def _model(line: Line, kind: LineKind) -> ForestLine:
    from metaan.figures.single_forest import ForestLine

    estimate, low, high = line.shown
    return ForestLine(kind=kind, label=line.name, estimate=estimate, low=low, high=high)


def _notes(single: Single, preset: Preset) -> Iterator[str]:
    words = preset.wording
    yield from _statistics(single, preset)
    for study, rows in shared_groups(single.studies):
        yield f"{SHARED} {shared_words(study, rows, words)}"
    if single.fit is not None and (reason := why_not(single.fit)):
        yield words.not_estimable_model.format(model=model_words(single, single.fit), reason=reason)
    elif single.fit is not None and isnan(single.fit.se):
        yield from (f"{note}." for note in single.fit.notes[:1])
    if single.subgroups is not None and isfinite(single.subgroups.Q_between):
        yield from (words.about_subgroups.format(note=note) for note in single.subgroups.notes)
    yield from (f"{note}." for note in single.notes)
    for study in single.studies:
        if study.note:
            yield f"{words.said_of.format(studies=study.label, note=study.note)}."
    yield from (set_aside_line(single, row) for row in single.set_aside)


def _statistics(single: Single, preset: Preset) -> Iterator[str]:
    """Say how far the studies differ, and test the mean, in the journal's words."""
    from metaan.results.pairwise import Pooled

    fit = single.fit
    if not isinstance(fit, Pooled) or fit.k < 2:
        yield from heterogeneity_lines(single)
        return
    from metaan.figures.forest_lines import heterogeneity_line, overall_line
    from metaan.figures.forest_text import prediction_reason

    yield heterogeneity_line(fit, single.heterogeneity, preset)
    yield overall_line(fit, preset)
    yield from prediction_reason(fit, preset)
    yield preset.wording.squares

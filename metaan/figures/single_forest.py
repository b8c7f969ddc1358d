"""The forest plot of one analysis of a plain file: any measure, no names of treatments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isfinite, isnan, log, nan
from typing import TYPE_CHECKING, Literal, TypeAlias

from metaan.figures.content import Content, Mark, Row
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.forest_columns import ForestColumns, forest_columns
from metaan.figures.forest_lines import interval_name
from metaan.figures.forest_text import short_text
from metaan.figures.layout import layout_rows
from metaan.figures.measure import clean
from metaan.figures.numerals import Numerals
from metaan.figures.presets import METAAN, Preset
from metaan.figures.wording import counted
from metaan.format import (
    DASH,
    ONE_GROUP_MEASURES,
    RATIO_MEASURES,
    fixed,
    percent,
    shares,
    shown_digits,
    shown_effect,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.types import Axis

__all__ = ["ArmColumns", "ForestLine", "LineKind", "single_content", "single_forest"]

WITHIN = {
    **dict.fromkeys(("PR", "PLN", "PLO", "PAS", "PFT"), (0.0, 1.0)),
    **dict.fromkeys(("IR", "IRLN", "IRS", "MNLN"), (0.0, inf)),
    **dict.fromkeys(("COR", "UCOR", "ZCOR"), (-1.0, 1.0)),
}
"""What a measure can be as it is shown."""


LineKind: TypeAlias = Literal[
    "study", "aside", "group", "total", "pooled", "prediction", "common", "heading", "words", "closing"
]
WHOLE = "100.0"
TEXT_KINDS = frozenset({"heading", "words", "closing", "total"})
INDENTED = frozenset({"study", "group", "words"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestLine:
    """One line of the plot.

    Attributes
    ----------
    kind : str
        study, aside (a study that is not estimable), group (the subtotal of a subgroup), total (sums of the
        arms), pooled, prediction, common (shown pale); heading (of a subgroup; the studies below it stand
        in), words (of what is above: heterogeneity, a test), closing (words of all).
    label : str
        As printed.
    estimate, low, high : float
        As a person reads them; `nan` where there is none.
    weight : float
        Share in [0, 1]; `nan` where there is none.
    arms : tuple of str
        Cells of the arms, in the order of `ArmColumns`; empty where there are none.
    """

    kind: LineKind
    label: str
    estimate: float = nan
    low: float = nan
    high: float = nan
    weight: float = nan
    arms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmColumns:
    """What stands between the studies and the plot.

    Attributes
    ----------
    names : tuple of str
        Of the groups, above their columns; one, two or none.
    headers : tuple of str
        Of the columns of one group.
    kind : str
        "binary", "continuous" or "generic", for presets whose colours tell them apart.
    """

    names: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    kind: str = "generic"


NO_ARMS = ArmColumns()


def single_forest(
    lines: Sequence[ForestLine],
    *,
    id: str,  # noqa: A002
    title: str,
    measure: str,
    level: float,
    notes: Sequence[str] = (),
    arms: ArmColumns = NO_ARMS,
    favours: tuple[str, str] = ("", ""),
    model: str = "",
    axis: Axis = "fitted",
    preset: Preset = METAAN,
    I2: float = nan,
) -> Drawing:
    """Draw studies and what they say together.

    Ratios have a log axis; everything else is drawn on the scale on which it is read. Where no value is the
    one of no effect (one group, or effects of an unnamed measure) there is no line for it.

    Parameters
    ----------
    lines : sequence of ForestLine
        From top to bottom.
    id, title : str
        Id of the drawing; the heading.
    measure : str
        The measure's letters; empty for effects of an unnamed measure.
    level : float
        Confidence level in (0, 1).
    notes : sequence of str
        Paragraphs below.
    arms : ArmColumns
        Columns of the arms.
    favours : (str, str)
        Below the plot, left and right of no effect; empty where nobody said.
    model : str
        One of the preset's `wording.models`, for presets that say so above the plot.
    axis : str
        "symmetric" reaches equally far on both sides of no effect; "fitted" as the data need.
    preset : Preset
        Words, numbers, sizes, colours and order of a journal.
    I2 : float
        In [0, 1], for the alternative text; `nan` where there is none.

    Returns
    -------
    Drawing
        Ready for `render`.

    Examples
    --------
    >>> lines = [ForestLine(kind="study", label="A", estimate=0.5, low=0.25, high=1.0, weight=1.0)]
    >>> single_forest(lines, id="a", title="Pain", measure="RR", level=0.95).alt
    'Forest plot: Pain. 1 study.'
    """
    content = single_content(
        lines,
        title=title,
        measure=measure,
        level=level,
        notes=notes,
        arms=arms,
        favours=favours,
        model=model,
        axis=axis,
        preset=preset,
    )
    between = preset.wording.limits.format(low="", high="")
    plain = replace(METAAN, wording=preset.wording, numerals=Numerals(between=between))
    texts = _Texts(measure=measure, digits=_digits(lines, measure), preset=plain)
    return sheet_drawing(
        layout_rows(content, preset.style_for(arms.kind)).sheet,
        id=id,
        title=preset.wording.told.title.format(about=clean(title)),
        alt=_alt(lines, clean(title), texts, I2),
        description=" ".join(_description(lines, clean(title), content, texts)),
        preset=preset,
    )


def single_content(
    lines: Sequence[ForestLine],
    *,
    title: str,
    measure: str,
    level: float,
    notes: Sequence[str] = (),
    arms: ArmColumns = NO_ARMS,
    favours: tuple[str, str] = ("", ""),
    model: str = "",
    axis: Axis = "fitted",
    preset: Preset = METAAN,
) -> Content:
    """Say what the plot shows, before it has a size; the arguments are those of `single_forest`."""
    ratio = measure in RATIO_MEASURES
    preset = replace(preset, numerals=preset.numerals.beside(line.low for line in lines))
    name = preset.wording.capital(measure)
    interval = interval_name(level, preset.wording)
    words = {"measure": name, "short": name, "interval": interval, "model": model}
    weighed = any(line.weight > 0 for line in lines)
    columns = forest_columns(
        preset,
        arms=[arms.headers] * len(arms.names),
        names=[clean(each) for each in arms.names],
        effect=preset.wording.effect.format(**words),
        weighted=weighed,
    )
    pooled = next((line for line in lines if line.kind == "pooled"), None)
    return Content(
        heading=clean(title) if preset.heading else "",
        columns=columns.columns,
        rows=tuple(_rows(lines, columns, measure, weighed=weighed, preset=preset)),
        plot_header=(preset.wording.plot_ratio if ratio else preset.wording.plot).format(**words),
        ratio=ratio,
        favours=(clean(favours[0]), clean(favours[1])),
        pooled=_place(pooled.estimate, measure) if pooled is not None else nan,
        notes=tuple(clean(note) for note in notes),
        clipped=preset.wording.clipped,
        null=nan if measure in ONE_GROUP_MEASURES or not measure else 0.0,
        axis=axis,
        bounds=(-inf, inf) if ratio else WITHIN.get(measure, (-inf, inf)),
        favours_on_top=preset.favours_on_top,
        decimal=preset.numerals.decimal,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """How the numbers of a plot are written."""

    measure: str
    digits: int
    preset: Preset

    def of(self, line: ForestLine) -> str:
        """Write what a line says of the effect."""
        if line.kind in TEXT_KINDS:
            return ""
        numerals = self.preset.numerals
        estimate, low, high = (
            shown_effect(value, self.measure, self.digits) for value in (line.estimate, line.low, line.high)
        )
        if line.kind == "prediction":
            return numerals.interval(low, high)
        if not isfinite(line.estimate):
            return self.preset.wording.not_estimable
        if not isfinite(line.low):
            return f"{numerals.dress(estimate)} {self.preset.wording.no_interval}"
        return f"{numerals.dress(estimate)} {numerals.interval(low, high)}"


def _rows(
    lines: Sequence[ForestLine],
    columns: ForestColumns,
    measure: str,
    *,
    weighed: bool,
    preset: Preset,
) -> Iterator[Row]:
    texts = _Texts(measure=measure, digits=_digits(lines, measure), preset=preset)
    numerals, style = preset.numerals, preset.style
    grouped = any(line.kind == "heading" for line in lines)
    weights = _weights(lines) if weighed else ("",) * len(lines)
    first_model = next(
        (line for line in lines if line.kind in ("total", "pooled", "prediction", "common")), None
    )
    for i, (line, weight) in enumerate(zip(lines, weights, strict=True)):
        begins = line.kind == "pooled" or line is first_model or (line.kind == "heading" and i > 0)
        yield columns.row(
            clean(line.label),
            arms=[numerals.dress(cell) for cell in line.arms],
            effect=texts.of(line),
            weight=numerals.dress(weight),
            mark=_mark(line, measure),
            bold=line.kind == "heading" or (line.kind == "pooled" and style.bold_model),
            faint=line.kind == "common",
            space=style.model_gap * (0.5 if line.kind == "total" else 1.0) if begins else 0.0,
            indent=style.indent if grouped and line.kind in INDENTED else 0.0,
        )


def _weights(lines: Sequence[ForestLine]) -> Iterator[str]:
    """Write the studies' weights, and with a subtotal the sum of those above it as they are shown."""
    written = iter(shares([line.weight for line in lines if line.kind == "study"]))
    above = 0.0
    for line in lines:
        if line.kind == "study":
            share = next(written)
            above += float(share)
            yield share
        elif line.kind == "aside":
            yield DASH
        elif line.kind == "group":
            yield fixed(above, 1)
        elif line.kind == "pooled":
            yield WHOLE
        else:
            above = 0.0 if line.kind == "heading" else above
            yield ""


def _mark(line: ForestLine, measure: str) -> Mark | None:
    if line.kind in TEXT_KINDS:
        return None
    low, high = _place(line.low, measure), _place(line.high, measure)
    if line.kind == "prediction":
        middle = (low + high) / 2
        return Mark(kind="bar", estimate=middle, low=low, high=high) if isfinite(middle) else None
    if not isfinite(line.estimate):
        return None
    estimate = _place(line.estimate, measure)
    if isnan(low) or isnan(high):
        return Mark(kind="dot", estimate=estimate, low=estimate, high=estimate)
    if line.kind == "study":
        weight = line.weight if isfinite(line.weight) else 1.0
        return Mark(kind="square", estimate=estimate, low=low, high=high, weight=weight)
    kind: Literal["diamond", "pale diamond"] = "pale diamond" if line.kind == "common" else "diamond"
    return Mark(kind=kind, estimate=estimate, low=low, high=high)


def _place(value: float, measure: str) -> float:
    """Turn what a person reads into where the axis has it."""
    if measure not in RATIO_MEASURES:
        return value
    return nan if not value > 0 else log(value)


def _digits(lines: Sequence[ForestLine], measure: str) -> int:
    return shown_digits(
        ((line.estimate, line.low, line.high) for line in lines if line.kind == "study"), measure
    )


def _alt(lines: Sequence[ForestLine], title: str, texts: _Texts, I2: float) -> str:
    words = texts.preset.wording
    facts = counted(words.studies, sum(line.kind == "study" for line in lines))
    for line in lines:
        if line.kind == "pooled":
            measure, effect = words.measure(texts.measure), texts.of(line)
            facts = words.told.result.format(studies=facts, measure=measure, effect=effect)
    if isfinite(I2):
        facts += words.told.i2.format(I2=percent(I2))
    return short_text(words.told.title, title, f"{facts}.")


def _description(lines: Sequence[ForestLine], title: str, content: Content, texts: _Texts) -> Iterator[str]:
    yield f"{title}."
    weighed = any(line.weight > 0 for line in lines)
    weights = _weights(lines) if weighed else ("",) * len(lines)
    for line, weight in zip(lines, weights, strict=True):
        arms = f" ({'; '.join(line.arms)})" if line.arms else ""
        share = texts.preset.wording.told.weight.format(weight=weight) if weight.strip(DASH) else ""
        said = texts.of(line)
        if isfinite(line.estimate) and line.kind != "prediction":
            said = f"{texts.preset.wording.measure(texts.measure)} {said}"
        label = f"{clean(line.label)}{arms}"
        whole = f"{label}: {said}{_about_null(line, content.null, texts)}{share}" if said else label
        yield whole if whole.endswith(".") else f"{whole}."
    yield from content.notes


def _about_null(line: ForestLine, null: float, texts: _Texts) -> str:
    """Say whether an interval includes the value of no effect, where there is one."""
    low, high = _place(line.low, texts.measure), _place(line.high, texts.measure)
    if not (isfinite(null) and isfinite(low) and isfinite(high)):
        return ""
    told = texts.preset.wording.told
    return f", {told.with_null if low <= null <= high else told.without_null}"

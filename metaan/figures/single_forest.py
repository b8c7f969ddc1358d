"""The forest plot of one analysis of a plain file: any measure, no names of treatments."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, isnan, log, nan
from typing import TYPE_CHECKING, Literal, TypeAlias

from metaan.figures.content import Column, Content, Mark, Row
from metaan.figures.drawing import Drawing, sheet_drawing, shorten
from metaan.figures.forest_text import interval_name
from metaan.figures.layout import layout_rows
from metaan.figures.measure import clean
from metaan.figures.style import DEFAULT, Style
from metaan.format import (
    ONE_GROUP_MEASURES,
    RATIO_MEASURES,
    fixed,
    measure_name,
    shares,
    shown_digits,
    shown_effect,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["ForestLine", "LineKind", "single_content", "single_forest"]

WITHIN = {
    **dict.fromkeys(("PR", "PLN", "PLO", "PAS", "PFT"), (0.0, 1.0)),
    **dict.fromkeys(("IR", "IRLN", "IRS", "MNLN"), (0.0, inf)),
    **dict.fromkeys(("COR", "UCOR", "ZCOR"), (-1.0, 1.0)),
}
"""What a measure can be as it is shown."""


LineKind: TypeAlias = Literal[
    "study", "group", "pooled", "prediction", "common", "heading", "words", "closing"
]
TEXT_KINDS = frozenset({"heading", "words", "closing"})
INDENTED = frozenset({"study", "group", "words"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestLine:
    """One line of the plot.

    Attributes
    ----------
    kind : str
        study, group (the subtotal of a subgroup), pooled, prediction, common (shown pale); heading (of a
        subgroup; the studies below it stand in), words (of what is above: heterogeneity, a test), closing
        (words of all).
    label : str
        As printed.
    estimate, low, high : float
        As a person reads them; `nan` where there is none.
    weight : float
        Share in [0, 1]; `nan` where there is none.
    """

    kind: LineKind
    label: str
    estimate: float = nan
    low: float = nan
    high: float = nan
    weight: float = nan


def single_forest(
    lines: Sequence[ForestLine],
    *,
    id: str,  # noqa: A002
    title: str,
    measure: str,
    level: float,
    notes: Sequence[str] = (),
    style: Style = DEFAULT,
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
    style : Style
        Sizes and colours.

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
    content = single_content(lines, title=title, measure=measure, level=level, notes=notes, style=style)
    return sheet_drawing(
        layout_rows(content, style).sheet,
        id=id,
        title=f"Forest plot: {content.heading}",
        alt=_alt(lines, content, measure),
        description=" ".join(_description(content)),
    )


def single_content(
    lines: Sequence[ForestLine],
    *,
    title: str,
    measure: str,
    level: float,
    notes: Sequence[str] = (),
    style: Style = DEFAULT,
) -> Content:
    """Say what the plot shows, before it has a size; the arguments are those of `single_forest`."""
    ratio = measure in RATIO_MEASURES
    name = measure_name(measure) if measure else "effect"
    weighed = any(line.weight > 0 for line in lines)
    columns = [
        Column(header="Study", align="left"),
        Column(header=f"{name[:1].upper()}{name[1:]}\n({interval_name(level)})", after_plot=True),
    ]
    if weighed:
        columns.append(Column(header="Weight\n(%)", after_plot=True))
    pooled = next((line for line in lines if line.kind == "pooled"), None)
    return Content(
        heading=clean(title),
        columns=tuple(columns),
        rows=tuple(_rows(lines, measure, weighed=weighed, style=style)),
        plot_header=f"{name[:1].upper()}{name[1:]}" + ("\n(log scale)" if ratio else ""),
        ratio=ratio,
        favours=("", ""),
        pooled=_place(pooled.estimate, measure) if pooled is not None else nan,
        notes=tuple(clean(note) for note in notes),
        null=nan if measure in ONE_GROUP_MEASURES or not measure else 0.0,
        bounds=(-inf, inf) if ratio else WITHIN.get(measure, (-inf, inf)),
    )


def _rows(lines: Sequence[ForestLine], measure: str, *, weighed: bool, style: Style) -> Iterator[Row]:
    digits = _digits(lines, measure)
    grouped = any(line.kind == "heading" for line in lines)
    weights = _weights(lines) if weighed else ("",) * len(lines)
    first_model = next((line for line in lines if line.kind in ("pooled", "prediction", "common")), None)
    for i, (line, weight) in enumerate(zip(lines, weights, strict=True)):
        cells = [clean(line.label), _text(line, measure, digits)]
        if weighed:
            cells.append(weight)
        begins = line is first_model or (line.kind == "heading" and i > 0)
        yield Row(
            cells=tuple(cells),
            mark=_mark(line, measure),
            bold=line.kind in ("pooled", "heading"),
            faint=line.kind == "common",
            space=style.model_gap if begins else 0.0,
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
        elif line.kind == "group":
            yield fixed(above, 1)
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


def _text(line: ForestLine, measure: str, digits: int) -> str:
    if line.kind in TEXT_KINDS:
        return ""
    values = [shown_effect(value, measure, digits) for value in (line.estimate, line.low, line.high)]
    if line.kind == "prediction":
        return f"({values[1]} to {values[2]})"
    if not isfinite(line.estimate):
        return "not estimable"
    if not isfinite(line.low):
        return f"{values[0]} (no interval)"
    return f"{values[0]} ({values[1]} to {values[2]})"


def _digits(lines: Sequence[ForestLine], measure: str) -> int:
    return shown_digits(
        ((line.estimate, line.low, line.high) for line in lines if line.kind == "study"), measure
    )


def _alt(lines: Sequence[ForestLine], content: Content, measure: str) -> str:
    k = sum(line.kind == "study" for line in lines)
    facts = f"{k} stud{'y' if k == 1 else 'ies'}"
    for line, row in zip(lines, content.rows, strict=True):
        if line.kind == "pooled":
            facts += f", {measure_name(measure) if measure else 'effect'} {row.cells[1]}"
    room = 150 - len(facts) - len("Forest plot: . .")
    return f"Forest plot: {shorten(content.heading, max(room, 20))}. {facts}."


def _description(content: Content) -> Iterator[str]:
    yield f"{content.heading}."
    for row in content.rows:
        weight = f", weight {row.cells[2]}%" if len(row.cells) > 2 and row.cells[2] else ""
        yield f"{row.cells[0]}: {row.cells[1]}{weight}." if row.cells[1] else f"{row.cells[0]}."
    yield from content.notes

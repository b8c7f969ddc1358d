"""What a forest plot says, before it has a size: columns, rows, marks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.figures.sheet import Align
    from metaan.types import Axis, Interval

__all__ = ["Badge", "Column", "Content", "Mark", "MarkKind", "Row"]

MarkKind: TypeAlias = Literal["square", "dot", "diamond", "pale diamond", "bar"]
NO_INTERVAL: Interval = (float("nan"), float("nan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of text; neighbours with the same `group` stand under one `spanner`.

    The cells of `badges` are words of `Content.badges`, shown as round marks.
    """

    header: str
    align: Align = "right"
    after_plot: bool = False
    spanner: str = ""
    group: int = 0
    badges: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A round mark with a sign in it, so that its colour is never the only cue."""

    fill: str
    sign: str
    ink: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a row shows in the plot; analysis scale.

    `weight` sets the area of a square relative to the heaviest; a dot has a fixed size. `outer` is a second,
    thinner interval.
    """

    kind: MarkKind
    estimate: float
    low: float
    high: float
    weight: float = 1.0
    outer: Interval = NO_INTERVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Cells, one for each column, and a mark; the first runs on to the right over empty ones.

    `space` is left above it, `indent` before its first cell, in points.
    """

    cells: tuple[str, ...]
    mark: Mark | None = None
    bold: bool = False
    faint: bool = False
    space: float = 0.0
    indent: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that a forest plot says, before it has a size.

    Attributes
    ----------
    heading : str
        Above the table.
    columns : tuple of Column
        The first is the name column.
    rows : tuple of Row
        From top to bottom.
    plot_header : str
        Above the plot.
    unit : str
        Scale or unit of the effects, below `plot_header`; empty where there is none.
    ratio : bool
        Whether the analysis scale is logarithmic.
    favours : (str, str)
        Below the plot, left and right of the null.
    pooled : float
        Where the dashed line stands; `nan` for none.
    notes : tuple of str
        Paragraphs below.
    clipped : str
        A last paragraph, where an arrow says that an interval goes on beyond the plot.
    null : float
        Where the solid line of no effect stands, analysis scale; `nan` for none.
    axis : str
        "symmetric" reaches equally far on both sides of `null`, where there is one; "fitted" as far as the
        data need.
    bounds : (float, float)
        Beyond which the axis does not reach.
    band : (float, float)
        Differences that do not matter, shaded; analysis scale, `nan` for none.
    favours_on_top : bool
        Whether `favours` stand above the plot.
    decimal : str
        Decimal mark of the axis.
    badges : mapping of str to Badge
        What a word in a column of badges looks like.
    legend : tuple of (str, str)
        Words of `badges` and what stands beside them below the plot.
    """

    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    plot_header: str
    ratio: bool
    favours: tuple[str, str]
    pooled: float = float("nan")
    notes: tuple[str, ...] = ()
    clipped: str = ""
    null: float = 0.0
    axis: Axis = "fitted"
    bounds: Interval = (float("-inf"), float("inf"))
    unit: str = ""
    band: Interval = NO_INTERVAL
    favours_on_top: bool = False
    decimal: str = "."
    badges: Mapping[str, Badge] = field(default_factory=dict)
    legend: tuple[tuple[str, str], ...] = ()

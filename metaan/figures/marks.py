"""Squares, diamonds, bars, whiskers and arrows: what stands in the plot of a forest plot."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING

from metaan.figures.sheet import Line, Shape, level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.figures.content import Content, Mark, MarkKind
    from metaan.figures.scale import Scale
    from metaan.figures.style import Style

__all__ = ["PlacedMark", "draw_marks", "place_marks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMark:
    """A mark in points.

    Attributes
    ----------
    row : int
        Index in `Content.rows`.
    y : float
        Middle of the row.
    x, low, high : float
        Estimate and interval, held inside the plot.
    side : float
        Side of a square, height of a diamond or bar.
    arrow_low, arrow_high : bool
        Whether the interval goes on beyond the plot.
    """

    row: int
    kind: MarkKind
    y: float
    x: float
    low: float
    high: float
    side: float
    arrow_low: bool
    arrow_high: bool


def place_marks(
    content: Content, middles: Sequence[float], scale: Scale, style: Style
) -> Iterator[PlacedMark]:
    """Give every mark of a plot its place in points, held inside the plot."""
    squares = [r.mark.weight for r in content.rows if r.mark is not None and r.mark.kind == "square"]
    heaviest = max(squares, default=1.0) or 1.0
    for i, (row, middle) in enumerate(zip(content.rows, middles, strict=True)):
        mark = row.mark
        if mark is not None:
            yield PlacedMark(
                row=i,
                kind=mark.kind,
                y=middle,
                x=scale.place(mark.estimate),
                low=scale.place(mark.low) if isfinite(mark.low) else scale.left,
                high=scale.place(mark.high) if isfinite(mark.high) else scale.right,
                side=_side(mark, heaviest, style),
                arrow_low=scale.clips_low(mark.low),
                arrow_high=scale.clips_high(mark.high),
            )


def _side(mark: Mark, heaviest: float, style: Style) -> float:
    match mark.kind:
        case "square":
            share = mark.weight / heaviest if mark.weight > 0 else 0.0
            return max(style.square * sqrt(share), style.square_least)
        case "dot":
            return 0.6 * style.square
        case "diamond":
            return style.diamond
        case "pale diamond":
            return 0.7 * style.diamond
        case "bar":
            return style.bar


def draw_marks(
    content: Content, marks: Sequence[PlacedMark], scale: Scale | None, style: Style
) -> tuple[tuple[Line, ...], tuple[Shape, ...]]:
    """Turn placed marks into lines and shapes."""
    lines: list[Line] = []
    shapes: list[Shape] = []
    for mark in marks:
        source = content.rows[mark.row].mark
        if source is not None and scale is not None and isfinite(source.outer[0]):
            lines.append(_outer(source, mark, scale, style))
            shapes.extend(_outer_arrows(source, mark, scale, style))
        lines.extend(_mark_lines(mark, style))
        shapes.extend(_mark_shapes(mark, style))
    return tuple(lines), tuple(shapes)


def _outer(source: Mark, mark: PlacedMark, scale: Scale, style: Style) -> Line:
    low, high = scale.place(source.outer[0]), scale.place(source.outer[1])
    return level(low, high, mark.y, style.hair, style.faint)


def _outer_arrows(source: Mark, mark: PlacedMark, scale: Scale, style: Style) -> Iterator[Shape]:
    if scale.clips_low(source.outer[0]) and not mark.arrow_low:
        yield _arrow(scale.left, mark.y, style.arrow, style.faint)
    if scale.clips_high(source.outer[1]) and not mark.arrow_high:
        yield _arrow(scale.right, mark.y, -style.arrow, style.faint)


def _mark_lines(mark: PlacedMark, style: Style) -> Iterator[Line]:
    if mark.kind not in ("square", "dot"):
        return
    start = mark.low + (style.arrow - 1 if mark.arrow_low else 0)
    end = mark.high - (style.arrow - 1 if mark.arrow_high else 0)
    if end > start:
        yield level(start, end, mark.y, style.strong, style.ink)
    left, right = max(start, mark.x - mark.side / 2), min(end, mark.x + mark.side / 2)
    if right > left:
        yield level(left, right, mark.y, min(style.line, mark.side / 5), style.inside, layer=5)


def _mark_shapes(mark: PlacedMark, style: Style) -> Iterator[Shape]:
    rim = style.diamond_edge or style.accent
    colour = {"square": style.ink, "dot": style.ink, "bar": style.interval}.get(mark.kind, rim)
    if mark.arrow_low:
        yield _arrow(mark.low, mark.y, style.arrow, colour)
    if mark.arrow_high:
        yield _arrow(mark.high, mark.y, -style.arrow, colour)
    half = mark.side / 2
    match mark.kind:
        case "square" | "dot":
            edge = style.square_edge if mark.kind == "square" else "none"
            yield _block(mark.x - half, mark.x + half, mark.y, half, style.accent, edge, style.hair)
        case "bar":
            start = mark.low + (style.arrow - 1 if mark.arrow_low else 0)
            end = mark.high - (style.arrow - 1 if mark.arrow_high else 0)
            yield _block(start, max(end, start), mark.y, half, style.interval)
        case "diamond":
            fill = style.diamond_fill or style.accent
            yield Shape(points=_diamond(mark), fill=fill, edge=rim, edge_width=style.hair)
        case "pale diamond":
            yield Shape(points=_diamond(mark), fill=style.pale, edge=rim, edge_width=style.hair)


def _diamond(mark: PlacedMark) -> tuple[tuple[float, float], ...]:
    half = mark.side / 2
    return (mark.low, mark.y), (mark.x, mark.y - half), (mark.high, mark.y), (mark.x, mark.y + half)


def _block(
    left: float, right: float, y: float, half: float, fill: str, edge: str = "none", edge_width: float = 0.0
) -> Shape:
    corners = ((left, y - half), (right, y - half), (right, y + half), (left, y + half))
    return Shape(points=corners, fill=fill, edge=edge, edge_width=edge_width if edge != "none" else 0.0)


def _arrow(tip: float, y: float, length: float, fill: str) -> Shape:
    half = abs(length) * 0.45
    return Shape(points=((tip, y), (tip + length, y - half), (tip + length, y + half)), fill=fill, layer=4)

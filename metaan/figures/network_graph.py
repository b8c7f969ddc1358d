"""The network graph of one outcome: who was compared with whom, and how often."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from math import cos, pi, sin
from typing import TYPE_CHECKING

from metaan.errors import CannotDraw
from metaan.figures.drawing import ALT_LENGTH, Drawing, sheet_drawing, shorten
from metaan.figures.fitting import fitted
from metaan.figures.graph_layout import Graph, PlacedGraph, edge_width, place_graph
from metaan.figures.measure import clean, width, wrap
from metaan.figures.paragraphs import heading_words
from metaan.figures.presets import METAAN, Preset
from metaan.figures.sheet import Line, Shape, Sheet, Words, in_family

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from metaan.figures.sheet import Point
    from metaan.figures.style import Style
    from metaan.results.synthesis import Comparison, Scenario, StudyEffect

__all__ = ["GraphLayout", "Part", "graph_of_parts", "layout_graph", "network_graph", "network_parts"]

LEAST_TREATMENTS = 3
MANY = 10
"""Above so many treatments in one part all circles shrink, so that the ring need not grow as much."""

LEAST_WIDTH = 52.5
"""Width of a page in letters of its notes."""

SHELF = 620.0
PART_GAP = 34.0
CIRCLE_POINTS = 60
ON_THE_LINE = 1e-6
EDGE_COLOUR = "#8c8c8c"
SHADE, SHADE_ALPHA = "#f4c95d", 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A connected part of the evidence.

    Attributes
    ----------
    treatments : tuple of str
        Nodes, in order of first appearance.
    participants : tuple of int
        Of each node, every arm counted once.
    studies : mapping of (str, str) to tuple of str
        Estimable studies of each pair that was compared.
    multiarm : tuple of tuple of str
        The nodes of each study with three or more; a set stands once for every such study.
    """

    treatments: tuple[str, ...]
    participants: tuple[int, ...]
    studies: Mapping[tuple[str, str], tuple[str, ...]]
    multiarm: tuple[tuple[str, ...], ...]

    @property
    def study_ids(self) -> frozenset[str]:
        """All studies of the part."""
        return frozenset(study for ids in self.studies.values() for study in ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphLayout:
    """A network graph in points: the marks, each part with where its origin lies, the legend's sentences."""

    sheet: Sheet
    parts: tuple[tuple[PlacedGraph, Point], ...]
    legend: tuple[str, ...]


def network_graph(
    scenario: Scenario,
    *,
    id: str,  # noqa: A002
    names: Mapping[str, str],
    outcome: str,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw treatments as nodes and direct comparisons as lines; parts that share no study stand apart.

    Parameters
    ----------
    scenario : Scenario
        Its comparisons; only estimable studies draw lines.
    id : str
        Id of the drawing.
    names : mapping of str to str
        Node to printed name.
    outcome : str
        For the heading.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Raises
    ------
    CannotDraw
        Where there are fewer than three treatments or no estimable study; the message is the reason.
    """
    parts, known = network_parts(scenario.comparisons)
    return graph_of_parts(parts, id=id, known=known, names=names, outcome=outcome, preset=preset)


def graph_of_parts(
    parts: Sequence[Part],
    *,
    id: str,  # noqa: A002
    known: bool,
    names: Mapping[str, str],
    outcome: str,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw the connected parts of some evidence, largest first.

    Parameters
    ----------
    parts : sequence of Part
        Treatments, participants and studies of each.
    known : bool
        Whether nodes may be sized by participants.
    id, names, outcome, preset
        As in `network_graph`.
    """
    layout = layout_graph(parts, known=known, names=names, outcome=outcome, preset=preset)
    return sheet_drawing(
        layout.sheet,
        id=id,
        title=f"Network graph: {clean(outcome)}",
        alt=_alt(parts, clean(outcome)),
        description=" ".join([*_description(parts, known, names, clean(outcome)), *layout.legend]),
        preset=preset,
    )


def network_parts(comparisons: Iterable[Comparison]) -> tuple[tuple[Part, ...], bool]:
    """Find the connected parts of the evidence, largest first.

    Returns
    -------
    parts : tuple of Part
        A treatment without an estimable study is a part of its own.
    known : bool
        Whether the participants of every arm are known, from its cells or beside its contrast.

    Raises
    ------
    CannotDraw
        Where there are fewer than three treatments or no estimable study.
    """
    comparisons = tuple(comparisons)
    treatments = list(dict.fromkeys(t for c in comparisons for t in (c.treat1, c.treat2)))
    pairs = {(c.treat1, c.treat2): _estimable(c) for c in comparisons}
    pairs = {pair: studies for pair, studies in pairs.items() if studies}
    if not pairs:
        raise CannotDraw("No network graph: no study is estimable for this outcome.")
    if len(treatments) < LEAST_TREATMENTS:
        reason = f"it takes at least three treatments, and this analysis has {len(treatments)}"
        raise CannotDraw(f"No network graph: {reason}.")
    arms = {(s.study, t): n for p, studies in pairs.items() for s in studies for t, n in _sizes(p, s)}
    groups = _connected(treatments, pairs)
    parts = [_part(group, pairs, {k: n for k, n in arms.items() if n is not None}) for group in groups]
    known = all(n is not None for n in arms.values())
    return tuple(sorted(parts, key=lambda part: -len(part.treatments))), known


def layout_graph(
    parts: Sequence[Part], *, known: bool, names: Mapping[str, str], outcome: str, preset: Preset = METAAN
) -> GraphLayout:
    """Lay out the parts side by side, each under its title, with the legend below.

    Parameters
    ----------
    parts : sequence of Part
        From `network_parts`.
    known : bool
        Whether nodes may be sized by participants.
    names, outcome, preset
        As in `network_graph`.
    """
    return fitted(partial(_layout, parts, known, names, clean(outcome)), preset)


def _layout(
    parts: Sequence[Part], known: bool, names: Mapping[str, str], outcome: str, style: Style
) -> GraphLayout:
    largest = max(n for part in parts for n in part.participants) if known else 0
    crowd = max(max(len(part.treatments) for part in parts) / MANY, 1.0)
    placed = [place_graph(_graph(part, largest * crowd, names), style) for part in parts]
    titles = [_title(i, part) if len(parts) > 1 else "" for i, part in enumerate(parts, start=1)]
    heading_step = style.heading * style.leading
    origins, right, bottom = _shelves(placed, titles, style.margin + 2 * heading_step, style)
    page = max(right, LEAST_WIDTH * style.zoom * style.note) + style.margin
    shift = (page - style.margin - right) / 2 if len(parts) == 1 else 0.0
    origins = [(x + shift, y) for x, y in origins]
    words = list(heading_words(f"{outcome}: which treatments were compared", page=page, style=style)[0])
    extra = heading_step * (len(words) - 1)
    origins = [(x, y + extra) for x, y in origins]
    darker = any(_any_overlap(graph.multiarm) for graph in placed)
    sentences = tuple(_legend_sentences(parts, known, names, darker=darker))
    legend, end = _legend(sentences, bottom + extra + 14.0, page, style)
    words += legend
    lines: list[Line] = []
    shapes: list[Shape] = []
    for graph, origin, title in zip(placed, origins, titles, strict=True):
        words += _part_words(graph, origin, title, style)
        lines += _part_lines(graph, origin)
        shapes += _part_shapes(graph, origin, style)
    sheet = Sheet(
        width=round(page, 2),
        height=round(end + style.margin, 2),
        words=in_family(words, style.family),
        lines=tuple(lines),
        shapes=tuple(shapes),
    )
    return GraphLayout(sheet=sheet, parts=tuple(zip(placed, origins, strict=True)), legend=sentences)


def _estimable(comparison: Comparison) -> tuple[StudyEffect, ...]:
    return tuple(study for study in comparison.studies if study.estimable)


def _sizes(pair: tuple[str, str], study: StudyEffect) -> Iterator[tuple[str, int | None]]:
    yield from zip(pair, study.sizes, strict=True)


def _connected(treatments: Sequence[str], pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    group = {treatment: {treatment} for treatment in treatments}
    for a, b in pairs:
        joined = group[a] | group[b]
        group.update(dict.fromkeys(joined, joined))
    distinct = {id(members): members for members in group.values()}
    return [[t for t in treatments if t in members] for members in distinct.values()]


def _part(
    treatments: Sequence[str],
    pairs: Mapping[tuple[str, str], tuple[StudyEffect, ...]],
    sizes: Mapping[tuple[str, str], int],
) -> Part:
    inside = {pair: studies for pair, studies in pairs.items() if pair[0] in treatments}
    members: dict[str, set[str]] = {}
    for pair, studies in inside.items():
        for study in studies:
            members.setdefault(study.study, set()).update(pair)
    shaded = [tuple(t for t in treatments if t in found) for found in members.values() if len(found) > 2]
    return Part(
        treatments=tuple(treatments),
        participants=tuple(
            sum(n for (_, t), n in sizes.items() if t == treatment) for treatment in treatments
        ),
        studies={pair: tuple(dict.fromkeys(s.study for s in studies)) for pair, studies in inside.items()},
        multiarm=tuple(shaded),
    )


def _graph(part: Part, largest: float, names: Mapping[str, str]) -> Graph:
    index = {treatment: i for i, treatment in enumerate(part.treatments)}
    return Graph(
        names=tuple(clean(names.get(t, t)) for t in part.treatments),
        sizes=tuple(n / largest for n in part.participants) if largest else None,
        edges=tuple((index[a], index[b], len(ids)) for (a, b), ids in part.studies.items()),
        multiarm=tuple(tuple(index[t] for t in members) for members in part.multiarm),
    )


def _title(number: int, part: Part) -> str:
    if len(part.treatments) == 1:
        return f"Part {number}: no study"
    return f"Part {number}: {len(part.treatments)} treatments, {_plural(len(part.study_ids), 'study')}"


def _plural(count: int, noun: str) -> str:
    many = {"study": "studies"}.get(noun, f"{noun}s")
    return f"{count:,} {noun if count == 1 else many}"


def _shelves(
    placed: Sequence[PlacedGraph], titles: Sequence[str], top: float, style: Style
) -> tuple[list[Point], float, float]:
    """Set the parts on shelves from left to right; give each origin, and where the last shelf ends."""
    origins: list[Point] = []
    x, right, shelf_bottom = style.margin, 0.0, top
    for graph, title in zip(placed, titles, strict=True):
        title_width = width(title, style.text, bold=True, family=style.family)
        title_tall = style.text * style.leading + 6.0 if title else 0.0
        across = max(graph.box[2] - graph.box[0], title_width)
        if origins and x + across > SHELF * style.zoom:
            x, top = style.margin, shelf_bottom + PART_GAP / 2
        origins.append((x + across / 2 - (graph.box[0] + graph.box[2]) / 2, top + title_tall - graph.box[1]))
        right = max(right, x + across)
        shelf_bottom = max(shelf_bottom, origins[-1][1] + graph.box[3])
        x += across + PART_GAP
    return origins, right, shelf_bottom


def _lines(text: str, y: float, page: float, size: float, style: Style) -> Iterator[Words]:
    step = size * style.leading
    for i, line in enumerate(
        wrap(style.numerals.prose(text), size, page - 2 * style.margin, family=style.family)
    ):
        yield Words(x=style.margin, y=y + (i + 0.8) * step, text=line, size=size)


def _legend(sentences: Sequence[str], y: float, page: float, style: Style) -> tuple[list[Words], float]:
    words: list[Words] = []
    for sentence in sentences:
        words += _lines(sentence, y, page, style.note, style)
        y = words[-1].y + 0.2 * style.note * style.leading + 2.0
    return words, y


def _legend_sentences(
    parts: Sequence[Part], known: bool, names: Mapping[str, str], *, darker: bool
) -> Iterator[str]:
    if known:
        yield "The area of a circle is proportional to the participants; the smallest are drawn larger."
    else:
        yield "All circles are equal: not every study states how many participants each of its arms had."
    yield "A line is a direct comparison; the number on it counts its studies, and its width grows with them."
    if any(part.multiarm for part in parts):
        more = "; darker: more such studies" if darker else ""
        yield f"Shaded: treatments compared in one study with more than two arms{more}."
    linked = [part for part in parts if len(part.treatments) > 1]
    if len(linked) > 1:
        yield "The parts share no study: treatments of different parts are out of reach of each other."
    alone = [clean(names.get(t, t)) for part in parts if len(part.treatments) == 1 for t in part.treatments]
    if alone:
        yield f"Out of reach, with no estimable study: {', '.join(alone)}."


def _any_overlap(polygons: Sequence[Sequence[Point]]) -> bool:
    return any(not _apart(a, b) and not _apart(b, a) for a, b in combinations(polygons, 2))


def _apart(a: Sequence[Point], b: Sequence[Point]) -> bool:
    """Whether an edge of a convex polygon has the whole of another on its outer side."""
    for i, start in enumerate(a):
        end = a[(i + 1) % len(a)]
        inner = max((_side_of(start, end, point) for point in a), key=abs)
        if all(_side_of(start, end, point) * inner <= abs(inner) * ON_THE_LINE for point in b):
            return True
    return False


def _side_of(start: Point, end: Point, point: Point) -> float:
    across = (end[0] - start[0]) * (point[1] - start[1])
    return across - (end[1] - start[1]) * (point[0] - start[0])


def _part_words(graph: PlacedGraph, origin: Point, title: str, style: Style) -> Iterator[Words]:
    marks = [words for node in graph.nodes for words in node.words]
    marks += [edge.words for edge in graph.edges if edge.words is not None]
    for words in marks:
        yield replace(words, x=words.x + origin[0], y=words.y + origin[1])
    if title:
        middle = origin[0] + (graph.box[0] + graph.box[2]) / 2
        y = origin[1] + graph.box[1] - 10.0
        yield Words(x=middle, y=y, text=title, size=style.text, bold=True, align="center")


def _part_lines(graph: PlacedGraph, origin: Point) -> Iterator[Line]:
    for edge in graph.edges:
        wide = edge_width(edge.studies)
        start, end = _moved(edge.start, origin), _moved(edge.end, origin)
        yield Line(start=start, end=end, width=wide, colour=EDGE_COLOUR, layer=2)


def _part_shapes(graph: PlacedGraph, origin: Point, style: Style) -> Iterator[Shape]:
    for polygon in graph.multiarm:
        points = tuple(_moved(p, origin) for p in polygon)
        yield Shape(points=points, fill=SHADE, alpha=SHADE_ALPHA, layer=1)
    for edge in graph.edges:
        if edge.words is not None:
            left, top, right, bottom = edge.words.box
            corners = ((left - 1.5, top), (right + 1.5, top), (right + 1.5, bottom), (left - 1.5, bottom))
            yield Shape(points=tuple(_moved(p, origin) for p in corners), fill=style.paper, layer=3)
    for node in graph.nodes:
        x, y = _moved((node.x, node.y), origin)
        turns = [2 * pi * i / CIRCLE_POINTS for i in range(CIRCLE_POINTS)]
        ring = tuple((x + node.radius * cos(t), y + node.radius * sin(t)) for t in turns)
        fill, rim = (style.accent, style.paper) if graph.edges else (style.paper, style.accent)
        yield Shape(points=ring, fill=fill, edge=rim, edge_width=style.line, layer=4)


def _moved(place: Point, origin: Point) -> Point:
    return place[0] + origin[0], place[1] + origin[1]


def _alt(parts: Sequence[Part], outcome: str) -> str:
    treatments = sum(len(part.treatments) for part in parts)
    studies = len(frozenset().union(*(part.study_ids for part in parts)))
    pairs = sum(len(part.studies) for part in parts)
    split = f", in {len(parts)} separate parts" if len(parts) > 1 else ""
    facts = (
        f"{treatments} treatments, {_plural(studies, 'study')}, {_plural(pairs, 'direct comparison')}{split}."
    )
    return f"Network graph: {shorten(outcome, ALT_LENGTH - len(facts) - len('Network graph: . '))}. {facts}"


def _description(parts: Sequence[Part], known: bool, names: Mapping[str, str], outcome: str) -> list[str]:
    told = [_alt(parts, outcome)]
    for number, part in enumerate(parts, start=1):
        if len(parts) > 1:
            told.append(f"{_title(number, part)}.")
        if known:
            for treatment, n in zip(part.treatments, part.participants, strict=True):
                told.append(f"{clean(names.get(treatment, treatment))}: {_plural(n, 'participant')}.")
        for (a, b), ids in part.studies.items():
            pair = f"{clean(names.get(a, a))} versus {clean(names.get(b, b))}"
            told.append(f"{pair}: {_plural(len(ids), 'study')}.")
    return told

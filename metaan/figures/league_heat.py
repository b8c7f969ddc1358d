"""The league table as a heat map: every treatment against every other, coloured by the effect."""

from __future__ import annotations

from functools import partial
from math import exp, isfinite, isnan
from statistics import NormalDist
from typing import TYPE_CHECKING

from metaan.errors import CannotDraw
from metaan.figures.colours import diverging, nice_limit
from metaan.figures.drawing import ALT_LENGTH, Drawing, sheet_drawing, shorten
from metaan.figures.fitting import fitted
from metaan.figures.forest_text import favours, interval_name
from metaan.figures.heat import BLANK, HeatCell, HeatLayout, HeatMap, layout_heat, text_size
from metaan.figures.heat_key import KEY_WIDTH, HeatKey
from metaan.figures.measure import clean
from metaan.figures.numerals import Numerals
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Tick, choose_ticks
from metaan.figures.style import DEFAULT
from metaan.format import RATIO_MEASURES, effect, interval_digits, measure_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.results.network import Network
    from metaan.types import Direction, FloatArray

__all__ = ["layout_league_heat", "league_heat"]

LEAST_TREATMENTS, MOST_TREATMENTS = 3, 30
KEY_STEPS = 21
PLAIN = Numerals()
DIAGONAL = "#d9d9d9"
UNCONNECTED = ("not", "connected")


def league_heat(
    network: Network,
    *,
    id: str,  # noqa: A002
    measure: str,
    direction: Direction,
    names: Mapping[str, str],
    outcome: str,
    order: Sequence[str] = (),
    ordered_by: str = "",
    scale: str = "",
    preset: Preset = METAAN,
) -> Drawing:
    """Draw every treatment against every other: network estimates below the diagonal, direct ones above.

    Every cell is the row's treatment versus the column's, as in the league table. Blue is where the row's
    treatment does better, orange where the column's does, the paler the closer to no effect.

    Parameters
    ----------
    network : Network
        The fit.
    id : str
        Id of the drawing.
    measure : str
        The measure's letters.
    direction : str
        Which way is better.
    names : mapping of str to str
        Node to printed name.
    outcome : str
        For the heading.
    order : sequence of str
        Nodes from top to bottom, as of a ranking; those that are not named follow in the network's order.
    ordered_by : str
        What `order` is, as it follows "Ordered by", such as "P-score, the best first"; may be empty.
    scale : str
        Scale and unit of a mean difference; other measures have none.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Raises
    ------
    CannotDraw
        For fewer than three treatments or more than thirty, or where nothing is connected.

    Examples
    --------
    >>> from metaan import network
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> drawing = league_heat(
    ...     fit, id="l", measure="OR", direction="lower_better", names={}, outcome="Relapse", order="CBA"
    ... )
    >>> drawing.alt
    'League table heat map: Relapse. 3 treatments, 3 network estimates, 3 of them also direct.'
    """
    told = (network, measure, direction, names, outcome, order, ordered_by, scale)
    content = _content(*told, preset.numerals)
    return sheet_drawing(
        fitted(partial(layout_heat, content), preset).sheet,
        id=id,
        title=f"League table heat map: {clean(outcome)}",
        alt=_alt(network, clean(outcome)),
        description=_description(_content(*told)),
        preset=preset,
    )


def layout_league_heat(
    network: Network,
    *,
    measure: str,
    direction: Direction,
    names: Mapping[str, str],
    outcome: str,
    order: Sequence[str] = (),
    ordered_by: str = "",
    scale: str = "",
    preset: Preset = METAAN,
) -> HeatLayout:
    """Lay out a league table heat map in points; the arguments are those of `league_heat`."""
    told = (network, measure, direction, names, outcome, order, ordered_by, scale)
    return fitted(partial(layout_heat, _content(*told, preset.numerals)), preset)


def _content(
    network: Network,
    measure: str,
    direction: Direction,
    names: Mapping[str, str],
    outcome: str,
    order: Sequence[str],
    ordered_by: str,
    scale: str,
    numerals: Numerals = PLAIN,
) -> HeatMap:
    _refuse(network)
    nodes = [node for node in dict.fromkeys(order) if node in network.treatments]
    nodes += [node for node in network.treatments if node not in nodes]
    places = [network.treatments.index(node) for node in nodes]
    titles = tuple(clean(names.get(node, node)) for node in nodes)
    limit = nice_limit(_shown_values(network), ratio=measure in RATIO_MEASURES)
    digits = _digits(network, measure)
    cells = tuple(
        tuple(
            _cell(network, measure, direction, limit, digits, a, b, numerals, below=i > j)
            for j, b in enumerate(places)
        )
        for i, a in enumerate(places)
    )
    return HeatMap(
        heading=f"{clean(outcome)}: every treatment versus every other",
        intro=(_orientation(measure, network.level, clean(scale) if measure == "MD" else ""),),
        rows=titles,
        columns=titles,
        cells=cells,
        key=_key(measure, direction, limit, network),
        notes=tuple(_notes(network, ordered_by)),
        size=text_size(len(nodes)),
    )


def _refuse(network: Network) -> None:
    count = len(network.treatments)
    if count < LEAST_TREATMENTS:
        raise CannotDraw(
            f"No league table heat map: it takes at least three treatments, and this network has {count}."
        )
    if count > MOST_TREATMENTS:
        raise CannotDraw(
            f"No league table heat map: {count} treatments make more cells than can be read on a page (at"
            f" most {MOST_TREATMENTS}); the league table holds the numbers."
        )
    if not _shown_values(network):
        raise CannotDraw("No league table heat map: no two treatments are connected.")


def _pairs(network: Network) -> Iterator[tuple[int, int]]:
    count = len(network.treatments)
    return ((i, j) for i in range(count) for j in range(i))


def _shown_values(network: Network) -> list[float]:
    values = (float(source[pair]) for pair in _pairs(network) for source in _sources(network))
    return [value for value in values if isfinite(value)]


def _sources(network: Network) -> tuple[FloatArray, FloatArray]:
    return network.estimate, network.direct_estimate


def _quantile(network: Network) -> float:
    return NormalDist().inv_cdf((1 + network.level) / 2)


def _digits(network: Network, measure: str) -> int:
    """Give the narrowest interval two significant digits, as the league table does."""
    errors = (float(se[pair]) for pair in _pairs(network) for se in (network.se, network.direct_se))
    return interval_digits((_quantile(network) * se for se in errors), measure)


def _cell(
    network: Network,
    measure: str,
    direction: Direction,
    limit: float,
    digits: int,
    a: int,
    b: int,
    numerals: Numerals,
    *,
    below: bool,
) -> HeatCell:
    if a == b:
        return HeatCell(fill=DIAGONAL)
    if isnan(network.estimate[a, b]):
        return HeatCell(lines=UNCONNECTED, faint=True)
    matrix, errors = (network.estimate, network.se) if below else (network.direct_estimate, network.direct_se)
    value, half = float(matrix[a, b]), _quantile(network) * float(errors[a, b])
    if isnan(value):
        return BLANK
    better = -value if direction == "lower_better" else value
    estimate, low, high = (effect(each, measure, digits) for each in (value, value - half, value + half))
    return HeatCell(
        lines=(numerals.dress(estimate), numerals.interval(low, high)), fill=diverging(better / limit)
    )


def _orientation(measure: str, level: float, scale: str) -> str:
    name = measure_name(measure)
    unit = f", {scale}" if scale else ""
    return (
        f"Every cell is the row's treatment versus the column's treatment: {name}"
        f" ({interval_name(level)}){unit}. Below the diagonal stands the network estimate, above it the"
        " direct estimate (blank where no study compares the two directly)."
    )


def _key(measure: str, direction: Direction, limit: float, network: Network) -> HeatKey:
    ratio = measure in RATIO_MEASURES
    sign = -1 if direction == "lower_better" else 1
    shares = [2 * i / (KEY_STEPS - 1) - 1 for i in range(KEY_STEPS)]
    ticks = choose_ticks(-limit, limit, ratio=ratio, size=DEFAULT.note, room=KEY_WIDTH)
    name = measure_name(measure)
    beyond = any(abs(value) > limit * (1 + 1e-9) for value in _shown_values(network))
    title = f"Colour: {name}" + (" (log scale)" if ratio else "")
    if beyond:
        end = effect(limit, measure) if ratio and exp(limit) < 100 else effect(limit, measure, 1)
        title += f"; effects beyond {end}, either way, have the colour of the end"
    return HeatKey(
        title=f"{title}.",
        colours=tuple(diverging(sign * share) for share in shares),
        ticks=tuple(Tick((tick.value + limit) / (2 * limit), tick.label) for tick in ticks),
        ends=favours(direction, "the row's treatment", "the column's treatment"),
    )


def _notes(network: Network, ordered_by: str) -> Iterator[str]:
    if ordered_by:
        yield f"Ordered by {clean(ordered_by)}."
    if any(isnan(network.estimate[pair]) for pair in _pairs(network)):
        yield "Not connected: the network holds no path between the two treatments."
    yield "The colour shows the size of an effect and not how certain it is: read the interval."


def _alt(network: Network, outcome: str) -> str:
    reached = sum(bool(isfinite(network.estimate[pair])) for pair in _pairs(network))
    direct = sum(bool(isfinite(network.direct_estimate[pair])) for pair in _pairs(network))
    facts = (
        f"{len(network.treatments)} treatments, {reached} network estimates, {direct} of them also direct."
    )
    room = ALT_LENGTH - len(facts) - len("League table heat map: . ")
    return f"League table heat map: {shorten(outcome, max(room, 20))}. {facts}"


def _description(content: HeatMap) -> str:
    told = [f"{content.heading}.", *content.intro]
    for i, (row, cells) in enumerate(zip(content.rows, content.cells, strict=True)):
        said = [
            f"versus {content.columns[j]} {' '.join(cell.lines)}{' (network)' if j < i else ' (direct)'}"
            for j, cell in enumerate(cells)
            if cell.lines
        ]
        told.append(f"{row}: {'; '.join(said) or 'nothing'}.")
    return " ".join([*told, content.key.title, *content.notes])

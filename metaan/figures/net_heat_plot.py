"""The net heat plot: which design's detachment takes inconsistency away, and what weighs where."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from metaan.errors import CannotDraw
from metaan.figures.colours import diverging
from metaan.figures.drawing import ALT_LENGTH, Drawing, sheet_drawing, shorten
from metaan.figures.fitting import fitted
from metaan.figures.heat import HeatCell, HeatLayout, HeatMap, layout_heat, text_size
from metaan.figures.heat_key import KEY_WIDTH, HeatKey
from metaan.figures.measure import clean
from metaan.figures.paragraphs import sentence
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Tick, choose_ticks
from metaan.figures.style import DEFAULT
from metaan.format import fixed, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from metaan.results.inconsistency import NetHeat

__all__ = ["layout_net_heat", "net_heat_plot", "printed_design"]

LEAST_LIMIT, MOST_LIMIT = 1.0, 8.0
MOST_DESIGNS = 50
KEY_STEPS = 21
NOTABLE = 0.1
"""Share of the scale from which a cell bears its sign."""

WHOLE, LEAST_SHARE = 1.0, 0.005
SAMPLES = ((1.0, "100%"), (0.5, "50%"), (0.1, "10%"))
CELL = 20.0


def net_heat_plot(
    heat: NetHeat,
    *,
    id: str,  # noqa: A002
    names: Mapping[str, str],
    outcome: str,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw what each design weighs in each design's estimates, over what its detachment changes.

    The area of a grey square is what the column's direct estimate weighs in the row's network estimate. The
    background is orange with a plus where the inconsistency of the row's design falls when the column's
    design is detached, blue with a minus where it rises.

    Parameters
    ----------
    heat : NetHeat
        The numbers; none is computed again here.
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
        Where no design can be inconsistent with another, with the note that says why; for more than fifty.

    References
    ----------
    Krahn U, Binder H, König J. A graphical tool for locating inconsistency in network meta-analyses.
    BMC Medical Research Methodology 2013; 13: 35.

    Examples
    --------
    >>> from metaan.results.frozen import frozen
    >>> from metaan.results.inconsistency import NetHeat
    >>> heat = NetHeat(
    ...     rows=("A:B", "A:C"), contribution=frozen([[0.7, 0.3], [0.3, 0.7]]),
    ...     change=frozen([[2.1, 1.0], [1.0, 2.1]]), Q=frozen([2.1, 2.1]), model="random",
    ... )
    >>> net_heat_plot(heat, id="h", names={}, outcome="Relapse").alt
    'Net heat plot: Relapse. 2 designs; the largest change is 2.10, of A:B when A:B is detached.'
    """
    content = _content(heat, names, outcome)
    return sheet_drawing(
        fitted(partial(layout_heat, content), preset).sheet,
        id=id,
        title=f"Net heat plot: {clean(outcome)}",
        alt=_alt(heat, content, clean(outcome)),
        description=_description(heat, content),
        preset=preset,
    )


def layout_net_heat(
    heat: NetHeat, *, names: Mapping[str, str], outcome: str, preset: Preset = METAAN
) -> HeatLayout:
    """Lay out a net heat plot in points; the arguments are those of `net_heat_plot`."""
    return fitted(partial(layout_heat, _content(heat, names, outcome)), preset)


def printed_design(design: str, names: Mapping[str, str]) -> str:
    """Write a design, or a comparison, with printed names where its parts are nodes.

    Examples
    --------
    >>> printed_design("a:b in a:b:c", {"a": "Aspirin", "b": "Placebo"})
    'Aspirin:Placebo in Aspirin:Placebo:c'
    """
    return clean(" in ".join(_printed(part, names) for part in design.split(" in ")))


def _printed(treatments: str, names: Mapping[str, str]) -> str:
    return ":".join(names.get(node, node) for node in treatments.split(":"))


def _content(heat: NetHeat, names: Mapping[str, str], outcome: str) -> HeatMap:
    if not heat.rows:
        reason = clean(heat.notes[0]) if heat.notes else "no design can be inconsistent with another"
        raise CannotDraw(f"No net heat plot: {reason.rstrip('.')}.")
    if len(heat.rows) > MOST_DESIGNS:
        raise CannotDraw(
            f"No net heat plot: {len(heat.rows)} designs are more than can be read on a page (at most"
            f" {MOST_DESIGNS})."
        )
    titles = tuple(printed_design(row, names) for row in heat.rows)
    limit = _limit(heat)
    count = range(len(titles))
    return HeatMap(
        heading=f"{clean(outcome)}: where the network disagrees with itself",
        intro=tuple(_intro()),
        rows=titles,
        columns=titles,
        across="Design that is detached",
        cells=tuple(tuple(_cell(heat, limit, i, j) for j in count) for i in count),
        key=_key(heat, limit),
        notes=tuple(_notes(heat)),
        size=text_size(len(titles)),
        least=CELL,
    )


def _limit(heat: NetHeat) -> float:
    return min(max(float(abs(heat.change).max()), LEAST_LIMIT), MOST_LIMIT)


def _cell(heat: NetHeat, limit: float, i: int, j: int) -> HeatCell:
    share = float(heat.change[i, j]) / limit
    weight = min(abs(float(heat.contribution[i, j])), WHOLE)
    sign = "" if abs(share) < NOTABLE else "+" if share > 0 else "−"
    return HeatCell(fill=diverging(-share), share=weight if weight >= LEAST_SHARE else 0.0, corner=sign)


def _intro() -> Iterator[str]:
    yield (
        "Grey square: what the column's direct estimate weighs in the row's network estimate, by its area."
        " Background: by how much the inconsistency of the row's design falls (orange, +) or rises (blue, −)"
        " when the column's design is detached from the others."
    )


def _key(heat: NetHeat, limit: float) -> HeatKey:
    shares = [2 * i / (KEY_STEPS - 1) - 1 for i in range(KEY_STEPS)]
    ticks = choose_ticks(-limit, limit, ratio=False, size=DEFAULT.note, room=KEY_WIDTH)
    beyond = float(abs(heat.change).max()) > MOST_LIMIT
    end = f"; beyond {MOST_LIMIT:g}, either way, the colour of the end" if beyond else ""
    return HeatKey(
        title=f"Background: fall of the row's inconsistency statistic Q{end}.",
        colours=tuple(diverging(-share) for share in shares),
        ticks=tuple(Tick((tick.value + limit) / (2 * limit), tick.label) for tick in ticks),
        ends=("Q rises", "Q falls"),
        samples=SAMPLES,
        samples_title="Squares:",
    )


def _notes(heat: NetHeat) -> Iterator[str]:
    yield (
        f"Diagonal: the row's own inconsistency under consistency. Weights of the {heat.model}-effects model."
        f" A cell bears its sign from {percent(NOTABLE)} of the scale on."
    )
    if float(abs(heat.contribution).max()) > WHOLE * (1 + 1e-9):
        yield "A weight above 100% is drawn as 100%."
    yield (
        "A column that is orange in many rows names a design whose studies deserve a second look; the plot"
        " is no test."
    )
    yield from (sentence(clean(note)) for note in heat.notes)


def _alt(heat: NetHeat, content: HeatMap, outcome: str) -> str:
    place = int(abs(heat.change).argmax())
    i, j = divmod(place, len(heat.rows))
    facts = (
        f"{len(heat.rows)} designs; the largest change is {fixed(float(heat.change[i, j]))}, of"
        f" {content.rows[i]} when {content.columns[j]} is detached."
    )
    if len(facts) > ALT_LENGTH - 50:
        facts = f"{len(heat.rows)} designs; the largest change is {fixed(float(heat.change[i, j]))}."
    room = ALT_LENGTH - len(facts) - len("Net heat plot: . ")
    return f"Net heat plot: {shorten(outcome, max(room, 20))}. {facts}"


def _description(heat: NetHeat, content: HeatMap) -> str:
    told = [f"{content.heading}.", *content.intro]
    for i, row in enumerate(content.rows):
        said = [
            f"{column} weighs {percent(float(heat.contribution[i, j]))} and changes Q by"
            f" {fixed(-float(heat.change[i, j]))}"
            for j, column in enumerate(content.columns)
        ]
        told.append(f"{row}, Q {fixed(float(heat.Q[i]))}: {'; '.join(said)}.")
    return " ".join([*told, *content.notes])

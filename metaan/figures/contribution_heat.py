"""The contributions to a network's estimates as a heat map."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from metaan.errors import CannotDraw
from metaan.figures.colours import sequential
from metaan.figures.drawing import ALT_LENGTH, Drawing, sheet_drawing, shorten
from metaan.figures.fitting import fitted
from metaan.figures.heat import BLANK, HeatCell, HeatLayout, HeatMap, layout_heat, text_size
from metaan.figures.heat_key import HeatKey
from metaan.figures.measure import clean
from metaan.figures.net_heat_plot import printed_design
from metaan.figures.paragraphs import sentence
from metaan.figures.presets import METAAN, Preset
from metaan.figures.scale import Tick
from metaan.format import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from metaan.results.contribution import Contributions

__all__ = ["contribution_heat", "layout_contribution_heat"]

MOST_CELLS, MOST_COLUMNS = 1500, 70
KEY_STEPS = 21
SHOWN = 0.0005
BELOW_ONE = 0.0095
INDIRECT = 1e-9
METHODS = {"shortestpath": "shortest paths first", "randomwalk": "a random walk"}


def contribution_heat(
    contributions: Contributions,
    *,
    id: str,  # noqa: A002
    names: Mapping[str, str],
    outcome: str,
    reference: str | None = None,
    preset: Preset = METAAN,
) -> Drawing:
    """Draw what each direct comparison, or each study, carries of each network estimate.

    Estimates with direct evidence stand above, those without below.

    Parameters
    ----------
    contributions : Contributions
        The numbers; none is computed again here.
    id : str
        Id of the drawing.
    names : mapping of str to str
        Node to printed name.
    outcome : str
        For the heading.
    reference : str, optional
        Where all estimates are more than can be read, only those versus this node are shown, and a note says
        so.
    preset : Preset
        Sizes, colours and numbers of a journal, and its page.

    Raises
    ------
    CannotDraw
        For nothing to show, or more than 1500 cells or 70 columns; the message is the reason.

    References
    ----------
    Papakonstantinou T, Nikolakopoulou A, Rücker G, et al. Estimating the contribution of studies in network
    meta-analysis: paths, flows and streams. F1000Research 2018; 7: 610.

    Examples
    --------
    >>> from metaan.results.contribution import Contributions
    >>> from metaan.results.frozen import frozen
    >>> found = Contributions(
    ...     pairs=(("A", "B"), ("A", "C"), ("B", "C")), sources=("A:B", "A:C"),
    ...     shares=frozen([[1, 0], [0, 1], [0.5, 0.5]]), proportion_direct=frozen([1, 1, 0]),
    ...     of="comparisons", method="shortestpath", model="random",
    ... )
    >>> contribution_heat(found, id="c", names={}, outcome="Relapse").alt
    'Contributions: Relapse. 3 network estimates, 1 of them only indirect, from 2 direct comparisons.'
    """
    content = _content(contributions, names, outcome, reference)
    return sheet_drawing(
        fitted(partial(layout_heat, content), preset).sheet,
        id=id,
        title=f"Contributions: {clean(outcome)}",
        alt=_alt(contributions, content, clean(outcome)),
        description=_description(contributions, content, reference),
        preset=preset,
    )


def layout_contribution_heat(
    contributions: Contributions,
    *,
    names: Mapping[str, str],
    outcome: str,
    reference: str | None = None,
    preset: Preset = METAAN,
) -> HeatLayout:
    """Lay out the contributions in points; the arguments are those of `contribution_heat`."""
    return fitted(partial(layout_heat, _content(contributions, names, outcome, reference)), preset)


def _content(
    contributions: Contributions, names: Mapping[str, str], outcome: str, reference: str | None
) -> HeatMap:
    rows, reference = _shown(contributions, reference)
    _refuse(contributions, len(rows))
    mixed = sum(contributions.proportion_direct[row] > INDIRECT for row in rows)
    return HeatMap(
        heading=f"{clean(outcome)}: what each estimate of the network rests on",
        intro=(_intro(contributions),),
        rows=tuple(_pair(contributions.pairs[row], reference, names) for row in rows),
        columns=tuple(_source(source, contributions, names) for source in contributions.sources),
        across="Direct comparison (%)" if contributions.of == "comparisons" else "Study (%)",
        cells=tuple(
            tuple(_cell(float(contributions.shares[row, j])) for j in range(len(contributions.sources)))
            for row in rows
        ),
        groups=tuple(
            (title, count)
            for title, count in (
                ("Estimates with direct evidence", int(mixed)),
                ("Indirect estimates", len(rows) - int(mixed)),
            )
            if count
        ),
        key=_key(),
        notes=tuple(_notes(contributions, reference, names)),
        size=min(text_size(len(contributions.sources)), text_size(len(rows) // 2)),
    )


def _shown(contributions: Contributions, reference: str | None) -> tuple[list[int], str | None]:
    """Take all estimates, or only those versus the reference where all are too many.

    Those with direct evidence stand first, each kind in the network's order. The reference is None where all
    are taken.
    """
    wanted = list(range(len(contributions.pairs)))
    if reference is not None and len(wanted) * len(contributions.sources) > MOST_CELLS:
        wanted = [i for i in wanted if reference in contributions.pairs[i]]
    else:
        reference = None
    return sorted(wanted, key=lambda i: bool(contributions.proportion_direct[i] <= INDIRECT)), reference


def _refuse(contributions: Contributions, rows: int) -> None:
    columns = len(contributions.sources)
    what = "direct comparisons" if contributions.of == "comparisons" else "studies"
    if not rows or not columns:
        raise CannotDraw("No figure of contributions: there is no network estimate to show.")
    if columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise CannotDraw(
            f"No figure of contributions: {rows} estimates from {columns} {what} are more than can be read on"
            f" a page (at most {MOST_CELLS} cells and {MOST_COLUMNS} columns); the table of contributions"
            " holds them all."
        )


def _pair(pair: tuple[str, str], reference: str | None, names: Mapping[str, str]) -> str:
    one, other = (pair[1], pair[0]) if pair[0] == reference else pair
    return clean(f"{names.get(one, one)} versus {names.get(other, other)}")


def _source(source: str, contributions: Contributions, names: Mapping[str, str]) -> str:
    return printed_design(source, names) if contributions.of == "comparisons" else clean(source)


def _cell(share: float) -> HeatCell:
    if share < SHOWN:
        return BLANK
    text = "<1" if share < BELOW_ONE else f"{100 * share:.0f}"
    return HeatCell(lines=(text,), fill=sequential(share))


def _intro(contributions: Contributions) -> str:
    what = "direct comparison" if contributions.of == "comparisons" else "study"
    return (
        "Each row is an estimate of the network; each cell is the share of it, in percent, that comes"
        f" through the column's {what}. A row adds up to 100 but for rounding; a blank cell is below 0.05%."
    )


def _key() -> HeatKey:
    return HeatKey(
        title="Shade: share of the estimate.",
        colours=tuple(sequential(i / (KEY_STEPS - 1)) for i in range(KEY_STEPS)),
        ticks=tuple(Tick(share, f"{100 * share:.0f}%") for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
    )


def _notes(contributions: Contributions, reference: str | None, names: Mapping[str, str]) -> Iterator[str]:
    if reference is not None:
        yield (
            f"Only the estimates versus {clean(names.get(reference, reference))} are shown: all"
            f" {len(contributions.pairs)} are more than can be read; the table of contributions holds them."
        )
    method = METHODS.get(contributions.method, contributions.method)
    yield (
        f"Flow through the network is divided by {method}; weights of the {contributions.model}-effects"
        " model."
    )
    yield from (sentence(clean(note)) for note in contributions.notes)


def _alt(contributions: Contributions, content: HeatMap, outcome: str) -> str:
    indirect = sum(count for title, count in content.groups if title.startswith("Indirect"))
    what = "direct comparisons" if contributions.of == "comparisons" else "studies"
    facts = (
        f"{len(content.rows)} network estimates, {indirect} of them only indirect, from"
        f" {len(content.columns)} {what}."
    )
    room = ALT_LENGTH - len(facts) - len("Contributions: . ")
    return f"Contributions: {shorten(outcome, max(room, 20))}. {facts}"


def _description(contributions: Contributions, content: HeatMap, reference: str | None) -> str:
    told = [f"{content.heading}.", *content.intro]
    rows, _ = _shown(contributions, reference)
    for name, row in zip(content.rows, rows, strict=True):
        shares = contributions.shares[row]
        said = [
            f"{column} {percent(float(share), 1)}"
            for column, share in zip(content.columns, shares, strict=True)
            if share >= SHOWN
        ]
        direct = percent(float(contributions.proportion_direct[row]))
        told.append(f"{name}: {', '.join(said)}; direct evidence {direct}.")
    return " ".join([*told, *content.notes])

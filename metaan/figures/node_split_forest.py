"""The node-split forest plot: direct, indirect and network evidence of each comparison below each other."""

from __future__ import annotations

from math import isfinite
from statistics import NormalDist
from typing import TYPE_CHECKING

from metaan.errors import CannotDraw
from metaan.figures.content import Column, Content, Mark, Row
from metaan.figures.drawing import ALT_LENGTH, Drawing, sheet_drawing, shorten
from metaan.figures.forest_text import favours, interval_name, p_phrase
from metaan.figures.layout import ForestLayout, layout_rows
from metaan.figures.measure import clean, fit, width
from metaan.figures.paragraphs import sentence
from metaan.figures.presets import METAAN, Preset
from metaan.format import (
    RATIO_MEASURES,
    effect,
    effect_with_interval,
    interval_digits,
    measure_name,
    percent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.figures.style import Style
    from metaan.results.network import Network, NodeSplit
    from metaan.types import Axis, Direction

__all__ = ["layout_node_split_forest", "node_split_forest"]

INDENT = "   "
MOST_COMPARISONS = 60
MOST_LISTED = 12
SPACE = 5.0


def node_split_forest(
    splits: Sequence[NodeSplit],
    *,
    network: Network,
    id: str,  # noqa: A002
    measure: str,
    direction: Direction,
    names: Mapping[str, str],
    outcome: str,
    scale: str = "",
    preset: Preset = METAAN,
    axis: Axis = "fitted",
) -> Drawing:
    """Draw what the studies of each comparison say, what the rest of the network says, and both together.

    Comparisons with only one kind of evidence have nothing to be split and are listed below.

    Parameters
    ----------
    splits : sequence of NodeSplit
        As `split_nodes` gives them.
    network : Network
        The fit they are of; gives the network rows, and the comparisons without a study.
    id : str
        Id of the drawing.
    measure : str
        The measure's letters; ratio measures get a log axis.
    direction : str
        Which way is better.
    names : mapping of str to str
        Node to printed name.
    outcome : str
        For the heading.
    scale : str
        Scale and unit of a mean difference, printed above the plot; other measures have none.
    preset : Preset
        Words, sizes, colours and numbers of a journal, and its page.
    axis : str
        "symmetric" reaches equally far on both sides of no effect; "fitted" as the data need.

    Raises
    ------
    CannotDraw
        Where no comparison has both kinds of evidence, or more than sixty have; the message is the reason.

    References
    ----------
    Dias S, Welton NJ, Caldwell DM, Ades AE. Checking consistency in mixed treatment comparison meta-analysis.
    Statistics in Medicine 2010; 29: 932-944.

    Examples
    --------
    >>> from metaan import network, split_nodes
    >>> fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    >>> drawing = node_split_forest(
    ...     split_nodes(fit), network=fit, id="s", measure="OR", direction="lower_better", names={},
    ...     outcome="Relapse",
    ... )
    >>> drawing.alt
    'Node splitting: Relapse. 3 comparisons with direct and indirect evidence; smallest P = 0.57.'
    """
    content = _content(splits, network, measure, direction, names, outcome, scale, preset, axis)
    return sheet_drawing(
        layout_rows(content, preset.style_for()).sheet,
        id=id,
        title=f"Node-split forest plot: {clean(outcome)}",
        alt=_alt(splits, clean(outcome)),
        description=_description(splits, network, content, measure, names, clean(outcome)),
        preset=preset,
    )


def layout_node_split_forest(
    splits: Sequence[NodeSplit],
    *,
    network: Network,
    measure: str,
    direction: Direction,
    names: Mapping[str, str],
    outcome: str,
    scale: str = "",
    preset: Preset = METAAN,
    axis: Axis = "fitted",
) -> ForestLayout:
    """Lay out a node-split forest plot in points; the arguments are those of `node_split_forest`."""
    content = _content(splits, network, measure, direction, names, outcome, scale, preset, axis)
    return layout_rows(content, preset.style_for())


def _content(
    splits: Sequence[NodeSplit],
    network: Network,
    measure: str,
    direction: Direction,
    names: Mapping[str, str],
    outcome: str,
    scale: str,
    preset: Preset,
    axis: Axis,
) -> Content:
    both = _both(splits)
    _refuse(splits, len(both))
    name = measure_name(measure)
    effects = name[:1].upper() + name[1:]
    ratio = measure in RATIO_MEASURES
    digits = _digits(both, network, measure)
    titles = [_fitted(split, names, preset.style_for()) for split in both]
    return Content(
        heading=f"{clean(outcome)}: direct and indirect evidence" if preset.heading else "",
        columns=(
            Column(header="Comparison", align="left"),
            Column(header="Studies"),
            Column(header="Direct\nevidence"),
            Column(header=f"{_short(measure, effects)}\n({interval_name(network.level)})", after_plot=True),
            Column(header=f"{preset.numerals.p_letter} of the\ndifference", after_plot=True),
        ),
        rows=tuple(
            row
            for number, (split, title) in enumerate(zip(both, titles, strict=True))
            for row in _rows(split, network, measure, digits, title, preset, first=number == 0)
        ),
        plot_header=f"{effects}\n(log scale)" if ratio else effects,
        ratio=ratio,
        favours=favours(direction, "the first", "the second", preset.wording.favours),
        notes=tuple(_notes(splits, network, names)),
        axis=axis,
        unit=clean(scale) if measure == "MD" else "",
        favours_on_top=preset.favours_on_top,
        decimal=preset.numerals.decimal,
    )


def _both(splits: Sequence[NodeSplit]) -> tuple[NodeSplit, ...]:
    return tuple(split for split in splits if isfinite(split.direct) and isfinite(split.indirect))


def _refuse(splits: Sequence[NodeSplit], count: int) -> None:
    if not count:
        why = (
            f"none of the {len(splits)} comparisons with studies is also reached indirectly"
            if splits
            else "no study compares two treatments"
        )
        raise CannotDraw(f"No node-split forest plot: {why}, so that there is nothing to set against it.")
    if count > MOST_COMPARISONS:
        raise CannotDraw(
            f"No node-split forest plot: {count} comparisons are more than can be read on a page (at most"
            f" {MOST_COMPARISONS})."
        )


def _short(measure: str, title: str) -> str:
    return "SMD" if measure == "SMD" else title


def _quantile(network: Network) -> float:
    return NormalDist().inv_cdf((1 + network.level) / 2)


def _digits(splits: Sequence[NodeSplit], network: Network, measure: str) -> int:
    errors = [split.direct_se for split in splits] + [split.indirect_se for split in splits]
    errors += [_network_row(split, network)[1] for split in splits]
    return interval_digits((_quantile(network) * se for se in errors), measure)


def _network_row(split: NodeSplit, network: Network) -> tuple[float, float]:
    place = network.treatments.index(split.treat1), network.treatments.index(split.treat2)
    return float(network.estimate[place]), float(network.se[place])


def _pair(split: NodeSplit, names: Mapping[str, str]) -> str:
    return _versus(split.treat1, split.treat2, names)


def _versus(one: str, other: str, names: Mapping[str, str]) -> str:
    return clean(f"{names.get(one, one)} versus {names.get(other, other)}")


def _fitted(split: NodeSplit, names: Mapping[str, str], style: Style) -> str:
    """Name a comparison; where that is too long both names are shortened, so that both can be seen."""
    whole = _pair(split, names)
    room = style.study_limit - _bold(" versus ", style)
    if _bold(whole, style) <= style.study_limit:
        return whole
    one, other = (clean(names.get(node, node)) for node in (split.treat1, split.treat2))
    needs = [_bold(name, style) for name in (one, other)]
    limits = [max(room / 2, room - need) for need in reversed(needs)]
    shown = [
        fit(name, style.text, limit, bold=True, family=style.family)
        for name, limit in zip((one, other), limits, strict=True)
    ]
    return " versus ".join(shown)


def _bold(text: str, style: Style) -> float:
    return width(text, style.text, bold=True, family=style.family)


def _kinds(split: NodeSplit, network: Network) -> Iterator[tuple[str, float, float]]:
    yield "Direct", split.direct, split.direct_se
    yield "Indirect", split.indirect, split.indirect_se
    yield "Network", *_network_row(split, network)


def _rows(
    split: NodeSplit, network: Network, measure: str, digits: int, title: str, preset: Preset, *, first: bool
) -> Iterator[Row]:
    yield Row(
        cells=(title, "", "", "", preset.numerals.p_number(split.pvalue)),
        bold=True,
        space=0.0 if first else SPACE,
    )
    numerals = preset.numerals
    for kind, estimate, se in _kinds(split, network):
        half = _quantile(network) * se
        mean, *ends = (effect(each, measure, digits) for each in (estimate, estimate - half, estimate + half))
        shown = f"{numerals.dress(mean)} {numerals.interval(*ends)}"
        beside = (str(split.studies), percent(split.proportion_direct)) if kind == "Direct" else ("", "")
        yield Row(
            cells=(INDENT + kind, *beside, shown, ""),
            mark=Mark(
                kind="diamond" if kind == "Network" else "dot",
                estimate=estimate,
                low=estimate - half,
                high=estimate + half,
            ),
        )


def _notes(splits: Sequence[NodeSplit], network: Network, names: Mapping[str, str]) -> Iterator[str]:
    yield (
        "Every effect is the first treatment versus the second. Direct: from the studies that compare the"
        " two; indirect: from the rest of the network; direct evidence: its share in the network estimate."
    )
    yield (
        "P tests direct against indirect; the tests share studies, and a large P does not show that the two"
        " agree."
    )
    alone = [split for split in splits if not isfinite(split.indirect)]
    if alone:
        yield f"Only direct evidence, not shown: {_listed([_pair(split, names) for split in alone])}."
    indirect = list(_only_indirect(network, names))
    if indirect:
        yield f"Only indirect evidence, not shown: {_listed(indirect)}."
    notes = (f"{_pair(split, names)}: {clean(note)}" for split in _both(splits) for note in split.notes)
    yield from dict.fromkeys(sentence(note) for note in notes)


def _only_indirect(network: Network, names: Mapping[str, str]) -> Iterator[str]:
    for i, one in enumerate(network.treatments):
        for j in range(i + 1, len(network.treatments)):
            if isfinite(network.estimate[i, j]) and not network.direct_studies[i, j]:
                yield _versus(one, network.treatments[j], names)


def _listed(pairs: Sequence[str]) -> str:
    if len(pairs) > MOST_LISTED:
        return f"{len(pairs)} comparisons"
    return "; ".join(pairs)


def _alt(splits: Sequence[NodeSplit], outcome: str) -> str:
    both = _both(splits)
    known = [split.pvalue for split in both if isfinite(split.pvalue)]
    least = f"; smallest {p_phrase(min(known))}" if known else ""
    many = "comparison" if len(both) == 1 else "comparisons"
    facts = f"{len(both)} {many} with direct and indirect evidence{least}."
    room = ALT_LENGTH - len(facts) - len("Node splitting: . ")
    return f"Node splitting: {shorten(outcome, max(room, 20))}. {facts}"


def _description(
    splits: Sequence[NodeSplit],
    network: Network,
    content: Content,
    measure: str,
    names: Mapping[str, str],
    outcome: str,
) -> str:
    told = [
        f"{outcome}: direct and indirect evidence.",
        *([f"Scale: {content.unit}."] if content.unit else []),
    ]
    both = _both(splits)
    digits = _digits(both, network, measure)
    for split in both:
        said = []
        for kind, estimate, se in _kinds(split, network):
            half = _quantile(network) * se
            shown = effect_with_interval(estimate, estimate - half, estimate + half, measure, digits)
            said.append(f"{kind.lower()} {shown}")
        many = "study" if split.studies == 1 else "studies"
        told.append(
            f"{_pair(split, names)}: {measure_name(measure)} {', '.join(said)}; {split.studies} {many},"
            f" {percent(split.proportion_direct)} direct evidence, {p_phrase(split.pvalue)}."
        )
    return " ".join([*told, *content.notes])

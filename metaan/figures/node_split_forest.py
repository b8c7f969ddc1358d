"""The node-split forest plot: direct, indirect and network evidence of each comparison below each other."""

from __future__ import annotations

from math import isfinite
from statistics import NormalDist
from typing import TYPE_CHECKING

from metaan.errors import CannotDraw
from metaan.figures.content import Column, Content, Mark, Row
from metaan.figures.drawing import Drawing, sheet_drawing
from metaan.figures.forest_text import favours, interval_name, p_phrase, short_text
from metaan.figures.layout import ForestLayout, layout_rows
from metaan.figures.measure import clean, fit, width
from metaan.figures.paragraphs import sentence
from metaan.figures.presets import METAAN, Preset
from metaan.figures.wording import SplitWords, Wording, counted
from metaan.format import (
    DASH,
    RATIO_MEASURES,
    effect,
    interval_digits,
    percent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.figures.style import Style
    from metaan.results.network import Network, NodeSplit
    from metaan.types import Axis, Direction

__all__ = ["layout_node_split_forest", "node_split_forest"]

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
        title=preset.wording.splits.title.format(outcome=clean(outcome)),
        alt=_alt(splits, clean(outcome), preset.wording.splits),
        description=_description(splits, network, content, measure, names, clean(outcome), preset.wording),
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
    words, said, ratio = preset.wording, preset.wording.splits, measure in RATIO_MEASURES
    name = words.capital(measure)
    digits = _digits(both, network, measure)
    titles = [_fitted(split, names, preset.style_for(), said) for split in both]
    interval = interval_name(network.level, words)
    effect_header = said.effect.format(measure=words.short.get(measure, name), interval=interval)
    return Content(
        heading=said.heading.format(outcome=clean(outcome)) if preset.heading else "",
        columns=(
            Column(header=said.comparison, align="left"),
            Column(header=said.studies),
            Column(header=said.I2),
            Column(header=said.share),
            Column(header=effect_header, after_plot=True),
            Column(header=said.p.format(letter=preset.numerals.p_letter), after_plot=True),
        ),
        rows=tuple(
            row
            for number, (split, title) in enumerate(zip(both, titles, strict=True))
            for row in _rows(split, network, measure, digits, title, preset, first=number == 0)
        ),
        plot_header=words.log.format(measure=name) if ratio else name,
        ratio=ratio,
        favours=favours(direction, said.first, said.second, words.favours),
        notes=tuple(_notes(splits, network, names, said)),
        clipped=words.clipped,
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


def _quantile(network: Network) -> float:
    return NormalDist().inv_cdf((1 + network.level) / 2)


def _digits(splits: Sequence[NodeSplit], network: Network, measure: str) -> int:
    errors = [split.direct_se for split in splits] + [split.indirect_se for split in splits]
    errors += [_network_row(split, network)[1] for split in splits]
    return interval_digits((_quantile(network) * se for se in errors), measure)


def _network_row(split: NodeSplit, network: Network) -> tuple[float, float]:
    place = network.treatments.index(split.treat1), network.treatments.index(split.treat2)
    return float(network.estimate[place]), float(network.se[place])


def _pair(split: NodeSplit, names: Mapping[str, str], words: SplitWords) -> str:
    return _versus(split.treat1, split.treat2, names, words)


def _versus(one: str, other: str, names: Mapping[str, str], words: SplitWords) -> str:
    return clean(words.versus.format(one=names.get(one, one), other=names.get(other, other)))


def _fitted(split: NodeSplit, names: Mapping[str, str], style: Style, words: SplitWords) -> str:
    """Name a comparison; where that is too long both names are shortened, so that both can be seen."""
    whole = _pair(split, names, words)
    room = style.study_limit - _bold(words.versus.format(one="", other=""), style)
    if _bold(whole, style) <= style.study_limit:
        return whole
    one, other = (clean(names.get(node, node)) for node in (split.treat1, split.treat2))
    needs = [_bold(name, style) for name in (one, other)]
    limits = [max(room / 2, room - need) for need in reversed(needs)]
    shown = [
        fit(name, style.text, limit, bold=True, family=style.family)
        for name, limit in zip((one, other), limits, strict=True)
    ]
    return words.versus.format(one=shown[0], other=shown[1])


def _bold(text: str, style: Style) -> float:
    return width(text, style.text, bold=True, family=style.family)


def _kinds(split: NodeSplit, network: Network) -> Iterator[tuple[str, float, float]]:
    yield "direct", split.direct, split.direct_se
    yield "indirect", split.indirect, split.indirect_se
    yield "network", *_network_row(split, network)


def _rows(
    split: NodeSplit, network: Network, measure: str, digits: int, title: str, preset: Preset, *, first: bool
) -> Iterator[Row]:
    yield Row(
        cells=(title, "", "", "", "", preset.numerals.p_number(split.pvalue)),
        bold=True,
        space=0.0 if first else SPACE,
    )
    numerals, indent = preset.numerals, preset.style.indent
    for kind, estimate, se in _kinds(split, network):
        half = _quantile(network) * se
        mean, *ends = (effect(each, measure, digits) for each in (estimate, estimate - half, estimate + half))
        shown = f"{numerals.dress(mean)} {numerals.interval(*ends)}"
        beside = _beside(split) if kind == "direct" else ("", "", "")
        yield Row(
            cells=(getattr(preset.wording.splits, kind)[0], *beside, shown, ""),
            indent=indent,
            mark=Mark(
                kind="diamond" if kind == "network" else "dot",
                estimate=estimate,
                low=estimate - half,
                high=estimate + half,
            ),
        )


def _beside(split: NodeSplit) -> tuple[str, str, str]:
    """Say what the direct evidence is made of; one study has nothing to differ from."""
    between = percent(split.I2) if isfinite(split.I2) else DASH
    return str(split.studies), between, percent(split.proportion_direct)


def _notes(
    splits: Sequence[NodeSplit], network: Network, names: Mapping[str, str], words: SplitWords
) -> Iterator[str]:
    yield words.evidence
    yield words.tests
    alone = [_pair(split, names, words) for split in splits if not isfinite(split.indirect)]
    if alone:
        yield words.only_direct.format(pairs=_listed(alone, words))
    indirect = list(_only_indirect(network, names, words))
    if indirect:
        yield words.only_indirect.format(pairs=_listed(indirect, words))
    notes = (
        f"{_pair(split, names, words)}: {clean(note)}" for split in _both(splits) for note in split.notes
    )
    yield from dict.fromkeys(sentence(note) for note in notes)


def _only_indirect(network: Network, names: Mapping[str, str], words: SplitWords) -> Iterator[str]:
    for i, one in enumerate(network.treatments):
        for j in range(i + 1, len(network.treatments)):
            if isfinite(network.estimate[i, j]) and not network.direct_studies[i, j]:
                yield _versus(one, network.treatments[j], names, words)


def _listed(pairs: Sequence[str], words: SplitWords) -> str:
    if len(pairs) > MOST_LISTED:
        return words.many.format(n=len(pairs))
    return "; ".join(pairs)


def _alt(splits: Sequence[NodeSplit], outcome: str, words: SplitWords) -> str:
    both = _both(splits)
    known = [split.pvalue for split in both if isfinite(split.pvalue)]
    least = words.smallest.format(p=p_phrase(min(known))) if known else ""
    return short_text(words.short_title, outcome, f"{counted(words.result, len(both))}{least}.")


def _description(
    splits: Sequence[NodeSplit],
    network: Network,
    content: Content,
    measure: str,
    names: Mapping[str, str],
    outcome: str,
    words: Wording,
) -> str:
    told = [f"{words.splits.heading.format(outcome=outcome)}."]
    if content.unit:
        told.append(words.splits.scale.format(scale=content.unit))
    both = _both(splits)
    digits = _digits(both, network, measure)
    told += [_sentence(split, network, measure, names, digits, words) for split in both]
    return " ".join([*told, *content.notes])


def _sentence(
    split: NodeSplit, network: Network, measure: str, names: Mapping[str, str], digits: int, words: Wording
) -> str:
    said = []
    for kind, estimate, se in _kinds(split, network):
        half = _quantile(network) * se
        mean, low, high = (
            effect(each, measure, digits) for each in (estimate, estimate - half, estimate + half)
        )
        limits = words.limits.format(low=low, high=high)
        said.append(f"{getattr(words.splits, kind)[1]} {mean} ({limits})")
    return words.splits.row.format(
        label=_pair(split, names, words.splits),
        measure=words.measure(measure),
        effects=", ".join(said),
        studies=counted(words.studies, split.studies),
        I2=words.splits.row_I2.format(I2=percent(split.I2)) if isfinite(split.I2) else "",
        share=percent(split.proportion_direct),
        p=p_phrase(split.pvalue),
    )

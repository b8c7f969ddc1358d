"""Table of ranks: how certainly each treatment is better than the others, uncertainty beside every rank."""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING

from metaan.format import DASH, RATIO_MEASURES, back_transform, fixed, percent
from metaan.tables.estimates import estimate_cells, estimate_columns, network_digits
from metaan.tables.table import Cell, Column, Table, number_cell, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.findings import NetworkFindings
    from metaan.results.network import Network
    from metaan.results.ranking import BetterThan, RankedTreatment

__all__ = ["RANKS_MISLEAD", "ranking_table", "small_values_words"]

RANKS_MISLEAD = (
    "A rank says nothing of how large a difference is or how certain: read it beside the estimates and their"
    " intervals."
)


def small_values_words(small_values: str) -> str:
    """Say which way a rank counts.

    Examples
    --------
    >>> small_values_words("desirable")
    'a lower value is the better one'
    """
    return f"a {'lower' if small_values == 'desirable' else 'higher'} value is the better one"


def ranking_table(
    network: Network,
    findings: NetworkFindings,
    *,
    analysis: str,
    title: str,
    measure: str,
    names: Mapping[str, str],
) -> Table:
    """Set out the treatments from the best P-score to the worst.

    Parameters
    ----------
    network : Network
        The fit.
    findings : NetworkFindings
        Its ranks.
    analysis, title : str
        Id and title of the analysis.
    measure : str
        The measure's letters.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    Table
        One row per treatment of the component that was ranked; shares are fractions of 1 in the CSV.
    """
    ranks = findings.ranks
    against = names.get(findings.reference, findings.reference)
    beaten = {each.treatment: each for each in findings.better}
    margins = {each.treatment: each for each in findings.better_by_margin}
    return Table(
        id=f"{analysis}-ranking",
        title=f"{title}: ranking",
        columns=(
            *_rank_columns(ranks.level),
            Column(name="p_better", title=f"Probability of beating {against}", numeric=True),
            *_margin_columns(findings, measure),
            *estimate_columns("versus", f"{measure} against {against}"),
        ),
        rows=tuple(
            (
                *_rank_cells(each, names),
                _chance(beaten.get(each.treatment)),
                *([_chance(margins.get(each.treatment))] if findings.better_by_margin else []),
                *_effect(network, beaten.get(each.treatment), measure),
            )
            for each in findings.ranked
        ),
        notes=(
            f"Ranked on the random-effects estimates; {small_values_words(ranks.small_values)}. P-scores are"
            f" exact; ranks were drawn {ranks.samples:,} times from the joint distribution of the estimates.",
            RANKS_MISLEAD,
            *map(sentence, ranks.notes),
        ),
    )


def _rank_columns(level: float) -> tuple[Column, ...]:
    return (
        Column(name="treatment", title="Treatment"),
        Column(name="p_score", title="P-score", numeric=True),
        Column(name="sucra", title="SUCRA", numeric=True),
        Column(name="mean_rank", title="Mean rank", numeric=True),
        Column(name="rank_interval", title=f"{100 * level:g}% interval of the rank", where="html"),
        Column(name="rank_low", title="rank low", numeric=True, where="csv"),
        Column(name="rank_high", title="rank high", numeric=True, where="csv"),
        Column(name="p_best", title="Probability of the first rank", numeric=True),
    )


def _rank_cells(each: RankedTreatment, names: Mapping[str, str]) -> tuple[Cell, ...]:
    low, high = f"{each.rank_low:g}", f"{each.rank_high:g}"
    return (
        Cell(names.get(each.treatment, each.treatment)),
        number_cell(each.p_score, fixed(each.p_score)),
        number_cell(each.sucra, fixed(each.sucra)),
        number_cell(each.mean_rank, fixed(each.mean_rank, 1)),
        Cell(low if low == high else f"{low} to {high}"),
        number_cell(each.rank_low, low),
        number_cell(each.rank_high, high),
        number_cell(each.best, percent(each.best)),
    )


def _margin_columns(findings: NetworkFindings, measure: str) -> tuple[Column, ...]:
    if not findings.better_by_margin:
        return ()
    by = f"{'a factor of ' if measure in RATIO_MEASURES else ''}{back_transform(findings.margin, measure):g}"
    return (Column(name="p_margin", title=f"... by {by} or more", numeric=True),)


def _chance(own: BetterThan | None) -> Cell:
    if own is None or isnan(own.probability):
        return Cell(DASH)
    return number_cell(own.probability, percent(own.probability))


def _effect(network: Network, own: BetterThan | None, measure: str) -> tuple[Cell, ...]:
    effect = (nan, nan) if own is None else (own.effect, own.se)
    return estimate_cells(*effect, measure, network.level, network_digits(network, measure))

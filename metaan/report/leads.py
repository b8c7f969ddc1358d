"""Where a number of the page leads: to the comparison or network that it comes from."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING

from metaan.report.matrix import network_anchor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from metaan.results.synthesis import AnalysisResult, Answer
    from metaan.tables.table import Cell, Table

__all__ = ["answer_place", "leading", "leading_answers"]

PAIR = ("treat1", "treat2")
WRITTEN = {"comparison": " versus ", "part": " : "}
"""Columns that write a pair of treatments in one cell, and what stands between the two."""


def answer_place(
    analysis: AnalysisResult, answer: Answer, anchors: Mapping[tuple[str, str, str], str]
) -> str:
    """Give the place of what answers a question; empty where nothing does."""
    if isnan(answer.estimate):
        return ""
    pair = (analysis.id, answer.treat1, answer.treat2)
    direct = anchors.get(pair) if answer.evidence == "direct" else None
    return f"#{direct or network_anchor(analysis)}"


def leading_answers(
    table: Table | None, analyses: Sequence[AnalysisResult], anchors: Mapping[tuple[str, str, str], str]
) -> Table | None:
    """Let every estimate of the table of answers lead to where it comes from."""
    if table is None:
        return None
    places = [answer_place(each, answer, anchors) for each in analyses for answer in each.main.answers]
    column = [each.name for each in table.columns].index("effect_text")
    rows = (
        (*row[:column], replace(row[column], href=place), *row[column + 1 :])
        for row, place in zip(table.rows, places, strict=True)
    )
    return replace(table, rows=tuple(rows))


def leading(
    table: Table | None,
    analysis: AnalysisResult,
    names: Mapping[str, str],
    anchors: Mapping[tuple[str, str, str], str],
) -> Table | None:
    """Let the rows of a table lead to the studies that its numbers come from.

    Parameters
    ----------
    table : Table or None
        A table of the analysis.
    analysis : AnalysisResult
        What it is of.
    names : mapping of str to str
        Node to the name that the table prints.
    anchors : mapping of (str, str, str) to str
        Analysis and its two treatments to the place of their comparison on the page.

    Returns
    -------
    Table or None
        A pair that no study compares leads to the network, or to the analysis. Ranks, league tables and parts
        of Q lead where one comparison is behind a row or cell; they stand in the section of their network.
    """
    if table is None:
        return None
    heads = [each.name for each in table.columns]
    places = _places(analysis, names, anchors)
    if {*PAIR} <= {*heads}:
        whole = analysis.id if analysis.main.network is None else network_anchor(analysis)
        return _led_pairs(table, heads, places, f"#{whole}")
    for name, between in WRITTEN.items():
        if name in heads:
            return _led_words(table, heads.index(name), between, places)
    if heads[0] == "treatment":
        against = _reference(table, analysis)
        return _led(table, 0, lambda row: places.get((row[0].text, names.get(against, against)), ""))
    return _led_league(table, places) if heads[0] == "row_versus_column" else table


def _places(
    analysis: AnalysisResult, names: Mapping[str, str], anchors: Mapping[tuple[str, str, str], str]
) -> dict[tuple[str, str], str]:
    """Give the place of each comparison by the names of its treatments, in either order."""
    own = {(one, other): f"#{place}" for (of, one, other), place in anchors.items() if of == analysis.id}
    named = {(names.get(one, one), names.get(other, other)): place for (one, other), place in own.items()}
    return {(other, one): place for (one, other), place in named.items()} | named


def _reference(table: Table, analysis: AnalysisResult) -> str:
    if table.id == f"{analysis.id}-rare":
        return analysis.rare[0].reference if analysis.rare else ""
    return "" if analysis.findings is None else analysis.findings.reference


def _led(table: Table, column: int, place: Callable[[tuple[Cell, ...]], str]) -> Table:
    rows = ((*row[:column], replace(row[column], href=place(row)), *row[column + 1 :]) for row in table.rows)
    return replace(table, rows=tuple(rows))


def _led_pairs(
    table: Table, heads: Sequence[str], places: Mapping[tuple[str, str], str], whole: str
) -> Table:
    """Let the second treatment lead to the studies that compare it with the first."""
    first, second = map(heads.index, PAIR)
    return _led(table, second, lambda row: places.get((row[first].text, row[second].text), whole))


def _led_words(table: Table, column: int, between: str, places: Mapping[tuple[str, str], str]) -> Table:
    """Let the first cell that a person sees lead where a pair is written in one cell."""
    written = {between.join(pair): place for pair, place in places.items()}
    seen = next(i for i, each in enumerate(table.columns) if each.where != "csv")
    return _led(table, seen, lambda row: written.get(row[column].text, ""))


def _led_league(table: Table, places: Mapping[tuple[str, str], str]) -> Table:
    """Let the direct estimates, which stand above the diagonal, lead to the studies behind them."""
    heads = [each.title for each in table.columns]
    rows = (
        tuple(
            replace(cell, href=places.get((row[0].text, heads[j]), "")) if j > i + 1 else cell
            for j, cell in enumerate(row)
        )
        for i, row in enumerate(table.rows)
    )
    return replace(table, rows=tuple(rows))

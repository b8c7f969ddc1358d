"""Where a number of the page leads: to the comparison or network that it comes from."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING

from metaan.report.matrix import network_anchor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metaan.results.synthesis import AnalysisResult, Answer
    from metaan.tables.table import Table

__all__ = ["answer_place", "leading_answers", "leading_pairs"]

PAIR = ("treat1", "treat2")


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


def leading_pairs(
    table: Table | None,
    analysis: AnalysisResult,
    names: Mapping[str, str],
    anchors: Mapping[tuple[str, str, str], str],
) -> Table | None:
    """Let the second treatment of each row lead to the studies that compare it with the first.

    A table without the two columns stays as it is, and so does a row whose pair no study compares.
    """
    if table is None or not {*PAIR} <= {each.name for each in table.columns}:
        return table
    places = {
        (names.get(one, one), names.get(other, other)): f"#{place}"
        for (of, one, other), place in anchors.items()
        if of == analysis.id
    }
    first, second = ([each.name for each in table.columns].index(name) for name in PAIR)
    rows = (
        (
            *row[:second],
            replace(row[second], href=places.get((row[first].text, row[second].text), "")),
            *row[second + 1 :],
        )
        for row in table.rows
    )
    return replace(table, rows=tuple(rows))

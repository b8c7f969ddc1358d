"""What of a review one analysis follows from: its own rows of the plan and of the tables, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from metaan.review.plan import Defaults, ReviewInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from metaan.review.plan import AnalysisPlan, Plan
    from metaan.review.rows import Review, Row
    from metaan.review.select import LeftRow, Selection, UsedArm, UsedContrast

__all__ = ["extract", "extract_words"]

OF_STUDIES = ("studies", "rob")
MEASURED = ("results", "contrasts")
NODE = frozenset({"study_id", "arm_id", "treatment", "split_node"})
"""By which the doses of other studies' arms are put in order."""
NAMED = frozenset({"raw_label", "node", "treatment"})
"""By which treatments.csv names nodes."""
LOOKS = ("journal", "formats", "sort", "axis")
NOT_ANALYSED = ("missing", "excluded", "grade", "flow")


def extract(review: Review, analysis: AnalysisPlan, selections: Sequence[Selection]) -> Review:
    """Leave in a review what an analysis may look at.

    Parameters
    ----------
    review : Review
        The plan and the tables.
    analysis : AnalysisPlan
        The analysis.
    selections : sequence of Selection
        Its rows, used and set aside, of the main analysis and of every sensitivity.

    Returns
    -------
    Review
        With the rows of its studies and outcomes; without other analyses, without words about the review
        and its figures, and without files and warnings.
    """
    rows = [row for each in selections for row in _rows(each)]
    studies = {row.text["study_id"] for row in rows}
    outcomes = {*analysis.outcomes, *(name for each in selections for name in each.choices.outcomes)}
    own = {(row.table, row.number) for row in rows}
    split = any(each.choices.nodes == "dose" for each in selections)
    tables = dict(review.tables)
    tables |= dict.fromkeys(NOT_ANALYSED, ())
    tables |= {name: _of(tables[name], "study_id", studies) for name in OF_STUDIES}
    tables["outcomes"] = _of(tables["outcomes"], "outcome_id", outcomes)
    tables |= {
        name: tuple(row for row in tables[name] if (row.table, row.number) in own) for name in MEASURED
    }
    tables["arms"] = tuple(
        row if row.text["study_id"] in studies else _only(row, NODE)
        for row in tables["arms"]
        if split or row.text["study_id"] in studies
    )
    tables["treatments"] = tuple(_only(row, NAMED) for row in tables["treatments"])
    return replace(review, name="", plan=_plan(review.plan, analysis), tables=tables, files=(), warnings=())


def extract_words(review: Review, selections: Iterable[Selection]) -> str:
    """Write everything that is in an extract and what was selected of it, so that no two are written alike.

    Parameters
    ----------
    review : Review
        The extract.
    selections : iterable of Selection
        What it was made for; their rows are in it.
    """
    cells = [
        (name, [(row.number, *row.text.values()) for row in rows]) for name, rows in review.tables.items()
    ]
    selected = [
        (each.analysis, each.choices, _words(each.arms), _words(each.contrasts), _words(each.left))
        for each in selections
    ]
    return repr((review.plan.model_dump_json(), cells, selected))


def _words(taken: Iterable[UsedArm | UsedContrast | LeftRow]) -> list[tuple[object, ...]]:
    """Give each row by its place, with what selection says of it."""
    return [
        (each.row.table, each.row.number, *(getattr(each, name) for name in each.__slots__ if name != "row"))
        for each in taken
    ]


def _only(row: Row, columns: frozenset[str]) -> Row:
    """Leave in a row what an analysis needs of it, where it needs little."""
    text = {name: cell if name in columns else "" for name, cell in row.text.items()}
    value = {name: row.value[name] if name in columns else None for name in text}
    return replace(row, text=text, value=value)


def _plan(plan: Plan, analysis: AnalysisPlan) -> Plan:
    """Leave in a plan what an analysis is computed by."""
    info = plan.review
    asked = ReviewInfo(
        title="",
        question="",
        reference=info.reference,
        treatments=info.treatments,
        questions=info.questions,
        seed=info.seed,
    )
    defaults = plan.defaults.model_copy(update={name: Defaults.model_fields[name].default for name in LOOKS})
    return plan.model_copy(update={"review": asked, "defaults": defaults, "analysis": [analysis]})


def _rows(selection: Selection) -> Iterable[Row]:
    for used in (selection.arms, selection.contrasts, selection.left):
        yield from (each.row for each in used)


def _of(rows: Iterable[Row], column: str, wanted: set[str]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.text[column] in wanted)

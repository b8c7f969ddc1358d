"""The second opinion as a table."""

from __future__ import annotations

import pytest

from metaan.results.synthesis import CrossCheck
from metaan.tables.crosscheck import crosscheck_table
from metaan.tables.table import to_csv, to_frame


def _check(*, agrees: bool) -> CrossCheck:
    return CrossCheck(
        analysis="pain",
        treat1="a",
        treat2="b",
        quantity="estimate",
        metaan=0.5,
        statsmodels=0.5,
        agrees=agrees,
    )


class _Analysis:
    id = "pain"
    title = "Pain"


@pytest.mark.parametrize(
    ("agrees", "note"), [(True, "No number differs."), (False, "1 of 1 numbers differ.")]
)
def test_a_note_says_how_many_differ(agrees: bool, note: str) -> None:
    table = crosscheck_table((_check(agrees=agrees),), (_Analysis(),), {"a": "Drug A"})
    assert table.notes[-1] == note
    assert to_csv(table).splitlines()[1] == f"Pain,Drug A,b,estimate,0.5,0.5,{'yes' if agrees else 'no'}"


def test_a_table_becomes_a_data_frame() -> None:
    frame = to_frame(crosscheck_table((_check(agrees=True),), (_Analysis(),), {}))
    assert frame["metaan"].tolist() == [0.5]
    assert frame["agrees"].tolist() == ["yes"]

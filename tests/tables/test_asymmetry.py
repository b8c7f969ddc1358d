"""Tables of small-study effects and influence."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import numpy as np
import pytest

from metaan import asymmetry, influence_diagnostics
from metaan.tables.asymmetry import asymmetry_table, influence_table
from metaan.tables.table import to_csv, to_html

YI = np.linspace(-0.9, 0.4, 12)
VI = np.linspace(0.02, 0.4, 12)
NAMES = {"a": "Drug A"}


def compared(k=12, treat1="a", *, tests=True):
    studies = [SimpleNamespace(study=f"s{i}", label=f"=Study {i}", estimable=True) for i in range(k)]
    return SimpleNamespace(
        treat1=treat1,
        treat2="p",
        k=k,
        studies=studies,
        asymmetry=asymmetry(YI[:k], VI[:k], measure="RR", force=True) if tests else None,
        influence=influence_diagnostics(YI[:k], VI[:k]) if k > 2 else None,
    )


def analysis(*comparisons):
    return SimpleNamespace(id="x", title="Pain", main=SimpleNamespace(comparisons=comparisons))


def read(table):
    return list(csv.DictReader(io.StringIO(to_csv(table), newline="")))


def test_one_row_per_test_and_the_chosen_one_is_named():
    one = compared()
    table = asymmetry_table(analysis(one), NAMES)
    rows = read(table)
    assert table.id == "x-asymmetry"
    assert [row["key"] for row in rows] == [test.name for test in one.asymmetry.tests]
    assert [row["key"] for row in rows if row["chosen"] == "yes"] == ["egger"]
    for row, test in zip(rows, one.asymmetry.tests, strict=True):
        assert float(row["p"]) == pytest.approx(test.pvalue, rel=1e-9)
        assert float(row["statistic"]) == pytest.approx(test.statistic, rel=1e-9)
    assert rows[0]["comparison"] == "Drug A versus p"
    assert "publication bias" not in to_html(table)
    assert "not published are one, and heterogeneity" in to_html(table)


def test_comparisons_without_tests_have_no_row():
    assert asymmetry_table(analysis(compared(tests=False)), NAMES).rows == ()
    assert influence_table(analysis(compared(4)), NAMES).rows == ()
    assert influence_table(analysis(compared(2, tests=False)), NAMES).rows == ()


def test_several_comparisons_are_told_apart_for_a_reader():
    one = asymmetry_table(analysis(compared()), NAMES)
    two = asymmetry_table(analysis(compared(), compared(treat1="b")), NAMES)
    assert '<th scope="col">Comparison</th>' not in to_html(one)
    assert ">Comparison</th>" in to_html(two)


def test_influence_is_that_of_the_panel():
    one = compared()
    rows = read(influence_table(analysis(one), NAMES))
    assert [row["study_id"] for row in rows] == [f"s{i}" for i in range(12)]
    assert rows[0]["study"] == "'=Study 0"
    for name, column in (("cook", "cook"), ("hat", "hat"), ("tau2_deleted", "tau2_without")):
        values = getattr(one.influence, name)
        assert [float(row[column]) for row in rows] == pytest.approx(values.tolist(), rel=1e-9)
    marked = [row["influential"] == "yes" for row in rows]
    assert marked == one.influence.influential.tolist()

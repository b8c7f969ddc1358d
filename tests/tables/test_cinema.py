"""What is handed over to CINeMA."""

from __future__ import annotations

import csv
import io

import pytest

from metaan import (
    InputError,
    cinema_arms,
    cinema_contrasts,
    cinema_contributions,
    contrasts,
    contributions,
    network,
)
from metaan.tables.table import to_csv

STUDY, TREATMENT = ["t", "t", "s", "s"], ["A", "B", "B", "C"]


def read(table):
    return list(csv.DictReader(io.StringIO(to_csv(table))))


def test_means_in_long_format():
    rows = read(
        cinema_arms(
            STUDY,
            TREATMENT,
            mean=[1, 2, 3, 4.5],
            sd=[1, 1, 2, 2],
            n=[10, 11, 12, 13],
            rob={"s": "some concerns", "t": 3},
            indirectness={"s": 1, "t": "low"},
        )
    )
    assert list(rows[0]) == ["id", "study", "t", "y", "sd", "n", "rob", "indirectness"]
    assert list(rows[3].values()) == ["2", "s", "C", "4.5", "2", "13", "2", "1"]
    assert [row["id"] for row in rows] == ["1", "1", "2", "2"]


def test_what_was_not_judged_stays_empty_and_is_said():
    made = cinema_arms(STUDY, TREATMENT, events=[1, 2, 3, 4], n=[9] * 4, rob={"t": "high", "s": ""})
    assert [(row["rob"], row["indirectness"]) for row in read(made)] == [("3", "")] * 2 + [("", "")] * 2
    assert made.notes == (
        "no judgement of risk of bias, and none is made up: s",
        "no judgement of indirectness, and none is made up: t, s",
    )


@pytest.mark.parametrize("word", ["unclear", 0, 4, True, 2.5])
def test_a_judgement_that_cinema_does_not_know_is_refused(word):
    with pytest.raises(InputError, match=r"rob of study 's' is .*give 'low', 'some concerns' or 'high'"):
        cinema_arms(STUDY, TREATMENT, events=[1, 2, 3, 4], n=[9] * 4, rob={"s": word})


@pytest.mark.parametrize("cells", [{}, {"events": [1] * 4}, {"events": [1] * 4, "time": [2] * 4}])
def test_other_cells_are_refused(cells):
    with pytest.raises(InputError, match="give events and n, or mean, sd and n"):
        cinema_arms(STUDY, TREATMENT, **cells)


def test_columns_of_different_length_are_refused():
    with pytest.raises(InputError, match="length"):
        cinema_arms(STUDY, TREATMENT, events=[1, 2, 3], n=[9] * 4)


def test_contrasts_are_treat1_minus_treat2():
    found = contrasts("MD", STUDY, TREATMENT, mean=[1, 2, 3, 4.5], sd=[3, 4, 3, 4], n=[25, 25, 1e4, 1e4])
    rows = read(cinema_contrasts(found, rob={"t": "low", "s": "low"}))
    assert list(rows[0]) == ["id", "study", "t1", "t2", "effect", "se", "rob", "indirectness"]
    assert list(rows[0].values()) == ["1", "t", "A", "B", "-1", "1", "1", ""]
    assert list(rows[1].values()) == ["2", "s", "B", "C", "-1.5", "0.05", "1", ""]


def test_contributions_are_percentages_of_each_estimate():
    fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    rows = read(cinema_contributions(contributions(fit, of="studies")))
    assert [row["comparison"] for row in rows] == ["A:B", "A:C", "B:C"]
    for row in rows:
        assert sum(float(row[study]) for study in "abc") == pytest.approx(100, abs=1e-6)


def test_names_that_a_spreadsheet_would_run_are_text():
    made = cinema_arms(["=1+1"] * 2, ["@A", "B"], events=[1, 2], n=[9, 9])
    row = read(made)[0]
    assert (row["study"], row["t"]) == ("'=1+1", "'@A")

"""Leaving studies out and adding them up, against metafor and against plain loops."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from metaan import effect_sizes, pool
from metaan.errors import InputError
from metaan.sensitivity.cumulative import cumulate
from metaan.sensitivity.influence import leave_one_out

HERE = Path(__file__).parents[1]
REFERENCE = json.loads((HERE / "reference" / "bcg_refits.json").read_text())
ITERATED = 2e-7  # metafor's REML stops at a step of 1e-12 of tau2, and prints ten decimals


@pytest.fixture(scope="module")
def bcg():
    # The file is in the order of years; metafor's data set is numbered otherwise.
    numbers = (1, 2, 6, 3, 10, 9, 12, 5, 7, 11, 13, 4, 8)
    with (HERE.parent / "examples" / "bcg.csv").open() as file:
        rows = [row for _, row in sorted(zip(numbers, csv.DictReader(file), strict=True), key=lambda r: r[0])]
    cells = {name: [float(row[name]) for row in rows] for name in ("ai", "n1i", "ci", "n2i")}
    found = effect_sizes("RR", **cells)
    return found.yi, found.vi, [int(row["year"]) for row in rows]


@pytest.mark.parametrize("name", sorted(REFERENCE["leave_one_out"]))
def test_leaving_out_each_trial_is_metafors(bcg, name):
    yi, vi, _ = bcg
    method, test = name.split()
    found = leave_one_out(yi, vi, method=method, test=test)
    shown = [(fit.estimate, *fit.ci) for fit in found.without]
    assert np.allclose(shown, REFERENCE["leave_one_out"][name], atol=ITERATED, rtol=0)


@pytest.mark.parametrize("name", sorted(REFERENCE["cumulative"]))
def test_adding_trials_by_year_is_metafors(bcg, name):
    yi, vi, years = bcg
    method, test = name.split()
    found = cumulate(yi, vi, years, method=method, test=test)
    assert [row[0] for row in REFERENCE["cumulative"][name]] == list(found.order)
    shown = [(fit.estimate, *fit.ci) for fit in found.fits]
    assert np.allclose(shown, [row[1:] for row in REFERENCE["cumulative"][name]], atol=ITERATED, rtol=0)


def test_each_fit_is_that_of_the_studies_themselves(bcg):
    yi, vi, years = bcg
    for i, fit in enumerate(leave_one_out(yi, vi).without):
        kept = [j for j in range(len(yi)) if j != i]
        assert fit.estimate == pool(yi[kept], vi[kept]).estimate
    added = cumulate(yi, vi, years)
    assert added.fits[-1].estimate == pytest.approx(pool(yi, vi).estimate, rel=1e-12)
    assert added.fits[0].estimate == yi[added.order[0]]
    assert [fit.k for fit in added.fits] == list(range(1, len(yi) + 1))


def test_equals_are_added_in_the_order_in_which_they_stand():
    assert cumulate([1, 2, 3], [1, 1, 1], ["b", "a", "b"]).order == (1, 0, 2)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ([1.0], "1 values for 2 studies"),
        ([1.0, float("nan")], "missing at position 1"),
        ([1.0, "a"], "both numbers and texts"),
    ],
)
def test_an_order_that_is_none_is_refused(by, said):
    with pytest.raises(InputError, match=said):
        cumulate([0.1, 0.2], [0.1, 0.1], by)


def test_too_few_studies_are_refused():
    with pytest.raises(InputError, match="at least 3"):
        leave_one_out([0.1, 0.2], [0.1, 0.1])
    with pytest.raises(InputError, match="at least 2"):
        cumulate([0.1], [0.1], [1990])

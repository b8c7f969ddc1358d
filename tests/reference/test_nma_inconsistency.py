"""Heterogeneity and inconsistency of networks against metafor's rma.mv and rma.uni."""

from __future__ import annotations

import csv
from functools import cache
from math import isnan
from pathlib import Path

import pytest

from metaan import decompose_designs, network, network_heterogeneity_interval, split_nodes

RTOL = 1e-9
"""The figures have 12 digits; where a figure of metafor is a difference of two, the last are lost."""

ROOTS = 1e-7
"""Where metafor or R's uniroot searches: they stop at an absolute width, of tau2 or of Q."""

REML = 3e-6
"""rma.mv's own tau2 by REML, which the SIDDE figures take, is that far off."""


def read(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


FIGURES = [
    (row["case"], row["quantity"], float(row["value"].replace("NA", "nan")))
    for row in read("nma_inconsistency.csv")
]


def figures(start):
    found = [figure for figure in FIGURES if figure[1].startswith(start)]
    assert found
    return found


@cache
def fitted(case, method="REML", *, two_arms=False):
    rows = [row for row in read("nma_contrasts.csv") if row["case"] == case]
    names = [row["studlab"] for row in rows]
    rows = [row for row in rows if not two_arms or names.count(row["studlab"]) == 1]
    labels = [[row[column] for row in rows] for column in ("studlab", "treat1", "treat2")]
    numbers = [[float(row[column]) for row in rows] for column in ("TE", "seTE")]
    return network(*labels, *numbers, method=method)


@pytest.mark.parametrize(("case", "quantity", "expected"), figures("tau2_"))
def test_q_profile_of_networks_with_multi_arm_studies(case, quantity, expected):
    low, high = network_heterogeneity_interval(fitted(case)).tau2
    found = low if quantity == "tau2_low" else high
    assert found == (pytest.approx(expected, rel=ROOTS) if expected else 0)


@pytest.mark.parametrize(("case", "quantity", "expected"), figures("two_arms_"))
def test_q_profile_of_two_arm_studies_is_that_of_a_meta_regression(case, quantity, expected):
    _, _, name, end, level = quantity.split("_")
    found = network_heterogeneity_interval(fitted(case, two_arms=True), level=int(level) / 100)
    assert getattr(found, name)[end == "high"] == pytest.approx(expected, rel=ROOTS)


@pytest.mark.parametrize(("case", "quantity", "expected"), figures("detached_"))
def test_inconsistency_after_detaching_a_design(case, quantity, expected):
    name, design = quantity.split("|")
    detached = decompose_designs(fitted(case)).detached
    row = next(row for row in detached if ":".join(row.treatments) == design)
    found = row.Q if name == "detached_Q" else row.dof
    assert found == pytest.approx(expected, rel=RTOL, abs=1e-10)


@pytest.mark.parametrize("case", sorted({case for case, _, _ in FIGURES}))
def test_designs_through_which_no_loop_passes_are_not_detached(case):
    expected = {quantity.split("|")[1] for name, quantity, _ in figures("detached_Q") if name == case}
    assert {":".join(row.treatments) for row in decompose_designs(fitted(case)).detached} == expected


@pytest.mark.parametrize(("case", "quantity", "expected"), figures("sidde_"))
def test_indirect_evidence_without_the_studies_that_compare_both(case, quantity, expected):
    name, one, two = quantity.split("|")
    method = name.rpartition("_")[2]
    row = next(
        row
        for row in split_nodes(fitted(case, method), method="SIDDE")
        if (row.treat1, row.treat2) == (one, two)
    )
    found = row.indirect_se if "_se_" in name else row.indirect
    if isnan(expected):
        assert isnan(found)
        assert row.notes[0].startswith("there is no indirect evidence")
    else:
        assert found == pytest.approx(expected, rel=REML if method == "REML" else RTOL)

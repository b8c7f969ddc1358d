"""Contributions against netmeta, and simulated ranks against the P-scores that it prints."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from metaan import contrasts, contributions, network, rankogram

PRINTED = 6e-9
"""netmeta's figures have eight decimals."""

SIX_DECIMALS = 6e-7

SIGMAS = 5
"""Standard errors by which a share of draws may leave its probability, at most sqrt(0.25 / samples) each."""

UNDESIRABLE = {"smoking_OR"}


def read(name):
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def fitted(case):
    if case == "four_treatments_OR":
        rows = [row for row in read("nma_arms.csv") if row["case"] == case]
        cells = {cell: [float(row[cell]) for row in rows] for cell in ("events", "n")}
        found = contrasts("OR", [row["study"] for row in rows], [row["treatment"] for row in rows], **cells)
        return network(found.study, found.treat1, found.treat2, found.yi, found.sei, method="DL")
    rows = [row for row in read("nma_contrasts.csv") if row["case"] == case]
    labels = [[row[column] for row in rows] for column in ("studlab", "treat1", "treat2")]
    numbers = [[float(row[column]) for row in rows] for column in ("TE", "seTE")]
    return network(*labels, *numbers, method="DL")


@pytest.mark.parametrize("case", ["senn2013", "four_treatments_OR"])
def test_contributions_are_netmetas(case):
    for row in read("nma_contributions.csv"):
        if row["case"] != case:
            continue
        found = contributions(fitted(case), of=row["of"], model=row["model"])
        pair = found.pairs.index(tuple(row["pair"].split(":")))
        share = found.shares[pair, found.sources.index(row["source"])]
        tolerance = PRINTED if len(row["share"]) > len("0.123456") else SIX_DECIMALS
        assert share == pytest.approx(float(row["share"]), abs=tolerance), row


@pytest.mark.parametrize("case", ["senn2013", "smoking_OR", "stowe2010_MD"])
def test_sucra_is_the_printed_p_score_but_for_the_error_of_simulation(case):
    direction = "undesirable" if case in UNDESIRABLE else "desirable"
    samples = 40_000
    ranks = rankogram(fitted(case), small_values=direction, rng=np.random.default_rng(20), samples=samples)
    printed = {
        row["quantity"].split("|")[1]: float(row["value"])
        for row in read("nma_expected.csv")
        if row["case"] == case and row["quantity"].startswith("P_")
    }
    assert printed
    for treatment, score in printed.items():
        found = ranks.sucra[ranks.treatments.index(treatment)]
        assert found == pytest.approx(score, abs=SIGMAS * 0.5 / samples**0.5), treatment

"""Pooled estimates of subsets against metafor's gosh()."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from metaan import effect_sizes, gosh

CLOSED = 1e-9
"""Closed formulas, printed with 12 digits."""

ITERATED = 2e-6
"""metafor stops at an absolute change of tau2, which small differences amplify."""

HERE = Path(__file__).parent
CASES = (("bcg", 6), ("olkin1995", 6), ("egger2001", 6), ("ties", 6), ("bcg", 13))


def read(name: str) -> list[dict[str, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


DATA = read("asymmetry_data.csv")
EXPECTED = read("gosh_metafor.csv")


def effects(case: str, studies: int):
    rows = [row for row in DATA if row["case"] == case][:studies]
    cells = {name: [float(row[name]) for row in rows] for name in ("ai", "n1i", "ci", "n2i")}
    return effect_sizes(rows[0]["measure"], **cells)


@pytest.mark.parametrize("method", ["EE", "DL", "REML"])
@pytest.mark.parametrize(("case", "studies"), CASES)
def test_gosh(case: str, studies: int, method: str) -> None:
    given = effects(case, studies)
    found = gosh(given.yi, given.vi, method=method)
    place = {"".join(map(str, row)): i for i, row in enumerate(found.members.astype(int).tolist())}
    rows = [row for row in EXPECTED if (row["case"], row["studies"]) == (case, str(studies))]
    rows = [row for row in rows if row["method"] == method]
    assert len(rows) == (2**6 - 1 if studies == 6 else 85)
    at = [place[row["members"]] for row in rows]
    expected = {
        name: np.array([float(row[name]) for row in rows]) for name in ("k", "QE", "tau2", "estimate")
    }
    share = np.array([float(row["I2"]) for row in rows]) / 100
    several = expected["k"] > 1
    tolerance = ITERATED if method == "REML" else CLOSED
    assert found.sizes[at].tolist() == expected["k"].tolist()
    np.testing.assert_allclose(found.Q[at], expected["QE"], rtol=CLOSED, atol=CLOSED)
    np.testing.assert_allclose(found.estimate[at], expected["estimate"], rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(
        found.tau2[at][several], expected["tau2"][several], rtol=tolerance, atol=tolerance
    )
    np.testing.assert_allclose(found.I2[at][several], share[several], rtol=tolerance, atol=tolerance)
    assert np.isnan(found.I2[at][~several]).all()

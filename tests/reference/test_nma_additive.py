"""Additive networks against netmeta and metafor's rma.mv."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from metaan import component_network

PRINTED = 1e-9
"""netmeta's figures have ten digits."""

METAFOR = 3e-6
"""rma.mv stops at a relative change of 1e-10 in the likelihood, which leaves tau2 about 1e-6."""

BOUNDARY = 1e-9
"""What rma.mv leaves of a tau2 of 0."""


def read(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


EXPECTED = {
    row["quantity"]: float(row["value"])
    for row in read("nma_additive.csv")
    if row["case"] == "linde2016_additive"
}


@cache
def linde(method):
    rows = read("nma_linde2016.csv")
    labels = [[row[column] for row in rows] for column in ("study", "treat1", "treat2")]
    numbers = [[float(row[column]) for row in rows] for column in ("TE", "seTE")]
    return component_network(*labels, *numbers, inactive="Placebo", method=method)


def test_depression_in_primary_care_as_netcomb_prints_it():
    """netcomb(), netmeta 3.6-2, DerSimonian-Laird, placebo inactive."""
    fit = linde("DL")
    assert (fit.Q, fit.Q_dof) == (pytest.approx(109.1189433, rel=PRINTED), 90)
    assert (fit.Q_standard, fit.Q_standard_dof) == (pytest.approx(102.4474975, rel=PRINTED), 87)
    assert (fit.Q_difference, fit.Q_difference_dof) == (pytest.approx(6.671445796, rel=PRINTED), 3)
    assert fit.Q_difference_pvalue == pytest.approx(0.08314, abs=5e-6)
    assert fit.tau2 == pytest.approx(0.02076145576, rel=PRINTED)
    assert fit.tau2_standard == pytest.approx(0.01740199502, rel=PRINTED)
    assert (fit.unidentified, fit.bridged, fit.notes) == ((), (), ())


@pytest.mark.parametrize("quantity", EXPECTED)
def test_every_component_agrees_with_metafor(quantity):
    name, _, component = quantity.partition("|")
    *_, method = name.split("_")
    fit = linde(method if method in ("ML", "EE") else "REML")
    if component:
        found = getattr(fit, f"component_{'se' if name.startswith('se') else 'estimate'}")
        found = found[fit.components.index(component)]
    else:
        found = getattr(fit, name.removesuffix(f"_{method}") if method in ("REML", "ML") else name)
    assert found == pytest.approx(EXPECTED[quantity], rel=METAFOR, abs=BOUNDARY)

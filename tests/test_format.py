"""Every measure can be shown to a person."""

from __future__ import annotations

from math import asin, atanh, inf, isnan, log, nan, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaan import effect_sizes
from metaan.effects.measures import MEASURES
from metaan.format import (
    MEASURE_NAMES,
    ONE_GROUP_MEASURES,
    RATIO_MEASURES,
    back_transform,
    effect,
    measure_name,
    null_value,
)

SAME = 1e-12


def test_the_registry_and_the_printed_names_agree():
    assert set(MEASURE_NAMES) == set(MEASURES) | {"HR"}
    assert {name for name, row in MEASURES.items() if row.ratio} | {"HR"} == RATIO_MEASURES
    assert {name for name, row in MEASURES.items() if isnan(row.null)} == ONE_GROUP_MEASURES
    assert measure_name("XX") == "XX"


@pytest.mark.parametrize("name", MEASURES)
def test_no_effect_is_shown_as_its_null(name):
    null = null_value(name)
    if name in ONE_GROUP_MEASURES:
        assert isnan(null)
    else:
        assert back_transform(0.0, name) == null


@pytest.mark.parametrize("name", ["PR", "PLN", "PLO", "PAS"])
def test_a_proportion_comes_back(name):
    found = effect_sizes(name, xi=[3, 20], ni=[11, 21])
    assert [back_transform(y, name) for y in found.yi] == pytest.approx([3 / 11, 20 / 21], rel=SAME)


@given(st.integers(1, 4000), st.data())
def test_a_double_arcsine_comes_back_for_its_size(n, data):
    x = data.draw(st.integers(0, n))
    y = effect_sizes("PFT", xi=[x], ni=[n]).yi[0]
    assert back_transform(y, "PFT", n=n) == pytest.approx(x / n, abs=1e-9)


def test_miller_1978():
    """Events 3, 6, 10, 1 of 11, 17, 21, 6: the mean angle inverted with the harmonic mean of n is 0.3164."""
    n = np.array([11, 17, 21, 6])
    found = effect_sizes("PFT", xi=[3, 6, 10, 1], ni=n)
    assert (2 * found.yi).round(4).tolist() == [1.1391, 1.2888, 1.5253, 0.9515]
    assert (4 * found.vi).round(4).tolist() == [0.0870, 0.0571, 0.0465, 0.1538]
    harmonic = 1 / np.mean(1 / n)
    weights = 1 / found.vi
    pooled = float(weights @ found.yi / weights.sum())
    assert round(back_transform(float(found.yi.mean()), "PFT", n=harmonic), 4) == 0.3164
    assert round(back_transform(pooled, "PFT", n=harmonic), 4) == 0.3595


def test_rates_means_and_correlations_come_back():
    for name in ("IR", "IRLN", "IRS"):
        assert back_transform(effect_sizes(name, xi=[7], ti=[150.5]).yi[0], name) == pytest.approx(7 / 150.5)
    assert back_transform(log(12.2), "MNLN") == pytest.approx(12.2)
    assert back_transform(atanh(-0.6), "ZCOR") == pytest.approx(-0.6)
    assert back_transform(0.3, "AS") == 0.3


def test_beyond_the_ends_of_a_scale():
    assert back_transform(-0.2, "PAS") == 0.0
    assert back_transform(2.0, "PAS") == 1.0
    assert back_transform(asin(sqrt(1 / 11)) / 2, "PFT", n=10) == 0.0
    assert back_transform(pi / 2, "PFT", n=10) == 1.0
    assert back_transform(-0.3, "IRS") == 0.0
    assert back_transform(-inf, "PLO") == pytest.approx(0.0, abs=1e-300)
    assert back_transform(inf, "PLO") == 1.0
    assert back_transform(inf, "ZCOR") == 1.0
    assert isnan(back_transform(nan, "PLO"))


def test_small_shares_and_rates_keep_two_digits():
    assert effect(log(0.0004), "IRLN") == "0.00040"
    assert effect(-6.0, "PLO") == "0.0025"
    assert effect(0.31, "COR") == "0.31"
    assert effect(log(1234.0), "MNLN") == "1,234"

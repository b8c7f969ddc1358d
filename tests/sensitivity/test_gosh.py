"""Subsets of the studies: one at a time in plain Python, what must hold, and what is refused."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest

from metaan import InputError, gosh, pool, pool_many
from metaan.models.tau2 import ESTIMATORS

RNG = np.random.default_rng(20121)
VI = RNG.uniform(0.01, 0.4, 7)
YI = RNG.normal(0.3, 0.5, 7)

SAME = 1e-9
"""Lane by lane as `pool`: relative, and for what may be 0 also absolute on the scale of one."""

FOUR_ERRORS = 4.0
"""A share of n draws lies within so many of its standard errors in all but 6 of 100,000 samples."""


@pytest.mark.parametrize("method", ESTIMATORS)
def test_each_subset_is_a_pool(method):
    found = gosh(YI, VI, method=method)
    place = {tuple(np.flatnonzero(row)): i for i, row in enumerate(found.members)}
    assert len(place) == found.n == found.total == 2**7 - 1
    for size in range(1, 8):
        for inside in combinations(range(7), size):
            i, one = place[inside], pool(YI[list(inside)], VI[list(inside)], method=method)
            assert found.sizes[i] == one.k
            for name in ("estimate", "tau2", "I2", "Q"):
                expected = getattr(one, name)
                assert getattr(found, name)[i] == pytest.approx(expected, rel=SAME, abs=SAME, nan_ok=True)


def test_every_subset_is_there_once_in_binary_order():
    found = gosh(YI, VI, method="EE")
    assert (found.members @ (1 << np.arange(7))).tolist() == list(range(1, 128))
    assert [int((found.sizes == size).sum()) for size in range(1, 8)] == [comb(7, s) for s in range(1, 8)]
    assert not found.sampled


def test_the_last_subset_holds_all_and_each_study_stands_alone():
    found, whole = gosh(YI, VI), pool(YI, VI)
    assert found.estimate[-1] == pytest.approx(whole.estimate, rel=SAME)
    assert found.I2[-1] == pytest.approx(whole.I2, rel=SAME)
    alone = found.sizes == 1
    np.testing.assert_allclose(found.estimate[alone], YI, rtol=1e-12)
    assert np.isnan(found.I2[alone]).all()
    assert np.isnan(found.tau2[alone]).all()
    assert (found.Q[alone] == 0).all()


def test_halves_of_a_common_effect_meet_in_the_whole():
    """Weighted by their precisions, a subset and its complement give the estimate of all studies."""
    found = gosh(YI, VI, method="EE")
    weight = found.members @ (1 / VI)
    rest = found.estimate[:-1][::-1]
    joined = (weight[:-1] * found.estimate[:-1] + weight[:-1][::-1] * rest) / weight[-1]
    np.testing.assert_allclose(joined, found.estimate[-1], rtol=1e-12)


@pytest.mark.parametrize("method", ["EE", "DL", "REML"])
def test_order_sign_and_unit(method):
    found = gosh(YI, VI, method=method)
    turned = gosh(-1e-3 * YI[::-1], 1e-6 * VI[::-1], method=method)
    place = {tuple(row): i for i, row in enumerate(turned.members[:, ::-1].tolist())}
    at = [place[tuple(row)] for row in found.members.tolist()]
    np.testing.assert_allclose(turned.estimate[at], -1e-3 * found.estimate, rtol=SAME, atol=1e-3 * SAME)
    np.testing.assert_allclose(turned.tau2[at], 1e-6 * found.tau2, rtol=SAME, atol=1e-6 * SAME)
    np.testing.assert_allclose(turned.I2[at], found.I2, rtol=SAME, atol=SAME)


def test_equal_studies_have_no_heterogeneity():
    found = gosh([0.2] * 5, [0.1, 0.2, 0.3, 0.4, 0.5], method="EE")
    assert (found.I2[found.sizes > 1] == 0).all()
    np.testing.assert_allclose(found.estimate, 0.2, rtol=1e-12)


def sample(seed=0, n=3000, k=18, **options):
    random = np.random.default_rng(3)
    return gosh(random.normal(0, 0.4, k), random.uniform(0.02, 0.3, k), subsets=n, seed=seed, **options)


def test_a_sample_is_without_replacement_fair_and_that_of_its_seed():
    found = sample()
    assert found.sampled
    assert (found.n, found.total, found.seed) == (3000, 2**18 - 1, 0)
    codes = found.members @ (1 << np.arange(18))
    assert len(set(codes.tolist())) == 3000
    assert codes.min() > 0
    error = 0.5 / np.sqrt(found.n)
    assert np.abs(found.members.mean(0) - 0.5).max() < FOUR_ERRORS * error
    assert np.array_equal(found.members, sample().members)
    assert not np.array_equal(found.members, sample(seed=1).members)


def test_a_sample_holds_the_numbers_of_its_subsets():
    found = sample(n=300)
    random = np.random.default_rng(3)
    y, v = random.normal(0, 0.4, 18), random.uniform(0.02, 0.3, 18)
    y, v = (np.where(found.members, values, np.nan) for values in (y, v))
    other = pool_many(y, v)
    for name in ("estimate", "tau2", "Q"):
        np.testing.assert_allclose(getattr(found, name), getattr(other, name), rtol=SAME, atol=SAME)


def test_nearly_all_subsets_can_be_drawn():
    found = gosh(YI, VI, subsets=126, method="EE")
    assert found.sampled
    assert len({tuple(row) for row in found.members.tolist()}) == 126


def test_more_than_64_studies_can_be_sampled():
    found = sample(n=50, k=80, method="DL")
    assert (found.n, found.total) == (50, 2**80 - 1)
    assert np.isfinite(found.estimate).all()


def test_all_subsets_up_to_15_studies_unless_more_are_asked_for():
    random = np.random.default_rng(5)
    y, v = random.normal(0, 0.4, 16), random.uniform(0.02, 0.3, 16)
    assert gosh(y[:15], v[:15], method="EE").n == 2**15 - 1
    assert gosh(y, v, method="EE").n == 2**15 - 1
    assert gosh(y, v, method="EE", subsets=2**20 - 1).n == 2**16 - 1


def test_nobody_can_change_it():
    found = gosh(YI, VI, method="EE")
    for name in ("members", "sizes", "estimate", "tau2", "I2", "Q"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[0] = 0


REFUSED = {
    "subsets = 0: give a whole number from 1 to 1,048,575": {"subsets": 0},
    "subsets = 1048576: give a whole": {"subsets": 2**20},
    "subsets = True: give a whole": {"subsets": True},
    "seed = -1: give a whole number of 0 or more": {"seed": -1},
    "seed = 0.5: give a whole": {"seed": 0.5},
    "method = 'XX' is not known": {"method": "XX"},
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_asked(said):
    with pytest.raises(InputError, match=said):
        gosh(YI, VI, **REFUSED[said])


def test_one_study_has_no_subsets():
    with pytest.raises(InputError, match="k = 1: subsets are made of at least 2 studies"):
        gosh(YI[:1], VI[:1])
    with pytest.raises(InputError, match="is not positive"):
        gosh(YI, -VI)

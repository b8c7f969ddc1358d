"""Many analyses at once against one at a time."""

from __future__ import annotations

from math import inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import metaan.batch.pool as rooms
from metaan import InputError, pool, pool_many
from metaan.models.tau2 import ESTIMATORS

SAME = 1e-9
"""Row for row; relative to the standard error, and for tau2 to it and a typical variance."""

TESTS = ("z", "t", "hksj", "adhoc")
nan = np.nan


def draw(seed, n, k, *, spread=1.0, absent=0.2, heavy=0.2):
    """Draw n data sets on scales from 1e-5 to 1e5, some with outlying effects, some with absent studies."""
    random = np.random.default_rng(seed)
    scale = 10.0 ** random.uniform(-5, 5, (n, 1))
    v = 0.1 * np.exp(spread * random.standard_normal((n, k)))
    tau2 = random.choice([0, 0.05, 0.5], (n, 1))
    deviations = np.where(
        random.random((n, 1)) < heavy, random.standard_t(2, (n, k)), random.standard_normal((n, k))
    )
    y = (0.5 + deviations * np.sqrt(v + tau2)) * scale
    y[random.random((n, k)) < random.choice([0, absent], (n, 1))] = nan
    return y, v * scale**2


def assert_rows_are_pools(y, v, method, test):
    found = pool_many(y, v, method=method, test=test)
    for i, (yi, vi) in enumerate(zip(y, v, strict=True)):
        here = ~(np.isnan(yi) | np.isnan(vi))
        if not here.any():
            assert not found.converged[i]
            assert np.isnan([found.estimate[i], found.se[i], found.tau2[i], found.Q[i]]).all()
            continue
        one = pool(yi[here], vi[here], method=method, test=test)
        assert found.converged[i]
        assert found.k[i] == one.k
        assert found.Q[i] == pytest.approx(one.Q, rel=SAME, abs=SAME)
        if one.k == 1:
            assert np.array_equal(found.tau2[i], one.tau2, equal_nan=True)
        else:
            assert (found.tau2[i] == 0) == (one.tau2 == 0)
            assert found.tau2[i] == pytest.approx(one.tau2, rel=SAME, abs=SAME * np.median(vi[here]))
        assert found.se[i] == pytest.approx(one.se, rel=SAME)
        assert found.estimate[i] == pytest.approx(one.estimate, rel=SAME, abs=SAME * one.se)


@pytest.mark.parametrize("method", ESTIMATORS)
def test_each_row_is_a_pool(method):
    """20,000 data sets over all methods and tests."""
    for j, (k, spread) in enumerate([(2, 1), (3, 1), (5, 0.3), (13, 1), (13, 2), (40, 1)]):
        for test in TESTS:
            y, v = draw(j + 10 * TESTS.index(test), 70, k, spread=spread)
            assert_rows_are_pools(y, v, method, test)


def test_several_modes_are_compared():
    """Cauchy effects of very unequal precision: about one likelihood in ten has more than one mode."""
    random = np.random.default_rng(3)
    v = 0.1 * np.exp(2 * random.standard_normal((1500, 6)))
    y = random.standard_cauchy(v.shape) * np.sqrt(v)
    for method in ("REML", "ML"):
        assert_rows_are_pools(y, v, method, "z")


@st.composite
def tables(draw_):
    n, k = draw_(st.integers(1, 5)), draw_(st.integers(1, 6))
    effects = st.floats(-5, 5) | st.just(nan)
    variances = st.floats(1e-3, 10) | st.just(nan)
    y = [[draw_(effects) for _ in range(k)] for _ in range(n)]
    v = [[draw_(variances) for _ in range(k)] for _ in range(n)]
    return np.array(y), np.array(v)


@settings(deadline=None, max_examples=60)
@given(table=tables(), method=st.sampled_from(list(ESTIMATORS)), test=st.sampled_from(TESTS))
def test_absent_studies_in_any_pattern(table, method, test):
    assert_rows_are_pools(*table, method, test)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    method=st.sampled_from(list(ESTIMATORS)),
    scale=st.floats(-6, 6),
)
def test_units_do_not_matter(seed, method, scale):
    c = 10.0**scale
    y, v = draw(seed, 20, 7)
    one, other = pool_many(y, v, method=method), pool_many(c * y, c * c * v, method=method)
    np.testing.assert_allclose(other.tau2, c * c * one.tau2, rtol=SAME, atol=SAME * c * c * np.nanmin(v))
    np.testing.assert_allclose(other.se, c * one.se, rtol=SAME)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), method=st.sampled_from(list(ESTIMATORS)))
def test_neighbours_do_not_matter(seed, method):
    """A lane alone and among others, of which some cannot be estimated, gives the same bits."""
    y, v = draw(seed, 12, 6)
    ruined, variances = y.copy(), v.copy()
    ruined[1], variances[3], ruined[5, 2], variances[7, 1] = nan, 0.0, inf, -1.0
    among = pool_many(ruined, variances, method=method)
    for i in (0, 2, 4, 6, 8, 10):
        alone = pool_many(y[i : i + 1], v[i : i + 1], method=method)
        for name in ("estimate", "se", "tau2", "Q"):
            np.testing.assert_allclose(getattr(among, name)[i], getattr(alone, name)[0], rtol=1e-12)


@pytest.mark.parametrize("method", ["DL", "REML", "PM"])
def test_threads_do_not_matter(method, monkeypatch):
    """The same bits from one thread and from several, lanes that cannot be estimated among them."""
    monkeypatch.setattr(rooms, "CELLS", 2_000)
    monkeypatch.setattr(rooms, "MORE_CELLS", 2_000)
    y, v = draw(5, 5_000, 6)
    v[7, 2], y[4_000] = -1.0, inf
    found = []
    for processors in (1, 2, 5):
        monkeypatch.setattr(rooms, "_processors", lambda count=processors: count)
        found.append(pool_many(y, v, method=method, test="hksj"))
    for name in ("estimate", "se", "tau2", "Q", "k", "converged"):
        one = getattr(found[0], name).tobytes()
        assert all(getattr(other, name).tobytes() == one for other in found[1:])
    assert found[0].converged.sum() == np.count_nonzero(found[0].k > 0)


def test_a_fault_in_a_thread_is_not_lost(monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(rooms, "CELLS", 2_000)
    monkeypatch.setattr(rooms, "_processors", lambda: 2)
    monkeypatch.setattr(rooms, "_pool_block", fail)
    with pytest.raises(MemoryError):
        pool_many(*draw(5, 5_000, 6), method="DL")


BROKEN = {
    "no study": ([nan, nan, nan], [1, 1, 1]),
    "a negative variance": ([1, 2, 3], [1, -1, 1]),
    "a variance of zero": ([1, 2, 3], [1, 0, 1]),
    "an infinite variance": ([1, 2, 3], [1, inf, 1]),
    "an infinite effect": ([1, inf, 3], [1, 1, 1]),
    "minus infinity first": ([-inf, 2, 3], [1, 1, 1]),
    "only the variances": ([nan, nan, nan], [nan, 1, nan]),
    "too far apart": ([1, 2, 3], [1e-200, 1, 1e200]),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("method", ESTIMATORS)
def test_a_lane_that_cannot_be_estimated(name, method):
    y = [[0.1, 0.9, 0.5], BROKEN[name][0], [0.2, nan, nan]]
    v = [[0.04, 0.05, 0.06], BROKEN[name][1], [0.3, 1, 1]]
    found = pool_many(y, v, method=method, test="hksj")
    assert found.converged.tolist() == [True, False, True]
    for values in (found.estimate, found.se, found.tau2, found.Q, found.dof, found.pvalue, found.ci_low):
        assert np.isnan(values[1])
    one = pool(y[0], v[0], method=method)
    assert found.estimate[0] == pytest.approx(one.estimate, rel=SAME)
    assert found.ci_high[0] == pytest.approx(one.ci[1], rel=SAME)


def test_the_test_and_its_interval():
    y, v = draw(8, 60, 6, absent=0.5)
    for test in TESTS:
        found = pool_many(y, v, test=test, level=0.9)
        for i in np.flatnonzero(found.converged):
            here = ~np.isnan(y[i])
            one = pool(y[i][here], v[i][here], test=test, level=0.9)
            assert found.dof[i] == one.dof
            assert (found.ci_low[i], found.ci_high[i]) == pytest.approx(one.ci, rel=1e-8, abs=1e-8 * one.se)
            assert found.pvalue[i] == pytest.approx(one.pvalue, rel=1e-8)
            reference = stats.norm() if np.isinf(one.dof) else stats.t(one.dof)
            assert found.pvalue[i] == pytest.approx(2 * reference.sf(abs(found.statistic[i])), rel=1e-7)


def test_equal_effects_have_no_spread():
    found = pool_many([[0.1, 0.1, 0.1]], [[0.02, 0.07, 0.3]], test="hksj")
    assert (found.tau2[0], found.Q[0], found.se[0]) == (0.0, 0.0, 0.0)
    assert np.isnan(found.statistic[0])


@pytest.mark.parametrize("method", ["EE", "DL", "REML", "PM"])
def test_one_study_far_more_precise_than_the_rest(method):
    assert_rows_are_pools(
        np.array([[0.1, 0.9, 0.5], [1e6, 1e6 + 1e-3, 1e6 - 2e-3], [0.3, 1e4, -2.0]]),
        np.array([[1e-14, 0.05, 0.06], [1e-6, 2e-6, 3e-6], [0.1, 1e9, 0.2]]),
        method,
        "z",
    )


def test_blocks_join_without_a_seam():
    y, v = draw(4, 40_000, 3)
    whole = pool_many(y, v, method="DL")
    parts = [pool_many(y[i : i + 9_999], v[i : i + 9_999], method="DL") for i in range(0, 40_000, 9_999)]
    np.testing.assert_allclose(whole.tau2, np.concatenate([x.tau2 for x in parts]), rtol=1e-13)


def test_whatever_numpy_takes():
    y, v = draw(9, 30, 4)
    expected = pool_many(y, v)
    for form in (
        (y.tolist(), v.tolist()),
        (pd.DataFrame(y), pd.DataFrame(v)),
        (np.asfortranarray(y), v[::-1][::-1]),
        (np.ma.masked_invalid(y), v),
        (y.astype(object), v),
    ):
        np.testing.assert_allclose(pool_many(*form).tau2, expected.tau2, rtol=1e-12)
    small = pool_many([[0, 1, 2]], np.float32([[1, 1, 2]]))
    assert small.Q[0] == pytest.approx(pool([0, 1, 2], [1, 1, 2]).Q)
    missing = pool_many([[0.1, None, 0.4]], [[0.1, None, 0.2]])
    assert missing.k.tolist() == [2]


def test_the_input_stays_as_it_was_and_the_result_cannot_be_changed():
    y, v = draw(1, 50, 5)
    before = y.copy(), v.copy()
    found = pool_many(y, v)
    np.testing.assert_array_equal((y, v), before)
    with pytest.raises(ValueError, match="read-only"):
        found.estimate[0] = 1


def test_no_analysis_and_no_study():
    assert len(pool_many(np.empty((0, 3)), np.empty((0, 3))).estimate) == 0
    found = pool_many(np.empty((2, 0)), np.empty((2, 0)))
    assert found.converged.tolist() == [False, False]
    assert np.isnan(found.ci_low).all()


@pytest.mark.parametrize(
    ("y", "v", "options", "message"),
    [
        ([0.1, 0.2], [0.1, 0.2], {}, "yi has 1 dimensions in place of 2"),
        ([[0.1, 0.2]], [[0.1]], {}, r"shape \(1, 2\) and vi has \(1, 1\)"),
        ([["a", "b"]], [[0.1, 0.2]], {}, "yi holds str"),
        ([[0.1, "b"]], [[0.1, 0.2]], {}, "yi holds str"),
        ([[0.1, object()]], [[0.1, 0.2]], {}, "yi is not a table of numbers"),
        ([[0.1, 0.2], [0.1]], [[0.1, 0.2], [0.1]], {}, "yi is not a table of numbers"),
        ([[0.1 + 1j]], [[0.1]], {}, "yi holds complex"),
        ([[True]], [[0.1]], {}, "yi holds bool"),
        ([[0.1]], [[0.1]], {"method": "GENQ"}, "method = 'GENQ' is not known"),
        ([[0.1]], [[0.1]], {"test": "knha"}, "test = 'knha' is not known"),
        ([[0.1]], [[0.1]], {"level": 95}, "level = 95"),
    ],
)
def test_bad_input(y, v, options, message):
    with pytest.raises(InputError, match=message):
        pool_many(y, v, **options)

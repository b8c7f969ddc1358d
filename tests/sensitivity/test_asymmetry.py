"""Tests of small-study effects: what is chosen, what is refused, what must hold."""

from __future__ import annotations

from itertools import permutations
from math import isnan

import numpy as np
import pytest
from scipy.stats import kendalltau

from metaan import InputError, asymmetry, effect_sizes, small_study_test
from metaan.sensitivity.rank import exact_pvalue, rank_correlation

RNG = np.random.default_rng(5)
K = 14
VI = RNG.uniform(0.01, 0.5, K)
YI = RNG.normal(0.3, np.sqrt(VI))
CELLS = {
    "n1i": RNG.integers(40, 200, K).astype(float),
    "n2i": RNG.integers(40, 200, K).astype(float),
    "ai": RNG.integers(3, 20, K).astype(float),
    "ci": RNG.integers(3, 20, K).astype(float),
}
SIZES = {name: CELLS[name] for name in ("n1i", "n2i")}
EVERY = ("egger", "regression", "thompson", "begg", "harbord", "peters", "rucker", "macaskill", "pustejovsky")


def wide(tau):
    vi = effect_sizes("OR", **CELLS).vi
    return np.random.default_rng(1).normal(0, tau, K), vi


CHOICES = [
    ("OR", CELLS, wide(0.0), "harbord"),
    ("OR", CELLS, wide(3.0), "rucker"),
    ("OR", None, wide(0.0), "egger"),
    ("OR", SIZES, wide(0.0), "egger"),
    ("RR", CELLS, (YI, VI), "egger"),
    ("SMD", SIZES, (YI, VI), "pustejovsky"),
    ("SMD", None, (YI, VI), "egger"),
    ("MD", SIZES, (YI, VI), "egger"),
    ("", None, (YI, VI), "egger"),
]


@pytest.mark.parametrize(("measure", "cells", "effects", "chosen"), CHOICES)
def test_the_measure_chooses(measure, cells, effects, chosen):
    found = asymmetry(*effects, measure=measure, cells=cells)
    assert found.chosen == chosen
    assert found.main.name == chosen
    assert found.reason.endswith(".")


def test_each_measure_gets_the_tests_that_fit_it():
    names = {
        measure: [test.name for test in asymmetry(*wide(0), measure=measure, cells=CELLS).tests]
        for measure in ("OR", "RR", "SMD", "MD")
    }
    general = ["egger", "regression", "thompson", "begg"]
    assert names["OR"] == [*general, "harbord", "peters", "rucker", "macaskill"]
    assert names["RR"] == [*general, "rucker", "macaskill"]
    assert names["SMD"] == [*general, "macaskill", "pustejovsky"]
    assert names["MD"] == [*general, "macaskill"]


def test_what_is_hard_to_judge_is_said():
    assert "hardly been studied" in asymmetry(YI, VI, measure="RR").notes[0]
    assert "artefact" in asymmetry(YI, VI, measure="PLO").notes[0]
    assert asymmetry(YI, VI, measure="MD").notes == ()


def test_below_ten_studies_it_takes_force():
    with pytest.raises(InputError, match=r"k = 9: asymmetry cannot be judged below 10 studies; force=True"):
        asymmetry(YI[:9], VI[:9])
    assert asymmetry(YI[:9], VI[:9], force=True).notes == ("k < 10, asymmetry cannot be judged",)
    found = small_study_test("egger", YI[:9], VI[:9], force=True)
    assert found.notes == ("k < 10, asymmetry cannot be judged",)
    with pytest.raises(InputError, match=r"k = 2: .* give more studies"):
        asymmetry(YI[:2], VI[:2], force=True)


REFUSED = [
    ("eggers", {}, "test = 'eggers' is not known; the tests are egger, regression"),
    ("harbord", {}, "harbord needs ai, n1i, ci and n2i"),
    ("harbord", {"cells": SIZES}, "harbord needs ai"),
    ("macaskill", {}, "macaskill needs n1i and n2i"),
    ("peters", {"cells": {**CELLS, "ai": [1.0]}}, "ai has 1 values and there are 14 effects"),
    ("peters", {"cells": {**CELLS, "ai": CELLS["n1i"] + 1}}, "must lie between 0 and the participants"),
    ("peters", {"cells": {**CELLS, "n1i": np.zeros(K)}}, "must be positive"),
]


@pytest.mark.parametrize(("test", "options", "message"), REFUSED)
def test_what_cannot_be_asked(test, options, message):
    with pytest.raises(InputError, match=message):
        small_study_test(test, YI, VI, **options)


def test_studies_of_one_size_are_no_answer():
    same = {**CELLS, "n1i": np.full(K, 100.0), "n2i": np.full(K, 100.0)}
    for test in ("egger", "regression", "begg"):
        found = small_study_test(test, YI, np.full(K, 0.1))
        assert isnan(found.statistic)
        assert isnan(found.pvalue)
        assert "the studies do not differ in" in found.notes[-1]
    for test in ("peters", "macaskill", "pustejovsky"):
        assert isnan(small_study_test(test, YI, VI, cells=same).pvalue)


def test_a_straight_line_is_no_test():
    found = small_study_test("egger", 2 * np.sqrt(VI) + 1, VI)
    assert isnan(found.se)
    assert "straight line" in found.notes[0]


def test_tables_of_one_outcome_carry_nothing():
    cells = {**CELLS, "ai": CELLS["ai"].copy(), "ci": CELLS["ci"].copy()}
    cells["ai"][0] = cells["ci"][0] = 0
    whole = small_study_test("harbord", YI, VI, cells=cells)
    less = small_study_test("harbord", YI[1:], VI[1:], cells={n: x[1:] for n, x in CELLS.items()})
    assert whole.statistic == pytest.approx(less.statistic, rel=1e-12)
    assert whole.notes == ("1 study without events, or with events only, carry nothing here",)


@pytest.mark.parametrize("test", EVERY)
def test_order_and_sign_and_unit(test):
    found = small_study_test(test, YI, VI, cells=CELLS)
    order = np.random.default_rng(2).permutation(K)
    shuffled = small_study_test(
        test, YI[order], VI[order], cells={name: x[order] for name, x in CELLS.items()}
    )
    swapped = {"n1i": CELLS["n2i"], "n2i": CELLS["n1i"], "ai": CELLS["ci"], "ci": CELLS["ai"]}
    mirrored = small_study_test(test, -YI, VI, cells=swapped)
    scaled = small_study_test(test, YI * 1e-7, VI * 1e-14, cells=CELLS)
    assert shuffled.statistic == pytest.approx(found.statistic, rel=1e-9)
    assert mirrored.statistic == pytest.approx(-found.statistic, rel=1e-9)
    assert scaled.statistic == pytest.approx(found.statistic, rel=1e-9)


def test_shifting_every_effect_changes_nothing():
    for test in ("egger", "regression", "thompson", "begg", "peters", "macaskill", "pustejovsky"):
        one = small_study_test(test, YI, VI, cells=CELLS)
        other = small_study_test(test, YI + 1000, VI, cells=CELLS)
        assert other.statistic == pytest.approx(one.statistic, rel=1e-7)


def test_thompson_without_heterogeneity_is_the_weighted_regression_of_the_common_effect():
    common = small_study_test("thompson", YI, VI, method="EE")
    w = 1 / VI
    x = np.sqrt(VI)
    centred = x - np.average(x, weights=w)
    assert common.estimate == pytest.approx(float((w * centred) @ YI / ((w * centred) @ centred)), rel=1e-10)
    assert common.se == pytest.approx(float(((w * centred) @ centred) ** -0.5), rel=1e-10)


@pytest.mark.parametrize("k", [3, 4, 5, 6])
def test_the_exact_distribution_counts_every_order(k):
    def score(order):
        return sum(1 if order[j] > order[i] else -1 for i in range(k) for j in range(i + 1, k))

    scores = [score(order) for order in permutations(range(k))]
    for S in set(scores):
        low = sum(s <= S for s in scores) / len(scores)
        high = sum(s >= S for s in scores) / len(scores)
        assert exact_pvalue(S, k) == pytest.approx(min(1, 2 * min(low, high)), abs=1e-12)


@pytest.mark.parametrize("k", [5, 20, 60])
def test_kendall_against_scipy(k):
    rng = np.random.default_rng(k)
    x, y = rng.normal(size=k), rng.normal(size=k)
    found = rank_correlation(x, y)
    exact = kendalltau(x, y, method="exact")
    assert (found.tau, found.pvalue) == pytest.approx((exact.statistic, exact.pvalue), rel=1e-9)
    tied = np.round(x), np.round(y)
    found, normal = rank_correlation(*tied), kendalltau(*tied, method="asymptotic")
    assert (found.tau, found.pvalue) == pytest.approx((normal.statistic, normal.pvalue), rel=1e-9)
    assert found.how == "ties"

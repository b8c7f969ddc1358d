"""What must hold for the hat matrix, the contributions and the ranks of every network."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan import contributions, hat_matrix, network, p_scores, rankogram

RTOL = 1e-7
"""Sums in another order differ in the last digits, and tau2 carries them on."""

SIGMAS = 6
"""A share of draws leaves its probability by so many standard errors once in 500 million times."""

SAMPLES = 4000
METHODS = st.sampled_from(["shortestpath", "randomwalk"])
SOURCES = st.sampled_from(["comparisons", "studies"])
MODELS = st.sampled_from(["random", "common"])

small = settings(max_examples=40, deadline=None)


@st.composite
def arm_tables(draw, *, treatments=6, max_studies=9):
    """Draw studies as (treatment, mean, variance) of their arms; the network may fall apart."""
    studies = []
    for _ in range(draw(st.integers(1, max_studies))):
        arms = draw(st.lists(st.sampled_from("ABCDEF"[:treatments]), min_size=2, max_size=4, unique=True))
        means = draw(st.lists(st.floats(-3, 3), min_size=len(arms), max_size=len(arms)))
        variances = draw(st.lists(st.floats(0.01, 2), min_size=len(arms), max_size=len(arms)))
        studies.append(list(zip(arms, means, variances, strict=True)))
    return studies


def as_rows(studies, scale=1.0):
    rows = []
    for number, arms in enumerate(studies):
        for i, (one, mean1, var1) in enumerate(arms):
            for two, mean2, var2 in arms[i + 1 :]:
                difference, se = scale * (mean1 - mean2), scale * np.sqrt(var1 + var2)
                rows.append((f"s{number}", one, two, difference, se))
    return rows


def fit_rows(rows, **options):
    return network(*(list(column) for column in zip(*rows, strict=True)), **options)


def as_mapping(found):
    return {
        (pair, source): share
        for pair, row in zip(found.pairs, found.shares.tolist(), strict=True)
        for source, share in zip(found.sources, row, strict=True)
    }


def assert_same(one, two):
    left, right = as_mapping(one), as_mapping(two)
    assert left.keys() == right.keys()
    values = [[found[key] for key in left] for found in (left, right)]
    np.testing.assert_allclose(*values, rtol=RTOL, atol=1e-6)


@small
@given(arm_tables(), METHODS, SOURCES, MODELS)
def test_rows_sum_to_one_and_shares_are_shares(studies, method, of, model):
    found = contributions(fit_rows(as_rows(studies)), of=of, method=method, model=model)
    np.testing.assert_allclose(found.shares.sum(axis=1), 1.0, atol=1e-12)
    assert found.shares.min() >= 0
    assert ((found.proportion_direct >= 0) & (found.proportion_direct <= 1)).all()


@small
@given(arm_tables(), MODELS)
def test_direct_estimates_make_up_the_networks(studies, model):
    fit = fit_rows(as_rows(studies))
    hat = hat_matrix(fit, model=model)
    estimate = fit.estimate if model == "random" else fit.common_estimate
    places = [(fit.treatments.index(one), fit.treatments.index(two)) for one, two in hat.pairs]
    expected = [estimate[place] for place in places]
    np.testing.assert_allclose(hat.values @ hat.direct, expected, rtol=1e-9, atol=1e-9)


@small
@given(arm_tables(), MODELS)
def test_every_row_is_a_flow_of_one(studies, model):
    fit = fit_rows(as_rows(studies))
    hat = hat_matrix(fit, model=model)
    for (source, sink), row in zip(hat.pairs, hat.values, strict=True):
        net = dict.fromkeys(fit.treatments, 0.0)
        for (one, two), flow in zip(hat.comparisons, row.tolist(), strict=True):
            net[one] += flow
            net[two] -= flow
        expected = {name: float(name == source) - float(name == sink) for name in fit.treatments}
        np.testing.assert_allclose(list(net.values()), list(expected.values()), atol=1e-9)


@small
@given(arm_tables(), METHODS, SOURCES, st.randoms(use_true_random=False))
def test_reference_and_order_of_studies_and_arms_change_nothing(studies, method, of, random):
    plain = fit_rows(as_rows(studies))
    rows = [
        (study, two, one, -y, se) if random.random() < 0.5 else (study, one, two, y, se)
        for study, one, two, y, se in as_rows(studies)
    ]
    random.shuffle(rows)
    shuffled = fit_rows(rows, reference=random.choice(plain.treatments))
    options = {"method": method, "of": of, "model": "common"}
    assert_same(contributions(plain, **options), contributions(shuffled, **options))


@small
@given(arm_tables(), METHODS, st.sampled_from([1e-4, 1e-2, 0.3, 7.0, 1e4]))
def test_unit_of_measurement_changes_nothing(studies, method, scale):
    options = {"method": method, "of": "studies", "model": "common"}
    plain, scaled = fit_rows(as_rows(studies)), fit_rows(as_rows(studies, scale))
    assert_same(contributions(plain, **options), contributions(scaled, **options))


@small
@given(arm_tables(), MODELS)
def test_names_of_treatments_do_not_change_a_random_walk(studies, model):
    mirror = dict(zip("ABCDEF", "FEDCBA", strict=True))
    renamed = [[(mirror[arm], *rest) for arm, *rest in arms] for arms in studies]
    options = {"method": "randomwalk", "of": "studies", "model": model}
    one = as_mapping(contributions(fit_rows(as_rows(studies)), **options))
    two = as_mapping(contributions(fit_rows(as_rows(renamed)), **options))
    for ((first, second), source), share in two.items():
        np.testing.assert_allclose(one[(mirror[second], mirror[first]), source], share, rtol=1e-5, atol=1e-5)


@small
@given(arm_tables(), st.sampled_from(["desirable", "undesirable"]), MODELS, st.integers(0, 2**32))
def test_ranks_add_up_and_sucra_is_the_p_score(studies, small_values, model, seed):
    fit = fit_rows(as_rows(studies))
    ranks = rankogram(
        fit, small_values=small_values, model=model, rng=np.random.default_rng(seed), samples=SAMPLES
    )
    n = len(ranks.treatments)
    for axis in (0, 1):
        np.testing.assert_allclose(ranks.probabilities.sum(axis=axis), 1.0, atol=1e-9)
    np.testing.assert_allclose(ranks.sucra, (n - ranks.mean_rank) / (n - 1), atol=1e-9)
    np.testing.assert_allclose(ranks.sucra.mean(), 0.5, atol=1e-9)
    assert (ranks.rank_low <= ranks.median_rank).all()
    assert (ranks.median_rank <= ranks.rank_high).all()
    scores = p_scores(fit, small_values=small_values, model=model)
    expected = [scores[treatment] for treatment in ranks.treatments]
    np.testing.assert_allclose(ranks.sucra, expected, atol=SIGMAS * 0.5 / SAMPLES**0.5)

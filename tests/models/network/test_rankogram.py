"""Rankograms, and ranks with their uncertainty beside them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from metaan import InputError, network, p_scores, rank_table, rankogram
from metaan.models.network import rankogram as room

PAIR = (["s", "t"], ["A", "A"], ["B", "B"], [1.0, 5.0], [0.5, 0.5])
TRIANGLE = (list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.4, 0.5, 0.6])

SAMPLES = 100_000
SIMULATION = 5 * 0.5 / SAMPLES**0.5
"""Five standard errors of a share of draws."""


def ranks_of(data, *, seed=1, samples=SAMPLES, fit=None, **options):
    words = {"small_values": "undesirable", **options}
    return rankogram(fit or network(*data), rng=np.random.default_rng(seed), samples=samples, **words)


@pytest.mark.parametrize(("model", "se"), [("common", 0.125**0.5), ("random", 2.0)])
@pytest.mark.parametrize("small_values", ["desirable", "undesirable"])
def test_two_treatments_share_one_probability(model, se, small_values):
    ranks = ranks_of(PAIR, model=model, small_values=small_values)
    better = norm.cdf(3 / se) if small_values == "undesirable" else norm.sf(3 / se)
    expected = [[better, 1 - better], [1 - better, better]]
    np.testing.assert_allclose(ranks.probabilities, expected, atol=SIMULATION)
    np.testing.assert_array_equal(ranks.sucra, ranks.probabilities[:, 0])


def test_three_treatments_have_the_probabilities_of_an_orthant():
    fit = network(*TRIANGLE)
    ranks = ranks_of(TRIANGLE, fit=fit)
    v = fit.se**2
    for i, (j, k) in enumerate([(1, 2), (0, 2), (0, 1)]):
        between = (v[i, j] + v[i, k] - v[j, k]) / 2
        covariance = [[v[i, j], between], [between, v[i, k]]]
        mean = fit.estimate[i, [j, k]]
        best = multivariate_normal.cdf(mean, cov=covariance)
        worst = multivariate_normal.cdf(-mean, cov=covariance)
        np.testing.assert_allclose(ranks.probabilities[i], [best, 1 - best - worst, worst], atol=SIMULATION)


def test_the_same_seed_gives_the_same_bytes_however_the_draws_are_cut(monkeypatch):
    fit = network(*TRIANGLE)
    one, two = (ranks_of(None, fit=fit, samples=1000) for _ in range(2))
    monkeypatch.setattr(room, "CHUNK", 7)
    three = ranks_of(None, fit=fit, samples=1000)
    other = ranks_of(None, fit=fit, samples=1000, seed=2)
    assert one.probabilities.tobytes() == two.probabilities.tobytes() == three.probabilities.tobytes()
    assert one.probabilities.tobytes() != other.probabilities.tobytes()


def test_interval_median_and_mean_follow_from_the_probabilities():
    ranks = ranks_of(TRIANGLE, level=0.8)
    np.testing.assert_allclose(ranks.cumulative, np.cumsum(ranks.probabilities, axis=1), atol=1e-12)
    assert (ranks.cumulative[:, -1] == 1).all()
    for row in range(3):
        drawn = np.repeat([1, 2, 3], np.rint(ranks.probabilities[row] * SAMPLES).astype(int))
        low, middle, high = np.quantile(drawn, [0.1, 0.5, 0.9], method="inverted_cdf")
        assert (ranks.rank_low[row], ranks.median_rank[row], ranks.rank_high[row]) == (low, middle, high)
        assert ranks.mean_rank[row] == pytest.approx(drawn.mean())
    assert ranks.level == 0.8


def test_level_is_the_networks_unless_told_otherwise():
    assert ranks_of(None, fit=network(*PAIR, level=0.9), samples=10).level == 0.9


def test_treatments_that_come_out_equal_share_their_ranks():
    counts = room._count_ranks(np.array([[1.0, 2.0, 1.0], [3.0, 2.0, 1.0]]))
    np.testing.assert_array_equal(counts, [[1, 0.5, 0.5], [1, 1, 0], [0, 0.5, 1.5]])


def test_variances_that_leave_nothing_to_chance_are_no_obstacle():
    """B and C differ from A by the very same draw; rounding decides whether the matrix is definite."""
    se = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    for base in range(3):
        root = room._root(se, base)
        against = np.delete(se[:, base], base) ** 2
        np.testing.assert_allclose(np.diag(root @ root.T), against, atol=1e-12)


def test_only_one_component_is_ranked_and_the_others_are_named():
    data = (list("stu"), ["A", "X", "Y"], ["B", "Y", "Z"], [1.0, 2.0, 1.0], [1.0, 1.0, 1.0])
    largest = ranks_of(data, samples=10)
    assert largest.treatments == ("X", "Y", "Z")
    assert largest.notes[0].endswith("A, B")
    chosen = ranks_of(None, fit=network(*data, reference="B"), samples=10)
    assert chosen.treatments == ("A", "B")
    assert chosen.notes[0].endswith("X, Y, Z")


def test_every_rank_stands_beside_its_uncertainty():
    fit = network(*TRIANGLE)
    ranks = ranks_of(None, fit=fit)
    table = rank_table(fit, ranks)
    scores = p_scores(fit, small_values="undesirable")
    assert [row.treatment for row in table] == sorted(scores, key=scores.get, reverse=True)
    for row in table:
        i = ranks.treatments.index(row.treatment)
        assert row.p_score == scores[row.treatment]
        assert (row.sucra, row.best) == (ranks.sucra[i], ranks.probabilities[i, 0])
        assert row.rank_low <= row.median_rank <= row.rank_high


def test_ranks_say_when_the_common_effect_model_stands_in():
    told = "τ² cannot be estimated from these studies: the estimates are those of the common-effect model"
    line = (["s", "t"], ["A", "B"], ["B", "C"], [1.0, 2.0], [0.5, 0.5])
    assert ranks_of(line, samples=10).notes == (told,)
    assert ranks_of(line, samples=10, model="common").notes == ()
    assert ranks_of(PAIR, samples=10).notes == ()


def test_a_rankogram_of_another_network_is_refused():
    with pytest.raises(InputError, match="'C', which this network does not have"):
        rank_table(network(*PAIR), ranks_of(TRIANGLE, samples=10))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rng": 1}, r"rng = 1 is not a generator .* give numpy\.random\.default_rng\(seed\)"),
        ({"samples": 0}, "samples = 0 is not a number of draws"),
        ({"samples": 1.5}, "samples = 1.5 is not"),
        ({"samples": True}, "samples = True is not"),
        ({"small_values": "good"}, "give 'desirable' or"),
        ({"model": "fixed"}, "give 'random' or"),
        ({"level": 1.0}, "level"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong, said):
    options = {"small_values": "desirable", "rng": np.random.default_rng(1), "samples": 10, **wrong}
    with pytest.raises(InputError, match=said):
        rankogram(network(*PAIR), **options)

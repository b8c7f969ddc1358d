"""P-scores, and the probability of beating a reference."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from metaan import InputError, better_than, network, p_scores

PAIR = (["s", "t"], ["A", "A"], ["B", "B"], [1.0, 5.0], [0.5, 0.5])


@pytest.mark.parametrize(("model", "se"), [("common", 0.125**0.5), ("random", 2.0)])
def test_two_treatments_share_one_probability(model, se):
    fit = network(*PAIR)
    scores = p_scores(fit, small_values="undesirable", model=model)
    assert scores == pytest.approx({"A": norm.cdf(3 / se), "B": norm.sf(3 / se)})


def test_treatments_of_another_component_do_not_compete():
    fit = network(["s", "t"], ["A", "X"], ["B", "Y"], [1.0, 2.0], [1.0, 1.0])
    scores = p_scores(fit, small_values="desirable")
    expected = {"A": norm.cdf(-1), "B": norm.cdf(1), "X": norm.cdf(-2), "Y": norm.cdf(2)}
    assert scores == pytest.approx(expected)


@pytest.mark.parametrize("words", [{"small_values": "good"}, {"small_values": "desirable", "model": "fixed"}])
def test_another_word_is_refused_with_the_choices(words):
    with pytest.raises(InputError, match=r"give 'desirable' or|give 'random' or"):
        p_scores(network(*PAIR), **words)


def test_there_is_no_default_direction():
    with pytest.raises(TypeError):
        p_scores(network(*PAIR))


def test_a_margin_must_be_beaten():
    fit = network(*PAIR)
    scores = p_scores(fit, small_values="undesirable", model="common", margin=2.5)
    se = 0.125**0.5
    assert scores == pytest.approx({"A": norm.cdf(0.5 / se), "B": norm.cdf(-5.5 / se)})


def test_no_margin_is_a_margin_of_0():
    fit = network(*PAIR)
    words = {"small_values": "desirable"}
    assert p_scores(fit, **words) == p_scores(fit, **words, margin=0.0)


@pytest.mark.parametrize(("small_values", "sign"), [("desirable", -1), ("undesirable", 1)])
def test_better_than_a_reference_by_a_margin(small_values, sign):
    (row,) = better_than(network(*PAIR), "B", small_values=small_values, margin=1.0)
    assert (row.treatment, row.reference, row.margin) == ("A", "B", 1.0)
    assert (row.small_values, row.model) == (small_values, "random")
    assert (row.effect, row.se) == pytest.approx((3.0, 2.0))
    assert row.probability == pytest.approx(norm.cdf((sign * 3 - 1) / 2))


def test_a_score_is_the_mean_over_the_references():
    fit = network(list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
    words = {"small_values": "desirable", "margin": 0.1}
    beaten = {name: better_than(fit, name, **words) for name in fit.treatments}
    for name, score in p_scores(fit, **words).items():
        chances = [row.probability for rows in beaten.values() for row in rows if row.treatment == name]
        assert score == pytest.approx(sum(chances) / 2)


def test_a_treatment_of_another_component_beats_nothing():
    fit = network(["s", "t"], ["A", "X"], ["B", "Y"], [1.0, 2.0], [1.0, 1.0])
    rows = {row.treatment: row for row in better_than(fit, "A", small_values="desirable")}
    assert rows["B"].notes == ()
    assert np.isnan([rows["X"].effect, rows["X"].se, rows["X"].probability]).all()
    assert rows["X"].notes == ("the network does not connect it with the reference",)


@pytest.mark.parametrize("margin", [-0.1, float("nan"), float("inf"), "0.1", None])
def test_a_margin_that_is_no_difference_is_refused(margin):
    with pytest.raises(InputError, match="is not a difference; give 0 or a positive number"):
        better_than(network(*PAIR), "A", small_values="desirable", margin=margin)


def test_an_unknown_reference_is_refused_with_the_choices():
    with pytest.raises(InputError, match=r"reference = 'Z' is not a treatment .* give one of 'A', 'B'"):
        better_than(network(*PAIR), "Z", small_values="desirable")

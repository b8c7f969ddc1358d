"""P-scores."""

from __future__ import annotations

import pytest
from scipy.stats import norm

from metaan import InputError, network, p_scores

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

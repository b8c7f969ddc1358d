"""The hat matrix, contributions, and judgements carried through them."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import InputError, contribution_by_judgement, contributions, hat_matrix, network, split_nodes
from metaan.models.network.streams import random_walk, shortest_paths

CLOSED = 1e-12

TRIANGLE = (list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
STAR = (list("abc"), list("ABC"), list("PPP"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])

# No three independent arms have these standard errors: B – C is nearly as wide as the way round A.
UPHILL = (
    ["m", "m", "m", "t"],
    ["A", "A", "B", "B"],
    ["B", "C", "C", "C"],
    [1.0, 0.5, -0.5, -0.2],
    [1.0, 1.0, 3.9**0.5, 2.0],
)


def test_a_triangle_by_hand():
    """Direct 1/v against 1/(v + v) round the other way."""
    hat = hat_matrix(network(*TRIANGLE), model="common")
    direct, around = 1 / 0.04, 1 / (0.0625 + 0.09)
    share = direct / (direct + around)
    np.testing.assert_allclose(hat.values[0], [share, 1 - share, share - 1], rtol=CLOSED)
    np.testing.assert_allclose(hat.direct, [0.5, 0.45, 0.2], rtol=CLOSED)
    found = contributions(network(*TRIANGLE), model="common")
    np.testing.assert_allclose(found.shares[0], [share, (1 - share) / 2, (1 - share) / 2], rtol=CLOSED)
    assert found.proportion_direct[0] == pytest.approx(share)


@pytest.mark.parametrize("method", ["shortestpath", "randomwalk"])
def test_in_a_star_every_path_is_the_only_one(method):
    found = contributions(network(*STAR), method=method)
    assert found.sources == ("A:P", "B:P", "C:P")
    expected = {("A", "B"): [0.5, 0.5, 0], ("A", "P"): [1, 0, 0], ("B", "C"): [0, 0.5, 0.5]}
    for pair, shares in expected.items():
        np.testing.assert_allclose(found.shares[found.pairs.index(pair)], shares, atol=CLOSED)
    assert dict(zip(found.pairs, found.proportion_direct, strict=True))["A", "B"] == 0
    assert "tau2 cannot be estimated" in found.notes[0]


def test_two_treatments_weigh_their_studies_as_a_pairwise_analysis():
    fit = network(list("abc"), list("AAB"), list("BBA"), [0.1, 0.9, 0.4], [0.1, 0.2, 0.3])
    found = contributions(fit, of="studies")
    weights = 1 / (np.array([0.1, 0.2, 0.3]) ** 2 + fit.tau2)
    assert fit.tau2 > 0
    np.testing.assert_allclose(found.shares, [weights / weights.sum()], rtol=1e-10)


@pytest.mark.parametrize("method", ["shortestpath", "randomwalk"])
def test_components_contribute_nothing_to_one_another(method):
    data = [[*one, *(f"{name}2" for name in one)] for one in TRIANGLE[:3]]
    fit = network(*data, [*TRIANGLE[3]] * 2, [*TRIANGLE[4]] * 2)
    found = contributions(fit, method=method, of="studies")
    alone = contributions(network(*TRIANGLE), method=method, of="studies", model="common")
    assert found.pairs == (
        ("A", "B"),
        ("A", "C"),
        ("A2", "B2"),
        ("A2", "C2"),
        ("B", "C"),
        ("B2", "C2"),
    )
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)
    own = found.shares[[found.pairs.index(pair) for pair in alone.pairs]]
    assert (own[:, 3:] == 0).all()
    assert (found.shares[2, :3] == 0).all()


def test_direct_share_is_the_one_of_the_node_split():
    fit = network(
        ["a", "b", "c", "m", "m", "m"],
        list("ABAAAB"),
        list("BCCBCC"),
        [0.5, 0.2, 0.45, 0.3, 0.9, 0.6],
        [0.2, 0.25, 0.3, 0.3, 0.3, 0.3],
    )
    found = contributions(fit)
    shares = dict(zip(found.pairs, found.proportion_direct, strict=True))
    for row in split_nodes(fit):
        assert shares[row.treat1, row.treat2] == pytest.approx(row.proportion_direct)


@pytest.mark.parametrize("method", ["shortestpath", "randomwalk"])
def test_standard_errors_of_no_independent_arms_are_told(method):
    fit = network(*UPHILL, method="EE")
    hat = hat_matrix(fit)
    expected = [fit.estimate[0, 1], fit.estimate[0, 2], fit.estimate[1, 2]]
    np.testing.assert_allclose(hat.values @ hat.direct, expected, rtol=1e-9)
    for of in ("comparisons", "studies"):
        found = contributions(fit, of=of, method=method)
        np.testing.assert_allclose(found.shares.sum(axis=1), 1)
        assert found.shares.min() >= 0
    assert any(note.startswith("negative weight of m in a comparison") for note in found.notes)


# Two ways from 0 to 3, and a circle 1 -> 2 -> 4 -> 1 that leads nowhere.
EDGES = np.array([[0, 1], [0, 3], [1, 2], [1, 4], [2, 3], [2, 4]])
CIRCLE = np.array([[0.6, 0.4, 0.8, -0.2, 0.6, 0.2]])


@pytest.mark.parametrize("divide", [shortest_paths, random_walk])
def test_circular_flow_contributes_nothing(divide):
    found = divide(CIRCLE, np.array([[0, 3]]), EDGES)
    np.testing.assert_allclose(found, [[0.2, 0.4, 0.2, 0, 0.2, 0]], atol=CLOSED)


def test_of_two_paths_of_one_length_the_earlier_treatments_come_first():
    """Both 0-1-3-5 and 0-2-3-5 want all of 3-5; the one that comes second goes round by 4."""
    edges = np.array([[0, 1], [0, 2], [1, 3], [2, 3], [3, 4], [3, 5], [4, 5]])
    found = shortest_paths(np.full((1, 7), 0.5), np.array([[0, 5]]), edges)
    np.testing.assert_allclose(found, [[1 / 6, 1 / 8, 1 / 6, 1 / 8, 1 / 8, 1 / 6, 1 / 8]], atol=CLOSED)


def test_a_path_may_be_met_again_by_another_way_in():
    """The search comes to 3 by way of 1 until 0-1 is used up, then by way of 2; 3-5 must still be open."""
    edges = np.array([[0, 1], [0, 2], [1, 3], [2, 3], [3, 4], [3, 5], [4, 6], [5, 6]])
    flow = np.array([[0.3, 0.7, 0.3, 0.7, 0.5, 0.5, 0.5, 0.5]])
    found = shortest_paths(flow, np.array([[0, 6]]), edges)
    np.testing.assert_allclose(found, flow / 4, atol=CLOSED)


def test_judgements_are_carried_through():
    found = contributions(network(*TRIANGLE), of="studies", model="common")
    judged = contribution_by_judgement(found, {"c": "high", "a": "low", "b": "high"})
    assert judged.judgements == ("high", "low")
    np.testing.assert_allclose(judged.shares[:, 1], found.shares[:, 0])
    np.testing.assert_allclose(judged.shares.sum(axis=1), 1)
    assert judged.notes == ()


def test_studies_without_a_judgement_are_not_judged_and_named():
    found = contributions(network(*TRIANGLE), of="studies", model="common")
    judged = contribution_by_judgement(found, {"a": "low", "b": "", "z": "high"})
    assert judged.judgements == ("low", "not judged")
    np.testing.assert_allclose(judged.shares[:, 1], found.shares[:, 1:].sum(axis=1))
    assert judged.notes == ("not judged: b, c", "judged, but not a study of this network: z")


def test_comparisons_have_no_judgement():
    with pytest.raises(InputError, match="give those with of='studies'"):
        contribution_by_judgement(contributions(network(*TRIANGLE)), {"a": "low"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"of": "arms"}, "give 'comparisons' or 'studies'"),
        ({"method": "cccp"}, "give 'shortestpath' or 'randomwalk'"),
        ({"model": "fixed"}, "give 'random' or 'common'"),
    ],
)
def test_another_word_is_refused_with_the_choices(words, said):
    with pytest.raises(InputError, match=said):
        contributions(network(*TRIANGLE), **words)

"""What must hold for every network of rare events."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan import network_mantel_haenszel, network_noncentral_hypergeometric, network_penalised

METHODS = [network_mantel_haenszel, network_noncentral_hypergeometric, network_penalised]
LIKELIHOODS = METHODS[1:]

RTOL = 1e-7
"""Sums in another order, and climbs from another side, end in the last digits."""

small = settings(max_examples=40, deadline=None)
by_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)


@st.composite
def counts(draw, *, max_studies=7):
    """Draw arms with few events, zeros and full arms among them; the network may fall apart."""
    rows = []
    for study in range(draw(st.integers(1, max_studies))):
        for arm in draw(st.lists(st.sampled_from("ABCDE"), min_size=2, max_size=4, unique=True)):
            n = draw(st.integers(1, 40))
            events = draw(st.one_of(st.just(0), st.integers(0, min(n, 4)), st.integers(0, n)))
            rows.append((f"s{study}", arm, events, n))
    return rows


def fit_rows(method, rows, **options):
    return method(*(list(column) for column in zip(*rows, strict=True)), **options)


def assert_same(one, two, order=None, sign=1.0):
    order = range(len(one.treatments)) if order is None else order
    block = np.ix_(order, order)
    # next to a separation the likelihood is nearly flat, and its place is known to a share of its error
    room = 1e-6 * (1 + np.nan_to_num(one.se))
    difference = np.abs(sign * two.estimate[block] - one.estimate)
    np.testing.assert_array_equal(np.isnan(one.estimate), np.isnan(two.estimate[block]))
    assert (np.nan_to_num(difference) <= room).all()
    np.testing.assert_allclose(two.se[block], one.se, rtol=1e-5, atol=1e-9)


@by_method
@small
@given(counts(), st.sampled_from("ABCDE"))
def test_reference_changes_nothing(method, rows, reference):
    plain = fit_rows(method, rows)
    if reference in plain.treatments:
        chosen = fit_rows(method, rows, reference=reference)
        np.testing.assert_array_equal(plain.estimate, chosen.estimate)
        np.testing.assert_array_equal(plain.se, chosen.se)
        assert (plain.left_out, plain.not_estimable) == (chosen.left_out, chosen.not_estimable)


@by_method
@small
@given(counts(), st.randoms(use_true_random=False))
def test_order_of_studies_and_arms_changes_nothing(method, rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, two = fit_rows(method, rows), fit_rows(method, shuffled)
    assert_same(one, two)
    assert sorted(one.left_out) == sorted(two.left_out)
    assert one.not_estimable == two.not_estimable


@by_method
@small
@given(counts())
def test_events_and_non_events_change_places_and_the_sign(method, rows):
    swapped = [(study, arm, n - events, n) for study, arm, events, n in rows]
    one, two = fit_rows(method, rows), fit_rows(method, swapped)
    assert_same(one, two, sign=-1.0)
    assert [study for study, _ in one.left_out] == [study for study, _ in two.left_out]


@pytest.mark.parametrize("method", LIKELIHOODS, ids=lambda method: method.__name__)
@small
@given(counts())
def test_names_of_treatments_change_nothing(method, rows):
    mirror = dict(zip("ABCDE", "EDCBA", strict=True))
    one = fit_rows(method, rows)
    two = fit_rows(method, [(study, mirror[arm], *cells) for study, arm, *cells in rows])
    assert_same(one, two, order=[two.treatments.index(mirror[arm]) for arm in one.treatments])


@by_method
@small
@given(counts())
def test_answers_are_finite_or_explained(method, rows):
    fit = fit_rows(method, rows)
    finite = np.isfinite(fit.estimate)
    np.testing.assert_array_equal(finite, np.isfinite(fit.se))
    np.testing.assert_array_equal(fit.estimate, -fit.estimate.T)
    assert (fit.se[finite & ~np.eye(len(finite), dtype=bool)] > 0).all()
    placed = [arm for part in fit.components for arm in part.treatments]
    gone = [arm for arm, reason in fit.not_estimable if reason]
    assert sorted(placed + gone) == list(fit.treatments)
    left = [study for study, reason in fit.left_out if reason]
    assert sorted(left + list(fit.studies)) == sorted({study for study, *_ in rows})
    listed = {note.study for note in fit.ledger}
    assert set(left) <= listed


@by_method
@small
@given(counts())
def test_effects_add_up(method, rows):
    d = fit_rows(method, rows).estimate
    round_way = d[:, :, None] + d[None, :, :]
    reached = np.isfinite(round_way)
    straight = np.broadcast_to(d[:, None, :], round_way.shape)
    np.testing.assert_allclose(round_way[reached], straight[reached], atol=1e-10)


@by_method
@small
@given(counts())
def test_studies_that_carry_nothing_change_nothing(method, rows):
    nothing = [("zero", "A", 0, 9), ("zero", "B", 0, 9), ("full", "A", 3, 3), ("full", "B", 4, 4)]
    one, two = fit_rows(method, rows), fit_rows(method, [*rows, *nothing])
    order = [two.treatments.index(arm) for arm in one.treatments]
    assert_same(one, two, order=order)
    assert {"zero", "full"} <= {study for study, _ in two.left_out}

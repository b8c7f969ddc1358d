"""What must hold for every network meta-regression."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan import network, network_regression

RTOL = 1e-6
"""The slopes of studies with nearly the same covariate are ill conditioned, and tau2 carries that on."""

ATOL = 1e-6
"""Of effects and standard errors near 1."""

METHODS = ("REML", "ML", "DL", "EE")
KINDS = ("common", "independent")
TREATMENTS = "ABCD"

small = settings(max_examples=40, deadline=None)


@st.composite
def moderated_tables(draw, max_studies=9):
    """Draw connected studies as (treatment, mean, variance) of their arms, and whole years of each."""
    studies, years = [], {}
    for number in range(draw(st.integers(2, max_studies))):
        others = draw(st.lists(st.sampled_from(TREATMENTS[1:]), min_size=1, max_size=3, unique=True))
        arms = ["A", *others]
        means = draw(st.lists(st.floats(-3, 3), min_size=len(arms), max_size=len(arms)))
        variances = draw(st.lists(st.floats(0.05, 2), min_size=len(arms), max_size=len(arms)))
        studies.append(list(zip(arms, means, variances, strict=True)))
        years[f"s{number}"] = draw(st.integers(0, 8))
    return studies, years


def as_rows(studies, scale=1.0):
    rows = []
    for number, arms in enumerate(studies):
        for i, (one, mean1, var1) in enumerate(arms):
            for two, mean2, var2 in arms[i + 1 :]:
                difference, se = scale * (mean1 - mean2), scale * np.sqrt(var1 + var2)
                rows.append((f"s{number}", one, two, difference, se))
    return rows


def fit_rows(rows, years, **options):
    return network_regression(*(list(column) for column in zip(*rows, strict=True)), years, **options)


def close(found, expected, scale=1.0):
    np.testing.assert_allclose(found, scale * np.asarray(expected), rtol=RTOL, atol=ATOL * scale)


def assert_same(one, two, scale=1.0, stretch=1.0):
    """Compare fits whose effects differ by a scale and whose covariates by a stretch."""
    close(two.estimate, one.estimate, scale)
    close(two.se, one.se, scale)
    for name in ("slope_estimate", "slope_se", "slope_ci", "interaction_estimate", "interaction_se"):
        close(stretch * getattr(two, name), getattr(one, name), scale)
    for name in ("tau2", "tau2_without"):
        assert getattr(two, name) == pytest.approx(
            scale**2 * getattr(one, name), rel=1e-6, abs=1e-8 * scale**2, nan_ok=True
        )
    for name in ("Q", "Q_dof", "Q_without", "QM", "QM_dof"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-5, abs=1e-7, nan_ok=True), name
    assert (two.unidentified, two.reference) == (one.unidentified, one.reference)


@small
@given(
    moderated_tables(), st.sampled_from(METHODS), st.sampled_from(KINDS), st.randoms(use_true_random=False)
)
def test_order_of_studies_rows_and_arms_changes_nothing(table, method, interaction, random):
    studies, years = table
    rows = [
        (study, two, one, -y, se) if random.random() < 0.5 else (study, one, two, y, se)
        for study, one, two, y, se in as_rows(studies)
    ]
    random.shuffle(rows)
    options = {"method": method, "interaction": interaction, "at": 3, "reference": "A"}
    assert_same(fit_rows(as_rows(studies), years, **options), fit_rows(rows, years, **options))
    table = [years[row[0]] for row in rows]
    assert_same(fit_rows(rows, years, **options), fit_rows(rows, table, **options))


@small
@given(
    moderated_tables(),
    st.sampled_from(METHODS),
    st.sampled_from(KINDS),
    st.sampled_from([1e-4, 0.3, 7.0, 1e4]),
)
def test_unit_of_measurement_changes_nothing_else(table, method, interaction, scale):
    studies, years = table
    options = {"method": method, "interaction": interaction, "at": 3}
    one = fit_rows(as_rows(studies), years, **options)
    assert_same(one, fit_rows(as_rows(studies, scale), years, **options), scale=scale)


@small
@given(
    moderated_tables(),
    st.sampled_from(METHODS),
    st.sampled_from(KINDS),
    st.sampled_from([1e-4, -1.0, 12.0, 1e4]),
    st.sampled_from([0.0, -3.5, 1990.0]),
)
def test_unit_and_zero_of_the_covariate_change_nothing_else(table, method, interaction, stretch, shift):
    studies, years = table
    moved = {study: stretch * (year + shift) for study, year in years.items()}
    options = {"method": method, "interaction": interaction}
    one = fit_rows(as_rows(studies), years, at=3, **options)
    two = fit_rows(as_rows(studies), moved, at=stretch * (3 + shift), **options)
    if stretch > 0:
        assert_same(one, two, stretch=stretch)
    else:
        close(stretch * two.slope_estimate, one.slope_estimate)
        close(-stretch * two.slope_se, one.slope_se)
        close(two.estimate, one.estimate)


@small
@given(moderated_tables(), st.sampled_from(METHODS), st.sampled_from(TREATMENTS))
def test_reference_changes_no_comparison_where_every_treatment_has_a_slope(table, method, reference):
    studies, years = table
    options = {"method": method, "interaction": "independent", "at": 3}
    one = fit_rows(as_rows(studies), years, **options)
    if reference not in one.treatments:
        return
    two = fit_rows(as_rows(studies), years, reference=reference, **options)
    for name in ("estimate", "se", "interaction_estimate", "interaction_se"):
        close(getattr(two, name), getattr(one, name))
    assert two.tau2 == pytest.approx(one.tau2, rel=1e-6, abs=1e-8, nan_ok=True)
    place = two.treatments.index(reference)
    others = [i for i in range(len(two.treatments)) if i != place]
    close(two.slope_estimate, two.interaction_estimate[others, place])
    close(two.slope_se, two.interaction_se[others, place])


@small
@given(moderated_tables(), st.sampled_from(METHODS), st.sampled_from(KINDS))
def test_centring_moves_only_the_effects_of_the_coefficients(table, method, interaction):
    studies, years = table
    options = {"method": method, "interaction": interaction}
    one = fit_rows(as_rows(studies), years, at=3, **options)
    two = fit_rows(as_rows(studies), years, at=3, center=False, **options)
    assert_same(one, two)
    assert one.centre == pytest.approx(np.mean(list(years.values())))
    assert two.centre == 0
    moved = fit_rows(as_rows(studies), years, at=0, **options)
    place = two.treatments.index(two.reference)
    close(two.effect_estimate, moved.estimate[:, place])


@small
@given(moderated_tables(), st.sampled_from(METHODS), st.sampled_from(KINDS), st.integers(0, 8))
def test_a_covariate_that_does_not_vary_leaves_the_network_as_it_was(table, method, interaction, year):
    studies, years = table
    fit = fit_rows(as_rows(studies), dict.fromkeys(years, year / 10), method=method, interaction=interaction)
    plain = network(*(list(column) for column in zip(*as_rows(studies), strict=True)), method=method)
    assert fit.unidentified == fit.slopes
    assert np.isnan(fit.QM)
    close(fit.estimate, plain.estimate)
    close(fit.se, plain.se)
    assert fit.tau2 == pytest.approx(plain.tau2, rel=1e-7, abs=1e-9, nan_ok=True)
    assert fit.tau2_without == pytest.approx(plain.tau2, rel=1e-7, abs=1e-9, nan_ok=True)


@small
@given(moderated_tables(), st.sampled_from(["ML", "DL", "EE"]), st.sampled_from(KINDS))
def test_an_exact_line_is_found_where_it_can_be_told(table, method, interaction):
    studies, years = table
    slope = dict.fromkeys("BCD", 0.5) if interaction == "common" else {"B": 0.5, "C": -0.25, "D": 1.0}
    effect = {"A": 0.0, "B": 1.0, "C": -2.0, "D": 0.5}
    exact = [
        [
            (arm, effect[arm] + slope.get(arm, 0.0) * years[f"s{number}"], variance)
            for arm, _, variance in arms
        ]
        for number, arms in enumerate(studies)
    ]
    fit = fit_rows(as_rows(exact), years, method=method, interaction=interaction, reference="A", at=2)
    truth = np.array([effect[t] + 2 * slope.get(t, 0.0) for t in fit.treatments])
    told = np.isfinite(fit.estimate[:, 0])
    np.testing.assert_allclose(fit.estimate[told, 0], truth[told], atol=1e-8)
    for name, found in zip(fit.slopes, fit.slope_estimate, strict=True):
        if name not in fit.unidentified:
            assert found == pytest.approx(slope.get(name, 0.5), abs=1e-8)


@small
@given(moderated_tables(), st.sampled_from(KINDS))
def test_interactions_are_consistent_and_antisymmetric(table, interaction):
    studies, years = table
    fit = fit_rows(as_rows(studies), years, interaction=interaction, reference="A")
    b = fit.interaction_estimate
    np.testing.assert_array_equal(b, -b.T)
    np.testing.assert_array_equal(fit.estimate, -fit.estimate.T)
    round_way = b[:, :, None] + b[None, :, :]
    direct = np.broadcast_to(b[:, None, :], round_way.shape)
    reached = np.isfinite(round_way)
    np.testing.assert_allclose(round_way[reached], direct[reached], atol=1e-8)

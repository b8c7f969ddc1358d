"""What must hold for every additive network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan import component_network, network

RTOL = 1e-7
"""Sums in another order differ in the last digits, and tau2 carries them on."""

METHODS = ("REML", "ML", "DL", "EE")
TREATMENTS = ("A", "B", "C", "A+B", "A+C", "B+C+D", "P")
EFFECTS = {"A": 0.4, "B": -0.3, "C": 1.0, "D": 0.25, "P": 0.0}
SPREADS = (
    "component_se",
    "combination_se",
    "se",
)
EVERYTHING = ("component_estimate", "component_ci", "combination_estimate", "estimate", *SPREADS)

small = settings(max_examples=40, deadline=None)


@st.composite
def arm_tables(draw, treatments=TREATMENTS, max_studies=8):
    """Draw studies as (treatment, mean, variance) of their arms; the network may fall apart."""
    studies = []
    for _ in range(draw(st.integers(1, max_studies))):
        arms = draw(st.lists(st.sampled_from(treatments), min_size=2, max_size=4, unique=True))
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


def fit_rows(rows, function=component_network, **options):
    return function(*(list(column) for column in zip(*rows, strict=True)), **options)


def assert_same(one, two, *, scale=1.0):
    unit = scale * float(np.nanmax(one.se, initial=1e-2))
    for name in EVERYTHING:
        np.testing.assert_allclose(
            getattr(two, name), scale * getattr(one, name), rtol=RTOL, atol=1e-7 * unit, err_msg=name
        )
    for name in ("tau2", "tau2_standard"):
        expected = scale**2 * getattr(one, name)
        assert getattr(two, name) == pytest.approx(expected, rel=1e-7, abs=1e-9 * scale**2, nan_ok=True)
    for name in ("Q", "Q_dof", "Q_standard", "Q_difference", "Q_difference_dof", "I2"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=1e-7, abs=1e-8, nan_ok=True), name
    assert (two.unidentified, two.parts, two.bridged) == (one.unidentified, one.parts, one.bridged)


@small
@given(arm_tables(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_order_of_studies_rows_and_arms_changes_nothing(studies, method, random):
    inactive = "P" if _has_placebo(studies) else None
    rows = [
        (study, two, one, -y, se) if random.random() < 0.5 else (study, one, two, y, se)
        for study, one, two, y, se in as_rows(studies)
    ]
    random.shuffle(rows)
    plain = fit_rows(as_rows(studies), method=method, inactive=inactive)
    assert_same(plain, fit_rows(rows, method=method, inactive=inactive))


@small
@given(arm_tables(), st.sampled_from(METHODS), st.sampled_from([1e-4, 1e-2, 7.0, 1e4]))
def test_unit_of_measurement_changes_nothing_else(studies, method, scale):
    assert_same(
        fit_rows(as_rows(studies), method=method, inactive="P" if _has_placebo(studies) else None),
        fit_rows(as_rows(studies, scale), method=method, inactive="P" if _has_placebo(studies) else None),
        scale=scale,
    )


def _has_placebo(studies):
    return any(arm == "P" for arms in studies for arm, *_ in arms)


@small
@given(arm_tables(), st.sampled_from(METHODS))
def test_turning_every_effect_around_turns_the_answer_around(studies, method):
    rows = as_rows(studies)
    plain = fit_rows(rows, method=method)
    turned = fit_rows([(*row[:3], -row[3], row[4]) for row in rows], method=method)
    np.testing.assert_allclose(turned.estimate, -plain.estimate, rtol=RTOL, atol=1e-9)
    np.testing.assert_allclose(turned.component_estimate, -plain.component_estimate, rtol=RTOL, atol=1e-9)
    assert pytest.approx(plain.Q, rel=1e-9, abs=1e-10) == turned.Q


@small
@given(arm_tables(), st.sampled_from(TREATMENTS))
def test_reference_sets_the_combinations_against_it_and_changes_nothing_else(studies, reference):
    plain = fit_rows(as_rows(studies))
    if reference not in plain.treatments:
        return
    chosen = fit_rows(as_rows(studies), reference=reference)
    place = plain.treatments.index(reference)
    np.testing.assert_array_equal(chosen.estimate, plain.estimate)
    np.testing.assert_allclose(chosen.combination_estimate, plain.estimate[:, place], atol=1e-12)
    np.testing.assert_allclose(chosen.combination_se, plain.se[:, place], atol=1e-12)


@small
@given(arm_tables(treatments=("A", "B", "C", "D", "E")), st.sampled_from(METHODS))
def test_where_every_treatment_is_its_own_component_it_is_the_network(studies, method):
    rows = as_rows(studies)
    whole = fit_rows(rows, network, method=method)
    if len(whole.components) > 1:
        return
    ours = fit_rows(rows, method=method)
    inactive = whole.treatments[0]
    anchored = fit_rows(rows, method=method, inactive=inactive)
    for fit in (ours, anchored):
        assert (fit.Q, fit.Q_dof) == (pytest.approx(whole.Q, rel=1e-8, abs=1e-9), whole.Q_dof)
        assert fit.tau2 == pytest.approx(whole.tau2, rel=1e-7, abs=1e-9, nan_ok=True)
        assert fit.Q_difference_dof == 0
        np.testing.assert_allclose(fit.estimate, whole.estimate, rtol=RTOL, atol=1e-7)
        np.testing.assert_allclose(fit.se, whole.se, rtol=RTOL, atol=1e-7)
    np.testing.assert_allclose(anchored.component_estimate, whole.estimate[1:, 0], rtol=RTOL, atol=1e-7)
    assert ours.unidentified == whole.treatments
    assert anchored.unidentified == ()


@small
@given(arm_tables(), st.sampled_from(["ML", "DL", "EE"]))
def test_an_additive_truth_is_found_exactly_where_it_can_be_told(studies, method):
    truth = {treatment: sum(EFFECTS[name] for name in treatment.split("+")) for treatment in TREATMENTS}
    exact = [[(arm, truth[arm], variance) for arm, _, variance in arms] for arms in studies]
    fit = fit_rows(as_rows(exact), method=method)
    for i, one in enumerate(fit.treatments):
        for j, two in enumerate(fit.treatments):
            if np.isfinite(fit.estimate[i, j]):
                assert fit.estimate[i, j] == pytest.approx(truth[one] - truth[two], abs=1e-9)
    told = np.isfinite(fit.component_estimate)
    names = np.array(fit.components)[told]
    np.testing.assert_allclose(fit.component_estimate[told], [EFFECTS[n] for n in names], atol=1e-9)
    assert pytest.approx(0, abs=1e-12) == fit.Q


@small
@given(arm_tables())
def test_whatever_a_network_can_compare_components_can_too(studies):
    whole, ours = fit_rows(as_rows(studies), network), fit_rows(as_rows(studies))
    assert not np.isnan(ours.estimate[np.isfinite(whole.estimate)]).any()
    apart = {*ours.bridged, *ours.unreachable}
    n = len(ours.treatments)
    unconnected = {
        (ours.treatments[i], ours.treatments[j])
        for i in range(n)
        for j in range(i + 1, n)
        if np.isnan(whole.estimate[i, j])
    }
    assert apart == unconnected
    assert ours.Q_standard - 1e-9 <= ours.Q
    assert ours.Q_dof - ours.Q_standard_dof == ours.Q_difference_dof >= 0

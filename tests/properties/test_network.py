"""What must hold for every network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan import contrasts, decompose_designs, network, p_scores, pool

RTOL = 1e-8
"""Sums in another order differ in the last digits, and tau2 carries them on."""

METHODS = ("REML", "ML", "DL", "EE")
MATRICES = (
    "estimate",
    "se",
    "common_estimate",
    "common_se",
    "prediction_low",
    "prediction_high",
    "direct_estimate",
    "direct_se",
    "direct_studies",
)
SCALARS = ("tau2", "I2", "Q", "Q_dof", "Q_pvalue", "Q_heterogeneity", "Q_inconsistency")

small = settings(max_examples=40, deadline=None)


@st.composite
def arm_tables(draw, *, treatments=5, max_studies=8):
    """Draw studies as (treatment, mean, variance) of their arms; the network may fall apart."""
    studies = []
    for _ in range(draw(st.integers(1, max_studies))):
        arms = draw(st.lists(st.sampled_from("ABCDE"[:treatments]), min_size=2, max_size=4, unique=True))
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


def assert_same(one, two, *, scale=1.0):
    """Compare all outputs; tau2 near its boundary is compared on the scale of the variances."""
    unit = float(np.median(one.contrasts.sei))
    for name in MATRICES:
        factor = 1.0 if name == "direct_studies" else scale
        left, right = factor * getattr(one, name), getattr(two, name)
        np.testing.assert_allclose(left, right, rtol=RTOL, atol=1e-7 * scale * unit, err_msg=name)
    assert two.tau2 == pytest.approx(
        scale**2 * one.tau2, rel=1e-7, abs=1e-9 * (scale * unit) ** 2, nan_ok=True
    )
    for name in SCALARS[1:]:
        found, expected = getattr(two, name), getattr(one, name)
        assert found == pytest.approx(expected, rel=1e-7, abs=1e-8, nan_ok=True), name


@small
@given(arm_tables(), st.sampled_from(METHODS), st.sampled_from("ABCDE"))
def test_reference_changes_nothing(studies, method, reference):
    plain = fit_rows(as_rows(studies), method=method)
    if reference not in plain.treatments:
        return
    chosen = fit_rows(as_rows(studies), method=method, reference=reference)
    for name in MATRICES:
        np.testing.assert_array_equal(getattr(plain, name), getattr(chosen, name))
    assert [part.tau2 for part in plain.components] == pytest.approx(
        [part.tau2 for part in chosen.components], rel=0, abs=0, nan_ok=True
    )


@small
@given(arm_tables(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_order_of_studies_rows_and_arms_changes_nothing(studies, method, random):
    plain = fit_rows(as_rows(studies), method=method)
    rows = [
        (study, two, one, -y, se) if random.random() < 0.5 else (study, one, two, y, se)
        for study, one, two, y, se in as_rows(studies)
    ]
    random.shuffle(rows)
    shuffled = fit_rows(rows, method=method)
    assert sorted(shuffled.studies) == sorted(plain.studies)
    assert {part.treatments for part in plain.components} == {part.treatments for part in shuffled.components}
    shown = plain.components[0].treatments[0]
    assert_same(
        fit_rows(as_rows(studies), method=method, reference=shown),
        fit_rows(rows, method=method, reference=shown),
    )


@small
@given(arm_tables(), st.sampled_from(METHODS), st.sampled_from([1e-4, 1e-2, 0.3, 7.0, 1e4]))
def test_unit_of_measurement_changes_nothing_else(studies, method, scale):
    assert_same(
        fit_rows(as_rows(studies), method=method),
        fit_rows(as_rows(studies, scale), method=method),
        scale=scale,
    )


@small
@given(arm_tables(), st.sampled_from(METHODS))
def test_names_of_treatments_change_nothing(studies, method):
    mirror = dict(zip("ABCDE", "EDCBA", strict=True))
    renamed = [[(mirror[arm], *rest) for arm, *rest in arms] for arms in studies]
    shown = studies[0][0][0]
    one = fit_rows(as_rows(studies), method=method, reference=shown)
    two = fit_rows(as_rows(renamed), method=method, reference=mirror[shown])
    back = [two.treatments.index(mirror[treatment]) for treatment in one.treatments]
    for name in MATRICES:
        moved = getattr(two, name)[np.ix_(back, back)]
        np.testing.assert_allclose(getattr(one, name), moved, rtol=RTOL, atol=1e-7, err_msg=name)


@small
@given(arm_tables(), st.sampled_from(METHODS))
def test_estimates_are_antisymmetric_and_add_up(studies, method):
    fit = fit_rows(as_rows(studies), method=method)
    for name in ("estimate", "common_estimate", "direct_estimate"):
        matrix = getattr(fit, name)
        np.testing.assert_array_equal(matrix, -matrix.T)
    np.testing.assert_allclose(fit.prediction_low, -fit.prediction_high.T, atol=1e-12)
    d = fit.estimate
    round_way = d[:, :, None] + d[None, :, :]
    reached = np.isfinite(round_way)
    np.testing.assert_allclose(
        round_way[reached], np.broadcast_to(d[:, None, :], round_way.shape)[reached], atol=1e-12
    )


@small
@given(
    st.lists(st.tuples(st.floats(-2, 2), st.floats(0.05, 2)), min_size=2, max_size=9),
    st.sampled_from(METHODS),
    st.sampled_from([1e-3, 1.0, 1e3]),
)
def test_two_treatments_are_a_pairwise_meta_analysis(effects, method, scale):
    yi, sei = (scale * np.array(column) for column in zip(*effects, strict=True))
    k = len(yi)
    fit = network([f"s{i}" for i in range(k)], ["B"] * k, ["A"] * k, yi, sei, method=method)
    pooled = pool(yi, sei**2, method=method, test="z")
    unit = scale * float(np.median(sei / scale))
    assert fit.tau2 == pytest.approx(pooled.tau2, rel=1e-8, abs=1e-10 * unit**2)
    assert fit.estimate[1, 0] == pytest.approx(pooled.estimate, rel=1e-8, abs=1e-9 * unit)
    assert fit.se[1, 0] == pytest.approx(pooled.se, rel=1e-8)
    assert fit.direct_estimate[1, 0] == pytest.approx(pooled.estimate, rel=1e-8, abs=1e-9 * unit)
    assert (fit.Q, fit.Q_dof) == (pytest.approx(pooled.Q, rel=1e-8, abs=1e-10), pooled.Q_dof)
    assert fit.Q_pvalue == pytest.approx(pooled.Q_pvalue, rel=1e-7)


@small
@given(arm_tables())
def test_q_is_the_sum_of_its_parts(studies):
    split = decompose_designs(fit_rows(as_rows(studies)))
    assert split.dof == split.dof_within + split.dof_between
    assert sum(design.Q for design in split.designs) == pytest.approx(split.Q_within, abs=1e-12)
    if split.dof_between:
        assert split.Q_within + split.Q_between == pytest.approx(split.Q, rel=1e-9, abs=1e-9)
    else:
        assert np.isnan(split.Q_between)
        assert split.Q_within == pytest.approx(split.Q, rel=1e-7, abs=1e-9)


@small
@given(arm_tables(), st.sampled_from(["random", "common"]))
def test_p_scores_average_one_half_and_turn_around(studies, model):
    fit = fit_rows(as_rows(studies))
    low = p_scores(fit, small_values="desirable", model=model)
    high = p_scores(fit, small_values="undesirable", model=model)
    for part in fit.components:
        assert np.mean([low[treatment] for treatment in part.treatments]) == pytest.approx(0.5)
    for treatment in fit.treatments:
        assert low[treatment] + high[treatment] == pytest.approx(1.0)


counts = st.lists(st.tuples(st.integers(0, 30), st.integers(30, 60)), min_size=2, max_size=4)


@small
@given(counts, st.sampled_from(["OR", "RR", "RD"]))
def test_contrasts_of_counts_agree_within_a_study(arms, measure):
    found = from_arms(measure, len(arms), events=[a for a, _ in arms], n=[n for _, n in arms])
    if not found.left_out:
        assert_one_study(found, len(arms))


@small
@given(
    st.lists(st.tuples(st.floats(-50, 50), st.floats(0.5, 20), st.integers(2, 90)), min_size=2, max_size=4),
    st.sampled_from(["MD", "SMD"]),
)
def test_contrasts_of_means_agree_within_a_study(arms, measure):
    means, sds, sizes = (list(column) for column in zip(*arms, strict=True))
    found = from_arms(measure, len(arms), mean=means, sd=sds, n=sizes)
    if not found.left_out:
        assert_one_study(found, len(arms))


def from_arms(measure, p, **cells):
    return contrasts(measure, ["s"] * p, list("ABCD")[:p], **cells)


def assert_one_study(found, p):
    """A network of one study gives back its contrasts, untouched."""
    fit = network(found.study, found.treat1, found.treat2, found.yi, found.sei)
    assert not any("changed" in note or "adjusted" in note for note in fit.notes)
    assert len(found.yi) == p * (p - 1) // 2
    for one, two, yi, sei in zip(found.treat1, found.treat2, found.yi, found.sei, strict=True):
        i, j = fit.treatments.index(one), fit.treatments.index(two)
        assert fit.estimate[i, j] == pytest.approx(yi, rel=1e-8, abs=1e-8 * sei)
        assert fit.se[i, j] == pytest.approx(sei, rel=1e-8)

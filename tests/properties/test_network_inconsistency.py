"""What must hold for the heterogeneity and inconsistency of every network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan import (
    assumed_tau2,
    bucher,
    decompose_designs,
    net_heat,
    network,
    network_heterogeneity_interval,
    split_nodes,
)

RTOL = 1e-6
"""Sums in another order differ in the last digits, and tau2 and differences of squares carry them on."""

SCALES = [1e-4, 1e-2, 1e2, 1e4]

small = settings(max_examples=40, deadline=None)


@st.composite
def arm_tables(draw, *, max_studies=9):
    """Draw studies as (treatment, mean, variance) of their arms; the network may fall apart."""
    studies = []
    for _ in range(draw(st.integers(2, max_studies))):
        arms = draw(st.lists(st.sampled_from("ABCDE"), min_size=2, max_size=4, unique=True))
        means = draw(st.lists(st.floats(-3, 3), min_size=len(arms), max_size=len(arms)))
        variances = draw(st.lists(st.floats(0.01, 2), min_size=len(arms), max_size=len(arms)))
        studies.append(list(zip(arms, means, variances, strict=True)))
    return studies


def as_rows(studies, scale=1.0):
    return [
        (f"s{number}", one, two, scale * (mean1 - mean2), scale * np.sqrt(var1 + var2))
        for number, arms in enumerate(studies)
        for i, (one, mean1, var1) in enumerate(arms)
        for two, mean2, var2 in arms[i + 1 :]
    ]


def fit_rows(rows, **options):
    return network(*(list(column) for column in zip(*rows, strict=True)), **options)


def everything(fit, scale=1.0):
    """Give all numbers of all rooms by name, in units of the effects divided by scale."""
    found = {}
    interval = network_heterogeneity_interval(fit)
    found["tau2"] = np.array(interval.tau2) / scale**2
    found["I2"], found["H2"] = np.array(interval.I2), np.array(interval.H2)
    for model in ("random", "common"):
        heat = net_heat(fit, model=model)
        for i, row in enumerate(heat.rows):
            for j, column in enumerate(heat.rows):
                found[model, row, column] = np.array([heat.contribution[i, j], heat.change[i, j]])
    for row in decompose_designs(fit).detached:
        found["detached", row.treatments] = np.array([row.Q_contribution, row.Q, row.dof])
    for method in ("back-calculation", "SIDDE"):
        for split in split_nodes(fit, method=method):
            numbers = np.array([split.direct, split.indirect, split.indirect_se, split.difference_se])
            found[method, split.treat1, split.treat2] = numbers / scale
    for loop in bucher(fit):
        numbers = np.array([loop.indirect, loop.difference, loop.difference_se, loop.low, loop.high])
        found["loop", loop.treatments] = numbers / scale
    for number, row in enumerate(assumed_tau2(fit)):
        found["assumed", number] = np.concatenate([row.estimate.ravel(), row.se.ravel()]) / scale
    return found


def assert_same(one, two):
    assert one.keys() == two.keys()
    for name, numbers in one.items():
        np.testing.assert_allclose(numbers, two[name], rtol=RTOL, atol=1e-6, err_msg=str(name))


@small
@given(arm_tables(), st.sampled_from(["DL", "EE"]), st.sampled_from("ABCDE"))
def test_reference_changes_nothing(studies, method, reference):
    plain = fit_rows(as_rows(studies), method=method)
    if reference not in plain.components[0].treatments:
        return
    chosen = fit_rows(as_rows(studies), method=method, reference=reference)
    one, two = everything(plain), everything(chosen)
    for name, numbers in one.items():
        np.testing.assert_array_equal(numbers, two[name])


@small
@given(arm_tables(), st.randoms(use_true_random=False))
def test_order_of_studies_rows_and_arms_changes_nothing(studies, random):
    shown = studies[0][0][0]
    plain = fit_rows(as_rows(studies), method="DL", reference=shown)
    rows = [
        (study, two, one, -y, se) if random.random() < 0.5 else (study, one, two, y, se)
        for study, one, two, y, se in as_rows(studies)
    ]
    random.shuffle(rows)
    assert_same(everything(plain), everything(fit_rows(rows, method="DL", reference=shown)))


@small
@given(arm_tables(), st.sampled_from(SCALES))
def test_the_unit_of_measurement_changes_nothing_else(studies, scale):
    one = fit_rows(as_rows(studies), method="DL")
    two = fit_rows(as_rows(studies, scale), method="DL")
    assert_same(everything(one), everything(two, scale))


@small
@given(arm_tables(), st.sampled_from(["random", "common"]))
def test_names_of_treatments_change_no_heat(studies, model):
    mirror = dict(zip("ABCDE", "EDCBA", strict=True))
    renamed = [[(mirror[arm], *rest) for arm, *rest in arms] for arms in studies]
    shown = studies[0][0][0]
    one = net_heat(fit_rows(as_rows(studies), reference=shown), model=model)
    two = net_heat(fit_rows(as_rows(renamed), reference=mirror[shown]), model=model)

    def back(row):
        pair, _, design = row.partition(" in ")
        names = [":".join(sorted(mirror[arm] for arm in part.split(":"))) for part in (pair, design) if part]
        return " in ".join(names)

    places = [[back(row) for row in two.rows].index(row) for row in one.rows]
    np.testing.assert_allclose(one.change, two.change[np.ix_(places, places)], rtol=RTOL, atol=1e-6)
    block = two.contribution[np.ix_(places, places)]
    np.testing.assert_allclose(one.contribution, block, rtol=RTOL, atol=1e-8)


@small
@given(arm_tables())
def test_parts_add_up(studies):
    fit = fit_rows(as_rows(studies))
    split = decompose_designs(fit)
    if not split.dof_between:
        assert split.detached == ()
        return
    parts = sum(row.Q_contribution for row in split.detached)
    assert parts == pytest.approx(split.Q_between, rel=RTOL, abs=1e-8)
    assert net_heat(fit, model="common").Q.sum() == pytest.approx(split.Q_between, rel=RTOL, abs=1e-8)
    assert net_heat(fit).Q.sum() == pytest.approx(split.Q_between_random, rel=RTOL, abs=1e-8)
    for row in split.detached:
        assert 0 <= row.dof < split.dof_between
        assert split.Q_between * (1 + 1e-9) + 1e-9 >= row.Q


@small
@given(arm_tables())
def test_detaching_a_design_is_leaving_out_its_studies(studies):
    fit = fit_rows(as_rows(studies))
    inside = set(fit.components[0].treatments)
    for row in decompose_designs(fit).detached:
        rest = [
            arms
            for arms in studies
            if arms[0][0] in inside and {arm for arm, *_ in arms} != set(row.treatments)
        ]
        if not rest:
            continue
        parts = fit_rows(as_rows(rest)).components
        assert sum(part.Q_inconsistency_dof for part in parts) == row.dof
        Q = sum(part.Q_inconsistency for part in parts if part.Q_inconsistency_dof)
        assert pytest.approx(Q, rel=RTOL, abs=1e-8) == row.Q


@small
@given(arm_tables(), st.sampled_from([0.8, 0.95]))
def test_intervals_are_in_order_and_widen_with_the_level(studies, level):
    fit = fit_rows(as_rows(studies))
    low, high = network_heterogeneity_interval(fit, level=level).tau2
    if not fit.Q_dof:
        assert np.isnan([low, high]).all()
        return
    assert 0 <= low <= high < np.inf
    wider = network_heterogeneity_interval(fit, level=0.99).tau2
    assert wider[0] <= low
    assert high <= wider[1]

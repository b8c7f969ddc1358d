"""Intervals of heterogeneity, and assumed heterogeneity."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import InputError, assumed_tau2, heterogeneity_interval, network, network_heterogeneity_interval

YI = [-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232]
VI = [0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040]
TRIANGLE = (list("abc"), list("ABA"), list("BCC"), [0.5, 0.2, 0.45], [0.2, 0.25, 0.3])
STAR = (list("abc"), list("ABC"), ["P"] * 3, [1.0, 2.0, 3.0], [0.3, 0.4, 0.5])


def of_pairs(yi, vi, **options):
    k = len(yi)
    return network([f"s{i}" for i in range(k)], ["A"] * k, ["B"] * k, yi, np.sqrt(vi), **options)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
def test_two_treatments_have_the_interval_of_a_pairwise_meta_analysis(level):
    found = network_heterogeneity_interval(of_pairs(YI, VI), level=level)
    expected = heterogeneity_interval(YI, VI, level=level)
    for name in ("tau2", "I2", "H2"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-9)
    assert found.level == level


def test_the_level_is_the_networks_without_another():
    fit = of_pairs(YI, VI, level=0.8)
    assert network_heterogeneity_interval(fit).tau2 == network_heterogeneity_interval(fit, level=0.8).tau2
    assert network_heterogeneity_interval(fit).level == 0.8


def test_the_estimator_of_tau2_does_not_matter():
    assert (
        network_heterogeneity_interval(of_pairs(YI, VI, method="EE")).tau2
        == network_heterogeneity_interval(of_pairs(YI, VI)).tau2
    )


@pytest.mark.parametrize("effects", [[0.3, 0.3, 0.3], [0.3, 0.31, 0.3]])
def test_agreement_beyond_chance_empties_the_interval(effects):
    found = network_heterogeneity_interval(of_pairs(effects, [1.0, 2.0, 3.0]))
    assert (found.tau2, found.I2, found.H2) == ((0, 0), (0, 0), (1, 1))
    assert "the interval is empty" in found.notes[0]


def test_without_degrees_of_freedom_there_is_no_interval():
    found = network_heterogeneity_interval(network(*STAR))
    assert np.isnan([*found.tau2, *found.I2, *found.H2]).all()
    assert found.notes == (
        "there are no more contrasts than the effects need, so that heterogeneity has no interval",
    )


def test_each_component_has_its_own_interval():
    study, one, two = list("abcdefg"), list("AAAXXXX"), list("BBBYYYY")
    yi, sei = [0.1, 0.9, 1.5, 0.0, 5.0, 9.0, 3.0], [0.2] * 7
    fit = network(study, one, two, yi, sei)
    shown = [network_heterogeneity_interval(fit, component=i).tau2 for i in (0, 1)]
    apart = [heterogeneity_interval(yi[part], np.square(sei[part])).tau2 for part in (slice(3, 7), slice(3))]
    assert shown[0] == pytest.approx(apart[0])
    assert shown[1] == pytest.approx(apart[1])
    assert network_heterogeneity_interval(fit).tau2 == shown[0]
    chosen = network(study, one, two, yi, sei, reference="A")
    assert network_heterogeneity_interval(chosen).tau2 == pytest.approx(apart[1])


@pytest.mark.parametrize("component", [-1, 1, "A"])
def test_a_component_that_is_not_there_is_refused(component):
    with pytest.raises(InputError, match=r"is not there; the network has 1: give 0 to 0"):
        network_heterogeneity_interval(network(*TRIANGLE), component=component)


@pytest.mark.parametrize("level", [0, 1, 95, "0.95"])
def test_a_level_is_a_share(level):
    with pytest.raises(InputError, match="level"):
        network_heterogeneity_interval(network(*TRIANGLE), level=level)


def test_nothing_assumed_is_the_common_effect():
    fit = network(*TRIANGLE)
    (row,) = assumed_tau2(fit, 0)
    np.testing.assert_allclose(row.estimate, fit.common_estimate, rtol=1e-12)
    np.testing.assert_allclose(row.se, fit.common_se, rtol=1e-12)


def test_the_networks_own_tau2_gives_its_own_estimates():
    fit = network(list("abcd"), list("ABAA"), list("BCCB"), [0.5, 0.2, 1.5, 1.9], [0.2, 0.25, 0.3, 0.2])
    (row,) = assumed_tau2(fit, [fit.tau2])
    np.testing.assert_allclose(row.estimate, fit.estimate, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(row.se, fit.se, rtol=1e-12)


def test_a_star_under_assumed_heterogeneity():
    """Every treatment against the hub is one study; two of them differ by two."""
    for row in assumed_tau2(network(*STAR), [0.0, 0.1, 2.0]):
        assert row.se[0, 3] == pytest.approx(np.sqrt(0.09 + row.tau2))
        assert row.se[0, 1] == pytest.approx(np.sqrt(0.25 + 2 * row.tau2))
        assert row.estimate[0, 1] == pytest.approx(-1.0)


def test_values_assumed_without_being_told():
    fit = network(*STAR)
    assert [row.tau2 for row in assumed_tau2(fit, measure="OR")] == pytest.approx([0, 0.01, 0.04, 0.25, 1])
    for measure in (None, "MD", "SMD"):
        taus = [np.sqrt(row.tau2) for row in assumed_tau2(fit, measure=measure)]
        assert taus == pytest.approx([0, 0.1, 0.2, 0.4, 0.8])


def test_effects_across_components_stay_unknown():
    fit = network(["a", "b"], ["A", "C"], ["B", "D"], [1.0, 2.0], [1.0, 2.0])
    (row,) = assumed_tau2(fit, [3.0])
    assert np.isnan(row.se[:2, 2:]).all()
    assert (row.se[0, 1], row.se[2, 3]) == pytest.approx((2.0, np.sqrt(7)))
    assert not row.se.flags.writeable


@pytest.mark.parametrize("tau2", [[-0.1], [0.1, float("nan")], [None]])
def test_what_is_no_variance_is_refused(tau2):
    with pytest.raises(InputError, match=r"tau2\[\d\] = .* is not a variance"):
        assumed_tau2(network(*TRIANGLE), tau2)


@pytest.mark.parametrize("measure", ["ODDS", ["OR"], 3])
def test_an_unknown_measure_is_refused(measure):
    with pytest.raises(InputError, match=r"measure = .* is not known"):
        assumed_tau2(network(*TRIANGLE), measure=measure)

"""Large tables of which only the likely values are summed, against all values."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import glmm
from metaan.models import hypergeometric
from metaan.models.counts import read_tables

ROUNDING = 1e-11
"""Of a log-likelihood in units of itself and 1, and of a cumulant in units of that power of the spread."""


@pytest.mark.parametrize(
    "cells",
    [
        (120, 2000, 300, 2500),
        (0, 3000, 900, 4000),
        (1500, 3000, 2000, 3000),
        (3, 5000, 4000, 6000),
        (20000, 60000, 21000, 60000),
        (500, 500, 100, 900),
    ],
)
@pytest.mark.parametrize("ends", [(-0.1, 0.1), (-3, -2.9), (-8, 8), (5, 5.2)])
def test_the_likely_values_are_enough(monkeypatch, cells, ends):
    tables = read_tables({name: [n] for name, n in zip(("ai", "n1i", "ci", "n2i"), cells, strict=True)})
    u = np.linspace(*ends, 7)[:, None]
    monkeypatch.setattr(hypergeometric, "LARGE", np.inf)
    every = hypergeometric.condition(tables).derivatives(u)
    monkeypatch.setattr(hypergeometric, "LARGE", 0)
    likely = hypergeometric.condition(tables).derivatives(u)
    np.testing.assert_allclose(likely[0], every[0], rtol=ROUNDING, atol=1e-9)
    spread = np.sqrt(-every[2])
    for power in range(1, 5):
        error = np.abs(likely[power] - every[power]) / (spread**power + np.abs(every[power]) + 1e-12)
        assert error.max() < 1e-8


def evaluations(monkeypatch, **cells):
    """Count how often the heights of integrands are asked for."""
    from metaan.models.marginal import Binomials

    count = [0]
    arm = Binomials.arm

    def counted(self, which, logit):
        count[0] += 1
        return arm(self, which, logit)

    monkeypatch.setattr(Binomials, "arm", counted)
    return glmm(**cells, model="UM.RS"), count[0]


def test_the_size_of_a_table_costs_nothing():
    n = 10**8
    cells = {"ai": [n // 10, n // 5, n // 7], "n1i": [n] * 3, "ci": [n // 8, n // 5 + 3, n // 7 - 9]}
    fit = glmm(**cells, n2i=[n] * 3, model="CM.EL")
    effects = np.log([0.1 / 0.9 / (0.125 / 0.875), 1.0, 1.0])
    assert fit.estimate == pytest.approx(effects.mean(), abs=1e-6)
    assert fit.tau2 == pytest.approx(effects.var(), rel=1e-4)


def test_two_hostile_studies_do_not_search_for_ever(monkeypatch):
    fit, count = evaluations(monkeypatch, ai=[500, 1000], n1i=[1000] * 2, ci=[500, 0], n2i=[1000] * 2)
    assert np.isnan(fit.estimate)
    assert "not estimable" in fit.notes[0]
    assert count < 60_000


@pytest.mark.parametrize(("cells", "far"), [((0, 41881, 46457, 46457), -900), ((9000, 9000, 0, 8000), 900)])
def test_a_table_at_its_end_is_certain_far_out(monkeypatch, cells, far):
    """Its odds ratio is 0 or infinite: beyond 745 the exponential underflows, and nothing else is likely."""
    tables = read_tables({name: [n] for name, n in zip(("ai", "n1i", "ci", "n2i"), cells, strict=True)})
    monkeypatch.setattr(hypergeometric, "LARGE", 0)
    found = hypergeometric.condition(tables).derivatives(np.array([[float(far)]]))
    np.testing.assert_allclose(np.ravel(found), 0, atol=1e-12)


def test_vast_tables_at_opposite_ends_are_not_estimable():
    cells = {"ai": [0, 17783, 24350], "n1i": [16178, 17783, 24350]}
    fit = glmm(**cells, ci=[32313, 0, 0], n2i=[32313, 52223, 21317], model="CM.EL")
    assert np.isnan(fit.estimate)
    assert "opposite extremes" in fit.notes[0]

"""What must hold for every set of tables with rare events."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metaan import glmm, mantel_haenszel, peto

SAME = 1e-9
"""The same sums in another order."""

FITTED = 2e-6
"""Two climbs to the same maximum, in standard errors and relative; limited by the quadrature's 1e-8."""

MODELS = ("UM.RS", "UM.FS", "CM.EL")


@st.composite
def arms(draw, smallest=1, largest=8, most=60):
    """Tables, many of them with zeros."""
    k = draw(st.integers(smallest, largest))
    cells = {"ai": [], "n1i": [], "ci": [], "n2i": []}
    for _ in range(k):
        for events, size in (("ai", "n1i"), ("ci", "n2i")):
            n = draw(st.integers(1, most))
            cells[size].append(n)
            cells[events].append(draw(st.one_of(st.just(0), st.integers(0, n))))
    return {name: np.array(values) for name, values in cells.items()}


def swapped(cells):
    return {"ai": cells["ci"], "n1i": cells["n2i"], "ci": cells["ai"], "n2i": cells["n1i"]}


def reordered(cells):
    order = np.random.default_rng(3).permutation(len(cells["ai"]))
    return {name: values[order] for name, values in cells.items()}


def same(found, expected, rel=SAME):
    assert found == pytest.approx(expected, rel=rel, abs=rel, nan_ok=True)


@given(arms(), st.sampled_from(["OR", "RR", "RD"]))
@settings(deadline=None)
def test_mantel_haenszel_swapped_reordered_and_always_honest(cells, measure):
    fit, mirror = mantel_haenszel(measure, **cells), mantel_haenszel(measure, **swapped(cells))
    same(mirror.estimate, -fit.estimate)
    same((mirror.se, mirror.Q, mirror.pvalue, mirror.cmh), (fit.se, fit.Q, fit.pvalue, fit.cmh), rel=1e-7)
    shuffled = mantel_haenszel(measure, **reordered(cells))
    same((shuffled.estimate, shuffled.se, shuffled.Q), (fit.estimate, fit.se, fit.Q), rel=1e-7)
    if np.isnan(fit.se):
        assert fit.notes
    assert fit.se != 0


@given(arms())
@settings(deadline=None)
def test_outcome_and_its_opposite(cells):
    """Counting non-events turns the odds ratio and the risk difference round, and nothing else."""
    opposite = {**cells, "ai": cells["n1i"] - cells["ai"], "ci": cells["n2i"] - cells["ci"]}
    for measure in ("OR", "RD"):
        fit, mirror = mantel_haenszel(measure, **cells), mantel_haenszel(measure, **opposite)
        same((mirror.estimate, mirror.se), (-fit.estimate, fit.se), rel=1e-7)
    fit, mirror = peto(**cells), peto(**opposite)
    same((mirror.estimate, mirror.se, mirror.k), (-fit.estimate, fit.se, fit.k), rel=1e-7)


@given(arms(), st.sampled_from(["OR", "RR", "RD"]))
@settings(deadline=None)
def test_identical_halves_merge(cells, measure):
    """A study in two identical halves has the weight of the whole; so has its variance in the formulas."""
    halves = {name: np.repeat(values, 2) for name, values in cells.items()}
    whole = {name: 2 * values for name, values in cells.items()}
    fit, merged = mantel_haenszel(measure, **halves), mantel_haenszel(measure, **whole)
    same((merged.estimate, merged.se), (fit.estimate, fit.se), rel=1e-7)


@given(arms(), st.integers(2, 50))
@settings(deadline=None)
def test_scaled_tables(cells, factor):
    """A table c times as large has the same estimate and 1/sqrt(c) of the standard error."""
    larger = {name: factor * values for name, values in cells.items()}
    for measure in ("OR", "RR", "RD"):
        fit, scaled = mantel_haenszel(measure, **cells), mantel_haenszel(measure, **larger)
        same((scaled.estimate, scaled.se * factor**0.5), (fit.estimate, fit.se), rel=1e-7)


@given(arms())
@settings(deadline=None)
def test_peto_swapped_and_reordered(cells):
    fit = peto(**cells)
    mirror, shuffled = peto(**swapped(cells)), peto(**reordered(cells))
    same((mirror.estimate, mirror.se, mirror.Q), (-fit.estimate, fit.se, fit.Q), rel=1e-7)
    same((shuffled.estimate, shuffled.se, shuffled.Q), (fit.estimate, fit.se, fit.Q), rel=1e-7)
    assert np.isfinite(fit.se) or fit.notes


@given(arms(largest=6), st.sampled_from(MODELS))
@settings(deadline=None, max_examples=25)
def test_mixed_models_swapped_reordered_and_always_honest(cells, model):
    fit = glmm(**cells, model=model)
    if np.isnan(fit.estimate):
        assert fit.notes[0].startswith("not estimable")
        assert np.isnan(fit.se)
        return
    assert fit.tau2 >= 0
    assert fit.loglik <= 0
    assert fit.Q_LRT >= 0
    assert np.isfinite(fit.se) or any("flat" in note for note in fit.notes)
    assume(np.isfinite(fit.se) and fit.tau2 < 10 and not any("quadrature" in note for note in fit.notes))
    for cells_again, sign in ((swapped(cells), -1), (reordered(cells), 1)):
        again = glmm(**cells_again, model=model)
        assert again.loglik == pytest.approx(fit.loglik, abs=1e-7)
        assert abs(again.estimate - sign * fit.estimate) < 1e-4 * fit.se


@given(arms(smallest=2, largest=6), st.sampled_from(MODELS))
@settings(deadline=None, max_examples=15)
def test_tau2_only_raises_the_likelihood(cells, model):
    """The common-effect model is the boundary of the other: never higher, and equal where tau2 is 0."""
    fit, common = glmm(**cells, model=model), glmm(**cells, model=model, method="EE")
    assume(np.isfinite(fit.estimate))
    assert fit.loglik >= common.loglik - 1e-7
    if fit.tau2 == 0:
        same((fit.estimate, fit.loglik), (common.estimate, common.loglik), rel=1e-7)

"""tau2 of independent rows: the boundary, the modes, the unit."""

from __future__ import annotations

import numpy as np
import pytest

from metaan.models.network.tau2 import between_study_variance

METHODS = ("DL", "ML", "REML")


def rows(seed, tau2, m=12, p=3):
    rng = np.random.default_rng(seed)
    X, vi = rng.normal(size=(m, p)), rng.uniform(0.05, 1, m)
    return X, rng.normal(0, np.sqrt(vi + tau2)), vi


@pytest.mark.parametrize("method", METHODS)
def test_effects_on_the_plane_have_exactly_no_heterogeneity(method):
    X, _, vi = rows(1, 0)
    assert between_study_variance(X, X @ [1.0, 2.0, 3.0], vi, method) == 0.0


@pytest.mark.parametrize("method", METHODS)
def test_as_many_rows_as_columns_leave_nothing_to_estimate(method):
    X, yi, vi = rows(2, 1, m=3)
    assert np.isnan(between_study_variance(X, yi, vi, method))
    assert between_study_variance(X, yi, vi, "EE") == 0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_does_not_matter(method, unit, seed):
    X, yi, vi = rows(seed, 0.5)
    plain = between_study_variance(X, yi, vi, method)
    scaled = between_study_variance(X, unit * yi, unit**2 * vi, method)
    assert scaled == pytest.approx(unit**2 * plain, rel=1e-10, abs=0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("restricted", [True, False])
def test_no_other_value_has_a_higher_likelihood(seed, restricted):
    X, yi, vi = rows(seed, 0.3)
    found = between_study_variance(X, yi, vi, "REML" if restricted else "ML")
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e3, 500)])
    assert log_likelihood(X, yi, vi, found, restricted) >= max(
        log_likelihood(X, yi, vi, tau2, restricted) for tau2 in grid
    )


def log_likelihood(X, yi, vi, tau2, restricted):
    W = np.diag(1 / (vi + tau2))
    precision = X.T @ W @ X
    residuals = yi - X @ np.linalg.solve(precision, X.T @ W @ yi)
    penalty = np.linalg.slogdet(precision)[1] if restricted else 0.0
    return (-np.log(vi + tau2).sum() - penalty - residuals @ W @ residuals) / 2

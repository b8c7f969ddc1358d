"""Weighted least squares against explicit formulas."""

from __future__ import annotations

import numpy as np
import pytest

from metaan.linalg import project


@pytest.mark.parametrize("columns", [1, 2, 5])
def test_projection_is_weighted_least_squares(columns):
    rng = np.random.default_rng(columns)
    X, yi, vi = rng.normal(size=(9, columns)), rng.normal(size=9), rng.uniform(0.1, 5, 9)
    W = np.diag(1 / vi)
    covariance = np.linalg.inv(X.T @ W @ X)
    beta = covariance @ X.T @ W @ yi
    residuals = yi - X @ beta
    found = project(X, yi, vi)
    np.testing.assert_allclose(found.beta, beta, rtol=1e-11)
    np.testing.assert_allclose(found.inverse @ found.inverse.T, covariance, rtol=1e-11)
    np.testing.assert_allclose(found.residuals, residuals / np.sqrt(vi), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.leverages, np.diag(X @ covariance @ X.T @ W), rtol=1e-11)
    assert pytest.approx(residuals @ W @ residuals) == found.Q
    assert found.log_det == pytest.approx(np.linalg.slogdet(X.T @ W @ X)[1], abs=1e-12)

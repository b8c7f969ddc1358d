"""Influence diagnostics: a naive twin, identities, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import InputError, influence_diagnostics, pool

RNG = np.random.default_rng(8)
VI = RNG.uniform(0.02, 0.4, 9)
YI = RNG.normal(0.2, np.sqrt(VI + 0.1))


def test_a_study_left_out_by_hand():
    found = influence_diagnostics(YI, VI, method="DL")
    whole = pool(YI, VI, method="DL", test="z")
    for i in range(9):
        rest = [j for j in range(9) if j != i]
        left = pool(YI[rest], VI[rest], method="DL", test="z")
        residual = (YI[i] - left.estimate) / (VI[i] + left.tau2 + left.se**2) ** 0.5
        assert found.rstudent[i] == pytest.approx(residual, rel=1e-9)
        assert found.cov_ratio[i] == pytest.approx(left.se**2 / whole.se**2, rel=1e-9)
        assert found.tau2_deleted[i] == pytest.approx(left.tau2, rel=1e-9)
        assert found.QE_deleted[i] == pytest.approx(left.Q, rel=1e-9)


def test_pearson_residuals_of_the_common_effect_add_up_to_Q():
    found = influence_diagnostics(YI, VI, method="EE")
    assert found.baujat_x.sum() == pytest.approx(pool(YI, VI, method="EE").Q)
    assert found.hat.sum() == pytest.approx(1)


def test_for_a_common_effect_dffits_is_dfbetas_and_its_square_is_cook():
    found = influence_diagnostics(YI, VI, method="EE")
    np.testing.assert_allclose(found.dffits, found.dfbetas)
    np.testing.assert_allclose(found.cook, found.dffits**2)


def test_units_and_order():
    found = influence_diagnostics(YI, VI)
    small = influence_diagnostics(YI[::-1] * 1e-5, VI[::-1] * 1e-10)
    np.testing.assert_allclose(small.rstudent[::-1], found.rstudent, rtol=1e-8)
    np.testing.assert_allclose(small.tau2_deleted[::-1], found.tau2_deleted * 1e-10, rtol=1e-8)


def test_cut_offs():
    far = influence_diagnostics([*YI, 9.0], [*VI, 0.01])
    assert far.influential[-1]
    assert not influence_diagnostics([0.1, 0.2, 0.15, 0.12, 0.18] * 3, [0.1] * 15).influential.any()
    assert (far.dffits_limit, far.hat_limit) == pytest.approx((1.0, 0.3))
    assert far.cook_limit == pytest.approx(0.454936423)


def test_two_studies_are_too_few():
    with pytest.raises(InputError, match="k = 2: leaving one study out takes at least 3"):
        influence_diagnostics(YI[:2], VI[:2])

"""Trim and fill: what must hold, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import InputError, trim_and_fill

RNG = np.random.default_rng(11)
VI = RNG.uniform(0.01, 0.4, 15)
YI = 0.1 + 1.2 * np.sqrt(VI) + RNG.normal(0, 0.1, 15)


def test_a_symmetric_funnel_gets_nothing():
    yi = [-0.6, -0.3, -0.1, 0.0, 0.1, 0.3, 0.6]
    vi = [0.4, 0.2, 0.1, 0.01, 0.1, 0.2, 0.4]
    found = trim_and_fill(yi, vi, method="EE")
    assert found.k0 == 0
    assert len(found.yi) == len(found.vi) == 0
    assert found.pooled.estimate == pytest.approx(0.0, abs=1e-12)


def test_small_studies_on_the_right_are_mirrored_on_the_left():
    found = trim_and_fill(YI, VI)
    assert found.side == "left"
    assert found.k0 > 0
    assert set(found.vi.tolist()) <= set(VI.tolist())
    assert found.yi.max() < YI[np.isin(VI, found.vi)].min()
    assert "sensitivity analysis" in found.notes[0]


def test_sign_order_and_unit():
    found = trim_and_fill(YI, VI)
    mirrored = trim_and_fill(-YI[::-1], VI[::-1])
    small = trim_and_fill(YI * 1e-6, VI * 1e-12)
    assert (mirrored.side, mirrored.k0, small.k0) == ("right", found.k0, found.k0)
    assert mirrored.pooled.estimate == pytest.approx(-found.pooled.estimate, rel=1e-9)
    assert small.pooled.estimate == pytest.approx(found.pooled.estimate * 1e-6, rel=1e-9)


def test_what_cannot_be_asked():
    with pytest.raises(InputError, match="side = 'up' is not known; give one of auto, left, right"):
        trim_and_fill(YI, VI, side="up")
    with pytest.raises(InputError, match="k = 2: trim and fill takes at least 3"):
        trim_and_fill(YI[:2], VI[:2])

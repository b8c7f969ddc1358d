"""Contrasts of several sources in one."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import Contrasts, InputError, contrasts, join_contrasts, network


def given(study: str, one: str, other: str, yi: float, sei: float, measure: str = "") -> Contrasts:
    return Contrasts(
        study=(study,),
        treat1=(one,),
        treat2=(other,),
        yi=np.array([yi]),
        sei=np.array([sei]),
        measure=measure,
    )


ARMS = contrasts("OR", ["s", "s", "z", "z"], ["A", "B", "A", "B"], events=[0, 8, 0, 0], n=[40, 40, 9, 9])


def test_arms_and_printed_effects_make_one_network() -> None:
    both = join_contrasts(ARMS, given("t", "B", "C", 0.4, 0.3), given("u", "A", "C", 0.1, 0.3, "OR"))
    assert both.measure == "OR"
    assert both.study == ("s", "t", "u")
    assert (both.treat1, both.treat2) == (("A", "B", "A"), ("B", "C", "C"))
    assert both.yi.tolist() == [*ARMS.yi.tolist(), 0.4, 0.1]
    assert (both.left_out, both.notes, both.ledger) == (ARMS.left_out, ARMS.notes, ARMS.ledger)
    fit = network(both.study, both.treat1, both.treat2, both.yi, both.sei)
    assert fit.treatments == ("A", "B", "C")
    with pytest.raises(ValueError, match="read-only"):
        both.yi[0] = 1.0


def test_the_order_of_the_parts_does_not_matter_to_a_network() -> None:
    parts = [ARMS, given("t", "B", "C", 0.4, 0.3), given("u", "A", "C", 0.1, 0.3)]
    fits = []
    for several in (parts, parts[::-1]):
        both = join_contrasts(*several)
        fits.append(network(both.study, both.treat1, both.treat2, both.yi, both.sei))
    np.testing.assert_allclose(fits[0].estimate, fits[1].estimate, rtol=1e-12)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), "no contrasts to join"),
        ((ARMS, given("s", "A", "B", 1, 1)), "the study 's'"),
        ((ARMS, given("z", "A", "B", 1, 1)), "the study 'z'"),
        ((ARMS, given("t", "A", "B", 1, 1, "RR")), r"different measures \(OR, RR\)"),
    ],
)
def test_what_cannot_be_joined(parts: tuple[Contrasts, ...], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        join_contrasts(*parts)

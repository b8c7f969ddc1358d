"""Absolute effects against printed examples and an identity; judgements against a count by hand."""

from __future__ import annotations

from math import inf, isnan, log, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaan.appraisal.grade import absolute_effect, corresponding_risk, graded, statement
from metaan.errors import InputError

EXACT = 1e-12  # the same few operations, done by hand
PRINTED = 0.5 / 1000  # printed as whole people of 1000

risks = st.floats(min_value=0.001, max_value=0.999)
ratios = st.floats(min_value=0.01, max_value=100)


@pytest.mark.parametrize(
    ("measure", "effect", "assumed", "fewer"),
    [
        # Cochrane Handbook 5.1, section 12.5.4.3: OR 0.73 and a control risk of 0.3 are 62 fewer per 1000
        ("OR", 0.73, 0.3, 62),
        # section 11.5.5: a risk ratio of 0.75 takes 80 % to 60 %, and 20 % to 15 %
        ("RR", 0.75, 0.8, 200),
        ("RR", 0.75, 0.2, 50),
    ],
)
def test_printed_examples_of_the_handbook(measure: str, effect: float, assumed: float, fewer: int) -> None:
    difference = corresponding_risk(measure, effect, assumed) - assumed
    assert difference == pytest.approx(-fewer / 1000, abs=PRINTED)


def test_risks_by_hand() -> None:
    # odds 0.25 / 0.75 = 1/3, doubled 2/3, as a risk (2/3) / (5/3) = 0.4
    assert corresponding_risk("OR", 2.0, 0.25) == pytest.approx(0.4, abs=EXACT)
    assert corresponding_risk("RR", 1.6, 0.25) == pytest.approx(0.4, abs=EXACT)
    assert corresponding_risk("RD", -0.05, 0.25) == pytest.approx(0.2, abs=EXACT)


@given(risks, ratios)
def test_the_odds_of_the_risk_are_those_of_the_comparator_times_the_ratio(risk: float, ratio: float) -> None:
    found = corresponding_risk("OR", ratio, risk)
    assert 0 < found < 1
    assert found / (1 - found) == pytest.approx(ratio * risk / (1 - risk), rel=1e-9)


@given(risks, st.sampled_from(["RR", "OR", "RD"]))
def test_no_effect_is_no_difference(risk: float, measure: str) -> None:
    found = absolute_effect(measure, 0.0, (0.0, 0.0), risk)
    assert found.risk == pytest.approx(risk, abs=EXACT)
    assert found.difference == pytest.approx(0, abs=EXACT)


def test_limits_follow_one_by_one() -> None:
    found = absolute_effect("RR", log(0.5), (log(0.25), log(1.2)), 0.2)
    assert found.risk_ci == pytest.approx((0.05, 0.24), abs=EXACT)
    assert found.difference_ci == pytest.approx((-0.15, 0.04), abs=EXACT)
    assert found.notes == ()


def test_a_risk_stays_between_nothing_and_all() -> None:
    high = absolute_effect("RR", log(2.0), (log(1.5), log(9.0)), 0.3)
    assert high.risk_ci == pytest.approx((0.45, 1.0), abs=EXACT)
    assert high.notes == ("a corresponding risk above 1 is written as 1",)
    low = absolute_effect("RD", -0.1, (-0.4, 0.2), 0.3)
    assert low.risk_ci == pytest.approx((0.0, 0.5), abs=EXACT)
    assert low.notes == ("a corresponding risk below 0 is written as 0",)
    assert absolute_effect("OR", 5000.0, (0.0, inf), 0.3).risk == pytest.approx(1.0)


@pytest.mark.parametrize(("measure", "assumed"), [("RR", nan), ("RR", 0.0), ("OR", 0.0)])
def test_without_a_risk_to_start_from_there_is_none(measure: str, assumed: float) -> None:
    found = absolute_effect(measure, 0.5, (0.1, 0.9), assumed)
    assert isnan(found.risk)
    assert isnan(found.difference)
    assert found.notes


def test_a_difference_of_risks_starts_from_nothing_too() -> None:
    assert absolute_effect("RD", 0.02, (0.01, 0.03), 0.0).risk == pytest.approx(0.02)


@pytest.mark.parametrize(("measure", "assumed"), [("MD", 0.2), ("RR", 1.2), ("RR", -0.1)])
def test_what_cannot_be_asked_is_refused(measure: str, assumed: float) -> None:
    with pytest.raises(InputError):
        corresponding_risk(measure, 1.0, assumed)


@pytest.mark.parametrize(
    ("start", "judged", "level"),
    [
        ("high", {}, "high"),
        ("high", {"risk_of_bias": "serious"}, "moderate"),
        ("high", {"risk_of_bias": "serious", "imprecision": "very serious"}, "very low"),
        ("high", {"risk_of_bias": "extremely serious", "imprecision": "extremely serious"}, "very low"),
        ("high", {"publication_bias": "suspected", "indirectness": "not serious"}, "high"),
        ("high", {"publication_bias": "strongly suspected"}, "moderate"),
        ("low", {}, "low"),
        ("low", {"large_effect": "large"}, "moderate"),
        ("low", {"large_effect": "very large", "dose_response": "yes"}, "high"),
    ],
)
def test_levels_are_counted_down_and_up(start: str, judged: dict[str, str], level: str) -> None:
    assert graded(start, judged) == level


@pytest.mark.parametrize(
    ("start", "judged"), [("middle", {}), ("high", {"bias": "serious"}), ("high", {"imprecision": "bad"})]
)
def test_unknown_judgements_are_refused(start: str, judged: dict[str, str]) -> None:
    with pytest.raises(InputError):
        graded(start, judged)


@pytest.mark.parametrize(
    ("certainty", "size", "higher", "words"),
    [
        ("high", "large", False, "Alpha results in a large reduction in pain compared with control."),
        ("high", "", True, "Alpha results in an increase in pain compared with control."),
        (
            "moderate",
            "small",
            True,
            "Alpha likely results in a slight increase in pain compared with control.",
        ),
        ("moderate", "moderate", False, "Alpha likely results in a reduction in pain compared with control."),
        (
            "low",
            "little or none",
            True,
            "Alpha may result in little to no difference in pain compared with control.",
        ),
        ("low", "", None, "Alpha may result in no difference in pain compared with control."),
        (
            "very low",
            "large",
            True,
            "The evidence is very uncertain about the effect of Alpha on pain compared with control.",
        ),
    ],
)
def test_the_grid_of_statements(certainty: str, size: str, higher: bool | None, words: str) -> None:
    said = statement(certainty, size=size, higher=higher, outcome="pain", first="Alpha", second="control")
    assert said == words


def test_an_unknown_certainty_has_no_words() -> None:
    with pytest.raises(InputError):
        statement("certain", size="", higher=True, outcome="o", first="a", second="b")

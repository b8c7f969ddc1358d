"""The bundled review's main numbers, computed again from counts and means typed a second time."""

from __future__ import annotations

from math import exp, gamma, log, sqrt

import pytest
from scipy.stats import norm
from scipy.stats import t as student

from metaan.report.analysis import analyse
from metaan.review.read import read_review

SAME = 1e-9  # the same arithmetic, written another way

# Soma prescribing information, Table 1 (placebo 560, 250 mg 548); withdrawals from 2.7 % and 2 %
LABEL = {
    "drowsiness": (73, 548, 31, 560),
    "dizziness": (43, 548, 11, 560),
    "headache": (26, 548, 11, 560),
    "withdrawal-adverse-event": (11, 548, 15, 560),
}
# Friedman 2015: 33 % of 108 and 21 % of 107; Friedman 2018: 15 of 80 and 13 of 76
ADVERSE = {"cyclobenzaprine": (36, 108, 22, 107), "methocarbamol": (15, 80, 13, 76)}


def risk_ratio(a, n1, c, n2):
    return log(a / n1) - log(c / n2), sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)


def hedges(mean1, sd1, n1, mean2, sd2, n2):
    dof = n1 + n2 - 2
    sd = sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / dof)
    g = (mean1 - mean2) / sd * gamma(dof / 2) / (sqrt(dof / 2) * gamma((dof - 1) / 2))
    return g, sqrt(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


@pytest.fixture(scope="module")
def results(bundled):
    return {each.id: each for each in analyse(read_review(bundled))}


def comparison(results, analysis, one):
    return comparison_of(results[analysis].main, one)


def comparison_of(scenario, one, other="placebo"):
    return next(each for each in scenario.comparisons if (each.treat1, each.treat2) == (one, other))


def answer(results, analysis, one, other):
    return next(a for a in results[analysis].main.answers if (a.treat1, a.treat2) == (one, other))


@pytest.mark.parametrize("analysis", LABEL)
def test_carisoprodol_against_placebo_is_the_label_s_250_mg_arm(results, analysis):
    found = comparison(results, analysis, "carisoprodol")
    yi, se = risk_ratio(*LABEL[analysis])
    assert (found.k, found.n) == (1, 1108)
    assert (found.main.estimate, found.main.se) == pytest.approx((yi, se), abs=SAME)


def test_the_label_s_printed_checks_come_out(results):
    shown = {
        analysis: tuple(round(exp(x), 2) for x in (fit.estimate, *fit.ci))
        for analysis in LABEL
        for fit in [comparison(results, analysis, "carisoprodol").main]
    }
    assert shown == {
        "drowsiness": (2.41, 1.61, 3.60),
        "dizziness": (3.99, 2.08, 7.66),
        "headache": (2.42, 1.21, 4.84),
        "withdrawal-adverse-event": (0.75, 0.35, 1.62),
    }


def test_function_compares_cyclobenzaprine_and_methocarbamol_through_placebo(results):
    # Friedman 2015: 10.1 (SD 9.23, n 103), 9.8 (SD 8.07, n 104); Friedman 2018: 8.1 (6.1 to 10.1, n 80),
    # 10.9 (8.9 to 12.9, n 76)
    cyclobenzaprine = (10.1 - 9.8, sqrt(9.23**2 / 103 + 8.07**2 / 104))
    spreads = [2 / student.ppf(0.975, n - 1) for n in (80, 76)]
    methocarbamol = (8.1 - 10.9, sqrt(spreads[0] ** 2 + spreads[1] ** 2))
    found = answer(results, "function", "cyclobenzaprine", "methocarbamol")
    se = sqrt(cyclobenzaprine[1] ** 2 + methocarbamol[1] ** 2)
    assert (found.evidence, found.basis) == ("indirect", "network")
    assert found.estimate == pytest.approx(3.1, abs=1e-6)
    assert found.se == pytest.approx(se, abs=1e-6)
    assert [round(x, 2) for x in (found.ci_low, found.ci_high)] == [-0.55, 6.75]


def test_any_adverse_event_compares_them_through_placebo_too(results):
    (y1, s1), (y2, s2) = (risk_ratio(*ADVERSE[drug]) for drug in ("cyclobenzaprine", "methocarbamol"))
    found = answer(results, "any-adverse-event", "cyclobenzaprine", "methocarbamol")
    half = norm.ppf(0.975) * sqrt(s1**2 + s2**2)
    expected = (y1 - y2, y1 - y2 - half, y1 - y2 + half)
    assert (found.estimate, found.ci_low, found.ci_high) == pytest.approx(expected, abs=1e-6)
    assert [round(exp(x), 2) for x in expected] == [1.48, 0.66, 3.34]


def test_relief_compares_carisoprodol_and_methocarbamol_through_placebo(results):
    # Serfer 2010: p = 0.0001, 264 and 269; Samsamshariat 2021: 3.66 (3.17) and 1.84 (1.53), 32 each
    t = student.isf(0.00005, 531)
    d = t * sqrt(1 / 264 + 1 / 269)
    J = 1 - 3 / (4 * 531 - 1)  # Hedges' approximation: within 1e-6 of the exact factor at 531 df
    first = (d * J, sqrt(1 / 264 + 1 / 269 + (d * J) ** 2 / (2 * 533)))
    second = hedges(3.66, 3.17, 32, 1.84, 1.53, 32)
    found = answer(results, "relief", "carisoprodol", "methocarbamol")
    assert found.evidence == "indirect"
    assert found.estimate == pytest.approx(first[0] - second[0], abs=1e-6)
    assert found.se == pytest.approx(sqrt(first[1] ** 2 + second[1] ** 2), abs=1e-6)


def test_drowsiness_of_cyclobenzaprine_adds_up_the_extended_release_arms(results):
    # Borenstein 2003: 29 % of 464 and 10 % of 469; the ER report: 1, 2 and 9 of 376 and none of 128
    found = comparison(results, "drowsiness", "cyclobenzaprine")
    cells = {one.study: (one.arm1.events, one.arm1.n, one.arm2.events, one.arm2.n) for one in found.studies}
    assert cells == {
        "Borenstein2003_pooled": (135, 464, 47, 469),
        "CER_pooled_2trials": (12, 376, 0, 128),
    }
    effects = [risk_ratio(135, 464, 47, 469), risk_ratio(12.5, 377, 0.5, 129)]
    weights = [1 / se**2 for _, se in effects]
    mean = sum(w * yi for w, (yi, _) in zip(weights, effects, strict=True)) / sum(weights)
    assert found.common.estimate == pytest.approx(mean, abs=SAME)
    assert {one.status for one in found.studies} == {"derived"}


def test_what_can_be_answered_of_carisoprodol_is_little(results):
    def reached(other):
        pairs = {name: answer(results, name, "carisoprodol", other).evidence for name in results}
        return {name: evidence for name, evidence in pairs.items() if evidence != "none"}

    assert reached("cyclobenzaprine") == dict.fromkeys(LABEL, "indirect")
    assert reached("methocarbamol") == {"relief": "indirect"}


def test_the_intravenous_trial_is_a_component_of_its_own(results):
    network = results["drowsiness"].main.network
    assert [each.treatments for each in network.components] == [
        ("carisoprodol", "cyclobenzaprine", "placebo"),
        ("diazepam", "methocarbamol"),
    ]


def test_serious_adverse_events_are_shown_and_not_estimated(results):
    scenario = results["serious-adverse-event"].main
    assert {one.study: one.estimable for each in scenario.comparisons for one in each.studies} == {
        "FDA_Soma_label_Studies1and2_pooled": False,
        "Emrich2015": False,
    }
    assert {(each.treat1, each.treat2): each.evidence for each in scenario.answers} == {
        ("carisoprodol", "placebo"): "not estimable",
        ("carisoprodol", "cyclobenzaprine"): "none",
        ("carisoprodol", "methocarbamol"): "none",
        ("cyclobenzaprine", "placebo"): "none",
        ("methocarbamol", "placebo"): "not estimable",
        ("cyclobenzaprine", "methocarbamol"): "none",
    }
    difference = next(each for each in results["serious-adverse-event"].sensitivity if each.measure == "RD")
    label = comparison_of(difference, "carisoprodol")
    assert label.main.estimate == pytest.approx(0.5 / 549 - 0.5 / 561, abs=SAME)  # 0.5 is added to each cell
    assert label.main.ci[0] < 0 < label.main.ci[1]


def test_ralph_enters_only_where_he_is_read_at_his_bound(results):
    def holds(scenario):
        return any(one.study == "Ralph2008" for each in scenario.comparisons for one in each.studies)

    result = results["relief"]
    assert [each.id for each in (result.main, *result.sensitivity) if holds(each)] == ["ralph-at-bound"]
    bound = next(each for each in result.sensitivity if each.id == "ralph-at-bound")
    ralph = next(one for each in bound.comparisons for one in each.studies if one.study == "Ralph2008")
    assert ralph.status == "imputed"


def test_the_350_mg_arm_enters_only_where_doses_are_split(results):
    result = results["withdrawal-adverse-event"]
    split = next(each for each in result.sensitivity if each.id == "dose-split")
    found = comparison_of(split, "carisoprodol 350 mg")
    assert exp(found.main.estimate) == pytest.approx(15 / 279 / (15 / 560), abs=SAME)
    assert any("not purely within trials" in note for note in split.notes)

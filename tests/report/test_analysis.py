"""The pipeline as a whole: comparisons, networks, answers and sensitivities of made-up reviews."""

from __future__ import annotations

from math import isfinite, isnan, sqrt

import numpy as np
import pytest

from metaan.errors import InputError
from metaan.models.pairwise import pool
from metaan.report.analysis import analyse
from metaan.report.comparisons import headline
from metaan.report.pairs import node_order
from metaan.results.synthesis import UNCHANGED
from metaan.review.read import read_review

EXACT = 1e-12


def trial(study, outcome="sore", **arms):
    """Lay out a trial: arm=(events, n)."""
    return [(study, arm, outcome, {"events": e, "n": n}) for arm, (e, n) in arms.items()]


THREE = [
    *trial("S1", alpha=(10, 100), placebo=(20, 100)),
    *trial("S2", alpha=(14, 90), placebo=(16, 95)),
    *trial("S3", alpha=(30, 110), placebo=(15, 105)),
]
STAR = [*trial("S1", alpha=(10, 100), placebo=(20, 100)), *trial("S2", beta=(14, 90), placebo=(16, 95))]
TRIANGLE = [*STAR, *trial("S3", alpha=(12, 80), beta=(15, 82))]


def only(review):
    (found,) = analyse(review)
    return found


def answer(scenario, one, other):
    return next(each for each in scenario.answers if (each.treat1, each.treat2) == (one, other))


def test_a_comparison_holds_every_fit_of_its_studies(review_of):
    (comparison,) = only(review_of(results=THREE)).main.comparisons
    yi = np.array([one.yi for one in comparison.studies])
    vi = np.array([one.sei**2 for one in comparison.studies])
    assert (comparison.treat1, comparison.treat2, comparison.k, comparison.n) == ("alpha", "placebo", 3, 600)
    for name, method, test in (
        ("common", "EE", "z"),
        ("wald", "REML", "z"),
        ("hksj", "REML", "hksj"),
        ("adhoc", "REML", "adhoc"),
    ):
        fit, expected = getattr(comparison, name), pool(yi, vi, method=method, test=test)
        assert (fit.estimate, fit.ci, fit.test) == (expected.estimate, expected.ci, test)
    assert comparison.headline == "hksj"
    assert comparison.main is comparison.hksj
    low, high = comparison.heterogeneity.tau2
    assert low <= comparison.hksj.tau2 <= high


@pytest.mark.parametrize(
    ("rule", "k", "tau2", "name"),
    [
        ("cochrane", 3, 0.1, "hksj"),
        ("cochrane", 3, 0.0, "wald"),
        ("cochrane", 2, 0.1, "wald"),
        ("cochrane", 1, float("nan"), "wald"),
        ("z", 9, 0.1, "wald"),
        ("t", 9, 0.1, "wald"),
        ("hksj", 2, 0.0, "hksj"),
        ("adhoc", 2, 0.0, "adhoc"),
        ("hksj", 1, float("nan"), "wald"),
    ],
)
def test_the_headline_follows_the_rule(rule, k, tau2, name):
    assert headline(rule, k, tau2) == name


def test_the_t_rule_reaches_the_fit_that_it_names(review_of):
    (comparison,) = only(review_of(results=THREE, analysis={"test": "t"})).main.comparisons
    assert (comparison.main.test, comparison.main.dof) == ("t", 2)


def test_one_study_is_shown_as_itself(review_of):
    (comparison,) = only(review_of(results=THREE[:2])).main.comparisons
    study, fit = comparison.studies[0], comparison.main
    assert (fit.estimate, fit.se) == pytest.approx((study.yi, study.sei), abs=EXACT)
    assert comparison.wald is comparison.hksj is comparison.adhoc
    assert isnan(comparison.wald.tau2)
    assert comparison.heterogeneity is None
    assert "one study: nothing is pooled, and heterogeneity cannot be estimated" in comparison.notes


def test_a_comparison_whose_studies_carry_nothing_says_so(review_of):
    scenario = only(review_of(results=trial("S1", alpha=(0, 50), placebo=(0, 50)))).main
    (comparison,) = scenario.comparisons
    assert (comparison.main, comparison.k, comparison.n) == (None, 0, 0)
    assert "no study is estimable" in comparison.notes
    assert scenario.contrasts is None
    found = answer(scenario, "alpha", "placebo")
    assert (found.evidence, found.basis) == ("not estimable", "")
    assert found.reason.startswith("One study compares them, but it is not estimable: no arm has an event")


def test_a_pooled_report_counts_as_one_study_and_is_named(review_of):
    review = review_of(results=THREE, studies={"S2": {"n_trials": 2}})
    (comparison,) = only(review).main.comparisons
    assert [one.pooled_report for one in comparison.studies] == [False, True, False]
    assert comparison.k == 3
    assert comparison.notes == (
        "S2 2001 sums several trials and counts as one study:"
        " differences between those trials cannot be seen",
    )


def test_pairs_are_ordered_by_the_questions_and_the_reference_comes_last(review_of):
    rows = [*TRIANGLE, *trial("S4", zeta=(9, 70), placebo=(9, 70)), *trial("S5", zeta=(9, 70), alpha=(9, 70))]
    review = review_of(results=rows, questions=(("beta", "alpha"), ("alpha", "placebo")))
    assert [(each.treat1, each.treat2) for each in only(review).main.comparisons] == [
        ("beta", "alpha"),
        ("alpha", "placebo"),
        ("alpha", "zeta"),
        ("beta", "placebo"),
        ("zeta", "placebo"),
    ]


def test_questions_about_split_doses_become_one_for_each_dose(review_of):
    rows = [("S1", arm, "sore", {"events": 9, "n": 60}) for arm in ("low", "high", "placebo")]
    arms = {
        ("S1", arm): {"treatment": f"alpha, {arm}", "split_node": f"alpha {arm}"} for arm in ("low", "high")
    }
    review = review_of(results=rows, arms=arms, analysis={"nodes": "dose"})
    order = node_order(review, nodes="dose")
    assert order.pair("placebo", "alpha low") == ("alpha low", "placebo")
    found = only(review).main.answers
    assert [(each.treat1, each.treat2) for each in found] == [
        ("alpha high", "placebo"),
        ("alpha low", "placebo"),
        ("alpha high", "beta"),
        ("alpha low", "beta"),
        ("beta", "placebo"),
    ]


def test_an_indirect_answer_is_the_difference_through_placebo(review_of):
    scenario = only(review_of(results=STAR)).main
    first, second = (one for each in scenario.comparisons for one in each.studies)
    found = answer(scenario, "alpha", "beta")
    assert (found.evidence, found.basis, found.k, found.n) == ("indirect", "network", 0, 0)
    assert found.estimate == pytest.approx(first.yi - second.yi, abs=1e-9)
    assert found.se == pytest.approx(sqrt(first.sei**2 + second.sei**2), abs=1e-9)
    assert found.reason == (
        "No study compares them; the estimate goes through placebo (alpha and placebo, one study; placebo and"
        " beta, one study). Neither heterogeneity nor inconsistency can be estimated."
    )


def test_evidence_is_mixed_only_where_other_comparisons_contribute(review_of):
    assert answer(only(review_of(results=STAR)).main, "alpha", "placebo").evidence == "direct"
    assert {each.evidence for each in only(review_of(results=TRIANGLE)).main.answers} == {"mixed"}
    alone = trial("S1", alpha=(10, 100), beta=(14, 90), placebo=(20, 100))
    assert {each.evidence for each in only(review_of(results=alone)).main.answers} == {"direct"}


def test_two_treatments_are_answered_by_the_pairwise_pool(review_of):
    scenario = only(review_of(results=THREE)).main
    found, main = answer(scenario, "alpha", "placebo"), scenario.comparisons[0].main
    assert (found.evidence, found.basis) == ("direct", "pairwise")
    assert (found.estimate, found.ci_low, found.ci_high) == (main.estimate, *main.ci)
    assert scenario.network is None
    assert "no network: it takes three treatments, and there are 2 (alpha and placebo)" in scenario.notes
    missing = answer(scenario, "alpha", "beta")
    assert missing.reason == "There are no usable data for beta in this analysis."


def test_a_treatment_of_another_component_is_out_of_reach(review_of):
    rows = [*THREE, *trial("S4", beta=(5, 50), delta=(9, 50))]
    scenario = only(review_of(results=rows)).main
    assert len(scenario.network.components) == 2
    found = answer(scenario, "alpha", "beta")
    assert found.evidence == "none"
    assert isnan(found.estimate)
    assert found.reason == (
        "No study compares them and no chain of comparisons connects them: alpha is connected only with"
        " placebo, and beta only with delta."
    )


def test_a_plan_without_network_answers_direct_questions_only(review_of):
    scenario = only(review_of(results=STAR, analysis={"network": False})).main
    assert scenario.network is None
    assert "the plan asks for no network" in scenario.notes
    assert answer(scenario, "alpha", "placebo").basis == "pairwise"
    assert answer(scenario, "alpha", "beta").reason == (
        "No study compares them directly, and this analysis has no network."
    )


def test_a_method_that_networks_lack_is_replaced_aloud(review_of):
    scenario = only(review_of(results=TRIANGLE, analysis={"method": "PM"})).main
    assert scenario.network.method == "REML"
    assert "the network takes τ² by REML: PM is defined for pairwise pooling only" in scenario.notes
    assert only(review_of(results=TRIANGLE, analysis={"method": "EE"})).main.network.tau2 == 0


def test_a_multi_arm_study_without_all_its_contrasts_stays_out_of_the_network_aloud(review_of):
    printed = {"measure": "RR", "estimate": 0.8, "se": 0.2}
    review = review_of(
        results=TRIANGLE,
        contrasts=[("S9", "alpha", "placebo", "sore", printed), ("S9", "beta", "placebo", "sore", printed)],
    )
    scenario = only(review).main
    assert "S9" not in scenario.network.studies
    assert any("leaves out one study (S9)" in note for note in scenario.notes)
    assert "S9" in {one.study for each in scenario.comparisons for one in each.studies if one.estimable}


def test_printed_contrasts_that_contradict_each_other_stay_out_of_the_network_aloud(review_of):
    printed = {"measure": "MD", "se": 0.2}
    review = review_of(
        contrasts=[
            ("S8", "alpha", "placebo", "sore", printed | {"estimate": 1.0}),
            ("S8", "beta", "placebo", "sore", printed | {"estimate": 0.5}),
            ("S9", "alpha", "placebo", "sore", printed | {"estimate": 1.0}),
            ("S9", "beta", "placebo", "sore", printed | {"estimate": 0.5}),
            ("S9", "alpha", "beta", "sore", printed | {"estimate": -0.5}),
            ("S10", "alpha", "beta", "sore", printed | {"estimate": 0.4}),
            ("S11", "beta", "placebo", "sore", printed | {"estimate": 0.4}),
        ],
        outcomes={"sore": {"kind": "continuous"}},
    )
    scenario = only(review).main
    assert scenario.network.studies == ("S10", "S11")
    assert any(note.startswith("the network leaves out S9: ") for note in scenario.notes)
    assert answer(scenario, "alpha", "placebo").basis == "network"


def test_numbers_too_far_apart_for_a_network_leave_the_pairs_standing(review_of):
    printed = {"measure": "MD", "estimate": 1.0}
    review = review_of(
        contrasts=[
            ("S1", "alpha", "placebo", "sore", printed | {"se": 1e-4}),
            ("S2", "beta", "placebo", "sore", printed | {"se": 1e4}),
        ],
        outcomes={"sore": {"kind": "continuous"}},
    )
    scenario = only(review).main
    assert scenario.network is None
    assert any(note.startswith("no network: ") and "units" in note for note in scenario.notes)
    assert [each.k for each in scenario.comparisons] == [1, 1]


def test_a_question_asked_both_ways_is_answered_once(review_of):
    review = review_of(results=THREE, questions=(("alpha", "placebo"), ("placebo", "alpha")))
    (found,) = only(review).main.answers
    assert (found.treat1, found.treat2, found.evidence) == ("alpha", "placebo", "direct")


def test_sensitivities_say_what_they_change_and_idle_ones_are_named_once(review_of):
    review = review_of(
        results=THREE,
        rob=[{"study_id": "S3", "domain": "overall", "judgement": "high"}],
        sensitivity=[
            {"id": "or", "measure": "OR"},
            {"id": "ee", "method": "EE"},
            {"id": "dl", "method": "DL", "test": "z"},
            {"id": "low-risk", "exclude_rob": ["high"]},
            {"id": "printed", "status": ["extracted"]},
            {"id": "none", "exclude_studies": ["S1", "S2", "S3"]},
            {"id": "smd", "measure": "SMD"},
        ],
    )
    found = only(review)
    assert {each.id: each.changed for each in found.sensitivity} == {
        "or": "Odds ratio in place of risk ratio.",
        "ee": "A common effect in place of random effects.",
        "dl": "DL in place of REML as estimator of τ²; Wald intervals in place of the rule of the Cochrane"
        " Handbook for intervals.",
        "low-risk": "Without S3 2001.",
        "none": "No row is left.",
    }
    assert found.notes == (
        "Not repeated, because they would change neither the rows nor the choices of this analysis: printed.",
    )
    empty = found.sensitivity[-1]
    assert empty.comparisons == ()
    assert "no row can be used, so there is nothing to compute" in empty.notes
    assert {each.evidence for each in empty.answers} == {"none"}
    assert len(empty.set_aside) == 6


def test_a_sensitivity_without_consequence_says_that_too(review_of):
    review = review_of(
        results=THREE[:2], sensitivity=[{"id": "dl", "method": "DL"}, {"id": "or", "measure": "OR"}]
    )
    dl, odds = only(review).sensitivity
    assert UNCHANGED in dl.notes
    assert UNCHANGED not in odds.notes


def test_arms_that_only_some_trials_had_are_named_where_they_enter(review_of):
    review = review_of(
        results=TRIANGLE, arms={("S3", "beta"): {"in_every_trial": "no"}}, analysis={"arms": "all"}
    )
    assert any("not purely within trials" in note for note in only(review).main.notes)


def test_set_aside_rows_carry_their_reason_and_their_place(review_of):
    rows = [*THREE, ("S4", "alpha", "sore", {"percent": 12, "quote": "twelve per cent"})]
    (left,) = only(review_of(results=rows)).main.set_aside
    assert (left.study, left.label, left.outcome, left.arm) == ("S4", "S4 2001", "sore", "alpha")
    assert (left.provenance.anchor, left.provenance.quote) == ("results-8", "twelve per cent")
    assert left.reason == "a percentage without the number analysed"


def test_an_analysis_without_direction_is_refused(review_of):
    review = review_of(results=THREE, outcomes={"sore": {"direction": ""}})
    with pytest.raises(InputError, match='analysis "x" has no direction'):
        analyse(review)


def test_progress_is_told_for_each_analysis(review_of):
    said = []
    analyse(review_of(results=THREE), progress=said.append)
    assert said == ["X"]


def test_names_are_text_whatever_they_hold(review_of):
    wild = "<script>alert(1)</script> =cmd|' /C calc'!A0"
    review = review_of(
        results=[*trial(wild, alpha=(10, 100), placebo=(20, 100))], studies={wild: {"label": wild}}
    )
    (comparison,) = only(review).main.comparisons
    assert comparison.studies[0].label == wild


@pytest.fixture(scope="module")
def bundled_results(bundled):
    return {each.id: each for each in analyse(read_review(bundled))}


SILENT = ("none", "not estimable")


def test_every_bundled_scenario_is_coherent(bundled_results):
    for result in bundled_results.values():
        for scenario in (result.main, *result.sensitivity):
            assert scenario.changed or scenario.id == "main"
            for each in scenario.comparisons:
                estimable = [one for one in each.studies if one.estimable]
                assert each.k == len(estimable)
                assert all(one.note for one in each.studies if not one.estimable)
                if each.main is not None:
                    assert each.main.weights.sum() == pytest.approx(1)
                    assert each.main.ci[0] <= each.main.estimate <= each.main.ci[1]
            for found in scenario.answers:
                assert isfinite(found.estimate) == (found.evidence not in SILENT)
                assert found.reason or found.k > 1 or found.evidence in SILENT


def test_where_only_direct_evidence_bears_the_answer_is_that_of_the_forest_plot(bundled_results):
    seen = 0
    for result in bundled_results.values():
        for found in result.main.answers:
            if found.evidence == "direct":
                pairs = [(each.treat1, each.treat2) for each in result.main.comparisons]
                fit = result.main.comparisons[pairs.index((found.treat1, found.treat2))].main
                assert (found.estimate, found.ci_low, found.ci_high) == (fit.estimate, *fit.ci)
                assert found.basis == "pairwise"
                seen += 1
    assert seen > 10

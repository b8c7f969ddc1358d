from __future__ import annotations

from math import inf

import pytest

from metaan.report.limits import Limits, limiting_judgements, shows_other_interval

T1 = 12.7062  # 97.5 % point of t on 1 df
NAMES = {"alpha": "Alpha", "control": "placebo"}


@pytest.fixture
def limits_of(build):
    def make(comparisons, network=None, measure="RR", judged=None):
        return Limits(comparisons, network, measure=measure, names=NAMES, judged=judged or {})

    return make


def _two(build, estimate=0.5, **changes):
    studies = [build.study(), build.study(study="S2", label="Jones 2004")]
    fit = build.pooled(estimate, 0.25, 2)
    wide = build.pooled(estimate, 0.25, 2, width=T1)
    return build.comparison(studies, fit=fit, hksj=wide, adhoc=wide, **changes)


def test_two_studies_name_the_other_interval_and_what_it_holds(build, limits_of):
    # exp(0.5 ± 1.96 × 0.25) leaves out 1; exp(0.5 ± 12.7062 × 0.25) = 0.0688, 39.51 holds it
    assert limits_of([]).of_direct(_two(build)) == (
        "Two studies compare them directly. The Hartung-Knapp interval is 0.069 to 39.51, which includes 1;"
        " the Wald interval leaves out 1."
    )


def test_two_studies_whose_intervals_agree_get_the_numbers_alone(build, limits_of):
    assert limits_of([]).of_direct(_two(build, estimate=0.0)) == (
        "Two studies compare them directly. The Hartung-Knapp interval is 0.042 to 23.96."
    )


def test_many_studies_name_the_other_interval_only_where_it_disagrees(build, limits_of):
    studies = [build.study(study=f"S{i}", label=f"Study {i}") for i in range(5)]
    same = build.comparison(studies)
    apart = build.comparison(studies, hksj=build.pooled(0.5, 0.25, 5, width=3.0))
    shown = build.comparison(studies, headline="hksj", hksj=build.pooled(0.5, 0.25, 5, width=3.0))
    assert limits_of([]).of_direct(same) == ""
    assert limits_of([], measure="MD").of_direct(apart) == (
        "The Hartung-Knapp interval is −0.25 to 1.25, which includes 0; the Wald interval leaves out 0."
    )
    assert limits_of([], measure="MD").of_direct(shown) == (
        "The Wald interval is 0.01 to 0.99, which leaves out 0; the Hartung-Knapp interval includes 0."
    )


def test_an_interval_without_ends_is_not_named(build):
    assert not shows_other_interval(_two(build) and build.comparison([]))
    endless = build.pooled(0.5, 0.25, 2, width=inf)
    studies = [build.study(), build.study(study="S2", label="Jones 2004")]
    assert not shows_other_interval(build.comparison(studies, hksj=endless))


def test_one_report_of_several_trials_is_not_called_a_study(build, limits_of):
    summed = build.comparison([build.study(pooled_report=True)])
    assert limits_of([]).of_direct(summed) == (
        "One report that adds up several trials compares them; whether those agree cannot be seen."
    )


def test_a_judgement_stands_beside_the_answer_that_rests_on_it(build, limits_of):
    said = limits_of([], judged={"S1": "high"}).of_direct(build.comparison())
    assert said == "One study compares them directly. Overall risk of bias judged high: Smith 2001."


def test_judgements_that_limit_are_overall_ones_of_these_outcomes(build):
    rows = [
        {"study_id": "S1", "domain": "overall", "judgement": "high"},
        {"study_id": "S2", "domain": "Overall", "judgement": "some concerns", "outcome_id": "other"},
        {"study_id": "S3", "domain": "overall", "judgement": "low"},
        {"study_id": "S4", "domain": "overall", "judgement": "not judged"},
        {"study_id": "S5", "domain": "blinding", "judgement": "high"},
    ]
    review = build.review(rob=rows)
    assert limiting_judgements(review, ("relief",)) == {"S1": "high"}
    assert limiting_judgements(review, ("other",)) == {"S1": "high", "S2": "some concerns"}


def _star(build, *more):
    pairs = [("alpha", "control"), ("beta", "control"), *more]
    return [build.comparison([build.study(study=f"S{i}", pair=p)], pair=p) for i, p in enumerate(pairs)]


def test_a_detour_over_the_same_treatment_is_no_other_chain(build, limits_of):
    # alpha - gamma - control still passes control, through which the estimate goes already
    comparisons = _star(build, ("alpha", "gamma"), ("gamma", "control"))
    said = limits_of(comparisons).of_indirect(("alpha", "beta"), None)
    assert "other chains" not in said
    assert "goes through placebo (Alpha and placebo, one study; placebo and beta, one study)." in said


def test_a_way_round_the_treatments_between_is_another_chain(build, limits_of):
    comparisons = _star(build, ("alpha", "gamma"), ("gamma", "beta"))
    assert ", and by other chains." in limits_of(comparisons).of_indirect(("alpha", "beta"), None)


@pytest.mark.parametrize(
    ("dof", "inconsistency", "words"),
    [
        (0.0, 0.0, "Neither heterogeneity nor inconsistency can be estimated."),
        (1.0, 0.0, "Inconsistency cannot be examined: direct and indirect evidence meet nowhere."),
        (2.0, 1.0, ""),
    ],
)
def test_what_cannot_be_examined_is_said(build, limits_of, dof, inconsistency, words):
    part = build.component(["alpha", "beta", "control"], dof=dof, inconsistency=inconsistency)
    said = limits_of(_star(build), build.network([part])).of_indirect(("alpha", "beta"), None)
    assert said.partition("one study).")[2].strip() == words

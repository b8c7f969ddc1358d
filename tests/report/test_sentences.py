from __future__ import annotations

import re
from math import nan

import pytest

from metaan.report.sentences import (
    answer_sentences,
    comparison_sentences,
    direction_sentence,
    network_sentences,
    thinness_sentences,
)

NAMES = {"alpha": "Alpha", "beta": "Beta", "control": "control"}
VERDICTS = re.compile(
    r"significan|p\s*[<=>]|superior|inferior|no difference|no effect|certainty|proves|likely|trend|effective",
    re.I,
)


def test_one_study_is_shown_alone(build):
    said = comparison_sentences(build.comparison(), "RR", NAMES, 0.95)
    # exp(0.5) = 1.6487; exp(0.5 ± 1.959964 × 0.25) = 1.0101, 2.6912
    assert said == (
        "Risk ratio 1.65 (95% CI 1.01 to 2.69) for Alpha versus control, from one study with 102"
        " participants.",
        "Nothing is pooled: this is that study's own result, and one study cannot show heterogeneity.",
    )


def test_no_study_gives_no_number(build):
    empty = build.comparison(studies=())
    assert comparison_sentences(empty, "RR", NAMES, 0.95) == (
        "No estimate for Alpha versus control: no study compares them.",
    )


def test_a_silent_study_is_named_with_its_reason(build):
    silent = build.study(estimable=False, yi=nan, sei=nan, note="no event in either arm", label="Nil 1999")
    said = comparison_sentences(build.comparison(studies=[silent]), "RR", NAMES, 0.95)
    assert said == (
        "No estimate for Alpha versus control: the one study that compares them carries nothing for"
        " this measure.",
        "Not estimable: Nil 1999 (no event in either arm).",
    )


def test_two_studies_show_how_far_the_intervals_disagree(build):
    studies = [build.study(), build.study(study="S2", label="Jones 2004")]
    wide = build.pooled(0.5, 0.25, 2, width=12.7062)  # t on 1 df
    comparison = build.comparison(studies=studies, hksj=wide, adhoc=wide)
    said = comparison_sentences(comparison, "RR", NAMES, 0.95)
    assert said[0].endswith("from two studies with 204 participants.")
    assert said[1] == "Random effects (REML) with a Wald interval."
    assert said[2] == "Heterogeneity: τ² 0, I² 25%, Q 2.00 on 1 df."
    assert said[3] == (
        "The interval depends on how it is computed: Wald 1.01 to 2.69, Hartung-Knapp 0.069 to 39.51 and"
        " ad hoc Hartung-Knapp 0.069 to 39.51."
    )
    assert not any("prediction" in sentence for sentence in said)


def test_many_studies_show_spread_and_prediction(build):
    studies = [build.study(study=f"S{i}", label=f"Study {i}") for i in range(5)]
    fit = build.pooled(-2.8, 1.4, 5, tau2=1.234, prediction=(-9.0, 3.4))
    spread = build.spread(tau2=(0.0, 17.5), I2=(0.0, 0.9), H2=(1.0, 9.0), level=0.95)
    comparison = build.comparison(studies=studies, fit=fit, heterogeneity=spread, headline="hksj")
    said = comparison_sentences(comparison, "MD", NAMES, 0.95)
    assert said == (
        "Mean difference −2.80 (95% CI −5.54 to −0.06) for Alpha versus control, from five studies with 510"
        " participants.",
        "Random effects (REML) with a Hartung-Knapp interval.",
        "Heterogeneity: τ² 1.2 (95% CI 0 to 18), I² 25%, Q 5.00 on 4 df; 95% prediction interval"
        " −9.00 to 3.40.",
    )


def test_a_common_effect_claims_no_tau2(build):
    studies = [build.study(), build.study(study="S2", label="Jones 2004")]
    said = comparison_sentences(
        build.comparison(studies=studies, fit=build.pooled(method="EE")), "OR", NAMES, 0.95
    )
    assert said[1:3] == ("Common-effect model with a Wald interval.", "Heterogeneity: Q 2.00 on 1 df.")


def test_derived_numbers_and_summed_reports_are_said(build):
    study = build.study(status="derived", pooled_report=True, label="Label 2007")
    said = " ".join(comparison_sentences(build.comparison(studies=[study]), "RR", NAMES, 0.9))
    assert "(90% CI " in said
    assert "Derived numbers, not printed as such, enter from Label 2007." in said
    assert (
        "Label 2007 is one report that adds up several trials as if they were one: whether those trials"
        " agree cannot be seen." in said
    )
    assert "from one report of several trials with 102 participants." in said
    assert "that study's own result" not in said


def test_a_summed_report_beside_others_is_one_unit(build):
    studies = [build.study(pooled_report=True, label="Label 2007"), build.study(study="S2", label="Two")]
    said = " ".join(comparison_sentences(build.comparison(studies=studies), "RR", NAMES, 0.95))
    assert "Label 2007 is one unit that sums several trials" in said


@pytest.mark.parametrize(
    ("studies", "multiarm", "words"),
    [
        (["S1", "S2"], ["S1", "S2"], "two studies, both multi-arm."),
        (["S1"], ["S1"], "one study, which is multi-arm."),
        (["S1", "S2", "S3"], ["S1", "S2", "S3"], "three studies, all of them multi-arm."),
    ],
)
def test_multi_arm_studies_are_counted_in_plain_words(build, studies, multiarm, words):
    part = build.component(["alpha", "beta", "control"], studies)
    said = network_sentences(build.scenario(network=build.network([part], multiarm=multiarm)), NAMES)
    assert said[0].endswith(words)


def test_one_pooled_comparison_is_not_counted_as_each(build):
    studies = [build.study(study=f"S{i}", label=f"Study {i}") for i in range(13)]
    analysis = build.analysis(build.scenario([build.comparison(studies=studies)], [build.answer()]))
    assert "One comparison could be estimated, from 13 studies." in thinness_sentences(
        build.review(), (analysis,)
    )


@pytest.mark.parametrize(
    ("measure", "direction", "words"),
    [
        ("RR", "lower_better", "A risk ratio below 1 favours"),
        ("OR", "higher_better", "An odds ratio above 1 favours"),
        ("MD", "higher_better", "A mean difference above 0 favours"),
        ("SMD", "lower_better", "A standardised mean difference below 0 favours"),
    ],
)
def test_the_side_that_favours_follows_measure_and_direction(measure, direction, words):
    assert direction_sentence(measure, direction).startswith(words)


def test_answers_say_what_they_rest_on(build):
    indirect = build.answer(("alpha", "beta"), "indirect", 0.0, 0, 0, reason="Through control only.")
    assert answer_sentences([build.answer(), indirect], "RR", NAMES, 0.95) == (
        "Risk ratio 1.65 (95% CI 1.01 to 2.69) for Alpha versus control, from direct evidence.",
        "Risk ratio 1.00 (95% CI 0.61 to 1.63) for Alpha versus Beta, from indirect evidence only."
        " Through control only.",
    )


def test_questions_without_an_answer_stand_together_under_their_reason(build):
    silent = [
        build.answer(pair, "none", nan, 0, 0, reason="There are no data for Beta.")
        for pair in (("alpha", "beta"), ("beta", "control"))
    ]
    assert answer_sentences([silent[0], build.answer(), silent[1]], "RR", NAMES, 0.95)[1:] == (
        "No connected evidence for Alpha versus Beta and Beta versus control. There are no data for Beta.",
    )


def test_a_network_that_falls_apart_says_so(build):
    parts = [build.component(["alpha", "beta", "control"]), build.component(["gamma", "delta"], ["S3"])]
    said = network_sentences(build.scenario(network=build.network(parts, multiarm=["S1"])), NAMES)
    assert said[0] == "The network holds five treatments and three studies, one of them multi-arm."
    assert said[1].startswith(
        "It falls into two parts that no study connects: Alpha, Beta and control; gamma and delta."
    )
    assert said[2].startswith("Among Alpha, Beta and control: no comparison can be checked against another")


def test_inconsistency_is_split_only_where_designs_meet(build):
    meets = build.component(["alpha", "beta", "control"], dof=3.0, inconsistency=1.0)
    apart = build.component(["alpha", "beta", "control"], dof=3.0)
    split = network_sentences(build.scenario(network=build.network([meets])), NAMES)[-1]
    alone = network_sentences(build.scenario(network=build.network([apart])), NAMES)[-1]
    assert split == (
        "τ² 0.040, I² 50%, Q 4.00 on 3 df: 3.00 within designs (2 df) and 1.00 between designs (1 df)."
    )
    assert alone.endswith("Direct and indirect evidence meet nowhere, so inconsistency cannot be examined.")


def test_no_network_gives_the_reason(build):
    scenario = build.scenario(notes=("only two treatments are compared",))
    assert network_sentences(scenario, NAMES) == ("Only two treatments are compared.",)


def test_thinness_counts_units_people_answers_and_missing_trials(small_review, small_analyses):
    assert thinness_sentences(small_review, small_analyses) == (
        "All main analyses together rest on one unit with 102 participants.",
        "The one comparison that could be estimated rests on a single study.",
        "Alpha versus control: direct evidence; one study with 102 participants compares them directly.",
        "Beta versus control: no connected evidence.",
        "Alpha versus Beta: no connected evidence.",
        "Known for Alpha but without usable results: M1 trial. It enrolled 830 participants, more than the"
        " 102 in all studies of Alpha that could be analysed.",
    )


def test_several_outcomes_are_counted_question_by_question(build, small_review, small_analyses):
    indirect = build.answer(("alpha", "beta"), "indirect", 0.2, 0, 0)
    other = build.analysis(build.scenario([], [indirect]), id="harm", title="Harm")
    said = thinness_sentences(small_review, (*small_analyses, other))
    assert said[2:5] == (
        "Alpha versus control, of two outcomes: direct evidence only for one and no connected evidence for"
        " one. The most for one outcome is one study with 102 participants (Relief).",
        "Beta versus control, of two outcomes: no connected evidence for two. No study with usable results"
        " compares the two.",
        "Alpha versus Beta, of two outcomes: indirect evidence only for one and no connected evidence for"
        " one. No study with usable results compares the two.",
    )


def test_a_unit_that_another_one_sums_is_not_counted_twice(build):
    review = build.review(
        studies=[
            {"study_id": "S1", "label": "Smith 2001"},
            {"study_id": "L", "label": "Label", "n_trials": 2, "covers": "S1; S2"},
        ]
    )
    analyses = (
        build.analysis(),
        build.analysis(
            build.scenario(
                [build.comparison([build.study(study="L", label="Label", n=(500, 510))])], [build.answer()]
            ),
            id="harm",
            title="Harm",
        ),
    )
    said = thinness_sentences(review, analyses)
    assert (
        said[0]
        == "All main analyses together rest on one unit (which holds two trials) with 1,010 participants."
    )


def test_nothing_at_all_is_said_plainly(build):
    said = thinness_sentences(build.review(), (build.analysis(build.scenario()),))
    assert said[0] == "No study gave a number that a main analysis could use."


def test_no_sentence_gives_a_verdict(build, small_review, small_analyses):
    studies = [build.study(study=f"S{i}", label=f"Study {i}", status="derived") for i in range(4)]
    fit = build.pooled(0.9, 0.1, 4, tau2=0.1, prediction=(0.1, 1.7))
    said = [
        *comparison_sentences(build.comparison(studies=studies, fit=fit), "RR", NAMES, 0.95),
        *thinness_sentences(small_review, small_analyses),
        *answer_sentences([build.answer()], "RR", NAMES, 0.95),
    ]
    assert not [sentence for sentence in said if VERDICTS.search(sentence)]

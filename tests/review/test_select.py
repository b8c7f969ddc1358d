"""Which rows enter, and that every other row of an analysis's outcomes has its reason."""

from __future__ import annotations

import pytest

from metaan.review.read import read_review
from metaan.review.select import covered_units, select
from metaan.review.settle import misfit, settle

ARM = {"n": 50, "events": 9}


def chosen(review, sensitivity=None):
    analysis = review.plan.analysis[0]
    plan = next((each for each in review.plan.sensitivity if each.id == sensitivity), None)
    return select(review, analysis, settle(review, analysis, plan))


def used(selection):
    return [(one.study, one.arm) for one in selection.arms]


def reasons(selection):
    return {
        (left.row.text["study_id"], left.row.text.get("arm_id", "")): left.reason for left in selection.left
    }


def two_arms(study="S1", outcome="sore", **cells):
    return [(study, arm, outcome, ARM | cells) for arm in ("alpha", "placebo")]


def test_a_trial_with_two_usable_arms_enters(review_of):
    selection = chosen(review_of(results=two_arms()))
    assert used(selection) == [("S1", "alpha"), ("S1", "placebo")]
    assert selection.left == ()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"use": "list", "reason": "a figure is illegible"}, "a figure is illegible"),
        ({"use": "check", "reason": "a second source"}, "kept to check other rows: a second source"),
        ({"use": "sensitivity"}, "enters only analyses that ask for it"),
        (
            {"use": "sensitivity", "reason": "The source counts otherwise."},
            "enters only analyses that ask for it. The source counts otherwise.",
        ),
        (
            {"status": "imputed"},
            "the figure is imputed, and this analysis takes only extracted or derived ones",
        ),
        ({"n": "", "events": "", "percent": 18}, "a percentage without the number analysed"),
        ({"n": ""}, "a count without the number analysed"),
        ({"events": ""}, "neither a count nor a percentage of participants with the event"),
        ({"qualifier": "<="}, "printed as a bound (<=), not a figure"),
    ],
)
def test_a_row_that_cannot_enter_has_its_own_reason(review_of, cells, reason):
    rows = [*two_arms(), ("S2", "alpha", "sore", ARM | cells), ("S2", "placebo", "sore", ARM | cells)]
    selection = chosen(review_of(results=rows))
    assert used(selection) == [("S1", "alpha"), ("S1", "placebo")]
    assert reasons(selection) == {("S2", "alpha"): reason, ("S2", "placebo"): reason}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"median": 3, "n": 20}, "a median, no mean"),
        ({"n": 20}, "no mean"),
        ({"mean": 3}, "a mean without the number analysed"),
        ({"mean": 3, "n": 20}, "a mean without SD, standard error or interval"),
        ({"mean": 3, "n": 20, "sd": 0}, "an SD of 0 gives no standard error"),
        ({"mean": 3, "n": 1, "sd": 2}, "one participant gives no SD"),
        (
            {"mean": 3, "n": 20, "ci_low": 4, "ci_high": 2},
            "an interval whose lower limit is not below its upper limit",
        ),
        ({"mean": 3, "n": 20, "ci_low": 2, "ci_high": 4, "ci_level": 100}, "an interval of level 100 %"),
    ],
)
def test_a_mean_needs_its_number_and_its_spread(review_of, cells, reason):
    whole = {"mean": 3, "sd": 1, "n": 20}
    rows = [("S1", "alpha", "sore", cells), ("S1", "beta", "sore", whole), ("S1", "placebo", "sore", whole)]
    selection = chosen(review_of(results=rows, outcomes={"sore": {"kind": "continuous"}}))
    assert reasons(selection) == {("S1", "alpha"): reason}


def test_an_arm_left_alone_is_set_aside_with_the_reason(review_of):
    rows = [*two_arms(), ("S2", "alpha", "sore", ARM), ("S2", "placebo", "sore", {"n": 40})]
    found = reasons(chosen(review_of(results=rows)))
    assert found["S2", "alpha"] == (
        "no other arm of this trial can be used, so alpha has nothing to be compared with"
    )
    assert set(found) == {("S2", "alpha"), ("S2", "placebo")}


def test_arms_of_one_node_give_no_contrast_unless_doses_are_split(review_of):
    rows = [("S1", "low", "sore", ARM), ("S1", "high", "sore", ARM)]
    arms = {
        ("S1", "low"): {"treatment": "alpha, low", "split_node": "alpha 5 mg"},
        ("S1", "high"): {"treatment": "alpha, high", "split_node": "alpha 10 mg"},
    }
    review = review_of(results=rows, arms=arms, sensitivity=[{"id": "dose", "nodes": "dose"}])
    assert set(reasons(chosen(review)).values()) == {
        "the arms belong to one node (alpha), so they give no contrast"
    }
    assert [one.node for one in chosen(review, "dose").arms] == ["alpha 5 mg", "alpha 10 mg"]


def test_arms_that_only_some_trials_had_enter_only_where_all_arms_are_taken(review_of):
    rows = [*two_arms(), ("S1", "beta", "sore", ARM)]
    review = review_of(
        results=rows,
        arms={("S1", "beta"): {"in_every_trial": "no"}},
        sensitivity=[{"id": "all", "arms": "all"}],
    )
    assert reasons(chosen(review)) == {
        ("S1", "beta"): "the arm comes from only some of the trials that the report sums"
    }
    assert len(chosen(review, "all").arms) == 3


def test_background_route_bias_and_named_studies_keep_rows_out(review_of):
    rows = [*two_arms(), *two_arms("S2"), *two_arms("S3"), *two_arms("S4")]
    arms = {
        **{("S1", arm): {"background": "naproxen", "route": "oral"} for arm in ("alpha", "placebo")},
        **{("S2", arm): {"route": "intravenous"} for arm in ("alpha", "placebo")},
        **{(study, arm): {"route": "Oral"} for study in ("S3", "S4") for arm in ("alpha", "placebo")},
    }
    judged = {"study_id": "S3", "domain": "overall", "judgement": "high"}
    changes = {
        "background": "none",
        "routes": ["oral"],
        "exclude_rob": ["high"],
        "exclude_studies": ["S4"],
    }
    review = review_of(results=rows, arms=arms, rob=[judged], analysis=changes)
    found = reasons(chosen(review))
    assert used(chosen(review)) == []
    assert [found[study, "alpha"] for study in ("S1", "S2", "S3", "S4")] == [
        "given on top of naproxen, not alone",
        "route intravenous, not oral",
        "overall risk of bias judged high",
        "the plan leaves this unit out",
    ]


def test_a_judgement_of_another_outcome_does_not_keep_a_study_out(review_of):
    judged = {"study_id": "S1", "outcome_id": "other", "domain": "overall", "judgement": "high"}
    review = review_of(results=two_arms(), rob=[judged], analysis={"exclude_rob": ["high"]})
    assert len(chosen(review).arms) == 2


def test_printed_figures_only_leaves_out_what_metaan_would_have_to_derive(review_of):
    percent = {"events": "", "percent": 18}
    review = review_of(
        results=[*two_arms(), *two_arms("S2", **percent)],
        sensitivity=[{"id": "printed", "status": ["extracted"]}],
    )
    assert [one.status for one in chosen(review).arms] == ["extracted"] * 2 + ["derived"] * 2
    assert reasons(chosen(review, "printed"))["S2", "alpha"] == (
        "the figure must be derived from what was printed, and this analysis takes only printed ones"
    )


def test_a_trial_enters_once_with_the_first_outcome_of_the_plan(review_of):
    rows = [*two_arms(outcome="ache"), *two_arms(outcome="sore")]
    review = review_of(results=rows, analysis={"outcomes": ["sore", "ache"]})
    selection = chosen(review)
    assert {one.outcome for one in selection.arms} == {"sore"}
    assert {left.reason for left in selection.left} == {"the trial enters once, with Sore at 1 week"}


def test_the_preferred_time_point_comes_before_the_others(review_of):
    rows = [*two_arms(timepoint="3 days"), *two_arms(timepoint="2 weeks"), *two_arms(timepoint="1 week")]
    review = review_of(results=rows, outcomes={"sore": {"preferred_timepoint": "2 weeks"}})
    assert {one.timepoint for one in chosen(review).arms} == {"2 weeks"}


def test_time_points_that_the_plan_does_not_take_are_named(review_of):
    rows = [*two_arms(timepoint="3 days"), *two_arms()]
    review = review_of(results=rows, analysis={"timepoints": ["1 week"]})
    assert set(reasons(chosen(review)).values()) == {"measured at 3 days, not at 1 week"}


def test_an_arm_counted_twice_under_two_wordings_enters_once(review_of):
    rows = [*two_arms(reported_as="stopped"), *two_arms(reported_as="did not complete")]
    selection = chosen(review_of(results=rows))
    assert {one.row.text["reported_as"] for one in selection.arms} == {"stopped"}
    assert len(selection.left) == 2


def test_a_unit_that_sums_trials_stands_for_them(review_of):
    review = review_of(
        results=[*two_arms("Sum"), *two_arms("Part")],
        studies={"Sum": {"n_trials": 2, "covers": "Part; Gone"}},
    )
    assert covered_units(review) == {"Sum": ("Part", "Gone")}
    selection = chosen(review)
    assert {one.study for one in selection.arms} == {"Sum"}
    assert set(reasons(selection).values()) == {"Sum 2001 sums this trial and is used"}


def test_a_trial_enters_where_the_unit_that_sums_it_cannot(review_of):
    review = review_of(
        results=[*two_arms("Sum", use="list"), *two_arms("Part")], studies={"Sum": {"covers": "Part"}}
    )
    assert {one.study for one in chosen(review).arms} == {"Part"}


def test_contrast_rows_stand_back_behind_the_arm_rows_of_their_trial(review_of):
    contrast = {"measure": "RR", "estimate": 0.8, "se": 0.1}
    review = review_of(results=two_arms(), contrasts=[("S1", "alpha", "placebo", "sore", contrast)])
    selection = chosen(review)
    assert selection.contrasts == ()
    assert [left.reason for left in selection.left] == ["the arm rows of this trial are used"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"measure": "OR", "estimate": 0.8, "se": 0.1}, "printed as OR, which does not give RR"),
        ({"measure": "RR", "estimate": 0.8}, "an estimate without standard error or interval"),
        (
            {"measure": "RR", "estimate": 0.8, "se": 0.1, "qualifier": "<"},
            "printed as a bound (<), not a figure",
        ),
        ({"measure": "RR"}, "no estimate, and no p-value with both numbers analysed"),
        ({"measure": "RR", "estimate": 0, "se": 0.1}, "a ratio, or a limit of it, that is not above 0"),
        (
            {"measure": "RR", "estimate": 0.8, "ci_low": -0.1, "ci_high": 1},
            "a ratio, or a limit of it, that is not above 0",
        ),
        (
            {"measure": "RR", "estimate": 0.8, "ci_low": 0.9, "ci_high": 1.2},
            "an estimate outside its interval",
        ),
    ],
)
def test_a_contrast_that_cannot_enter_has_its_reason(review_of, cells, reason):
    review = review_of(results=two_arms("S2"), contrasts=[("S1", "alpha", "placebo", "sore", cells)])
    assert [left.reason for left in chosen(review).left] == [reason]


P_VALUE = {"measure": "SMD", "p": 0.0001, "n_1": 264, "n_2": 269, "favours": "alpha"}


@pytest.mark.parametrize(
    ("sign", "read_bounds", "reason"),
    [
        ("", False, ""),
        ("=", False, ""),
        ("<", False, "the p-value is a bound (< 0.0001), not a figure"),
        ("<", True, ""),
        (">", True, "printed as a bound (>), not a figure"),
    ],
)
def test_a_p_value_is_read_at_its_bound_only_where_the_plan_says_so(review_of, sign, read_bounds, reason):
    review = review_of(
        contrasts=[("S1", "alpha", "placebo", "sore", P_VALUE | {"p_qualifier": sign})],
        outcomes={"sore": {"kind": "continuous"}},
        analysis={"measure": "SMD", "read_bounds": read_bounds},
    )
    selection = chosen(review)
    assert [left.reason for left in selection.left] == ([reason] if reason else [])
    if not reason:
        assert selection.contrasts[0].route == "p"
        assert selection.contrasts[0].status == ("imputed" if sign == "<" else "derived")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"p": 0}, "a p-value of 0 has no size"),
        ({"n_2": 1}, "a p-value of fewer than two participants in an arm"),
    ],
)
def test_a_p_value_needs_a_size_and_people(review_of, cells, reason):
    review = review_of(
        contrasts=[("S1", "alpha", "placebo", "sore", P_VALUE | cells)],
        outcomes={"sore": {"kind": "continuous"}},
        analysis={"measure": "SMD"},
    )
    assert [left.reason for left in chosen(review).left] == [reason]


def test_a_p_value_that_favours_nobody_is_not_read(review_of):
    review = review_of(
        contrasts=[("S1", "alpha", "placebo", "sore", P_VALUE | {"favours": ""})],
        outcomes={"sore": {"kind": "continuous"}},
        analysis={"measure": "SMD"},
    )
    assert [left.reason for left in chosen(review).left] == [
        "a p-value that does not say which arm did better"
    ]


def test_choices_settle_from_the_defaults_upward(review_of):
    review = review_of(
        results=two_arms(),
        defaults={"method": "DL", "test": "z", "measure_binary": "OR"},
        analysis={"test": "hksj"},
        sensitivity=[{"id": "pm", "method": "PM", "measure": "RD"}],
    )
    analysis = review.plan.analysis[0]
    plain, varied = settle(review, analysis), settle(review, analysis, review.plan.sensitivity[0])
    assert (plain.measure, plain.method, plain.test) == ("OR", "DL", "hksj")
    assert (varied.measure, varied.method, varied.test) == ("RD", "PM", "hksj")


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ({"id": "a"}, ""),
        ({"id": "a", "kind": "continuous"}, "it is meant for continuous outcomes"),
        ({"id": "a", "measure": "SMD"}, "SMD is not a measure of binary outcomes"),
        ({"id": "a", "analyses": ["other"]}, "it is meant for other analyses"),
        ({"id": "b"}, "the analysis does not list it"),
    ],
)
def test_a_sensitivity_that_does_not_fit_says_why(review_of, plan, reason):
    review = review_of(results=two_arms(), analysis={"sensitivity": ["a"]}, sensitivity=[plan])
    assert misfit(review, review.plan.analysis[0], review.plan.sensitivity[0]) == reason


@pytest.fixture(scope="module")
def ledgers(bundled):
    review = read_review(bundled)
    return review, [
        select(review, analysis, settle(review, analysis, each))
        for analysis in review.plan.analysis
        for each in (None, *(s for s in review.plan.sensitivity if not misfit(review, analysis, s)))
    ]


def test_every_row_of_the_bundled_review_is_used_or_set_aside_once(ledgers):
    review, selections = ledgers
    assert len(selections) > len(review.plan.analysis)
    for selection in selections:
        there = {
            (row.table, row.number)
            for table in ("results", "contrasts")
            for row in review.tables[table]
            if row.text["outcome_id"] in selection.choices.outcomes
        }
        booked = [(one.row.table, one.row.number) for one in (*selection.arms, *selection.contrasts)]
        booked += [(left.row.table, left.row.number) for left in selection.left]
        assert sorted(booked) == sorted(there)
        assert all(left.reason for left in selection.left)


def test_no_participant_of_the_bundled_review_enters_an_analysis_twice(ledgers):
    _, selections = ledgers
    for selection in selections:
        arms = [(one.study, one.arm) for one in selection.arms]
        assert len(arms) == len(set(arms))
        assert not {study for study, _ in arms} & {one.study for one in selection.contrasts}
        if {one.study for one in selection.arms} >= {"FDA_Soma_label_Studies1and2_pooled"}:
            entered = {one.study for one in (*selection.arms, *selection.contrasts)}
            assert not entered & {"Serfer2010", "Ralph2008"}

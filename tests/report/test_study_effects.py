"""From rows to study effects: conversions, merged arms, turned scales, one rule per study."""

from __future__ import annotations

from math import exp, isnan, log, sqrt

import pytest
from scipy.stats import norm
from scipy.stats import t as student

from metaan.report.arm_cells import arm_cells, row_provenance
from metaan.report.pairs import node_order
from metaan.report.study_effects import as_contrasts, participants, study_effects
from metaan.review.select import select
from metaan.review.settle import settle

EXACT = 1e-12  # the same formula, typed again
ROUNDED = 5e-4  # figures printed with three decimals

CONTINUOUS = {"sore": {"kind": "continuous", "direction": "higher_better"}}
SMD = {"measure": "SMD"}


def selection_of(review):
    analysis = review.plan.analysis[0]
    return select(review, analysis, settle(review, analysis))


def effects_of(review, level=0.95):
    return study_effects(review, selection_of(review), node_order(review), level=level)


def cells_of(review):
    return {cells.treatment: cells for cells in arm_cells(review, selection_of(review))}


def test_counts_as_printed_give_the_risk_ratio_of_the_textbook(review_of):
    # Soma prescribing information, Table 1: drowsiness 73 of 548 and 31 of 560
    rows = [
        ("S1", "placebo", "sore", {"n": 560, "events": 31}),
        ("S1", "alpha", "sore", {"n": 548, "events": 73}),
    ]
    (found,) = effects_of(review_of(results=rows))
    assert (found.treat1, found.treat2) == ("alpha", "placebo")
    assert found.yi == pytest.approx(log(73 / 548 / (31 / 560)), abs=EXACT)
    se = sqrt(1 / 73 - 1 / 548 + 1 / 31 - 1 / 560)
    assert found.sei == pytest.approx(se, abs=EXACT)
    assert found.ci_high == pytest.approx(found.yi + norm.ppf(0.975) * se, abs=EXACT)
    assert [round(exp(x), 2) for x in (found.yi, found.ci_low, found.ci_high)] == [2.41, 1.61, 3.60]
    assert (found.arm1.events, found.arm2.events, found.status) == (73, 31, "extracted")


def test_the_interval_of_a_study_follows_the_level(review_of):
    rows = [("S1", arm, "sore", {"n": 50, "events": 9}) for arm in ("alpha", "placebo")]
    (found,) = effects_of(review_of(results=rows), level=0.8)
    assert (found.ci_high - found.yi) / found.sei == pytest.approx(norm.ppf(0.9), abs=1e-9)


def test_a_percentage_becomes_a_count_that_says_so(review_of):
    rows = [
        ("S1", "alpha", "sore", {"n": 464, "percent": "29", "derivation": "label table"}),
        ("S1", "placebo", "sore", {"n": 469, "percent": "10"}),
    ]
    found = cells_of(review_of(results=rows))
    assert (found["alpha"].events, found["placebo"].events) == (135, 47)
    assert {cells.status for cells in found.values()} == {"derived"}
    (row,) = found["alpha"].provenance
    assert row.derivation.startswith("label table; metaan: 135 events from 29% of 464")
    assert row.status == "derived"


def test_arms_of_one_node_are_added_up_and_say_so(review_of):
    rows = [
        ("S1", "low", "sore", {"n": 127, "events": 6}),
        ("S1", "high", "sore", {"n": 126, "events": 18}),
        ("S1", "placebo", "sore", {"n": 128, "events": 3}),
    ]
    arms = {("S1", arm): {"treatment": f"alpha, {arm}"} for arm in ("low", "high")}
    found = cells_of(review_of(results=rows, arms=arms))
    merged = found["alpha"]
    assert (merged.events, merged.n, merged.arms, merged.status) == (24, 253, ("low", "high"), "derived")
    assert found["placebo"].status == "extracted"
    assert len(merged.provenance) == 2
    assert all("low and high merged into alpha" in row.derivation for row in merged.provenance)


def test_merged_means_are_those_of_all_participants_together(review_of):
    first, second = [1.0, 2.0, 4.0, 7.0], [3.0, 3.5, 8.0]

    def row(arm, values):
        mean = sum(values) / len(values)
        sd = sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
        return ("S1", arm, "sore", {"n": len(values), "mean": mean, "sd": sd})

    rows = [row("low", first), row("high", second), row("placebo", [1.0, 2.0, 3.0])]
    arms = {("S1", arm): {"treatment": f"alpha, {arm}"} for arm in ("low", "high")}
    merged = cells_of(review_of(results=rows, arms=arms, outcomes=CONTINUOUS))["alpha"]
    expected = row("all", first + second)[3]
    assert merged.n == 7
    assert merged.mean == pytest.approx(expected["mean"], abs=EXACT)
    assert merged.sd == pytest.approx(expected["sd"], abs=EXACT)


def test_an_interval_of_any_level_becomes_an_sd(review_of):
    # Friedman 2018, abstract: 10.9 (8.9 to 12.9) of 76 completers
    rows = [
        ("S1", "placebo", "sore", {"n": 76, "mean": 10.9, "ci_low": 8.9, "ci_high": 12.9}),
        ("S1", "alpha", "sore", {"n": 80, "mean": 8.1, "ci_low": 6.1, "ci_high": 10.1, "ci_level": 90}),
        ("S1", "beta", "sore", {"n": 81, "mean": 8.1, "se": 2}),
    ]
    found = cells_of(review_of(results=rows, outcomes=CONTINUOUS))
    assert found["placebo"].sd == pytest.approx(2 / student.ppf(0.975, 75) * sqrt(76), rel=1e-10)
    assert found["alpha"].sd == pytest.approx(2 / student.ppf(0.95, 79) * sqrt(80), rel=1e-10)
    assert found["beta"].sd == pytest.approx(18, rel=1e-10)
    assert {cells.status for cells in found.values()} == {"derived"}
    assert "metaan: SD 8.75" in found["placebo"].provenance[0].derivation


def test_a_scale_that_runs_the_other_way_is_turned(review_of):
    cells = {"n": 40, "sd": 2}
    rows = [
        ("S1", "alpha", "gain", {**cells, "mean": 5}),
        ("S1", "placebo", "gain", {**cells, "mean": 3}),
        ("S2", "alpha", "pain", {**cells, "mean": 3}),
        ("S2", "placebo", "pain", {**cells, "mean": 5}),
    ]
    outcomes = {
        "gain": {"kind": "continuous", "direction": "higher_better"},
        "pain": {"kind": "continuous", "direction": "lower_better"},
    }
    turned = SMD | {"direction": "higher_better"}
    first, second = effects_of(review_of(results=rows, outcomes=outcomes, analysis=turned))
    assert first.yi == pytest.approx(second.yi, abs=EXACT)
    assert first.yi > 0
    assert (second.arm1.mean, second.arm2.mean) == (-3, -5)
    assert "sign turned" in second.provenance[0].derivation
    assert "sign turned" not in first.provenance[0].derivation


P_VALUE = {"measure": "SMD", "p": "0.0001", "n_1": 264, "n_2": 269}


@pytest.mark.parametrize(
    ("favours", "direction", "sign"),
    [
        ("alpha", "higher_better", 1),
        ("placebo", "higher_better", -1),
        ("alpha", "lower_better", -1),
        ("placebo", "lower_better", 1),
    ],
)
def test_a_p_value_becomes_an_effect_whose_sign_follows_who_did_better(review_of, favours, direction, sign):
    review = review_of(
        contrasts=[("S1", "alpha", "placebo", "sore", P_VALUE | {"favours": favours})],
        outcomes={"sore": {"kind": "continuous", "direction": direction}},
        analysis=SMD,
    )
    (found,) = effects_of(review)
    # Serfer 2010: p = 0.0001 with 264 and 269 gives 0.34 (0.17 to 0.51)
    assert found.yi == pytest.approx(sign * 0.339, abs=ROUNDED)
    assert found.sei == pytest.approx(0.0872, abs=ROUNDED)
    assert (found.status, found.arm1) == ("derived", None)
    assert participants([found], review) == 533


def test_a_printed_contrast_is_turned_where_its_scale_or_its_pair_runs_the_other_way(review_of):
    printed = {"measure": "SMD", "estimate": 0.4, "se": 0.1}
    outcomes = {
        "gain": {"kind": "continuous", "direction": "higher_better"},
        "pain": {"kind": "continuous", "direction": "lower_better"},
    }
    review = review_of(
        contrasts=[
            ("S1", "alpha", "placebo", "gain", printed),
            ("S2", "placebo", "alpha", "gain", printed),
            ("S3", "alpha", "placebo", "pain", printed),
        ],
        outcomes=outcomes,
        analysis=SMD | {"direction": "higher_better"},
    )
    found = effects_of(review)
    assert [one.yi for one in found] == [0.4, -0.4, -0.4]
    assert {(one.treat1, one.treat2) for one in found} == {("alpha", "placebo")}
    assert {one.status for one in found} == {"extracted"}


def test_a_p_value_read_at_its_bound_is_imputed(review_of):
    review = review_of(
        contrasts=[("S1", "alpha", "placebo", "sore", P_VALUE | {"favours": "alpha", "p_qualifier": "<"})],
        outcomes=CONTINUOUS,
        analysis=SMD | {"read_bounds": True},
    )
    (found,) = effects_of(review)
    assert found.status == "imputed"
    assert "p printed as < 0.0001, read at that bound" in found.provenance[0].derivation


def test_a_ratio_with_its_interval_is_read_on_the_log_scale(review_of):
    printed = {"measure": "RR", "estimate": 1.5, "ci_low": 1.2, "ci_high": 1.875, "ci_level": 99}
    review = review_of(contrasts=[("S1", "alpha", "placebo", "sore", printed)])
    (found,) = effects_of(review)
    assert found.yi == pytest.approx(log(1.5), abs=EXACT)
    assert found.sei == pytest.approx(log(1.875 / 1.2) / 2 / norm.ppf(0.995), rel=1e-10)


def test_a_mean_difference_with_an_interval_of_98_3_percent_is_read_at_that_level(review_of):
    # Friedman 2015: 0.3 (98.3% CI -2.6 to 3.2), 103 and 104 completers
    printed = {"measure": "MD", "estimate": 0.3, "ci_low": -2.6, "ci_high": 3.2, "ci_level": 98.3}
    review = review_of(
        contrasts=[("S1", "alpha", "placebo", "sore", printed | {"n_1": 103, "n_2": 104})],
        outcomes=CONTINUOUS,
    )
    (found,) = effects_of(review)
    assert found.sei == pytest.approx(2.9 / student.ppf(0.9915, 205), rel=1e-9)
    assert found.sei == pytest.approx(1.205, abs=ROUNDED)


def test_a_zero_in_one_arm_corrects_every_arm_of_its_study(review_of):
    counts = {"alpha": (0, 50), "beta": (4, 52), "placebo": (6, 48)}
    rows = [("S1", arm, "sore", {"events": e, "n": n}) for arm, (e, n) in counts.items()]
    found = effects_of(review_of(results=rows))
    assert len(found) == 3
    assert all(one.multiarm and one.note for one in found)
    for one in found:
        (e1, n1), (e2, n2) = counts[one.treat1], counts[one.treat2]
        expected = log((e1 + 0.5) / (n1 + 1)) - log((e2 + 0.5) / (n2 + 1))
        assert one.yi == pytest.approx(expected, abs=EXACT)


def test_a_study_without_events_stays_in_view_and_carries_a_risk_difference(review_of):
    rows = [("S1", arm, "sore", {"events": 0, "n": 100}) for arm in ("alpha", "placebo")]
    (ratio,) = effects_of(review_of(results=rows))
    assert not ratio.estimable
    assert isnan(ratio.yi)
    assert ratio.note
    assert (ratio.arm1.events, ratio.arm2.n) == (0, 100)
    (difference,) = effects_of(review_of(results=rows, analysis={"measure": "RD"}))
    assert difference.estimable
    assert difference.yi == 0


def test_arm_rows_and_printed_contrasts_enter_one_network(review_of):
    rows = [
        ("S1", arm, "sore", {"n": 40, "mean": mean, "sd": 2}) for arm, mean in (("alpha", 5), ("placebo", 3))
    ]
    printed = {"measure": "MD", "estimate": 1.5, "se": 0.5}
    review = review_of(
        results=rows, contrasts=[("S2", "beta", "placebo", "sore", printed)], outcomes=CONTINUOUS
    )
    found = effects_of(review)
    contrasts = as_contrasts(found, "MD")
    assert contrasts.study == ("S1", "S2")
    assert contrasts.yi.tolist() == pytest.approx([2.0, 1.5])
    assert [one.arm1 is None for one in found] == [False, True]


def test_studies_that_carry_nothing_are_left_out_of_the_network_by_name(review_of):
    rows = [("S1", arm, "sore", {"events": 0, "n": 100}) for arm in ("alpha", "placebo")]
    rows += [("S2", arm, "sore", {"events": 5, "n": 100}) for arm in ("alpha", "placebo")]
    contrasts = as_contrasts(effects_of(review_of(results=rows)), "RR")
    assert contrasts.study == ("S2",)
    assert [study for study, reason in contrasts.left_out if reason] == ["S1"]


def test_a_shared_arm_is_counted_once(review_of):
    rows = [("S1", arm, "sore", {"events": 4, "n": 50}) for arm in ("alpha", "beta", "placebo")]
    review = review_of(results=rows)
    assert participants(effects_of(review), review) == 150


def test_provenance_names_the_row_as_the_report_does(review_of):
    rows = [("S1", arm, "sore", {"events": 4, "n": 50, "quote": "<b>4</b>"}) for arm in ("alpha", "placebo")]
    review = review_of(results=rows)
    found = row_provenance(review.tables["results"][1])
    assert (found.anchor, found.table, found.quote) == ("results-3", "results.csv", "<b>4</b>")

"""Numbers for a manuscript: the report's own, under names that stay."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from math import exp, log

import pytest

from metaan.report.manuscript import manuscript_numbers, numbers_json, numbers_tex
from metaan.report.numbers import results_document
from metaan.report.pairs import Order
from metaan.report.summary import summary_of_findings
from metaan.results.asymmetry import Asymmetry, SmallStudyTest

ORDER = Order(reference="control", drugs={}, questions=(("alpha", "control"),), ranks={"alpha": 0})


def named(analyses, names=None):
    return {each.name: each for each in manuscript_numbers(analyses, names or {}, ORDER)}


def test_comparisons_and_answers_are_named_after_analysis_pair_and_quantity(small_analyses):
    found = named(small_analyses)
    assert found["reliefAlphaVsControlEstimate"].text == f"{exp(0.5):.2f}"
    assert found["reliefAlphaVsControlEstimate"].value == pytest.approx(exp(0.5), rel=1e-9)
    assert found["reliefAlphaVsControlN"].text == "102"
    assert found["reliefAnswerAlphaVsControlFull"].text.startswith(f"{exp(0.5):.2f} (")
    assert found["reliefAnswerAlphaVsControlEvidence"].text == "direct"
    assert found["reliefMeasure"].text == "risk ratio"
    assert found["reliefLevel"].text == "95%"


def test_an_unanswered_question_keeps_its_commands(small_analyses):
    found = named(small_analyses)
    assert found["reliefAnswerBetaVsControlEstimate"].text == "–"
    assert found["reliefAnswerBetaVsControlEstimate"].value is None
    assert found["reliefAnswerBetaVsControlFull"].text == "–"


def test_both_files_have_the_same_names(small_analyses):
    numbers = manuscript_numbers(small_analyses, {}, ORDER)
    tex = numbers_tex(numbers)
    names = re.findall(r"^\\newcommand\{\\([A-Za-z]+)\}", tex, re.M)
    assert len(names) == len(set(names)) == len(numbers)
    assert set(json.loads(numbers_json(numbers))) == set(names)


def test_every_value_is_the_one_of_results_json(small_review, small_analyses):
    document = results_document(small_review, small_analyses)
    lists = {"comparisons", "answers", "effects"}
    for each in manuscript_numbers(small_analyses, {}, ORDER):
        at = document
        for key, chosen in re.findall(r"([A-Za-z0-9_]+)(?:\[([^\]]*)\])?", each.place):
            at = at[key]
            if key == "analyses":
                at = next(one for one in at if one["id"] == chosen)
            elif key in lists:
                at = next(one for one in at if f"{one['treat1']} : {one['treat2']}" == chosen)
        if isinstance(at, dict):
            assert each.value is None
        elif each.value is not None and not isinstance(at, list):
            assert each.value == pytest.approx(at, rel=1e-9)


def test_a_comparison_has_the_intervals_and_the_test_of_its_spread(build):
    spread = build.spread(level=0.95, tau2=(0.01, 0.5), I2=(0.1, 0.9), H2=(1.1, 10.0), notes=())
    tests = tuple(
        SmallStudyTest(
            name=name, words=words, predictor="standard error", estimate=1.0, se=0.5, statistic=2.0,
            dof=9.0, k=11, pvalue=p,
        )
        for name, words, p in (("egger", "Egger's regression", 0.25), ("begg", "rank correlation", 0.5))
    )  # fmt: skip
    found = Asymmetry(measure="MD", k=11, tests=tests, chosen="egger", reason="Chosen.")
    comparison = replace(build.comparison(), k=11, heterogeneity=spread, asymmetry=found)
    made = named([build.analysis(build.scenario([comparison]))])
    start = "reliefAlphaVsControl"
    told = {name.removeprefix(start): (each.text, each.value) for name, each in made.items()}
    assert told["ITwoLow"] == ("10%", 0.1)
    assert told["TauTwoHigh"][1] == 0.5
    assert told["SmallStudyTest"] == ("Egger's regression", None)
    assert told["SmallStudyP"] == ("0.25", 0.25)


def test_the_summary_of_findings_has_its_commands(small_review, small_analyses):
    findings = summary_of_findings(small_review, small_analyses)
    document = results_document(small_review, small_analyses)
    held = {(each["treat1"], each["treat2"]): each for each in document["summary_of_findings"]}
    numbers = {each.name: each for each in manuscript_numbers(small_analyses, {}, ORDER, findings=findings)}
    record, start = held["alpha", "control"], "reliefFindingAlphaVsControl"
    assert record["difference_per_1000"] is not None
    assert numbers[f"{start}Difference"].value == record["difference_per_1000"]
    assert numbers[f"{start}Risk"].value == record["risk"]
    assert numbers[f"{start}Assumed"].value == record["assumed"]
    assert numbers[f"{start}Risk"].text == f"{1000 * record['risk']:.0f}"
    assert numbers[f"{start}DifferenceFull"].text.startswith(numbers[f"{start}Difference"].text)
    assert f"{start}Certainty" not in numbers


def test_counts_of_the_flow_have_their_commands():
    made = manuscript_numbers([], {}, ORDER, counts={"records_screened": ("Records screened", 1048)})
    assert [(each.name, each.text, each.value) for each in made] == [("flowRecordsScreened", "1,048", 1048.0)]


def test_names_that_would_be_equal_carry_a_code_each_and_keep_it(build):
    pairs = [("alpha 1", "control"), ("alpha-1", "control"), ("βeta", "control"), ("γamma", "control")]
    comparisons = [build.comparison(pair=pair) for pair in pairs]
    both = named([build.analysis(build.scenario(comparisons))])
    alone = named([build.analysis(build.scenario(comparisons[:2][::-1]))])
    estimates = {name for name in both if name.endswith("K") or "VsControlK" in name}
    assert len([name for name in both if "VsControlEstimate" in name]) == 4
    assert all(re.fullmatch("[a-zA-Z]+", name) for name in both)
    assert len([name for name in estimates if name.startswith("reliefAlphaOneVsControlK")]) == 2
    assert set(alone) <= set(both)


def test_a_hostile_title_stays_a_comment(build):
    title = "Pain\n\\input{/etc/passwd}\u2028\\end"
    tex = numbers_tex(manuscript_numbers([build.analysis(title=title)], {}, ORDER))
    assert all(line.startswith(("%", "\\newcommand{\\relief")) for line in tex.split("\n") if line)
    assert "\u2028" not in tex


def test_a_negative_number_has_a_true_minus_in_latex(build):
    fit = build.pooled(log(0.5), 0.1)
    main = build.scenario([build.comparison(fit=fit)], measure="MD")
    tex = numbers_tex(manuscript_numbers([build.analysis(main)], {}, ORDER))
    assert r"{\reliefAlphaVsControlEstimate}{\ensuremath{-}0.69}" in tex

from __future__ import annotations

import platform
import re
from importlib.metadata import version

import pytest

from metaan.report.methods import cited, methods_text, software, write_methods
from metaan.report.references import REFERENCES, cite


def _text(review, analyses):
    parts = methods_text(review, analyses)
    return {each.title: " ".join([*(clause.text for clause in each.clauses), *each.points]) for each in parts}


def test_what_did_not_run_is_not_mentioned(small_review, small_analyses):
    text = _text(small_review, small_analyses)
    assert "Network synthesis" not in text
    assert "Sensitivity analyses" not in text
    assert (
        text["Pairwise synthesis"]
        == "Where one study compared two treatments it is shown alone; nothing is pooled."
    )
    everything = " ".join(text.values())
    assert not re.search(r"Q-profile|prediction|REML|0\.5 was added|Hedges", everything)


def test_pooling_names_estimator_rule_and_intervals(build, small_review):
    studies = [build.study(study=f"S{i}", label=f"Study {i}") for i in range(3)]
    spread = build.spread(tau2=(0.0, 1.0), I2=(0.0, 0.5), H2=(1.0, 2.0), level=0.95)
    pooled = build.comparison(studies=studies, heterogeneity=spread)
    text = _text(small_review, (build.analysis(build.scenario([pooled], [build.answer()])),))[
        "Pairwise synthesis"
    ]
    assert "τ² by restricted maximum likelihood (REML)" in text
    assert "Hartung-Knapp intervals where more than two studies were pooled and τ² was above zero" in text
    assert "side by side" in text
    assert "All intervals are at the 95% level." in text
    assert "τ² being the variance of the true effects between studies" in text
    assert "ad hoc: Hartung-Knapp with a scale of at least 1" in text
    assert "degrees of freedom (df)" in text
    assert "With three or more studies a prediction interval is given." in text
    assert "Q-profile" in text


def test_two_studies_promise_no_prediction_interval(build, small_review):
    studies = [build.study(study=f"S{i}", label=f"Study {i}") for i in range(2)]
    scenario = build.scenario([build.comparison(studies=studies)], [build.answer()], method="DL", test="z")
    text = _text(small_review, (build.analysis(scenario),))["Pairwise synthesis"]
    assert "prediction" not in text
    assert "DerSimonian and Laird" in text
    assert "normal (Wald) intervals" in text


def test_zero_cells_are_told_only_where_they_occur(build, small_review):
    zero = build.comparison([build.study(events=(0, 4))])
    silent = build.comparison([build.study(events=(0, 0), estimable=False)])
    some = _text(small_review, (build.analysis(build.scenario([zero])),))["Effect measures"]
    none = _text(small_review, (build.analysis(build.scenario([silent])),))["Effect measures"]
    assert "0.5 was added" in some
    assert "carries nothing" not in some
    assert "0.5 was added" not in none
    assert "A study without any event carries nothing" in none


def test_arms_in_which_everybody_had_the_event_are_told_too(build, small_review):
    full = build.comparison([build.study(events=(50, 4))])
    both = build.comparison([build.study(events=(50, 0))])
    silent = build.comparison([build.study(events=(50, 52), estimable=False)])
    texts = [
        _text(small_review, (build.analysis(build.scenario([each])),))["Effect measures"]
        for each in (full, both, silent)
    ]
    assert "Where an arm had nobody without the event, 0.5 was added" in texts[0]
    assert "Where an arm had no event or nobody without the event, 0.5 was added" in texts[1]
    assert "A study in which no arm had an event, or everybody had, carries nothing" in texts[2]


def test_items_that_the_plan_does_not_answer_are_named(build):
    told = build.plan(search="MEDLINE to 2020", eligibility="not recorded in full; see excluded.csv")
    items = {each.title: each.items for plan in (told,) for each in methods_text(build.review(plan), ())}
    assert items["Question and sources"] == "4, 6, 7, 24a; not recorded, or not in full: 5, 8, 9"


def test_numbers_within_a_bracket_ascend(build, small_review):
    studies = [build.study(study=f"S{i}", label=f"Study {i}") for i in range(3)]
    analyses = (build.analysis(build.scenario([build.comparison(studies)], [build.answer()])),)
    marks = re.findall(r"\\\[([\d, ]+)\\\]", write_methods(small_review, analyses))
    brackets = [[int(number) for number in each.split(", ")] for each in marks]
    assert any(len(each) > 2 for each in brackets)
    assert brackets == [sorted(each) for each in brackets]


@pytest.mark.parametrize(
    ("cells", "kind", "words"),
    [
        ({"n": 50, "percent": 18.0}, "binary", "For one row a count was back-calculated from a percentage"),
        (
            {"n": 50, "mean": 1.0, "se": 0.2},
            "continuous",
            "standard deviation was computed from a standard error",
        ),
        (
            {"n": 50, "mean": 1.0, "ci_low": 0.5, "ci_high": 1.5},
            "continuous",
            "For one row a standard deviation was computed from the interval of a mean (t on n − 1 degrees",
        ),
        (
            {"n": 50, "events": 9, "status": "derived"},
            "binary",
            "One row was recorded as derived by the reviewers",
        ),
    ],
)
def test_conversions_are_read_off_the_rows_used(build, cells, kind, words):
    row = {"study_id": "S1", "arm_id": "alpha", "outcome_id": "relief", "timepoint": "1 week", "use": "pool"}
    review = build.review(results=[row | {"status": "extracted"} | cells])
    analysis = build.analysis(build.scenario([build.comparison([build.study(rows=(2, 3))])]), kind=kind)
    assert words in _text(review, (analysis,))["Data"]


def test_a_p_value_turned_into_an_smd_is_told(build):
    contrast = {
        "study_id": "S1",
        "arm_id_1": "alpha",
        "arm_id_2": "control",
        "outcome_id": "relief",
        "timepoint": "day 3",
        "measure": "SMD",
        "n_1": 264,
        "n_2": 269,
        "p": 0.0001,
        "favours": "alpha",
        "status": "derived",
        "use": "pool",
    }
    review = build.review(contrasts=[contrast])
    study = build.study(arm1=None, arm2=None, provenance=(build.provenance(2, "contrasts.csv", "derived"),))
    comparison = build.comparison([study], n=533)
    analysis = build.analysis(build.scenario([comparison], measure="SMD"), kind="continuous")
    text = _text(review, (analysis,))
    assert "For one row a standardised mean difference was computed from an exact p-value" in text["Data"]
    assert "the trial's test being taken as an unadjusted t-test" in text["Data"]
    assert "Hedges' exact small-sample correction" in text["Effect measures"]


def test_networks_tell_covariance_components_and_indirect_assumption(build, small_review):
    parts = [
        build.component(["alpha", "beta", "control"], dof=2.0),
        build.component(["gamma", "delta"], ["S3"]),
    ]
    scenario = build.scenario(
        [build.comparison()],
        [build.answer(("alpha", "beta"), "indirect", 0.1, 0, 0)],
        network=build.network(parts, multiarm=["S1"]),
    )
    text = _text(small_review, (build.analysis(scenario),))["Network synthesis"]
    assert "generalised least squares, with control as reference" in text
    assert "Covariances within multi-arm studies came from the arms they share." in text
    assert "analysed part by part" in text
    assert "Where Q has no degree of freedom left" in text
    assert "reported along the PRISMA extension" in text
    assert "Direct estimates in the league tables take this τ² and normal intervals" in text
    assert "Indirect estimates rest on the assumption" in text
    assert "between designs" not in text


def test_the_sensitivity_grid_is_listed_with_its_reach(build, small_review):
    other = build.scenario(id="or", label="Odds ratio", measure="OR")
    text = _text(small_review, (build.analysis(sensitivity=(other,)),))["Sensitivity analyses"]
    assert (
        text
        == "Main analyses were repeated, each time with these choices changed; in brackets, the number of"
        " analyses in which a number could change. Odds ratio (one analysis)"
    )


def test_a_sensitivity_counts_only_where_a_number_could_change(build, small_review):
    comparison = build.comparison()
    main = build.scenario([comparison])
    other = build.scenario([comparison], id="dl", label="Another τ²", method="DL")
    text = _text(small_review, (build.analysis(main, sensitivity=(other,)),))["Sensitivity analyses"]
    assert text.endswith("Another τ² (no analyses)")


def test_judgements_nobody_made_are_not_invented(build):
    facts = [
        {"study_id": "S1", "domain": "overall", "judgement": "not judged", "support": "Sealed envelopes."}
    ]
    judged = [{"study_id": "S2", "domain": "overall", "judgement": "high", "assessor": "a bulletin"}]
    only_facts = _text(build.review(rob=facts), ())["Risk of bias and certainty"]
    both = _text(build.review(rob=facts + judged), ())["Risk of bias and certainty"]
    assert only_facts.startswith("Risk of bias was not judged; the facts that bear on it are listed.")
    assert "Of two entries on risk of bias, one carries a judgement (by a bulletin)" in both
    assert both.endswith("Certainty of the evidence was not rated.")


def test_versions_are_those_installed():
    found = software()
    assert list(found) == ["metaan", "Python", "numpy", "scipy", "statsmodels", "matplotlib"]
    assert found["Python"] == platform.python_version()
    assert all(found[name] == version(name) for name in list(found)[2:])


def test_every_clause_cites_a_known_work_and_every_work_is_whole(build, small_review, small_analyses):
    numbers = cited(methods_text(small_review, small_analyses))
    assert list(numbers.values()) == list(range(1, len(numbers) + 1))
    assert set(numbers) <= set(REFERENCES)
    assert all(
        work.key == key and work.journal and 1950 <= work.year <= 2026 for key, work in REFERENCES.items()
    )
    assert all(cite(work).endswith(".") for work in REFERENCES.values())


def test_markdown_shows_hostile_text_without_running_it(build):
    plan = build.plan(question="<script>alert(1)</script> [x](javascript:1) *bold* # no\nheading | `code`")
    text = write_methods(build.review(plan), ())
    assert (
        "\\<script\\>alert(1)\\</script\\> \\[x\\](javascript:1) \\*bold\\* \\# no heading \\| \\`code\\`"
        in text
    )
    assert "<script" not in text.replace("\\<script", "")
    assert text.startswith("# Methods\n")
    assert text.endswith(".\n")

"""What a report shows of risk of bias and of the flow: only what somebody judged and counted."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from metaan.appraisal.tools import built_in_tools
from metaan.report.analysis import analyse
from metaan.report.appraised import (
    WORKS,
    appraisal_figures,
    appraisal_record,
    appraisal_tables,
    bias_sentences,
    flow_sentences,
    parts_of_table,
    tool_clauses,
)
from metaan.report.bundle import make_report
from metaan.report.drawings import draw
from metaan.report.references import REFERENCES, cite
from metaan.review.read import read_review

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "bcg"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def review():
    return read_review(EXAMPLE)


@pytest.fixture(scope="module")
def analyses(review):
    return analyse(review)


@pytest.fixture(scope="module")
def bundled():
    return read_review(ROOT / "studies")


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(EXAMPLE, tmp_path / "bcg"))


def test_the_example_says_that_its_judgements_and_counts_are_made_up(review):
    assert any("are made up to show the figures" in caution for caution in review.plan.review.cautions)
    assert {row.text["assessor"] for row in review.tables["rob"]} == {"nobody (made up)"}
    assert all("Made up" in row.text["support"] for row in review.tables["rob"])
    assert all("Made up" in row.text["tooltips"] for row in review.tables["flow"])
    assert bias_sentences(review)[-1] == "Judged by nobody (made up)."


def test_the_bundled_review_stays_not_judged_and_not_recorded(bundled):
    assert appraisal_figures(bundled, ()) == ()
    assert appraisal_record(bundled) == {"risk_of_bias": [], "flow": None}
    assert bias_sentences(bundled) == (
        "No study was judged with a tool for risk of bias, so there is no figure of it.",
    )
    assert flow_sentences(bundled) == ("The flow of studies was not recorded, so there is no flow diagram.",)
    assert all(not table.rows for table in appraisal_tables(bundled))


def test_every_figure_of_the_example_is_drawn(review, analyses):
    figures = appraisal_figures(review, analyses)
    assert [figure.id for figure in figures] == ["flow", "traffic-rob2", "bias-rob2"]
    assert [draw(figure).refusal for figure in figures] == ["", "", ""]


def test_the_summary_counts_by_the_weights_of_the_one_comparison(review, analyses):
    (summary,) = (f for f in appraisal_figures(review, analyses) if f.room == "rob_summary")
    (comparison,) = analyses[0].main.comparisons
    weights = summary.arguments["weights"]
    assert list(weights) == [study.study for study in comparison.studies]
    assert sum(weights.values()) == pytest.approx(float(comparison.main.weights.sum()))
    assert "Tuberculosis" in summary.arguments["weights_of"]
    (unweighted,) = (f for f in appraisal_figures(review, ()) if f.room == "rob_summary")
    assert unweighted.arguments["weights"] is None


def test_the_record_holds_every_judgement_and_count(review):
    record = appraisal_record(review)
    (tool,) = record["risk_of_bias"]
    rows = {(r.text["study_id"], r.text["domain"]): r.text["judgement"] for r in review.tables["rob"]}
    for each in tool["studies"]:
        assert each["overall"] == rows[each["study"], "overall"]
        assert each["judgements"] == {f"D{i}": rows[each["study"], f"D{i}"] for i in range(1, 6)}
    assert record["flow"]["counts"]["dbr_excluded"] == sum(
        each["count"] for each in record["flow"]["reasons"]["dbr_excluded"]
    )


def test_many_studies_are_cut_into_pages_of_nearly_one_size_and_very_many_refused(review):
    rows = [row for row in review.tables["rob"] if row.text["study_id"] == "Aronson1948"]

    def with_studies(count):
        copied = tuple(
            replace(row, text={**row.text, "study_id": f"s{i}"}) for i in range(count) for row in rows
        )
        return replace(review, tables={**review.tables, "rob": copied})

    figures = [f for f in appraisal_figures(with_studies(90), ()) if f.room == "rob_traffic"]
    assert [f.id for f in figures] == [f"traffic-rob2--{n}" for n in (1, 2, 3)]
    parts = [f.arguments["table"] for f in figures]
    assert [len(part.studies) for part in parts] == [30, 30, 30]
    assert [s for part in parts for s in part.studies] == [f"s{i}" for i in range(90)]
    (refused,) = (f for f in appraisal_figures(with_studies(500), ()) if f.room == "rob_traffic")
    assert "500 studies do not fit" in draw(refused).refusal


@pytest.mark.parametrize("count", [1, 39, 40, 41, 79, 81])
def test_no_part_is_longer_than_a_page(review, count):
    figure = next(f for f in appraisal_figures(review, ()) if f.room == "rob_traffic")
    table = figure.arguments["table"]
    long = replace(
        table,
        studies=tuple(map(str, range(count))),
        judgements=table.judgements[:1] * count,
        overall=table.overall[:1] * count,
    )
    parts = parts_of_table(long)
    assert max(len(part.studies) for part in parts) <= 40
    assert sum(len(part.studies) for part in parts) == count


def test_an_own_tool_and_hostile_texts_reach_the_page_as_text(folder):
    plan = (folder / "review.toml").read_text(encoding="utf-8")
    plan = plan.replace("[defaults]", 'rob_palette = "cochrane"\n\n[defaults]')
    own = f"""
[[rob_tool]]
id = "ours"
name = "Ours {SCRIPT}"
domains = [{{ id = "A", title = "Blinding {SCRIPT}" }}]
levels = [{{ word = "fine", severity = "low" }}, {{ word = "bad", severity = "critical" }}]
"""
    (folder / "review.toml").write_text(plan + own, encoding="utf-8")
    rows = (folder / "rob.csv").read_text(encoding="utf-8").splitlines()
    rows += [f"Aronson1948,ours,{domain},bad,=1+1,{SCRIPT}" for domain in ("A", "overall")]
    (folder / "rob.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    flow = (folder / "flow.csv").read_text(encoding="utf-8")
    (folder / "flow.csv").write_text(flow.replace("Another vaccine", SCRIPT), encoding="utf-8")
    made = make_report(folder, workers=0)
    page = made["report.html"].decode()
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    assert b"<script" not in made["figures/traffic-ours.svg"]
    assert b"#820000" in made["figures/traffic-ours.svg"]
    assert b"<script" not in made["figures/flow.svg"]
    document = json.loads(made["results.json"])
    jsonschema.validate(document, json.loads(made["results.schema.json"]))
    assert [each["tool"]["id"] for each in document["risk_of_bias"]] == ["rob2", "ours"]
    assert page.count('id="levels-ours"') <= 1


def test_a_tool_is_named_with_the_work_that_describes_it(review):
    (clause,) = tool_clauses(review)
    assert clause.text == "Studies were judged with RoB 2."
    assert [cite(REFERENCES[key]) for key in clause.references] == [
        "Sterne JAC, Savović J, Page MJ, et al. RoB 2: a revised tool for assessing risk of bias in"
        " randomised trials. BMJ 2019;366:l4898."
    ]
    described = {key for keys in WORKS.values() for key in keys}
    assert described <= set(REFERENCES)
    assert "ROBINS-E" in REFERENCES["higgins2024robins"].title
    assert set(WORKS) == {known.tool.id for known in built_in_tools()} - {"generic"}


def test_the_page_without_judgements_or_counts_says_so(folder):
    (folder / "rob.csv").unlink()
    (folder / "flow.csv").unlink()
    made = make_report(folder, workers=0)
    page = made["report.html"].decode()
    assert "The flow of studies was not recorded, so there is no flow diagram." in page
    assert "No study was judged with a tool for risk of bias" in page
    assert not [name for name in made if name.startswith(("figures/flow", "figures/traffic", "figures/bias"))]

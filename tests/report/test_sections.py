from __future__ import annotations

from math import nan

import pytest

from metaan.report.sections import analysis_view, comparison_anchors, page, section_figures
from metaan.tables.table import Cell, Column, Table


def section(review, analysis, figures, tables):
    """Show one analysis of a review that has no other."""
    anchors = comparison_anchors((analysis,))
    own = section_figures(analysis, anchors, figures)
    return analysis_view(review, analysis, anchors, own, {table.id: table for table in tables})


def test_anchors_are_made_of_analysis_and_treatments(small_analyses):
    assert comparison_anchors(small_analyses) == {("relief", "alpha", "control"): "relief-alpha-control"}


def test_names_that_slug_alike_keep_places_of_their_own(build):
    pairs = [("a b", "c"), ("a-b", "c"), ("دواء", "药"), ("薬", "약")]
    analysis = build.analysis(build.scenario([build.comparison(pair=pair) for pair in pairs]))
    anchors = list(comparison_anchors((analysis,)).values())
    assert anchors[:2] == ["relief-a-b-c", "relief-a-b-c-2"]
    assert len(set(anchors)) == 4


def test_a_pairwise_answer_leads_to_its_studies_and_a_network_one_to_the_network(build, small_review):
    answers = [
        build.answer(),
        build.answer(("beta", "control"), "mixed", 0.2, 2, 300),
        build.answer(("alpha", "beta"), "none", nan, 0, 0),
    ]
    analysis = build.analysis(build.scenario([build.comparison()], answers))
    row = page(small_review, (analysis,), {}, (), ()).matrix[0]
    assert [cell.href for cell in row.cells] == ["#relief-alpha-control", "#relief.network", ""]
    assert [cell.estimate for cell in row.cells] == ["1.65", "1.22", ""]
    assert row.cells[1].basis == "direct (two studies, n\u00a0=\u00a0300) and indirect"
    assert row.scale == "risk ratio, higher is better"


def _table(id, rows, columns=("Study", "Empty", "First")):  # noqa: A002
    heads = [Column(name=title.lower(), title=title) for title in columns]
    heads[-1] = Column(name="treat1", title="First")
    return Table(id=id, title=id, columns=tuple(heads), rows=tuple(rows))


def test_columns_that_nobody_filled_are_left_out(build, small_review, small_analyses):
    table = _table("missing", [(Cell("M1"), Cell(""), Cell("x"))])
    shown = page(small_review, small_analyses, {}, (table,), ()).tables["missing"]
    assert "Empty" not in shown.html
    assert "First" in shown.html


def test_the_studies_of_each_comparison_stand_with_it(build, small_review):
    comparisons = [
        build.comparison([build.study(label="One"), build.study(label="Two", study="S2")]),
        build.comparison([build.study(label="Three", study="S3")], pair=("beta", "control")),
    ]
    analysis = build.analysis(build.scenario(comparisons))
    rows = [(Cell(label), Cell("y"), Cell("alpha")) for label in ("One", "Two", "Three")]
    views = section(small_review, analysis, {}, (_table("relief-studies", rows),)).comparisons
    assert [view.table.rows for view in views] == [2, 1]
    assert "Three" in views[1].table.html
    assert "First" not in views[1].table.html


def test_a_table_without_a_place_is_shown_at_the_end(small_review, small_analyses):
    table = _table("crosscheck", [(Cell("a"), Cell("b"), Cell("c"))])
    shown = page(small_review, small_analyses, {}, (table,), ())
    assert [view.id for view in shown.others] == ["crosscheck"]


def test_a_wide_table_becomes_cards_with_web_links_only(small_review, small_analyses):
    columns = tuple(Column(name=f"c{i}", title=f"Column {i}") for i in range(12))
    cells = [Cell("Smith 2001", anchor="studies-2"), *(Cell(f"x{i}") for i in range(9))]
    cells += [Cell("paper", href="https://example.org/a"), Cell("bad", href="javascript:alert(1)")]
    table = Table(id="studies", title="Studies", columns=columns, rows=(tuple(cells),))
    card = page(small_review, small_analyses, {}, (table,), ()).tables["studies"].cards[0]
    assert (card.anchor, card.title, len(card.facts)) == ("studies-2", "Smith 2001", 11)
    assert [fact.href for fact in card.facts[-2:]] == ["https://example.org/a", ""]


def _matrix(build, review, analysis):
    return page(review, (analysis,), {}, (), ()).matrix[0]


def test_a_cell_of_two_studies_names_the_other_interval(build, small_review):
    studies = [build.study(), build.study(study="S2", label="Jones 2004")]
    wide = build.pooled(0.5, 0.25, 2, width=12.7062)  # t on 1 df
    comparison = build.comparison(studies, hksj=wide, adhoc=wide)
    cell = _matrix(
        build, small_review, build.analysis(build.scenario([comparison], [build.answer(k=2)]))
    ).cells[0]
    # exp(0.5 ± 12.7062 × 0.25) = 0.0688, 39.51
    assert cell.caution == "Hartung-Knapp: 0.069 to 39.51"
    single = _matrix(build, small_review, build.analysis()).cells[0]
    assert single.caution == ""


def test_a_cell_of_a_summed_report_says_so(build, small_review):
    comparison = build.comparison([build.study(pooled_report=True)])
    cell = _matrix(build, small_review, build.analysis(build.scenario([comparison], [build.answer()]))).cells[
        0
    ]
    assert cell.basis == "direct, one report of several trials, n\u00a0=\u00a0102"


def test_an_outcome_with_none_of_the_pairs_leads_to_its_other_comparisons(build, small_review):
    silent = build.answer(("alpha", "control"), "none", nan, 0, 0)
    analysis = build.analysis(build.scenario([build.comparison(pair=("gamma", "delta"))], [silent]))
    row = _matrix(build, small_review, analysis)
    assert row.others == (("Gamma versus delta", "#relief-gamma-delta"),)
    assert _matrix(build, small_review, build.analysis()).others == ()


@pytest.mark.parametrize(
    ("registration", "words"),
    [
        ("", "Listed in the plan file; the plan was not registered."),
        ("PROSPERO CRD1", "Planned in the review's plan."),
    ],
)
def test_a_plan_that_nobody_registered_is_called_a_file(build, registration, words):
    review = build.review(build.plan(registration=registration))
    assert section(review, build.analysis(), {}, ()).facts[1] == words


def test_the_rules_of_an_analysis_stand_under_its_question(build):
    plan = build.plan()
    rules = {"timepoint_rule": "Day 7, or up to day 8", "scale_rule": "Any scale."}
    plan = plan.model_copy(update={"analysis": [plan.analysis[0].model_copy(update=rules)]})
    view = section(build.review(plan), build.analysis(), {}, ())
    assert view.rules == ("Time points: Day 7, or up to day 8.", "Scales: Any scale.")


def test_a_network_that_words_refuse_is_not_refused_again(build, small_review):
    refused = build.figure("network-relief", svg=b"", refusal="Fewer than three treatments.")
    told = build.analysis(build.scenario([build.comparison()], notes=("no network: there are two",)))
    silent = build.analysis(build.scenario([build.comparison()]))
    figures = {refused.id: refused}
    assert section(small_review, told, figures, ()).network_figures == ()
    assert len(section(small_review, silent, figures, ()).network_figures) == 1

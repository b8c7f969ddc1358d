from __future__ import annotations

from math import nan

from metaan.report.sections import comparison_anchors, page
from metaan.tables.table import Cell, Column, Table


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
    row = page(small_review, (analysis,), {}, ()).matrix[0]
    assert [cell.href for cell in row.cells] == ["#relief-alpha-control", "#relief-network", ""]
    assert [cell.estimate for cell in row.cells] == ["1.65", "1.22", ""]
    assert row.cells[1].basis == "direct and indirect, two studies, n\u00a0=\u00a0300"
    assert row.scale == "risk ratio, higher is better"


def _table(id, rows, columns=("Study", "Empty", "First")):  # noqa: A002
    heads = [Column(name=title.lower(), title=title) for title in columns]
    heads[-1] = Column(name="treat1", title="First")
    return Table(id=id, title=id, columns=tuple(heads), rows=tuple(rows))


def test_columns_that_nobody_filled_are_left_out(build, small_review, small_analyses):
    table = _table("missing", [(Cell("M1"), Cell(""), Cell("x"))])
    shown = page(small_review, small_analyses, {}, (table,)).tables["missing"]
    assert "Empty" not in shown.html
    assert "First" in shown.html


def test_the_studies_of_each_comparison_stand_with_it(build, small_review):
    comparisons = [
        build.comparison([build.study(label="One"), build.study(label="Two", study="S2")]),
        build.comparison([build.study(label="Three", study="S3")], pair=("beta", "control")),
    ]
    analysis = build.analysis(build.scenario(comparisons))
    rows = [(Cell(label), Cell("y"), Cell("alpha")) for label in ("One", "Two", "Three")]
    views = page(small_review, (analysis,), {}, (_table("relief-studies", rows),)).analyses[0].comparisons
    assert [view.table.rows for view in views] == [2, 1]
    assert "Three" in views[1].table.html
    assert "First" not in views[1].table.html


def test_a_table_without_a_place_is_shown_at_the_end(small_review, small_analyses):
    table = _table("crosscheck", [(Cell("a"), Cell("b"), Cell("c"))])
    shown = page(small_review, small_analyses, {}, (table,))
    assert [view.id for view in shown.others] == ["crosscheck"]


def test_a_wide_table_becomes_cards_with_web_links_only(small_review, small_analyses):
    columns = tuple(Column(name=f"c{i}", title=f"Column {i}") for i in range(12))
    cells = [Cell("Smith 2001", anchor="studies-2"), *(Cell(f"x{i}") for i in range(9))]
    cells += [Cell("paper", href="https://example.org/a"), Cell("bad", href="javascript:alert(1)")]
    table = Table(id="studies", title="Studies", columns=columns, rows=(tuple(cells),))
    card = page(small_review, small_analyses, {}, (table,)).tables["studies"].cards[0]
    assert (card.anchor, card.title, len(card.facts)) == ("studies-2", "Smith 2001", 11)
    assert [fact.href for fact in card.facts[-2:]] == ["https://example.org/a", ""]

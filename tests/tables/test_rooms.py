"""Every table says what its values say."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from math import exp, log
from typing import TYPE_CHECKING

import pytest

from metaan.tables.answers import answers_table
from metaan.tables.effects import effects_table
from metaan.tables.evidence import evidence_table
from metaan.tables.league import UNCONNECTED, league_table
from metaan.tables.pooled import pooled_table
from metaan.tables.rob import rob_table
from metaan.tables.sensitivity import sensitivity_table
from metaan.tables.set_aside import set_aside_table
from metaan.tables.standstill import could_change
from metaan.tables.studies import excluded_table, missing_table, studies_table
from metaan.tables.table import to_csv, to_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.results.network import Network
    from metaan.results.synthesis import AnalysisResult
    from metaan.review.rows import Row
    from metaan.tables.table import Table

    Names = Mapping[str, str]
    Rows = Mapping[str, tuple[Row, ...]]


def read(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(table), newline="")))


def test_every_row_has_a_cell_for_every_column(
    analysis: AnalysisResult, league: Network, tables: Rows, names: Names
) -> None:
    made = (
        pooled_table(analysis, names),
        effects_table(analysis, names),
        sensitivity_table(analysis, names),
        set_aside_table(analysis),
        answers_table([analysis], names),
        make_league(league, names),
        studies_table(tables),
        missing_table(tables["missing"]),
        excluded_table(tables["excluded"]),
        rob_table(tables["rob"], {}, {}),
        evidence_table(tables),
    )
    for table in made:
        headings = [column.name for column in table.columns]
        assert len(set(headings)) == len(headings)
        assert table.rows
        assert {len(row) for row in table.rows} == {len(headings)}
        assert to_html(table).count("<tr") == len(table.rows) + 1 + len(table.notes)


def test_pooled_numbers_are_on_both_scales(analysis: AnalysisResult, names: Names) -> None:
    [first, second] = read(pooled_table(analysis, names))
    assert (first["treat1"], first["treat2"], second["treat1"]) == ("Drug A", "Placebo", "Drug B")
    assert float(first["common_estimate"]) == pytest.approx(log(2.0))
    assert float(first["common_effect"]) == pytest.approx(2.0)
    assert float(first["hksj_effect_low"]) == pytest.approx(2.0 * exp(-0.3))
    assert float(first["adhoc_ci_high"]) == pytest.approx(log(2.0) + 0.4)
    assert float(first["prediction_low"]) == pytest.approx(2.0 * exp(-0.6))
    assert (first["tau2"], first["tau2_low"], first["tau2_high"]) == ("0.25", "0.1", "0.9")
    assert (first["I2"], first["I2_low"], first["I2_Q"], first["Q"], first["Q_dof"]) == (
        "0.5",
        "0.2",
        "0.4",
        "4",
        "2",
    )
    assert first["headline"] == "hksj"


def test_pooled_page_shows_all_models_side_by_side(analysis: AnalysisResult, names: Names) -> None:
    html = to_html(pooled_table(analysis, names))
    for printed in (
        "2.00 (1.81 to 2.21)",
        "2.00 (1.64 to 2.44)",
        "2.00 (1.48 to 2.70)",
        "2.00 (1.34 to 2.98)",
    ):
        assert printed in html
    assert "Only a note." in html
    assert html.count("Only a note.") == 1


def test_weights_go_to_the_estimable_studies_and_add_up(analysis: AnalysisResult, names: Names) -> None:
    rows = read(effects_table(analysis, names))[:4]
    assert [row["weight_percent"] for row in rows] == ["50", "", "30", "20"]
    assert rows[1]["note"] == "no events in either arm"
    assert (rows[1]["effect"], rows[1]["yi"], rows[1]["events_1"]) == ("", "", "20")
    assert "not estimable" in to_html(effects_table(analysis, names))
    assert float(rows[0]["effect"]) == pytest.approx(2.0)
    assert float(rows[0]["yi"]) == pytest.approx(log(2.0))


def test_each_study_leads_to_its_rows_once(analysis: AnalysisResult, names: Names) -> None:
    html = to_html(effects_table(analysis, names))
    assert '<td><a href="#results-2">results-2</a>, <a href="#results-3">results-3</a></td>' in html


def make_league(network: Network, names: Names) -> Table:
    return league_table(
        network, analysis="pain", title="Pain", measure="RR", names=names, order=["placebo", "b"]
    )


def test_league_is_row_versus_column_everywhere(league: Network, names: Names) -> None:
    table = make_league(league, names)
    cells = [[cell.text for cell in row] for row in table.rows]
    assert [row[0] for row in cells] == ["Placebo", "Drug B", "Drug A", "Far away"]
    assert cells[1][1].startswith("4.00 (")  # below: network, B versus placebo
    assert cells[0][2].startswith("0.25 (")  # above: direct, placebo versus B
    assert cells[2][2].startswith("0.50 (")  # below: network, A versus B
    assert cells[0][3].startswith("0.33 (")  # above: direct estimate, not the network's 0.50
    assert cells[1][3] == "–"
    assert cells[3][1] == cells[0][4] == UNCONNECTED
    assert [cells[i][i + 1] for i in range(4)] == ["Placebo", "Drug B", "Drug A", "Far away"]
    assert table.columns[0].name == "row_versus_column"
    assert "row's treatment versus the column's" in table.notes[0]


def test_league_intervals_are_normal_at_the_level(league: Network, names: Names) -> None:
    cells = [[cell.text for cell in row] for row in make_league(league, names).rows]
    half = 1.959963985 * 0.5
    assert cells[1][1] == f"4.00 ({4 * exp(-half):.2f} to {4 * exp(half):.2f})"


def test_sensitivity_has_one_row_for_each_scenario_and_pair(analysis: AnalysisResult, names: Names) -> None:
    rows = read(sensitivity_table(analysis, names))
    assert [(r["scenario_id"], r["treat1"], r["model"]) for r in rows] == [
        ("main", "Drug A", "pairwise"),
        ("main", "Drug B", "pairwise"),
        ("main", "Drug A", "network"),
        ("without", "Drug A", "pairwise"),
        ("without", "Drug B", "pairwise"),
        ("without", "Drug A", "network"),
    ]
    assert (rows[3]["effect"], rows[3]["tau2"], rows[3]["note"]) == ("1", "", "one study")
    assert (rows[4]["effect"], rows[4]["k"], rows[4]["note"]) == (
        "",
        "0",
        "no study of this pair in this scenario",
    )
    assert (rows[2]["tau2"], rows[2]["treat2"], float(rows[2]["effect"])) == (
        "0.3",
        "Drug B",
        pytest.approx(0.5),
    )
    assert rows[3]["changed"] == "something"


def test_answers_say_where_there_is_nothing(analysis: AnalysisResult, names: Names) -> None:
    indirect, none = read(answers_table([analysis], names))
    assert (indirect["evidence"], indirect["basis"]) == ("indirect", "network")
    assert float(indirect["effect"]) == pytest.approx(0.5)
    assert (none["evidence"], none["effect"], none["ci_low"]) == ("no connected evidence", "", "")
    assert none["reason"] == "Nothing connects them."


def test_set_aside_leads_to_its_row(analysis: AnalysisResult) -> None:
    html = to_html(set_aside_table(analysis))
    assert "<td>No SD</td>" in html
    assert 'href="#results-9"' in html


def test_set_aside_names_arms_and_outcomes_for_people_and_keeps_ids_for_machines(
    analysis: AnalysisResult,
) -> None:
    table = set_aside_table(analysis, {"pain": "Pain relief"}, {"results-9": "drug 5 mg"})
    html = to_html(table)
    assert "<td>drug 5 mg</td><td>Pain relief</td>" in html
    [row] = read(table)
    assert (row["arm"], row["outcome"]) == ("x", "pain")


def test_rules_are_named_for_people_and_kept_for_machines(analysis: AnalysisResult, names: Names) -> None:
    html = to_html(pooled_table(analysis, names)) + to_html(sensitivity_table(analysis, names))
    assert "<td>Hartung-Knapp</td>" in html
    assert "<td>Wald</td>" in html
    assert not {"<td>hksj</td>", "<td>z</td>", "<td>wald</td>"} & set(re.findall("<td>[^<]*</td>", html))
    assert {row["test"] for row in read(sensitivity_table(analysis, names))} == {"hksj", "z", "–"}


def test_notes_begin_with_a_capital_and_end_with_a_stop(analysis: AnalysisResult, names: Names) -> None:
    noted = replace(analysis.main.comparisons[0], notes=("two studies: intervals differ",))
    main = replace(analysis.main, comparisons=(noted,))
    table = pooled_table(replace(analysis, main=main), names)
    assert table.notes[-1] == "Two studies: intervals differ."


def test_scenarios_that_cannot_move_one_study_share_a_row(analysis: AnalysisResult, names: Names) -> None:
    single = analysis.sensitivity[0].comparisons[0]
    main = replace(analysis.main, comparisons=(single,))
    still = tuple(
        replace(main, id=name, label=name.upper(), changed="an estimator", method=method)
        for name, method in (("dl", "DL"), ("pm", "PM"))
    )
    rows = read(sensitivity_table(replace(analysis, main=main, sensitivity=still), names))
    assert [(row["scenario_id"], row["model"], row["note"]) for row in rows] == [
        ("main", "pairwise", "one study"),
        ("main", "network", ""),
        ("dl; pm", "pairwise", "cannot change with one study"),
        ("dl; pm", "network", "cannot change: the same contrasts, and the choice does not enter the network"),
    ]
    assert rows[2]["effect"] == rows[0]["effect"]


def test_what_could_change_is_told_from_what_cannot(analysis: AnalysisResult) -> None:
    single = analysis.sensitivity[0].comparisons[0]
    one = replace(analysis.main, comparisons=(single,))
    assert not could_change(one, replace(one, method="DL", test="z"))
    assert could_change(one, replace(one, measure="OR"))
    assert could_change(one, replace(one, comparisons=()))
    assert could_change(one, replace(one, answers=()))
    assert could_change(analysis.main, replace(analysis.main, method="DL"))
    other_study = replace(single, studies=tuple(replace(each, sei=0.9) for each in single.studies))
    assert could_change(one, replace(one, comparisons=(other_study,)))


def test_a_network_with_a_variance_to_estimate_moves_with_its_estimator(analysis: AnalysisResult) -> None:
    single = analysis.sensitivity[0].comparisons[0]
    one = replace(analysis.main, comparisons=(single,))
    network = one.network
    assert network is not None
    assert could_change(one, replace(one, network=replace(network, method="DL")))
    stiff = replace(network, method="DL", components=(replace(network.components[0], Q_dof=0.0),))
    assert not could_change(one, replace(one, network=stiff))


def test_studies_are_harmless_and_linked(tables: Rows) -> None:
    table = studies_table(tables)
    html = to_html(table)
    assert "&lt;b&gt;One&lt;/b&gt;" in html
    assert '<tr id="studies-2">' in html
    assert 'href="https://doi.org/10.1/x"' in html
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/123/"' in html
    assert "javascript:" not in html
    first, second = read(table)
    assert first["arms"] == "drug 5 mg (50); placebo + naproxen"
    assert (first["year"], first["outcomes"]) == ("1999", "Pain relief")
    assert second["label"] == "'=cmd"


def test_counts_of_people_are_written_alike_in_every_column(tables: Rows) -> None:
    one, arm = tables["studies"][0], tables["arms"][0]
    many = {"n_randomised": "3174"}, {"n_randomised": 3174}
    study, group = (
        replace(row, text={**row.text, **many[0]}, value={**row.value, **many[1]}) for row in (one, arm)
    )
    made = studies_table({**tables, "studies": (study,), "arms": (group,)}, analysed={"s1": 3170})
    html = to_html(made)
    assert "3,174</td>" in html
    assert "3,170</td>" in html
    assert "(3,174)" in html
    assert read(made)[0]["n_randomised"] == "3174"


def test_studies_say_where_they_are_used_and_what_they_sum(tables: Rows) -> None:
    one, two = tables["studies"]
    summing = replace(two, text={**two.text, "covers": "s1;gone"}, value={**two.value, "covers": "s1;gone"})
    table = studies_table(
        {**tables, "studies": (one, summing)}, {"s1": "Pain", "s2": "nothing of it is used"}
    )
    assert [row["used"] for row in read(table)] == ["Pain", "nothing of it is used"]
    assert "<td>&lt;b&gt;One&lt;/b&gt;; gone</td>" in to_html(table)
    assert read(table)[1]["covers"] == "s1;gone"


def test_evidence_has_every_row_with_its_sign_and_source(tables: Rows) -> None:
    table = evidence_table(tables)
    result, contrast = read(table)
    assert result["numbers"] == "n 50; events <= 10"
    assert contrast["numbers"] == "SMD; p < 0.0001"
    assert (result["source"], result["quote"], result["reason"]) == (
        "Paper, Table 2",
        "'-10 of 50",
        "an inequality",
    )
    html = to_html(table)
    assert '<tr id="results-14">' in html
    assert '<tr id="contrasts-3">' in html
    assert 'href="https://example.org/p"' in html


def test_lists_of_what_is_not_used(tables: Rows) -> None:
    [lost] = read(missing_table(tables["missing"]))
    assert (lost["label"], lost["n_enrolled"], lost["source"]) == ("Lost", "830", "not recorded")
    [excluded] = read(excluded_table(tables["excluded"]))
    assert excluded["reason"] == "no control"
    [judged] = read(rob_table(tables["rob"], {"s1": "One"}, {}))
    assert (judged["study"], judged["outcome"], judged["tool"]) == ("One", "whole study", "no tool applied")

"""Tables of what a network shows beyond its estimates: numbers by hand, words that state their direction."""

from __future__ import annotations

import csv
import io
from math import exp, log, nan

import numpy as np
import pytest
from scipy.stats import norm

from metaan import (
    assumed_tau2,
    better_than,
    bucher,
    contribution_by_judgement,
    contributions,
    decompose_designs,
    modifier_table,
    net_heat,
    network,
    network_heterogeneity_interval,
    rank_table,
    rankogram,
    split_nodes,
)
from metaan.results.findings import NetworkFindings
from metaan.tables.assumed import assumed_table
from metaan.tables.contributions import contributions_table, judged_table
from metaan.tables.estimates import estimate_cells
from metaan.tables.inconsistency import designs_table, loops_table, splits_table
from metaan.tables.ranking import ranking_table
from metaan.tables.table import to_csv

NAMES = {"A": "Drug A", "B": "=B", "P": "Placebo"}
TRIANGLE = (list("stu"), list("AAB"), list("BPP"), [-0.3, -0.5, -0.4], [0.2, 0.25, 0.3])
STAR = (list("st"), list("AB"), list("PP"), [-0.5, -0.4], [0.25, 0.3])
Z = norm.ppf(0.975)


def looked_into(rows, *, margin=nan, small_values="desirable", judged=None):
    fit = network(*rows, reference="P")
    ranks = rankogram(fit, small_values=small_values, rng=np.random.default_rng(1), samples=4000)
    by_study = contributions(fit, of="studies")
    beyond = () if np.isnan(margin) else better_than(fit, "P", small_values=small_values, margin=margin)
    return fit, NetworkFindings(
        reference="P",
        heterogeneity=network_heterogeneity_interval(fit),
        assumed=assumed_tau2(fit, measure="OR") if np.isnan(fit.tau2) else (),
        designs=decompose_designs(fit),
        splits=split_nodes(fit),
        loops=bucher(fit),
        heat=net_heat(fit),
        ranks=ranks,
        ranked=rank_table(fit, ranks),
        better=better_than(fit, "P", small_values=small_values),
        better_by_margin=beyond,
        margin=margin,
        contributions=contributions(fit),
        studies=by_study,
        judged=contribution_by_judgement(by_study, judged or {}),
        modifiers=modifier_table(*rows[:3], {"year": dict.fromkeys(rows[0], 2000)}),
    )


def lines(table):
    head, *rows = csv.reader(io.StringIO(to_csv(table), newline=""))
    return [dict(zip(head, row, strict=True)) for row in rows]


ABOUT = {"analysis": "pain", "title": "Pain", "measure": "OR", "names": NAMES}


def test_an_estimate_is_written_on_both_scales():
    text, *numbers = estimate_cells(log(2), 0.1, "OR", 0.95)
    low, high = log(2) - Z * 0.1, log(2) + Z * 0.1
    assert text.text == f"2.00 ({exp(low):.2f} to {exp(high):.2f})"
    expected = [2, exp(low), exp(high), log(2), 0.1, low, high]
    assert [cell.number for cell in numbers] == pytest.approx(expected)


def test_no_estimate_is_a_dash_without_numbers():
    cells = estimate_cells(nan, nan, "OR", 0.95)
    assert {cell.text for cell in cells} == {"–"}
    assert {cell.number for cell in cells} == {None}


def test_ranks_run_from_the_best_and_state_their_direction():
    fit, found = looked_into(TRIANGLE, margin=log(1.25))
    table = ranking_table(fit, found, **ABOUT)
    rows = lines(table)
    assert [row["treatment"] for row in rows] == ["Drug A", "'=B", "Placebo"]
    at = fit.treatments.index("A"), fit.treatments.index("P")
    z = -float(fit.estimate[at] / fit.se[at])
    beyond = (-float(fit.estimate[at]) - log(1.25)) / float(fit.se[at])
    assert float(rows[0]["p_better"]) == pytest.approx(norm.cdf(z))
    assert float(rows[0]["p_margin"]) == pytest.approx(norm.cdf(beyond))
    assert rows[-1]["p_better"] == rows[-1]["versus_effect"] == ""
    assert "a lower value is the better one" in table.notes[0]
    assert any(column.title == "... by a factor of 1.25 or more" for column in table.columns)


def test_without_a_margin_none_is_shown():
    fit, found = looked_into(TRIANGLE, small_values="undesirable")
    table = ranking_table(fit, found, **ABOUT)
    rows = lines(table)
    assert [row["treatment"] for row in rows] == ["Placebo", "'=B", "Drug A"]
    assert "p_margin" not in rows[0]
    assert "a higher value is the better one" in table.notes[0]


def test_direct_and_indirect_evidence_stand_side_by_side():
    fit, found = looked_into(TRIANGLE)
    first = lines(splits_table(fit, found, **ABOUT))[0]
    # A to B is -0.3 directly, and by way of placebo -0.5 - (-0.4).
    assert float(first["direct_estimate"]) == pytest.approx(-0.3)
    assert float(first["indirect_estimate"]) == pytest.approx(-0.1)
    assert float(first["difference_effect"]) == pytest.approx(exp(-0.2))


def test_a_loop_shows_both_ways_round():
    fit, found = looked_into(TRIANGLE)
    (row,) = lines(loops_table(fit, found, **ABOUT))
    assert row["loop"] == "Drug A, =B, Placebo"
    assert float(row["indirect_se"]) == pytest.approx(np.hypot(0.25, 0.3))
    assert row["independent"] == "yes"


def test_designs_are_listed_with_their_sums():
    _, found = looked_into(TRIANGLE)
    rows = {row["part"]: row for row in lines(designs_table(found, analysis="p", title="P", names=NAMES))}
    Q = 0.2**2 / (0.2**2 + 0.25**2 + 0.3**2)
    assert float(rows["Between designs"]["Q"]) == pytest.approx(Q)
    assert float(rows["All"]["Q"]) == pytest.approx(Q)
    assert float(rows["Within designs"]["dof"]) == 0


def test_a_star_has_no_designs_loops_or_splits_to_show_but_assumed_values():
    fit, found = looked_into(STAR)
    assert designs_table(found, analysis="p", title="P", names=NAMES).rows == ()
    assert loops_table(fit, found, **ABOUT).rows == ()
    assert all(row["pvalue"] == "" and row["note"] for row in lines(splits_table(fit, found, **ABOUT)))
    rows = [row for row in lines(assumed_table(fit, found, **ABOUT)) if row["treatment"] == "Drug A"]
    assert [float(row["tau"]) for row in rows] == pytest.approx([0, 0.1, 0.2, 0.5, 1])
    for row in rows:  # one study against placebo: its variance plus what is assumed
        assert float(row["versus_estimate"]) == pytest.approx(-0.5)
        assert float(row["versus_se"]) == pytest.approx(np.hypot(0.25, float(row["tau"])))


def test_assumed_values_are_not_shown_where_tau2_was_estimated():
    fit, found = looked_into(TRIANGLE)
    assert assumed_table(fit, found, **ABOUT).rows == ()


def test_contributions_name_their_sources_and_no_cell_runs():
    _, found = looked_into(TRIANGLE)
    sources = {"A:B": "=cmd", "A:P": "Drug A : Placebo"}
    table = contributions_table(found.contributions, id="c", title="C", names=NAMES, sources=sources)
    rows = lines(table)
    assert "'=cmd" in rows[0]
    assert "B:P" in rows[0]
    for row in rows:
        assert sum(float(row[name]) for name in ("'=cmd", "Drug A : Placebo", "B:P")) == pytest.approx(1)


def test_judgements_are_carried_only_where_somebody_judged():
    _, found = looked_into(TRIANGLE)
    assert judged_table(found.judged, id="j", title="J", names=NAMES).rows == ()
    _, found = looked_into(TRIANGLE, judged={"s": "low", "t": "high"})
    rows = lines(judged_table(found.judged, id="j", title="J", names=NAMES))
    assert list(rows[0])[2:] == ["low", "high", "not judged"]
    for row in rows:
        assert sum(float(row[name]) for name in ("low", "high", "not judged")) == pytest.approx(1)

"""The decision log: everything that was done stands in it once, with its rows and its reason."""

from __future__ import annotations

import csv

import pytest

from metaan.report.analysis import analyse
from metaan.report.decisions import KINDS, decisions
from metaan.report.evidence import main_effects, provenances
from metaan.review.read import read_review


@pytest.fixture(scope="module")
def logged(bundled):
    review = read_review(bundled)
    analyses = analyse(review)
    return review, analyses, decisions(review, analyses)


def test_kinds_come_in_order_and_every_entry_has_a_reason_and_rows(logged):
    _, _, log = logged
    places = [KINDS.index(each.kind) for each in log]
    assert places == sorted(places)
    assert all(each.what and each.why and each.places for each in log)
    assert len({(each.kind, each.study, each.what, each.why) for each in log}) == len(log)


def test_every_derived_row_of_a_main_analysis_is_logged(logged):
    review, analyses, log = logged
    rows = {f"{t}-{row.number}": row for t in ("results", "contrasts") for row in review.tables[t]}
    used = {each.anchor for _, effect in main_effects(analyses) for each in provenances(effect)}
    derived = {anchor for anchor in used if rows[anchor].text["status"] == "derived"}
    said = {place for each in log if each.kind == "number derived" and each.analyses for place in each.places}
    assert said == derived


def test_every_percentage_that_became_a_count_is_logged(logged):
    review, analyses, log = logged
    rows = {f"results-{row.number}": row for row in review.tables["results"]}
    binary = [(a, e) for a, e in main_effects(analyses) if a.kind == "binary"]
    used = {each.anchor for _, effect in binary for each in provenances(effect)}
    counted = {name for name in used if not rows[name].text["events"]}
    said = {
        place
        for each in log
        if each.kind == "conversion" and each.analyses and " events from " in each.what
        for place in each.places
    }
    assert said == counted


def test_every_row_set_aside_by_a_main_analysis_is_logged(logged):
    _, analyses, log = logged
    aside = {(a.id, each.provenance.anchor, each.reason) for a in analyses for each in a.main.set_aside}
    said = {
        (analysis, place, each.why)
        for each in log
        if each.kind == "row set aside"
        for analysis in each.analyses
        for place in each.places
    }
    assert said == aside


def test_every_report_excluded_and_every_trial_without_results_is_logged(logged, bundled):
    _, _, log = logged
    for name, kind in (("excluded", "report excluded"), ("missing", "trial without usable results")):
        with (bundled / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert sum(each.kind == kind for each in log) == len(rows)


def test_additions_merges_and_bounds_say_where_they_enter(logged):
    _, _, log = logged
    by_kind = {kind: [each for each in log if each.kind == kind] for kind in KINDS}
    added = [each for each in by_kind["addition to cells of 0"] if each.analyses]
    assert [(each.study, each.analyses) for each in added] == [("Weil 2010 (2 trials)", ("drowsiness",))]
    assert added[0].what.startswith("0.5 added to events, non-events of ")
    merged = {each.analyses for each in by_kind["arms merged"]}
    assert ("drowsiness",) in merged
    bounds = by_kind["bound read as a value"]
    assert {each.by for each in bounds} == {"plan"}
    assert all(not each.analyses and each.sensitivity for each in bounds)
    assert any(each.what == "“cyclobenzaprine ER” counts as cyclobenzaprine" for each in log)


def test_a_decision_of_a_main_analysis_is_not_said_again_of_its_sensitivities(logged):
    _, _, log = logged
    for each in log:
        assert not set(each.analyses) & {analysis for analysis, _ in each.sensitivity}

"""Counts of the flow: read as the PRISMA2020 package writes them, and whether they add up."""

from __future__ import annotations

import csv
import io

import pytest

from metaan.appraisal.prisma import SUMS, count_in, flow_sums, read_flow, reasons_in

# The header, identifiers, title rows and "Reason1, xxx" of PRISMA.csv of the R package PRISMA2020 1.1.3.
FORM = """\
data,node,box,description,boxtext,tooltips,url,n
NA,node4,prevstud,Grey title box; Previous studies,Previous studies,Grey title box,prevstud.html,{none}
previous_studies,node5,box1,Studies included in previous version of review,NA,NA,x.html,{previous}
NA,node6,newstud,Yellow title box,Identification of new studies,NA,newstud.html,{none}
database_results,node7,box2,Records identified from: Databases,Databases,NA,database_results.html,{n}
website_results,node17,box11,Records identified from: Websites,Websites,NA,website_results.html,{other}
organisation_results,,box11,Records identified from: Organisations,Organisations,NA,NA,{none}
dbr_excluded,node14,box9,"Reports excluded: [separate reasons using ; e.g. Reason1, xxx]",Out,NA,x,"{out}"
identification,node1,identification,Blue identification box,Identification,Blue box,x.html,{none}
"""
ADDS_UP = {
    "previous_studies": 8,
    "previous_reports": 9,
    "database_results": 1200,
    "register_results": 60,
    "duplicates": 210,
    "excluded_automatic": 40,
    "excluded_other": 10,
    "records_screened": 1000,
    "records_excluded": 900,
    "dbr_sought_reports": 100,
    "dbr_notretrieved_reports": 5,
    "dbr_assessed": 95,
    "dbr_excluded": 82,
    "website_results": 4,
    "organisation_results": 6,
    "citations_results": 10,
    "other_sought_reports": 20,
    "other_notretrieved_reports": 1,
    "other_assessed": 19,
    "other_excluded": 19,
    "new_studies": 12,
    "new_reports": 13,
    "total_studies": 20,
    "total_reports": 22,
}


def form(**given):
    usual = {"none": "xxx", "previous": "xxx", "n": "xxx", "other": "xxx", "out": "Reason1, xxx"}
    return list(csv.DictReader(io.StringIO(FORM.format(**usual | given))))


def test_the_form_of_the_package_is_taken_as_it_is():
    flow = read_flow(form(n="120", out="No placebo, 3; Chronic pain, 4", none="0"))
    assert flow.counts["database_results"] == 120
    assert flow.counts["dbr_excluded"] == 7
    assert flow.reasons == {"dbr_excluded": (("No placebo", 3), ("Chronic pain", 4))}
    assert flow.words["newstud"] == "Identification of new studies"
    assert "previous_studies" not in flow.words
    assert (flow.previous, flow.other) == (False, False)


@pytest.mark.parametrize("given", [{}, {"none": "0", "previous": "0", "n": "0", "other": "0"}])
def test_an_unfilled_form_is_no_flow(given):
    assert read_flow(form(**given)) is None
    assert read_flow([]) is None


@pytest.mark.parametrize(
    ("given", "columns"),
    [({"previous": "3"}, (True, False)), ({"other": "5"}, (False, True))],
)
def test_counts_above_nothing_open_their_columns(given, columns):
    flow = read_flow(form(n="9", **given))
    assert (flow.previous, flow.other) == columns


@pytest.mark.parametrize("text", ["", "NA", "xxx", "-3", "1e3", "12.5", "1,000", "٣", "Reason1, xxx; B, 3"])
def test_what_is_no_count_was_not_recorded(text):
    assert count_in(text) is None


def test_a_reason_may_hold_commas_and_anything_else():
    assert reasons_in("Dose, or drug, 4; <script>, 2;") == (("Dose, or drug", 4), ("<script>", 2))


def test_counts_that_add_up_are_silent():
    assert list(flow_sums(ADDS_UP)) == []


@pytest.mark.parametrize(
    "name", [total for total, parts, _ in SUMS if "specific" not in parts[0]] + ["new_reports"]
)
def test_one_more_is_told(name):
    faults = list(flow_sums(ADDS_UP | {name: ADDS_UP[name] + 1}))
    assert name in [fault.name for fault in faults]


@pytest.mark.parametrize("name", ADDS_UP)
def test_what_is_not_recorded_is_not_asked_of_unless_it_stands_for_nothing(name):
    optional = {"register_results", "duplicates", "excluded_automatic", "excluded_other"}
    optional |= {"previous_studies", "previous_reports"}
    less = {key: value for key, value in ADDS_UP.items() if key != name}
    told = bool(list(flow_sums(less)))
    sources = {"website_results", "organisation_results", "citations_results"}
    assert told == (name in optional | sources)


def test_lists_of_databases_add_up_to_their_count():
    given = {"database_results": 30, "database_specific_results": count_in("MEDLINE, 20; Embase, 11")}
    assert [fault.name for fault in flow_sums(given)] == ["database_results"]

"""Which column of a file of a network is what."""

from __future__ import annotations

import pytest

from metaan.errors import RequestError
from metaan.review.network_columns import recognise

COUNTS, MEANS, RATES = ("events", "n"), ("mean", "sd", "n"), ("events", "time")


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("study,treatment,events,n", COUNTS),
        ("Study,T,R,N", COUNTS),  # MetaInsight
        ("studlab,treat,event,n", COUNTS),  # netmeta
        ("study,treatment,responders,sampleSize", COUNTS),  # gemtc
        ("study,treatment,mean,std.dev,sampleSize", MEANS),
        ("Study,T,Mean,SD,N", MEANS),
        ("study,trt,r,exposure", RATES),
        ("id,treatment,events,time", RATES),
        ("author,year,treatment,cases,total", COUNTS),
    ],
)
def test_one_arm_in_a_row(header: str, cells: tuple[str, ...]) -> None:
    found = recognise(header.split(","), cells, {}, file="f.csv")
    assert len(found.arms) == 1
    assert tuple(found.arms[0].cells) == cells
    assert found.naming
    assert not found.wide
    assert not found.contrast


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("study,treat1,event1,n1,treat2,event2,n2,treat3,event3,n3", COUNTS),
        ("Study,T.1,R.1,N.1,T.2,R.2,N.2,T.3,R.3,N.3", COUNTS),
        ("event1,n1,event2,n2,event3,n3,treat1,treat2,treat3", COUNTS),
        ("Study,Treatment1,y1,sd1,n1,Treatment2,y2,sd2,n2,Treatment3,y3,sd3,n3", MEANS),
        ("study,t1,event 1,time 1,t2,event 2,time 2,t3,event 3,time 3", RATES),
    ],
)
def test_several_arms_in_a_row(header: str, cells: tuple[str, ...]) -> None:
    found = recognise(header.split(","), cells, {}, file="f.csv")
    assert found.wide
    assert [arm.number for arm in found.arms] == [1, 2, 3]


@pytest.mark.parametrize(
    "header",
    [
        "studlab,treat1,treat2,TE,seTE",
        "study,treat1,treat2,yi,vi",
        "Study,Treatment.1,Treatment.2,Effect,SE,n1,n2",
        "TE,seTE,treat1.long,treat2.long,treat1,treat2,studlab",
    ],
)
@pytest.mark.parametrize("cells", [(), COUNTS, MEANS, RATES])
def test_one_effect_in_a_row(header: str, cells: tuple[str, ...]) -> None:
    found = recognise(header.split(","), cells, {}, file="f.csv")
    assert not found.arms
    assert {"treat1", "treat2", "yi"} < set(found.contrast)


def test_both_in_one_file() -> None:
    found = recognise(
        ["study", "treatment", "events", "n", "treat1", "treat2", "yi", "sei"], COUNTS, {}, file="f.csv"
    )
    assert found.arms
    assert found.contrast
    wide = ["study", "treat1", "event1", "n1", "treat2", "event2", "n2", "TE", "seTE"]
    assert recognise(wide, COUNTS, {}, file="f.csv").wide
    assert recognise(wide, COUNTS, {}, file="f.csv").contrast
    assert not recognise(wide, MEANS, {}, file="f.csv").arms


def test_columns_that_the_user_names() -> None:
    header = ["id", "int", "resp", "total", "what"]
    found = recognise(header, COUNTS, {"treatment": "int", "events": "RESP", "study": "what"}, file="f.csv")
    assert found.study == 4
    assert (found.arms[0].treatment, dict(found.arms[0].cells)) == (1, {"events": 2, "n": 3})
    wide = ["study", "treat1", "d1", "years1", "treat2", "d2", "years2"]
    found = recognise(wide, RATES, {"events": "d", "time": "years"}, file="f.csv")
    assert [dict(arm.cells) for arm in found.arms] == [{"events": 2, "time": 3}, {"events": 5, "time": 6}]
    found = recognise(wide, (), {"yi": "d1", "sei": "d2", "treat2": "treat2"}, file="f.csv")
    assert dict(found.contrast) == {"treat1": 1, "treat2": 4, "yi": 2, "sei": 5}


def test_a_named_column_settles_which_of_two_counts() -> None:
    header = ["study", "treatment", "events", "r", "n"]
    with pytest.raises(RequestError, match="events and r could each be events"):
        recognise(header, COUNTS, {}, file="f.csv")
    assert recognise(header, COUNTS, {"events": "r"}, file="f.csv").arms[0].cells["events"] == 3
    assert recognise(header, MEANS, {}, file="f.csv").arms == ()


def test_of_two_names_of_studies_the_usual_one_counts_and_is_told() -> None:
    found = recognise(["trial", "studlab", "treat1", "treat2", "TE", "seTE"], (), {}, file="f.csv")
    assert found.study == 1
    assert found.notes == ("studies are named by the column studlab, not by trial",)


@pytest.mark.parametrize(
    ("header", "named", "expected"),
    [
        ("study,treatment,events,n,treat1,event1,n1,treat2,event2,n2", {}, "keep one of the two sets"),
        ("study,treat1,event1,n1,treat2,event2", {}, "lacks n2"),
        ("study,treat1,event1,n1,event2,n2", {}, "lacks treatment2"),
        ("study,treatment,events,n", {"evnt": "n"}, "there is no “evnt”"),
        ("study,treatment,events,n", {"events": "event"}, "did you mean “events”"),
        ("study,treatment,events,n", {"events": "zzz"}, "it has study, treatment, events, n"),
    ],
)
def test_what_is_refused(header: str, named: dict[str, str], expected: str) -> None:
    with pytest.raises(RequestError, match=expected):
        recognise(header.split(","), COUNTS, named, file="f.csv")

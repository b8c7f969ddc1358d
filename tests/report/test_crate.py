"""The RO-Crate: every file with its digest, and the run that links them."""

from __future__ import annotations

import hashlib
import json

import pytest

from metaan.report.compare import compare_file
from metaan.report.crate import CRATE, crate

FILES = {"data/arms.csv": b"a\n", "report.html": b"<p>", "figures/a b#é.svg": b"<svg/>"}


@pytest.fixture
def graph(small_review, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    document = json.loads(crate(small_review, FILES))
    assert document["@context"] == "https://w3id.org/ro/crate/1.1/context"
    return {each["@id"]: each for each in document["@graph"]}


def test_the_descriptor_points_to_the_root(graph):
    assert graph[CRATE]["about"] == {"@id": "./"}
    assert graph[CRATE]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert graph["./"]["@type"] == "Dataset"
    assert graph["./"]["name"] == "Alpha and beta for sore tests"


def test_every_file_is_a_part_with_its_digest(graph):
    parts = [each["@id"] for each in graph["./"]["hasPart"]]
    files = {each["name"]: each for each in graph.values() if each["@type"] == "File"}
    assert [graph[part]["name"] for part in parts] == ["data/arms.csv", "figures/a b#é.svg", "report.html"]
    for name, content in FILES.items():
        assert files[name]["sha256"] == hashlib.sha256(content).hexdigest()
        assert files[name]["contentSize"] == str(len(content))
    assert files["figures/a b#é.svg"]["@id"] == "figures/a%20b%23%C3%A9.svg"


def test_the_run_used_the_data_and_made_the_rest(graph):
    run = graph["#run"]
    assert run["@type"] == "CreateAction"
    assert graph[run["instrument"]["@id"]]["@type"] == "SoftwareApplication"
    assert run["object"] == [{"@id": "data/arms.csv"}]
    assert {"@id": "report.html"} in run["result"]
    assert graph["./"]["mentions"] == {"@id": "#run"}


def test_everything_that_is_named_is_described(graph):
    def named(value):
        if isinstance(value, dict):
            if set(value) == {"@id"}:
                yield value["@id"]
            for each in value.values():
                yield from named(each)
        elif isinstance(value, list):
            for each in value:
                yield from named(each)

    outside = {name for each in graph.values() for name in named(each)} - set(graph)
    assert outside == {"https://w3id.org/ro/crate/1.1"}


def test_no_clock_is_read_and_a_date_comes_only_when_given(small_review, monkeypatch, graph):
    assert "datePublished" not in graph["./"]
    assert "states no day of publication" in graph["./"]["description"]
    plain = crate(small_review, FILES)
    assert plain == crate(small_review, dict(reversed(FILES.items())))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    dated = crate(small_review, FILES)
    assert b'"datePublished": "1970-01-02T00:00:00+00:00"' in dated
    assert list(compare_file(CRATE, plain, dated)) == []


@pytest.mark.parametrize("epoch", ["", "86400"])
def test_the_day_of_publication_comes_from_the_plan(build, monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    review = build.review(build.plan(published="2020-05-17"))
    root = next(each for each in json.loads(crate(review, FILES))["@graph"] if each["@id"] == "./")
    assert root["datePublished"] == "2020-05-17"
    assert root["description"] == "Do alpha and beta help?"


def test_a_file_that_is_gone_is_a_difference(small_review):
    fewer = {name: content for name, content in FILES.items() if name != "report.html"}
    assert list(compare_file(CRATE, crate(small_review, FILES), crate(small_review, fewer)))

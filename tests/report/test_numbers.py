"""results.json: it keeps to its schema, its bytes follow from its content, and no null lacks a reason."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from importlib.resources import files
from math import exp

import pytest
from jsonschema import Draft202012Validator

from metaan.report.analysis import analyse
from metaan.report.canonical import write_canonical
from metaan.report.numbers import SCHEMA_VERSION, results_document
from metaan.review.read import read_review

EXAMPLES = ("studies", "examples/bcg", "examples/smoking", "examples/senn")


@pytest.fixture(scope="module")
def schema():
    return json.loads(files("metaan.report").joinpath("results.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def documents(bundled):
    return {name: document_of(bundled.parent / name) for name in EXAMPLES}


def document_of(folder):
    review = read_review(folder)
    return results_document(review, analyse(review))


def faults(schema, document):
    return [error.message for error in Draft202012Validator(schema).iter_errors(document)]


def records(value):
    """Walk all objects of a document."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from records(part)
    elif isinstance(value, list):
        for part in value:
            yield from records(part)


def test_the_schema_is_one(schema):
    Draft202012Validator.check_schema(schema)


def test_the_schema_takes_nothing_it_does_not_name(schema):
    for each in records(schema):
        if "properties" in each:
            assert each["additionalProperties"] is False
            assert each["description"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_document_keeps_to_the_schema(schema, documents, name):
    assert documents[name]["schema_version"] == SCHEMA_VERSION
    assert faults(schema, documents[name]) == []


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: d.update(extra=1), "Additional properties"),
        (lambda d: d["analyses"][0].pop("direction"), "'direction' is a required property"),
        (lambda d: d["analyses"][0]["main"].update(scale="cubic"), "is not one of"),
        (lambda d: d["analyses"][0]["main"]["comparisons"][0].update(k=-1), "less than the minimum"),
        (lambda d: d["rows"].update({"other-1": {}}), "does not match"),
    ],
)
def test_a_spoilt_document_is_refused(schema, documents, spoil, message):
    document = deepcopy(documents["examples/bcg"])
    spoil(document)
    assert any(message in fault for fault in faults(schema, document))


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_cannot_be_computed_is_null_with_a_reason(documents, name):
    optional = {"arm1", "arm2", "network", "reference"}
    nulls = 0
    for each in records(documents[name]):
        if "reason" not in each:
            continue
        own = {key: value for key, value in each.items() if key not in optional}
        gaps = [key for key, value in own.items() if value is None]
        gaps += [
            key
            for key in ("ci", "prediction", "tau2")
            if isinstance(own.get(key), dict) and None in own[key].values()
        ]
        nulls += bool(gaps)
        assert bool(each["reason"]) or not gaps, (gaps, each)
    assert nulls


def test_bytes_follow_from_the_content_alone(documents):
    document = documents["examples/bcg"]
    shuffled = json.loads(json.dumps(document))

    def shuffle(value):
        if isinstance(value, dict):
            keys = list(value)
            random.Random(1).shuffle(keys)
            return {key: shuffle(value[key]) for key in keys}
        return [shuffle(part) for part in value] if isinstance(value, list) else value

    assert write_canonical(shuffle(shuffled)) == write_canonical(document)
    assert json.loads(write_canonical(document)) == document


def test_two_runs_write_the_same_bytes(bundled):
    folder = bundled.parent / "examples" / "smoking"
    assert write_canonical(document_of(folder)) == write_canonical(document_of(folder))


def test_numbers_have_ten_significant_digits(documents):
    for each in records(documents["studies"]):
        for value in each.values():
            if isinstance(value, float):
                assert value == float(f"{value:.10g}")


def test_shown_numbers_are_the_effects_as_a_person_reads_them(documents):
    (comparison,) = documents["examples/bcg"]["analyses"][0]["main"]["comparisons"]
    fit = comparison["fits"][comparison["headline"]]
    assert fit["shown"]["estimate"] == pytest.approx(exp(fit["estimate"]), rel=1e-9)
    assert fit["shown"]["prediction"]["low"] == pytest.approx(exp(fit["prediction"]["low"]), rel=1e-9)
    assert sum(fit["weights"].values()) == pytest.approx(1, abs=1e-8)
    assert list(fit["weights"]) == [one["study"] for one in comparison["studies"]]


def test_every_row_behind_a_number_is_listed(documents):
    document = documents["studies"]
    behind = {row for each in records(document["analyses"]) if "estimable" in each for row in each["rows"]}
    assert behind == set(document["rows"])
    merged = [
        text for row in document["rows"].values() for text in row["derivations"] if "merged into" in text
    ]
    assert merged


def test_every_pair_of_a_network_stands_once(documents):
    network = documents["examples/smoking"]["analyses"][0]["main"]["network"]
    pairs = [frozenset((each["treat1"], each["treat2"])) for each in network["effects"]]
    assert len(pairs) == len(set(pairs)) == 6
    assert {each["treat2"] for each in network["effects"] if "no contact" in each.values()} == {"no contact"}

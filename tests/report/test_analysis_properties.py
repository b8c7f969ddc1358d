"""Whatever the cells hold, the run ends, the ledger is whole and the document keeps to its schema."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from metaan.report.analysis import analyse
from metaan.report.canonical import write_canonical
from metaan.report.numbers import results_document
from metaan.review.select import select
from metaan.review.settle import settle

FEW = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
# tests/conftest.py's builder has no state, so one for all examples is right

ARMS = ("alpha", "beta", "placebo", "gamma")
SENSITIVITY = (
    {"id": "ee", "method": "EE"},
    {"id": "hksj", "test": "hksj", "method": "PM"},
    {"id": "printed", "status": ["extracted"]},
    {
        "id": "all",
        "use": ["pool", "sensitivity"],
        "status": ["extracted", "derived", "imputed"],
        "read_bounds": True,
    },
    {"id": "rd", "measure": "RD"},
    {"id": "or", "measure": "OR"},
    {"id": "smd", "measure": "SMD"},
)


def maybe(values):
    return st.one_of(st.just(""), values)


SIZES = st.sampled_from([1, 2, 3, 50, 51, 400, 10**7])
REALS = st.sampled_from([-1e6, -2.5, -1, 0, 0.001, 0.5, 1, 3, 7.25, 1e6])
SPREADS = st.sampled_from([0, 1e-3, 0.5, 2, 9, 1e5])
LEVELS = maybe(st.sampled_from([0, 80, 95, 98.3, 100]))
COMMON = {
    "status": st.sampled_from(["extracted", "derived", "imputed"]),
    "use": st.sampled_from(["pool", "pool", "pool", "sensitivity", "check", "list"]),
    "timepoint": st.sampled_from(["1 week", "1 week", "2 weeks"]),
}


@st.composite
def counts(draw):
    n = draw(maybe(SIZES))
    events = draw(maybe(st.integers(0, n if n else 3)))
    return {
        "n": n,
        "events": min(events, 10**4) if events != "" else "",
        "percent": draw(maybe(st.integers(0, 100))),
    }


def means():
    cells = {"n": SIZES, "mean": REALS, "sd": SPREADS, "se": SPREADS, "ci_low": REALS, "ci_high": REALS}
    return st.fixed_dictionaries(
        {name: maybe(values) for name, values in cells.items()} | {"ci_level": LEVELS}
    )


def differences(measures):
    cells = {"n_1": SIZES, "n_2": SIZES, "estimate": REALS, "se": SPREADS, "ci_low": REALS, "ci_high": REALS}
    more = {
        "measure": st.sampled_from(measures),
        "p": maybe(st.sampled_from([0, 1e-12, 0.0001, 0.5, 1])),
        "p_qualifier": maybe(st.sampled_from(["=", "<", ">"])),
        "ci_level": LEVELS,
        "favours": maybe(st.sampled_from(ARMS)),
    }
    return st.fixed_dictionaries({name: maybe(values) for name, values in cells.items()} | more)


@st.composite
def shapes(draw, kind):
    cells = counts() if kind == "binary" else means()
    measures = ["RR", "OR", "RD"] if kind == "binary" else ["MD", "SMD"]
    results, contrasts = {}, {}
    for study in ("S1", "S2", "S3", "S4"):
        for arm in draw(st.lists(st.sampled_from(ARMS), unique=True, max_size=4)):
            for outcome in draw(st.sampled_from([["sore"], ["sore"], ["sore", "ache"]])):
                row = draw(cells) | draw(st.fixed_dictionaries(COMMON))
                results[study, arm, outcome, row["timepoint"]] = (study, arm, outcome, row)
    for study in ("S3", "S4", "S5", "S6"):
        for pair in draw(st.lists(st.permutations(ARMS).map(lambda p: tuple(p[:2])), max_size=3)):
            row = draw(differences(measures)) | draw(st.fixed_dictionaries(COMMON))
            contrasts[study, frozenset(pair)] = (study, *pair, "sore", row)
    return {
        "results": list(results.values()),
        "contrasts": list(contrasts.values()),
        "outcomes": {
            "sore": {"kind": kind, "direction": "lower_better"},
            "ache": {"kind": kind, "direction": draw(st.sampled_from(["lower_better", "higher_better"]))},
        },
        "studies": {"S1": {"n_trials": 2, "covers": "S2"}},
        "sensitivity": SENSITIVITY,
    }


@pytest.fixture(scope="module")
def validator():
    text = files("metaan.report").joinpath("results.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_any_cells_give_a_whole_ledger_and_a_valid_document(review_of, validator, kind):
    @FEW
    @given(shapes(kind))
    def holds(shape):
        studies = {row[0] for row in (*shape["results"], *shape["contrasts"])}
        shape["studies"] = {name: cells for name, cells in shape["studies"].items() if name in studies}
        review = review_of(**shape)
        analyses = analyse(review)
        document = results_document(review, analyses)
        assert json.loads(write_canonical(document)) == document
        assert [error.message for error in validator.iter_errors(document)] == []
        (analysis,) = review.plan.analysis
        for plan in (None, *review.plan.sensitivity):
            ledger = select(review, analysis, settle(review, analysis, plan))
            booked = len(ledger.arms) + len(ledger.contrasts) + len(ledger.left)
            assert booked == len(review.tables["results"]) + len(review.tables["contrasts"])

    holds()

"""Trim and fill of `metaan pool`, in the three forms that it writes.

Expected: trimfill() of metafor 3.8-1 on the bcg trials by REML, as in tests/reference/asymmetry_metafor.csv.
"""

from __future__ import annotations

import csv
import io
import json
from math import exp

import pytest

ESTIMATE, ITERATED = -0.657082783488, 2e-6
"""metafor's, which stops at an absolute change of tau2."""

FEW = "slab,yi,vi\n" + "".join(f"S{i},{0.1 * i:.1f},{0.01 + 0.02 * i:.2f}\n" for i in range(5))


@pytest.fixture
def asked(pool, bcg):
    def run(*arguments):
        code, told, said = pool(bcg, "--measure", "RR", "--trim-fill", *arguments)
        assert code == 0, said
        return told

    return run


def test_the_text_calls_it_a_sensitivity_analysis(asked):
    told = asked()
    assert "Trim and fill, a sensitivity analysis: 1 study filled in on the right (estimator L0)\n" in told
    assert f"    Random effects, REML, Hartung-Knapp: RR {exp(ESTIMATE):.2f} (95% CI 0.35 to 0.77)\n" in told
    assert "the studies filled in are mirror images, not results" in told
    assert "publication bias" not in told


def test_the_record_holds_the_studies_and_the_fit(asked):
    found = json.loads(asked("--format", "json"))["trim_fill"]
    assert (found["side"], found["k0"], found["estimator"]) == ("right", 1, "L0")
    assert found["fit"]["k"] == 14
    assert found["fit"]["estimate"] == pytest.approx(ESTIMATE, rel=ITERATED)
    assert found["fit"]["shown"]["estimate"] == pytest.approx(exp(ESTIMATE), rel=ITERATED)
    (filled,) = found["filled"]
    assert filled["estimate"] > 0
    assert filled["variance"] > 0


def test_the_table_has_a_line_for_every_number(asked):
    rows = [
        row for row in csv.DictReader(io.StringIO(asked("--format", "csv"))) if row["kind"] == "trim and fill"
    ]
    by = {(row["quantity"], row["scale"], row["name"] == "filled in"): row for row in rows}
    assert by["studies filled in", "", False]["value"] == "1"
    assert float(by["effect", "log", False]["value"]) == pytest.approx(ESTIMATE, rel=ITERATED)
    assert float(by["effect", "ratio", False]["value"]) == pytest.approx(exp(ESTIMATE), rel=ITERATED)
    assert by["effect", "log", True]["text"] == "right"
    assert {"tau2", "I2 from tau2", "Q"} <= {row["quantity"] for row in rows}


def test_nothing_is_said_where_it_was_not_asked_for(pool, bcg):
    for form in ("text", "json", "csv"):
        _, told, _ = pool(bcg, "--measure", "RR", "--format", form)
        assert "rim and fill" not in told
        assert "trim_fill" not in told


def test_fewer_than_ten_studies_are_refused_unless_forced(pool):
    code, _, said = pool(FEW, "--trim-fill")
    assert code == 1
    assert (
        "asymmetry cannot be judged below 10 studies, and there are 5; --force does it all the same" in said
    )
    code, told, said = pool(FEW, "--trim-fill", "--force")
    assert code == 0, said
    assert "- k < 10, asymmetry cannot be judged\n" in told


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--leave-one-out",), "--leave-one-out and --trim-fill are two analyses"),
        (("--mods", "~ ablat"), "--trim-fill and --mods are two analyses"),
        (("--model", "mh"), "leave out --model mh"),
    ],
)
def test_what_does_not_go_together(pool, bcg, arguments, reason):
    code, _, said = pool(bcg, "--measure", "RR", "--trim-fill", *arguments)
    assert code == 2
    assert reason in said

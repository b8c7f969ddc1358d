"""The R script beside the report: its content; R itself is not needed here."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from metaan.report.analysis import analyse
from metaan.report.evidence import node_names
from metaan.report.recheck import r_text, recheck_files
from metaan.review.read import read_review

EXAMPLES = Path(__file__).parents[2] / "examples"
CALL = re.compile(r'^(pairwise|network)\((\d+), ("(?:[^"\\]|\\.)*"), (.*), c\((.*)\)\)$', re.M)


def files_of(name):
    review = read_review(EXAMPLES / name)
    return recheck_files(analyse(review), node_names(review))


@pytest.fixture(scope="module")
def bcg():
    return files_of("bcg")


@pytest.fixture(scope="module")
def smoking():
    return files_of("smoking")


def rows(files, name):
    return list(csv.DictReader(io.StringIO(files[f"recheck/{name}.csv"])))


def calls(files):
    return CALL.findall(files["recheck/recheck.R"])


def test_the_script_states_what_it_must(bcg):
    script = bcg["recheck/recheck.R"]
    for said in (
        "tolerance <- 1e-6",
        "Known differences",
        'requireNamespace("netmeta"',
        "The part in netmeta was not run",
        'quit(save = "no", status = 1)',
        "threshold = 1e-10",
    ):
        assert said in script
    assert "#% checks" not in script
    assert script.isascii()


def test_bcg_is_expected_as_metafor_printed_it(bcg):
    """Log risk ratio by REML of metafor 3.8-1: -0.7145 (se 0.1798), tau2 0.3132, I2 92.22%, Q 152.2330."""
    told = {(method, values) for _, _, _, method, values in calls(bcg)}
    assert len(told) == 4
    values = next(values for method, values in told if method == '"REML", "z", 95')
    found = dict(re.findall(r"(\w+) = ([-\d.e]+|NA)", values))
    assert float(found["estimate"]) == pytest.approx(-0.7145, abs=5e-5)
    assert float(found["se"]) == pytest.approx(0.1798, abs=5e-5)
    assert float(found["tau2"]) == pytest.approx(0.3132, abs=5e-5)
    assert float(found["I2"]) == pytest.approx(0.9222, abs=5e-5)
    assert float(found["Q"]) == pytest.approx(152.2330, abs=5e-5)
    assert len(rows(bcg, "effects")) == 13


def test_every_set_of_effects_is_checked_and_has_two_studies_or_more(smoking):
    effects, said = rows(smoking, "effects"), calls(smoking)
    sets = {call[1] for call in said if call[0] == "pairwise"}
    assert sets == {row["set"] for row in effects}
    for number in sets:
        assert sum(row["set"] == number for row in effects) > 1
        assert sum(call[:2] == ("pairwise", number) for call in said) == 4


def test_a_network_brings_all_contrasts_of_its_studies_and_every_pair(smoking):
    contrasts, estimates = rows(smoking, "contrasts"), rows(smoking, "estimates")
    nodes = {row["treat1"] for row in contrasts} | {row["treat2"] for row in contrasts}
    assert len(nodes) == 4
    assert len(estimates) == 6
    for study in {row["study"] for row in contrasts}:
        own = [row for row in contrasts if row["study"] == study]
        held = {row["treat1"] for row in own} | {row["treat2"] for row in own}
        assert len(own) == len(held) * (len(held) - 1) // 2


def test_numbers_have_ten_digits(smoking):
    for name in ("effects", "contrasts", "estimates"):
        for row in rows(smoking, name):
            for column, text in row.items():
                if column not in {"study", "treat1", "treat2"}:
                    assert float(f"{float(text):.10g}") == float(text)


def test_one_study_is_not_checked(build):
    files = recheck_files([build.analysis()], {})
    assert calls(files) == []
    assert "networks <- 0" in files["recheck/recheck.R"]
    assert rows(files, "effects") == []


@pytest.mark.parametrize(
    "name", ['"); system("rm -rf ~"); ("', "\\", 'a\\"b', "x\nquit()", "\u202e\U0001f600τ", "\ud800", "%s%n"]
)
def test_a_hostile_name_stays_a_string(build, name):
    studies = [build.study(), build.study("S2", "=cmd()|'\"", rows=(4, 5))]
    main = build.scenario([build.comparison(studies)])
    files = recheck_files([build.analysis(main, title=name)], {"alpha": name})
    found = calls(files)
    assert len(found) == 4
    assert all(call[2] == r_text(f"{name}: {name} versus control") for call in found)
    assert all(call[2].isascii() for call in found)
    assert rows(files, "effects")[1]["study"].startswith("'=cmd")
    lines = files["recheck/recheck.R"].split("\n")
    assert sum(line.startswith("pairwise(1, ") for line in lines) == 4

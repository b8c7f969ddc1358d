"""Every figure of the bundled review can be followed to its source, and every row to its study and arm."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

FOLDERS = ["studies", "examples/bcg", "examples/smoking", "examples/senn"]
FIGURES = ("events", "percent", "mean", "sd", "se", "ci_low", "ci_high", "estimate", "p", "mean_difference")


def csv_files(root):
    return [path for folder in FOLDERS for path in sorted((root / folder).glob("*.csv"))]


def test_files_are_plain_utf8_with_unix_line_ends_and_no_ragged_row(root):
    for path in csv_files(root):
        data = path.read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf"), path
        assert b"\r" not in data, path
        assert data.endswith(b"\n"), path
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file, strict=True)
        assert len(header) == len(set(header)), path
        assert {len(row) for row in rows} == {len(header)}, path
        assert all(cell == cell.strip() for row in rows for cell in row), path


def test_no_row_stands_twice(root):
    for path in csv_files(root):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert [line for line, times in Counter(lines).items() if times > 1] == [], path


@pytest.mark.parametrize("name", ["results", "contrasts"])
def test_each_figure_names_its_source_address_and_words(table, name):
    for number, row in enumerate(table(name), 2):
        assert row["source"], number
        assert row["source_url"].startswith(("https://", "http://")), number
        assert " " not in row["source_url"], number
        assert row["quote"], number


@pytest.mark.parametrize("name", ["results", "contrasts"])
def test_each_row_carries_a_figure_or_says_why_it_has_none(table, name):
    bare = [row for row in table(name) if not any(row.get(column) for column in FIGURES)]
    assert [(row["study_id"], row["reason"]) for row in bare] == (
        [("Preston1984", "The source contradicts itself about which of 40% and 48% belongs to which drug.")]
        if name == "results"
        else []
    )


@pytest.mark.parametrize("name", ["results", "contrasts"])
def test_a_reason_stands_exactly_where_a_row_is_not_pooled(table, name):
    for number, row in enumerate(table(name), 2):
        assert (row["use"] == "pool") == (row["reason"] == ""), number


@pytest.mark.parametrize("name", ["results", "contrasts"])
def test_each_derived_or_imputed_row_tells_how(table, name):
    for number, row in enumerate(table(name), 2):
        assert row["status"] == "extracted" or row["derivation"], number


def test_a_pooled_percentage_or_interval_is_never_called_extracted(results):
    for number, row in enumerate(results, 2):
        converted = (row["percent"] and row["n"]) or (row["ci_low"] and not row["sd"])
        if row["use"] in ("pool", "sensitivity") and converted:
            assert row["status"] == "derived", number


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_id_is_orphaned(root, folder):
    def column(name: str, *columns: str) -> set[tuple[str, ...]]:
        path = root / folder / f"{name}.csv"
        if not path.exists():
            return set()
        with path.open(encoding="utf-8", newline="") as file:
            return {tuple(row[one] for one in columns) for row in csv.DictReader(file)}

    studies = column("studies", "study_id")
    arms = column("arms", "study_id", "arm_id")
    assert column("arms", "study_id") == studies
    assert column("arms", "treatment") <= column("treatments", "raw_label")
    assert column("results", "study_id", "arm_id") <= arms
    assert column("contrasts", "study_id", "arm_id_1") <= arms
    assert column("contrasts", "study_id", "arm_id_2") <= arms
    measured = column("results", "outcome_id") | column("contrasts", "outcome_id")
    assert measured == column("outcomes", "outcome_id")
    if (root / folder / "rob.csv").exists():
        assert column("rob", "study_id") <= studies


def test_favoured_arms_are_arms_of_the_contrast(contrasts):
    for row in contrasts:
        assert row["favours"] in ("", row["arm_id_1"], row["arm_id_2"])


def test_covered_units_are_units(table):
    known = {row["study_id"] for row in table("studies")}
    covers = {row["study_id"]: row["covers"].split(";") for row in table("studies") if row["covers"]}
    assert covers == {
        "FDA_Soma_label_Studies1and2_pooled": ["Serfer2010", "Ralph2008"],
        "Abril2022_pooled_of_4_RCTs": ["Friedman2015", "Friedman2018"],
    }
    assert {one for many in covers.values() for one in many} <= known


def test_arms_of_only_one_summed_trial_are_marked(table):
    marked = {(row["study_id"], row["arm_id"]) for row in table("arms") if row["in_every_trial"] == "no"}
    assert marked == {
        ("FDA_Soma_label_Studies1and2_pooled", "carisoprodol_350"),
        ("Borenstein2003_pooled", "cyclobenzaprine_10"),
    }


def test_nobody_is_named_as_extractor_or_judge_without_a_record(table):
    for name in ("results", "contrasts"):
        assert {(row["extractor"], row["checked_by"]) for row in table(name)} == {("", "")}
    judged = {(row["study_id"], row["judgement"]) for row in table("rob") if row["assessor"]}
    assert judged == {("Emrich2015", "high")}
    assert {row["judgement"] for row in table("rob") if not row["assessor"]} == {"not judged"}


def test_the_readme_counts_its_rows_right(root, table):
    text = (root / "studies" / "README.md").read_text(encoding="utf-8")
    assert f"{len(table('studies'))} units" in text
    assert f"{len(table('results'))} figures of single arms" in text
    assert f"{len(table('contrasts'))} differences" in text
    assert f"{len(table('missing'))} trials or groups of trials" in text


def test_nothing_in_the_data_runs_as_a_formula_in_a_spreadsheet(root):
    for path in csv_files(root):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert cell == "=" or not cell.startswith(("=", "@", "\t")), (path.name, cell)
                    if cell.startswith(("+", "-")):
                        float(cell)

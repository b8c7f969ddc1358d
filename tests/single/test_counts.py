"""Models of counts: what the ledger says the model saw, and what is not estimable."""

from __future__ import annotations

import json

import pytest

from metaan import InputError, effect_sizes, mantel_haenszel

MIXED = "slab,ai,n1i,ci,n2i\nA,0,40,8,41\nB,5,50,9,49\nC,0,40,0,41\nE,41,41,40,40\nF,2,60,7,61\n"
NO_EVENTS = "slab,ai,n1i,ci,n2i\nA,0,40,0,41\nB,0,50,0,49\n"
ONE_SIDED = "slab,ai,n1i,ci,n2i\nA,0,40,3,41\nB,0,50,2,49\n"


@pytest.mark.parametrize("model", ["mh", "CM.EL", "UM.FS", "UM.RS"])
def test_what_is_added_is_for_the_effect_shown_only(pool, table, model):
    _, told, _ = pool(MIXED, "--model", model, "--format", "json")
    added = [entry for entry in json.loads(told)["zero_cells"] if entry["action"] == "added"]
    assert [entry["label"] for entry in added] == ["A", "C", "E"]
    assert {entry["concerns"] for entry in added} == {"shown"}
    _, told, _ = pool(MIXED, "--model", model)
    assert "for the effect shown here only, the pooled estimate takes its cells as they are" in told
    rows = [
        row for row in table(MIXED, "--model", model) if (row["kind"], row["quantity"]) == ("ledger", "added")
    ]
    assert {row["value"] for row in rows} == {"0.5"}
    assert all("for the effect shown here only" in row["text"] for row in rows)


def test_what_is_added_to_pooled_effects_says_so(pool):
    _, told, _ = pool(MIXED, "--measure", "OR", "--format", "json")
    assert {entry["concerns"] for entry in json.loads(told)["zero_cells"]} == {"pooled"}
    assert "shown here only" not in pool(MIXED, "--measure", "OR")[1]


@pytest.mark.parametrize(
    ("arguments", "silent", "kept"),
    [
        (("--model", "mh", "--measure", "OR"), ["C", "E"], []),
        (("--model", "mh", "--measure", "RR"), ["C"], ["E"]),
        (("--model", "mh", "--measure", "RD"), [], ["C", "E"]),
        (("--model", "peto"), ["C", "E"], []),
        (("--model", "CM.EL"), ["C", "E"], []),
        (("--model", "UM.FS"), ["C", "E"], []),
    ],
)
def test_studies_of_one_outcome_are_in_the_ledger(pool, table, arguments, silent, kept):
    """They are double zeros (C) and all events (E); a difference of risks keeps both, a ratio of them E."""
    _, told, _ = pool(MIXED, *arguments, "--format", "json")
    found = [entry for entry in json.loads(told)["zero_cells"] if entry["concerns"] == "model"]
    assert [entry["label"] for entry in found if entry["action"] == "left_out"] == silent
    assert [entry["label"] for entry in found if entry["action"] == "kept"] == kept
    reasons = {entry["label"]: entry["reason"] for entry in found}
    assert "no events in either arm" in reasons["C"]
    assert "only events in both arms" in reasons["E"]
    rows = [row for row in table(MIXED, *arguments) if row["kind"] == "ledger" and row["quantity"] != "added"]
    assert sorted(row["name"] for row in rows) == ["C", "E"]
    _, told, _ = pool(MIXED, *arguments)
    assert told.count("- C (row 4): ") == told.count("- C (row 4): 0.5") + 1


def test_double_zero_rates_are_in_the_ledger(pool):
    text = "slab,x1i,t1i,x2i,t2i\nA,4,123,11,139\nB,0,30,0,31\n"
    _, told, _ = pool(text, "--model", "mh", "--measure", "IRR", "--format", "json")
    (entry,) = [each for each in json.loads(told)["zero_cells"] if each["concerns"] == "model"]
    assert (entry["label"], entry["action"]) == ("B", "left_out")


@pytest.mark.parametrize(
    ("text", "arguments", "reason"),
    [
        (NO_EVENTS, ("--model", "mh", "--measure", "OR"), "so there is no ratio"),
        (ONE_SIDED, ("--model", "mh", "--measure", "RR"), "no ratio"),
        (NO_EVENTS, ("--model", "peto"), "no study has both events and non-events"),
        (NO_EVENTS, ("--model", "CM.EL"), "no study has both events and non-events"),
        (ONE_SIDED, ("--model", "UM.FS"), "no study has events in the first arm"),
        (ONE_SIDED, ("--model", "UM.RS"), "no study has events in the first arm"),
    ],
)
def test_what_is_not_estimable_gives_its_reason_and_no_empty_block(pool, table, text, arguments, reason):
    code, told, said = pool(text, *arguments)
    assert code == 1
    assert "not estimable" in said
    (line,) = [each for each in told.splitlines() if "not estimable" in each]
    assert ": not estimable: " in line
    assert reason in line
    assert "Heterogeneity" not in told
    assert "–%" not in told
    code, told, _ = pool(text, *arguments, "--format", "json")
    found = json.loads(told)
    assert code == 1
    assert found["pooled"]["estimate"] is None
    assert reason in found["pooled"]["reason"]
    assert found["reason"] == found["pooled"]["reason"]
    rows = table(text, *arguments)
    pooled = [row for row in rows if row["kind"] == "pooled"]
    assert {row["value"] for row in pooled} == {""}
    assert all(row["text"].startswith("not estimable: ") and reason in row["text"] for row in pooled)
    assert not [row for row in rows if row["kind"] in ("heterogeneity", "test", "fit")]


def test_one_study_has_no_test_of_homogeneity(pool):
    _, told, _ = pool("slab,ai,n1i,ci,n2i\nA,4,123,11,139\n", "--model", "mh", "--measure", "OR")
    assert "fewer than two studies have an effect of their own" in told
    assert "Breslow-Day" not in told
    assert "= –" not in told


def test_the_figure_of_what_is_not_estimable_says_why(pool, tmp_path):
    path = tmp_path / "forest.svg"
    code, _, _ = pool(ONE_SIDED, "--model", "mh", "--measure", "OR", "--figure", str(path))
    assert code == 1
    assert "not estimable: no study has events in the first arm" in path.read_text(encoding="utf-8")


def test_effects_and_models_refuse_a_table_in_the_same_words():
    cells = {"ai": [4], "n1i": [3], "ci": [1], "n2i": [9]}
    with pytest.raises(InputError) as effects:
        effect_sizes("OR", **cells)
    with pytest.raises(InputError) as model:
        mantel_haenszel("OR", **cells)
    assert str(effects.value) == str(model.value)
    assert "ai[0] = 4 is more than n1i" in str(model.value)


FAR = "study,yi,vi\nA,0.1,0.2\nB,0.9,0.3\nC,0.4,1e-40\nD,0.2,0.1\nE,0.5,1e30\n"


def test_a_row_thirty_orders_away_is_blamed(pool):
    code, told, _ = pool(FAR, "--format", "json")
    found = json.loads(told)
    assert code == 0
    assert [study["label"] for study in found["studies"]] == ["A", "B", "D"]
    aside = {row["label"]: row["reason"] for row in found["set_aside"]}
    assert "30 orders of magnitude" in aside["C"]
    assert "1e-40" in aside["C"]
    assert "E" in aside
    less = "study,yi,vi\nA,0.1,0.2\nB,0.9,0.3\nD,0.2,0.1\n"
    assert found["pooled"] == json.loads(pool(less, "--format", "json")[1])["pooled"]


def test_an_effect_thirty_orders_away_is_blamed(pool):
    text = "study,yi,vi\nA,1e-20,1e-40\nB,2e-20,2e-40\nC,1e15,1e-40\nD,3e-20,1e-40\n"
    code, told, _ = pool(text, "--format", "json")
    (row,) = json.loads(told)["set_aside"]
    assert code == 0
    assert row["label"] == "C"
    assert "Its effect 1e+15" in row["reason"]


def test_two_rows_thirty_orders_apart_are_both_named(pool):
    code, told, said = pool("study,yi,vi\nA,0.1,0.2\nC,0.4,1e-40\n")
    assert (code, told) == (1, "")
    assert "row 2 (A) and row 3 (C)" in said

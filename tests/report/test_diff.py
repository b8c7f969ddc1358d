"""What changed between two reports."""

from __future__ import annotations

import json

import pytest

from metaan.errors import RequestError
from metaan.report.diff import Change, diff, diff_documents


def results(**changes):
    effect = {"treat1": "a", "treat2": "b", "estimate": 0.5, "se": 0.25, "prediction": None}
    comparison = {"treat1": "a", "treat2": "b", "k": 2, "fits": {"wald": effect | changes}}
    return {"analyses": [{"id": "pain", "title": "Pain", "main": {"comparisons": [comparison]}}]}


def found(old, new, manifests=({}, {})):
    return diff_documents((old, manifests[0]), (new, manifests[1]))


PLACE = "analyses[pain].main.comparisons[a : b].fits.wald"


def test_a_number_comes_with_both_values_and_the_relative_change():
    assert found(results(), results(estimate=0.4)).numbers == (
        Change(place=f"{PLACE}.estimate", old=0.5, new=0.4, relative=-0.2),
    )


def test_last_digits_are_no_change():
    assert found(results(), results(estimate=0.5 * (1 + 1e-9))).same
    assert not found(results(), results(estimate=0.5 * (1 + 1e-7))).same


def test_a_number_that_became_none_is_a_number_that_changed():
    change = found(results(), results(estimate=None)).numbers[0]
    assert (change.new, change.relative) == (None, None)
    change = found(results(), results(prediction=1.0)).numbers[0]
    assert (change.old, change.new, change.relative) == (None, 1.0, None)


def test_from_zero_there_is_no_relative_change():
    assert found({"tau2": 0.0}, {"tau2": 0.1}).numbers[0].relative is None


def test_a_new_analysis_or_comparison_does_not_shift_the_others():
    old, new = results(), results()
    new["analyses"].insert(0, {"id": "early", "main": {"comparisons": []}})
    pairs = new["analyses"][1]["main"]["comparisons"]
    pairs.insert(0, {"treat1": "a", "treat2": "c", "k": 1})
    there = found(old, new)
    assert there.added == ("analyses[early]", "analyses[pain].main.comparisons[a : c]")
    assert (there.removed, there.numbers) == ((), ())
    back = found(new, old)
    assert (back.removed, back.added) == (there.added, ())


def test_entries_that_share_a_name_are_matched_by_place():
    old = {"rows": [{"study": "S"}, {"study": "S", "n": 1}]}
    new = {"rows": [{"study": "S"}, {"study": "S", "n": 2}]}
    assert found(old, new).numbers[0].place == "rows[1].n"


def test_choices_and_inputs_are_those_of_the_manifest():
    old = {"seed": 1, "choices": {"pain": {"method": "REML"}}, "outputs": [1]}
    new = {"seed": 1, "choices": {"pain": {"method": "DL"}}, "outputs": [2]}
    old["inputs"] = [{"path": "data/arms.csv", "sha256": "aa"}]
    new["inputs"] = [{"path": "data/arms.csv", "sha256": "bb"}]
    there = found({}, {}, (old, new))
    assert there.choices == (Change(place="choices.pain.method", old="REML", new="DL"),)
    assert there.inputs == (Change(place="data/arms.csv", old="aa", new="bb"),)
    assert not there.same


@pytest.mark.parametrize("empty", [None, "", "not recorded"])
def test_a_key_that_only_one_report_knows_and_leaves_empty_is_no_choice(empty):
    old, new = {"plan": {"method": "REML"}}, {"plan": {"method": "REML", "subgroup": empty}}
    assert found({}, {}, (old, new)).same
    assert found({}, {}, (new, old)).same
    assert found({}, {}, (old, {"plan": {"method": "REML", "subgroup": "dose"}})).choices
    assert found({}, {}, (new, {"plan": {"method": "REML", "subgroup": 0}})).choices


def test_words_are_told_apart_from_numbers():
    there = found({"notes": ["a"], "ok": True}, {"notes": ["b"], "ok": False})
    assert [each.place for each in there.words] == ["notes[0]", "ok"]
    assert there.numbers == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot be read"), ("{", "not what a report holds"), ('{"a": NaN}', "NaN is not JSON")],
)
def test_a_folder_without_a_report_is_refused(tmp_path, content, reason):
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(RequestError, match=reason):
        diff(tmp_path, tmp_path)


def test_a_folder_equals_itself(tmp_path):
    (tmp_path / "results.json").write_text(json.dumps(results()))
    (tmp_path / "manifest.json").write_text("[]")
    assert diff(tmp_path, tmp_path).same

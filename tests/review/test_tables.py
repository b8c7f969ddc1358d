"""Spreads, copies, levels and risk of bias: the right cell is named, once, in little time."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import pytest

from metaan.review.check import check_file, check_review
from metaan.review.rules_tables import _median_without

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from metaan.review.problems import Problem

    Edit = Callable[[str, str, str], Path]


def cells(problems: tuple[Problem, ...]) -> list[tuple[str, int | None, str]]:
    return [(p.code, p.row, p.column) for p in problems]


@pytest.mark.parametrize(
    ("level", "cure"), [("0.95", "write 95."), ("0.98", "write 98."), ("5", "write 95, 98.3, ...")]
)
def test_a_level_is_in_percent_and_above_fifty(edited: Edit, level: str, cure: str) -> None:
    found = check_review(edited("contrasts.csv", "-0.07,,", f"-0.07,{level},"))
    assert [(*cells((p,))[0], p.help) for p in found] == [("D011", 2, "ci_level", cure)]


def test_a_small_spread_is_named_and_not_the_sound_one(edited: Edit) -> None:
    found = check_review(edited("results.csv", "4.4,,,3.5,5.3", "4.4,0.3,,,"))
    assert cells(found) == [("D014", 6, "sd")]
    assert "0.3 (row 6, as printed) and 2.1 (row 5, as printed)" in found[0].message


def test_a_spread_that_follows_from_a_standard_error_is_named_at_it(edited: Edit) -> None:
    found = check_review(edited("results.csv", "4.4,,,3.5,5.3", "4.4,,2.2,,"))
    assert [p.text for p in found if p.code == "D014"] == ["2.2"]
    assert ("D014", 6, "se") in cells(found)


def test_a_printed_sd_against_the_interval_is_named_as_the_sd(edited: Edit) -> None:
    (found,) = check_review(edited("results.csv", "4.4,,,3.5,5.3", "4.4,1.2,,3.5,5.3"))
    assert (found.code, found.column, found.text) == ("D015", "sd", "1.2")
    assert found.message.startswith("sd = 1.2, whose standard error 0.2191 does not fit the interval")


def test_limits_that_were_exchanged_are_told_once(edited: Edit) -> None:
    assert cells(check_review(edited("contrasts.csv", "-1.73,-0.07", "-0.07,-1.73"))) == [
        ("D011", 2, "ci_low")
    ]
    found = check_review(edited("results.csv", "3.1,2.0,,,", "3.1,2.0,,3.7,2.5"))
    assert [p.row for p in found if p.file == "results.csv"] == [2]


def test_an_sd_and_a_standard_error_of_one_mean_must_agree(edited: Edit) -> None:
    (found,) = check_review(edited("results.csv", "3.1,2.0,,", "3.1,2.0,1.4,"))
    assert (found.code, found.row, found.column) == ("D015", 2, "se")
    assert found.message == "se = 1.4 does not fit sd = 2.0, which gives 0.316 with n = 40."


def test_an_sd_and_its_own_standard_error_agree(edited: Edit) -> None:
    assert check_review(edited("results.csv", "3.1,2.0,,", "3.1,2.0,0.32,")) == ()


def test_spreads_too_small_to_square(edited: Edit) -> None:
    edited("results.csv", "3.1,2.0,", "3.1,1e-300,")
    found = check_review(edited("results.csv", "4.2,2.2,", "4.2,1e-300,"))
    assert "D013" in {p.code for p in found}


def test_metafor_spreads_too_small_to_square(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("s,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,9,1e-300,10,2,1e-300,10\n", encoding="utf-8")
    assert [p.code for p in check_file(path)] == ["D013"]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("10.1000/gamma", "HTTPS://doi.org/10.1000/BETA", "doi"),
        ("10.1000/gamma", "doi: 10.1000/beta", "doi"),
        ("NCT00000003", "NCT 00000002", "registration"),
        ("33333333", "PMID 22222222", "pmid"),
        ("Gamma 2003", "beta  2002", "label"),
    ],
)
def test_one_trial_under_two_ids_is_found_however_it_is_written(
    edited: Edit, old: str, new: str, column: str
) -> None:
    found = check_review(edited("studies.csv", old, new))
    assert ("D017", 4, column) in cells(found)
    assert {p.code for p in found} <= {"D017", "D026"}


def test_short_pubmed_numbers_are_compared(edited: Edit) -> None:
    edited("studies.csv", "22222222", "412")
    assert cells(check_review(edited("studies.csv", "33333333", "412"))) == [("D017", 4, "pmid")]


@pytest.mark.parametrize(
    ("tool", "judgement"),
    [
        ("RoB 1", "unclear"),
        ("ROBINS-I", "moderate"),
        ("ROBINS-I", "no information"),
        ("ROBINS-E", "very high"),
    ],
)
def test_every_level_of_a_known_tool_is_accepted(edited: Edit, tool: str, judgement: str) -> None:
    assert (
        check_review(edited("rob.csv", "gamma,,RoB 2,overall,high", f"gamma,,{tool},overall,{judgement}"))
        == ()
    )


@pytest.mark.parametrize("tool", ["RoB 2", "Cochrane RoB2", "rob-2"])
def test_a_level_of_another_tool_is_named_with_the_tools_own(edited: Edit, tool: str) -> None:
    folder = edited("rob.csv", "gamma,,RoB 2,overall,high", f"gamma,,{tool},overall,unclear")
    (found,) = check_review(folder)
    assert (found.code, found.severity) == ("D024", "warning")
    assert f"not a level of {tool}: low, some concerns, high." in found.message


def test_a_median_without_some_values_is_that_of_the_others() -> None:
    ordered = [1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 5.0, 8.0]
    for taken in ([1.0], [2.0, 2.0], [1.0, 8.0], [3.0, 5.0], [2.0, 2.0, 2.0], [1.0, 1.0, 5.0, 8.0]):
        rest = ordered.copy()
        for value in taken:
            rest.remove(value)
        assert _median_without(ordered, taken) == statistics.median(rest)
    assert _median_without([1.0, 2.0], [1.0]) is None


def test_a_large_table_takes_a_time_that_grows_with_it(clean: Path) -> None:
    """Rows of one trial, and rows of one outcome, are not held each against each other."""
    path = clean / "results.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    one = [
        f"alpha,a{i},pain,1 week,pain,final,40,,,{i % 7}.5,2.0{rows[0].split(',2.0', 1)[1]}"
        for i in range(8000)
    ]
    many = [
        f"s{i},a,pain,1 week,pain,final,40,,,3.5,2.{i % 7}{rows[0].split(',2.0', 1)[1]}" for i in range(8000)
    ]
    path.write_text("\n".join([head, *rows, *one, *many]) + "\n", encoding="utf-8")
    start = time.process_time()
    check_review(clean)
    assert time.process_time() - start < 15


def test_many_wrong_names_among_many_known_ones_take_little_time(clean: Path) -> None:
    with (clean / "studies.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"study{i},Study {i},2001,,,,,1,,\n" for i in range(3000))
    path = clean / "results.csv"
    head, first, *_ = path.read_text(encoding="utf-8").splitlines()
    wrong = (first.replace("alpha,a,", f"studie{i},a,") for i in range(8000))
    path.write_text("\n".join([head, *wrong]) + "\n", encoding="utf-8")
    start = time.process_time()
    found = [p for p in check_review(clean) if p.code == "D030" and p.column == "study_id"]
    assert time.process_time() - start < 15
    assert len(found) == 8000
    assert found[0].help.startswith("did you mean “study")


@pytest.mark.parametrize(
    ("old", "new", "column", "said"),
    [
        ("gamma,,RoB 2,overall,high", "gamma,,RoB 2,overal,high", "domain", "did you mean “overall”?"),
        ("gamma,,RoB 2,overall,high", "gamma,,RBO 2,overall,high", "tool", "“RoB 2”"),
        ("gamma,,RoB 2,overall,high", "gamma,,RoB 2,overall,hihg", "judgement", "did you mean “high”?"),
    ],
)
def test_what_a_tool_does_not_have_is_told_where_it_stands(
    edited: Edit, old: str, new: str, column: str, said: str
) -> None:
    (found,) = check_review(edited("rob.csv", old, new))
    assert (found.code, found.severity, found.row, found.column) == ("D024", "warning", 4, column)
    assert said in found.help


OWN = """
[[rob_tool]]
id = "ours"
name = "Our own tool"
domains = [{ id = "A", title = "Blinding" }, { id = "B", title = "Loss" }]
levels = [{ word = "fine", severity = "low" }, { word = "bad", severity = "high" }]
"""


def test_a_tool_of_the_reviews_own_is_known_and_its_levels_may_be_excluded(edited: Edit) -> None:
    folder = edited("rob.csv", "gamma,,RoB 2,overall,high", "gamma,,our own tool,blinding,bad")
    plan = (folder / "review.toml").read_text(encoding="utf-8")
    plan = plan.replace('measure = "MD"', 'measure = "MD"\nexclude_rob = ["bad"]', 1)
    (folder / "review.toml").write_text(plan + OWN, encoding="utf-8")
    assert check_review(folder) == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ('title = "Loss"', 'title = "blinding"', "C005", "“blinding” stands twice among the domains"),
        ('word = "bad"', 'word = "fine"', "C005", "“fine” stands twice among the levels"),
        ('severity = "high"', 'severity = "hihg"', "C004", "hihg"),
        ('word = "bad"', 'wrod = "bad"', "C003", "wrod"),
    ],
)
def test_a_tool_of_the_reviews_own_is_checked(edited: Edit, old: str, new: str, code: str, said: str) -> None:
    folder = edited("rob.csv", "gamma,,RoB 2,overall,high", "gamma,,RoB 2,overall,high")
    plan = (folder / "review.toml").read_text(encoding="utf-8")
    (folder / "review.toml").write_text(plan + OWN.replace(old, new), encoding="utf-8")
    found = check_review(folder)
    assert code in {p.code for p in found}
    assert said in " ".join(p.message for p in found)


def test_a_count_with_a_separator_is_told_and_never_read_as_a_reason(edited: Edit) -> None:
    folder = edited("flow.csv", "Records from databases,,,,60", 'Records from databases,,,,"1,060"')
    found = check_review(folder)
    assert [(p.code, p.row, p.column) for p in found] == [("D007", 2, "n")]
    assert found[0].help == "write 1060, without a thousands separator."

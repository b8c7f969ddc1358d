"""The forest plot of `metaan pool --subgroup`, from the file to the written words."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

TEXT = "{http://www.w3.org/2000/svg}text"


def drawn(pool, tmp_path, text, *arguments):
    path = tmp_path / "forest.svg"
    code, _, said = pool(text, *arguments, "--figure", str(path))
    assert code == 0, said
    return [element.text for element in ET.fromstring(path.read_bytes()).iter(TEXT)]


def test_subgroups_are_drawn_under_headings_with_their_test(pool, bcg, tmp_path):
    """Heterogeneity as metafor 3.8-1 has it: rma(method = "DL") by alloc; the test from the three results."""
    found = drawn(
        pool, tmp_path, bcg, "--measure", "RR", "--subgroup", "alloc", "--method", "DL", "--test", "z"
    )
    headings = [text for text in found if text.startswith("alloc: ")]
    assert headings == ["alloc: alternate", "alloc: random", "alloc: systematic"]
    assert [text for text in found if text.startswith("Subtotal")] == [
        "Subtotal (k = 2)",
        "Subtotal (k = 7)",
        "Subtotal (k = 4)",
    ]
    assert "Heterogeneity: τ² = 0.28; χ² = 16.59, df = 3, P < 0.001; I² = 82%." in " ".join(found)
    assert "Test for subgroup differences: χ² = 1.54, df = 2, P = 0.46." in found
    first = found.index("alloc: random")
    assert found.index("Aronson 1948") > first


def test_a_subgroup_of_one_study_is_that_study(pool, tmp_path):
    text = "slab,ai,n1i,ci,n2i,g\nA,4,40,8,41,x\nB,5,50,9,49,y\nC,6,55,9,49,y\n"
    found = drawn(pool, tmp_path, text, "--measure", "OR", "--subgroup", "g")
    assert "A" in found
    assert [name for name in found if name.startswith("Subtotal")] == ["Subtotal (k = 2)"]


def test_one_group_says_that_no_test_is_possible(pool, tmp_path):
    text = "slab,ai,n1i,ci,n2i,g\nA,4,40,8,41,x\nB,5,50,9,49,x\n"
    found = drawn(pool, tmp_path, text, "--measure", "OR", "--subgroup", "g")
    (said,) = (line for line in found if "one group" in line)
    assert said.startswith("Test for subgroup differences: not possible: there is one group")


def test_a_journals_figure_has_the_arms_their_totals_and_sides_where_it_was_said(pool, bcg, tmp_path):
    """Sums of the printed table: 1,065 of 191,064 and 1,510 of 166,283."""
    asked = ("--measure", "RR", "--journal", "bmj", "--groups", "BCG,Control", "--better", "lower")
    found = drawn(pool, tmp_path, bcg, *asked)
    assert {"BCG", "Control", "No of events /", "4 / 123", "11 / 139"} <= set(found)
    assert {"1,065 / 191,064", "1,510 / 166,283", "Favours BCG", "Favours Control"} <= set(found)
    assert any(
        line.startswith("Test for heterogeneity: τ²=0.31; χ²=152.23, df=12, P<0.001") for line in found
    )
    plain = drawn(pool, tmp_path, bcg, "--measure", "RR")
    assert {"Group 1", "Group 2", "4/123", "100.0"} <= set(plain)
    assert not any(line.startswith("Favours") for line in plain)


def test_a_control_group_that_stands_in_two_rows_is_marked_and_counted_once(pool, tmp_path):
    text = "slab,ai,n1i,ci,n2i\nSmith 2001,4,40,8,41\nSmith 2001,7,42,8,41\nB,5,50,9,49\n"
    found = drawn(pool, tmp_path, text, "--measure", "RR")
    assert found.count("Smith 2001†") == 2
    assert "16/132" in found
    assert "17/90" in found
    said = " ".join(found)
    assert "† Smith 2001 (row 2) shares its control group with row 3" in said
    assert "the same people count 2 times" in said


def test_columns_follow_what_the_file_holds(pool, tmp_path):
    files = {
        "m1i,sd1i,n1i,m2i,sd2i,n2i\n10,2,30,12,2,31\n9,2,33,12,3,31\n": (
            "MD",
            {"mean (SD)", "10.0 (2.0)", "63"},
        ),
        "m1i,sd1i,n1i,m2i,sd2i,n2i\n0.043,0.012,30,0.05,0.02,31\n0.04,0.012,33,0.05,0.03,31\n": (
            "MD",
            {"0.043 (0.012)", "0.050 (0.030)"},
        ),
        "x1i,t1i,x2i,t2i\n5,100.5,9,90\n7,80,9,91\n": ("IRR", {"events/", "time", "5/100.5", "12/180.5"}),
        "xi,ni\n3,30\n6,44\n": ("PLO", {"events/n", "3/30", "9/74"}),
        "ri,ni\n0.3,30\n0.2,44\n": ("ZCOR", {"n", "30", "74"}),
        "yi,vi\n0.3,0.1\n0.2,0.1\n": ("", set()),
    }
    for text, (measure, expected) in files.items():
        found = drawn(pool, tmp_path, text, *(("--measure", measure) if measure else ()))
        assert expected <= set(found), measure


def test_the_short_text_says_how_far_studies_differ(pool, bcg, tmp_path):
    """I2 from Q as metafor 3.8-1 has it: rma(method = "DL"), 92.12 %."""
    path = tmp_path / "forest.png"
    asked = ("--measure", "RR", "--journal", "bmj", "--method", "DL")
    pool(bcg, *asked, "--figure", str(path))
    with Image.open(path) as image:
        assert image.info["Description"].endswith(", I² 92%.")
    pool(bcg, *asked, "--figure", str(path.with_suffix(".svg")))
    long = path.with_suffix(".svg").read_text(encoding="utf-8")
    assert "risk ratio 0.41 (0.13 to 1.26), includes no effect, weight" in long
    assert "risk ratio 0.20 (0.086 to 0.49), excludes no effect, weight" in long
    assert ".." not in long


def test_letters_that_no_typeface_has_are_told_to_whoever_asked_for_the_figure(pool, tmp_path):
    text = "slab,yi,vi\n漢字 2001,0.3,0.1\nשלום 2002,0.2,0.1\n"
    code, _, said = pool(text, "--journal", "bmj", "--figure", str(tmp_path / "forest.png"))
    assert code == 0
    assert "no typeface at hand has 字 漢: boxes in all files but the SVG" in said


def test_a_study_that_is_not_estimable_is_shown_with_its_reason(pool, tmp_path):
    text = "slab,ai,n1i,ci,n2i\nA,4,40,8,41\nB,5,50,9,49\nNobody 2001,0,30,0,31\n"
    found = drawn(pool, tmp_path, text, "--measure", "OR", "--add", "0", "--to", "none")
    at = found.index("Nobody 2001")
    assert found[at + 1 : at + 3] == ["not estimable", "–"]
    assert any("Nobody 2001: OR is not defined" in line for line in found)
    assert "No prediction interval: it takes at least three studies, and there are 2." in found
    svg = (tmp_path / "forest.svg").read_text()
    assert "Nobody 2001: not estimable." in svg


def test_an_axis_reaches_equally_far_on_both_sides_where_it_is_asked_to(pool, bcg, tmp_path):
    asked = ("--measure", "RR", "--axis", "symmetric")
    ticks = {"0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "20"}
    assert ticks <= set(drawn(pool, tmp_path, bcg, *asked, "--subgroup", "alloc"))
    assert "20" not in drawn(pool, tmp_path, bcg, "--measure", "RR", "--subgroup", "alloc")
    found = drawn(pool, tmp_path, bcg, *asked, "--leave-one-out")
    assert {"0.5", "1", "2"} <= set(found)


def test_where_no_value_is_no_effect_a_symmetric_axis_is_refused(pool, tmp_path):
    figure = ("--axis", "symmetric", "--figure", str(tmp_path / "f.svg"))
    code, _, said = pool("slab,xi,ni\nA,4,40\nB,5,50\n", "--measure", "PLO", *figure)
    assert code == 2
    assert "--axis symmetric" in said
    assert not (tmp_path / "f.svg").exists()


def test_fits_that_are_repeated_are_drawn_and_written(pool, bcg, tmp_path):
    """As metafor 3.8-1 has them: leave1out() and cumul() of rma(yi, vi, test = "knha") on dat.bcg."""
    found = drawn(pool, tmp_path, bcg, "--measure", "RR", "--leave-one-out")
    assert "Without TPT Madras 1980" in found
    assert "0.45 (0.30 to 0.67)" in found
    found = drawn(pool, tmp_path, bcg, "--measure", "RR", "--cumulative", "year")
    assert "+ TPT Madras 1980" in found
    assert "0.27 (0.0037 to 19.20)" in found
    _, told, _ = pool(bcg, "--measure", "RR", "--leave-one-out")
    assert "Study left out" in told
    _, told, _ = pool(bcg, "--measure", "RR", "--cumulative", "year", "--format", "json")
    last = json.loads(told)["cumulative"][-1]
    assert last["fit"]["estimate"] == pytest.approx(-0.7145323422, abs=2e-7)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--journal", "bjm"), "did you mean “bmj”"),
        (("--groups", "A"), "give two names"),
        (("--cumulative", "yaer"), "no column “yaer”"),
        (("--leave-one-out", "--cumulative", "year"), "one of them at a time"),
        (("--leave-one-out", "--model", "mh"), "leave out --model mh"),
    ],
)
def test_what_cannot_be_drawn_is_refused(pool, bcg, tmp_path, arguments, expected):
    code, _, said = pool(bcg, "--measure", "RR", *arguments, "--figure", str(tmp_path / "f.svg"))
    assert code == 2
    assert expected in said


@pytest.mark.parametrize("ending", ["tif", "tiff", "eps"])
def test_every_ending_has_its_format(pool, bcg, tmp_path, ending):
    path = tmp_path / f"f.{ending}"
    code, _, said = pool(bcg, "--measure", "RR", "--journal", "plos", "--figure", str(path))
    assert code == 0
    assert path.read_bytes()[:4] in (b"%!PS", b"II*\x00")
    assert "Liberation Sans" in said

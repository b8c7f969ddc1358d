"""The forest plot of `metaan pool --subgroup`, from the file to the written words."""

from __future__ import annotations

import xml.etree.ElementTree as ET

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
    assert "τ² = 0.285, I² = 81.9%; Q = 16.59 (df 3, P < 0.001)" in found
    assert "Test for subgroup differences: χ² = 1.54 (df 2), P = 0.46" in found
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
    assert "Test for subgroup differences: not possible" in found
    assert any("one group" in line for line in found)

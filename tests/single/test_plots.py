"""The statistical figures of `metaan pool --plot`, from the file to the written words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

TEXT = "{http://www.w3.org/2000/svg}text"
PLOTS = ("funnel", "labbe", "radial", "drapery", "baujat", "influence", "gosh")


def drawn(pool, tmp_path, text, *arguments):
    path = tmp_path / "plot.svg"
    code, _, said = pool(text, *arguments, "--figure", str(path))
    assert code == 0, said
    return [element.text for element in ET.fromstring(path.read_bytes()).iter(TEXT)]


@pytest.mark.parametrize("plot", PLOTS)
def test_every_plot_of_the_example(pool, bcg, tmp_path, plot):
    found = drawn(pool, tmp_path, bcg, "--measure", "RR", "--plot", plot)
    assert any("isk ratio (" in text for text in found)


@pytest.mark.parametrize("plot", PLOTS)
def test_a_journal_writes_numbers_its_own_way(pool, bcg, tmp_path, plot):
    own, lancet = (
        drawn(pool, tmp_path, bcg, "--measure", "RR", "--plot", plot, "--journal", name)
        for name in ("metaan", "lancet")
    )
    assert any("Risk ratio (" in text for text in own)  # the heading
    assert not any("Risk ratio (bcg" in text for text in lancet)
    assert any(re.search(r"\d·\d", text) for text in lancet)
    assert not any(re.search(r"\d\.\d", text) for text in lancet)


def test_a_figure_tells_its_typeface_and_an_unknown_journal_is_refused(pool, bcg, tmp_path):
    path = str(tmp_path / "plot.svg")
    asked = ("--measure", "RR", "--plot", "radial", "--figure", path, "--journal")
    code, _, said = pool(bcg, *asked, "nature")
    assert code == 0
    assert "set in Liberation Sans, which has Arial's widths" in said
    code, _, said = pool(bcg, *asked, "natur")
    assert code == 2
    assert "did you mean “nature”" in said


def test_the_funnel_tells_the_test_of_its_measure(pool, bcg, tmp_path):
    """Egger's test of metafor 3.8-1: regtest(model = "lm")."""
    said = " ".join(drawn(pool, tmp_path, bcg, "--measure", "RR", "--plot", "funnel"))
    assert "Egger's regression: slope −2.11, t = −1.40 (df = 11), P = 0.19." in said
    said = " ".join(drawn(pool, tmp_path, bcg, "--measure", "OR", "--plot", "funnel"))
    assert "Rücker's arcsine regression" in said


def test_the_funnel_draws_what_is_filled_in(pool, bcg, tmp_path):
    """One on the right: trimfill() of metafor 3.8-1."""
    said = " ".join(drawn(pool, tmp_path, bcg, "--measure", "RR", "--plot", "funnel"))
    assert (
        "Trim and fill, a sensitivity analysis, adds 1 on the right; the pooled risk ratio is then 0.52"
        in said
    )


def test_subsets_are_coloured_by_a_study(pool, bcg, tmp_path):
    plot = ("--measure", "RR", "--plot", "gosh")
    assert "With" not in " ".join(drawn(pool, tmp_path, bcg, *plot))
    said = " ".join(drawn(pool, tmp_path, bcg, *plot, "--study", "Hart & Sutherland 1977"))
    assert "With Hart & Sutherland 1977:" in said
    assert "4,095" in said
    code, _, told = pool(bcg, *plot, "--study", "Hart 1977", "--figure", str(tmp_path / "plot.svg"))
    assert code == 2
    assert "--study 'Hart 1977' is no study that is pooled" in told
    assert "there are" in told or "did you mean" in told


def test_non_events_stand_for_totals(pool, tmp_path):
    text = "slab,ai,bi,ci,di\nA,4,36,8,33\nB,5,45,9,40\nC,6,49,9,40\n"
    found = drawn(pool, tmp_path, text, "--measure", "RD", "--plot", "labbe")
    assert "Risk with the first group (%)" in found
    named = drawn(pool, tmp_path, text, "--measure", "RD", "--plot", "labbe", "--groups", "New,Old")
    assert {"Risk with New (%)", "Risk with Old (%)"} <= set(named)


def test_effects_without_a_measure(pool, tmp_path):
    text = "slab,yi,vi\n" + "".join(f"S{i},{0.1 * i:.1f},{0.01 + 0.01 * i:.2f}\n" for i in range(10))
    found = drawn(pool, tmp_path, text, "--plot", "funnel")
    assert "Effect" in found


FEW = "slab,ai,n1i,ci,n2i\nA,4,40,8,41\nB,5,50,9,49\nC,6,55,9,49\nD,7,55,9,49\n"


def test_few_studies_are_refused_unless_forced(pool, tmp_path):
    path = tmp_path / "plot.svg"
    arguments = ("--measure", "RR", "--plot", "funnel", "--figure", str(path))
    code, _, said = pool(FEW, *arguments)
    assert code == 1
    assert "asymmetry cannot be judged below 10 studies, and there are 4" in said
    assert not path.exists()
    assert "k < 10, asymmetry cannot be judged." in drawn(pool, tmp_path, FEW, *arguments[:4], "--force")


REFUSED = [
    (("--plot", "radial"), "name its file with --figure"),
    (("--force",), "name its file with --figure"),
    (("--plot", "labbe", "--model", "mh", "--figure", "{path}"), "leave out --model and --mods"),
    (("--plot", "pie", "--figure", "{path}"), "'pie' is not one of"),
    (("--study", "A"), "name its file with --figure"),
    (("--study", "A", "--figure", "{path}"), "ask for one with --plot gosh"),
]


@pytest.mark.parametrize(("arguments", "reason"), REFUSED)
def test_what_cannot_be_asked(pool, tmp_path, arguments, reason):
    path = tmp_path / "plot.svg"
    arguments = [each.format(path=path) for each in arguments]
    code, _, said = pool(FEW, "--measure", "RR", *arguments)
    assert code == 2
    assert reason in said
    assert not path.exists()

"""What is shown is called what it is, with decimals that fit it."""

from __future__ import annotations

import json

import pytest

from metaan.effects.measures import MEASURES
from metaan.format import ONE_GROUP_MEASURES
from metaan.single.names import analysis_scale, shown_name, shown_scale_name

PROPORTIONS = "study,xi,ni\nA,0,20\nB,3,44\nC,12,40\nD,100,1000\n"
RATES = "study,xi,ti\nA,4,1235\nB,0,3060\nC,30,23100\n"
MEANS = "study,mi,sdi,ni\nA,5.1,1.2,20\nB,6.1,1.7,30\nC,7.3,2.2,40\n"
CORRELATIONS = "study,ri,ni\nA,0.3,20\nB,0.5,44\nC,-0.2,40\n"
GROUPS = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,5.1,1.2,20,4.0,1.1,22\nB,6.1,1.7,30,5.5,1.6,31\n"
# transf.ipft.hm of predict(rma(yi, vi, method = "DL"), targs = list(ni = ni)), metafor 3.8-1
PFT_DL = (0.0990684194831, 0.0271568553745, 0.2028683795674)
EXACT = 1e-9


@pytest.mark.parametrize(
    ("text", "measure", "name", "scale"),
    [
        (PROPORTIONS, "PR", "proportion", ""),
        (PROPORTIONS, "PLN", "proportion", "log proportion"),
        (PROPORTIONS, "PLO", "proportion", "logit proportion"),
        (PROPORTIONS, "PAS", "proportion", "arcsine square root proportion"),
        (PROPORTIONS, "PFT", "proportion", "double arcsine proportion"),
        (RATES, "IR", "rate", ""),
        (RATES, "IRLN", "rate", "log rate"),
        (RATES, "IRS", "rate", "square root rate"),
        (MEANS, "MN", "mean", ""),
        (MEANS, "MNLN", "mean", "log mean"),
        (CORRELATIONS, "COR", "correlation", ""),
        (CORRELATIONS, "UCOR", "correlation", ""),
        (CORRELATIONS, "ZCOR", "correlation", "Fisher's z"),
        (GROUPS, "RPB", "correlation", ""),
    ],
)
def test_text_names_what_is_shown(pool, text, measure, name, scale):
    _, told, _ = pool(text, "--measure", measure)
    lines = told.splitlines()
    assert lines[2].split()[:2] == ["Study", name]
    at = next(i for i, line in enumerate(lines) if line.startswith("Random effects"))
    assert f": {name} " in lines[at]
    assert lines[at + 1].strip().startswith(f"{scale} " if scale else "SE ")
    assert f"{measure} " not in "\n".join(lines[1:])
    assert measure in lines[0]


def test_every_measure_of_one_group_has_a_name():
    assert {name for name in MEASURES if shown_name(name) != name} == {
        *ONE_GROUP_MEASURES,
        "COR",
        "UCOR",
        "ZCOR",
        "RPB",
    }
    assert shown_scale_name("OR") == "ratio"
    assert analysis_scale("MD") == shown_scale_name("MD") == "natural"


def test_the_double_arcsine_is_turned_back_at_the_harmonic_mean(pool):
    _, told, _ = pool(PROPORTIONS, "--measure", "PFT", "--method", "DL", "--test", "z", "--format", "json")
    found = json.loads(told)
    shown = found["pooled"]["shown"]
    assert found["shown_n"] == pytest.approx(4 / (1 / 20 + 1 / 44 + 1 / 40 + 1 / 1000), rel=EXACT)
    assert (shown["estimate"], shown["ci"]["low"], shown["ci"]["high"]) == pytest.approx(PFT_DL, rel=EXACT)
    notes = " ".join(found["notes"])
    assert "n = 40.52, the harmonic mean" in notes
    assert "Schwarzer et al. 2019" in notes
    _, told, _ = pool(PROPORTIONS, "--measure", "PFT", "--method", "DL", "--test", "z")
    assert "proportion 0.099 (95% CI 0.027 to 0.203)" in told


def test_a_subgroup_is_turned_back_at_its_own_sizes(pool):
    text = "study,xi,ni,g\nA,1,20,x\nB,3,44,x\nC,12,40,y\nD,100,1000,y\n"
    part = "study,xi,ni\nA,1,20\nB,3,44\n"
    _, told, _ = pool(text, "--measure", "PFT", "--subgroup", "g", "--format", "json")
    (group, _) = json.loads(told)["subgroups"]["groups"]
    alone = json.loads(pool(part, "--measure", "PFT", "--format", "json")[1])
    assert group["pooled"]["shown"] == alone["pooled"]["shown"]


def test_a_double_arcsine_without_sizes_says_how_it_is_turned_back(pool):
    _, told, _ = pool("study,yi,vi\nA,0.3,0.01\nB,0.4,0.02\n", "--measure", "PFT")
    assert "as for large groups, for no sizes are known" in told


def test_small_rates_keep_two_digits_and_no_more(pool):
    _, told, _ = pool("study,xi,ti\nA,4,12350\nC,30,231000\n", "--measure", "IRLN", "--method", "EE")
    assert told.splitlines()[3].split() == ["A", "0.00032", "0.00012", "to", "0.00086", "11.8%"]


def test_coefficients_say_their_scale(pool, bcg):
    assert "coefficients are log RR" in pool(bcg, "--measure", "RR", "--mods", "~ ablat")[1]

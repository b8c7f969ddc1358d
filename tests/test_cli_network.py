"""The command `network`: its numbers against netmeta's and exact ones, its shapes of files, its refusals."""

from __future__ import annotations

import csv
import io
import json
import shlex
import subprocess
import sys
from collections import defaultdict
from math import log, sqrt
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from metaan import contrasts, network, pool
from metaan.cli import network as command
from metaan.cli import run
from metaan.models.network.splitting import METHODS
from metaan.models.network.tau2 import ESTIMATORS
from metaan.review.network_rows import INPUTS
from metaan.single_network import request
from metaan.single_network.figure import PLOTS
from metaan.single_network.rare import RARE_MODELS

if TYPE_CHECKING:
    from collections.abc import Iterable

REFERENCE = Path(__file__).parent / "reference"
WRITTEN = 1e-9  # ten significant digits are written
PRINTED = 1e-8  # netmeta's figures have twelve digits, its p-values fewer
NAMES = {"senn2013": "plac", "smoking_OR": "A", "stowe2010_MD": "Placebo", "parkinson_MD": "1"}
SIZES = {"OR": ("events", "n"), "MD": ("mean", "sd", "n")}
Network = "Callable[..., tuple[int, str, str]]"


def read(name: str, case: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["case"] == case]


def expected(case: str) -> dict[str, float]:
    return {
        row["quantity"]: float(row["value"].replace("NA", "nan")) for row in read("nma_expected.csv", case)
    }


def written(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def long_file(case: str, heads: tuple[str, ...] = ()) -> str:
    cells = SIZES[case[-2:]]
    rows = [[row[name] for name in ("study", "treatment", *cells)] for row in read("nma_arms.csv", case)]
    return written(heads or ("study", "treatment", *cells), rows)


def wide_file(case: str, heads: tuple[str, ...]) -> str:
    cells = SIZES[case[-2:]]
    studies: dict[str, list[str]] = defaultdict(list)
    for row in read("nma_arms.csv", case):
        studies[row["study"]] += [row[name] for name in ("treatment", *cells)]
    most = max(map(len, studies.values())) // (len(cells) + 1)
    header = [heads[0], *(f"{name}{i}" for i in range(1, most + 1) for name in heads[1:])]
    width = most * (len(cells) + 1)
    return written(header, ([name, *arms, *[""] * (width - len(arms))] for name, arms in studies.items()))


def contrast_file(case: str, heads: tuple[str, ...] = ("studlab", "treat1", "treat2", "TE", "seTE")) -> str:
    names = ("studlab", "treat1", "treat2", "TE", "seTE")
    return written(heads, ([row[name] for name in names] for row in read("nma_contrasts.csv", case)))


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Network:
    def call(text: str | bytes, *arguments: str) -> tuple[int, str, str]:
        file = tmp_path / "trials.csv"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        code = run(["network", str(file), *arguments])
        told, said = capsys.readouterr()
        return code, told, said

    return call


@pytest.fixture
def answer(call: Network) -> Any:
    def answer(text: str | bytes, *arguments: str, code: int = 0) -> dict[str, Any]:
        found, told, _ = call(text, *arguments, "--format", "json")
        assert found == code
        return dict(json.loads(told))

    return answer


def shapes(case: str) -> list[tuple[str, str]]:
    """The same evidence as one arm, as several arms and as one effect in a row."""
    given = [("effects", contrast_file(case))]
    if case == "senn2013":
        return given
    wide = {"OR": ("Study", "T.", "R.", "N."), "MD": ("study", "treat", "mean", "sd", "n")}[case[-2:]]
    long = {"OR": ("Study", "T", "R", "N"), "MD": ("studlab", "treatment", "y", "sd", "n")}[case[-2:]]
    return [*given, ("long", long_file(case, long)), ("wide", wide_file(case, wide))]


CASES = [(case, shape, text) for case in NAMES for shape, text in shapes(case)]


@pytest.mark.parametrize(("case", "text"), [c[::2] for c in CASES], ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_published_networks_are_netmetas(answer: Any, case: str, text: str) -> None:
    wanted, against = expected(case), NAMES[case]
    better = "undesirable" if case == "smoking_OR" else "desirable"
    measure = "OR" if case == "smoking_OR" else "MD"
    found = answer(
        text, "--measure", measure, "--method", "DL", "--reference", against, "--small-values", better
    )
    (heterogeneity,) = found["heterogeneity"]
    (designs,) = found["designs"]
    assert found["geometry"]["studies"] == wanted["k"]
    assert len(found["geometry"]["treatments"]) == wanted["n_trt"]
    assert len(found["geometry"]["designs"]) == wanted["n_designs"]
    names = {"tau2": "tau2_DL", "I2": "I2", "Q": "Q", "Q_dof": "df_Q"}
    for ours, theirs in names.items():
        assert heterogeneity[ours] == pytest.approx(wanted[theirs], rel=PRINTED, abs=1e-12)
    names = {"Q_within": "Q_het", "dof_within": "df_het", "Q_between": "Q_inc", "dof_between": "df_inc"}
    names |= {"Q_between_random": "DBT_Q", "pvalue_between_random": "DBT_p"}
    for ours, theirs in names.items():
        assert designs[ours] == pytest.approx(wanted[theirs], rel=PRINTED)
    assert sqrt(designs["tau2_within"]) == pytest.approx(wanted["DBT_tau_within"], rel=PRINTED, abs=1e-12)
    scores = {each["treatment"]: each["score"] for each in found["ranking"]["p_scores"]}
    for each in found["versus_reference"]:
        pair = f"|{each['treat1']}|vs|{against}"
        assert each["estimate"] == pytest.approx(wanted[f"TE_RE_DL{pair}"], rel=PRINTED)
        assert each["se"] == pytest.approx(wanted[f"se_RE_DL{pair}"], rel=PRINTED)
        assert each["common"]["estimate"] == pytest.approx(wanted[f"TE_CE{pair}"], rel=PRINTED)
        assert each["common"]["se"] == pytest.approx(wanted[f"se_CE{pair}"], rel=PRINTED)
        assert each["prediction"]["low"] == pytest.approx(wanted[f"PIlo_RE_DL{pair}"], rel=PRINTED)
        assert each["prediction"]["high"] == pytest.approx(wanted[f"PIhi_RE_DL{pair}"], rel=PRINTED)
        assert scores[each["treat1"]] == pytest.approx(wanted[f"P_RE_DL{pair}"], rel=1e-7)


@pytest.mark.parametrize(("case", "text"), [c[::2] for c in CASES], ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_tau2_is_exact_for_every_shape(answer: Any, case: str, text: str) -> None:
    wanted = expected(case)
    measure = "OR" if case == "smoking_OR" else "MD"
    for method in ("REML", "ML"):
        found = answer(text, "--measure", measure, "--method", method)
        tau2 = found["heterogeneity"][0]["tau2"]
        assert tau2 == pytest.approx(wanted[f"tau2_{method}"], rel=PRINTED, abs=1e-12)


def test_node_splits_of_senn_are_netmetas(answer: Any) -> None:
    # netsplit() of netmeta 3.6-2, random effects (DerSimonian-Laird)
    printed = {
        ("metf", "plac"): (-0.1234497999, 0.3108228024),
        ("metf", "sulf"): (0.6196160884, 0.4727904465),
        ("plac", "rosi"): (-0.2206348181, 0.2977709993),
        ("rosi", "sulf"): (-0.6778426453, 0.4783761456),
    }
    found = answer(contrast_file("senn2013"), "--measure", "MD", "--method", "DL")
    rows = {(row["treat1"], row["treat2"]): row for row in found["node_splits"]}
    for pair, (difference, se) in printed.items():
        assert rows[pair]["difference"] == pytest.approx(difference, rel=PRINTED)
        assert rows[pair]["difference_se"] == pytest.approx(se, rel=PRINTED)


def test_triangle_by_hand(answer: Any) -> None:
    text = "study,treat1,treat2,yi,sei\na,A,B,0.5,0.2\nb,B,C,0.2,0.25\nc,A,C,0.45,0.3\n"
    found = answer(text, "--method", "EE")
    league = {(row["treat1"], row["treat2"]): row for row in found["league"]}
    # canonical triangle: netmeta prints these
    assert league["A", "B"]["estimate"] == pytest.approx(0.4480519481, rel=1e-9)
    assert league["A", "C"]["se"] == pytest.approx(0.2189111188, rel=1e-9)
    assert found["heterogeneity"][0]["Q"] == pytest.approx(0.3246753247, rel=1e-9)
    assert [row["difference"] for row in found["node_splits"]] == pytest.approx([0.25, -0.25, 0.25])
    assert found["heterogeneity"][0]["tau2"] == 0
    with_vi = text.replace("sei", "VI")
    for se in ("0.2\n", "0.25\n", "0.3\n"):
        with_vi = with_vi.replace(f",{se}", f",{float(se) ** 2}\n")
    again = answer(with_vi, "--method", "EE")
    assert again["league"] == found["league"]


def test_rates_of_dietary_fat(answer: Any) -> None:
    # two trials of Hooper L, Summerbell CD, Higgins JPT, et al. BMJ 2001; 322: 757-763
    text = (
        "ID,treat1,years1,d1,treat2,years2,d2,treat3,years3,d3\n"
        "2 DART,1,1917,113,2,1925,111,,,\n"
        "10 London Corn /Olive,1,43.6,1,2,41.3,5,3,38,3\n"
    )
    found = answer(text, "--measure", "IRR", "--column", "events=d", "--column", "time=years")
    first = found["studies"][0]["contrasts"][0]
    assert first["estimate"] == pytest.approx(log((113 / 1917) / (111 / 1925)), rel=WRITTEN)
    assert first["se"] == pytest.approx(sqrt(1 / 113 + 1 / 111), rel=WRITTEN)
    assert found["studies"][1]["treatments"] == ["1", "2", "3"]
    assert found["input"] == "several arms in a row"


MIXED = """study,treatment,events,n,treat1,treat2,yi,sei
a,A,3,30,,,,
a,B,6,30,,,,
b,A,3,30,,,,
b,C,6,31,,,,
c,,,,B,C,0.3,0.4
d,,,,A,C,-0.3,0.4
"""


def test_arms_and_effects_in_one_file(answer: Any) -> None:
    found = answer(MIXED, "--measure", "OR", "--reference", "A")
    arms = contrasts("OR", list("aabb"), list("ABAC"), events=[3, 6, 3, 6], n=[30, 30, 30, 31])
    fit = network(
        [*arms.study, "c", "d"],
        [*arms.treat1, "B", "A"],
        [*arms.treat2, "C", "C"],
        [*arms.yi, 0.3, -0.3],
        [*arms.sei, 0.4, 0.4],
    )
    assert [each["estimate"] for each in found["versus_reference"]] == pytest.approx(
        [float(fit.estimate[1, 0]), float(fit.estimate[2, 0])], rel=WRITTEN
    )
    assert [each["source"] for each in found["studies"]] == ["arms", "arms", "effects", "effects"]
    assert found["input"] == "one arm in a row, and effects"


def test_a_study_that_comes_both_ways_is_refused(call: Network) -> None:
    code, told, said = call(f"{MIXED}a,,,,A,B,0.3,0.4\n", "--measure", "OR")
    assert (code, told) == (1, "")
    assert "a stands in the file as arms and as effects" in said


BOTH = """studlab,treat1,event1,n1,treat2,event2,n2,TE,seTE
a,A,3,30,B,5,30,-0.6,0.8
b,A,3,30,C,6,30,,
c,B,,30,C,,30,0.2,0.3
"""


def test_a_row_with_arms_and_an_effect_must_be_told_which_counts(call: Network, answer: Any) -> None:
    code, told, said = call(BOTH, "--measure", "OR")
    assert (code, told) == (2, "")
    assert "row 2 holds both" in said
    assert "--input arms" in said
    arms = answer(BOTH, "--measure", "OR", "--input", "arms")
    assert [each["study"] for each in arms["studies"]] == ["a", "b"]
    assert {row["label"] for row in arms["not_used"]["rows"]} == {"c"}
    given = answer(BOTH, "--input", "contrasts")
    assert [each["study"] for each in given["studies"]] == ["a", "c"]
    assert [row["row"] for row in given["not_used"]["rows"]] == [3]


def test_arms_repeated_over_the_rows_of_pairwise_count_once(answer: Any) -> None:
    text = (
        "studlab,treat1,event1,n1,treat2,event2,n2\n"
        "a,A,3,30,B,5,31\na,A,3,30,C,8,32\na,B,5,31,C,8,32\nb,A,4,40,B,7,41\n"
    )
    once = "studlab,treat1,event1,n1,treat2,event2,n2,treat3,event3,n3\na,A,3,30,B,5,31,C,8,32\n"
    once += "b,A,4,40,B,7,41,,,\n"
    found, wanted = answer(text, "--measure", "OR"), answer(once, "--measure", "OR")
    assert found["league"] == wanted["league"]
    assert any("count once: a" in note for note in found["notes"])


REPEATED = """study,treatment,mean,sd,n
a,A5,3,1,30
a,A10,4,1.5,20
a,B,4,1,30
b,A5,4,1,30
b,C,9,1,30
c,B,4,1,31
c,C,9,2,33
"""


def test_lumped_arms_are_refused_or_merged(call: Network, answer: Any, tmp_path: Path) -> None:
    nodes = tmp_path / "nodes.csv"
    nodes.write_text("raw_label,node\nA5,A\nA10,A\nB,B\nZ,Z\n")
    code, told, said = call(REPEATED, "--measure", "MD", "--nodes", str(nodes))
    assert (code, told) == (1, "")
    assert "a has 2 arms of A (rows 2, 3)" in said
    assert "--repeated merge" in said
    found = answer(REPEATED, "--measure", "MD", "--nodes", str(nodes), "--repeated", "merge")
    contrast = found["studies"][0]["contrasts"][0]
    # Cochrane Handbook, table 6.5.a, by hand
    mean, ss = (30 * 3 + 20 * 4) / 50, 29 * 1 + 19 * 2.25 + 30 * 20 / 50 * (3 - 4) ** 2
    assert contrast["estimate"] == pytest.approx(mean - 4, rel=WRITTEN)
    assert contrast["se"] == pytest.approx(sqrt(ss / 49 / 50 + 1 / 30), rel=WRITTEN)
    assert "2 arms combined" in found["studies"][0]["done"][0]
    notes = "; ".join(found["notes"])
    assert "A5, A10 are the node A (nodes.csv)" in notes
    assert "does not name C" in notes
    assert "names Z, which no usable row has" in notes


def test_a_lumped_effect_compares_a_node_with_itself(answer: Any, tmp_path: Path) -> None:
    nodes = tmp_path / "nodes.csv"
    nodes.write_text("raw_label,node\nA5,A\nA10,A\n")
    text = "study,treat1,treat2,yi,sei\na,A5,A10,0.1,0.2\nb,A5,B,0.3,0.2\n"
    found = answer(text, "--nodes", str(nodes))
    assert found["not_used"]["rows"][0]["reason"].startswith("Both treatments are A.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("raw,node\nA,A\n", "needs the columns raw_label and node"),
        ("raw_label,node\nA,X\nA,Y\n", "row 3: A is X and Y"),
        ("raw_label,node\nA,\n", "row 2: node is empty"),
    ],
)
def test_a_faulty_file_of_nodes(call: Network, tmp_path: Path, text: str, expected: str) -> None:
    nodes = tmp_path / "nodes.csv"
    nodes.write_text(text)
    code, told, said = call(REPEATED, "--measure", "MD", "--nodes", str(nodes))
    assert (code, told) == (2, "")
    assert expected in said


def test_an_effect_given_twice_is_refused(call: Network) -> None:
    code, told, said = call("study,treat1,treat2,yi,vi\na,A,B,0.5,0.2\na,B,A,-0.5,0.2\n")
    assert (code, told) == (1, "")
    assert "a has 2 effects of A – B (rows 2, 3)" in said


def test_effects_that_contradict_one_another_are_left_out_with_the_study(answer: Any) -> None:
    text = (
        "study,treat1,treat2,yi,sei\na,A,B,0.5,0.2\na,A,C,0.5,0.2\na,B,C,3,0.2\n"
        "b,A,B,.4,.2\nc,A,C,.4,.2\nd,A,B,1,.3\nd,A,C,1,.3\n"
    )
    found = answer(text)
    why = {each["study"]: each["reason"] for each in found["not_used"]["studies"]}
    assert "do not add up" in why["a"]
    assert "missing: B – C" in why["d"]
    assert [each["study"] for each in found["studies"]] == ["b", "c"]


BROKEN = """study,treatment,events,n
a,A,three,30
a,B,4,30
b,A,1,20
b,B,5,20
c,A,-1,20
d,A,25,20
e,A,1.5,20
f,A,"1,5",20
g,A,NA,20
h,,3,20
,A,3,20
i,A,0,0
j,A,3
k,B,3,20
"""


def test_rows_that_cannot_be_used_are_listed(call: Network, answer: Any) -> None:
    found = answer(BROKEN, "--measure", "OR")
    rows = {row["row"]: row for row in found["not_used"]["rows"]}
    wanted = {
        2: "is not a number",
        6: "is below 0",
        7: "events = 25 is more than n = 20",
        8: "is not a whole number",
        9: "has a comma",
        10: "events is missing",
        11: "treatment is not named",
        12: "study is not named",
        13: "is below 1",
        14: "the header has 4",
    }
    assert list(rows) == list(wanted)
    for number, words in wanted.items():
        assert words in rows[number]["reason"]
    assert (rows[2]["column"], rows[2]["letter"], rows[2]["text"]) == ("events", "C", "three")
    assert {each["study"]: each["reason"] for each in found["not_used"]["studies"]} == {
        "a": "it has only one arm (B)",
        "k": "it has only one arm (B)",
    }
    code, told, said = call(BROKEN, "--measure", "OR")
    assert (code, said) == (0, "")
    assert "trials.csv, row 2, column events (C): “three”, a: events" in told


def test_double_zero_studies_are_told_and_zero_cells_too(answer: Any) -> None:
    text = "study,treatment,events,n\na,A,0,30\na,B,0,31\nb,A,0,30\nb,B,4,30\nb,C,5,30\nc,A,3,30\nc,C,4,30\n"
    found = answer(text, "--measure", "OR")
    assert found["not_used"]["studies"] == [
        {"study": "a", "reason": "no arm has an event, so it says nothing about a ratio"}
    ]
    assert "0.5 added" in found["studies"][0]["done"][0]
    wanted = log((0.5 / 30.5) / (4.5 / 26.5))
    assert found["studies"][0]["contrasts"][0]["estimate"] == pytest.approx(wanted, rel=WRITTEN)


def test_a_disconnected_network_says_what_cannot_be_compared(call: Network, answer: Any) -> None:
    text = "study,treatment,events,n\na,A,3,30\na,B,4,30\nb,C,4,30\nb,D,9,30\nc,C,4,31\nc,D,9,33\n"
    found = answer(text, "--measure", "OR", "--reference", "A", "--small-values", "desirable")
    apart = {(each["treat1"], each["treat2"]) for each in found["geometry"]["cannot_be_compared"]}
    assert apart == {("C", "A"), ("C", "B"), ("D", "A"), ("D", "B")}
    across = next(each for each in found["versus_reference"] if each["treat1"] == "C")
    assert across["estimate"] is None
    assert across["reason"] == "no connected evidence"
    assert [part["treatments"] for part in found["heterogeneity"]] == [["C", "D"], ["A", "B"]]
    assert found["heterogeneity"][1]["tau2"] is None
    assert "cannot be estimated" in found["heterogeneity"][1]["reason"]
    assert [part["Q"] for part in found["designs"]] == [part["Q"] for part in found["heterogeneity"]]
    assert {each["component"] for each in found["ranking"]["p_scores"]} == {1, 2}
    told = call(text, "--measure", "OR")[1]
    assert "falls apart into 2 parts" in told
    assert "Treatments of different parts cannot be compared" in told


def test_a_star_says_so(call: Network, answer: Any) -> None:
    text = "study,treat1,treat2,yi,sei\na,A,B,1,0.2\nb,A,C,2,0.2\nc,A,D,3,0.3\n"
    assert answer(text)["geometry"]["star"] == "A"
    told = call(text)[1]
    assert "star around A" in told
    assert "inconsistency cannot be assessed" in told
    assert "tau2 cannot be estimated" in told


def test_two_treatments_are_a_pairwise_analysis(call: Network, answer: Any) -> None:
    text = "study,treat1,treat2,yi,sei\na,A,B,1,0.2\nb,A,B,2,0.3\nc,B,A,-1.4,0.3\n"
    found = answer(text, "--reference", "B")
    pooled = pool([1, 2, 1.4], [0.04, 0.09, 0.09], test="z")
    assert found["versus_reference"][0]["estimate"] == pytest.approx(pooled.estimate, rel=WRITTEN)
    assert found["heterogeneity"][0]["tau2"] == pytest.approx(pooled.tau2, rel=WRITTEN)
    assert "metaan pool" in call(text)[1]


def test_contributions_of_senn_are_netmetas(answer: Any) -> None:
    # netcontrib() of netmeta 3.6-2, common effect, shortest paths
    printed = {"metf:plac": 0.578447, "plac:rosi": 0.094762, "metf:piog": 0.084788}
    found = answer(contrast_file("senn2013"), "--measure", "MD", "--method", "EE")
    rows = {(row["treat1"], row["treat2"]): row for row in found["contributions"]["estimates"]}
    for row in rows.values():
        for sources in (row["comparisons"], row["studies"]):
            assert sum(sources.values()) == pytest.approx(1, abs=1e-9)
    assert rows["benf", "plac"]["comparisons"] == {"benf:plac": pytest.approx(1)}
    splits = {(row["treat1"], row["treat2"]): row for row in found["node_splits"]}
    for pair, split in splits.items():
        assert rows[pair]["proportion_direct"] == pytest.approx(split["proportion_direct"], rel=WRITTEN)
    assert {each: rows["metf", "plac"]["comparisons"][each] for each in printed} == {
        each: pytest.approx(share, abs=5e-7) for each, share in printed.items()
    }


def test_ranks_have_their_uncertainty_and_are_the_same_every_time(call: Network, answer: Any) -> None:
    text = contrast_file("senn2013")
    arguments = ("--measure", "MD", "--method", "DL", "--small-values", "desirable", "--reference", "plac")
    found = answer(text, *arguments, "--margin", "0.5")["ranking"]
    wanted = expected("senn2013")
    for row in found["ranks"]:
        name = row["treatment"] if row["treatment"] == "plac" else f"{row['treatment']}|vs|plac"
        # SUCRA is the P-score but for the simulation: standard error below 0.0016 with 100,000 draws
        assert row["sucra"] == pytest.approx(wanted[f"P_RE_DL|{name}"], abs=0.005)
        assert row["rank_low"] <= row["median_rank"] <= row["rank_high"]
        assert sum(row["rank_probabilities"]) == pytest.approx(1, abs=1e-9)
    chances = {row["treatment"]: row["probability"] for row in found["better_than_reference"]}
    z = (-wanted["TE_RE_DL|acar|vs|plac"] - 0.5) / wanted["se_RE_DL|acar|vs|plac"]
    assert chances["acar"] == pytest.approx(NormalDist().cdf(z), rel=1e-7)
    assert answer(text, *arguments, "--seed", "2")["ranking"]["ranks"] != found["ranks"]
    told = call(text, *arguments)[1]
    assert "100,000 draws (seed 1)" in told
    assert "P(better than plac)" in told


def test_the_margin_of_a_ratio_is_a_ratio(answer: Any) -> None:
    arguments = ("--measure", "OR", "--small-values", "undesirable", "--reference", "A")
    text = contrast_file("smoking_OR")
    rows = answer(text, *arguments, "--margin", "1.25")["ranking"]["better_than_reference"]
    assert [row["margin"] for row in rows] == pytest.approx([log(1.25)] * 3)
    assert answer(text, *arguments, "--margin", "0.8")["ranking"]["better_than_reference"] == [
        row | {"margin": pytest.approx(log(1.25)), "probability": pytest.approx(row["probability"])}
        for row in rows
    ]


def test_what_a_network_without_replication_assumes(call: Network, answer: Any) -> None:
    text = "study,treat1,treat2,yi,sei\na,A,B,1,0.2\nb,A,C,2,0.3\n"
    rows = [row for row in answer(text, "--measure", "OR")["assumed_tau2"] if row["treat1"] == "B"]
    assert [row["tau2"] for row in rows] == pytest.approx([0, 0.01, 0.04, 0.25, 1])
    assert [row["se"] for row in rows] == pytest.approx([sqrt(0.04 + row["tau2"]) for row in rows])
    assert "τ² cannot be estimated here" in call(text, "--measure", "OR")[1]
    assert "assumed_tau2" not in answer(contrast_file("smoking_OR"), "--measure", "OR")


def test_loops_of_the_triangle_by_hand(answer: Any) -> None:
    text = "study,treat1,treat2,yi,sei\na,A,B,0.5,0.2\nb,B,C,0.2,0.25\nc,A,C,0.45,0.3\n"
    (loop,) = answer(text, "--method", "EE")["loops"]
    assert loop["difference"] == pytest.approx(0.25)
    assert loop["difference_se"] == pytest.approx(0.4387482194, rel=1e-9)


def test_mantel_haenszel_networks_are_netmetas(call: Network, answer: Any) -> None:
    # netmetabin(method = "MH") of netmeta 3.6-2, against placebo; arms of Woods 2010
    printed = {"Fluticasone": -0.5947805924, "Salmeterol": -0.8589008456, "SFC": -1.2493554982}
    text, arguments = (
        long_file("woods2010_OR"),
        ("--measure", "OR", "--model", "mh", "--reference", "Placebo"),
    )
    found = answer(text, *arguments)["rare_events"]
    estimates = {row["treat1"]: row["estimate"] for row in found["versus_reference"]}
    assert estimates == {name: pytest.approx(value, rel=PRINTED) for name, value in printed.items()}
    assert "Mantel-Haenszel, common effect, nothing added to any cell" in call(text, *arguments)[1]
    code, _, said = call(contrast_file("woods2010_OR"), "--measure", "OR", "--model", "mh")
    assert code == 2
    assert "needs the arms" in said


def published(method: str) -> dict[str, float]:
    with (REFERENCE / "rare_network_expected.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["treatment"]: float(row["value"])
            for row in csv.DictReader(lines)
            if (row["case"], row["method"]) == ("woods2010", method)
        }


def test_the_conditional_likelihood_of_woods_is_the_exact_one(call: Network, answer: Any) -> None:
    text = long_file("woods2010_OR")
    arguments = ("--measure", "OR", "--model", "nch", "--reference", "Placebo")
    found = answer(text, *arguments)["rare_events"]
    estimates = {row["treat1"]: row["estimate"] for row in found["versus_reference"]}
    assert estimates == {name: pytest.approx(v, rel=PRINTED) for name, v in published("NCH").items()}
    assert "Exact conditional likelihood" in call(text, *arguments)[1]


def test_the_penalised_likelihood_of_one_study_adds_a_half(call: Network, answer: Any) -> None:
    # Heinze and Schemper 2002: in one table Firth's estimate is that with 0.5 added to every cell
    text = "study,treatment,events,n\ns,A,0,50\ns,P,3,50\n"
    arguments = ("--measure", "OR", "--model", "penalised", "--reference", "P")
    found = answer(text, *arguments)["rare_events"]
    assert found["versus_reference"][0]["estimate"] == pytest.approx(log(0.5 / 50.5 / (3.5 / 47.5)))
    assert found["Q"] is None
    assert found["reason"]
    assert "Q = " not in call(text, *arguments)[1].partition("Penalised likelihood")[2]


def test_four_methods_for_rare_events_stand_side_by_side(call: Network, answer: Any) -> None:
    text = long_file("woods2010_OR")
    arguments = ("--measure", "OR", "--model", "compare", "--reference", "Placebo")
    found = answer(text, *arguments)["rare_events_compared"]
    for method in ("MH", "NCH"):
        told = {row["treat1"]: row["estimate"] for row in found if row["method"] == method}
        assert told == {name: pytest.approx(v, rel=PRINTED) for name, v in published(method).items()}
    inverse = {row["treat1"]: row["estimate"] for row in found if row["method"] == "IV"}
    # netmeta 3.6-2, common effects
    assert inverse["Salmeterol"] == pytest.approx(-0.8619652594, rel=PRINTED)
    text = "study,treatment,events,n\na,A,0,40\na,P,3,41\nb,B,4,30\nb,P,2,30\n"
    told = call(text, *arguments[:-1], "P")[1]
    assert "penalised likelihood" in told
    assert "- A, Mantel-Haenszel: " in told
    rows = list(csv.DictReader(io.StringIO(call(text, *arguments[:-1], "P", "--format", "csv")[1])))
    held = [row for row in rows if row["section"] == "rare_events_compared" and row["treat1"] == "A"]
    assert {row["part"] for row in held} == {"IV", "MH", "NCH", "penalised"}
    assert all(row["value"] or row["note"] for row in held)


def test_node_splitting_by_designs(call: Network, answer: Any) -> None:
    # A - B directly from b, indirectly from c and d; the three arms of a are set aside as a whole
    text = (
        "study,treat1,treat2,yi,sei\na,A,B,0.4,0.3\na,A,C,0.5,0.3\na,B,C,0.1,0.3\nb,A,B,0.6,0.2\n"
        "c,A,C,0.8,0.2\nd,B,C,0.3,0.1\n"
    )
    arguments = ("--method", "EE", "--splits", "sidde")
    found = answer(text, *arguments)["node_splits"]
    (split,) = (row for row in found if (row["treat1"], row["treat2"]) == ("A", "B"))
    assert split["method"] == "SIDDE"
    assert split["indirect"]["estimate"] == pytest.approx(0.8 - 0.3)
    assert split["indirect"]["se"] == pytest.approx(sqrt(0.2**2 + 0.1**2))
    assert "node splitting by SIDDE" in call(text, *arguments)[1]
    assert "SIDDE" not in call(text, "--method", "EE")[1]


def test_additive_components(call: Network, answer: Any) -> None:
    text = "study,treat1,treat2,yi,sei\na,A,P,1,0.2\nb,B,P,0.5,0.2\nc,A + B,P,1.8,0.2\n"
    found = answer(text, "--components", "+", "--inactive", "P", "--method", "EE")["components"]
    # three equations for two unknowns, equal weights: solved by hand
    assert [row["estimate"] for row in found["components"]] == pytest.approx([1.1, 0.6])
    assert found["Q_difference_dof"] == 1
    assert found["Q_difference"] == pytest.approx((0.1**2 * 3) / 0.04)
    assert "Test of additivity" in call(text, "--components", "+", "--inactive", "P")[1]


def test_regression_on_a_covariate(call: Network, answer: Any) -> None:
    text = (
        "study,treat1,treat2,yi,sei,year\na,A,P,0.1,0.1,1990\nb,A,P,0.5,0.1,2010\n"
        "c,B,P,0.4,0.1,1990\nd,B,P,0.8,0.1,2010\ne,B,P,0.8,0.1,\n"
    )
    arguments = ("--covariate", "year", "--reference", "P")
    found = answer(text, *arguments)["covariate"]
    # both treatments gain 0.4 in 20 years
    assert found["slopes"][0]["estimate"] == pytest.approx(0.02)
    assert [row["estimate"] for row in found["effects"]] == pytest.approx([0.3, 0.6])
    assert [row["study"] for row in found["left_out"]] == ["e"]
    assert "Regression on year" in call(text, *arguments)[1]
    code, _, said = call(text.replace("2010\nc", "late\nc"), *arguments)
    assert code == 1
    assert "row 3" in said
    assert call(text, "--covariate", "yaer")[0] == 2


MODIFIED = (
    "study,treat1,treat2,yi,sei,year,blind,risk\n"
    "a,A,P,0.1,0.1,1990,yes,low\nb,A,P,0.5,0.1,2010,no,High\nc,B,P,0.4,0.1,NA,yes,2\nd,A,B,0.4,0.1,2005,,\n"
)


def test_possible_effect_modifiers_stand_beside_each_comparison(call: Network, answer: Any) -> None:
    arguments = ("--modifier", "year", "--modifier", "blind")
    found = answer(MODIFIED, *arguments)["modifiers"]["comparisons"]
    told = {(row["treat1"], row["treat2"], row["modifier"]): row for row in found}
    assert told["A", "P", "year"]["mean"] == 2000
    assert told["A", "P", "blind"]["counts"] == {"no": 1, "yes": 1}
    assert told["B", "P", "year"]["missing"] == ["c"]
    assert told["B", "P", "year"]["reason"]
    text = call(MODIFIED, *arguments)[1]
    assert "2000 (median 2000, 1990 to 2010)" in text
    rows = list(csv.DictReader(io.StringIO(call(MODIFIED, *arguments, "--format", "csv")[1])))
    held = [row for row in rows if row["section"] == "modifiers"]
    assert all(row["value"] or row["note"] for row in held)
    assert call(MODIFIED, "--modifier", "yaer")[0] == 2
    code, _, said = call(MODIFIED + "a,P,B,0.4,0.1,1991,,\n", "--modifier", "year")
    assert code == 1
    assert "a has “1990” and “1991”" in said


def test_risk_of_bias_is_carried_through_the_contributions(call: Network, answer: Any) -> None:
    # one comparison, two studies of equal weight: half and half
    text = "".join(MODIFIED.splitlines(keepends=True)[:3])
    found = answer(text, "--rob", "risk", "--method", "EE")["judged_contributions"]
    (row,) = found["estimates"]
    assert row["shares"] == {"low": pytest.approx(0.5), "high": pytest.approx(0.5)}
    assert "d" in answer(MODIFIED, "--rob", "risk")["judged_contributions"]["notes"][0]
    assert "Risk of bias behind the estimates" in call(MODIFIED, "--rob", "risk")[1]
    code, _, said = call(MODIFIED.replace("low", "unclear"), "--rob", "risk")
    assert code == 1
    assert "a is “unclear”" in said


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_files_for_cinema(call: Network, tmp_path: Path) -> None:
    folder = tmp_path / "for" / "cinema"
    code, _, said = call(MODIFIED, "--rob", "risk", "--cinema", str(folder))
    assert code == 0
    assert "no judgement of risk of bias, and none is made up: d" in said
    rows = table(folder / "cinema.csv")
    assert [(row["study"], row["t1"], row["t2"], row["effect"], row["rob"]) for row in rows] == [
        ("a", "A", "P", "0.1", "1"),
        ("b", "A", "P", "0.5", "3"),
        ("c", "B", "P", "0.4", "2"),
        ("d", "A", "B", "0.4", ""),
    ]
    shares = table(folder / "cinema-contributions.csv")
    assert all(sum(float(row[name]) for name in "abcd") == pytest.approx(100) for row in shares)
    assert call(long_file("woods2010_OR"), "--measure", "OR", "--cinema", str(folder))[0] == 0
    arms = table(folder / "cinema.csv")
    assert [(row["t"], row["r"], row["n"]) for row in arms] == [
        tuple(row[name] for name in ("treatment", "events", "n"))
        for row in read("nma_arms.csv", "woods2010_OR")
    ]


def test_without_a_direction_nothing_is_ranked(call: Network, answer: Any) -> None:
    text = contrast_file("senn2013")
    found = answer(text)
    assert found["ranking"]["p_scores"] == []
    assert "--small-values" in found["ranking"]["reason"]
    assert "no ranking was made" in call(text)[1].lower()
    told = call(text, "--small-values", "desirable", "--measure", "MD")[1]
    assert "a small MD is desirable" in told


def test_the_reference_is_chosen_aloud(answer: Any) -> None:
    found = answer(contrast_file("senn2013"))
    assert found["reference"] == "plac"
    assert any(note.startswith("the reference is plac") for note in found["notes"])
    assert not any(
        "reference is" in n for n in answer(contrast_file("senn2013"), "--reference", "acar")["notes"]
    )


def test_look_alike_labels_are_pointed_at(answer: Any) -> None:
    text = "study,treat1,treat2,yi,sei\na,placebo,B,1,0.2\nb,Placebo,B,2,0.2\n"
    assert any("“placebo” and “Placebo” are taken as two" in note for note in answer(text)["notes"])


GOOD = "study,treatment,events,n\na,A,3,30\na,B,4,30\nb,B,4,30\nb,C,9,30\n"


@pytest.mark.parametrize(
    ("text", "arguments", "expected"),
    [
        (GOOD, (), "so a measure is needed; name one that they carry with --measure: OR, RR, RD"),
        (GOOD, ("--measure", "ORR"), "or “OR”"),
        (GOOD, ("--measure", "PLO"), "is not known"),
        (GOOD, ("--measure", "MD"), "needs the columns study, treatment, mean, sd, n"),
        (GOOD, ("--measure", "HR"), "needs the columns study, treat1, treat2, yi and sei or vi"),
        (GOOD, ("--measure", "OR", "--method", "PM"), "--method"),
        (GOOD, ("--measure", "OR", "--level", "95"), "0.95"),
        (GOOD, ("--measure", "OR", "--reference", "Z"), "the treatments are A, B, C"),
        (GOOD, ("--measure", "OR", "--input", "contrasts"), "study, treat1, treat2"),
        (GOOD, ("--measure", "OR", "--column", "events"), "write ROLE=HEADING"),
        (GOOD, ("--measure", "OR", "--column", "evnts=n"), "there is no “evnts”"),
        (GOOD, ("--measure", "OR", "--column", "events=evants"), "did you mean “events”"),
        (GOOD, ("--measure", "OR", "--figure", "plot.gif"), ".svg, .pdf, .png, .tiff, .tif or .eps"),
        (GOOD, ("--measure", "OR", "--plot", "pie"), "--plot"),
        (GOOD, ("--measure", "OR", "--margin", "2"), "--small-values too"),
        (GOOD, ("--measure", "OR", "--small-values", "desirable", "--margin", "0"), "a ratio above 0"),
        (GOOD, ("--measure", "OR", "--seed", "-1"), "0 or more"),
        (GOOD, ("--measure", "RR", "--model", "mh"), "ask for --measure OR"),
        (GOOD, ("--measure", "OR", "--inactive", "A"), "--inactive is for --components"),
        (GOOD, ("--measure", "OR", "--covariate", "studdy"), "did you mean “study”"),
        (GOOD.replace(",n\n", ",\n"), ("--measure", "OR"), "--column events=HEADING"),
        (GOOD.replace("study", "who"), ("--measure", "OR"), "no column that names the studies"),
        (
            "study,treatment,events,r,n\na,A,1,1,20\n",
            ("--measure", "OR"),
            "events and r could each be events (say which: --column events=events)",
        ),
        ("study,treat1,event1,n1,treat2,event2\na,A,1,20,B,2\n", ("--measure", "OR"), "lacks n2"),
        (
            "study,treatment,events,n,treat1,event1,n1,treat2,event2,n2\na,A,1,20,A,1,20,B,2,20\n",
            ("--measure", "OR"),
            "one arm in a row (treatment, events, n) and several",
        ),
        ("treat1,treat2,yi,sei\nA,B,1,1\n", (), "no column that names the studies"),
        ("study,treat1,treat2,yi\na,A,B,1\n", (), "yi and sei or vi"),
    ],
)
def test_a_wrong_command_line_says_what_to_write(
    call: Network, text: str, arguments: tuple[str, ...], expected: str
) -> None:
    code, told, said = call(text, *arguments)
    assert (code, told) == (2, "")
    assert expected in said


def test_columns_can_be_named(answer: Any) -> None:
    text = GOOD.replace("events", "deaths.all").replace("treatment", "what")
    named = ("--column", "events=deaths.all", "--column", "treatment=what")
    assert answer(text, "--measure", "OR", *named)["league"] == answer(GOOD, "--measure", "OR")["league"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "D001"),
        (b"study,treatment,events,n\n", "D001"),
        (b"study;treat1;treat2;TE;seTE\na;A;B;0,4;0,2\n", "D005"),
        ("study,treat1,treat2,yi,sei\nMüller,A,B,1,1\n".encode("latin-1"), "D006"),
        (b'study,treat1,treat2,yi,sei\n"a,A,B,1,1\n', "D009"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(call: Network, content: bytes, fault: str) -> None:
    code, told, said = call(content, "--measure", "OR")
    assert (code, told) == (1, "")
    assert fault in said


def test_a_byte_order_mark_is_no_part_of_a_heading(answer: Any) -> None:
    text = "\ufeffstudy,treat1,treat2,TE,seTE\r\na,A,B,.4,.2\r\nb,B,C,.1,.2\r\n"
    assert answer(text)["geometry"]["studies"] == 2


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_no_network_is_told_and_ends_with_1(call: Network, form: str) -> None:
    text = "study,treatment,events,n\na,A,3,30\nb,B,4,30\n"
    code, told, said = call(text, "--measure", "OR", "--format", form)
    assert code == 1
    assert "it has only one arm (A)" in told
    assert "there is no network" in said
    if form == "json":
        found = json.loads(told)
        assert found["league"] is None
        assert found["reason"] == "no study can be used, so there is no network"


def test_the_csv_has_one_value_in_a_row(call: Network, answer: Any) -> None:
    text = contrast_file("smoking_OR")
    arguments = ("--measure", "OR", "--reference", "A", "--small-values", "undesirable")
    rows = list(csv.DictReader(io.StringIO(call(text, *arguments, "--format", "csv")[1])))
    found = answer(text, *arguments)
    assert {row["section"] for row in rows} == {
        "studies",
        "geometry",
        "versus_reference",
        "heterogeneity",
        "designs",
        "node_splits",
        "loops",
        "net_heat",
        "ranking",
        "league",
        "contributions",
    }
    values = {
        row["treat1"]: float(row["value"])
        for row in rows
        if (row["section"], row["quantity"]) == ("versus_reference", "shown")
    }
    assert values == {each["treat1"]: each["shown"]["estimate"] for each in found["versus_reference"]}
    assert [
        float(r["value"]) for r in rows if (r["section"], r["quantity"]) == ("heterogeneity", "tau2")
    ] == [found["heterogeneity"][0]["tau2"]]
    assert all(row["note"] for row in rows if row["value"] == "" and row["text"] == "")


def gaps(value: Any, path: str = "") -> Iterable[str]:
    """Name the objects that hold a null number without a reason."""
    if isinstance(value, dict):
        for key, each in value.items():
            if each is None and not value.get("reason") and key not in {"measure", "reference", "star"}:
                yield f"{path}.{key}"
            if not (isinstance(each, dict) and value.get("reason")):
                yield from gaps(each, f"{path}.{key}")
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from gaps(each, f"{path}[{i}]")


@pytest.mark.parametrize("text", [contrast_file("senn2013"), contrast_file("woods2010_OR"), GOOD, MIXED])
def test_every_null_has_its_reason(answer: Any, text: str) -> None:
    found = answer(text, "--measure", "OR", "--small-values", "desirable")
    assert list(gaps(found)) == []


def test_a_league_table_of_many_is_a_list(call: Network) -> None:
    told = call(contrast_file("senn2013"), "--measure", "MD")[1]
    assert "Every line is the first treatment versus the second" in told
    few = call(contrast_file("smoking_OR"), "--measure", "OR")[1]
    assert "Every cell is the row's treatment versus the column's treatment: OR (95% CI)" in few


HOSTILE = (
    "study,treatment,events,n\n"
    '=cmd|x,<script>alert(1)</script>,3,30\n=cmd|x,"+B\x1b[31m",6,30\n'
    "@b,<script>alert(1)</script>,3,30\n@b,-C\u202e,9,30\n"
)


def test_hostile_text_stays_text(call: Network, tmp_path: Path) -> None:
    for form in ("text", "json", "csv"):
        code, told, said = call(HOSTILE, "--measure", "OR", "--format", form)
        assert code == 0
        assert not {"\x1b", "\u202e"} & set(told + said)
    rows = list(csv.reader(io.StringIO(call(HOSTILE, "--measure", "OR", "--format", "csv")[1])))
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    assert any(cell.startswith("'=cmd") for row in rows for cell in row)
    for plot in ("forest", "graph", "rankogram", "league", "contributions"):
        figure = tmp_path / f"{plot}.svg"
        arguments = ("--small-values", "desirable", "--plot", plot, "--figure", str(figure))
        assert call(HOSTILE, "--measure", "OR", *arguments)[0] == 0
        assert "<script>" not in figure.read_text()


def test_a_name_that_is_too_long_is_told(answer: Any) -> None:
    text = f"study,treat1,treat2,yi,sei\na,A,B,1,0.2\nb,{'x' * 201},B,1,0.2\n"
    assert "shorten it to 200" in answer(text)["not_used"]["rows"][0]["reason"]


@pytest.mark.parametrize("plot", sorted(set(PLOTS) - {"forest", "graph"}))
def test_the_other_figures(call: Network, tmp_path: Path, plot: str) -> None:
    figure = tmp_path / "one.svg"
    order = [part for name in "ABCD" for part in ("--order", name)]
    arguments = ("--measure", "OR", "--small-values", "undesirable", *order)
    text = wide_file("smoking_OR", ("study", "treat", "event", "n"))
    assert call(text, *arguments, "--plot", plot, "--figure", str(figure))[0] == 0
    assert "trials.csv" in figure.read_text()


@pytest.mark.parametrize("plot", sorted(PLOTS))
def test_a_figure_for_a_journal(call: Network, tmp_path: Path, plot: str) -> None:
    figure = tmp_path / "plot.svg"
    text = contrast_file("senn2013")
    order = ("acar", "benf", "metf", "migl", "piog", "plac", "rosi", "sita", "sulf", "vild")
    arguments = [part for name in order for part in ("--order", name)] if plot == "funnel" else []
    arguments += ["--small-values", "desirable", "--plot", plot, "--figure", str(figure), "--journal"]
    code, _, said = call(text, *arguments, "plos")
    assert code == 0
    assert "set in Liberation Sans, which has Arial's widths" in said
    assert b"font-family=\"'Liberation Sans'" in figure.read_bytes()
    assert call(text, *arguments, "natur")[0] == 2


@pytest.mark.parametrize("plot", ["rankogram", "splits", "league"])
def test_a_figure_that_needs_a_direction_does_not_guess_it(call: Network, tmp_path: Path, plot: str) -> None:
    figure = tmp_path / "one.svg"
    code, _, said = call(contrast_file("senn2013"), "--plot", plot, "--figure", str(figure))
    assert code == 1
    assert "--small-values" in said
    assert not figure.exists()


@pytest.mark.parametrize("plot", ["forest", "graph"])
@pytest.mark.parametrize("direction", [(), ("--small-values", "undesirable")])
def test_figures(call: Network, tmp_path: Path, plot: str, direction: tuple[str, ...]) -> None:
    text = wide_file("smoking_OR", ("study", "treat", "event", "n"))
    for end in ("svg", "png"):
        figure = tmp_path / f"one.{end}"
        code, _, said = call(text, "--measure", "OR", *direction, "--plot", plot, "--figure", str(figure))
        assert code == 0
        assert f"The figure is in {figure}." in said
    svg = (tmp_path / "one.svg").read_text()
    with Image.open(tmp_path / "one.png") as drawn:
        assert drawn.width > 500
    if plot == "forest":
        assert ("which way is better was not said" in svg) is not bool(direction)
        assert ("Favours treatment" in svg) is bool(direction)
    else:
        # the arms of A: Hasselblad 1998, counted in tests/reference/nma_arms.csv
        arms = read("nma_arms.csv", "smoking_OR")
        people = sum(int(row["n"]) for row in arms if row["treatment"] == "A")
        assert f"A: {people:,} participants." in svg


def test_a_graph_of_two_treatments_is_refused_with_the_reason(call: Network, tmp_path: Path) -> None:
    figure = tmp_path / "g.svg"
    text = "study,treat1,treat2,yi,sei\na,A,B,1,0.2\n"
    code, told, said = call(text, "--plot", "graph", "--figure", str(figure))
    assert code == 1
    assert told
    assert "at least three treatments" in said
    assert not figure.exists()


def test_choices_are_those_of_the_library() -> None:
    assert command.METHODS == ("REML", "ML", "DL", "EE")
    assert set(command.METHODS) == set(ESTIMATORS)
    assert request.REPEATED == command.REPEATED
    assert request.DIRECTIONS == command.SMALL_VALUES
    assert INPUTS == command.INPUTS
    assert (request.INVERSE, *RARE_MODELS, request.COMPARE) == command.MODELS
    assert tuple(METHODS) == command.SPLITS
    assert request.INTERACTIONS == command.INTERACTIONS
    assert tuple(PLOTS) == command.PLOTS


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from metaan.cli import run; run(['network', '--help']); "
        "sys.exit(sorted({'numpy', 'scipy', 'pandas', 'matplotlib'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "study, treat1, treat2, yi, sei" in done.stdout


def test_the_output_is_the_same_every_time(call: Network) -> None:
    text = contrast_file("stowe2010_MD")
    for form in ("text", "json", "csv"):
        arguments = ("--measure", "MD", "--format", form)
        assert call(text, *arguments)[1] == call(text, *arguments)[1]


def test_the_readmes_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    lines = [line for line in readme.splitlines() if line.startswith("metaan network trials.csv")]
    rows = "S1,aspirin,12,100\nS1,placebo,20,101\nS2,aspirin,5,50\nS2,ticlopidine,9,52\n"
    (tmp_path / "trials.csv").write_text(f"study,treatment,events,n\n{rows}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(lines) == 2
    assert [run(shlex.split(line)[1:]) for line in lines] == [0, 0]
    assert (tmp_path / "league.svg").exists()

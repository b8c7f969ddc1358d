"""The command `pool`: its numbers against metafor's, its files, its refusals."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from metaan.cli import run
from metaan.cli.pool import MODELS, PROFILES, TO, VTYPES
from metaan.effects.additions import ADD_TO
from metaan.effects.measures import MEASURES, VARIANCE_TYPES
from metaan.models.mixed_models import MODELS as MIXED
from metaan.models.pairwise import PROFILES as PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = Path(__file__).parent / "reference"
CLOSED_FORM, ITERATIVE = 1e-9, 1e-5
WRITTEN = 1e-9  # ten significant digits are written
Pool = "Callable[..., tuple[int, str, str]]"


def reference(name: str, **wanted: str) -> Iterator[dict[str, str]]:
    lines = (REFERENCE / name).read_text().splitlines()
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        if all(row[key] == value for key, value in wanted.items()):
            yield row


@pytest.fixture
def pool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Pool:
    def call(text: str | bytes, *arguments: str) -> tuple[int, str, str]:
        file = tmp_path / "trials.csv"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        code = run(["pool", str(file), *arguments])
        told, said = capsys.readouterr()
        return code, told, said

    return call


@pytest.fixture(scope="module")
def bcg() -> str:
    tables = reference("rare_tables.csv", case="bcg")
    moderators = reference("regression_data.csv", case="bcg")
    lines = ["author,year,ai,n1i,ci,n2i,ablat,alloc"]
    for i, (cells, row) in enumerate(zip(tables, moderators, strict=True)):
        counts = ",".join(cells[name] for name in ("ai", "n1i", "ci", "n2i"))
        lines.append(f"Trial {chr(65 + i)},{row['x2']},{counts},{row['x1']},{row['group']}")
    return "\n".join(lines) + "\n"


def long_table(told: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told)))


def numbers(told: str) -> dict[str, Any]:
    return dict(json.loads(told))


@pytest.mark.parametrize("method", ["EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "DLIT"])
@pytest.mark.parametrize("test", ["z", "knha"])
def test_bcg_is_metafors(pool: Pool, bcg: str, method: str, test: str) -> None:
    for row in reference("pairwise_metafor_fits.csv", case="bcg_RR", method=method, test=test):
        ours = {"knha": "hksj"}.get(test, test)
        code, told, _ = pool(bcg, "--measure", "RR", "--method", method, "--test", ours, "--format", "json")
        fit = numbers(told)["pooled"]
        close = ITERATIVE if method in ("ML", "REML", "EB", "DLIT", "SJ") else CLOSED_FORM
        assert code == 0
        for name in ("estimate", "se", "pvalue", "tau2", "Q"):
            assert fit[name] == pytest.approx(float(row[name]), rel=max(close, WRITTEN))
        assert fit["ci"]["low"] == pytest.approx(float(row["ci_low"]), rel=max(close, WRITTEN))
        assert fit["I2_Q" if method == "EE" else "I2"] == pytest.approx(float(row["I2"]) / 100, rel=close)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("--measure", "RR", "--model", "mh"), {"function": "mantel_haenszel", "which": "RR"}),
        (("--measure", "OR", "--model", "mh"), {"function": "mantel_haenszel", "which": "OR"}),
        (("--measure", "RD", "--model", "mh"), {"function": "mantel_haenszel", "which": "RD"}),
        (("--model", "peto"), {"function": "peto", "which": "OR"}),
        (("--model", "UM.FS"), {"function": "glmm", "which": "UM.FS"}),
        (("--model", "cm.el"), {"function": "glmm", "which": "CM.EL"}),
    ],
)
def test_models_of_counts_are_metafors(
    pool: Pool, bcg: str, arguments: tuple[str, ...], wanted: dict[str, str]
) -> None:
    (row,) = reference("rare_expected.csv", case="bcg", source="metafor 5.1-12", **wanted)
    code, told, _ = pool(bcg, *arguments, "--format", "json")
    fit = numbers(told)["pooled"]
    close = 1e-4 if wanted["function"] == "glmm" else CLOSED_FORM * 10
    assert code == 0
    assert fit["estimate"] == pytest.approx(float(row["estimate"]), rel=close)
    assert fit["se"] == pytest.approx(float(row["se"]), rel=close)


def test_moderators_are_metafors(pool: Pool, bcg: str) -> None:
    code, told, _ = pool(
        bcg, "--measure", "RR", "--mods", "~ ablat", "--method", "DL", "--test", "z", "--format", "json"
    )
    found = numbers(told)["regression"]
    rows = {
        row["term"]: row
        for row in reference("regression_metafor.csv", case="bcg", model="~x1", method="DL", test="z")
    }
    assert code == 0
    for ours, theirs in (("intercept", "intrcpt"), ("ablat", "x1")):
        (one,) = [each for each in found["coefficients"] if each["name"] == ours]
        assert one["estimate"] == pytest.approx(float(rows[theirs]["estimate"]), rel=CLOSED_FORM)
        assert one["se"] == pytest.approx(float(rows[theirs]["se"]), rel=CLOSED_FORM)
    assert found["R2"] == pytest.approx(float(rows["fit"]["R2"]) / 100, rel=CLOSED_FORM)
    assert found["QM"] == pytest.approx(float(rows["fit"]["QM"]), rel=CLOSED_FORM)


def measured() -> dict[tuple[str, str], list[dict[str, str]]]:
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in reference("pairwise_escalc.csv", options=""):
        names = ",".join(cell.partition("=")[0] for cell in row["cells"].split())
        if row["yi"] != "NA" and row["measure"] in MEASURES:
            groups.setdefault((row["measure"], names), []).append(row)
    return groups


@pytest.mark.parametrize(("measure", "names"), measured())
def test_every_measure_runs_from_its_columns(pool: Pool, measure: str, names: str) -> None:
    rows = measured()[measure, names]
    values = (",".join(cell.partition("=")[2] for cell in row["cells"].split()) for row in rows)
    text = "\n".join([f"slab,{names}", *(f"S{i},{cells}" for i, cells in enumerate(values))]) + "\n"
    _, told, _ = pool(text, "--measure", measure.lower(), "--format", "json")
    found = numbers(told)
    studies = {study["label"]: study for study in found["studies"]}
    aside = {row["label"]: row["reason"] for row in found["set_aside"]}
    assert len(studies) + len(aside) == len(rows)
    assert all(aside.values())
    for i, row in enumerate(rows):
        if f"S{i}" in studies:
            assert studies[f"S{i}"]["estimate"] == pytest.approx(float(row["yi"]), rel=WRITTEN, abs=1e-12)
            assert studies[f"S{i}"]["variance"] == pytest.approx(float(row["vi"]), rel=WRITTEN)


def test_every_measure_is_tried() -> None:
    assert {measure for measure, _ in measured()} == set(MEASURES)


def test_choices_are_those_of_the_library() -> None:
    assert tuple(ADD_TO) == TO
    assert VTYPES == VARIANCE_TYPES
    assert set(MODELS) == {"inverse", "mh", "peto", *MIXED}
    assert set(PROFILES) == set(PACKAGES)


def test_metadats_columns_are_the_four_cells(pool: Pool) -> None:
    mine = "slab,ai,bi,ci,di\nA,4,119,11,128\nB,6,300,29,274\n"
    theirs = mine.replace("ai,bi,ci,di", "TPOS,tneg,cpos,cneg")
    assert pool(mine, "--measure", "OR")[1] == pool(theirs, "--measure", "OR")[1]


def test_given_effects_need_no_measure(pool: Pool) -> None:
    code, told, _ = pool("study,yi,sei\nA,0.1,0.2\nB,0.9,0.3\nC,,0.1\nD,1,0\n", "--format", "json")
    found = numbers(told)
    assert code == 0
    assert found["measure"] is None
    assert [study["variance"] for study in found["studies"]] == pytest.approx([0.04, 0.09])
    assert [row["label"] for row in found["set_aside"]] == ["C", "D"]
    assert "yi is missing" in found["set_aside"][0]["reason"].lower()
    assert "variance is 0" in found["set_aside"][1]["reason"]


def test_a_measure_names_the_scale_of_given_effects(pool: Pool) -> None:
    code, told, _ = pool(f"yi,vi\n{log(2)},0.04\n{log(2)},0.05\n", "--measure", "HR", "--method", "EE")
    assert code == 0
    assert "HR 2.00" in told
    assert "log HR 0.6931" in told


BAD_ROWS = """slab,ai,n1i,ci,n2i
fine,4,40,8,41
words,four,40,8,41
too many,50,40,8,41
ragged,4,40
empty,,40,8,41
comma,"4,5",40,8,41
negative,-1,40,8,41
also fine,5,50,9,49
none,0,40,0,41
"""


def test_rows_that_cannot_be_used_are_listed(pool: Pool) -> None:
    code, told, said = pool(BAD_ROWS, "--measure", "OR", "--to", "none", "--format", "json")
    found = numbers(told)
    aside = {row["label"]: row for row in found["set_aside"]}
    assert code == 0
    assert said == ""
    assert [study["label"] for study in found["studies"]] == ["fine", "also fine"]
    assert list(aside) == ["words", "too many", "ragged", "empty", "comma", "negative", "none"]
    assert (aside["words"]["row"], aside["words"]["column"], aside["words"]["letter"]) == (3, "ai", "B")
    assert aside["words"]["text"] == "four"
    assert "is not a number" in aside["words"]["reason"]
    assert "more than n1i" in aside["too many"]["reason"]
    assert "the header has 5" in aside["ragged"]["reason"]
    assert "missing" in aside["empty"]["reason"]
    assert "has a comma" in aside["comma"]["reason"]
    assert "below 0" in aside["negative"]["reason"]
    text = pool(BAD_ROWS, "--measure", "OR")[1]
    assert "trials.csv, row 3, column ai (B): “four”, words" in text


def test_zero_cells_are_told_study_by_study(pool: Pool) -> None:
    text = "slab,ai,n1i,ci,n2i\nA,0,40,8,41\nB,5,50,9,49\nC,0,40,0,41\n"
    _, told, _ = pool(text, "--measure", "OR", "--format", "json")
    ledger = numbers(told)["zero_cells"]
    assert [(entry["label"], entry["row"], entry["amount"]) for entry in ledger] == [
        ("A", 2, 0.5),
        ("C", 4, 0.5),
    ]
    assert ledger[0]["cells"] == ["ai", "bi", "ci", "di"]
    assert ledger[0]["action"] == "added"
    assert (
        "0.5 added to all four cells (ai, bi, ci, di), because one of them is 0"
        in pool(text, "--measure", "OR")[1]
    )
    _, told, _ = pool(text, "--measure", "OR", "--add", "0.1", "--to", "all", "--format", "json")
    assert [entry["amount"] for entry in numbers(told)["zero_cells"]] == [0.1, 0.1, 0.1]


def test_mantel_haenszel_adds_nothing(pool: Pool) -> None:
    text = "slab,ai,n1i,ci,n2i\nA,0,40,8,41\nB,5,50,9,49\nC,0,40,0,41\n"
    alone = "slab,ai,n1i,ci,n2i\nA,0,40,8,41\nB,5,50,9,49\n"
    whole = numbers(pool(text, "--model", "mh", "--measure", "RR", "--format", "json")[1])
    less = numbers(pool(alone, "--model", "mh", "--measure", "RR", "--format", "json")[1])
    assert whole["pooled"]["estimate"] == less["pooled"]["estimate"]
    assert [study["weight"] for study in whole["studies"]][2] == 0
    assert "shown here only" in whole["studies"][0]["note"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "--measure"),
        (("--measure", "RRR"), "did you mean “RR”"),
        (("--measure", "SMD"), "lacks m1i, sd1i, m2i, sd2i"),
        (("--measure", "OR", "--method", "REMLL"), "did you mean “REML”"),
        (("--measure", "OR", "--test", "f"), "z, t, hksj, adhoc"),
        (("--measure", "OR", "--level", "95"), "0.95"),
        (("--measure", "OR", "--add", "nan"), "0 or more"),
        (("--measure", "OR", "--slab", "studdy"), "did you mean “study”"),
        (("--measure", "OR", "--subgroup", "sex"), "“sex”; it has study, year, ai, n1i, ci, n2i."),
        (("--measure", "OR", "--subgroup", "yaer"), "did you mean “year”? It has study, year, ai,"),
        (("--measure", "OR", "--mods", "~ yaer"), "did you mean 'year'? The columns are study, year, ai,"),
        (("--measure", "OR", "--mods", "~ dose"), "the columns are study, year, ai, n1i, ci, n2i."),
        (("--measure", "OR", "--mods", "~ __import__('os')"), "--mods"),
        (("--measure", "OR", "--mods", "~year", "--subgroup", "study"), "one of them"),
        (("--measure", "OR", "--figure", "plot.gif"), ".svg, .pdf, .png, .tiff, .tif or .eps"),
        (("--measure", "RR", "--model", "peto"), "pools PETO"),
        (("--model", "mh", "--method", "DL"), "takes no --method"),
        (("--measure", "OR", "--format", "xml"), "--format"),
    ],
)
def test_a_wrong_command_line_says_what_to_write(
    pool: Pool, arguments: tuple[str, ...], expected: str
) -> None:
    code, told, said = pool("study,year,ai,n1i,ci,n2i\nA,1999,4,40,8,41\nB,2001,5,50,9,49\n", *arguments)
    assert code == 2
    assert told == ""
    assert expected in said


@pytest.mark.parametrize(
    ("content", "code_of_fault"),
    [
        (b"", "D001"),
        (b"ai,n1i,ci,n2i\n", "D001"),
        (b"ai;n1i;ci;n2i\n4;40;8;41\n", "D005"),
        ("slab,ai,n1i,ci,n2i\nMüller,4,40,8,41\n".encode("latin-1"), "D006"),
        ("slab,ai,n1i,ci,n2i\nA,4,40,8,41\n".encode("utf-16"), "D006"),
        (b'slab,ai,n1i,ci,n2i\n"A,4,40,8,41\nB,4,40,8,41\n', "D009"),
        (b"ai,ai,n1i,ci,n2i\n4,4,40,8,41\n", "D003"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(pool: Pool, content: bytes, code_of_fault: str) -> None:
    code, told, said = pool(content, "--measure", "OR")
    assert code == 1
    assert told == ""
    assert code_of_fault in said
    assert "help:" in said


def test_nothing_to_pool_is_told_and_ends_with_1(pool: Pool) -> None:
    code, told, said = pool("slab,ai,n1i,ci,n2i\nA,x,40,8,41\n", "--measure", "OR", "--format", "json")
    found = numbers(told)
    assert code == 1
    assert found["pooled"] is None
    assert found["reason"]
    assert "nothing can be pooled" in said


def test_hostile_text_stays_text(pool: Pool) -> None:
    name = "=HYPERLINK(1)\x1b[31m\u202e"
    text = f"slab,ai,n1i,ci,n2i\n{name},4,40,8,41\n<b>B</b>,5,50,9,49\n"
    for form in ("text", "json", "csv"):
        code, told, said = pool(text, "--measure", "OR", "--format", form)
        assert code == 0
        assert not {"\x1b", "\u202e"} & set(told + said)
    rows = long_table(pool(text, "--measure", "OR", "--format", "csv")[1])
    assert all(row["name"].startswith("'=HYPERLINK") for row in rows if row["row"] == "2")


def test_one_study_is_shown_and_not_pooled_with_anything(pool: Pool) -> None:
    code, told, _ = pool("slab,ai,n1i,ci,n2i\nA,4,40,8,41\n", "--measure", "OR")
    assert code == 0
    assert "1 study of 1 row" in told
    assert "Common effect" not in told


def test_profiles_and_level(pool: Pool, bcg: str) -> None:
    found = numbers(pool(bcg, "--measure", "RR", "--profile", "revman", "--format", "json")[1])
    assert (found["pooled"]["method"], found["pooled"]["test"]) == ("DL", "z")
    wide = numbers(pool(bcg, "--measure", "RR", "--level", "0.99", "--format", "json")[1])
    assert wide["pooled"]["ci"]["high"] > found["pooled"]["ci"]["high"]


def test_subgroups_have_their_lines_and_the_test_between(pool: Pool, bcg: str) -> None:
    code, told, _ = pool(bcg, "--measure", "RR", "--subgroup", "alloc")
    assert code == 0
    for word in ("alternate", "random", "systematic", "Test between groups"):
        assert word in told
    rows = long_table(pool(bcg, "--measure", "RR", "--subgroup", "alloc", "--format", "csv")[1])
    effects = [row for row in rows if (row["quantity"], row["scale"]) == ("effect", "ratio")]
    names = [row["name"] for row in effects if row["kind"] == "subgroup"]
    assert names == ["alternate", "random", "systematic"]


def test_a_row_without_its_moderator_is_listed(pool: Pool, bcg: str) -> None:
    lines = bcg.splitlines()
    lines[3] = lines[3].replace(",42,", ",NA,")
    found = numbers(pool("\n".join(lines), "--measure", "RR", "--mods", "~ ablat", "--format", "json")[1])
    assert [(row["row"], row["column"]) for row in found["set_aside"]] == [(4, "ablat")]
    assert found["regression"]["k"] == 12


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
@pytest.mark.parametrize("extra", [(), ("--mods", "~ ablat"), ("--subgroup", "alloc")])
def test_figures_have_the_format_of_their_name(
    pool: Pool, bcg: str, tmp_path: Path, form: str, extra: tuple[str, ...]
) -> None:
    path = tmp_path / f"figure.{form}"
    begins = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}[form]
    code, _, said = pool(bcg, "--measure", "RR", *extra, "--figure", str(path))
    first = path.read_bytes()
    assert (code, first[: len(begins)]) == (0, begins)
    assert str(path) in said
    assert pool(bcg, "--measure", "RR", *extra, "--figure", str(path))[0] == 0
    assert path.read_bytes() == first
    assert {each.name for each in tmp_path.iterdir()} == {"trials.csv", path.name}


def test_one_group_has_no_line_of_no_effect_and_stays_within_its_scale(pool: Pool, tmp_path: Path) -> None:
    path = tmp_path / "plo.svg"
    pool("study,xi,ni\nA,0,20\nB,3,44\nC,12,40\n", "--measure", "PLO", "--figure", str(path))
    drawn = path.read_text()
    assert "Favours" not in drawn
    assert ">1</text>" in drawn
    assert ">−0.2</text>" not in drawn


def test_a_picture_of_any_width_is_straight(pool: Pool, tmp_path: Path) -> None:
    text = "study,xi,ni\nA,0,20\nB,3,44\nC,12,40\nD,x,3\nE,5,3\nF,1\nG,,9\n"
    path = tmp_path / "plo.png"
    pool(text, "--measure", "PLO", "--figure", str(path))
    with Image.open(path) as image:
        left = [image.convert("L").getpixel((2, y)) for y in range(image.height)]
    assert set(left) == {255}  # a row that is one pixel short slides text into the margin


def test_a_figure_that_cannot_be_written_is_an_error(pool: Pool, bcg: str, tmp_path: Path) -> None:
    code, _, said = pool(bcg, "--measure", "RR", "--figure", str(tmp_path / "none" / "a.svg"))
    assert code == 2
    assert "could not be written" in said


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_two_runs_give_the_same_bytes(bcg: str, tmp_path: Path, form: str) -> None:
    file = tmp_path / "bcg.csv"
    file.write_text(bcg)
    command = [sys.executable, "-m", "metaan", "pool", str(file), "--measure", "RR", "--format", form]
    made = {subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2)}
    assert len(made) == 1


def test_help_loads_nothing_heavy() -> None:
    heavy = ("numpy", "scipy", "pandas", "matplotlib", "pydantic", "statsmodels")
    script = (
        "import sys; from metaan.cli import run; run(['pool', '--help'])\n"
        f"loaded = [name for name in {heavy!r} if name in sys.modules]\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--mods" in done.stdout


def test_the_packages_stand_side_by_side_with_the_reasons(pool: Pool, bcg: str) -> None:
    """Prediction intervals of the BCG log risk ratios (REML) as metafor 5.1-12 prints them: z, and Riley."""
    code, told, _ = pool(bcg, "--measure", "RR", "--compare-profiles")
    assert code == 0
    assert "By the defaults of four packages" in told
    assert "zero cells" not in told.split("Why they differ")[1].split("Where the defaults")[0]
    assert "Stata 17 uses t on k - 2 degrees of freedom" in told
    _, told, _ = pool(bcg, "--measure", "RR", "--compare-profiles", "--format", "json")
    found = numbers(told)["profiles"]
    rows = {row["package"]: row for row in found["packages"]}
    assert rows["metafor 5"]["prediction"] == pytest.approx([-1.8667, 0.4376], abs=5e-5)
    assert rows["Stata 17"]["prediction"] == pytest.approx([-2.0084, 0.5793], abs=5e-5)
    assert {each["quantity"] for each in found["differences"] if not each["same"]} >= {"prediction", "tau2"}
    code, _, said = pool(bcg, "--measure", "RR", "--compare-profiles", "--model", "mh")
    assert code == 2
    assert "leave --model out" in said


SPARSE = "study,ai,n1i,ci,n2i\nA,0,50,2,50\nB,1,60,0,60\nC,2,70,3,70\nD,0,40,0,40\n"


def test_a_profile_computes_its_own_effects_and_is_named(pool: Pool) -> None:
    """Mantel-Haenszel of metafor 5.1-12 and of meta 8.4-0, which adds 0.5 and leaves out D."""
    options = ("--measure", "OR", "--profile", "meta")
    _, told, _ = pool(SPARSE, *options)
    assert "Random effects, REML, Wald, profile meta: OR" in told
    assert "- profile meta: defaults of meta 8; effects: 0.5 in every cell of a study with a zero" in told
    assert "row 5, D: No events in either arm, so meta 8 leaves it out." in told
    record = numbers(pool(SPARSE, *options, "--compare-profiles", "--format", "json")[1])
    assert (record["profile"], record["k"], record["pooled"]["k"]) == ("meta", 3, 3)
    rows = {row["profile"]: row for row in record["profiles"]["packages"]}
    assert [row["k"] for row in rows.values()] == [4, 3, 3, 4]
    assert rows["meta"]["estimate"] == pytest.approx(record["pooled"]["estimate"], rel=WRITTEN)
    assert rows["metafor"]["mantel_haenszel"] == pytest.approx(-0.5225, abs=5e-5)
    assert rows["meta"]["mantel_haenszel"] == pytest.approx(-0.4159, abs=5e-5)
    assert rows["stata"]["mantel_haenszel"] is None
    found = {each["quantity"]: each for each in record["profiles"]["differences"]}
    assert found["estimate"]["reasons"] == found["effects"]["reasons"]
    table = pool(SPARSE, *options, "--format", "csv")[1]
    assert 'pooled,"Random effects, REML, Wald, profile meta"' in table
    assert numbers(pool(SPARSE, "--measure", "OR", "--format", "json")[1])["profile"] is None


def test_what_is_asked_for_wins_over_a_profile(pool: Pool) -> None:
    options = ("--measure", "OR", "--profile", "meta", "--to", "all", "--method", "DL")
    _, told, _ = pool(SPARSE, *options, "--compare-profiles")
    assert "4 studies of 4 rows" in told
    assert "cells as asked for; it prints I² from Q; --method, --to as asked for" in told
    assert "Every package pools the effects above." in told
    _, told, _ = pool("yi,vi\n1,1\n2,1\n4,1\n", "--profile", "stata", "--compare-profiles")
    assert "defaults of Stata 17; effects as given" in told
    assert "Every package pools the effects above." in told
    means = "m1i,sd1i,n1i,m2i,sd2i,n2i\n5,2,20,4,2,20\n6,2,20,4,3,22\n"
    _, told, _ = pool(means, "--measure", "MD", "--profile", "meta", "--compare-profiles")
    assert "MD was not compared between the packages: all pool the effects above." in told


def test_a_package_that_can_pool_nothing_has_dashes(pool: Pool) -> None:
    _, told, _ = pool("study,ai,n1i,ci,n2i\nA,0,9,0,9\nB,9,9,8,8\n", "--measure", "OR", "--compare-profiles")
    row = next(line for line in told.splitlines() if line.startswith("meta 8"))
    assert row.split()[2:] == ["0", "REML", "z", *"–––––"]


def test_notes_name_the_studies_of_the_file(pool: Pool) -> None:
    text = "study,ai,n1i,ci,n2i\nS1,x,20,3,22\nS2,1,30,2,31\nS3,0,40,0,42\nS4,5,50,9,50\n"
    _, told, _ = pool(text, "--measure", "OR", "--model", "mh")
    assert "S3 (row 4): no events in either arm" in told
    assert "study 2" not in told


def test_the_readmes_file_gives_the_readmes_numbers(pool: Pool) -> None:
    text = (Path(__file__).parent.parent / "examples" / "bcg.csv").read_bytes()
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    code, told, _ = pool(text, "--measure", "RR")
    assert code == 0
    shown = [line for line in told.splitlines() if line.startswith(("Random effects", "95% prediction"))]
    assert len(shown) == 2
    assert all(line in readme for line in shown)

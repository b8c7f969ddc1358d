"""The long table of `metaan pool --format csv`: complete, labelled by scale, right, harmless."""

from __future__ import annotations

import json
from math import exp

import pytest

CLOSED_FORM = 1e-8  # ten digits are written
WORDS = {"kind", "name", "group", "quantity", "scale", "distribution", "text"}
UNWRITTEN = {"level", "row", "rows", "k", "p", "schema_version", "intercept", "amount"}


def one(rows, **wanted):
    (found,) = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return found


def close(row, **wanted):
    for name, value in wanted.items():
        assert float(row[name]) == pytest.approx(value, rel=CLOSED_FORM), name


def floats(record, name=""):
    """Every number of a record, but for counts and settings."""
    if isinstance(record, dict):
        for key, value in record.items():
            yield from floats(value, key)
    elif isinstance(record, list):
        for value in record:
            yield from floats(value, name)
    elif isinstance(record, float | int) and not isinstance(record, bool) and name not in UNWRITTEN:
        yield float(record)


PROPORTIONS = "study,xi,ni\nA,0,20\nB,3,44\nC,12,40\nD,100,1000\n"
COUNTS = "slab,ai,n1i,ci,n2i\nA,0,40,8,41\nB,5,50,9,49\nC,0,40,0,41\nD,3,30,4,33\n"
GIVEN = "study,yi,vi\nA,0.1,0.2\nB,0.9,0.3\nC,,0.1\nD,0.4,0.3\n"


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("bcg", ("--measure", "RR")),
        ("bcg", ("--measure", "RR", "--method", "EE")),
        ("bcg", ("--measure", "RR", "--mods", "~ ablat + year")),
        ("bcg", ("--measure", "OR", "--subgroup", "alloc")),
        ("bcg", ("--measure", "OR", "--model", "mh")),
        ("bcg", ("--model", "peto")),
        ("bcg", ("--model", "UM.RS")),
        (COUNTS, ("--measure", "RD", "--model", "mh")),
        (COUNTS, ("--model", "CM.EL")),
        (PROPORTIONS, ("--measure", "PFT")),
        (PROPORTIONS, ("--measure", "PLO")),
        (GIVEN, ()),
    ],
)
def test_every_number_of_the_json_is_in_the_table(pool, table, bcg, text, arguments):
    text = bcg if text == "bcg" else text
    record = json.loads(pool(text, *arguments, "--format", "json")[1])
    rows = table(text, *arguments)
    written = {float(cell) for row in rows for name, cell in row.items() if name not in WORDS and cell}
    variances = {study.pop("variance") for study in record["studies"]}
    for value in variances - {None}:
        assert any(abs(each - value**0.5) <= CLOSED_FORM * value**0.5 for each in written)
    assert [value for value in floats(record) if value not in written] == []


def test_regression_has_all_that_metafor_prints(table, bcg):
    """rma(yi, vi, mods = ~ ablat + year, method = "DL") of metafor 3.8-1, vif() and summary()."""
    rows = table(bcg, "--measure", "RR", "--mods", "~ ablat + year", "--method", "DL", "--test", "z")
    ablat = one(rows, kind="coefficient", name="ablat", quantity="coefficient")
    assert (ablat["scale"], ablat["distribution"], ablat["dof"]) == ("log", "normal", "")
    close(ablat, value=-0.028764483989501, se=0.00897921223538, statistic=-3.2034529572835)
    close(ablat, low=-0.0463634165804, high=-0.0111655513986, pvalue=0.00135790222563)
    close(one(rows, name="year", quantity="VIF"), value=1.51900360211)
    QM, QE = (one(rows, kind="regression", quantity=name) for name in ("QM", "QE"))
    close(QM, value=15.9314382690, dof=2, pvalue=3.47161963095e-04)
    close(QE, value=28.3251436586, dof=10, pvalue=1.60097442083e-03)
    assert {QM["distribution"], QE["distribution"]} == {"chi-squared"}
    close(one(rows, kind="regression", quantity="R2"), value=0.744011884545)
    close(one(rows, kind="regression", quantity="tau2"), value=0.0790389578176, se=0.0739352391516)
    close(one(rows, kind="regression", quantity="I2 from tau2"), value=0.646956777324)
    assert {row["scale"] for row in rows if row["kind"] == "coefficient"} == {"log", ""}


def test_subgroups_have_all_that_metafor_prints(table, bcg):
    """rma(yi, vi, method = "DL") of metafor 3.8-1 by alloc, then of the three results as common effect."""
    rows = table(bcg, "--measure", "RR", "--subgroup", "alloc", "--method", "DL", "--test", "z")
    group = [row for row in rows if row["kind"] == "subgroup" and row["group"] == "systematic"]
    effect = one(group, quantity="effect", scale="log")
    close(effect, value=-0.439346579998001, se=0.313337913638030, k=4)
    close(effect, low=-1.053477605719461, high=0.174784445723459)
    close(one(group, quantity="effect", scale="ratio"), value=exp(-0.439346579998001))
    close(one(group, quantity="tau2"), value=0.284970681807463)
    close(one(group, quantity="I2 from tau2"), value=0.819188484426779)
    close(one(group, quantity="Q"), value=16.591863579535822, dof=3, pvalue=0.000857329632388)
    close(one(rows, quantity="Q between"), value=1.53676887206, dof=2, pvalue=0.46376170011)
    common = one(rows, quantity="Q between, common effect within")
    close(common, value=19.8653698197, dof=2, pvalue=4.85612383628e-05)


def test_each_effect_stands_on_both_scales_and_says_which(table, bcg):
    rows = [row for row in table(bcg, "--measure", "RR") if row["quantity"] == "effect"]
    assert {row["scale"] for row in rows} == {"log", "ratio"}
    logs, ratios = ([row for row in rows if row["scale"] == name] for name in ("log", "ratio"))
    for log, ratio in zip(logs, ratios, strict=True):
        assert (log["kind"], log["name"]) == (ratio["kind"], ratio["name"])
        for side in ("value", "low", "high"):
            assert float(ratio[side]) == pytest.approx(exp(float(log[side])), rel=CLOSED_FORM)
        assert log["se"]
        assert not ratio["se"]


@pytest.mark.parametrize(
    ("measure", "scales"),
    [("PLO", {"logit", "proportion"}), ("PAS", {"arcsine square root", "proportion"}), ("PR", {"natural"})],
)
def test_scales_of_one_group_are_named(table, measure, scales):
    rows = table(PROPORTIONS, "--measure", measure)
    assert {row["scale"] for row in rows if row["quantity"] == "effect"} == scales


def test_text_is_escaped_and_numbers_are_plain(table):
    names = ["=1+1", "+2", "-3", "@x", "\tTab", '"q", r', "<script>alert(1)</script>"]
    quoted = ('"' + name.replace('"', '""') + '"' for name in names)
    text = "slab,ai,n1i,ci,n2i,g\n" + "".join(f"{name},4,40,8,41,={i % 2}\n" for i, name in enumerate(quoted))
    rows = table(text, "--measure", "OR", "--subgroup", "g")
    for row in rows:
        for name, cell in row.items():
            if name in WORDS:
                assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")), row
            elif cell:
                float(cell)
    assert one(rows, kind="study", row="2", scale="log")["name"] == "'=1+1"
    assert one(rows, kind="study", row="2", scale="log")["group"] == "'=0"


def test_the_packages_are_in_the_table_too(table, bcg):
    """The prediction interval of the BCG log risk ratios (REML, z) as metafor 5.1-12 prints it."""
    rows = table(bcg, "--measure", "RR", "--compare-profiles")
    mine = one(rows, kind="profile", name="metafor 5", quantity="prediction interval")
    assert (float(mine["low"]), float(mine["high"])) == pytest.approx((-1.8667, 0.4376), abs=5e-5)
    assert any(row["kind"] == "profile" and row["name"] == "differs" and row["text"] for row in rows)


def test_two_scales_are_not_written_where_there_is_one(table):
    rows = table(GIVEN)
    assert {row["scale"] for row in rows if row["quantity"] == "effect"} == {"as given"}
    assert one(rows, kind="set aside")["text"].startswith("yi")

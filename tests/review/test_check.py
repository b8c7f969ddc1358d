from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from metaan.review.catalogue import CATALOGUE
from metaan.review.check import check_review
from metaan.review.read import read_review

if TYPE_CHECKING:
    from pathlib import Path

    from metaan.review.problems import Problem

# ruff: noqa: E501 - a row of a table is one line
# Each fault is one small edit of the clean review: the text found ("*" for the whole file) and the text
# written; then the file, row, column and letter at which exactly that code must be raised.
OUTCOMES = """\
outcome_id,label,kind,scale_name,scale_min,scale_max,direction,mid,mid_low,mid_high
pain,Pain,continuous,VAS,0,10,lower_better,{}
headache,Headache,binary,,,,lower_better,,,
mood,Mood,continuous,POMS,0,20,higher_better,,,
"""
CASES = [
    (
        "D002",
        "error",
        [("excluded.csv", "*", "citation,doi\nEta 1999,x\n")],
        ("excluded.csv", 1, "reason", ""),
    ),
    (
        "D003",
        "error",
        [("excluded.csv", "*", "citation,reason,doi,reason\nEta,a,b,c\n")],
        ("excluded.csv", 1, "reason", "D"),
    ),
    ("D004", "error", [("excluded.csv", "citation,doi", "citation,dio")], ("excluded.csv", 1, "dio", "B")),
    ("D005", "error", [("excluded.csv", "*", "citation;doi;reason\nEta;x;y\n")], ("excluded.csv", 1, "", "")),
    ("D007", "error", [("results.csv", "3.1,2.0,", '3.1,"2,0",')], ("results.csv", 2, "sd", "K")),
    ("D008", "error", [("excluded.csv", "Chronic", "Chro\x07nic")], ("excluded.csv", 2, "reason", "C")),
    ("D009", "error", [("excluded.csv", "Chronic pain", "Chronic, pain")], ("excluded.csv", 2, "", "D")),
    ("D010", "error", [("contrasts.csv", ",0.42,", ",<= 0.42,")], ("contrasts.csv", 2, "se", "K")),
    ("D011", "error", [("results.csv", "5,12.5", "5,112.5")], ("results.csv", 7, "percent", "I")),
    (
        "D012",
        "error",
        [("results.csv", "event,100,10,", "event,100,110,")],
        ("results.csv", 9, "events", "H"),
    ),
    ("D012", "error", [("results.csv", "event,100,10,", "event,101,10,")], ("results.csv", 9, "n", "G")),
    ("D013", "warning", [("results.csv", "3.1,2.0,", "9.9,2.0,")], ("results.csv", 3, "sd", "K")),
    ("D014", "warning", [("results.csv", "3.1,2.0,", "3.1,0.7,")], ("results.csv", 2, "sd", "K")),
    ("D015", "warning", [("contrasts.csv", ",-1.73,", ",-1.33,")], ("contrasts.csv", 2, "ci_low", "L")),
    ("D015", "warning", [("contrasts.csv", ",0.035,", ",0.35,")], ("contrasts.csv", 2, "p", "O")),
    (
        "D016",
        "error",
        [
            (
                "contrasts.csv",
                "\ngamma,b",
                "\ngamma,p,b,pain,1 week,pain,MD,50,50,0.90,0.42,,,,,,,extracted,pool,,Gamma 2003,abstract,0.90\ngamma,b",
            )
        ],
        ("contrasts.csv", 3, "arm_id_1", "B"),
    ),
    (
        "D016",
        "error",
        [
            (
                "results.csv",
                "\nalpha,p,pain",
                "\nalpha,a,pain,1 week,pain VAS,final,40,,,3.1,2.0,,,,,,extracted,pool,,Alpha 2001,,Table 4,3.1\nalpha,p,pain",
            )
        ],
        ("results.csv", 3, "arm_id", "B"),
    ),
    ("D017", "warning", [("studies.csv", "10.1000/gamma", "10.1000/beta")], ("studies.csv", 4, "doi", "F")),
    ("D017", "warning", [("results.csv", "40,,,3.1,2.0", "30,,,3.0,1.9")], ("results.csv", 4, "mean", "J")),
    (
        "D018",
        "error",
        [("outcomes.csv", ",0,10,lower_better", ",0,10,")],
        ("outcomes.csv", 2, "direction", "G"),
    ),
    (
        "D018",
        "error",
        [("review.toml", 'outcomes = ["pain"]', 'outcomes = ["pain", "mood"]')],
        ("review.toml", 10, "direction", ""),
    ),
    (
        "D019",
        "error",
        [("contrasts.csv", ",pain,1 week,", ",pain,2 weeks,")],
        ("review.toml", 10, "timepoint_rule", ""),
    ),
    (
        "D019",
        "error",
        [
            ("contrasts.csv", ",pain,1 week,", ",mood,1 week,"),
            ("outcomes.csv", "higher_better", "lower_better"),
            ("review.toml", 'outcomes = ["pain"]', 'outcomes = ["pain", "mood"]'),
        ],
        ("review.toml", 10, "scale_rule", ""),
    ),
    (
        "D020",
        "warning",
        [
            ("results.csv", "beta,p,pain,1 week,pain,final", "beta,p,pain,1 week,pain,change"),
            ("review.toml", 'measure = "MD"', 'measure = "SMD"'),
        ],
        ("results.csv", 6, "value_type", "F"),
    ),
    ("D021", "warning", [("results.csv", "event,100,10,", "event,,10,")], ("results.csv", 9, "use", "R")),
    (
        "D022",
        "warning",
        [("contrasts.csv", "Gamma 2003,abstract", ",abstract")],
        ("contrasts.csv", 2, "source", "U"),
    ),
    (
        "D023",
        "warning",
        [
            ("arms.csv", "delta,a,aspirin", "delta,a,ibuprofen"),
            ("arms.csv", "delta,p,placebo", "delta,p,naproxen"),
            ("treatments.csv", "ibuprofen,ibuprofen", "ibuprofen,ibuprofen\nnaproxen,naproxen"),
        ],
        ("review.toml", 17, "id", ""),
    ),
    (
        "D023",
        "error",
        [("results.csv", "15,,,,,,,,,extracted,pool,,", "15,,,,,,,,,extracted,list,Doubtful.,")],
        ("results.csv", 9, "arm_id", "B"),
    ),
    ("D024", "warning", [("rob.csv", "overall,high", "overall,severe")], ("rob.csv", 4, "judgement", "E")),
    (
        "D024",
        "warning",
        [("rob.csv", "gamma,,RoB 2,overall,high,Open label.\n", "")],
        ("studies.csv", 4, "study_id", "A"),
    ),
    ("D025", "error", [("flow.csv", ",,,,60", ",,,,61")], ("flow.csv", 5, "n", "H")),
    (
        "D025",
        "error",
        [
            ("flow.csv", "Studies included,,,,5", "Studies included,,,,7"),
            ("flow.csv", "New studies,,,,5", "New studies,,,,7"),
        ],
        ("flow.csv", 13, "n", "H"),
    ),
    (
        "D026",
        "warning",
        [("arms.csv", "beta,a,aspirin,500 mg", "beta,a,aspirin,10-May")],
        ("arms.csv", 4, "dose_text", "D"),
    ),
    ("D026", "warning", [("studies.csv", "NCT00000002", "NCT2")], ("studies.csv", 3, "registration", "E")),
    ("D027", "warning", [("results.csv", "4.2,2.2,", "4.2,5.2,")], ("results.csv", 3, "sd", "K")),
    (
        "D028",
        "error",
        [
            ("results.csv", "6,,,,,,,,,extracted,list,Delta sums this trial.", "6,,,,,,,,,extracted,pool,"),
            ("results.csv", "8,,,,,,,,,extracted,list,Delta sums this trial.", "8,,,,,,,,,extracted,pool,"),
            ("rob.csv", "\ndelta,", "\nepsilon,,,overall,not judged,\ndelta,"),
        ],
        ("results.csv", 11, "study_id", "A"),
    ),
    (
        "D028",
        "error",
        [
            (
                "contrasts.csv",
                "\ngamma,b",
                "\nalpha,a,p,pain,1 week,pain,MD,40,40,-1.1,0.47,,,,,,,extracted,pool,,Alpha 2001,abstract,-1.1\ngamma,b",
            )
        ],
        ("contrasts.csv", 2, "study_id", "A"),
    ),
    ("D029", "warning", [("contrasts.csv", "(95% CI", "(90% CI")], ("contrasts.csv", 2, "ci_level", "N")),
    ("D029", "warning", [("contrasts.csv", "-0.07,,", "-0.07,98.3,")], ("contrasts.csv", 2, "ci_level", "N")),
    (
        "D030",
        "error",
        [("contrasts.csv", "=,b,extracted", "=,c,extracted")],
        ("contrasts.csv", 2, "favours", "Q"),
    ),
    (
        "D031",
        "error",
        [("treatments.csv", "placebo,placebo", "placebo,placebo\nplacebo,placebo")],
        ("treatments.csv", 5, "raw_label", "A"),
    ),
    ("D032", "error", [("missing.csv", "Zeta (no results)", "")], ("missing.csv", 2, "label", "B")),
    (
        "D033",
        "error",
        [("arms.csv", "delta,a,aspirin,500 mg,100,yes", "delta,a,aspirin,500 mg,100,maybe")],
        ("arms.csv", 9, "in_every_trial", "F"),
    ),
    (
        "D034",
        "warning",
        [("outcomes.csv", "mood,Mood,continuous,POMS,0,20,higher", "pains,PAIN,continuous,VAS,0,10,lower")],
        ("outcomes.csv", 4, "label", "B"),
    ),
    (
        "D035",
        "warning",
        [("studies.csv", "Gamma 2003", "鈴木 2003")],
        ("studies.csv", 4, "label", "B"),
    ),
    (
        "D036",
        "error",
        [("contrasts.csv", "gamma,b,p,", "gamma,b,b,")],
        ("contrasts.csv", 2, "arm_id_2", "C"),
    ),
    (
        "D037",
        "warning",
        [("results.csv", "event,100,10,,,", "event,100,10,,3.1,")],
        ("results.csv", 9, "mean", "J"),
    ),
    (
        "D037",
        "warning",
        [("results.csv", "final,40,,,3.1", "final,40,5,,3.1")],
        ("results.csv", 2, "events", "H"),
    ),
    (
        "D023",
        "error",
        [
            ("results.csv", "alpha,p,pain,1 week", "alpha,p,pain,2 weeks"),
            ("review.toml", 'measure = "MD"', 'measure = "MD"\ntimepoint_rule = "One or two weeks."'),
        ],
        ("results.csv", 3, "timepoint", "D"),
    ),
    (
        "D023",
        "warning",
        [("results.csv", "beta,b,pain,1 week", "beta,b,pain,1 weeks")],
        ("results.csv", 5, "timepoint", "D"),
    ),
    ("D030", "error", [("studies.csv", ",2,epsilon,", ",2,epsilom,")], ("studies.csv", 5, "covers", "I")),
    (
        "D030",
        "error",
        [("studies.csv", ",2,epsilon,", ",2,delta;epsilon,")],
        ("studies.csv", 5, "covers", "I"),
    ),
    (
        "D030",
        "error",
        [("studies.csv", ",2,epsilon,", ',2,"epsilon, gamma",')],
        ("studies.csv", 5, "covers", "I"),
    ),
    ("D040", "error", [("grade.csv", "pain,aspirin", "pian,aspirin")], ("grade.csv", 2, "analysis", "A")),
    ("D040", "error", [("grade.csv", "pain,aspirin", "pain,asprin")], ("grade.csv", 2, "treat1", "B")),
    ("D040", "error", [("grade.csv", ",placebo", ",aspirin")], ("grade.csv", 2, "treat2", "C")),
    ("D033", "error", [("grade.csv", "moderate,", "modarate,")], ("grade.csv", 2, "certainty", "D")),
    ("D033", "error", [("grade.csv", ",serious,", ",severe,")], ("grade.csv", 2, "imprecision", "E")),
    (
        "D004",
        "error",
        [("grade.csv", ",imprecision,", ",inprecision,")],
        ("grade.csv", 1, "inprecision", "E"),
    ),
    (
        "D031",
        "error",
        [("grade.csv", "Panel\n", "Panel\npain,placebo,aspirin,high,,,,,Panel\n")],
        ("grade.csv", 3, "treat1", "B"),
    ),
    (
        "D041",
        "warning",
        [("review.toml", 'reference = "placebo"', 'reference = "placebo"\nfindings = ["headache"]')],
        ("grade.csv", 2, "analysis", "A"),
    ),
    (
        "D041",
        "warning",
        [("grade.csv", "pain,aspirin,placebo", "pain,aspirin,ibuprofen")],
        ("grade.csv", 2, "treat1", "B"),
    ),
    ("D042", "warning", [("grade.csv", ",moderate,", ",low,")], ("grade.csv", 2, "certainty", "D")),
    (
        "D042",
        "warning",
        [("grade.csv", "few patients", "")],
        ("grade.csv", 2, "imprecision_reason", "F"),
    ),
    ("D042", "warning", [("grade.csv", ",Panel", ",")], ("grade.csv", 2, "assessor", "I")),
    (
        "C005",
        "error",
        [("review.toml", 'reference = "placebo"', 'reference = "placebo"\nfindings = ["pain", "pain"]')],
        ("review.toml", 7, "findings", ""),
    ),
    (
        "C008",
        "error",
        [("review.toml", 'reference = "placebo"', 'reference = "placebo"\nfindings = ["pains"]')],
        ("review.toml", 7, "findings", ""),
    ),
    (
        "C013",
        "error",
        [("review.toml", 'title = "Headache"', 'title = "Headache"\nbaseline_risk = 0.2')],
        ("review.toml", 19, "baseline_risk", ""),
    ),
    (
        "C013",
        "error",
        [("review.toml", 'title = "Pain"', 'title = "Pain"\nbaseline_risk = 0.2\nbaseline_source = "A"')],
        ("review.toml", 13, "baseline_risk", ""),
    ),
    (
        "C014",
        "error",
        [("review.toml", 'title = "Headache"', 'title = "Headache"\nmargin = [1.5, 0.8]')],
        ("review.toml", 19, "margin", ""),
    ),
    (
        "C014",
        "error",
        [("review.toml", 'title = "Headache"', 'title = "Headache"\nmargin = 1')],
        ("review.toml", 19, "margin", ""),
    ),
    (
        "C014",
        "error",
        [("review.toml", 'title = "Pain"', 'title = "Pain"\nmargin = [0.8, 1.5]')],
        ("review.toml", 13, "margin", ""),
    ),
    (
        "C004",
        "error",
        [("review.toml", 'title = "Pain"', 'title = "Pain"\nmargin = [-1, 1, 2]')],
        ("review.toml", 13, "margin", ""),
    ),
    *(
        (
            "D043",
            "error",
            [("outcomes.csv", "*", OUTCOMES.format(cells))],
            ("outcomes.csv", 2, column, letter),
        )
        for cells, column, letter in (
            ("-1,,", "mid", "H"),
            ("2,-1,2", "mid", "H"),
            (",1,2", "mid_low", "I"),
            (",-1,-2", "mid_high", "J"),
            (",-1,", "mid_high", "J"),
            (",,2", "mid_low", "I"),
        )
    ),
    ("C004", "error", [("review.toml", "schema = 1", "schema = true")], ("review.toml", 1, "schema", "")),
    (
        "C004",
        "error",
        [("review.toml", 'measure = "MD"', 'measure = "MD"\nexclude_rob = ["hihg"]')],
        ("review.toml", 15, "exclude_rob", ""),
    ),
    (
        "C005",
        "error",
        [("review.toml", 'outcomes = ["pain"]', 'outcomes = ["pain", "pain"]')],
        ("review.toml", 13, "outcomes", ""),
    ),
    (
        "C012",
        "error",
        [("review.toml", 'treat2 = "placebo"', 'treat2 = "aspirin"')],
        ("review.toml", 8, "questions", ""),
    ),
    ("C002", "error", [("review.toml", 'title = "Pain"', "title = Pain")], ("review.toml", 12, "", "")),
    (
        "C003",
        "error",
        [("review.toml", 'title = "Pain"', 'title = "Pain"\ntimepiont_rule = "x"')],
        ("review.toml", 13, "timepiont_rule", ""),
    ),
    (
        "C004",
        "error",
        [("review.toml", 'measure = "MD"', 'measure = "mean"')],
        ("review.toml", 14, "measure", ""),
    ),
    (
        "C005",
        "error",
        [
            ("review.toml", 'id = "headache"', 'id = "pain"'),
            ("review.toml", 'analyses = ["headache"]', 'analyses = ["pain"]'),
        ],
        ("review.toml", 17, "id", ""),
    ),
    (
        "C006",
        "error",
        [("review.toml", 'outcomes = ["pain"]', 'outcomes = ["pain", "moood"]')],
        ("review.toml", 13, "outcomes", ""),
    ),
    (
        "C007",
        "error",
        [("review.toml", 'reference = "placebo"', 'reference = "placbo"')],
        ("review.toml", 6, "reference", ""),
    ),
    (
        "C008",
        "error",
        [("review.toml", 'sensitivity = ["odds"]', 'sensitivity = ["ods"]')],
        ("review.toml", 20, "sensitivity", ""),
    ),
    (
        "C009",
        "error",
        [("review.toml", 'outcomes = ["pain"]', 'outcomes = ["mood"]')],
        ("review.toml", 13, "outcomes", ""),
    ),
    (
        "C010",
        "error",
        [("review.toml", 'measure = "MD"', 'measure = "RR"')],
        ("review.toml", 14, "measure", ""),
    ),
    (
        "C011",
        "error",
        [("review.toml", 'title = "Pain"', 'title = "Pain"\nexclude_studies = ["betta"]')],
        ("review.toml", 13, "exclude_studies", ""),
    ),
]


def broken(folder: Path, edits: list[tuple[str, str, str]]) -> Path:
    for file, old, new in edits:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        if old == "*":
            path.write_text(new, encoding="utf-8")
            continue
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def place(problem: Problem) -> tuple[str, int | None, str, str]:
    return problem.file, problem.row, problem.column, problem.letter


def test_the_clean_review_has_no_problem(clean: Path) -> None:
    assert check_review(clean) == ()
    assert read_review(clean).name == "review"


@pytest.mark.parametrize(
    ("code", "severity", "edits", "where"), CASES, ids=[f"{c[0]}-{c[3][0]}-{c[3][2]}" for c in CASES]
)
def test_one_edit_raises_exactly_its_code(
    clean: Path,
    code: str,
    severity: str,
    edits: list[tuple[str, str, str]],
    where: tuple[str, int, str, str],
) -> None:
    found = check_review(broken(clean, edits))
    assert [(p.code, p.severity, place(p)) for p in found] == [(code, severity, where)]
    assert all(text.endswith((".", "?")) and text[0] != " " for p in found for text in (p.message, p.help))


def test_a_needed_file_that_is_not_there(clean: Path) -> None:
    (clean / "arms.csv").unlink()
    found = check_review(clean)
    assert [(p.code, place(p)) for p in found] == [("D001", ("arms.csv", None, "", ""))]


def test_an_empty_file_and_a_header_alone(clean: Path) -> None:
    (clean / "missing.csv").write_bytes(b"")
    (clean / "treatments.csv").write_text("raw_label,node\n", encoding="utf-8")
    found = [(p.code, place(p)) for p in check_review(clean) if p.code == "D001"]
    assert found == [("D001", ("treatments.csv", 1, "", "")), ("D001", ("missing.csv", None, "", ""))]


def test_another_encoding(clean: Path) -> None:
    text = (clean / "excluded.csv").read_text(encoding="utf-8").replace("Eta", "Étà")
    (clean / "excluded.csv").write_bytes(text.encode("cp1252"))
    found = check_review(clean)
    assert [(p.code, place(p), p.text) for p in found] == [
        ("D006", ("excluded.csv", 2, "citation", "A"), "Étà 1999")
    ]


def test_no_plan(clean: Path) -> None:
    (clean / "review.toml").unlink()
    assert [p.code for p in check_review(clean)] == ["C001"]


def test_every_code_has_a_broken_review() -> None:
    tested_alone = {"C001", "D001", "D006"}
    assert {c[0] for c in CASES} | tested_alone == set(CATALOGUE)


def test_the_catalogue_keeps_the_numbers_that_people_know() -> None:
    known = {f"D{number:03}" for number in range(1, 30)}
    warnings = {
        "D013",
        "D014",
        "D015",
        "D017",
        "D020",
        "D021",
        "D022",
        "D023",
        "D024",
        "D026",
        "D027",
        "D029",
    }
    assert known <= CATALOGUE.keys()
    assert {c for c in known if CATALOGUE[c].severity == "warning"} == warnings


def test_faults_of_several_files_come_in_one_run(clean: Path) -> None:
    broken(clean, [("results.csv", "5,12.5", "5,112.5"), ("arms.csv", "500 mg,40,", "500 mg,4o,")])
    broken(clean, [("review.toml", 'measure = "MD"', 'measure = "mean"')])
    assert [(p.file, p.code) for p in check_review(clean)] == [
        ("review.toml", "C004"),
        ("arms.csv", "D010"),
        ("results.csv", "D011"),
    ]


def test_a_declared_rule_silences_different_times(clean: Path) -> None:
    broken(clean, [("contrasts.csv", ",pain,1 week,", ",pain,2 weeks,")])
    broken(clean, [("review.toml", 'measure = "MD"', 'measure = "MD"\ntimepoint_rule = "One or two weeks."')])
    assert check_review(clean) == ()


def test_a_listed_row_with_its_reason_is_silent_and_without_one_is_not(clean: Path) -> None:
    edits = [("results.csv", "5,,,,,,,,,extracted,pool,,Delta", "5,,,,,,,,,extracted,list,,Delta")]
    edits += [
        ("results.csv", "10,,,,,,,,,extracted,pool,,Delta", "10,,,,,,,,,extracted,list,Doubtful.,Delta")
    ]
    found = check_review(broken(clean, edits))
    assert [(p.code, place(p)) for p in found] == [("D021", ("results.csv", 10, "reason", "S"))]


def test_two_arms_of_one_node_are_merged_and_no_double_counting(clean: Path) -> None:
    broken(clean, [("treatments.csv", "ibuprofen,ibuprofen", "ibuprofen,aspirin")])
    found = check_review(clean)
    assert [p.code for p in found] == ["C007"]  # the plan names the node that is gone; nothing else is wrong


def test_differences_that_share_an_arm_need_the_third(clean: Path) -> None:
    row = "gamma,{},pain,1 week,pain,MD,50,50,{},0.42,,,,,,,extracted,pool,,Gamma 2003,abstract,-\n"
    broken(clean, [("arms.csv", "gamma,p", "gamma,a,aspirin,,50,\ngamma,p")])
    broken(clean, [("studies.csv", "2003,100,NCT00000003", "2003,150,NCT00000003")])
    text = (clean / "contrasts.csv").read_text(encoding="utf-8") + row.format("a,p", "-0.5")
    (clean / "contrasts.csv").write_text(text, encoding="utf-8")
    found = check_review(clean)
    assert [(p.code, place(p)) for p in found] == [("D016", ("contrasts.csv", 3, "arm_id_1", "B"))]
    (clean / "contrasts.csv").write_text(text + row.format("b,a", "-0.4"), encoding="utf-8")
    assert check_review(clean) == ()


def test_a_bound_that_implies_an_impossible_spread_is_named(clean: Path) -> None:
    """Means 0.71 apart on a 0-4 scale with p < 0.0001, 277 and 285 people: at the bound the SD is 2.15."""
    broken(clean, [("outcomes.csv", "VAS,0,10", "VAS,0,4"), ("results.csv", "4.4,,,3.5,5.3", "4.0,1.9,,,")])
    broken(clean, [("results.csv", "4.2,2.2", "3.9,2.0"), ("results.csv", "3.4,2.1", "3.4,1.9")])
    broken(clean, [("arms.csv", "gamma,b,ibuprofen,400 mg,50", "gamma,b,ibuprofen,400 mg,277")])
    broken(clean, [("arms.csv", "gamma,p,placebo,,50", "gamma,p,placebo,,285")])
    broken(clean, [("studies.csv", "2003,100,NCT00000003", "2003,562,NCT00000003")])
    header, row = (
        "study_id,arm_id_1,arm_id_2,outcome_id,timepoint,measure,n_1,n_2,mean_difference,p,p_qualifier,favours,"
        "status,use,reason,source,quote",
        "gamma,b,p,pain,1 week,SMD,277,285,0.71,0.0001,<,b,imputed,sensitivity,a bound,Gamma,p < 0.0001",
    )
    (clean / "contrasts.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    broken(clean, [("review.toml", 'measure = "MD"', 'measure = "SMD"')])
    found = check_review(clean)
    assert [(p.code, place(p)) for p in found] == [("D027", ("contrasts.csv", 2, "p", "J"))]
    assert "An SD of 2.15" in found[0].message


def test_flow_counts_that_were_not_recorded_are_silent(clean: Path) -> None:
    broken(clean, [("flow.csv", ",,,,62", ",,,,"), ("flow.csv", ",,,,52", ",,,,xxx")])
    assert check_review(clean) == ()


def test_studies_that_nobody_judged_are_silent(clean: Path) -> None:
    (clean / "rob.csv").unlink()
    assert check_review(clean) == ()


def test_the_check_loads_nothing_heavy(clean: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from metaan.review.check import check_review;"
        f"check_review(Path({str(clean)!r}));"
        "print(sorted({'numpy', 'pandas', 'scipy', 'matplotlib', 'statsmodels'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

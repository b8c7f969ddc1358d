"""Plain CSV files in every layout, and what is wrong with broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaan.errors import InputError, RequestError
from metaan.review.imports.facts import Draft, Wishes
from metaan.review.imports.source import draft_from

METAFOR = "slab,ai,n1i,ci,n2i\nAmes 1999,12,100,20,101\nBirch 2003,5,50,9,49\n"
META = "studlab,event.e,n.e,event.c,n.c\nAmes 1999,12,100,20,101\nBirch 2003,5,50,9,49\n"
TABLES = "author,year,tpos,tneg,cpos,cneg\nAmes,1999,12,88,20,81\nBirch,2003,5,45,9,40\n"
LONG = (
    "study,treatment,events,n\nAmes 1999,aspirin,12,100\nAmes 1999,placebo,20,101\n"
    "Birch 2003,aspirin,5,50\nBirch 2003,placebo,9,49\n"
)
METAINSIGHT_LONG = LONG.replace("study,treatment,events,n", "Study,T,R,N")
METAINSIGHT_WIDE = (
    "Study,T.1,N.1,R.1,T.2,N.2,R.2,T.3,N.3,R.3\n"
    "Ames 1999,aspirin,100,12,placebo,101,20,,,\nBirch 2003,aspirin,50,5,placebo,49,9,NA,NA,NA\n"
)
NETMETA_WIDE = (
    "studlab,treat1,event1,n1,treat2,event2,n2\n"
    "Ames 1999,aspirin,12,100,placebo,20,101\nBirch 2003,aspirin,5,50,placebo,9,49\n"
)
WISHES = Wishes(treatment="aspirin", reference="placebo", outcome="Death", directions={"": "lower_better"})
CELLS = {
    ("Ames1999", "aspirin"): ("12", "100"),
    ("Ames1999", "placebo"): ("20", "101"),
    ("Birch2003", "aspirin"): ("5", "50"),
    ("Birch2003", "placebo"): ("9", "49"),
}


def drafted(tmp_path: Path, text: str | bytes, wishes: Wishes = WISHES, name: str = "trials.csv") -> Draft:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return draft_from(path, wishes)


def events_of(draft: Draft) -> dict[tuple[str, str], tuple[str, str]]:
    return {(row["study_id"], row["arm_id"]): (row["events"], row["n"]) for row in draft.tables["results"]}


@pytest.mark.parametrize(
    "text", [METAFOR, META, TABLES, LONG, METAINSIGHT_LONG, METAINSIGHT_WIDE, NETMETA_WIDE]
)
def test_counts_in_every_layout_give_the_same_arms(tmp_path: Path, text: str) -> None:
    draft = drafted(tmp_path, text)
    assert events_of(draft) == CELLS
    assert draft.reference == "placebo"
    assert draft.questions == (("aspirin", "placebo"),)
    assert draft.untaken == ()
    assert draft.wanted == ()
    assert [(each.outcome, each.measure) for each in draft.analyses] == [("death", "RR")]


def test_every_number_says_where_it_stood(tmp_path: Path) -> None:
    draft = drafted(tmp_path, LONG)
    assert [(row["source"], row["locator"]) for row in draft.tables["results"]] == [
        ("trials.csv", f"row {number}") for number in (2, 3, 4, 5)
    ]


def test_sizes_that_follow_from_counts_are_derived(tmp_path: Path) -> None:
    row = drafted(tmp_path, TABLES).tables["results"][0]
    assert (row["n"], row["status"], row["derivation"]) == (
        "100",
        "derived",
        "n = 12 + 88, the counts in the file.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,5.1,2.2,30,4.1,2,31\n",
        "study,treatment,mean,sd,n\nA,aspirin,5.1,2.2,30\nA,placebo,4.1,2,31\n",
        "Study,T.1,N.1,Mean.1,SD.1,T.2,N.2,Mean.2,SD.2\nA,aspirin,30,5.1,2.2,placebo,31,4.1,2\n",
        "studlab,n.e,mean.e,sd.e,n.c,mean.c,sd.c\nA,30,5.1,2.2,31,4.1,2\n",
    ],
)
def test_means_in_every_layout_give_the_same_arms(tmp_path: Path, text: str) -> None:
    draft = drafted(tmp_path, text)
    found = {row["arm_id"]: (row["mean"], row["sd"], row["n"]) for row in draft.tables["results"]}
    assert found == {"aspirin": ("5.1", "2.2", "30"), "placebo": ("4.1", "2", "31")}
    assert draft.analyses[0].measure == "MD"


def test_effects_of_ratios_are_read_as_logarithms(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "study,yi,vi\nA,0,0.25\nB,0.6931471805599453,0.04\n", Wishes(measure="OR"))
    rows = draft.tables["contrasts"]
    assert [float(row["estimate"]) for row in rows] == pytest.approx([1, 2], rel=1e-15)
    assert [row["se"] for row in rows] == ["0.5", "0.2"]
    assert rows[0]["status"] == "derived"
    assert "logarithm" in rows[0]["derivation"]


def test_differences_are_taken_as_they_are(tmp_path: Path) -> None:
    text = "studlab,treat1,treat2,TE,seTE,n1,n2\nA,x,p,-1.5,0.5,30,31\nB,y,p,-0.5,0.25,,\n"
    draft = drafted(tmp_path, text, Wishes(measure="MD", reference="p"))
    one, other = draft.tables["contrasts"]
    assert (one["estimate"], one["se"], one["n_1"], one["status"]) == ("-1.5", "0.5", "30", "extracted")
    assert "n_1" not in other
    assert draft.treatments == ("p", "x", "y")


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + METAFOR.encode(),
        METAFOR.replace("\n", "\r\n").encode(),
        METAFOR.replace(",", ";").encode(),
        METAFOR.replace(",", "\t").encode(),
        METAFOR.replace(",", ";").replace("\n", "\r\n").encode(),
    ],
)
def test_spreadsheets_of_every_country_are_read(tmp_path: Path, text: bytes) -> None:
    assert events_of(drafted(tmp_path, text)) == CELLS


def test_decimal_commas_are_points_where_nothing_else_is_meant(tmp_path: Path) -> None:
    text = "study;m1i;sd1i;n1i;m2i;sd2i;n2i\nA;5,125;2,2;30;4,1;2;31\n"
    draft = drafted(tmp_path, text)
    assert draft.tables["results"][0]["mean"] == "5.125"
    assert any("Decimal commas were read as decimal points in 3 cells" in note for note in draft.notes)


def test_a_comma_that_may_mean_either_is_not_guessed(tmp_path: Path) -> None:
    text = "study;m1i;sd1i;n1i;m2i;sd2i;n2i\nA;5,125;2;30;4;2;31\nB;5;2;30;4;2;31\n"
    draft = drafted(tmp_path, text)
    assert [each.place for each in draft.untaken] == ["row 2, column B (m1i), A, “5,125”"]
    assert len(draft.tables["results"]) == 2


def test_other_columns_are_kept_with_the_study_or_the_arm(tmp_path: Path) -> None:
    text = (
        "study,treatment,events,n,year,alloc,dose,quote\n"
        "A,aspirin,12,100,1999,random,50 mg,12 of 100 died\nA,placebo,20,101,1999,random,none,20 of 101\n"
    )
    draft = drafted(tmp_path, text)
    (study,) = draft.tables["studies"]
    assert (study["year"], study["notes"]) == ("1999", "alloc: random")
    assert [arm["notes"] for arm in draft.tables["arms"]] == ["dose: 50 mg", "dose: none"]
    assert [row["quote"] for row in draft.tables["results"]] == ["12 of 100 died", "20 of 101"]


def test_outcomes_and_times_in_columns_are_told_apart(tmp_path: Path) -> None:
    text = (
        "study,treatment,outcome,time point,events,n,mean,sd\n"
        "A,aspirin,Death,1 year,12,100,,\nA,placebo,Death,1 year,20,101,,\n"
        "A,aspirin,Pain,1 week,,100,5.1,2.2\nA,placebo,Pain,1 week,,101,4.1,2\n"
    )
    wishes = Wishes(reference="placebo", directions={"Death": "lower_better", "": "higher_better"})
    draft = drafted(tmp_path, text, wishes)
    assert [(o["outcome_id"], o["kind"], o["direction"]) for o in draft.tables["outcomes"]] == [
        ("death", "binary", "lower_better"),
        ("pain", "continuous", "higher_better"),
    ]
    assert {row["timepoint"] for row in draft.tables["results"]} == {"1 year", "1 week"}
    assert draft.untaken == ()
    lacking = drafted(
        tmp_path, text + "B,aspirin,Pain,1 week,,100,5.1,\nB,placebo,Death,1 year,,,,\n", wishes
    )
    assert [each.reason.partition(",")[0] for each in lacking.untaken] == [
        "sd is missing",
        "events is missing",
    ]


@pytest.mark.parametrize(
    ("row", "place", "reason"),
    [
        ("A,55,40,6,41", "row 2, column B (ai), A, “55”", "ai = 55 is more than n1i = 40."),
        ("A,,40,6,41", "row 2, column B (ai), A", "ai is missing."),
        ("A,5-10,40,6,41", "row 2, column B (ai), A, “5-10”", "is not a number."),
        ("A,5,40,6,0", "row 2, column E (n2i), A, “0”", "n2i = 0 is below 1."),
        ("A,5,40,6", "row 2, column D, A, “6”", "The row has 4 cells; the header has 5."),
        ("A,5.5,40,6,41", "row 2, column B (ai), A, “5.5”", "is not a whole number."),
    ],
)
def test_a_faulty_row_is_left_out_with_its_place_reason_and_cure(
    tmp_path: Path, row: str, place: str, reason: str
) -> None:
    draft = drafted(tmp_path, f"slab,ai,n1i,ci,n2i\n{row}\nB,5,50,9,49\n")
    (left,) = draft.untaken
    assert left.place == place
    assert reason in left.reason
    assert left.reason.count(".") >= 2
    assert {study["study_id"] for study in draft.tables["studies"]} == {"B"}


def test_an_arm_without_another_is_listed_and_not_pooled(tmp_path: Path) -> None:
    text = LONG.replace("Ames 1999,placebo,20,101", "Ames 1999,placebo,20 %,101")
    draft = drafted(tmp_path, text)
    row = draft.tables["results"][0]
    assert (row["use"], row["reason"][:12]) == ("list", "No other arm")
    assert [each.place for each in draft.untaken] == [
        "row 3, column C (events), Ames 1999, “20 %”",
        "row 2, Ames 1999, aspirin",
    ]


def test_a_row_that_stands_twice_counts_once(tmp_path: Path) -> None:
    draft = drafted(tmp_path, LONG + "Birch 2003,placebo,9,49\n")
    assert events_of(draft) == CELLS
    assert [each.reason[:26] for each in draft.untaken] == ["says the same as row 5. Wh"]


def test_rows_of_one_name_are_several_studies(tmp_path: Path) -> None:
    draft = drafted(tmp_path, METAFOR.replace("Birch 2003", "Ames 1999"))
    assert [row["label"] for row in draft.tables["studies"]] == ["Ames 1999 (row 2)", "Ames 1999 (row 3)"]
    assert any("count as several studies" in note for note in draft.notes)


@pytest.mark.parametrize(
    ("text", "wishes", "option"),
    [
        ("study,yi,vi\nA,0,0.25\n", Wishes(), "--measure"),
        ("studlab,treat1,treat2,TE,seTE\nA,x,p,0,1\n", Wishes(reference="p"), "--measure"),
        (LONG, Wishes(), "--reference"),
        ("study,treatment,events,mean,sd,n\nA,x,1,2,3,4\n", Wishes(reference="x"), "--kind"),
        (LONG, Wishes(reference="plcebo"), "did you mean “placebo”?"),
        (LONG, Wishes(reference="placebo", measure="IRR"), "metaan pool FILE"),
        (LONG, Wishes(reference="placebo", measure="SMD", kind="binary"), "--kind binary"),
        (LONG, Wishes(reference="placebo", directions={"": "lower_beter"}), "did you mean “lower_better” or"),
        (LONG, Wishes(reference="placebo", directions={"Pain": "lower_better"}), "names “Pain”"),
        (LONG, Wishes(reference="placebo", columns={"events": "Died"}), "has no column “Died”"),
        (METAFOR, Wishes(columns={"ai": "Died"}), "has no column “Died”"),
        (METAFOR, Wishes(columns={"cases of": "ai"}), "there is no “cases of”"),
    ],
)
def test_what_is_missing_is_asked_for_in_one_sentence(
    tmp_path: Path, text: str, wishes: Wishes, option: str
) -> None:
    with pytest.raises(RequestError) as told:
        drafted(tmp_path, text, wishes)
    assert option in str(told.value)
    assert "\n" not in str(told.value)


def test_a_direction_that_nobody_stated_stays_empty(tmp_path: Path) -> None:
    draft = drafted(tmp_path, LONG, Wishes(reference="placebo"))
    assert draft.tables["outcomes"][0]["direction"] == ""
    (wanted,) = draft.wanted
    assert "--direction" in wanted
    assert "outcomes.csv" in wanted


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"study,ai,n1i,ci,n2i\n", "has a header and no rows"),
        (METAFOR.encode("utf-16"), "UTF-16"),
        ("slab,ai,n1i,ci,n2i\nBörg,1,2,3,4\n".encode("cp1252"), "read as Windows-1252 it is “Börg”"),
        (b"colour,shape\nred,round\n", "none of the layouts that are known"),
        (b"study,xi,ni\nA,1,2\n", "metaan pool"),
        (b"study,x1i,t1i,x2i,t2i\nA,1,2,3,4\n", "metaan pool"),
        (b'slab,ai,n1i,ci,n2i\n"A,1,2,3,4\n', "never closed"),
        (b"slab,ai,ai,ci,n2i\nA,1,2,3,4\n", "stands twice"),
        (b"slab,ai,n1i,ci,n2i\nA,x,2,3,4\n", "no row that can be taken"),
        (b"\xd0\xcf\x11\xe0 old office", "old .xls workbook"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_what_to_do(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(InputError) as told:
        drafted(tmp_path, data)
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (
            "trials.rm5",
            '<?xml version="1.0"?><COCHRANE_REVIEW/>'.encode("utf-16"),
            "a RevMan 5 review, XML in UTF-8",
        ),
        ("trials.xlsx", b"not packed at all", "an .xlsx workbook"),
        ("package.zip", b"\x00\x01\x02", "a RevMan data package"),
    ],
)
def test_a_damaged_file_is_told_by_what_its_name_says(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    with pytest.raises(InputError) as told:
        drafted(tmp_path, data, name=name)
    assert f"{name} should be {said}" in str(told.value)


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    assert drafted(tmp_path, "study,yi,sei\nA,-0.3,0.2\nB,-0.1,0.15\n", Wishes(measure="MD"), "trials.xlsx")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or directory"):
        draft_from(tmp_path / "none.csv", Wishes())


def test_named_columns_stand_for_metafors(tmp_path: Path) -> None:
    text = METAFOR.replace("slab,ai", "Trial name,Died")
    columns = {"ai": "died", "study": "Trial name"}
    draft = drafted(tmp_path, text, Wishes(columns=columns, reference="placebo", treatment="aspirin"))
    assert events_of(draft) == CELLS


def test_an_effect_that_stands_twice_counts_once(tmp_path: Path) -> None:
    text = "studlab,treat1,treat2,TE,seTE\nA,x,p,-1.5,0.5\nA,x,p,-1.5,0.5\nB,p,p,1,1\n"
    draft = drafted(tmp_path, text, Wishes(measure="MD", reference="p"))
    assert len(draft.tables["contrasts"]) == 1
    assert [(each.place, each.reason) for each in draft.untaken] == [
        ("row 4, B", "both treatments are p. Correct one of them, or leave the row out."),
        ("row 3, A, x against p", "says the same as row 2. Leave one of them out."),
    ]


def test_a_column_of_outcomes_makes_several_of_effects_too(tmp_path: Path) -> None:
    text = "trial,outcome,yi,vi\n1,depth,0.5,0.01\n1,level,-0.3,0.02\n2,depth,0.2,0.01\n2,level,-0.6,0.02\n"
    draft = drafted(tmp_path, text, Wishes(measure="MD"))
    assert [each.outcome for each in draft.analyses] == ["depth", "level"]
    assert len(draft.tables["studies"]) == 2
    assert len(draft.tables["contrasts"]) == 4


def test_counts_beside_means_are_not_chosen_between(tmp_path: Path) -> None:
    text = "study,ai,n1i,ci,n2i,m1i,sd1i,m2i,sd2i\nA,12,100,20,101,5.1,2.2,4.1,2\n"
    with pytest.raises(RequestError, match="counts and means for its groups; say with --kind"):
        drafted(tmp_path, text)
    assert drafted(tmp_path, text, Wishes(kind="continuous")).analyses[0].measure == "MD"
    assert drafted(tmp_path, text, Wishes(measure="OR")).analyses[0].measure == "OR"


@pytest.mark.parametrize(
    "text",
    [
        "study,yi,sei,measure\nA,1,0.5,OR\nB,1,0.5,MD\n",
        "study,treat1,treat2,TE,seTE,measure\nA,x,p,1,1,or\nB,x,p,1,1,MD\n",
    ],
)
def test_an_effect_of_another_measure_is_not_taken_for_it(tmp_path: Path, text: str) -> None:
    draft = drafted(tmp_path, text, Wishes(measure="OR", reference="p"))
    assert len(draft.tables["contrasts"]) == 1
    assert [each.reason[:33] for each in draft.untaken] == ["its measure is MD, not OR as --mea"[:33]]
    assert any("natural logarithms of the OR" in note for note in draft.notes)

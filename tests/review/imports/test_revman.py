"""RevMan's two formats, in small files of our own: what is taken, what is told, what is refused."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from metaan.errors import InputError, RequestError
from metaan.review.imports.facts import Draft, Wishes
from metaan.review.imports.source import draft_from

XML = """<?xml version="1.0" encoding="UTF-8"?>
<COCHRANE_REVIEW><COVER_SHEET><TITLE>Made-up &lt;review&gt;</TITLE></COVER_SHEET>
<CHARACTERISTICS_OF_STUDIES><CHARACTERISTICS_OF_INCLUDED_STUDIES>
<INCLUDED_CHAR STUDY_ID="S1"><CHAR_METHODS><P>Randomised</P></CHAR_METHODS><CHAR_NOTES/></INCLUDED_CHAR>
</CHARACTERISTICS_OF_INCLUDED_STUDIES></CHARACTERISTICS_OF_STUDIES>
<QUALITY_ITEMS><QUALITY_ITEM ID="Q1"><NAME>Allocation concealment</NAME><QUALITY_ITEM_DATA>
<QUALITY_ITEM_DATA_ENTRY RESULT="YES" STUDY_ID="S1"><DESCRIPTION><P>Envelopes</P></DESCRIPTION>
</QUALITY_ITEM_DATA_ENTRY>
<QUALITY_ITEM_DATA_ENTRY RESULT="UNKNOWN" STUDY_ID="S2"><DESCRIPTION/></QUALITY_ITEM_DATA_ENTRY>
<QUALITY_ITEM_DATA_ENTRY RESULT="MAYBE" STUDY_ID="S3"><DESCRIPTION/></QUALITY_ITEM_DATA_ENTRY>
</QUALITY_ITEM_DATA></QUALITY_ITEM></QUALITY_ITEMS>
<INCLUDED_STUDIES>
<STUDY ID="S1" NAME="Alder 2001" YEAR="2001"/><STUDY ID="S2" NAME="Birch 2004" YEAR="2004"/>
<STUDY ID="S3" NAME="Cedar 2009" YEAR="about 2009"/>
</INCLUDED_STUDIES>
<ANALYSES_AND_DATA><COMPARISON NO="1"><NAME>Drug or not</NAME>
<DICH_OUTCOME NO="1" EFFECT_MEASURE="OR" METHOD="MH" RANDOM="NO" CI_TOTAL="95" DF="1" EFFECT_SIZE="0.5"
 CI_START="0.2" CI_END="0.9" CHI2="1.0" I2="0.0" TAU2="0.0" Z="2.0" TOTALS="YES"><NAME>Death</NAME>
<GROUP_LABEL_1>drug</GROUP_LABEL_1><GROUP_LABEL_2>placebo</GROUP_LABEL_2>
<DICH_SUBGROUP NO="1"><NAME>men</NAME>
<DICH_DATA STUDY_ID="S1" EVENTS_1="12" TOTAL_1="60" EVENTS_2="20" TOTAL_2="58"/></DICH_SUBGROUP>
<DICH_SUBGROUP NO="2"><NAME>women</NAME>
<DICH_DATA STUDY_ID="S1" EVENTS_1="10" TOTAL_1="50" EVENTS_2="11" TOTAL_2="52"/>
<DICH_DATA STUDY_ID="S2" EVENTS_1="30" TOTAL_1="120" EVENTS_2="130" TOTAL_2="119"/>
</DICH_SUBGROUP></DICH_OUTCOME>
<CONT_OUTCOME NO="2" EFFECT_MEASURE="MD" RANDOM="YES" CI_TOTAL="95" EFFECT_SIZE="" CI_START="" CI_END="">
<NAME>Pain</NAME>
<GROUP_LABEL_1>drug</GROUP_LABEL_1><GROUP_LABEL_2>placebo</GROUP_LABEL_2>
<CONT_DATA STUDY_ID="S2" MEAN_1="4.1" SD_1="2.0" TOTAL_1="40" MEAN_2="5.1" SD_2="2.2" TOTAL_2="41"/>
</CONT_OUTCOME>
<IV_OUTCOME NO="3"><NAME>Time to death</NAME><EFFECT_MEASURE>Hazard Ratio</EFFECT_MEASURE>
<IV_DATA STUDY_ID="S2" ESTIMATE="-0.5" SE="0.2"/></IV_OUTCOME>
<IV_OUTCOME NO="4"><NAME>Odds</NAME><EFFECT_MEASURE>Odds Ratio</EFFECT_MEASURE>
<GROUP_LABEL_1>drug</GROUP_LABEL_1><GROUP_LABEL_2>placebo</GROUP_LABEL_2>
<IV_DATA STUDY_ID="S1" ESTIMATE="0.0" SE="0.2" TOTAL_1="60" TOTAL_2="58"/>
<IV_DATA STUDY_ID="S2" ESTIMATE="0.0" SE="0.0"/></IV_OUTCOME>
<OTHER_OUTCOME NO="5"><NAME>Words</NAME></OTHER_OUTCOME>
</COMPARISON></ANALYSES_AND_DATA></COCHRANE_REVIEW>
"""


def of_xml(tmp_path: Path, text: str = XML, wishes: Wishes | None = None) -> Draft:
    (tmp_path / "made.rm5").write_text(text)
    return draft_from(tmp_path / "made.rm5", wishes or Wishes(directions={"": "lower_better"}))


def test_a_review_of_revman_5_gives_its_tables(tmp_path: Path) -> None:
    draft = of_xml(tmp_path)
    assert draft.title == "Made-up <review>"
    assert draft.reference == "placebo"
    studies = {row["label"]: row for row in draft.tables["studies"]}
    assert list(studies) == ["Alder 2001 (men)", "Alder 2001 (women)", "Birch 2004", "Alder 2001"]
    assert studies["Birch 2004"]["year"] == "2004"
    assert studies["Alder 2001 (men)"]["notes"] == "Methods: Randomised"
    deaths = [row for row in draft.tables["results"] if row["outcome_id"] == "death"]
    assert [(row["events"], row["n"]) for row in deaths] == [
        ("12", "60"),
        ("20", "58"),
        ("10", "50"),
        ("11", "52"),
    ]
    assert [(a.title, a.measure, a.method, a.test) for a in draft.analyses] == [
        ("Death", "OR", "EE", "z"),
        ("Pain", "MD", "DL", "z"),
        ("Odds", "OR", "EE", "z"),
    ]


def test_what_cannot_be_taken_is_told_with_its_place(tmp_path: Path) -> None:
    told = {each.place: each.reason for each in of_xml(tmp_path).untaken}
    assert "Hazard Ratio" in told["analysis 1.3 (Time to death)"]
    assert "other data" in told["analysis 1.5 (Words)"]
    assert "more than its participants" in told["analysis 1.1, study Birch 2004 (Birch 2004)"]
    assert "missing" in told["analysis 1.4, study Birch 2004 (Birch 2004)"]
    assert "no numbers" in told["study S3 (Cedar 2009)"]
    assert (
        "MAYBE"
        in told["risk of bias, Allocation concealment, study Cedar 2009 (Cedar 2009, Allocation concealment)"]
    )


def test_judgements_nobody_made_are_not_made_up(tmp_path: Path) -> None:
    rows = of_xml(tmp_path).tables["rob"]
    found = [(row["study_id"], row["judgement"], row["support"]) for row in rows]
    assert found == [
        ("Alder2001men", "low", "Envelopes"),
        ("Alder2001women", "low", "Envelopes"),
        ("Alder2001", "low", "Envelopes"),
        ("Birch2004", "not judged", ""),
    ]


def test_one_analysis_can_be_asked_for(tmp_path: Path) -> None:
    draft = of_xml(tmp_path, wishes=Wishes(outcome="1.2"))
    assert [each.title for each in draft.analyses] == ["Pain"]
    assert sum("another analysis" in each.reason for each in draft.untaken) == 4
    with pytest.raises(RequestError, match=r"1\.1 Death; 1\.2 Pain"):
        of_xml(tmp_path, wishes=Wishes(outcome="Sleep"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x "y">]><COCHRANE_REVIEW>&x;</COCHRANE_REVIEW>',
            "entities",
        ),
        ('<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><COCHRANE_REVIEW/>', "entities"),
        (
            '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><COCHRANE_REVIEW>&x;</COCHRANE_REVIEW>',
            "entities",
        ),
        ("<COCHRANE_REVIEW>", "damaged XML"),
        ("<html></html>", "no RevMan 5 review"),
        ("<COCHRANE_REVIEW/>", "without analyses"),
        ("<a>" * 100_000, "damaged XML"),
    ],
)
def test_xml_that_is_not_a_plain_review_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        of_xml(tmp_path, text)


ROW = {
    **dict.fromkeys(("GIV Mean", "GIV SE", "Experimental mean", "Experimental SD"), "0.0"),
    **dict.fromkeys(("Control mean", "Control SD"), "0.0"),
    "Analysis group": "1",
    "Analysis number": "1",
    "Analysis name": "Death",
    "Subgroup": "",
}
SETTING = {
    "Analysis group": "1",
    "Analysis number": "1",
    "Analysis name": "Death",
    "Data type": "Dichotomous",
    "Statistical method": "MH",
    "Effect measure": "Risk Ratio",
    "Analysis model": "Fixed effect",
    "Mean": "0",
    "CI start": "0",
    "CI end": "0",
    "Overall estimates": "true",
}


def package(tmp_path: Path, **changes: bytes) -> Path:
    rows = [
        ROW
        | dict(
            zip(
                ("Study", "Experimental cases", "Experimental N", "Control cases", "Control N"),
                cells,
                strict=True,
            )
        )
        for cells in (("Alder", "12", "60", "20", "58"), ("Birch", "0", "0", "0", "0"))
    ]
    rob = [
        {"Study": "Alder", "Domain (judgement): Blinding": "High risk", "Domain (support): Blinding": "open"}
    ]
    files = {
        "x-data-rows.csv": table(rows),
        "x-overall-estimates-and-settings.csv": table([SETTING]),
        "x-study-information.csv": table([{"Study": "Alder", "Year": "2001", "Char: Methods": "=cmd"}]),
        "x-risk-of-bias.csv": table(rob),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (files | changes).items():
            if data:
                archive.writestr(name, data)
    (tmp_path / "made.zip").write_bytes(out.getvalue())
    return tmp_path / "made.zip"


def table(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def test_a_package_gives_its_tables(tmp_path: Path) -> None:
    draft = draft_from(package(tmp_path), Wishes(treatment="drug", reference="placebo"))
    assert [row["events"] for row in draft.tables["results"]] == ["12", "20"]
    assert draft.tables["results"][0]["locator"] == "x-data-rows.csv, row 2"
    assert draft.tables["studies"][0]["notes"] == "Methods: =cmd"
    assert draft.tables["rob"][0]["judgement"] == "high"
    assert [each.place for each in draft.untaken] == ["x-data-rows.csv, row 3 (Birch)"]
    assert draft.printed == ()
    assert any("printed no pooled result" in note for note in draft.notes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"x-data-rows.csv": b""}, "lacks the file ...-data-rows.csv"),
        ({"x-data-rows.csv": b"Study,Year\nA,1\n"}, "lacks the columns Analysis group"),
        ({"x-data-rows.csv": b"\xff\xfe\xff"}, "is not UTF-8"),
        ({"x-overall-estimates-and-settings.csv": table([SETTING]).split(b"\r\n")[0]}, "without analyses"),
    ],
)
def test_a_package_of_another_kind_is_told(tmp_path: Path, changes: dict[str, bytes], said: str) -> None:
    with pytest.raises(InputError) as told:
        draft_from(package(tmp_path, **changes), Wishes())
    assert said in str(told.value)


def test_archives_within_an_archive_share_one_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from metaan.review.imports import revman_package

    monkeypatch.setattr(revman_package, "LARGEST_WHOLE", 100)
    with pytest.raises(InputError, match="would unpack to more than 100 bytes"):
        draft_from(package(tmp_path), Wishes())


def test_what_revman_pools_the_other_way_or_apart_is_told(tmp_path: Path) -> None:
    cells = {"Study": "Alder", "Experimental cases": "12", "Experimental N": "60"}
    cells |= {"Control cases": "20", "Control N": "58"}
    rows = [ROW | cells | {"Applicability": "SUBGROUP_AND_OVERALL"}]
    rows.append(ROW | cells | {"Study": "Birch", "Applicability": "SUBGROUP"})
    setting = SETTING | {"Swap event and non-event": "true", "Mean": "0.6"}
    changes = {"x-data-rows.csv": table(rows), "x-overall-estimates-and-settings.csv": table([setting])}
    draft = draft_from(package(tmp_path, **changes), Wishes())
    assert draft.printed == ()
    assert any("pools participants without the event" in note for note in draft.notes)
    assert [each.reason for each in draft.untaken][:1] == ["RevMan keeps it out of the overall estimate."]
    assert len(draft.tables["results"]) == 2

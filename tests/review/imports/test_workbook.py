"""Workbooks: values as a spreadsheet shows them, tables of a review, and what cannot be read."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from metaan.errors import InputError, RequestError
from metaan.review.imports.facts import Wishes
from metaan.review.imports.source import draft_from
from metaan.review.imports.workbook import read_workbook

ROWS = [
    ["study", "treatment", "events", "n"],
    ["Ames 1999", "aspirin", 12, 100],
    ["Ames 1999", "placebo", 20, 101],
]
WISHES = Wishes(reference="placebo", directions={"": "lower_better"})


def saved(tmp_path: Path, book: Workbook, name: str = "sheet.xlsx") -> Path:
    book.save(tmp_path / name)
    return tmp_path / name


def book_of(**sheets: list[list[object]]) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return book


def stored_value(path: Path, formula: str, value: str) -> None:
    """Write the value that a spreadsheet program would store beside a formula; openpyxl writes none."""
    asked = f"<f>{formula}</f>"
    for empty in ("<v/>", "<v></v>", "<v />"):
        changed(path, "xl/worksheets/sheet1.xml", (asked + empty).encode(), f"{asked}<v>{value}</v>".encode())


def test_a_sheet_in_a_layout_of_csv_is_taken_with_its_places(tmp_path: Path) -> None:
    path = saved(tmp_path, book_of(Data=ROWS, Notes=[["buy milk"]]))
    draft = draft_from(path, WISHES)
    rows = draft.tables["results"]
    assert [(row["events"], row["n"]) for row in rows] == [("12", "100"), ("20", "101")]
    assert [row["locator"] for row in rows] == ["sheet Data, row 2", "sheet Data, row 3"]
    (left,) = draft.untaken
    assert left.place == "sheet Notes"
    assert "none of the known layouts" in left.reason


def test_several_sheets_in_a_known_layout_are_not_guessed_between(tmp_path: Path) -> None:
    path = saved(tmp_path, book_of(First=ROWS, Second=ROWS))
    with pytest.raises(RequestError, match="say with --sheet which to take: First, Second"):
        draft_from(path, WISHES)
    draft = draft_from(path, Wishes(reference="placebo", sheet="Second"))
    assert draft.tables["results"][0]["locator"] == "sheet Second, row 2"
    with pytest.raises(RequestError, match="did you mean “Second”"):
        draft_from(path, Wishes(reference="placebo", sheet="Secund"))


def test_cells_are_read_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    book = book_of(Data=[["a", "b", "c", "d", "e", "f"], [1.0, 0.1, date(2026, 3, 12), True, 0.29, "x"]])
    book["Data"]["E2"].number_format = "0%"
    book["Data"].append([datetime(2026, 3, 12, 8, 30)])
    path = saved(tmp_path, book)
    (sheet,) = read_workbook("sheet.xlsx", path.read_bytes())
    assert sheet.sheet.records[0][1] == ("1", "0.1", "2026-03-12", "TRUE", "29%", "x")
    assert sheet.sheet.records[1][1][0] == "2026-03-12 08:30:00"


def test_a_date_where_a_number_was_meant_is_told_with_its_cell(tmp_path: Path) -> None:
    rows = [*ROWS, ["B", "aspirin", date(2026, 3, 12), 40], ["B", "placebo", 5, 41]]
    draft = draft_from(saved(tmp_path, book_of(Data=rows)), WISHES)
    assert draft.untaken[0].place == "sheet Data, row 4, column C (events), B, “2026-03-12”"
    assert "turned the entry into a date" in draft.untaken[0].reason


def test_formulas_are_read_by_their_stored_value_and_told_where_they_have_none(tmp_path: Path) -> None:
    rows = [*ROWS, ["B", "aspirin", 5, "=20+20"], ["B", "placebo", 6, "=20+21"]]
    path = saved(tmp_path, book_of(Data=rows))
    stored_value(path, "20+20", "40")
    draft = draft_from(path, WISHES)
    assert [row["n"] for row in draft.tables["results"]] == ["100", "101", "40"]
    told = {each.place: each.reason for each in draft.untaken}
    assert "no stored value" in told["sheet Data, cell D5"]
    assert any("read by the value that was stored (D4, D5)" in note for note in draft.notes)


def test_merged_cells_are_told_and_a_text_merged_down_holds_for_its_rows(tmp_path: Path) -> None:
    rows = [*ROWS, ["B", "aspirin", 5, 40], [None, "placebo", 6, None]]
    book = book_of(Data=rows)
    book["Data"].merge_cells("A4:A5")
    book["Data"].merge_cells("D4:D5")
    draft = draft_from(saved(tmp_path, book), WISHES)
    assert any("cells are merged (A4:A5, D4:D5)" in note for note in draft.notes)
    assert draft.untaken[0].place == "sheet Data, row 5, column D (n), B"


def test_hidden_rows_and_sheets_are_told(tmp_path: Path) -> None:
    book = book_of(Data=ROWS)
    book["Data"].row_dimensions[3].hidden = True
    draft = draft_from(saved(tmp_path, book), WISHES)
    assert any("hidden rows and columns were read too (3)" in note for note in draft.notes)


def test_sheets_of_a_reviews_tables_are_taken_and_completed(tmp_path: Path) -> None:
    results = [
        ["study_id", "arm_id", "outcome_id", "timepoint", "n", "events", "page"],
        ["A1", "drug", "death", "1 year", 100, 12, "p. 3"],
        ["A1", "placebo", "death", "1 year", 101, 20, "p. 3"],
    ]
    studies = [["study_id", "label", "year"], ["A1", "=Ames", 1999]]
    path = saved(tmp_path, book_of(results=results, Studies=studies, Notes=[["x"]]))
    draft = draft_from(path, WISHES)
    assert draft.tables["studies"][0]["label"] in ("", "'=Ames")
    assert [row["treatment"] for row in draft.tables["arms"]] == ["drug", "placebo"]
    assert draft.tables["outcomes"][0]["kind"] == "binary"
    assert draft.tables["results"][0]["locator"] == "sheet results, row 2"
    places = [each.place for each in draft.untaken]
    assert "sheet results, column G (page)" in places
    assert "sheet Notes" in places
    assert any(note.startswith("Rows were added to arms") for note in draft.notes)


def test_tables_without_a_reference_or_a_kind_ask_for_them(tmp_path: Path) -> None:
    results = [["study_id", "arm_id", "outcome_id", "n"], ["A1", "drug", "death", 100]]
    path = saved(tmp_path, book_of(results=results))
    with pytest.raises(RequestError, match="--kind binary"):
        draft_from(path, WISHES)
    with pytest.raises(RequestError, match="--reference, one of drug"):
        draft_from(path, Wishes(kind="binary"))
    with pytest.raises(InputError, match="neither the sheet results nor contrasts holds a row"):
        draft_from(saved(tmp_path, book_of(results=results[:1])), WISHES)


def changed(path: Path, name: str, old: bytes, new: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as made:
        for entry in source.infolist():
            data = source.read(entry)
            made.writestr(entry, data.replace(old, new, 1) if entry.filename == name else data)
    path.write_bytes(out.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_a_workbook_are_refused(tmp_path: Path, encoding: str) -> None:
    path = saved(tmp_path, book_of(Data=ROWS))
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + sheet
    changed(path, "xl/worksheets/sheet1.xml", sheet.encode(), bomb.encode(encoding))
    with pytest.raises(InputError, match="declares a document type or entities"):
        draft_from(path, WISHES)


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    path = saved(tmp_path, book_of(Data=ROWS))
    changed(path, "xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheet")
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        draft_from(path, WISHES)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(InputError, match="is no zip archive, or is damaged"):
        draft_from(path, WISHES)


def test_a_sheet_that_spans_the_whole_grid_is_refused(tmp_path: Path) -> None:
    book = book_of(Data=ROWS)
    book["Data"]["XFD1048576"] = 1
    with pytest.raises(InputError, match="spans 17,179,869,184 cells"):
        draft_from(saved(tmp_path, book), WISHES)


def test_nothing_is_written_to_the_workbook(tmp_path: Path) -> None:
    path = saved(tmp_path, book_of(Data=ROWS))
    before = path.read_bytes()
    draft_from(path, WISHES)
    assert path.read_bytes() == before
    assert load_workbook(path).sheetnames == ["Data"]


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from metaan.review.imports import workbook

    monkeypatch.setattr(workbook, "MOST_BYTES", 1000)
    with pytest.raises(InputError, match="more than 1,000 bytes of XML"):
        draft_from(saved(tmp_path, book_of(Data=ROWS)), WISHES)

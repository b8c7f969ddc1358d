"""One table value as Markdown, LaTeX and Word, with texts that would like to be markup."""

from __future__ import annotations

import io
import re
from zipfile import ZipFile

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from metaan.report.table_files import table_page
from metaan.tables import latex_text as latex_module
from metaan.tables.latex import to_latex
from metaan.tables.latex_text import latex_text
from metaan.tables.markdown import markdown_text, to_markdown
from metaan.tables.reading import column_shares, flat, for_reading
from metaan.tables.table import Cell, Column, Table
from metaan.tables.word import to_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = (
    "<script>alert(1)</script>",
    "</w:t></w:r><w:br/>",
    "\"double\" and 'single' & “curly”",
    "=cmd|' /C calc'!A0",
    "שלום עולם, مرحبا",
    "👩‍🔬🧪 emoji",
    "\\input{/etc/passwd} $x^2$ 50% #1 a_b ~ | [c] *d* `e`",
    "two\nlines\tand a \x0b control",
    "very long " * 20,
)


def make(*rows: tuple[Cell, ...], notes: tuple[str, ...] = (), columns: int = 2, name: str = "t") -> Table:
    made = (
        Column(name="study", title="Study <b>"),
        Column(name="machine", title="Machine", where="csv"),
        *(Column(name=f"c{i}", title=f"C{i}", numeric=True) for i in range(columns - 1)),
    )
    return Table(id=name, title="A & <title> of 100%", columns=made, rows=rows, notes=notes)


def row(text: str, columns: int = 2) -> tuple[Cell, ...]:
    return (Cell(text), Cell("hidden"), *(Cell("−0.50", -0.5) for _ in range(columns - 1)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_in_word(text: str) -> None:
    document = Document(io.BytesIO(to_docx([(text, [make(row(text), notes=(text,))])], title=text)))
    [table] = document.tables
    assert [cell.text for cell in table.rows[1].cells] == [flat(text), "−0.50"]
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said.count(flat(text)) == 3  # title, heading, note
    assert "A & <title> of 100%" in said


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_one_cell_in_markdown(text: str) -> None:
    lines = to_markdown(make(row(text))).splitlines()
    assert len(lines) == 5
    cells = re.split(r"(?<!\\)(?:\\\\)*\|", lines[4])
    assert len(cells) == 4
    assert not re.search(r"(?<!\\)[<`*_]", lines[4].replace("\\\\", ""))
    assert re.sub(r"\\(.)", r"\1", cells[1]).strip() == flat(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_one_cell_in_latex(text: str) -> None:
    [line] = [
        each
        for each in to_latex(make(row(text))).splitlines()
        if each.endswith(("{-}0.50 \\\\", "\\ensuremath{-}0.50 \\\\"))
    ]
    assert len(re.findall(r"(?<!\\)&", line)) == 1
    assert not re.search(r"(?<!\\)[%#_$]", line)
    assert "\\input" not in line


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_on_its_page(text: str) -> None:
    page = table_page(make(row(text), notes=(text,)))
    assert "<script" not in page
    assert "<w:" not in page
    assert page.count("<tr>") == 3


@pytest.mark.parametrize(
    ("start", "written"),
    [
        ("1. no", "1\\. no"),
        ("12) no", "12\\) no"),
        ("- no", "\\- no"),
        ("=====", "\\====="),
        ("+ a", "\\+ a"),
    ],
)
def test_a_note_begins_no_list_and_no_heading(start: str, written: str) -> None:
    assert to_markdown(make(row("a"), notes=(start,))).splitlines()[-1] == written


@given(st.text())
def test_latex_leaves_no_special_letter_alone(text: str) -> None:
    made = latex_text(text)
    bare = re.sub(r"\{\\['`^~\"][a-zA-Z]\}|\\(?:[a-zA-Z]+(?:\{[^{}]*\})?|[{}$&#_%,])", "", made)
    assert not set(bare.replace("^{", "").replace("_{", "")) & set('\\$&#_%^"<>|`')
    assert not re.search("--|''|,,", bare)


@given(st.text())
def test_markdown_can_be_read_back(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", markdown_text(text)) == flat(text)


@given(st.text(alphabet=st.characters()))
def test_word_takes_any_text(text: str) -> None:
    document = Document(io.BytesIO(to_docx([("R", [make(row(text))])], title="T")))
    assert document.tables[0].rows[1].cells[0].text == flat(text)


def test_columns_for_machines_and_empty_ones_are_left_out() -> None:
    table = make((Cell("a"), Cell("x"), Cell("")))
    assert [column.name for column in for_reading(table).columns] == ["study"]
    assert "hidden" not in to_markdown(make(row("a"))) + to_latex(make(row("a")))


def test_a_word_table_has_caption_description_and_a_repeated_head() -> None:
    made = to_docx([("Results", [make(row("a"))])], title="T")
    [table] = Document(io.BytesIO(made)).tables
    properties = table._tbl.tblPr
    assert properties.find(f"{W}tblCaption").get(f"{W}val") == "A & <title> of 100%"
    assert properties.find(f"{W}tblDescription").get(f"{W}val") == "1 row; columns: Study <b>, C0."
    heads = [each._tr.find(f"{W}trPr/{W}tblHeader") is not None for each in table.rows]
    assert heads == [True, False]


def test_wide_tables_stand_on_landscape_pages() -> None:
    narrow, wide = make(row("a"), name="n"), make(row("a", 12), columns=12, name="w")
    made = Document(io.BytesIO(to_docx([("A", [narrow, wide]), ("B", [narrow])], title="T")))
    widths = [(section.page_width > section.page_height) for section in made.sections]
    assert widths == [False, True, False]


def test_a_word_document_leaves_very_long_tables_to_their_csv() -> None:
    made = Document(io.BytesIO(to_docx([("A", [make(*[row("a")] * 401, name="ledger")])], title="T")))
    assert not made.tables
    assert any("401 rows and is left out here: see ledger.csv" in each.text for each in made.paragraphs)
    kept = Document(io.BytesIO(to_docx([("A", [make(*[row("a")] * 400)])], title="T")))
    assert len(kept.tables[0].rows) == 401


def test_two_word_documents_are_the_same_bytes_and_hold_no_clock() -> None:
    made = [to_docx([("A", [make(row("a"))])], title="T") for _ in range(2)]
    assert made[0] == made[1]
    with ZipFile(io.BytesIO(made[0])) as parts:
        assert {each.date_time for each in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01" in parts.read("docProps/core.xml")
        assert b"python-docx" not in parts.read("docProps/core.xml")


def test_long_latex_tables_repeat_their_head_and_wide_ones_are_turned() -> None:
    long = to_latex(make(*[row("a")] * 31))
    assert long.count("Study \\ensuremath{<}b\\ensuremath{>} & C0 \\\\") == 2
    assert "\\begin{longtable}" in long
    assert "\\begin{landscape}" in to_latex(make(row("a", 12), columns=12))
    assert "\\begin{tabular}{lr}" in to_latex(make(row("a")))


def test_widths_share_the_whole_line() -> None:
    shares = column_shares(for_reading(make(row("a long name of a study"))))
    assert sum(shares) == pytest.approx(1)
    assert shares[0] > shares[1] > 0


def test_links_of_a_page_lead_into_the_report_above_it() -> None:
    table = make(
        (Cell("a", href="#pain"), Cell(""), Cell("1", 1.0)),
        (Cell('<a href="#', href="https://x.org/"), Cell(""), Cell("2", 2.0)),
    )
    page = table_page(table)
    assert '<a href="../report.html#pain">a</a>' in page
    assert '<a href="https://x.org/">&lt;a href=&#34;#</a>' in page


@pytest.mark.parametrize(
    "text",
    ["", "Smith 2001", "0.65", "not judged", "a-b", "a, b", "p < 0.05", "a--b", " a", "a,,b", "a:b=c/d"],
)
def test_what_prints_as_it_stands_is_told_from_the_rest(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quickly = latex_text(text)
    monkeypatch.setattr(latex_module, "PLAIN", re.compile("(?!)"))
    assert latex_text(text) == quickly

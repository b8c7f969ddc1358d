"""The table as CSV and HTML."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaan.tables.table import Cell, Column, Table, number_cell, plain_number, to_csv, to_html

WORDS = Column(name="words", title="Words")
NUMBER = Column(name="value", title="Value", numeric=True)


def make_table(*rows: tuple[Cell, ...], notes: tuple[str, ...] = ()) -> Table:
    return Table(id="t", title="A <title>", columns=(WORDS, NUMBER), rows=rows, notes=notes)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", " =", "\n="])
def test_text_that_a_spreadsheet_would_run_is_escaped(start: str) -> None:
    written = to_csv(make_table((Cell(f"{start}cmd|' /C calc'!A0"), Cell("", None))))
    [_, row] = csv.reader(io.StringIO(written, newline=""))
    assert row[0] == f"'{start}cmd|' /C calc'!A0"


def test_negative_numbers_stay_plain() -> None:
    assert to_csv(make_table((Cell("a"), Cell("−0.50", -0.5)))) == "words,value\na,-0.5\n"


def test_a_numeric_column_has_numbers_or_nothing() -> None:
    rows = [(Cell("a"), Cell("–", float("nan"))), (Cell("b"), Cell("none"))]
    assert to_csv(make_table(*rows)) == "words,value\na,\nb,\n"


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_a_written_number_is_read_back_at_ten_digits(value: float) -> None:
    back = float(plain_number(value))
    assert abs(back - value) <= 1e-9 * abs(value)


def test_a_small_number_is_kept_and_a_residue_is_not() -> None:
    cells = [
        number_cell(6.2e-13, "<0.001"),
        number_cell(1e-17, "0.00", 0.1),
        number_cell(-1e-8, "0.00", 1e-7),
    ]
    assert [plain_number(cell.number) for cell in cells] == ["6.2e-13", "0", "-1e-08"]


def test_no_heading_of_the_csv_is_run_as_a_formula() -> None:
    table = Table(id="t", title="T", columns=(Column(name="=1+1", title="=1+1"),), rows=())
    assert to_csv(table) == "'=1+1\n"


@given(st.text())
def test_any_text_survives_html(text: str) -> None:
    seen = _CellTexts(to_html(make_table((Cell(text), Cell("1", 1.0)))))
    assert seen.tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}


@given(st.text(alphabet=st.characters(blacklist_characters="\r\0", blacklist_categories=["Cs"])))
def test_any_text_survives_csv(text: str) -> None:
    [_, row] = csv.reader(io.StringIO(to_csv(make_table((Cell(text), Cell("1", 1.0)))), newline=""))
    assert row[0].removeprefix("'") == text.removeprefix("'")
    assert not row[0].startswith(("=", "+", "-", "@", "\t"))


def test_html_has_caption_scopes_and_notes() -> None:
    html = to_html(make_table((Cell("a"), Cell("1", 1.0)), notes=("Note & note.",)))
    assert "<caption>A &lt;title&gt;</caption>" in html
    assert html.count('scope="col"') == 2
    assert '<th scope="row">a</th><td class="number">1</td>' in html
    assert '<td colspan="2"><div class="foot">Note &amp; note.</div></td>' in html


def test_anchor_names_the_row() -> None:
    html = to_html(make_table((Cell("a", anchor="results-14"), Cell("1", 1.0))))
    assert '<tr id="results-14"><th scope="row">a</th>' in html


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "//evil", " https://x", "file:///x"]
)
def test_only_web_addresses_and_anchors_are_followed(href: str) -> None:
    assert "<a" not in to_html(make_table((Cell("a", href=href), Cell("1", 1.0))))


def test_a_link_is_escaped() -> None:
    html = to_html(make_table((Cell("a", href='https://x/"onclick="y'), Cell("1", 1.0))))
    assert 'href="https://x/&#34;onclick=&#34;y"' in html


def test_columns_for_one_form_only() -> None:
    columns = (
        WORDS,
        Column(name="log", title="Log", numeric=True, where="csv"),
        Column(name="x", title="X", where="html"),
    )
    table = Table(id="t", title="T", columns=columns, rows=((Cell("a"), Cell("0.1", 0.1), Cell("shown")),))
    assert to_csv(table) == "words,log\na,0.1\n"
    assert "Log" not in to_html(table)
    assert "shown" in to_html(table)


class _CellTexts(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.add(tag)


def test_an_estimate_is_marked_so_that_it_is_not_broken_over_lines() -> None:
    cells = ("0.34 (−0.17 to 0.51)", "0.07 to ∞", "Wald", "2 arms to 3")
    columns = (Column(name="a", title="A"), Column(name="b", title="B"))
    marked = [
        'class="estimate"'
        in to_html(Table(id="t", title="T", columns=columns, rows=((Cell("x"), Cell(text)),)))
        for text in cells
    ]
    assert marked == [True, True, False, False]

"""Two versions of an output are compared as a reader would: numbers, texts, pictures."""

from __future__ import annotations

import io
import json
import zlib

import numpy as np
import pytest
from PIL import Image

from metaan.figures.drawing import Drawing, render, sheet_drawing
from metaan.figures.sheet import Sheet, Words
from metaan.report.compare import compare_file
from metaan.report.manifest import checksums
from metaan.report.verify import compare_reports

THIRD = 0.3333333333


def places(name: str, old: bytes, new: bytes) -> list[str]:
    return [found.place for found in compare_file(name, old, new)]


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("factor", [1 + 1e-11, 1 + 9e-9, 1 - 9e-9])
def test_last_digits_do_not_count(factor: float) -> None:
    assert places("results.json", as_json({"a": [THIRD]}), as_json({"a": [THIRD * factor]})) == []
    assert places("tables/a.csv", b"x\n0.3333333333\n", f"x\n{THIRD * factor!r}\n".encode()) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ({"a": {"b": [1.0, 2.0]}}, {"a": {"b": [1.0, 2.0000001]}}, "a.b[1]"),
        ({"a": 1.0}, {"a": None}, "a"),
        ({"a": 1.0}, {}, "a"),
        ({}, {"a": None}, "a"),
        ({"a": [1]}, {"a": [1, 2]}, "a[1]"),
        ({"a": "text"}, {"a": "other"}, "a"),
        ({"a": True}, {"a": 1}, "a"),
        ({"a": []}, {"a": {}}, "a"),
    ],
)
def test_a_changed_number_is_found_with_its_path(old: object, new: object, place: str) -> None:
    assert places("results.json", as_json(old), as_json(new)) == [place]


def test_a_changed_cell_is_found_with_row_and_column() -> None:
    old, new = b"study,rr\na,1.5\nb,2\n", b"study,rr\na,1.5\nb,3\n"
    assert places("tables/a.csv", old, new) == ["row 3, column rr"]
    assert places("tables/a.csv", old, old.replace(b"b,2", b"c,2")) == ["row 3, column study"]
    assert places("tables/a.csv", old, b"study,rr\na,1.5\n") == ["row 3, column study", "row 3, column rr"]
    assert places("tables/a.csv", old, old.replace(b"rr", b"or")) == ["header"]


def test_data_must_be_exact_copies() -> None:
    assert places("data/results.csv", b"n\n1.0\n", b"n\n1\n") == [""]


def test_svg_positions_have_a_tolerance_and_texts_have_none() -> None:
    svg = b'<svg><clipPath id="a-p12ab"/><g clip-path="url(#a-p12ab)"><text x="10.5">RR 1.5</text></g></svg>'
    assert places("figures/a.svg", svg, svg.replace(b"10.5", b"10.51").replace(b"p12ab", b"pff99c1")) == []
    assert places("figures/a.svg", svg, svg.replace(b"10.5", b"11.5")) == ["drawing: position or size"]
    assert places("figures/a.svg", svg, svg.replace(b"RR", b"OR")) == ["drawing: texts"]
    assert places("figures/a.svg", svg, svg.replace(b"1.5<", b"1.51<")) == ["drawing: texts"]
    assert places("figures/a.svg", svg, svg.replace(b"<g", b"<h")) == ["drawing: marks"]


def picture(value: int, size: tuple[int, int] = (20, 10)) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((*size, 3), value, dtype=np.uint8)).save(buffer, "png")
    return buffer.getvalue()


def test_png_pixels_have_a_tolerance_and_size_has_none() -> None:
    assert places("figures/a.png", picture(100), picture(101)) == []
    assert places("figures/a.png", picture(100), picture(110)) == ["pixels"]
    assert places("figures/a.png", picture(100), picture(100, (10, 20))) == ["size in pixels"]


def pdf(command: bytes, box: bytes = b"0 0 100 50") -> bytes:
    stream = zlib.compress(command)
    return b"%PDF-1.4\n/MediaBox [ " + box + b" ]\nstream\n" + stream + b"\nendstream\n"


def test_pdf_page_is_compared() -> None:
    assert places("figures/a.pdf", pdf(b"10 20 m (RR) Tj"), pdf(b"10.001 20 m (RR) Tj")) == []
    assert places("figures/a.pdf", pdf(b"10 20 m"), pdf(b"11 20 m")) == ["page: position or size"]
    assert places("figures/a.pdf", pdf(b"(1.50) Tj"), pdf(b"(1.51) Tj")) == ["page: texts"]
    assert places("figures/a.pdf", pdf(b"10 20 m"), pdf(b"10 20 l")) == ["page: marks"]
    assert places("figures/a.pdf", pdf(b"m"), pdf(b"m", b"0 0 90 50")) == ["page size"]


def test_the_text_of_a_real_pdf_is_compared() -> None:
    first, second = (render(words(text), "pdf") for text in ("RR 1.50 (1.20)", "RR 1.51 (1.20)"))
    assert places("figures/a.pdf", first, first) == []
    assert places("figures/a.pdf", first, second) == ["page: texts"]


def words(text: str) -> Drawing:
    line = Words(x=10, y=20, text=text, size=9)
    sheet = Sheet(width=200, height=50, words=(line,), lines=(), shapes=())
    return sheet_drawing(sheet, id="a", title="A", alt="A", description="A")


def test_a_long_text_is_shown_around_what_differs() -> None:
    old, new = "a" * 500 + "X" + "b" * 500 + "\n", "a" * 500 + "Y" + "b" * 500 + "\n"
    [found] = compare_file("methods.md", old.encode(), new.encode())
    assert found.old == "…" + "a" * 30 + "X" + "b" * 69 + "…"
    assert found.new == "…" + "a" * 30 + "Y" + "b" * 69 + "…"


def test_html_is_compared_without_its_pictures() -> None:
    page = b"<p>RR 1.5</p>\n<svg><path d='1'/></svg>\n<img src='data:image/png;base64,AAAA'>\n"
    assert places("report.html", page, page.replace(b"d='1'", b"d='2'").replace(b"AAAA", b"BBBB")) == []
    assert places("report.html", page, page.replace(b"1.5", b"1.6")) == ["line 1"]


def test_a_line_that_came_in_is_one_difference() -> None:
    old, new = "".join(f"line {n}\n" for n in range(50)), "".join(f"line {n}\n" for n in range(50))
    new = new.replace("line 20\n", "line 20\nnew\n")
    [found] = compare_file("methods.md", old.encode(), new.encode())
    assert (found.place, found.old, found.new) == ("line 22", "", "new")


def test_a_version_of_the_programs_does_not_count() -> None:
    old, new = b"With numpy 2.0.1 and Python 3.11.4.\n", b"With numpy 2.1.0 and Python 3.12.0.\n"
    versions = (("numpy", "2.0.1"), ("python", "3.11.4"), ("numpy", "2.1.0"), ("python", "3.12.0"))
    assert list(compare_file("methods.md", old, new, versions)) == []
    assert places("methods.md", old, new) == ["line 1"]


@pytest.mark.parametrize("name", ["results.json", "figures/a.png", "tables/a.csv", "report.html"])
def test_a_broken_file_is_a_difference_not_a_crash(name: str) -> None:
    [found] = compare_file(name, b"\xff\xfe{", b"{}\n")
    assert found.file == name


def report_of(**changed: bytes) -> dict[str, bytes]:
    files = {"results.json": b'{"a": 1.0}', "page": b"page\n", **changed}
    return {**files, "SHA256SUMS": checksums(files), "environment.json": b"{}"}


def test_the_same_bytes_are_identical() -> None:
    found = compare_reports(report_of(), {**report_of(), "environment.json": b'{"python": "9"}'})
    assert (found.tier, found.differences, found.files) == ("identical", (), 4)


def test_equal_numbers_are_equivalent() -> None:
    found = compare_reports(report_of(), report_of(**{"results.json": b'{"a": 1.000000000000001}'}))
    assert (found.tier, found.differences) == ("equivalent", ())


@pytest.mark.parametrize(
    ("change", "file", "old"),
    [
        ({"page": b"page \n"}, "page", "changed since it was written"),
        ({"extra.txt": b""}, "extra.txt", "extra"),
    ],
)
def test_tampering_is_found(change: dict[str, bytes], file: str, old: str) -> None:
    found = compare_reports({**report_of(), **change}, report_of())
    assert found.tier == "different"
    assert (found.differences[0].file, found.differences[0].old) == (file, old)


def test_tampering_that_looks_the_same_is_found() -> None:
    tampered = {**report_of(), "results.json": b'{"a": 1.00}'}
    assert compare_reports(tampered, report_of()).tier == "different"


def test_a_missing_file_is_found() -> None:
    old = report_of()
    del old["page"]
    found = compare_reports(old, report_of())
    assert {d.file for d in found.differences} == {"page"}
    assert found.tier == "different"


def test_tampering_with_the_sums_too_is_found_by_the_numbers() -> None:
    found = compare_reports(report_of(**{"results.json": b'{"a": 1.5}'}), report_of())
    assert [(d.file, d.place, d.old, d.new) for d in found.differences] == [
        ("results.json", "a", "1.5", "1.0")
    ]


def test_a_rewritten_sum_file_alone_is_found() -> None:
    tampered = {**report_of(), "SHA256SUMS": report_of()["SHA256SUMS"].replace(b"page", b"pige")}
    found = compare_reports(tampered, report_of())
    assert found.tier == "different"
    assert {d.file for d in found.differences} == {"page", "pige"}

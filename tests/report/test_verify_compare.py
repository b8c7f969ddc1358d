"""Two versions of an output are compared as a reader would: numbers, texts, pictures."""

from __future__ import annotations

import io
import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pytest
from fontTools.ttLib import TTFont
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from metaan.figures.drawing import Drawing, render, sheet_drawing
from metaan.figures.fonts import drawing_font
from metaan.figures.sheet import Sheet, Words
from metaan.report.compare import STREAM, compare_file
from metaan.report.manifest import checksums, sha256
from metaan.report.verify import compare_reports

if TYPE_CHECKING:
    from collections.abc import Callable

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
    assert places("figures/a.pdf", pdf(b"m"), pdf(b"m", b"0 0 90 50")) == ["document: position or size"]


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


def test_pictures_of_the_page_are_compared_as_drawings() -> None:
    page = b"<p>RR 1.5</p>\n<svg/>\n<svg><path d='M 1 2'/><text>0.63</text></svg>\n<p>end</p>\n"
    page = page.replace(b"<svg/>", b"<svg></svg>")
    assert places("report.html", page, page.replace(b"M 1 2", b"M 1.01 2")) == []
    assert places("report.html", page, page.replace(b"1.5", b"1.6")) == ["line 1"]
    assert places("report.html", page, page.replace(b"M 1 2", b"M 1 3")) == [
        "picture 2, drawing: position or size"
    ]
    assert places("report.html", page, page.replace(b"0.63", b"0.36")) == ["picture 2, drawing: texts"]
    script = page.replace(b"<text>", b"<script>x</script><text>")
    assert places("report.html", page, script) == ["picture 2, drawing: texts"]
    assert places("report.html", page, page.replace(b"<p>end", b"<svg></svg><p>end")) == ["line 4"]


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


@pytest.fixture(scope="module")
def drawn() -> tuple[bytes, bytes]:
    lines = [Words(x=10, y=15 + 12 * n, text=f"Study {n} 0.63 (0.40 to 1.00)", size=9) for n in range(20)]
    sheet = Sheet(width=300, height=260, words=tuple(lines), lines=(), shapes=())
    drawing = sheet_drawing(sheet, id="a", title="Risk ratio", alt="A", description="A")
    return render(drawing, "png"), render(drawing, "pdf")


def repainted(png: bytes, change: Callable[[np.ndarray], None]) -> bytes:
    with Image.open(io.BytesIO(png)) as image:
        pixels, notes = np.array(image.convert("RGB")), PngInfo()
        for key, text in image.text.items():
            notes.add_itxt(key, text)
        dpi = image.info["dpi"]
    change(pixels)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png", pnginfo=notes, dpi=dpi)
    return buffer.getvalue()


def whiten(pixels: np.ndarray) -> None:
    rows, columns = np.nonzero(pixels[:, :, 0] < 60)
    middle = len(rows) // 2
    pixels[rows[middle] - 5 : rows[middle] + 5, columns[middle] - 5 : columns[middle] + 5] = 255


def lighten(pixels: np.ndarray) -> None:
    pixels[pixels < 255] += 1


def test_a_patch_taken_out_of_a_png_is_found(drawn: tuple[bytes, bytes]) -> None:
    png, _ = drawn
    assert places("figures/a.png", png, repainted(png, lighten)) == []
    assert places("figures/a.png", png, repainted(png, whiten)) == ["pixels"]


def test_what_stands_around_the_pixels_of_a_png_is_compared(drawn: tuple[bytes, bytes]) -> None:
    png, _ = drawn
    assert places("figures/a.png", png, png + b"junk") == ["texts"]
    assert places("figures/a.png", png, png.replace(b"Risk ratio", b"Odds ratio")) == ["texts"]
    assert places("figures/a.png", png, png[:-12]) == [""]


def test_what_stands_around_the_page_of_a_pdf_is_compared(drawn: tuple[bytes, bytes]) -> None:
    _, pdf = drawn
    assert b"(Risk ratio)" in pdf
    action = b"\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /OpenAction 3 0 R >>\nendobj\n%%EOF\n"
    for tampered in (
        pdf + action,
        pdf + b"junk",
        pdf.replace(b"(Risk ratio)", b"(Odds ratio)"),
        pdf.replace(b"/Type /Catalog", b"/OpenAction 3 0 R /Type /Catalog"),
        pdf.replace(b"\nendstream", b"junk\nendstream", 1),
    ):
        assert places("figures/a.pdf", tampered, pdf) != []


def test_the_packing_of_a_pdf_does_not_count(drawn: tuple[bytes, bytes]) -> None:
    _, pdf = drawn
    [page] = [s for s in STREAM.findall(pdf) if b"BT\n" in zlib.decompress(s)]
    loose = zlib.compress(zlib.decompress(page), 1)
    assert len(loose) != len(page)
    length = f"/Length {len(page)} ".encode()
    assert length in pdf
    packed = pdf.replace(page, loose).replace(length, f"/Length {len(loose)} ".encode())
    assert places("figures/a.pdf", pdf, packed) == []


def test_a_digit_drawn_as_another_is_found(drawn: tuple[bytes, bytes]) -> None:
    _, pdf = drawn
    [packed] = [s for s in STREAM.findall(pdf) if zlib.decompress(s).startswith(b"\0\1\0\0")]
    font, whole = TTFont(io.BytesIO(zlib.decompress(packed))), TTFont(drawing_font("01"))
    zero, one = (font.getGlyphName(whole.getGlyphID(whole.getBestCmap()[ord(digit)])) for digit in "01")
    font["glyf"][zero] = font["glyf"][one]
    buffer = io.BytesIO()
    font.save(buffer)
    tampered = pdf.replace(packed, zlib.compress(buffer.getvalue()))
    assert places("figures/a.pdf", tampered, pdf) == ["fonts"]


def test_other_shapes_in_an_embedded_font_are_found() -> None:
    font = Path(mpl.get_data_path()) / "fonts/ttf"
    normal, bold = ((font / name).read_bytes() for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"))
    assert places("figures/a.pdf", pdf(normal), pdf(bold)) == ["fonts"]
    assert places("figures/a.pdf", pdf(normal), pdf(normal + b"\0")) == []


@pytest.mark.parametrize(
    "old",
    [
        b'{"a": 1.5, "a": 1.0}',
        b'{"a": NaN}',
        b'{"a": 1.0, "metaan": "0"}',
        b'{"a": 1.0, "sha256": ""}',
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": 1' + b"0" * 400 + b"}",
    ],
)
def test_json_that_says_more_or_otherwise_is_different(old: bytes) -> None:
    assert compare_reports(report_of(**{"results.json": old}), report_of()).tier == "different"


def test_nan_and_infinity_are_no_equal_numbers() -> None:
    assert places("tables/a.csv", b"x\nnan\n", b"x\ninf\n") == ["row 2, column x"]


def test_digests_in_a_manifest_follow_but_must_be_true() -> None:
    entry = {"path": "page", "sha256": sha256(b"page\n"), "bytes": 5}
    listed = {"metaan": "1", "outputs": [entry]}
    true = report_of(**{"manifest.json": as_json(listed)})
    other = report_of(**{"manifest.json": as_json({**listed, "metaan": "2"})})
    assert compare_reports(true, other).tier == "equivalent"
    entry["sha256"] = "0" * 64
    false = report_of(**{"manifest.json": as_json(listed)})
    assert [d.file for d in compare_reports(false, true).differences] == ["manifest.json"]
    del entry["sha256"]
    short = report_of(**{"manifest.json": as_json(listed)})
    assert compare_reports(short, true).tier == "different"


def test_an_environment_cannot_excuse_words_that_are_no_program() -> None:
    old = report_of(page=b"RR 0.63\n") | {
        "environment.json": as_json(
            {"metaan": "0.1.0", "python": "3.11.4", "packages": {"RR": "0.63", "rr": "0.36"}}
        )
    }
    new = report_of(page=b"RR 0.36\n") | {
        "environment.json": as_json({"metaan": "0.1.0", "python": "3.11.4", "packages": {}})
    }
    assert [d.file for d in compare_reports(old, new).differences] == ["page"]


@pytest.mark.parametrize("environment", [b"[" * 100_000, b"{}", b'{"metaan": 1, "python": 2, "packages": 3}'])
def test_a_broken_environment_is_no_crash(environment: bytes) -> None:
    assert compare_reports(report_of() | {"environment.json": environment}, report_of()).tier == "identical"


def test_what_no_report_holds_is_found() -> None:
    found = compare_reports(report_of(), report_of(), {"link": "a link that leads to no file"})
    assert found.tier == "different"
    assert [d.file for d in found.differences] == ["link"]

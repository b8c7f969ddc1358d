"""Files that are broken, foreign or malicious: named or shown as harmless text, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metaan.review.catalogue import CATALOGUE
from metaan.review.check import check_file, check_review
from metaan.review.plan_file import read_plan
from metaan.review.problems import render_json, render_text
from metaan.review.read import read_review
from metaan.review.sheet import read_sheet

CLEAN = Path(__file__).parent / "fixtures" / "clean"
FILES = sorted(path.name for path in CLEAN.iterdir())


def codes(folder: Path) -> list[str]:
    problems = check_review(folder)
    json.loads(render_json(problems))
    render_text(problems, folder).encode("utf-8")
    return [p.code for p in problems]


def rewrite(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    data = path.read_bytes()
    assert old.encode() in data
    path.write_bytes(data.replace(old.encode(), new.encode(), 1))


def test_byte_order_marks_and_mixed_line_ends_are_accepted(clean: Path) -> None:
    for name in FILES:
        data = (clean / name).read_bytes()
        lines = data.split(b"\n")
        ends = [b"\r\n" if i % 2 else b"\n" for i in range(len(lines))]
        mixed = b"".join(line + end for line, end in zip(lines, ends, strict=True))
        (clean / name).write_bytes(b"\xef\xbb\xbf" + (mixed if name != "studies.csv" else data))
    assert codes(clean) == []
    assert len(read_review(clean).tables["results"]) == 11


def test_old_macintosh_line_ends(clean: Path) -> None:
    data = (clean / "results.csv").read_bytes()
    (clean / "results.csv").write_bytes(data.replace(b"\n", b"\r"))
    assert codes(clean) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_named_once_and_read_on(clean: Path, encoding: str) -> None:
    text = (clean / "results.csv").read_text(encoding="utf-8").replace("3.1,2.0", "3.1,-2.0", 1)
    (clean / "results.csv").write_bytes(text.encode(encoding))
    assert codes(clean) == ["D006", "D011"]


def test_a_semicolon_file_with_decimal_commas_names_both(clean: Path) -> None:
    text = (clean / "results.csv").read_text(encoding="utf-8")
    start, _, rest = text.replace(",", ";").replace("3.1;2.0", "3,1;2,0", 1).partition("\n")
    (clean / "results.csv").write_text(f"{start}\n{rest}", encoding="utf-8")
    assert codes(clean) == ["D005", "D007", "D007"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1e999", "D010"),
        ("9" * 400, "D010"),
        ("9" * 5000, "D010"),
        ("1e400000000000", "D010"),
        ("inf", "D010"),
        ("nan", "D010"),
        ("1_000", "D010"),
        ("１２", "D010"),
        ("0x1F", "D010"),
        ("5-10", "D010"),
        ("12*", "D010"),
        ("1.0e", "D010"),
        ("<= 0.18", "D010"),
        ("−2.0", "D010"),
        ("n/a", "D010"),
        ("=cmd|' /C calc'!A0", "D010"),
        ("<b>2</b>", "D010"),
        ("50%", "D010"),
        ("10-May", "D010"),
        ('"2,0"', "D007"),
        ('"1,234.5"', "D007"),
        ("-1", "D011"),
        ("2.0\x00", "D008"),
    ],
)
def test_numbers_that_are_none(clean: Path, cell: str, code: str) -> None:
    rewrite(clean, "results.csv", "3.1,2.0,", f"3.1,{cell},")
    found = check_review(clean)
    assert code in {p.code for p in found}
    first = next(p for p in found if p.code == code)
    assert (first.file, first.row, first.column, first.letter) == ("results.csv", 2, "sd", "K")
    assert len(render_text(found, clean)) < 10_000


@pytest.mark.parametrize("cell", ["NR", "NA", ""])
def test_numbers_that_are_not_there_may_say_why(clean: Path, cell: str) -> None:
    rewrite(clean, "studies.csv", ",2001,80,", f",2001,{cell},")
    assert codes(clean) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("=cmd|' /C calc'!A0", []),
        ("@SUM(1+1)*cmd|' /C calc'!A0", []),
        ("<script>alert(1)</script> & <b>Alpha</b>", []),
        ("A" * 200, []),
        ("👩‍⚕️ Álpha 2001 🧪", ["D035"]),  # PDF and PNG show a box where the typeface has no emoji
        ("محاولة أولى", []),
        ("{{ 7 * 7 }} %s {0} $(rm -rf /)", []),
        ("../../etc/passwd", []),
    ],
)
def test_strange_names_are_harmless_text(clean: Path, name: str, told: list[str]) -> None:
    rewrite(clean, "studies.csv", "Alpha 2001", '"' + name.replace('"', '""') + '"')
    assert codes(clean) == told
    assert read_review(clean).tables["studies"][0].text["label"] == name


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+SUM(1,2)", "@x 2001", "-2+3 2009"])
def test_the_apostrophe_that_stops_a_formula_is_no_part_of_a_name(clean: Path, name: str) -> None:
    rewrite(clean, "studies.csv", "Alpha 2001", f'"\'{name}"')
    assert codes(clean) == []
    assert read_review(clean).tables["studies"][0].text["label"] == name


@pytest.mark.parametrize("name", ["'t Hooft 2001", "''s-Graven 2003", "O'Brien = 2001"])
def test_an_apostrophe_that_belongs_to_a_name_stays(clean: Path, name: str) -> None:
    rewrite(clean, "studies.csv", "Alpha 2001", f'"{name}"')
    assert read_review(clean).tables["studies"][0].text["label"] == name


def test_hidden_characters_that_turn_text_round_are_named(clean: Path) -> None:
    rewrite(clean, "studies.csv", "Alpha 2001", "Alpha \u202e1002")
    assert codes(clean) == ["D008"]


def test_nul_bytes_escape_sequences_and_tabs(clean: Path) -> None:
    rewrite(clean, "excluded.csv", "Eta 1999", "Eta\x00 \x1b]0;x\x07 1999")
    assert codes(clean) == ["D008"]


def test_an_unterminated_quotation_is_named_where_it_begins(clean: Path) -> None:
    rewrite(clean, "arms.csv", "beta,b,ibuprofen,400 mg", 'beta,b,ibuprofen,"400 mg')
    found = [(p.code, p.row, p.letter) for p in check_review(clean) if p.file == "arms.csv"]
    assert ("D009", 5, "D") in found


def test_text_after_a_closing_quotation_mark(clean: Path) -> None:
    rewrite(clean, "excluded.csv", "Chronic pain.", '"Chronic" pain.')
    assert [(p.code, p.row) for p in check_review(clean)] == [("D009", 2)]


def test_a_cell_of_a_megabyte(clean: Path) -> None:
    rewrite(clean, "excluded.csv", "Chronic pain.", "x" * 1_000_000)
    assert codes(clean) == ["D009"]


def test_long_and_short_rows_and_blank_ones(clean: Path) -> None:
    (clean / "missing.csv").write_text("study_id,label\n\nz\nz2,Z,more\n,\nz3,Z3,\n", encoding="utf-8")
    found = [(p.code, p.row, p.letter) for p in check_review(clean)]
    assert found == [("D009", 3, "A"), ("D009", 4, "C")]


def test_a_spreadsheet_that_left_empty_columns_and_a_blank_first_row(clean: Path) -> None:
    (clean / "missing.csv").write_text(",,,\nstudy_id,label,,\nz,Z,,\n", encoding="utf-8")
    assert codes(clean) == []


def test_a_folder_where_a_file_should_be(clean: Path) -> None:
    for name in ("arms.csv", "review.toml"):
        (clean / name).unlink()
        (clean / name).mkdir()
    assert set(codes(clean)) == {"C001", "D001"}
    assert [p.code for p in check_file(clean)] == ["D001"]


@pytest.mark.parametrize("name", ["arms.csv", "review.toml"])
def test_a_file_that_cannot_be_read(clean: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == name:
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    found = check_review(clean)[0]
    assert found.code in ("C001", "D001")
    assert "cannot be read: Permission denied" in found.message


def test_a_dangling_link(clean: Path) -> None:
    (clean / "flow.csv").unlink()
    (clean / "flow.csv").symlink_to(clean / "nowhere.csv")
    assert codes(clean) == ["D001"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "schema = 1",
        "schema = 2\n[review]\n",
        "[[review]]\n",
        "review = 3",
        "analysis = 'x'",
        "schema = 1\n[review]\ntitle = 3\n[analysis]\nid = 'x'\n",
        "a = " + "[" * 3000,
        "schema = 1e400\n",
        "\x00",
        "schema = 1\nschema = 2",
        "[review\n",
    ],
)
def test_plans_that_are_none(clean: Path, text: str) -> None:
    (clean / "review.toml").write_text(text, encoding="utf-8")
    assert all(code.startswith("C") for code in codes(clean))
    assert codes(clean)


def test_a_plan_in_another_encoding(clean: Path) -> None:
    (clean / "review.toml").write_bytes("title = 'é'".encode("cp1252"))
    assert codes(clean) == ["C002"]


PIECES = [
    b",",
    b"\n",
    b"\r",
    b'"',
    b";",
    b"\x00",
    b"\xff",
    b"-",
    b"1e999",
    b"=",
    b"\xe2\x80\xae",
    b"  ",
    b"[",
    b"NaN",
]
MUTATION = st.tuples(
    st.sampled_from(FILES),
    st.integers(0, 2**31),
    st.integers(0, 40),
    st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)),
)


def mutated(folder: Path, changes: list[tuple[str, int, int, bytes]]) -> None:
    for name in FILES:
        data = (CLEAN / name).read_bytes()
        for target, spot, length, piece in changes:
            if target == name:
                start = spot % (len(data) + 1)
                data = data[:start] + piece + data[start + length :]
        (folder / name).write_bytes(data)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=st.lists(MUTATION, min_size=1, max_size=5))
def test_mutated_reviews_give_problems_and_nothing_else(
    clean: Path, changes: list[tuple[str, int, int, bytes]]
) -> None:
    mutated(clean, changes)
    problems = check_review(clean)
    assert {p.code for p in problems} <= CATALOGUE.keys()
    render_text(problems, clean).encode("utf-8")
    json.loads(render_json(problems))
    for name in FILES:
        if name.endswith(".csv"):
            found = check_file(clean / name)
            render_text(found, clean).encode("utf-8")
    if not any(p.severity == "error" for p in problems):
        read_review(clean)


SWAP = st.tuples(
    st.sampled_from([n for n in FILES if n.endswith(".csv")]), st.integers(0, 999), st.integers(0, 99)
)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    changes=st.lists(
        st.tuples(SWAP, st.sampled_from(["", "0", "-1", "1e-300", "1e14", "x", "placebo", "pool"])),
        max_size=6,
    )
)
def test_cells_of_any_content_give_problems_and_nothing_else(
    clean: Path, changes: list[tuple[tuple[str, int, int], str]]
) -> None:
    mutated(clean, [])
    for (name, row, column), cell in changes:
        lines = (clean / name).read_text(encoding="utf-8").split("\n")
        cells = lines[row % len(lines)].split(",")
        cells[column % len(cells)] = cell
        lines[row % len(lines)] = ",".join(cells)
        (clean / name).write_text("\n".join(lines), encoding="utf-8")
    problems = check_review(clean)
    render_text(problems, clean)
    assert {p.code for p in problems} <= CATALOGUE.keys()
    for name in ("results.csv", "contrasts.csv"):
        check_file(clean / name)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes_can_be_looked_at(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    problems = check_file(path)
    render_text(problems, tmp_path).encode("utf-8")
    assert read_sheet(path).data == data
    path = tmp_path / "review.toml"
    path.write_bytes(data)
    assert read_plan(path)[0] is None

"""Whatever stands in a file: a review without broken keys, or a message; never a crash."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metaan.errors import InputError
from metaan.review.check import check_review
from metaan.review.imports.facts import Wishes
from metaan.review.imports.source import draft_from
from metaan.starting.place import write_new_folder
from metaan.starting.written import draft_files

STATED = {"D018", "D019", "D016", "D028", "D031"}
"""What a file may truly have: no direction, several times, a row twice."""
CELL = st.one_of(
    st.sampled_from(
        ["", "NA", "5", "12", "100", "5,5", "1,234", "-1", "0", "1e3", "=1", "a", "b", "p", "<b>", "ü"]
    ),
    st.text(max_size=6),
)
HEADERS = (
    ("study", "treatment", "events", "n", "outcome", "note"),
    ("Study", "T.1", "N.1", "R.1", "T.2", "N.2", "R.2"),
    ("slab", "ai", "n1i", "ci", "n2i", "year"),
    ("study", "m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
    ("studlab", "treat1", "treat2", "TE", "seTE", "n1", "n2"),
    ("study", "yi", "vi", "label", "doi"),
)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, str]:
    header = draw(st.sampled_from(HEADERS))
    rows = draw(st.lists(st.tuples(*[CELL] * len(header)), min_size=1, max_size=6))
    between = draw(st.sampled_from([",", ";", "\t"]))
    lines = [between.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [header, *rows]]
    measure = "OR" if "TE" in header or "yi" in header else ""
    return "\n".join(lines).encode("utf-8", "surrogatepass"), measure


@given(files(), st.sampled_from(["", "p"]))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_plain_file_gives_a_sound_review_or_a_message(made: tuple[bytes, str], reference: str) -> None:
    data, measure = made
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(data)
        try:
            draft = draft_from(path, Wishes(measure=measure, reference=reference))
        except InputError:
            return
        write_new_folder(Path(folder) / "review", draft_files(draft, ()))
        errors = [p for p in check_review(Path(folder) / "review") if p.severity == "error"]
        assert [p for p in errors if p.code not in STATED] == []


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"<?xml version='1.0'?>", b"\xff\xfe"]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_a_message(data: bytes, start: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any"
        path.write_bytes(start + data)
        with suppress(InputError):
            draft_from(path, Wishes(measure="OR"))

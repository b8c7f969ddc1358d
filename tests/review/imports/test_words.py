"""Texts, numbers and ids of an import."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaan.review.imports.words import Ids, harmless, number_text, plain_text
from metaan.review.sheet import FORBIDDEN


@given(st.text())
def test_no_text_keeps_what_cannot_be_seen_or_would_run(text: str) -> None:
    made = harmless(text)
    assert not FORBIDDEN.search(made)
    assert not made.startswith(("=", "@"))
    assert "\n" not in made
    assert harmless(made) == made


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_from_its_text(value: float) -> None:
    assert float(number_text(value)) == value


@given(st.lists(st.text(max_size=30), max_size=20))
def test_ids_are_plain_and_differ_whatever_the_labels(labels: list[str]) -> None:
    for make in ("study", "arm", "outcome", "analysis"):
        ids = Ids()
        made = [getattr(ids, make)(label) for label in labels]
        assert len({name.casefold() for name in made}) == len(labels)
        assert all(name.isascii() and name and not set(name) & set("./\\ <>'\"") for name in made)


@pytest.mark.parametrize(
    ("label", "expected"),
    [("../../etc/passwd", "etcpasswd"), ("Ames 1999", "Ames1999"), ("Börg", "Borg"), ("שלום", "study")],
)
def test_a_study_id_is_made_of_letters_and_digits(label: str, expected: str) -> None:
    assert Ids().study(label) == expected


def test_a_long_text_is_cut_where_it_says_so() -> None:
    assert plain_text("a" * 300, 200).endswith(" …")
    assert len(plain_text("a" * 300, 200)) == 200

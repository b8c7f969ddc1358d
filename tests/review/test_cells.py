from __future__ import annotations

import pytest

from metaan.review.cells import Fault, parse_number

COUNTS = [
    ("1,000", "D007", "write 1000, without a thousands separator."),
    ("12 345", "D007", "write 12345, without a thousands separator."),
    ("1.000", "D007", "write 1000, without a thousands separator."),
    ("1.234.567", "D007", "write 1234567, without a thousands separator."),
    ("12,5", "D007", "write a whole number, without separators; look it up in the source."),
    ("0.5", "D011", "look the figure up in the source and retype it."),
]

FIGURES = [
    ("1,000", "D007", "write 1000, or 1.000 where the comma is a decimal one."),
    ("1,234.5", "D007", "write 1234.5, without a thousands separator."),
    ("2,05", "D007", "write a decimal point and no thousands separator, such as 2.05."),
    ("=cmd|' /C calc'!A0", "D010", "a formula is not a number: write the number that it gives."),
    ("=A1/2", "D010", "a formula is not a number: write the number that it gives."),
    ("<b>3</b>", "D010", "keep the number only, without the marks of a web page."),
    (
        "<= 0.18",
        "D010",
        "put the sign into the column for it (qualifier, p_qualifier) and only the number here.",
    ),
    ("1e-400", "D010", "look the figure up in the source and retype it."),
]


def told(kind: str, text: str) -> tuple[str, str]:
    found = parse_number("x", kind, text)
    assert isinstance(found, Fault)
    return found.code, found.help


@pytest.mark.parametrize(("text", "code", "cure"), COUNTS)
def test_a_count_that_is_none_gets_a_cure_that_does_no_harm(text: str, code: str, cure: str) -> None:
    assert told("size", text) == (code, cure)


@pytest.mark.parametrize(("text", "code", "cure"), FIGURES)
def test_a_figure_that_is_none_gets_its_own_cure(text: str, code: str, cure: str) -> None:
    assert told("spread", text) == (code, cure)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("size", "1000", 1000), ("size", "12.0", 12), ("number", "1.000", 1.0), ("number", "0e-999", 0.0)],
)
def test_plain_numbers_are_themselves(kind: str, text: str, value: float) -> None:
    assert parse_number("x", kind, text) == value

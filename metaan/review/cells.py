"""One cell: its text parsed by the kind of its column, or the fault that keeps it from being a value."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from metaan.review.schema import MISSING_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metaan.review.schema import Column

__all__ = ["MISSING", "Fault", "Value", "near", "number_fault", "parse_cell", "parse_number"]

Value: TypeAlias = "str | int | float | None"

MISSING = frozenset(MISSING_CODES)
"""Texts of a number that is not there: empty, not reported, not applicable."""

NUMBER_KINDS = frozenset({"integer", "count", "size", "number", "percent", "spread", "probability", "year"})
WHOLE = frozenset({"integer", "count", "size", "year"})
LARGEST = 1e15
GROUPED = re.compile(r"([+-]?[0-9]{1,3}(?:[, ’'][0-9]{3})+)(\.[0-9]+)?\Z")
POINT_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+\Z")
SIGN_AND_NUMBER = re.compile(r"(?:[<>≤≥=~≈±]|<=|>=)\s*[+-]?[0-9.,]+%?\Z")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]{1,3}(?:[. ]?[0-9]{3})*,[0-9]+\Z|[+-]?[0-9]*,[0-9]+\Z")
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)"
DATE = re.compile(rf"(?:[0-9]{{1,2}}[-/. ]{MONTH}|{MONTH}[-/. ][0-9]{{1,4}})(?:[-/. ][0-9]{{2,4}})?\Z", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a cell is not a value: code, what is wrong, what to do."""

    code: str
    message: str
    help: str


def parse_cell(column: Column, text: str) -> Value | Fault:
    """Turn a stripped cell into its value.

    Returns
    -------
    str, int, float, None or Fault
        None where the cell is empty (or, in number columns, "NR" or "NA").
    """
    if column.kind in NUMBER_KINDS:
        return parse_number(column.name, column.kind, text)
    if not text:
        return None
    if column.kind == "choice" and text not in column.choices:
        return _not_a_choice(column, text)
    if column.kind == "url" and not all(_web(part) for part in re.split(r"\s*;\s*|\s+", text) if part):
        return Fault(
            code="D033",
            message=f"“{text}” is not a web address.",
            help="write addresses that begin with https:// or http://, separated by semicolons.",
        )
    return text


def parse_number(name: str, kind: str, text: str) -> int | float | Fault | None:
    """Turn a stripped cell of a number column into its number.

    Examples
    --------
    >>> from metaan.review.schema import Column
    >>> parse_number("n", "size", "38"), parse_number("n", "size", "NR")
    (38, None)
    >>> parse_number("se", "spread", "<= 0.18").code
    'D010'
    """
    if text in MISSING:
        return None
    if not NUMBER.match(text) or (kind in WHOLE and POINT_GROUPED.match(text)):
        return number_fault(name, kind, text)
    value = float(text)
    if value == 0 and re.search("[1-9]", text.lower().partition("e")[0]):
        return Fault(
            code="D010",
            message=f"{name} = {_brief(text)} is too small to be told from 0.",
            help="look the figure up in the source and retype it.",
        )
    if not abs(value) <= LARGEST:
        return Fault(
            code="D010",
            message=f"{name} = {_brief(text)} is too large to be a measurement.",
            help="look the figure up in the source and retype it.",
        )
    outside = _outside(name, kind, text, value)
    if outside:
        return Fault(code="D011", message=outside, help="look the figure up in the source and retype it.")
    return int(value) if kind in WHOLE else value


def number_fault(name: str, kind: str, text: str) -> Fault:
    """Say why a text is not a number, and what to write instead.

    Examples
    --------
    >>> number_fault("n", "size", "1,000").help
    'write 1000, without a thousands separator.'
    """
    if GROUPED.match(text) or (kind in WHOLE and POINT_GROUPED.match(text)):
        return _grouped(name, kind, text)
    if DECIMAL_COMMA.match(text):
        if kind in WHOLE:
            return Fault(
                code="D007",
                message=f"{name} = “{text}” has a comma in the number.",
                help="write a whole number, without separators; look it up in the source.",
            )
        return Fault(
            code="D007",
            message=f"{name} = “{text}” has a comma in the number.",
            help=f"write a decimal point and no thousands separator, such as {_pointed(text)}.",
        )
    return Fault(code="D010", message=f"{name} = “{_brief(text)}” is not a number.", help=_number_help(text))


def near(name: str, known: Iterable[str]) -> str:
    """Suggest the known names that look like one, as a clause to end a sentence with; empty where none does.

    Examples
    --------
    >>> near("placbo", ["placebo", "carisoprodol"])
    'did you mean “placebo”?'
    """
    from difflib import get_close_matches

    lower = {k.casefold(): k for k in known}
    found = get_close_matches(name.casefold(), lower, n=3, cutoff=0.6) if len(name) <= 200 else []
    if not found:
        return ""
    return "did you mean " + " or ".join(f"“{lower[f]}”" for f in found) + "?"


def _grouped(name: str, kind: str, text: str) -> Fault:
    """Speak of groups of three digits, which may also be the decimals of a number that is no count."""
    plain = re.sub(r"[, ’']", "", text)
    if kind in WHOLE:
        plain = plain.replace(".", "") if POINT_GROUPED.match(text) else plain
        cure = f"write {plain}, without a thousands separator."
    elif re.fullmatch(r"[+-]?[0-9]{1,3},[0-9]{3}", text):
        cure = f"write {plain}, or {text.replace(',', '.')} where the comma is a decimal one."
    else:
        cure = f"write {plain}, without a thousands separator."
    sign = "point" if "." in text and plain.isdigit() else "comma" if "," in text else "separator"
    return Fault(code="D007", message=f"{name} = “{text}” has a {sign} in the number.", help=cure)


def _not_a_choice(column: Column, text: str) -> Fault:
    allowed = ", ".join(column.choices)
    suggestion = near(text, column.choices)
    return Fault(
        code="D033",
        message=f"{column.name} = “{_brief(text)}” is not one of: {allowed}.",
        help=f"{suggestion or 'write one of them'}".removesuffix("?") + ("?" if suggestion else "."),
    )


def _outside(name: str, kind: str, text: str, value: float) -> str:
    if kind in WHOLE and value != math.floor(value):
        return f"{name} = {text} is not a whole number."
    if kind == "count" and value < 0:
        return f"{name} = {text} is below 0."
    if kind == "size" and value < 1:
        return f"{name} = {text} is below 1."
    if kind == "spread" and value < 0:
        return f"{name} = {text} is below 0."
    if kind == "percent" and not 0 <= value <= 100:
        return f"{name} = {text} is not between 0 and 100."
    if kind == "probability" and not 0 <= value <= 1:
        return f"{name} = {text} is not between 0 and 1."
    if kind == "year" and not 1900 <= value <= 2100:
        return f"{name} = {text} is not a year between 1900 and 2100."
    return ""


def _number_help(text: str) -> str:
    if text.startswith("=") and not SIGN_AND_NUMBER.match(text):
        return "a formula is not a number: write the number that it gives."
    if re.match(r"</?[a-zA-Z]", text):
        return "keep the number only, without the marks of a web page."
    if re.match(r"[<>≤≥=~≈±]", text):
        return "put the sign into the column for it (qualifier, p_qualifier) and only the number here."
    if DATE.match(text):
        return "a spreadsheet turned a range into a date: look up what was printed."
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]+)?\Z", text):
        return "a spreadsheet turned the entry into a date: look up what was printed."
    if re.match(r"[-+]?[0-9.]+\s*(?:-|–|to|/)\s*[0-9.]+", text):
        return "a range is not one number: put it into a text column (such as dose_text)."
    if text.startswith(("−", "–")):
        return "write the minus as a plain hyphen (-)."
    if text.casefold() in {"na", "n/a", "nr", "nan", "none", "null", "-", "–", ".", "?"}:
        return "leave the cell empty, or write NR (not reported) or NA (not applicable)."
    if text.endswith("%"):
        return "write the number without the percent sign, in the column percent."
    if re.match(r"[-+]?[0-9.]+\s*[*†‡§a-zA-Z]+\Z", text):
        return "keep the number only; footnote marks and units belong in a text column."
    return "write one plain number, or leave the cell empty and put the text into a text column."


def _pointed(text: str) -> str:
    whole, _, decimals = text.replace(" ", "").rpartition(",")
    return f"{whole.replace('.', '') or '0'}.{decimals}"


def _web(address: str) -> bool:
    return address.startswith(("https://", "http://")) and len(address) > len("https://")


def _brief(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"

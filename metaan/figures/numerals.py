"""How a journal writes numbers: decimal point, thousands, intervals, p-values.

The digits come from `metaan.format`, the one place that rounds; here they get a journal's clothes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import isfinite, isnan
from typing import TYPE_CHECKING, Literal, TypeAlias

from metaan.format import DASH, MINUS, fixed, pvalue, variance

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Numerals", "PRule"]

PRule: TypeAlias = Literal["three", "two", "jama", "bmj", "lancet"]
JAMA_TYPE = ("jama", "bmj")
DASHES = ("-", "–")
TO = " to "
NEVER_ROUNDED_TO = 0.05
MOST_P_DIGITS = 4
DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
P_BELOW = re.compile(r"\b(0\.\d+) ([<≤]) P\b")
P_ABOVE = re.compile(r"\bP ([=<>≤≥]) (0\.\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numerals:
    """How numbers are written.

    Attributes
    ----------
    decimal, thousands : str
        Decimal mark and what parts thousands.
    between, opening, closing : str
        What stands around and between the limits of an interval; a hyphen or dash gives way to " to " where a
        limit is negative.
    p_letter, equals : str
        Sign of a p-value, and what is written for "=".
    p_rule : str
        "three": three decimals below 0.1. "two": two decimals, three below 0.01. "jama": as "two", without a
        zero before the point, ">.99", and no rounding onto .05. "bmj": as "jama", with the zero.
        "lancet": two significant digits, down to 0.0001.
    tau2_digits : int or None
        Decimals of a between-study variance; None for two significant digits.
    """

    decimal: str = "."
    thousands: str = ","
    between: str = " to "
    opening: str = "("
    closing: str = ")"
    p_letter: str = "P"
    equals: str = " = "
    p_rule: PRule = "three"
    tau2_digits: int | None = None

    def dress(self, text: str) -> str:
        """Write the decimal mark and the thousands of a number as the journal does.

        Examples
        --------
        >>> Numerals(decimal="·", thousands=" ").dress("1,234.5")
        '1 234·5'
        """
        return text.translate({ord("."): self.decimal, ord(","): self.thousands})

    def prose(self, text: str) -> str:
        """Write the numbers inside a text as the journal does: decimal marks, thousands, thresholds of P.

        Examples
        --------
        >>> Numerals(decimal="·", thousands=" ", p_letter="p", equals="=").prose("1,200; 3.5%; P < 0.05.")
        '1 200; 3·5%; p<0·05.'
        >>> Numerals(p_rule="jama").prose("0.01 ≤ P < 0.05")
        '.01 ≤ P < .05'
        """
        text = P_BELOW.sub(lambda found: f"{self._without_zero(found[1])} {found[2]} P", text)
        text = P_ABOVE.sub(self._threshold, text)
        return THOUSANDS.sub(self.thousands, DECIMAL.sub(self.decimal, text))

    def _without_zero(self, digits: str) -> str:
        """Leave the zero of a p-value out where the journal does."""
        return digits.replace("0.", ".", 1) if self.p_rule == "jama" else digits

    def _threshold(self, found: re.Match[str]) -> str:
        sign = self.equals.replace("=", found[1])
        return f"{self.p_letter}{sign}{self._without_zero(found[2])}"

    def beside(self, limits: Iterable[float]) -> Numerals:
        """Give the numerals of a column of intervals: where one limit is negative all are joined by " to ".

        Examples
        --------
        >>> Numerals(between="-").beside([-0.5, 0.3]).limits("0.27", "0.74")
        '0.27 to 0.74'
        """
        if self.between.strip() in DASHES and any(limit < 0 for limit in limits):
            return replace(self, between=TO)
        return self

    def limits(self, low: str, high: str) -> str:
        """Write two limits, already in digits, with what stands between them.

        Examples
        --------
        >>> Numerals(between="-").limits("0.27", "0.74"), Numerals(between="-").limits("−0.5", "0.3")
        ('0.27-0.74', '−0.5 to 0.3')
        """
        between = self.between
        if between.strip() in DASHES and MINUS in low + high:
            between = TO
        return f"{self.dress(low)}{between}{self.dress(high)}"

    def interval(self, low: str, high: str) -> str:
        """Write an interval in its brackets.

        Examples
        --------
        >>> Numerals(opening="[", closing="]", between=" , ").interval("0.27", "0.74")
        '[0.27 , 0.74]'
        """
        return f"{self.opening}{self.limits(low, high)}{self.closing}"

    def p_number(self, p: float) -> str:
        """Write a p-value without its letter, for a column that says whose it is.

        Examples
        --------
        >>> Numerals(p_rule="jama").p_number(0.212), Numerals(decimal="·").p_number(1e-9)
        ('.21', '<0·001')
        """
        return self.dress(self._p_digits(p))

    def p(self, p: float) -> str:
        """Write a p-value with its letter and sign.

        Examples
        --------
        >>> Numerals().p(0.032), Numerals(p_rule="jama").p(0.212), Numerals(p_rule="jama").p(1e-9)
        ('P = 0.032', 'P = .21', 'P < .001')
        """
        text = self._p_digits(p)
        sign = self.equals
        if text[:1] in "<>" and text != DASH:
            sign, text = self.equals.replace("=", text[0]), text[1:]
        return f"{self.p_letter}{sign}{self.dress(text)}"

    def tau2(self, value: float) -> str:
        """Write a between-study variance.

        Examples
        --------
        >>> Numerals().tau2(0.0214), Numerals(tau2_digits=2).tau2(0.0214), Numerals(tau2_digits=2).tau2(1e-4)
        ('0.021', '0.02', '<0.01')
        """
        if self.tau2_digits is None or not isfinite(value) or value >= 1000:
            return self.dress(variance(value))
        least = 10.0**-self.tau2_digits
        text = fixed(value, self.tau2_digits)
        return self.dress(f"<{fixed(least, self.tau2_digits)}" if value > 0 and float(text) == 0 else text)

    def _p_digits(self, p: float) -> str:
        if isnan(p) or self.p_rule == "three":
            return pvalue(p)
        if self.p_rule == "lancet":
            return _two_significant(p)
        if p < 0.001:
            text = "<0.001"
        elif self.p_rule in JAMA_TYPE and p > 0.99:
            text = ">0.99"
        else:
            text = fixed(p, self._digits(p))
        return self._without_zero(text)

    def _digits(self, p: float) -> int:
        """Give the decimals of a p-value, as many as keep one below .05 from being moved onto it."""
        digits = 3 if p < 0.01 else 2
        while self.p_rule in JAMA_TYPE and digits < MOST_P_DIGITS and _moved(p, digits):
            digits += 1
        return digits


def _moved(p: float, digits: int) -> bool:
    return p < NEVER_ROUNDED_TO <= float(f"{p:.{digits}f}")


def _two_significant(p: float) -> str:
    if p < 0.0001:
        return "<0.0001"
    digits = 2 if p >= 0.1 else 3 if p >= 0.01 else 4 if p >= 0.001 else 5
    return fixed(p, digits)

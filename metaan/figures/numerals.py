"""How a journal writes numbers: decimal point, thousands, intervals, p-values.

The digits come from `metaan.format`, the one place that rounds; here they get a journal's clothes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isnan
from typing import Literal, TypeAlias

from metaan.format import DASH, MINUS, fixed, pvalue, variance

__all__ = ["Numerals", "PRule"]

PRule: TypeAlias = Literal["three", "two", "jama", "lancet"]
NEVER_ROUNDED_TO = 0.05


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
        zero before the point, and no rounding onto .05. "lancet": two significant digits, down to 0.0001.
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

    def limits(self, low: str, high: str) -> str:
        """Write two limits, already in digits, with what stands between them.

        Examples
        --------
        >>> Numerals(between="-").limits("0.27", "0.74"), Numerals(between="-").limits("−0.5", "0.3")
        ('0.27-0.74', '−0.5 to 0.3')
        """
        between = self.between
        if between.strip() in ("-", "–") and MINUS in low + high:
            between = " to "
        return f"{self.dress(low)}{between}{self.dress(high)}"

    def interval(self, low: str, high: str) -> str:
        """Write an interval in its brackets.

        Examples
        --------
        >>> Numerals(opening="[", closing="]", between=" , ").interval("0.27", "0.74")
        '[0.27 , 0.74]'
        """
        return f"{self.opening}{self.limits(low, high)}{self.closing}"

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
        elif self.p_rule == "jama" and p > 0.99:
            text = ">0.99"
        else:
            text = fixed(p, 3 if p < 0.01 or self._would_mislead(p) else 2)
        return text.replace("0.", ".", 1) if self.p_rule == "jama" else text

    def _would_mislead(self, p: float) -> bool:
        """Tell whether two decimals would move a p-value onto .05."""
        return self.p_rule == "jama" and p < NEVER_ROUNDED_TO and float(f"{p:.2f}") >= NEVER_ROUNDED_TO


def _two_significant(p: float) -> str:
    if p < 0.0001:
        return "<0.0001"
    digits = 2 if p >= 0.1 else 3 if p >= 0.01 else 4 if p >= 0.001 else 5
    return fixed(p, digits)

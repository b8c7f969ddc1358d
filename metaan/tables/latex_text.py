"""Text for LaTeX: every character prints as itself, none is run."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["latex_text"]

SIGNS = {
    "\\": "\\textbackslash{}",
    "{": "\\{",
    "}": "\\}",
    "$": "\\$",
    "&": "\\&",
    "#": "\\#",
    "_": "\\_",
    "%": "\\%",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "<": "\\ensuremath{<}",
    ">": "\\ensuremath{>}",
    "|": "\\ensuremath{|}",
    '"': "\\symbol{34}",
    "`": "\\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "−": "\\ensuremath{-}",
    "–": "\\textendash{}",
    "—": "\\textemdash{}",
    "‘": "\\textquoteleft{}",
    "’": "\\textquoteright{}",
    "“": "\\textquotedblleft{}",
    "”": "\\textquotedblright{}",
    "…": "\\ldots{}",
    "±": "\\ensuremath{\\pm}",
    "×": "\\ensuremath{\\times}",
    "≤": "\\ensuremath{\\leq}",
    "≥": "\\ensuremath{\\geq}",
    "≈": "\\ensuremath{\\approx}",
    "∞": "\\ensuremath{\\infty}",
    "→": "\\ensuremath{\\rightarrow}",
    "°": "\\textdegree{}",
    "·": "\\textperiodcentered{}",
    "®": "\\textregistered{}",
    "™": "\\texttrademark{}",
    "α": "\\ensuremath{\\alpha}",
    "β": "\\ensuremath{\\beta}",
    "μ": "\\ensuremath{\\mu}",
    "µ": "\\ensuremath{\\mu}",
    "τ": "\\ensuremath{\\tau}",
    "χ": "\\ensuremath{\\chi}",
    "σ": "\\ensuremath{\\sigma}",
    "Δ": "\\ensuremath{\\Delta}",
    "\u00a0": "~",
    "\u202f": "\\,",
}
ACCENTS = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u0327": "c"}
RAISED, LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "₀₁₂₃₄₅₆₇₈₉₋"
LEVEL = str.maketrans(RAISED + LOWERED, "0123456789-" * 2)
OFF_THE_LINE = re.compile(f"([{RAISED}]+|[{LOWERED}]+)")
SPACES = re.compile("[^\\S\u00a0\u202f]+")
LIGATURE = re.compile(r"([-',])(?=\1)")
"""Two of a kind that LaTeX would print as one other sign."""


PLAIN = re.compile(r"(?:[A-Za-z0-9]+(?:[ .:;,/=+-][A-Za-z0-9]+)*)?")
"""What prints as it stands, as most cells do."""


class _Letters(dict[int, str]):
    """What each character is written as; letters are spelled when they first occur."""

    def __missing__(self, code: int) -> str:
        return self.setdefault(code, _spelled(chr(code)))


def latex_text(text: str) -> str:
    r"""Write a text so that LaTeX prints it and follows nothing in it.

    Letters with an accent that old LaTeX knows are spelled with it; others stay as they are (UTF-8).

    Parameters
    ----------
    text : str
        Line ends and other characters without a face become spaces.

    Examples
    --------
    >>> print(latex_text("50% of A&B, τ² = 2.8×10⁻⁹, Rücker\n\\input{x}"))
    50\% of A\&B, \ensuremath{\tau}\ensuremath{^{2}} = 2.8\ensuremath{\times}10\ensuremath{^{-9}},
    R{\"u}cker \textbackslash{}input\{x\}
    """
    if PLAIN.fullmatch(text):
        return text
    pieces = OFF_THE_LINE.split(text)
    pieces[::2] = (piece.translate(LETTERS) for piece in pieces[::2])
    pieces[1::2] = map(_off_the_line, pieces[1::2])
    return LIGATURE.sub(r"\1{}", SPACES.sub(" ", "".join(pieces)).strip())


def _off_the_line(digits: str) -> str:
    level = "^" if digits[0] in RAISED else "_"
    return f"\\ensuremath{{{level}{{{digits.translate(LEVEL)}}}}}"


def _spelled(letter: str) -> str:
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs"):
        return " "
    parts = unicodedata.normalize("NFD", letter)
    if len(parts) != 2 or not parts[0].isascii() or parts[1] not in ACCENTS:
        return letter
    accent = ACCENTS[parts[1]]
    return f"{{\\{accent}{{{parts[0]}}}}}" if accent.isalpha() else f"{{\\{accent}{parts[0]}}}"


LETTERS = _Letters(str.maketrans(SIGNS))

"""Text for LaTeX: every character prints as itself, none is run."""

from __future__ import annotations

import unicodedata

__all__ = ["latex_text"]

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    "−": r"\ensuremath{-}",
    "×": r"\ensuremath{\times}",
    "±": r"\ensuremath{\pm}",
    "∞": r"\ensuremath{\infty}",
    "τ": r"\ensuremath{\tau}",
    "χ": r"\ensuremath{\chi}",
    "–": "--",
    "—": "---",
    "’": "'",
    "‘": "`",
    "“": "``",
    "”": "''",
    "\u00a0": "~",
} | {char: f"\\{char}" for char in "&%$#_{}"}
ACCENTS = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u0327": "c"}
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))


def latex_text(text: str) -> str:
    r"""Write a text so that LaTeX prints it and follows nothing in it.

    Letters with an accent that old LaTeX knows are spelled with it; others stay as they are (UTF-8).

    Parameters
    ----------
    text : str
        Line ends and other control characters become spaces.

    Examples
    --------
    >>> print(latex_text("50% of A&B, τ² = 2.8×10⁻⁹, Rücker\n\\input{x}"))
    50\% of A\&B, \ensuremath{\tau}\ensuremath{^{2}} = 2.8\ensuremath{\times}10\ensuremath{^{-9}},
    R{\"u}cker \textbackslash{}input\{x\}
    """
    out: list[str] = []
    raised = ""
    for char in f"{text} ":
        if char in SUPERSCRIPTS:
            raised += SUPERSCRIPTS[char]
            continue
        if raised:
            out.append(f"\\ensuremath{{^{{{raised}}}}}")
            raised = ""
        out.append(_one(char))
    return "".join(out)[:-1]


def _one(char: str) -> str:
    if char in SPECIAL:
        return SPECIAL[char]
    category = unicodedata.category(char)
    if category[0] == "Z" or category in ("Cc", "Cf", "Cs"):
        return " "
    parts = unicodedata.normalize("NFD", char)
    if len(parts) == 2 and parts[0].isascii() and parts[1] in ACCENTS:
        accent = ACCENTS[parts[1]]
        return f"{{\\{accent}{{{parts[0]}}}}}" if accent.isalpha() else f"{{\\{accent}{parts[0]}}}"
    return char

"""One record for every fault, and its two forms: text for people, JSON for programs."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from metaan.errors import PlanError, ReviewError
from metaan.review.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = [
    "FaultyPlanError",
    "FaultyReviewError",
    "Problem",
    "of_the_plan",
    "problem",
    "render_json",
    "render_text",
    "visible",
]

SHOWN_PER_CODE = 50
EXCERPT_WIDTH = 100
CELL_WIDTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault of a review's data or plan.

    Attributes
    ----------
    code, severity : str
        Of the catalogue, such as "D012"; "error" or "warning".
    file : str
        Name within the folder.
    row : int or None
        As a spreadsheet shows it (header is row 1); the line in `review.toml`; None for a whole file.
    column, letter : str
        Heading and its letter in a spreadsheet; the key in `review.toml`; empty where none is meant.
    text : str
        What was found there, as found.
    message : str
        What is wrong.
    why : str
        Why it matters.
    help : str
        What to do.
    """

    code: str
    severity: str
    file: str
    row: int | None
    column: str
    letter: str
    text: str
    message: str
    why: str
    help: str


class FaultyReviewError(ReviewError):
    """A review whose data cannot be used, with its faults in `problems`."""

    def __init__(self, message: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(message)
        self.problems = problems


class FaultyPlanError(PlanError):
    """A `review.toml` that cannot be followed, with its faults in `problems`."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


def problem(
    code: str,
    message: str,
    help: str,  # noqa: A002 - the field's name in every output
    *,
    file: str,
    row: int | None = None,
    column: str = "",
    letter: str = "",
    text: str = "",
    severity: str = "",
) -> Problem:
    """Make a problem of a catalogued code; the catalogue gives its severity and reason.

    Examples
    --------
    >>> problem("D001", "The file is empty.", "Fill it.", file="arms.csv").severity
    'error'
    """
    rule = CATALOGUE[code]
    return Problem(
        code=code,
        severity=severity or rule.severity,
        file=file,
        row=row,
        column=column,
        letter=letter,
        text=text,
        message=message,
        why=rule.why,
        help=help,
    )


def of_the_plan(found: Problem) -> bool:
    """Tell whether a problem keeps review.toml from being followed, rather than the data from being used.

    Examples
    --------
    >>> of_the_plan(problem("C001", "There is none.", "write one.", file="review.toml"))
    True
    >>> of_the_plan(problem("D019", "Two scales.", "declare a rule.", file="review.toml"))
    False
    """
    return found.code.startswith("C") or (found.code == "D008" and found.file.endswith(".toml"))


def visible(text: str) -> str:
    r"""Show text harmlessly: control, formatting and lone surrogate characters as escapes.

    Examples
    --------
    >>> print(visible("a\x1b[31mb\u202ec"))
    a\x1b[31mb\u202ec
    """
    return "".join(_escaped(c) if _hidden(c) else c for c in text)


def render_text(problems: Sequence[Problem], folder: Path) -> str:
    """Write problems for a person: grouped by file, each with its row's excerpt, the cure, and a count.

    Parameters
    ----------
    problems : sequence of Problem
        As `check_review` or `check_file` gave them.
    folder : Path
        The folder that holds the files; its name heads each address.

    Returns
    -------
    str
        At most 50 problems of one code, then "+ n more"; ends with a line that counts them all.
    """
    lines: list[str] = []
    sources = _Sources(folder)
    seen: Counter[str] = Counter()
    total = Counter(p.code for p in problems)
    for found in problems:
        seen[found.code] += 1
        if seen[found.code] <= SHOWN_PER_CODE:
            lines += [*_paragraph(found, sources), ""]
        elif seen[found.code] == total[found.code]:
            lines += [f"{found.severity} {found.code}  + {total[found.code] - SHOWN_PER_CODE} more", ""]
    return "\n".join([*lines, count_line(problems), ""])


def render_json(problems: Sequence[Problem]) -> str:
    """Write every problem as JSON: an object with `errors`, `warnings` and the list `problems`.

    Examples
    --------
    >>> print(render_json(()))
    {
      "errors": 0,
      "problems": [],
      "warnings": 0
    }
    """
    document = {
        "errors": sum(p.severity == "error" for p in problems),
        "warnings": sum(p.severity == "warning" for p in problems),
        "problems": [asdict(p) for p in problems],
    }
    return json.dumps(document, indent=2, sort_keys=True)


def count_line(problems: Iterable[Problem]) -> str:
    """Count errors and warnings in words.

    Examples
    --------
    >>> count_line(())
    'no problems found'
    """
    count = Counter(p.severity for p in problems)
    if not count:
        return "no problems found"
    parts = [
        f"{count[kind]} {kind}{'' if count[kind] == 1 else 's'}"
        for kind in ("error", "warning")
        if count[kind]
    ]
    return "found " + " and ".join(parts)


def _hidden(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Cc", "Cs", "Cf", "Co", "Zl", "Zp"}
        and character not in "\u200c\u200d"
    )


def _escaped(character: str) -> str:
    code = ord(character)
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    return short or (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )


class _Sources:
    """The tables on disk, read again only for those whose rows are shown."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.label = folder.resolve().name
        self._rows: dict[str, dict[int, tuple[str, ...]]] = {}

    def cells(self, file: str, row: int) -> tuple[str, ...]:
        from metaan.review.sheet import read_sheet

        if file not in self._rows:
            sheet = read_sheet(self.folder / file) if file.endswith(".csv") else None
            self._rows[file] = {1: sheet.header, **dict(sheet.records)} if sheet else {}
            if file.endswith(".toml"):
                self._rows[file] = _lines(self.folder / file)
        return self._rows[file].get(row, ())


def _lines(path: Path) -> dict[int, tuple[str, ...]]:
    from metaan.review.files import bytes_of

    try:
        text = bytes_of(path).decode("utf-8-sig", errors="replace")
    except OSError:
        return {}
    return {number: (line,) for number, line in enumerate(text.splitlines(), 1)}


def _paragraph(found: Problem, sources: _Sources) -> list[str]:
    place = visible(f"{sources.label}/{found.file}") + (f":{found.row}" if found.row else "")
    what = "key" if found.file.endswith(".toml") else "column"
    column = f' {what} "{visible(found.column)}"' if found.column else ""
    letter = f" ({found.letter})" if found.letter else ""
    return [
        f"{found.severity} {found.code}  {place}{column}{letter}",
        f"            {visible(found.message)}",
        f"            {visible(found.why)}",
        *_excerpt(found, sources),
        f"  help: {visible(found.help)}",
    ]


def _excerpt(found: Problem, sources: _Sources) -> list[str]:
    cells = sources.cells(found.file, found.row) if found.row else ()
    if not cells:
        return []
    spot = letter_index(found.letter) if found.letter else None
    if spot is None or spot >= len(cells):
        return [f"{found.row:>5} | {_short(','.join(visible(c) for c in cells), EXCERPT_WIDTH)}"]
    shown = [_short(visible(c), CELL_WIDTH) for c in cells]
    before, after = ",".join(shown[:spot]), ",".join(shown[spot + 1 :])
    room = EXCERPT_WIDTH - CELL_WIDTH - 2
    before = ("…" + before[-room:] if len(before) > room else before) + ("," if spot else "")
    line = before + shown[spot] + ("," + after if spot + 1 < len(shown) else "")
    carets = "^" * max(len(shown[spot]), 1)
    return [f"{found.row:>5} | {_short(line, EXCERPT_WIDTH)}", f"      | {' ' * len(before)}{carets}"]


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def letter_index(letter: str) -> int:
    """Give the position of a column letter, counted from 0.

    Examples
    --------
    >>> letter_index("A"), letter_index("AA")
    (0, 26)
    """
    number = 0
    for character in letter:
        number = number * 26 + ord(character) - ord("A") + 1
    return number - 1

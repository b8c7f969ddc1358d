"""review.toml as a plan, or every fault that keeps it from being one, each with its line."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from metaan.review.cells import near
from metaan.review.files import bytes_of
from metaan.review.plan import (
    AnalysisPlan,
    Defaults,
    FigureCautions,
    Plan,
    Question,
    ReviewInfo,
    RobDomain,
    RobToolPlan,
    RobWord,
    SensitivityPlan,
)
from metaan.review.problems import Problem, problem
from metaan.review.sheet import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic import BaseModel

__all__ = ["PLAN_FILE", "line_of", "read_plan"]

PLAN_FILE = "review.toml"

SECTION = re.compile(r"\s*\[\[?\s*[^\[\]{}=,]+\]\]?\s*(?:#.*)?$")

_SECTIONS: dict[str, type[BaseModel]] = {
    "review": ReviewInfo,
    "defaults": Defaults,
    "analysis": AnalysisPlan,
    "sensitivity": SensitivityPlan,
    "figure_cautions": FigureCautions,
    "questions": Question,
    "rob_tool": RobToolPlan,
    "domains": RobDomain,
    "levels": RobWord,
}


def read_plan(path: Path) -> tuple[Plan | None, bytes, list[Problem]]:
    """Read review.toml.

    Returns
    -------
    plan : Plan or None
        None where it has faults.
    data : bytes
        The file as found; empty where it cannot be read.
    problems : list of Problem
        C001 to C004.
    """
    try:
        data = bytes_of(path)
    except (OSError, ValueError) as reason:
        return None, b"", [_unreadable(path, reason)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = data[: reason.start].count(b"\n") + 1
        found = problem(
            "C002", "The file is not UTF-8 text.", "save it again as UTF-8.", file=PLAN_FILE, row=line
        )
        return None, data, [found]
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as reason:
        return None, data, [_syntax(reason, text)]
    hidden = list(_hidden(document, text))
    if hidden:
        return None, data, hidden
    try:
        return Plan.model_validate(_composed(document)), data, []
    except ValidationError as faults:
        return None, data, [_fault(dict(found), text) for found in faults.errors()]


def line_of(text: str, path: tuple[int | str, ...]) -> int | None:
    """Find the line of a key such as ("analysis", 2, "measure"); of its section where the key is not written.

    Parameters
    ----------
    text : str
        The whole of review.toml.
    path : tuple of int or str
        Keys and, for lists of tables, positions counted from 0.
    """
    section = str(path[0]) if path else ""
    position = next((p for p in path[1:2] if isinstance(p, int)), 0)
    lines = text.splitlines()
    start = _section_start(lines, section, position)
    if start is None:
        return _key_line(lines, 0, section)
    keys = [p for p in path[1:] if isinstance(p, str)]
    for key in reversed(keys):
        found = _key_line(lines, start, key)
        if found:
            return found
    return start or None


def _section_start(lines: list[str], section: str, position: int) -> int | None:
    pattern = re.compile(rf"\s*\[{{1,2}}\s*[\"']?{re.escape(section)}[\"']?\s*\]{{1,2}}")
    starts = [number for number, line in enumerate(lines, 1) if pattern.match(line)]
    return starts[position] if position < len(starts) else None


def _key_line(lines: list[str], start: int, key: str) -> int | None:
    pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=|.*[{{,]\s*{re.escape(key)}\s*=")
    for number, line in enumerate(lines[start:], start + 1):
        if SECTION.match(line):
            return None
        if pattern.match(line):
            return number
    return None


def _unreadable(path: Path, reason: Exception) -> Problem:
    if path.is_dir():
        message, cure = (
            "There is a folder where review.toml should be.",
            "move it away and write the file there.",
        )
    elif isinstance(reason, FileNotFoundError):
        message = "There is no review.toml in the folder."
        cure = "start a review with “metaan init FOLDER”, or give the folder that holds it."
    else:
        said = getattr(reason, "strerror", None) or str(reason)
        message, cure = f"review.toml cannot be read: {said}.", "make it readable to you."
    return problem("C001", message, cure, file=PLAN_FILE)


def _syntax(reason: Exception, text: str) -> Problem:
    lines = text.splitlines()
    if not isinstance(reason, tomllib.TOMLDecodeError | RecursionError):
        return _too_long(lines)
    spot = re.search(r"\(at line (\d+), column (\d+)\)", str(reason))
    line = int(spot.group(1)) if spot else len(lines) or 1
    said = re.sub(r"\s*\(at [^)]*\)", "", str(reason))
    return problem(
        "C002",
        f"This is not TOML: {said[:1].lower()}{said[1:]}.",
        'mend this line or the one before it; texts stand in "quotation marks", lists in [brackets].',
        file=PLAN_FILE,
        row=line,
        text=lines[line - 1].strip() if 0 < line <= len(lines) else "",
    )


def _texts(value: object, path: tuple[int | str, ...] = ()) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Give every text of the document with the keys that lead to it; keys count as texts."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), key
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


def _hidden(document: dict[str, Any], text: str) -> Iterator[Problem]:
    for path, found in _texts(document):
        spot = FORBIDDEN.search(found)
        if spot:
            yield problem(
                "D008",
                f"{_dotted(path)} holds U+{ord(spot.group()):04X}, a character that cannot be seen.",
                "retype the text; copying from a PDF or a web page often brings such characters along.",
                file=PLAN_FILE,
                row=line_of(text, path),
                column=next((str(p) for p in reversed(path) if isinstance(p, str)), ""),
                text=found[:200],
            )


def _composed(value: Any) -> Any:
    """Write every text in composed characters (NFC), as those of the tables are."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {key: _composed(inner) for key, inner in value.items()}
    return [_composed(inner) for inner in value] if isinstance(value, list) else value


def _too_long(lines: list[str]) -> Problem:
    """Name the line of a number with more digits than Python reads."""
    line = next((n for n, text in enumerate(lines, 1) if re.search(r"[0-9_]{1000}", text)), 1)
    return problem(
        "C002",
        "A number has too many digits, or a date is none.",
        "write the number that was meant.",
        file=PLAN_FILE,
        row=line,
        text=lines[line - 1].strip()[:200] if lines else "",
    )


def _fault(found: dict[str, Any], text: str) -> Problem:
    path: tuple[int | str, ...] = tuple(found["loc"])
    key = next((str(p) for p in reversed(path) if isinstance(p, str)), "")
    place = partial(problem, file=PLAN_FILE, column=key, row=line_of(text, path))
    if found["type"] == "extra_forbidden":
        known = _known_keys(path)
        return place(
            "C003",
            f"There is no key “{key}” {_where(path)}.",
            near(key, known) or f"remove it; known keys: {', '.join(sorted(known))}.",
            text=key,
        )
    if found["type"] == "missing":
        return place("C004", f"The key “{key}” is missing {_where(path)}.", "write it.")
    shown = found["input"] if isinstance(found["input"], str) else repr(found["input"])
    return place(
        "C004",
        f"{_dotted(path)} = {shown[:80]}: {_plain(found)}.",
        _cure(found),
        text=shown[:200],
    )


def _known_keys(path: tuple[int | str, ...]) -> list[str]:
    sections = [str(p) for p in path[:-1] if isinstance(p, str)]
    model = _SECTIONS.get(sections[-1], Plan) if sections else Plan
    return [field.alias or name for name, field in model.model_fields.items()]


def _where(path: tuple[int | str, ...]) -> str:
    return f"in {_dotted(path[:-1])}" if len(path) > 1 else "at the top"


def _dotted(path: tuple[int | str, ...]) -> str:
    shown = ""
    for part in path:
        shown += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if shown else part
    return shown


def _plain(found: dict[str, Any]) -> str:
    said = str(found["msg"])
    if found["type"] == "string_pattern_mismatch":
        return "an id begins with a lower-case letter and has only lower-case letters, digits, - and _"
    return said[:1].lower() + said[1:]


def _cure(found: dict[str, Any]) -> str:
    if found["type"] == "literal_error":
        expected = str(found.get("ctx", {}).get("expected", ""))
        options = re.findall(r"'([^']*)'", expected)
        return near(str(found["input"]), options) or f"write one of: {', '.join(options) or expected}."
    if found["type"] == "list_type":
        return 'write a list in brackets, such as ["pain"].'
    if (
        found["loc"][-1:] in (("level",), ("baseline_risk",))
        and isinstance(found["input"], int | float)
        and (50 if found["loc"][-1] == "level" else 1) < found["input"] < 100
    ):
        return f"write it as a fraction: {found['input'] / 100:g}."
    return "write a value of that kind."

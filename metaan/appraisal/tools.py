"""The tools for judging risk of bias: those that ship with metaan, as data, and the reviewer's own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from metaan.results.appraisal import RobLevel, RobTool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "OVERALL",
    "KnownTool",
    "built_in_tools",
    "find_tool",
    "known_words",
    "own_tool",
    "plain",
    "with_domains",
]

OVERALL = "overall"
"""What the domain column of rob.csv says where the judgement is the overall one."""

GLYPHS = {"low": "+", "some": "~", "high": "−", "critical": "!", "unclear": "?", "none": ""}
OPENINGS = ("biasarisingfrom", "biasdueto", "biasin")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTool:
    """A tool with the names it goes by.

    Attributes
    ----------
    tool : RobTool
        The tool; without domains where it takes any.
    names : tuple of str
        Its id, name and other names, by their letters and digits only.
    takes_any : bool
        Whether every domain is one of its own.
    """

    tool: RobTool
    names: tuple[str, ...]
    takes_any: bool = False

    def domain(self, text: str) -> str | None:
        """Look a domain up by its id or title, however it is written; None where it is not known."""
        wanted = _without_opening(plain(text))
        for id_, title in self.tool.domains:
            if wanted and wanted in (plain(id_), _without_opening(plain(title))):
                return id_
        return None

    def judgement(self, text: str) -> RobLevel | None:
        """Look a level up by its word; None where the tool has none of it."""
        return next((level for level in self.tool.levels if level.word == text), None)


def plain(text: str) -> str:
    """Keep the letters and digits of a name, small, with one spelling of -isation.

    Examples
    --------
    >>> plain("RoB 2"), plain("Randomization process")
    ('rob2', 'randomisationprocess')
    """
    kept = "".join(c for c in text.casefold() if c.isalnum())
    return kept.replace("ization", "isation").replace("omized", "omised")


@cache
def built_in_tools() -> tuple[KnownTool, ...]:
    """Read the tools that ship with metaan.

    Examples
    --------
    >>> [known.tool.id for known in built_in_tools()][:3]
    ['rob2', 'rob2-cluster', 'rob2-crossover']
    """
    data = tomllib.loads(files("metaan.appraisal").joinpath("tools.toml").read_text(encoding="utf-8"))
    levels = {name: _levels(rows) for name, rows in data["levels"].items()}
    return tuple(
        _known(
            RobTool(
                id=row["id"],
                name=row["name"],
                domains=tuple((id_, title) for id_, title in row["domains"]),
                levels=levels[row["levels"]],
            ),
            row["names"],
            takes_any=row.get("open", False),
        )
        for row in data["tool"]
    )


def own_tool(
    id: str,  # noqa: A002 - the field's name everywhere
    name: str,
    domains: Iterable[tuple[str, str]],
    levels: Iterable[tuple[str, str, str]],
) -> KnownTool:
    """Make a tool of the reviewer's own.

    Parameters
    ----------
    id, name : str
        As rob.csv may name it; as printed.
    domains : iterable of (str, str)
        Id and title; none for a tool that takes any domain.
    levels : iterable of (str, str, str)
        Word, severity and glyph; an empty glyph is chosen by the severity.

    Examples
    --------
    >>> own = own_tool("ours", "Our tool", [("A", "Blinding")], [("fine", "low", ""), ("bad", "high", "x")])
    >>> own.domain("blinding"), own.judgement("fine").glyph
    ('A', '+')
    """
    kept = tuple(domains)
    rows = [
        {"word": word, "severity": how, "glyph": glyph or GLYPHS.get(how, "")} for word, how, glyph in levels
    ]
    tool = RobTool(id=id, name=name, domains=kept, levels=_levels(rows))
    return _known(tool, (), takes_any=not kept)


def find_tool(text: str, own: Sequence[KnownTool] = ()) -> KnownTool | None:
    """Look a tool up by what rob.csv calls it: the reviewer's own first, then those that ship.

    Parameters
    ----------
    text : str
        Such as "RoB 2" or "Cochrane RoB 1 (2011)".
    own : sequence of KnownTool
        Of the review.

    Returns
    -------
    KnownTool or None
        The one of that name, else the one with the longest name within the text; None where there is none.

    Examples
    --------
    >>> find_tool("Cochrane RoB 1 (2011)").tool.name, find_tool("ROBINS-I V2").tool.id, find_tool("GRADE")
    ('RoB 1', 'robins-i-v2', None)
    """
    wanted = plain(text)
    tools = (*own, *built_in_tools())
    exact = next((known for known in tools if wanted in known.names), None)
    if exact is not None or not wanted:
        return exact
    within = [
        (len(name), known)
        for known in tools
        if not known.takes_any
        for name in known.names
        if len(name) > 3 and name in wanted
    ]
    return max(within, key=lambda found: found[0])[1] if within else None


def known_words(own: Sequence[KnownTool] = ()) -> tuple[str, ...]:
    """List every judgement that a tool knows.

    Examples
    --------
    >>> known_words()[:3]
    ('low', 'some concerns', 'high')
    """
    return tuple(
        dict.fromkeys(level.word for known in (*built_in_tools(), *own) for level in known.tool.levels)
    )


def with_domains(known: KnownTool, found: Iterable[str]) -> KnownTool:
    """Give a tool that takes any domain those that were found, in their order."""
    domains = tuple((text, text) for text in dict.fromkeys(found))
    return replace(known, tool=replace(known.tool, domains=domains))


def _known(tool: RobTool, names: Iterable[str], *, takes_any: bool) -> KnownTool:
    written = dict.fromkeys(plain(name) for name in (tool.id, tool.name, *names))
    return KnownTool(tool=tool, names=tuple(written), takes_any=takes_any)


def _levels(rows: Iterable[dict[str, Any]]) -> tuple[RobLevel, ...]:
    return tuple(RobLevel(word=r["word"], severity=r["severity"], glyph=r["glyph"]) for r in rows)


def _without_opening(title: str) -> str:
    for opening in OPENINGS:
        if title.startswith(opening):
            rest = title.removeprefix(opening)
            return rest.removeprefix("the")
    return title

"""Values of what reviewers judged: risk of bias, study by study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["low", "some", "high", "critical", "unclear", "none"]
"""What a judgement amounts to whatever the tool calls it; "none" is not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobLevel:
    """A judgement that a tool knows.

    Attributes
    ----------
    word : str
        As the tool says it, such as "some concerns".
    severity : Severity
        What it amounts to: colour and order.
    glyph : str
        Sign that stands in its mark, so that colour is never the only cue.
    """

    word: str
    severity: Severity
    glyph: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RobTool:
    """A tool for judging risk of bias, as data.

    Attributes
    ----------
    id, name : str
        As rob.csv names it, such as "rob2"; as printed.
    domains : tuple of (str, str)
        Id and title of each domain, in the tool's order, without the overall judgement.
    levels : tuple of RobLevel
        From the best to the worst.
    """

    id: str
    name: str
    domains: tuple[tuple[str, str], ...]
    levels: tuple[RobLevel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RobTable:
    """Judgements of several studies by one tool.

    Attributes
    ----------
    tool : RobTool
        The tool.
    studies : tuple of str, length k
        Study ids.
    judgements : tuple of tuple of str, k rows
        The word for each domain; empty where nobody judged.
    overall : tuple of str, length k
        The overall word; empty where nobody judged.
    """

    tool: RobTool
    studies: tuple[str, ...]
    judgements: tuple[tuple[str, ...], ...]
    overall: tuple[str, ...]

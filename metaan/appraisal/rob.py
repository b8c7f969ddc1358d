"""Risk of bias as reviewers judged it: rows of rob.csv gathered by tool and outcome, and what is odd in them.

Only what somebody judged with a tool enters a table: a fact without a judgement leaves its place empty, and a
judgement without a tool stays a line of rob.csv.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from metaan.appraisal.tools import OVERALL, built_in_tools, find_tool, plain, with_domains
from metaan.results.appraisal import RobTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from metaan.appraisal.tools import KnownTool
    from metaan.results.appraisal import RobTool

__all__ = ["NOT_JUDGED", "OutcomeRob", "RobFault", "level_counts", "rob_faults", "rob_tables"]

NOT_JUDGED = "not judged"
LONGEST_COMPARED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRob:
    """Judgements by one tool of one outcome.

    Attributes
    ----------
    outcome : str
        Outcome id; empty where studies were judged as a whole.
    table : RobTable
        The judgements; at least one of them is not empty.
    unread : int
        Judgements that the table cannot hold, because the tool has no such domain or level.
    """

    outcome: str
    table: RobTable
    unread: int


class RobFault(NamedTuple):
    """What is odd in a row of rob.csv: its index, the column, what is wrong, what to do."""

    row: int
    column: str
    message: str
    help: str


def rob_tables(rows: Sequence[Mapping[str, str]], own: Sequence[KnownTool] = ()) -> tuple[OutcomeRob, ...]:
    """Gather judgements by tool and outcome.

    Parameters
    ----------
    rows : sequence of mapping of str to str
        Cells of rob.csv by column: study_id, outcome_id, tool, domain, judgement.
    own : sequence of KnownTool
        The reviewer's own tools.

    Returns
    -------
    tuple of OutcomeRob
        In the order in which rob.csv first names a tool and outcome; studies likewise. A tool that is not
        known takes its domains from the rows and the levels of the generic tool.

    Examples
    --------
    >>> row = {"study_id": "a", "outcome_id": "", "tool": "RoB 2", "domain": "D1", "judgement": "low"}
    >>> found = rob_tables([row, row | {"domain": "overall", "judgement": "not judged"}])[0].table
    >>> found.judgements, found.overall
    ((('low', '', '', '', ''),), ('',))
    """
    groups: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    tools: dict[str, KnownTool] = {}
    for row in rows:
        if row["tool"]:
            known = _tool(row["tool"], own)
            tools.setdefault(known.tool.id, known)
            groups.setdefault((known.tool.id, row["outcome_id"]), []).append(row)
    found = (_gathered(tools[tool], outcome, group) for (tool, outcome), group in groups.items())
    return tuple(each for each in found if _judged(each.table))


def rob_faults(rows: Sequence[Mapping[str, str]], own: Sequence[KnownTool] = ()) -> Iterator[RobFault]:
    """Find tools, domains and levels that are not known, with the names near them.

    Parameters
    ----------
    rows, own
        As in `rob_tables`.

    Examples
    --------
    >>> row = {"study_id": "a", "outcome_id": "", "tool": "RoB 2", "domain": "D1", "judgement": "hihg"}
    >>> [(fault.column, fault.help) for fault in rob_faults([row])]
    [('judgement', 'did you mean “high”?')]
    """
    for index, row in enumerate(rows):
        known = find_tool(row["tool"], own)
        if known is None and row["tool"] and row["judgement"] not in ("", NOT_JUDGED):
            yield _unknown_tool(index, row, own)
        yield from _row_faults(index, row, known or _generic())


def level_counts(table: RobTable) -> dict[str, dict[str, int]]:
    """Count the studies at each level, domain by domain.

    Returns
    -------
    dict of str to dict of str to int
        Domain id, then "overall", to word to count; the word "" counts studies that were not judged.

    Examples
    --------
    >>> row = {"study_id": "a", "outcome_id": "", "tool": "QUIPS", "domain": "D6", "judgement": "low"}
    >>> counted = level_counts(rob_tables([row])[0].table)
    >>> counted["D6"], counted["overall"]
    ({'low': 1}, {'': 1})
    """
    columns = [tuple(row[i] for row in table.judgements) for i in range(len(table.tool.domains))]
    ids = [*(id_ for id_, _ in table.tool.domains), OVERALL]
    words = ["", *(level.word for level in table.tool.levels)]
    counted = [Counter(column) for column in (*columns, table.overall)]
    return {
        id_: {word: count[word] for word in words if count[word]}
        for id_, count in zip(ids, counted, strict=True)
    }


def _tool(text: str, own: Sequence[KnownTool]) -> KnownTool:
    known = find_tool(text, own)
    if known is not None:
        return known
    generic = _generic()
    return replace(generic, tool=replace(generic.tool, id=plain(text) or text, name=text))


def _generic() -> KnownTool:
    return next(known for known in built_in_tools() if known.takes_any)


def _gathered(known: KnownTool, outcome: str, rows: Sequence[Mapping[str, str]]) -> OutcomeRob:
    if known.takes_any:
        known = with_domains(known, (row["domain"] for row in rows if not _overall(row)))
    studies = tuple(dict.fromkeys(row["study_id"] for row in rows))
    cells: dict[tuple[str, str], str] = {}
    unread = 0
    for row in rows:
        domain = OVERALL if _overall(row) else known.domain(row["domain"])
        level = known.judgement(row["judgement"])
        if domain is not None and level is not None:
            cells[row["study_id"], domain] = level.word
        elif row["judgement"] not in ("", NOT_JUDGED):
            unread += 1
    table = RobTable(
        tool=_levels_used(known, cells.values()) if known.takes_any else known.tool,
        studies=studies,
        judgements=tuple(
            tuple(cells.get((study, id_), "") for id_, _ in known.tool.domains) for study in studies
        ),
        overall=tuple(cells.get((study, OVERALL), "") for study in studies),
    )
    return OutcomeRob(outcome=outcome, table=table, unread=unread)


def _levels_used(known: KnownTool, words: Iterable[str]) -> RobTool:
    """Leave a tool of many words only those that were used."""
    used = set(words)
    return replace(known.tool, levels=tuple(level for level in known.tool.levels if level.word in used))


def _judged(table: RobTable) -> bool:
    return any(table.overall) or any(any(row) for row in table.judgements)


def _overall(row: Mapping[str, str]) -> bool:
    return plain(row["domain"]) in (OVERALL, "overallbias", "overallriskofbias")


def _unknown_tool(index: int, row: Mapping[str, str], own: Sequence[KnownTool]) -> RobFault:
    names = [known.tool.name for known in (*own, *built_in_tools())]
    return RobFault(
        index,
        "tool",
        f"“{row['tool'][:80]}” is not a tool that metaan knows; it is read as a generic one.",
        _near(row["tool"], names)
        or f"write one of {', '.join(names)}, or describe your own tool as [[rob_tool]] in review.toml.",
    )


def _row_faults(index: int, row: Mapping[str, str], known: KnownTool) -> Iterator[RobFault]:
    tool = known.tool
    if not known.takes_any and not _overall(row) and row["domain"] and known.domain(row["domain"]) is None:
        titles = [*(name for pair in tool.domains for name in pair), OVERALL]
        yield RobFault(
            index,
            "domain",
            f"“{row['domain'][:80]}” is not a domain of {tool.name}.",
            _near(row["domain"], titles)
            or f"write one of {', '.join(id_ for id_, _ in tool.domains)}, or “{OVERALL}”.",
        )
    judged = row["judgement"]
    if judged and judged != NOT_JUDGED and known.judgement(judged) is None:
        words = [level.word for level in tool.levels]
        yield RobFault(
            index,
            "judgement",
            f"“{judged[:80]}” is not a level of {row['tool'][:80] or 'any tool'}: {', '.join(words)}.",
            _near(judged, words) or f"write one of its levels, or “{NOT_JUDGED}”.",
        )


def _near(text: str, known: Sequence[str]) -> str:
    if len(text) > LONGEST_COMPARED:
        return ""
    lower = {name.casefold(): name for name in known}
    found = get_close_matches(text.casefold(), lower, n=2, cutoff=0.6)
    return f"did you mean {' or '.join(f'“{lower[f]}”' for f in found)}?" if found else ""

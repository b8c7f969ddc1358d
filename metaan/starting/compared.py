"""A pool that a package printed beside the one that metaan computes, as a value and as lines of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ComparedPool", "comparison_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPool:
    """One analysis, theirs and ours.

    Attributes
    ----------
    title : str
        Of the analysis.
    k : int
        Studies that it was computed from.
    ours, theirs : str
        The results in a line, as a forest plot prints them.
    rows : tuple of (str, str, str, bool)
        Figure, ours and theirs to the printed digits, and whether they are the same.
    """

    title: str
    k: int
    ours: str
    theirs: str
    rows: tuple[tuple[str, str, str, bool], ...]

    @property
    def same(self) -> bool:
        """Whether there are figures, and every one is the same to the printed digits."""
        return bool(self.rows) and all(same for *_, same in self.rows)


def comparison_lines(pools: Sequence[ComparedPool]) -> tuple[str, ...]:
    """Write comparisons as lines of text.

    Examples
    --------
    >>> comparison_lines(())
    ()
    """
    lines: list[str] = []
    for each in pools:
        verdict = "the same to the printed digits" if each.same else _verdict(each)
        lines += [
            f"{each.title} ({each.k} {'study' if each.k == 1 else 'studies'}): {verdict}",
            f"  metaan: {each.ours}",
            f"  RevMan: {each.theirs}",
        ]
    return tuple(lines)


def _verdict(pool: ComparedPool) -> str:
    different = [label for label, _, _, same in pool.rows if not same]
    return f"different in {', '.join(different)}" if different else "not compared"

"""The reviewer's own tools for risk of bias, as review.toml describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.appraisal.tools import own_tool

if TYPE_CHECKING:
    from metaan.appraisal.tools import KnownTool
    from metaan.review.plan import Plan

__all__ = ["own_tools"]


def own_tools(plan: Plan | None) -> tuple[KnownTool, ...]:
    """Give the tools that the tables [[rob_tool]] of a plan describe; none where there is no plan."""
    return tuple(
        own_tool(
            each.id,
            each.name,
            [(domain.id, domain.title) for domain in each.domains],
            [(level.word, level.severity, level.glyph) for level in each.levels],
        )
        for each in (plan.rob_tool if plan else ())
    )

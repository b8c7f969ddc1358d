"""What the plan says of how figures look: journal, order, risk of bias, what matters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import nan
from typing import TYPE_CHECKING, Any

from metaan.appraisal.rob import rob_tables
from metaan.figures.presets import METAAN, Preset, preset_of
from metaan.report.margins import margin_of
from metaan.results.appraisal import RobTable, RobTool
from metaan.review.own_tools import own_tools
from metaan.review.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from metaan.results.margin import Margin
    from metaan.results.synthesis import AnalysisResult, Comparison
    from metaan.review.rows import Review

__all__ = ["Looks", "forest_looks", "study_years"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How the figures of a review look.

    Attributes
    ----------
    preset : Preset
        The journal.
    formats : tuple of str
        Which files each figure is written to.
    years : mapping of str to int
        Study to year, where it is known.
    sorts, axes, margins, judged : mappings by analysis id
        Order of the studies; how far axes reach; the smallest difference that matters, or both thresholds, as
        a person reads them; judgements of bias.
    cautions : mapping of str to str
        What is to be said inside figures of "rob" and of "flow".
    seed : int
        Of what a figure draws at random.
    """

    preset: Preset = METAAN
    formats: tuple[str, ...] = ("svg", "pdf", "png")
    years: Mapping[str, int] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)
    axes: Mapping[str, str] = field(default_factory=dict)
    margins: Mapping[str, Margin] = field(default_factory=dict)
    judged: Mapping[str, RobTable] = field(default_factory=dict)
    cautions: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0

    def forest(self, analysis: AnalysisResult, comparison: Comparison) -> dict[str, Any]:
        """Give the arguments of `forest_plot` that are not numbers of the comparison."""
        known = {study.study for study in comparison.studies}
        return {
            "axis": self.axis(analysis.id),
            "sort": self.sorts.get(analysis.id, "plan"),
            "years": {study: year for study, year in self.years.items() if study in known},
            "margin": self.margins.get(analysis.id, nan),
            "rob": self.judged.get(analysis.id),
        }

    def axis(self, analysis: str) -> str:
        """Give how far the axes of an analysis reach."""
        return self.axes.get(analysis, "fitted")

    def caution(self, room: str, arguments: Mapping[str, Any]) -> str:
        """Give what is to be said inside a figure that shows judgements, or the flow."""
        judged = room in ("rob_traffic", "rob_summary")
        if room == "forest" and (table := arguments.get("rob")) is not None:
            shown = {study.study for study in arguments["comparison"].studies}
            rows = zip(table.studies, table.judgements, table.overall, strict=True)
            judged = any(study in shown and (overall or any(row)) for study, row, overall in rows)
        return self.cautions.get("rob" if judged else "flow" if room == "prisma_flow" else "", "")

    def refits(
        self, comparison: Comparison, anchor: str, told: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """Give the figures of fits that were repeated; where studies or years are too few there is none.

        Parameters
        ----------
        comparison : Comparison
            The comparison.
        anchor : str
            Its name in the page.
        told : mapping
            Measure, direction, scale, axis, outcome, and names of the nodes.
        """
        kept = [study for study in comparison.studies if study.estimable]
        names = tuple(told["names"].get(node, node) for node in (comparison.treat1, comparison.treat2))
        title = f"{told['outcome']}: {' versus '.join(names)}"
        common = {**told, "names": names, "labels": [study.label for study in kept]}
        years = [self.years.get(study.study, "") for study in kept]
        if comparison.leave_one_out is not None:
            yield {
                "id": f"loo-{anchor}",
                "title": f"{title}, leaving out one study at a time",
                "room": "refit_forest",
                "arguments": {"found": comparison.leave_one_out, **common},
            }
        if comparison.cumulative is not None:
            yield {
                "id": f"cumulative-{anchor}",
                "title": f"{title}, study by study",
                "room": "refit_forest",
                "arguments": {"found": comparison.cumulative, "by": years, **common},
            }


def forest_looks(review: Review) -> Looks:
    """Read the looks of the figures from the plan and the tables.

    Parameters
    ----------
    review : Review
        The review.
    """
    plan, defaults = review.plan, review.plan.defaults
    preset = preset_of(defaults.journal)
    if "rob_palette" in plan.review.model_fields_set:
        preset = replace(preset, rob_palette=plan.review.rob_palette)
    judged = {each.id: _judged(review, tuple(each.outcomes)) for each in plan.analysis}
    return Looks(
        preset=preset,
        formats=tuple(defaults.formats),
        years=study_years(review),
        sorts={each.id: each.sort or defaults.sort for each in plan.analysis},
        axes={each.id: each.axis or defaults.axis for each in plan.analysis},
        margins={each.id: margin_of(review, each, settle(review, each).measure) for each in plan.analysis},
        judged={name: table for name, table in judged.items() if table is not None},
        cautions=plan.review.figure_cautions.model_dump(),
        seed=plan.review.seed,
    )


def study_years(review: Review) -> dict[str, int]:
    """Look up the year of every study that has one."""
    found = {row.text["study_id"]: row.number_of("year") for row in review.tables["studies"]}
    return {study: int(year) for study, year in found.items() if year is not None}


def _judged(review: Review, outcomes: tuple[str, ...]) -> RobTable | None:
    """Give the judgements that hold for an analysis: of its outcomes, else of whole studies.

    Of several tools, the one that judged most; a table without judgements where rob.csv holds none for it.
    """
    rows = [row.text for row in review.tables["rob"]]
    found = rob_tables(rows, own_tools(review.plan))
    for names in (outcomes, ("",)):
        tables = [each.table for each in found if each.outcome in names]
        if tables:
            return max(tables, key=lambda table: len(table.studies))
    return RobTable(tool=NO_TOOL, studies=(), judgements=(), overall=()) if rows else None


NO_TOOL = RobTool(id="", name="", domains=(), levels=())

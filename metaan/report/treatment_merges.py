"""Which labels and which doses an analysis counts as one treatment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.report.evidence import node_names, provenances, row_anchor
from metaan.report.wording import joined
from metaan.review.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from metaan.results.synthesis import AnalysisResult
    from metaan.review.rows import Review, Row

__all__ = ["TreatmentMerge", "treatment_merges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentMerge:
    """Labels, or doses, that count as one treatment; the fields are those of `Decision`."""

    kind: str
    node: str
    what: str
    why: str
    by: str
    places: tuple[str, ...]


def treatment_merges(review: Review, analysis: AnalysisResult) -> Iterator[TreatmentMerge]:
    """Find what the main scenario of an analysis counts as one treatment though it was named or dosed apart.

    Parameters
    ----------
    review : Review
        treatments.csv gives each label its node; arms.csv tells the doses.
    analysis : AnalysisResult
        Its estimable studies are looked at.

    Yields
    ------
    TreatmentMerge
        Labels first, then doses, node by node; nothing where each node has one label and one dose.
    """
    labels = {row.text["raw_label"]: row for row in review.tables["treatments"]}
    names = node_names(review)
    nodes: dict[str, list[Row]] = {}
    for arm in _arms(review, analysis):
        row = labels.get(arm.text["treatment"])
        if row is not None:
            nodes.setdefault(row.text["node"], []).append(arm)
    plan = next((each for each in review.plan.analysis if each.id == analysis.id), None)
    for node, arms in nodes.items():
        yield from _labels(names.get(node, node), arms, labels)
        if plan is not None and settle(review, plan).nodes == "drug":
            yield from _doses(names.get(node, node), arms)


def _arms(review: Review, analysis: AnalysisResult) -> list[Row]:
    """Collect the arms behind the estimable effects, each once, in the order of arms.csv."""
    rows = {row_anchor(row): row for table in ("results", "contrasts") for row in review.tables[table]}
    used = set()
    for comparison in analysis.main.comparisons:
        for effect in comparison.studies:
            for each in provenances(effect) if effect.estimable else ():
                text = rows[each.anchor].text
                names = ("arm_id",) if "arm_id" in text else ("arm_id_1", "arm_id_2")
                used |= {(text["study_id"], text[name]) for name in names}
    return [row for row in review.tables["arms"] if (row.text["study_id"], row.text["arm_id"]) in used]


def _labels(name: str, arms: list[Row], labels: Mapping[str, Row]) -> Iterator[TreatmentMerge]:
    found = list(dict.fromkeys(arm.text["treatment"] for arm in arms))
    if len(found) < 2:
        return
    for label in found:
        if label.casefold() == name.casefold():
            continue
        row = labels[label]
        yield TreatmentMerge(
            kind="treatments merged",
            node=name,
            what=f"“{label}” counts as {name}",
            why=row.text["notes"] or "treatments.csv gives it this node",
            by="reviewers",
            places=(row_anchor(row),),
        )


def _doses(name: str, arms: list[Row]) -> Iterator[TreatmentMerge]:
    doses: dict[str, list[Row]] = {}
    for arm in arms:
        parts = (arm.text[column] for column in ("dose_text", "route", "formulation"))
        doses.setdefault(", ".join(part for part in parts if part), []).append(arm)
    if len(doses) < 2:
        return
    listed = joined([f"“{dose}”" if dose else "no dose recorded" for dose in doses], "and")
    yield TreatmentMerge(
        kind="doses merged",
        node=name,
        what=f"{listed} count as one treatment",
        why="the plan takes the drug as the treatment, whatever the dose, route and formulation",
        by="plan",
        places=tuple(row_anchor(arm) for arm in arms),
    )

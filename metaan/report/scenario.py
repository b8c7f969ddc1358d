"""One analysis under one set of choices, from its rows to its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from metaan.report.answers import answer_questions
from metaan.report.arm_cells import row_provenance
from metaan.report.comparisons import compare
from metaan.report.evidence import node_names
from metaan.report.limits import limiting_judgements
from metaan.report.network_fit import fit_network
from metaan.report.pairs import node_order
from metaan.report.study_effects import as_contrasts, study_effects
from metaan.report.wording import joined
from metaan.results.synthesis import Scenario, SetAside

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metaan.review.plan import AnalysisPlan
    from metaan.review.rows import Review
    from metaan.review.select import LeftRow, Selection
    from metaan.types import TestRule

__all__ = ["run_scenario"]


def run_scenario(
    review: Review,
    analysis: AnalysisPlan,
    selection: Selection,
    *,
    id: str = "main",  # noqa: A002 - the field's name
    label: str = "Main analysis",
    changed: str = "",
    notes: Iterable[str] = (),
) -> Scenario:
    """Compute everything that the report shows of one scenario.

    Parameters
    ----------
    review : Review
        The review.
    analysis : AnalysisPlan
        The analysis that the scenario belongs to.
    selection : Selection
        Its rows and choices.
    id, label, changed : str
        "main" or the sensitivity's id; its name; what differs from the main analysis.
    notes : iterable of str
        The plan's notes on it.

    Returns
    -------
    Scenario
        Comparisons, network, answers and the rows set aside.
    """
    choices, level = selection.choices, review.plan.defaults.level
    order = node_order(review, nodes=choices.nodes)
    effects = study_effects(review, selection, order, level=level)
    contrasts = as_contrasts(effects, choices.measure)
    comparisons = compare(review, effects, choices, order, level=level)
    network, said = fit_network(contrasts, choices, order, wanted=analysis.network, level=level)
    return Scenario(
        id=id,
        label=label,
        changed=changed,
        measure=choices.measure,
        method=choices.method,
        test=cast("TestRule", choices.test),
        contrasts=contrasts if contrasts.study else None,
        comparisons=comparisons,
        network=network,
        answers=answer_questions(
            comparisons,
            network,
            order,
            level=level,
            measure=choices.measure,
            names=node_names(review),
            judged=limiting_judgements(review, choices.outcomes),
        ),
        set_aside=tuple(_set_aside(review, left) for left in selection.left),
        notes=(*notes, *_own_notes(review, selection), *said),
    )


def _set_aside(review: Review, left: LeftRow) -> SetAside:
    row = left.row
    labels = {unit.text["study_id"]: unit.text["label"] for unit in review.tables["studies"]}
    arms = [row.text[name] for name in ("arm_id", "arm_id_1", "arm_id_2") if name in row.text]
    return SetAside(
        study=row.text["study_id"],
        label=labels[row.text["study_id"]],
        outcome=row.text["outcome_id"],
        arm=" - ".join(arms),
        reason=left.reason,
        provenance=row_provenance(row),
    )


def _own_notes(review: Review, selection: Selection) -> Iterable[str]:
    if not selection.arms and not selection.contrasts:
        yield "no row can be used, so there is nothing to compute"
    partial = {
        (row.text["study_id"], row.text["arm_id"])
        for row in review.tables["arms"]
        if row.text["in_every_trial"] == "no"
    }
    used = {(one.study, one.arm) for one in selection.arms}
    used |= {(one.study, arm) for one in selection.contrasts for arm in (one.arm1, one.arm2)}
    names = {
        (row.text["study_id"], row.text["arm_id"]): f"{row.text['treatment']} {row.text['dose_text']}".strip()
        for row in review.tables["arms"]
    }
    mixed = sorted({names[key] or key[1] for key in used & partial})
    if mixed:
        yield (
            f"only some of the trials that their reports sum had {joined(mixed, 'and')}:"
            " comparisons with these arms are not purely within trials"
        )

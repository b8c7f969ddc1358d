"""From selected rows to the cells of a study's nodes: conversions, merged arms, aligned scales."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from metaan.effects.convert import (
    combine_counts,
    combine_means,
    count_from_percent,
    sd_from_interval,
    sd_from_se,
)
from metaan.errors import InputError
from metaan.results.synthesis import ArmData, Provenance, Step
from metaan.review.usable import worst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.review.rows import Review, Row
    from metaan.review.select import Selection, UsedArm
    from metaan.types import Status

__all__ = [
    "TURNED",
    "arm_cells",
    "cell",
    "known_status",
    "outcome_directions",
    "row_provenance",
    "turns",
    "worst_status",
]

OWN_STEP = "metaan: "
TURNED = Step(kind="turn", words="sign turned, because on this scale the other direction is better")


def arm_cells(review: Review, selection: Selection) -> tuple[ArmData, ...]:
    """Turn the arm rows of a selection into one set of cells for each node of each study.

    Parameters
    ----------
    review : Review
        Tells the outcomes' directions.
    selection : Selection
        The rows used.

    Returns
    -------
    tuple of ArmData
        In the order of the rows; arms of one node in one study are merged.
    """
    directions = outcome_directions(review)
    groups: dict[tuple[str, str], list[ArmData]] = {}
    for used in selection.arms:
        turned = turns(directions.get(used.outcome, ""), selection.choices.direction)
        cells = _binary(used) if selection.choices.kind == "binary" else _continuous(used, turned=turned)
        groups.setdefault((used.study, used.node), []).append(cells)
    return tuple(group[0] if len(group) == 1 else _merged(group) for group in groups.values())


def outcome_directions(review: Review) -> dict[str, str]:
    """Look up the direction of each outcome; empty where it has none."""
    return {row.text["outcome_id"]: row.text["direction"] for row in review.tables["outcomes"]}


def turns(outcome_direction: str, analysis_direction: str) -> bool:
    """Tell whether an outcome counts the other way round than its analysis.

    Examples
    --------
    >>> turns("lower_better", "higher_better"), turns("", "higher_better")
    (True, False)
    """
    return bool(outcome_direction and analysis_direction and outcome_direction != analysis_direction)


def row_provenance(row: Row, *, status: str = "", steps: Sequence[Step] = ()) -> Provenance:
    """Record where a row's numbers were read, and what metaan did to them.

    Parameters
    ----------
    row : Row
        A row of results.csv or contrasts.csv.
    status : str
        Status after the steps; empty for the row's own.
    steps : sequence of Step
        What was done, in the order in which it was.

    Returns
    -------
    Provenance
        The reviewer's words on the derivation come first, then metaan's own.
    """
    said = [row.text["derivation"], *(f"{OWN_STEP}{step.words}" for step in steps)]
    return Provenance(
        table=f"{row.table}.csv",
        row=row.number,
        status=known_status(status or row.text["status"]),
        source=row.text["source"],
        source_url=row.text["source_url"],
        locator=row.text["locator"],
        quote=row.text["quote"],
        derivation="; ".join(filter(None, said)),
        steps=tuple(steps),
    )


def cell(row: Row, column: str) -> float:
    """Give a number that selection made sure of.

    Parameters
    ----------
    row : Row
        A row used.
    column : str
        The column's name.

    Raises
    ------
    InputError
        Where the cell is empty.
    """
    value = row.number_of(column)
    if value is None:
        raise InputError(f"{row.table}.csv row {row.number}: {column} is empty; fill it or list the row.")
    return value


def worst_status(*statuses: str) -> Status:
    """Give the least certain of some statuses as a checked word."""
    return known_status(worst(*statuses))


def known_status(text: str) -> Status:
    """Give a status as a checked word; KeyError where it is none."""
    statuses: dict[str, Status] = {"extracted": "extracted", "derived": "derived", "imputed": "imputed"}
    return statuses[text]


def _binary(used: UsedArm) -> ArmData:
    row, steps = used.row, []
    n, events = int(cell(row, "n")), row.number_of("events")
    if events is None:
        count = count_from_percent(row.text["percent"], n)
        events = count.events
        steps = [Step(kind="conversion", words=count.how)]
    return _cells(used, steps, n=n, events=int(events))


def _continuous(used: UsedArm, *, turned: bool) -> ArmData:
    row, steps = used.row, []
    n, mean, sd = int(cell(row, "n")), cell(row, "mean"), row.number_of("sd")
    if sd is None:
        sd, how = _sd(row, n)
        steps.append(Step(kind="conversion", words=how))
    if turned:
        mean = -mean
        steps.append(TURNED)
    return _cells(used, steps, n=n, mean=mean, sd=sd)


def _sd(row: Row, n: int) -> tuple[float, str]:
    se = row.number_of("se")
    if se is not None:
        found = sd_from_se(se, n)
    else:
        level = (row.number_of("ci_level") or 95.0) / 100
        found = sd_from_interval(cell(row, "ci_low"), cell(row, "ci_high"), n, level=level)
    return found.value, found.how


def _cells(
    used: UsedArm,
    steps: Sequence[Step],
    *,
    n: int,
    events: int | None = None,
    mean: float | None = None,
    sd: float | None = None,
) -> ArmData:
    return ArmData(
        study=used.study,
        treatment=used.node,
        arms=(used.arm,),
        n=n,
        events=events,
        mean=mean,
        sd=sd,
        status=known_status(used.status),
        provenance=(row_provenance(used.row, status=used.status, steps=steps),),
    )


def _merged(group: Sequence[ArmData]) -> ArmData:
    arms = tuple(arm for cells in group for arm in cells.arms)
    total, how = _together(group)
    words = f"arms {', '.join(arms[:-1])} and {arms[-1]} merged into {total.treatment}: {how}"
    step = Step(kind="merge", words=words)
    return replace(
        total,
        arms=arms,
        status=worst_status("derived", *(cells.status for cells in group)),
        provenance=tuple(_with_step(one, step) for cells in group for one in cells.provenance),
    )


def _together(group: Sequence[ArmData]) -> tuple[ArmData, str]:
    """Sum counts, or combine means, of arms that share a node."""
    n = [cells.n for cells in group]
    if group[0].events is not None:
        total = combine_counts([cells.events or 0 for cells in group], n)
        return replace(group[0], n=int(total.n), events=int(total.events)), total.how
    whole = combine_means(n, [cells.mean or 0.0 for cells in group], [cells.sd or 0.0 for cells in group])
    return replace(group[0], n=int(whole.n), mean=whole.mean, sd=whole.sd), whole.how


def _with_step(provenance: Provenance, step: Step) -> Provenance:
    said = "; ".join(filter(None, (provenance.derivation, f"{OWN_STEP}{step.words}")))
    return replace(provenance, derivation=said, steps=(*provenance.steps, step))

"""What RevMan's two formats share: analyses of rows, and how they become facts of a review."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from metaan.errors import RequestError
from metaan.review.imports.facts import (
    ArmFact,
    EffectFact,
    OutcomeFact,
    PrintedPool,
    StudyFact,
    Taken,
    Untaken,
)
from metaan.review.imports.pairwise import effect_cells
from metaan.review.imports.words import harmless, number_text
from metaan.review.settle import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from metaan.review.imports.facts import Wishes
    from metaan.review.imports.revman_values import RevAnalysis, RevJudgement, RevRow, RevStudy

__all__ = ["JUDGEMENTS", "taken_of_revman"]

JUDGEMENTS = {"low risk": "low", "high risk": "high", "unclear risk": "unclear", "not judged": "not judged"}
"""What RevMan calls a judgement, in small letters, to the level of the tool."""
TOOL = "RoB 1"
PETO = "PETO"
NAME = 200


def taken_of_revman(
    title: str,
    studies: Sequence[RevStudy],
    analyses: Sequence[RevAnalysis],
    judgements: Sequence[RevJudgement],
    wishes: Wishes,
) -> Taken:
    """Turn a RevMan review into facts.

    Parameters
    ----------
    title : str
        Of the review.
    studies, analyses, judgements : sequences
        As read.
    wishes : Wishes
        `outcome` names one analysis to take, by its number or name; empty for all.

    Returns
    -------
    Taken
        Analyses whose measure a review does not pool, rows that lack numbers and studies without any are
        among the untaken.

    Raises
    ------
    RequestError
        Where several groups are controls and `reference` names none of them, or no analysis has the name.
    """
    wanted = _wanted(analyses, wishes)
    made = _Made(studies)
    for analysis in wanted:
        _take(analysis, made, wishes)
    for analysis in analyses:
        if analysis not in wanted:
            made.untaken.append(
                Untaken(place=analysis.place, reason="is another analysis than --outcome names.")
            )
    made.untaken += [
        Untaken(place=f"{study.place} ({study.name})", reason="the study has no numbers in what was taken.")
        for study in studies
        if study.name not in made.units
    ]
    controls = {control for _, control in made.pairs}
    rob, odd = _judged(judgements, made.units)
    return Taken(
        studies=tuple(made.studies.values()),
        outcomes=tuple(made.outcomes),
        arms=tuple(made.arms),
        effects=tuple(made.effects),
        rob=rob,
        untaken=(*made.untaken, *odd),
        notes=tuple(dict.fromkeys(made.notes)),
        reference=controls.pop() if len(controls) == 1 else "",
        questions=tuple(made.pairs),
        title=title,
        printed=tuple(made.printed),
    )


class _Made:
    """Facts as they come together."""

    def __init__(self, studies: Sequence[RevStudy]) -> None:
        self.known = {study.name: study for study in studies}
        self.studies: dict[str, StudyFact] = {}
        self.outcomes: list[OutcomeFact] = []
        self.arms: list[ArmFact] = []
        self.effects: list[EffectFact] = []
        self.untaken: list[Untaken] = []
        self.notes: list[str] = []
        self.printed: list[PrintedPool] = []
        self.pairs: dict[tuple[str, str], None] = {}
        self.units: dict[str, dict[str, None]] = {}

    def unit(self, row: RevRow, twice: bool) -> str:
        """Name the study of a row; one that stands in several subgroups is several units."""
        label = f"{row.study} ({row.subgroup})" if twice and row.subgroup else row.study
        self.units.setdefault(row.study, {})[label] = None
        known = self.known.get(row.study)
        if label not in self.studies:
            self.studies[label] = StudyFact(
                key=label,
                label=harmless(label, NAME),
                place=known.place if known else row.place,
                cells=known.cells if known else {},
            )
        return label


def _wanted(analyses: Sequence[RevAnalysis], wishes: Wishes) -> list[RevAnalysis]:
    if not wishes.outcome:
        return list(analyses)
    found = [each for each in analyses if wishes.outcome in (each.number, each.name)]
    if not found:
        listed = "; ".join(f"{each.number} {each.name}" for each in analyses[:12])
        raise RequestError(
            f"--outcome {wishes.outcome[:80]} names no analysis of the review; it has {listed}."
        )
    return found


def _take(analysis: RevAnalysis, made: _Made, wishes: Wishes) -> None:
    fault = _fault(analysis)
    if fault:
        made.untaken.append(Untaken(place=f"{analysis.place} ({analysis.name})", reason=fault))
        return
    key = analysis.number
    measure = "OR" if analysis.measure == PETO else analysis.measure
    groups = _groups(analysis, made, wishes)
    cells: list[Mapping[str, float]] = []
    units = [row.study for row in analysis.rows]
    before = len(made.arms), len(made.effects)
    for row in analysis.rows:
        numbers, why = _numbers(analysis.kind, row.numbers)
        why = "RevMan keeps it out of the overall estimate." if row.apart else why
        if why:
            made.untaken.append(Untaken(place=f"{row.place} ({row.study})", reason=why))
            continue
        unit = made.unit(row, units.count(row.study) > 1)
        if analysis.kind == "effect":
            made.effects.append(_effect(unit, groups, key, row, measure, numbers))
        else:
            made.arms += _arms(analysis.kind, unit, groups, key, row, numbers)
        cells.append(numbers)
    if before == (len(made.arms), len(made.effects)):
        return
    made.pairs[groups] = None
    made.outcomes.append(_outcome(analysis, measure, made))
    _say_what_differs(analysis, made)
    if analysis.swapped:
        made.notes.append(
            f"Analysis {analysis.number} pools participants without the event; the review has the events as"
            " they were entered, so its effects point the other way and are not compared."
        )
    elif not analysis.figures or not analysis.pooled:
        made.notes.append(f"RevMan printed no pooled result for analysis {analysis.number}.")
    else:
        made.printed.append(_printed(analysis, key, measure, cells))


def _fault(analysis: RevAnalysis) -> str:
    known = {"OR", "RR", "RD", "MD", "SMD", PETO}
    if not analysis.kind:
        return f"its data are of the type “{analysis.said}”, which a review does not hold."
    if analysis.measure not in known:
        return (
            f"its measure is {analysis.measure or 'not named'}; a review pools OR, RR, RD, MD and SMD. Pool"
            " its rows with “metaan pool”."
        )
    if (
        analysis.kind != "effect"
        and analysis.measure != PETO
        and analysis.measure not in MEASURES[analysis.kind]
    ):
        return f"its measure {analysis.measure} does not fit {analysis.kind} data."
    return ""


def _groups(analysis: RevAnalysis, made: _Made, wishes: Wishes) -> tuple[str, str]:
    """Name the two groups; the user's names hold where the file has none."""
    usual = (wishes.treatment or "experimental", wishes.reference or "control")
    first, second = (harmless(own or other, NAME) for own, other in zip(analysis.groups, usual, strict=True))
    if not all(analysis.groups):
        told = f"Analysis {analysis.number} does not name both of its groups: they are {first} and {second}"
        named = wishes.treatment and wishes.reference
        made.notes.append(f"{told}." if named else f"{told}; --treatment and --reference name them.")
    if first == second:
        first, second = f"{first} (experimental)", f"{second} (control)"
        made.notes.append(f"Both groups of analysis {analysis.number} have one name: they were told apart.")
    return first, second


def _numbers(kind: str, numbers: Mapping[str, float]) -> tuple[dict[str, float], str]:
    """Give the numbers of a row under metafor's names, or say why it cannot be taken."""
    if kind == "effect":
        yi, sei = numbers.get("effect", math.nan), numbers.get("se", math.nan)
        if not (math.isfinite(yi) and 0 < sei < math.inf):
            return {}, "the effect or its standard error is missing."
        return {"yi": yi, "sei": sei}, ""
    for group in "12":
        n = numbers.get(f"n_{group}", 0.0)
        if n < 1:
            return {}, f"group {group} has no participants, so there is nothing to take."
        if kind == "binary" and not 0 <= numbers.get(f"events_{group}", -1.0) <= n:
            return {}, f"the events of group {group} are missing, or more than its participants."
        if kind == "continuous" and not numbers.get(f"sd_{group}", 0.0) > 0:
            return {}, f"group {group} has no standard deviation."
    names = RENAMED[kind]
    return {name: numbers[own] for name, own in names.items()}, ""


RENAMED = {
    "binary": {"ai": "events_1", "n1i": "n_1", "ci": "events_2", "n2i": "n_2"},
    "continuous": {
        "m1i": "mean_1",
        "sd1i": "sd_1",
        "n1i": "n_1",
        "m2i": "mean_2",
        "sd2i": "sd_2",
        "n2i": "n_2",
    },
}


def _arms(
    kind: str,
    unit: str,
    groups: tuple[str, str],
    key: str,
    row: RevRow,
    numbers: Mapping[str, float],
) -> Iterator[ArmFact]:
    for group, treatment, events in zip("12", groups, ("ai", "ci"), strict=True):
        cells = {"n": number_text(numbers[f"n{group}i"])}
        if kind == "binary":
            cells |= {"events": number_text(numbers[events]), "value_type": "event"}
        else:
            cells |= {"mean": number_text(numbers[f"m{group}i"]), "sd": number_text(numbers[f"sd{group}i"])}
        yield ArmFact(study=unit, treatment=treatment, outcome=key, place=row.place, cells=cells)


def _effect(
    unit: str,
    groups: tuple[str, str],
    key: str,
    row: RevRow,
    measure: str,
    numbers: Mapping[str, float],
) -> EffectFact:
    sizes = {name: row.numbers.get(name, 0.0) for name in ("n_1", "n_2")}
    cells = {name: number_text(n) for name, n in sizes.items() if n >= 1}
    return EffectFact(
        study=unit,
        treat1=groups[0],
        treat2=groups[1],
        outcome=key,
        place=row.place,
        cells=cells | effect_cells(measure, numbers["yi"], numbers["sei"]),
    )


def _outcome(analysis: RevAnalysis, measure: str, made: _Made) -> OutcomeFact:
    names = {outcome.label for outcome in made.outcomes}
    label = analysis.name or f"Analysis {analysis.number}"
    if label in names:
        label = f"{label} ({analysis.comparison or analysis.number})"
    label = f"{label} ({analysis.number})" if label in names else label
    kind = analysis.kind if analysis.kind != "effect" else "binary" if measure in MEASURES["binary"] else ""
    note = f"RevMan's analysis {analysis.number}" + (
        f" of “{analysis.comparison}”" if analysis.comparison else ""
    )
    return OutcomeFact(
        key=analysis.number,
        label=label,
        kind=kind or "continuous",
        measure=measure,
        method="DL" if analysis.random else "EE",
        test="z",
        network=False,
        cells={"notes": harmless(f"{note}: {analysis.method}, {'random' if analysis.random else 'fixed'}.")},
    )


def _say_what_differs(analysis: RevAnalysis, made: _Made) -> None:
    made.notes.append(
        "Every analysis is pooled with the model that RevMan has for it, a common effect or DerSimonian-Laird"
        " random effects with normal intervals, by inverse variance also where RevMan uses Mantel-Haenszel;"
        " remove method and test from an analysis in review.toml for the review's defaults."
    )
    if analysis.measure == PETO:
        made.notes.append(
            f"Analysis {analysis.number} is a Peto odds ratio; a review pools by inverse variance."
        )
    groups = dict.fromkeys(row.subgroup for row in analysis.rows if row.subgroup)
    if groups:
        made.notes.append(
            f"Analysis {analysis.number} has the subgroups {', '.join(map(harmless, groups))}; its studies"
            " are pooled together, and a study that is in several of them counts once in each, named with"
            " the subgroup."
        )


def _printed(
    analysis: RevAnalysis, key: str, measure: str, cells: Sequence[Mapping[str, float]]
) -> PrintedPool:
    return PrintedPool(
        outcome=key,
        title=harmless(analysis.name, NAME),
        measure=measure,
        method=analysis.method,
        random=analysis.random,
        level=analysis.level,
        figures=dict(analysis.figures),
        cells=tuple(cells),
    )


def _judged(
    judgements: Sequence[RevJudgement], units: Mapping[str, Iterable[str]]
) -> tuple[tuple[Mapping[str, str], ...], list[Untaken]]:
    rows, untaken = [], []
    for each in judgements:
        level = JUDGEMENTS.get(each.judgement.casefold(), "")
        if not level:
            if each.judgement.casefold() not in ("not applicable", ""):
                untaken.append(
                    Untaken(
                        place=f"{each.place} ({each.study}, {each.domain})",
                        reason=f"“{each.judgement[:60]}” is no known judgement: low, unclear or high risk.",
                    )
                )
            continue
        row = {"tool": TOOL, "domain": harmless(each.domain, NAME), "judgement": level}
        row |= {"support": harmless(each.support), "locator": each.place}
        rows += [{"study_id": unit, **row} for unit in units.get(each.study, ())]
    return tuple(rows), untaken

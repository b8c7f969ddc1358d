"""The summary of findings: chosen outcomes in every comparison asked for, relative, absolute and rated."""

from __future__ import annotations

from math import isnan, nan
from statistics import median
from typing import TYPE_CHECKING

from metaan.appraisal.grade import absolute_effect
from metaan.once import once
from metaan.report.answers import answer_pairs
from metaan.report.evidence import node_names
from metaan.report.findings_wording import plain_finding
from metaan.report.limits import Limits, limiting_judgements
from metaan.report.ratings import find_rating, ratings
from metaan.results.grading import Assumed
from metaan.results.summary import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from metaan.report.ratings import Ratings
    from metaan.results.ranking import RankedTreatment
    from metaan.results.synthesis import AnalysisResult, Answer, ArmData, StudyEffect
    from metaan.review.plan import AnalysisPlan
    from metaan.review.rows import Review

__all__ = ["MOST_OUTCOMES", "chosen_analyses", "chosen_words", "summary_of_findings"]

MOST_OUTCOMES = 7
"""Outcomes of one summary, as the Handbook advises (section 14.1.4)."""


@once
def summary_of_findings(review: Review, analyses: Sequence[AnalysisResult]) -> tuple[Finding, ...]:
    """Set out what was found in each comparison for the chosen outcomes, also where there is no evidence.

    The comparisons are the review's questions, then every other treatment of a network against the
    reference. Certainty stands only where somebody judged it.

    Parameters
    ----------
    review : Review
        Its plan chooses the outcomes, its grade.csv holds the ratings.
    analyses : sequence of AnalysisResult
        Their main scenarios are shown.

    Returns
    -------
    tuple of Finding
        Comparison by comparison; one in which no outcome has an estimate is left out.

    References
    ----------
    Schünemann HJ, Higgins JPT, Vist GE, et al. Chapter 14: Completing 'Summary of findings' tables and
    grading the certainty of the evidence. In: Cochrane Handbook for Systematic Reviews of Interventions,
    version 6.5. Cochrane, 2024.
    """
    chosen = chosen_analyses(review, analyses)
    pairs = _pairs(review, chosen)
    answers = [_answers(review, each, pairs) for each in chosen]
    names, rated = node_names(review), ratings(review)
    plans = {plan.id: plan for plan in review.plan.analysis}
    found = []
    for place, _ in enumerate(pairs):
        if all(isnan(each[place].estimate) for each in answers):
            continue
        found += [
            _finding(review, analysis, plans[analysis.id], each[place], names, rated)
            for analysis, each in zip(chosen, answers, strict=True)
        ]
    return tuple(found)


def chosen_analyses(review: Review, analyses: Sequence[AnalysisResult]) -> tuple[AnalysisResult, ...]:
    """Give the analyses that a summary of findings shows, in the order of the plan's `findings`.

    Where the plan does not choose, these are the first seven that have an estimate.
    """
    known = {analysis.id: analysis for analysis in analyses}
    if review.plan.review.findings:
        return tuple(known[name] for name in review.plan.review.findings if name in known)
    with_numbers = [each for each in analyses if any(c.main is not None for c in each.main.comparisons)]
    return tuple(with_numbers[:MOST_OUTCOMES])


def chosen_words(review: Review) -> str:
    """Say who chose the outcomes of the summary."""
    if review.plan.review.findings:
        return "The outcomes are those that the plan of the review chose."
    return (
        f"The plan of the review chose no outcomes: at most {MOST_OUTCOMES} are shown, the first of its"
        " analyses that have an estimate."
    )


def _pairs(review: Review, chosen: Iterable[AnalysisResult]) -> tuple[tuple[str, str], ...]:
    chosen = tuple(chosen)
    pairs = {(each.treat1, each.treat2): None for a in chosen for each in a.main.answers}
    reference = review.plan.review.reference
    known = {frozenset(pair) for pair in pairs}
    for analysis in chosen:
        network = analysis.main.network
        treatments = () if network is None or reference not in network.treatments else network.treatments
        for treatment in treatments:
            if treatment != reference and frozenset((treatment, reference)) not in known:
                known.add(frozenset((treatment, reference)))
                pairs[treatment, reference] = None
    order = {node: place for place, node in enumerate(review.plan.review.treatments)}
    asked = [(each.treat1, each.treat2) for each in review.plan.review.questions]
    last = len(order)

    def place(pair: tuple[str, str]) -> tuple[int, int, str]:
        first = asked.index(pair) if pair in asked else len(asked)
        return first, order.get(pair[0], last), pair[0]

    return tuple(sorted(pairs, key=place))


def _answers(
    review: Review, analysis: AnalysisResult, pairs: Sequence[tuple[str, str]]
) -> tuple[Answer, ...]:
    """Take the answers that the analysis gave, and give the missing ones by the same rules."""
    main = analysis.main
    given = {(each.treat1, each.treat2): each for each in main.answers}
    limits = Limits(
        main.comparisons,
        main.network,
        measure=main.measure,
        names=node_names(review),
        judged=limiting_judgements(review, analysis.outcomes),
    )
    more = [pair for pair in pairs if pair not in given]
    made = answer_pairs(more, main.comparisons, main.network, limits, level=analysis.level)
    return tuple((given | dict(zip(more, made, strict=True)))[pair] for pair in pairs)


def _finding(
    review: Review,
    analysis: AnalysisResult,
    plan: AnalysisPlan,
    answer: Answer,
    names: Mapping[str, str],
    rated: Ratings,
) -> Finding:
    measure = analysis.main.measure
    assumed = _assumed(review, analysis, plan, answer, names)
    absolute = None
    if analysis.kind == "binary" and not isnan(answer.estimate):
        limits = (answer.ci_low, answer.ci_high)
        absolute = absolute_effect(measure, answer.estimate, limits, assumed.value)
    rating = None if isnan(answer.estimate) else find_rating(rated, analysis.id, answer.treat1, answer.treat2)
    return Finding(
        analysis=analysis.id,
        title=analysis.title,
        kind=analysis.kind,
        measure=measure,
        direction=analysis.direction,
        level=analysis.level,
        scale=_scale(review, analysis),
        answer=answer,
        assumed=assumed,
        absolute=absolute,
        rating=rating,
        statement=plain_finding(analysis, answer, absolute, rating, names),
        rank=_rank(analysis, answer),
        ranked=0 if analysis.findings is None else len(analysis.findings.ranked),
    )


def _rank(analysis: AnalysisResult, answer: Answer) -> RankedTreatment | None:
    """Find where the first treatment stands in the network, where both were ranked."""
    if analysis.findings is None or isnan(answer.estimate):
        return None
    ranked = {each.treatment: each for each in analysis.findings.ranked}
    return ranked.get(answer.treat1) if answer.treat2 in ranked else None


def _scale(review: Review, analysis: AnalysisResult) -> str:
    """Name the instrument of a mean difference with its range, where all its outcomes share it."""
    if analysis.main.measure != "MD":
        return ""
    rows = [row for row in review.tables["outcomes"] if row.text["outcome_id"] in analysis.outcomes]
    scales = {tuple(row.text[name] for name in ("scale_name", "scale_min", "scale_max")) for row in rows}
    if len(scales) != 1:
        return ""
    name, low, high = scales.pop()
    span = f"{low} to {high}" if low and high else ""
    return ", ".join(part for part in (name, span) if part)


def _assumed(
    review: Review, analysis: AnalysisResult, plan: AnalysisPlan, answer: Answer, names: Mapping[str, str]
) -> Assumed:
    name = names.get(answer.treat2, answer.treat2)
    if plan.baseline_risk is not None and answer.treat2 == review.plan.review.reference:
        return Assumed(
            value=plan.baseline_risk, low=nan, high=nan, groups=0, source=f"the plan: {plan.baseline_source}"
        )
    groups = _groups(analysis, answer)
    values = {label: _level(arm) for label, arm in groups.items()}
    known = {label: value for label, value in values.items() if not isnan(value)}
    if not known:
        return Assumed(
            value=nan, low=nan, high=nan, groups=0, source=f"no {name} group reports its own numbers"
        )
    what = "risk" if analysis.kind == "binary" else "mean"
    if len(known) == 1:
        source = f"{what} in the {name} group of {next(iter(known))}"
    else:
        source = f"median of the {what}s in the {len(known)} {name} groups of the studies used"
    return Assumed(
        value=median(known.values()),
        low=min(known.values()),
        high=max(known.values()),
        groups=len(known),
        source=source,
    )


def _groups(analysis: AnalysisResult, answer: Answer) -> dict[str, ArmData]:
    """Find the second treatment's group in every study that the answer rests on, each study once."""
    found: dict[str, tuple[str, ArmData]] = {}
    for comparison in analysis.main.comparisons:
        pair = (comparison.treat1, comparison.treat2)
        if answer.basis == "pairwise" and pair != (answer.treat1, answer.treat2):
            continue
        for study in comparison.studies:
            arm = _arm_of(study, answer.treat2)
            if study.estimable and arm is not None:
                found[study.study] = (study.label, arm)
    labels = [label for label, _ in found.values()]
    return {
        label if labels.count(label) == 1 else f"{label} ({study})": arm
        for study, (label, arm) in found.items()
    }


def _arm_of(study: StudyEffect, treatment: str) -> ArmData | None:
    if study.treat1 == treatment:
        return study.arm1
    return study.arm2 if study.treat2 == treatment else None


def _level(arm: ArmData) -> float:
    """Give the risk or the mean of a group; a mean whose sign was turned is none that was measured."""
    if arm.events is not None:
        return arm.events / arm.n
    turned = any(step.kind == "turn" for row in arm.provenance for step in row.steps)
    return nan if arm.mean is None or turned else arm.mean

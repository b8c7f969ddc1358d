"""What the analyses rest on: which rows, which units, how many people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.once import once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from metaan.results.synthesis import AnalysisResult, Provenance, Scenario, StudyEffect
    from metaan.review.read import Review, Row

__all__ = [
    "Missing",
    "Use",
    "analysed",
    "main_effects",
    "missing_trials",
    "node_names",
    "outcome_names",
    "overall_words",
    "provenances",
    "questions",
    "row_anchor",
    "row_arms",
    "shown_only",
    "study_names",
    "study_uses",
    "units",
    "uses",
]


SEVERAL = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|several|\d+) (?:studies|trials)\b", re.I
)
"""A label such as "Eight studies of the label": one entry for several trials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One place where a row's numbers enter.

    Attributes
    ----------
    analysis, scenario : str
        Ids; `scenario` is "main" or a sensitivity's id.
    treat1, treat2 : str
        The comparison's nodes.
    """

    analysis: str
    scenario: str
    treat1: str
    treat2: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Trials of a treatment whose results nobody could use, beside what could be pooled.

    Attributes
    ----------
    treatment : str
        The node.
    trials : tuple of str
        Names to print.
    enrolled : int
        Participants enrolled in those trials.
    unknown : int
        Number of other trials without results, whose size is not known.
    pooled : int
        Participants in the units that main analyses use for the treatment.
    overlap : bool
        An entry stands for several studies, so that some people may be in the sum twice.
    """

    treatment: str
    trials: tuple[str, ...]
    enrolled: int
    unknown: int
    pooled: int
    overlap: bool


def row_anchor(row: Row) -> str:
    """Name the place of a row in the report, as `Provenance.anchor` does."""
    return f"{row.table}-{row.number}"


@once
def node_names(review: Review) -> dict[str, str]:
    """Give each node the name to print: the first that treatments.csv offers, else the node itself.

    Parameters
    ----------
    review : Review
        The review.

    Returns
    -------
    dict of str to str
        Node to name; a node that the table does not know is printed as it is.
    """
    names: dict[str, str] = {}
    for row in review.tables["treatments"]:
        node = row.text["node"]
        if not names.get(node):
            names[node] = row.text["treatment"] or node
    return names


@once
def study_names(review: Review) -> dict[str, str]:
    """Give each unit the name to print."""
    return {
        row.text["study_id"]: row.text["label"] or row.text["study_id"] for row in review.tables["studies"]
    }


@once
def outcome_names(review: Review) -> dict[str, str]:
    """Give each outcome the name to print."""
    return {
        row.text["outcome_id"]: row.text["label"] or row.text["outcome_id"]
        for row in review.tables["outcomes"]
    }


@once
def row_arms(review: Review) -> dict[str, str]:
    """Name the arm, or the two arms, of every extracted row: treatment and dose as recorded.

    Returns
    -------
    dict of str to str
        Row anchor (`results-14`) to "drug 5 mg" or "drug 5 mg minus placebo".
    """
    arms = {
        (each.text["study_id"], each.text["arm_id"]): " ".join(
            dict.fromkeys(part for part in (each.text["treatment"], each.text["dose_text"]) if part)
        )
        for each in review.tables["arms"]
    }
    named = {}
    for row in (*review.tables["results"], *review.tables["contrasts"]):
        columns = ("arm_id",) if row.table == "results" else ("arm_id_1", "arm_id_2")
        study = row.text["study_id"]
        named[row_anchor(row)] = " minus ".join(
            arms.get((study, row.text[name])) or row.text[name] for name in columns
        )
    return named


def questions(review: Review, analyses: Iterable[AnalysisResult]) -> tuple[tuple[str, str], ...]:
    """List the pairs that the review asks about: the plan's, then any other that was answered."""
    planned = [(question.treat1, question.treat2) for question in review.plan.review.questions]
    answered = [(answer.treat1, answer.treat2) for each in analyses for answer in each.main.answers]
    return tuple(dict.fromkeys(planned + answered))


def provenances(effect: StudyEffect) -> tuple[Provenance, ...]:
    """Collect every row behind a study's effect, its arms' rows first, each once."""
    arms = [arm for arm in (effect.arm1, effect.arm2) if arm is not None]
    rows = [row for arm in arms for row in arm.provenance] + list(effect.provenance)
    return tuple({row.anchor: row for row in rows}.values())


def main_effects(analyses: Iterable[AnalysisResult]) -> Iterator[tuple[AnalysisResult, StudyEffect]]:
    """Go through every estimable study effect of the main analyses."""
    for analysis, scenario, effect in _estimable(analyses):
        if scenario.id == "main":
            yield analysis, effect


@once
def uses(analyses: Iterable[AnalysisResult]) -> dict[str, tuple[Use, ...]]:
    """Find, for every row that some analysis uses, the comparisons it enters.

    Parameters
    ----------
    analyses : iterable of AnalysisResult
        The results.

    Returns
    -------
    dict of str to tuple of Use
        Row anchor (`results-14`) to its uses, main analyses before sensitivities.
    """
    found: dict[str, dict[Use, None]] = {}
    for analysis, scenario, effect in _estimable(analyses):
        use = Use(analysis=analysis.id, scenario=scenario.id, treat1=effect.treat1, treat2=effect.treat2)
        for row in provenances(effect):
            found.setdefault(row.anchor, {})[use] = None
    return {
        anchor: tuple(sorted(each, key=lambda use: use.scenario != "main")) for anchor, each in found.items()
    }


@once
def shown_only(analyses: Iterable[AnalysisResult]) -> dict[str, tuple[Use, ...]]:
    """Find the rows that stand in a main comparison without carrying anything: shown, not estimable."""
    found: dict[str, dict[Use, None]] = {}
    for analysis in analyses:
        for comparison in analysis.main.comparisons:
            for effect in comparison.studies:
                use = Use(analysis=analysis.id, scenario="main", treat1=effect.treat1, treat2=effect.treat2)
                for row in () if effect.estimable else provenances(effect):
                    found.setdefault(row.anchor, {})[use] = None
    return {anchor: tuple(each) for anchor, each in found.items()}


def study_uses(review: Review, analyses: Iterable[AnalysisResult]) -> dict[str, str]:
    """Say for each unit which analyses use it.

    Parameters
    ----------
    review : Review
        Lists the units.
    analyses : iterable of AnalysisResult
        The results.

    Returns
    -------
    dict of str to str
        Unit id to the titles of the main analyses that use it, else to what becomes of it.
    """
    analyses = tuple(analyses)
    main: dict[str, dict[str, None]] = {}
    for analysis, effect in main_effects(analyses):
        main.setdefault(effect.study, {})[analysis.title] = None
    varied = {effect.study for _, _, effect in _estimable(analyses)}
    shown = {
        effect.study
        for analysis in analyses
        for comparison in analysis.main.comparisons
        for effect in comparison.studies
    }
    said = {}
    for study in study_names(review):
        other = "sensitivity analyses only" if study in varied else "nothing of it is used"
        other = "shown, but not estimable" if study in shown and study not in varied else other
        said[study] = "; ".join(main.get(study, {})) or other
    return said


def analysed(
    review: Review, analyses: Iterable[AnalysisResult], treatment: str | None = None
) -> dict[str, int]:
    """Count the participants of every unit with the largest number that any one main analysis takes from it.

    Parameters
    ----------
    review, analyses, treatment
        As in `units`, which leaves out those whose trials another unit sums.

    Returns
    -------
    dict of str to int
        Unit id to participants.
    """
    sizes: dict[tuple[str, str], dict[str, int]] = {}
    for analysis, effect in main_effects(analyses):
        if treatment in (None, effect.treat1, effect.treat2):
            sizes.setdefault((effect.study, analysis.id), {}).update(_sizes(review, effect))
    largest: dict[str, int] = {}
    for (study, _), arms in sizes.items():
        largest[study] = max(largest.get(study, 0), sum(arms.values()))
    return largest


def overall_words(review: Review) -> dict[str, str]:
    """Give each unit its overall risk of bias as judged, with the outcome where it holds for one only."""
    outcomes, found = outcome_names(review), dict[str, dict[str, None]]()
    for row in review.tables["rob"]:
        if row.text["domain"].lower() == "overall":
            outcome = row.text["outcome_id"]
            of = f" ({outcomes.get(outcome, outcome)})" if outcome else ""
            found.setdefault(row.text["study_id"], {})[f"{row.text['judgement']}{of}"] = None
    return {study: "; ".join(words) for study, words in found.items()}


def units(review: Review, analyses: Iterable[AnalysisResult], treatment: str | None = None) -> dict[str, int]:
    """Count the participants of every unit that a main analysis uses.

    A unit counts with the largest number that any one analysis takes from it. A unit whose trials another
    unit sums is left out beside that one, so that nobody is counted twice.

    Parameters
    ----------
    review : Review
        Tells which units others cover, and the sizes behind contrasts.
    analyses : iterable of AnalysisResult
        The results.
    treatment : str, optional
        Only units, and comparisons, in which this node takes part.

    Returns
    -------
    dict of str to int
        Unit id to participants.
    """
    largest = analysed(review, analyses, treatment)
    covered = _covered(review, largest)
    return {study: size for study, size in largest.items() if study not in covered}


def missing_trials(review: Review, analyses: Iterable[AnalysisResult]) -> tuple[Missing, ...]:
    """Set the trials without usable results beside what could be pooled, treatment by treatment.

    The reference is left out: nearly every trial has it.
    """
    analyses = tuple(analyses)
    found = []
    for treatment in review.plan.review.treatments:
        if treatment == review.plan.review.reference:
            continue
        rows = [row for row in review.tables["missing"] if _mentions(review, row, treatment)]
        sized = [row for row in rows if row.value["n_enrolled"]]
        if rows:
            found.append(
                Missing(
                    treatment=treatment,
                    trials=tuple(row.text["label"] for row in sized),
                    enrolled=sum(int(row.value["n_enrolled"] or 0) for row in sized),
                    unknown=len(rows) - len(sized),
                    pooled=sum(units(review, analyses, treatment).values()),
                    overlap=len(rows) > 1 and any(SEVERAL.search(row.text["label"]) for row in sized),
                )
            )
    return tuple(found)


def _estimable(analyses: Iterable[AnalysisResult]) -> Iterator[tuple[AnalysisResult, Scenario, StudyEffect]]:
    for analysis in analyses:
        for scenario in (analysis.main, *analysis.sensitivity):
            for comparison in scenario.comparisons:
                for effect in comparison.studies:
                    if effect.estimable:
                        yield analysis, scenario, effect


def _sizes(review: Review, effect: StudyEffect) -> dict[str, int]:
    if effect.arm1 is not None and effect.arm2 is not None:
        return {effect.treat1: effect.arm1.n, effect.treat2: effect.arm2.n}
    rows = {row_anchor(row): row for row in review.tables["contrasts"]}
    for row in (rows[each.anchor] for each in effect.provenance if each.anchor in rows):
        return {effect.treat1: int(row.value["n_1"] or 0), effect.treat2: int(row.value["n_2"] or 0)}
    return {}


def _covered(review: Review, present: Mapping[str, int]) -> set[str]:
    return {
        part.strip()
        for row in review.tables["studies"]
        if row.text["study_id"] in present
        for part in row.text["covers"].split(";")
    }


def _mentions(review: Review, row: Row, treatment: str) -> bool:
    labels = {treatment}
    for each in review.tables["treatments"]:
        if each.text["node"] == treatment:
            labels |= {each.text["raw_label"], each.text["treatment"]}
    text = row.text["comparison"].casefold()
    return any(re.search(rf"(?<!\w){re.escape(label.casefold())}(?!\w)", text) for label in labels if label)

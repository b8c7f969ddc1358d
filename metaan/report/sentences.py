"""What the analyses found, in sentences: the estimate and its interval first, and no verdicts."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING

from metaan.format import (
    RATIO_MEASURES,
    effect_with_interval,
    fixed,
    interval,
    measure_name,
    percent,
    variance,
)
from metaan.report.evidence import missing_trials, node_names, questions, units
from metaan.report.wording import capital, counted, joined, participants, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from metaan.report.evidence import Missing
    from metaan.results.network import Component, Network
    from metaan.results.pairwise import Pooled
    from metaan.results.synthesis import AnalysisResult, Answer, Comparison, Scenario, StudyEffect
    from metaan.review.read import Review
    from metaan.types import Direction

__all__ = [
    "answer_sentences",
    "comparison_sentences",
    "direction_sentence",
    "network_sentences",
    "thinness_sentences",
]

INTERVAL_NAMES = {"wald": "Wald", "hksj": "Hartung-Knapp", "adhoc": "ad hoc Hartung-Knapp"}
EVIDENCE_WORDS = {
    "direct": "from direct evidence",
    "indirect": "from indirect evidence only",
    "mixed": "from direct and indirect evidence together",
}
SILENCE = {"none": "No connected evidence", "not estimable": "Nothing can be estimated"}
WIDE = 1.5  # one interval this many times as wide as another is worth a sentence


def direction_sentence(measure: str, direction: Direction) -> str:
    """Say which side of no effect favours the treatment that is named first.

    Examples
    --------
    >>> direction_sentence("RR", "lower_better")
    'A risk ratio below 1 favours the treatment named first: lower is better for the patient.'
    """
    null = "1" if measure in RATIO_MEASURES else "0"
    side, good = ("above", "higher") if direction == "higher_better" else ("below", "lower")
    article = "An" if measure_name(measure)[0] in "aeio" else "A"
    return (
        f"{article} {measure_name(measure)} {side} {null} favours the treatment named first:"
        f" {good} is better for the patient."
    )


def comparison_sentences(
    comparison: Comparison, measure: str, names: Mapping[str, str], level: float
) -> tuple[str, ...]:
    """Say what a comparison found and what it rests on.

    Parameters
    ----------
    comparison : Comparison
        The pair and its studies.
    measure : str
        The measure's letters.
    names : mapping of str to str
        Node to the name to print; a node that it lacks is printed as it is.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    tuple of str
        Sentences; the first holds the estimate and its interval, or says that there is none.
    """
    fit = comparison.main
    if fit is None or isnan(fit.estimate):
        return (_no_estimate(comparison, names), *_not_estimable(comparison))
    said = [_estimate(comparison, fit, measure, names, level)]
    if comparison.k == 1:
        said.append(_alone(comparison))
    else:
        said += [_model(comparison, fit), _spread(comparison, fit, measure, level)]
        said += _other_intervals(comparison, measure)
    return (*said, *_standing(comparison), *_not_estimable(comparison))


def network_sentences(scenario: Scenario, names: Mapping[str, str]) -> tuple[str, ...]:
    """Describe a network's shape, its parts and what they can tell of heterogeneity.

    Parameters
    ----------
    scenario : Scenario
        The analysis; its notes give the reason where it has no network.
    names : mapping of str to str
        Node to the name to print.
    """
    network = scenario.network
    if network is None:
        return tuple(f"{capital(note).rstrip('.')}." for note in scenario.notes) or (
            "There is no network: fewer than three treatments are compared.",
        )
    shape = (
        f"The network holds {counted(len(network.treatments), 'treatment')} and"
        f" {counted(len(network.studies), 'study', 'studies')}"
    )
    shape += f", {_multiarm(network)} multi-arm." if network.multiarm else "."
    parts = [_heterogeneity(part, network, names) for part in network.components if len(part.treatments) > 1]
    return (shape, *_apart(network, names), *parts)


def answer_sentences(
    answers: Iterable[Answer], measure: str, names: Mapping[str, str], level: float
) -> tuple[str, ...]:
    """Answer the questions of the review for one outcome.

    Parameters
    ----------
    answers : iterable of Answer
        The pairs, their estimates and what these rest on.
    measure : str
        The measure's letters.
    names : mapping of str to str
        Node to the name to print.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    tuple of str
        One sentence per answer; then questions without one, those with the same reason together.
    """
    said, silent = [], dict[tuple[str, str], list[str]]()
    for answer in answers:
        pair = _pair(answer.treat1, answer.treat2, names)
        if isnan(answer.estimate):
            silent.setdefault((SILENCE[answer.evidence], answer.reason), []).append(pair)
            continue
        shown = effect_with_interval(answer.estimate, answer.ci_low, answer.ci_high, measure)
        basis = EVIDENCE_WORDS.get(answer.evidence, "from the network")
        text = f"{capital(measure_name(measure))} {_with_level(shown, level)} for {pair}, {basis}."
        said.append(f"{text} {answer.reason}".strip())
    said += [f"{what} for {joined(pairs, 'and')}. {why}".strip() for (what, why), pairs in silent.items()]
    return tuple(said)


def thinness_sentences(review: Review, analyses: Sequence[AnalysisResult]) -> tuple[str, ...]:
    """State plainly how much evidence there is: units, people, answers, and what is missing.

    Parameters
    ----------
    review : Review
        The review.
    analyses : sequence of AnalysisResult
        Its results.

    Returns
    -------
    tuple of str
        The whole first, then one sentence per question, then the trials without results.
    """
    names = node_names(review)
    said = [_whole(review, analyses), _widest(analyses)]
    said += [_question(pair, analyses, names) for pair in questions(review, analyses)]
    said += [_missing(each, names) for each in missing_trials(review, analyses)]
    return tuple(sentence for sentence in said if sentence)


def _pair(treat1: str, treat2: str, names: Mapping[str, str]) -> str:
    return f"{names.get(treat1, treat1)} versus {names.get(treat2, treat2)}"


def _with_level(shown: str, level: float) -> str:
    return shown.replace(" (", f" ({100 * level:g}% CI ", 1)


def _estimate(
    comparison: Comparison, fit: Pooled, measure: str, names: Mapping[str, str], level: float
) -> str:
    shown = _with_level(effect_with_interval(fit.estimate, *fit.ci, measure), level)
    studies = counted(comparison.k, "study", "studies")
    if comparison.k == 1 and any(study.pooled_report for study in comparison.studies if study.estimable):
        studies = "one report of several trials"
    pair = _pair(comparison.treat1, comparison.treat2, names)
    people = participants(comparison.n)
    return f"{capital(measure_name(measure))} {shown} for {pair}, from {studies} with {people}."


def _no_estimate(comparison: Comparison, names: Mapping[str, str]) -> str:
    pair = _pair(comparison.treat1, comparison.treat2, names)
    if not comparison.studies:
        return f"No estimate for {pair}: no study compares them."
    if len(comparison.studies) == 1:
        return f"No estimate for {pair}: the one study that compares them carries nothing for this measure."
    none = f"none of the {spelled(len(comparison.studies))} studies that compare them carries anything"
    return f"No estimate for {pair}: {none} for this measure."


def _alone(comparison: Comparison) -> str:
    (only,) = (study for study in comparison.studies if study.estimable)
    if only.pooled_report:
        return (
            f"{only.label} is one report that adds up several trials as if they were one: whether those"
            " trials agree cannot be seen."
        )
    return "Nothing is pooled: this is that study's own result, and one study cannot show heterogeneity."


def _model(comparison: Comparison, fit: Pooled) -> str:
    if fit.method == "EE":
        return f"Common-effect model with a {INTERVAL_NAMES[comparison.headline]} interval."
    return f"Random effects ({fit.method}) with a {INTERVAL_NAMES[comparison.headline]} interval."


def _spread(comparison: Comparison, fit: Pooled, measure: str, level: float) -> str:
    shown = f"Q {fixed(fit.Q)} on {fit.Q_dof:g} df"
    if fit.method != "EE" and not isnan(fit.tau2):
        tau2 = f"τ² {variance(fit.tau2)}"
        if comparison.heterogeneity is not None:
            low, high = comparison.heterogeneity.tau2
            tau2 += f" ({100 * level:g}% CI {variance(low)} to {variance(high)})"
        shown = f"{tau2}, I² {percent(fit.I2)}, {shown}"
    low, high = fit.prediction
    if comparison.k > 2 and isfinite(low) and isfinite(high):
        shown += f"; {100 * level:g}% prediction interval {interval(low, high, measure)}"
    return f"Heterogeneity: {shown}."


def _other_intervals(comparison: Comparison, measure: str) -> list[str]:
    fits = {name: getattr(comparison, name) for name in INTERVAL_NAMES}
    shown = {
        name: fit.ci for name, fit in fits.items() if fit is not None and isfinite(fit.ci[0] + fit.ci[1])
    }
    widths = [high - low for low, high in shown.values()]
    if len(shown) < 2 or max(widths) <= WIDE * min(widths):
        return []
    each = [f"{INTERVAL_NAMES[name]} {interval(ci[0], ci[1], measure)}" for name, ci in shown.items()]
    return [f"The interval depends on how it is computed: {joined(each, 'and')}."]


def _standing(comparison: Comparison) -> list[str]:
    used = [study for study in comparison.studies if study.estimable]
    said = []
    for status in ("derived", "imputed"):
        those = [study.label for study in used if study.status == status]
        if those:
            said.append(f"{capital(status)} numbers, not printed as such, enter from {joined(those, 'and')}.")
    summed = [study.label for study in used if study.pooled_report]
    if summed and comparison.k > 1:
        unit = "is one unit that sums" if len(summed) == 1 else "are units that each sum"
        said.append(
            f"{joined(summed, 'and')} {unit} several trials, so differences between those trials are hidden."
        )
    return said


def _not_estimable(comparison: Comparison) -> list[str]:
    return [_silent(study) for study in comparison.studies if not study.estimable]


def _silent(study: StudyEffect) -> str:
    reason = f" ({study.note.rstrip('.')})" if study.note else ""
    return f"Not estimable: {study.label}{reason}."


def _multiarm(network: Network) -> str:
    if len(network.multiarm) < len(network.studies):
        return f"{spelled(len(network.multiarm))} of them"
    return {1: "which is", 2: "both"}.get(len(network.studies), "all of them")


def _apart(network: Network, names: Mapping[str, str]) -> list[str]:
    if len(network.components) < 2:
        return []
    parts = [
        joined([names.get(node, node) for node in part.treatments], "and") for part in network.components
    ]
    return [
        f"It falls into {spelled(len(parts))} parts that no study connects: {'; '.join(parts)}."
        " No estimate crosses from one part to another."
    ]


def _heterogeneity(part: Component, network: Network, names: Mapping[str, str]) -> str:
    where = ""
    if len(network.components) > 1:
        where = f"Among {joined([names.get(node, node) for node in part.treatments], 'and')}: "
    if part.Q_dof == 0:
        return (
            f"{where}{'no' if where else 'No'} comparison can be checked against another, so τ² cannot be"
            " estimated and the common-effect estimates are shown."
        )
    text = f"τ² {variance(part.tau2)}, I² {percent(part.I2)}, Q {fixed(part.Q)} on {part.Q_dof:g} df"
    if part.Q_inconsistency_dof > 0:
        text += (
            f": {fixed(part.Q_heterogeneity)} within designs ({part.Q_heterogeneity_dof:g} df) and"
            f" {fixed(part.Q_inconsistency)} between designs ({part.Q_inconsistency_dof:g} df)"
        )
        return f"{where}{text}."
    return f"{where}{text}. Direct and indirect evidence meet nowhere, so inconsistency cannot be examined."


def _whole(review: Review, analyses: Sequence[AnalysisResult]) -> str:
    used = units(review, analyses)
    trials = {row.text["study_id"]: int(row.value["n_trials"] or 1) for row in review.tables["studies"]}
    total = sum(trials.get(study, 1) for study in used)
    more = (
        f" (which hold{'s' if len(used) == 1 else ''} {counted(total, 'trial')})"
        if total != len(used)
        else ""
    )
    if not used:
        return "No study gave a number that a main analysis could use."
    return (
        f"All main analyses together rest on {counted(len(used), 'unit')}{more}"
        f" with {participants(sum(used.values()))}."
    )


def _widest(analyses: Sequence[AnalysisResult]) -> str:
    sizes = [each.k for analysis in analyses for each in analysis.main.comparisons if each.k]
    if not sizes:
        return ""
    alone = sizes.count(1)
    if not alone:
        least = counted(min(sizes), "study", "studies")
        if len(sizes) == 1:
            return f"One comparison could be estimated, from {least}."
        return f"{capital(counted(len(sizes), 'comparison'))} could be estimated, each from at least {least}."
    if sizes == [1]:
        return "The one comparison that could be estimated rests on a single study."
    if alone == len(sizes):
        return f"Every one of the {len(sizes)} comparisons that could be estimated rests on a single study."
    return (
        f"Of {counted(len(sizes), 'comparison')} that could be estimated, {spelled(alone)}"
        f" {'rests' if alone == 1 else 'rest'} on a single study; the largest has"
        f" {counted(max(sizes), 'study', 'studies')}."
    )


def _question(pair: tuple[str, str], analyses: Sequence[AnalysisResult], names: Mapping[str, str]) -> str:
    answers = [
        (analysis.title, answer)
        for analysis in analyses
        for answer in analysis.main.answers
        if (answer.treat1, answer.treat2) == pair
    ]
    if len(analyses) == 1:
        return _only_outcome(pair, [answer for _, answer in answers], names)
    kinds = [answer.evidence for _, answer in answers]
    counts = {
        "direct evidence only": kinds.count("direct"),
        "direct and indirect evidence": kinds.count("mixed"),
        "indirect evidence only": kinds.count("indirect"),
        "studies but nothing that can be estimated": kinds.count("not estimable"),
        "no connected evidence": len(analyses)
        - sum(kind in EVIDENCE_WORDS or kind == "not estimable" for kind in kinds),
    }
    shown = joined([f"{what} for {spelled(number)}" for what, number in counts.items() if number], "and")
    text = f"{capital(_pair(*pair, names))}, of {counted(len(analyses), 'outcome')}: {shown}."
    direct = [(answer.k, answer.n, title) for title, answer in answers if answer.k]
    if not direct:
        return f"{text} No study with usable results compares the two."
    k, n, title = max(direct, key=lambda each: (each[0], each[1]))
    most = f"{counted(k, 'study', 'studies')} with {participants(n)}"
    return f"{text} The most for one outcome is {most} ({title})."


def _only_outcome(pair: tuple[str, str], answers: Sequence[Answer], names: Mapping[str, str]) -> str:
    answer = next((each for each in answers if each.evidence in EVIDENCE_WORDS), None)
    if answer is None:
        compared = any(each.evidence == "not estimable" for each in answers)
        nothing = "compared, but nothing can be estimated" if compared else "no connected evidence"
        return f"{capital(_pair(*pair, names))}: {nothing}."
    kind = {"mixed": "direct and indirect"}.get(answer.evidence, answer.evidence)
    text = f"{capital(_pair(*pair, names))}: {kind} evidence"
    if not answer.k:
        return f"{text}; no study compares the two."
    verb = "compares" if answer.k == 1 else "compare"
    return (
        f"{text}; {counted(answer.k, 'study', 'studies')} with {participants(answer.n)} {verb} them directly."
    )


def _missing(each: Missing, names: Mapping[str, str]) -> str:
    name = names.get(each.treatment, each.treatment)
    if not each.trials:
        unknown = counted(each.unknown, "trial")
        return f"Known for {name} but without usable results: {unknown} of unknown size."
    unknown = f", and {spelled(each.unknown)} more of unknown size" if each.unknown else ""
    text = f"Known for {name} but without usable results: {'; '.join(each.trials)}{unknown}. "
    who = "It" if len(each.trials) == 1 else "Together they"
    if each.unknown:
        who = "The first" if len(each.trials) == 1 else f"The first {spelled(len(each.trials))}"
    text += f"{who} enrolled {participants(each.enrolled)}"
    if each.overlap:
        text += " (at most: one entry stands for several studies, which may be named singly too)"
    if each.enrolled > each.pooled:
        return f"{text}, more than the {each.pooled:,} in all studies of {name} that could be analysed."
    return f"{text}, beside {each.pooled:,} in the studies of {name} that could be analysed."
